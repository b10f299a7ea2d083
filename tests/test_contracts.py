"""Every figure shows what its contract says, and a contract notices a figure that shows anything else.

The contracts (tests/contracts/) compute from data/ by code of their own. Here each is held against NAME.json and
NAME.csv, and then against figures spoiled in every way that we could think of, one at a time: none may pass.
"""

import ast
import copy
import csv
import json
import re
from pathlib import Path

import pytest

import contracts
from contracts.base import CONTRACTS, ROOT, agree, is_nothing, look

FOLDER = Path(contracts.__file__).parent
for _path in sorted(FOLDER.glob("of_*.py")):
    __import__(f"contracts.{_path.stem}")
NAMES = sorted(path.stem for path in (ROOT / "figures").glob("*.json"))
FEWEST = 5  # facts of a figure, besides its words, its inputs and its table
WORDS = ("title", "subtitle", "alt", "source", "inputs", "columns")


def read_figure(name):
    """NAME.json, with the columns of NAME.csv as texts and numbers under "table"."""
    record = json.loads((ROOT / "figures" / f"{name}.json").read_text("utf-8"))
    with (ROOT / "figures" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        head, *body = csv.reader(file)
    return record | {"table": {column: [value(row[n]) for row in body] for n, column in enumerate(head)}}


def value(text):
    """A cell of a figure's table: a number where it is one."""
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?(e[-+]\d+)?", text) else text


def broken(name, figure):
    """The facts of a contract that a figure does not show."""
    return [what for what, expected in CONTRACTS[name]().items() if not agree(expected, seen(figure, what))]


def seen(figure, what):
    """What a figure shows, by the words of a contract; None if it has no such part."""
    try:
        return look(figure, what)
    except (KeyError, IndexError, TypeError):
        return None


def noticed(name, sound, spoiled):
    """Whether the contract objects to what a spoiled figure shows otherwise than the sound one."""
    facts = CONTRACTS[name]()
    return any(not agree(facts[what], shown) for what in facts if (shown := seen(spoiled, what)) != sound[what])


def test_every_figure_has_a_contract_and_every_contract_a_figure():
    assert sorted(CONTRACTS) == NAMES, "write the facts of a new figure in tests/contracts: CONTRIBUTING.md says how"


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_a_figure_shows_what_its_contract_says(name):
    figure, facts = read_figure(name), CONTRACTS[name]()
    wrong = {what: (facts[what], look(figure, what)) for what in broken(name, figure)}
    assert wrong == {}, "fact: (expected, shown)"
    assert len(facts) - len(facts.keys() & set(WORDS)) >= FEWEST and facts.keys() >= set(WORDS)


def test_contracts_use_no_code_of_the_package():
    for path in FOLDER.glob("*.py"):
        names = {
            n.name
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Import)
            for n in node.names
        }
        names |= {
            node.module for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)
        }
        assert not [name for name in names if name and name.split(".")[0] in ("analysis", "tools", "findings")], (
            path.name
        )


# --- spoiled figures ---


def spoiled_words(figure):
    """Titles, texts and inputs changed by a word or a digit."""
    for what in ("title", "subtitle", "alt", "source"):
        yield f"{what} says not", figure | {what: figure[what] + " not"}
    yield "an input more", figure | {"inputs": figure["inputs"] | {"groups2": ""}}


def spoiled_tables(figure):
    """NAME.csv cut to three rows or fewer, without a column, with two exchanged, with one doubled."""
    table, (first, *others) = figure["table"], figure["table"]
    size = len(table[first])
    yield "rows cut", figure | {"table": {column: cells[: min(3, size - 1)] for column, cells in table.items()}}
    yield "a column less", figure | {"table": {column: table[column] for column in others}}
    for one, cells in table.items():
        if any(isinstance(cell, float) and cell for cell in cells):
            twice = [2 * cell if isinstance(cell, float) else cell for cell in cells]
            yield f"column {one} doubled", figure | {"table": table | {one: twice}}
        if len(set(cells)) > 1:
            yield (
                f"column {one} turned",
                figure | {"table": table | {one: cells[::-1]}}
                if cells != cells[::-1]
                else figure | {"table": table | {one: [*cells[1:], cells[0]]}},
            )


