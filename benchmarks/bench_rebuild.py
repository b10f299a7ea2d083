"""How long does a rebuild take beside `jupyter nbconvert --execute` in sequence, run in the same
minute?

    .venv/bin/python benchmarks/bench_rebuild.py

Times all notebooks as they are, the first two, and eight copies of the first two. Each side is one
fresh process that runs every notebook and writes it out, figures included. Exit code 1 if the eight
take over half of nbconvert's time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from tools.stale import Project

LIMIT = 0.5
FIRST_TWO = ["00_start_here", "01_prevalence"]
RUNNER = """
import sys
from pathlib import Path
import nbformat
from tools.run import run_notebooks
from tools.stale import Project
project = Project(Path(sys.argv[1]))
outcomes = run_notebooks(project, project.names(), project.build)
for out in outcomes:
    nbformat.write(out.notebook, out.staging / "out.ipynb")
problems = [problem for out in outcomes for problem in out.problems]
sys.exit("\\n".join(problems) or None)
"""


def copies(target: Path, names: list[str], count: int) -> Project:
    """A project with the checkout's data and package, and `count` copies of the named notebooks."""
    here = Project.here()
    for folder in ("analysis", "data"):
        shutil.copytree(here.root / folder, target / folder)
    (target / "notebooks").mkdir()
    for number, name in enumerate(islice(cycle(names), count)):
        shutil.copyfile(
            here.path(name), target / "notebooks" / f"{number:02}_{Path(name).name}.ipynb"
        )
    return Project(target)


def seconds(command: list[str], project: Project) -> float:
    """How long the command takes; its output is shown only if it fails."""
    figures = project.root / "figures"
    figures.mkdir(exist_ok=True)
    env = {
        **os.environ,
        "ANALYSIS_FIGURES": str(figures),
        "MPLBACKEND": "agg",
        "JUPYTER_PLATFORM_DIRS": "1",
    }
    begun = time.perf_counter()
    done = subprocess.run(
        command, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        sys.exit(done.stderr)
    return time.perf_counter() - begun


def compare(what: str, names: list[str], count: int) -> float:
    """Time both and print a line; returns rebuild's time over nbconvert's."""
    with tempfile.TemporaryDirectory() as folder:
        project = copies(Path(folder) / "checkout", names, count)
        files = [str(project.path(name)) for name in project.names()]
        nbconvert = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "notebook", "--execute"]
        slow = seconds([*nbconvert, "--output-dir", str(project.root / "out"), *files], project)
        fast = seconds([sys.executable, "-c", RUNNER, str(project.root)], project)
    times = f"nbconvert in sequence {slow:.1f} s, rebuild {fast:.1f} s, ratio {fast / slow:.2f}"
    print(f"{what}: {times}", flush=True)
    return fast / slow


if __name__ == "__main__":
    every = Project.here().names()
    compare(f"all {len(every)} notebooks", every, len(every))
    compare("the first two", FIRST_TWO, 2)
    sys.exit(compare("eight copies of the first two", FIRST_TWO, 8) > LIMIT)
