"""Judge claims; all ranges are from rounding only: survey and model error comes on top."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from analysis.claims import lookup
from analysis.claims.formulas import evaluate
from analysis.claims.lookup import Book, Computed, number_text, range_text
from analysis.claims.phrases import ENDLESS, Phrase, phrase
from analysis.rounding import CANNOT, INCONSISTENT, REPRODUCES, WITHIN, Interval, verdict
from analysis.tables import near

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
UNTESTED = dict.fromkeys(VERDICT_COLUMNS, "") | dict.fromkeys(NUMERIC)
UNTESTED |= {"verdict": CANNOT, "severity": NONE}


class ClaimError(ValueError):
    """One claim that cannot be read: its id, the column (or the line) at fault and what to do."""

    def __init__(self, id: str, column: str, message: str) -> None:
        super().__init__(f"{id or 'a row without id'}, {column}: {message}")
        self.id, self.column, self.message = id, column, message


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
    for position, record in enumerate(tqdm(records, "claims", delay=2, leave=False, disable=None)):
        claim = {name: str(record.get(name, "")).strip() for name in [*NEEDED, *OPTIONAL]}
        twice = ("id", "every claim needs an id of its own") if claim["id"] in seen else ()
        seen.add(claim["id"])
        row = UNTESTED | claim | {"tested": claim["read_as"] or claim["printed"]}
        try:
            if fault := unread.get(position, twice):
                raise ClaimError(claim["id"], *fault)
            row |= judge_claim(claim, book)
        except ClaimError as error:
            errors.append(error)
            row["error"] = f"{error.column}: {error.message}"
            row["reason"] = sentences(f"{error.column}: {error.message}", claim["note"])
        found.append(row)
    return pd.DataFrame(found, columns=VERDICT_COLUMNS), errors


def check_columns(names: list[str]) -> None:
    """ValueError for a missing or doubled column, or one nearly named as a known one."""
    known = [*NEEDED, *OPTIONAL]
    for column in [name for name in names if names.count(name) > 1]:
        fault = f'there are {names.count(column)} columns named "{column}"'
        raise ValueError(f"{fault}; rename or delete all but one")
    for column in [name for name in known if name not in names]:
        needed, others = column in NEEDED, [name for name in names if name not in known]
        close = near(column, others, 0.6 if needed else 0.7)
        if close and needed:
            raise ValueError(f'the column "{close}" should be "{column}"')
        if close:
            raise ValueError(f'a claims table has no column "{close}"; did you mean {column}?')
        if needed:
            there = ", ".join(names) or "none"
            raise ValueError(f'a claims table needs a column "{column}"; it has {there}')


def judge_claim(claim: dict[str, str], book: Book) -> dict[str, Any]:
    """The columns that differ from UNTESTED; ClaimError for a claim that cannot be read."""
    formulas = [text.strip() for text in claim["alternative"].split("|") if text.strip()]
    others = [compute(claim, "alternative", formula, book) for formula in formulas]
    result = compute(claim, "formula", claim["formula"], book) if claim["formula"] else ""
    if not result and not claim["cannot_check"]:
        remedy = "write one, or say in cannot_check why there is none"
        raise ClaimError(claim["id"], "formula", f"is empty; {remedy}")
    if isinstance(result, str) or claim["cannot_check"]:
        context = {} if isinstance(result, str) else in_unit(result)
        return context | {"reason": sentences(claim["cannot_check"] or str(result), claim["note"])}
    shown = read_claim(claim, result)
    computed = result.ends.get(shown.order, result)
    found, reading, why = check_figure(shown, computed)
    severity, more = severity_of(shown, computed, others) if found == INCONSISTENT else (NONE, "")
    parts = [why + more, *computed.notes, claim["note"]]
    if claim["read_as"]:
        words = f'"{claim["printed"]}"' if claim["printed"] else "the statement"
        meaning = f'{words} is taken to mean "{claim["read_as"]}": {why}{more}'
        parts = [claim["note"], meaning, *computed.notes]
    row = {"verdict": found, "reading": reading, "severity": severity, "reason": sentences(*parts)}
    return row | in_unit(computed, shown, reading) | {"meant": reading_text(shown)}


def in_unit(computed: Computed, shown: Phrase | None = None, reading: str = "") -> dict[str, Any]:
    """The NUMERIC columns, their unit and the inputs; as computed where no phrase is tested."""
    per, kind = (shown or computed).per, (shown or computed).kind
    interval = computed.interval
    plain = {"computed": computed.value, "low": interval.low, "high": interval.high}
    if shown:
        read = shown.strict if reading == "strict" else shown.charitable
        plain |= {"printed_value": shown.value, "read_low": read.low, "read_high": read.high}
    open_ = (None, ENDLESS, -ENDLESS)
    cells = {name: float(number * per) for name, number in plain.items() if number not in open_}
    inputs = "; ".join(dict.fromkeys(computed.inputs))
    return cells | {"unit": lookup.unit_text(per, kind), "inputs": inputs}


def sentences(*parts: str) -> str:
    """The parts that are not empty as sentences; a name such as index.people stays small."""
    starts = [p if re.match(r"\w+[.:]", p) else p[0].upper() + p[1:] for p in parts if p]
    return " ".join(start if start[-1] in ".?" else f"{start}." for start in starts)


def compute(claim: dict[str, str], column: str, formula: str, book: Book) -> Computed | str:
    """What a formula gives, or the sentence that says which figure is missing."""
    try:
        return evaluate(formula, book)
    except lookup.NoFigure as gap:
        return str(gap)
    except lookup.FormulaError as error:
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
    if shown.order and shown.order not in computed.ends:
        fault = f'"{text}" counts from the last place, and the formula does not say how many'
        raise ClaimError(claim["id"], "formula", f"{fault} there are; {REMEDIES['rank']}")
    return shown


def check_figure(shown: Phrase, computed: Computed) -> tuple[str, str, str]:
    """(verdict, reading met, why) of one printed figure against one computed.

    Several sources, of which only some allow the figure, do not decide.
    """
    if shown.places and computed.places and shown.places != computed.places:
        return INCONSISTENT, "", f"{computed.places} rows are ranked, not {shown.places}"
    value, interval = computed.value, computed.interval
    text, whole = computed.text(shown.per, shown.kind), range_text(interval, shown.per, shown.kind)
    prints = value is not None and shown.allows(Interval(value, value), shown.strict)
    sources = computed.sources or (interval,)
    allow = [source for source in sources if shown.allows(source, shown.charitable)]
    why = f'{text} does not fit "{shown.text}", read as {reading_text(shown)}'
    if prints:
        why = f'{text} fits "{shown.text}"'
    elif computed.sources:
        why = f'{len(allow)} of {len(sources)} sources allow "{shown.text}"'
        why += f"; together they run from {whole}"
    elif interval.low != interval.high:
        why += f"; rounding of the figures it is computed from allows {whole}"
    if 0 < len(allow) < len(sources):
        return CANNOT, "", f"{why}; they disagree, so they do not decide"
    if not (prints or computed.decides):
        return CANNOT, "", why
    reading = "strict" if prints else "charitable" if allow else ""
    return verdict(prints, bool(allow)), reading, why


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
    if shown.sign:
        edge = shown.strict.low if ">" in shown.sign else shown.strict.high
        return f"{SIGNS[shown.sign]} {number_text(edge, shown.per, shown.kind)}"
    both = (shown.strict, shown.charitable)
    strict, wide = (range_text(reading, shown.per, shown.kind) for reading in both)
    if shown.without is None:
        return strict if strict == wide else f"{strict}, charitably {wide}"
    under = shown.without == shown.strict.high
    return strict.replace(" to ", " to under ") if under else f"over {strict}"
