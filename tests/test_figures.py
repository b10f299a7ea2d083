"""Figures: drawn values, not pixels. Each fault a reader could be misled by must change what is recorded."""

import io
import json

import matplotlib.image
import pandas as pd
import pytest

from analysis import _drawn, charts, figures

TABLE = pd.DataFrame({"country": ["PRK", "ERI", "MRT"], "rate": [104.6, 90.3, 32.0]})
WORDS = {"title": "Two stand apart", "subtitle": "per 1,000"}
SOURCES = [
    {"title": "A", "cite": "A, 2023", "rows": {"country": ["PRK"]}},
    {"title": "B", "rows": {"country": ["USA"]}},
    {"title": "C"},
    {"title": "D", "cite": ""},
]
TABLE.attrs = {"table": "rates", "sha256": "abc", "sources": SOURCES}
WORDS["alt"] = "Bars of three rates, the first two far longer than the third."


@pytest.fixture
def out(tmp_path, monkeypatch):
    monkeypatch.setenv("ANALYSIS_FIGURES", str(tmp_path))
    return tmp_path


def bars(name, table=TABLE, limit=None, colour="blue", words=WORDS, unit="per 1,000", inputs=(TABLE,)):
    fig, ax = figures.canvas(height=3)
    ax.barh(table["country"], table["rate"], color=figures.COLOURS[colour])
    ax.set_xlabel(unit)
    if limit:
        ax.set_xlim(*limit)
    return figures.save(fig, name, table=table, inputs=inputs, **words)


def drawn(out, name):
    return json.loads((out / f"{name}.json").read_text(encoding="utf-8"))


def test_save_writes_four_files_and_returns_an_image_with_alt_text(out):
    image = bars("rates")
    assert sorted(p.name for p in out.iterdir()) == ["rates.csv", "rates.json", "rates.png", "rates.svg"]
    assert image.alt == WORDS["alt"] + " Two stand apart." and (out / "rates.png").read_bytes()[:4] == b"\x89PNG"
    assert (out / "rates.csv").read_text() == "country,rate\nPRK,104.6\nERI,90.3\nMRT,32\n"


def test_drawn_values_are_read_back_from_the_axes(out):
    bars("rates")
    record = drawn(out, "rates")
    (axes,) = record["axes"]
    # barh centres each bar on 0, 1, 2 with height 0.8: the first box starts at x 0, y -0.4
    assert [mark["box"] for mark in axes["marks"]] == [[0, -0.4, 104.6, 0.8], [0, 0.6, 90.3, 0.8], [0, 1.6, 32, 0.8]]
    assert {mark["colour"][0] for mark in axes["marks"]} == {"blue"}
    assert axes["y_ticks"] == ["PRK", "ERI", "MRT"] and axes["x"]["label"] == "per 1,000"
    assert record["title"] == WORDS["title"]


@pytest.mark.parametrize(
    "fault",
    [
        {"table": TABLE.assign(rate=[90.3, 104.6, 32.0])},  # a wrong column
        {"table": TABLE.assign(country=["ERI", "PRK", "MRT"])},  # swapped labels
        {"limit": (30, 110)},  # a truncated axis
        {"unit": "percent"},  # a wrong unit
        {"colour": "orange"},
    ],
)
def test_a_misleading_change_changes_what_is_recorded(out, fault):
    bars("rates")
    bars("changed", **fault)
    assert drawn(out, "rates")["axes"] != drawn(out, "changed")["axes"]


def test_inputs_and_footer_come_from_the_frames(out):
    other = pd.DataFrame({"country": ["USA"]})
    other.attrs = {"table": "other", "sha256": "def", "sources": SOURCES[2:]}
    bars("rates", inputs=[other, TABLE])
    record = drawn(out, "rates")
    assert record["inputs"] == {"other": "def", "rates": "abc"}
    assert record["source"] == "C; A, 2023."  # B is of rows that are not there, D is not cited
    bars("rates", words=WORDS | {"note": "own sum"}, inputs=[TABLE[TABLE["country"] == "PRK"]])  # a part keeps them
    assert drawn(out, "rates")["source"] == "own sum; A, 2023; C." and drawn(out, "rates")["inputs"] == {"rates": "abc"}


@pytest.mark.parametrize("inputs", [[], [TABLE, pd.DataFrame({"n": [1]})]])
def test_a_figure_without_its_inputs_is_refused(out, inputs):
    with pytest.raises(ValueError, match=r"figure rates needs as inputs the frames that tables\.load gave"):
        bars("rates", inputs=inputs)
    assert not list(out.iterdir())


