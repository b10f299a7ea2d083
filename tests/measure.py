"""The measures of a lesson, as a table: python tests/measure.py [folder of notebooks]

drawing: all lines of the cells that name a figure, its axes, charts, figures or seaborn, in percent of all lines
(a figure is one cell, so what only prepares it stands elsewhere, and is seen). silent: code cells after the imports
that show nothing. longest: the longest line of code. lines: of the longest cell. core: code cells tagged core.
minutes: reading at 130 words a minute, 20 s a line of code that draws nothing, 90 s a figure, 30 s another output; of
the core, of all; and 10 for each exercise, or as many as it says. What is committed without outputs is run first.
"""

import ast
import json
import math
import os
import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tools.prose import UNSEEN, without
from tools.stale import text_of

DRAWS = {"fig", "ax", "axes", "charts", "figures", "sns"}
WORDS_A_MINUTE, IDEA, FIGURE, TABLE, EXERCISE = 130, 20 / 60, 90 / 60, 30 / 60, 10  # the last four in minutes


def parsed(cell):
    """The code without lines that only IPython reads."""
    return ast.parse("\n".join(line for line in text_of(cell).splitlines() if not line.startswith(("%", "!"))))


def code_lines(cell):
    return [line for line in text_of(cell).splitlines() if line.strip()]


def names(node):
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def draws(cell):
    """Whether a cell names a figure, its axes, charts, figures or seaborn, imports aside."""
    body = [node for node in parsed(cell).body if not isinstance(node, ast.Import | ast.ImportFrom)]
    return any(names(node) & DRAWS for node in body)


def drawing_lines(cell):
    """How many of a cell's lines draw: all of them, if it draws at all, for a figure is one cell."""
    return len(code_lines(cell)) if draws(cell) else 0


def words(source):
    """How many words a reader reads in a Markdown cell."""
    return len(re.findall(r"\w(?:[\w'\u2019.,%-]*\w)?", without(source, *UNSEEN)))


def exercise_minutes(source):
    """Minutes of a Markdown cell's exercises: a numbered list under a heading "Exercises", or "Exercise" in bold.

    10 for each, or what stands behind it: **Exercise rate-1** (minutes: 4).
    """
    listed = re.search(r"(?ms)^## Exercises\n(.*)", source)
    bold = re.findall(r"\*\*Exercise\b[^*\n]*\*\*(?: \(minutes: (\d+)\))?", source)
    return EXERCISE * len(re.findall(r"(?m)^\d+\. ", listed[1] if listed else "")) + sum(
        int(minutes or EXERCISE) for minutes in bold
    )


def executed(path):
    """A notebook with outputs: as it is, or run here if it was committed without any."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    if any(cell.get("outputs") for cell in notebook["cells"]):
        return notebook
    import nbformat
    from nbclient import NotebookClient

    read = nbformat.reads(json.dumps(notebook), 4)
    with tempfile.TemporaryDirectory() as figures:
        env = os.environ | {"ANALYSIS_FIGURES": figures}
        NotebookClient(read, timeout=120).execute(env=env, cwd=str(path.parent))
    return json.loads(json.dumps(read))


def is_import(cell):
    return all(isinstance(node, ast.Import | ast.ImportFrom) for node in parsed(cell).body)


def reading(cells):
    """Minutes to read these cells."""
    minutes = sum(words(text_of(c)) for c in cells if c["cell_type"] == "markdown") / WORDS_A_MINUTE
    for cell in [c for c in cells if c["cell_type"] == "code" and not is_import(c)]:
        minutes += IDEA * (len(code_lines(cell)) - drawing_lines(cell))
        for output in cell["outputs"]:
            minutes += FIGURE if "<img " in "".join(output.get("data", {}).get("text/html", "")) else TABLE
    return minutes


def tagged(cells, tag):
    return [cell for cell in cells if tag in cell["metadata"].get("tags", [])]


def measures(notebook):
    """The row of one notebook."""
    cells = notebook["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    total = sum(len(code_lines(cell)) for cell in code)
    texts = [text_of(cell) for cell in cells if cell["cell_type"] == "markdown"]
    return {
        "cells": len(code),
        "code lines": total,
        "drawing %": round(100 * sum(drawing_lines(cell) for cell in code) / max(1, total)),
        "silent": sum(not cell["outputs"] and not is_import(cell) for cell in code),
        "longest": max((len(line) for cell in code for line in code_lines(cell)), default=0),
        "lines": max((len(code_lines(cell)) for cell in code), default=0),
        "words a line": round(sum(map(words, texts)) / max(1, total), 1),
        "core cells": len([cell for cell in tagged(cells, "core") if cell["cell_type"] == "code"]),
        "core min": math.ceil(reading(tagged(cells, "core"))),
        "all min": math.ceil(reading(cells)),
        "exercise min": sum(map(exercise_minutes, texts)),
    }


def main(folder):
    import pandas as pd

    paths = sorted(Path(folder).glob("*.ipynb"))
    rows = {path.stem: measures(executed(path)) for path in paths}
    table = pd.DataFrame(rows).T
    share = (table["drawing %"] * table["code lines"]).sum() / table["code lines"].sum()
    print(f"{table.to_string()}\ndrawing, all notebooks: {share:.0f} percent of {table['code lines'].sum()} lines")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "notebooks")
