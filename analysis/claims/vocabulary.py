"""The words of a formula that read tables: value, sum, count, median, largest and range; how a part is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from statistics import median as middle
from typing import Any

from analysis.claims.lookup import SIGNS, Book, Cell, Filter, FormulaError, NoFigure
from analysis.rounding import Interval
from analysis.tables import hint

ONE, HUNDRED = Fraction(1), Fraction(100)
DEEPEST = 20  # brackets within brackets
FILTER = re.compile(rf"(\w+)\s*({'|'.join(SIGNS)})\s*(.+)", re.DOTALL)


@dataclass(frozen=True)
class Computed:
    """What a formula gives, from rounding only.

    value: the point, a plain number, None if only a range is known; interval: what rounding allows; kind: "count",
    "share", "ratio" or "rank"; per: what a share is shown per; inputs: the figures used, each with its source;
    notes: sentences a reason should carry; places: how many were ranked; parts: the rows' own ranges, for range(...).
    """

    value: Fraction | None
    interval: Interval
    kind: str = "count"
    per: Fraction = ONE
    inputs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    places: int | None = None
    parts: tuple[Interval, ...] = ()


def call(text: str) -> tuple[str, list[str]]:
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
        raise FormulaError(f'cannot read "{text}"; write word(part; part), such as value(index.people; iso3=PRK)')
    return found[1].lower(), [part.strip() for part in parts]


def filters(book: Book, parts: list[str]) -> list[Filter]:
    """Filters such as edition=2023; the value may be top(n; table.column; filters), a set of the same column."""
    found = []
    for part in parts:
        pieces = FILTER.fullmatch(part)
        if not pieces:
            raise FormulaError(f'cannot read the filter "{part}"; write column=value, with ; between the parts')
        column, sign, value = pieces.groups()
        inner = value.startswith("top(") and sign in ("=", "!=")
        found.append(Filter(column, sign, top(book, column, call(value)[1]) if inner else value, part))
    return found


def figures(book: Book, parts: list[str]) -> tuple[list[Cell], str]:
    """The cells that `table.column; filters` names, and a line that says which they are."""
    cells = book.cells(parts[0], filters(book, parts[1:]))
    where = f" ({'; '.join(parts[1:])})" if parts[1:] else ""
    one = cells[0]
    held = span(one.interval) if one.value is None else plainly(one.value, one.per)
    return cells, f"{parts[0]}{where}: {held if len(cells) == 1 else f'{len(cells)} figures'}"


def unit_of(per: Fraction) -> str:
    """What stands behind a share shown per hundred, thousand and so on; nothing behind another number."""
    return "" if per == ONE else "percent" if per == HUNDRED else f"per {int(per):,}"


def plainly(value: Fraction, per: Fraction = ONE) -> str:
    """A number for a reader: whole numbers in full, others to four digits, a share in its own terms."""
    shown = value * per
    whole = shown.denominator == 1 or abs(shown) >= 1000
    return f"{float(shown):{',.0f' if whole else '.4g'}} {unit_of(per)}".rstrip()


def span(interval: Interval, per: Fraction = ONE) -> str:
    """A range for a reader; one number if both ends look alike."""
    low, high = plainly(interval.low * per), plainly(interval.high * per)
    return plainly(interval.low, per) if low == high else f"{low} to {plainly(interval.high, per)}"


def values(cells: list[Cell]) -> list[Fraction]:
    """The points; half of the bound for a figure such as "<1,000", which has none."""
    return [(c.interval.low + c.interval.high) / 2 if c.value is None else c.value for c in cells]


def taken(cells: list[Cell], source: str, point: Fraction | None, how: Callable[[list[Fraction]], Any]) -> Computed:
    """A result in the unit of its cells; how: a sum, median or the like, which grows if a cell does."""
    kind = "count" if cells[0].per == ONE else "share"
    spread = Interval(how([c.interval.low for c in cells]), how([c.interval.high for c in cells]))
    return Computed(point, spread, kind, cells[0].per, (source,))


def value(book: Book, parts: list[str]) -> Computed:
    """The one cell that fits."""
    cells, source = figures(book, parts)
    if len(cells) > 1:
        columns = ", ".join(book.names(book.column(parts[0])[0]))
        raise FormulaError(f"{source} fit; add a filter so that one is left (columns: {columns})")
    return taken(cells, source, cells[0].value, min)


def summed(book: Book, parts: list[str]) -> Computed:
    """The sum of the cells that fit; each may err by half its rounding unit on its own."""
    cells, source = figures(book, parts)
    return taken(cells, source, Fraction(sum(c.value or 0 for c in cells)), sum)


def median(book: Book, parts: list[str]) -> Computed:
    """The middle of the cells that fit."""
    cells, source = figures(book, parts)
    return taken(cells, source, middle(values(cells)), middle)


def largest(book: Book, parts: list[str]) -> Computed:
    """The n-th largest of the cells that fit; largest(1; ...) is the maximum."""
    n, cells, source = counted(book, "largest", parts)
    return taken(cells, source, sorted(values(cells))[-n], lambda ends: sorted(ends)[-n])


def count(book: Book, parts: list[str]) -> Computed:
    """How many rows fit, or how many of them have a figure printed in the column."""
    where = filters(book, parts[1:])
    try:
        n = len(book.cells(parts[0], where) if "." in parts[0] else book.rows(parts[0], where))
    except NoFigure:
        n = 0
    return Computed(Fraction(n), Interval(n, n), inputs=(f"{'; '.join(parts)}: {n:,} rows",))


def counted(book: Book, word: str, parts: list[str]) -> tuple[int, list[Cell], str]:
    """n and the cells of word(n; table.column; filters)."""
    if len(parts) < 2 or not re.fullmatch(r"[1-9]\d*", parts[0]):
        raise FormulaError(f"{word} starts with a whole number, such as {word}(3; index.rate; edition=2023)")
    cells, source = figures(book, parts[1:])
    if int(parts[0]) > len(cells):
        raise NoFigure(f"{source}, so there is no number {parts[0]}")
    return int(parts[0]), cells, source


def top(book: Book, column: str, parts: list[str]) -> frozenset[object]:
    """The column's values in the n rows with the largest figures; a tie at the last place lets all of it in."""
    n, cells, _ = counted(book, "top", parts)
    points = values(cells)
    whole = book.table(book.column(parts[1])[0])
    if column not in whole:
        raise FormulaError(f'{parts[1]} stands in a table without "{column}"; {hint(column, whole.columns)}')
    kept = [cell.row for cell, point in zip(cells, points, strict=True) if point >= sorted(points)[-n]]
    return frozenset(whole.loc[kept, column])


def spread(book: Book, parts: list[str]) -> Computed:
    """From the smallest to the largest figure of the rows that fit, each with its own low, point, value or high."""
    where, frame = filters(book, parts[1:]), book.table(parts[0])
    fit = book.rows(parts[0], where)
    own: dict[object, list[Fraction]] = {}
    for column in [c for c in ("low", "point", "value", "high") if c in frame and fit[c].notna().any()]:
        for cell in book.cells(f"{parts[0]}.{column}", where):
            own[cell.row] = [*own.get(cell.row, []), cell.interval.low, cell.interval.high]
    if not own:
        raise NoFigure(f"{'; '.join(parts)} has no figure in a column low, point, value or high")
    ranges = tuple(Interval(min(ends), max(ends)) for ends in own.values())
    note, rows = f"{len(own)} rows have a figure", frame.loc[list(own)]
    if {"period_start", "period_end"} <= set(frame):
        note += f", for periods between {rows['period_start'].min()} and {rows['period_end'].max()}"
    whole = Interval(min(r.low for r in ranges), max(r.high for r in ranges))
    return Computed(None, whole, inputs=(f"{'; '.join(parts)}: {note}",), notes=(note,), parts=ranges)
