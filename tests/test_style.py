"""Style, types, and that README.md, Makefile, .ci/run, the lock and the command line tell the same story."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tools.commandline import parser

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PINNED = dict(re.findall(r"(?m)^([A-Za-z0-9._-]+)==(\S+)", (ROOT / "requirements.txt").read_text(encoding="utf-8")))


def tool(*command):
    """What a tool says, and whether it is content."""
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, encoding="utf-8")
    return done.returncode == 0, done.stdout + done.stderr


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
    blocks = re.findall(r"(?ms)^```sh\n(.*?)^```", text)
    return [
        line.split("  #")[0].split(" #")[0].strip() for block in blocks for line in block.splitlines() if line.strip()
    ]


def recipe(target):
    """The commands of a target of the Makefile, $(PY) written as python."""
    body = re.search(rf"(?m)^{target}:.*\n((?:\t.*\n)+)", MAKEFILE)
    return [line.strip().replace("$(PY)", "python") for line in body[1].splitlines()] if body else []


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
    wanted = set(re.findall(r"make ([a-z][a-z-]+)", "\n".join([*shell(README), *re.findall(r"`([^`\n]+)`", README)])))
    assert {"figures", "test", "test-slow", "lab", "clean", "check-lock"} <= wanted
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


def test_the_lock_pins_every_direct_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [Requirement(text) for text in project["dependencies"] + project["optional-dependencies"]["test"]]
    pins = {name: Version(version) for name, version in PINNED.items()}
    assert [str(need) for need in wanted if need.name not in pins or pins[need.name] not in need.specifier] == []


def test_the_lock_installs_the_package_and_names_no_registry():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# The lock") and lines[1] == "-e ."
    assert not [line for line in lines if "://" in line or line.startswith(("--", "-i"))]
    assert lines[0] == re.search(r"LOCKED := \\(.*)", MAKEFILE)[1]  # what make lock writes


def test_makefile_says_when_python_is_too_old():
    assert "sys.version_info < (3, 11)" in MAKEFILE and "older than 3.11" in MAKEFILE
