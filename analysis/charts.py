"""A few named charts: a frame and names of its columns give a figure and its axes."""

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
CLASSES += [("purple", "X"), ("sky", "v"), ("muted", "d")]
Looks = Mapping[Any, tuple[str, str]]  # class -> (name of its colour, marker)


def looks_of(values: pd.Series, looks: Looks | None) -> dict[Any, tuple[str, str]]:
    """(colour, marker) of each class, in order of appearance."""
    chosen = looks or dict(zip(values.unique(), CLASSES, strict=False))
    return {name: (COLOURS[chosen[name][0]], chosen[name][1]) for name in values.unique()}


def panels_of(
    table: pd.DataFrame, panel: str | None, height: float, grid: dict[str, Any]
) -> tuple[Figure, Any, list[tuple[Any, pd.DataFrame]]]:
    """Figure, axes, and (axes, rows) of each panel, in order of appearance, under its heading."""
    parts = dict(list(table.groupby(panel, sort=False))) if panel else {"": table}
    fig, axes = canvas(1, len(parts), height=height, **grid)
    for ax, heading in zip(np.ravel(axes), parts, strict=True):
        ax.set_title(str(heading))
    return fig, axes, list(zip(np.ravel(axes), parts.values(), strict=True))


def ranges(
    table: pd.DataFrame, names: str, low: str, high: str, *, dot: str | None = None,
    text: str | None = None, by: str | None = None, looks: Looks | None = None,
    panel: str | None = None, side_by_side: bool = False, width: float = 6, height: float = 4.6,
    xlabel: str = "", **grid: Any,
) -> tuple[Figure, Any]:
    """Horizontal ranges from low to high, a row for each name, the first one on top.

    Columns: dot, a mark; text, at the end; by, a class (see looks); panel, small multiples.
    side_by_side: one name's classes under each other; width: in points; grid: for figures.canvas.
    """
    fig, axes, parts = panels_of(table, panel, height, grid)
    found = looks_of(table[by], looks) if by else {"": (COLOURS["orange"], "o")}
    shifts = np.linspace(-0.24, 0.24, len(found)) if side_by_side else np.zeros(len(found))
    for ax, part in parts:
        rows = {name: place for place, name in enumerate(dict.fromkeys(part[names]))}
        for shift, (name, (colour, marker)) in zip(shifts, found.items(), strict=True):
            group = part[part[by] == name] if by else part
            at = group[names].map(rows) + shift
            ax.hlines(at, group[low], group[high], color=colour, lw=width, label=name)
            if dot:
                ink = colour if by else COLOURS["ink"]
                ax.plot(group[dot], at, marker, color=ink, ms=5, label=name)
            if text:
                beside_all(ax, group[text], group[high], at)
                ax.margins(x=0.2)
        ax.set(yticks=range(len(rows)), yticklabels=rows, ylim=(len(rows) - 0.4, -0.6))
        ax.set_xlabel(xlabel)
        ax.grid(axis="x")
    if by:
        key_above(fig)
    return fig, axes


def dots(
    table: pd.DataFrame, x: str, y: str, *, named: pd.DataFrame | None = None, text: str = "",
    by: str | None = None, looks: Looks | None = None, panel: str | None = None,
    height: float = 4.8, xlabel: str = "", ylabel: str = "", **grid: Any,
) -> tuple[Figure, Any]:
    """A mark for each row at x and y, as in ranges; named: rows in orange, labelled by `text`."""
    fig, axes, parts = panels_of(table, panel, height, grid)
    style: dict[str, Any] = {"s": 30, "linewidth": 0.4, "edgecolor": COLOURS["ink"]}
    style["color"] = COLOURS["sky"]  # without classes
    if by:
        found = looks_of(table[by], looks)
        style |= {"hue": by, "palette": {name: look[0] for name, look in found.items()}}
        style |= {"style": by, "markers": {name: look[1] for name, look in found.items()}}
    for ax, part in parts:
        sns.scatterplot(part, x=x, y=y, ax=ax, **style)
        if named is not None:
            marked = named[named[panel] == part[panel].iloc[0]] if panel else named
            ax.scatter(marked[x], marked[y], s=46, color=COLOURS["orange"], edgecolor="black")
            beside_all(ax, marked[text], marked[x], marked[y])
        ax.set(xlabel=xlabel or x, ylabel=ylabel or y)
        ax.grid()
    if by:
        key_above(fig)
    return fig, axes


