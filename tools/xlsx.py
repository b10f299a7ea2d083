"""Open an .xlsx file, or say in one line what it is instead; refuse what hides values in a sheet."""

from __future__ import annotations

import io
import warnings
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")  # starts old Office files, and new ones with a password
RESTORE = "compare the workbook as Walk Free published it"


class WorkbookError(ValueError):
    """The file cannot be compared; the message is one line with the remedy."""


def content_of(path: Path) -> bytes:
    """The bytes of what looks like an .xlsx file, whatever its name; WorkbookError for any other kind."""
    if path.is_dir():
        raise WorkbookError(f"{path} is a folder; name the .xlsx file in it")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise WorkbookError(f"{path}: there is no such file; check the name and the folder") from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise WorkbookError(f"{path} cannot be read ({why}); is it open in another program?") from None
    if not content.startswith(b"PK"):
        raise WorkbookError(f"{path} {kind_of(content)}")
    return content


def kind_of(content: bytes) -> str:
    """What a file that is no .xlsx is, and what to do."""
    if not content.strip():
        return "is empty; copy or download it again"
    if content.startswith(OFFICE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            return "is protected by a password; save it without one in a spreadsheet program and compare that"
        return "is an old Office file, such as .xls; open it in a spreadsheet program and save it as .xlsx"
    if b"\0" in content[:4096]:
        return f"is not an .xlsx workbook; {RESTORE}"
    return f"is a text file, such as CSV, not an .xlsx workbook; {RESTORE}"


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Around openpyxl: WorkbookError for what it cannot read; its warnings on unneeded parts are left out."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Exception as error:  # a damaged file makes zipfile, the XML parser and openpyxl raise anything
        what = " ".join(str(error).split())[:100] or type(error).__name__
        remedy = "copy or download it again, or save it as .xlsx in a spreadsheet program"
        raise WorkbookError(f"{path} is damaged or not an .xlsx workbook ({what}); {remedy}") from None


def opened(content: bytes, path: Path) -> Any:
    """The workbook with the values that its formulas last had."""
    with reading(path):
        return openpyxl.load_workbook(io.BytesIO(content), data_only=True)


def refuse_merged(sheet: Any, row: int, columns: Collection[int], path: Path) -> None:
    """WorkbookError if merged cells cover some of the columns from the header's row to the last with figures.

    columns: places from 1, that of the countries first, so that merged notes below the table are let be.
    """
    figures, below = list(columns)[1:], range(sheet.max_row, row, -1)
    last = next((n for n in below if any(sheet.cell(n, k).value is not None for k in figures)), row)
    for area in sheet.merged_cells.ranges:
        inside = area.max_row > row and area.min_row <= last
        if inside and any(area.min_col <= k <= area.max_col for k in columns):
            raise WorkbookError(f"{path}: cells {area} are merged, which hides values; unmerge and fill them")


def refuse_formulas(content: bytes, title: str, empty: Collection[tuple[int, int]], path: Path) -> None:
    """WorkbookError if one of the cells (row, column) that read as empty holds a formula without a value."""
    if not empty:
        return
    with reading(path):  # a second time, as openpyxl gives either formulas or values
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        found = formulas(book[title].iter_rows(), empty)
    if found:
        number = "a formula" if len(found) == 1 else f"{len(found)} formulas"
        remedy = "open it in a spreadsheet program, recalculate, save it, and compare again"
        raise WorkbookError(f"{path} has {number} without a stored value, first in {found[0]}; {remedy}")


def formulas(rows: Iterable[Iterable[Any]], places: Collection[tuple[int, int]]) -> list[str]:
    """The addresses of those of the places (row, column) that hold a formula."""
    return [
        f"{get_column_letter(k)}{n}"
        for n, row in enumerate(rows, 1)
        for k, cell in enumerate(row, 1)
        if cell.data_type == "f" and (n, k) in places
    ]
