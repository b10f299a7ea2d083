"""What the parts of a formula name: the rows that fit its filters, and what each cell can mean.

A cell is read in whole units: a column (or a row with a column `unit`) whose unit says percent or
"per 1,000" is a share, and "thousands" is multiplied out. Its rounding unit stands in the row's own
`<column>_unit`, or in that of its edition; without one the figure is taken as it stands.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from operator import eq, ge, gt, le, lt, ne
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import rates, tables
from analysis._package import read_package
from analysis.country import code_of
from analysis.rounding import UNROUNDED, Interval, exact, printed
from analysis.widths import HUNDRED, ONE

PLAIN_NUMBER = r"-?[0-9]{1,18}(?:,[0-9]{3}){0,5}(?:\.[0-9]{1,18})?"
COMPARE = {"!=": ne, "<=": le, ">=": ge, "=": eq, "<": lt, ">": gt}
FILTER = re.compile(rf"(\w+)\s*({'|'.join(COMPARE)})\s*(.+)", re.DOTALL)


def unit_text(per: Fraction, kind: str = "") -> str:
    """place, times, percent, per 1,000; nothing for a plain number."""
    share = "" if per == ONE else "percent" if per == HUNDRED else f"per {int(per):,}"
    return {"rank": "place", "ratio": "times"}.get(kind, share)


def number_text(value: Fraction, per: Fraction = ONE, kind: str = "") -> str:
    """A number with its unit for a reader: whole numbers in full, others to four digits."""
    size = value * per
    digits = f"{float(size):,.0f}" if size % 1 == 0 or abs(size) >= 1000 else f"{float(size):.4g}"
    return f"place {digits}" if kind == "rank" else f"{digits} {unit_text(per, kind)}".rstrip()


def range_text(interval: Interval, per: Fraction = ONE, kind: str = "") -> str:
    """A range with its unit for a reader; one number if both ends look alike."""
    low, high = number_text(interval.low * per), number_text(interval.high, per, kind)
    return high if low == number_text(interval.high * per) else f"{low} to {high}"


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
    turned: bool = False  # a place counted from the smallest
    other_end: "Computed | None" = None  # the same place, counted from the other end
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
        self.kept: dict[tuple[Any, ...], Any] = {}

    def keep(self, make: Callable[..., Any], *key: Any) -> Any:
        """make(*key), made once."""
        if (make.__name__, *key) not in self.kept:
            self.kept[make.__name__, *key] = make(*key)
        return self.kept[make.__name__, *key]

    def table(self, name: str) -> pd.DataFrame:
        """The whole table; tables.TableError if the file itself is faulty."""
        return self.keep(self.read_table, name)

    def read_table(self, name: str) -> pd.DataFrame:
        """table, read anew."""
        where = {entry["name"]: folder for folder in self.folders[::-1]
                 for entry in read_package(folder)["resources"]}  # fmt: skip
        require(name, where, "there is no table")
        return tables.load(name, where[name])

    def index_rates(self) -> pd.DataFrame:
        """low, high: the rates per 1,000 that a row's rate, count and population allow together."""
        return rates.printed_intervals(self.table("index"), self.table("editions"))[["low", "high"]]

    def column(self, reference: str) -> tuple[str, str]:
        """The table and column that `table.column` names, the column being one of numbers."""
        name, point, column = (piece.strip() for piece in reference.partition("."))
        if "," in reference:
            raise FormulaError(f'"{reference}" has a comma; put ; between the parts')
        if not point:
            remedy = "write table.column, such as index.people"
            raise FormulaError(f'"{reference}" names no column; {remedy}')
        require(column, self.table(name), f"{name} has no column")
        if not pd.api.types.is_numeric_dtype(self.table(name)[column]):
            raise FormulaError(f"{reference} holds text, not numbers")
        return name, column

    def rows(self, name: str, filters: list[str]) -> list[Any]:
        """The labels of the rows that fit every filter; NoFigure if no row has all its values."""
        columns = re.findall(r"(?m)^(\w+)\s*=(?!\s*top\()", "\n".join(filters))
        for column in [column for column in columns if columns.count(column) > 1]:
            remedy = f"no row has two values; write {column}=one|other for either"
            raise FormulaError(f"there are two filters {column}=; {remedy}")
        fitting = [self.keep(self.fits, name, text) for text in filters]
        labels = [row for row in self.keep(self.records, name) if all(row in f for f in fitting)]
        if not labels:
            raise NoFigure(f"the table {name} has no row with {'; '.join(filters)}")
        return labels

    def fits(self, name: str, text: str) -> set[Any]:
        """The labels of the rows that fit a filter."""
        found = FILTER.fullmatch(text)
        if not found:
            remedy = "write column=value, with ; between the parts"
            raise FormulaError(f'cannot read the filter "{text}"; {remedy}')
        column, sign, wanted = found.groups()
        column, values = self.wanted(name, column, wanted, sign not in ("=", "!="))
        cells = self.table(name)[column]
        if sign in ("=", "!="):
            return set(cells.index[cells.isin(values) == (sign == "=")])
        return set(cells.index[COMPARE[sign](cells, values[0]).fillna(False).astype(bool)])

    def wanted(self, name: str, column: str, text: str, is_end: bool) -> tuple[str, list[Any]]:
        """(column, values) of a filter: value|value, top(...), or countries by name or group."""
        frame, options = self.table(name), [option.strip() for option in text.split("|")]
        coded = "iso3" in frame and not set(options) <= set(frame.get(column, ()))
        if column == "group" and coded:
            members = self.table("groups").groupby("group")["iso3"].apply(list)
            for option in options:
                require(option, members.index, "there is no group")
            return "iso3", [iso3 for option in options for iso3 in members[option]]
        column = "iso3" if column == "country" and coded else column
        require(column, frame, f"{name} has no column")
        if text.startswith("top("):
            return column, self.top(column, split(text)[1])
        return column, [self.option(frame[column], option, f"{name}.{column}", is_end) for option in options]

    def option(self, cells: pd.Series, text: str, where: str, is_end: bool) -> Any:
        """One value of a filter, as the column has it; the end of <, > need not occur in it."""
        value: Any = text
        if pd.api.types.is_numeric_dtype(cells):
            if not re.fullmatch(PLAIN_NUMBER, text):
                raise FormulaError(f'{where} holds numbers, and "{text}" is none')
            value = float(exact(text))
        if not is_end and not (cells == value).any():
            if cells.name == "iso3":
                return code(text)
            require(text, list(cells.dropna().unique()), f"{where} is nowhere")
        return value

    def top(self, column: str, parts: list[str]) -> list[Any]:
        """The column in the rows of top(n; table.column; filters), ties at the end included."""
        n, cells, _ = self.first_cells("top", parts)
        name = self.column(parts[1])[0]
        require(column, self.table(name), f"{parts[1]} stands in a table without")
        least = sorted(cell.point for cell in cells.values())[-n]
        records = self.keep(self.records, name)
        return [records[row][column] for row, cell in cells.items() if cell.point >= least]

    def first_cells(self, word: str, parts: list[str]) -> tuple[int, dict[Any, Computed], str]:
        """n and named_cells of word(n; table.column; filters); NoFigure for fewer than n."""
        if len(parts) < 2 or not re.fullmatch(r"[1-9]\d*", parts[0]):
            example = f"{word}(3; index.rate; edition=2023)"
            raise FormulaError(f"{word} starts with a whole number, such as {example}")
        cells, source = self.named_cells(parts[1:])
        if int(parts[0]) > len(cells):
            raise NoFigure(f"{source}, so there is no number {parts[0]}")
        return int(parts[0]), cells, source

    def named_cells(self, parts: list[str]) -> tuple[dict[Any, Computed], str]:
        """The cells that `table.column; filters` names, and a line that says which they are."""
        cells = self.cells(parts[0], parts[1:])
        where, one = f" ({'; '.join(parts[1:])})" if parts[1:] else "", next(iter(cells.values()))
        shown = one.text(one.per) if len(cells) == 1 else f"{len(cells)} figures"
        rows = self.table(self.column(parts[0])[0]).loc[list(cells)]
        cites = " and ".join(tables.publications([rows])) or "a table that names no source"
        return cells, f"{parts[0]}{where}: {shown}, from {cites}"

    def cells(self, reference: str, filters: list[str]) -> dict[Any, Computed]:
        """Label of a row -> its figure in a column, where printed; NoFigure if there is none."""
        name, column = self.keep(self.column, reference)
        records = self.keep(self.records, name)
        shown = f"{column}_printed" if f"{column}_printed" in self.table(name) else column
        labels = [row for row in self.rows(name, filters) if not pd.isna(records[row][shown])]
        if not labels:
            raise NoFigure(f"{reference} is not printed for {'; '.join(filters) or 'any row'}")
        return {label: self.keep(self.cell, name, column, label) for label in labels}

    def editions(self) -> dict[Any, dict[str, Any]]:
        """How each edition of the index rounds, by year."""
        return {row["edition"]: row for row in self.keep(self.records, "editions").values()}

    def records(self, name: str) -> dict[Any, dict[str, Any]]:
        """Label of a row -> column -> what stands there."""
        return dict(self.table(name).to_dict("index"))

    def cell(self, name: str, column: str, label: Any) -> Computed:
        """The figure of one row, which has one."""
        row = self.keep(self.records, name)[label]
        text = str(row.get(f"{column}_printed", row[column]))
        by_edition = "edition" in row and f"{column}_unit" not in row
        edition = self.keep(self.editions)[row["edition"]] if by_edition else {}
        steps = (row.get(f"{column}_unit"), edition.get(f"{column}_unit"), UNROUNDED)
        unit = str(self.table(name).attrs["units"].get(column, ""))
        if unit.startswith("see "):
            unit = str(row.get("unit", unit))
        if not pd.isna(edition.get(f"{column}_per")):
            unit = f"per {edition[f'{column}_per']}"
        factor, per = factor_and_per(unit)
        try:
            interval = printed(text, next(step for step in steps if not pd.isna(step))) * factor
        except ValueError as error:
            raise FormulaError(f"{name}.{column}: {error}") from None
        value = None if pd.isna(row[column]) else exact(text) * factor
        kind = "rank" if unit == "place" else "count" if per == ONE else "share"
        return Computed(value, interval, kind, per)


