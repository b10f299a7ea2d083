"""The share of mistyped digits that the printed figures give away, and that the counting of it is right."""

from fractions import Fraction

import numpy as np
import pytest

import one_digit
from analysis.rounding import printed


@pytest.fixture(scope="module")
def tried():
    return one_digit.tried()


def test_each_digit_is_replaced_by_nine_others(tried):
    every, _ = tried
    printed_digits = sum(
        len(row[name].replace(".", ""))
        for row in one_digit.read("index", edition="2023")
        for name in ("people", "population", "rate")
    )
    assert len(every) == 9 * printed_digits == len({tuple(slip) for slip in every})
    assert (every[:, 2] != every[:, 3]).all()


def test_no_check_fails_for_the_figures_as_printed():
    rows = one_digit.read("index", edition="2023")
    assert all(int(row[name]) % 1000 == 0 for row in rows for name in ("people", "population") if row[name])
    people = np.array([one_digit.whole(row["people"]) for row in rows])
    population = np.array([one_digit.whole(row["population"]) for row in rows])
    tenths = np.array([one_digit.whole(row["rate"], 10) for row in rows])
    assert one_digit.quotient_fits(people, population, tenths).all()
    assert abs(people[people > 0].sum() - one_digit.HEADLINE) <= one_digit.TO


def test_the_fast_quotient_is_the_exact_one(tried):
    """Every fiftieth slip again, with the intervals of exact fractions."""
    every, fails = tried
    rows = one_digit.read("index", edition="2023")
    for number in range(0, len(every), 50):
        at, column, _, after = every[number].tolist()
        shown = [rows[at][name] for name in ("people", "population", "rate")]
        shown[column] = str(after) if column < 2 else str(Fraction(after, 10).limit_denominator(10) * 1.0)
        if all(shown) and shown[1] != "0" and not fails["unit"][number]:
            people, population = (printed(text, 1000) for text in shown[:2])
            meets = (people / population * 1000).meets(printed(shown[2], "0.1"))
            assert fails["quotient"][number] == (not meets), (rows[at]["iso3"], shown)


def test_what_each_check_gives_away(tried):
    every, fails = tried
    column, after = every[:, 1], every[:, 3]
    caught = np.any(list(fails.values()), axis=0)
    assert caught[column == 1].all(), "no slip in a population passes: the UN prints it, too"
    assert caught[(column == 0) & (after % 1000 != 0)].all()
    for name in ("unit", "quotient", "un"):  # without any of the three, fewer are caught
        assert (np.any([fail for other, fail in fails.items() if other != name], axis=0) != caught).any(), name


def test_a_slip_worked_by_hand(tried):
    """Kenya: 269,000 of 53,771,000 are 5.0 per 1,000; 279,000 would be 5.19."""
    every, fails = tried
    kenya = [row["iso3"] for row in one_digit.read("index", edition="2023")].index("KEN")
    caught = dict(zip(map(tuple, every[:, [0, 1, 3]].tolist()), np.any(list(fails.values()), axis=0), strict=True))
    assert caught[kenya, 0, 279_000] and not caught[kenya, 0, 268_000]  # 268,000 is 4.98, printed as 5.0, too
    assert caught[kenya, 1, 53_772_000] and caught[kenya, 2, 51]  # the UN says 53,771.3 thousand; 5.1 is not 5.0
