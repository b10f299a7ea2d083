"""What the parts of a formula name: the rows that fit its filters, and what each cell can mean.

A cell is read in whole units: a column (or a row with a column `unit`) whose unit says percent or
"per 1,000" is a share, and "thousands" is multiplied out. Its rounding unit stands in the row's own
`<column>_unit`, or in that of its edition; without one the figure is taken as it stands.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from operator import ge, gt, le, lt
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import tables
from analysis._package import read_package
from analysis.country import code_of
from analysis.rounding import UNROUNDED, Interval, exact, printed
from analysis.widths import HUNDRED, ONE

PLAIN_NUMBER = r"-?[0-9]{1,18}(?:,[0-9]{3}){0,5}(?:\.[0-9]{1,18})?"
COMPARE = {"<=": le, ">=": ge, "<": lt, ">": gt}
FILTER = re.compile(rf"(\w+)\s*(!=|{'|'.join(COMPARE)}|=)\s*(.+)", re.DOTALL)


def unit_text(per: Fraction, kind: str = "") -> str:
    """place, times, percent, per 1,000; nothing for a plain number."""
    share = "" if per == ONE else "percent" if per == HUNDRED else f"per {int(per):,}"
    return {"rank": "place", "ratio": "times"}.get(kind, share)


def number_text(value: Fraction, per: Fraction = ONE, kind: str = "") -> str:
    """A number with its unit for a reader: whole numbers in full, others to four digits."""
    size = value * per
    digits = f"{float(size):,.0f}"
    if size % 1 == Fraction(1, 2):  # the end of a range that was rounded to ones
        digits = f"{float(size):,.1f}"
    elif size % 1 and abs(size) < 1000:
        digits = f"{float(size):.4g}"
    return f"place {digits}" if kind == "rank" else f"{digits} {unit_text(per, kind)}".rstrip()


def range_text(interval: Interval, per: Fraction = ONE, kind: str = "") -> str:
    """A range with its unit for a reader; one number if both ends look alike."""
    low, high = number_text(interval.low * per), number_text(interval.high, per, kind)
    if low == number_text(interval.high * per):
        return high
    return f"place {low} to {high.removeprefix('place ')}" if kind == "rank" else f"{low} to {high}"


class FormulaError(ValueError):
    """A formula that cannot be understood; the message names the part and what to write."""


class NoFigure(ValueError):
    """A formula that is understood, for which the table has no figure."""


@dataclass(frozen=True)
class Computed:
    """What a cell or a formula gives, from rounding only; all numbers are plain."""

    value: Fraction | None  # None if only a range is known, as for "<1,000"
    interval: Interval
    kind: str = "count"  # or share, ratio, rank
    per: Fraction = ONE  # what a share is shown per
    inputs: tuple[str, ...] = ()  # the figures used, each with its source
    notes: tuple[str, ...] = ()  # sentences that a reason should carry
    of_rows: bool = False  # a count of rows, which is exact
    places: int | None = None  # how many were ranked
    ends: dict[str, "Computed"] = field(default_factory=dict)  # order of a Phrase -> that place
    sources: tuple[Interval, ...] = ()  # the rows' own ranges, for range(...)
    decides: bool = True  # False for a chance that decides neither way

    @property
    def point(self) -> Fraction:
        """The value, or half of the bound where only that is known."""
        return self.interval.high / 2 if self.value is None else self.value

    def text(self, per: Fraction, kind: str = "") -> str:
        """The value for a reader, or the range where only that is known."""
        if self.value is None:
            return range_text(self.interval, per)
        return number_text(self.value, per, kind)


class Book:
    """The tables of some folders, the first that has one; filters are texts such as edition=2023.

    What was read, filtered or ranked once is remembered, so many claims cost little more than one.
    """

    def __init__(self, *folders: Path) -> None:
        self.folders = folders or (tables.DATA,)
        self.keep: Callable[..., Any] = cache(lambda make, *key: make(*key))
        self.table, self.cell = cache(self.read_table), cache(self.read_cell)
        self.records = cache(lambda name: self.table(name).to_dict("index"))

    def read_table(self, name: str) -> pd.DataFrame:
        """The whole table; tables.TableError if the file itself is faulty."""
        where = {entry["name"]: folder for folder in self.folders[::-1]
                 for entry in read_package(folder)["resources"]}  # fmt: skip
        require(name, where, "there is no table")
        return tables.load(name, where[name])

    def column(self, reference: str) -> tuple[str, str]:
        """The table and column that `table.column` names, the column being one of numbers."""
        found = re.fullmatch(r"([^.,]+)\.([^,]+)", reference)
        if not found:
            remedy = "write table.column, such as index.people, and put ; between the parts"
            raise FormulaError(f'"{reference}" names no column; {remedy}')
        name, column = (piece.strip() for piece in found.groups())
        require(column, self.table(name), f"{name} has no column")
        if not pd.api.types.is_numeric_dtype(self.table(name)[column]):
            raise FormulaError(f"{reference} holds text, not numbers")
        return name, column

    def rows(self, name: str, filters: list[str]) -> list[Any]:
        """The labels of the rows that fit every filter; the world is a row only where asked for."""
        columns = re.findall(r"(?m)^(\w+)\s*=(?!\s*top\()", "\n".join(filters))
        for column in [column for column in columns if columns.count(column) > 1]:
            remedy = f"no row has two values; write {column}=one|other for either"
            raise FormulaError(f"there are two filters {column}=; {remedy}")
        fitting, table = [self.keep(self.fits, name, text) for text in filters], self.table(name)
        labels = set(table.index).intersection(*fitting)
        if "iso3" in table and not any("WLD" in text or "World" in text for text in filters):
            labels -= set(table.index[table["iso3"] == "WLD"])
        years = table.loc[list(labels)].get("edition", pd.Series()).unique()
        if len(years) > 1 and not table["edition"].is_unique and "edition" not in "".join(filters):
            raise FormulaError(f"{name} has rows of several editions; add edition={years[0]}")
        return sorted(labels)

    def fits(self, name: str, text: str) -> set[Any]:
        """The labels of the rows that fit a filter."""
        found = FILTER.fullmatch(text)
        if not found:
            remedy = "write column=value, with ; between the parts"
            raise FormulaError(f'cannot read the filter "{text}"; {remedy}')
        (column, sign, wanted), table = found.groups(), self.table(name)
        if column == "group" and "iso3" in table and name != "groups":
            members = self.rows("groups", [f"group={wanted}"])
            column, wanted = "iso3", "|".join(self.table("groups").loc[members, "iso3"])
        options, names = [option.strip() for option in wanted.split("|")], table.get(column, ())
        if column == "country" and "iso3" in table and not set(options) <= set(names):
            column = "iso3"
        require(column, table, f"{name} has no column")
        cells, where = table[column], f"{name}.{column}"
        if sign in COMPARE:
            fit = COMPARE[sign](cells, as_held(cells, wanted, where, occurs=False))
            return set(cells.index[fit.fillna(False).astype(bool)])
        if wanted.startswith("top("):
            values = self.top(column, split(wanted)[1])
        else:
            values = [as_held(cells, option, where) for option in options]
        return set(cells.index[cells.isin(values) == (sign == "=")])

    def top(self, column: str, parts: list[str]) -> list[Any]:
        """The column in the rows of top(n; table.column; filters), ties at the end included."""
        n, cells = self.first_cells("top", parts)
        table = self.table(self.column(parts[1])[0])
        require(column, table, f"{parts[1]} stands in a table without")
        least = sorted(cell.point for cell in cells.values())[-n]
        return list(table.loc[[row for row, cell in cells.items() if cell.point >= least], column])

    def first_cells(self, word: str, parts: list[str]) -> tuple[int, dict[Any, Computed]]:
        """n and the cells of word(n; table.column; filters); NoFigure for fewer than n."""
        if len(parts) < 2 or not re.fullmatch(r"[1-9][0-9]{0,5}", parts[0]):
            example = f"{word}(3; index.rate; edition=2023)"
            raise FormulaError(f"{word} starts with a whole number, such as {example}")
        n, (cells, source) = int(parts[0]), self.cells(parts[1:])
        if n > len(cells):
            raise NoFigure(f"{source}, so there is no number {n}")
        return n, cells

    def cells(self, parts: list[str]) -> tuple[dict[Any, Computed], str]:
        """(row -> figure, a line that says which they are) of `table.column; filters`.

        NoFigure if none is printed.
        """
        (name, column), filters = self.column(parts[0]), "; ".join(parts[1:])
        table, rows = self.table(name), self.rows(name, parts[1:])
        given = table.get(f"{column}_printed", table[column]).dropna().index.intersection(rows)
        cells = {row: self.cell(name, column, row) for row in given}
        if not cells:
            raise NoFigure(f"{parts[0]} is not printed for {filters or 'any row'}")
        where, one = f" ({filters})" if filters else "", next(iter(cells.values()))
        shown = one.text(one.per) if len(cells) == 1 else f"{len(cells)} figures"
        cited = tables.publications([table.loc[given]])
        cites = " and ".join(cited) or "a table that names no source"
        return cells, f"{parts[0]}{where}: {shown}, from {cites}"

    def read_cell(self, name: str, column: str, label: Any) -> Computed:
        """The figure of one row, which has one."""
        row: Any = self.records(name)[label]
        if "edition" in row and f"{column}_unit" not in row:
            known = self.records("editions").values()
            row = next((own for own in known if own["edition"] == row["edition"]), {}) | row
        unit = str(self.table(name).attrs["units"].get(column, ""))
        if unit.startswith("see "):
            unit = str(row.get("unit", unit))
        if not pd.isna(row.get(f"{column}_per")):
            unit = f"per {row[f'{column}_per']}"
        factor, per = factor_and_per(unit)
        text, step = str(row.get(f"{column}_printed", row[column])), row.get(f"{column}_unit")
        try:
            interval = printed(text, UNROUNDED if pd.isna(step) else step) * factor
        except ValueError as error:
            raise FormulaError(f"{name}.{column}: {error}") from None
        value = None if pd.isna(row[column]) else exact(text) * factor
        if unit == "place":
            place = Computed(value, interval, "rank", places=int(row["countries"]))
            return replace(place, ends={"first": place})
        return Computed(value, interval, "count" if per == ONE else "share", per)


def as_held(cells: pd.Series, text: str, where: str, occurs: bool = True) -> Any:
    """One value of a filter, as the column has it; a country may have any of its names."""
    value: Any = text
    if pd.api.types.is_numeric_dtype(cells):
        if not re.fullmatch(PLAIN_NUMBER, text):
            raise FormulaError(f'{where} holds numbers, and "{text}" is none')
        value = float(exact(text))
    if not occurs or (cells == value).any():
        return value
    if cells.name != "iso3":
        require(text, list(cells.dropna().unique()), f"{where} is nowhere")
    try:
        return code_of(text)
    except ValueError as error:
        raise FormulaError(str(error)) from None


def require(name: str, known: Iterable[Any], fault: str) -> None:
    """FormulaError that names the nearest known name, unless this one is known."""
    if name not in known:
        raise FormulaError(f'{fault} "{name}"; {tables.hint(name, known)}')


def factor_and_per(unit: str) -> tuple[Fraction, Fraction]:
    """(what a printed number is multiplied by, what a share is shown per; 1 if it is no share)."""
    share = re.search(r"\bper ([0-9][0-9,]*)", unit)
    if share or re.search(r"\bpercent\b", unit):
        per = exact(share[1] if share else "100")
        return 1 / per, per
    return Fraction(1000 if re.match(r"thousands?\b", unit) else 1), ONE


def split(text: str) -> tuple[str, list[str]]:
    """The word and the parts of word(part; part; ...); brackets inside a part are kept."""
    found = re.fullmatch(r"(\w+)\s*\((.*)\)", text, re.DOTALL)
    parts, depth = [""], 0
    for letter in found[2] if found else "(":
        depth += (letter == "(") - (letter == ")")
        if not 0 <= depth <= 20:
            break
        if letter == ";" and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    if not found or depth:
        remedy = "write word(part; part), such as value(index.people; iso3=PRK)"
        raise FormulaError(f'cannot read "{text}"; {remedy}')
    return found[1].lower(), [part.strip() for part in parts]
