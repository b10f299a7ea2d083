"""Load a table of data/ as a typed frame, checked against data/datapackage.json (Frictionless)."""

import sys
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import _package
from analysis._package import DATA, Entry, Problem, TableError, describe, hint, near, sha256
from analysis._shown import as_html
from analysis._validate import columns_of, problems_in

__all__ = ["DATA", "TableError", "hint", "load", "near", "publications", "sha256"]
MEANT = "git checkout data, or log a meant change in corrections.csv and run codebook --seal"
DTYPES: dict[str, Any] = {"integer": "Int64", "number": "float64"}
if shell := getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)():  # in a notebook
    shell.display_formatter.formatters["text/html"].for_type(pd.DataFrame, as_html)


def load(name: str, folder: Path = DATA, **equals: Any) -> pd.DataFrame:
    """The table, or its rows whose columns equal the given values: load("index", edition=2023).

    Integers with gaps are Int64; rates are per 1,000. A column marked printed also comes as text,
    `<name>_printed`. attrs: "table", "title", "units" (column -> unit), "sources", "sha256".
    TableError naming file, row, column, value and remedy.
    """
    entry = describe(name, folder, "hash")
    rows, fields = _package.rows_of(folder / entry["path"]), entry["schema"]["fields"]
    problems = list(islice(problems_in(rows, entry, folder), 100))  # first: it names a cell
    if not problems and entry["hash"] != f"sha256:{sha256(folder / entry['path'])}":
        problems = [Problem(entry["path"], what="differs from the published copy", remedy=MEANT)]
    if problems:
        raise TableError(*problems)
    texts = pd.DataFrame([cells for _, cells in rows[1:]], columns=rows[0][1], dtype="str")
    frame = texts.mask(texts.isin(entry["schema"].get("missingValues", [""])))
    for column, field in zip(texts, fields, strict=True):
        if field["type"] in DTYPES:
            frame[column] = pd.to_numeric(frame[column]).astype(DTYPES[field["type"]])
        if "scaledTo" in field:
            frame[column] = scaled(frame, field, folder)
        if field.get("printed"):
            shown = texts[column].mask(texts[column] == "")
            frame.insert(list(frame).index(column) + 1, f"{column}_printed", shown)
    frame = select(frame, entry["path"], equals)
    full = [c for c in frame if str(frame[c].dtype) == "Int64" and frame[c].notna().all()]
    frame = frame.astype(dict.fromkeys(full, "int64"))  # which every plotting library takes
    units = {field["name"]: field["unit"] for field in fields if "unit" in field}
    frame.attrs = {"table": name, "title": entry["title"], "units": units}
    frame.attrs |= {"sources": entry["sources"], "sha256": entry["hash"].removeprefix("sha256:")}
    return frame


def publications(inputs: Iterable[pd.DataFrame]) -> list[str]:
    """How the frames' sources are cited, each once, but for those of rows not in a frame."""
    cited: dict[str, None] = {}
    for frame in inputs:
        for entry in frame.attrs["sources"]:
            cite, rows = entry.get("cite", entry["title"]), entry.get("rows", {})
            if cite and all(frame[column].isin(rows[column]).any() for column in rows):
                cited[cite] = None
    return list(cited)


def scaled(frame: pd.DataFrame, field: Entry, folder: Path) -> pd.Series:
    """Rates per 1,000 throughout: the field's maximumFrom says per how many a row is printed."""
    rule, to = field["maximumFrom"], field["scaledTo"]
    per = dict(columns_of(rule["resource"], [rule["by"], rule["field"]], folder))
    printed_per = pd.to_numeric(frame[rule["by"]].astype("str").map(per))
    values: Any = frame[field["name"]]
    return values.where(printed_per == to, values * to / printed_per)


def select(frame: pd.DataFrame, file: str, equals: dict[str, Any]) -> pd.DataFrame:
    """The rows whose columns equal the values; TableError if a column or a value does not occur."""
    for column, value in equals.items():
        if column not in frame:
            remedy = hint(column, frame.columns)
            raise TableError(Problem(file, column=column, what="is no column", remedy=remedy))
        found = frame[(frame[column] == value).fillna(False)]
        if found.empty:
            remedy = hint(value, frame[column].dropna().unique())
            raise TableError(Problem(file, None, column, str(value), "not found", remedy))
        frame = found
    return frame.reset_index(drop=True)
