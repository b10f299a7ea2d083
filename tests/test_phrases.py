"""Reading printed figures: what each phrase of an article means, strictly and charitably."""

import csv
import re
from dataclasses import replace
from fractions import Fraction as F
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.claims import phrases
from analysis.claims.phrases import REFUSED, VOCABULARY, WORDS, phrase
from analysis.rounding import Interval, as_printed
from analysis.widths import PARTS

MILLION = 10**6


def ends(text, kind=""):
    """(strict, charitable) of a phrase as pairs of plain numbers."""
    found = phrase(text, kind)
    return [(reading.low, reading.high) for reading in (found.strict, found.charitable)]


def both(low, high):
    return [(F(low), F(high)), (F(low), F(high))]


@pytest.mark.parametrize(
    ("text", "kind", "value", "strict", "charitable"),
    [
        # digits after the point: 0.1 million is the unit, half of it is 0.05 million; both readings alike
        ("1.1 million", "count", 1_100_000, (1_050_000, 1_150_000), None),
        ("0.33 percent", "share", "0.0033", ("0.00325", "0.00335"), None),
        ("90.3 of every 1,000", "share", "0.0903", ("0.09025", "0.09035"), None),
        ("17 million", "count", 17 * MILLION, ("16.5e6", "17.5e6"), None),  # no zero at the end of 17
        ("12 percent", "share", "0.12", ("0.115", "0.125"), None),
        ("four deaths", "count", 4, ("3.5", "4.5"), None),
        ("1 per 1,000", "share", "0.001", ("0.0005", "0.0015"), None),
        # whole, ending in zeros: half of the last written digit; or half of the last that is not zero
        ("50 million", "count", 50 * MILLION, ("49.5e6", "50.5e6"), ("45e6", "55e6")),
        ("2,696,000", "count", 2_696_000, ("2695999.5", "2696000.5"), (2_695_500, 2_696_500)),
        ("320,000", "count", 320_000, ("319999.5", "320000.5"), (315_000, 325_000)),
        ("40 percent", "share", "0.4", ("0.395", "0.405"), ("0.35", "0.45")),
        # never more than a twentieth: half of a million would be a quarter of two
        ("2 million", "count", 2 * MILLION, ("1.9e6", "2.1e6"), ("1.5e6", "2.5e6")),
        # below a power of ten by a twentieth, for 0.94 million would be printed as 0.9
        ("one million", "count", MILLION, ("0.95e6", "1.05e6"), ("0.95e6", "1.5e6")),
        ("a million", "count", MILLION, ("0.95e6", "1.05e6"), ("0.95e6", "1.5e6")),
        ("Ten Percent", "share", "0.1", ("0.095", "0.105"), ("0.095", "0.15")),
        ("100 percent", "share", 1, ("0.995", 1), ("0.95", 1)),  # and a share is at most all
        ("all", "share", 1, ("0.9995", 1), None),
        # one in N up to 20: N and a half either way; larger N as a number
        ("one in ten", "share", "0.1", (F(2, 21), F(2, 19)), None),
        ("one person in ten", "share", "0.1", (F(2, 21), F(2, 19)), None),
        ("1 in 20", "share", "0.05", (F(2, 41), F(2, 39)), None),
        ("one in 150", "share", F(1, 150), (F(2, 301), F(2, 299)), (F(1, 155), F(1, 145))),
        ("one in a thousand", "share", F(1, 1000), (F(2, 2001), F(2, 1999)), (F(1, 1500), F(1, 950))),
        # parts: to a whole percent, or half way to the next half, third, quarter, fifth
        ("half", "share", F(1, 2), ("0.495", "0.505"), ("0.45", "0.55")),  # next: 2/5 and 3/5
        ("two thirds", "share", F(2, 3), (F(2, 3) - F(1, 200), F(2, 3) + F(1, 200)), (F(19, 30), F(17, 24))),
        ("three in four", "share", F(3, 4), ("0.745", "0.755"), (F(17, 24), F(31, 40))),  # next: 2/3, 4/5
        ("a fifth", "share", F(1, 5), ("0.195", "0.205"), ("0.15", "0.225")),  # next: a tenth, a quarter
        ("four fifths", "share", F(4, 5), ("0.795", "0.805"), ("0.775", "0.85")),  # next: 3/4, 9/10
        ("nine tenths", "share", F(9, 10), ("0.895", "0.905"), ("0.85", "0.95")),  # next: 4/5 and all
        ("half a million", "count", 500_000, (450_000, 550_000), None),
        # a hundredth of the readings of a half
        ("1/2 percent", "share", "0.005", ("0.00495", "0.00505"), ("0.0045", "0.0055")),
        ("a quarter of a million", "count", 250_000, (225_000, F(875_000, 3)), None),  # next: 1/5, 1/3
        # times: a twentieth of one strictly, a half charitably; from 21 on as a number
        ("doubled", "ratio", 2, ("1.95", "2.05"), ("1.5", "2.5")),
        ("12-fold", "ratio", 12, ("11.95", "12.05"), ("11.5", "12.5")),
        ("1.5 times", "ratio", "1.5", ("1.45", "1.55"), None),
        ("40-fold", "ratio", 40, ("39.5", "40.5"), (35, 45)),
        ("10 times as likely", "ratio", 10, ("9.95", "10.05"), ("9.5", "10.5")),
        # both ends of a span, each by half of its last digit
        ("between 1 and 2 million", "count", 2 * MILLION, ("0.5e6", "2.5e6"), None),
        ("10 to 20 percent", "share", "0.2", ("0.095", "0.205"), ("0.05", "0.25")),
        ("10 to 12 percent", "share", "0.12", ("0.095", "0.125"), None),  # by the finer end
        ("1.5 to 3 percent", "share", "0.03", ("0.0145", "0.0305"), None),
        ("1 to 2 in 10", "share", "0.2", ("0.05", "0.25"), None),
        ("5 to 10 countries", "count", 10, (5, 10), None),
        ("20 of 50 countries", "share", "0.4", ("0.4", "0.4"), None),  # rows of rows
        ("two sevenths", "share", F(2, 7), (F(2, 7) - F(1, 200), F(2, 7) + F(1, 200)), (F(15, 56), F(13, 42))),
        ("5 in 6", "share", F(5, 6), (F(5, 6) - F(1, 200), F(5, 6) + F(1, 200)), (F(49, 60), F(13, 15))),
        ("six G20 countries", "count", 6, (6, 6), None),
        ("ten countries", "count", 10, (10, 10), None),  # rows are counted, not rounded
        ("1 million of 2,000,000", "share", F(1, 2), ("0.475", "0.525"), ("0.475", "0.75")),
        ("0 percent", "share", 0, (0, "0.005"), None),
    ],
)
def test_hand_worked_readings(text, kind, value, strict, charitable):
    found = phrase(text)
    assert (found.kind, found.value, found.sign, found.without) == (kind, F(value), "", None)
    assert ends(text) == [(F(low), F(high)) for low, high in (strict, charitable or strict)]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("about 2.7 million", "2.6e6", "2.8e6"),  # not round: one unit of its last digit either way
        ("an estimated 49.6 million", "49.5e6", "49.7e6"),
        ("about 17 million", "16e6", "18e6"),
        ("some 330 million", "325e6", "335e6"),  # round: the charitable range
        ("approximately 2 million", "1.5e6", "2.5e6"),
        ("about half a million", 450_000, 550_000),
        ("around a quarter", "0.225", F(7, 24)),
        ("about one in 200", F(1, 250), F(1, 150)),
        ("about one in ten", F(1, 11), F(1, 9)),
    ],
)
def test_a_hedge_leaves_one_wide_reading(text, low, high):
    assert ends(text) == both(low, high) and phrase(text).without is None


