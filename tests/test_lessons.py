"""The class: exercises, what check says of every answer and mistake, lessons and their notebooks."""

import ast
import itertools
import json
import math
import re
import statistics
import tomllib
from fractions import Fraction
from functools import cache

import numpy as np
import pandas as pd
import pytest

from analysis import lesson as lessons
from analysis.lesson import MISTAKE, NOT_READ, RIGHT, UNANSWERED, WRITTEN, check, hint, judge
from measure import code_lines, executed, exercise_minutes, is_import, measures, reading
from tools.classroom.lessons import (
    core_source,
    lesson_names,
    notebook_text,
    read_lesson,
    render,
    write_student_notebooks,
)
from tools.stale import Project

PROJECT = Project.here()
NAMES = ["lesson_1", "lesson_2", "lesson_3", "lesson_4"]
EXERCISES = lessons.exercises()
COMPUTED = [e for e in EXERCISES.values() if e["kind"] == "compute"]
CHOSEN = [e for e in EXERCISES.values() if "option" in e]
ORDERED = [e for e in EXERCISES.values() if e["kind"] == "order"]
IDS = {"ids": lambda value: value.get("id", value.get("name", "")) if isinstance(value, dict) else str(value)}


def middle(interval):
    return float(interval.low + interval.high) / 2


def mistakes(entries):
    return [(entry, mistake) for entry in entries for mistake in entry["mistake"]]


# What check says


@pytest.mark.parametrize("entry", COMPUTED, **IDS)
def test_the_right_number_is_right_to_the_last_digit_asked_for(entry):
    right = lessons.accepted(entry)
    assert judge(entry["id"], middle(right)).status == RIGHT
    assert judge(entry["id"], float(lessons.size(entry, entry))).status == RIGHT  # not rounded at all
    step = float(entry["step"])
    assert judge(entry["id"], middle(right) + 0.51 * step).status != RIGHT
    assert judge(entry["id"], middle(right) - 0.51 * step).status != RIGHT


@pytest.mark.parametrize(("entry", "mistake"), mistakes(COMPUTED), **IDS)
def test_each_mistake_is_named(entry, mistake):
    made = middle(lessons.taken_for(mistake, entry))
    found = judge(entry["id"], made)
    assert (found.status, found.mistake) == (MISTAKE, mistake["name"])
    assert "I checked whether" in found.text and mistake["name"] in found.text


@pytest.mark.parametrize(("entry", "mistake"), mistakes(ORDERED), **IDS)
def test_each_wrong_order_is_named(entry, mistake):
    found = judge(entry["id"], lessons.in_order(mistake, entry))
    assert (found.status, found.mistake) == (MISTAKE, mistake["name"])


@pytest.mark.parametrize("entry", CHOSEN, **IDS)
def test_one_option_is_right_and_each_other_one_stands_for_a_mistake(entry):
    found = {letter: judge(entry["id"], letter) for letter in "ABCDEF"[: len(entry["option"])]}
    right = [letter for letter, one in found.items() if one.status == RIGHT]
    assert right == [lessons.right_letter(entry)] and f"The answer is {right[0]}." in entry["way"]
    named = [option["name"] for letter, option in zip(found, entry["option"], strict=True) if letter not in right]
    assert [one.mistake for letter, one in found.items() if letter not in right] == named and all(named)


@pytest.mark.parametrize("entry", [e for e in CHOSEN if "pick" in e], **IDS)
def test_only_one_option_fits_its_formula(entry):
    # with the right option's print given to another one the letter moves: it is computed
    right = lessons.right_letter(entry)
    only = entry["option"][ord(right) - 65]
    rest = [{**option} for option in entry["option"] if option is not only]
    turned = {**entry, "option": [*rest, only]}
    assert lessons.right_letter(turned) == chr(64 + len(entry["option"]))
    with pytest.raises(ValueError):
        lessons.right_letter({**entry, "option": rest})


