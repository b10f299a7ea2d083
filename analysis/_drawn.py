"""What a figure shows, read back from its axes: labels, values, limits and colours by name.

Tests compare this and not pixels: a wrong column, a truncated axis or swapped labels changes it, another version of
matplotlib does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import Collection, LineCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text


def number(value: Any) -> float | str | None:
    """A drawn value to ten significant digits (enough for any reader, the same on any machine)."""
    if isinstance(value, str):
        return value
    value = float(value)
    return None if not np.isfinite(value) else float(f"{value:.10g}")


def pairs(points: Any) -> list[list[float | str | None]]:
    """Points of shape (n, 2) as lists of numbers; masked points are None."""
    return [[number(x), number(y)] for x, y in np.ma.filled(np.ma.asarray(points, dtype="float64"), np.nan)]


def colours(values: Any, names: Mapping[str, str]) -> list[str]:
    """Each colour by its name in the theme, else as hex; one entry if all are equal."""
    known = {to_hex(hexa): name for name, hexa in names.items()}
    found = [known.get(to_hex(value), to_hex(value)) for value in values]
    return found[:1] if len(set(found)) == 1 else found


def marks(axes: Axes, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every line, point set, bar and segment of the axes, in the order drawn."""
    found: list[dict[str, Any]] = []
    for line in axes.get_lines():
        points = np.column_stack([line.get_xdata(orig=False), line.get_ydata(orig=False)])
        look = {"colour": colours([line.get_color()], names), "marker": str(line.get_marker())}
        found.append({"kind": "line", "label": str(line.get_label()), **look, "points": pairs(points)})
    for group in axes.collections:
        found.append(collection(group, names))
    for patch in axes.patches:
        if isinstance(patch, Rectangle):
            box = [number(v) for v in (patch.get_x(), patch.get_y(), patch.get_width(), patch.get_height())]
            found.append({"kind": "bar", "box": box, "colour": colours([patch.get_facecolor()], names)})
    return found


def collection(group: Collection, names: Mapping[str, str]) -> dict[str, Any]:
    """One point set (its centres) or one set of segments (their ends)."""
    label = str(group.get_label())
    if isinstance(group, LineCollection):
        segments = [pairs(segment) for segment in group.get_segments()]
        return {"kind": "segments", "label": label, "colour": colours(group.get_colors(), names), "points": segments}
    face = group.get_facecolor()
    offsets = pairs(group.get_offsets())
    if len(offsets) == 1 and offsets[0] == [0.0, 0.0]:  # a filled area: its outline holds the values
        outlines = [pairs(path.vertices) for path in group.get_paths()]
        return {"kind": "area", "label": label, "colour": colours(face, names), "points": outlines}
    return {"kind": "points", "label": label, "colour": colours(face, names), "points": offsets}


def place(text: Text) -> list[float | str | None]:
    """Where a text belongs: the point it annotates, else its own position; a category counts as its number."""
    x, y = text.xy if isinstance(text, Annotation) else text.get_position()
    return [number(text.convert_xunits(x)), number(text.convert_yunits(y))]


def in_view(labels: list[Text], coordinate: int, limits: tuple[float, float]) -> list[str]:
    """The tick labels within the limits: no other is drawn, though matplotlib may list some."""
    low, high = sorted(limits)
    room = (high - low) * 1e-9  # a tick at 0.1 + 0.2 still lies within a limit of 0.3
    low, high = low - room, high + room
    return [text.get_text() for text in labels if low <= text.get_position()[coordinate] <= high]


def axis(axes: Axes, names: Mapping[str, str]) -> dict[str, Any]:
    """Titles, limits, scales, tick labels in view, texts and marks of one set of axes."""
    legend = axes.get_legend()
    return {
        "title": axes.get_title(loc="left") or axes.get_title(),
        "x": {"label": axes.get_xlabel(), "limits": [number(v) for v in axes.get_xlim()], "scale": axes.get_xscale()},
        "y": {"label": axes.get_ylabel(), "limits": [number(v) for v in axes.get_ylim()], "scale": axes.get_yscale()},
        "x_ticks": in_view(axes.get_xticklabels(), 0, axes.get_xlim()),
        "y_ticks": in_view(axes.get_yticklabels(), 1, axes.get_ylim()),
        "texts": [[text.get_text(), *place(text)] for text in axes.texts],
        "legend": [text.get_text() for text in legend.get_texts()] if legend else [],
        "marks": marks(axes, names),
    }


def values(figure: Figure, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """All axes of the figure; call after the figure was drawn once, so that tick labels exist."""
    return [axis(axes, names) for axes in figure.axes]
