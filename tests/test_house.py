"""The house: where code lives, how much of it, which way imports point, and that a name has one meaning."""

import ast
import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Lines that are not blank. Claims had 750 until each phrase was read twice and no word passed over;
# tools had 1,400 until a reader's own tables came, then pages for everything and copies that refresh.
# The class came later, on shelves of its own: LESSON in analysis/, and tools/classroom. Then came what keeps a wrong
# figure from hiding and a run from being slow or half published: forked, publish and seal, 250 lines of tools.
BUDGETS = {"analysis": 1500, "lesson": 194, "analysis/claims": 849, "tools": 1874, "tools/classroom": 593}
LESSON = ["_answer.py", "lesson.py"]
# Lower may not import higher. Modules of one row may import those to their left.
SHELVES = [
    "analysis.rounding analysis.widths analysis._package analysis._validate analysis._shown analysis.tables",
    "analysis.rates analysis.ranks analysis.whatif analysis.mortality",
    "analysis._drawn analysis.figures analysis.charts analysis.country analysis.explore",
    "analysis.claims",
    "analysis._answer analysis.lesson",
    "tools",
    "analysis.__main__",
]


def modules(shelf):
    """The files of one shelf; those of analysis/ without analysis/claims/ and LESSON."""
    if shelf == "lesson":
        return [ROOT / "analysis" / name for name in LESSON]
    return sorted(path for path in (ROOT / shelf).glob("*.py") if path.name not in LESSON)


def lines(path):
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


@pytest.mark.parametrize("shelf", BUDGETS)
def test_a_shelf_keeps_its_budget(shelf):
    counts = {path.name: len(lines(path)) for path in modules(shelf)}
    assert len(counts) > 1 and sum(counts.values()) <= BUDGETS[shelf], counts


def test_the_templates_are_few():  # 50 lines of them lay out a lesson's notebook
    templates = list((ROOT / "tools" / "templates").iterdir())
    assert {path.suffix for path in templates} == {".j2"} and sum(len(lines(path)) for path in templates) <= 353


def python_files():
    return [path for shelf in BUDGETS for path in modules(shelf)]


def name_of(path):
    """analysis/claims/__init__.py -> analysis.claims."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path):
    """The modules of this project that a file imports, at any depth of it."""
    found, known = set(), {name_of(other) for other in python_files()}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = {f"{node.module}.{alias.name}" for alias in node.names} & known
            found |= parts or {node.module}
    return found & known - {"analysis", "tools"}


def place(module):
    """(row, position) of a module on the shelves; all of claims/ and of tools/ stand at one place."""
    for row, shelf in enumerate(SHELVES):
        for position, name in enumerate(shelf.split()):
            if module == name or (name in ("analysis.claims", "tools") and module.startswith(f"{name}.")):
                return row, position
    raise AssertionError(f"{module} has no place in SHELVES; give it one, as low as its imports allow")


def test_imports_point_down():
    wrong = []
    for path in python_files():
        here = place(name_of(path)) if name_of(path) != "analysis" else (-1, 0)
        for other in imports(path):
            there = place(other)
            if there > here or (there == here and there[0] not in (3, 5)):
                wrong.append(f"{name_of(path)} imports {other}")
    assert wrong == []


def test_no_circle():
    graph = {name_of(path): imports(path) for path in python_files()}
    done, open_ = set(), []

    def visit(name):
        assert name not in open_, f"a circle: {' -> '.join([*open_, name])}"
        if name not in done:
            open_.append(name)
            for other in sorted(graph.get(name, ())):
                visit(other)
            done.add(open_.pop())

    for name in graph:
        visit(name)


def test_only_the_door_of_the_command_line_knows_the_tools():
    knows = [name_of(p) for p in python_files() if any(m.startswith("tools") for m in imports(p))]
    assert [name for name in knows if not name.startswith("tools")] == ["analysis.__main__"]
    for path in (ROOT / "notebooks").rglob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        assert not re.search(r"(?m)^\s*(?:import|from) tools\b", code), path.name


def names_in(path):
    """Functions, classes and constants that a module defines."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from (name.id for name in ast.walk(target) if isinstance(name, ast.Name))


def test_a_name_has_one_meaning():
    where = defaultdict(set)
    for path in python_files():
        for name in names_in(path):
            where[name].add(name_of(path))
    types = {"Floats"}  # the same short name of the same type
    types |= {"judge", "hint"}  # of an answer as of a claim: what it is; what to write instead
    assert {n: sorted(m) for n, m in where.items() if len(m) > 1 and n not in types | {"__all__"}} == {}


def test_the_rules_can_fail(tmp_path):
    module = tmp_path / "a.py"
    module.write_text("from analysis import ranks\nimport tools.run\n\nX = Y = 1\n\n\ndef f(): ...\n")
    assert imports(module) == {"analysis.ranks", "tools.run"} and list(names_in(module)) == ["X", "Y", "f"]
    assert place("analysis.rounding") < place("analysis.rates") < place("tools.run")
    with pytest.raises(AssertionError, match="has no place"):
        place("analysis.unknown")