def test_what_check_prints_is_plain_text():
    for entry in EXERCISES.values():
        parts = [*entry.get("mistake", []), *entry.get("option", [])]
        texts = [*entry["hints"], entry["what"], *(part["says"] for part in parts)]
        assert not [text for text in texts if re.search(r"\*\w|\w\*|\]\(", text)], entry["id"]


def clashes(entry):
    """Answers that would be read in two ways: as right, or as one mistake, and as another one."""
    ways = [("right", lessons.accepted(entry))]
    ways += [(one["name"], lessons.taken_for(one, entry)) for one in entry["mistake"]]
    found = []
    for (name, one), (other, two) in itertools.combinations(ways, 2):
        common = one & two
        if common and (common.low < common.high or Fraction(0) in (one.high - one.low, two.high - two.low)):
            found.append((name, other))
    return found


@pytest.mark.parametrize("entry", COMPUTED, **IDS)
def test_no_answer_is_read_in_two_ways(entry):
    assert clashes(entry) == [] and len(entry["mistake"]) >= 3


def test_a_clash_is_found():
    entry = EXERCISES["rate-2"]
    same = {"name": "the same", "says": "", "per": 1000}  # the right answer, as a mistake
    assert ("right", "the same") in clashes({**entry, "mistake": [*entry["mistake"], same]})
    twice = {**entry["mistake"][0], "name": "twice"}
    assert (entry["mistake"][0]["name"], "twice") in clashes({**entry, "mistake": [*entry["mistake"], twice]})


@pytest.mark.parametrize("entry", ORDERED, **IDS)
def test_an_order_has_no_ties_and_each_mistake_another_one(entry):
    orders = [lessons.in_order(part, entry) for part in [{}, *entry["mistake"]]]
    assert len(set(orders)) == len(orders) == 3
    sizes = [lessons.size({**entry, "formula": entry["formula"].replace("{}", i["value"])}, {}) for i in entry["item"]]
    assert len(set(sizes)) == len(sizes)


def test_hand_worked_answers():
    # Kenya: 269,000 of 53,771,000 are 5.0027 of every 1,000; the United States: 1,091,000 of 331,003,000 are 0.3296 %
    assert [judge("rate-2", x).status for x in (5, 5.0, 5.003, 4.95, 5.05)] == [RIGHT] * 5
    assert judge("rate-2", 53771000 / 269000 * 1000).mistake == "numerator and denominator swapped"
    assert judge("rate-2", 269000).mistake == "a count for a rate"
    assert judge("rate-3", "0,33 %").status == RIGHT and judge("rate-3", 0.3).status != RIGHT
    assert judge("rate-3", 3.3).mistake == "per 1,000 for per 100"
    assert judge("rate-3", 1091 / 49630 * 100).mistake == "the wrong denominator"
    # 119 countries print more than 3.3 per 1,000, four print 3.3: place 120, and 123 if all others stand before it
    assert judge("rank-2", 120).status == RIGHT and judge("rank-2", 123).mistake == "a tie counted as a loss"
    # 22.0 of 49.6 are 44.4 %, 15.4 of 40.3 are 38.2 %: 6.1 points, and 16 % more
    assert judge("edition-3", 6).status == RIGHT and judge("edition-3", 16.1).mistake == "percent for percentage points"
    # 859 of 3,239 relatives are 26.5 %; of the 2,380 who lived, 36.1 %
    assert judge("famine-3", 27).status == RIGHT and judge("famine-3", 36.1).mistake == "survivors for everyone"
    assert judge("famine-3", 26).mistake == "rounded down" and judge("rate-2", 5.1).mistake == "rounded up"
    assert judge("rank-1", ["D", "B", "C", "A"]).status == RIGHT and judge("rank-1", "CDAB").mistake


class Odd:
    """A value that no pupil means."""


