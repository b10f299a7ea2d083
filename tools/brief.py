"""Country briefs: notebooks/country_brief.ipynb run for each country, written as one self-contained page each."""

from __future__ import annotations

import copy
import os
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from tools import page
from tools.run import CELL_SECONDS, Outcome, cleaned, environment, execute, jobs, kernel_manager, stop
from tools.stale import Project

NOTEBOOK = "country_brief"


def chosen(wanted: list[str]) -> list[str]:
    """The iso3 codes meant, each once; "all" is every country with an estimate. ValueError names unknown ones."""
    from analysis.country import code_of, ranked

    if "all" in [text.lower() for text in wanted]:
        return sorted(ranked(2023)["iso3"])
    codes, unknown = [], []
    for text in wanted:
        try:
            codes.append(code_of(text))
        except ValueError as error:
            unknown.append(str(error))
    if unknown:
        raise ValueError("\n".join(unknown))
    return list(dict.fromkeys(codes))


def with_parameter(notebook: Any, iso3: str) -> Any:
    """A clean copy of the notebook whose parameters cell asks for this country; ValueError without such a cell."""
    made = cleaned(copy.deepcopy(notebook))
    cells = [cell for cell in made.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise ValueError(f"notebooks/{NOTEBOOK}.ipynb needs one cell tagged parameters, not {len(cells)}")
    cells[0].source = f'wanted = "{iso3}"'
    return made


def write_page(path: Path, notebook: Any) -> list[str]:
    """Write the page; what is wrong with the notebook, if it cannot be shown."""
    try:
        page.write(path, notebook)
    except ValueError as error:
        return [f"{path.stem}: {error}"]
    return []


def readable(project: Project) -> None:
    """ValueError if the brief's notebook is missing, is no notebook, or has no parameters cell."""
    import nbformat

    path = project.path(NOTEBOOK)
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError, KeyError, AttributeError, nbformat.ValidationError) as error:
        remedy = "restore it with: git checkout notebooks"
        raise ValueError(f"notebooks/{path.name} cannot be read ({error.__class__.__name__}); {remedy}") from None
    with_parameter(notebook, "PRK")


def write_some(
    project: Project, codes: list[str], staging: Path, folder: Path, tick: Callable[[], None]
) -> list[str]:
    """Write the briefs of these codes with one kernel, emptied between countries; the problems met.

    codes is shared by all workers: each takes the next one until none is left.
    """
    import nbformat

    path, problems, channels = project.path(NOTEBOOK), [], None
    source, manager = nbformat.read(path, as_version=4), kernel_manager()
    staging.mkdir(parents=True)
    try:
        with (staging / "kernel.log").open("wb") as log, suppress(IndexError):
            start = {"env": environment(project.root, staging), "cwd": str(path.parent)}
            while iso3 := codes.pop(0):
                out = Outcome(iso3, staging, with_parameter(source, iso3))
                out.notebook.cells.append(nbformat.v4.new_code_cell("%reset -f"))
                channels = execute(out, manager, CELL_SECONDS, no_tick, channels, stdout=log, stderr=log, **start)
                out.notebook.cells.pop()
                problems += out.problems or write_page(folder / f"{iso3}.html", out.notebook)
                tick()
    finally:
        stop(manager)
    return problems


def no_tick() -> None:
    """Cells are not counted here, only briefs."""


def brief(project: Project, wanted: list[str]) -> int:
    """Write build/briefs/CODE.html for each country wanted; 0 if all were written."""
    from tqdm import tqdm

    codes = chosen(wanted)
    readable(project)
    folder, staging = project.build / "briefs", project.build / f"briefs-{os.getpid()}"
    folder.mkdir(parents=True, exist_ok=True)
    pause = 0.1 if sys.stderr.isatty() else 5
    try:
        with tqdm(total=len(codes), unit="brief", desc="briefs", mininterval=pause, file=sys.stderr) as bar:
            todo, workers = codes.copy(), min(jobs(), len(codes))
            with ThreadPoolExecutor(workers) as pool:
                places = [staging / str(number) for number in range(workers)]
                shared = (folder, bar.update)
                each = [pool.submit(write_some, project, todo, place, *shared) for place in places]
                try:
                    problems = [problem for one in each for problem in one.result()]
                finally:
                    todo.clear()  # after Ctrl-C no worker begins another one
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    for problem in problems:
        print(problem, file=sys.stderr)
    written = len(codes) - len(problems)
    print(f"wrote {written} of {len(codes)} briefs to build/briefs: open {codes[0]}.html in a browser, or print it")
    return 1 if problems else 0
