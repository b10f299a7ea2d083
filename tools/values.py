"""What the text of a workbook's cell can mean, and when two printed values are the same."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

BELOW_1000 = "<1,000"  # three counts of 2018 are printed so
MISSING = {"", "-", "–", "—", "no data"}  # noqa: RUF001  (the dashes that spreadsheets make of a hyphen)
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
PLAIN = re.compile(r"\d+(\.\d+)?")
MARKED = re.compile(r"<?[\d.,'\s%]*\d[\d.,'\s%]*")  # digits, with marks that countries use differently
DIGITS = 15  # significant digits that every spreadsheet program keeps
FACTORS = {
    Decimal(10): "ten times",
    Decimal(100): "a hundred times",
    Decimal(1000): "a thousand times",
    Decimal("0.1"): "a tenth of",
    Decimal("0.01"): "a hundredth of",
    Decimal("0.001"): "a thousandth of",
}


def plain(text: Any) -> str:
    """The text in one line, with one form of accents, blanks and apostrophes."""
    straight = str(text).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return " ".join(unicodedata.normalize("NFKC", straight).split())


def fold(text: Any) -> str:
    """What spellings that differ only in line breaks, blanks, capitals or apostrophes have in common."""
    return plain(text).casefold()


def as_text(value: Any) -> str:
    """A cell's value as text: of a number the shortest that gives it back; a date says that it is one."""
    if value is None:
        return ""
    if isinstance(value, str):
        return BELOW_1000 if "".join(value.split()) == BELOW_1000 else plain(value)
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, bool | int | float) else f"{value} (a date or time)"


def is_marked(text: str, whole: bool) -> bool:
    """Whether a number saved as text has commas, dots, blanks or a percent sign that could mean two things.

    whole: the column holds whole numbers, so that a single dot too may mean thousands.
    """
    if text == BELOW_1000 or not MARKED.fullmatch(text) or text.removeprefix("<").isdigit():
        return False
    return whole or not PLAIN.fullmatch(text)


def same(theirs: str, ours: str) -> bool:
    """Whether both print the same: a number (13.0 is 13), nothing, or the same words.

    Numbers may part after 15 significant digits: programs differ in what they keep beyond them in a copy.
    """
    if theirs.casefold() in MISSING or ours in MISSING:
        return theirs.casefold() in MISSING and ours in MISSING
    if NUMBER.fullmatch(theirs) and NUMBER.fullmatch(ours):
        half_of_the_15th = Decimal(5).scaleb(Decimal(ours).adjusted() - DIGITS)
        return abs(Decimal(theirs) - Decimal(ours)) <= half_of_the_15th
    return fold(theirs) == fold(ours)


def shortened(theirs: str, ours: str) -> bool:
    """Whether two numbers are the same, but part after 15 significant digits."""
    numbers = NUMBER.fullmatch(theirs) and NUMBER.fullmatch(ours)
    return bool(numbers) and same(theirs, ours) and Decimal(theirs) != Decimal(ours)


def half_a_digit(number: str | Decimal) -> Decimal:
    """Half of what the last digit of a number stands for."""
    return Decimal(5).scaleb(int(Decimal(number).as_tuple().exponent) - 1)


def rounded(theirs: str, ours: str) -> bool:
    """Whether two different numbers may be one, printed with more or fewer digits; ties may go either way."""
    if not (NUMBER.fullmatch(theirs) and NUMBER.fullmatch(ours)):
        return False
    return abs(Decimal(theirs) - Decimal(ours)) <= max(half_a_digit(theirs), half_a_digit(ours))


def factor(pairs: Iterable[tuple[str, str]]) -> tuple[Decimal, int, int] | None:
    """The factor by which nearly all of (theirs, ours) are off, how many are, and of how many numbers.

    None if there is none. Nearly all: nine in ten and at least three, to tell another unit from single slips.
    """
    numbers = [(Decimal(a), Decimal(b)) for a, b in pairs if NUMBER.fullmatch(a) and NUMBER.fullmatch(b)]
    for times in FACTORS:
        off = sum(is_times(theirs, ours, times) for theirs, ours in numbers)
        if off >= 3 and 10 * off >= 9 * len(numbers):
            return times, off, len(numbers)
    return None


def is_times(theirs: Decimal, ours: Decimal, times: Decimal) -> bool:
    """Whether theirs is ours times the factor, as far as the digits of theirs go."""
    slack = max(half_a_digit(theirs), abs(ours * times) * Decimal("1e-9"))
    return theirs != 0 and theirs != ours and abs(theirs - ours * times) <= slack