ODD = [
    *(None, ..., math.nan, pd.NA, pd.NaT, np.nan, np.array([]), [], "", "  "),
    *(print, Odd, Odd(), b"5", 1j, True, np.bool_(False), math.inf, -math.inf, 1e300, 10**5000),
    *([1, 2], (1, 2), {1, 2}, {"a": 1, "b": 2}, [[1, 2]], pd.Series([1.0, 2.0]), pd.DataFrame({"a": [1]}), iter([1])),
    *("one in ten", "five", "1e999999999", "-", ".", ",", "5 5", "9" * 5000, "\u0000", "x" * 10**6),
    *(np.float64(7), np.int64(7), Fraction(1, 3), pd.Series([7.0]), np.array(7.0), [7], np.datetime64("2020")),
]


@pytest.mark.parametrize("id", EXERCISES)
@pytest.mark.parametrize("answer", ODD, ids=lambda value: type(value).__name__)
def test_no_answer_brings_a_traceback(id, answer, capsys):
    check(id, answer)
    said = capsys.readouterr().out
    assert said.startswith(f"{id}: ") and "Traceback" not in said and len(said) < 1200


@pytest.mark.parametrize(
    ("answer", "status", "word"),
    [
        (None, UNANSWERED, "three dots"),
        (..., UNANSWERED, "three dots"),
        (math.nan, NOT_READ, "gap"),
        (print, NOT_READ, "brackets"),
        (True, NOT_READ, "True or False"),
        ("5 percent", NOT_READ, "says percent"),
        ("2.696.000", NOT_READ, "digits"),
        ([1, 2], NOT_READ, "2 values"),
        (pd.Series([5.0, 6.0, 7.0]), NOT_READ, "3 values"),
        (pd.DataFrame({"a": [1, 2], "b": [3, 4]}), NOT_READ, "4 values"),
        ("one in ten", NOT_READ, "digits"),
        (10**20, NOT_READ, "15 digits"),
    ],
    ids=lambda value: " ".join(str(value).split()),  # a test is asked for by its name, which has one line
)
def test_what_is_said_of_an_answer_that_is_none(answer, status, word):
    found = judge("rate-2", answer)
    assert found.status == status and word in found.text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("104.6", "104.6"), ("104,6", "104.6"), (" 10 %", "10"), ("10 percent", "10"), ("5,0 per 1,000", "5.0"),
        ("2,696,000", "2696000"), ("2 696 000", "2696000"), ("2'696'000", "2696000"),
        ("2,696,000 people", "2696000"), ("0,330", "0.330"), ("-0.5", "-0.5"), ("1,234.5", "1234.5"),
        ("12,345", "12345"), ("5.", "5"), ("5,", "5"), ("It is 5, I think.", "5"), ("104\u00a0600", "104600"),
    ],
)  # fmt: skip
def test_a_number_written_as_text(text, number):
    assert lessons.number_in(text) == Fraction(number)


@pytest.mark.parametrize("answer", ["b", "B", " B)", "(b)", "B. About one in ten", ["B"]])
def test_a_letter_in_many_forms(answer):
    assert judge("rate-4", answer).status == RIGHT


@pytest.mark.parametrize("answer", ["E", "Z", "both", 2, "1", "AB", "A, D", "a or b"])
def test_what_is_no_letter_of_the_options(answer):
    assert judge("rate-4", answer).status == NOT_READ and "A to D" in judge("rate-4", answer).text


@pytest.mark.parametrize("answer", ["DBCA", "dbca", "D, B, C, A", "D > B > C > A", list("DBCA"), tuple("dbca")])
def test_an_order_in_many_forms(answer):
    assert judge("rank-1", answer).status == RIGHT


ONCE = 'Write each letter from A to D once, such as "BADC".'
NO_ORDER = 'A set { } keeps no order; write the letters in one text, such as "BADC".'


@pytest.mark.parametrize(("answer", "words"), [(set("DBCA"), NO_ORDER), ("DBC", ONCE), ("DDBC", ONCE)])
def test_what_is_no_order(answer, words):
    assert judge("rank-1", answer)[1:] == (NOT_READ, "", f"rank-1: I cannot read this answer. {words}")