@pytest.mark.parametrize(
    ("text", "low", "high", "without"),
    [
        ("nearly 40 million", "35e6", "40e6", "40e6"),
        ("nearly 40 pct", "0.35", "0.40", "0.40"),
        ("close to 50 million", "45e6", "50e6", "50e6"),
        ("just short of 2.7 million", "2.6e6", "2.7e6", "2.7e6"),
        ("just over 120,000", 120_000, 125_000, 120_000),
        ("just over half", "0.5", "0.55", "0.5"),
        ("nearly all", "0.95", 1, 1),
        ("nearly one in ten", F(2, 23), F(1, 10), F(1, 10)),  # under 1 in 10, down to 1 in 11.5
        ("nearly one in 150", F(1, 155), F(1, 150), F(1, 150)),
        ("nearly doubled", "1.5", 2, 2),
        ("nearly one in three", F(7, 24), F(1, 3), F(1, 3)),  # nearly a third: half way to a quarter
        ("nearly one in five", "0.15", "0.2", "0.2"),  # a fifth: half way to a tenth
        ("nearly one in six", F(2, 15), F(1, 6), F(1, 6)),  # down to 1 in 7.5
        ("just over one in ten", "0.1", F(2, 17), "0.1"),  # above 1 in 10, up to 1 in 8.5
        ("just over one in 150", F(1, 150), F(1, 145), F(1, 150)),
        ("nearly 20 times", 19, 20, 20),
        ("nearly ten countries", 9, 10, 10),  # one less at least: from 9.5 no whole number would do
    ],
)
def test_nearly_and_just_over_take_one_side_without_the_number_itself(text, low, high, without):
    found, end = phrase(text), F(without)
    assert ends(text) == both(low, high) and found.without == end
    assert not found.allows(Interval(end, end), found.charitable)
    middle = (F(low) + F(high)) / 2
    assert found.allows(Interval(middle, middle), found.strict)


