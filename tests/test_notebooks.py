"""The lessons keep to their form. Each rule is tried on a sound small lesson and on one that breaks it."""

import copy
import re

import pytest

import lesson_rules as rules
from lesson_rules import ALT, IN_A_ROW, LINES, RULES
from measure import measures, words
from tools.stale import Project, read_notebook

PROJECT = Project.here()
LESSONS = [name for name in PROJECT.names() if re.match(r"\d\d_", name)]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", LESSONS)
def test_lesson(name, rule):
    assert rule(read_notebook(PROJECT.path(name))) == []


def markdown(text, number):
    return {"cell_type": "markdown", "id": f"m{number}", "metadata": {}, "source": text}


def code(text, number, *outputs):
    made = {"cell_type": "code", "id": f"c{number}", "metadata": {}, "source": text}
    return made | {"execution_count": number, "outputs": list(outputs)}


def result(**data):
    return {"output_type": "execute_result", "execution_count": 2, "data": data, "metadata": {}}


LINK = "[Start](00_start_here.ipynb) · [Next: 02](02_united_states.ipynb)"
FIRST = f"""{LINK}

# Is this a question?

**It is, and 5<!--= n --> says so.**

You will learn

- one
- two
- three

Core: 5 minutes. Exercises: 10 minutes."""
IMG = f'<img alt="{"x" * ALT}" src="data:image/png;base64,AAAA">'
PICTURE = {"text/plain": "5", "text/html": IMG}
SOUND = {
    "cells": [
        markdown(FIRST, 0),
        code("import pandas as pd\nfrom analysis import charts, figures", 1),
        markdown("We take five, and draw it.", 1),
        code("n = 5\nfig, ax = charts.dots(n)\nfigures.save(fig, 'n')", 2, result(**PICTURE)),
        markdown("**How to read it.** Look at the five for a while.\n\n**Exercise 1.** Take six.", 2),
        code("m = 6  # change this\nm", 3, result(**{"text/plain": "6"})),
        markdown(LINK, 3),
    ],
    "metadata": {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    },
}
for _cell in SOUND["cells"]:
    _cell["metadata"]["tags"] = ["core"]
STDERR = {"output_type": "stream", "name": "stderr", "text": "look out"}
BROKEN = [  # (the rule that must object, where, what)
    (rules.opening, (0, "source"), FIRST.replace("?", ".")),
    (rules.opening, (0, "source"), FIRST.replace("**", "")),
    (rules.opening, (0, "source"), FIRST.replace("and 5", "and 4<!--= m --> and 5")),
    (rules.opening, (0, "source"), FIRST.replace("- three\n", "")),
    (rules.opening, (0, "source"), FIRST.replace("[Start]", "[Begin]")),
    (rules.opening, (6, "source"), "The end."),
    (rules.honest_minutes, (0, "source"), FIRST.replace("Core: 5", "Core: 10")),
    (rules.honest_minutes, (0, "source"), FIRST.replace("Exercises: 10 minutes.", "")),
    (rules.honest_minutes, (2, "source"), "word " * 800),
    (rules.core_first, (3, "metadata"), {}),
    (rules.core_first, (3, "metadata"), {"tags": ["further"]}),
    (rules.core_first, (6, "metadata"), {"tags": ["further"]}),
    (rules.core_first, (2, "source"), "word " * 4000),
    (rules.imports, (1, "source"), "import pandas as pd\nn = 1"),
    (rules.imports, (3, "source"), "if True:\n    import os"),
    (rules.short_cells, (3, "source"), "\n".join(["n = 1"] * (LINES + 1))),
    (rules.short_cells, (3, "source"), "\n\n"),
    (rules.short_cells, (3, "source"), f"n = '{'x' * 90}'"),
    (rules.plain_code, (3, "source"), "f = lambda x: x"),
    (rules.plain_code, (3, "source"), "def f(): pass"),
    (rules.plain_code, (3, "source"), "class F: pass"),
    (rules.plain_code, (3, "source"), "[a + b for a, b in zip(x, y)]"),
    (rules.plain_code, (3, "source"), "[a + b for a in x for b in y]"),
    (rules.plain_code, (3, "source"), "print(*x)"),
    (rules.wordy, (2, "source"), "word " * 90),
    (rules.wordy, (3, "source"), "\n".join(["n = 1"] * 12)),
    (rules.counted, (3, "execution_count"), 3),
    (rules.counted, (1, "execution_count"), None),
    (rules.seen, (5, "outputs"), []),
    (rules.seen, (5, "source"), "m = 6;"),
    (rules.figures_whole, (3, "outputs"), [result(**{"text/html": IMG.replace("x" * ALT, "short")})]),
    (rules.figures_whole, (3, "outputs"), [result(**{"text/html": IMG.replace("alt", "title")})]),
    (rules.figures_whole, (3, "outputs"), [result(**PICTURE, **{"image/png": "AAAA"})]),
    (rules.figures_whole, (3, "outputs"), [result(**PICTURE), result(**{"image/svg+xml": "A"})]),
    (rules.tables_headed, (5, "outputs"), [result(**{"text/html": '<table><tr><th style="a"> </th></tr></table>'})]),
    (rules.figures_whole, (3, "outputs"), [result(**{"text/plain": "5"})]),
    (rules.figures_whole, (4, "source"), "Look at it."),
    (rules.exercises_start, (5, "cell_type"), "markdown"),
    (rules.clean_outputs, (3, "outputs"), [STDERR]),
    (rules.clean_outputs, (3, "outputs"), [{"output_type": "error", "ename": "E", "evalue": "", "traceback": []}]),
    (rules.clean_outputs, (3, "outputs"), [result(**{"text/plain": ["<Axes at 0x7f00aa11bb22>"]})]),
    (rules.normal_metadata, (3, "metadata"), {"execution": {"iopub.status.busy": "2026-11-23"}}),
    (rules.normal_metadata, (3, "id"), "c1"),
    (rules.tied, (2, "source"), "We take 160 countries."),
]


