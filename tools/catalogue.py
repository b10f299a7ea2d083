"""The tables for whoever writes a formula: columns, units, and the values a filter may take."""

import textwrap
from pathlib import Path

import pandas as pd

from analysis import _package
from analysis.claims.lookup import Book
from tools.page import TEMPLATES


def values_of(column: pd.Series) -> str:
    """All values if they are few and short, the range of numbers, or the three shortest texts."""
    known = column.dropna().drop_duplicates().sort_values().astype("str").tolist()
    if len(known) <= 12 and sum(map(len, known)) <= 300:
        return " | ".join(known) or "no value"
    if pd.api.types.is_numeric_dtype(column):
        return f"{column.min():.10g} to {column.max():.10g}"
    return f"{len(known)} different, such as {' | '.join(sorted(known, key=len)[:3])}"


def show_tables(name: str | None = None, folder: Path = _package.DATA) -> int:
    """Print the tables of a folder, or what one holds; FormulaError names the nearest table."""
    book, entries = Book(folder), _package.read_package(folder, _package.TABLE)["resources"]
    names = [name] if name else [entry["name"] for entry in entries]
    frames = {one: book.table(one) for one in names}
    template = TEMPLATES.get_template("tables.txt.j2")
    made = template.render(name=name, tables=entries, frames=frames, values_of=values_of)
    for line in made.splitlines():
        print(textwrap.fill(line, 98, subsequent_indent="    ", break_on_hyphens=False))
    return 0
