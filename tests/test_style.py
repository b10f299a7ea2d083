"""Style, types, and that README.md, Makefile, .ci/run, locks and commands tell the same story."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from itertools import product
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tools.commandline import parser

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
RUNNING, TESTING = "requirements.txt", "requirements-test.txt"
SYSTEMS = {  # what a marker in a lock may ask for
    "linux": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
    "macos": {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"},
    "windows": {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
}


def tool(*command):
    """What a tool says, and whether it is content."""
    line = [sys.executable, "-m", *command]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, encoding="utf-8")
    return done.returncode == 0, done.stdout + done.stderr


def pins(lock):
    """The packages that a lock pins, with version and marker."""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    return [Requirement(line.split(" # ")[0]) for line in lines if "==" in line.split(" # ")[0]]


def versions(lock):
    """Package -> the versions that a lock pins: two where they differ between Pythons."""
    found = {}
    for need in pins(lock):
        (exact,) = need.specifier
        found.setdefault(need.name, set()).add(exact.version)
    return found


def installed(lock, python, system):
    """The pins of a lock that apply to a Python and a system."""
    here = SYSTEMS[system] | {"python_version": python, "python_full_version": f"{python}.7"}
    here |= {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
    return [need for need in pins(lock) if need.marker is None or need.marker.evaluate(here)]


def modules(*folders):
    """Every module under these folders."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(source):
    """The packages that a module or a cell imports, also within a function."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.split(".")[0])
    return found


def prerequisite(target):
    """What a target of the Makefile needs first."""
    return re.search(rf"(?m)^{target}: (\S+)", MAKEFILE)[1]


def test_style():
    fine, said = tool("ruff", "check", "--output-format", "concise", ".")
    assert fine, said


def test_types():
    fine, said = tool("mypy")
    assert fine, said


def test_style_and_types_can_fail(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("import os\n\n\ndef half(n: int) -> str:\n    return n / 2\n")
    config = str(ROOT / "pyproject.toml")
    fine, said = tool("ruff", "check", "--config", config, "--output-format", "concise", str(bad))
    assert not fine and "F401" in said
    fine, said = tool("mypy", "--config-file", config, "--cache-dir", str(tmp_path), str(bad))
    assert not fine and "Incompatible return value" in said


def shell(text):
    """The commands in the sh blocks of a Markdown text, without their comments."""
    lines = "".join(re.findall(r"(?ms)^```sh\n(.*?)^```", text)).splitlines()
    return [line.split(" #")[0].strip() for line in lines if line.strip()]


def recipe(target):
    """The commands of a target of the Makefile, $(PY) written as python."""
    body = re.search(rf"(?m)^{target}:.*\n((?:\t.*\n)+)", MAKEFILE)
    lines = [line.strip().lstrip("@") for line in (body[1].splitlines() if body else [])]
    return [line.replace("$(PY)", "python") for line in lines if not line.startswith("echo ")]


def test_ci_runs_the_first_commands_of_the_readme_in_order():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    run = re.findall(r"(?m)^make .*$", script)
    assert run == ["make figures", "make browser", "make test"]
    assert shell(README)[:2] == ["make figures", "make test"] and "make browser" in shell(README)
    assert script.startswith("#!/usr/bin/env bash\n") and "set -euo pipefail" in script
    assert "\nexport CI=true" in script
    check = script[script.index("unchanged() {") : script.index("\n}\n")]
    assert "git status --porcelain" in check and "exit 1" in check
    for command in ("make figures", "make test"):
        assert f'\n{command}\nunchanged "{command}"\n' in script


def test_every_make_command_of_the_readme_exists():
    commands = "\n".join([*shell(README), *re.findall(r"`([^`\n]+)`", README)])
    wanted = set(re.findall(r"make ([a-z][a-z-]+)", commands))
    assert {"figures", "test", "test-slow", "test-oldest", "lab", "clean", "check-lock"} <= wanted
    assert {target for target in wanted if not recipe(target)} == set()


@pytest.mark.parametrize("target", ["figures", "test", "lab"])
def test_the_readme_gives_each_command_without_make(target):
    assert recipe(target) and set(recipe(target)) <= set(shell(README))


def test_every_command_line_of_the_readme_is_understood():
    lines = [line for line in shell(README) if line.startswith("python -m analysis")]
    assert len(lines) >= 3
    for line in lines:
        words = [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', line)]
        assert parser().parse_args(words[3:]).command, line


def test_each_lock_pins_every_direct_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [(RUNNING, text) for text in project["dependencies"]]
    wanted += [(TESTING, text) for text in project["optional-dependencies"]["test"]]
    for lock, text in wanted:
        need = Requirement(text)
        pinned = versions(lock).get(need.name, set()) or versions(RUNNING).get(need.name, set())
        assert pinned and all(version in need.specifier for version in pinned), text


def test_the_lock_of_the_tests_only_adds():
    running, testing = versions(RUNNING), versions(TESTING)
    assert {name for name in testing if running.get(name, testing[name]) != testing[name]} == set()


def test_who_only_reads_installs_no_test_package_and_not_over_115():
    testing = {"pytest", "nbval", "hypothesis", "frictionless", "ruff", "mypy", "pandas-stubs"}
    assert not testing & versions(RUNNING).keys() and testing <= versions(TESTING).keys()
    for python, system in product(("3.11", "3.12", "3.13", "3.14"), SYSTEMS):
        needed = installed(RUNNING, python, system)
        assert 90 < len(needed) <= 115, (python, system)
        assert len({need.name for need in needed}) == len(needed), "one package at two versions"


def test_the_locks_name_no_registry():
    written = re.findall(r"(?m)^LOCKED\w* := \\(.*)$", MAKEFILE)  # by make lock
    for number, (lock, second) in enumerate([(RUNNING, "-e ."), (TESTING, f"-r {RUNNING}")]):
        lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("# The lock: ") and lines[:2] == [written[number], second]
        assert all(re.match(r"[A-Za-z0-9._-]+==\S+( |$)", line) for line in lines[2:])
        assert not [line for line in lines[2:] if "/" in line]


def test_what_the_package_and_the_notebooks_import_is_a_direct_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = {Requirement(text).name for text in project["dependencies"]}
    known |= {"IPython", "jupyter_client", "markupsafe"}  # the first two come with ipykernel, the last with jinja2
    known |= {"analysis", "tools", *sys.stdlib_module_names}
    sources = [path.read_text(encoding="utf-8") for path in modules("analysis", "tools")]
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert set().union(*map(imports, sources)) - known == set()


def test_a_student_sets_up_without_what_testing_needs():
    for target in ("figures", "lab"):
        assert prerequisite(target) == "$(READY)"
    for target in ("test", "test-slow", "bench"):
        assert prerequisite(target) == "$(READY_TEST)"
    for lock in (RUNNING, TESTING):
        assert f"@$(PIP) -r {lock} || $(FAILED)\n" in MAKEFILE
    assert README.count(f"python -m pip install -r {RUNNING}`") == 3  # one line for each shell
    lines = shell(README)
    assert lines.index(f"python -m pip install -r {TESTING}") < lines.index(recipe("test")[0])


def test_makefile_says_when_python_is_too_old():
    assert "sys.version_info < (3, 11)" in MAKEFILE and "older than 3.11" in MAKEFILE
