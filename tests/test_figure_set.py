"""The figures as a set: told apart without colour, one mark for each of two countries, legible on a page and a slide.

The fast tests read what was drawn (figures/NAME.json) and the vector file (NAME.svg); the slow one draws every figure
again in the form for a slide and measures its texts.
"""

import itertools
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from analysis import _shown, charts, figures

ROOT = Path(__file__).resolve().parent.parent
RECORDS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "figures").glob("*.json"))}
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb") if path.stem != "explore")
HEXA = figures.COLOURS | figures.STEPS
SMALLEST = 8.5  # points on a figure 8 inches wide: 8.5 * 13.33 / 8 = 14.2 on a slide, 8.5 / 72 * 700 / 8 = 10.3 pixels
TALLEST = 640  # pixels, shown 800 wide

# In linear RGB, of full strength: Machado, Oliveira and Fernandes (2009), A physiologically-based model for simulation
# of color vision deficiency, IEEE Transactions on Visualization and Computer Graphics 15 (6).
SEEN = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    "grey": [[0.2126, 0.7152, 0.0722]] * 3,  # the luminance of sRGB
    "normal": np.eye(3),
}
APART = 12  # in CIE Lab, where black and white are 100 apart


def lab(colour, vision):
    """A colour, by its name in the theme or as matplotlib writes it, as someone of that vision sees it, in CIE Lab."""
    srgb = np.array(to_rgb(HEXA.get(colour, colour)))
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(SEEN[vision]) @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    ratio = xyz / [0.9505, 1, 1.089]
    x, y, z = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one, other, vision):
    return float(np.linalg.norm(lab(one, vision) - lab(other, vision)))


def signs(axes):
    """(what else tells it: kind, shape, line, edge; colour; name in the key) of everything in one set of axes."""
    shape = {mark["label"]: mark["marker"] for mark in axes["marks"] if mark.get("marker", "None") not in ("None", "")}
    found = set()
    for mark in axes["marks"]:
        if mark.get("points") == []:
            continue  # of a class that has no row in this panel, or only made for the key
        label = mark.get("label", "")
        own = mark.get("marker") or shape.get(label)
        for place, colour in enumerate(mark["colour"]):
            edge = mark.get("edge", [None])
            kind = (mark["kind"], own, mark.get("style"), edge[min(place, len(edge) - 1)])
            found.add((kind, colour, "" if label.startswith("_") else label))
    return found


def alike(record):
    """Pairs of one figure that only a colour tells apart, with the vision in which it does not."""
    pairs = set()
    for axes in record["axes"]:
        for (kind, one, name), (same, other, key) in itertools.combinations(sorted(signs(axes), key=str), 2):
            if kind == same and (one != other or (name and key)):  # what has no name is of the class it looks like
                pairs |= {(one, other, vision) for vision in SEEN if distance(one, other, vision) < APART}
    return pairs


def test_distance_is_that_of_cie_lab():
    assert distance("black", "white", "normal") == pytest.approx(100, abs=0.1)
    assert distance("#777777", "#777777", "tritan") == 0
    # the middle grey 0x77 is 0.184 of white in linear light: 116 * 0.184 ** (1/3) - 16 = 50.0
    assert distance("#777777", "black", "grey") == pytest.approx(50, abs=0.1)


def test_a_simulated_eye_confuses_what_it_should():
    red, olive = "#d62728", "#8c7a1e"  # far apart for most, near for a red-blind reader
    assert distance(red, olive, "normal") > 60 > 30 > distance(red, olive, "deutan")
    assert distance("orange", "blue", "protan") > 40 < distance("orange", "blue", "deutan")


@pytest.mark.parametrize("name", RECORDS)
def test_no_two_things_differ_in_colour_only(name):
    assert alike(RECORDS[name]) == set()


@pytest.mark.parametrize("name", RECORDS)
def test_the_shape_of_every_mark_is_known(name):
    """A scatter's shapes cannot be read back; plot's can."""
    assert [mark for axes in RECORDS[name]["axes"] for mark in axes["marks"] if mark["kind"] == "points"] == []


def own_marks(record):
    """(colour, marker) of every mark with a shape, and (colour, None) of every bar."""
    marks = [mark for axes in record["axes"] for mark in axes["marks"]]
    shaped = {(c, m["marker"]) for m in marks for c in m["colour"] if m.get("marker", "None") not in ("None", "")}
    return shaped | {(colour, None) for mark in marks if mark["kind"] == "bar" for colour in mark["colour"]}


