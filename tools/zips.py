"""Two ZIP files for a class: what students open, and what the teacher keeps; the same each time."""

import os
import re
import shutil
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from analysis.country import ranked
from tools import brief, classroom, handouts, page
from tools.run import Kernel, Outcome, open_notebook, share_out
from tools.stale import Project
from tools.wheels import download_wheels, room

PACKAGE = ["analysis", "data", "notebooks", "LICENSE", "README.md", "requirements.txt"]
PACKAGE += ["pyproject.toml", *(f"lessons/lesson_{n}.toml" for n in range(1, 5))]
SKIPPED = shutil.ignore_patterns("__*__", "__main__.py", "*.failed.ipynb", ".ipynb_checkpoints")
COMPRESSED = {".png", ".whl"}
LARGEST = 5  # of each of the five regions: so many countries' briefs are in the teacher's ZIP


def run_lessons(project: Project, staging: Path) -> dict[str, Any]:
    """Each lesson as a student and as the solutions have it, run; ValueError if a cell fails.

    Keys lesson_1, solution_1 and so on. Their figures for the projector go to build/class/figures.
    """
    from nbformat import reads

    outs = {}
    for name in classroom.lesson_names(project):
        for key, solved in ((name, False), (name.replace("lesson", "solution"), True)):
            notebook = reads(classroom.notebook_text(project, name, solved), 4)
            outs[key] = Outcome(f"class/{name}", staging / key, notebook)
    os.environ["ANALYSIS_PROJECTOR"] = str(project.build / "class" / "figures")

    def work(kernel: Kernel, out: Outcome) -> None:
        kernel.execute(out, last="pass")

    share_out(project, list(outs.values()), work)
    if problems := [text for out in outs.values() for text in out.problems]:
        raise ValueError("\n".join(problems))
    return {key: out.notebook for key, out in outs.items()}
