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
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import tables
from analysis.claims import phrases
from analysis.claims.formulas import evaluate
from analysis.claims.lookup import Book, FormulaError, NoFigure
from analysis.claims.phrases import Phrase
from analysis.claims.verdicts import NONE, VALUE, compare, ends, held, how_far, meant
from analysis.claims.vocabulary import Computed, unit_of
from analysis.rounding import CANNOT, INCONSISTENT, REPRODUCES, WITHIN

NEEDED = ["id", "printed", "formula"]
COLUMNS = [*NEEDED, "statement", "notebook", "evidence", "read_as", "alternative", "cannot_check", "note"]
MEETS = {"share": {"share", "ratio"}, "ratio": {"share", "ratio"}, "rank": {"rank"}, "count": {"count"}}
HINTS = {
    "count": "write the printed figure with its unit, such as 10 percent, 10-fold or 10th",
    "share": "compute share(A; B) or rate(A; B), or name a column of rates",
    "ratio": "compute ratio(A; B)",
    "rank": "compute rank(table.column; filters; of iso3=USA)",
}
UNITS = ["thousand", "million", "billion", "percent"]
SHORT = {"mn": "million", "mln": "million", "mio": "million", "bln": "billion", "pct": "percent", "pc": "percent"}
WORDS = [*UNITS, *re.findall(r"\w+", f"{phrases.HEDGES} {' '.join(phrases.SIGNS.values())}")]


class ClaimError(ValueError):
    """One claim that could not be read: its id, the column (or the line of the file) at fault and what to do."""

    def __init__(self, id: str, column: str, message: str) -> None:
        super().__init__(f"{id or 'a row without id'}, {column}: {message}")
        self.id, self.column, self.message = id, column, message


def judge(claims: pd.DataFrame, folder: Path = tables.DATA) -> tuple[pd.DataFrame, list[ClaimError]]:
    """(verdicts, errors) of a claims table; a claim that cannot be read is an error and the others are still judged.

    claims: columns id, printed, formula; optional: statement, notebook and evidence (where the evidence stands),
    read_as (a phrase to test where the printed words are no figure), alternative (further formulas, | between them),
    cannot_check (why not), note. ValueError for a missing, misspelt or doubled column. claims.attrs["unread"] may name
    rows whose cells could not be told apart: position, from 0 -> (line of the file, what is wrong with it).
    verdicts, one row per claim: id, statement, printed, tested, reading, meant, printed_value, read_low, read_high,
    formula, inputs, computed, low, high, unit, verdict, severity, reason, notebook, evidence, error. tested is the
    phrase, meant how it was read; printed_value is its number, read_low and read_high what it allows in the reading met
    (the widest if none is). They, computed, low and high are in `unit`: percent, "per 1,000", place, times, or a plain
    number where it is empty; NaN where nothing was computed or read, or where an end is open. error is what is wrong
    with a claim that cannot be read (its verdict is then "cannot be checked" and its reason the error), else empty.
    """
    check_columns([str(column) for column in claims])
    book, found, errors = Book(folder), [], []
    seen: Counter[str] = Counter()
    unread = claims.attrs.get("unread", {})
    for place, record in enumerate(claims.astype("str").where(claims.notna(), "").to_dict("records")):
        row = {name: str(record.get(name, "")).strip() for name in COLUMNS}
        seen[row["id"]] += 1
        try:
            if place in unread:
                raise ClaimError(row["id"], *unread[place])
            if seen[row["id"]] > 1 or not row["id"]:
                raise ClaimError(row["id"], "id", "every claim needs an id of its own")
            found.append(judged(row, book))
        except ClaimError as error:
            errors.append(error)
            fault = f"{error.column}: {error.message}"
            found.append(result(row, CANNOT, NONE, fault) | {"error": fault})
    return pd.DataFrame(found), errors


def check_columns(names: list[str]) -> None:
    """ValueError for a missing or doubled column, or one nearly named as a known one; others are left alone."""
    for column in [name for name, times in Counter(names).items() if times > 1]:
        raise ValueError(f'there are {names.count(column)} columns named "{column}"; rename or delete all but one')
    for column in [c for c in NEEDED if c not in names]:
        known = {name.lower(): name for name in names if name not in COLUMNS}
        if close := get_close_matches(column, known, n=1):
            raise ValueError(f'the column "{known[close[0]]}" should be "{column}"')
        raise ValueError(f'a claims table needs a column "{column}"; it has {", ".join(names) or "none"}')
    for column in [c for c in names if c not in COLUMNS]:
        close = get_close_matches(column, [c for c in COLUMNS if c not in names], n=1, cutoff=0.7)
        if close:
            raise ValueError(f'a claims table has no column "{column}"; did you mean {close[0]}?')


