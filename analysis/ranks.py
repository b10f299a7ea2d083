"""A rank, and the places that intervals or standard errors leave open. Place 1 is the largest.

Rank sets are those of Mogstad, Romano, Shaikh and Wilhelm (2023), "Inference for Ranks with ...",
Review of Economic Studies, doi 10.1093/restud/rdad006, as in their R package csranks (two-sided,
stepdown; the stepwise one is their Algorithm 3.2 by a public replication, for the paper itself was
not read). A pair is two hypotheses, that i is not above k and that k is not above i; the mark is
the order statistic ceil(level * (draws + 1)), and the same draws serve every step.
"""

from math import ceil
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def rank(values: ArrayLike) -> NDArray[np.intp]:
    """The plain rank of each value, (n,): 1 + how many are larger; ValueError for a gap."""
    array = numbers(values, "values")
    return 1 + len(array) - np.searchsorted(np.sort(array), array, side="right")


def rank_interval(low: ArrayLike, high: ArrayLike) -> pd.DataFrame:
    """The best and worst place of each of n values that may lie anywhere from low to high.

    Ties go either way: best = 1 + #{j: low_j > high_i}, worst = #{j: high_j >= low_i}, i included.
    Columns best, worst, indexed like `low`. ValueError for a gap or a low above its high.
    """
    lows, highs = numbers(low, "low"), numbers(high, "high")
    if lows.shape != highs.shape:
        raise ValueError(f"low and high need equal length, not {len(lows)} and {len(highs)}")
    if (lows > highs).any():
        at = int(np.argmax(lows > highs))
        raise ValueError(f"low is above high at position {at}: {lows[at]} > {highs[at]}")
    n = len(lows)
    best = 1 + n - np.searchsorted(np.sort(lows), highs, side="right")
    worst = n - np.searchsorted(np.sort(highs), lows, side="left")
    return pd.DataFrame({"best": best, "worst": worst}, index=pd.Series(low).index)


def sides(low: pd.Series, high: pd.Series, of: str) -> pd.Series:
    """How each range lies beside that of the row labelled `of`, which is "itself".

    "either side": the two share a value. The best place of the row is 1 + how many are surely
    above; its worst adds those on either side.
    """
    found = pd.Series("either side", index=low.index)
    found[low > high[of]] = "surely above"
    found[high < low[of]] = "surely below"
    found[of] = "itself"
    return found


class Contest(NamedTuple):
    """n estimates, sorted so that the order of rows does not matter to the draws."""

    order: NDArray[np.intp]  # (n,): where each stood
    value: Floats  # (n,)
    spread: Floats  # (n, n): each difference's standard error, negative below the diagonal
    noise: Floats  # (n, draws): simulated errors
    at: int  # which sorted draw, from 0, is critical


def rank_sets(
    estimate: ArrayLike, standard_error: ArrayLike | None = None,
    covariance: ArrayLike | None = None, *, level: float = 0.95, draws: int = 10_000,
    seed: int = 1, simultaneous: bool = False, stepdown: bool = True,
) -> pd.DataFrame:
    """The best and the worst place of each of n estimates at a confidence level.

    estimate (n,), and either standard_error (n,) of independent errors or covariance (n, n).
    Marginal sets: each holds its true place with probability `level`; simultaneous: all together.
    stepdown: look again without the hypotheses rejected. Columns best, worst, index of `estimate`.
    Time grows with draws x n x n, memory with draws x n. ValueError for a gap, unequal lengths, a
    negative error, not exactly one kind of error, or too few draws.
    """
    contest = contest_of(estimate, standard_error, covariance, level, draws, seed)
    n = len(contest.order)
    families = [np.arange(n)] if simultaneous else [np.array([i]) for i in range(n)]
    apart = np.vstack([told_apart(contest, rows, stepdown) for rows in families])
    higher = contest.value > contest.value[:, None]
    places = [1 + (apart & higher).sum(axis=1), n - (apart & ~higher).sum(axis=1)]
    as_given = np.transpose(places)[np.argsort(contest.order)]
    return pd.DataFrame(as_given, columns=["best", "worst"], index=pd.Series(estimate).index)


def largest_by_chance(standard_error: ArrayLike, **how: Any) -> float:
    """How many standard errors the largest difference of n values stays below by chance alone.

    In a share `level` of cases. how: level, draws and seed, and ValueError, as of rank_sets.
    """
    n = len(np.asarray(standard_error))
    contest = contest_of(np.zeros(n), standard_error, None, **how)
    chance = largest(contest, np.arange(n), contest.spread != 0).max(axis=0)
    return float(np.partition(chance, contest.at)[contest.at])


