"""Compare one of Walk Free's own workbooks with the table index, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from analysis import tables
from tools.sheets import COLUMNS, Sheet, listed, read
from tools.values import FACTORS, MISSING, factor, fold, rounded, same, shortened
from tools.xlsx import WorkbookError

COMPARED = COLUMNS[1:]  # the country is what the rows are matched by
GUESSES = {
    ("people per 1,000", Decimal("0.1")): ", as if in percent",
    ("percent", Decimal(10)): ", as if per 1,000",
}
Row = dict[str, str]  # COLUMNS, and iso3 in the project's -> text


@dataclass(frozen=True)
class Difference:
    """One cell that differs; cell: its address in the file."""

    country: str
    column: str
    in_file: str
    in_project: str
    cell: str


@dataclass
class Comparison:
    """What came out; cells: how many were compared; unmatched, notes: lines of text."""

    countries: int = 0
    cells: int = 0
    differences: list[Difference] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)  # countries on one side only, or twice
    notes: list[str] = field(default_factory=list)  # what was left aside

    @property
    def agrees(self) -> bool:
        return not self.differences and not self.unmatched


def compare(sheet: Sheet, index: pd.DataFrame, names: dict[str, str]) -> Comparison:
    """Every cell of the sheet against the rows of index, those of its edition as tables.load gives them.

    names: other names of countries -> ISO 3166-1 alpha-3 code, for suggestions.
    WorkbookError if no country is known, or if a column is in another unit.
    """
    printed = {fold(row["country"]): row for row in as_printed(index)}
    keyed = [(n, row, printed.get(fold(row["country"]))) for n, row in sheet.rows]
    found = [(n, row, ours) for n, row, ours in keyed if ours]
    unknown = [(n, row) for n, row, ours in keyed if not ours]
    if not found:
        have = listed(row["country"] for _, row in unknown)
        raise WorkbookError(f"no country of the {sheet.layout.edition} index in the file; found {have}")
    refuse_units(sheet, [(row, ours) for _, row, ours in found])
    matched = {ours["country"] for _, _, ours in found}
    result = Comparison(countries=len(matched), cells=len(found) * len(COMPARED))
    result.differences = [each for n, row, ours in found for each in differences(sheet, n, row, ours)]
    absent = [row["country"] for row in printed.values() if row["country"] not in matched]
    result.unmatched = [f"only in the project: {country}" for country in absent] + twice(found)
    short = sum(shortened(row[column], ours[column]) for _, row, ours in found for column in COMPARED)
    if short:
        result.notes.append(f"{short} numbers agree in 15 significant digits and not in those after")
    sort_out(result, unknown, {row["iso3"]: row["country"] for row in printed.values()}, names)
    return result


def as_printed(index: pd.DataFrame) -> list[Row]:
    """The rows of index as printed: iso3 and COLUMNS, an empty text where nothing is printed."""
    wanted = {"iso3": "iso3", "country_as_printed": "country", "region_as_printed": "region"}
    wanted |= {f"{column}_printed": column for column in ("population", "people", "rate")}
    shown = index[list(wanted)].rename(columns=wanted).fillna("")
    return [{str(column): str(text) for column, text in row.items()} for row in shown.to_dict("records")]


def differences(sheet: Sheet, n: int, row: Row, ours: Row) -> list[Difference]:
    """The cells that differ in row n of the file."""
    return [
        Difference(ours["country"], c, row[c] or "(empty)", ours[c] or "(empty)", f"{sheet.letters[c]}{n}")
        for c in COMPARED
        if not same(row[c], ours[c])
    ]


def twice(found: list[tuple[int, Row, Row]]) -> list[str]:
    """A line for each country that stands in more than one row; all of its rows are compared."""
    at: dict[str, list[str]] = {}
    for n, _, ours in found:
        at.setdefault(ours["country"], []).append(str(n))
    return [f"in rows {' and '.join(n)} of the file: {country}" for country, n in at.items() if len(n) > 1]


def sort_out(
    result: Comparison, unknown: list[tuple[int, Row]], ours: dict[str, str], names: dict[str, str]
) -> None:
    """Tell rows without a known country apart: text below the table, no estimate, or only in the file."""
    remarks, without = [], []
    for n, row in unknown:
        filled = {column for column in COMPARED if row[column] not in MISSING}
        near = nearest(row["country"], ours, names)
        if row["country"] and not filled:
            remarks.append(str(n))
        elif row["country"] and not near and not filled & {"people", "rate"}:
            without.append(row["country"])
        else:
            hint = f"; did you mean {near}?" if near else ""
            result.unmatched.append(f"only in the file: {row['country'] or '(no name)'} (row {n}){hint}")
    if without:
        many = f"{len(without)} further rows of the file have no estimate and are not in the project's table"
        result.notes.append(f"{many}, so they are not compared: {'; '.join(without)}")
    if remarks:
        result.notes.append(f"rows of the file with text under the countries only: {', '.join(remarks)}")


def nearest(name: str, ours: dict[str, str], names: dict[str, str]) -> str:
    """The project's name of the country probably meant, by another name of it or by its spelling, or ""."""
    if names.get(fold(name)) in ours:
        return ours[names[fold(name)]]
    folded = {fold(country): country for country in ours.values()}
    close = get_close_matches(fold(name), folded, n=1, cutoff=0.75)
    return folded[close[0]] if close else ""


