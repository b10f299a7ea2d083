"""What an error would do: Wilson's interval, values off by a percentage, and the places they lead to."""

from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import whatif
from analysis.whatif import place_spread, what_if, wilson

VALUES = np.array([100.0, 50.0, 20.0, 10.0])
PEOPLE = np.array([900.0, 100.0, 300.0, 700.0])
REGIONS = ["north", "north", "south", "south"]


def drawn(**options):
    return np.concatenate(list(what_if(VALUES, **options)))


def test_wilson_by_hand():
    # z = 1.96, z squared = 3.8416. None of ten: 0 to 3.8416 / 13.8416 = 0.2775.
    assert wilson(0, 10) == pytest.approx((0, 0.2775), abs=5e-5)
    # Five of ten: 0.5 give or take 1.96 / 13.8416 x root(10 x 0.25 + 0.9604) = 0.1416 x 1.8602 = 0.2634.
    assert wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=5e-5)


@given(st.integers(1, 500), st.data(), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_wilson_ends_are_where_the_score_test_turns(n, data, level):
    successes = data.draw(st.integers(0, n))
    low, high = wilson(successes, n, level)
    z = {0.5: 0.67449, 0.9: 1.64485, 0.95: 1.95996, 0.99: 2.57583}[level]
    assert 0 <= low <= successes / n <= high <= 1
    for end in {low, high} - {0.0, 1.0}:
        assert abs(successes / n - end) == pytest.approx(z * sqrt(end * (1 - end) / n), rel=1e-4)
    mirrored = wilson(n - successes, n, level)
    assert mirrored == pytest.approx((1 - high, 1 - low))


@pytest.mark.parametrize("case", [(-1, 5), (6, 5), (0, 0)])
def test_wilson_needs_a_share(case):
    with pytest.raises(ValueError, match="between 0 and n"):
        wilson(*case)


def test_wilson_needs_a_level():
    with pytest.raises(ValueError, match="level"):
        wilson(1, 2, level=95)


@pytest.mark.parametrize("relative", [0.1, 0.65])
def test_values_are_off_by_the_percentage_asked_for(relative):
    found = drawn(relative_error=relative, draws=40_000)
    assert found.mean(axis=0) / VALUES == pytest.approx(np.ones(4), abs=4 * relative / sqrt(40_000))
    assert found.std(axis=0) / VALUES == pytest.approx(np.full(4, relative), rel=0.05)
    assert abs(np.corrcoef(np.log(found).T)[0, 1]) < 0.02
    assert np.log(found).std(axis=0) == pytest.approx(np.full(4, sqrt(log(1 + relative**2))), rel=0.02)


def test_no_error_changes_nothing():
    assert (drawn(relative_error=0, draws=3) == VALUES).all()


def test_shared_errors_link_a_region_and_nothing_else():
    found = np.log(drawn(relative_error=0.3, draws=20_000, region=REGIONS, shared=0.5))
    correlation = np.corrcoef(found.T)
    assert correlation[0, 1] == pytest.approx(0.5, abs=0.03) and correlation[0, 2] == pytest.approx(0, abs=0.03)
    assert found.std(axis=0) == pytest.approx(np.full(4, sqrt(log(1.09))), rel=0.03)  # the size stays
    together = drawn(relative_error=0.3, draws=50, region=REGIONS, shared=1)
    assert together[:, 0] / together[:, 1] == pytest.approx(np.full(50, 2))


def test_held_sums_stay_and_a_lone_country_cannot_err():
    found = drawn(relative_error=0.65, draws=500, region=REGIONS, amounts=PEOPLE)
    people = PEOPLE * found / VALUES
    assert people[:, :2].sum(axis=1) == pytest.approx(np.full(500, 1000))
    assert people[:, 2:].sum(axis=1) == pytest.approx(np.full(500, 1000))
    assert found.std(axis=0).min() > 0
    alone = drawn(relative_error=0.65, draws=20, region=["a", "b", "c", "c"], amounts=PEOPLE)
    assert alone[:, :2] == pytest.approx(np.tile(VALUES[:2], (20, 1)))


def test_chunks_do_not_change_the_draws(monkeypatch):
    options = {"relative_error": 0.3, "draws": 50, "region": REGIONS, "shared": 0.4, "amounts": PEOPLE, "seed": 5}
    whole = drawn(**options)
    monkeypatch.setattr(whatif, "CHUNK", 7)
    assert (drawn(**options) == whole).all() and len(whole) == 50
    assert not (drawn(**options | {"seed": 6}) == whole).any()


def test_places_by_hand():
    # Value 0 is first in three of four draws and last in one; 5 percent of four draws is reached by the first already.
    chunks = [np.array([[9, 5, 1], [9, 1, 5]]), np.array([[9, 5, 1], [1, 9, 5]])]
    found = place_spread(chunks, top=1)
    assert found["in_top"].tolist() == [0.75, 0.25, 0]
    assert found[["low", "middle", "high"]].values.tolist() == [[1, 1, 3], [1, 2, 3], [2, 2, 3]]
    assert place_spread(chunks, top=2)["in_top"].tolist() == [0.75, 0.75, 0.5]


@pytest.mark.parametrize("top", [1, 2, 3, 4])
def test_every_draw_fills_every_place_once(top):
    # so the shares of the draws that put each value among the first `top` add up to `top`
    assert place_spread(what_if(VALUES, 0.65, draws=2500), top=top)["in_top"].sum() == pytest.approx(top)


@given(st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=1, max_size=60))
def test_places_equal_counting_in_whole_numbers(draws):
    """Brute force: the smallest place that a share of the draws reaches; of equal values the earlier is ahead."""
    found = place_spread([np.array(draws)])
    for i in range(3):
        places = [1 + sum(v > row[i] or (v == row[i] and k < i) for k, v in enumerate(row)) for row in draws]
        for name, half_percent in {"low": 10, "middle": 100, "high": 190}.items():
            enough = [p for p in (1, 2, 3) if 200 * sum(q <= p for q in places) >= half_percent * len(draws)]
            assert found[name][i] == enough[0]


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ([1, 0], {}, "^values needs values above zero; position 1 has 0.0$"),
        ([1, np.nan], {}, "^values has no value at position 1; leave rows without one out$"),
        ([], {}, "^values needs some values, not 0$"),
        ([1, 2], {"relative_error": -0.1}, "zero or more"),
        ([1, 2], {"shared": 0.5}, "^errors or sums within regions need `region`, a label for each value$"),
        ([1, 2], {"amounts": [1, 2]}, "^errors or sums within regions need `region`"),
        ([1, 2], {"shared": 2, "region": ["a", "b"]}, "between 0 and 1"),
        ([1, 2], {"region": ["a"]}, "2 labels"),
        ([1, 2], {"region": ["a", None], "shared": 0.5}, "without gaps"),
        ([1, 2], {"amounts": [1], "region": ["a", "b"]}, "^amounts needs 2 values, not 1$"),
        ([1, 2], {"amounts": [1, -3], "region": ["a", "b"]}, "^amounts needs values above zero; position 1 has -3.0$"),
    ],
)
def test_bad_input_is_named(values, options, message):
    with pytest.raises(ValueError, match=message):
        list(what_if(values, **{"relative_error": 0.1, **options}))


