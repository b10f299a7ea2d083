"""The country table of one of Walk Free's own workbooks: read whole, or refused; never guessed."""

import io
import re
import unicodedata
import warnings
from itertools import chain, combinations, product
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pandas as pd
from openpyxl import load_workbook  # type: ignore[import-untyped]
from openpyxl.utils import column_index_from_string, get_column_letter  # type: ignore
from openpyxl.worksheet._reader import WorkSheetParser  # type: ignore[import-untyped]

from analysis._package import MB, file_content, near

Layout = dict[Any, Any]  # a row of layouts.csv: edition, sheet, header_row, rate_unit and names
LAYOUTS: list[Layout] = pd.read_csv(Path(__file__).with_name("layouts.csv")).to_dict("records")
Cells = dict[int, dict[str, Any]]  # row in the file -> letter of a column -> what stands there
SheetRows = dict[int, dict[str, str]]  # row in the file -> column -> text
Letters = dict[str, str]  # column -> the letter under which it stands in the file
SHEET_COLUMNS = ("country", "region", "population", "people", "rate")
DETAILS = SHEET_COLUMNS[1:]  # the country is what the rows are matched by
NUMBER_TEXT = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?")
# digits with marks that countries use differently; only in a rate is the dot of 1.5 clear
WITH_MARKS = r"(?!<1,000$)(?=.*\d)<?[\d.,' %]*[.,' %][\d.,' %]*|.*(?![0-9])\d.*"
MARKS = {"population": WITH_MARKS, "people": WITH_MARKS, "rate": rf"(?!\d+\.\d+$){WITH_MARKS}"}
OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")  # starts old Office files, and new ones with a password
PACKED, UNPACKED, HELD = 50, 1000, 10  # MB at most: the file, its parts, without empty rows
FILLED = re.compile(rb"<(?!row r=|/row>|c r=|/c>)")  # a tag that no empty row has
ORIGINAL = "compare the workbook as Walk Free published it"
TOO_MUCH = f" unpacks to more than {UNPACKED:,} MB, or {HELD} MB without its empty rows"
TOO_MUCH += f"; keep the country table alone in it, or {ORIGINAL}"


class SheetError(ValueError):
    """The file cannot be compared; the message goes on from its name: one line with the remedy."""


class Sheet(NamedTuple):
    """A country table."""

    layout: Layout
    letters: Letters
    rows: SheetRows


def read_sheet(path: Path) -> Sheet:
    """The country table of the workbook; SheetError for one that cannot be read whole."""
    content = workbook_content(path)
    try:
        with warnings.catch_warnings(action="ignore"):  # about parts that are not needed here
            book = load_workbook(shorten(content), read_only=True, keep_links=False)
            sheet, layout = country_sheet(book)
            stored, areas = sheet_cells(sheet)
            formulas, _ = sheet_cells(sheet, stored=False)
    except Exception as error:  # zipfile, the XML parser and openpyxl raise anything
        known = isinstance(error, SheetError)
        raise error if known else SheetError(f" is {file_fault(content)}") from None
    start, letters = header_letters(stored, layout, areas)
    below = {n: stored.get(n, {}) for n in sorted(formulas) if n > start}
    rows = {n: {c: cell_text(row.get(x)) for c, x in letters.items()} for n, row in below.items()}
    refuse_merged(areas, start, letters, rows)
    refuse_doubtful(below, formulas, letters)
    return Sheet(layout, letters, {n: row for n, row in rows.items() if any(row.values())})


def workbook_content(path: Path) -> bytes:
    """The bytes of the file; SheetError for one that cannot be a workbook of Walk Free's size."""
    try:
        content = file_content(path, PACKED)
    except FileNotFoundError:
        raise SheetError(": there is no such file; check the name and the folder") from None
    except OSError as error:
        locked = f"({error.strerror}); is it open in another program?"
        raise SheetError(f" cannot be read {locked if error.strerror else error}") from None
    if content.count(b"PK\x01\x02") > 5000:  # as each part begins in the list of all
        raise SheetError(f" has more than 5,000 parts; {ORIGINAL}")
    return content