@pytest.mark.parametrize(
    ("text", "sign", "edge"),
    [
        ("more than half", ">", F(1, 2)),
        ("more than one out of ten", ">", F(1, 10)),
        ("well over 3 million", ">", 3 * MILLION),
        ("at least 2 times", ">=", 2),
        ("no fewer than 12", ">=", 12),
        ("up to 2 million", "<=", 2 * MILLION),
        ("as many as 50 million", "<=", 50 * MILLION),
        ("fewer than a third of them", "<", F(1, 3)),
        ("at least approximately 2 million", ">=", 1_500_000),  # from the nearer end of 1.5 to 2.5 million
        ("at most about 2 million", "<=", 2_500_000),
    ],
)
def test_thresholds_are_open_at_one_side_and_strict_or_not_as_their_words_say(text, sign, edge):
    found, step = phrase(text), F(1, 10**9)
    assert found.sign == sign and found.strict == found.charitable
    at, above, below = (found.allows(Interval(v, v), found.strict) for v in (F(edge), edge + step, edge - step))
    assert (at, above, below) == ("=" in sign, ">" in sign, "<" in sign)


@pytest.mark.parametrize(
    ("text", "place", "places", "order"),
    [
        ("122nd out of 160", 122, 160, ""),
        ("ranked 149 of 160", 149, 160, ""),
        ("ranked 26 out of 27 countries", 26, 27, ""),
        ("rank 1", 1, None, ""),
        ("No. 3", 3, None, ""),
        ("second", 2, None, ""),
        ("10th in the world", 10, None, ""),
        ("highest", 1, None, "first"),
        ("the third largest number", 3, None, "first"),
        ("lowest", 1, None, "last"),
        ("second lowest", 2, None, "last"),
        ("third-smallest of 160", 3, 160, "last"),
    ],
)
def test_places(text, place, places, order):
    found = phrase(text)
    assert (found.kind, found.value, found.places, found.order) == ("rank", place, places, order)
    assert ends(text) == both(place, place)  # a place is not rounded


@pytest.mark.parametrize("text", ["The 2nd", "Nearly one in ten", "1.1 Million"])
def test_a_phrase_keeps_its_own_words(text):
    assert phrase(text).text == text


def test_so_many_of_so_many_is_a_place_only_beside_a_rank():
    assert (phrase("149 out of 160", "rank").kind, phrase("149 out of 160", "rank").places) == ("rank", 160)
    assert ends("149 of 160", "rank") == both(149, 149)
    share = phrase("149 out of 160", "share")  # the 149 rounded to ones
    assert (share.kind, share.strict) == ("share", Interval(F(297, 320), F(299, 320)))


def test_top_and_bottom_so_many():
    orders = {"in the top ten": "", "bottom three": "bottom", "among the bottom 10": "bottom", "top ten lowest": "last"}
    for text, order in orders.items():
        found = phrase(text)
        assert (found.kind, found.sign, found.order, found.strict.low) == ("rank", "<=", order, 1)


@pytest.mark.parametrize(
    ("text", "per"),
    [("0.33 percent", 100), ("half in every thousand", 1000),
     ("6.1 victims for every thousand", 1000), ("15.6 people in every 1,000", 1000),
     ("one in ten", 100), ("two thirds", 100), ("5 per 100,000", 100_000), ("2 million", 1), ("doubled", 1)],
)  # fmt: skip
def test_what_a_share_is_shown_per(text, per):
    assert phrase(text).per == per


