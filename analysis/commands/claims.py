"""Print the verdicts on the article's claims, or on those of a reader's own file."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from pathlib import Path
from textwrap import fill
from typing import Any

import pandas as pd

from analysis import claims, tables
from analysis.rates import INCONSISTENT
from analysis.verdicts import VERDICTS

SHOWN = ["id", "printed", "computed", "low", "high", "unit", "reading", "verdict", "severity"]
ABOUT = """\
computed, low, high: low and high are what rounding of the printed figures alone allows; survey and model error is not
published and far larger. reading: how the printed words were read (digits; fine, to the last printed digit; coarse, to
the last digit that is not zero; threshold, a "more than"). Inconsistent means: with the figures as printed."""


def read(file: str) -> pd.DataFrame:
    """A reader's own claims file, all cells as text; ValueError that says what is wrong with the file."""
    path = Path(file)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
        split = ";" if lines and ";" in lines[0] and "," not in lines[0] else ","  # some spreadsheets write semicolons
        rows = list(csv.reader(lines, delimiter=split))
    except FileNotFoundError:
        near = tables.near(path.name, [p.name for p in path.parent.glob("*.csv")]) if path.parent.is_dir() else ""
        hint = f"; {near}" if near.startswith("did") else ""
        raise ValueError(f"there is no file {file}{hint}") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is not UTF-8 (byte {error.start}); save it as CSV UTF-8") from None
    except (OSError, csv.Error) as error:
        raise ValueError(f"{file} cannot be read as a CSV file: {error}") from None
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if len(rows) < 2:
        raise ValueError(f"{file} has no claims; it needs a header (id,printed,formula) and a row for each claim")
    header = [name.strip() for name in rows[0]]
    for number, row in enumerate(rows[1:], start=2):
        if len(row) > len(header):
            raise ValueError(f'{file}, row {number}: {len(row)} cells, not {len(header)}; put "..." around commas')
    return pd.DataFrame([row + [""] * (len(header) - len(row)) for row in rows[1:]], columns=header, dtype="str")


def number(value: float) -> float | int | None:
    """A number for JSON: whole numbers without a point, a gap as null."""
    return None if pd.isna(value) else int(value) if float(value).is_integer() else float(value)


def as_json(found: pd.DataFrame) -> str:
    """A JSON list of objects, one per claim, with the columns of claims.judge."""
    rows: list[dict[Any, Any]] = found.astype(object).to_dict("records")
    for row in rows:
        row |= {name: number(row[name]) for name in ("computed", "low", "high")}
    return json.dumps(rows, indent=1, ensure_ascii=False)


def shown(value: float) -> str:
    """A number for the table: whole numbers in full, others to four digits, a gap as nothing."""
    if pd.isna(value):
        return ""
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 1000 else f"{value:.4g}"


def as_text(found: pd.DataFrame) -> str:
    """A plain table, the reasons under it, and how often each verdict was reached."""
    table = found.assign(**{name: found[name].map(shown) for name in ("computed", "low", "high")})
    lines = [fill(f"{row.id}: {row.reason}", 118, subsequent_indent="     ") for row in found.itertuples()]
    counts = Counter(found["verdict"])
    total = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS)
    parts = [table[SHOWN].to_string(index=False, justify="left"), "Why", "\n".join(lines)]
    return "\n\n".join([*parts, f"{len(found)} claims: {total}", ABOUT])


def run(file: str | None = None, as_json_wanted: bool = False) -> int:
    """Print the verdicts; 2 if a claim could not be read, else 1 if one is inconsistent, else 0."""
    found, errors = claims.judge(tables.load("claims") if file is None else read(file))
    print(as_json(found) if as_json_wanted else as_text(found))
    for error in errors:
        print(f"analysis: {file or 'data/claims.csv'}, {error}", file=sys.stderr)
    return 2 if errors else int(INCONSISTENT in set(found["verdict"]))
