"""Numbers in the text of a notebook, and the expressions they are tied to.

`2,696,000<!--= f"{people:,}" -->` ties a number to an expression: after the notebook ran, its
kernel evaluates the expression, and str() of the value must equal the number. Words may be tied
too, inside marks that say where they begin: `**within rounding**<!--= verdict -->`. A number with
no tie is an error unless EXEMPT lists its kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[ \u00a0\u202f]?%)?"
SIGN = r"(?:(?<![\w>)\]%*.,])[-\u2212+])?"  # a minus after a word, a number or a tie is a dash
TIE = re.compile(
    rf"(?:(?P<number>{SIGN}{NUMBER})[*_`]{{0,3}}|(?P<mark>\*\*|\*|`)(?P<words>[^*`\d\n]+)(?P=mark))?<!--=(?P<expression>.*?)-->",
    re.DOTALL,
)
_YEAR = r"(?:18|19|20)\d\d"
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_NAMED = r"pages?|pp?\.|tables?|notebooks?|cells?|chapters?|sections?|annex|exercises?|steps?|issue"
_END = r"\b(?! ?%|[.,]\d)"  # not the beginning of a longer number or of a percentage
EXEMPT: tuple[tuple[str, str], ...] = (  # the one list of numbers that need no tie: (kind, pattern)
    ("date", rf"\b{_YEAR}-\d\d-\d\d\b|\b\d{{1,2}} {_MONTH}\b|\b{_MONTH} \d{{1,2}}\b"),
    ("WPP revision", rf"\bWPP ?{_YEAR}\b"),
    ("year 1800 to 2099, or years", rf"(?<![\d.,])\b{_YEAR}(?:[-\u2013/](?:{_YEAR}|\d\d))?s?{_END}"),
    ("id of a claim", r"\bA\d\d[a-z]?\b"),
    ("page, table, notebook number", rf"(?i)\b(?:{_NAMED})\s+\d{{1,3}}(?:(?:[-\u2013]|, | and | to )\d{{1,3}})*{_END}"),
    ("notebook name", r"\b0\d(?:_\w+)?" + _END),
    ("amendment", r"\b\d{1,2}(?:st|nd|rd|th) Amendment\b"),
    ("minutes", r"\b\d+(?:(?:[-\u2013]| to )\d+)? minutes?\b"),
    ("unit of a rate", r"\b(?:per|(?:of|in) (?:every|each)) (?:1,000|100,000)\b"),
    ("standard", r"\bISO 3166-1(?: alpha-[23])?\b"),
    ("numeral of a list", r"(?m)^[ \t>]*\d+[.)](?=\s)"),
    ("number of a heading", r"(?m)^#+[ \t]+\d+(?:\.\d+)*[.)]?(?=\s)"),
)
_EXEMPT = [re.compile(pattern) for _, pattern in EXEMPT]
_FENCE = re.compile(r"(?ms)^[ \t]*(```|~~~).*?^[ \t]*\1[ \t]*$")
_HIDDEN = [  # what a reader does not see as text: comments, code spans, targets of links and images, tags, addresses
    re.compile(r"(?s)<!--.*?-->"),
    re.compile(r"`[^`\n]*`"),
    re.compile(r"(?<=\])\([^()\s]*(?:\([^()\s]*\))*[^()]*\)"),
    re.compile(r"(?m)^[ \t]*\[[^\]\n]+\]:.*$"),
    re.compile(r"</?[A-Za-z][^<>]*>"),
    re.compile(r"https?://[^\s)>]+"),
]


@dataclass(frozen=True)
class Tie:
    """What the text says, and the expression that must give it."""

    says: str
    expression: str


def visible(source: str) -> str:
    """The Markdown without fenced code, comments, code spans, link targets and tags."""
    text = _FENCE.sub(" ", source)
    for pattern in _HIDDEN:
        text = pattern.sub(" ", text)
    return text


def shown_code_removed(source: str) -> str:
    """The Markdown without fenced code and without code spans that show the syntax of a tie."""
    return re.sub(r"`[^`\n]*<!--[^`\n]*`", " ", _FENCE.sub(" ", source))


def ties(source: str) -> list[Tie]:
    """Every tie in a Markdown cell; `says` is empty where a comment follows neither number nor marked words."""
    found = TIE.finditer(shown_code_removed(source))
    return [Tie(m["number"] or m["words"] or "", " ".join(m["expression"].split())) for m in found]


def untied(source: str) -> list[str]:
    """The numbers of a Markdown cell that are neither tied nor of a kind that EXEMPT lists."""
    text = visible(TIE.sub(" ", shown_code_removed(source)))
    for pattern in _EXEMPT:
        text = pattern.sub(" ", text)
    return [match.group() for match in re.finditer(rf"{SIGN}{NUMBER}", text)]


def agrees(says: str, value: str) -> bool:
    """Does the text say the value? The sign of percent may be missing from the value, the sign of plus from either."""
    said, got = (" ".join(text.replace("\u2212", "-").split()).removeprefix("+") for text in (says, value))
    if "%" not in got:
        said = said.removesuffix("%").rstrip()
    return said.replace(" %", "%") == got.replace(" %", "%")


def markdown(notebook: Any) -> Iterator[tuple[int, str]]:
    """(number of the cell counted from 1, its text) for every Markdown cell."""
    for number, cell in enumerate(notebook["cells"], 1):
        if cell["cell_type"] == "markdown":
            yield number, cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


def all_ties(notebook: Any) -> list[tuple[int, Tie]]:
    """Every tie of a notebook with its cell, in order."""
    return [(number, tie) for number, source in markdown(notebook) for tie in ties(source)]


def loose(name: str, notebook: Any) -> list[str]:
    """One message for each number of a notebook that is tied to no expression; needs no kernel."""
    return [
        f"{name} cell {number}: {token} is tied to no expression; write {token}<!--= expression -->"
        for number, source in markdown(notebook)
        for token in untied(source)
    ]


def check(name: str, notebook: Any, values: list[tuple[bool, str]]) -> list[str]:
    """Messages for a notebook's text. values: for each of all_ties, (True, str of the value) or (False, the error)."""
    found = []
    for (number, tie), (fine, value) in zip(all_ties(notebook), values, strict=True):
        where = f"{name} cell {number}:"
        if not tie.says:
            found.append(f"{where} <!--= {tie.expression} --> follows neither a number nor marked words")
        elif not fine:
            found.append(f"{where} {tie.says} is tied to {tie.expression}, which fails: {value}")
        elif not agrees(tie.says, value):
            found.append(f"{where} prose says {tie.says}, {tie.expression} gives {value}")
    return found + loose(name, notebook)