@pytest.mark.parametrize(
    "text", ["", "quite a lot", "vast majority", "1 in 0", "million", "-5", "5 million+", "\u0663 million",
             "dozens", "a few", "between one in ten and one in five", "9" * 400, "1" * 19 + " percent"]
)  # fmt: skip
def test_unreadable_text_is_refused_with_examples(text):
    with pytest.raises(ValueError, match="cannot read .* (1.1 million, 0.33 percent|leave it out)"):
        phrase(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("10 percent of 160", 'both "percent" and "of 160"'),
        ("2 times in ten", 'both "times" and "in 10"'),
        ("10 percent of 2023", 'both "percent" and "of 2023"'),
        ("1 in 10 thousand", '"thousand" stands after the number'),
        ("10 percent of the 25 million", '"million" stands after the number'),
        ("two dozen", '"dozen" stands after'),
        ("5 lakh people", '"lakh" stands after'),
        ("5 people bn", '"bn" stands after'),
        ("10 percent or more", '"or" stands after the number and may change it; leave it out, or say it before, such'),
        ("half times", "write it with digits, such as 1.5 times"),
        ("double-digit", '"digit" stands after'),
        ("5 mill", '"mill" stands after'),
        ("third-strongest", '"strongest" stands after'),
        ("10 percent points", '"points" stands after'),
        ("10 percent cut", '"cut" stands after'),
        ("10 Percent Higher", '"higher" stands after'),
        ("3 women for every man", '"every" stands after'),
        ("10 countries bar India", '"bar" stands after'),
        ("5 and 6 percent", "it has two numbers"),
        ("just over one in 1.5", "1.5 is less than"),
        ("5\u2074 million", "a raised digit"),
        ("49 630 000", "write 49,630,000"),
        ("5 million maximum", '"maximum" stands after'),
        ("half as many again", '"as" stands after'),
        ("ten times more", '"more" stands after'),
        ("third worst", '"worst" stands after'),
        ("third best", '"best" stands after'),
        ("10 percentage points", '"percentage" stands after'),
        ("60 deaths per day", '"per" stands after'),
        ("1.5 percent (2021)", '"2021" stands after'),
        ("above 10th", "a place is a whole number from 1 on"),
        ("about 10th", "a place is a whole number from 1 on"),
        ("0th", "a place is a whole number from 1 on"),
        ("the top 10 percent", "a place is a whole number from 1 on"),
        ("the 10 highest", "write it like 2nd highest or top 10"),
        ("269.000", "write 269,000"),
        ("1 in 10.000", "write 10,000"),
        ("1.125 to 3", "write 1,125"),
        ("11 700", "a blank inside the number; write 11,700"),
        ("11,7 percent", "a comma parts thousands; write 11.7"),
        ("5 in 2000", "2000 may be a year"),
        ("50 million in 160 countries", "160 is less than what is said to be a part of it"),
        ("one in one", "1 is less than"),
        ("four quarters", "a fraction here is not clear"),
        ("between 500,000 and 1 million", "it has two numbers"),
        ("nearly 2 to 3 million", "it has two numbers"),
        ("2.7 milion", "did you mean 2.7 million?"),
        ("5 milions", "did you mean 5 million?"),
        ("nearly 40 pecent", "did you mean nearly 40 percent?"),
    ],
)
def test_a_phrase_that_could_mean_something_else_is_refused_with_a_hint(text, hint):
    with pytest.raises(ValueError) as refused:
        phrase(text)
    assert str(refused.value).startswith(f'cannot read "{text}" as a figure: ') and hint in str(refused.value)


