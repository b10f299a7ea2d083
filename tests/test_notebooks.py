"""The lessons keep to their form. Each rule is tried on a sound small lesson and on one that breaks it."""

import ast
import copy
import re

import lesson_rules as rules
import pytest
from lesson_rules import ALT, LINES, RULES

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
    return {
        "output_type": "execute_result",
        "execution_count": 2,
        "data": data,
        "metadata": {"image/png": {"alt": "x" * ALT}},
    }


FIRST = """# Is this a question?

**It is, and 5<!--= n --> says so.**

You will learn

- one
- two
- three

Teach: 20 minutes. Do: 15 minutes."""
SOUND = {
    "cells": [
        markdown(FIRST, 0),
        code("import pandas as pd\nfrom analysis import rates", 1),
        markdown("We take five and look at it for a while, as one does in 2023.", 1),
        code("n = 5\nm = 6\nn", 2, result(**{"text/plain": "5", "image/png": "AAAA"})),
    ],
    "metadata": {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    },
}
STDERR = {"output_type": "stream", "name": "stderr", "text": "look out"}
BROKEN = [  # (the rule that must object, where, what)
    (rules.opening, (0, "source"), FIRST.replace("?", ".")),
    (rules.opening, (0, "source"), FIRST.replace("**", "")),
    (rules.opening, (0, "source"), FIRST.replace("- three\n", "")),
    (rules.opening, (0, "source"), FIRST.replace("Do: 15 minutes.", "")),
    (rules.imports, (1, "source"), "import pandas as pd\nn = 1"),
    (rules.imports, (3, "source"), "if True:\n    import os"),
    (rules.sentences, (2, "cell_type"), "code"),
    (rules.short_cells, (3, "source"), "\n".join(["n = 1"] * (LINES + 1))),
    (rules.short_cells, (3, "source"), "\n\n"),
    (rules.no_definitions, (3, "source"), "f = lambda x: x"),
    (rules.no_definitions, (3, "source"), "def f(): pass"),
    (rules.no_definitions, (3, "source"), "class F: pass"),
    (rules.wordy, (2, "source"), "word " * 60),
    (rules.wordy, (3, "source"), "\n".join(["n = 1"] * 12)),
    (rules.counted, (3, "execution_count"), 3),
    (rules.counted, (1, "execution_count"), None),
    (rules.shown, (3, "outputs"), []),
    (rules.shown, (3, "source"), "n = 5;"),
    (
        rules.pictures_described,
        (3, "outputs"),
        [result(**{"image/png": "A"}) | {"metadata": {"image/png": {"alt": "short"}}}],
    ),
    (rules.pictures_described, (3, "outputs"), [result(**{"image/svg+xml": "A"}) | {"metadata": {}}]),
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [("ax.grid()", False), ("axes[0].set(x=1)", False), ("n = 1", False), ("n", True), ("ax", True)],
)
def test_what_a_cell_shows(text, expected):
    assert rules.shows(ast.parse(text).body[-1]) is expected
    assert rules.shows(ast.parse("figures.save(fig, 'a')").body[-1]) and rules.shows(ast.parse("axle.head()").body[-1])


def test_every_rule_has_a_lesson_that_breaks_it():
    assert {rule for rule, _, _ in BROKEN} == set(RULES)


def test_there_are_lessons():
    assert LESSONS[:2] == ["00_start_here", "01_prevalence"]


def test_words_are_those_a_reader_reads():
    # Ten<1> percent<2> of<3> the<4> table<5> 2,696,000<6>
    assert rules.words('# Ten *percent* of [the table](a/b_c.csv "x") `code here` **2,696,000**<!--= f"{n:,}" -->') == 6
