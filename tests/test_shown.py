"""Tables and pictures as a notebook shows them: what a reader, and a reader's screen reader, gets."""

import os
import re
import subprocess
import sys

import pandas as pd
import pytest

from analysis._shown import Picture, as_html
from tools.stale import Project

FRAME = pd.DataFrame(
    {
        "country": ["Togo", "Côte <d'Ivoire>", "Fiji"],
        "year": [2016, 2018, 2023],
        "people": [9999, 331003000, -10000],
        "rate": [0.5, 12345.25, None],
        "printed": ["331003000", "3.3", ""],
        "words": ["at least 2", "", float("nan")],
    }
)


def cells(made):
    """Row by row: (tag, side, text) of each cell."""
    pattern = r'<(t[hd]) style="text-align: (left|right)">(.*?)</t[hd]>'
    return [re.findall(pattern, row) for row in re.findall(r"(?s)<tr.*?</tr>", made)]


def texts(made):
    return [[text for _, _, text in row] for row in cells(made)]


def test_row_numbers_are_left_out_and_large_numbers_have_separators():
    assert texts(as_html(FRAME)) == [
        ["country", "year", "people", "rate", "printed", "words"],
        ["Togo", "2016", "9999", "0.50", "331,003,000", "at least 2"],
        ["Côte &lt;d'Ivoire&gt;", "2018", "331,003,000", "12,345.25", "3.3", ""],
        ["Fiji", "2023", "-10,000", "NaN", "", "NaN"],
    ]


def test_words_stand_left_and_numbers_right_with_their_heads():
    for row in cells(as_html(FRAME)):
        assert [side for _, side, _ in row] == ["left", "right", "right", "right", "right", "left"]


@pytest.mark.parametrize(
    ("frame", "heads", "first"),
    [
        (FRAME.set_index("country")[["year"]], ["country", "year"], ["Togo", "2016"]),
        (FRAME.set_index(["country", "year"])[["rate"]], ["country", "year", "rate"], ["Togo", "2016", "0.50"]),
        (pd.crosstab(FRAME["country"], FRAME["year"]), ["country", "2016", "2018", "2023"], None),
        (FRAME[:1].pivot(index="country", columns="year", values=["rate"]), ["country", "rate, 2016"], ["Togo", "0.5"]),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), ["a", "a"], ["1", "2"]),
    ],
)
def test_the_heads_stand_in_one_row_and_none_is_empty(frame, heads, first):
    made = texts(as_html(frame))
    assert made[0] == heads and len(made) == 1 + len(frame) and first in (None, made[1])
    assert not re.search(r"<th[^>]*>\s*</th>", as_html(frame))


def test_rows_without_a_common_name_have_a_corner_that_is_no_head():
    made = cells(as_html(pd.DataFrame({"end": [3.25, 3.35]}, index=["lowest", "highest"])))
    assert made[0] == [("td", "left", ""), ("th", "right", "end")]
    assert made[1] == [("th", "left", "lowest"), ("td", "right", "3.25")]


def test_a_text_is_shown_whole_and_a_long_table_is_not():
    made = texts(as_html(pd.DataFrame({"statement": ["word " * 39 + "word"] * 100})))
    assert made[1] == ["word " * 39 + "word"] and len(made) == 62  # heads, 60 rows, and one of dots


def test_a_picture_is_html_with_its_alt_text_and_its_alt_text_as_text():
    picture = Picture(b"\x89PNG", 'A "bar" & a dot')
    assert repr(picture) == 'A "bar" & a dot'
    # base64 of the four bytes 89 50 4e 47
    code = "data:image/png;base64,iVBORw=="
    assert picture._repr_html_() == f'<img width="800" alt="A &quot;bar&quot; &amp; a dot" src="{code}">'


@pytest.mark.slow
def test_nbval_compares_the_alt_text_and_not_the_bytes(tmp_path):
    from nbformat import v4

    code, alt = "from analysis._shown import Picture\nPicture(b'drawn anew', {!r})", "A bar and a dot"
    for name, said in {"same": alt, "other": "A bar and no dot"}.items():
        shown = {"text/html": Picture(b"drawn before", said)._repr_html_(), "text/plain": alt}
        result = v4.new_output("execute_result", shown, execution_count=1)
        cell = v4.new_code_cell(code.format(alt), execution_count=1, outputs=[result])
        (tmp_path / f"{name}.ipynb").write_text(v4.writes(v4.new_notebook(cells=[cell])), encoding="utf-8")
    root = Project.here().root
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-c", str(root / "pyproject.toml"), str(tmp_path)]
    env = os.environ | {"PYTHONPATH": str(root)}
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True)
    assert re.search(r"(?m)^PASSED .*same\.ipynb::", done.stdout), done.stdout[-2000:]
    assert re.search(r"(?m)^FAILED .*other\.ipynb::", done.stdout), done.stdout[-2000:]
