"""The country table of one of Walk Free's own workbooks: read whole, or refused; never guessed."""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from itertools import combinations, product
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl  # type: ignore[import-untyped]
import pandas as pd

from analysis.tables import near

Layout = dict[Any, Any]  # a row of layouts.csv: edition, sheet, header_row, rate_unit and names
LAYOUTS: list[Layout] = pd.read_csv(Path(__file__).with_name("layouts.csv")).to_dict("records")
SheetRows = dict[int, dict[str, str]]  # row in the file -> column -> text
SHEET_COLUMNS = ("country", "region", "population", "people", "rate")
DETAILS = SHEET_COLUMNS[1:]  # the country is what the rows are matched by
LAST_HEADER = 10  # the names of the columns are looked for in the rows down to this one
BELOW_1000 = "<1,000"  # three counts of 2018 are printed so
NUMBER_TEXT = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
# digits with marks that countries use differently; only in a rate is the dot of 1.5 clear
WITH_MARKS = r"(?!<1,000$)(?=.*\d)<?[\d.,' %]*[.,' %][\d.,' %]*"
MARKS = {"population": WITH_MARKS, "people": WITH_MARKS, "rate": rf"(?!\d+\.\d+$){WITH_MARKS}"}
OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")  # starts old Office files, and new ones with a password
ORIGINAL = "compare the workbook as Walk Free published it"


class SheetError(ValueError):
    """The file cannot be compared; the message goes on from its name: one line with the remedy."""


class Sheet(NamedTuple):
    """A country table; letters: column -> where it stands in the file."""

    layout: Layout
    letters: dict[str, str]
    rows: SheetRows


def read_sheet(path: Path) -> Sheet:
    """The country table of the workbook; SheetError for one that cannot be read whole."""
    stored, formulas = open_workbook(path)
    sheet, layout = country_sheet(stored)
    header = header_cells(sheet, layout)
    letters = {column: cell.column_letter for column, cell in header.items()}
    rows: SheetRows = {}
    for n in range(header["country"].row + 1, sheet.max_row + 1):
        rows[n] = {c: cell_text(sheet[f"{letter}{n}"].value) for c, letter in letters.items()}
    refuse_merged(sheet, header, rows)
    refuse_doubtful(sheet, formulas[sheet.title], letters, rows)
    return Sheet(layout, letters, {n: row for n, row in rows.items() if any(row.values())})


def open_workbook(path: Path) -> tuple[Any, Any]:
    """The workbook with the values that its formulas last had, and with the formulas themselves."""
    if path.is_dir():
        raise SheetError(" is a folder; name the .xlsx file in it")
    try:
        content = path.read_bytes()
    except OSError as error:
        absent = ": there is no such file; check the name and the folder"
        locked = f" cannot be read ({error.strerror}); is it open in another program?"
        raise SheetError(absent if isinstance(error, FileNotFoundError) else locked) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about parts of the file that are not needed here
            stored = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
            return stored, openpyxl.load_workbook(io.BytesIO(content))
    except Exception as error:  # zipfile, the XML parser and openpyxl raise anything
        raise SheetError(f" is {file_fault(content, error)}") from None


def file_fault(content: bytes, error: Exception) -> str:
    """What a file is that openpyxl cannot read, and what to do."""
    again, save = "copy or download it again", "in a spreadsheet program"
    if not content.strip():
        return f"empty; {again}"
    if content.startswith(b"PK"):
        why = " ".join(str(error).split())[:100] or type(error).__name__
        return f"damaged or not an .xlsx workbook ({why}); {again}, or save it as .xlsx {save}"
    if content.startswith(OFFICE) and "EncryptedPackage".encode("utf-16-le") in content:
        return f"protected by a password; save it without one {save} and compare that"
    if content.startswith(OFFICE):
        return f"an old Office file, such as .xls; open it {save} and save it as .xlsx"
    kind = "" if b"\0" in content[:4096] else "a text file, such as CSV, "
    return f"{kind}not an .xlsx workbook; {ORIGINAL}"


def country_sheet(book: Any) -> tuple[Any, Layout]:
    """The one sheet named as an edition's; SheetError with those found and those expected."""
    layouts = {fold(layout["sheet"]): layout for layout in LAYOUTS}
    found = [sheet for sheet in book.worksheets if fold(sheet.title) in layouts]
    if len(found) == 1:
        return found[0], layouts[fold(found[0].title)]
    if found:
        titles = quote(*(sheet.title for sheet in found))
        raise SheetError(f" has the sheets of more than one edition, {titles}; keep one in a file")
    remedy = ORIGINAL
    for sheet, layout in product(book.worksheets, LAYOUTS):
        if any(not missing_names(row, layout) for row in sheet.iter_rows(max_row=LAST_HEADER)):
            has = f"'{sheet.title}' has the columns of {layout['edition']}"
            remedy = f"{has}: rename it to '{layout['sheet']}'"
    expected = ", ".join(f"'{layout['sheet']}' ({layout['edition']})" for layout in LAYOUTS)
    what = f" has no country table of an edition; sheets found: {quote(*book.sheetnames)}"
    raise SheetError(f"{what}; expected one of {expected}; {remedy}")


