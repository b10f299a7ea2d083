"""The seal of data/: six digits for each cell; only a line in corrections.csv may change one."""

import csv
import hashlib
import io
from pathlib import Path
from typing import Any

from analysis._package import rows_of

SEAL, LOG, ALL, GONE = "rows.sha256", "corrections", "all", "removed"
MEANING = ("type", "unit", "rounding", "finer", "denominator", "printed", "scaledTo")
Place = tuple[str, str, str]  # table, key of the row, column; ALL for every row or column
Texts = dict[Place, str]


def mark_of(text: str) -> str:
    """Six hexadecimal digits that stand for a text; none for an empty one."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6] if text else ""


def what_stands(package: dict[str, Any], folder: Path) -> Texts:
    """What stands in each cell; as further tables, the sources and what the columns mean."""
    found: Texts = {}
    for entry in package["resources"]:
        name, schema = entry["name"], entry["schema"]
        (_, header), *rows = rows_of(folder / entry["path"])
        key = schema.get("primaryKey", [])
        for line, cells in rows:
            row = dict(zip(header, cells, strict=True))
            label = ", ".join(row[column] for column in key) or str(line)
            found |= {(name, label, column): row[column] for column in row if column not in key}
        for number, source in enumerate(entry["sources"], start=1):
            found |= {(f"{name} sources", str(number), part): str(source[part]) for part in source}
        for field in [{"name": "a gap", "type": schema.get("missingValues")}, *schema["fields"]]:
            parts = [part for part in MEANING if part in field]
            found |= {(f"{name} columns", field["name"], part): str(field[part]) for part in parts}
    return found


def write_seal(cells: Texts, folder: Path) -> None:
    """One line for each row: its table, its key, and the digits of each column."""
    rows: dict[Any, list[str]] = {}
    for (*row, column), text in cells.items():
        rows.setdefault(tuple(row), list(row)).append(f"{column}:{mark_of(text)}")
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows(rows.values())
    (folder / SEAL).write_text(made.getvalue(), encoding="utf-8", newline="\n")


def sealed(folder: Path) -> Texts:
    """The digits of each cell as they were sealed; TableError if the file is missing."""
    rows = [cells for _, cells in rows_of(folder / SEAL)]
    marks = [(*cells[:2], *mark.split(":")) for cells in rows for mark in cells[2:]]
    return {(table, row, column): mark for table, row, column, mark in marks}


def wholes(place: Place) -> list[Place]:
    """The table, the row and the column that a cell is part of."""
    table, row, column = place
    return [(table, ALL, ALL), (table, row, ALL), (table, ALL, column)]


def changes(then: Texts, now: Texts) -> Texts:
    """What stands there and was not sealed so; a whole that is new or gone once, as digits.

    A line more in corrections.csv is no change.
    """
    marks, inside = {place: mark_of(text) for place, text in now.items()}, dict[Place, str]()
    for place, mark in marks.items():
        inside |= {whole: inside.get(whole, "") + mark for whole in wholes(place)}
    new = {whole for place in then for whole in wholes(place)} ^ inside.keys()
    found: Texts = {}
    for cell in [place for place in {**then, **now} if then.get(place) != marks.get(place)]:
        place = next((whole for whole in wholes(cell) if whole in new), cell)
        if place[::2] != (LOG, ALL) or place not in inside:
            found[place] = now.get(place) or mark_of(inside.get(place, "")) or GONE
    return found


def refusals(cells: Texts, folder: Path) -> list[str]:
    """A line for each change that corrections.csv does not give as what now stands there."""
    said = {tuple(row[:3]): row[4] for _, row in rows_of(folder / f"{LOG}.csv")}  # the last counts
    found = []
    for place, value in changes(sealed(folder), cells).items():
        table, row, column = place
        if (before := said.get(place, "SOURCE")) != value:
            line = io.StringIO()
            csv.writer(line, lineterminator="").writerow([*place, before, value, "WHY", "DATE"])
            file = f"{table}.csv" if " " not in table else f"datapackage.json, {table}"
            what = f'data/{file}, row {row}, column {column}: "{value}" was not sealed'
            remedy = f"put back what was there, or add to data/{LOG}.csv: {line.getvalue()}"
            found.append(" ".join(f"{what}; {remedy}".split()))
    return found