def test_an_order_is_said_back_as_it_was_read():
    assert judge("rank-1", "a, b, c, d").text.startswith("rank-1: I checked whether ABCD is the order by rate")


def test_a_sentence_is_read_for_three_things_and_left_to_a_person():
    full = judge("rate-5", "By the report's estimate 104.6 of every 1,000 people there are in modern slavery.")
    looked = ["- a number: '104.6'", "- of whom it is a part: 'of every 1,000'", "- a word of caution: 'report'"]
    left = "I cannot tell whether the sentence is true and kind: let a person read it."
    assert full[1:] == (WRITTEN, "", "\n".join(["rate-5: I looked for these.", *looked, left]))
    assert judge("rate-5", "By the REPORT, very many.").text.endswith(f"'REPORT'\n{left}")
    bare = judge("rate-5", "Very much slavery.")  # three words are a sentence, two are not
    missing = [f"{line.partition(':')[0]}: not found" for line in looked]
    assert bare[1:] == (WRITTEN, "", "\n".join(["rate-5: I looked for these.", *missing, left]))
    for none in (104.6, "Very much."):
        said = 'rate-5: I cannot read this answer. Write a sentence between quotation marks: answer = "..."'
        assert judge("rate-5", none)[1:] == (NOT_READ, "", said)


def test_hints_come_one_after_the_other_then_the_way(capsys):
    lessons.GIVEN.clear()
    entry = EXERCISES["rate-2"]
    for said in (*entry["hints"], "The way:", "The way:"):
        check("rate-2", 7)
        assert said in capsys.readouterr().out
    check("rate-2", 5)  # a right answer gets none
    check("rate-2", ...)  # and a forgotten one neither
    assert "The way" not in capsys.readouterr().out
    hint("rate-3")
    assert EXERCISES["rate-3"]["hints"][0] in capsys.readouterr().out


@pytest.mark.parametrize("id", ["rate-22", "Rate-2", "", None, 5, ["rate-2"]])
def test_an_unknown_exercise_names_the_nearest(id, capsys):
    check(id, 5)
    hint(id)
    assert capsys.readouterr().out.count(f"There is no exercise {str(id)!r}; ") == 2
    assert "rate-2" in judge("rate-22", 5).text


def test_a_lost_folder_of_lessons_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(lessons.tables, "DATA", tmp_path / "data")
    lessons.exercises.cache_clear()
    assert "folder lessons is missing" in judge("rate-2", 5).text
    monkeypatch.undo()
    lessons.exercises.cache_clear()
    assert judge("rate-2", 5).status == RIGHT


@pytest.mark.parametrize("entry", EXERCISES.values(), **IDS)
def test_no_answer_is_ever_called_a_pass(entry):
    found = judge(entry["id"], namespace_of(entry)["answer"])
    assert "pass" not in found.text.lower() and "<!--" not in found.text and "**" not in found.text


def test_the_page_shows_what_check_prints():
    page = (PROJECT.root / "docs" / "class.md").read_text(encoding="utf-8")
    first, second = judge("rate-2", 53771000 / 269000 * 1000).text.split("\n")
    assert first in page and second[:120] in page and EXERCISES["rate-2"]["hints"][0] in page


def test_a_guess_is_never_wrong():
    for guess in (0, 5, 104.6, 999999, -3):
        assert judge("rate-1", guess).status == lessons.GUESS and "104.6" in judge("rate-1", guess).text


# Solutions, and each cell alone


def namespace_of(entry, solved=True):
    """The names after the first cell of its lesson and the cell of the exercise alone."""
    name = next(n for n in NAMES if entry["id"] in {e["id"] for e in raw(n)["exercise"]})
    names = first_names(name)
    sources = {cell["id"]: cell["source"] for cell in cells_of(name, solved)}
    exec(sources[entry["id"]], names)
    return names


def raw(name):
    return tomllib.loads((PROJECT.root / "lessons" / f"{name}.toml").read_text(encoding="utf-8"))


def first_names(name):
    names = {}
    exec(raw(name)["first"], names)
    return names


