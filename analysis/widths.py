"""How wide a printed number is to be read: strictly, and as a fair editor would at the widest.

Strict decides "reproduces", charitable decides "inconsistent". A number with digits after its
point, or with no zero at its end, was rounded at its last digit, in both readings. A whole one
ending in zeros was strictly rounded at its last written digit (50 million: to a million), by at
most a twentieth; charitably where its zeros begin (330 million: to ten million), though below a
power of ten by a twentieth (1 million: from 0.95 million). Readers take round numbers as
approximate (Williams and Power 2013, Pragmatics & Cognition 21); how wide, this project chose.
"""

from fractions import Fraction

from analysis.rounding import Interval, exact

ONE, HUNDRED, HALF = Fraction(1), Fraction(100), Fraction(1, 2)
PARTS = {Fraction(k, n) for n in (2, 3, 4, 5) for k in range(n + 1)}
PARTS |= {Fraction(1, 10), Fraction(9, 10)}  # the neighbours of a fifth and of four fifths
SMALL_N = 20  # one in N, N-fold: up to this N, the next whole number is a neighbour
Sides = tuple[Fraction, Fraction]  # how far below and above a number its range goes
Pair = tuple[Interval, Interval]  # the strict and the charitable reading


def both(value: Fraction, strict: Fraction, wide: Sides, hedged: Sides, manner: str) -> Pair:
    """Both readings. manner: "hedge" (about), "below" (nearly), "above" (just over), or none."""
    if manner:
        low = value - (0 if manner == "above" else hedged[0])
        found = Interval(low, value + (0 if manner == "below" else hedged[1]))
        return found, found
    return Interval(value - strict, value + strict), Interval(value - wide[0], value + wide[1])


def steps(digits: str) -> tuple[Fraction, Fraction]:
    """The unit of the last digit written, and that of the last one that is not zero."""
    whole, _, decimals = digits.replace(",", "").partition(".")
    last = Fraction(1, 10 ** len(decimals))
    zeros = len(whole) - len(whole.rstrip("0"))
    return last, last if decimals or exact(whole) == 0 else Fraction(10**zeros)


def of_number(digits: str, scaled: bool, manner: str = "") -> Pair:
    """A number as written, such as the 50 of "50 million" (scaled), in units of itself."""
    value, (last, coarse) = exact(digits), steps(digits)
    if coarse < 1 or (coarse == 1 and not (scaled and len(digits) == 1)):
        return both(value, last / 2, (last / 2, last / 2), (last, last), manner)
    below, above = value / 20 if value == coarse else coarse / 2, coarse / 2
    hedged = (below if scaled else max(below, last), above)  # nearly ten is more than nine
    return both(value, min(HALF, value / 20), (below, above), hedged, manner)


def of_span(low: str, high: str) -> Pair:
    """Between 10 and 12: each end as far off as the finer last digit; charitably, not zero."""
    ends = Interval(exact(low), exact(high))
    strict, wide = (min(pair) / 2 for pair in zip(steps(low), steps(high), strict=True))
    return ends + Interval(-strict, strict), ends + Interval(-wide, wide)


def of_one_in(digits: str, manner: str) -> Pair:
    """The share one in N; nearly one in ten is less than that, so its N is above ten.

    Nearly one in three is nearly a third: half a step of N would lead to one in four and beyond.
    """
    if manner and exact(digits) <= 5:
        return of_part(1 / exact(digits), manner)
    turned = {"below": "above", "above": "below"}.get(manner, manner)
    pair = of_number(digits, False, turned)
    if exact(digits) <= SMALL_N:
        away = ONE if manner == "hedge" else 3 * HALF
        pair = both(exact(digits), HALF, (HALF, HALF), (away, away), turned)
    return Interval(1, 1) / pair[0], Interval(1, 1) / pair[1]


def of_part(value: Fraction, manner: str) -> Pair:
    """Half, two thirds, nine in ten: to a whole percent; charitably, half way to the next part."""
    below = (value - max(part for part in PARTS if part < value)) / 2
    above = (min(part for part in PARTS if part > value) - value) / 2
    wide = (max(below, HALF / 100), max(above, HALF / 100))
    return both(value, HALF / 100, wide, wide, manner)


def of_fold(digits: str, manner: str) -> Pair:
    """N-fold: up to 20 to a tenth, charitably to a whole; then, or with a point, as a number."""
    if "." in digits or exact(digits) > SMALL_N:
        return of_number(digits, False, manner)
    away = ONE if exact(digits) >= 10 else HALF  # nearly 20 times is more than 19
    return both(exact(digits), HALF / 10, (HALF, HALF), (away, away), manner)
