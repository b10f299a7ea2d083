"""Reading a figure out of an article's phrase: "1.1 million", "0.33 percent", "nearly one in ten".

The rule: a number with a point was rounded at its last digit, so 1.1 million is to a tenth of a million. One without a
point is read in two ways: finely, at the last digit written, or coarsely, where its zeros begin (330 million: 1 or 10).
After about, some, nearly, approximately only the coarse reading is meant. "More than", "at least", "less than" and
"at most" make the number a threshold instead. A phrase that could mean something else is refused, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from operator import ge, gt, le, lt

from analysis.rounding import Interval, exact, prints_as

SMALL = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
WORDS = {word: str(number) for number, word in enumerate(SMALL)} | {"twenty": "20", "fifty": "50", "hundred": "100"}
ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
PLACES = {word: f"{place}th" for place, word in enumerate(ORDINALS, start=1)}
PARTS = {"half": "2", "halves": "2", "third": "3", "thirds": "3", "quarter": "4", "quarters": "4", "fifths": "5"}
SCALES = {"thousand": 10**3, "million": 10**6, "m": 10**6, "billion": 10**9, "bn": 10**9}
HEDGES = r"about|some|nearly|approximately|roughly|almost|around"
SIGNS = {
    ">": r"more than|over|above|upwards of",
    ">=": r"at least|no fewer than|no less than",
    "<=": r"at most|up to|no more than",
    "<": r"less than|fewer than|under|below",
}
LARGE = "hundred trillion quadrillion milliard dozen score gross lakh lac crore k mn mln mio mil bln tn trn trln cr"
TENS = "thirteen fourteen fifteen sixteen seventeen eighteen nineteen thirty forty sixty seventy eighty ninety"
NUMERALS = {*SCALES, *WORDS, *re.findall(r"\w+", f"{LARGE} {TENS}")}
BENDS = set(re.findall(r"\w+", "or more less fewer least most plus minus but per percent percentage"))
POWERS = {"hundred": "100", "thousand": "1,000", "hundred thousand": "100,000", "million": "1,000,000"}
YEAR, DOTTED = re.compile(r"(?:1[89]|20)\d\d"), re.compile(r"[1-9]\d{0,2}\.\d{3}")
HOLDS: dict[str, Callable[[Fraction, Fraction], bool]] = {">": gt, ">=": ge, "<=": le, "<": lt}
NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|" + "|".join(sorted(WORDS, key=len, reverse=True))
PHRASE = re.compile(
    rf"^(?:(?:just|well|far|slightly) )?(?P<sign>{'|'.join(SIGNS.values())})?\s*(?:(?P<hedge>{HEDGES})\s+)?"
    rf"(?P<number>{NUMBER})(?P<ordinal>st|nd|rd|th)?"
    rf"(?:\s*(?P<percent>percent|per cent|%)|\s*(?P<scale>thousand|million|billion|bn|m)\b|[\s-]?(?P<fold>fold|times))?"
    rf"(?:\s+(?P<join>in|out of|of|per|for(?= every| each))\s+(?:(?:the|every|each)\s+)?(?P<base>{NUMBER})(?!\S))?"
    r"(?P<tail>\s+[a-z][a-z ]*)?$"
)
EXAMPLES = "1.1 million, 0.33 percent, 90.3 of every 1,000, nearly one in ten, more than half, 10-fold or 122nd"


@dataclass(frozen=True)
class Phrase:
    """A figure as an article prints it.

    value: the plain number meant (0.0033 for "0.33 percent"); kind: "count", "share", "ratio" or "rank";
    per: what a share is shown per (100 for percent, 1,000 for "of every 1,000"; 1 for anything else);
    direction: ">", ">=", "<=" or "<" after "more than", "at least", "at most", "less than", else "";
    hedged: after about, some, nearly; places: 160 in "122nd out of 160", else None;
    readings: name ("digits", or "fine" and "coarse") -> Interval of plain numbers, narrowest first.
    digits, units: the number that was rounded, as printed, and its rounding unit in each reading;
    factor: plain value of one of those digits (a million), or None in "one in ten", where the ten was rounded.
    """

    text: str
    value: Fraction
    kind: str
    per: Fraction
    direction: str
    hedged: bool
    readings: dict[str, Interval]
    places: int | None
    digits: str
    units: dict[str, Fraction]
    factor: Fraction | None

    def reading_met(self, computed: Interval) -> str:
        """The narrowest reading that the computed interval meets, or "" if none does."""
        return next((name for name, interval in self.readings.items() if interval.meets(computed)), "")

    def prints(self, value: Fraction) -> str:
        """The narrowest reading in which the value, rounded by either tie rule, prints as these digits, or ""."""
        if self.factor is None and value <= 0:
            return ""
        shown = 1 / value if self.factor is None else value / self.factor
        return next((name for name, unit in self.units.items() if prints_as(shown, self.digits, str_of(unit))), "")

    @property
    def edge(self) -> Fraction:
        """What a "more than" or "at most" is measured against: the number; hedged, the nearer end of its reading."""
        around = list(self.readings.values())[-1]
        nearer = around.low if self.direction.startswith(">") else around.high
        return nearer if self.hedged else self.value

    def holds(self, value: Fraction) -> bool:
        """True if the value is more than, at least, at most or less than the edge."""
        return HOLDS[self.direction](value, self.edge)


def str_of(unit: Fraction) -> str:
    """A rounding unit as decimal text: 1/10 is "0.1"."""
    return str(unit.numerator) if unit.denominator == 1 else f"{float(unit):.{len(str(unit.denominator)) - 1}f}"


def units(digits: str, hedged: bool = False) -> dict[str, Fraction]:
    """The rounding units of a number's digits, narrowest first: {"digits": 0.1} or {"fine": 1, "coarse": 10}."""
    if "." in digits:
        return {"digits": Fraction(1, 10 ** len(digits.split(".")[1]))}
    bare = digits.replace(",", "")
    zeros = len(bare) - len(bare.rstrip("0")) if bare.strip("0") else 0
    if hedged:
        return {"coarse": Fraction(10**zeros)}
    return {"fine": Fraction(1), "coarse": Fraction(10**zeros)} if zeros else {"digits": Fraction(1)}


