"""What does it cost to collect a class of 30? Seconds and memory for each handed-in notebook.

    .venv/bin/python benchmarks/bench_collect.py

Hands in lesson 1 thirty times, with other answers, of which three are in trouble: one loops for
ever, one ends Python, one is no notebook. Then collects again, when nothing has to run. Exit code 1
if a file takes over eight seconds of one processor: clock time depends on what else is running.
"""

from __future__ import annotations

import json
import resource  # not on Windows
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.stale import Project

COUNT, LIMIT = 30, 8
TROUBLE = {7: "while True: pass", 8: "import os; os._exit(0)"}


def hand_in(folder: Path) -> None:
    """Write the files of a class."""
    text = Project.here().path("class/lesson_1").read_text(encoding="utf-8")
    for number in range(COUNT):
        notebook = json.loads(text)
        notebook["metadata"]["benchmark"] = time.time()  # so that no run of before is taken
        for cell in notebook["cells"]:
            source = "".join(cell["source"])
            cell["source"] = source.replace("answer = ...", f"answer = {number}")
            if number in TROUBLE and source.startswith("answer"):
                cell["source"] = TROUBLE.pop(number, cell["source"])
        (folder / f"Student {number:02}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    (folder / "Student 09.ipynb").write_text("no notebook", encoding="utf-8")


def seconds(folder: Path) -> float:
    """How long it takes to collect the folder."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "analysis", "collect", str(folder)]
    subprocess.run(command, cwd=Project.here().root)
    return time.perf_counter() - begun


def main() -> int:
    """Print the seconds, the seconds per file, and the memory of the largest process."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made, "benchmark")
        folder.mkdir()
        hand_in(folder)
        first, again = seconds(folder), seconds(folder)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    each = (used.ru_utime + used.ru_stime) / COUNT
    print(f"{COUNT} files in {first:.0f} s; again in {again:.0f} s")
    print(
        f"processor: {each:.1f} s a file; memory: at most {used.ru_maxrss / 1000:.0f} MB"
    )  # Linux: kB
    return int(each > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
