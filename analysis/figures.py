"""One theme, and one `save` that finishes every figure: title, source, alt text, four files."""

import io
import json
import os
import re
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from analysis import _drawn, tables
from analysis._shown import Picture

WIDTH, DPI = 8.0, 150  # inches, dots per inch: 1,200 pixels
COLOURS = {  # told apart by the colour-blind (Okabe and Ito 2008), and in grey by mark or label
    "ink": "#1f2328",
    "muted": "#6e7781",
    "grid": "#d8dee4",
    "paper": "#ffffff",
    "blue": "#0072b2",
    "orange": "#d55e00",
    "sky": "#56b4e9",
    "amber": "#e69f00",
    "green": "#009e73",
    "purple": "#aa4499",
}
SHADES = ["#edf4fa", "#b5d3e7", "#6aaed6", "#2878b5", "#084a85", "#03203f"]  # ordered classes
STEPS = {f"step{n}": shade for n, shade in enumerate(SHADES, start=1)}
THEME: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # ships with matplotlib, so the letters are the same everywhere
    "font.size": 9,  # nothing under 8.5: 14 points on a slide, 10 pixels at 700 wide
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": f"cycler('color', {[COLOURS[c] for c in ('sky', 'ink', 'green')]})",
    "grid.color": COLOURS["grid"],
    "legend.frameon": False,
    "svg.hashsalt": "check-a-number",  # otherwise the ids in an SVG change on every run
    "figure.dpi": DPI,
}


def canvas(rows: int = 1, columns: int = 1, height: float = 5.0, **more: Any) -> tuple[Figure, Any]:
    """A themed figure, 8 inches wide, and its axes (one, or an array). more: to Figure.subplots."""
    mpl.rcdefaults()
    mpl.rcParams.update(THEME)  # type: ignore[arg-type]
    fig = Figure(figsize=(WIDTH, height), layout="constrained")  # pyplot would show it unfinished
    return fig, fig.subplots(rows, columns, **more)


def save(
    fig: Figure, name: str, *, title: str, subtitle: str, alt: str, table: pd.DataFrame,
    inputs: Sequence[pd.DataFrame], note: str = "",
) -> Picture:
    """Finish and save a figure; returns it as a picture with alt text, for the last line of a cell.

    title: the finding; subtitle: what is drawn, in which unit; alt: what is seen, the title follows
    it; table: the rows drawn; inputs: the frames that tables.load gave, or the rows used of them,
    whose publications the footer cites; note: said before them in the footer.
    Writes NAME.png, .svg, .csv (the table) and .json (drawn values, checksums of the inputs)
    into figures/, or $ANALYSIS_FIGURES, which rebuild and tests set; and, if $ANALYSIS_PROJECTOR
    names a folder, NAME.png in it, the form for a slide: see project.
    ValueError for a bad name, alt text under 40 characters, an empty table, or no inputs.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"{name!r} is no figure name; use small letters, digits and _")
    alt = f"{alt.removesuffix('.')}. {title.removesuffix('.')}."
    if len(alt) < 40 or table.empty:
        raise ValueError(f"figure {name} needs a table and alt text of 40 characters or more")
    if not inputs or not all("sha256" in frame.attrs for frame in inputs):
        raise ValueError(f"figure {name} needs as inputs the frames that tables.load gave for it")
    source = "; ".join(filter(None, [note, *tables.publications(inputs)])) + "."
    dress(fig, title, subtitle, source)
    folder = Path(os.environ.get("ANALYSIS_FIGURES") or tables.DATA.parent / "figures")
    folder.mkdir(parents=True, exist_ok=True)
    picture, vector = folder / f"{name}.png", io.BytesIO()
    about = {"Title": title, "Description": alt}
    fig.savefig(picture, dpi=DPI, metadata={**about, "Software": None})
    fig.savefig(vector, format="svg", metadata={**about, "Date": None, "Creator": None})
    used = {frame.attrs["table"]: frame.attrs["sha256"] for frame in inputs}
    axes = _drawn.drawn_values(fig, COLOURS | STEPS)
    record: dict[str, Any] = {"name": name, "title": title, "subtitle": subtitle}
    record |= {"source": source, "alt": alt, "inputs": dict(sorted(used.items())), "axes": axes}
    lines = [f"{line.rstrip()}\n" for line in vector.getvalue().decode().splitlines()]
    text = json.dumps(record, indent=1, ensure_ascii=False)
    table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", float_format="%.10g")
    (folder / f"{name}.json").write_bytes(f"{text}\n".encode())
    (folder / f"{name}.svg").write_bytes("".join(lines).encode())
    if slides := os.environ.get("ANALYSIS_PROJECTOR"):
        project(fig, Path(slides) / f"{name}.png", title, subtitle, source)
    return Picture(picture.read_bytes(), alt)


def preview(fig: Figure, title: str, subtitle: str, source: str, alt: str) -> Picture:
    """The finished figure with alt text, and no file: for figures that change while one looks."""
    dress(fig, title, subtitle, source)
    picture = io.BytesIO()
    fig.savefig(picture, format="png", dpi=100)
    return Picture(picture.getvalue(), alt)


def project(fig: Figure, path: Path, title: str, subtitle: str, source: str) -> None:
    """Lay it out again as 1,920 x 1,080 pixels: 8.5 points are 14 on a slide 13.33 inches wide."""
    fig.texts.clear()
    fig.set_size_inches(WIDTH, WIDTH * 9 / 16)
    first, *more = source.split("; ")
    dress(fig, title, subtitle, f"{first}; more in the notebook." if more else source)
    path.parent.mkdir(parents=True, exist_ok=True)
    fig.savefig(path, dpi=1920 / WIDTH, metadata={"Title": title, "Software": None})


def dress(fig: Figure, title: str, subtitle: str, source: str) -> None:
    """Title, subtitle and source footer, each wrapped to the width, the axes kept clear of them."""
    height, margin = float(fig.get_figheight()), 0.012
    head, under = textwrap.wrap(title, 75), textwrap.wrap(subtitle, 114)
    foot = textwrap.wrap(f"Source: {source}", 108)
    bold: dict[str, Any] = {"fontsize": 12.5, "fontweight": "bold", "linespacing": 1.15}
    grey = COLOURS["muted"]
    top = height - 0.1
    fig.text(margin, top / height, "\n".join(head), va="top", **bold)
    top -= 0.225 * len(head) + 0.03
    fig.text(margin, top / height, "\n".join(under), va="top", fontsize=9.5, color=grey)
    top -= 0.17 * len(under) + 0.1
    fig.text(margin, 0.07 / height, "\n".join(foot), va="bottom", fontsize=9, color=grey)
    bottom = 0.07 + 0.163 * len(foot) + 0.1
    for legend in fig.legends:  # in rows below the subtitle, see charts.key_above
        legend.set_bbox_to_anchor((margin, top / height))
        top -= 0.1 + 0.19 * -(-len(legend.get_texts()) // vars(legend)["_ncols"])
    room = (0.01, bottom / height, 0.98, (top - bottom) / height)
    ConstrainedLayoutEngine(rect=room).execute(fig)  # computed once, and then kept
    fig.set_layout_engine("none")
    for ax in fig.axes:  # rounded: the last digit of a layout differs between runs
        left, low, width, tall = (round(value, 6) for value in ax.get_position().bounds)
        ax.set_position((left, low, width, tall))
        ax.set_in_layout(True)  # otherwise project could not lay them out again
