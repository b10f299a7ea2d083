"""The class: student notebooks and solutions, from lessons/*.toml and the notebooks' core cells.

A number in a lesson's text is tied to a formula on the tables, `104.6<!--= value(index.rate;
edition=2023; iso3=PRK) -->`, and `render` judges it as it judges an article's figures.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import partial
from typing import Any

from analysis.claims.formulas import evaluate
from analysis.claims.lookup import unit_text
from analysis.claims.verdicts import check_figure, read_claim
from analysis.lesson import BOOK
from analysis.rounding import REPRODUCES, WITHIN
from tools.page import TEMPLATES
from tools.prose import SIGNED, untied_numbers, without
from tools.run import KERNELSPEC
from tools.stale import Project, read_notebook, text_of

UNIT = r" (?:(?:thousand|million|billion|percent|times)\b|per 1,000\b)"
FIGURE = re.compile(
    rf"(?s)(?:(?P<mark>\*\*?)(?P<words>[^*\n]+)(?P=mark)|(?P<number>{SIGNED}))"
    rf"<!--=(?P<formula>.*?)-->(?P<unit>{UNIT})?"
)
PLAIN = (  # numbers that need no tie, besides those of prose.EXEMPT: (kind, pattern)
    ("lessons 1 to 4", r"(?i)\blessons \d (?:and|to) \d\b"),
    ("lesson, its slides, a question", r"(?i)\b(?:lesson|slides|question) \d\b"),
    ("numeral before a question on a sheet", r"(?m)^(?:\*\*\d\.\*\*|\| \d \|)"),
    ("exercise", r"(?i)\b[a-z]+-\d\b"),
    ("minutes of a step", r"\bminutes = \d+"),
    ("what a rate is of", r"(?i)\b(?:per|every|by|the|than) 1(?:00|,000|,000,000)(?![,.]?\d)"),
    ("what makes a quotient a rate", r"\u00d7 1,000(?![,.]?\d)"),
    ("version of Python, which pyproject.toml asks for", r"\bPython 3\.\d+\b"),
    ("disk that an installation takes", r"\b(?:0\.)?\d+ GB\b"),
    ("version of a licence, as the codebook prints it", r"\bCC BY [34]\.0 IGO\b"),
)
NO_TEXT = (  # what a lesson's file holds besides texts: code, and keys of one line
    r"(?ms)^\w+ = '''.*?'''|^(?:id|step|per|up|down|digits|minutes|printed|formula|value|pattern"
    r"|cells|core|notebook) =[^\n]*"
)


def render(text: str, where: str) -> str:
    """The Markdown without its ties; ValueError, with file and line, for a number that fits none.

    where: the file that holds the text, from its first line on.
    """
    for found in FIGURE.finditer(text):
        check_tie(found, f"{where}, line {1 + text.count(chr(10), 0, found.start())}")
    rest = FIGURE.sub(lambda found: blank(found[0]), text)
    if wrong := bare(rest):
        line = next((n for n, row in enumerate(rest.split("\n"), 1) if wrong[0] in bare(row)), 0)
        remedy = "write 104.6<!--= formula -->, or **words**<!--= formula -->"
        raise ValueError(f"{where}, line {line}: {wrong[0]} is tied to no figure; {remedy}")
    return re.sub(r"(?s)<!--=.*?-->", "", text)


def bare(text: str) -> list[str]:
    """The numbers that are tied to nothing, and ties to no number."""
    plain = [pattern for _, pattern in PLAIN]
    return re.findall("<!--=", text) + untied_numbers(without(text, *plain))


def check_tie(found: re.Match[str], where: str) -> None:
    """ValueError unless the number reproduces what the formula gives, marked words nearly so."""
    words, formula = found["words"] or found["number"], " ".join(found["formula"].split())
    try:
        computed = evaluate(formula, BOOK)
        if not computed.inputs:
            raise ValueError("it names no figure of a table; name what the number is from")
        unit = found["unit"] or unit_text(computed.per, computed.kind)
        if found["number"] and "%" not in words:
            words = f"place {words}" if unit == "place" else f"{words} {unit}".strip()
        shown = read_claim({"id": where, "printed": words, "read_as": ""}, computed)
        verdict, _, why = check_figure(shown, computed.ends.get(shown.order, computed))
    except ValueError as error:
        raise ValueError(f"{where}: {words} is tied to {formula}: {error}") from None
    if verdict not in (REPRODUCES, found["words"] and WITHIN):  # a bare number is the value
        raise ValueError(f"{where}: {words} is tied to {formula}, and is {verdict}: {why}")


def read_lesson(project: Project, name: str) -> dict[str, Any]:
    """A lesson's file, its texts without ties; ValueError for a number that fits none."""
    raw = (project.root / "lessons" / f"{name}.toml").read_text(encoding="utf-8")
    render(re.sub(NO_TEXT, lambda found: blank(found[0]), raw), f"lessons/{name}.toml")
    return tomllib.loads(re.sub(r"(?s)<!--=.*?-->", "", raw))


def blank(text: str) -> str:
    """A blank, and as many lines as the text has."""
    return " " + "\n" * text.count("\n")


def core_source(project: Project, notebook: str, cell_id: str) -> str:
    """The code of a core cell, as the committed notebook has it."""
    for cell in read_notebook(project.path(notebook))["cells"]:
        if cell["id"] == cell_id and "core" in cell["metadata"].get("tags", []):
            return text_of(cell)
    remedy = "look up its new id in that file, and write it in the lesson"
    raise ValueError(f"notebooks/{notebook}.ipynb has no core cell {cell_id}; {remedy}")


def lesson_cells(project: Project, name: str, solved: bool = False) -> Iterator[tuple[str, ...]]:
    """(kind, id, source) of a lesson's cells, in order; solved: with the answers and the way."""
    number, there = int(name[-1]), lesson_names(project)
    near = [n for n in (number - 1, number + 1) if f"lesson_{n}" in there]
    values = {"near": near, "number": number, "solved": solved}
    values |= {"core": partial(core_source, project)} | read_lesson(project, name)
    text = TEMPLATES.get_template("lesson.md.j2").render(values)
    pieces = re.split(r"(?m)^%% (\w+) (\S+)\n", text)[1:]
    return zip(pieces[::3], pieces[1::3], map(str.strip, pieces[2::3]), strict=True)


def lesson_names(project: Project) -> list[str]:
    """lesson_1 and so on, in order."""
    return sorted(path.stem for path in (project.root / "lessons").glob("lesson_*.toml"))


def notebook_text(project: Project, name: str, solved: bool = False) -> str:
    """A lesson's notebook file, without outputs: for students, or with the solutions."""
    from nbformat import v4

    makers = {"markdown": v4.new_markdown_cell, "code": v4.new_code_cell}
    cells = lesson_cells(project, name, solved)
    made = [makers[kind](source, id=cell_id) for kind, cell_id, source in cells]
    metadata = {"kernelspec": dict(KERNELSPEC), "language_info": {"name": "python"}}
    return v4.writes(v4.new_notebook(cells=made, metadata=metadata)) + "\n"


def write_student_notebooks(project: Project) -> None:
    """Write notebooks/class/lesson_N.ipynb: all, or none if a lesson has a fault."""
    texts = {name: notebook_text(project, name) for name in lesson_names(project)}
    for name, text in texts.items():
        path = project.notebooks / "class" / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"notebooks/class/{name}.ipynb: written")
