"""Formulas of a claims table: data, not Python. Each is a number or one of the words in FUNCTIONS.

A word's parts stand in brackets with ; between them. Where figures are named, the first part is
table.column and the others filters: column=value with =, !=, <, <=, > or >=, the value possibly
top(n; table.column; filters); `country` may stand for iso3. Nothing is handed to Python: another
word is an error with the nearest right one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from operator import sub, truediv
from statistics import median
from typing import Any

import pandas as pd

from analysis import ranks
from analysis.claims.lookup import PLAIN_NUMBER, Book, Cells, Computed, FormulaError, NoFigure, split
from analysis.claims.wording import HUNDRED, ONE
from analysis.rounding import Interval, exact
from analysis.tables import hint


def evaluate(text: str, book: Book) -> Computed:
    """What a formula gives. FormulaError for one not understood, NoFigure for a gap in a table."""
    text = text.strip()
    if re.fullmatch(PLAIN_NUMBER, text):
        return Computed(exact(text), Interval(text, text))
    word, parts = split(text)
    if word not in FUNCTIONS:
        raise FormulaError(f'there is no word "{word}"; {hint(word, FUNCTIONS)}')
    try:
        return FUNCTIONS[word](book, parts)
    except ZeroDivisionError:
        raise FormulaError(f"{word} divides by a figure that may be zero") from None


def join(cells: Cells, source: str, how: Callable[[list[Fraction]], Any]) -> Computed:
    """One figure from cells, in their unit; how: a sum, median or the like, which grows as they do."""
    figures = list(cells.values())
    low = how([figure.interval.low for figure in figures])
    high = how([figure.interval.high for figure in figures])
    value = how([figure.point for figure in figures])
    return replace(figures[0], value=value, interval=Interval(low, high), inputs=(source,))


def one_cell(book: Book, parts: list[str]) -> Computed:
    """value(index.people; edition=2023; iso3=PRK): the one cell that fits."""
    cells, source = book.named_cells(parts)
    if len(cells) > 1:
        columns = ", ".join(book.columns(book.column(parts[0])[0]))
        raise FormulaError(f"{source} fit; add a filter so that one is left (columns: {columns})")
    return replace(*cells.values(), inputs=(source,))


def cell_sum(book: Book, parts: list[str]) -> Computed:
    """sum(index.people; edition=2023): all that fit; blanks and such as "<1,000" add nothing."""
    cells, source = book.named_cells(parts)
    known = [cell.value for cell in cells.values() if cell.value is not None]
    return replace(join(cells, source, sum), value=sum(known, Fraction()))


def cell_median(book: Book, parts: list[str]) -> Computed:
    """median(vulnerability.score; edition=2018; factor=governance issues): the middle one."""
    return join(*book.named_cells(parts), median)


def nth_largest(book: Book, parts: list[str]) -> Computed:
    """largest(2; index.rate; edition=2023): the second largest; largest(1; ...) is the maximum."""
    n, cells, source = book.first_cells("largest", parts)
    return join(cells, source, lambda numbers: sorted(numbers)[-n])


def row_count(book: Book, parts: list[str]) -> Computed:
    """count(index.people; edition=2023): how many are printed; count(index; ...): how many rows."""
    find = book.cells if "." in parts[0] else book.rows
    try:
        n = len(find(parts[0], parts[1:]))
    except NoFigure:
        n = 0
    return Computed(Fraction(n), Interval(n, n), inputs=(f"{'; '.join(parts)}: {n:,} rows",))


def row_place(book: Book, parts: list[str]) -> Computed:
    """rank(index.rate; edition=2023; of iso3=USA): the place of one row, the largest being first.

    The range is what rounding leaves open; for index.rate a row's printed rate, count and population
    are taken together. The value is the plain rank, ties sharing the best place, moved into it.
    """
    whose = [part.removeprefix("of ") for part in parts[1:] if part.startswith("of ")]
    pool = [part for part in parts[1:] if not part.startswith("of ") and part != "lowest first"]
    if not whose:
        raise FormulaError("rank does not say whose place; add a part such as of iso3=USA")
    cells, source = book.named_cells([parts[0], *pool])
    ours = book.rows(book.column(parts[0])[0], pool + whose).index.intersection(list(cells))
    if len(ours) != 1:
        wanted = f"{'; '.join(whose)}, where one should"
        fault = f"{len(ours)} of the {len(cells)} ranked rows fit {wanted}"
        raise FormulaError(fault) if len(ours) else NoFigure(fault)
    frame = pd.DataFrame([cell.interval.bounds() for cell in cells.values()], list(cells), ["low", "high"])
    ends = book.index_rates.loc[list(cells)] if parts[0] == "index.rate" else frame
    points = pd.Series([float(cell.point) for cell in cells.values()], list(cells))
    if "lowest first" in parts:
        ends, points = -ends.rename(columns={"low": "high", "high": "low"}), -points
    best, worst = (int(place) for place in ranks.rank_interval(ends["low"], ends["high"]).loc[ours[0]])
    plain = int((points > points[ours[0]]).sum()) + 1
    note = "a plain rank of the printed figures, ties sharing the best place, gives"
    notes = () if plain == best == worst else (f"{note} {plain} of {len(cells)}",)
    place, inputs = Fraction(min(max(plain, best), worst)), (f"{source}, {'; '.join(whose)}",)
    return Computed(place, Interval(best, worst), "rank", ONE, inputs, notes, len(cells))


def row_range(book: Book, parts: list[str]) -> Computed:
    """range(famine_estimates; ...): from the lowest low, point, value or high to the highest."""
    name, filters = parts[0], parts[1:]
    rows = book.rows(name, filters)
    ends: dict[Any, list[Fraction]] = {}
    for column in [c for c in ("low", "point", "value", "high") if c in rows and rows[c].notna().any()]:
        for row, cell in book.cells(f"{name}.{column}", filters).items():
            ends.setdefault(row, []).extend([cell.interval.low, cell.interval.high])
    if not ends:
        raise NoFigure(f"{'; '.join(parts)} has no figure in a column low, point, value or high")
    sources = tuple(Interval(min(own), max(own)) for own in ends.values())
    note, rows = f"{len(ends)} rows have a figure", rows.loc[list(ends)]
    if {"period_start", "period_end"} <= set(rows):
        note += f", for periods between {rows['period_start'].min()} and {rows['period_end'].max()}"
    whole = Interval(min(own.low for own in sources), max(own.high for own in sources))
    inputs = (f"{'; '.join(parts)}: {note}",)
    return Computed(None, whole, inputs=inputs, notes=(note,), sources=sources)


def of_two(
    word: str, how: Callable[[Any, Any], Any], kind: str, per: Fraction, book: Book, parts: list[str]
) -> Computed:
    """share(A; B) and the like; the interval lets both formulas err on their own.

    kind, per: of the result; kind "" where both must be of one kind, which it then has too.
    """
    if len(parts) != 2:
        raise FormulaError(f"{word} needs two formulas with ; between them, not {len(parts)}")
    one, other = (evaluate(part, book) for part in parts)
    if not kind and one.kind != other.kind:
        kinds = f"a {one.kind} and a {other.kind}"
        raise FormulaError(f"{word} needs two figures of one kind, not {kinds}")
    if not kind:
        kind, per = "count" if one.kind == "rank" else one.kind, one.per
    known = one.value is not None and other.value is not None
    value = how(one.value, other.value) if known else None
    inputs, notes = one.inputs + other.inputs, one.notes + other.notes
    return Computed(value, how(one.interval, other.interval), kind, per, inputs, notes)


FUNCTIONS: dict[str, Callable[[Book, list[str]], Computed]] = {
    "value": one_cell,
    "sum": cell_sum,
    "count": row_count,
    "median": cell_median,
    "largest": nth_largest,
    "rank": row_place,
    "range": row_range,
    "share": partial(of_two, "share", truediv, "share", HUNDRED),  # A in B, shown in percent
    "rate": partial(of_two, "rate", truediv, "share", Fraction(1000)),  # A in B, per 1,000
    "ratio": partial(of_two, "ratio", truediv, "ratio", ONE),  # how many times B is A
    "difference": partial(of_two, "difference", sub, "", ONE),  # A less B
}