def missing_names(row: tuple[Any, ...], layout: Layout) -> list[str]:
    """The names of columns that do not stand in the row."""
    texts = {fold(cell.value) for cell in row}
    return [layout[column] for column in SHEET_COLUMNS if fold(layout[column]) not in texts]


def header_cells(sheet: Any, layout: Layout) -> dict[str, Any]:
    """Column -> the cell that names it; SheetError with the names expected and found."""
    rows = [sheet[n] for n in [layout["header_row"], *range(1, LAST_HEADER + 1)]]
    header = min(rows, key=lambda row: len(missing_names(row, layout)))
    start = f", sheet '{sheet.title}', row {header[0].row}:"
    columns = {fold(layout[column]): column for column in SHEET_COLUMNS}
    cells = [cell for cell in header if fold(cell.value) in columns]
    for one, two in combinations(cells, 2):
        if fold(one.value) == fold(two.value):
            what = f"{quote(one.value)} stands in {one.coordinate} and {two.coordinate}"
            raise SheetError(f"{start} {what}; keep one of these columns")
    if lost := missing_names(header, layout):
        others = [one_line(cell.value) for cell in header if cell.value and cell not in cells]
        close = [near(name, others, 0.5) for name in lost]
        found = quote(*dict.fromkeys(close if all(close) else others))
        remedy = f"name the columns as in the workbook of {layout['edition']}"
        areas = sheet.merged_cells.ranges
        if merged := [str(area) for area in areas if area.min_row <= header[0].row <= area.max_row]:
            remedy = f"the cells {', '.join(merged)} are merged: unmerge them and {remedy}"
        raise SheetError(f"{start} expected {quote(*lost)}; found {found}; {remedy}")
    return {columns[fold(cell.value)]: cell for cell in cells}


def refuse_merged(sheet: Any, header: dict[str, Any], rows: SheetRows) -> None:
    """SheetError if merged cells cover values; merged notes below the table are let be."""
    last = max((n for n, row in rows.items() if any(map(row.get, DETAILS))), default=0)
    for area, cell in product(sheet.merged_cells.ranges, header.values()):
        inside = area.min_row <= last and area.max_row > cell.row
        if inside and area.min_col <= cell.column <= area.max_col:
            what = f"cells {area} are merged, which hides values; unmerge and fill them"
            raise SheetError(f": {what}")


def refuse_doubtful(sheet: Any, formulas: Any, letters: dict[str, str], rows: SheetRows) -> None:
    """SheetError for formulas without a value, and numbers as text that can mean two things."""
    lost, marked = [], []
    for n, column in product(rows, letters):
        cell, text = sheet[f"{letters[column]}{n}"], rows[n][column]
        if cell.value is None and formulas[cell.coordinate].value is not None:
            lost.append(f"in {cell.coordinate}")
        if column in MARKS and isinstance(cell.value, str) and re.fullmatch(MARKS[column], text):
            marked.append(f"{cell.coordinate} '{text}'")
    remedy = "open it in a spreadsheet program, recalculate, save it, and compare again"
    refuse(lost, "formula", "without a stored value", remedy)
    remedy = "turn them into numbers in a spreadsheet program set to their language"
    remedy = f"what they mean is not guessed: {remedy}, and save it as .xlsx"
    refuse(marked, "number", "saved as text with decimal commas or marks for thousands", remedy)


def refuse(places: list[str], thing: str, what: str, remedy: str) -> None:
    """SheetError that counts the places of a thing and names the first, if there are any."""
    if places:
        many = f"a {thing}" if len(places) == 1 else f"{len(places)} {thing}s"
        raise SheetError(f" has {many} {what}, first {places[0]}; {remedy}")


def cell_text(value: Any) -> str:
    """A cell as text: of a number the shortest that gives it back; a date says that it is one."""
    whole = isinstance(value, float) and value.is_integer()
    text = "" if value is None else one_line(int(value) if whole else value)
    if text.replace(" ", "") == BELOW_1000:
        return BELOW_1000
    return text if isinstance(value, str | int | float | None) else f"{text} (a date or time)"


def one_line(text: Any) -> str:
    """The text in one line, with one form of accents, blanks and apostrophes."""
    straight = str(text).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return " ".join(unicodedata.normalize("NFKC", straight).split())


def fold(text: Any) -> str:
    """What spellings that differ only in blanks, capitals or apostrophes have in common."""
    return one_line(text).casefold()


def quote(*names: Any) -> str:
    """'A', 'B', 'C', and how many more than eight there are."""
    shown = [f"'{one_line(name)}'" for name in names]
    more = f" and {len(shown) - 8} more" if len(shown) > 8 else ""
    return ", ".join(shown[:8]) + more or "none"
