"""The rules one cell, one header and one key must keep; used by tables.load."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

NUMBER = r"-?\d+(\.\d+)?([eE]-?\d+)?"


@dataclass(frozen=True)
class Problem:
    """One fault of a table: where it stands, what it is, what to do. row is the line number in the file."""

    file: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    what: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        place = [f"data/{self.file}"]
        place += [f"row {self.row}"] if self.row else []
        place += [f"column {self.column}"] if self.column else []
        value = f' "{self.value}"' if self.value is not None else ""
        return f"{', '.join(place)}:{value} {self.what}; {self.remedy}"


def header_problems(file: str, header: list[str], names: list[str]) -> Iterator[Problem]:
    """Missing, renamed, extra, repeated and misplaced columns.

    Renamed: spelt alike, or, however it is spelt, the only new name and at the place of the only missing one.
    """
    extra = [c for c in header if c not in names]
    lost = [c for c in names if c not in header]
    swapped = len(lost) == len(extra) == 1 and names.index(lost[0]) == header.index(extra[0])
    for column in lost:
        close = extra if swapped else get_close_matches(column, extra, n=1, cutoff=0.5)
        remedy = f"rename {close[0]} back to {column}" if close else f"add it; the columns are {', '.join(names)}"
        extra = [c for c in extra if c not in close]
        yield Problem(file, 1, column, close[0] if close else None, "is missing" if not close else "renamed", remedy)
    for column in extra:
        remedy = "remove it or describe it in datapackage.json"
        yield Problem(file, 1, column, None, "is not in the description", remedy)
    if sorted(header) == sorted(names) and header != names:
        yield Problem(file, 1, None, ",".join(header), "columns out of order", f"put them as {', '.join(names)}")
    for column in sorted({c for c in header if header.count(c) > 1}):
        yield Problem(file, 1, column, None, "occurs twice", "keep one")


def cell_problem(file: str, line: int, field: dict[str, Any], text: str, missing: set[str]) -> Problem | None:
    """The first rule this cell breaks, or None."""
    rules, name = field.get("constraints", {}), field["name"]
    if text in missing:
        return Problem(file, line, name, text, "is required", "fill the cell") if rules.get("required") else None
    if field["type"] in ("integer", "number"):
        pattern = r"-?\d+" if field["type"] == "integer" else NUMBER
        if not re.fullmatch(pattern, text):
            kind = "a whole number" if field["type"] == "integer" else "a number"
            return Problem(file, line, name, text, f"is not {kind}", "write digits only, with a point for decimals")
        value = float(text)
        if value < rules.get("minimum", value):
            return Problem(file, line, name, text, f"is below {rules['minimum']}", "check it against the source")
        if value > rules.get("maximum", value):
            return Problem(file, line, name, text, f"is above {rules['maximum']}", "check it against the source")
    if "enum" in rules and text not in [str(v) for v in rules["enum"]]:
        return Problem(file, line, name, text, "is not allowed", f"use one of {', '.join(map(str, rules['enum']))}")
    if "pattern" in rules and not re.fullmatch(rules["pattern"], text):
        return Problem(file, line, name, text, f"does not fit {rules['pattern']}", "check the spelling")
    return None


def limit_problem(
    file: str, line: int, field: dict[str, Any], row: dict[str, str], limits: dict[str, str]
) -> Problem | None:
    """A number above the limit that another table sets for this row, such as 100 for a percentage; or None.

    limits: value of the row's column named by "maximumFrom" -> the largest number allowed.
    """
    rule, text = field.get("maximumFrom", {}), row[field["name"]]
    limit = limits.get(row.get(rule.get("by"), ""))
    if limit is None or not re.fullmatch(NUMBER, text) or float(text) <= float(limit):
        return None
    what = f"is above {limit}, the {rule['field']} of {row[rule['by']]} in {rule['resource']}.csv"
    return Problem(file, line, field["name"], text, what, "check it against the source, and its unit")


def foreign_keys(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The foreign keys, and those that allow a few values more, such as WLD for the world.

    The second kind is this project's own: the Frictionless standard has none, so only this loader checks it.
    """
    return [*schema.get("foreignKeys", []), *schema.get("foreignKeysExcept", [])]


def key_problems(
    file: str, schema: dict[str, Any], rows: list[tuple[int, dict[str, str]]], known: dict[str, set[str]]
) -> Iterator[Problem]:
    """Duplicate primary keys and foreign keys that the other table does not have."""
    first: dict[tuple[str, ...], int] = {}
    key = schema.get("primaryKey", [])
    key = [key] if isinstance(key, str) else key
    for line, row in rows:
        value = tuple(row.get(column, "") for column in key)
        if key and value in first:
            shown = ", ".join(value)
            yield Problem(file, line, "+".join(key), shown, f"stands in row {first[value]} already", "keep one row")
        first.setdefault(value, line)
    for foreign in foreign_keys(schema):
        column = foreign["fields"] if isinstance(foreign["fields"], str) else foreign["fields"][0]
        table = foreign["reference"]["resource"]
        for line, row in rows:
            text = row.get(column, "")
            if text and text not in known[table] and text not in foreign.get("except", []):
                close = get_close_matches(text, sorted(known[table]), n=1)
                remedy = f"did you mean {close[0]}?" if close else f"add it to {table}.csv"
                yield Problem(file, line, column, text, f"is not in {table}.csv", remedy)
