"""What the parts of a formula name: the rows that fit its filters, and what each cell can mean.

A cell is read in whole units: a column (or a row with a column `unit`) whose unit says percent or
"per 1,000" is a share, and "thousands" is multiplied out. Its rounding unit stands in the row's own
`<column>_unit`, or in that of its edition; without one the figure is taken as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from operator import eq, ge, gt, le, lt, ne
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import rates, tables
from analysis.claims.wording import ONE, number_text, range_text
from analysis.rounding import UNROUNDED, Interval, exact, printed

DEEPEST = 20  # brackets within brackets
PLAIN_NUMBER = r"-?\d{1,18}(?:,\d{3})*(?:\.\d+)?"
COMPARE: dict[str, Callable[[Any, Any], Any]]
COMPARE = {"!=": ne, "<=": le, ">=": ge, "=": eq, "<": lt, ">": gt}
FILTER = re.compile(rf"(\w+)\s*({'|'.join(COMPARE)})\s*(.+)", re.DOTALL)


class FormulaError(ValueError):
    """A formula that cannot be understood; the message names the part and the nearest right name."""


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


Cells = dict[Any, Computed]  # label of a row -> its figure


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
        found = rates.printed_intervals(self.table("index"), self.table("editions"))
        found["low"] = found["low"].fillna(found["rate_low"])
        return found.assign(high=found["high"].fillna(found["rate_high"]))[["low", "high"]]

    def columns(self, name: str) -> list[str]:
        """Those a formula may name: not people_printed, which only keeps the text of people."""
        texts = [f"{column}_printed" for column in self.table(name)]
        return [str(column) for column in self.table(name) if column not in texts]

    def no_column(self, name: str, column: str) -> FormulaError:
        """The error for a column that the table does not have."""
        hint = tables.hint(column, self.columns(name))
        return FormulaError(f'{name} has no column "{column}"; {hint}')

    def column(self, reference: str) -> tuple[str, str]:
        """The table and column that `table.column` names, the column being one of numbers."""
        name, point, column = (piece.strip() for piece in reference.partition("."))
        if "," in reference:
            raise FormulaError(f'"{reference}" has a comma; put ; between the parts')
        if not point:
            remedy = "write table.column, such as index.people"
            raise FormulaError(f'"{reference}" names no column; {remedy}')
        if column not in self.columns(name):
            raise self.no_column(name, column)
        if not pd.api.types.is_numeric_dtype(self.table(name)[column]):
            raise FormulaError(f"{reference} holds text, not numbers")
        return name, column

    def rows(self, name: str, filters: list[str]) -> pd.DataFrame:
        """The rows that fit every filter; NoFigure if each value exists and no row has them all."""
        frame = self.table(name)
        fit = pd.Series(True, index=frame.index)
        for text in filters:
            fit &= self.fits(name, text)
        if not fit.any():
            raise NoFigure(f"the table {name} has no row with {'; '.join(filters)}")
        return frame[fit]

    def fits(self, name: str, text: str) -> pd.Series:
        """Which rows of the table fit a filter; `country` may stand for the iso3 of its name."""
        found = FILTER.fullmatch(text)
        if not found:
            remedy = "write column=value, with ; between the parts"
            raise FormulaError(f'cannot read the filter "{text}"; {remedy}')
        frame, (column, sign, wanted) = self.table(name), found.groups()
        of_top = wanted.startswith("top(") and sign in ("=", "!=")
        if column == "country" and column not in frame and "iso3" in frame and not of_top:
            column, wanted = "iso3", self.code(wanted)
        if column not in frame:
            raise self.no_column(name, column)
        if of_top:
            return frame[column].isin(self.top(column, split(wanted)[1])) == (sign == "=")
        value: str | float = wanted
        if pd.api.types.is_numeric_dtype(frame[column]):
            if not re.fullmatch(PLAIN_NUMBER, wanted):
                raise FormulaError(f'{name}.{column} holds numbers, and "{wanted}" is none')
            value = float(exact(wanted))
        if sign in ("=", "!=") and not (frame[column] == value).any():
            hint = tables.hint(wanted, frame[column].dropna().unique())
            raise FormulaError(f'{name}.{column} is nowhere "{wanted}"; {hint}')
        return COMPARE[sign](frame[column], value).fillna(False).astype(bool)

    def code(self, country: str) -> str:
        """The iso3 code of a country, named as in the countries table or as an edition does."""
        known = self.table("index").set_index("country_as_printed")["iso3"].to_dict()
        known |= self.table("countries").set_index("name")["iso3"].to_dict()
        if country not in known:
            raise FormulaError(f'there is no country "{country}"; {tables.hint(country, known)}')
        return str(known[country])

    def top(self, column: str, parts: list[str]) -> list[Any]:
        """The column in the rows of top(n; table.column; filters), a tie at the end letting all in."""
        n, cells, _ = self.first_cells("top", parts)
        frame = self.table(self.column(parts[1])[0])
        if column not in frame:
            hint = tables.hint(column, frame.columns)
            raise FormulaError(f'{parts[1]} stands in a table without "{column}"; {hint}')
        least = sorted(cell.point for cell in cells.values())[-n]
        return list(frame.loc[[row for row, cell in cells.items() if cell.point >= least], column])

    def first_cells(self, word: str, parts: list[str]) -> tuple[int, Cells, str]:
        """n and named_cells of word(n; table.column; filters); NoFigure for fewer than n."""
        if len(parts) < 2 or not re.fullmatch(r"[1-9]\d*", parts[0]):
            example = f"{word}(3; index.rate; edition=2023)"
            raise FormulaError(f"{word} starts with a whole number, such as {example}")
        cells, source = self.named_cells(parts[1:])
        if int(parts[0]) > len(cells):
            raise NoFigure(f"{source}, so there is no number {parts[0]}")
        return int(parts[0]), cells, source

    def named_cells(self, parts: list[str]) -> tuple[Cells, str]:
        """The cells that `table.column; filters` names, and a line that says which they are."""
        cells = self.cells(parts[0], parts[1:])
        where = f" ({'; '.join(parts[1:])})" if parts[1:] else ""
        one = next(iter(cells.values()))
        shown = one.text(one.per) if len(cells) == 1 else f"{len(cells)} figures"
        return cells, f"{parts[0]}{where}: {shown}"

    def cells(self, reference: str, filters: list[str]) -> Cells:
        """The printed figures of a column in the rows that fit; NoFigure if there is none."""
        name, column = self.column(reference)
        rows = self.rows(name, filters)
        rows = rows[rows.get(f"{column}_printed", rows[column]).notna()]
        if rows.empty:
            raise NoFigure(f"{reference} is not printed for {'; '.join(filters) or 'any row'}")
        records = rows.to_dict("index").items()
        return {label: self.cell(name, column, record) for label, record in records}

    def cell(self, name: str, column: str, row: dict[Any, Any]) -> Computed:
        """The figure of one row."""
        text = str(row.get(f"{column}_printed", row[column]))
        edition = self.editions.get(row["edition"], {}) if "edition" in row else {}
        steps = (row.get(f"{column}_unit"), edition.get(f"{column}_unit"), UNROUNDED)
        unit = str(self.table(name).attrs["units"].get(column, ""))
        if unit.startswith("see "):
            unit = str(row.get("unit", unit))
        if not pd.isna(edition.get(f"{column}_per")):
            unit = f"per {edition[f'{column}_per']}"
        factor, per = scale(unit)
        try:
            interval = printed(text, next(step for step in steps if not pd.isna(step))) * factor
        except ValueError as error:
            raise FormulaError(f"{name}.{column}: {error}") from None
        value = None if pd.isna(row[column]) else exact(text) * factor
        return Computed(value, interval, "count" if per == ONE else "share", per)


def scale(unit: str) -> tuple[Fraction, Fraction]:
    """(what a printed number is multiplied by, what a share is shown per; 1 if it is no share)."""
    share = re.search(r"\bper (\d[\d,]*)", unit)
    if share or re.search(r"\bpercent\b", unit):
        per = exact(share[1] if share else "100")
        return 1 / per, per
    return Fraction(1000 if re.match(r"thousands?\b", unit) else 1), ONE


def split(text: str) -> tuple[str, list[str]]:
    """The word and the parts of word(part; part; ...); brackets inside a part are kept."""
    found = re.fullmatch(r"(\w+)\s*\((.*)\)", text, re.DOTALL)
    depth, parts = 0, [""]
    for letter in found[2] if found else ")":
        depth += (letter == "(") - (letter == ")")
        if depth < 0 or depth > DEEPEST:
            break
        if letter == ";" and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    if not found or depth != 0:
        remedy = "write word(part; part), such as value(index.people; iso3=PRK)"
        raise FormulaError(f'cannot read "{text}"; {remedy}')
    return found[1].lower(), [part.strip() for part in parts]
