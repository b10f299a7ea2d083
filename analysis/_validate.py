"""The full check of a table against its description: header, cells, keys. For tables.load."""

import re
from collections.abc import Iterator
from pathlib import Path

from analysis import _package
from analysis._package import CsvRows, Entry, Problem, TableError, near

AGAINST = "check it against the source"
KINDS = {"integer": (r"-?\d+", "a whole number")}  # type -> (pattern, how to say it)
KINDS["number"] = r"-?\d+(\.\d+)?([eE]-?\d+)?", "a number"
Records = list[tuple[int, dict[str, str]]]  # (line number in the file, column -> cell)


def problems_in(rows: CsvRows, entry: Entry, folder: Path) -> Iterator[Problem]:
    """Everything in the rows that the description forbids."""
    names = rows[0][1]
    shape = list(shape_problems(rows, entry))
    yield from shape
    if shape and shape[0].row == 1:  # without its columns nothing else can be told
        return
    whole = [(line, cells) for line, cells in rows[1:] if len(cells) == len(names)]
    records = [(line, dict(zip(names, cells, strict=True))) for line, cells in whole]
    for field in entry["schema"]["fields"]:
        yield from column_problems(entry, field, records, folder)
    yield from primary_key_problems(entry, records)
    for key in foreign_keys(entry["schema"]):
        yield from foreign_key_problems(entry["path"], key, records, folder)


def columns_of(table: str, wanted: list[str], folder: Path) -> list[list[str]]:
    """Some columns of another table, row by row; TableError if its shape is not as described."""
    entry = _package.describe(table, folder)
    rows = _package.rows_of(folder / entry["path"])
    if problems := list(shape_problems(rows, entry)):
        raise TableError(*problems)
    places = [rows[0][1].index(column) for column in wanted]
    return [[cells[place] for place in places] for _, cells in rows[1:]]


def shape_problems(rows: CsvRows, entry: Entry) -> Iterator[Problem]:
    """A header other than described, or rows with too many or too few cells."""
    names, file = [field["name"] for field in entry["schema"]["fields"]], entry["path"]
    header = list(header_problems(file, rows[0][1], names))
    yield from header
    for line, cells in [] if header else rows[1:]:
        if len(cells) != len(names):
            what = f"has {len(cells)} cells, not {len(names)}"
            yield Problem(file, line, what=what, remedy="quote cells with commas")


def header_problems(file: str, header: list[str], names: list[str]) -> Iterator[Problem]:
    """Missing, renamed, extra, repeated and misplaced columns.

    Renamed: spelt alike, or the only new name, at the place of the only lost one.
    """
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


def column_problems(
    entry: Entry, field: Entry, records: Records, folder: Path
) -> Iterator[Problem]:
    """The first rule that each cell of one column breaks."""
    missing = entry["schema"].get("missingValues", [""])
    limit, limits = field.get("maximumFrom", {}), {}
    if limit:  # the largest value allowed beside each value of the column `by`
        pairs = columns_of(limit["resource"], [limit["by"], limit["field"]], folder)
        limits = {by: top for by, top in pairs if top.isdecimal()}
    for line, row in records:
        text = row[field["name"]]
        fault = cell_fault(field, text, text in missing)
        top = limits.get(row.get(limit.get("by"), ""))
        if not fault and top and text not in missing and float(text) > float(top):
            whose = f"the {limit['field']} of {row[limit['by']]} in {limit['resource']}.csv"
            fault = f"is above {top}, {whose}", f"{AGAINST}, and its unit"
        if fault:
            yield Problem(entry["path"], line, field["name"], text, *fault)


def cell_fault(field: Entry, text: str, missing: bool) -> tuple[str, str] | None:
    """(what, remedy) of the first rule of its own column that a cell breaks, or None."""
    rules = field.get("constraints", {})
    if missing:
        return ("is required", "fill the cell") if rules.get("required") else None
    pattern, kind = KINDS.get(field["type"], ("(?s).*", ""))
    if not re.fullmatch(pattern, text):
        return f"is not {kind}", "write digits only, with a point for decimals"
    if "minimum" in rules and float(text) < rules["minimum"]:
        return f"is below {rules['minimum']}", AGAINST
    if "maximum" in rules and float(text) > rules["maximum"]:
        return f"is above {rules['maximum']}", AGAINST
    allowed = [str(value) for value in rules.get("enum", [text])]
    if text not in allowed:
        return "is not allowed", f"use one of {', '.join(allowed)}"
    if not re.fullmatch(rules.get("pattern", "(?s).*"), text):
        return f"does not fit {rules['pattern']}", "check the spelling"
    return None


def primary_key_problems(entry: Entry, records: Records) -> Iterator[Problem]:
    """Rows with a primary key that an earlier row has."""
    columns = entry["schema"].get("primaryKey", [])
    first: dict[tuple[str, ...], int] = {}
    for line, row in records if columns else []:
        value = tuple(row[column] for column in columns)
        if (seen := first.setdefault(value, line)) != line:
            place = (entry["path"], line, "+".join(columns), ", ".join(value))
            yield Problem(*place, f"stands in row {seen} already", "keep one row")


def foreign_keys(schema: Entry) -> list[Entry]:
    """The foreign keys, and this project's own kind, which allow a few values more, such as WLD."""
    return [*schema.get("foreignKeys", []), *schema.get("foreignKeysExcept", [])]


def foreign_key_problems(
    file: str, key: Entry, records: Records, folder: Path
) -> Iterator[Problem]:
    """Values that the other table does not have."""
    (column,), table = key["fields"], key["reference"]["resource"]
    known = {cell for (cell,) in columns_of(table, key["reference"]["fields"], folder)}
    for line, row in records:
        text = row[column]
        if text and text not in known and text not in key.get("except", []):
            close = near(text, sorted(known))
            remedy = f"did you mean {close}?" if close else f"add it to {table}.csv"
            yield Problem(file, line, column, text, f"is not in {table}.csv", remedy)