@pytest.mark.parametrize("entry", EXERCISES.values(), **IDS)
def test_each_solution_passes_its_check_after_the_first_cell_alone(entry, capsys):
    answer = namespace_of(entry)["answer"]
    expected = {"predict": lessons.GUESS, "write": WRITTEN}.get(entry["kind"], RIGHT)
    assert judge(entry["id"], answer).status == expected
    if entry["kind"] == "write":
        assert "not found" not in judge(entry["id"], answer).text
    capsys.readouterr()
    assert namespace_of(entry, solved=False)["answer"] is ...
    assert "no answer yet" in capsys.readouterr().out


# The lessons


def test_the_exercises_are_many_and_of_six_kinds():
    counts = {name: len(raw(name)["exercise"]) for name in NAMES}
    assert set(counts.values()) <= {4, 5} and sum(counts.values()) >= 16 and lesson_names(PROJECT) == NAMES
    kinds = {entry["kind"] for entry in EXERCISES.values()}
    assert kinds == {"predict", "compute", "choose", "spot", "order", "write"}
    assert len(EXERCISES) == sum(counts.values())  # each id once
    assert all(len(entry["hints"]) == 2 and entry["way"] for entry in EXERCISES.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_is_planned_for_45_minutes_25_of_them_material(name):
    lesson = raw(name)
    plan = {kind: sum(s["minutes"] for s in lesson["plan"] if s.get(kind)) for kind in ("material", "exercises")}
    assert sum(step["minutes"] for step in lesson["plan"]) == 45 and plan["material"] == 25
    assert plan["exercises"] == sum(entry["minutes"] for entry in lesson["exercise"])
    assert len(lesson["guide"].split()) >= 150 and len(lesson["goals"]) == len(lesson["key_points"]) == 3
    assert len(lesson["cuts"]) >= 3
    placed = [part["exercise"] for part in lesson["part"] if "exercise" in part]
    assert placed == [entry["id"] for entry in lesson["exercise"]]


@cache
def cells_of(name, solved=False):
    cells = json.loads(notebook_text(PROJECT, name, solved))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in cells]


@pytest.mark.parametrize("name", NAMES)
def test_a_student_notebook_is_short_and_plain(name):
    code = [cell for cell in cells_of(name) if cell["cell_type"] == "code"]
    assert statistics.median(len(code_lines(cell)) for cell in code) <= 3
    trees = [ast.parse(cell["source"]) for cell in code]
    kinds = (ast.FunctionDef, ast.Lambda, ast.ClassDef)
    assert not [node for tree in trees for node in ast.walk(tree) if isinstance(node, kinds)]
    imports = (ast.Import, ast.ImportFrom)
    assert not [node for tree in trees[1:] for node in ast.walk(tree) if isinstance(node, imports)]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert isinstance(trees[0].body[-1], ast.Expr)  # the first cell shows something, alone


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_opens_with_care_and_leads_on(name):
    first, *_, last = cells_of(name)
    number = int(name[-1])
    assert "**Before we start.**" in first["source"] and "Run the next cell first" in first["source"]
    assert f"`%run -m analysis lab --fresh class/{name}`" in first["source"]
    for other in {number - 1, number + 1} & {1, 2, 3, 4}:
        assert f"(lesson_{other}.ipynb)" in first["source"] and f"(lesson_{other}.ipynb)" in last["source"]
    for target in re.findall(r"\]\(([^)]+)\)", first["source"]):
        assert (PROJECT.notebooks / "class" / target).exists()


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_followed_by_how_to_read_it(name):
    cells = cells_of(name)
    drawn = [place for place, cell in enumerate(cells) if "figures.save(" in cell["source"]]
    assert drawn and all(cells[place + 1]["source"].startswith("**How to read it.**") for place in drawn)


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_notebook_is_the_one_that_its_lesson_makes(name):
    committed = (PROJECT.notebooks / "class" / f"{name}.ipynb").read_bytes()
    assert committed == notebook_text(PROJECT, name).encode(), "write it with: python -m analysis class"


