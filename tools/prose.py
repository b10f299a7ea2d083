"""Numbers in the text of a notebook, and the expressions they are tied to.

`2,696,000<!--= f"{people:,}" -->` ties a number to an expression: after the notebook ran, its
kernel evaluates the expression, and str() of the value must equal the number. Words may be tied
too, inside marks that say where they begin: `**within rounding**<!--= verdict -->`. A number with
no tie is an error unless EXEMPT lists its kind.
"""

import ast
import builtins
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tools.stale import text_of

SIGNED = (  # a minus after a word, a number or a tie is a dash
    r"(?:(?<![\w>)\]%*.,])[-\u2212+])?"
    r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[ \u00a0\u202f]?%)?"
)
TIE = (
    rf"(?s)(?:(?P<number>{SIGNED})[*_`]{{0,3}}"
    r"|(?P<mark>\*\*|\*|`)(?P<words>[^*`\d\n]+)(?P=mark))?<!--=(?P<expression>.*?)-->"
)
_YEAR = r"(?:18|19|20)\d\d"
_TO_YEAR = rf"(?:[-\u2013/](?:{_YEAR}|\d\d))"
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_PLACE = r"pages?|pp?\.|tables?|notebooks?|cells?|chapters?|sections?|annex|exercises?|steps?|issue"
_AND_MORE = r"(?:(?:[-\u2013]|, | and | to )\d{1,3})"
_END = r"\b(?! ?%|[.,]\d)"  # not the beginning of a longer number or of a percentage
EXEMPT: tuple[tuple[str, str], ...] = (  # the one list of numbers that need no tie: (kind, pattern)
    ("date", rf"\b{_YEAR}-\d\d-\d\d\b|\b\d{{1,2}} (?:{_MONTH})\b|\b(?:{_MONTH}) \d{{1,2}}\b"),
    ("WPP revision", rf"\bWPP ?{_YEAR}\b"),
    ("year 1800 to 2099, or years", rf"(?<![\d.,])\b{_YEAR}{_TO_YEAR}?s?{_END}"),
    ("id of a claim", r"\bA\d\d[a-z]?\b"),
    ("page, table, notebook number", rf"(?i)\b(?:{_PLACE})\s+\d{{1,3}}{_AND_MORE}*{_END}"),
    ("notebook name", r"\b0\d(?:_\w+)?" + _END),
    ("amendment", r"\b\d{1,2}(?:st|nd|rd|th) Amendment\b"),
    ("minutes", r"\b\d+(?:(?:[-\u2013]| to )\d+)? minutes?\b"),
    ("unit of a rate", r"\b(?:per|(?:of|in) (?:every|each)) (?:1,000|100,000)\b"),
    ("standard", r"\bISO 3166-1(?: alpha-[23])?\b"),
    ("numeral of a list", r"(?m)^[ \t>]*\d+[.)](?=\s)"),
    ("number of a heading", r"(?m)^#+[ \t]+\d+(?:\.\d+)*[.)]?(?=\s)"),
)
FENCED_CODE = r"(?ms)^[ \t]*(```|~~~).*?^[ \t]*\1[ \t]*$"
SHOWN_TIE = r"`[^`\n]*<!--[^`\n]*`"  # a code span that shows how a tie is written
UNSEEN = (  # what a reader does not see as text
    FENCED_CODE,
    r"(?s)<!--.*?-->",
    r"`[^`\n]*`",
    r"(?<=\])\([^()\s]*(?:\([^()\s]*\))*[^()]*\)",  # the target of a link or an image
    r"(?m)^[ \t]*\[[^\]\n]+\]:.*$",  # the same, below the text
    r"</?[A-Za-z][^<>]*>",
    r"https?://[^\s)>]+",
)


class Tie(NamedTuple):
    """What the text says, and the expression that must give it."""

    says: str  # "" where the comment follows neither a number nor marked words
    expression: str


def without(text: str, *patterns: str) -> str:
    """The text with a blank wherever one of the patterns matches, tried in order."""
    for pattern in patterns:
        text = re.sub(pattern, " ", text)
    return text


def ties(source: str) -> list[Tie]:
    """Every tie in a Markdown cell, in order."""
    found = re.finditer(TIE, without(source, FENCED_CODE, SHOWN_TIE))
    return [Tie(m["number"] or m["words"] or "", " ".join(m["expression"].split())) for m in found]


def untied_numbers(source: str) -> list[str]:
    """The numbers of a Markdown cell that are neither tied nor of a kind that EXEMPT lists."""
    exempt = [pattern for _, pattern in EXEMPT]
    return re.findall(SIGNED, without(source, FENCED_CODE, SHOWN_TIE, TIE, *UNSEEN, *exempt))


def agrees(says: str, value: str) -> bool:
    """Does the text say the value? It may add a percent sign; either may lack a plus sign."""
    said, got = plain_signs(says), plain_signs(value)
    return got == (said if "%" in got else said.removesuffix("%"))


def named(expression: str) -> bool:
    """Does an expression use a name of the notebook, and not only its own and Python's?"""
    names = [n for n in ast.walk(ast.parse(expression, mode="eval")) if isinstance(n, ast.Name)]
    bound = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    return bool({name.id for name in names} - bound - set(dir(builtins)))


def plain_signs(text: str) -> str:
    """The text with single blanks, an ASCII minus, no plus in front, no blank before a percent."""
    return " ".join(text.split()).replace("\u2212", "-").removeprefix("+").replace(" %", "%")


def markdown(notebook: Any) -> Iterator[tuple[int, str]]:
    """(number of the cell counted from 1, its text) for every Markdown cell."""
    for number, cell in enumerate(notebook["cells"], 1):
        if cell["cell_type"] == "markdown":
            yield number, text_of(cell)


def all_ties(notebook: Any) -> Iterator[tuple[int, Tie]]:
    """Every tie of a notebook with the number of its cell, in order."""
    for number, source in markdown(notebook):
        for tie in ties(source):
            yield number, tie


def untied_messages(name: str, notebook: Any) -> list[str]:
    """One message for each number of a notebook that is tied to no expression; needs no kernel."""
    return [
        f"{name} cell {number}: {token} is tied to no expression; write {token}<!--= expression -->"
        for number, source in markdown(notebook)
        for token in untied_numbers(source)
    ]


def prose_messages(name: str, notebook: Any, values: list[tuple[bool, str]]) -> list[str]:
    """What is wrong with the text; values: (True, str of it) or (False, the error) for each tie."""
    found = []
    for (number, tie), (fine, value) in zip(all_ties(notebook), values, strict=True):
        where, formula = f"{name} cell {number}:", tie.expression
        if not tie.says:
            found.append(f"{where} <!--= {formula} --> follows neither a number nor marked words")
        elif not fine:
            found.append(f"{where} {tie.says} is tied to {formula}, which fails: {value}")
        elif not named(formula):
            found.append(f"{where} {tie.says} is tied to {formula}, which names nothing computed")
        elif not agrees(tie.says, value):
            found.append(f"{where} prose says {tie.says}, {formula} gives {value}")
    return found + untied_messages(name, notebook)
