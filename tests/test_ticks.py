"""A tick stands where its label says: read from the SVG of each figure, apart from what recorded the drawn values.

The record of a figure has its tick labels and not their places, so labels set to wrong places would not show there.
"""

import json
import math
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest

FIGURES = Path(__file__).resolve().parent.parent / "figures"
NAMES = sorted(path.stem for path in FIGURES.glob("*.svg"))
SVG, NEAR = "{http://www.w3.org/2000/svg}", 0.003  # of the length of an axis


def groups(tree, start):
    """The groups whose id starts so."""
    return [group for group in tree.iter(f"{SVG}g") if group.get("id", "").startswith(start)]


def ticks(axes, side):
    """(label, place as a part of the axis) of each tick with a label; place 0 is left, or below."""
    if not groups(axes, f"{side}tick_"):
        return []  # switched off
    outline = groups(axes, "patch_")[0].find(f"{SVG}path").get("d")
    values = [float(pair["xy".index(side)]) for pair in re.findall(r"([\d.]+) ([\d.]+)", outline)]
    start, end = (min(values), max(values)) if side == "x" else (max(values), min(values))
    found = []
    for tick in groups(axes, f"{side}tick_"):
        labels = [part.text.strip() for part in tick.iter() if part.tag is ET.Comment]
        marks = [mark.get(side) for mark in tick.iter(f"{SVG}use") if mark.get(side)]
        if labels and marks:
            found.append((" ".join(labels), (float(marks[0]) - start) / (end - start)))
    return found


def number(label):
    """The number that a label is; None for a name."""
    plain = label.replace("\N{MINUS SIGN}", "-").replace(",", "").replace(" million", "e6")
    for form, scale in {r"(-?\d+(\.\d+)?(e6)?)": 1, r"(\d+)%": 0.01, r"1 in (\d+)": -1}.items():
        if found := re.fullmatch(form, plain):
            return scale * float(found[1]) if scale > 0 else 1 / float(found[1])
    return None


def part(value, axis):
    """Where a value lies on an axis of these limits and scale, from 0 to 1."""
    low, high = axis["limits"]
    if axis["scale"] == "log":
        value, low, high = (math.log10(v) if v > 0 else -math.inf for v in (value, low, high))
    return (value - low) / (high - low)


def stand(found, values, axis):
    """Whether each tick stands at its value."""
    return all(v is not None and abs(part(v, axis) - at) < NEAR for (_, at), v in zip(found, values, strict=True))


def misplaced(found, axis):
    """Whether ticks are neither numbers at their values, nor names of rows, nor places of rows counted from one."""
    values = [number(label) for label, _ in found]
    readings = [values, range(len(found))]
    if None not in values:
        readings += [[100 * value for value in values]] if all("%" in label for label, _ in found) else []
        readings += [[value - 1 for value in values]] if axis["limits"][0] > axis["limits"][1] else []
    return not any(stand(found, reading, axis) for reading in readings)


def sides(name):
    """(ticks with a label, axis as recorded) of each side of each set of axes that has any."""
    record = json.loads((FIGURES / f"{name}.json").read_text("utf-8"))
    kept = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))  # labels are drawn as outlines, and noted
    tree = ET.fromstring((FIGURES / f"{name}.svg").read_text("utf-8"), kept)
    both = zip(groups(tree, "axes_"), record["axes"], strict=True)
    return [(ticks(axes, side), shown[side]) for axes, shown in both for side in "xy" if ticks(axes, side)]


@pytest.mark.parametrize("name", NAMES)
def test_ticks_stand_where_they_say(name):
    for found, axis in sides(name):
        assert not misplaced(found, axis), found
        for (one, here), (other, there) in pairwise(found):  # labels in order, two places exchanged
            turned = {one: there, other: here}
            assert misplaced([(label, turned.get(label, at)) for label, at in found], axis), (one, other)
        low, high = ([(label, ratio * at) for label, at in found] for ratio in (0.9, 1.1))
        assert len(found) == 1 or (misplaced(low, axis) and misplaced(high, axis))


def test_there_are_ticks():
    assert sum(len(sides(name)) > 1 for name in NAMES) > 30