def folded(text: str) -> str:
    """The text in small letters, with words such as half, all, a third, rank 1 and top ten as numbers."""
    found = " ".join(text.lower().replace("tenfold", "10-fold").replace("-in-", " in ").split())
    found = re.sub(r"^(?:all|everyone|everybody)\b", "100.0 percent", found)
    found = re.sub(r"\bhalf\b", "50 percent", found)
    parts = "|".join(PARTS)
    found = re.sub(rf"\b(a|one|two|three)[ -]({parts})\b", lambda m: f"{m[1]} in {PARTS[m[2]]}", found)
    found = re.sub(r"\ba in (?=\d)", "one in ", found)
    powers = "|".join(sorted(POWERS, key=len, reverse=True))
    after = r"\b(in|of|per|for|every|each) (?:(?:an?|one|every|each|the) )?"
    found = re.sub(rf"{after}({powers})\b", lambda m: f"{m[1]} {POWERS[m[2]]}", found)
    found = re.sub(rf"\b({'|'.join(PLACES)})\b", lambda m: PLACES[m[1]], found)
    found = re.sub(r"^(?:rank|place|number|no\.) (\d+)$", r"\1th", found)
    return re.sub(r"^(?:(?:in|among) )?(?:the )?top (\w+)\b", r"at most \1th", found)


def meant(number: Fraction, unit: Fraction, factor: Fraction | None) -> Interval:
    """What a number rounded to the unit can be, times factor; one over it for "one in ten", where factor is None."""
    low, high = number - unit / 2, number + unit / 2
    return Interval(1 / high, 1 / low) if factor is None else Interval(low * factor, high * factor)


def in_digits(found: re.Match[str], name: str) -> str:
    """A number of the phrase, "ten" as "10"; "" if it is not there."""
    return WORDS.get(found[name], found[name]) or ""


