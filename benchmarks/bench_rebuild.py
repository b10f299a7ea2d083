"""How long does a rebuild take beside nbconvert and papermill, run in the same minute?

    .venv/bin/python benchmarks/bench_rebuild.py

Each runs every notebook in a fresh process and writes it out, figures included. The floor is what
no tool can spare: one interpreter, each import once, each cell once, each figure drawn once, shared
out over two cores without loss. Then how the times grow with notebooks (copies of 01), figures
(cells that draw) and cores. Exit code 1 if the rebuild of all takes over 0.30 of nbconvert's time.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from nbformat.v4 import new_code_cell, new_notebook, writes

from tools.run import surroundings
from tools.stale import Project, read_notebook, text_of

LIMIT, CORES = 0.30, 2
COPIED = "01_prevalence"
REBUILD = """
import os, sys
from pathlib import Path
import nbformat
from tools.run import run_notebooks
from tools.stale import Project
os.cpu_count = lambda: int(sys.argv[2])
project = Project(Path(sys.argv[1]))
outcomes = run_notebooks(project, project.names(), project.build)
for out in outcomes:
    nbformat.write(out.notebook, out.staging / "out.ipynb")
sys.exit("\\n".join(problem for out in outcomes for problem in out.problems) or None)
"""
FLOOR = """
import json, os, sys, time
start = time.process_time()
import IPython.core.interactiveshell, seaborn, matplotlib.backends.backend_svg, nbclient, nbformat
from IPython.utils.capture import capture_output
from analysis import claims, country, figures
imports, drawing = time.process_time() - start, [0.0]
def timed(save):
    def saved(*args, **named):
        begun = time.process_time()
        made = save(*args, **named)
        drawing[0] += time.process_time() - begun
        return made
    return saved
figures.save = timed(figures.save)
shell, longest = IPython.core.interactiveshell.InteractiveShell.instance(), 0.0
for cells in json.load(sys.stdin):
    begun = time.process_time()
    shell.reset()
    with capture_output():
        for cell in cells:
            shell.run_cell(cell).raise_error()
    longest = max(longest, time.process_time() - begun)
total = time.process_time()
print(json.dumps({"start": start, "imports": imports, "figures": drawing[0], "longest": longest,
                  "cells": total - start - imports - drawing[0], "total": total}))
"""
SETUP = "import seaborn\nfrom analysis import charts, figures\nfrom analysis.tables import load"
FIGURE = """rows = load("index", edition=2023).nlargest(10, "rate")
fig, ax = charts.dots(rows, "rate", "country_as_printed")
figures.save(fig, "made_{n}", title="Ten rates", subtitle="per 1,000", table=rows, inputs=[rows],
             alt="Ten rates, the highest of the index, as dots from left to right")"""


def copy_of_checkout(target: Path) -> Project:
    """A project with the checkout's package and tables, and no notebooks yet."""
    for folder in ("analysis", "data"):
        shutil.copytree(Project.here().root / folder, target / folder)
    for folder in ("notebooks", "figures"):
        (target / folder).mkdir()
    return Project(target)


def copies(target: Path, names: list[str]) -> Project:
    """The named notebooks, numbered, since one name may be there several times."""
    project = copy_of_checkout(target)
    for number, name in enumerate(names):
        shutil.copyfile(Project.here().path(name), project.path(f"{number:02}_{name}"))
    return project


def drawing(target: Path, figures: int) -> Project:
    """One notebook, which draws so many figures."""
    project = copy_of_checkout(target)
    texts = [SETUP, *(FIGURE.replace("{n}", str(n)) for n in range(figures))]
    cells = [new_code_cell(text) for text in texts]
    project.path("00_drawing").write_text(writes(new_notebook(cells=cells)), encoding="utf-8")
    return project