def file_fault(content: bytes) -> str:
    """What a file is that openpyxl cannot read, and what to do."""
    again, save = "copy or download it again", "in a spreadsheet program"
    if not content.strip():
        return f"empty; {again}"
    if content.startswith(b"PK"):
        return f"damaged or not an .xlsx workbook; {again}, or save it as .xlsx {save}"
    if content.startswith(OFFICE) and "EncryptedPackage".encode("utf-16-le") in content:
        return f"protected by a password; save it without one {save} and compare that"
    if content.startswith(OFFICE):
        return f"an old Office file, such as .xls; open it {save} and save it as .xlsx"
    kind = "" if b"\0" in content[:4096] else "a text file, such as CSV, "
    return f"{kind}not an .xlsx workbook; {ORIGINAL}"


def shorten(content: bytes) -> io.BytesIO:
    """The workbook without most rows that hold a format at most: a million takes minutes to parse.

    SheetError if it is too large all the same. No part unpacks to more than it is said to have.
    """
    short, room = io.BytesIO(), HELD * MB
    with ZipFile(io.BytesIO(content)) as whole, ZipFile(short, "w") as made:
        parts = [part for part in whole.infolist() if part.filename.endswith((".xml", ".rels"))]
        fine = all(part.compress_type in (ZIP_STORED, ZIP_DEFLATED) for part in parts)
        if not fine or sum(part.file_size for part in whole.infolist()) > UNPACKED * MB:
            raise SheetError(TOO_MUCH)  # other ways of packing unpack without a limit
        for part in parts:
            with whole.open(part) as source, made.open(part.filename, "w") as target:
                while chunk := source.read(1 << 16):
                    first, last = chunk.find(b"<row r="), chunk.rfind(b"<row r=")
                    if not FILLED.search(chunk, first, last):  # the last may be cut off
                        chunk = chunk[:first] + chunk[last:]
                    room -= target.write(chunk)
                    if room < 0:
                        raise SheetError(TOO_MUCH)
    return short


def sheet_cells(sheet: Any, stored: bool = True) -> tuple[Cells, list[Any]]:
    """(filled cells, merged areas); stored: of a formula the last value, else the formula."""
    book, cells = sheet.parent, Cells()
    dates = book.epoch, book._date_formats, book._timedelta_formats
    parser = WorkSheetParser(sheet._get_source(), sheet._shared_strings, stored, *dates)
    for cell in chain.from_iterable(row for _, row in parser.parse()):
        if cell["value"] is not None:
            cells.setdefault(cell["row"], {})[get_column_letter(cell["column"])] = cell["value"]
    return cells, parser.merged_cells.mergeCell if parser.merged_cells else []


def country_sheet(book: Any) -> tuple[Any, Layout]:
    """The one sheet named as an edition's; SheetError with those found and those expected."""
    layouts = {fold(layout["sheet"]): layout for layout in LAYOUTS}
    found = [sheet for sheet in book.worksheets if fold(sheet.title) in layouts]
    if len(found) == 1:
        return found[0], layouts[fold(found[0].title)]
    if found:
        raise SheetError(" has the sheets of more than one edition; keep one of them in a file")
    remedy = ORIGINAL
    for sheet in book.worksheets:
        rows = sheet_cells(sheet)[0].values()
        for layout in LAYOUTS:
            if any(not missing_names(row, layout) for row in rows):
                has = f"'{sheet.title}' has the columns of {layout['edition']}"
                remedy = f"{has}: rename it to '{layout['sheet']}'"
    expected = ", ".join(f"'{layout['sheet']}' ({layout['edition']})" for layout in LAYOUTS)
    what = f" has no country table of an edition; sheets found: {quote(*book.sheetnames)}"
    raise SheetError(f"{what}; expected one of {expected}; {remedy}")


def missing_names(row: dict[str, Any], layout: Layout) -> list[str]:
    """The names of columns that do not stand in the row."""
    texts = set(map(fold, row.values()))
    return [layout[column] for column in SHEET_COLUMNS if fold(layout[column]) not in texts]


