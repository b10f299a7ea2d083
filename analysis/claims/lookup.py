"""What a formula's reference names: the rows of a table that fit its filters, and what each cell can mean.

A cell is read in whole units: a column (or a row with a column `unit`) whose unit says percent or "per 1,000" is a
share, and "thousands" is multiplied out. Its interval comes from the rounding unit in the row's own `<column>_unit`, or
in that of the row's edition in the editions table; without one the figure is taken as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cached_property
from operator import eq, ge, gt, le, lt, ne
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis import rates, tables
from analysis.rounding import UNROUNDED, Interval, Number, exact, printed

SIGNS: dict[str, Callable[[Any, Any], Any]] = {"!=": ne, "<=": le, ">=": ge, "=": eq, "<": lt, ">": gt}
NUMBER = r"-?\d{1,18}(?:,\d{3})*(?:\.\d+)?"


class FormulaError(ValueError):
    """A formula that cannot be understood; the message names the part and the nearest right name."""


class NoFigure(ValueError):
    """A formula that is understood, for which the table has no figure."""


class Filter(NamedTuple):
    """column, sign (=, !=, <, <=, >, >=) and value; a set of values for a filter such as iso3=top(...)."""

    column: str
    sign: str
    value: str | frozenset[Any]
    text: str


class Cell(NamedTuple):
    """One figure. row: its label in the frame; value: the plain number, None for "<1,000"; per: 1,000 for a rate."""

    row: Any
    value: Fraction | None
    interval: Interval
    per: Fraction


class Book:
    """The tables of a folder, each loaded once. FormulaError names what is misspelt and the nearest right name."""

    def __init__(self, folder: Path = tables.DATA) -> None:
        self.folder = folder
        self.loaded: dict[str, pd.DataFrame] = {}

    def table(self, name: str) -> pd.DataFrame:
        """The whole table; tables.TableError if the file itself is faulty."""
        if name not in self.loaded:
            try:
                tables.describe(name, self.folder)
            except tables.TableError as error:
                raise FormulaError(f'there is no table "{name}"; {error.problems[0].remedy}') from None
            self.loaded[name] = tables.load(name, self.folder)
        return self.loaded[name]

    @cached_property
    def editions(self) -> dict[Any, dict[Any, Any]]:
        """How each edition of the index rounds, by year."""
        return dict(self.table("editions").set_index("edition").to_dict("index"))

    @cached_property
    def allowed(self) -> dict[Any, tuple[float, float]]:
        """Row of the index -> the rates per 1,000 that its printed rate, count and population allow together."""
        found = rates.printed_intervals(self.table("index"), self.table("editions"))
        low, high = found["low"].fillna(found["rate_low"]), found["high"].fillna(found["rate_high"])
        return dict(zip(found.index, zip(low, high, strict=True), strict=True))

    def rows(self, name: str, filters: Sequence[Filter]) -> pd.DataFrame:
        """The rows that fit every filter; NoFigure if each value exists and no row has them all."""
        frame = self.table(name)
        for rule in filters:
            frame = frame[self.fits(name, frame, rule)]
        if frame.empty:
            raise NoFigure(f"the table {name} has no row with {'; '.join(f.text for f in filters)}")
        return frame

    def fits(self, name: str, frame: pd.DataFrame, rule: Filter) -> Any:
        """Which rows fit one filter; `country` stands for the iso3 of a country's name."""
        column, wanted = rule.column, rule.value
        if column == "country" and column not in frame and "iso3" in frame and isinstance(wanted, str):
            column, wanted = "iso3", self.code(wanted)
        whole = self.table(name)
        if column not in whole:
            raise FormulaError(f'{name} has no column "{column}"; {nearest(column, self.names(name))}')
        if isinstance(wanted, frozenset):
            return frame[column].isin(list(wanted)) == (rule.sign == "=")
        value: Any = wanted
        if pd.api.types.is_numeric_dtype(whole[column]):
            if not re.fullmatch(NUMBER, wanted):
                raise FormulaError(f'{name}.{column} holds numbers, and "{wanted}" is none')
            value = float(exact(wanted))
        if rule.sign in ("=", "!=") and not (whole[column] == value).any():
            known = whole[column].dropna().unique()
            raise FormulaError(f'{name}.{column} is nowhere "{wanted}"; {nearest(wanted, known)}')
        return SIGNS[rule.sign](frame[column], value).fillna(False).astype(bool)

    def code(self, country: str) -> str:
        """The iso3 code of a country's name, as in the countries table or as an edition prints it."""
        known: dict[Any, str] = {}
        for name, column in (("index", "country_as_printed"), ("countries", "name")):
            known |= self.table(name).set_index(column)["iso3"].to_dict()
        if country not in known:
            raise FormulaError(f'there is no country "{country}"; {nearest(country, known)}')
        return known[country]

    def names(self, name: str) -> list[str]:
        """The columns that a formula may name: not people_printed, which only keeps the text of people."""
        known = [str(column) for column in self.table(name)]
        return [c for c in known if not (c.endswith("_printed") and c.removesuffix("_printed") in known)]

    def column(self, ref: str) -> tuple[str, str]:
        """The table and column that `table.column` names, the column being one of numbers."""
        name, point, column = (piece.strip() for piece in ref.partition("."))
        if "," in ref:
            raise FormulaError(f'"{ref}" has a comma; put ; between the parts')
        if not point:
            raise FormulaError(f'"{ref}" names no column; write table.column, such as index.people')
        if column not in self.names(name):
            raise FormulaError(f'{name} has no column "{column}"; {nearest(column, self.names(name))}')
        if not pd.api.types.is_numeric_dtype(self.table(name)[column]):
            raise FormulaError(f"{ref} holds text, not numbers")
        return name, column

    def cells(self, ref: str, filters: Sequence[Filter]) -> list[Cell]:
        """The printed figures of a column in the rows that fit; NoFigure if there is none."""
        name, column = self.column(ref)
        rows = self.rows(name, filters)
        records = zip(rows.index, rows.to_dict("records"), strict=True)
        found = [cell for label, row in records if (cell := self.cell(name, column, label, dict(row)))]
        if not found:
            raise NoFigure(f"{ref} is not printed for {'; '.join(f.text for f in filters) or 'any row'}")
        return found

    def cell(self, name: str, column: str, label: Any, row: dict[Any, Any]) -> Cell | None:
        """One figure, or None where nothing is printed."""
        text = row.get(f"{column}_printed", row[column])
        if pd.isna(text):
            return None
        edition = self.editions.get(row["edition"], {}) if "edition" in row else {}
        step = first(row.get(f"{column}_unit"), edition.get(f"{column}_unit")) or UNROUNDED
        per = first(edition.get(f"{column}_per"))
        described = str(self.table(name).attrs["units"].get(column, ""))
        unit = f"per {per}" if per else row.get("unit", described) if described.startswith("see ") else described
        factor, per_shown = scale(str(unit))
        try:
            interval = printed(str(text), step) * factor
        except ValueError as error:
            raise FormulaError(f"{name}.{column}: {error}") from None
        return Cell(label, None if pd.isna(row[column]) else exact(text) * factor, interval, per_shown)


