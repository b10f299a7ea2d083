"""How numbers are written for a reader."""

from __future__ import annotations

from fractions import Fraction

from analysis.rounding import Interval

ONE, HUNDRED = Fraction(1), Fraction(100)


def unit_text(kind: str, per: Fraction) -> str:
    """percent, per 1,000, place or times; nothing for a plain number."""
    share = "" if per == ONE else "percent" if per == HUNDRED else f"per {int(per):,}"
    return {"rank": "place", "ratio": "times"}.get(kind, share)


def number_text(value: Fraction, per: Fraction = ONE, kind: str = "") -> str:
    """A number in its unit: whole numbers in full, others to four digits; per: of a share."""
    shown, unit = value * per, unit_text(kind, per)
    whole = shown.denominator == 1 or abs(shown) >= 1000
    digits = f"{float(shown):{',.0f' if whole else '.4g'}}"
    return f"place {digits}" if kind == "rank" else f"{digits} {unit}".rstrip()


def range_text(interval: Interval, per: Fraction = ONE, kind: str = "") -> str:
    """A range in its unit; one number if both ends look alike."""
    low, high = number_text(interval.low * per), number_text(interval.high, per, kind)
    alike = low == number_text(interval.high * per)
    return high if alike else f"{low} to {high}"
