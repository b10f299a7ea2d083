"""What a printed number can mean: every value that rounds to it, so 3.3 is 3.25 to 3.35.

Both ends belong to the interval, because a value exactly halfway is printed away from zero by one
tie rule (spreadsheets) and to the even digit by the other (Python, NumPy); an honest number is
never flagged. All arithmetic is exact, so no comparison hangs on a binary digit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import floor
from typing import Literal, get_args

Number = int | float | str | Decimal | Fraction
Ties = Literal["even", "away"]
UNROUNDED = "unrounded"
REPRODUCES, WITHIN = "reproduces", "within rounding"
INCONSISTENT, CANNOT = "inconsistent", "cannot be checked"
VERDICTS = [REPRODUCES, WITHIN, INCONSISTENT, CANNOT]


def verdict(prints: bool, meets: bool) -> str:
    """The one rule for a figure that can be checked; inconsistent means, with figures as printed.

    prints: the computed value prints as printed, or lies in the strict reading of it; meets: the
    widest reading and what rounding allows have a value in common.
    """
    if prints:
        return REPRODUCES
    return WITHIN if meets else INCONSISTENT


def exact(value: Number) -> Fraction:
    """The value as a fraction; a float is read by its shortest decimal text, so 0.1 is one tenth.

    ValueError for text that is not a plain decimal number; thousands separators are allowed.
    """
    if isinstance(value, (Fraction, int)):
        return Fraction(value)
    try:
        return Fraction(Decimal(str(value).replace(",", "")))
    except (InvalidOperation, ValueError, OverflowError):
        remedy = "write digits such as 2,696,000 or 104.6"
        raise ValueError(f"cannot read {value!r} as a number; {remedy}") from None


@dataclass(frozen=True)
class Interval:
    """All values from low to high, both ends included; ValueError if low > high."""

    low: Fraction
    high: Fraction

    def __init__(self, low: Number, high: Number) -> None:
        object.__setattr__(self, "low", exact(low))
        object.__setattr__(self, "high", exact(high))
        if self.low > self.high:
            ends = f"{float(self.low)} to {float(self.high)}"
            raise ValueError(f"an interval needs low <= high, not {ends}")

    @classmethod
    def of(cls, value: Interval | Number) -> Interval:
        """The value itself if it is an interval, else the interval that holds this one number."""
        return value if isinstance(value, Interval) else cls(value, value)

    def bounds(self) -> tuple[float, float]:
        """(low, high) as floats."""
        return float(self.low), float(self.high)

    def meets(self, other: Interval | Number) -> bool:
        """True if the two share a value: both can be true together; a number lies in, ends too."""
        return (self & Interval.of(other)) is not None

    def __and__(self, other: Interval) -> Interval | None:
        """What both allow, or None."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Interval(low, high) if low <= high else None

    def __add__(self, other: Interval | Number) -> Interval:
        other = Interval.of(other)
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval | Number) -> Interval:
        return self + Interval.of(other) * -1

    def __mul__(self, other: Interval | Number) -> Interval:
        other = Interval.of(other)
        corners = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(corners), max(corners))

    def __truediv__(self, other: Interval | Number) -> Interval:
        """Quotient of the two; ZeroDivisionError if the divisor can be zero."""
        other = Interval.of(other)
        if other.meets(0):
            raise ZeroDivisionError("the divisor's interval contains zero")
        return self * Interval(1 / other.high, 1 / other.low)


def total(intervals: list[Interval]) -> Interval:
    """The interval of the sum, the widest, as each part may err on its own; [0, 0] for none."""
    return Interval(sum(i.low for i in intervals), sum(i.high for i in intervals))


def is_finer(text: str, unit: Number) -> bool:
    """True for a printed number with digits below its rounding unit: 2,696,100 to the 1,000."""
    return unit != UNROUNDED and text[:1] != "<" and (exact(text) / exact(unit)).denominator != 1


def printed(text: str, unit: Number) -> Interval:
    """The interval of a printed number: "3.3", "1,091,000" or "<1,000" (read as 0 to 1,000).

    unit: its rounding unit, such as "0.1" or 1000; "unrounded" gives one value. ValueError for an
    unreadable number, a unit of zero or less, or digits finer than the unit.
    """
    text = text.strip()
    if text.startswith("<"):
        return Interval(0, text[1:])
    value = exact(text)
    if unit == UNROUNDED:
        return Interval(value, value)
    step = exact(unit)
    if step <= 0:
        raise ValueError(f"a rounding unit must be above zero, not {unit}")
    if is_finer(text, unit):
        raise ValueError(f"{text!r} has finer digits than its rounding unit {unit}; check the unit")
    return Interval(value - step / 2, value + step / 2)


def as_printed(value: Number, unit: Number, ties: Ties = "away") -> str:
    """The value rounded to the unit: 3.25 to 0.1 is "3.3", and "3.2" with ties to "even"."""
    step = exact(unit)
    steps = exact(value) / step
    whole = round(steps)  # to the even one
    if ties == "away":
        whole = floor(abs(steps) + Fraction(1, 2)) * (-1 if steps < 0 else 1)
    result = whole * step
    places = max(0, -int(Decimal(str(unit)).normalize().as_tuple().exponent))
    return f"{Decimal(result.numerator) / Decimal(result.denominator):.{places}f}"


def two_digits(value: float) -> str:
    """A value written out with its first two digits: 0.0000023, 0.047, 10, 13,000."""
    return f"{Decimal(f'{value:.1e}'):,f}"


def prints_as(value: Number, text: str, unit: Number) -> bool:
    """True if the value, rounded to the unit by either tie rule, is the number in the text."""
    if unit == UNROUNDED or text.strip().startswith("<"):
        return printed(text, unit).meets(value)
    return any(exact(text) == exact(as_printed(value, unit, ties)) for ties in get_args(Ties))


def each_prints_as(values: Iterable[Number], texts: Iterable[str], unit: Number) -> list[bool]:
    """prints_as for each value and the text at its place, as two columns of a frame have them."""
    return [prints_as(value, text, unit) for value, text in zip(values, texts, strict=True)]
