"""Judge a table of claims: each printed figure against what its formula computes from the tables.

Ranges are from rounding only: survey and model error is not published and far larger. Inconsistent
means with the figures as printed; no claim is called false here.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import tables
from analysis.claims.formulas import evaluate
from analysis.claims.lookup import Book, Computed, FormulaError, NoFigure
from analysis.claims.phrases import Phrase, read_phrase
from analysis.claims.verdicts import NONE, VALUE, check_figure, reading_text, severity_of
from analysis.claims.wording import ONE, unit_text
from analysis.rounding import CANNOT, INCONSISTENT, REPRODUCES, WITHIN

NEEDED = ["id", "printed", "formula"]
OPTIONAL = ["statement", "notebook", "evidence", "read_as", "alternative", "cannot_check", "note"]
COMPARABLE = {  # kind of a printed figure -> (kinds of computed ones, what to do about others)
    "count": (["count"], "write the printed figure with its unit, such as 10 percent, 10-fold or 10th"),
    "share": (["share", "ratio"], "compute share(A; B) or rate(A; B), or name a column of rates"),
    "ratio": (["share", "ratio"], "compute ratio(A; B)"),
    "rank": (["rank"], "compute rank(table.column; filters; of iso3=USA)"),
}


Claim = dict[str, str]  # column of the claims table -> cell, "" where there is none


class ClaimError(ValueError):
    """One claim that cannot be read: its id, the column (or the line) at fault and what to do."""

    def __init__(self, id: str, column: str, message: str) -> None:
        super().__init__(f"{id or 'a row without id'}, {column}: {message}")
        self.id, self.column, self.message = id, column, message


@dataclass(frozen=True)
class Verdict:
    """One claim judged; by default it cannot be checked."""

    claim: Claim
    why: str
    computed: Computed | None = None
    shown: Phrase | None = None  # the phrase tested
    verdict: str = CANNOT
    severity: str = NONE
    reading: str = ""  # the one in which the phrase is met
    error: str = ""

    def reason(self) -> str:
        """Why, as sentences, with the notes on the computed figure and on the claim."""
        claim, notes = self.claim, self.computed.notes if self.computed and self.shown else ()
        parts = [self.why, *notes, claim["note"]]
        if self.shown and claim["read_as"]:
            words = f'"{claim["printed"]}"' if claim["printed"] else "the statement"
            meaning = f'{words} is taken to mean "{claim["read_as"]}": {self.why}'
            parts = [claim["note"], meaning, *notes]
        return " ".join(sentence(part) for part in parts if part)

    def row(self) -> dict[str, Any]:
        """The row of the verdicts, with the columns that judge describes."""
        claim, shown, computed = self.claim, self.shown, self.computed
        figure = shown or computed
        per, kind = (figure.per, figure.kind) if figure else (ONE, "")
        read_low, read_high = shown.limits(self.reading) if shown else (None, None)
        numbers: dict[str, Fraction | None] = {
            "printed_value": shown.value if shown else None,
            "read_low": read_low,
            "read_high": read_high,
            "computed": computed.value if computed else None,
            "low": computed.interval.low if computed else None,
            "high": computed.interval.high if computed else None,
        }
        return {
            **{name: claim[name] for name in ("id", "statement", "printed")},
            "tested": claim["read_as"] or claim["printed"],
            "reading": self.reading,
            "meant": reading_text(shown) if shown else "",
            **{name: None if n is None else float(n * per) for name, n in numbers.items()},
            "unit": unit_text(kind, per),
            "formula": claim["formula"],
            "inputs": "; ".join(computed.inputs) if computed else "",
            "verdict": self.verdict,
            "severity": self.severity,
            "reason": self.reason(),
            "notebook": claim["notebook"],
            "evidence": claim["evidence"],
            "error": self.error,
        }


def judge(
    claims: pd.DataFrame, folder: Path = tables.DATA
) -> tuple[pd.DataFrame, list[ClaimError]]:
    """(verdicts, errors) of a claims table; the claims beside one that cannot be read are judged.

    claims: columns id, printed, formula; optional: statement, notebook and evidence (where the
    evidence stands), read_as (a phrase to test where the printed words are no figure), alternative
    (further formulas, | between them), cannot_check (why not), note. ValueError for a missing,
    misspelt or doubled column. claims.attrs["unread"] may name rows whose cells could not be told
    apart: position, from 0 -> (line of the file, what is wrong with it).

    verdicts, one row per claim: id, statement, printed; tested (the phrase), reading (the one met),
    meant (how the phrase was read); printed_value, and read_low and read_high, what it allows in the
    reading met, else in the widest; computed, low, high; unit of all these numbers: percent, "per
    1,000", place, times or none; formula, inputs, verdict, severity, reason, notebook, evidence;
    error: what is wrong with a claim that cannot be read (and "cannot be checked"), else empty. A
    number is NaN where nothing was computed or read, or where an end is open.
    """
    check_columns([str(column) for column in claims])
    book, unread, seen = Book(folder), claims.attrs.get("unread", {}), Counter[str]()
    found, errors = [], []
    records = claims.astype("str").where(claims.notna(), "").to_dict("records")
    for position, record in enumerate(records):
        claim = {name: str(record.get(name, "")).strip() for name in [*NEEDED, *OPTIONAL]}
        seen[claim["id"]] += 1
        try:
            if position in unread:
                raise ClaimError(claim["id"], *unread[position])
            if seen[claim["id"]] > 1 or not claim["id"]:
                raise ClaimError(claim["id"], "id", "every claim needs an id of its own")
            found.append(judge_claim(claim, book))
        except ClaimError as error:
            errors.append(error)
            fault = f"{error.column}: {error.message}"
            found.append(Verdict(claim, fault, error=fault))
    return pd.DataFrame([verdict.row() for verdict in found]), errors


def check_columns(names: list[str]) -> None:
    """ValueError for a missing or doubled column, or one nearly named as a known one."""
    known = [*NEEDED, *OPTIONAL]
    others = [name for name in names if name not in known]
    for column in [name for name in names if names.count(name) > 1]:
        fault = f'there are {names.count(column)} columns named "{column}"'
        raise ValueError(f"{fault}; rename or delete all but one")
    for column in [name for name in NEEDED if name not in names]:
        if close := tables.near(column, others):
            raise ValueError(f'the column "{close}" should be "{column}"')
        there = ", ".join(names) or "none"
        raise ValueError(f'a claims table needs a column "{column}"; it has {there}')
    for column in others:
        if close := tables.near(column, [name for name in known if name not in names], 0.7):
            raise ValueError(f'a claims table has no column "{column}"; did you mean {close}?')


def judge_claim(claim: Claim, book: Book) -> Verdict:
    """The verdict on one claim; ClaimError for one that cannot be read."""
    texts = [text for text in claim["alternative"].split("|") if text.strip()]
    others = [compute(claim, "alternative", text, book) for text in texts]
    if not claim["formula"] and not claim["cannot_check"]:
        remedy = "write one, or say in cannot_check why there is none"
        raise ClaimError(claim["id"], "formula", f"is empty; {remedy}")
    computed = compute(claim, "formula", claim["formula"], book) if claim["formula"] else None
    if claim["cannot_check"] or not isinstance(computed, Computed):
        context = computed if isinstance(computed, Computed) else None
        return Verdict(claim, claim["cannot_check"] or str(computed), context)
    shown = read_claim(claim, computed)
    verdict, reading, why = check_figure(shown, computed)
    if verdict != INCONSISTENT:
        return Verdict(claim, why, computed, shown, verdict, NONE, reading)
    met = [other for other in others if isinstance(other, Computed) and check_figure(shown, other)[0] in (REPRODUCES, WITHIN)]
    if met:
        why += f"; another reading does: {met[0].text(shown.per, shown.kind)}"
    elif others:
        why += "; no other reading listed meets it"
    severity = VALUE if met else severity_of(shown, computed)
    return Verdict(claim, why, computed, shown, verdict, severity, reading)


def compute(claim: Claim, column: str, formula: str, book: Book) -> Computed | str:
    """What a formula gives, or the sentence that says which figure is missing."""
    try:
        return evaluate(formula, book)
    except NoFigure as gap:
        return str(gap)
    except FormulaError as error:
        raise ClaimError(claim["id"], column, str(error)) from None


def read_claim(claim: Claim, computed: Computed) -> Phrase:
    """The phrase to test; ClaimError if it cannot be read or compared with the computed figure."""
    column = "read_as" if claim["read_as"] else "printed"
    text = claim[column]
    if not text:
        remedy = "write the figure, or in read_as what the words are taken to mean"
        raise ClaimError(claim["id"], column, f"is empty; {remedy}")
    try:
        shown = read_phrase(text)
    except ValueError as error:
        raise ClaimError(claim["id"], column, str(error)) from None
    kinds, remedy = COMPARABLE[shown.kind]
    if computed.kind not in kinds:
        fault = f'gives a {computed.kind}, but "{text}" is a {shown.kind}'
        raise ClaimError(claim["id"], "formula", f"{fault}; {remedy}")
    return shown


def sentence(part: str) -> str:
    """A part of a reason as a sentence; a name such as index.people keeps its small letter."""
    start = part if re.match(r"\w+[.:]", part) else part[0].upper() + part[1:]
    return start if start[-1] in ".?" else f"{start}."
