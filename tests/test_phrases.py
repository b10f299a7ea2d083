"""Reading printed figures: what each phrase of an article can mean."""

from dataclasses import replace
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.claims.phrases import NUMERALS, phrase
from analysis.rounding import Interval, as_printed

MILLION = 10**6


def interval(low, high):
    return Interval(F(low), F(high))


@pytest.mark.parametrize(
    ("text", "kind", "value", "readings"),
    [
        # digits after the point: 0.1 million is the unit, half of it is 0.05 million
        ("1.1 million", "count", "1100000", {"digits": (1_050_000, 1_150_000)}),
        ("2.7 million", "count", "2700000", {"digits": (2_650_000, 2_750_000)}),
        # 0.33 percent: to 0.01 percent, so 0.325 to 0.335 percent, over 100
        ("0.33 percent", "share", "0.0033", {"digits": ("0.00325", "0.00335")}),
        # 90.3 of every 1,000: 90.25 to 90.35, over 1,000
        ("90.3 of every 1,000", "share", "0.0903", {"digits": ("0.09025", "0.09035")}),
        # one in ten, unhedged: the ten is 9.5 to 10.5 (fine) or 5 to 15 (coarse); nearly: only coarse
        ("one in ten", "share", "0.1", {"fine": (F(2, 21), F(2, 19)), "coarse": (F(1, 15), F(1, 5))}),
        ("nearly one in ten", "share", "0.1", {"coarse": (F(1, 15), F(1, 5))}),
        # a rate of one: 0.5 to 1.5 per 1,000; the thousand is the unit and was not rounded
        ("1 per 1,000", "share", "0.001", {"digits": ("0.0005", "0.0015")}),
        # a whole number: to its last digit, or to its last digit that is not zero
        ("Ten Percent", "share", "0.1", {"fine": ("0.095", "0.105"), "coarse": ("0.05", "0.15")}),
        ("50 million", "count", "50000000", {"fine": (49_500_000, 50_500_000), "coarse": (45_000_000, 55_000_000)}),
        ("330 million", "count", 330 * MILLION, {"fine": ("329.5e6", "330.5e6"), "coarse": ("325e6", "335e6")}),
        ("some 330 million", "count", 330 * MILLION, {"coarse": ("325e6", "335e6")}),
        ("approximately 2 million", "count", 2 * MILLION, {"coarse": (1_500_000, 2_500_000)}),
        ("2,696,000", "count", 2_696_000, {"fine": ("2695999.5", "2696000.5"), "coarse": (2_695_500, 2_696_500)}),
        ("25,779,000", "count", 25_779_000, {"fine": ("25778999.5", "25779000.5"), "coarse": (25_778_500, 25_779_500)}),
        ("320,000", "count", 320_000, {"fine": ("319999.5", "320000.5"), "coarse": (315_000, 325_000)}),
        ("four deaths", "count", 4, {"digits": ("3.5", "4.5")}),
        ("10-fold", "ratio", 10, {"fine": ("9.5", "10.5"), "coarse": (5, 15)}),
        ("tenfold", "ratio", 10, {"fine": ("9.5", "10.5"), "coarse": (5, 15)}),
        ("2 times", "ratio", 2, {"digits": ("1.5", "2.5")}),
        # two of three, the two rounded: 1.5 to 2.5 of three
        ("two thirds", "share", F(2, 3), {"digits": (F(1, 2), F(5, 6))}),
        # the million counts though its number is one: 0.5 to 1.5 million of 2 million
        ("1 million of 2,000,000", "share", F(1, 2), {"digits": (F(1, 4), F(3, 4))}),
        ("all", "share", 1, {"digits": ("0.9995", "1.0005")}),
    ],
)
def test_hand_worked_readings(text, kind, value, readings):
    found = phrase(text)
    assert (found.kind, found.value, found.direction) == (kind, F(value), "")
    assert found.readings == {name: interval(*ends) for name, ends in readings.items()}


@pytest.mark.parametrize(
    ("text", "direction", "value"),
    [
        ("more than half", ">", F(1, 2)),
        ("more than one out of ten", ">", F(1, 10)),
        ("well over 3 million", ">", 3 * MILLION),
        ("at least 2 times", ">=", 2),
        ("no fewer than 12", ">=", 12),
        ("up to 2 million", "<=", 2 * MILLION),
        ("fewer than a third of them", "<", F(1, 3)),
        ("in the top ten", "<=", 10),
    ],
)
def test_thresholds(text, direction, value):
    found = phrase(text)
    assert (found.direction, found.value) == (direction, F(value))


