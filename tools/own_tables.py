"""A reader's own tables: a folder of plain CSV files, made into one that tables.load reads.

Without a datapackage.json the folder needs tables.csv: for each column of numbers its table (the
name of the file), its unit, how far it was rounded, and the source. All other columns are text.
"""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import _package, tables
from analysis._validate import problems_in
from analysis.rounding import UNROUNDED

LIST, LISTED = "tables.csv", ["table", "column", "unit", "rounding", "source"]
GAPS = dict.fromkeys(["-", "\u2013", "n/a", "N/A", "NA"], "")
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
    text = json.dumps({"resources": package["resources"]}, indent=1)
    (into / _package.FILE).write_text(text, encoding="utf-8")
    return into


def listed(folder: Path) -> dict[str, Any]:
    """The description that tables.csv stands for."""
    try:
        rows = pd.read_csv(folder / LIST, dtype="str", keep_default_na=False)
    except (OSError, ValueError) as error:
        remedy = f"write one with the columns {', '.join(LISTED)}, as examples/README.md shows"
        raise ValueError(f"{folder / LIST} cannot be read ({error}); {remedy}") from None
    if list(rows) != LISTED:
        raise ValueError(f"{folder / LIST} has the columns {', '.join(rows)}, not {', '.join(LISTED)}")
    entries = []
    for name, columns in rows.groupby("table", sort=False):
        header = _package.rows_of(folder / f"{name}.csv")[0][1]
        for column in columns["column"][~columns["column"].isin(header)]:
            hint = tables.hint(column, header)
            raise ValueError(f'{folder / LIST}: {name}.csv has no column "{column}"; {hint}')
        numbers = columns.assign(name=columns["column"], type="number").set_index("column", drop=False)
        known = numbers[["name", "type", "unit", "rounding"]].to_dict("index")
        fields = [known.get(column, {"name": column, "type": "string"}) for column in header]
        sources = [{"title": title} for title in dict.fromkeys(columns["source"])]
        schema = {"fields": fields, "missingValues": [""]}
        entries.append({"name": name, "path": f"{name}.csv", "sources": sources, "schema": schema})
    return {"resources": entries}


def write_table(folder: Path, into: Path, entry: dict[str, Any]) -> None:
    """Copy a table with 1,096,000 as 1096000, and beside each column of numbers that of its unit."""
    fields, path = entry["schema"]["fields"], folder / Path(entry["path"]).name
    rows = _package.rows_of(path)
    for _, cells in rows[1:]:
        cells[:] = [GAPS.get(text, text) for text in cells]
        cells[:] = [text.replace(",", "") if GROUPED.fullmatch(text) else text for text in cells]
    if problems := list(problems_in(rows, entry, folder)):
        raise tables.TableError(*problems)
    table = pd.DataFrame([cells for _, cells in rows[1:]], columns=rows[0][1])
    for field in [field for field in fields if field["type"] in ("number", "integer")]:
        field["printed"], unit = True, str(field.get("rounding", UNROUNDED))
        if not STEP.fullmatch(unit):
            what = f'{path.name}: "{unit}", the rounding of {field["name"]}, is no number above zero'
            raise ValueError(f"{folder}: {what}; write 0.1, 1000 or {UNROUNDED}")
        table[f"{field['name']}_unit"] = unit
        fields.append({"name": f"{field['name']}_unit", "type": "string"})
    table.to_csv(into / path.name, index=False, lineterminator="\n")
    more = {"path": path.name, "hash": f"sha256:{tables.sha256(into / path.name)}"}
    entry |= {"title": entry["name"], "sources": [], **entry, **more}
