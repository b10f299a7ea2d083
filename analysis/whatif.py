"""What an error would do: to a share from a sample, and to places if values are off. No files."""

from collections.abc import Iterable, Iterator
from math import sqrt
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.ranks import Floats, check_level, numbers

CHUNK = 1000  # draws made at a time


def wilson(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's (1927) interval for a share, if n persons are an independent random sample.

    For people interviewed in clusters divide both numbers by a design effect first. ValueError
    unless 0 <= successes <= n and n >= 1.
    """
    if not (n >= 1 and 0 <= successes <= n):
        raise ValueError(f"successes lie between 0 and n (1 or more), not {successes} of {n}")
    check_level(level)
    z = NormalDist().inv_cdf((1 + level) / 2)
    centre = (successes + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * sqrt(successes * (n - successes) / n + z**2 / 4)
    return (centre - half if successes else 0.0), (centre + half if successes < n else 1.0)


def log_error(relative_error: float) -> float:
    """The standard error on the log scale of a lognormal value; relative_error 0.65: 65 percent."""
    if not relative_error >= 0:
        raise ValueError(f"a relative error is zero or more, not {relative_error}")
    return float(np.sqrt(np.log1p(relative_error**2)))


def what_if(
    values: ArrayLike, relative_error: float, *, draws: int = 10_000, seed: int = 1,
    region: ArrayLike | None = None, shared: float = 0.0, amounts: ArrayLike | None = None,
) -> Iterator[Floats]:
    """Values as they might have come out, in chunks (up to 1,000, n): each off by a random factor.

    values (n,), above zero; the factor is lognormal with mean 1 and standard deviation
    relative_error (0.3: 30 percent). shared: the part, 0 to 1, of the (log) error variance common
    to a region. amounts (n,): people behind each value; if given, factors are scaled until the
    people of each region sum to what they did. ValueError for zero or less, a gap, unequal lengths,
    or a region that is needed and missing.
    """
    base = positive(values, "values")
    groups = region_codes(region, len(base), needed=shared > 0 or amounts is not None)
    if not 0 <= shared <= 1:
        raise ValueError(f"shared lies between 0 and 1, not {shared}")
    people = None if amounts is None else positive(amounts, "amounts", len(base))
    sigma, count = log_error(relative_error), groups.max() + 1
    member = (groups[:, None] == np.arange(count)).astype(float)  # (n, regions)
    random = np.random.default_rng(seed)
    for first in range(0, draws, CHUNK):
        normal = random.standard_normal((min(CHUNK, draws - first), len(base) + count))
        own, common = normal[:, : len(base)], normal[:, len(base) :][:, groups]
        error = sqrt(1 - shared) * own + sqrt(shared) * common
        factor = np.exp(sigma * error - sigma**2 / 2)
        if people is not None:  # bring each region's sum of people back to what it was
            factor = factor * (people @ member / ((people * factor) @ member))[:, groups]
        yield base * factor


def place_spread(chunks: Iterable[Floats], top: int = 10) -> pd.DataFrame:
    """Where each of n values is placed over all draws (1 = largest); ties go to the earlier row.

    Columns: low, middle, high (the 5th, 50th and 95th percentile of the draws: the smallest place
    that so many reach), in_top (share of draws in the first `top`). ValueError for no draws.
    """
    orders = [np.argsort(-chunk, axis=1, kind="stable") for chunk in chunks]
    if not orders:
        raise ValueError("no draws to place; ask for one or more")
    places = 1 + np.argsort(np.concatenate(orders), axis=1)  # (draws, n)
    found = np.quantile(places, [0.05, 0.5, 0.95], axis=0, method="inverted_cdf").astype(int)
    table = pd.DataFrame(found.T, columns=["low", "middle", "high"])
    return table.assign(in_top=(places <= top).mean(axis=0))


def positive(values: ArrayLike, name: str, n: int | None = None) -> Floats:
    """The values as a float array (n,); ValueError for a gap, zero or less, or another length."""
    array = numbers(values, name)
    if not len(array) or len(array) != (n or len(array)):
        raise ValueError(f"{name} needs {n or 'some'} values, not {len(array)}")
    fine = np.isfinite(array) & (array > 0)
    if not fine.all():
        at = int(np.argmin(fine))
        raise ValueError(f"{name} needs values above zero; position {at} has {array[at]}")
    return array


def region_codes(region: ArrayLike | None, n: int, needed: bool) -> NDArray[np.intp]:
    """Regions as numbers from 0, shape (n,); all 0 if none are given and none needed."""
    if region is None and needed:
        raise ValueError("errors or sums within regions need `region`, a label for each value")
    codes, _ = pd.factorize(np.zeros(n) if region is None else np.asarray(region), sort=True)
    if len(codes) != n or (codes < 0).any():
        raise ValueError(f"region needs {n} labels without gaps")
    return codes
