"""A few named charts, each one call that gives a figure and its axes. seaborn draws what it can.

Every chart takes a frame and names its columns, as seaborn does. What teaches stays in the notebook:
a log scale, a limit from zero, a line that marks a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib import patheffects
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.figures import COLOURS, SHADES, canvas

CLASSES = [("orange", "o"), ("blue", "D"), ("ink", "s"), ("amber", "^"), ("green", "P")]
CLASSES += [("purple", "X"), ("sky", "v"), ("muted", "<")]
Looks = Mapping[str, tuple[str, str]]  # class -> (colour by name, marker)


def looks_of(values: Iterable[Any], looks: Looks | None) -> dict[Any, tuple[str, str]]:
    """A hex colour and a marker for each class, in order of appearance."""
    names = list(dict.fromkeys(values))
    chosen = looks or dict(zip(names, CLASSES, strict=False))
    return {name: (COLOURS[chosen[name][0]], chosen[name][1]) for name in names}


def panels_of(table: pd.DataFrame, panel: str | None) -> list[tuple[str, pd.DataFrame]]:
    """(heading, rows) of each panel, in order of appearance; one without a heading if none."""
    if panel is None:
        return [("", table)]
    return [(str(name), part) for name, part in table.groupby(panel, sort=False)]


def ranges(
    table: pd.DataFrame,
    names: str,
    low: str,
    high: str,
    *,
    dot: str | None = None,
    text: str | None = None,
    by: str | None = None,
    looks: Looks | None = None,
    panel: str | None = None,
    side_by_side: bool = False,
    width: float = 6,
    height: float = 4.6,
    **grid: Any,
) -> tuple[Figure, Any]:
    """Horizontal ranges from low to high, a row for each name, the first one on top.

    names, low, high, dot (a mark in the range), text (beside its end), by (the class: colour, marker
    and legend), panel (small multiples): columns of the table. looks: class -> (colour, marker).
    side_by_side: the classes of a name lie under each other in its row. width: of a range, in
    points; grid: for figures.canvas. Returns the figure and its axes, one or an array.
    """
    parts = panels_of(table, panel)
    fig, axes = canvas(1, len(parts), height=height, **grid)
    found = looks_of(table[by], looks) if by else {"": (COLOURS["orange"], "o")}
    shifts = np.linspace(-0.24, 0.24, len(found)) if side_by_side else np.zeros(len(found))
    for ax, (heading, part) in zip(np.ravel(axes), parts, strict=True):
        rows = {name: place for place, name in enumerate(dict.fromkeys(part[names]))}
        for shift, (name, (colour, marker)) in zip(shifts, found.items(), strict=True):
            group = part[part[by] == name] if by else part
            at = group[names].map(rows) + shift
            ax.hlines(at, group[low], group[high], color=colour, lw=width, label=name)
            if dot:
                ink = colour if by else COLOURS["ink"]
                ax.plot(group[dot], at, marker, color=ink, ms=5, label=name)
            for x, y, words in zip(group[high], at, group[text] if text else [], strict=False):
                beside(ax, words, x, y)
        ax.set(yticks=range(len(rows)), yticklabels=rows, ylim=(len(rows) - 0.4, -0.6))
        ax.set_title(heading)
        ax.grid(axis="x")
    if by:
        handles, labels = np.ravel(axes)[0].get_legend_handles_labels()
        seen = dict(zip(labels, handles, strict=True))  # of range and mark the mark, drawn last
        np.ravel(axes)[-1].legend(seen.values(), seen.keys())
    return fig, axes


def dots(
    table: pd.DataFrame,
    x: str,
    y: str,
    *,
    by: str | None = None,
    looks: Looks | None = None,
    panel: str | None = None,
    size: float = 36,
    height: float = 4.8,
    **grid: Any,
) -> tuple[Figure, Any]:
    """A mark for each row at x and y, its class (by) shown by colour and marker; panels as in ranges."""
    parts = panels_of(table, panel)
    fig, axes = canvas(1, len(parts), height=height, **grid)
    found = looks_of(table[by], looks) if by else {}
    style: dict[str, Any] = {"s": size, "linewidth": 0.5, "edgecolor": "white"}
    if by:
        style |= {"hue": by, "style": by, "palette": {k: v[0] for k, v in found.items()}}
        style |= {"markers": {k: v[1] for k, v in found.items()}}
    else:
        style |= {"color": COLOURS["blue"]}
    for ax, (heading, part) in zip(np.ravel(axes), parts, strict=True):
        sns.scatterplot(part, x=x, y=y, ax=ax, **style)
        ax.set(title=heading)
        ax.grid()
    return fig, axes


def stacked(
    table: pd.DataFrame, colours: Sequence[str], text: str = "{:.1f}", height: float = 4.1
) -> tuple[Figure, Any]:
    """Bars from zero, one for each row of a wide table, its columns stacked and labelled inside."""
    fig, ax = canvas(height=height)
    reached = np.zeros(len(table))
    for (name, values), colour in zip(table.items(), colours, strict=True):
        ax.bar(table.index, values, bottom=reached, color=COLOURS[colour], width=0.62, label=name)
        reached = reached + values.fillna(0).to_numpy()
    return fig, ax


def tiles(
    table: pd.DataFrame,
    column: str,
    row: str,
    text: str,
    shade: str,
    *,
    under: str | None = None,
    height: float = 6.0,
) -> tuple[Figure, Any]:
    """A square for each row of the table, darker for a higher class; its key counts the classes.

    column, row: where it stands; text, under: what stands in it; shade: an ordered categorical
    column; a gap is left white.
    """
    fig, ax = canvas(height=height)
    classes = table[shade].cat.categories
    shades = dict(zip(classes, SHADES[-len(classes) :], strict=True))
    for record in table.to_dict("records"):
        tile(ax, record[column], record[row], shades.get(record[shade], "white"), record[text])
    for place, (name, face) in enumerate(shades.items()):
        tile(ax, place * 4, table[row].max() + 2, face, "")
        ax.text(place * 4 + 0.7, table[row].max() + 2, name, va="center", fontsize=9)
    ax.set(xlim=(-0.6, table[column].max() + 0.6), ylim=(table[row].max() + 2.6, -0.6))
    ax.set_aspect("equal")
    ax.set_axis_off()
    return fig, ax


def tile(ax: Any, column: float, row: float, face: str, text: str) -> None:
    """One square of a tile grid, with its letters."""
    edge = COLOURS["muted"] if face == "white" else "white"
    ax.add_patch(Rectangle((column - 0.46, row - 0.46), 0.92, 0.92, fc=face, ec=edge, lw=0.6))
    ink = "white" if face in SHADES[3:] else COLOURS["ink"]
    ax.text(column, row, text, ha="center", va="center", fontsize=7, color=ink)


def beside(ax: Any, text: str, x: Any, y: Any, dx: float = 7, dy: float = 0, **more: Any) -> None:
    """A text beside the point (x, y), moved by dx and dy points, on a white rim to stay readable."""
    rim = [patheffects.withStroke(linewidth=3, foreground="white")]
    style = {"xytext": (dx, dy), "textcoords": "offset points", "va": "center", "zorder": 5}
    ax.annotate(text, (x, y), path_effects=rim, **(style | more))


def plain_ticks(axis: Any, ticks: Sequence[float], form: str = "{:,g}") -> None:
    """These ticks with plain numbers, on a log axis too; axis: ax.xaxis or ax.yaxis."""
    axis.set_ticks(ticks, [form.format(tick) for tick in ticks])
    axis.set_ticks([], minor=True)