def base_of(found: re.Match[str]) -> str:
    """What the number is a part of, "10" for "in ten"; "" if nothing, or for the year of "10 percent in 2023"."""
    base, number = in_digits(found, "base"), exact(in_digits(found, "number"))
    if found["join"] != "in" or not YEAR.fullmatch(base):
        return base
    return "" if any(found.group("percent", "fold", "scale", "ordinal")) or number > exact(base) else base


def doubt(found: re.Match[str], base: str) -> str:
    """Why a phrase could mean something else than it seems to, and what to write instead; "" if it could not."""
    number, unit = in_digits(found, "number"), found["percent"] or found["fold"]
    size = exact(number) * SCALES.get(found["scale"] or "", 1)
    if base and unit and not found["ordinal"]:
        return f'it has both "{unit}" and "{found["join"]} {found["base"]}"; leave one of them out'
    tail = (found["tail"] or "").split()
    if words := [w for w in tail if {w, w.removesuffix("s")} & NUMERALS]:
        return f'"{words[0]}" belongs to the number; write it all in digits, such as 25,000,000 or 1 in 10,000'
    if words := [w for w in tail if w in BENDS]:
        return f'"{words[0]}" stands after the number; say it before, such as at least 10 percent, or leave it out'
    if dotted := [n for n in (number, base) if DOTTED.fullmatch(n) and not found["scale"] and not found["percent"]]:
        return f"the point may part thousands; write {dotted[0].replace('.', ',')}, or {dotted[0][:-1]} for a decimal"
    if found["ordinal"]:
        wrong = unit or found["scale"] or "." in number + base or exact(number) == 0
        return "a place is a whole number from 1 on, such as 1st or 122nd out of 160" if wrong else ""
    if base and found["join"] == "in" and YEAR.fullmatch(base) and number != "1":
        return f"{base} may be a year; leave it out, or write {int(base):,}"
    if base and found["join"] not in ("per", "for") and 0 < exact(base) < size:
        return f"{found['base']} is less than what is said to be a part of it; leave it out"
    return ""


def understood(text: str) -> tuple[re.Match[str], str]:
    """The parts of a phrase and its base; ValueError, with a hint or examples, for one that cannot be read."""
    found, base, why = PHRASE.match(folded(text)), "", ""
    if found:
        why = doubt(found, base := base_of(found))
    if found and not why and not (base and exact(base) == 0):
        return found, base
    raise ValueError(f'cannot read "{text}" as a figure{why and ": "}{why or f"; write it like {EXAMPLES}"}')


def phrase(text: str) -> Phrase:
    """Read a printed phrase; ValueError, with a hint or examples, for one that could be read in another way or not."""
    found, base = understood(text)
    digits, hedged = in_digits(found, "number"), found["hedge"] is not None
    direction = next((sign for sign, words in SIGNS.items() if re.fullmatch(words, found["sign"] or "-")), "")
    if found["ordinal"]:
        place, one, places = exact(digits), Fraction(1), int(exact(base)) if base else None
        readings = {"digits": Interval(place, place)}
        return Phrase(text, place, "rank", one, direction, hedged, readings, places, digits, {"digits": one}, one)
    whole = exact(base) if base else Fraction(100 if found["percent"] else 1)
    kind = "share" if base or found["percent"] else "ratio" if found["fold"] else "count"
    per = Fraction(1) if kind != "share" else whole if whole >= 1000 else Fraction(100)
    factor: Fraction | None = SCALES.get(found["scale"] or "", 1) / whole
    value = exact(digits) * SCALES.get(found["scale"] or "", 1) / whole
    if base and digits == "1" and found["join"] != "per":  # one in ten; but 1 per 1,000 is a rate, rounded to ones
        digits, factor = base, None
    steps = units(digits, hedged)
    readings = {name: meant(exact(digits), unit, factor) for name, unit in steps.items()}
    return Phrase(text, value, kind, per, direction, hedged, readings, None, digits, steps, factor)
