"""Formulas of a claims table: data, not Python. Each names a table, its filters and one of a few words.

    value(index.people; edition=2023; iso3=PRK)             one cell
    sum(index.people; edition=2023; country!=India)         all cells that fit, blanks left out
    count(index.people; edition=2023)                       how many are printed; count(index; ...) counts rows
    median(vulnerability.score; edition=2018; factor=governance issues; iso3=top(10; index.rate; edition=2023))
    largest(2; index.rate; edition=2023)                    the second largest
    rank(index.rate; edition=2023; of iso3=USA)             the place of one row; "lowest first" turns it round
    range(famine_estimates; method_class=official)          from the smallest to the largest low, point, value or high
    share(A; B), rate(A; B)                                 A in B, shown in percent; per 1,000
    ratio(A; B), difference(A; B)                           A over B; A less B
    2000000                                                 a number

A and B are formulas. Filters are column=value with =, !=, <, <=, > or >=; `country` may stand for iso3. Nothing is
handed to Python: a word that is not in this list is an error with the nearest right one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from operator import sub, truediv
from typing import Any

from analysis import ranks
from analysis.claims import vocabulary
from analysis.claims.lookup import NUMBER, Book, FormulaError, NoFigure
from analysis.claims.vocabulary import HUNDRED, ONE, Computed, call, figures, filters, values
from analysis.rounding import Interval, exact
from analysis.tables import hint


def evaluate(text: str, book: Book) -> Computed:
    """The value and interval of a formula. FormulaError for one that cannot be understood, NoFigure for a gap."""
    text = text.strip()
    if re.fullmatch(NUMBER, text):
        return Computed(exact(text), Interval(text, text))
    name, parts = call(text)
    if name not in FUNCTIONS:
        raise FormulaError(f'there is no word "{name}"; {hint(name, FUNCTIONS)}')
    try:
        return FUNCTIONS[name](book, parts)
    except ZeroDivisionError:
        raise FormulaError(f"{name} divides by a figure that may be zero") from None


def rank(book: Book, parts: list[str]) -> Computed:
    """The place of one row among those that fit, and the places that rounding leaves open; place 1 is the largest.

    For index.rate the printed rate, count and population of a row are taken together (rates.printed_intervals). The
    point is the plain rank, ties sharing the best place, moved to the nearest place that rounding leaves open.
    """
    whose = [part.removeprefix("of ") for part in parts[1:] if part.startswith("of ")]
    pool = [part for part in parts[1:] if not part.startswith("of ") and part != "lowest first"]
    if not whose:
        raise FormulaError("rank does not say whose place; add a part such as of iso3=USA")
    cells, source = figures(book, [parts[0], *pool])
    ours = book.rows(book.column(parts[0])[0], filters(book, pool + whose)).index
    at = [i for i, cell in enumerate(cells) if cell.row in ours]
    if len(at) != 1:
        fault = f"{len(at)} of the {len(cells)} ranked rows fit {'; '.join(whose)}, where one should"
        raise FormulaError(fault) if at else NoFigure(fault)
    turn = -1 if "lowest first" in parts else 1
    together = book.allowed if parts[0] == "index.rate" else {}
    ends = [sorted(turn * end for end in together.get(c.row, c.interval.bounds())) for c in cells]
    places = ranks.rank_interval([low for low, _ in ends], [high for _, high in ends]).iloc[at[0]]
    plain = int(ranks.rank([float(turn * v) for v in values(cells)])[at[0]])
    best, worst = int(places["best"]), int(places["worst"])
    note = f"a plain rank of the printed figures, ties sharing the best place, gives {plain} of {len(cells)}"
    held = Fraction(min(max(plain, best), worst))
    notes = () if plain == best == worst else (note,)
    return Computed(held, Interval(best, worst), "rank", ONE, (f"{source}, {'; '.join(whose)}",), notes, len(cells))


def of_two(word: str, how: Callable[[Any, Any], Any], kind: str = "", per: Fraction = ONE) -> Callable[..., Computed]:
    """share, rate, ratio or difference: how joins two formulas; the interval lets both err on their own."""

    def joined(book: Book, parts: list[str]) -> Computed:
        if len(parts) != 2:
            raise FormulaError(f"{word} needs two formulas with ; between them, not {len(parts)}")
        one, other = (evaluate(part, book) for part in parts)
        if not kind and one.kind != other.kind:
            raise FormulaError(f"{word} needs two figures of one kind, not a {one.kind} and a {other.kind}")
        own = (kind, per) if kind else ("count" if one.kind == "rank" else one.kind, one.per)
        point = None if one.value is None or other.value is None else how(one.value, other.value)
        interval, notes = how(one.interval, other.interval), one.notes + other.notes
        return Computed(point, interval, *own, one.inputs + other.inputs, notes)

    return joined


FUNCTIONS: dict[str, Callable[[Book, list[str]], Computed]] = {
    "value": vocabulary.value,
    "sum": vocabulary.summed,
    "count": vocabulary.count,
    "median": vocabulary.median,
    "largest": vocabulary.largest,
    "rank": rank,
    "range": vocabulary.spread,
    "share": of_two("share", truediv, "share", HUNDRED),
    "rate": of_two("rate", truediv, "share", Fraction(1000)),
    "ratio": of_two("ratio", truediv, "ratio"),
    "difference": of_two("difference", sub),
}