def test_no_draws_have_no_places():
    with pytest.raises(ValueError, match="^no draws to place; ask for one or more$"):
        place_spread([])


@pytest.mark.parametrize("shared", [0.0, 0.36, 1.0])
def test_every_value_is_off_by_the_draws_that_are_promised(shared):
    # Of each draw one number for each value, then one for each region, in the order of their names: north, south.
    normal = np.random.default_rng(7).standard_normal((3, 6))
    own, south, north = normal[:, :4], normal[:, 5:], normal[:, 4:5]
    error = sqrt(1 - shared) * own + sqrt(shared) * np.hstack([south, south, north, north])
    sigma = sqrt(log(1 + 0.3**2))
    found = drawn(relative_error=0.3, draws=3, seed=7, shared=shared, region=["south", "south", "north", "north"])
    assert found == pytest.approx(VALUES * np.exp(sigma * error - sigma**2 / 2))


def test_unless_told_otherwise_ten_thousand_draws_of_the_seed_1_and_the_first_ten_places():
    chunks = list(what_if(VALUES, 0.3))
    assert [len(chunk) for chunk in chunks] == [1000] * 10
    assert (np.concatenate(chunks) == drawn(relative_error=0.3, draws=10_000, seed=1)).all()
    found = place_spread([np.arange(20.0, 0, -1)[None]])
    assert found["in_top"].tolist() == [1] * 10 + [0] * 10


def test_equal_values_are_placed_in_the_order_of_their_rows():
    # many, because a short row keeps its order in any way of sorting
    found = place_spread([np.full((2, 60), 7.0)])
    assert found["low"].tolist() == found["high"].tolist() == list(range(1, 61)) and found["low"].dtype == int
