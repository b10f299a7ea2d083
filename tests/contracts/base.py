"""The words of a contract: rows of the tables, the marks that a figure may have, and how one is registered."""

import functools
import json
import math
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).resolve().parent.parent.parent
CONTRACTS: dict[str, Callable[[], dict[str, Any]]] = {}  # name of a figure -> its facts
PLAIN = {"panels": 1, "heading": "", "x label": "", "y label": "", "x scale": "linear", "y scale": "linear"}


def contract(name: str) -> Callable[[Any], Any]:
    """Registers the facts of a figure: a function that gives what -> the value expected; see `look`."""

    def register(facts: Any) -> Any:
        if name in CONTRACTS:
            raise ValueError(f"{name} has two contracts")
        CONTRACTS[name] = functools.cache(facts)
        return facts

    return register


@functools.cache
def whole(name: str) -> pd.DataFrame:
    """A table of data/ as it is printed: every cell a text."""
    return pd.read_csv(ROOT / "data" / f"{name}.csv", dtype=str, keep_default_na=False)


def rows(name: str, *numbers: str, **equals: str) -> pd.DataFrame:
    """The rows of a table whose columns have the given text; the columns `numbers` as numbers, empty ones missing."""
    found = whole(name)
    for column, text in equals.items():
        found = found[found[column] == text]
    assert len(found), (name, equals)
    return found.reset_index(drop=True).assign(**{c: pd.to_numeric(found[c].to_numpy()) for c in numbers})


def footer(*used: tuple[str, pd.DataFrame], said: str = "") -> str:
    """The source line: what is said first, then how the tables' sources are cited, but for those of rows not used."""
    entries = {
        entry["name"]: entry
        for entry in json.loads((ROOT / "data" / "datapackage.json").read_text("utf-8"))["resources"]
    }
    cited = {said: None} if said else {}
    for name, found in used:
        for source in entries[name]["sources"]:
            limits = source.get("rows", {})
            if all(found[column].isin([str(v) for v in limits[column]]).any() for column in limits):
                cited[source.get("cite", source["title"])] = None
    return "; ".join(filter(None, cited)) + "."


def mark(kind: str, points: Any, colour: Any, label: str = "", **more: Any) -> dict[str, Any]:
    """One mark; colour: a name, or one for each part; label: "" for one that no key names."""
    return {"kind": kind, "points": points, "colour": [colour] if isinstance(colour, str) else colour} | {
        "label": label,
        **more,
    }


def line(x: Iterable[Any], y: Iterable[Any], colour: str, label: str = "", marker: str = "None", style: str = "-"):
    """A line, or with style "None" a set of marks, through the points (x, y)."""
    return mark("line", pairs(x, y), colour, label, marker=marker, style=style)


def segments(ends: Iterable[Any], colour: Any, label: str = ""):
    """Straight pieces; ends: ((x, y), (x, y)) of each."""
    return mark("segments", [[list(map(plain, end)) for end in piece] for piece in ends], colour, label)


def level(low: Iterable[Any], high: Iterable[Any], at: Iterable[Any], colour: Any, label: str = ""):
    """Horizontal pieces from low to high at the heights `at`."""
    return segments([((a, y), (b, y)) for a, b, y in zip(low, high, at, strict=True)], colour, label)


def bar(x: float, y: float, width: float, height: float, colour: str, edge: str | None = None):
    """A bar from its corner (x, y); edge: the colour around it, where it says something."""
    return {"kind": "bar", "box": [plain(v) for v in (x, y, width, height)], "colour": [colour]} | (
        {"edge": [edge]} if edge else {}
    )


def area(outlines: Any, colour: Any, label: str = ""):
    """Filled outlines, each a list of points."""
    return mark("area", [[list(map(plain, p)) for p in outline] for outline in outlines], colour, label)


def pairs(x: Iterable[Any], y: Iterable[Any]) -> list[list[float | None]]:
    """Points as a record has them."""
    return [[plain(a), plain(b)] for a, b in zip(x, y, strict=True)]


def plain(value: Any) -> float | None:
    """A float; None for a missing or infinite one, as a record has it."""
    return float(value) if value is not None and math.isfinite(float(value)) else None


class About:
    """A value that need be met only nearly: of a simulation with other random numbers, say why beside it."""

    def __init__(self, value: float, by: float) -> None:
        self.value, self.by = value, by  # by: as a part of the value

    def met(self, found: Any) -> bool:
        return isinstance(found, float | int) and math.isclose(found, self.value, rel_tol=self.by)


