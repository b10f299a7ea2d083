"""The full check of a table against its description: header, cells, keys. For tables.load."""

import re
from collections.abc import Iterator
from pathlib import Path

from analysis import _package
from analysis._package import LONGEST, CsvRows, Entry, Problem, TableError, near
from analysis.rounding import is_finer

AGAINST = "check it against the source"
WHOLE = r"-?[0-9]{1,18}"  # \d would allow the digits of every script
KINDS = {"integer": (WHOLE, "a whole number of at most 18 digits")}  # type -> (pattern, in words)
NUMBER = rf"{WHOLE}(\.[0-9]{{1,30}})?([eE]-?[0-9]{{1,2}})?"
KINDS["number"] = NUMBER, "a number of usual length"
Records = list[tuple[int, dict[str, str]]]  # (line number in the file, column -> cell)
Problems = Iterator[Problem]


def problems_in(rows: CsvRows, entry: Entry, folder: Path) -> Problems:
    """Everything in the rows that the description forbids."""
    names, schema = rows[0][1], entry["schema"]
    shape = list(shape_problems(rows, entry))
    yield from shape
    if shape and shape[0].row == 1:  # without its columns nothing else can be told
        return
    whole = [row for row in rows[1:] if len(row[1]) == len(names)]
    records = [(line, dict(zip(names, cells, strict=True))) for line, cells in whole]
    for field in schema["fields"]:
        yield from column_problems(entry, field, records, folder)
    yield from primary_key_problems(entry, records)
    for key in [*schema.get("foreignKeys", []), *schema.get("foreignKeysExcept", [])]:
        yield from foreign_key_problems(entry["path"], key, records, folder)


def columns_of(table: str, wanted: list[str], folder: Path) -> list[list[str]]:
    """Some columns of another table, row by row; TableError if its shape is not as described."""
    entry = _package.describe(table, folder)
    rows = _package.rows_of(folder / entry["path"])
    if problems := list(shape_problems(rows, entry)):
        raise TableError(*problems)
    places = [rows[0][1].index(column) for column in wanted]
    return [[cells[place] for place in places] for _, cells in rows[1:]]


def shape_problems(rows: CsvRows, entry: Entry) -> Problems:
    """A header other than described, or rows with too many or too few cells."""
    names, file = [field["name"] for field in entry["schema"]["fields"]], entry["path"]
    header = list(header_problems(file, rows[0][1], names))
    yield from header
    for line, cells in [] if header else rows[1:]:
        if len(cells) != len(names):
            what = f"has {len(cells)} cells, not {len(names)}"
            yield Problem(file, line, what=what, remedy="quote cells with commas")


def header_problems(file: str, header: list[str], names: list[str]) -> Problems:
    """Missing, extra and misplaced columns; renamed: spelt alike, or alone in the lost place."""
    extra = [c for c in header if c not in names]
    lost = [c for c in names if c not in header]
    swapped = len(lost) == len(extra) == 1 and names.index(lost[0]) == header.index(extra[0])
    expected = f"the columns are {', '.join(names)}"
    for column in lost:
        if other := extra[0] if swapped else near(column, extra, alike=0.5):
            extra.remove(other)
            yield Problem(file, 1, column, other, "renamed", f"rename {other} back to {column}")
        else:
            yield Problem(file, 1, column, None, "is missing", f"add it; {expected}")
    for column in extra:
        remedy = "remove it or describe it in datapackage.json"
        yield Problem(file, 1, column, None, "is not in the description", remedy)
    if set(header) == set(names) and header != names:
        yield Problem(file, 1, None, ",".join(header), "columns out of order or twice", expected)


def column_problems(entry: Entry, field: Entry, records: Records, folder: Path) -> Problems:
    """The first rule that each cell of one column breaks."""
    missing = entry["schema"].get("missingValues", [""])
    rules = [limits(field.get(rule, {}), records, folder) for rule in ("maximumFrom", "rounding")]
    for (line, row), (top, place), (unit, of) in zip(records, *rules, strict=True):
        text = row[field["name"]]
        fault = cell_fault(field, text, text in missing)
        if not fault and re.fullmatch(NUMBER, text):
            if re.fullmatch(NUMBER, top) and float(text) > float(top):
                fault = f"is above {top}, the {place}", f"{AGAINST}, and its unit"
            elif unit and is_finer(text, unit) and text not in field.get("finer", []):
                fault = f"is finer than {unit}, the {of}", f"{AGAINST}, and the rounding"
        if fault:
            yield Problem(entry["path"], line, field["name"], text, *fault)


def limits(rule: Entry, records: Records, folder: Path) -> Iterator[tuple[str, str]]:
    """For each record what a rule allows, and where that stands: here, beside it, elsewhere."""
    table, column = rule.get("resource"), rule.get("field")
    known = dict(columns_of(table, [rule["by"], rule["field"]], folder)) if table else {}
    for _, row in records:
        if table:
            yield known.get(row[rule["by"]], ""), f"{column} of {row[rule['by']]} in {table}.csv"
        else:
            yield row[column] if column else rule.get("fixed", ""), column or "rounding given"


def cell_fault(field: Entry, text: str, missing: bool) -> tuple[str, str] | None:
    """(what, remedy) of the first rule of its own column that a cell breaks, or None."""
    rules = field.get("constraints", {})
    if missing:
        return ("is required", "fill the cell") if rules.get("required") else None
    if len(text) > LONGEST:
        return f"has more than {LONGEST:,} letters", "shorten it, or close its quotation mark"
    pattern, kind = KINDS.get(field["type"], ("(?s).*", ""))
    if not re.fullmatch(pattern, text):
        return f"is not {kind}", "write digits only, with a point for decimals"
    for rule, word, sign in (("minimum", "below", 1), ("maximum", "above", -1)):
        if rule in rules and sign * float(text) < sign * rules[rule]:
            return f"is {word} {rules[rule]}", AGAINST
    if "enum" in rules and text not in map(str, rules["enum"]):
        return "is not allowed", f"use one of {', '.join(map(str, rules['enum']))}"
    if not re.fullmatch(rules.get("pattern", "(?s).*"), text, re.ASCII):
        return f"does not fit {rules['pattern']}", "check the spelling"
    return None


def primary_key_problems(entry: Entry, records: Records) -> Problems:
    """Rows with a primary key that an earlier row has."""
    columns = entry["schema"].get("primaryKey", [])
    first: dict[tuple[str, ...], int] = {}
    for line, row in records if columns else []:
        value = tuple(row[column] for column in columns)
        if (seen := first.setdefault(value, line)) != line:
            place = (entry["path"], line, "+".join(columns), ", ".join(value))
            yield Problem(*place, f"stands in row {seen} already", "keep one row")


def foreign_key_problems(file: str, key: Entry, records: Records, folder: Path) -> Problems:
    """Values that the other table does not have."""
    (column,), table = key["fields"], key["reference"]["resource"]
    known = {cell for (cell,) in columns_of(table, key["reference"]["fields"], folder)}
    for line, row in records:
        text = row[column]
        if text and text not in known and text not in key.get("except", []):
            close = near(text, sorted(known))
            remedy = f"did you mean {close}?" if close else f"add it to {table}.csv"
            yield Problem(file, line, column, text, f"is not in {table}.csv", remedy)
