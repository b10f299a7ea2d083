"""What the parts of a formula name: the rows that fit its filters, and what each cell can mean.

A cell is read in whole units: a column (or a row with a column `unit`) whose unit says percent or
"per 1,000" is a share, and "thousands" is multiplied out. Its rounding unit stands in the row's own
`<column>_unit`, or in that of its edition; without one the figure is taken as it stands.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, pairwise
from operator import eq, ge, gt, le, lt, ne
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import rates, tables
from analysis.rounding import UNROUNDED, Interval, exact, printed

ONE, HUNDRED = Fraction(1), Fraction(100)
PLAIN_NUMBER = r"-?\d{1,18}(?:,\d{3})*(?:\.\d+)?"
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
    places: int | None = None  # how many were ranked
    sources: tuple[Interval, ...] = ()  # the rows' own ranges, for range(...)

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
    """The tables of a folder, each loaded once. Filters are texts such as edition=2023."""

    def __init__(self, folder: Path = tables.DATA) -> None:
        self.folder = folder
        self.loaded: dict[str, pd.DataFrame] = {}

    def table(self, name: str) -> pd.DataFrame:
        """The whole table; tables.TableError if the file itself is faulty."""
        if name not in self.loaded:
            try:
                tables.describe(name, self.folder)
            except tables.TableError as error:
                remedy = error.problems[0].remedy
                raise FormulaError(f'there is no table "{name}"; {remedy}') from None
            self.loaded[name] = tables.load(name, self.folder)
        return self.loaded[name]

    @cached_property
    def editions(self) -> dict[Any, dict[Any, Any]]:
        """How each edition of the index rounds, by year."""
        return dict(self.table("editions").set_index("edition").to_dict("index"))

    @cached_property
    def index_rates(self) -> pd.DataFrame:
        """low, high: the rates per 1,000 that a row's rate, count and population allow together."""
        return rates.printed_intervals(self.table("index"), self.table("editions"))[["low", "high"]]

    def columns(self, name: str) -> list[str]:
        """Those a formula may name: not people_printed, which only keeps the text of people."""
        texts = [f"{column}_printed" for column in self.table(name)]
        return [str(column) for column in self.table(name) if column not in texts]

    def column(self, reference: str) -> tuple[str, str]:
        """The table and column that `table.column` names, the column being one of numbers."""
        name, point, column = (piece.strip() for piece in reference.partition("."))
        if "," in reference:
            raise FormulaError(f'"{reference}" has a comma; put ; between the parts')
        if not point:
            remedy = "write table.column, such as index.people"
            raise FormulaError(f'"{reference}" names no column; {remedy}')
        require(column, self.columns(name), f"{name} has no column")
        if not pd.api.types.is_numeric_dtype(self.table(name)[column]):
            raise FormulaError(f"{reference} holds text, not numbers")
        return name, column

    def rows(self, name: str, filters: list[str]) -> pd.DataFrame:
        """The rows that fit every filter; NoFigure if each value exists and no row has them all."""
        frame = self.table(name)
        for text in filters:
            frame = frame[self.fits(name, text).loc[frame.index]]
        if frame.empty:
            raise NoFigure(f"the table {name} has no row with {'; '.join(filters)}")
        return frame

    def fits(self, name: str, text: str) -> pd.Series:
        """Which rows of the table fit a filter; `country` may stand for the iso3 of its name."""
        found = FILTER.fullmatch(text)
        if not found:
            remedy = "write column=value, with ; between the parts"
            raise FormulaError(f'cannot read the filter "{text}"; {remedy}')
        frame, (column, sign, wanted) = self.table(name), found.groups()
        of_top = wanted.startswith("top(") and sign in ("=", "!=")
        among = self.top(column, split(wanted)[1]) if of_top else []
        if column == "country" and not of_top and column not in frame and "iso3" in frame:
            column, wanted = "iso3", self.code(wanted)
        if column not in frame:
            require(column, self.columns(name), f"{name} has no column")
        if of_top:
            return frame[column].isin(among) == (sign == "=")
        value: str | float = wanted
        if pd.api.types.is_numeric_dtype(frame[column]):
            if not re.fullmatch(PLAIN_NUMBER, wanted):
                raise FormulaError(f'{name}.{column} holds numbers, and "{wanted}" is none')
            value = float(exact(wanted))
        if sign in ("=", "!=") and not (frame[column] == value).any():
            require(wanted, list(frame[column].dropna().unique()), f"{name}.{column} is nowhere")
        return COMPARE[sign](frame[column], value).fillna(False).astype(bool)

    def code(self, country: str) -> str:
        """The iso3 code of a country, named as in the countries table or as an edition does."""
        known = self.table("index").set_index("country_as_printed")["iso3"].to_dict()
        known |= self.table("countries").set_index("name")["iso3"].to_dict()
        require(country, known, "there is no country")
        return str(known[country])

    def top(self, column: str, parts: list[str]) -> list[Any]:
        """The column in the rows of top(n; table.column; filters), ties at the end included."""
        n, cells, _ = self.first_cells("top", parts)
        frame = self.table(self.column(parts[1])[0])
        require(column, frame.columns, f"{parts[1]} stands in a table without")
        least = sorted(cell.point for cell in cells.values())[-n]
        return list(frame.loc[[row for row, cell in cells.items() if cell.point >= least], column])

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
        return cells, f"{parts[0]}{where}: {shown}"

    def cells(self, reference: str, filters: list[str]) -> dict[Any, Computed]:
        """Label of a row -> its figure in a column, where printed; NoFigure if there is none."""
        name, column = self.column(reference)
        rows = self.rows(name, filters)
        rows = rows[rows.get(f"{column}_printed", rows[column]).notna()]
        if rows.empty:
            raise NoFigure(f"{reference} is not printed for {'; '.join(filters) or 'any row'}")
        records = rows.to_dict("index").items()
        return {label: self.cell(name, column, record) for label, record in records}

    def cell(self, name: str, column: str, row: dict[Any, Any]) -> Computed:
        """The figure of one row, which has one."""
        text = str(row.get(f"{column}_printed", row[column]))
        edition = self.editions.get(row["edition"], {}) if "edition" in row else {}
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
        return Computed(value, interval, "count" if per == ONE else "share", per)


def require(name: str, known: Iterable[Any], fault: str) -> None:
    """FormulaError that names the nearest known name, unless this one is known."""
    if name not in known:
        raise FormulaError(f'{fault} "{name}"; {tables.hint(name, known)}')


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
