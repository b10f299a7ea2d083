"""Reading a figure out of an article's phrase: "1.1 million", "0.33 percent", "nearly one in ten".

Words become digits (REWRITES), the parts are told apart (PATTERN), what may mean something else is
refused, never guessed (doubts), and the rest makes a Phrase. words.csv is the vocabulary: what each
word does to the number, or that it is refused after one.
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

from analysis.rounding import Interval, exact
from analysis.tables import near
from analysis.widths import HUNDRED, ONE, Pair, of_fold, of_number, of_one_in, of_part, of_span

VOCABULARY = pd.read_csv(Path(__file__).with_name("words.csv"), dtype="str", keep_default_na=False)
WORDS = {role: dict(zip(g.word, g.value, strict=True)) for role, g in VOCABULARY.groupby("role")}
SCALES = {word: int(value) for word, value in WORDS["scale"].items()}
READ = ("hedge", "below", "above", "first", "last")
ROLES = {word: role for role in READ for word in WORDS[role]}
REFUSED = {*SCALES, *WORDS["cardinal"], *WORDS["changes"]}  # after the number they would change it
UNITS = ["thousand", "million", "billion", "percent"]
ENDLESS = Fraction(10**40)
EXAMPLES = "1.1 million, 0.33 percent, 90.3 of every 1,000, nearly one in ten, "
EXAMPLES += "more than half, 10-fold or 122nd"


def any_of(*roles: str) -> str:
    """A pattern for the words of these roles, the longest first."""
    words = VOCABULARY.loc[VOCABULARY.role.isin(roles), "word"]
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"


REWRITES = [
    (r"(?<=[0-9])[-\u2013\u2014](?=[0-9])", " to "),
    (r"(?<=[0-9a-z])[-\u2010-\u2014](?=[a-z])", " "),
    (r"^(?:all|everyone|everybody)\b", "100.0 percent"),
    (rf"^({any_of('hedge', 'below')} )(?:all|everyone|everybody)\b", r"\g<1>100 percent"),
    (rf"^(?:the|only|just|a total of) (?=[0-9]|{any_of('cardinal', 'ordinal')}\b)", ""),
    *((rf"\b{word}(?=\b|fold)", n) for word, n in WORDS["cardinal"].items()),
    (rf"\ban? (?=(?:{any_of('part')}s?|{any_of('scale')})\b|in [0-9])", "1 "),
    *((rf"\b([0-9]+) {part}s?\b", rf"\1/{n}") for part, n in WORDS["part"].items()),
    (r"\bhalf\b", "1/2"),
    (rf"(\b[0-9]/[0-9]+ )(?:of )?1 (?={any_of('scale')}\b)", r"\1"),  # half a million
    *((rf"\b{word}\b", f"{place}th") for word, place in WORDS["ordinal"].items()),
    *((rf"\b{word}\b", f"{n} fold") for word, n in WORDS["multiple"].items()),
    (r"(?<=fold|imes) as (?:many|much|high|large|great|likely|common)\b(?: as)?", ""),
    *((rf"\b(in|of|per|every|each) (?:(?:an?|1|the) )?{word}\b", rf"\1 {n:,}")
      for word, n in reversed(SCALES.items()) if len(word) > 3),
    (r"^(?:is )?(?:rank(?:s|ed)?|place|number|no\.|#) ?([0-9]+)(?= |$)", r"\1th"),
    (r"^(?:rank(?:s|ed)?|placed|comes|came) (?=[0-9]+(?:st|nd|rd|th)\b)", ""),
    (r"^(?:(?:in|among) )?(?:the )?(top|bottom) (?=[0-9])", r"\1 "),
    (rf"^(?:the )?({any_of('first', 'last')})\b", r"1th \1"),
]  # fmt: skip
NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,18})(?:\.[0-9]{1,18})?"
PERCENT = rf"(?:{any_of('percent')}\b|%)"
MARKED = rf"(?:(?<=[0-9 ]){any_of('scale')}\b|{PERCENT})"
PATTERN = re.compile(
    rf"(?:(?P<sign>{any_of('threshold')}) )?(?:(?P<manner>{any_of('hedge', 'below', 'above')}) )?"
    rf"(?:(?P<end>top|bottom) )?(?:(?:between |from )?(?P<start>{NUMBER})"
    rf"(?: ?(?P<own>{PERCENT}|{any_of('scale')}\b))? (?:and|to) )?"
    rf"(?P<number>[1-9][0-9]?/[1-9][0-9]?|{NUMBER})(?P<ordinal>st|nd|rd|th)?"
    rf"(?: ?(?P<percent>{PERCENT})| ?(?P<scale>{any_of('scale')})\b"
    rf"| ?(?P<fold>{any_of('fold')})\b)?"
    rf"(?: (?P<way>{any_of('first', 'last')})\b)?"
    rf"(?:(?P<noun>(?: [a-z']+){{0,3}}?) (?P<join>in|out of|of|per|for(?= every| each))"
    rf" (?:(?:the|every|each) )?(?P<base>{NUMBER})(?![^ ]))?"
    r"(?P<tail>(?:[ ,;:(]+[a-z0-9'.)]+)*)"
)
YEAR = re.compile(r"(?:1[89]|20)[0-9]{2}")
SEPARATORS = {  # digits that may be one number or another -> what to write
    r"\b([0-9]{1,3}) ([0-9]{3})\b": r"there is a blank inside the number; write \1,\2",
    r"(?<![0-9,])([0-9]+),([0-9]{1,2}|[0-9]{4,})(?![0-9,])":
        r"a comma parts thousands here; write \1.\2 for a decimal",
    rf"(?<![0-9.,])([1-9][0-9]{{0,2}})\.([0-9]{{2}})([0-9])(?![0-9]|.*{MARKED})":
        r"the point may part thousands; write \1,\2\3, or \1.\2 for a decimal",
}  # fmt: skip


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
        common, end = reading & found, self.without
        return common is not None and (end is None or common != Interval(end, end))


def phrase(text: str, kind: str = "") -> Phrase:
    """Read a printed phrase; ValueError, with a hint or examples, for one that is not clear.

    kind: of the figure it is compared with. Beside a rank 149 out of 160 is a place; beside a count
    of rows a number is exact.
    """
    words = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    for pattern, replacement in REWRITES:
        words = re.sub(pattern, replacement, words)
    part = parts_of(" ".join(words.split()), kind)
    doubt = next(chain(doubts_of_letters(text.lower(), words), doubts(part) if part else ()), "")
    if doubt or not part:
        reason = f": {doubt}" if doubt else f"; write it like {EXAMPLES}"
        raise ValueError(f'cannot read "{text}" as a figure{reason}')
    return place_of(text, part) if part.ordinal else figure_of(text, part)


def parts_of(words: str, kind: str) -> SimpleNamespace | None:
    """The groups of PATTERN, "" for none, and what follows from them; None if it does not fit."""
    found = PATTERN.fullmatch(words)
    if not found:
        return None
    part = SimpleNamespace(**found.groupdict(default=""))
    part.manner, part.sign = ROLES.get(part.manner, ""), WORDS["threshold"].get(part.sign, "")
    part.unit, part.times = part.percent or part.fold, Fraction(SCALES.get(part.scale, 1))
    part.size = Fraction(part.number.replace(",", "")) * part.times
    marked = part.unit or part.scale or part.ordinal
    if part.join == "in" and YEAR.fullmatch(part.base) and (marked or part.size > int(part.base)):
        part.base = ""  # 10 percent in 2023 is of no whole
    part.total = exact(part.base or "0")
    part.after = re.findall(r"[a-z0-9']+", part.noun + part.tail)
    part.of_rows = kind == "rows" or not WORDS["rows"].keys().isdisjoint(part.after[:1])
    if part.end or (kind == "rank" and part.join in ("of", "out of") and not part.unit):
        part.ordinal = part.ordinal or "th"
    return part


def doubts_of_letters(text: str, words: str) -> Iterator[str]:
    """What a word is meant for that is nearly one of UNITS, and SEPARATORS."""
    for word in set(re.findall(r"[a-z]{4,}", text)) - set(VOCABULARY.word) - set(UNITS):
        if right := near(word, UNITS, 0.8):
            yield f"did you mean {text.replace(word, right)}?"
    for pattern, remedy in SEPARATORS.items():
        if found := re.search(pattern, words):
            yield found.expand(remedy)


def doubts(part: SimpleNamespace) -> Iterator[str]:
    """Why the number, or the words around it, may mean something else, and what to write."""
    for word in part.after:
        if {word, word.rstrip("s")} & REFUSED or re.search("[0-9]", word):
            remedy = "say it before, such as at least 10 percent or 25,000,000, or leave it out"
            yield f'"{word}" stands after the number and may change it; {remedy}'
    if part.ordinal or part.way:
        yield from doubts_of_place(part)
    elif part.base and part.unit:
        yield f'it has both "{part.unit}" and "{part.join} {part.base}"; leave one of them out'
    if part.join == "in" and YEAR.fullmatch(part.base) and part.number != "1":
        yield f"{part.base} may be a year; leave it out, or write {int(part.base):,}"
    least = ONE if part.join in ("per", "for") else part.size
    if part.base and (part.total <= 1 or part.total < least):
        yield f"{part.base} is less than what is said to be a part of it; leave it out"
    lone = part.sign or part.manner or "/" in part.number
    mixed = part.own not in ("", part.scale, part.percent)
    if "/" in part.number and Fraction(part.number) >= 1:
        yield "it is no part of a whole; write it with digits"
    if part.start and (lone or mixed or exact(part.start) > exact(part.number)):
        yield "it has two numbers; write them like between 1 and 2 million"


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
    part_of_all = "/" in part.number and part.times == 1
    kind = "ratio" if part.fold else "count"
    kind = "share" if part.base or part.percent or part_of_all else kind
    whole = HUNDRED if part.percent else ONE if "/" in part.number else part.total or ONE
    value, pair = value_of(part, whole)
    per = ONE if kind != "share" else whole if whole >= 1000 else HUNDRED
    if kind == "count" and part.of_rows and not part.manner:
        pair = (Interval(value, value),) * 2
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
    value, factor = part.size / whole, part.times / whole
    if "/" in digits:
        pair = of_part(Fraction(digits), manner or "hedge" * scaled)
    elif whole in (3, 4, 5, 10) and 1 < part.size < whole and part.size % 1 == 0:
        factor, pair = ONE, of_part(value, manner)
    elif part.base and digits == "1" and not scaled and part.join != "per":
        factor, pair = ONE, of_one_in(part.base, manner)
    elif part.start:
        pair = of_span(part.start, digits)
    else:
        pair = of_fold(digits, manner) if part.fold else of_number(digits, scaled, manner)
    return value, (pair[0] * factor, pair[1] * factor)
