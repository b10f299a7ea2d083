"""Ranks and the places that intervals leave open."""

from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.ranks import rank, rank_interval, sides

tables = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 3)), min_size=1, max_size=5)


def by_orderings(low, high):
    """Best and worst place over every ordering that some values within the intervals allow, ties broken either way.

    An ordering (first = largest) is possible if values can be picked that never rise along it: going down the order,
    each value is at most the smallest upper end so far, and that must not fall below its own lower end.
    """
    n = len(low)
    places = [[] for _ in range(n)]
    for order in permutations(range(n)):
        ceiling, possible = float("inf"), True
        for item in order:
            ceiling = min(ceiling, high[item])
            possible = possible and ceiling >= low[item]
        if possible:
            for place, item in enumerate(order, start=1):
                places[item].append(place)
    return [min(p) for p in places], [max(p) for p in places]


@given(tables)
def test_rank_interval_equals_brute_force_over_orderings(table):
    low = [a for a, _ in table]
    high = [a + width for a, width in table]
    found = rank_interval(low, high)
    best, worst = by_orderings(low, high)
    assert list(found["best"]) == best and list(found["worst"]) == worst


@given(tables)
def test_every_choice_of_true_values_ranks_within_the_interval(table):
    low = [a for a, _ in table]
    high = [a + width for a, width in table]
    found = rank_interval(low, high)
    for values in product(*({a, (a + b) / 2, b} for a, b in zip(low, high, strict=True))):
        plain = rank(values)
        assert (plain >= found["best"]).all() and (plain <= found["worst"]).all()


@given(tables)
def test_definition_counted_the_slow_way(table):
    low = np.array([a for a, _ in table])
    high = np.array([a + width for a, width in table])
    found = rank_interval(low, high)
    for i in range(len(table)):
        assert found["best"][i] == 1 + sum(low[j] > high[i] for j in range(len(table)))
        assert found["worst"][i] == sum(high[j] >= low[i] for j in range(len(table)))


def test_hand_worked_ranks():
    # values 9, 5, 5, 1: one value above the fives, so both are 2nd, and 1 is 4th
    assert list(rank([5, 9, 1, 5])) == [2, 1, 4, 2]
    # [8,10] is first; [4,6] and [5,7] overlap: 2 or 3 each; [1,2] last
    found = rank_interval([4, 8, 5, 1], [6, 10, 7, 2])
    assert found.to_numpy().tolist() == [[2, 3], [1, 1], [2, 3], [4, 4]]


def test_touching_intervals_can_swap():
    # 3.3 and 3.4 printed to 0.1 share the value 3.35, so either may come first
    found = rank_interval([3.25, 3.35], [3.35, 3.45])
    assert found.to_numpy().tolist() == [[1, 2], [1, 2]]


def test_hand_worked_sides():
    # beside [4, 6]: [5, 7] shares 5 to 6, [6, 8] only 6 and [2, 4] only 4; [7, 9] is all higher, [1, 3] all lower
    low = pd.Series([4.0, 5, 6, 2, 7, 1], index=["mine", "shares", "touches", "touched", "over", "under"])
    high = pd.Series([6.0, 7, 8, 4, 9, 3], index=low.index)
    found = sides(low, high, "mine")
    assert found.tolist() == ["itself", *["either side"] * 3, "surely above", "surely below"]
    # one surely above: best 2; three on either side: worst 5; rank_interval counts the same
    assert rank_interval(low, high).loc["mine"].tolist() == [2, 5]


def test_index_is_kept():
    found = rank_interval(pd.Series([1.0, 2.0], index=["ERI", "PRK"]), pd.Series([1.5, 2.5], index=["ERI", "PRK"]))
    assert found.loc["PRK"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        ([1, None], [2, 2], "^low has no value at position 1; leave rows without one out$"),
        ([1, 2], [2, None], "^high has no value at position 1"),
        ([1, 3], [2, 2], r"^low is above high at position 1: 3\.0 > 2\.0$"),
        ([1], [1, 2], "^low and high need equal length, not 1 and 2$"),
        ([[1]], [[2]], "^low needs one dimension, not 2$"),
    ],
)
def test_bad_input_is_refused(low, high, message):
    with pytest.raises(ValueError, match=message):
        rank_interval(low, high)