def scale(unit: str) -> tuple[Fraction, Fraction]:
    """(what the printed number is multiplied by, what the share is shown per; 1 if it is no share)."""
    share = re.search(r"\bper (\d[\d,]*)", unit)
    if share or re.search(r"\bpercent\b", unit):
        per = exact(share[1] if share else "100")
        return 1 / per, per
    return Fraction(1000 if re.match(r"thousands?\b", unit) else 1), Fraction(1)


def first(*values: Any) -> Number | None:
    """The first value that is there, whole numbers as integers."""
    found = next((v for v in values if v is not None and not pd.isna(v)), None)
    return found if found is None or isinstance(found, str) else int(found)


def nearest(wanted: str, known: Any) -> str:
    """'did you mean ...': letters in another order or case, a longer name, one nearly so; or the first known values."""
    shown = [str(int(k)) if isinstance(k, float) and k.is_integer() else str(k) for k in known]
    swapped = [k for k in shown if sorted(k.casefold()) == sorted(wanted.casefold())]
    swapped += [k for k in shown if k.casefold().startswith(f"{wanted.casefold()}_")]  # region for region_as_printed
    hint = f"did you mean {swapped[0]}?" if swapped else tables.hint(wanted, shown)
    return hint if hint.startswith("did") or len(shown) <= 12 else f"known: {', '.join(shown[:12])}, ..."
