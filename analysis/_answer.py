"""Reading what a pupil gives as an answer; Unread says why one cannot be read."""

import re
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from analysis.rounding import exact


class Unread(ValueError):
    """An answer that cannot be read; the message says why, and what to write."""


def single(answer: Any) -> Any:
    """The one value in a list, a column or a table; anything else as it is."""
    if callable(answer):
        raise Unread("It is a function; put brackets () after its name, or give its result.")
    if isinstance(answer, np.ndarray) or hasattr(answer, "to_numpy"):
        answer = np.asarray(answer, dtype=object).ravel().tolist()
    if not isinstance(answer, list | tuple | set | frozenset | dict):
        return answer
    if len(answer) != 1:
        raise Unread(f"It holds {len(answer)} values, and one is asked for.")
    return next(iter(answer))


def number_in(answer: Any) -> Fraction:
    """104.6, "104,6", "2,696,000 people" or "10 %" as a number."""
    if isinstance(answer, bool) or (pd.api.types.is_scalar(answer) and pd.isna(answer)):
        raise Unread("It is a gap (NaN), or True or False, and a number is asked for.")
    try:
        number = exact(digits_of(answer) if isinstance(answer, str) else answer)
    except ValueError:
        raise Unread("A number is asked for; write it with digits, such as 104.6.") from None
    if abs(number) > 10**15:
        raise Unread("It has more than 15 digits; look at what was multiplied.")
    return number


def digits_of(text: str) -> str:
    """The one number of a text: "104,6" is 104.6, "2 696 000" is 2,696,000."""
    found = re.findall(r"[-+]?\d[\d.,' \u00a0\u202f]*", re.sub(r"\bper [\d,]+", "", text))
    digits = re.sub(r"[' \u00a0\u202f]", "", found[0]).strip(".,") if len(found) == 1 else ""
    thousands = re.fullmatch(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", digits)
    return digits if thousands else digits.replace(",", ".")