def test_core_cells_are_those_of_the_committed_notebooks():
    assert core_source(PROJECT, "01_prevalence", "cell-07").startswith("korea = ")
    with pytest.raises(ValueError, match=r"01_prevalence.ipynb has no core cell cell-99; .*new id"):
        core_source(PROJECT, "01_prevalence", "cell-99")
    for name in NAMES:
        made = {cell["id"]: cell["source"] for cell in cells_of(name)}
        for part in [part for part in raw(name)["part"] if "core" in part]:
            for cell in part["cells"]:
                assert made[f"{part['core'][:2]}-{cell}"] == core_source(PROJECT, part["core"], cell)


# Numbers in the texts


RATE = "value(index.rate; edition=2023; iso3=PRK)"
GOOD = [
    (f"It is 104.6<!--= {RATE} -->.", "It is 104.6."),
    (f"It is 104.6<!--= {RATE} --> per 1,000.", "It is 104.6 per 1,000."),
    (f"**about one in ten**<!--= {RATE} --> of them", "**about one in ten** of them"),
    ("49.6<!--= sum(index.people; edition=2023) --> million", "49.6 million"),
    ("place 122<!--= rank(index.rate; edition=2023; of iso3=USA) -->", "place 122"),
    ("**Four countries**<!--= count(index.rate; edition=2023; rate=3.3) -->", "**Four countries**"),
    ("In 2023, lesson 2 and exercise rate-1 of every 1,000.", "In 2023, lesson 2 and exercise rate-1 of every 1,000."),
    (
        "Python 3.11, 0.6 GB, CC BY 3.0 IGO, slides 2, \u00d7 1,000",
        "Python 3.11, 0.6 GB, CC BY 3.0 IGO, slides 2, \u00d7 1,000",
    ),
    ("**1.** How many?\n| 2 | B |", "**1.** How many?\n| 2 | B |"),
]
BAD = [
    ("one\n\nIt is 104.6.", "page.md, line 3: 104.6 is tied to no figure; write 104.6<!--="),
    (f"one\nIt is 104.7<!--= {RATE} -->.", "page.md, line 2: 104.7 per 1,000 is tied to .* and is within rounding"),
    (f"**one in twelve**<!--= {RATE} -->", "page.md, line 1: one in twelve is tied to .* inconsistent"),
    (f"49.6<!--= {RATE} --> million", "is tied to .*: .*share"),
    ("5<!--= valu(index.rate) -->", "there is no word"),
    ("5<!--= value(index.rate; iso3=XXX) -->", "line 1: 5 is tied to value"),
    (f"of them<!--= {RATE} -->", "line 1: <!--= is tied to no figure"),
    ("It takes 3<!--= 3 --> days.", "line 1: 3 is tied to 3: it names no figure of a table; name what"),
    ("one\n2<!--= 2,000,000 --> million", "line 2: 2 is tied to 2,000,000: it names no figure of a table"),
    ("It is 5<!--= difference(8; 3) -->.", "line 1: 5 is tied to difference.8; 3.: it names no figure of a table"),
    ("It is 3.11 today.", "3.11 is tied to no figure"),
    ("By 1,000,000,000 of them.", "1,000,000,000 is tied to no figure"),
    ("CC BY 5.0 IGO", "5.0 is tied to no figure"),
]


@pytest.mark.parametrize(("text", "shown"), GOOD)
def test_a_tied_number_is_shown_without_its_formula(text, shown):
    assert render(text, "page.md") == shown


@pytest.mark.parametrize(("text", "fault"), BAD)
def test_a_number_that_does_not_follow_is_named_with_its_line(text, fault):
    with pytest.raises(ValueError, match=fault):
        render(text, "page.md")


