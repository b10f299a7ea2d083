"""Judge a table of claims: each printed figure against what its formula computes from the tables.

Verdicts: `reproduces`, the computed value prints as printed (or satisfies a "more than"); `within rounding`, only the
intervals meet; `inconsistent`, they do not (with the figures as printed, that is; no claim is called false here);
`cannot be checked`, with the reason. Ranges are from rounding only: survey and model error is not published and far
larger.

Severity, for an inconsistent claim only (else `none`): `value` if the figure differs and the statement's sense
survives, which is so if another reading listed in `alternative` meets the printed figure, or if the nearest computed
value is less than twice and more than half of it; `conclusion` if neither, or if a "more than" or "at most" fails.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import tables
from analysis.cells import Book, FormulaError, NoFigure
from analysis.formulas import evaluate
from analysis.phrases import Phrase, phrase
from analysis.rates import CANNOT, INCONSISTENT, REPRODUCES, WITHIN
from analysis.verdicts import NONE, VALUE, compare, held, how_far
from analysis.vocabulary import Computed, plainly

COLUMNS = ["id", "printed", "formula", "statement", "notebook", "read_as", "alternative", "cannot_check", "note"]
NEEDED = COLUMNS[:3]
MEETS = {"share": {"share", "ratio"}, "ratio": {"share", "ratio"}, "rank": {"rank"}, "count": {"count"}}
HINTS = {
    "count": "write the printed figure with its unit, such as 10 percent, 10-fold or 10th",
    "share": "compute share(A; B) or rate(A; B), or name a column of rates",
    "ratio": "compute ratio(A; B)",
    "rank": "compute rank(table.column; filters; of iso3=USA)",
}


@dataclass(frozen=True)
class ClaimError:
    """One claim that could not be read: its id, the column at fault and what to do."""

    id: str
    column: str
    message: str

    def __str__(self) -> str:
        return f"{self.id}, {self.column}: {self.message}"


class Fault(ValueError):
    """A claim that could not be read, with the column at fault."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


def judge(claims: pd.DataFrame, folder: Path = tables.DATA) -> tuple[pd.DataFrame, list[ClaimError]]:
    """(verdicts, errors) of a claims table; a claim that cannot be read is an error and the others are still judged.

    claims: columns id, printed, formula; optional: statement, notebook, read_as (a phrase to test where the printed
    words are no figure), alternative (further formulas, | between them), cannot_check (why not), note.
    verdicts, one row per claim: id, statement, printed, tested, reading, formula, inputs, computed, low, high, unit,
    verdict, severity, reason, notebook. computed, low and high are in `unit`: percent, "per 1,000", place, times, or a
    plain number where it is empty; NaN where nothing was computed. ValueError for a missing column.
    """
    check_columns([str(column) for column in claims])
    book, found, errors = Book(folder), [], []
    seen: Counter[str] = Counter()
    for record in claims.astype("str").where(claims.notna(), "").to_dict("records"):
        row = {str(name): str(record.get(name, "")).strip() for name in COLUMNS}
        seen[row["id"]] += 1
        try:
            if seen[row["id"]] > 1 or not row["id"]:
                raise Fault("id", "every claim needs an id of its own")
            found.append(judged(row, book))
        except Fault as fault:
            errors.append(ClaimError(row["id"], fault.column, str(fault)))
            found.append(result(row, CANNOT, NONE, f"{fault.column}: {fault}"))
    return pd.DataFrame(found), errors


def check_columns(names: list[str]) -> None:
    """ValueError for a missing column, or one that is nearly the name of a known one; other columns are left alone."""
    for column in [c for c in NEEDED if c not in names]:
        raise ValueError(f'a claims table needs a column "{column}"; {tables.near(column, names)}')
    for column in [c for c in names if c not in COLUMNS]:
        close = get_close_matches(column, [c for c in COLUMNS if c not in names], n=1, cutoff=0.7)
        if close:
            raise ValueError(f'a claims table has no column "{column}"; did you mean {close[0]}?')