def header_letters(cells: Cells, layout: Layout, areas: list[Any]) -> tuple[int, Letters]:
    """(row of the header, column -> its letter); SheetError with the names expected and found."""
    places = [layout["header_row"], *range(1, 11)]  # it may stand elsewhere in the first ten
    n = min(places, key=lambda n: len(missing_names(cells.get(n, {}), layout)))
    header, start = cells.get(n, {}), f", sheet '{layout['sheet']}', row {n}:"
    columns = {fold(layout[column]): column for column in SHEET_COLUMNS}
    named = {letter: fold(value) for letter, value in header.items() if fold(value) in columns}
    for one, two in combinations(named, 2):
        if named[one] == named[two]:
            what = f"{quote(header[one])} stands in {one}{n} and {two}{n}"
            raise SheetError(f"{start} {what}; keep one of these columns")
    if lost := missing_names(header, layout):
        others = [one_line(value) for letter, value in header.items() if letter not in named]
        close = [near(name, others, 0.5) for name in lost]
        found = quote(*dict.fromkeys(close if all(close) else others))
        remedy = f"name the columns as in the workbook of {layout['edition']}"
        if merged := [area.coord for area in areas if area.min_row <= n <= area.max_row]:
            remedy = f"the cells {', '.join(merged[:8])} are merged: unmerge them and {remedy}"
        raise SheetError(f"{start} expected {quote(*lost)}; found {found}; {remedy}")
    return n, {columns[name]: letter for letter, name in named.items()}


def refuse_merged(areas: list[Any], start: int, letters: Letters, rows: SheetRows) -> None:
    """SheetError if merged cells cover values; merged notes below the table are let be."""
    last = max((n for n, row in rows.items() if any(map(row.get, DETAILS))), default=start)
    for area, column in product(areas, map(column_index_from_string, letters.values())):
        inside = area.min_row <= last and area.max_row >= start
        own = (area.min_row, area.max_row, area.min_col) == (start, start, column)  # only its name
        if inside and not own and area.min_col <= column <= area.max_col:
            what = f"cells {area.coord} are merged, which hides values; unmerge and fill them"
            raise SheetError(f": {what}")


def refuse_doubtful(stored: Cells, formulas: Cells, letters: Letters) -> None:
    """SheetError for formulas without a value, and numbers as text that can mean two things."""
    lost, marked = [], []
    for n, (column, letter) in product(stored, letters.items()):
        value = stored[n].get(letter)
        if value is None and letter in formulas[n]:
            lost.append(f"in {letter}{n}")
        text = cell_text(value) if isinstance(value, str) else ""
        if column in MARKS and re.fullmatch(MARKS[column], text):
            marked.append(f"{letter}{n} '{text[:40]}'")
    remedy = "open it in a spreadsheet program, recalculate, save it, and compare again"
    refuse(lost, "formula", "without a stored value", remedy)
    remedy = "turn them into numbers in a spreadsheet program set to their language; no guesses"
    what = "saved as text with decimal commas, marks for thousands or digits of another script"
    refuse(marked, "number", what, remedy)


def refuse(places: list[str], thing: str, what: str, remedy: str) -> None:
    """SheetError that counts the places of a thing and names the first, if there are any."""
    if places:
        many = f"a {thing}" if len(places) == 1 else f"{len(places)} {thing}s"
        raise SheetError(f" has {many} {what}, first {places[0]}; {remedy}")


def cell_text(value: Any) -> str:
    """A cell as text: of a number the shortest that gives it back; a date says that it is one."""
    whole = isinstance(value, float) and value.is_integer()
    text = "" if value is None else one_line(int(value) if whole else value)
    text = text.replace("< 1,000", "<1,000")  # three counts of 2018 are printed so
    return text if isinstance(value, str | int | float | None) else f"{text} (a date or time)"


def one_line(text: Any) -> str:
    """The text in one line, with one form of accents, blanks and apostrophes."""
    straight = str(text).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return " ".join(unicodedata.normalize("NFC", straight).split())


def fold(text: Any) -> str:
    """What spellings that differ only in blanks, capitals or apostrophes have in common."""
    return one_line(text).casefold()


def quote(*names: Any) -> str:
    """'A', 'B', 'C', and how many more than eight there are."""
    shown = [f"'{one_line(name)}'" for name in names]
    more = f" and {len(shown) - 8} more" if len(shown) > 8 else ""
    return ", ".join(shown[:8]) + more or "none"