def test_a_wrong_number_in_a_lesson_stops_the_writing(tmp_path):
    (tmp_path / "lessons").mkdir()
    text = (PROJECT.root / "lessons" / "lesson_1.toml").read_text(encoding="utf-8")
    line = 1 + text[: text.index("104.6<!--=")].count("\n")
    (tmp_path / "lessons" / "lesson_1.toml").write_text(text.replace("104.6<!--=", "106.4<!--=", 1), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"lessons/lesson_1.toml, line {line}: 106.4"):
        write_student_notebooks(Project(tmp_path))
    assert not (tmp_path / "notebooks").exists()


def test_every_text_of_a_lesson_is_read_for_its_numbers(tmp_path):
    (tmp_path / "lessons").mkdir()
    text = (PROJECT.root / "lessons" / "lesson_2.toml").read_text(encoding="utf-8")
    for key in ("goals", "guide", "care", "task", "hints", "way", "says", "cuts", "key_points"):
        at = re.search(rf'(?m)^{key} = (?:\[\s*"|"""|")', text).end()
        (tmp_path / "lessons" / "lesson_2.toml").write_text(text[:at] + "All 77 of " + text[at:], encoding="utf-8")
        with pytest.raises(ValueError, match="77 is tied to no figure"):
            read_lesson(Project(tmp_path), "lesson_2")


# In a kernel


def test_a_missing_name_is_one_line(capsys):
    lessons.explain_missing_name(None, NameError, NameError("name 'korea' is not defined"), None, tb_offset=1)
    assert capsys.readouterr().out.startswith("name 'korea' is not defined. Is it spelt right?")


def run(notebook_text, tmp_path, monkeypatch, **options):
    import nbformat
    from nbclient import NotebookClient

    monkeypatch.setenv("ANALYSIS_FIGURES", str(tmp_path))
    notebook = nbformat.reads(notebook_text, as_version=4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}, **options).execute()
    return notebook


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_solution_notebook_runs_and_fits_its_minutes(name, tmp_path, monkeypatch):
    notebook = run(notebook_text(PROJECT, name, solved=True), tmp_path, monkeypatch)
    cells = json.loads(json.dumps(notebook["cells"]))
    assert not [cell["id"] for cell in cells if cell["cell_type"] == "code" and not cell["outputs"]]
    exercise = {f"{entry['id']}{end}" for entry in raw(name)["exercise"] for end in ("", "-task")}
    material = reading([cell for cell in cells if cell["id"] not in exercise])
    planned = sum(step["minutes"] for step in raw(name)["plan"] if not step.get("material"))
    assert 12 < material <= 25 and material + planned <= 45
    assert not any(is_import(cell) for cell in cells if cell["cell_type"] == "code")


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_reader_needs_no_more_than_45_minutes(name):
    row = measures(executed(PROJECT.notebooks / "class" / f"{name}.ipynb"))  # counts an exercise's cell twice
    assert row["exercise min"] == sum(entry["minutes"] for entry in raw(name)["exercise"])
    assert row["all min"] >= 20 and row["all min"] + row["exercise min"] <= 45


def test_minutes_of_exercises_are_read_from_the_text():
    assert exercise_minutes("**Exercise rate-1** (minutes: 4). Do it.\n\n**Exercise.** Do that.") == 4 + 10
    assert exercise_minutes("## Exercises\n1. One\n2. Two\n") == 20 and exercise_minutes("No exercise.") == 0


@pytest.mark.slow
def test_a_cell_run_out_of_order_gets_a_plain_line(tmp_path, monkeypatch):
    notebook = json.loads(notebook_text(PROJECT, "lesson_1"))
    kept = [cell for cell in notebook["cells"] if cell["id"] in ("first", "01-cell-09", "rate-2")]
    found = run(json.dumps({**notebook, "cells": kept}), tmp_path, monkeypatch, allow_errors=True)
    outputs = {cell["id"]: cell["outputs"] for cell in found["cells"]}
    assert [output["output_type"] for output in outputs["01-cell-09"]] == ["stream"]
    assert outputs["01-cell-09"][0]["text"].startswith("name 'korea' is not defined. Is it spelt right?")
    assert "no answer yet" in outputs["rate-2"][0]["text"]
