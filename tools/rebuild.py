"""Rebuild notebooks and figures: run in a staging folder, publish what is sound, leave the rest as it was."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from pathlib import Path

from tools.run import CELL_SECONDS, Outcome, run
from tools.stale import Project, figure_files, orphans, recorded, stale


def named(project: Project, wanted: list[str]) -> list[str]:
    """The notebooks of these names (with or without folder and .ipynb), each once; ValueError with the nearest name."""
    known, found = project.names(), []
    for given in wanted:
        name = given.replace("\\", "/").removeprefix("notebooks/").removesuffix(".ipynb")
        if name not in known:
            close = get_close_matches(name, known, n=1, cutoff=0.4)
            hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
            raise ValueError(f"there is no notebook {given} to rebuild; {hint}")
        found.append(name)
    return list(dict.fromkeys(found))


def check(project: Project, wanted: list[str]) -> int:
    """Print which outputs are out of date and which inputs changed; 1 if there are any, read to the end or not."""
    chosen = named(project, wanted) or project.names()
    out_of_date = {name: why for name, why in stale(project).items() if name in chosen}
    lost = [] if wanted else sorted({Path(file).stem for file in orphans(project)})
    lines = []
    for name, why in out_of_date.items():
        count = len({Path(file).stem for file in recorded(project.path(name)).get("figures", {})})
        lines.append(f"notebooks/{name}.ipynb and its figures ({count}) are out of date:")
        lines += [f"  {reason}" for reason in why]
    for stem in lost:
        lines.append(f"figures/{stem}.* is written by no notebook; delete it, or restore the notebook that wrote it")
    if out_of_date:
        lines.append("bring them up to date with: python -m analysis rebuild")
    elif not lost:
        lines.append(f"all {len(chosen)} notebooks and their figures are up to date")
    with suppress(BrokenPipeError):  # `rebuild --check | head -1` still tells by its exit code
        print("\n".join(lines))
    return 1 if out_of_date or lost else 0


def rebuild(project: Project, wanted: list[str], everything: bool = False, seconds: int = CELL_SECONDS) -> int:
    """Run the named notebooks, all, or those out of date; 0 if all were published, 1 if any failed."""
    if everything and wanted:
        raise ValueError("give the names of notebooks or --all, not both")
    names = named(project, wanted) or (project.names() if everything else list(stale(project)))
    if not names:
        print("nothing to rebuild: every notebook and figure is up to date")
        return 0
    staging = project.build / f"rebuild-{os.getpid()}"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        outcomes = run(project, names, staging, seconds)
        files = written_by(project, outcomes)
        refuse_shared_figures(files, outcomes)
        with uninterrupted():
            for out in outcomes:
                publish(project, out, set().union(*files.values()))
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return report(outcomes)


def written_by(project: Project, outcomes: list[Outcome]) -> dict[str, set[str]]:
    """Notebook -> the files of its figures: as just written where it ran soundly, else as recorded earlier."""
    files = {name: set(recorded(project.path(name)).get("figures", {})) for name in project.names()}
    return files | {out.name: out.written for out in outcomes if not out.problems}


def refuse_shared_figures(files: dict[str, set[str]], outcomes: list[Outcome]) -> None:
    """Fail each notebook that writes a figure another notebook writes too."""
    for out in [out for out in outcomes if not out.problems]:
        for other in sorted(set(files) - {out.name}):
            for shared in sorted(files[out.name] & files[other])[:1]:
                out.problems.append(f"{out.name}: figures/{shared} is also written by {other}; rename one of them")


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back until the block is done, so that no notebook is published by half."""
    pressed: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield  # Python delivers Ctrl-C to the main thread only
        return
    before = signal.signal(signal.SIGINT, lambda number, frame: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt


def publish(project: Project, out: Outcome, kept: set[str]) -> None:
    """Move a sound notebook and its figures into place, or leave a failed copy beside the good one.

    kept: the figure files that notebooks write now; those that this notebook wrote earlier and none
    writes now go.
    """
    path = project.path(out.name)
    failed = path.with_name(f"{path.stem}.failed.ipynb")
    if out.problems:
        if out.notebook is not None:
            failed.write_text(out.text(), encoding="utf-8", newline="\n")
        return
    before = set(recorded(path).get("figures", {}))
    project.figures.mkdir(exist_ok=True)
    for figure in figure_files(out.figures):
        os.replace(figure, project.figures / figure.name)
    staged = out.staging / path.name
    staged.write_text(out.text(), encoding="utf-8", newline="\n")
    os.replace(staged, path)
    failed.unlink(missing_ok=True)
    for gone in before - kept:
        (project.figures / gone).unlink(missing_ok=True)


def report(outcomes: list[Outcome]) -> int:
    """Print what became of each notebook."""
    for out in outcomes:
        figures = len({Path(file).stem for file in out.written})
        print(f"{out.name}: {'failed' if out.problems else f'rebuilt, figures: {figures}'}, {out.seconds:.1f} s")
    failed = [out for out in outcomes if out.problems]
    sys.stdout.flush()
    for problem in [problem for out in failed for problem in out.problems]:
        print(problem, file=sys.stderr)
    if failed:
        copies = ", ".join(f"notebooks/{out.name}.failed.ipynb" for out in failed if out.notebook is not None)
        print(f"committed notebooks and figures stay as they were; what happened is in {copies}", file=sys.stderr)
    return 1 if failed else 0
