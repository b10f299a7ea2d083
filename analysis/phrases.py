"""Reading a figure out of an article's phrase: "1.1 million", "0.33 percent", "nearly one in ten".

The rule: digits after the point give the rounding unit ("1.1 million": 0.1 million). A whole number has two readings,
its last non-zero digit (coarse) and the last digit of the printed word (fine): "330 million" is to 10 or to 1 million.
After about, some, nearly, approximately only the coarse reading is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from analysis.rounding import Interval, exact

SMALL = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
WORDS = {word: str(number) for number, word in enumerate(SMALL)} | {"twenty": "20", "fifty": "50", "hundred": "100"}
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
HEDGES = r"about|some|nearly|approximately|roughly|almost|around"
ABOVE, BELOW = r"more than|over|above|at least", r"less than|fewer than|under|below|up to|at most"
NUMBER = r"\d[\d,]*(?:\.\d+)?|" + "|".join(sorted(WORDS, key=len, reverse=True))
PHRASE = re.compile(
    rf"^(?:(?P<hedge>{HEDGES})\s+|(?P<above>{ABOVE})\s+|(?P<below>{BELOW})\s+)?"
    rf"(?P<number>{NUMBER})(?P<ordinal>st|nd|rd|th)?"
    rf"(?:\s*(?P<percent>percent|per cent|%)|\s+(?P<scale>thousand|million|billion)|[\s-]?(?P<fold>fold|times))?"
    rf"(?:\s+(?:in|out of|of every|of|per|for every)\s+(?:the\s+)?(?P<base>{NUMBER}))?(?:\s+[a-z][a-z ]*)?$"
)


@dataclass(frozen=True)
class Phrase:
    """A figure as an article prints it.

    value: the plain number meant (0.0033 for "0.33 percent"); kind: "count", "share", "ratio" or "rank";
    per: what the printed digits are multiplied by to show the value (100 for percent, 1,000 for "of every 1,000");
    direction: ">" after "more than", "<" after "less than", else ""; hedged: after about, some, nearly;
    readings: name ("digits", or "fine" and "coarse") -> Interval of plain numbers.
    """

    text: str
    value: Fraction
    kind: str
    per: Fraction
    direction: str
    hedged: bool
    readings: dict[str, Interval]

    def reading_met(self, computed: Interval) -> str:
        """The narrowest reading that the computed interval meets, or "" if none does."""
        return next((name for name, interval in self.readings.items() if interval.meets(computed)), "")


def units(digits: str) -> dict[str, Fraction]:
    """The rounding units of a number's digits, narrowest first: {"digits": 0.1} or {"fine": 1, "coarse": 10}."""
    if "." in digits:
        return {"digits": Fraction(1, 10 ** len(digits.split(".")[1]))}
    bare = digits.replace(",", "")
    zeros = len(bare) - len(bare.rstrip("0")) if bare.strip("0") else 0
    return {"fine": Fraction(1), "coarse": Fraction(10**zeros)}


def around(digits: str, factor: Fraction, hedged: bool) -> dict[str, Interval]:
    """Each reading of the digits as an interval, times factor."""
    named = units(digits)
    if hedged and "coarse" in named:
        named.pop("fine")
    value = exact(digits)
    return {name: Interval((value - u / 2) * factor, (value + u / 2) * factor) for name, u in named.items()}


def phrase(text: str) -> Phrase:
    """Read a printed phrase; ValueError, with examples, for one that cannot be read."""
    folded = re.sub(r"\bhalf\b", "50 percent", " ".join(text.lower().replace("tenfold", "10-fold").split()))
    found = PHRASE.match(folded)
    if not found:
        raise ValueError(f"cannot read {text!r}; write a figure such as 1.1 million, 0.33 percent or one in ten")
    digits = WORDS.get(found["number"], found["number"])
    base = exact(WORDS.get(found["base"], found["base"])) if found["base"] else None
    hedged = found["hedge"] is not None
    direction = ">" if found["above"] else "<" if found["below"] else ""
    if found["ordinal"]:
        place = exact(digits)
        return Phrase(text, place, "rank", Fraction(1), direction, hedged, {"digits": Interval(place, place)})
    if base and digits == "1":  # "one in ten": the rounding is in the ten
        spread = around(str(base), Fraction(1), hedged)
        readings = {name: Interval(1 / i.high, 1 / i.low) for name, i in spread.items()}
        return Phrase(text, 1 / base, "share", Fraction(100), direction, hedged, readings)
    kind = "share" if base or found["percent"] else "ratio" if found["fold"] else "count"
    per = base or Fraction(100 if found["percent"] else 1)
    factor = SCALES.get(found["scale"] or "", 1) / per
    return Phrase(text, exact(digits) * factor, kind, per, direction, hedged, around(digits, factor, hedged))