@pytest.mark.parametrize("before", ["5 people ", "5 percent ", "1 in 10 ", "10 percent in 2023 ", "122nd "])
def test_no_word_that_changes_a_number_is_passed_over(before):
    for word in sorted(REFUSED):
        try:
            found = phrase(before + word)
        except ValueError:
            continue  # refused; otherwise it must have done its work: second highest, 5 people per ...
        assert word in WORDS["first"] | WORDS["last"] and found.kind == "rank", before + word


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("10 percent in 2023", "10 percent"),  # a year is no base: 10 percent, not 10 per 2,023
        ("269,000 in 2021", "269,000"),
        ("122nd in 2023", "122nd"),
        ("1 in 2000", "1 in 2,000"),
        ("one in a thousand", "one in 1,000"),
        ("5 per hundred thousand", "5 per 100,000"),
        ("90.3 of every thousand", "90.3 of every 1,000"),
        ("6.1 victims for every thousand", "6.1 of every 1,000"),
        ("3 out of every four", "three quarters"),
        ("two in five", "two fifths"),
        ("six in ten", "three fifths"),
        ("two-thirds", "2 thirds"),
        ("twenty-five million", "25 million"),
        ("fifty nine million", "59 million"),
        ("half of a million", "half a million"),
        ("one and a half million", "1.5 million"),
        ("three-fourths", "three quarters"),
        ("50 countries in 2023", "50 countries"),
        ("\u201ctwo-thirds\u201d", "two thirds"),
        ("the world\u2019s second-highest", "second highest"),
        ("in 10th place", "10th"),
        ("ranked lowest", "lowest"),
        ("1-in-10", "one in ten"),
        ("one per 150 people", "one in 150"),
        ("50 million around the world", "50 million"),
        ("over half live in G20 countries", "over half"),
        ("only half", "half"),
        ("half a percent", "half percent"),
        ("half of 160 countries", "half"),
        ("half in 2021", "half"),
        ("1.1 mn", "1.1 million"),
        ("twice", "2 times"),
        ("tripled", "3-fold"),
        ("tenfold", "10-fold"),
        ("twice as many as in 2018", "twice"),
        ("2-3 million", "between 2 and 3 million"),
        ("from 2 million to 3 million", "2 to 3 million"),
        ("place 7", "7th"),
        ("ranked first", "first"),
        ("only 10 percent", "10 percent"),
    ],
)
def test_phrases_that_mean_the_same_are_read_the_same(text, same):
    assert replace(phrase(text), text="") == replace(phrase(same), text="")


def test_the_vocabulary_is_a_table_without_doubles_and_every_role_is_used():
    with (Path(phrases.__file__).with_name("words.csv")).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    keys = [(row["role"], row["word"]) for row in rows]
    assert len(set(keys)) == len(keys) == len(VOCABULARY)
    roles = {"hedge", "below", "above", "threshold", "scale", "percent", "fold", "multiple", "part", "rows"}
    assert set(WORDS) == roles | {"first", "last", "bottom", "changes", "plain", "cardinal", "ordinal"}
    assert not WORDS["plain"].keys() & REFUSED
    assert set(WORDS["threshold"].values()) == {">", ">=", "<=", "<"}


@pytest.mark.parametrize("role", ["hedge", "below", "above", "threshold"])
def test_every_word_before_a_number_is_read(role):
    plain = phrase("50 million")
    for word in WORDS[role]:
        found = phrase(f"{word} 50 million")
        assert found.value == plain.value and found.strict == found.charitable != plain.strict, word


SIZES = {  # how many zeros each word stands for
    **{"hundred": 2, "thousand": 3, "hundred thousand": 5, "hundred million": 8, "trillion": 12},
    **dict.fromkeys(["million", "m", "mn", "mln", "mio"], 6),
    **dict.fromkeys(["billion", "bn", "bln"], 9),
}


@pytest.mark.parametrize("word", SIZES)
def test_scale_words_by_hand(word):
    assert SIZES.keys() == WORDS["scale"].keys()
    zeros = "0" * SIZES[word]
    found = phrase(f"2.5 {word}")
    assert found.value == F(f"25{zeros}") / 10 and (found.kind, found.per) == ("count", 1)
    assert found.strict == found.charitable == Interval(F(f"245{zeros}") / 100, F(f"255{zeros}") / 100)
    if SIZES[word] != 2:  # "of a hundred" is a share of one
        assert phrase(f"half a {word}").value == F(f"5{zeros}") / 10


COUNTED = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
COUNTED = [*COUNTED.split(), "seventeen", "eighteen", "nineteen"]
TENS = dict(
    zip(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True)
)
RANKED = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"
RANKED = [*RANKED.split(), "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth"]
DIVIDED = {"half": 2, "halves": 2, "quarter": 4, "hundredth": 100}
TIMES = {"twice": 2, "double": 2, "doubled": 2, "thrice": 3, "triple": 3, "tripled": 3, "trebled": 3}