def seconds(project: Project, *command: str) -> float:
    """How long Python takes with these arguments; what it says is shown only if it fails."""
    env = surroundings() | {"ANALYSIS_FIGURES": str(project.figures)}
    env["PYTHONPATH"] = os.pathsep.join([str(project.root), str(Project.here().root)])
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *command], cwd=project.notebooks, env=env,
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stderr)
    return time.perf_counter() - begun


def nbconvert(project: Project) -> float:
    """All notebooks by nbconvert, one after another."""
    files = [f"{name}.ipynb" for name in project.names()]
    options = ["--to", "notebook", "--execute", "--output-dir", str(project.root / "out")]
    return seconds(project, "-m", "jupyter", "nbconvert", *options, *files)


def papermill(project: Project) -> float | None:
    """All notebooks by papermill, one after another; None where it is not installed."""
    if not find_spec("papermill"):
        return None
    (project.root / "papers").mkdir()
    arguments = ["-m", "papermill", "--no-progress-bar"]
    pairs = [(f"{name}.ipynb", f"../papers/{name}.ipynb") for name in project.names()]
    return sum(seconds(project, *arguments, *pair) for pair in pairs)


def rebuild(project: Project, cores: int = CORES) -> float:
    """All notebooks by this project's own pool on so many cores."""
    shutil.rmtree(project.build, ignore_errors=True)
    return seconds(project, "-c", REBUILD, str(project.root), str(cores))


def floor(project: Project) -> dict[str, float]:
    """Seconds of processor time of one process that runs all cells of all notebooks, by kind."""
    books = [read_notebook(project.path(name))["cells"] for name in project.names()]
    cells = [[text_of(c) for c in book if c["cell_type"] == "code"] for book in books]
    env = surroundings() | {"ANALYSIS_FIGURES": str(project.figures)}
    done = subprocess.run(
        [sys.executable, "-c", FLOOR], cwd=project.notebooks, input=json.dumps(cells),
        env=env | {"PYTHONPATH": str(project.root)}, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    before = found["start"] + found["imports"]
    shared = max((found["total"] - before) / CORES, found["longest"])
    return found | {"least": before + shared}


def line(*cells: object) -> None:
    """One line of a table: seconds to a tenth, and words."""
    shown = [f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in cells]
    print("".join(f"{cell:>14}" for cell in shown), flush=True)


def show_all(folder: Path) -> float:
    """Print the times of all notebooks; the rebuild's over nbconvert's."""
    every = Project.here().names()
    project = copies(folder, every)
    slow, paper, fast = nbconvert(project), papermill(project), rebuild(project)
    least = floor(project)
    print(f"all {len(every)} notebooks on {CORES} of {os.cpu_count()} cores, seconds")
    line("nbconvert", "papermill", "rebuild", "floor", "ratio")
    middle = "not installed" if paper is None else paper
    line(slow, middle, fast, least["least"], f"{fast / slow:.2f}")
    print(f"the floor: one process's processor time, and what is left of it on {CORES} cores")
    parts = ["start", "imports", "figures", "cells", "longest", "least"]
    line(*parts)
    line(*(least[part] for part in parts))
    return fast / slow


def show_growth(folder: Path) -> None:
    """Print how the times grow with notebooks, cores and figures."""
    print(f"copies of {COPIED}, seconds")
    line("notebooks", "nbconvert", "1 core", "2 cores")
    for count in (1, 2, 4, 8):
        project = copies(folder / f"{count}_notebooks", [COPIED] * count)
        line(count, nbconvert(project), rebuild(project, 1), rebuild(project, 2))
    print("one notebook with figures, seconds")
    line("figures", "nbconvert", "rebuild")
    for count in (0, 5, 10, 20):
        project = drawing(folder / f"{count}_figures", count)
        line(count, nbconvert(project), rebuild(project, 1))


def main() -> int:
    """Print the tables; 1 if the rebuild takes more than its share of nbconvert's time."""
    with tempfile.TemporaryDirectory() as folder:
        ratio = show_all(Path(folder) / "all")
        show_growth(Path(folder))
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
