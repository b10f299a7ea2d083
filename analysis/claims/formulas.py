"""Formulas of a claims table: data, not Python. Each is a number or a word of FUNCTIONS with parts.

Where figures are named, the first part is table.column and the others filters: column=value with =,
!=, <, <=, > or >=; the value may be top(n; table.column; filters), `country` may stand for iso3.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from math import sqrt
from operator import sub, truediv
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from analysis import ranks
from analysis.claims import lookup
from analysis.claims.lookup import Book, Computed, FormulaError, NoFigure
from analysis.rounding import Interval, exact
from analysis.rounding import total as add_up
from analysis.widths import HUNDRED, ONE

PICKS, LEVEL = 20_000, Fraction(1, 20)  # of chance
LARGEST = 10**30


def evaluate(text: str, book: Book) -> Computed:
    """What a formula gives. FormulaError for one not understood, NoFigure for a gap in a table."""
    if re.fullmatch(lookup.PLAIN_NUMBER, text):
        return Computed(exact(text), Interval(text, text))
    return book.keep(worked_out, text, book)


def worked_out(text: str, book: Book) -> Computed:
    """What a word with its parts gives."""
    word, parts = lookup.split(text)
    lookup.require(word, FUNCTIONS, "there is no word")
    try:
        found = FUNCTIONS[word](book, parts)
    except ZeroDivisionError:
        raise FormulaError(f"{word} divides by a figure that may be zero") from None
    if max(abs(found.interval.low), abs(found.interval.high)) > LARGEST:
        raise FormulaError(f"{word} gives a number of more than 30 digits; check its parts")
    return found


def join(cells: dict[Any, Computed], source: str, how: Callable[..., Any]) -> Computed:
    """One figure from several, in their unit; how: sum, median or the like, growing as they do."""
    figures = list(cells.values())
    low = how([figure.interval.low for figure in figures])
    high = how([figure.interval.high for figure in figures])
    value = how([figure.point for figure in figures])
    return replace(figures[0], value=value, interval=Interval(low, high), inputs=(source,))


def one_cell(book: Book, parts: list[str]) -> Computed:
    """value(index.people; edition=2023; iso3=PRK): the one cell that fits."""
    cells, source = book.named_cells(parts)
    if len(cells) > 1:
        columns = ", ".join(book.table(book.column(parts[0])[0]))
        raise FormulaError(f"{source} fit; add a filter so that one is left (columns: {columns})")
    return replace(*cells.values(), inputs=(source,))


def cell_sum(book: Book, parts: list[str]) -> Computed:
    """sum(index.people; edition=2023): all that fit; blanks and such as "<1,000" add nothing."""
    cells, source = book.named_cells(parts)
    known = [cell.value for cell in cells.values() if cell.value is not None]
    return replace(join(cells, source, sum), value=sum(known, Fraction()))


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
    inputs = (f"{'; '.join(parts)}: {n:,} rows",)
    return Computed(Fraction(n), Interval(n, n), inputs=inputs, of_rows=True)


def row_place(book: Book, parts: list[str]) -> Computed:
    """rank(index.rate; edition=2023; of iso3=USA): the place of one row, the largest being first.

    The range is what rounding leaves open (of index.rate: of rate, count and population together),
    the value the plain rank, ties sharing the best place, moved into that range.
    """
    turn = -1 if "lowest first" in parts else 1
    pool, ours, source = among_others(book, "rank", [p for p in parts if p != "lowest first"])
    if len(ours) != 1:
        fault = f"{len(ours)} of the ranked rows fit, where one should: {source}"
        raise (FormulaError if len(ours) else NoFigure)(fault)
    first, last = (book.keep(places, book, way, *pool) for way in (turn, -turn))
    found = replace(first[ours[0]], inputs=(source,), turned=turn < 0)
    return replace(found, other_end=replace(last[ours[0]], inputs=(source,)))


def among_others(book: Book, word: str, parts: list[str]) -> tuple[list[str], list[Any], str]:
    """(parts without those that start with `of`, the rows that these mark, what is compared)."""
    pool = [part for part in parts if not part.startswith("of ")]
    whose = [part.removeprefix("of ") for part in parts if part.startswith("of ")]
    if not whose:
        raise FormulaError(f"{word} does not say of what; add a part such as of iso3=USA")
    cells, source = book.named_cells(pool)  # NoFigure for none
    rows = book.rows(book.column(pool[0])[0], pool[1:] + whose)
    return pool, [row for row in rows if row in cells], f"{source}; of {'; '.join(whose)}"


def places(book: Book, turn: int, *pool: str) -> dict[Any, Computed]:
    """Row -> its place among the rows that fit; turn 1: the largest first, -1: the smallest."""
    cells, _ = book.named_cells(list(pool))
    rows = {row: (*cell.interval.bounds(), float(cell.point)) for row, cell in cells.items()}
    frame = pd.DataFrame.from_dict(rows, "index", columns=["low", "high", "point"])
    ends = book.keep(book.index_rates).loc[frame.index] if pool[0] == "index.rate" else frame
    low, high = (turn * ends["low"], turn * ends["high"])[::turn]
    found = ranks.rank_interval(low, high).assign(plain=ranks.rank(turn * frame["point"]))
    return {row: place(len(cells), *map(int, found.loc[row])) for row in found.index}


def place(number: int, best: int, worst: int, plain: int) -> Computed:
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
    pool, ours, source = among_others(book, "chance", parts)
    cells, n = book.named_cells(pool)[0], len(ours)
    if not 0 < n < len(cells):
        raise NoFigure(f"{source} leaves {n} of {len(cells)} rows, so there is nothing to compare")
    others = [row for row in cells if row not in ours]
    values = np.array([float(cells[row].point) for row in [*ours, *others]])
    picks = np.random.default_rng(1).permuted(np.tile(values, (PICKS, 1)), axis=1)
    apart = [np.median(v[..., :n], -1) - np.median(v[..., n:], -1) for v in (values, picks)]
    share = Fraction(1 + int((apart[1] >= apart[0] - 1e-12).sum()), 1 + PICKS)
    error = 196 * sqrt(share * (1 - share) / PICKS)
    note = f"by {PICKS:,} random picks of {n} from {len(cells)}, give or take {error:.1f} points"
    decides = not LEVEL < share < 1 - LEVEL
    neither = () if decides else ("a chance from 5 to 95 percent decides neither way",)
    notes = (note, *neither)
    return Computed(share, Interval(share, share), "share", HUNDRED, (source,), notes, decides=decides)


def row_range(book: Book, parts: list[str]) -> Computed:
    """range(famine_estimates; ...): from the smallest to the largest low, point, value or high.

    Each row is a source, or all rows of one team, where the table has a column of that name.
    """
    records, ends = book.keep(book.records, parts[0]), dict[Any, list[Fraction]]()
    known = set()
    for column in book.table(parts[0]).filter(["low", "point", "value", "high"]):
        for row in book.rows(parts[0], parts[1:]):
            if not pd.isna(records[row][column]):
                interval = book.keep(book.cell, parts[0], column, row).interval
                ends.setdefault(records[row].get("team", row), []).extend([interval.low, interval.high])
                known.add(row)
    if not ends:
        raise NoFigure(f"{'; '.join(parts)} has no figure in a column low, point, value or high")
    note, rows = f"{len(known)} rows have a figure", book.table(parts[0]).loc[sorted(known)]
    if "team" in rows:
        note = f"{len(known)} rows by {len(ends)} teams have a figure"
    if {"period_start", "period_end"} <= set(rows):
        note += f", for periods between {rows.period_start.min()} and {rows.period_end.max()}"
    sources = tuple(Interval(min(own), max(own)) for own in ends.values())
    whole = Interval(min(own.low for own in sources), max(own.high for own in sources))
    inputs = (f"{'; '.join(parts)}: {note}",)
    return Computed(None, whole, inputs=inputs, notes=(note,), sources=sources)


def total(book: Book, parts: list[str]) -> Computed:
    """total(A; B; ...): formulas of one kind, added; each may err on its own."""
    figures = [evaluate(part, book) for part in parts]
    if len({(figure.kind, figure.per) for figure in figures}) > 1 or figures[0].kind == "rank":
        kinds = ", ".join(f"a {figure.kind}" for figure in figures)
        raise FormulaError(f"total needs figures of one kind that can be added, not {kinds}")
    values = [figure.value for figure in figures if figure.value is not None]
    interval, inputs = add_up([f.interval for f in figures]), sum((f.inputs for f in figures), ())
    return replace(figures[0], value=sum(values, Fraction()), interval=interval, inputs=inputs)


def of_two(word: str, how: Any, kind: str, per: Fraction, book: Book, parts: list[str]) -> Computed:
    """share(A; B) and the like; A and B err on their own. kind "": theirs, if it is the same."""
    if len(parts) != 2:
        raise FormulaError(f"{word} needs two formulas with ; between them, not {len(parts)}")
    one, other = (evaluate(part, book) for part in parts)
    if not kind and one.kind != other.kind:
        kinds = f"a {one.kind} and a {other.kind}"
        raise FormulaError(f"{word} needs two figures of one kind, not {kinds}")
    if not kind:
        kind, per = "count" if one.kind == "rank" else one.kind, one.per
    value = None if None in (one.value, other.value) else how(one.value, other.value)
    inputs, notes = one.inputs + other.inputs, one.notes + other.notes
    return Computed(value, how(one.interval, other.interval), kind, per, inputs, notes)


FUNCTIONS: dict[str, Callable[[Book, list[str]], Computed]] = {
    "value": one_cell,
    "sum": cell_sum,
    "count": row_count,
    "median": lambda book, parts: join(*book.named_cells(parts), median),  # the middle one
    "chance": chance,
    "largest": nth_largest,
    "rank": row_place,
    "range": row_range,
    "total": total,
    "share": partial(of_two, "share", truediv, "share", HUNDRED),  # A in B, shown in percent
    "rate": partial(of_two, "rate", truediv, "share", Fraction(1000)),  # A in B, per 1,000
    "ratio": partial(of_two, "ratio", truediv, "ratio", ONE),  # how many times B is A
    "difference": partial(of_two, "difference", sub, "", ONE),  # A less B
}