def test_a_slide_is_1920_by_1080_and_names_the_first_source_only(out, tmp_path, monkeypatch):
    monkeypatch.setenv("ANALYSIS_PROJECTOR", str(tmp_path / "slides" / "today"))
    dressed, dress = [], figures.dress

    def noted(fig, *words):
        dressed.append(words)
        dress(fig, *words)

    monkeypatch.setattr(figures, "dress", noted)
    fig, ax = figures.canvas(height=3)
    ax.barh(TABLE["country"], TABLE["rate"])
    figures.save(fig, "rates", table=TABLE, inputs=[TABLE], **WORDS)
    (path,) = (tmp_path / "slides" / "today").iterdir()
    assert path.name == "rates.png" and matplotlib.image.imread(path).shape[:2] == (1080, 1920)
    assert b"Title\0Two stand apart" in path.read_bytes() and b"Software" not in path.read_bytes()
    assert fig.get_size_inches().tolist() == [8, 4.5]
    # dressed once for the page and once for the slide, where nothing of the first dress is left
    assert dressed == [("Two stand apart", "per 1,000", s) for s in ("A, 2023; C.", "A, 2023; more in the notebook.")]
    shown = [text.get_text() for text in fig.texts]
    assert shown == ["Two stand apart", "per 1,000", "Source: A, 2023; more in the notebook."]
    figures.project(fig, path, "Two", "per 1,000", "A, 2023.")
    assert fig.texts[-1].get_text() == "Source: A, 2023."  # one source is said whole


def test_a_figure_that_changes_while_one_looks_writes_no_file(out):
    fig, ax = figures.canvas(height=3)
    ax.barh(TABLE["country"], TABLE["rate"])
    image = figures.preview(fig, "Two stand apart", "per 1,000", "A, 2023.", "Three bars.")
    assert image.alt == "Three bars." and not list(out.iterdir())
    assert matplotlib.image.imread(io.BytesIO(image.data)).shape[:2] == (300, 800)  # 8 x 3 inches, 100 dots each
    assert [text.get_text() for text in fig.texts] == ["Two stand apart", "per 1,000", "Source: A, 2023."]


def test_two_runs_give_the_same_bytes(out):
    bars("rates")
    first = {p.name: p.read_bytes() for p in out.iterdir()}
    bars("rates")
    assert {p.name: p.read_bytes() for p in out.iterdir()} == first


@pytest.mark.parametrize(("name", "words"), [("Rates 1", WORDS), ("rates", WORDS | {"alt": "short", "title": "A"})])
def test_a_bad_name_or_a_missing_alt_text_is_refused(out, name, words):
    with pytest.raises(ValueError, match="figure"):
        bars(name, words=words)
    assert not list(out.iterdir())


def test_a_text_is_recorded_where_it_belongs(out):
    fig, ax = figures.canvas(height=3)
    ax.barh(TABLE["country"], TABLE["rate"])
    ax.text(12, 1, "a note")
    ax.annotate("a mark", (104.6, "PRK"), xytext=(7, 0), textcoords="offset points")  # the point, not the letters
    ax.text(32.0, "MRT", "the third")
    figures.save(fig, "rates", table=TABLE, inputs=[TABLE], **WORDS)
    (axes,) = drawn(out, "rates")["axes"]
    assert axes["texts"] == [["a note", 12, 1], ["a mark", 104.6, 0], ["the third", 32, 2]]


def test_tick_labels_out_of_view_are_not_recorded(out):
    fig, ax = figures.canvas(height=3)
    ax.plot([3, 100], [0.0, 0.3])
    ax.set_xscale("log")
    ax.set_xlim(2, 200)
    ax.xaxis.set_major_formatter("{x:g}")
    ax.set_yticks([0.1 + 0.2, 0.0, 0.4])
    ax.set_ylim(0.3, 0.0)  # upside down, with a tick on the limit but for its last binary digit
    figures.save(fig, "view", table=TABLE, inputs=[TABLE], **WORDS)
    (axes,) = drawn(out, "view")["axes"]
    assert axes["x_ticks"] == ["10", "100"] and axes["y_ticks"] == ["0.3", "0.0"]


def test_the_letters_of_every_tile_stay_in_it():
    places = pd.DataFrame({"row": 0, "column": range(29), "text": "MMR"})  # as many as the world's grid is wide
    places["shade"] = pd.Categorical(["high"] * 29, ["low", "high"])
    fig, ax = charts.tiles(places, "column", "row", "text", "shade")
    figures.dress(fig, "Title", "subtitle", "source")
    fig.canvas.draw()
    letters = [text for text in ax.texts if text.get_text() == "MMR"]
    squares = ax.patches[: len(letters)]
    assert len(letters) == 29 and min(text.get_fontsize() for text in ax.texts) >= 9
    for text, square in zip(letters, squares, strict=True):
        inside, around = text.get_window_extent(), square.get_window_extent()
        assert around.x0 <= inside.x0 and inside.x1 <= around.x1


def test_a_colour_that_all_share_is_said_once():
    blue, green = figures.COLOURS["blue"], figures.COLOURS["green"]
    assert _drawn.colours([blue] * 3, figures.COLOURS) == ["blue"]
    assert _drawn.colours([blue, green, "#123456"], figures.COLOURS) == ["blue", "green", "#123456"]