def named(record):
    """The two countries that a row, a text, a key or a heading of the figure begins with."""
    words = []
    for axes in record["axes"]:
        words += axes["x_ticks"] + axes["y_ticks"] + axes["legend"] + [axes["title"]]
        words += [text for text, _, _ in axes["texts"]]
    return {country for country in charts.COUNTRIES for word in words if word.startswith(country)}


def mismarked(record):
    """Countries named and not marked, and marks or colours of theirs that something else has."""
    wanted = {charts.COUNTRIES[country] for country in named(record)}
    have = own_marks(record)
    colours, shapes = zip(*charts.COUNTRIES.values(), strict=True)
    taken = {mark for mark in have if mark[0] in colours or mark[1] in shapes}
    return wanted - have, taken - set(charts.COUNTRIES.values())


@pytest.mark.parametrize("name", RECORDS)
def test_each_country_has_its_mark_and_nothing_else_has_it(name):
    assert mismarked(RECORDS[name]) == (set(), set())


def test_the_two_countries_are_named_in_figures():
    assert sum(bool(named(record)) for record in RECORDS.values()) >= 12


@pytest.mark.parametrize("name", RECORDS)
def test_a_figure_fits_a_screen_and_its_letters_are_large_enough(name):
    vector = (ROOT / "figures" / f"{name}.svg").read_text("utf-8")
    width, height = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', vector).groups())
    assert width == figures.WIDTH * 72 and height / width * _shown.PIXELS <= TALLEST
    sizes = [100 * float(scale) for scale in re.findall(r"scale\(([\d.]+) -[\d.]+\)", vector)]  # glyphs of 100 points
    assert len(sizes) >= 5 and min(sizes) >= SMALLEST


TABLE = pd.DataFrame({"country": ["North Korea", "Eritrea", "Chad"], "low": [1, 2, 3], "high": [2, 4, 5]})
TABLE["kind"], TABLE.attrs = ["a", "b", "c"], {"table": "rates", "sha256": "abc", "sources": []}
WORDS = {"title": "Two stand apart", "subtitle": "per 1,000", "alt": "Ranges of three rates, the first far longer."}


@pytest.fixture
def out(tmp_path, monkeypatch):
    monkeypatch.setenv("ANALYSIS_FIGURES", str(tmp_path / "figures"))
    monkeypatch.delenv("ANALYSIS_PROJECTOR", raising=False)
    return tmp_path


def saved(out, fig, name="rates"):
    figures.save(fig, name, table=TABLE, inputs=[TABLE], note="nobody; somebody", **WORDS)
    return json.loads((out / "figures" / f"{name}.json").read_text("utf-8"))


def drawn(out, looks=None, dot="high"):
    fig, _ = charts.ranges(TABLE, "country", "low", "high", dot=dot, by="kind", looks=looks)
    return saved(out, fig)


def test_a_spoiled_figure_is_found(out):
    """What the tests above would say of figures drawn badly."""
    assert alike(drawn(out)) == set() and mismarked(drawn(out)) == (set(), set())
    # green and the muted grey are alike in grey, so without another sign they are one class
    same = drawn(out, {"a": ("ink", "o"), "b": ("green", "o"), "c": ("muted", "o")})
    assert ("green", "muted", "grey") in alike(same) and not any("ink" in pair for pair in alike(same))
    unmarked = drawn(out, {"a": ("ink", "o"), "b": ("green", "^"), "c": ("muted", "v")}, dot=None)
    assert ("green", "muted", "grey") in alike(unmarked)
    # two classes with one look, told apart by nothing
    assert ("ink", "ink", "normal") in alike(drawn(out, {"a": ("ink", "o"), "b": ("ink", "o"), "c": ("sky", "v")}))
    # the colour of one country for something else, its shape too
    assert mismarked(drawn(out, {"a": ("orange", "o"), "b": ("sky", "D"), "c": ("ink", "v")})) == (
        set(),
        {("orange", "o"), ("sky", "D")},
    )
    fig, ax = figures.canvas()
    ax.barh(TABLE["country"], TABLE["high"], color=[figures.COLOURS["orange"], "white", "black"])
    assert mismarked(saved(out, fig)) == ({("orange", "D")}, {("orange", None)})


