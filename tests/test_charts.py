"""The named charts, read back from their axes: which value stands where, in which look, beside which words."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex

from analysis import _drawn, charts, figures

TABLE = pd.DataFrame(
    {
        "country": ["North Korea", "Eritrea", "Chad", "Chad"],
        "low": [100.0, 80.0, 2.0, 3.0],
        "high": [110.0, 95.0, 4.0, 6.0],
        "middle": [104.6, 90.3, 3.0, 5.0],
        "words": ["first", "second", "third", "fourth"],
        "kind": ["a", "a", "a", "b"],
        "half": ["left", "left", "right", "right"],
    }
)
C = figures.COLOURS


def read(fig):
    """What the record of a saved figure would hold."""
    fig.draw_without_rendering()
    return _drawn.drawn_values(fig, C | figures.STEPS)


def lines_of(ax):
    return [line for line in ax.get_lines() if len(line.get_xdata())]


def ends_of(ax):
    """((low, y), (high, y)) of each range, in order."""
    pieces = [group for group in ax.collections if isinstance(group, LineCollection)]
    return [tuple(map(tuple, piece.tolist())) for group in pieces for piece in group.get_segments()]


def test_a_range_stands_on_its_row_from_low_to_high_the_first_on_top():
    fig, ax = charts.ranges(TABLE[:3], "country", "low", "high", xlabel="people per 1,000")
    assert ends_of(ax) == [((100, 0), (110, 0)), ((80, 1), (95, 1)), ((2, 2), (4, 2))]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["North Korea", "Eritrea", "Chad"]
    assert list(ax.get_yticks()) == [0, 1, 2] and ax.get_ylim() == (2.6, -0.6)
    (group,) = ax.collections
    assert group.get_linewidth() == [6] and group.get_alpha() == 1 and to_hex(group.get_color()[0]) == C["ink"]
    assert ax.get_xlabel() == "people per 1,000" and fig.legends == [] and fig.get_size_inches().tolist() == [8, 4.6]
    # one line more: the mark beside North Korea's name, and no text of its own
    assert [(line.get_marker(), to_hex(line.get_color())) for line in lines_of(ax)] == [("D", C["orange"])]
    assert len(ax.texts) == 0 and all(line.get_visible() for line in ax.get_xgridlines())
    assert not any(line.get_visible() for line in ax.get_ygridlines())


def test_a_dot_makes_the_range_pale_and_a_text_stands_at_its_end():
    _, ax = charts.ranges(TABLE[:3], "country", "low", "high", dot="middle", text="words", width=4, height=3)
    (group,) = ax.collections
    assert group.get_linewidth() == [4] and group.get_alpha() == 0.45
    dot = lines_of(ax)[0]
    assert dot.get_xdata().tolist() == [104.6, 90.3, 3] and dot.get_ydata().tolist() == [0, 1, 2]
    assert (dot.get_marker(), dot.get_markersize(), dot.get_linestyle()) == ("o", 5, "None")
    assert [(text.get_text(), text.xy) for text in ax.texts] == [
        ("first", (110, 0)),
        ("second", (95, 1)),
        ("third", (4, 2)),
    ]
    low, high = ax.get_xlim()
    assert low < 2 - 0.15 * 108 and high > 110 + 0.15 * 108  # room for the words: a fifth of 2 to 110 on each side


def test_classes_have_looks_of_their_own_and_a_key_above():
    fig, ax = charts.ranges(TABLE, "country", "low", "high", dot="middle", by="kind")
    assert [text.get_text() for text in fig.legends[0].get_texts()] == ["a", "b"]
    assert ends_of(ax)[-1] == ((3, 2), (6, 2))  # both of Chad on one row
    looks = {line.get_label(): (line.get_marker(), to_hex(line.get_color())) for line in lines_of(ax)[:2]}
    assert looks == {"a": ("o", C["ink"]), "b": ("^", C["green"])}
    groups = {group.get_label(): to_hex(group.get_color()[0][:3]) for group in ax.collections}
    assert groups == {"a": C["ink"], "b": C["green"]} and ax.get_legend() is None


def test_side_by_side_the_classes_of_one_name_lie_under_each_other():
    chosen = {"a": ("sky", "v"), "b": ("purple", "X")}
    _, ax = charts.ranges(TABLE, "country", "low", "high", dot="middle", by="kind", looks=chosen, side_by_side=True)
    assert [round(low[1], 9) for low, _ in ends_of(ax)] == [-0.2, 0.8, 1.8, 2.2]
    assert [(line.get_marker(), to_hex(line.get_color())) for line in lines_of(ax)[:2]] == [
        ("v", C["sky"]),
        ("X", C["purple"]),
    ]


def test_panels_are_small_multiples_under_their_headings():
    _, axes = charts.ranges(TABLE, "country", "low", "high", panel="half", xlabel="rate")
    assert [ax.get_title(loc="left") for ax in axes] == ["left", "right"]
    assert [ends_of(ax) for ax in axes] == [
        [((100, 0), (110, 0)), ((80, 1), (95, 1))],
        [((2, 0), (4, 0)), ((3, 0), (6, 0))],
    ]
    assert [ax.get_xlabel() for ax in axes] == ["rate", "rate"]
    assert [len(lines_of(ax)) for ax in axes] == [1, 0]  # North Korea's mark
    shared = TABLE.assign(country="North Korea")
    _, axes = charts.ranges(shared, "country", "low", "high", panel="half", sharey=True)
    assert [len(lines_of(ax)) for ax in axes] == [1, 0]  # the names stand at the left only, and so do the marks
    _, axes = charts.ranges(shared, "country", "low", "high", panel="half")
    assert [len(lines_of(ax)) for ax in axes] == [1, 1]


def test_dots_stand_at_their_values_and_the_named_ones_have_words():
    fig, ax = charts.dots(TABLE, "low", "high", named=TABLE[:2], text="country", xlabel="rate")
    every, *named = lines_of(ax)
    assert every.get_xydata().tolist() == TABLE[["low", "high"]].to_numpy().tolist()
    assert (every.get_marker(), every.get_markersize(), to_hex(every.get_color())) == ("o", 5.5, C["sky"])
    assert (to_hex(every.get_markeredgecolor()), every.get_markeredgewidth()) == (C["ink"], 0.4)
    assert [line.get_xydata().tolist() for line in named] == [[[100, 110]], [[80, 95]]]
    assert [(line.get_marker(), line.get_markersize(), to_hex(line.get_color())) for line in named] == [
        ("D", 7, C["orange"]),
        ("o", 7, C["ink"]),
    ]
    assert {line.get_linestyle() for line in lines_of(ax)} == {"None"}
    assert {(to_hex(line.get_markeredgecolor()), line.get_markeredgewidth()) for line in named} == {(C["ink"], 0.4)}
    assert [(text.get_text(), text.xy) for text in ax.texts] == [("North Korea", (100, 110)), ("Eritrea", (80, 95))]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("rate", "high") and fig.legends == []
    assert all(line.get_visible() for line in ax.get_xgridlines() + ax.get_ygridlines())
    assert fig.get_size_inches().tolist() == [8, 4.8]


def test_dots_of_panels_and_classes():
    named = TABLE.iloc[[0, 2]]
    fig, axes = charts.dots(
        TABLE, "low", "high", by="kind", panel="half", named=named, text="words", ylabel="up", height=3
    )
    assert [[text.get_text() for text in ax.texts] for ax in axes] == [["first"], ["third"]]
    assert [text.get_text() for text in fig.legends[0].get_texts()] == ["a", "b"]
    points = {
        line.get_label(): line.get_xydata().tolist()
        for line in lines_of(axes[1])
        if not line.get_label().startswith("_")
    }
    assert points == {"a": [[2, 4]], "b": [[3, 6]]}
    assert [ax.get_ylabel() for ax in axes] == ["up", "up"] and [ax.get_xlabel() for ax in axes] == ["low", "low"]
    assert fig.get_size_inches().tolist() == [8, 3]


GRID = pd.DataFrame({"column": [1, 2, 3], "row": [1, 1, 2], "iso3": ["PRK", "ERI", "XKX"]})


def test_tiles_are_darker_for_a_higher_class_and_white_without_one():
    classes = pd.Categorical(["high", "low", None], ["low", "high"], ordered=True)
    fig, ax = charts.tiles(GRID.assign(rate=classes), "column", "row", "iso3", "rate", height=4)
    boxes = [(*patch.get_xy(), patch.get_width(), patch.get_height()) for patch in ax.patches]
    assert np.allclose(boxes[:3], [(0.54, 0.54, 0.92, 0.92), (1.54, 0.54, 0.92, 0.92), (2.54, 1.54, 0.92, 0.92)])
    faces = [to_hex(patch.get_facecolor()) for patch in ax.patches]
    # two of six shades, the palest left out, for it is too near to white: then the key's two, from the pale one
    assert faces == [figures.SHADES[2], figures.SHADES[1], "#ffffff", figures.SHADES[1], figures.SHADES[2]]
    assert [to_hex(patch.get_edgecolor()) for patch in ax.patches[:3]] == ["#ffffff", "#ffffff", C["muted"]]
    assert {patch.get_linewidth() for patch in ax.patches} == {0.6}
    words = [text for text in ax.texts if text.get_text()]
    assert [text.get_text() for text in words] == ["PRK", "ERI", "XKX", "low", "high"]
    assert [text.get_position() for text in words[:3]] == [(1, 1), (2, 1), (3, 2)]
    # the key: below the last row, its classes side by side over the width of the grid, (3 + 1) / 2 apart
    assert np.allclose([text.get_position() for text in words[3:]], [(1.7, 3.6), (3.7, 3.6)])
    assert np.allclose(boxes[3:], [(0.54, 3.14, 0.92, 0.92), (2.54, 3.14, 0.92, 0.92)])
    assert np.allclose([*ax.get_xlim(), *ax.get_ylim()], [0.4, 3.6, 4.2, 0.4]) and not ax.axison
    (mark,) = lines_of(ax)
    assert np.allclose(mark.get_xydata(), [[1.46, 0.54]]) and (mark.get_marker(), mark.get_markersize()) == ("D", 6)
    assert (to_hex(mark.get_color()), to_hex(mark.get_markeredgecolor())) == (C["orange"], "#ffffff")
    assert {text.get_fontsize() for text in words} == {9} and {text.get_va() for text in words} == {"center"}
    assert {(text.get_ha(), text.get_family()[0]) for text in words[:3]} == {("center", "monospace")}
    assert fig.get_size_inches().tolist() == [8, 4]


def test_six_classes_have_six_shades_and_letters_turn_white_on_dark():
    table = pd.DataFrame({"column": range(6), "row": 0, "iso3": list("ABCDEF")})
    classes = pd.Categorical(list("uvwxyz"), list("uvwxyz"), ordered=True)
    _, ax = charts.tiles(table.assign(rate=classes), "column", "row", "iso3", "rate")
    assert [to_hex(patch.get_facecolor()) for patch in ax.patches] == figures.SHADES * 2
    inks = [to_hex(text.get_color()) for text in ax.texts if text.get_text() in "ABCDEF" and text.get_text()]
    assert inks == [C["ink"]] * 3 + ["#ffffff"] * 3


def test_a_key_breaks_into_rows_before_it_is_cut_off():
    fig, ax = figures.canvas()
    names = [f"a class with a rather long name {n}" for n in range(4)]  # 33 letters: 4 x 33 + 4 x 5 = 152 of 105
    for name in names:
        ax.plot([0, 1], [0, 1], label=name)
    ax.legend()
    charts.key_above(fig)
    (legend,) = fig.legends
    assert [text.get_text() for text in legend.get_texts()] == names and ax.get_legend() is None
    assert legend._ncols == 100 // (33 + 5) == 2
    assert (legend.handlelength, legend.borderpad, legend.borderaxespad) == (1, 0, 0) and legend._loc == 2
    assert not legend.get_in_layout()
    fig, ax = figures.canvas()
    for name in "abc":
        ax.plot([0, 1], [0, 1], label=name)
    charts.key_above(fig)
    assert fig.legends[0]._ncols == 3


@pytest.mark.parametrize(("letters", "one_row"), [(89, True), (90, False)])
def test_where_a_key_breaks(letters, one_row):
    """Three names and five letters of room for each: one row below 105."""
    fig, ax = figures.canvas()
    sizes = [30, 30, letters - 60]
    for place, size in enumerate(sizes):
        ax.plot([0, 1], [0, 1], label=chr(97 + place) * size)
    charts.key_above(fig)
    assert fig.legends[0]._ncols == (3 if one_row else 100 // 35)


def test_as_many_names_stand_in_a_row_as_its_hundred_letters_hold():
    fig, ax = figures.canvas()
    for place in range(5):
        ax.plot([0, 1], [0, 1], label=chr(97 + place) * 20)  # 20 letters and 5 of room: four of them
    charts.key_above(fig)
    assert fig.legends[0]._ncols == 4


def test_a_text_stands_beside_its_point_on_a_white_rim():
    _, ax = figures.canvas()
    charts.beside(ax, "word", 3, 4)
    charts.beside_all(ax, ["one", "two"], [1, 2], [5, 6], dx=-7, dy=2, ha="right", zorder=9)
    texts = ax.texts
    assert [(t.get_text(), t.xy, t.get_position()) for t in texts] == [
        ("word", (3, 4), (7, 0)),
        ("one", (1, 5), (-7, 2)),
        ("two", (2, 6), (-7, 2)),
    ]
    assert {t.anncoords for t in texts} == {"offset points"} and {t.get_va() for t in texts} == {"center"}
    assert [t.get_zorder() for t in texts] == [5, 9, 9] and [t.get_ha() for t in texts] == ["left", "right", "right"]
    (rim,) = texts[0].get_path_effects()
    assert rim._gc == {"linewidth": 3, "foreground": "white"}
    with pytest.raises(ValueError, match="zip"):
        charts.beside_all(ax, ["one"], [1, 2], [5, 6])


def test_two_countries_have_looks_of_their_own():
    assert charts.look("PRK") == {"color": C["orange"], "marker": "D"} == charts.look("North Korea: 2023")
    assert charts.look("USA") == {"color": C["blue"], "marker": "s"} == charts.look("United States, 3.3")
    assert charts.look("Kenya") == {"color": C["ink"], "marker": "o"}


def test_the_marks_stand_beside_the_names_of_their_rows():
    fig, ax = figures.canvas()
    fig.set_layout_engine("none")  # the names that would make room are not there
    charts.mark_rows(ax, ["Kenya", "United States", "North Korea"])
    fig.draw_without_rendering()
    marks = lines_of(ax)
    assert [(line.get_marker(), line.get_xydata().tolist()) for line in marks] == [("s", [[0, 1]]), ("D", [[0, 2]])]
    assert not any(line.get_clip_on() for line in marks) and {line.get_linestyle() for line in marks} == {"None"}
    # ten points to the left of the axes: at 150 dots an inch 20.8 dots
    left = marks[0].get_transform().transform((0, 1)) - ax.get_yaxis_transform().transform((0, 1))
    assert np.allclose(left, [-10 * 150 / 72, 0])
    assert ax.yaxis.get_tick_params()["pad"] == 14 and "pad" not in ax.xaxis.get_tick_params()


def test_plain_ticks_are_numbers_on_a_log_scale_too():
    fig, ax = figures.canvas()
    ax.set(xscale="log", xlim=(0.5, 2000))
    charts.plain_ticks(ax.xaxis, [1, 10, 1000])
    charts.plain_ticks(ax.yaxis, [0, 0.5], "{:.1f} million")
    fig.draw_without_rendering()
    assert [text.get_text() for text in ax.get_xticklabels()] == ["1", "10", "1,000"]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["0.0 million", "0.5 million"]
    assert list(ax.xaxis.get_ticklocs(minor=True)) == [] == list(ax.yaxis.get_ticklocs(minor=True))


def test_what_a_record_holds_of_each_kind_of_mark():
    fig, ax = charts.ranges(TABLE[:2], "country", "low", "high", dot="middle")
    ax.axvspan(1, 2, color=C["grid"])
    ax.fill_between([1, 2], [3, 4], [5, 6], color=C["sky"], label="band")
    (shown,) = read(fig)
    kinds = [mark["kind"] for mark in shown["marks"]]
    assert kinds == ["line", "line", "segments", "area", "bar"]
    assert shown["marks"][2]["points"] == [[[100, 0], [110, 0]], [[80, 1], [95, 1]]]
    assert shown["marks"][3]["label"] == "band" and shown["marks"][3]["colour"] == ["sky"]
    assert [1, 3] in shown["marks"][3]["points"][0] and [2, 6] in shown["marks"][3]["points"][0]
    assert shown["marks"][4]["box"][0] == 1 and shown["marks"][4]["box"][2] == 1
