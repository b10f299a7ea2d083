"""The country table of one of Walk Free's own workbooks, cells as text, or one line on why it cannot be read.

A partial or guessed reading is refused: a missing sheet, renamed or merged names of columns,
merged cells, formulas without values, numbers saved as text with decimal commas or marks for thousands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

from tools.values import as_text, fold, is_marked, plain
from tools.xlsx import RESTORE, WorkbookError, content_of, opened, refuse_formulas, refuse_merged

COLUMNS = ("country", "region", "population", "people", "rate")
LAST_HEADER = 10  # the names of the columns are looked for in the rows down to this one


@dataclass(frozen=True)
class Layout:
    """One edition's sheet, the row that names its columns, their names as in COLUMNS, the rate's unit."""

    edition: int
    sheet: str
    row: int
    names: tuple[str, ...]
    per: str


@dataclass(frozen=True)
class Sheet:
    """A country table; letters: where each of COLUMNS stands in the file; rows: (number, column -> text)."""

    layout: Layout
    letters: dict[str, str]
    rows: list[tuple[int, dict[str, str]]]


LAYOUTS = (
    Layout(
        edition=2016,
        sheet="GLOBAL DATA 2016 GSI",
        row=2,
        names=(
            "Country",
            "REGION",
            "POPULATION",
            "ESTIMATED NUMBER IN MODERN SLAVERY",
            "ESTIMATED PROPORTION OF POPULATION IN MODERN SLAVERY",
        ),
        per="percent",
    ),
    Layout(
        edition=2018,
        sheet="Global prev, vuln, govt table",
        row=3,
        names=(
            "Country",
            "Region",
            "Population (from United Nations Population Division, World Population Prospects)",
            "Est. number of people in modern slavery",
            "Est. prevalence of population in modern slavery (victims per 1,000 population)",
        ),
        per="people per 1,000",
    ),
    Layout(
        edition=2023,
        sheet="GSI 2023 summary data",
        row=3,
        names=(
            "Country",
            "Region",
            "Population",
            "Estimated number of people in modern slavery",
            "Estimated prevalence of modern slavery per 1,000 population",
        ),
        per="people per 1,000",
    ),
)


def read(path: Path) -> Sheet:
    """The country table of the workbook; WorkbookError, in one line, for one that cannot be read whole."""
    content = content_of(path)
    sheet, layout = chosen(opened(content, path), path)
    row, columns = header(sheet, layout, path)
    refuse_merged(sheet, row, columns.values(), path)
    numbers = range(row + 1, sheet.max_row + 1)
    cells = {n: {c: sheet.cell(n, k).value for c, k in columns.items()} for n in numbers}
    empty = {(n, columns[c]) for n, line in cells.items() for c, value in line.items() if value is None}
    refuse_formulas(content, sheet.title, empty, path)
    letters = {column: get_column_letter(k) for column, k in columns.items()}
    refuse_marks(cells, letters, path)
    rows = [(n, {column: as_text(value) for column, value in line.items()}) for n, line in cells.items()]
    return Sheet(layout, letters, [(n, line) for n, line in rows if any(line.values())])


def listed(names: Iterable[Any]) -> str:
    """'A', 'B', 'C', and how many more than eight there are."""
    shown = [f"'{plain(name)}'" for name in names]
    return (", ".join(shown[:8]) + (f" and {len(shown) - 8} more" if len(shown) > 8 else "")) or "none"


def chosen(book: Any, path: Path) -> tuple[Any, Layout]:
    """The one sheet named as an edition's; WorkbookError with the sheets found and those expected."""
    pairs = [(sheet, layout) for sheet in book.worksheets for layout in LAYOUTS]
    found = [(sheet, layout) for sheet, layout in pairs if fold(sheet.title) == fold(layout.sheet)]
    if len(found) == 1:
        return found[0]
    if found:
        names = listed(sheet.title for sheet, _ in found)
        raise WorkbookError(f"{path} has the sheets of more than one edition, {names}; keep one in a file")
    expected = ", ".join(f"'{layout.sheet}' ({layout.edition})" for layout in LAYOUTS)
    remedy = RESTORE
    for sheet, layout in pairs:
        if all(len(at) == 1 for at in places(sheet, layout)[1]):
            remedy = f"'{sheet.title}' has the columns of {layout.edition}: rename it to '{layout.sheet}'"
    what = f"sheets found: {listed(book.sheetnames)}; expected one of {expected}"
    raise WorkbookError(f"{path} has no country table of an edition; {what}; {remedy}")


def places(sheet: Any, layout: Layout) -> tuple[int, list[list[int]]]:
    """The row with most of the expected names, the edition's own if in doubt; where each stands, from 1."""
    tried = []
    for row in [layout.row, *range(1, LAST_HEADER + 1)]:
        found = [fold(cell.value) for cell in sheet[row]]
        tried.append((row, [[k for k, f in enumerate(found, 1) if f == fold(name)] for name in layout.names]))
    return max(tried, key=lambda attempt: sum(map(bool, attempt[1])))


def header(sheet: Any, layout: Layout, path: Path) -> tuple[int, dict[str, int]]:
    """The header's row and each column's place from 1; WorkbookError with the names expected and found."""
    row, where = places(sheet, layout)
    start = f"{path}, sheet '{sheet.title}', row {row}:"
    for name, at in zip(layout.names, where, strict=True):
        if len(at) > 1:
            cells = " and ".join(f"{get_column_letter(k)}{row}" for k in at)
            raise WorkbookError(f"{start} '{name}' stands in {cells}; keep one of these columns")
    lost = [name for name, at in zip(layout.names, where, strict=True) if not at]
    if lost:
        merged = [str(area) for area in sheet.merged_cells.ranges if area.min_row <= row <= area.max_row]
        remedy = f"name the columns as in the workbook of {layout.edition}"
        if merged:
            remedy = f"the cells {', '.join(merged)} are merged: unmerge them and {remedy}"
        raise WorkbookError(f"{start} {renamed(lost, sheet[row], layout)}; {remedy}")
    return row, {column: at[0] for column, at in zip(COLUMNS, where, strict=True)}


def renamed(lost: list[str], cells: Iterable[Any], layout: Layout) -> str:
    """The names that are not there, and the nearest that are, or all others."""
    known = {fold(name) for name in layout.names}
    found = {fold(cell.value): plain(cell.value) for cell in cells if cell.value is not None}
    others = {name: shown for name, shown in found.items() if name not in known}
    near = [get_close_matches(fold(name), others, n=1, cutoff=0.5) for name in lost]
    shown = dict.fromkeys(others[close[0]] for close in near) if all(near) else others.values()
    return f"expected {listed(lost)}; found {listed(shown)}"


def refuse_marks(cells: dict[int, dict[str, Any]], letters: dict[str, str], path: Path) -> None:
    """WorkbookError if numbers were saved as text with commas, dots or blanks that could mean two things."""
    found = [
        f"{letters[column]}{n} '{plain(line[column])}'"
        for n, line in cells.items()
        for column in ("population", "people", "rate")
        if isinstance(line[column], str) and is_marked(as_text(line[column]), whole=column != "rate")
    ]
    if found:
        what = "a number" if len(found) == 1 else f"{len(found)} numbers"
        what = f"{what} saved as text with decimal commas or marks for thousands, first {found[0]}"
        remedy = "turn them into numbers in a spreadsheet program set to their language, and save it as .xlsx"
        raise WorkbookError(f"{path} has {what}; what they mean is not guessed: {remedy}")
