"""A few named charts: a frame and names of its columns give a figure and its axes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import patheffects
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.transforms import offset_copy

from analysis.figures import COLOURS, SHADES, canvas

COUNTRIES = {"North Korea": ("orange", "D"), "United States": ("blue", "s")}  # theirs alone
COUNTRIES |= {"PRK": ("orange", "D"), "USA": ("blue", "s")}
CLASSES = list(zip(["ink", "green", "purple", "sky", "amber", "muted"], "o^vPXp", strict=True))
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
    found = looks_of(table[by], looks) if by else {"": (COLOURS["ink"], "o")}
    shifts = np.linspace(-0.2, 0.2, len(found)) if side_by_side else np.zeros(len(found))
    for ax, part in parts:
        rows = {name: place for place, name in enumerate(dict.fromkeys(part[names]))}
        for shift, (name, (colour, marker)) in zip(shifts, found.items(), strict=True):
            group = part[part[by] == name] if by else part
            at, seen = group[names].map(rows) + shift, 0.45 if dot else 1
            ax.hlines(at, group[low], group[high], color=colour, lw=width, alpha=seen, label=name)
            if dot:
                ax.plot(group[dot], at, marker, color=colour, ms=5, label=name)
            if text:
                beside_all(ax, group[text], group[high], at)
                ax.margins(x=0.2)
        ax.set(yticks=range(len(rows)), yticklabels=rows, ylim=(len(rows) - 0.4, -0.6))
        ax.set_xlabel(xlabel)
        ax.grid(axis="x")
        if ax.get_subplotspec().is_first_col() or "sharey" not in grid:
            mark_rows(ax, rows)
    if by:
        key_above(fig)
    return fig, axes


def dots(
    table: pd.DataFrame, x: str, y: str, *, named: pd.DataFrame | None = None, text: str = "",
    by: str | None = None, looks: Looks | None = None, panel: str | None = None,
    height: float = 4.8, xlabel: str = "", ylabel: str = "", **grid: Any,
) -> tuple[Figure, Any]:
    """A mark for each row at x and y, as in ranges; named: rows labelled by `text`, see look."""
    fig, axes, parts = panels_of(table, panel, height, grid)
    found = looks_of(table[by], looks) if by else {"": (COLOURS["sky"], "o")}
    edge: dict[str, Any] = {"mec": COLOURS["ink"], "mew": 0.4}
    for ax, part in parts:
        for name, (colour, marker) in found.items():
            group = part[part[by] == name] if by else part
            ax.plot(group[x], group[y], marker, color=colour, ms=5.5, label=name, **edge)
        if named is not None:
            marked = named[named[panel] == part[panel].iloc[0]] if panel else named
            for name, across, up in marked[[text, x, y]].to_numpy():
                ax.plot(across, up, ls="", ms=7, **look(name), **edge)
                beside(ax, name, across, up)
        ax.set(xlabel=xlabel or x, ylabel=ylabel or y)
        ax.grid()
    if by:
        key_above(fig)
    return fig, axes


def tiles(
    table: pd.DataFrame, column: str, row: str, text: str, shade: str, *, height: float = 6.2
) -> tuple[Figure, Any]:
    """A square with its letters for each row, darker for a higher category `shade`, with a key."""
    fig, ax = canvas(height=height)
    classes = list(table[shade].cat.categories)
    shades = dict(zip(classes, SHADES[len(classes) < 6 :], strict=False))  # 1: pale on white
    left, right = table[column].min(), table[column].max()
    key_row, step = table[row].max() + 1.6, (right + 1) / len(classes)
    for across, down, name, letters in table[[column, row, shade, text]].to_numpy():
        tile(ax, across, down, shades.get(name, "white"), letters)
    for place, (name, face) in enumerate(shades.items()):
        tile(ax, left + place * step, key_row, face, "")
        ax.text(left + place * step + 0.7, key_row, name, va="center", fontsize=9)
    ax.set(xlim=(left - 0.6, right + 0.6), ylim=(key_row + 0.6, table[row].min() - 0.6))
    ax.set_axis_off()
    return fig, ax


def tile(ax: Any, column: float, row: float, face: str, letters: str) -> None:
    """One square of a tile grid, its letters all of one width, so that three fit at 9 points."""
    edge = COLOURS["muted"] if face == "white" else "white"
    ax.add_patch(Rectangle((column - 0.46, row - 0.46), 0.92, 0.92, fc=face, ec=edge, lw=0.6))
    ink = "white" if face in SHADES[3:] else COLOURS["ink"]
    ax.text(column, row, letters, ha="center", va="center", size=9, family="monospace", color=ink)
    if letters.startswith(tuple(COUNTRIES)):
        ax.plot(column + 0.46, row - 0.46, ls="", ms=6, mec="white", **look(letters))


def key_above(fig: Figure) -> None:
    """One legend for all axes, in rows above them, where it hides nothing."""
    seen: dict[str, Any] = {}
    for ax in fig.axes:
        handles, labels = ax.get_legend_handles_labels()
        seen |= dict(zip(labels, handles, strict=True))  # of range and mark the mark, drawn last
        if legend := ax.get_legend():
            legend.remove()
    one_row = len("".join(seen)) + 5 * len(seen) < 105
    ncols = len(seen) if one_row else 100 // (max(map(len, seen)) + 5)  # wider would be cut off
    row: dict[str, Any] = {"ncols": ncols, "handlelength": 1, "borderpad": 0, "borderaxespad": 0}
    fig.legend(seen.values(), seen.keys(), loc="upper left", **row).set_in_layout(False)


def beside(ax: Any, text: str, x: Any, y: Any, dx: float = 7, dy: float = 0, **more: Any) -> None:
    """A text beside the point (x, y), moved by dx and dy points, on a white rim."""
    rim = [patheffects.withStroke(linewidth=3, foreground="white")]
    style = {"xytext": (dx, dy), "textcoords": "offset points", "va": "center", "zorder": 5}
    ax.annotate(text, (x, y), path_effects=rim, **(style | more))


def beside_all(ax: Any, texts: Any, xs: Any, ys: Any, **more: Any) -> None:
    """A text beside each of the points; more: as for beside."""
    for point in zip(texts, xs, ys, strict=True):
        beside(ax, *point, **more)


def look(name: str) -> dict[str, Any]:
    """Colour and marker of a country: its own, or a circle in ink; for plot."""
    found = (mark for own, mark in COUNTRIES.items() if name.startswith(own))
    colour, marker = next(found, ("ink", "o"))
    return {"color": COLOURS[colour], "marker": marker}


def mark_rows(ax: Any, names: Iterable[str]) -> None:
    """The marks of the two countries, beside the names of their rows."""
    beside_names = offset_copy(ax.get_yaxis_transform(), ax.figure, x=-10, units="points")
    for place, name in enumerate(names):
        if str(name).startswith(tuple(COUNTRIES)):
            ax.plot(0, place, ls="", transform=beside_names, clip_on=False, **look(name))
            ax.tick_params(axis="y", pad=14)


def plain_ticks(axis: Any, ticks: Sequence[float], form: str = "{:,g}") -> None:
    """These ticks with plain numbers, on a log scale too; axis: ax.xaxis or ax.yaxis."""
    axis.set_ticks(ticks, [form.format(tick) for tick in ticks])
    axis.set_ticks([], minor=True)
