"""Load a table of data/ as a typed, checked frame with its units and sources.

data/datapackage.json describes every table (Frictionless Tabular Data Package). `load` checks the file against it and
names file, row, column, value and remedy for anything that does not fit; the checksum is compared last, so a changed
cell that also breaks a rule is named rather than only "differs".
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from analysis._validate import Problem, cell_problem, foreign_keys, header_problems, key_problems, limit_problem
from analysis.description import DATA, FILE, TableError, describe, hint, near, rows_of, sha256  # noqa: F401

READ: dict[str, str] = {}  # table -> sha256 of the file, for every table read in this process


def problems_in(rows: list[tuple[int, list[str]]], entry: dict[str, Any], folder: Path) -> Iterator[Problem]:
    """Everything in the rows that the description forbids."""
    schema, file = entry["schema"], entry["path"]
    names = [field["name"] for field in schema["fields"]]
    shape = list(shape_problems(rows, entry))
    yield from shape
    if shape and shape[0].row == 1:  # without its columns nothing else can be told
        return
    missing = set(schema.get("missingValues", [""]))
    limited = [field for field in schema["fields"] if "maximumFrom" in field]
    limits = {field["name"]: limits_of(field["maximumFrom"], folder) for field in limited}
    whole = [(line, dict(zip(names, cells, strict=True))) for line, cells in rows[1:] if len(cells) == len(names)]
    for line, row in whole:
        for field in schema["fields"]:
            fault = cell_problem(file, line, field, row[field["name"]], missing)
            fault = fault or limit_problem(file, line, field, row, limits.get(field["name"], {}))
            if fault:
                yield fault
    known = {key["reference"]["resource"]: foreign_values(key, folder) for key in foreign_keys(schema)}
    yield from key_problems(file, schema, whole, known)


def shape_problems(rows: list[tuple[int, list[str]]], entry: dict[str, Any]) -> Iterator[Problem]:
    """A header other than described, or rows with too many or too few cells."""
    names = [field["name"] for field in entry["schema"]["fields"]]
    header = list(header_problems(entry["path"], rows[0][1], names))
    yield from header
    for line, cells in [] if header else rows[1:]:
        if len(cells) != len(names):
            what = f"has {len(cells)} cells, not {len(names)}"
            yield Problem(entry["path"], line, what=what, remedy="quote cells with commas")


def cells_of(table: str, columns: list[str], folder: Path) -> list[list[str]]:
    """The cells of some columns of another table, row by row; TableError if its shape is not as described."""
    entry = describe(table, folder)
    names = [field["name"] for field in entry["schema"]["fields"]]
    rows = rows_of(folder / entry["path"])
    problems = list(shape_problems(rows, entry))
    for column in columns:
        if column not in names:
            problems.append(Problem(FILE, value=column, what=f"is no column of {table}", remedy=hint(column, names)))
    if problems:
        raise TableError(problems)
    return [[cells[names.index(column)] for column in columns] for _, cells in rows[1:]]


def foreign_values(key: dict[str, Any], folder: Path) -> set[str]:
    """The values a foreign key may take, read from the other table."""
    fields = key["reference"]["fields"]
    column = fields if isinstance(fields, str) else fields[0]
    return {cell for (cell,) in cells_of(key["reference"]["resource"], [column], folder)}


def limits_of(rule: dict[str, str], folder: Path) -> dict[str, str]:
    """Value of the column `by` -> the largest value allowed beside it, as another table has them; no gaps."""
    found = cells_of(rule["resource"], [rule["by"], rule["field"]], folder)
    return {by: limit for by, limit in found if limit.isdecimal()}


def broken_rules(entries: list[dict[str, Any]], folder: Path = DATA) -> list[Problem]:
    """Everything that these tables break, each fault once; the checksums are not compared."""
    found: list[Problem] = []
    for entry in entries:
        try:
            found += problems_in(rows_of(folder / entry["path"]), entry, folder)
        except TableError as error:
            found += error.problems
    return list(dict.fromkeys(found))


def check(name: str, folder: Path = DATA) -> tuple[dict[str, Any], list[tuple[int, list[str]]]]:
    """(description, rows) of a table that fits its description and its checksum; TableError otherwise."""
    entry = describe(name, folder, "hash")
    path = folder / entry["path"]
    rows = rows_of(path)
    problems = list(problems_in(rows, entry, folder))
    if not problems and entry["hash"] != f"sha256:{sha256(path)}":
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
            raise TableError([Problem(file, column=column, what="is no column", remedy=hint(column, frame.columns))])
        kept = frame[(frame[column] == value).fillna(False)]
        if kept.empty:
            known = list(frame[column].dropna().unique())
            fault = Problem(file, column=column, value=str(value), what="not found", remedy=hint(value, known))
            raise TableError([fault])
        frame = kept
    return frame.reset_index(drop=True)


def tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Int64 columns without gaps as plain int64, which every plotting library takes."""
    whole = [c for c in frame if str(frame[c].dtype) == "Int64" and frame[c].notna().all()]
    return frame.astype(dict.fromkeys(whole, "int64"))
