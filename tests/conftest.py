"""Small projects to rebuild, and one full rebuild of this checkout in another place."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import once
from tools.stale import Project

for _profile in ("default", "ci"):  # whichever is chosen: a busy machine is no fault of the code
    _patient = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
    settings.register_profile(_profile, settings.get_profile(_profile), **_patient)

NO_BROWSER = "needs Chromium (apt-get install chromium) and playwright (make browser)"
TINY_TABLES = """\
from pathlib import Path


def load(name):
    return (Path(__file__).parent.parent / "data" / f"{name}.csv").read_text()
"""


class Tiny:
    """A project in a folder of its own, with a package that only opens tables."""

    def __init__(self, root):
        self.project = Project(root)
        for folder in (self.project.notebooks, self.project.figures, self.project.data, root / "analysis"):
            folder.mkdir()
        (root / "analysis" / "__init__.py").write_text("")
        (root / "analysis" / "tables.py").write_text(TINY_TABLES)
        (root / "requirements.txt").write_text("pandas==1\n")

    def notebook(self, name, *cells):
        """Write a notebook of cells ("md" or "code", text)."""
        from nbformat import v4

        makers = {"md": v4.new_markdown_cell, "code": v4.new_code_cell}
        made = [makers[kind](text, id=f"cell-{i}") for i, (kind, text) in enumerate(cells)]
        path = self.project.path(name)
        path.write_text(v4.writes(v4.new_notebook(cells=made)), encoding="utf-8")
        return path

    def figure_cell(self, *files):
        """A cell that writes these files where figures go."""
        lines = ["import os, pathlib", "out = pathlib.Path(os.environ['ANALYSIS_FIGURES'])"]
        return "code", "\n".join(lines + [f"_ = (out / {file!r}).write_text({file!r})" for file in files])

    def table(self, name, text, unit="people"):
        """Write a table and its description."""
        import json

        (self.project.data / f"{name}.csv").write_text(text)
        path = self.project.data / "datapackage.json"
        known = json.loads(path.read_text())["resources"] if path.exists() else []
        schema = {"fields": [{"name": "n", "type": "integer", "unit": unit}]}
        entry = {"name": name, "path": f"{name}.csv", "schema": schema}
        path.write_text(json.dumps({"resources": [e for e in known if e["name"] != name] + [entry]}))

    def committed(self):
        """File -> bytes of everything a reader has: notebooks and figures."""
        folders = (self.project.notebooks, self.project.figures)
        return {p.relative_to(self.project.root).as_posix(): p.read_bytes() for f in folders for p in f.iterdir()}


@pytest.fixture(scope="session")
def new_tiny():
    """A function that makes a tiny project in a folder that is there."""
    return Tiny


@pytest.fixture
def tiny(tmp_path):
    root = tmp_path / "tiny"
    root.mkdir()
    return Tiny(root)


def rebuild_copy(root, **environment):
    """Copy the checkout to root, rebuild every notebook there, and return its project."""
    here = Project.here()
    root.mkdir(parents=True)
    for folder in ("analysis", "tools", "data", "notebooks", "figures"):
        shutil.copytree(here.root / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__", "*.failed.*"))
    shutil.copyfile(here.root / "requirements.txt", root / "requirements.txt")
    command = [sys.executable, "-m", "analysis", "rebuild", "--all"]
    env = {**os.environ, **environment}
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    return Project(Path(root))


@pytest.fixture(scope="session")
def rebuilt(tmp_path_factory):
    """This checkout, every notebook run afresh in another folder."""
    return rebuild_copy(tmp_path_factory.mktemp("rebuilt") / "checkout")


@pytest.fixture(scope="session")
def rebuilt_elsewhere(tmp_path_factory):
    """Once more, under a longer path and with another locale, time zone and hash seed."""
    other = {"LC_ALL": "C", "LANG": "C", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "12345"}
    return rebuild_copy(tmp_path_factory.mktemp("a-longer-name-than-before") / "another checkout", **other)


def build_class(root, **environment):
    """Copy the checkout to root and build the class there, as a teacher does; what build/ then holds."""
    here = Project.here()
    root.mkdir(parents=True)
    for folder in ("analysis", "tools", "data", "notebooks", "figures", "lessons"):
        shutil.copytree(here.root / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__", "*.failed.*"))
    for name in ("LICENSE", "pyproject.toml", "requirements.txt"):
        shutil.copy(here.root / name, root)
    env = {**os.environ, "PYTHONPATH": str(root), **environment}
    command = [sys.executable, "-m", "analysis", "class"]
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    return root / "build"


@pytest.fixture(scope="session")
def class_built():
    """build/ with class-students.zip and class-teacher.zip, as `python -m analysis class` writes them."""
    return once.made("class", lambda folder: build_class(folder / "checkout"))


@pytest.fixture(scope="session")
def chromium():
    """The path of Chromium; skips with the reason where it or playwright is missing, but never in CI."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found and find_spec("playwright"):
        return found
    return pytest.fail(NO_BROWSER) if os.environ.get("CI") else pytest.skip(NO_BROWSER)
