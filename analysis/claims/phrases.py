"""Reading a figure out of an article's phrase: "1.1 million", "0.33 percent", "nearly one in ten".

A number with a point was rounded at its last digit, so 1.1 million is to a tenth of a million. One
without a point is read in two ways: finely, at the last digit written, or coarsely, where its zeros
begin (330 million: 1 or 10). After about, some, nearly, approximately only the coarse reading is
meant. "More than", "at least", "less than" and "at most" make the number a threshold instead.

A phrase is read in four steps: fractions, places and the like become digits (REWRITES), the parts
are told apart (PATTERN), what could mean something else is refused, never guessed (DOUBTS), and the
rest makes a Phrase.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from operator import ge, gt, le, lt
from types import SimpleNamespace

from analysis.rounding import UNROUNDED, Interval, exact, printed, prints_as
from analysis.tables import near

ONE, HUNDRED = Fraction(1), Fraction(100)
SMALL = re.findall(r"\w+", "zero one two three four five six seven eight nine ten eleven twelve")
CARDINALS = {word: str(number) for number, word in enumerate(SMALL)}
CARDINALS |= {"twenty": "20", "fifty": "50", "hundred": "100"}
ORDINALS = re.findall(r"\w+", "first second third fourth fifth sixth seventh eighth ninth tenth")
FRACTIONS = {"halves": 2, "thirds?": 3, "quarters?": 4, "fifths": 5}
POWERS = {"hundred thousand": 10**5, "hundred": 100, "thousand": 1000, "million": 10**6}
SCALES = {"thousand": 10**3, "million": 10**6, "m": 10**6, "billion": 10**9, "bn": 10**9}
HEDGES = "about|some|nearly|approximately|roughly|almost|around"
THRESHOLDS = {
    ">": "more than|over|above|upwards of",
    ">=": "at least|no fewer than|no less than",
    "<=": "at most|up to|no more than",
    "<": "less than|fewer than|under|below",
}
HOLDS: dict[str, Callable[[Fraction, Fraction], bool]] = {">": gt, ">=": ge, "<=": le, "<": lt}
UNREAD = """thirteen fourteen fifteen sixteen seventeen eighteen nineteen thirty forty sixty seventy
    eighty ninety dozen score gross lakh lac crore cr k mn mln mio mil bln tn trn trln trillion
    quadrillion milliard"""
NUMERALS = {*SCALES, *CARDINALS, *re.findall(r"\w+", UNREAD)}
BENDS = re.findall(r"\w+", "or more less fewer least most plus minus but per percent percentage")
UNITS = ["thousand", "million", "billion", "percent"]
SHORT = {"mn": "million", "mln": "million", "mio": "million", "bln": "billion"}
SHORT |= {"pct": "percent", "pc": "percent"}
SPELT = [*UNITS, *re.findall(r"\w+", f"{HEDGES} {' '.join(THRESHOLDS.values())}")]
READABLE = "1.1 million, 0.33 percent, 90.3 of every 1,000, nearly one in ten, more than half, "
READABLE += "10-fold or 122nd"

AFTER = r"\b(in|of|per|for|every|each) (?:(?:an?|one|every|each|the) )?"
REWRITES = [
    (r"tenfold", "10-fold"),
    (r"^(?:all|everyone|everybody)\b", "100.0 percent"),
    (r"\bhalf\b", "50 percent"),
    *((rf"\b(a|one|two|three)[ -]{word}\b", rf"\1 in {n}") for word, n in FRACTIONS.items()),
    (r"\ba in (?=\d)", "one in "),
    *((rf"{AFTER}{word}\b", rf"\1 {number:,}") for word, number in POWERS.items()),
    *((rf"\b{word}\b", f"{place}th") for place, word in enumerate(ORDINALS, start=1)),
    (r"^(?:rank|place|number|no\.) (\d+)$", r"\1th"),
    (r"^(?:(?:in|among) )?(?:the )?top (\w+)\b", r"at most \1th"),
]
FIGURE = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|" + "|".join(CARDINALS)
PATTERN = re.compile(
    rf"(?:(?:just|well|far|slightly) )?(?P<sign>{'|'.join(THRESHOLDS.values())})?\s*"
    rf"(?:(?P<hedge>{HEDGES})\s+)?(?P<number>{FIGURE})(?P<ordinal>st|nd|rd|th)?"
    rf"(?:\s*(?P<percent>percent|per cent|%)|\s*(?P<scale>{'|'.join(SCALES)})\b"
    r"|[\s-]?(?P<fold>fold|times))?"
    r"(?:\s+(?P<join>in|out of|of|per|for(?= every| each))\s+(?:(?:the|every|each)\s+)?"
    rf"(?P<base>{FIGURE})(?!\S))?(?P<tail>\s+[a-z][a-z ]*)?"
)
YEAR, DOTTED = re.compile(r"(?:1[89]|20)\d\d"), re.compile(r"[1-9]\d{0,2}\.\d{3}")


@dataclass(frozen=True)
class Phrase:
    """A figure as an article prints it."""

    text: str
    digits: str  # the number that was rounded, as printed
    units: dict[str, str]  # reading ("digits", or "fine" and "coarse") -> unit; narrowest first
    factor: Fraction | None  # one of the digits as a plain number; None: the ten of one in ten
    kind: str  # count, share, ratio or rank
    per: Fraction  # what a share is shown per: 100 for percent, 1,000 for "of every 1,000"; or 1
    direction: str  # >, >=, <= or < after "more than", "at least", "at most", "less than"
    hedged: bool  # after about, some, nearly
    places: int | None = None  # 160 in "122nd out of 160"

    @property
    def value(self) -> Fraction:
        """The plain number meant: 0.0033 for "0.33 percent"."""
        return 1 / exact(self.digits) if self.factor is None else exact(self.digits) * self.factor

    @cached_property
    def readings(self) -> dict[str, Interval]:
        """Reading -> all plain numbers that the phrase can mean in it, narrowest first."""
        rounded = {name: printed(self.digits, unit) for name, unit in self.units.items()}
        if self.factor is None:
            return {name: Interval(1, 1) / numbers for name, numbers in rounded.items()}
        return {name: numbers * self.factor for name, numbers in rounded.items()}

    @property
    def edge(self) -> Fraction:
        """What a threshold is measured against: the number; hedged, the nearer end of its range."""
        widest = list(self.readings.values())[-1]
        nearer = widest.low if self.direction.startswith(">") else widest.high
        return nearer if self.hedged else self.value

    def prints(self, value: Fraction) -> str:
        """The narrowest reading in which the value, by either tie rule, rounds to these digits.

        "threshold" for a value that satisfies one; "" where there is none.
        """
        if self.direction:
            return "threshold" if HOLDS[self.direction](value, self.edge) else ""
        if self.factor is None and value <= 0:
            return ""
        number = 1 / value if self.factor is None else value / self.factor
        fit = [name for name, unit in self.units.items() if prints_as(number, self.digits, unit)]
        return fit[0] if fit else ""

    def reading_met(self, computed: Interval) -> str:
        """The narrowest reading that the interval meets, or "threshold"; "" where there is none."""
        if self.direction:
            return self.prints(computed.low) or self.prints(computed.high)
        return next((name for name, own in self.readings.items() if own.meets(computed)), "")

    def limits(self, reading: str) -> tuple[Fraction | None, Fraction | None]:
        """(lowest, highest) number allowed in this reading, else in the widest; None if open."""
        if self.direction:
            return (self.edge, None) if self.direction.startswith(">") else (None, self.edge)
        allowed = self.readings.get(reading, list(self.readings.values())[-1])
        return allowed.low, allowed.high


def phrase(text: str) -> Phrase:
    """Read a printed phrase; ValueError, with a hint or examples, for one that is not clear."""
    part = parts_of(text)
    doubt = part and (doubt_of_words(part) or doubt_of_number(part) or doubt_of_base(part))
    if not part or doubt or exact(part.whole or "1") == 0:
        reason = f": {doubt}" if doubt else f"; write it like {READABLE}"
        raise ValueError(f'cannot read "{text}" as a figure{reason}')
    hedged = bool(part.hedge)
    if part.ordinal:
        places, units = int(exact(part.whole)) if part.whole else None, {"digits": UNROUNDED}
        return Phrase(text, part.digits, units, ONE, "rank", ONE, part.direction, hedged, places)
    digits, factor, kind, per = rounded_part(part)
    units = units_of(digits, hedged)
    return Phrase(text, digits, units, factor, kind, per, part.direction, hedged)


def rounded_part(part: SimpleNamespace) -> tuple[str, Fraction | None, str, Fraction]:
    """(the digits that were rounded, the plain value of one, kind, what a share is shown per)."""
    times = Fraction(SCALES.get(part.scale, 1))
    if not part.whole and not part.percent:
        return part.digits, times, "ratio" if part.fold else "count", ONE
    whole = exact(part.whole or "100")
    per = whole if whole >= 1000 else HUNDRED
    if part.whole and part.digits == "1" and not part.scale and part.join != "per":
        return part.whole, None, "share", per  # one in ten; but 1 per 1,000 is a rate, to ones
    return part.digits, times / whole, "share", per


def parts_of(text: str) -> SimpleNamespace | None:
    """The groups of PATTERN, "" where the phrase has none; None if it has not that form.

    Besides them: unit, percent or times; digits and whole, the number and what it is a part of, in
    digits, years left out; direction, as in Phrase.
    """
    words = " ".join(text.lower().replace("-in-", " in ").split())
    for pattern, replacement in REWRITES:
        words = re.sub(pattern, replacement, words)
    found = PATTERN.fullmatch(words)
    if not found:
        return None
    part = SimpleNamespace(**found.groupdict(default=""))
    part.unit = part.percent or part.fold
    part.digits, part.whole = (CARDINALS.get(word, word) for word in (part.number, part.base))
    if part.join == "in" and YEAR.fullmatch(part.whole):
        marked = part.unit or part.scale or part.ordinal
        part.whole = "" if marked or exact(part.digits) > exact(part.whole) else part.whole
    signs = [sign for sign, words in THRESHOLDS.items() if re.fullmatch(words, part.sign)]
    part.direction = signs[0] if signs else ""
    return part


def doubt_of_words(part: SimpleNamespace) -> str:
    """Why the words around the number may change it, and what to write instead; or ""."""
    if part.whole and part.unit and not part.ordinal:
        return f'it has both "{part.unit}" and "{part.join} {part.base}"; leave one of them out'
    for word in part.tail.split():
        if {word, word.removesuffix("s")} & NUMERALS:
            remedy = "write it all in digits, such as 25,000,000 or 1 in 10,000"
            return f'"{word}" belongs to the number; {remedy}'
    for word in part.tail.split():
        if word in BENDS:
            remedy = "say it before, such as at least 10 percent, or leave it out"
            return f'"{word}" stands after the number; {remedy}'
    return ""


def doubt_of_number(part: SimpleNamespace) -> str:
    """Why the number may be another one than it seems, and what to write instead; or ""."""
    for number in (part.digits, part.whole):
        if DOTTED.fullmatch(number) and not part.scale and not part.percent:
            grouped = number.replace(".", ",")
            return f"the point may part thousands; write {grouped}, or {number[:-1]} for a decimal"
    more = part.unit or part.scale or "." in part.digits + part.whole
    if part.ordinal and (more or exact(part.digits) == 0):
        return "a place is a whole number from 1 on, such as 1st or 122nd out of 160"
    return ""


def doubt_of_base(part: SimpleNamespace) -> str:
    """Why what the number is said to be a part of may be none, and what to write; or ""."""
    if part.join == "in" and YEAR.fullmatch(part.whole) and part.digits != "1":
        return f"{part.whole} may be a year; leave it out, or write {int(part.whole):,}"
    size, whole = exact(part.digits) * SCALES.get(part.scale, 1), exact(part.whole or "0")
    if not part.ordinal and part.join in ("in", "of", "out of") and 0 < whole < size:
        return f"{part.base} is less than what is said to be a part of it; leave it out"
    return ""


def units_of(digits: str, hedged: bool) -> dict[str, str]:
    """Reading -> rounding unit of a number, narrowest first: {"fine": "1", "coarse": "1e6"}."""
    if "." in digits:
        return {"digits": f"1e-{len(digits.split('.')[1])}"}
    zeros = re.search(r"[1-9](0*)$", digits.replace(",", ""))
    coarse = f"1e{len(zeros[1]) if zeros else 0}"
    if hedged:
        return {"coarse": coarse}
    return {"digits": "1"} if coarse == "1e0" else {"fine": "1", "coarse": coarse}


def read_phrase(text: str) -> Phrase:
    """phrase(text), but a misspelt word is named; 2.7 milion would be 2.7 of what is called so."""
    try:
        found, better = phrase(text), respelt(text, UNITS, 0.85)
    except ValueError:
        better = respelt(text, SPELT, 0.75)
        if not better:
            raise
    if better:
        raise ValueError(f'cannot read "{text}"; did you mean {better}?')
    return found


def respelt(text: str, known: list[str], alike: float) -> str:
    """The text with its first misspelt word put right, or "" if no word is nearly a known one."""
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in SHORT or (len(word) > 2 and word not in NUMERALS):
            right = SHORT.get(word) or near(word, known, alike)
            if right not in ("", word):
                return re.sub(rf"\b{word}\b", right, text.lower())
    return ""