def test_a_slide_is_drawn_only_where_it_is_asked_for(out, monkeypatch):
    drawn(out)
    plain = {path.name: path.read_bytes() for path in (out / "figures").iterdir()}
    assert [path.name for path in out.iterdir()] == ["figures"]
    monkeypatch.setenv("ANALYSIS_PROJECTOR", str(out / "slides" / "class"))
    drawn(out)
    slide = out / "slides" / "class" / "rates.png"
    first = slide.read_bytes()
    drawn(out)
    assert {path.name: path.read_bytes() for path in (out / "figures").iterdir()} == plain
    assert slide.read_bytes() == first and [path.name for path in slide.parent.iterdir()] == ["rates.png"]
    width, height = int.from_bytes(first[16:20], "big"), int.from_bytes(first[20:24], "big")  # of a PNG's header
    assert (width, height) == (1920, 1080)


def seen_texts(fig):
    """Every text that is drawn: of the figure, of its keys, and of its axes, ticks out of view aside."""
    found = [*fig.texts, *(text for legend in fig.legends for text in legend.get_texts())]
    for ax in fig.axes:
        found += [*ax.texts, ax.title, ax._left_title]
        found += ax.get_legend().get_texts() if ax.get_legend() else []
        for axis, coordinate in [(ax.xaxis, 0), (ax.yaxis, 1)] if ax.axison else []:
            low, high = sorted(axis.get_view_interval())
            ticks = [t for t in axis.get_ticklabels() if low - 1e-9 <= t.get_position()[coordinate] <= high + 1e-9]
            found += [axis.label, *ticks]
    return [text for text in found if text.get_visible() and text.get_text().strip()]


def illegible(fig):
    """Letters that are too small, texts cut at the edge, texts that touch each other."""
    faults, boxes, width, height = [], [], fig.bbox.width, fig.bbox.height
    for text in seen_texts(fig):
        box, words = Text.get_window_extent(text, fig._get_renderer()), text.get_text()
        faults += [f"{words!r} is small"] if text.get_fontsize() < SMALLEST else []
        inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1
        faults += [] if inside else [f"{words!r} is cut"]
        rim = 0.03 * text.get_fontsize() * fig.dpi / 72  # a text's box has a little room around the letters
        boxes.append((words, box.x0 + rim, box.y0 + rim, box.x1 - rim, box.y1 - rim))
    for (one, *a), (other, *b) in itertools.combinations(boxes, 2):
        if max(a[0], b[0]) < min(a[2], b[2]) and max(a[1], b[1]) < min(a[3], b[3]):
            faults.append(f"{one!r} meets {other!r}")
    return faults


def test_texts_that_meet_are_found():
    fig, ax = figures.canvas(height=4.5)
    ax.set(xticks=[0, 1], yticks=[0, 1], xlim=(0, 1))
    ax.text(0.2, 0.2, "one")
    ax.text(0.5, 0.5, "two")
    figures.dress(fig, "Title", "subtitle", "source")
    assert illegible(fig) == []
    ax.text(0.21, 0.2, "three", fontsize=8)
    ax.text(0.99, 0.8, "beyond the edge")
    assert illegible(fig) == ["'three' is small", "'beyond the edge' is cut", "'one' meets 'three'"]


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_every_figure_is_legible_on_a_page_and_on_a_slide(notebook, out, monkeypatch):
    """Runs the notebook's code here, so that the texts can be measured where they are laid out."""
    monkeypatch.setenv("ANALYSIS_PROJECTOR", str(out / "slides"))
    dress, faults, heights = figures.dress, [], []

    def measured(fig, title, subtitle, source):
        dress(fig, title, subtitle, source)
        heights.append(fig.get_figheight())
        faults.extend(f"{title[:40]} at {heights[-1]} inches: {fault}" for fault in illegible(fig))

    monkeypatch.setattr(figures, "dress", measured)
    cells = json.loads((ROOT / "notebooks" / f"{notebook}.ipynb").read_text("utf-8"))["cells"]
    names = {}
    try:
        for cell in cells:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), names)
    finally:
        pd.reset_option("^display")
    assert heights[1::2] == [4.5] * (len(heights) // 2) and len(heights) >= 2
    assert faults == []