@pytest.mark.parametrize("rule", RULES)
def test_a_sound_lesson_passes(rule):
    assert rule(SOUND) == []


@pytest.mark.parametrize(("rule", "where", "what"), BROKEN)
def test_a_broken_lesson_is_found(rule, where, what):
    notebook = copy.deepcopy(SOUND)
    notebook["cells"][where[0]][where[1]] = what
    assert rule(notebook) != []


@pytest.mark.parametrize(
    "metadata",
    [
        SOUND["metadata"] | {"language_info": {"name": "python", "version": "3.11.7"}},
        SOUND["metadata"] | {"widgets": {}},
        {"language_info": {"name": "python"}},
    ],
)
def test_metadata_of_one_machine_is_found(metadata):
    assert rules.normal_metadata(SOUND | {"metadata": metadata}) != []


def test_code_cells_in_a_row():
    notebook = copy.deepcopy(SOUND)
    plain = result(**{"text/plain": "5"})
    notebook["cells"][3:4] = [code("n = 5\nn", number, plain) for number in range(9, 9 + IN_A_ROW)]
    assert rules.sentences(notebook) == []
    notebook["cells"].insert(3, code("n", 20, result(**{"text/plain": "5"})))
    assert rules.sentences(notebook) == [f"cell {4 + IN_A_ROW} is code cell {IN_A_ROW + 1} in a row"]


def test_cells_out_of_order_are_found():
    notebook = copy.deepcopy(SOUND)
    for place, name in enumerate(["cell-00", "cell-01", "cell-01a", "cell-02", "cell-03", "cell-04", "cell-05"]):
        notebook["cells"][place]["id"] = name
    assert rules.in_order(notebook) == []
    notebook["cells"][2:5:2] = notebook["cells"][4:1:-2]
    assert rules.in_order(notebook) == ["cell-02 stands after cell-03", "cell-01a stands after cell-02"]


def test_a_dictionarys_items_are_no_riddle():
    notebook = copy.deepcopy(SOUND)
    notebook["cells"][3]["source"] = "{name: 2 * size for name, size in sizes.items()}"
    assert rules.plain_code(notebook) == []


def test_little_of_the_code_draws():
    rows = [measures(read_notebook(PROJECT.path(name))) for name in PROJECT.names()]
    drawing = sum(row["drawing %"] * row["code lines"] for row in rows) / sum(row["code lines"] for row in rows)
    assert 5 < drawing <= 30, "python tests/measure.py prints the measures of each notebook"
    assert not [row for row in rows if row["drawing %"] > 40]


def test_the_measures_by_hand():
    row = measures(SOUND)
    # 3 of 7 lines stand in the cell that draws: 43 percent. 49 words at 130 a minute, one idea line of 20 s (m), one
    # that shows it, a figure of 90 s and a table of 30 s: 0.4 + 0.7 + 1.5 + 0.5 = 3.1 minutes
    assert (row["cells"], row["code lines"], row["drawing %"], row["silent"]) == (3, 7, 43, 0)
    assert (row["core min"], row["all min"], row["exercise min"], row["core cells"]) == (4, 4, 10, 3)


def test_every_rule_has_a_lesson_that_breaks_it():
    assert {rule for rule, _, _ in BROKEN} | {rules.sentences, rules.in_order} == set(RULES)


def test_there_are_lessons():
    assert LESSONS[:2] == ["00_start_here", "01_prevalence"]


def test_words_are_those_a_reader_reads():
    # Ten<1> percent<2> of<3> the<4> table<5> 2,696,000<6>
    assert words('# Ten *percent* of [the table](a/b_c.csv "x") `code here` **2,696,000**<!--= f"{n:,}" -->') == 6