def test_a_threshold_is_strict_or_not_as_its_words_say():
    half = F(1, 2)
    assert phrase("more than half").prints(half) == ""
    assert phrase("more than half").prints(half + F(1, 1000)) == "threshold"
    assert phrase("at least half").prints(half) == phrase("at most half").prints(half) == "threshold"
    assert phrase("less than half").prints(half) == ""


def test_a_hedged_threshold_starts_at_the_nearer_end():
    # approximately 2 million is 1.5 to 2.5 million, so at least that is from 1.5 million on
    least = phrase("at least approximately 2 million")
    assert least.prints(F(1_500_000)) == "threshold" and least.prints(F(1_499_999)) == ""
    most = phrase("at most about 2 million")
    assert most.prints(F(2_500_000)) == "threshold" and most.prints(F(2_500_001)) == ""


@pytest.mark.parametrize(
    ("text", "place", "places"),
    [("122nd out of 160", 122, 160), ("rank 1", 1, None), ("second", 2, None), ("10th in the world", 10, None)],
)
def test_places(text, place, places):
    found = phrase(text)
    assert (found.kind, found.value, found.places) == ("rank", place, places)
    assert found.readings == {"digits": Interval(place, place)}  # a place is not rounded


@pytest.mark.parametrize(
    ("text", "per"), [("0.33 percent", 100), ("90.3 of every 1,000", 1000), ("one in ten", 100), ("2 million", 1)]
)
def test_what_a_share_is_shown_per(text, per):
    assert phrase(text).per == per


@pytest.mark.parametrize(
    "text", ["", "quite a lot", "vast majority", "2 to 3 million", "1,1 million", "12,34", "1 in 0", "million", "-5"]
)
def test_unreadable_text_is_refused_with_examples(text):
    with pytest.raises(ValueError, match="cannot read .* 1.1 million, 0.33 percent"):
        phrase(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("10 percent of 25 million", 'both "percent" and "of 25"'),
        ("5 percent out of 160", 'both "percent" and "out of 160"'),
        ("2 times in ten", 'both "times" and "in ten"'),
        ("10 percent of 2023", 'both "percent" and "of 2023"'),
        ("1 in 10 thousand", '"thousand" belongs to the number'),
        ("1 in 10 million", '"million" belongs to the number'),
        ("10 of the 25 million", '"million" belongs to the number'),
        ("twenty five million", '"five" belongs to the number'),
        ("fifty nine million", '"nine" belongs to the number'),
        ("5 trillion", '"trillion" belongs to the number'),
        ("5 lakh people", '"lakh" belongs to the number'),
        ("5 crore", '"crore" belongs to the number'),
        ("5 mil", '"mil" belongs to the number'),
        ("5 people bn", '"bn" belongs to the number'),
        ("3 hundred thousand", '"hundred" belongs to the number'),
        ("two dozen", '"dozen" belongs to the number'),
        ("5 billions", '"billions" belongs to the number'),
        ("half a million", '"million" belongs to the number'),
        ("269.000", "write 269,000"),
        ("269.000 people", "write 269,000"),
        ("1 in 10.000", "write 10,000"),
        ("0th", "a place is a whole number from 1 on"),
        ("rank 0", "a place is a whole number from 1 on"),
        ("in the top ten percent", "a place is a whole number from 1 on"),
        ("10 percent or more", "such as at least 10 percent"),
        ("10 percentage points", '"percentage" stands after the number'),
        ("60 deaths per day", '"per" stands after the number'),
        ("5 in 2000", "2000 may be a year"),
        ("50 million in 160 countries", "160 is less than what is said to be a part of it"),
    ],
)
def test_a_phrase_that_could_mean_something_else_is_refused_with_a_hint(text, hint):
    with pytest.raises(ValueError) as refused:
        phrase(text)
    assert str(refused.value).startswith(f'cannot read "{text}" as a figure: ') and hint in str(refused.value)


