"""A rank, and the places that intervals or standard errors (rank_sets) leave open. Place 1 is the largest value."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.differences import numbers
from analysis.rank_sets import rank_sets, top_k

__all__ = ["rank", "rank_interval", "rank_sets", "top_k"]


def rank(values: ArrayLike) -> np.ndarray:
    """The plain rank of each value, shape (n,): 1 + how many are larger, so ties share the best place.

    Raises ValueError for a missing value: a country without an estimate has no place.
    """
    array = numbers(values, "values")
    ordered = np.sort(array)
    return 1 + len(array) - np.searchsorted(ordered, array, side="right")


def rank_interval(low: ArrayLike, high: ArrayLike) -> pd.DataFrame:
    """The best and worst place each of n values can take when each lies anywhere from low to high.

    Ties may be broken either way: best = 1 + #{j: low_j > high_i}, worst = #{j: high_j >= low_i}, i itself included.
    Columns best, worst (integers, 1 = largest), indexed like `low`. O(n log n).
    Raises ValueError for a missing value or a low above its high.
    """
    index = low.index if isinstance(low, pd.Series) else None
    lows, highs = numbers(low, "low"), numbers(high, "high")
    if lows.shape != highs.shape:
        raise ValueError(f"low and high need equal length, not {len(lows)} and {len(highs)}")
    if (lows > highs).any():
        at = int(np.argmax(lows > highs))
        raise ValueError(f"low is above high at position {at}: {lows[at]} > {highs[at]}")
    n = len(lows)
    by_low, by_high = np.argsort(lows), np.argsort(highs)
    ordered_low, ordered_high = lows[by_low], highs[by_high]
    best, worst = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    # asked in sorted order, a search runs through memory once: several times faster than in the order given
    best[by_high] = 1 + n - np.searchsorted(ordered_low, ordered_high, side="right")
    worst[by_low] = n - np.searchsorted(ordered_high, ordered_low, side="left")
    return pd.DataFrame({"best": best, "worst": worst}, index=index)
