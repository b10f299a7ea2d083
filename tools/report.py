"""Print the verdicts on the article's claims, or on those of a reader's own file."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections import Counter
from html import escape
from pathlib import Path
from textwrap import fill
from typing import Any

import pandas as pd

from analysis import claims, tables
from analysis.rounding import INCONSISTENT, VERDICTS
from tools import page

UNREAD = "could not be read"
SHOWN = ["id", "printed", "computed", "low", "high", "unit", "reading", "verdict", "severity"]
NUMBERS = ["printed_value", "read_low", "read_high", "computed", "low", "high"]
ABOUT = """\
From low to high is what rounding of the tables' printed figures alone allows; survey and model error is not published \
and is far larger.
The printed words are read to their digits after the point (digits), to the last printed digit (fine), to the last \
digit that is not zero (coarse), or as a threshold (a "more than").
Inconsistent means: with the figures as printed. Severity: value, the statement keeps its sense; conclusion, it does \
not.""".splitlines()
FOOTER = "Every table, with its source, its terms and its units, is described in data/README.md of this project."
STYLE = """
body { max-width: 72rem; } td, th { text-align: left; vertical-align: top; } td p { margin: 0 0 .2rem; }
td:nth-child(3), td:nth-child(4) { min-width: 9rem; } td:last-child { min-width: 20rem; } .muted { color: #57606a; }
.inconsistent > * { background: #fff4ec; } .inconsistent td:nth-child(5) p:first-child { font-weight: 600; }
"""


def cells(file: str) -> list[tuple[int, list[str]]]:
    """(number of its first line, cells) of each row that is not blank; ValueError for a file that is no CSV file."""
    path = Path(file)
    try:
        with io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="") as text:
            head = text.readline()
            text.seek(0)
            split = ";" if ";" in head and "," not in head else ","  # some spreadsheets write semicolons
            rows, reader, line = [], csv.reader(text, delimiter=split), 1
            for row in reader:
                rows.append((line, [cell.strip() for cell in row]))
                line = reader.line_num + 1
    except FileNotFoundError:
        near = tables.hint(path.name, [p.name for p in path.parent.glob("*.csv")]) if path.parent.is_dir() else ""
        hint = f"; {near}" if near.startswith("did") else ""
        raise ValueError(f"there is no file {file}{hint}") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is not UTF-8 (byte {error.start}); save it as CSV UTF-8") from None
    except (OSError, csv.Error) as error:
        raise ValueError(f"{file} cannot be read as a CSV file: {error}") from None
    return [(line, row) for line, row in rows if any(row)]


def read(file: str) -> pd.DataFrame:
    """A reader's own claims file, all cells as text; ValueError that says what is wrong with the file or its header.

    A row that a comma has parted into too many cells keeps its id alone; attrs["unread"] tells claims.judge of it.
    """
    rows = cells(file)
    if len(rows) < 2:
        raise ValueError(f"{file} has no claims; it needs a header (id,printed,formula) and a row for each claim")
    header = filled(rows[0][1])
    try:
        claims.check_columns(header)
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from None
    table, unread = [], {}
    for place, (line, row) in enumerate(rows[1:]):
        if fault := parted(row, header, len(rows[0][1])):
            unread[place] = (f"line {line}", f'{fault}; put quotation marks around a cell with a comma: "269,000"')
            row = row[:1] if header[0] == "id" else []
        table.append((row + [""] * len(header))[: len(header)])
    frame = pd.DataFrame(table, columns=header, dtype="str")
    frame.attrs["unread"] = unread
    return frame


def filled(row: list[str]) -> list[str]:
    """The cells up to the last that is not empty; spreadsheets add empty ones."""
    return row[: max((i for i, cell in enumerate(row, start=1) if cell), default=0)]


def parted(row: list[str], header: list[str], width: int) -> str:
    """What is wrong with a row in which a comma without quotation marks parts a cell, or "".

    width: the cells of the header line, empty ones too. Where later columns are left out the number of cells may be
    right by chance: 269,000 then stands in printed and formula, and the formula in the next column.
    """
    if len(row) > width or len(filled(row)) > len(header):
        return f"{len(row)} cells, not {len(header)}"
    at = header.index("formula")
    shifted = at + 1 < len(row) and header[at + 1] != "alternative" and re.fullmatch(r"\w+\(.*\)", row[at + 1])
    return f"the formula stands under {header[at + 1]}" if shifted and re.match(r"\d{3}\b", row[at]) else ""


def number(value: float) -> float | int | None:
    """A number for JSON: whole numbers without a point, a gap as null."""
    return None if pd.isna(value) else int(value) if float(value).is_integer() else float(value)


def as_json(found: pd.DataFrame) -> str:
    """A JSON list of objects, one per claim, with the columns of claims.judge.

    error is null but for a claim that could not be read, whose verdict and severity are null instead.
    """
    rows: list[dict[Any, Any]] = found.astype(object).to_dict("records")
    for row in rows:
        row |= {name: number(row[name]) for name in NUMBERS}
        row |= {"verdict": None, "severity": None} if row["error"] else {"error": None}
    return json.dumps(rows, indent=1, ensure_ascii=False)


def shown(value: float) -> str:
    """A number for the table: whole numbers in full, others to four digits, a gap as nothing."""
    if pd.isna(value):
        return ""
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 1000 else f"{value:.4g}"


def counted(found: pd.DataFrame) -> str:
    """How often each verdict was reached, and how many claims could not be read."""
    counts, unread = Counter(found["verdict"][found["error"] == ""]), sum(found["error"] != "")
    said = [f"{counts[verdict]} {verdict}" for verdict in VERDICTS] + [f"{unread} {UNREAD}"] * (unread > 0)
    return f"{len(found)} claims: {', '.join(said)}"


def read_as(row: Any) -> str:
    """How a claim's printed words were read, as a sentence; empty where nothing was tested."""
    return f'"{row.tested}" is read as {row.meant}.' if row.meant else ""


def as_text(found: pd.DataFrame) -> str:
    """A plain table, under it how each figure was read and why the verdict, and how often each was reached."""
    table = found.assign(**{name: found[name].map(shown) for name in NUMBERS})
    table.loc[found["error"] != "", ["verdict", "severity"]] = [UNREAD, ""]
    why = [f"{row.id}: {read_as(row)} {row.reason}".replace(":  ", ": ") for row in found.itertuples()]
    lines = "\n".join(fill(text, 118, subsequent_indent="     ") for text in why)
    parts = [table[SHOWN].to_string(index=False, justify="left"), "How each figure was read, and why", lines]
    return "\n\n".join([*parts, counted(found), "\n".join(fill(text, 118) for text in ABOUT)])


def table_row(row: Any) -> str:
    """One claim as a row of the page; whatever the file holds is shown as text."""
    low, high = shown(row.low), shown(row.high)
    computed = shown(row.computed) or (f"{low} to {high}" if low else "nothing")
    computed = f"place {computed}" if row.unit == "place" else f"{computed} {row.unit}".rstrip()
    rounded = f"rounding allows {low} to {high}" if shown(row.computed) and low != high else ""
    severity = "" if row.severity == "none" else f"severity: {row.severity}"
    cells = [(row.printed or "no figure", f"read as {row.meant}" if row.meant else ""), (computed, rounded)]
    verdict = UNREAD if row.error else row.verdict
    cells += [(verdict, severity), (row.reason, "")]
    made = [f'<p>{escape(one)}</p>{f"""<p class="muted">{escape(two)}</p>""" if two else ""}' for one, two in cells]
    head = f'<th scope="row">{escape(row.id)}</th><td>{escape(row.statement)}</td>'
    return f'<tr class="{verdict.split()[0]}">{head}{"".join(f"<td>{cell}</td>" for cell in made)}</tr>'


def as_html(found: pd.DataFrame, name: str, errors: list[claims.ClaimError]) -> str:
    """The body of a page: the counts, what could not be read, a table of the verdicts, what the words mean."""
    heads = ["Id", "Statement", "Printed", "Computed from the tables", "Verdict", "Why"]
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    faults = "".join(f"<li>{escape(str(error))}</li>" for error in errors)
    unread = f"<h2>Could not be read</h2><ul>{faults}</ul>" if errors else ""
    rows = "\n".join(table_row(row) for row in found.itertuples())
    caption, about = f"Verdicts on {name}", "".join(f"<p>{escape(text)}</p>" for text in ABOUT)
    table = f"<caption>{caption}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody>"
    scroll = f'<div class="scroll" tabindex="0" role="region" aria-label="{caption}"><table>{table}</table></div>'
    return f"<h1>Which numbers hold?</h1><p>{counted(found)}.</p>{unread}{scroll}<h2>In these words</h2>{about}"


def run(file: str | None = None, as_json_wanted: bool = False, pages: Path | None = None) -> int:
    """Print the verdicts, or write them to a page; 2 if a claim could not be read, else 1 if one is inconsistent."""
    found, errors = claims.judge(tables.load("claims") if file is None else read(file))
    if pages:
        name = Path(file).stem if file else "article"
        pages.mkdir(parents=True, exist_ok=True)
        content = as_html(found, escape(Path(file).name if file else "the article"), errors)
        page.publish(pages / f"{name}.html", f"Verdicts on {escape(name)}", content, FOOTER, STYLE)
        print(f"wrote {pages / f'{name}.html'}: open it in a browser. {counted(found)}")
    else:
        print(as_json(found) if as_json_wanted else as_text(found))
    for error in errors:
        print(f"analysis: {file or 'data/claims.csv'}, {error}", file=sys.stderr)
    return 2 if errors else int(INCONSISTENT in set(found["verdict"]))