@pytest.mark.parametrize("word", sorted(NUMERALS))
@pytest.mark.parametrize("before", ["5 people ", "5 percent ", "1 in 10 ", "10 percent in 2023 "])
def test_no_word_of_number_is_passed_over(before, word):
    with pytest.raises(ValueError, match=f'"{word}" belongs to the number'):
        phrase(before + word)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("10 percent in 2023", "10 percent"),  # a year is no base: 10 percent, not 10 per 2,023
        ("269,000 in 2021", "269,000"),
        ("1.1 million in 2021", "1.1 million"),
        ("122nd in 2023", "122nd"),
        ("1 in 2000", "1 in 2,000"),
        ("one in a thousand", "one in 1,000"),
        ("1 in a million", "1 in 1,000,000"),
        ("5 per thousand", "5 per 1,000"),
        ("5 per hundred thousand", "5 per 100,000"),
        ("90.3 of every thousand", "90.3 of every 1,000"),
        ("3 out of every four", "3 out of 4"),
    ],
)
def test_phrases_that_mean_the_same_are_read_the_same(text, same):
    found, other = phrase(text), phrase(same)
    assert replace(found, text=same, digits=other.digits) == other


def test_shares_of_words_by_hand():
    # 3 of 4, the 3 rounded: 2.5 to 3.5 of 4; a thousand, hedged, is to a thousand: 500 to 1,500
    assert phrase("3 out of every four").readings == {"digits": interval(F(5, 8), F(7, 8))}
    assert phrase("about one in a thousand").readings == {"coarse": interval(F(1, 1500), F(1, 500))}
    assert (phrase("122nd in 2023").places, phrase("122nd of 160").places) == (None, 160)


@pytest.mark.parametrize("text", ["0.125", "1.234 percent", "1.234 million"])
def test_three_digits_after_a_point_that_can_be_no_thousands_are_read(text):
    assert phrase(text).readings.keys() == {"digits"} and F(phrase(text).units["digits"]) == F(1, 1000)


def test_the_reading_met_is_the_narrowest():
    # 331,003,000 is within 5 million of 330 million and not within half a million
    assert phrase("330 million").reading_met(Interval(331_002_500, 331_003_500)) == "coarse"
    assert phrase("330 million").reading_met(Interval(330_400_000, 330_600_000)) == "fine"
    assert phrase("330 million").reading_met(Interval(336_000_000, 337_000_000)) == ""


def test_printing_follows_the_tie_rules_and_no_other():
    # 3.5 rounds to 4 by both rules, 2.5 to 2 or 3, 4.5 to 4 or 5: so 3.5 and 4.5 print as 4, 2.5 does not
    assert phrase("4").prints(F(7, 2)) == "digits" and phrase("4").prints(F(9, 2)) == "digits"
    assert phrase("3").prints(F(5, 2)) == "digits" and phrase("3").prints(F(7, 2)) == ""
    # 1 in 11.08 (Eritrea's 320,000 of 3,546,000): 11 in the fine reading, 10 in the coarse
    assert phrase("one in ten").prints(F(320, 3546)) == "coarse"
    assert phrase("one in ten").prints(F(0)) == ""


counts = st.integers(1, 10**9)
steps = st.sampled_from(["0.01", "0.1", "1"])
ties = st.sampled_from(["even", "away"])


@given(st.integers(1, 10**7), st.integers(0, 999), steps, ties, st.sampled_from(["", " percent", " million", "-fold"]))
def test_a_number_printed_by_either_tie_rule_is_read_back(whole, thousandths, unit, rule, word):
    value = F(whole) + F(thousandths, 1000)
    found = phrase(as_printed(value, unit, rule) + word)
    plain = value * {"": F(1), " percent": F(1, 100), " million": F(MILLION), "-fold": F(1)}[word]
    assert found.prints(plain) != ""
    assert found.reading_met(Interval(plain, plain)) == found.prints(plain)


@given(counts, st.integers(1, 10**10))
def test_printing_implies_the_reading(number, other):
    found = phrase(str(number))
    name = found.prints(F(other, 7))
    assert name == "" or found.readings[name].contains(F(other, 7))


@given(counts)
def test_separators_change_nothing_and_the_fine_reading_lies_in_the_coarse(number):
    plain, grouped = phrase(str(number)), phrase(f"{number:,}")
    assert (plain.value, plain.readings) == (grouped.value, grouped.readings)
    narrow, *_, wide = [*plain.readings.values(), *plain.readings.values()]
    assert wide.low <= narrow.low and narrow.high <= wide.high


@given(counts)
def test_a_hedge_leaves_the_coarse_reading(number):
    assert phrase(f"about {number}").readings == {"coarse": list(phrase(str(number)).readings.values())[-1]}


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        found = phrase(text)
    except ValueError as error:
        assert "cannot read" in str(error)
    else:
        assert all(interval.low <= interval.high for interval in found.readings.values())