def require(name: str, known: Iterable[Any], fault: str) -> None:
    """FormulaError that names the nearest known name, unless this one is known."""
    if name not in known:
        raise FormulaError(f'{fault} "{name}"; {tables.hint(name, known)}')


def code(country: str) -> str:
    """The iso3 code of a country by any of its names; FormulaError with the nearest ones."""
    try:
        return code_of(country)
    except ValueError as error:
        raise FormulaError(str(error)) from None


def factor_and_per(unit: str) -> tuple[Fraction, Fraction]:
    """(what a printed number is multiplied by, what a share is shown per; 1 if it is no share)."""
    share = re.search(r"\bper (\d[\d,]*)", unit)
    if share or re.search(r"\bpercent\b", unit):
        per = exact(share[1] if share else "100")
        return 1 / per, per
    return Fraction(1000 if re.match(r"thousands?\b", unit) else 1), ONE


def split(text: str) -> tuple[str, list[str]]:
    """The word and the parts of word(part; part; ...); brackets inside a part are kept."""
    found = re.fullmatch(r"(\w+)\s*\((.*)\)", text, re.DOTALL)
    inside = found[2] if found else ""
    depths = [0, *accumulate((letter == "(") - (letter == ")") for letter in inside)]
    if not found or min(depths) < 0 or max(depths) > 20 or depths[-1] != 0:
        remedy = "write word(part; part), such as value(index.people; iso3=PRK)"
        raise FormulaError(f'cannot read "{text}"; {remedy}')
    cuts = [at for at, letter in enumerate(inside) if letter == ";" and depths[at] == 0]
    parts = [inside[start + 1 : end] for start, end in pairwise([-1, *cuts, len(inside)])]
    return found[1].lower(), [part.strip() for part in parts]
