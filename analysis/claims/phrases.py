"""Reading a figure out of an article's phrase: "1.1 million", "0.33 percent", "nearly one in ten".

Words become digits (REWRITES), the parts are told apart (PATTERN), what may mean something else is
refused, never guessed (doubts), and the rest makes a Phrase. words.csv is the vocabulary: what each
word does to the number; a word after it that is neither plain nor a name is refused.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from analysis import widths
from analysis.rounding import Interval, exact
from analysis.tables import near
from analysis.widths import HUNDRED, ONE, Pair

VOCABULARY = pd.read_csv(Path(__file__).with_name("words.csv"), dtype="str", keep_default_na=False)
WORDS = {role: dict(zip(g.word, g.value, strict=True)) for role, g in VOCABULARY.groupby("role")}
SCALES = {word: int(value) for word, value in WORDS["scale"].items()}
READ = ("hedge", "below", "above", "first", "last", "bottom")
ROLES = {word: role for role in READ for word in WORDS[role]}
REFUSED = {*SCALES, *WORDS["cardinal"], *WORDS["changes"]}  # after the number, also as a name
UNITS = ["thousand", "million", "billion", "percent"]
ENDLESS = Fraction(10**40)
EXAMPLES = "1.1 million, 0.33 percent, 90.3 of every 1,000, nearly one in ten, "
EXAMPLES += "more than half, 10-fold or 122nd"


def any_of(*roles: str) -> str:
    """A pattern for the words of these roles, the longest first."""
    words = VOCABULARY.loc[VOCABULARY.role.isin(roles), "word"]
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"


LAST_WORD = any_of("first", "last", "bottom")
PLACE = rf"[0-9]+(?:st|nd|rd|th)\b|{LAST_WORD}|top |bottom "
REWRITES = [
    (r"(?<=[0-9])[-\u2013\u2014](?=[0-9])", " to "),
    (r"(?<=[0-9a-z])[-\u2010-\u2014](?=[0-9a-z])", " "),
    (r"\baround the (?:world|globe)", "worldwide"),
    (r"^(?:only|fully|a total of|the) ", ""),
    (r"^just (?!over|under|above|below|short|shy|[a-z]+ than)", ""),
    (r"^(?:all|everyone|everybody)\b", "100.0 percent"),
    (rf"^({any_of('hedge', 'below')} )(?:all|everyone|everybody)\b", r"\g<1>100 percent"),
    *((rf"\b{word}(?=\b|fold)", n) for word, n in WORDS["cardinal"].items()),
    *((rf"\b(an?|[0-9]+) {part}s?\b", rf"\1/{n}") for part, n in WORDS["part"].items()),
    (r"\bhalf\b", "1/2"),
    (r"\ba/", "1/"),
    (r"\b([0-9]+) and 1/2\b", r"\1.5"),
    (rf"(\b[0-9]/[0-9]+ )(?:of )?an? (?={any_of('scale', 'percent')}\b)", r"\1"),  # half a million
    *((rf"\b{word}\b", f"{place}th") for word, place in WORDS["ordinal"].items()),
    *((rf"\b{word}\b", f"{n} fold") for word, n in WORDS["multiple"].items()),
    (r"(?<=fold|imes) as (?:many|much|high|large|great|likely|common)\b(?: as)?", ""),
    *((rf"\b(in|of|per|every|each) (?:(?:an?|1|the) )?{word}\b", rf"\1 {n:,}")
      for word, n in reversed(SCALES.items()) if len(word) > 3),
    (rf"\ban? (?={any_of('scale')}\b)", "1 "),
    (r"\ban? in (?=[0-9])", "1 in "),
    (r"^(?:is |rank(?:s|ed) )?(?:rank(?:s|ed)?|place|number|no\.?|#) ?([0-9]+)(?= |$)", r"\1th"),
    (rf"^(?:[a-z]+'s |rank(?:s|ed)? |placed |in |among |the )*(?={PLACE})", ""),
    (rf"^({LAST_WORD})\b", r"1th \1"),
]  # fmt: skip
NUMERAL = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,18})(?:\.[0-9]{1,18})?"
PERCENT = rf"(?:{any_of('percent')}\b|%)"
PATTERN = re.compile(
    rf"(?:(?P<sign>{any_of('threshold')}) )?(?:(?P<manner>{any_of('hedge', 'below', 'above')}) )?"
    rf"(?:(?P<end>top|bottom) )?(?:(?P<between>between |from )?(?P<start>{NUMERAL})"
    rf"(?: ?(?P<own>{PERCENT}|{any_of('scale')}\b))?"
    rf" (?P<to>and|to) )?(?P<number>[1-9][0-9]?/[1-9][0-9]?|{NUMERAL})(?P<ordinal>st|nd|rd|th)?"
    rf"(?: ?(?P<percent>{PERCENT})| ?(?P<scale>{any_of('scale')})\b"
    rf"| ?(?P<fold>{any_of('fold')})\b)?"
    rf"(?: (?P<way>{LAST_WORD})\b)?"
    rf"(?:(?P<noun>(?: [a-z']+){{0,3}}?) (?P<join>in|out of|of|per|for(?= every| each))"
    rf" (?:(?:the|every|each) )?(?P<base>{NUMERAL})(?![^ ]))?"
    r"(?P<tail>(?:[ ,;:(]+[\w'.)]+)*)"
)
YEAR = re.compile(r"(?:1[89]|20)[0-9]{2}")
SEPARATORS = [  # digits that may be one number or another: what stands there, what should, why
    (r"(?<![0-9,.])[0-9]{1,3}(?: [0-9]{3})+(?![0-9])", " ", ",", "a blank inside the number"),
    (r"(?<![0-9,])[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})(?![0-9,])", ",", ".", "a comma parts thousands"),
    (rf"(?<![0-9.,])[1-9][0-9]{{0,2}}\.[0-9]{{3}}(?![0-9])(?!.*(?:\b{any_of('scale')}\b|{PERCENT}))",
     ".", ",", "the point may part thousands"),
]  # fmt: skip


@dataclass(frozen=True)
class Phrase:
    """A figure as an article prints it; all numbers are plain: a share of one, a count."""

    text: str
    kind: str  # count, share, ratio or rank
    per: Fraction  # what a share is shown per: 100 for percent, 1,000 for "of every 1,000"; or 1
    value: Fraction  # the number itself: 0.0033 for "0.33 percent"
    strict: Interval
    charitable: Interval
    sign: str = ""  # >, >=, <= or < after more than, at least, up to, under
    without: Fraction | None = None  # an end that is not in the readings: nearly 40 is less
    places: int | None = None  # 160 in "122nd out of 160"
    order: str = ""  # first (second highest), last (second lowest) or bottom: where places start

    def allows(self, found: Interval, reading: Interval) -> bool:
        """Whether a reading and what was found have a value in common."""
        common = reading & found
        end = self.without
        return common is not None and (end is None or common != Interval(end, end))


def phrase(text: str, kind: str = "") -> Phrase:
    """Read a printed phrase; ValueError, with a hint or examples, for one that is not clear.

    kind: of the figure it is compared with. Beside a rank 149 out of 160 is a place; beside a count
    of rows a number is exact.
    """
    spoken = unicodedata.normalize("NFKC", text.replace("\u2019", "'"))
    spoken = spoken.strip(" \"'\u201c\u201d.,;:")
    words = " ".join(spoken.lower().split())
    for pattern, replacement in REWRITES:
        words = re.sub(pattern, replacement, words)
    part = parts_of(" ".join(words.split()), kind)
    names = {name.lower() for name in re.findall(r"\b[A-Z][\w']+", spoken)} - REFUSED
    found = chain(doubts_of_letters(text.lower()), doubts(part, names) if part else ())
    doubt = next(found, "")
    if doubt or not part:
        reason = f": {doubt}" if doubt else f"; write it like {EXAMPLES}"
        raise ValueError(f'cannot read "{text}" as a figure{reason}')
    return place_of(text, part) if part.ordinal else figure_of(text, part)


def parts_of(words: str, kind: str) -> SimpleNamespace | None:
    """The groups of PATTERN, "" for none, and what follows from them; None if it does not fit."""
    found = PATTERN.fullmatch(words)
    if not found or (found["end"] and found["ordinal"]):
        return None
    part = SimpleNamespace(**found.groupdict(default=""))
    part.manner, part.sign = ROLES.get(part.manner, ""), WORDS["threshold"].get(part.sign, "")
    part.unit, part.times = part.percent or part.fold, Fraction(SCALES.get(part.scale, 1))
    part.is_part = "/" in part.number
    part.size = Fraction(part.number.replace(",", "")) * part.times
    marked = part.unit or part.scale or part.ordinal or part.is_part or part.noun
    if part.join == "in" and YEAR.fullmatch(part.base) and (marked or part.size > int(part.base)):
        part.base = ""  # 10 percent in 2023 is of no whole
    part.total = exact(part.base or "0")
    part.after = re.findall(r"[\w']+", part.noun + part.tail)
    rows = kind == "rows" or not WORDS["rows"].keys().isdisjoint(part.after[:2])
    part.of_rows = rows and not (part.manner or part.is_part)
    if part.end or (kind == "rank" and part.join in ("of", "out of") and not part.unit):
        part.ordinal = part.ordinal or "th"
    return part


def doubts_of_letters(text: str) -> Iterator[str]:
    """Why the digits, or a word that is nearly a unit, are not clear, and what to write."""
    for pattern, old, new, fault in SEPARATORS:
        if found := re.search(pattern, text):
            yield f"{fault}; write {found[0].replace(old, new)}, or leave the digits after it out"
    if re.search("[\u00b2\u00b3\u00b9\u2070-\u2079]", text):
        yield "it has a raised digit; leave it out"
    for word in re.findall(r"[a-z]{4,}", text):
        known = {word, word.rstrip("s")} & {*UNITS, *VOCABULARY.word}
        if right := "" if known else near(word, UNITS, 0.8):  # no million is passed over
            yield f"did you mean {text.replace(word, right)}?"


def doubts(part: SimpleNamespace, names: set[str]) -> Iterator[str]:
    """Why the number, or the words around it, may mean something else, and what to write."""
    for word in part.after:
        if word not in WORDS["plain"] and word not in names:
            remedy = "leave it out, or say it before, such as at least 10 percent or 25,000,000"
            yield f'"{word}" stands after the number and may change it; {remedy}'
    if part.ordinal or part.way:
        yield from doubts_of_place(part)
    elif part.base and part.unit:
        yield f'it has both "{part.unit}" and "{part.join} {part.base}"; leave one of them out'
    if part.join == "in" and YEAR.fullmatch(part.base) and part.number != "1":
        yield f"{part.base} may be a year; leave it out, or write {int(part.base):,}"
    least = 2 if part.join in ("per", "for") else max(part.size, 2)
    if part.base and part.total < least:
        yield f"{part.base} is less than what is said to be a part of it; leave it out"
    if part.is_part and (Fraction(part.number) >= 1 or part.fold):
        yield "a fraction here is not clear; write it with digits, such as 1.5 times"
    if part.start and (part.sign or part.manner or part.is_part or ends_apart(part)):
        yield "it has two numbers; write them like between 1 and 2 million"


def ends_apart(part: SimpleNamespace) -> bool:
    """Whether the two numbers of a span do not go together."""
    mixed = part.own not in ("", part.scale, part.percent)
    two = part.to == "and" and not part.between
    return mixed or two or exact(part.start) > exact(part.number)


def doubts_of_place(part: SimpleNamespace) -> Iterator[str]:
    """Why a place, or a word such as highest, is not clear."""
    whole = not (part.size % 1 or part.total % 1) and part.size > 0
    if part.unit or part.scale or part.sign or part.manner or part.start or not whole:
        yield "a place is a whole number from 1 on, such as 1st, 122nd out of 160, in the top ten"
    if not part.ordinal:
        yield f'"{part.way}" asks for a place; write it like 2nd {part.way} or top 10'


def place_of(text: str, part: SimpleNamespace) -> Phrase:
    """A place, or the first or last so many; a place is not rounded."""
    found = Interval(1 if part.end else part.size, part.size)
    order = ROLES.get(part.way, part.end.replace("top", ""))
    sign, places = "<=" if part.end else "", int(part.total) or None
    return Phrase(text, "rank", ONE, part.size, found, found, sign, None, places, order)


def figure_of(text: str, part: SimpleNamespace) -> Phrase:
    """A count, a share or a ratio."""
    kind = "ratio" if part.fold else "share" if part.base or part.percent else "count"
    whole = HUNDRED if part.percent else part.total or ONE
    value, pair = value_of(part, whole)
    kind = "share" if part.is_part and part.times == 1 else kind
    per = ONE if kind != "share" else whole if whole >= 1000 else HUNDRED
    if part.of_rows and not part.unit and (kind == "count" or part.join in ("of", "out of")):
        pair = (Interval(exact(part.start or part.number) * part.times / whole, value),) * 2
    end = value if part.manner in ("below", "above") else None
    allowed = Interval(0, ONE if kind == "share" and value <= 1 else ENDLESS)
    if part.sign:
        edges = pair[1] if part.manner else Interval(value, value)
        edge = edges.low if ">" in part.sign else edges.high
        allowed = Interval(edge, ENDLESS) if ">" in part.sign else Interval(-ENDLESS, edge)
        pair, end = (allowed, allowed), None if "=" in part.sign else edge
    strict, charitable = (found & allowed or found for found in pair)
    return Phrase(text, kind, per, value, strict, charitable, part.sign, end)


def value_of(part: SimpleNamespace, whole: Fraction) -> tuple[Fraction, Pair]:
    """The plain number of a count, share or ratio, and its two readings."""
    digits, manner, scaled = part.number, part.manner, part.times > 1
    factor, per = part.times / whole, part.join == "per" and set(part.base) <= set("10,")
    one_in = part.base and digits == "1" and not (scaled or per)  # 1 per 1,000 is a rate, to ones
    if part.is_part:
        small = part.percent or (part.join in ("per", "in", "for") and whole >= HUNDRED)
        factor = part.times / (whole if small else 1)  # half a percent, but half of 160
        pair = widths.of_part(Fraction(digits), manner or "hedge" * scaled)
        return Fraction(digits) * factor, (pair[0] * factor, pair[1] * factor)
    if part.start:
        pair = widths.of_span(part.start, digits)
    elif 1 < part.size < whole <= widths.SMALL_N and part.size % 1 == 0:
        return part.size / whole, widths.of_part(part.size / whole, manner)
    elif one_in:
        return 1 / whole, widths.of_one_in(part.base, manner)
    elif part.fold:
        pair = widths.of_fold(digits, manner)
    else:
        pair = widths.of_number(digits, scaled, manner)
    return part.size / whole, (pair[0] * factor, pair[1] * factor)
