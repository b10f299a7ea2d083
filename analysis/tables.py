"""Load a table of data/ as a typed, checked frame with its units and sources.

data/datapackage.json describes every table (Frictionless Tabular Data Package). `load` checks the file against it and
names file, row, column, value and remedy for anything that does not fit; the checksum is compared last, so a changed
cell that also breaks a rule is named rather than only "differs".
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.checks import Problem, cell_problem, header_problems, key_problems

DATA = Path(__file__).resolve().parent.parent / "data"
READ: dict[str, str] = {}  # table -> sha256 of the file, for every table read in this process


class TableError(ValueError):
    """A table does not fit its description; `problems` lists each, the message shows the first ten."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        more = [f"... and {len(problems) - 10} more"] if len(problems) > 10 else []
        super().__init__("\n".join([str(p) for p in problems[:10]] + more))


def describe(name: str, folder: Path = DATA) -> dict[str, Any]:
    """The table's entry in datapackage.json; TableError with the nearest name for an unknown one."""
    path = folder / "datapackage.json"
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TableError([Problem("datapackage.json", what=f"cannot be read: {error}", remedy="restore it")]) from None
    entries = {entry["name"]: entry for entry in package["resources"]}
    if name not in entries:
        raise TableError([Problem("datapackage.json", value=name, what="names no table", remedy=near(name, entries))])
    return dict(entries[name])


def near(name: str, known: Any) -> str:
    """'did you mean ...' with the closest of the known names, else all of them."""
    close = get_close_matches(str(name), [str(k) for k in known], n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(str(k) for k in known)}"


def sha256(path: Path) -> str:
    """Checksum of a text file with its line ends read as LF, so a Windows checkout has the same."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def rows_of(path: Path) -> list[tuple[int, list[str]]]:
    """(line number, cells) of every row, the header first; TableError if missing, empty or not UTF-8."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError:
        raise TableError([Problem(path.name, what="is missing", remedy="restore it with: git checkout data")]) from None
    except UnicodeDecodeError as error:
        fault = Problem(path.name, what=f"is not UTF-8 (byte {error.start})", remedy="save it as UTF-8 CSV")
        raise TableError([fault]) from None
    reader = csv.reader(io.StringIO(text, newline=""))
    rows = [(reader.line_num, row) for row in reader if row]
    if not rows:
        raise TableError([Problem(path.name, what="is empty", remedy="restore it with: git checkout data")])
    return rows


def problems_in(rows: list[tuple[int, list[str]]], entry: dict[str, Any], folder: Path) -> Iterator[Problem]:
    """Everything in the rows that the description forbids."""
    schema, file = entry["schema"], entry["path"]
    names = [field["name"] for field in schema["fields"]]
    header = list(header_problems(file, rows[0][1], names))
    if header:
        yield from header
        return
    missing = set(schema.get("missingValues", [""]))
    for line, cells in rows[1:]:
        if len(cells) != len(names):
            what = f"has {len(cells)} cells, not {len(names)}"
            yield Problem(file, line, what=what, remedy="quote cells with commas")
            continue
        for field, text in zip(schema["fields"], cells, strict=True):
            fault = cell_problem(file, line, field, text, missing)
            if fault:
                yield fault
    known = {key["reference"]["resource"]: foreign_values(key, folder) for key in schema.get("foreignKeys", [])}
    yield from key_problems(file, schema, [(n, dict(zip(names, c, strict=False))) for n, c in rows[1:]], known)


def foreign_values(key: dict[str, Any], folder: Path) -> set[str]:
    """The values a foreign key may take, read from the other table."""
    rows = rows_of(folder / describe(key["reference"]["resource"], folder)["path"])
    column = rows[0][1].index(key["reference"]["fields"][0])
    return {cells[column] for _, cells in rows[1:]}


def check(name: str, folder: Path = DATA) -> tuple[dict[str, Any], list[tuple[int, list[str]]]]:
    """(description, rows) of a table that fits its description and its checksum; TableError otherwise."""
    entry = describe(name, folder)
    path = folder / entry["path"]
    rows = rows_of(path)
    problems = list(problems_in(rows, entry, folder))
    digest = sha256(path)
    if not problems and entry["hash"] != f"sha256:{digest}":
        remedy = "git checkout data, or, if the change is meant, log it in corrections.csv and run codebook --seal"
        problems = [Problem(entry["path"], what="differs from the published copy", remedy=remedy)]
    if problems:
        raise TableError(problems)
    return entry, rows


def typed(texts: pd.Series, kind: str) -> pd.Series:
    """Text cells as numbers of the named type; missing cells stay missing."""
    if kind == "integer":
        return pd.to_numeric(texts).astype("Int64")
    return pd.to_numeric(texts).astype("float64") if kind == "number" else texts


def load(name: str, folder: Path = DATA, **equals: Any) -> pd.DataFrame:
    """The table, or its rows whose columns equal the given values: load("index", edition=2023).

    Numbers are typed (integers with gaps are Int64). A column marked as printed also comes as text, `<name>_printed`,
    exactly as in the file. attrs: "table", "title", "units" (column -> unit), "sources", "sha256".
    Raises TableError naming file, row, column, value and remedy; also for an unknown column or value in `equals`.
    """
    entry, rows = check(name, folder)
    fields = entry["schema"]["fields"]
    texts = pd.DataFrame([cells for _, cells in rows[1:]], columns=[f["name"] for f in fields], dtype="str")
    blank = texts.isin(entry["schema"].get("missingValues", [""]))
    frame = pd.DataFrame(index=texts.index)
    for field in fields:
        column = field["name"]
        frame[column] = typed(texts[column].mask(blank[column]), field["type"])
        if field.get("printed"):
            frame[f"{column}_printed"] = texts[column].mask(texts[column] == "")
    frame = tidy(selected(frame, entry["path"], equals))
    READ[name] = entry["hash"].removeprefix("sha256:")
    units = {f["name"]: f["unit"] for f in fields if "unit" in f}
    frame.attrs = {"table": name, "title": entry["title"], "units": units, "sources": entry["sources"]}
    frame.attrs["sha256"] = READ[name]
    return frame


def selected(frame: pd.DataFrame, file: str, equals: dict[str, Any]) -> pd.DataFrame:
    """The rows whose columns equal the values; TableError where a column or value does not occur."""
    for column, value in equals.items():
        if column not in frame:
            raise TableError([Problem(file, column=column, what="is no column", remedy=near(column, frame.columns))])
        kept = frame[(frame[column] == value).fillna(False)]
        if kept.empty:
            known = list(frame[column].dropna().unique())
            fault = Problem(file, column=column, value=str(value), what="not found", remedy=near(value, known))
            raise TableError([fault])
        frame = kept
    return frame.reset_index(drop=True)


def tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Int64 columns without gaps as plain int64, which every plotting library takes."""
    whole = [c for c in frame if str(frame[c].dtype) == "Int64" and frame[c].notna().all()]
    return frame.astype(dict.fromkeys(whole, "int64"))