def agree(expected: Any, found: Any) -> bool:
    """Equal, numbers to 1e-8 of their size (records keep ten digits); keys that are not expected are free."""
    if isinstance(expected, About | Says):
        return expected.met(found)
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(k in found and agree(v, found[k]) for k, v in expected.items())
    if isinstance(expected, list | tuple):
        same = isinstance(found, list | tuple) and len(expected) == len(found)
        return same and all(map(agree, expected, found))
    if isinstance(expected, float | int) and isinstance(found, float | int):
        return math.isclose(expected, found, rel_tol=1e-8, abs_tol=1e-9)
    return bool(expected == found)


def is_nothing(shown: dict[str, Any]) -> bool:
    """Made for a key only, or of no extent, as seaborn's empty error bars."""
    points = shown.get("points", [1])
    return not points or (shown["kind"] == "line" and all(None in point for point in points))


def without_own(shown: dict[str, Any]) -> dict[str, Any]:
    """A drawn mark; a label that matplotlib made up is none."""
    label = shown.get("label", "")
    return shown | {"label": "" if label.startswith("_") else label} if "label" in shown else shown


def look(figure: dict[str, Any], what: str) -> Any:
    """What a figure shows, by the words of a contract.

    title, subtitle, alt, source; inputs: the names of its tables; table: its CSV, {column: [text of each row]};
    columns: those names; panels: how many sets of axes. Of one set, "2: x label" of the third (without a number: of
    the only one): heading, x label, x scale, x ticks, x limits (so for y), texts, legend, marks (those of no
    extent are none), and "marks K" for the Kth. Of a table's column: "column NAME".
    """
    number, _, part = what.rpartition(": ")
    if what in ("title", "subtitle", "alt", "source"):
        return figure[what]
    simple = {
        "inputs": lambda: sorted(figure["inputs"]),
        "columns": lambda: list(figure["table"]),
        "table": lambda: figure["table"],
        "panels": lambda: len(figure["axes"]),
    }
    if what in simple:
        return simple[what]()
    if what.startswith("column "):
        return figure["table"].get(what.removeprefix("column "))
    if not number and len(figure["axes"]) > 1:
        raise KeyError(f"{what}: of which panel? write 0: {what}")
    return of_axes(figure["axes"][int(number or 0)], part)


def of_axes(axes: dict[str, Any], part: str) -> Any:
    """One part of one set of axes."""
    if part == "heading":
        return axes["title"]
    first, _, rest = part.partition(" ")
    if first in ("x", "y"):
        return axes[f"{first}_ticks"] if rest == "ticks" else axes[first][rest]
    shown = axes["marks" if first == "marks" else part]
    if first == "marks":
        shown = [without_own(mark) for mark in shown if not is_nothing(mark)]
    return shown[int(rest)] if rest else shown


def cells(values: Iterable[Any]) -> list[Any]:
    """A column as NAME.csv has it: a number wherever a text is one, an empty text where nothing stands."""
    texts = ["" if value is None or value != value else value for value in values]
    return [float(text) if isinstance(text, str) and re.fullmatch(r"-?\d+(\.\d+)?", text) else text for text in texts]


def in_words(number: int) -> str:
    """A small number as a text has it."""
    few = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    return few[number]


def joined(names: Iterable[str]) -> str:
    """A, B and C."""
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last


def spread(values: Iterable[float], margin: float) -> list[float]:
    """Limits that leave a part of the extent of the values to both sides."""
    low, high = min(values := list(values)), max(values)
    return [low - margin * (high - low), high + margin * (high - low)]


def of_panel(number: int, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of one set of axes of several."""
    return {f"{number}: {what}": expected for what, expected in facts.items()}


LOOKS = [("ink", "o"), ("green", "^"), ("purple", "v"), ("sky", "P"), ("amber", "X"), ("muted", "p")]  # of classes


def classes(values: Iterable[Any]) -> dict[Any, tuple[str, str]]:
    """Colour and marker of each class, in the order in which they come up."""
    return dict(zip(dict.fromkeys(values), LOOKS, strict=False))


def between(x: Iterable[Any], low: Iterable[Any], high: Iterable[Any]) -> list[list[float]]:
    """The outline of a band from low to high, as it is drawn: there below, back above."""
    there, back = list(zip(x, low, strict=True)), list(zip(x, high, strict=True))
    return [list(map(float, point)) for point in [back[0], *there, back[-1], *back[::-1], back[0]]]


@functools.cache
def own_table(name: str) -> pd.DataFrame:
    """NAME.csv: for what was simulated, which the contract then holds by About, and the marks to it."""
    return pd.read_csv(ROOT / "figures" / f"{name}.csv")


class Says:
    """A text that need only hold these parts: a sentence whose wording its own tests hold."""

    def __init__(self, *parts: str) -> None:
        self.parts = parts

    def met(self, found: Any) -> bool:
        return isinstance(found, str) and all(part in found for part in self.parts)
