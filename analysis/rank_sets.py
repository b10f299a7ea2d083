"""The places that standard errors leave open: marginal and simultaneous confidence sets for ranks.

Method: Mogstad, Romano, Shaikh and Wilhelm (2023), "Inference for Ranks with Applications to Mobility across
Neighbourhoods and Academic Achievement across Countries", Review of Economic Studies; theirs is the R package csranks.
Two countries count as ordered only if they differ by more than chance alone would make the largest of all the
differences looked at. The sets are conservative: they hold the true place at least as often as the level says, and
usually more often.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.differences import ROOM, Draws, Flags, Pairs, compare, critical_values, draws_for


def rank_sets(
    estimate: ArrayLike,
    standard_error: ArrayLike | None = None,
    covariance: ArrayLike | None = None,
    *,
    level: float = 0.95,
    draws: int = 10_000,
    seed: int = 1,
    simultaneous: bool = False,
    stepdown: bool = True,
    best: Literal["largest", "smallest"] = "largest",
) -> pd.DataFrame:
    """The best and the worst place of each of n estimates at a confidence level; place 1 is the largest (or smallest).

    estimate (n,), and either standard_error (n,) of independent errors, or covariance (n, n), all in one unit.
    Marginal sets: each country's own holds its true place with probability `level`. Simultaneous sets: all hold all
    places together. stepdown: look again without the pairs already told apart (narrower, as valid).
    Columns best, worst (integers), indexed like `estimate`. Where places are tied the set holds all of them.

    The same seed gives the same sets, also with the rows in another order (rows with equal estimate and equal error
    share their draws between them). Time grows with draws x n x n; memory grows with neither, below 1.6 million draws.
    ValueError for a gap, unequal lengths, a negative error, not exactly one kind of error, or too few draws.
    """
    if best not in ("largest", "smallest"):
        raise ValueError(f"best is 'largest' or 'smallest', not {best!r}")
    pairs, chance = compare(estimate, standard_error, covariance), draws_for(level, draws, seed)
    apart = told_apart(pairs, chance, simultaneous, stepdown)
    above = (apart & (pairs.sign > 0)).sum(axis=1)  # how many are surely larger
    below = (apart & (pairs.sign < 0)).sum(axis=1)
    before, after = (above, below) if best == "largest" else (below, above)
    places = np.empty((len(apart), 2), dtype=int)
    places[pairs.order] = np.column_stack([1 + before, len(apart) - after])
    index = estimate.index if isinstance(estimate, pd.Series) else None
    return pd.DataFrame(places, columns=["best", "worst"], index=index)


def top_k(sets: pd.DataFrame, k: int) -> pd.Series:
    """True for each country that may be among the first k; `sets` as rank_sets or ranks.rank_interval gives them.

    From simultaneous sets the whole list holds at their level, from marginal ones each country only by itself. Those
    surely among the first k have worst <= k. ValueError unless k lies in 1 to n.
    """
    if not 1 <= k <= len(sets):
        raise ValueError(f"k lies in 1 to {len(sets)}, not {k}")
    return (sets["best"] <= k).rename(f"may_be_in_top_{k}")


def told_apart(pairs: Pairs, draws: Draws, simultaneous: bool, stepdown: bool) -> Flags:
    """(n, n), True where row i and column k are surely different; as many rows at a time as there is room for."""
    apart = ~np.isfinite(pairs.gap)
    n = len(apart)
    size = n if simultaneous else max(1, ROOM // draws.count)
    for first in range(0, n, size):
        settle(pairs, apart, np.arange(first, min(first + size, n)), draws, simultaneous, stepdown)
    return apart


def settle(pairs: Pairs, apart: Flags, rows: NDArray[np.intp], draws: Draws, together: bool, stepdown: bool) -> None:
    """Mark in `apart` what these rows can be told apart from, stepwise until nothing is added."""
    while len(rows):
        active = (pairs.spread > 0) & ~apart
        critical = critical_values(pairs, active, rows, draws, together)
        new = active[rows] & (pairs.gap[rows] > critical[:, None])
        apart[rows] |= new
        go_on = stepdown and new.any()
        rows = rows if go_on and together else rows[new.any(axis=1) & go_on]
