"""What a figure shows, read back from its axes, for tests: labels, values, limits, colours."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import Collection, LineCollection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text

Shown = float | None


def number(value: Any) -> Shown:
    """A drawn value to ten significant digits: enough for a reader, the same on any machine."""
    return float(f"{value:.10g}") if np.isfinite(value) else None


def points(drawn: Any) -> list[list[Shown]]:
    """Points of shape (n, 2) as lists of numbers; masked points are None."""
    array: Any = np.ma.filled(np.ma.asarray(drawn, dtype="float64"), np.nan)
    return [[number(x), number(y)] for x, y in array]


def colours(values: Any, names: Mapping[str, str]) -> list[str]:
    """Each colour by its name in the theme, else as hex; one entry if all are equal."""
    known = {to_hex(hexa): name for name, hexa in names.items()}
    found = [known.get(to_hex(value), to_hex(value)) for value in values]
    return found[:1] if len(set(found)) == 1 else found


def marks(axes: Axes, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every line, point set, segment and bar of the axes, in the order drawn."""
    found: list[dict[str, Any]] = []
    for line in axes.get_lines():
        mark: dict[str, Any] = {"kind": "line", "label": str(line.get_label())}
        mark |= {"points": points(line.get_xydata()), "colour": colours([line.get_color()], names)}
        found.append(mark | {"marker": str(line.get_marker()), "style": str(line.get_linestyle())})
    found += [collection(group, names) for group in axes.collections]
    for patch in axes.patches:
        if isinstance(patch, Rectangle):
            box = [number(v) for v in (*patch.get_xy(), patch.get_width(), patch.get_height())]
            mark = {"kind": "bar", "box": box, "colour": colours([patch.get_facecolor()], names)}
            found.append(mark | {"edge": colours([patch.get_edgecolor()], names)})
    return found


def collection(group: Collection, names: Mapping[str, str]) -> dict[str, Any]:
    """One point set (its centres), one set of segments (their ends), or one area (its outline)."""
    kind, faces = "area", group.get_facecolor()
    shown: Any = [points(path.vertices) for path in group.get_paths()]
    if isinstance(group, LineCollection):
        kind, faces = "segments", group.get_colors()
    if isinstance(group, PathCollection):
        kind, shown = "points", points(group.get_offsets())
    label = str(group.get_label())
    return {"kind": kind, "label": label, "points": shown, "colour": colours(faces, names)}


def place(text: Text) -> list[Shown]:
    """Where a text belongs: the point it annotates, else its own; a category counts as a number."""
    x, y = text.xy if isinstance(text, Annotation) else text.get_position()
    return [number(text.convert_xunits(x)), number(text.convert_yunits(y))]


def in_view(labels: list[Text], coordinate: int, limits: tuple[float, float]) -> list[str]:
    """The tick labels within the limits: no other is drawn, though matplotlib may list some."""
    room = abs(limits[1] - limits[0]) * 1e-9  # a tick at 0.1 + 0.2 lies within a limit of 0.3
    low, high = min(limits) - room, max(limits) + room
    return [text.get_text() for text in labels if low <= text.get_position()[coordinate] <= high]


def drawn_values(figure: Figure, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every set of axes; call after the figure was drawn once, so that tick labels exist."""
    found = []
    for axes in figure.axes:
        legend = axes.get_legend() or next(iter(figure.legends), None)
        shown: dict[str, Any] = {"title": axes.get_title(loc="left") or axes.get_title()}
        for key, axis in {"x": axes.xaxis, "y": axes.yaxis}.items():
            ends = [number(value) for value in axis.get_view_interval()]
            shown[key] = {"label": axis.get_label_text(), "limits": ends, "scale": axis.get_scale()}
        shown["x_ticks"] = in_view(axes.get_xticklabels(), 0, axes.get_xlim())
        shown["y_ticks"] = in_view(axes.get_yticklabels(), 1, axes.get_ylim())
        shown["texts"] = [[text.get_text(), *place(text)] for text in axes.texts]
        shown["legend"] = [text.get_text() for text in legend.get_texts()] if legend else []
        found.append(shown | {"marks": marks(axes, names)})
    return found
