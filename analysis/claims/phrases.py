"""Reading a figure out of an article's phrase: "1.1 million", "0.33 percent", "nearly one in ten".

Words become digits (REWRITES), the parts are told apart (PATTERN), what may mean something else is
refused, never guessed (doubt_of_words, doubt_of_numbers), and the rest makes a Phrase. A number
with a point was rounded at its last digit; without one it is read finely, at its last digit, and
coarsely, where its zeros begin (330 million: to 1 or 10); after about, some, nearly only coarsely.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from types import SimpleNamespace

from analysis.claims.lookup import COMPARE, HUNDRED, ONE
from analysis.rounding import UNROUNDED, Interval, exact, printed, prints_as
from analysis.tables import near

SMALL = re.findall(r"\w+", "zero one two three four five six seven eight nine ten eleven twelve")
CARDINALS = {word: str(number) for number, word in enumerate(SMALL)}
CARDINALS |= {"twenty": "20", "fifty": "50", "hundred": "100"}
ORDINALS = re.findall(r"\w+", "first second third fourth fifth sixth seventh eighth ninth tenth")
FRACTIONS = {"halves": 2, "thirds?": 3, "quarters?": 4, "fifths": 5}
POWERS = {"hundred thousand": 10**5, "hundred": 100, "thousand": 1000, "million": 10**6}
SCALES = {"thousand": 10**3, "million": 10**6, "m": 10**6, "billion": 10**9, "bn": 10**9}
HEDGES = "about|some|nearly|approximately|roughly|almost|around"
THRESHOLDS = {">": "more than|over|above|upwards of", ">=": "at least|no fewer than|no less than"}
THRESHOLDS |= {"<=": "at most|up to|no more than", "<": "less than|fewer than|under|below"}
OTHER_NUMERALS = """thirteen fourteen fifteen sixteen seventeen eighteen nineteen thirty forty sixty
    seventy eighty ninety dozen score gross lakh lac crore cr k mn mln mio mil bln tn trn trln
    trillion quadrillion milliard"""
NUMERALS = {*SCALES, *CARDINALS, *re.findall(r"\w+", OTHER_NUMERALS)}
MODIFIERS = "or more less fewer least most plus minus but per percent percentage"
UNITS = ["thousand", "million", "billion", "percent"]
SHORT = {"mn": "million", "mln": "million", "mio": "million", "bln": "billion"}
SHORT |= {"pct": "percent", "pc": "percent"}
KNOWN_WORDS = UNITS + re.findall(r"\w+", f"{HEDGES} {' '.join(THRESHOLDS.values())}")
PHRASE_EXAMPLES = "1.1 million, 0.33 percent, 90.3 of every 1,000, nearly one in ten, "
PHRASE_EXAMPLES += "more than half, 10-fold or 122nd"

JOINED_TO = r"\b(in|of|per|for|every|each) (?:(?:an?|one|every|each|the) )?"
REWRITES = [
    (r"tenfold", "10-fold"),
    (r"^(?:all|everyone|everybody)\b", "100.0 percent"),
    (r"\bhalf\b", "50 percent"),
    *((rf"\b(a|one|two|three)[ -]{word}\b", rf"\1 in {n}") for word, n in FRACTIONS.items()),
    (r"\ba in (?=\d)", "one in "),
    *((rf"{JOINED_TO}{word}\b", rf"\1 {number:,}") for word, number in POWERS.items()),
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

    @property
    def units(self) -> dict[str, str]:
        """Reading (digits, or fine and coarse) -> rounding unit of the digits, narrowest first."""
        whole, _, decimals = self.digits.replace(",", "").partition(".")
        if decimals or self.kind == "rank":
            return {"digits": f"1e-{len(decimals)}" if decimals else UNROUNDED}
        zeros = re.search(r"[1-9](0*)$", whole)
        coarse = f"1e{len(zeros[1]) if zeros else 0}"
        if self.hedged:
            return {"coarse": coarse}
        return {"digits": "1"} if coarse == "1e0" else {"fine": "1", "coarse": coarse}

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
        """The narrowest reading in which the value rounds to the digits, or "threshold", or ""."""
        if self.direction:
            return "threshold" if COMPARE[self.direction](value, self.edge) else ""
        if self.factor is None and value <= 0:
            return ""
        number = 1 / value if self.factor is None else value / self.factor
        fit = [name for name, unit in self.units.items() if prints_as(number, self.digits, unit)]
        return fit[0] if fit else ""

    def reading_met(self, computed: Interval) -> str:
        """The narrowest reading that the interval meets, or "threshold", or ""."""
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
    doubt = part and (doubt_of_words(part) or doubt_of_numbers(part))
    if not part or doubt or (part.whole and part.total == 0):
        reason = f": {doubt}" if doubt else f"; write it like {PHRASE_EXAMPLES}"
        raise ValueError(f'cannot read "{text}" as a figure{reason}')
    places = int(part.total) if part.ordinal and part.whole else None
    signs = [sign for sign, words in THRESHOLDS.items() if re.fullmatch(words, part.sign)]
    return Phrase(text, *measure(part), signs[0] if signs else "", bool(part.hedge), places)


def parts_of(text: str) -> SimpleNamespace | None:
    """The groups of PATTERN, "" for none, and what follows from them; None if it does not fit."""
    words = " ".join(text.lower().replace("-in-", " in ").split())
    for pattern, replacement in REWRITES:
        words = re.sub(pattern, replacement, words)
    found = PATTERN.fullmatch(words)
    if not found:
        return None
    part = SimpleNamespace(**found.groupdict(default=""))
    part.unit, part.times = part.percent or part.fold, Fraction(SCALES.get(part.scale, 1))
    part.digits, part.whole = (CARDINALS.get(word, word) for word in (part.number, part.base))
    part.size = exact(part.digits) * part.times
    if part.join == "in" and YEAR.fullmatch(part.whole):  # 10 percent in 2023 is of no whole
        marked = part.unit or part.scale or part.ordinal
        part.whole = "" if marked or part.size > int(part.whole) else part.whole
    part.total = exact(part.whole or "0")
    return part


def doubt_of_words(part: SimpleNamespace) -> str:
    """Why the words around the number may change it, and what to write instead; or ""."""
    if part.whole and part.unit and not part.ordinal:
        return f'it has both "{part.unit}" and "{part.join} {part.base}"; leave one of them out'
    after, remedy = part.tail.split(), "write it all in digits, such as 25,000,000 or 1 in 10,000"
    if words := [word for word in after if {word, word.removesuffix("s")} & NUMERALS]:
        return f'"{words[0]}" belongs to the number; {remedy}'
    remedy = "say it before, such as at least 10 percent, or leave it out"
    if words := [word for word in after if word in MODIFIERS.split()]:
        return f'"{words[0]}" stands after the number; {remedy}'
    return ""


def doubt_of_numbers(part: SimpleNamespace) -> str:
    """Why the number, or what it is a part of, may be another, and what to write; or ""."""
    for number in (part.digits, part.whole):
        if DOTTED.fullmatch(number) and not part.scale and not part.percent:
            grouped = number.replace(".", ",")
            return f"the point may part thousands; write {grouped}, or {number[:-1]} for a decimal"
    wrong = part.unit or part.scale or "." in part.digits + part.whole or part.size == 0
    if part.ordinal and wrong:
        return "a place is a whole number from 1 on, such as 1st or 122nd out of 160"
    if part.join == "in" and YEAR.fullmatch(part.whole) and part.digits != "1":
        return f"{part.whole} may be a year; leave it out, or write {int(part.whole):,}"
    if part.join in ("in", "of", "out of") and not part.ordinal and 0 < part.total < part.size:
        return f"{part.base} is less than what is said to be a part of it; leave it out"
    return ""


def measure(part: SimpleNamespace) -> tuple[str, Fraction | None, str, Fraction]:
    """(the digits that were rounded, the plain value of one, kind, what a share is shown per)."""
    if part.ordinal:
        return part.digits, ONE, "rank", ONE
    if not part.whole and not part.percent:
        return part.digits, part.times, "ratio" if part.fold else "count", ONE
    whole = part.total or HUNDRED
    per = whole if whole >= 1000 else HUNDRED
    if part.whole and part.digits == "1" and not part.scale and part.join != "per":
        return part.whole, None, "share", per  # one in ten; but 1 per 1,000 is a rate, to ones
    return part.digits, part.times / whole, "share", per


def read_phrase(text: str) -> Phrase:
    """phrase(text), but a misspelt word is named; 2.7 milion would be 2.7 of what is called so."""
    if not text:
        remedy = "write the figure, or in read_as what the words are taken to mean"
        raise ValueError(f"is empty; {remedy}")
    try:
        found, better = phrase(text), respelt(text, UNITS, 0.85)
    except ValueError:
        found, better = None, respelt(text, KNOWN_WORDS, 0.75)
    if better:
        raise ValueError(f'cannot read "{text}"; did you mean {better}?')
    return found or phrase(text)


def respelt(text: str, known: list[str], alike: float) -> str:
    """The text with its first misspelt word put right, or "" if no word is nearly a known one."""
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in SHORT or (len(word) > 2 and word not in NUMERALS):
            right = SHORT.get(word) or near(word, known, alike)
            if right not in ("", word):
                return re.sub(rf"\b{word}\b", right, text.lower())
    return ""
