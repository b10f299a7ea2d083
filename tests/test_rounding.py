"""What a printed number can mean."""

import math
import random
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.rounding import (
    Interval,
    as_printed,
    each_prints_as,
    exact,
    printed,
    prints_as,
    total,
    two_digits,
    verdict,
)

UNITS = ["0.01", "0.1", "1", "10", "100", "1000", "100000"]
values = st.decimals(min_value=0, max_value=10**9, places=6, allow_nan=False, allow_infinity=False)


def test_hand_worked_interval():
    # 3.3 printed to 0.1: half of 0.1 is 0.05, so 3.25 to 3.35
    assert printed("3.3", "0.1") == Interval("3.25", "3.35")
    # 1,091,000 printed to 1,000: 500 either way
    assert printed("1,091,000", 1000).bounds() == (1_090_500, 1_091_500)
    assert printed("<1,000", 1000) == Interval(0, 1000)
    assert printed("1.130009", "unrounded") == Interval("1.130009", "1.130009")


def test_trailing_zeros_do_not_widen_the_interval():
    # 25,500,000 printed to 1,000 means 25,499,500 to 25,500,500, however many zeros it ends in
    assert printed("25500000", 1000).bounds() == (25_499_500, 25_500_500)


def test_the_two_tie_rules_differ_only_on_ties():
    # 3.25 lies halfway: to the even digit 3.2, away from zero 3.3; 3.26 is 3.3 by both
    assert (as_printed("3.25", "0.1", "even"), as_printed("3.25", "0.1", "away")) == ("3.2", "3.3")
    assert as_printed("3.25", "0.1") == "3.3"  # if nothing is said, as a spreadsheet does
    assert (as_printed("3.26", "0.1", "even"), as_printed("3.26", "0.1", "away")) == ("3.3", "3.3")
    assert (as_printed("-3.25", "0.1", "away"), as_printed("2500", 1000, "even")) == ("-3.3", "2000")


def test_the_first_two_digits_written_out():
    # 12,835.1 lies between 12,000 and 13,000, nearer to 13,000; 2.27493e-6 between 2.2 and 2.3 millionths
    assert [two_digits(value) for value in (12835.1, 10.3002, 0.0473147)] == ["13,000", "10", "0.047"]
    assert [two_digits(value) for value in (2.27493e-6, 138.79, 2.579)] == ["0.0000023", "140", "2.6"]


def test_united_states_by_hand():
    # 1,091,000 / 331,003,000 = 3.29604... per 1,000; lowest 1,090,500 / 331,003,500, highest 1,091,500 / 331,002,500
    rate = printed("1091000", 1000) / printed("331003000", 1000) * 1000
    low, high = rate.bounds()
    assert math.isclose(low, 1_090_500 / 331_003_500 * 1000)
    assert math.isclose(high, 1_091_500 / 331_002_500 * 1000)
    assert prints_as(Fraction(1_091_000, 331_003), "3.3", "0.1")


def test_ten_thousand_honest_numbers_are_never_flagged():
    draw = random.Random(1)
    for _ in range(10_000):
        value = exact(str(round(draw.uniform(0, 10 ** draw.randint(0, 9)), draw.randint(0, 6))))
        unit = draw.choice(UNITS)
        if draw.random() < 0.3:  # put the value on a tie, where the rules differ
            value = (value // exact(unit) + Fraction(1, 2)) * exact(unit)
        for ties in ("even", "away"):
            text = as_printed(value, unit, ties)
            assert printed(text, unit).meets(value) and prints_as(value, text, unit)


@given(values, st.sampled_from(UNITS))
def test_one_unit_beyond_its_bounds_is_always_flagged(value, unit):
    step = exact(unit)
    text = exact(as_printed(value, unit))
    for moved in (text + 2 * step, text - 2 * step):  # one unit beyond what either tie rule can print
        assert not Interval(moved - step / 2, moved + step / 2).meets(value)
        if moved >= 0:
            assert not prints_as(value, as_printed(moved, unit), unit)


@given(values, st.sampled_from(UNITS))
def test_a_printed_value_one_unit_off_is_flagged_unless_it_lies_on_the_edge(value, unit):
    off = exact(as_printed(value, unit)) + exact(unit)
    on_edge = exact(str(value)) == off - exact(unit) / 2
    assert printed(as_printed(off, unit), unit).meets(str(value)) == on_edge


@given(values, values, values, values)
def test_interval_arithmetic_holds_every_pair_of_true_values(a, b, c, d):
    one, two = Interval(min(a, b), max(a, b)), Interval(min(c, d) + 1, max(c, d) + 1)
    for x in (one.low, one.high, (one.low + one.high) / 2):
        for y in (two.low, two.high, (two.low + two.high) / 2):
            assert (one + two).meets(x + y) and (one - two).meets(x - y)
            assert (one * two).meets(x * y) and (one / two).meets(x / y)


@given(values, values, values, values)
def test_meeting_is_having_a_common_value(a, b, c, d):
    one, two = Interval(min(a, b), max(a, b)), Interval(min(c, d), max(c, d))
    both = one & two
    assert one.meets(two) == two.meets(one) == (both is not None)
    if both:
        assert one.meets(both.low) and two.meets(both.low) and one.meets(both.high) and two.meets(both.high)


def test_sum_of_intervals():
    # 2.5..3.5 and 0.5..1.5 add to 3..5
    assert total([printed("3", 1), printed("1", 1)]) == Interval(3, 5)


HOW = "as a number; write digits such as 2,696,000 or 104.6"
FINER = "'3.25' has finer digits than its rounding unit 0.1; check the unit"


@pytest.mark.parametrize(
    ("text", "unit", "message"),
    [
        ("12x", "1", f"cannot read '12x' {HOW}"),
        ("1.2.3", "0.1", f"cannot read '1.2.3' {HOW}"),
        ("nan", "1", f"cannot read 'nan' {HOW}"),
        ("3.25", "0.1", FINER),
        ("3", "0", "a rounding unit must be above zero, not 0"),
        ("3", "-1", "a rounding unit must be above zero, not -1"),
    ],
)
def test_unreadable_numbers_are_refused(text, unit, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        printed(text, unit)


def test_division_by_an_interval_with_zero_is_refused():
    with pytest.raises(ZeroDivisionError, match="^the divisor's interval contains zero$"):
        Interval(1, 2) / Interval(0, 1)
    with pytest.raises(ValueError, match=r"^an interval needs low <= high, not 2\.0 to 1\.0$"):
        Interval(2, 1)


def test_less_than_a_thousand_is_none_to_a_thousand():
    assert printed(" <1,000", 1000) == Interval(0, 1000)
    assert [prints_as(n, " <1,000", 1000) for n in (-1, 0, 999, 1000, 1001)] == [False, True, True, True, False]


def test_each_value_has_the_text_at_its_place():
    assert each_prints_as([3.34, 3.36, 3.25], ["3.3", "3.3", "3.2"], "0.1") == [True, False, True]
    assert each_prints_as([2.0, 2.1], ["2.0", "2.0"], "unrounded") == [True, False]
    with pytest.raises(ValueError, match="shorter"):
        each_prints_as([3.3, 3.4], ["3.3"], "0.1")


def test_the_one_rule_for_verdicts():
    # (prints as printed, shares a value with what rounding allows)
    assert [verdict(*case) for case in ((True, True), (True, False))] == ["reproduces"] * 2
    assert [verdict(*case) for case in ((False, True), (False, False))] == ["within rounding", "inconsistent"]
