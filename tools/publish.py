"""Put files in place all at once; what a killed command left behind, the next one finishes."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

PART = ".unpublished"  # ends the name of a file that waits beside the one whose place it takes
JOURNAL = "build/publish.json"  # what is being put in place, and what taken away


@contextmanager
def held(folder: Path, shared: bool = False, wait: bool = True) -> Iterator[bool]:
    """Hold a folder, alone or not, until the block or the process ends; is it held?"""
    free = False
    with ExitStack() as stack:
        with suppress(ImportError, OSError):  # Windows has no such locks; another holds it
            from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock

            handle = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, handle)
            flock(handle, (LOCK_SH if shared else LOCK_EX) | (0 if wait else LOCK_NB))
            free = True
        yield free


def prepare(root: Path, put: Callable[..., Any], made: dict[Path, Path], gone: list[Path]) -> None:
    """Put all beside their places (where to -> where from), then write the journal."""
    names = [[str(path.relative_to(root)) for path in paths] for paths in (made, gone)]
    parts, plan = [Path(f"{place}{PART}") for place in made], root / f"{JOURNAL}{PART}"
    for part, staged in zip(parts, made.values(), strict=True):
        put(staged, part)
    plan.parent.mkdir(exist_ok=True)
    plan.write_text(json.dumps(names), encoding="utf-8")
    for written in (*parts, plan):
        with written.open("r+b") as file:
            os.fsync(file.fileno())
    plan.replace(root / JOURNAL)  # now it will be done, by this process or a later one


def put_in_place(root: Path, made: dict[Path, Path], gone: list[Path]) -> None:
    """Put files in place (where to -> where from) and take others away: all, or none."""
    with held(root):
        finish(root)  # what another command left that was killed during this one's run
        try:
            prepare(root, shutil.move, made, gone)  # from another file system, too
        finally:
            finish(root)


@contextmanager
def put_back(root: Path, *paths: Path) -> Iterator[None]:
    """Put these files back as they were if the block fails, or is killed."""
    there = {path: path for path in paths if path.exists()}
    with held(root):
        finish(root)
        try:
            prepare(root, shutil.copy2, there, [path for path in paths if path not in there])
            yield
            (root / JOURNAL).unlink()
        finally:
            finish(root)


def finish(root: Path) -> None:
    """Do what the journal says, or undo what came to none; a second time does no harm."""
    journal = root / JOURNAL
    if journal.exists():
        made, gone = json.loads(journal.read_text(encoding="utf-8"))
        for place in map(root.joinpath, made):
            with suppress(FileNotFoundError):  # it is in place
                Path(f"{place}{PART}").replace(place)
        for name in gone:
            (root / name).unlink(missing_ok=True)
        journal.unlink()
    for part in (*root.glob(f"*{PART}"), *root.glob(f"*/*{PART}")):
        part.unlink()


def tidy(root: Path) -> None:
    """Finish what a killed command was publishing; clear what it ran in, once no other runs."""
    with held(root):
        finish(root)
    with held(root / "build", wait=False) as alone:
        for folder in (root / "build").glob(".*-????????") if alone else ():
            shutil.rmtree(folder, ignore_errors=True)