def stacked(
    table: pd.DataFrame, colours: Sequence[str], *, form: str = "{:.1f}", height: float = 4.1
) -> tuple[Figure, Any]:
    """A bar from zero for each row of a wide table, its columns stacked, labelled with `form`."""
    fig, ax = canvas(height=height)
    reached = np.zeros(len(table))
    for (name, size), colour in zip(table.fillna(0).items(), colours, strict=True):
        bars = ax.barh(range(len(table)), size, left=reached, color=COLOURS[colour], label=name)
        words = [form.format(value) if value else "" for value in size]
        ink = "white" if colour in ("ink", "blue", "orange", "muted", "purple") else "black"
        ax.bar_label(bars, words, label_type="center", color=ink, fontsize=9)
        reached = reached + size
    ax.set(yticks=range(len(table)), yticklabels=table.index, ylim=(len(table) - 0.4, -0.6))
    ax.legend(loc="upper center", bbox_to_anchor=(0.45, -0.14), ncols=3)
    return fig, ax


def tiles(
    table: pd.DataFrame, column: str, row: str, text: str, shade: str, *, height: float = 7.1
) -> tuple[Figure, Any]:
    """A square with its letters for each row, darker for a higher category `shade`, with a key."""
    fig, ax = canvas(height=height)
    classes = list(table[shade].cat.categories)
    light = SHADES[len(classes) < len(SHADES) :]  # the lightest is hard to see on white
    shades = dict(zip(classes, light, strict=False))
    left, right = table[column].min(), table[column].max()
    key_row, step = table[row].max() + 1.6, (right + 1) / len(classes)
    for across, down, name, letters in table[[column, row, shade, text]].to_numpy():
        tile(ax, across, down, shades.get(name, "white"), letters)
    for place, (name, face) in enumerate(shades.items()):
        tile(ax, left + place * step, key_row, face, "")
        ax.text(left + place * step + 0.7, key_row, name, va="center", fontsize=9)
    ax.set(xlim=(left - 0.6, right + 0.6), ylim=(key_row + 0.6, table[row].min() - 0.6))
    ax.set_aspect("equal")
    ax.set_axis_off()
    return fig, ax


def tile(ax: Any, column: float, row: float, face: str, letters: str) -> None:
    """One square of a tile grid, its letters all of one width, so that three fit at 9 points."""
    edge = COLOURS["muted"] if face == "white" else "white"
    ax.add_patch(Rectangle((column - 0.46, row - 0.46), 0.92, 0.92, fc=face, ec=edge, lw=0.6))
    ink = "white" if face in SHADES[3:] else COLOURS["ink"]
    ax.text(column, row, letters, ha="center", va="center", size=9, family="monospace", color=ink)


def key_above(fig: Figure) -> None:
    """One legend for all axes, in rows above them, where it hides nothing."""
    seen: dict[str, Any] = {}
    for ax in fig.axes:
        handles, labels = ax.get_legend_handles_labels()
        seen |= dict(zip(labels, handles, strict=True))  # of range and mark the mark, drawn last
        if legend := ax.get_legend():
            legend.remove()
    ncols = 4 if len("".join(seen)) < 95 or len(seen) > 4 else 2  # long names would be cut off
    row: dict[str, Any] = {"loc": "upper left", "ncols": ncols, "handlelength": 1}
    fig.legend(seen.values(), seen.keys(), columnspacing=1.2, **row).set_in_layout(False)


def beside(ax: Any, text: str, x: Any, y: Any, dx: float = 7, dy: float = 0, **more: Any) -> None:
    """A text beside the point (x, y), moved by dx and dy points, on a white rim."""
    rim = [patheffects.withStroke(linewidth=3, foreground="white")]
    style = {"xytext": (dx, dy), "textcoords": "offset points", "va": "center", "zorder": 5}
    ax.annotate(text, (x, y), path_effects=rim, **(style | more))


def beside_all(ax: Any, texts: Iterable[Any], xs: Iterable[Any], ys: Iterable[Any]) -> None:
    """A text beside each of the points."""
    for text, x, y in zip(texts, xs, ys, strict=True):
        beside(ax, text, x, y)


def flag(ax: Any, x: float, height: float, text: str) -> None:
    """A line from zero up at x that only carries a text, at its left."""
    ax.plot([x, x], [0, height], color=COLOURS["orange"], lw=2)
    beside(ax, text, x, height, -5, 0, ha="right")


def plain_ticks(axis: Any, ticks: Sequence[float], form: str = "{:,g}") -> None:
    """These ticks with plain numbers, on a log scale too; axis: ax.xaxis or ax.yaxis."""
    axis.set_ticks(ticks, [form.format(tick) for tick in ticks])
    axis.set_ticks([], minor=True)
