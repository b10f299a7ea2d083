"""A reader's own tables: a folder of plain CSV files, made into one that tables.load reads.

Without a datapackage.json the folder needs tables.csv: for each column of numbers its table (the
name of the file), its unit, how far it was rounded, and the source. All other columns are text.
"""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import _package, _validate, tables
from analysis.rounding import UNROUNDED

LIST, LISTED = "tables.csv", ["table", "column", "unit", "rounding", "source"]
GAPS = {"-", "\u2013", "n/a", "N/A", "NA"}
GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
STEP = re.compile(rf"{UNROUNDED}|(?=.*[1-9])[0-9]{{1,12}}(\.[0-9]{{1,12}})?")


def stage(folder: Path, into: Path) -> Path:
    """Write the tables, described and sealed, to `into`; ValueError names file, row and column."""
    try:
        has_package = (folder / _package.FILE).exists()
        package = _package.read_package(folder, ["schema"]) if has_package else listed(folder)
        into.mkdir(parents=True, exist_ok=True)
        for entry in package["resources"]:
            write_table(folder, into, entry)
    except tables.TableError as error:
        raise ValueError(str(error).replace("data/", f"{folder}/")) from None
    except (KeyError, TypeError, AttributeError, re.error) as error:  # a description of other kinds
        fault = f"{folder}/{_package.FILE} cannot be used ({type(error).__name__}: {error})"
        raise ValueError(f"{fault}; describe fields as in data/{_package.FILE}") from None
    (into / _package.FILE).write_text(json.dumps(package), encoding="utf-8")
    return into


def listed(folder: Path) -> dict[str, Any]:
    """The description that tables.csv stands for."""
    entries, path = [], folder / LIST
    if not path.exists():
        remedy = f"write one with the columns {', '.join(LISTED)}, as examples/README.md shows"
        raise ValueError(f"there is no {path}; {remedy}")
    texts = {"fields": [{"name": name, "type": "string"} for name in LISTED]}
    listing = checked(_package.rows_of(path), {"path": LIST, "schema": texts}, folder)
    for name, columns in listing.groupby("table", sort=False):
        header = _package.rows_of(folder / f"{name}.csv")[0][1]
        fields = {column: {"name": column, "type": "string"} for column in header}
        for _, column, unit, rounding, _ in columns.to_numpy():
            if column not in header:
                hint = tables.hint(column, header)
                raise ValueError(f'{path}: {name}.csv has no column "{column}"; {hint}')
            fields[column] |= {"type": "number", "unit": unit, "rounding": rounding}
        sources = [{"title": title} for title in columns["source"].unique()]
        schema = {"fields": list(fields.values()), "missingValues": [""]}
        entries.append({"name": name, "path": f"{name}.csv", "sources": sources, "schema": schema})
    return {"resources": entries}


def checked(rows: _package.CsvRows, entry: dict[str, Any], folder: Path) -> pd.DataFrame:
    """The rows as texts, the first as the header; TableError for what the description forbids."""
    if problems := list(_validate.problems_in(rows, entry, folder)):
        raise tables.TableError(*problems)
    return pd.DataFrame([cells for _, cells in rows[1:]], columns=rows[0][1])


def plain(text: str) -> str:
    """A cell as tables.load reads it: 1,096,000 as 1096000, a gap as nothing."""
    return text.replace(",", "") if GROUPED.fullmatch(text) else "" if text in GAPS else text


def write_table(folder: Path, into: Path, entry: dict[str, Any]) -> None:
    """Copy a table in plain cells, and beside each column of numbers one of its rounding units."""
    fields, path = entry["schema"]["fields"], folder / Path(entry["path"]).name
    header, *rows = _package.rows_of(path)
    rows = [(line, [plain(text) for text in cells]) for line, cells in rows]
    units = {}
    for field in [field for field in fields if field["type"] in ("number", "integer")]:
        field["printed"], unit = True, str(field.get("rounding", UNROUNDED))
        if not STEP.fullmatch(unit):
            what = f'"{unit}", the rounding of {field["name"]}, is no number above zero'
            raise ValueError(f"{path}: {what}; write 0.1, 1000 or {UNROUNDED}")
        field["rounding"], units[f"{field['name']}_unit"] = {"fixed": unit}, unit
    table = checked([header, *rows], entry, folder).assign(**units)
    fields += [{"name": name, "type": "string"} for name in units]
    table.to_csv(into / path.name, index=False, lineterminator="\n")
    more = {"path": path.name, "hash": f"sha256:{tables.sha256(into / path.name)}"}
    entry |= {"title": entry["name"], "sources": [], **entry, **more}