def refuse_units(sheet: Sheet, pairs: list[tuple[Row, Row]]) -> None:
    """WorkbookError if nearly a whole column is the project's times 10, 100 or 1,000, or a part like that."""
    for column in ("population", "people", "rate"):
        off = factor((row[column], ours[column]) for row, ours in pairs)
        if off is None:
            continue
        times, count, total = off
        unit = sheet.layout.per if column == "rate" else "people"
        guess = GUESSES.get((unit, times), "")
        many = f"column {sheet.letters[column]} ({column}): {count} of {total} values"
        remedy = f"turn the column into {unit}, as in {sheet.layout.edition}, and compare again"
        what = f"{many} are {FACTORS[times]} the project's{guess}; {remedy}"
        raise WorkbookError(f"{what}; nothing else was compared")


def report(result: Comparison, sheet: Sheet) -> str:
    """The comparison in plain text: cells that differ, countries on one side only, the count, the notes."""
    edition, sides = sheet.layout.edition, len(result.unmatched)
    lines = [f"Global Slavery Index {edition}: sheet '{sheet.layout.sheet}' against data/index.csv"]
    if result.differences:
        lines.append(table(result.differences, edition))
    lines += result.unmatched
    columns = f"{', '.join(COMPARED[:-1])} and {COMPARED[-1]}"
    start = "All agree" if result.agrees else "Compared"
    lines.append(f"{start}: {result.countries} countries, {result.cells} cells ({columns}).")
    if not result.agrees:
        differ = f"Cells that differ: {len(result.differences)}"
        lines.append(f"{differ}. Countries on one side only, or twice: {sides}.")
    return "\n".join(lines + [f"Note: {note}." for note in result.notes])


def table(found: list[Difference], edition: int) -> str:
    """The cells that differ, a line each; the note marks those that may be one number, rounded."""
    shown = pd.DataFrame([vars(each) for each in found])
    shown.insert(0, "edition", edition)
    shown["note"] = ["rounding only" if rounded(each.in_file, each.in_project) else "" for each in found]
    heads = ["edition", "country", "column", "in the file", "in the project", "cell", "note"]
    return shown.to_string(index=False, header=heads, max_colwidth=60)


def other_names(index: pd.DataFrame, countries: pd.DataFrame) -> dict[str, str]:
    """Every name of a country in any edition, and its usual one -> ISO 3166-1 alpha-3 code."""
    both = [(countries["name"], countries["iso3"]), (index["country_as_printed"], index["iso3"])]
    return {fold(name): str(code) for names, codes in both for name, code in zip(names, codes, strict=True)}


def show(file: str) -> int:
    """Print what differs; 0 if all agree, 1 if not. WorkbookError for a file that cannot be compared."""
    sheet = read(Path(file))
    index = tables.load("index")
    names = other_names(index, tables.load("countries"))
    try:
        result = compare(sheet, index[index["edition"] == sheet.layout.edition], names)
    except WorkbookError as error:
        raise WorkbookError(f"{file}: {error}") from None
    print(report(result, sheet))
    return 0 if result.agrees else 1
