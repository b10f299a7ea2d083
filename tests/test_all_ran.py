"""The count of tests that ran, and that each test can fail."""

import ast
from pathlib import Path

import pytest

import all_ran

TESTS = Path(__file__).resolve().parent
CASE = '<testcase classname="{}" name="t">{}</testcase>'


def report(tmp_path, *cases):
    path = tmp_path / "tests.xml"
    path.write_text(f"<testsuites><testsuite>{''.join(CASE.format(*case) for case in cases)}</testsuite></testsuites>")
    return path


def test_a_report_is_counted_by_file(tmp_path):
    cases = [("tests.test_ranks", ""), ("tests.test_ranks", ""), ("notebooks.00_start_here.ipynb", "")]
    cases += [("tests.test_ranks", "<skipped/>"), ("tests.test_data", "<failure/>")]
    passed, others = all_ran.read_report(report(tmp_path, *cases))
    assert passed == {"tests/test_ranks.py": 2, "notebooks/00_start_here.ipynb": 1}
    assert others == ["tests/test_ranks.py: t", "tests/test_data.py: t"]


@pytest.mark.parametrize(
    ("passed", "complaint"),
    [
        ({"a": 2, "b": 1}, ""),
        ({"a": 3, "b": 1}, ""),  # more is no fault
        ({"a": 1, "b": 1}, "a: 1 of at least 2 tests ran"),
        ({"a": 2}, "b: 0 of at least 1 tests ran"),
        ({"a": 2, "b": 1, "c": 1}, "c: is not in tests/how_many.csv; add it with --write"),
    ],
)
def test_a_file_that_ran_too_few_is_named(passed, complaint):
    assert all_ran.too_few(all_ran.Counter(passed), {"a": 2, "b": 1}) == ([complaint] if complaint else [])


def test_without_nbval_or_without_a_folder_the_report_is_refused(tmp_path, capsys):
    assert all_ran.main(report(tmp_path, ("tests.test_ranks", ""))) == 1
    said = capsys.readouterr().out
    assert "notebooks/00_start_here.ipynb: 0 of at least" in said and "tests/test_data.py: 0 of at least" in said


def test_every_file_of_tests_and_every_notebook_is_counted():
    with all_ran.EXPECTED.open(encoding="utf-8") as file:
        counted = {line.split(",")[0] for line in file} - {"file"}
    notebooks = [path for path in (TESTS.parent / "notebooks").glob("*.ipynb") if ".failed" not in path.name]
    there = {f"notebooks/{path.name}" for path in notebooks if path.stem != "explore"}
    assert counted >= there and {f"tests/{path.name}" for path in TESTS.glob("test_*.py")} >= counted - there


# --- each test can fail ---


def checks(function, helpers):
    """Does a function assert what is not a constant, expect an error, or call a helper that does?"""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) and any(isinstance(n, ast.Name | ast.Call) for n in ast.walk(node.test)):
            return True
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).split(".")[-1]
            if name in ("raises", "warns", "fail", *helpers):
                return True
    return False


def idle(source, helpers=()):
    """The tests in a source that can never fail by what they check."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    known = {f.name for f in functions if not f.name.startswith("test_") and checks(f, ())} | set(helpers)
    return [f.name for f in functions if f.name.startswith("test_") and not checks(f, known)]


def test_no_test_is_idle():
    found = {path.name: idle(path.read_text(encoding="utf-8")) for path in TESTS.glob("test_*.py")}
    assert {name: tests for name, tests in found.items() if tests} == {}


@pytest.mark.parametrize(
    ("body", "is_idle"),
    [
        ("pass", True),
        ("f()", True),
        ("assert True", True),
        ("assert 1 == 1", True),
        ("assert f() == 1", False),
        ("with pytest.raises(ValueError):\n        f()", False),
        ("check(1)", False),
    ],
)
def test_an_idle_test_is_found(body, is_idle):
    source = f"def check(x):\n    assert x\n\ndef test_it():\n    {body}\n"
    assert idle(source) == (["test_it"] if is_idle else [])