def test_each_number_word_stands_for_its_number():
    cardinals = {word: n for n, word in enumerate(COUNTED)} | TENS
    cardinals |= {f"{ten} {word}": n + i for ten, n in TENS.items() for i, word in enumerate(COUNTED[:10]) if i}
    assert WORDS["cardinal"] == {word: str(n) for word, n in cardinals.items()}
    ordinals = {word: n for n, word in enumerate(RANKED, start=1)} | {"thirtieth": 30}
    assert WORDS["ordinal"] == {word: str(n) for word, n in ordinals.items()}
    parts = {word: n for word, n in ordinals.items() if word in WORDS["part"]} | DIVIDED
    assert WORDS["part"] == {word: str(n) for word, n in parts.items()}
    times = TIMES | {"quadruple": 4, "quadrupled": 4, "tenfold": 10}
    assert WORDS["multiple"] == {word: str(n) for word, n in times.items()}


@pytest.mark.parametrize(
    ("words", "number"), [("seventy three", 73), ("Twenty-one", 21), ("eleven", 11), ("ninety", 90)]
)
def test_a_number_in_words_is_read_as_that_number(words, number):
    assert phrase(f"{words} million").value == number * MILLION


def test_a_word_is_looked_for_before_its_beginning():
    """The longest first: otherwise "hundred" would be read of "hundred thousand", and "thousand" be left over."""
    words = phrases.any_of("scale", "fold")
    listed = words.removeprefix("(?:").removesuffix(")").split("|")
    assert sorted(listed) == sorted([*WORDS["scale"], *WORDS["fold"]])
    assert [len(word) for word in listed] == sorted(map(len, listed), reverse=True)
    assert re.match(words, "hundred thousand")[0] == "hundred thousand"


@pytest.mark.parametrize("text", ["1 percent to 2 million", "1 thousand to 2 million", "between 3 and 2 million"])
def test_two_numbers_that_do_not_go_together_are_no_span(text):
    with pytest.raises(ValueError, match="it has two numbers; write them like between 1 and 2 million"):
        phrase(text)
    assert phrase("between 2 and 2 million").value == 2 * MILLION and phrase("1 million to 2 million").kind == "count"


counts = st.integers(1, 10**9)
steps = st.sampled_from(["0.01", "0.1", "1"])
ties = st.sampled_from(["even", "away"])


@given(st.integers(1, 10**7), st.integers(0, 999), steps, ties, st.sampled_from(["", " percent", " million"]))
def test_an_honest_number_is_never_flagged(whole, thousandths, unit, rule, word):
    value = F(whole) + F(thousandths, 1000)
    found = phrase(as_printed(value, unit, rule) + word)
    plain = value * {"": F(1), " percent": F(1, 100), " million": F(MILLION)}[word]
    if found.kind != "share" or plain <= 1:
        assert found.allows(Interval(plain, plain), found.charitable)


@given(counts)
def test_separators_change_nothing_and_the_strict_reading_lies_in_the_charitable(number):
    plain, grouped = phrase(str(number)), phrase(f"{number:,}")
    assert ends(str(number)) == ends(f"{number:,}") and plain.value == grouped.value
    assert plain.charitable.low <= plain.strict.low <= plain.value <= plain.strict.high <= plain.charitable.high


@given(st.sampled_from(sorted(PARTS - {F(0), F(1)})))
def test_neighbouring_parts_meet_and_do_not_overlap(part):
    # where one part's charitable reading ends, the next one's begins
    others = sorted(PARTS - {F(0)})
    after = others[others.index(part) + 1]
    if after < 1:
        one, other = (phrase(f"{p.numerator}/{p.denominator}").charitable for p in (part, after))
        assert one.high >= other.low and (one.high - other.low) < F(1, 10)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        found = phrase(text)
    except ValueError as error:
        assert "cannot read" in str(error)
    else:
        assert found.strict.low >= found.charitable.low and found.strict.high <= found.charitable.high


GLUE = ["in", "of", "every", "10", "2.7", "1,000", "people", "a"]


@given(st.lists(st.sampled_from([*VOCABULARY.word, *GLUE]), max_size=6))
def test_any_words_of_the_vocabulary_are_read_or_refused(words):
    try:
        found = phrase(" ".join(words))
    except ValueError as error:
        assert "cannot read" in str(error)
    else:
        assert found.strict.low >= found.charitable.low and found.strict.high <= found.charitable.high