def judged(row: dict[str, str], book: Book) -> dict[str, Any]:
    """The verdict of one claim; Fault for one that cannot be read."""
    others = [computed_by(text, book, "alternative") for text in row["alternative"].split("|") if text.strip()]
    computed = computed_by(row["formula"], book, "formula") if row["formula"] else row["cannot_check"]
    if row["cannot_check"]:
        return result(row, CANNOT, NONE, row["cannot_check"], computed)
    if isinstance(computed, str):
        if not computed:
            raise Fault("formula", "is empty; write one, or say in cannot_check why there is none")
        return result(row, CANNOT, NONE, computed)
    shown = readable(row, computed)
    verdict, reading, why = compare(shown, computed)
    kept = [o for o in others if isinstance(o, Computed) and compare(shown, o)[0] in (REPRODUCES, WITHIN)]
    if kept and verdict == INCONSISTENT:
        why += f"; another reading does: {held(kept[0], shown)} from {'; '.join(kept[0].inputs)}"
    elif others and verdict == INCONSISTENT:
        why += "; no other reading listed meets it"
    severity = NONE if verdict != INCONSISTENT else VALUE if kept else how_far(shown, computed)
    return result(row, verdict, severity, why, computed, shown, reading)


def computed_by(text: str, book: Book, column: str) -> Computed | str:
    """What a formula gives, or the sentence that says which figure is missing."""
    try:
        return evaluate(text, book)
    except NoFigure as gap:
        return str(gap)
    except FormulaError as error:
        raise Fault(column, str(error)) from None


def readable(row: dict[str, str], computed: Computed) -> Phrase:
    """The phrase to test; Fault if it cannot be read or is of another kind than the computed figure."""
    column = "read_as" if row["read_as"] else "printed"
    if not row[column]:
        raise Fault("printed", "is empty; write the figure, or in read_as what the words are taken to mean")
    try:
        shown = phrase(row[column])
    except ValueError as error:
        raise Fault(column, str(error)) from None
    if computed.kind not in MEETS[shown.kind]:
        raise Fault("formula", f'gives a {computed.kind}, but "{shown.text}" is a {shown.kind}; {HINTS[shown.kind]}')
    return shown


def sentences(parts: list[str]) -> str:
    """The parts as sentences, empty ones left out; a name such as index.people keeps its small letter."""
    starts = [part if re.match(r"\w+[.:]", part) else part[0].upper() + part[1:] for part in parts if part]
    return " ".join(part if part[-1] in ".?" else f"{part}." for part in starts)


def result(
    row: dict[str, str], verdict: str, severity: str, why: str, computed: Any = None, shown: Phrase | None = None,
    reading: str = "",
) -> dict[str, Any]:  # fmt: skip
    """One row of the verdicts."""
    known = computed if isinstance(computed, Computed) else None
    per = shown.per if shown else known.per if known else Fraction(1)
    kind = shown.kind if shown else known.kind if known else ""
    unit = {"rank": "place", "ratio": "times"}.get(kind, plainly(Fraction(1), per).partition(" ")[2])
    words = f'"{row["printed"]}"' if row["printed"] else "the statement"
    taken = f'{words} is taken to mean "{row["read_as"]}"' if row["read_as"] and shown else ""
    notes = list(known.notes) if known and shown else []
    reason = sentences([taken, why, *notes, row["note"]])
    point = None if known is None or known.value is None else float(known.value * per)
    low, high = (None, None) if known is None else (known.interval * per).bounds()
    out: dict[str, Any] = {"id": row["id"], "statement": row["statement"], "printed": row["printed"]}
    out |= {"tested": row["read_as"] or row["printed"], "reading": reading, "formula": row["formula"]}
    out |= {"inputs": "; ".join(known.inputs) if known else "", "computed": point, "low": low, "high": high}
    return out | {"unit": unit, "verdict": verdict, "severity": severity, "reason": reason, "notebook": row["notebook"]}
