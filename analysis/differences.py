"""Which of many estimates differ by more than chance: all pairs compared, and how large the largest difference gets.

The errors are simulated from normal draws, a few at a time, so memory does not grow with the number of draws.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
CHUNK = 256  # draws made at a time: 160 countries x 256 draws stay in a processor's cache
ROOM = 1_600_000  # largest differences kept at a time (12.8 MB), whatever the number of draws


@dataclass(frozen=True)
class Draws:
    """How many errors to simulate from which seed, and `at`: which of the sorted draws (from 0) is critical."""

    count: int
    seed: int
    at: int


@dataclass(frozen=True)
class Pairs:
    """All pairs of n estimates, sorted by estimate so that the order of rows does not matter to the draws.

    order (n,): where each sorted estimate stood; sign (n, n): 1 where k is above i; spread (n, n): the standard error
    of each difference (0 on the diagonal); gap (n, n): the size of each difference in standard errors (infinite where
    both are known exactly and differ); root: turns independent standard normal draws into errors, (n,) or (n, n).
    """

    order: NDArray[np.intp]
    sign: NDArray[np.int_]
    spread: Floats
    gap: Floats
    root: Floats


def draws_for(level: float, draws: int, seed: int) -> Draws:
    """The draws for a level. The difference observed counts as one draw more, which makes the level exact."""
    if not 0 < level < 1:
        raise ValueError(f"level lies between 0 and 1, such as 0.95, not {level}")
    at = ceil(round(level * (draws + 1), 9))
    if at > draws:
        raise ValueError(f"{draws} draws are too few for level {level}; 1,000 or more are usual")
    return Draws(draws, seed, at - 1)


def difference_limits(
    estimate: ArrayLike,
    standard_error: ArrayLike | None = None,
    covariance: ArrayLike | None = None,
    *,
    level: float = 0.95,
    draws: int = 10_000,
    seed: int = 1,
) -> tuple[Floats, Floats]:
    """(low, high), each (n, n): limits for estimate i less estimate k that hold for all pairs together at `level`.

    Input as for rank_sets. ValueError as there.
    """
    pairs = compare(estimate, standard_error, covariance)
    everyone = np.arange(len(pairs.order))
    critical = critical_values(pairs, pairs.spread > 0, everyone, draws_for(level, draws, seed), together=True)[0]
    back = np.argsort(pairs.order)
    width = critical * pairs.spread[np.ix_(back, back)]
    values = numbers(estimate, "estimate")
    difference = values[:, None] - values
    return difference - width, difference + width


def compare(estimate: ArrayLike, standard_error: ArrayLike | None, covariance: ArrayLike | None) -> Pairs:
    """Check the input and compare all pairs; ValueError names what does not fit."""
    values = numbers(estimate, "estimate")
    if not len(values) or np.isinf(values).any():
        raise ValueError("estimate needs at least one value, and finite ones")
    if (standard_error is None) == (covariance is None):
        raise ValueError("give either standard_error or covariance, and not both")
    if covariance is None:
        errors = checked_errors(standard_error, len(values))
        order = np.lexsort((errors, values))
        root = errors[order]
        spread = np.sqrt(root[:, None] ** 2 + root**2)
    else:
        matrix = checked_covariance(covariance, len(values))
        order = np.lexsort((np.diag(matrix), values))
        root = square_root(matrix[np.ix_(order, order)])
        spread = spread_of(matrix[np.ix_(order, order)])
    np.fill_diagonal(spread, 0)
    difference = values[order] - values[order][:, None]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        gap = np.where(difference == 0, 0, np.abs(difference) / spread)
    return Pairs(order, np.sign(difference).astype(int), spread, gap, root)


def critical_values(pairs: Pairs, active: Flags, rows: NDArray[np.intp], draws: Draws, together: bool) -> Floats:
    """How many standard errors the largest active difference stays below by chance, shape (rows,).

    active (n, n): the pairs looked at. together: one value, for all rows, in shape (1,).
    """
    height = 1 if together else len(rows)
    kept = np.empty(max(ROOM, draws.count))[: height * draws.count].reshape(height, draws.count)
    others = [np.flatnonzero(active[i, :i] if together else active[i]) for i in rows]  # of (i, k), (k, i) one will do
    scales = [1 / pairs.spread[i, other][:, None] for i, other in zip(rows, others, strict=True)]
    for first, noise in errors_in_chunks(pairs.root, draws):
        part = kept[:, first : first + noise.shape[1]]
        part[:] = 0
        for row, (i, other, scale) in enumerate(zip(rows, others, scales, strict=True)):
            if len(other):
                into = part[0 if together else row]
                np.maximum(into, largest(noise, i, other, scale), out=into)
    kept.partition(draws.at, axis=1)
    return kept[:, draws.at].copy()


def largest(noise: Floats, i: int, other: NDArray[np.intp], scale: Floats) -> Floats:
    """The largest difference between i and the others in each draw, in standard errors. In place, because it is hot."""
    size = noise[other]
    size -= noise[i]
    size *= scale
    np.abs(size, out=size)
    return np.asarray(size.max(axis=0))


def errors_in_chunks(root: Floats, draws: Draws) -> Iterator[tuple[int, Floats]]:
    """(number of the first draw, errors of shape (n, up to CHUNK)); the seed alone decides, not how they are cut."""
    random = np.random.default_rng(draws.seed)
    for first in range(0, draws.count, CHUNK):
        normal = random.standard_normal((min(CHUNK, draws.count - first), len(root)))
        yield first, np.ascontiguousarray((normal * root if root.ndim == 1 else normal @ root).T)


def checked_errors(standard_error: ArrayLike | None, n: int) -> Floats:
    """The standard errors as a float array (n,); ValueError if they are none."""
    errors = numbers(standard_error, "standard_error")
    if len(errors) != n or not ((errors >= 0) & np.isfinite(errors)).all():
        raise ValueError(f"standard_error needs {n} finite values of zero or more")
    return errors


def checked_covariance(covariance: ArrayLike, n: int) -> Floats:
    """The covariance as a symmetric (n, n) float array; ValueError if it is none."""
    matrix = np.asarray(covariance, dtype="float64")
    if matrix.shape != (n, n) or not np.isfinite(matrix).all() or not np.allclose(matrix, matrix.T, atol=0):
        raise ValueError(f"covariance needs to be symmetric, {n} x {n} and without gaps")
    return np.asarray((matrix + matrix.T) / 2)


def spread_of(matrix: Floats) -> Floats:
    """The standard error of each difference, from a covariance; what is left of an exact zero is taken as zero."""
    total = np.add.outer(np.diag(matrix), np.diag(matrix))
    variance = total - 2 * matrix
    return np.asarray(np.sqrt(np.where(variance > 1e-12 * total, variance, 0)))


def square_root(matrix: Floats) -> Floats:
    """The symmetric square root, which unlike a Cholesky factor exists where errors are tied to each other too."""
    values, vectors = np.linalg.eigh(matrix)
    if values.min() < -1e-8 * np.abs(values).max():
        raise ValueError("covariance is not positive semi-definite: no errors can have it")
    return np.asarray((vectors * np.sqrt(values.clip(0))) @ vectors.T)


def numbers(values: ArrayLike | None, name: str) -> Floats:
    """The values as a float array of one dimension; ValueError for a gap."""
    array = np.asarray(values, dtype="float64")
    if array.ndim != 1:
        raise ValueError(f"{name} needs one dimension, not {array.ndim}")
    if np.isnan(array).any():
        at = int(np.argmax(np.isnan(array)))
        raise ValueError(f"{name} has no value at position {at}; drop rows without an estimate before ranking")
    return array
