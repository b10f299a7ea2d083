"""Formulas of a claims table: data, not Python. Each is a number or a word of FUNCTIONS with parts.

Where figures are named, the first part is table.column and the others filters: column=value with =,
!=, <, <=, > or >=; the value may be one|other or top(n; table.column; filters). `country`, by any
usual name, and `group`, of the table groups, stand for iso3.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial, reduce
from math import sqrt
from operator import add, sub, truediv
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from analysis import ranks, rates
from analysis.claims import lookup
from analysis.claims.lookup import Book, Computed, FormulaError, NoFigure
from analysis.rounding import Interval, exact
from analysis.widths import HUNDRED, ONE

PICKS, LEVEL = 10_000, Fraction(1, 20)  # of chance
LARGEST = 10**30


def evaluate(text: str, book: Book) -> Computed:
    """What a formula gives. FormulaError for one not understood, NoFigure for a gap in a table."""
    return book.keep(worked_out, text, book)


def worked_out(text: str, book: Book) -> Computed:
    """What a number, or a word with its parts, gives."""
    if re.fullmatch(lookup.PLAIN_NUMBER, text):
        return Computed(exact(text), Interval(text, text))
    word, parts = lookup.split(text)
    lookup.require(word, FUNCTIONS, "there is no word")
    try:
        found = FUNCTIONS[word](book, parts)
    except ZeroDivisionError:
        raise FormulaError(f"{word} divides by a figure that may be zero") from None
    if max(abs(found.interval.low), abs(found.interval.high)) > LARGEST:
        raise FormulaError(f"{word} gives a number of more than 30 digits; check its parts")
    return found


def join(how: Callable[..., Any], book: Book, parts: list[str]) -> Computed:
    """One figure from all that fit, in their unit; how: sum, median, growing as they do."""
    cells, source = book.cells(parts)
    figures = list(cells.values())
    low = how([figure.interval.low for figure in figures])
    high = how([figure.interval.high for figure in figures])
    value = how([figure.point for figure in figures])
    return replace(figures[0], value=value, interval=Interval(low, high), inputs=(source,))


def one_cell(book: Book, parts: list[str]) -> Computed:
    """value(index.people; edition=2023; iso3=PRK): the one cell that fits."""
    cells, source = book.cells(parts)
    if len(cells) > 1:
        columns = ", ".join(map(str, book.table(book.column(parts[0])[0])))
        raise FormulaError(f"{source} fit; add a filter so that one is left (columns: {columns})")
    return replace(*cells.values(), inputs=(source,))


def cell_sum(book: Book, parts: list[str]) -> Computed:
    """sum(index.people; edition=2023): all that fit; blanks and such as "<1,000" add nothing."""
    cells, source = book.cells(parts)
    if any(cell.kind != "count" for cell in cells.values()):
        raise FormulaError(f"{source} are rates or places, which do not add up; sum the counts")
    known = [cell.value for cell in cells.values() if cell.value is not None]
    return replace(join(sum, book, parts), value=sum(known, Fraction()))


def nth_largest(book: Book, parts: list[str]) -> Computed:
    """largest(2; index.rate; edition=2023): the second largest; largest(1; ...) is the maximum."""
    n, _ = book.first_cells("largest", parts)
    return join(lambda numbers: sorted(numbers)[-n], book, parts[1:])


def row_count(book: Book, parts: list[str]) -> Computed:
    """count(index.people; edition=2023): how many are printed; count(index; ...): how many rows."""
    try:
        n = len(book.cells(parts)[0] if "." in parts[0] else book.rows(parts[0], parts[1:]))
    except NoFigure:
        n = 0
    inputs = (f"{'; '.join(parts)}: {n:,} rows",)
    return Computed(Fraction(n), Interval(n, n), inputs=inputs, of_rows=True)


def row_place(book: Book, parts: list[str]) -> Computed:
    """rank(index.rate; edition=2023; of iso3=USA): the place of one row, the largest being first.

    The range is what rounding leaves open (of index.rate: of rate, count and population together),
    the value the plain rank, ties sharing the best place, moved into that range.
    """
    pool, ours, source = among_others("rank", book, [p for p in parts if p != "lowest first"])
    if len(ours) > 1:
        raise FormulaError(f"{len(ours)} of the ranked rows fit, where one should: {source}")
    places = [book.keep(standings, book, turn, *pool)[ours[0]] for turn in (1, -1)]
    first, last = (replace(place, inputs=(source,)) for place in places)
    found, other = (last, first) if "lowest first" in parts else (first, last)
    return replace(found, ends={"first": first, "last": last, "bottom": other})


def among_others(word: str, book: Book, parts: list[str]) -> tuple[list[str], list[Any], str]:
    """(parts without those that start with `of`, the rows that these mark, what is compared)."""
    pool = [part for part in parts if not part.startswith("of ")]
    whose = [part.removeprefix("of ") for part in parts if part.startswith("of ")]
    if not whose:
        raise FormulaError(f"{word} does not say of what; add a part such as of iso3=USA")
    _, source = book.cells(pool)
    return pool, list(book.cells(pool + whose)[0]), f"{source}; of {'; '.join(whose)}"


def standings(book: Book, turn: int, *pool: str) -> dict[Any, Computed]:
    """Row -> its place among the rows that fit; turn 1: the largest first, -1: the smallest."""
    cells, _ = book.cells(list(pool))
    rows = {row: (*cell.interval.bounds(), float(cell.point)) for row, cell in cells.items()}
    ends = pd.DataFrame.from_dict(rows, "index", columns=["low", "high", "point"])
    plain = ranks.rank(turn * ends["point"])
    if pool[0] == "index.rate":
        index = book.table("index").loc[ends.index]
        ends = rates.printed_intervals(index, book.table("editions"))
    low, high = (turn * ends["low"], turn * ends["high"])[::turn]
    found = ranks.rank_interval(low, high).assign(plain=plain)
    return {row: standing(len(cells), *map(int, found.loc[row])) for row in found.index}


def standing(number: int, best: int, worst: int, plain: int) -> Computed:
    """One place among so many; the plain rank is named where it is not the only one."""
    note = f"a plain rank of the printed figures, ties sharing the best place, gives {plain}"
    notes = () if plain == best == worst else (f"{note} of {number}",)
    value = Fraction(min(max(plain, best), worst))
    return Computed(value, Interval(best, worst), "rank", notes=notes, places=number)


def chance(book: Book, parts: list[str]) -> Computed:
    """chance(vulnerability.score; edition=2018; factor=...; of iso3=top(10; ...)): of a tendency.

    How often as many rows, picked at random from those that fit, have a median as far above that
    of the others as the rows marked by `of` have. One from 5 to 95 percent decides neither way.
    """
    pool, ours, source = among_others("chance", book, parts)
    cells, n = book.cells(pool)[0], len(ours)
    if n == len(cells):
        raise NoFigure(f"{source} leaves {n} of {n} rows, so there is nothing to compare")
    rows = [*ours, *(row for row in cells if row not in ours)]
    values = np.array([float(cells[row].point) for row in rows])
    picks = np.random.default_rng(1).permuted(np.tile(values, (PICKS, 1)), axis=1)
    apart = [np.median(v[..., :n], -1) - np.median(v[..., n:], -1) for v in (values, picks)]
    share = Fraction(1 + int((apart[1] >= apart[0] - 1e-12).sum()), 1 + PICKS)
    error = 196 * sqrt(share * (1 - share) / PICKS)
    note = f"by {PICKS:,} random picks of {n} from {len(cells)}, give or take {error:.1f} points"
    found = Computed(share, Interval(share, share), "share", HUNDRED, (source,), (note,))
    if not LEVEL < share < 1 - LEVEL:
        return found
    neither = "a chance from 5 to 95 percent decides neither way"
    return replace(found, notes=(note, neither), decides=False)


def row_range(book: Book, parts: list[str]) -> Computed:
    """range(famine_estimates; ...): from the smallest to the largest low, point, value or high.

    Each row is a source, or all rows of one team, where the table has a column of that name.
    """
    rows = book.table(parts[0]).loc[book.rows(parts[0], parts[1:])]
    columns = rows.filter(["low", "point", "value", "high"])
    rows = rows[columns.notna().any(axis=1)]
    if rows.empty:
        raise NoFigure(f"{'; '.join(parts)} has no figure in a column low, point, value or high")
    sources = []
    for _, own in rows.groupby("team" if "team" in rows else rows.index):
        given = [(column, row) for column in columns for row in own.index[own[column].notna()]]
        ends = [book.cell(parts[0], column, row).interval for column, row in given]
        sources.append(Interval(min(end.low for end in ends), max(end.high for end in ends)))
    teams = f" by {len(sources)} teams" if "team" in rows else ""
    note = f"{len(rows)} rows{teams} have a figure"
    if {"period_start", "period_end"} <= set(rows):
        note += f", for periods between {rows.period_start.min()} and {rows.period_end.max()}"
    whole = Interval(min(own.low for own in sources), max(own.high for own in sources))
    source = f"{'; '.join(parts)}: {note}"
    return Computed(None, whole, "count", ONE, (source,), (note,), sources=tuple(sources))


def of_several(
    word: str, how: Any, kind: str, per: Fraction, book: Book, parts: list[str]
) -> Computed:
    """share(A; B) and the like; each errs on its own. kind "": theirs, if it is the same."""
    figures = [evaluate(part, book) for part in parts]
    if len(parts) != 2 and word != "total":
        raise FormulaError(f"{word} needs two formulas with ; between them, not {len(parts)}")
    own = [figure for figure in figures if figure.inputs or not kind]  # a number fits any kind
    kinds = [figure.kind.replace("rank", "count") for figure in own]
    values = [figure.value for figure in figures]
    if len(set(kinds)) > 1:
        raise FormulaError(f"{word} needs figures of one kind, not a {' and a '.join(kinds)}")
    of_rows = not kind and all(figure.of_rows for figure in figures)
    if not kind:
        kind, per = kinds[0], figures[0].per
    value = None if None in values else reduce(how, values)
    interval = reduce(how, [figure.interval for figure in figures])
    inputs = tuple(source for figure in figures for source in figure.inputs)
    notes = tuple(note for figure in figures for note in figure.notes)
    return Computed(value, interval, kind, per, inputs, notes, of_rows)


FUNCTIONS: dict[str, Callable[[Book, list[str]], Computed]] = {
    "value": one_cell,
    "sum": cell_sum,
    "count": row_count,
    "median": partial(join, median),  # the middle one
    "chance": chance,
    "largest": nth_largest,
    "rank": row_place,
    "range": row_range,
    "total": partial(of_several, "total", add, "", ONE),  # A and B and more
    "share": partial(of_several, "share", truediv, "share", HUNDRED),  # A in B, shown in percent
    "rate": partial(of_several, "rate", truediv, "share", Fraction(1000)),  # A in B, per 1,000
    "ratio": partial(of_several, "ratio", truediv, "ratio", ONE),  # how many times B is A
    "difference": partial(of_several, "difference", sub, "", ONE),  # A less B
}
