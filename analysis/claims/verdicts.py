"""Judge claims; all ranges are from rounding only: survey and model error is far larger."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.claims.formulas import evaluate
from analysis.claims.lookup import (
    Book,
    Computed,
    FormulaError,
    NoFigure,
    number_text,
    range_text,
    unit_text,
)
from analysis.claims.phrases import ENDLESS, Phrase, phrase
from analysis.rounding import CANNOT, INCONSISTENT, REPRODUCES, WITHIN, Interval, verdict
from analysis.tables import near
from analysis.widths import ONE

NONE, VALUE, CONCLUSION = "none", "value", "conclusion"  # severities
NEEDED = ["id", "printed", "formula"]
OPTIONAL = ["statement", "notebook", "evidence", "read_as", "alternative", "cannot_check", "note"]
REMEDIES = {  # kind of a printed figure -> what to do about a computed one of another kind
    "count": "write the printed figure with its unit, such as 10 percent, 10-fold or 10th",
    "share": "compute share(A; B) or rate(A; B), name a column of rates, or rank(...) for a place",
    "ratio": "compute ratio(A; B)",
    "rank": "compute rank(table.column; filters; of iso3=USA)",
}
SIGNS = {">": "more than", ">=": "at least", "<=": "at most", "<": "less than"}
NUMERIC = ["printed_value", "read_low", "read_high", "computed", "low", "high"]
VERDICT_COLUMNS = ["id", "statement", "printed", "tested", "reading", "meant", *NUMERIC, "unit"]
VERDICT_COLUMNS += ["formula", "inputs", "verdict", "severity", "reason"]
VERDICT_COLUMNS += ["notebook", "evidence", "error"]


class ClaimError(ValueError):
    """One claim that cannot be read: its id, the column (or the line) at fault and what to do."""

    def __init__(self, id: str, column: str, message: str) -> None:
        super().__init__(f"{id or 'a row without id'}, {column}: {message}")
        self.id, self.column, self.message = id, column, message


@dataclass(frozen=True)
class Verdict:
    """The verdict on one claim; by default it cannot be checked."""

    claim: dict[str, str]  # column of the claims table -> cell, "" where there is none
    verdict: str = CANNOT
    reading: str = ""  # strict or charitable: the narrower one that is met
    why: str = ""
    severity: str = NONE
    shown: Phrase | None = None  # the phrase that was tested
    computed: Computed | None = None
    error: str = ""

    def reason(self) -> str:
        """Why, as sentences, with all notes; a name such as index.people keeps its small letter."""
        claim, notes = self.claim, self.computed.notes if self.computed and self.shown else ()
        parts = [self.why, *notes, claim["note"]]
        if self.shown and claim["read_as"]:
            words = f'"{claim["printed"]}"' if claim["printed"] else "the statement"
            meaning = f'{words} is taken to mean "{claim["read_as"]}": {self.why}'
            parts = [claim["note"], meaning, *notes]
        starts = [p if re.match(r"\w+[.:]", p) else p[0].upper() + p[1:] for p in parts if p]
        return " ".join(start if start[-1] in ".?" else f"{start}." for start in starts)

    def row(self) -> dict[str, Any]:
        """VERDICT_COLUMNS and the other columns of the claim; numbers in the unit of the phrase."""
        shown, result = self.shown, self.computed
        figure = shown or result
        per, kind = (figure.per, figure.kind) if figure else (ONE, "")
        read = (shown.strict if self.reading == "strict" else shown.charitable) if shown else None
        numbers = [shown.value, read.low, read.high] if shown and read else [None] * 3
        ends = [result.interval.low, result.interval.high] if result else [None] * 2
        numbers += [result.value if result else None, *ends]
        open_ = (None, ENDLESS, -ENDLESS)
        cells = [None if number in open_ else float(number * per) for number in numbers]
        return self.claim | dict(zip(NUMERIC, cells, strict=True)) | {
            "tested": self.claim["read_as"] or self.claim["printed"],
            "reading": self.reading,
            "meant": reading_text(shown) if shown else "",
            "unit": unit_text(per, kind),
            "inputs": "; ".join(dict.fromkeys(result.inputs)) if result else "",
            "verdict": self.verdict,
            "severity": self.severity,
            "reason": self.reason(),
            "error": self.error,
        }


def judge(claims: pd.DataFrame, *folders: Path) -> tuple[pd.DataFrame, list[ClaimError]]:
    """(verdicts, errors); a claim that cannot be read is an error, and the others are judged.

    claims: the columns NEEDED and any of OPTIONAL, as in examples/README.md (ValueError for a
    faulty header); attrs["unread"]: position of a row, from 0 -> (line of its file, what is wrong).
    verdicts: VERDICT_COLUMNS. read_low and read_high: what the phrase allows in the reading met, or
    in the widest; the NUMERIC ones are in `unit`, NaN for no number or an open end.
    """
    check_columns([str(column) for column in claims])
    book, unread, seen = Book(*folders), claims.attrs.get("unread", {}), {""}
    found, errors = [], []
    records = claims.astype("str").where(claims.notna(), "").to_dict("records")
    for position, record in enumerate(records):
        claim = {name: str(record.get(name, "")).strip() for name in [*NEEDED, *OPTIONAL]}
        twice = ("id", "every claim needs an id of its own") if claim["id"] in seen else ()
        seen.add(claim["id"])
        try:
            if fault := unread.get(position, twice):
                raise ClaimError(claim["id"], *fault)
            found.append(judge_claim(claim, book))
        except ClaimError as error:
            errors.append(error)
            why = f"{error.column}: {error.message}"
            found.append(Verdict(claim, why=why, error=why))
    return pd.DataFrame([one.row() for one in found], columns=VERDICT_COLUMNS), errors


def check_columns(names: list[str]) -> None:
    """ValueError for a missing or doubled column, or one nearly named as a known one."""
    missing = [name for name in [*NEEDED, *OPTIONAL] if name not in names]
    others = [name for name in names if name not in [*NEEDED, *OPTIONAL]]
    for column in [name for name in names if names.count(name) > 1]:
        fault = f'there are {names.count(column)} columns named "{column}"'
        raise ValueError(f"{fault}; rename or delete all but one")
    for column in [name for name in NEEDED if name in missing]:
        if close := near(column, others):
            raise ValueError(f'the column "{close}" should be "{column}"')
        there = ", ".join(names) or "none"
        raise ValueError(f'a claims table needs a column "{column}"; it has {there}')
    for column in others:
        if close := near(column, missing, 0.7):
            raise ValueError(f'a claims table has no column "{column}"; did you mean {close}?')


def judge_claim(claim: dict[str, str], book: Book) -> Verdict:
    """The verdict on one claim; ClaimError for one that cannot be read."""
    formulas = [text.strip() for text in claim["alternative"].split("|") if text.strip()]
    others = [compute(claim, "alternative", formula, book) for formula in formulas]
    result = compute(claim, "formula", claim["formula"], book) if claim["formula"] else ""
    if not result and not claim["cannot_check"]:
        remedy = "write one, or say in cannot_check why there is none"
        raise ClaimError(claim["id"], "formula", f"is empty; {remedy}")
    computed = result if isinstance(result, Computed) else None
    if not computed or claim["cannot_check"]:
        return Verdict(claim, why=claim["cannot_check"] or str(result), computed=computed)
    shown = read_claim(claim, computed)
    if shown.order == "bottom" or shown.order == ("first" if computed.turned else "last"):
        computed = computed.other_end or computed
    found = Verdict(claim, *check_figure(shown, computed), NONE, shown, computed)
    if found.verdict != INCONSISTENT:
        return found
    severity, note = severity_of(shown, computed, others)
    return replace(found, severity=severity, why=f"{found.why}{note}")


def compute(claim: dict[str, str], column: str, formula: str, book: Book) -> Computed | str:
    """What a formula gives, or the sentence that says which figure is missing."""
    try:
        return evaluate(formula, book)
    except NoFigure as gap:
        return str(gap)
    except FormulaError as error:
        raise ClaimError(claim["id"], column, str(error)) from None


def read_claim(claim: dict[str, str], computed: Computed) -> Phrase:
    """The phrase to test; ClaimError if it cannot be read or compared with the computed figure."""
    column = "read_as" if claim["read_as"] else "printed"
    text = claim[column]
    try:
        shown = phrase(text, "rows" if computed.of_rows else computed.kind)
    except ValueError as error:
        raise ClaimError(claim["id"], column, str(error)) from None
    if computed.kind != shown.kind and {computed.kind, shown.kind} != {"share", "ratio"}:
        fault = f'gives a {computed.kind}, but "{text}" is a {shown.kind}'
        raise ClaimError(claim["id"], "formula", f"{fault}; {REMEDIES[shown.kind]}")
    if shown.order and not computed.other_end:
        fault = f'"{text}" counts from the last place, and the formula does not say how many'
        raise ClaimError(claim["id"], "formula", f"{fault} there are; {REMEDIES['rank']}")
    return shown


def check_figure(shown: Phrase, computed: Computed) -> tuple[str, str, str]:
    """(verdict, reading met, why) of one printed figure against one computed."""
    if shown.places and computed.places and shown.places != computed.places:
        return INCONSISTENT, "", f"{computed.places} rows are ranked, not {shown.places}"
    if computed.sources:
        return check_sources(shown, computed)
    value, interval = computed.value, computed.interval
    prints = value is not None and shown.allows(Interval(value, value), shown.strict)
    meets = prints or shown.allows(interval, shown.charitable)
    text = computed.text(shown.per, shown.kind)
    if prints:
        return verdict(prints, meets), "strict", f'{text} fits "{shown.text}"'
    why = f'{text} does not fit "{shown.text}", read as {reading_text(shown)}'
    if interval.low != interval.high:
        allowed = range_text(interval, shown.per, shown.kind)
        why += f"; rounding of the figures it is computed from allows {allowed}"
    if not computed.decides:
        return CANNOT, "", why
    return verdict(prints, meets), "charitable" if meets else "", why


def check_sources(shown: Phrase, computed: Computed) -> tuple[str, str, str]:
    """The same for several sources: if only some of them allow the figure, they do not decide."""
    allow = [source for source in computed.sources if shown.allows(source, shown.charitable)]
    why = f'{len(allow)} of {len(computed.sources)} sources allow "{shown.text}"'
    why += f"; together they run from {range_text(computed.interval, shown.per)}"
    if allow and len(allow) < len(computed.sources):
        return CANNOT, "", f"{why}; they disagree, so they do not decide"
    return verdict(False, bool(allow)), "charitable" if allow else "", why


def severity_of(shown: Phrase, computed: Computed, others: list[Any]) -> tuple[str, str]:
    """(severity of an inconsistent figure, what its reason adds about other readings).

    `value`, the sense survives: another reading meets the figure, or the nearest computed value is
    less than twice and more than half of it; `conclusion`: neither, or a threshold fails.
    """
    known = [other for other in others if isinstance(other, Computed)]
    met = [other for other in known if check_figure(shown, other)[0] in (REPRODUCES, WITHIN)]
    if met:
        return VALUE, f"; another reading does: {met[0].text(shown.per, shown.kind)}"
    note = "; no other reading listed meets it" if others else ""
    nearest = min(max(shown.value, computed.interval.low), computed.interval.high)
    near_enough = not shown.sign and shown.value < 2 * nearest < 4 * shown.value
    return VALUE if near_enough else CONCLUSION, note


def reading_text(shown: Phrase) -> str:
    """How the phrase was read: "49.5 to 50.5 percent, charitably 45 to 55 percent"."""
    strict, wide = (allowed_text(shown, found) for found in (shown.strict, shown.charitable))
    return strict if strict == wide else f"{strict}, charitably {wide}"


def allowed_text(shown: Phrase, reading: Interval) -> str:
    """One reading for a reader: "at least 1,500,000", "35,000,000 to under 40,000,000"."""
    if shown.sign:
        edge = reading.low if ">" in shown.sign else reading.high
        return f"{SIGNS[shown.sign]} {number_text(edge, shown.per, shown.kind)}"
    text, end = range_text(reading, shown.per, shown.kind), shown.without
    if end is None:
        return text
    return text.replace(" to ", " to under ") if end == reading.high else f"over {text}"