def judged(row: dict[str, str], book: Book) -> dict[str, Any]:
    """The verdict of one claim; ClaimError for one that cannot be read."""
    others = [computed_by(row, "alternative", text, book) for text in row["alternative"].split("|") if text.strip()]
    computed = computed_by(row, "formula", row["formula"], book) if row["formula"] else row["cannot_check"]
    if not computed:
        raise ClaimError(row["id"], "formula", "is empty; write one, or say in cannot_check why there is none")
    if row["cannot_check"] or isinstance(computed, str):
        return result(row, CANNOT, NONE, row["cannot_check"] or str(computed), computed)
    shown = readable(row, computed)
    verdict, reading, why = compare(shown, computed)
    kept = [o for o in others if isinstance(o, Computed) and compare(shown, o)[0] in (REPRODUCES, WITHIN)]
    if others and verdict == INCONSISTENT:
        why += f"; another reading does: {held(kept[0], shown)}" if kept else "; no other reading listed meets it"
    severity = NONE if verdict != INCONSISTENT else VALUE if kept else how_far(shown, computed)
    return result(row, verdict, severity, why, computed, shown, reading)


def computed_by(row: dict[str, str], column: str, text: str, book: Book) -> Computed | str:
    """What a formula gives, or the sentence that says which figure is missing."""
    try:
        return evaluate(text, book)
    except NoFigure as gap:
        return str(gap)
    except FormulaError as error:
        raise ClaimError(row["id"], column, str(error)) from None


def readable(row: dict[str, str], computed: Computed) -> Phrase:
    """The phrase to test; ClaimError if it cannot be read or is of another kind than the computed figure."""
    column = "read_as" if row["read_as"] else "printed"
    text, shown, fault = row[column], None, ""
    try:
        shown = phrases.phrase(text)
    except ValueError as error:
        fault = str(error) if text else "is empty; write the figure, or in read_as what the words are taken to mean"
    # a phrase that can be read is searched too: "2.7 milion" would be 2.7 of something called milion
    if better := corrected(text, UNITS, 0.85) if shown else corrected(text, WORDS, 0.75):
        fault = f'cannot read "{text}"; did you mean {better}?'
    if fault or not shown:
        raise ClaimError(row["id"], column, fault)
    if computed.kind not in MEETS[shown.kind]:
        fault = f'gives a {computed.kind}, but "{text}" is a {shown.kind}; {HINTS[shown.kind]}'
        raise ClaimError(row["id"], "formula", fault)
    return shown


def corrected(text: str, known: list[str], alike: float) -> str:
    """The text with its first misspelt word put right, or "" if no word is nearly (alike: 0 to 1) one of the known."""
    for word in [w for w in re.findall(r"[a-z]+", text.lower()) if w in SHORT or w not in phrases.NUMERALS]:
        close = [SHORT[word]] if word in SHORT else get_close_matches(word, known, n=1, cutoff=alike)
        if close and close[0] != word:
            return re.sub(rf"\b{word}\b", close[0], text.lower())
    return ""


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
    notes = known.notes if known and shown else ()
    parts = [why, *notes, row["note"]]
    if shown and row["read_as"]:
        words = f'"{row["printed"]}"' if row["printed"] else "the statement"
        parts = [row["note"], f'{words} is taken to mean "{row["read_as"]}": {why}', *notes]
    numbers = {"printed_value": shown.value if shown else None}
    numbers |= dict(zip(("read_low", "read_high"), ends(shown, reading) if shown else (None, None), strict=True))
    numbers |= {"computed": known.value if known else None}
    numbers |= {"low": known.interval.low if known else None, "high": known.interval.high if known else None}
    out: dict[str, Any] = {name: row[name] for name in ("id", "statement", "printed")}
    out |= {"tested": row["read_as"] or row["printed"], "reading": reading, "meant": meant(shown) if shown else ""}
    out |= {name: None if value is None else float(value * per) for name, value in numbers.items()}
    out |= {"unit": {"rank": "place", "ratio": "times"}.get(kind, unit_of(per)), "formula": row["formula"]}
    out |= {"inputs": "; ".join(known.inputs) if known else "", "verdict": verdict, "severity": severity}
    return out | {"reason": sentences(parts), "notebook": row["notebook"], "evidence": row["evidence"], "error": ""}
