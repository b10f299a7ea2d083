"""Formulas of a claims table: data, not Python. Each is a number or a word of FUNCTIONS with parts.

Where figures are named, the first part is table.column and the others filters: column=value with =,
!=, <, <=, > or >=; the value may be top(n; table.column; filters), `country` may stand for iso3.
"""

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
from analysis.claims import lookup
from analysis.claims.lookup import HUNDRED, ONE, Book, Computed, FormulaError, NoFigure
from analysis.rounding import Interval, exact


def evaluate(text: str, book: Book) -> Computed:
    """What a formula gives. FormulaError for one not understood, NoFigure for a gap in a table."""
    if re.fullmatch(lookup.PLAIN_NUMBER, text):
        return Computed(exact(text), Interval(text, text))
    word, parts = lookup.split(text)
    lookup.require(word, FUNCTIONS, "there is no word")
    try:
        return FUNCTIONS[word](book, parts)
    except ZeroDivisionError:
        raise FormulaError(f"{word} divides by a figure that may be zero") from None


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
        columns = ", ".join(book.columns(book.column(parts[0])[0]))
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
    return Computed(Fraction(n), Interval(n, n), inputs=(f"{'; '.join(parts)}: {n:,} rows",))


def row_place(book: Book, parts: list[str]) -> Computed:
    """rank(index.rate; edition=2023; of iso3=USA): the place of one row, the largest being first.

    The range is what rounding leaves open (of index.rate: of rate, count and population together),
    the value the plain rank, ties sharing the best place, moved into that range.
    """
    whose = [part.removeprefix("of ") for part in parts[1:] if part.startswith("of ")]
    pool = [part for part in parts[1:] if not part.startswith("of ") and part != "lowest first"]
    if not whose:
        raise FormulaError("rank does not say whose place; add a part such as of iso3=USA")
    cells, source = book.named_cells([parts[0], *pool])
    ours = book.rows(book.column(parts[0])[0], pool + whose).index.intersection(list(cells))
    if len(ours) != 1:
        fault = f"{len(ours)} of the {len(cells)} ranked rows fit {'; '.join(whose)}"
        raise (FormulaError if len(ours) else NoFigure)(f"{fault}, where one should")
    turn = -1 if "lowest first" in parts else 1
    rows = {row: (*cell.interval.bounds(), float(cell.point)) for row, cell in cells.items()}
    frame = turn * pd.DataFrame.from_dict(rows, "index", columns=["low", "high", "point"])
    ends = turn * book.index_rates.loc[frame.index] if parts[0] == "index.rate" else frame
    low, high = (ends["low"], ends["high"])[::turn]
    best, worst = (int(place) for place in ranks.rank_interval(low, high).loc[ours[0]])
    plain = int(pd.Series(ranks.rank(frame["point"]), frame.index)[ours[0]])
    note = f"a plain rank of the printed figures, ties sharing the best place, gives {plain}"
    notes = () if plain == best == worst else (f"{note} of {len(cells)}",)
    place, inputs = Fraction(min(max(plain, best), worst)), (f"{source}, {'; '.join(whose)}",)
    return Computed(place, Interval(best, worst), "rank", ONE, inputs, notes, len(cells))


def row_range(book: Book, parts: list[str]) -> Computed:
    """range(famine_estimates; ...): from the smallest to the largest low, point, value or high."""
    rows, ends = book.rows(parts[0], parts[1:]), dict[Any, list[Fraction]]()
    for column in rows.filter(["low", "point", "value", "high"]).dropna(axis=1, how="all"):
        for row, cell in book.cells(f"{parts[0]}.{column}", parts[1:]).items():
            ends.setdefault(row, []).extend([cell.interval.low, cell.interval.high])
    if not ends:
        raise NoFigure(f"{'; '.join(parts)} has no figure in a column low, point, value or high")
    note, rows = f"{len(ends)} rows have a figure", rows.loc[list(ends)]
    if {"period_start", "period_end"} <= set(rows):
        note += f", for periods between {rows.period_start.min()} and {rows.period_end.max()}"
    sources = tuple(Interval(min(own), max(own)) for own in ends.values())
    whole = Interval(min(own.low for own in sources), max(own.high for own in sources))
    inputs = (f"{'; '.join(parts)}: {note}",)
    return Computed(None, whole, inputs=inputs, notes=(note,), sources=sources)


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
    "largest": nth_largest,
    "rank": row_place,
    "range": row_range,
    "share": partial(of_two, "share", truediv, "share", HUNDRED),  # A in B, shown in percent
    "rate": partial(of_two, "rate", truediv, "share", Fraction(1000)),  # A in B, per 1,000
    "ratio": partial(of_two, "ratio", truediv, "ratio", ONE),  # how many times B is A
    "difference": partial(of_two, "difference", sub, "", ONE),  # A less B
}