def spoiled_axes(figure):
    """Each set of axes: there twice; another unit, scale, heading; ticks, texts and the key changed; bars cut off."""
    for number in range(len(figure["axes"])):
        yield f"{number}: twice", figure | {"axes": [*figure["axes"], figure["axes"][number]]}
        for side in "xy":
            yield f"{number}: {side} label", changed(figure, number, [side, "label"], lambda text: text + " (per 100)")
            yield (
                f"{number}: {side} scale",
                changed(figure, number, [side, "scale"], lambda s: "linear" if s == "log" else "log"),
            )
            yield f"{number}: {side} turned", changed(figure, number, [side, "limits"], lambda ends: ends[::-1])
            for end in (0, 1):
                yield f"{number}: {side} cut", changed(figure, number, [side, "limits", end], moved)
        axes = figure["axes"][number]
        yield f"{number}: heading", changed(figure, number, ["title"], lambda text: text + "!")
        for part in ("x_ticks", "y_ticks", "legend"):
            if axes[part] != axes[part][::-1]:
                yield f"{number}: {part} exchanged", changed(figure, number, [part], lambda texts: texts[::-1])
            for place in range(len(axes[part])):
                yield f"{number}: {part} {place}", changed(figure, number, [part, place], lambda text: text + "0")
        for place in range(len(axes["texts"])):
            yield f"{number}: text {place}", changed(figure, number, ["texts", place, 0], lambda text: text + "0")
            yield f"{number}: text {place} moved", changed(figure, number, ["texts", place, 1], moved)
        yield from spoiled_marks(figure, number)


def spoiled_marks(figure, number):
    """Each mark: left out, of another colour, shape or name, at twice its value, a point less, there twice."""
    marks = figure["axes"][number]["marks"]
    for place, mark in enumerate(marks):
        where = f"{number}: mark {place}"
        if is_nothing(mark):
            continue
        yield (
            f"{where} left out",
            changed(figure, number, ["marks"], lambda all_, place=place: all_[:place] + all_[place + 1 :]),
        )
        yield f"{where} twice", changed(figure, number, ["marks"], lambda all_, mark=mark: [*all_, mark])
        yield (
            f"{where} colour",
            changed(figure, number, ["marks", place, "colour"], lambda c: ["purple" if c != ["purple"] else "green"]),
        )
        for key in ("marker", "style"):
            if key in mark and not (key == "style" and len(mark["points"]) == 1):
                other = {"marker": "*", "style": ":" if mark.get("style") == "-." else "-."}[key]
                yield f"{where} {key}", changed(figure, number, ["marks", place, key], lambda _, other=other: other)
        if not mark.get("label", "_").startswith("_"):
            yield f"{where} name", changed(figure, number, ["marks", place, "label"], lambda text: text + "s")
        if mark["kind"] == "bar":
            for side in (0, 1, 2, 3):
                yield f"{where} box {side}", changed(figure, number, ["marks", place, "box", side], moved)
        else:
            yield from spoiled_points(figure, number, place)


def spoiled_points(figure, number, place):
    """The points of a mark: one less, one moved (each side; the first, the middle, the last)."""
    points, path = figure["axes"][number]["marks"][place]["points"], ["marks", place, "points"]
    where = f"{number}: mark {place}"
    yield f"{where} a point less", changed(figure, number, path, lambda all_: all_[:-1])
    for nth in sorted({0, len(points) // 2, len(points) - 1}):
        for side in (0, 1):
            step = [nth, side] if not isinstance(points[nth][0], list) else [nth, -1, side]
            if leaf(points, step) is not None:
                yield f"{where} point {nth} moved, side {side}", changed(figure, number, [*path, *step], moved)


def leaf(tree, path):
    for step in path:
        tree = tree[step]
    return tree


def moved(number):
    """Another value, by the size of the old one."""
    return 2 * number if number else 1.0


def changed(figure, number, path, how):
    """A copy of the figure in which one leaf of one set of axes is another; all else is shared."""
    axes = tree = copy.copy(figure["axes"])
    *steps, last = [number, *path]
    for step in steps:
        tree[step] = copy.copy(tree[step])
        tree = tree[step]
    tree[last] = how(tree[last])
    return figure | {"axes": axes}


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_a_contract_notices_a_spoiled_figure(name):
    figure, missed, tried = read_figure(name), [], 0
    sound = {what: seen(figure, what) for what in CONTRACTS[name]()}
    for spoil in (spoiled_words, spoiled_tables, spoiled_axes):
        for how, spoiled in spoil(figure):
            tried += 1
            missed += [] if noticed(name, sound, spoiled) else [how]
    assert tried > 20 and missed == []