def told_apart(contest: Contest, rows: NDArray[np.intp], stepdown: bool) -> NDArray[np.bool_]:
    """(rows, n): True where the higher of row and column is ahead by more than chance.

    Of each pair two hypotheses are looked at; that the lower is not ahead is never rejected.
    """
    spread, ahead = contest.spread[rows], contest.value - contest.value[rows][:, None]
    gap = np.where(ahead == 0, 0, np.inf)  # infinite: both known exactly
    np.divide(ahead, spread, out=gap, where=spread != 0)
    apart = np.isinf(gap)
    higher, lower = largest(contest, rows, spread != 0)
    while True:
        critical = np.partition(np.maximum(higher, lower), contest.at)[contest.at]
        new = (gap > critical) & ~apart
        apart |= new
        if not (stepdown and new.any()):
            return apart
        higher, _ = largest(contest, rows, (spread != 0) & ~apart)


def largest(contest: Contest, rows: NDArray[np.intp], active: NDArray[np.bool_]) -> Floats:
    """(2, draws): how far chance puts the higher of an active pair ahead at most, and the lower."""
    found = np.zeros((2, contest.noise.shape[1]))
    if len(rows) == len(contest.order):
        active = np.tril(active)  # each pair is there twice, and once will do
    for i, other in zip(rows, active, strict=True):
        for step in np.unique(contest.spread[i, other]):  # dividing by one number keeps order, so
            same = contest.noise[other & (contest.spread[i] == step)]  # that the ends will do
            lead = (np.stack([same.max(axis=0), same.min(axis=0)]) - contest.noise[i]) / step
            np.maximum(found, [lead.max(axis=0), -lead.min(axis=0)], out=found)
    return found


def contest_of(
    estimate: ArrayLike, standard_error: ArrayLike | None, covariance: ArrayLike | None,
    level: float = 0.95, draws: int = 10_000, seed: int = 1,
) -> Contest:
    """Check the input and draw the errors; ValueError names what does not fit."""
    values = numbers(estimate, "estimate")
    n = len(values)
    if not n or np.isinf(values).any():
        raise ValueError("estimate needs at least one value, and finite ones")
    if (standard_error is None) == (covariance is None):
        raise ValueError("give either standard_error or covariance, and not both")
    check_level(level)
    at = ceil(round(level * (draws + 1), 9))  # the observed one is a draw more: the level is exact
    if at > draws:
        raise ValueError(f"{draws} draws are too few for level {level}; 1,000 or more are usual")
    if covariance is None:
        errors = numbers(standard_error, "standard_error")
        if len(errors) != n or not ((errors >= 0) & np.isfinite(errors)).all():
            raise ValueError(f"standard_error needs {n} finite values of zero or more")
        covariance = np.diag(errors**2)
    matrix = np.asarray(covariance, dtype="float64")
    fits = matrix.shape == (n, n) and np.isfinite(matrix).all()
    if not fits or not np.allclose(matrix, matrix.T, atol=0):
        raise ValueError(f"covariance needs to be symmetric, {n} x {n} and without gaps")
    order = np.lexsort((np.diag(matrix), values))
    root, spread = root_and_spread(matrix[np.ix_(order, order)])
    normal = np.random.default_rng(seed).standard_normal((draws, n))
    return Contest(order, values[order], spread, np.ascontiguousarray((normal @ root).T), at - 1)


def root_and_spread(matrix: Floats) -> tuple[Floats, Floats]:
    """A covariance's symmetric root, which tied errors have too, and the spread of a Contest."""
    values, vectors = np.linalg.eigh(matrix)
    if values.min() < -1e-8 * np.abs(values).max():
        raise ValueError("covariance is not positive semi-definite: no errors can have it")
    both = np.add.outer(np.diag(matrix), np.diag(matrix))
    variance = both - 2 * matrix
    spread = np.sqrt(np.where(variance > 1e-12 * both, variance, 0))  # the rest is rounding
    return (vectors * np.sqrt(values.clip(0))) @ vectors.T, np.triu(spread) - np.tril(spread)


def numbers(values: ArrayLike | None, name: str) -> Floats:
    """The values as a float array of one dimension; ValueError for a gap."""
    array = np.asarray(values, dtype="float64")
    if array.ndim != 1:
        raise ValueError(f"{name} needs one dimension, not {array.ndim}")
    if np.isnan(array).any():
        at = int(np.argmax(np.isnan(array)))
        raise ValueError(f"{name} has no value at position {at}; leave rows without one out")
    return array


def check_level(level: float) -> None:
    """ValueError unless a confidence level lies between 0 and 1."""
    if not 0 < level < 1:
        raise ValueError(f"level lies between 0 and 1, such as 0.95, not {level}")
