"""Rebuild notebooks and figures: run them in a staging folder and publish what is sound."""

import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from analysis._package import hint
from tools import stale
from tools.publish import put_in_place
from tools.run import Outcome, run_notebooks


def find_notebooks(project: stale.Project, wanted: list[str], every: bool = False) -> list[str]:
    """The notebooks of these names, each once; ValueError with the nearest name for others."""
    known, found = project.names(every), []
    if not known:
        raise ValueError("notebooks/ holds none; restore them with: git checkout notebooks")
    for given in wanted:
        name = given.replace("\\", "/").removeprefix("notebooks/").removesuffix(".ipynb")
        if name not in known:
            near = hint(name, known, 0.4)
            raise ValueError(f"{given} is no notebook that this command takes; {near}")
        found.append(name)
    return list(dict.fromkeys(found))


def figure_names(files: Iterable[str]) -> set[str]:
    """The figures that the files belong to, without their endings."""
    return {Path(file).stem for file in files}


def report_stale(project: stale.Project, wanted: list[str], everything: bool = False) -> int:
    """Print which notebooks are out of date, and why; 1 if any is, read to the end or not."""
    if everything:
        raise ValueError("give --check or --all, not both: --check looks at every notebook anyway")
    names = find_notebooks(project, wanted) or project.names()
    figures, found = stale.recorded_figures(project), stale.find_stale(project, names)
    orphans = [] if wanted else sorted(figure_names(stale.find_orphans(project)))
    lines = []
    for name, reasons in found.items():
        count = len(figure_names(figures[name]))
        lines.append(f"notebooks/{name}.ipynb and its figures ({count}) are out of date:")
        lines += [f"  {reason}" for reason in reasons]
    remedy = "delete it, or restore the notebook that wrote it"
    lines += [f"figures/{name}.* is written by no notebook; {remedy}" for name in orphans]
    if found:
        lines.append("bring them up to date with: python -m analysis rebuild")
    elif not orphans:
        lines.append(f"all {len(names)} notebooks and their figures are up to date")
    with suppress(BrokenPipeError):  # `rebuild --check | head -1` still tells by its exit code
        print("\n".join(lines))
    return 1 if found or orphans else 0


def rebuild(project: stale.Project, wanted: list[str], everything: bool = False) -> int:
    """Run the named notebooks, all, or those out of date; 0 if all were published, else 1."""
    if everything and wanted:
        raise ValueError("give the names of notebooks or --all, not both")
    names = find_notebooks(project, wanted) or project.names()
    if not (wanted or everything):
        names = list(stale.find_stale(project, names))
    project.figures.mkdir(exist_ok=True)  # fails now, not after the run, if that is no folder
    if not names:
        print("nothing to rebuild: every notebook and figure is up to date")
        return 0
    with project.staging("rebuild") as staging:
        outcomes = run_notebooks(project, names, Path(staging))
        publish_sound(project, outcomes)
    return print_outcomes(outcomes)


def publish_sound(project: stale.Project, outcomes: list[Outcome]) -> None:
    """Put sound notebooks and their figures in place, outdated ones away; leave failed copies."""
    earlier = stale.recorded_figures(project)
    sound = [out for out in outcomes if not out.problems]
    files = earlier | {out.name: stale.figures_of(out.notebook) for out in sound}
    refuse_shared_figures(files, sound)
    written, made, gone = set().union(*files.values()), dict[Path, Path](), list[Path]()
    for out in outcomes:
        made |= staged_files(project, out)
        if not out.problems:
            outdated = sorted(earlier.get(out.name, set()) - written)
            gone += [project.path(f"{out.name}.failed"), *map(project.figures.joinpath, outdated)]
    put_in_place(project.root, made, gone)


def refuse_shared_figures(files: dict[str, set[str]], outcomes: list[Outcome]) -> None:
    """Fail each notebook that writes a figure another notebook writes; files: those of all."""
    for out in outcomes:
        for other in sorted(files.keys() - {out.name}):
            if shared := files[out.name] & files[other]:
                what = f"figures/{min(shared)} is also written by {other}; rename one of them"
                out.problems.append(f"{out.name}: {what}")


def staged_files(project: stale.Project, out: Outcome) -> dict[Path, Path]:
    """Where to -> where from: a sound notebook and its figures, or the copy of a failed one."""
    from nbformat.v4 import writes

    staged = out.staging / "notebook"
    staged.write_text(writes(out.notebook) + "\n", encoding="utf-8", newline="\n")
    if out.problems:
        return {project.path(f"{out.name}.failed"): staged}
    figures = stale.figure_files(out.staging / "figures")
    return {project.figures / f.name: f for f in figures} | {project.path(out.name): staged}


def print_outcomes(outcomes: list[Outcome]) -> int:
    """Print what became of each notebook; 1 if any failed."""
    for out in outcomes:
        sound = f"rebuilt, figures: {len(figure_names(stale.figures_of(out.notebook)))}"
        print(f"{out.name}: {'failed' if out.problems else sound}", flush=True)
    failed = [out for out in outcomes if out.problems]
    for out in failed:
        print("\n".join(out.problems), file=sys.stderr)
    if failed:
        copies = ", ".join(f"notebooks/{out.name}.failed.ipynb" for out in failed)
        what = "committed notebooks and figures stay as they were; what happened is in"
        print(f"{what} {copies}", file=sys.stderr)
    return 1 if failed else 0
