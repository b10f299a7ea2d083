"""Put files in place all at once; what a killed command left behind, the next one finishes."""

import json
import os
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":  # there nobody waits for another, and no folder is swept
    import fcntl

PART = ".part"  # ends the name of a file that waits beside the one whose place it takes
JOURNAL = "publish.json"  # in build/: what is being put in place, and what taken away
STAGED = ".*-????????"  # in build/: folders that commands run in


@contextmanager
def held(folder: Path, wait: bool = True) -> Iterator[bool]:
    """Hold a folder until the block or this process ends; False if that cannot be."""
    if sys.platform == "win32":
        yield False
        return
    handle, free = os.open(folder, os.O_RDONLY), True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # another process holds it, or the file system knows no locks
        free = False
    try:
        yield free
    finally:
        os.close(handle)


@contextmanager
def hold_interrupts() -> Iterator[None]:
    """Hold Ctrl-C and SIGTERM back until the block is done; only for the main thread."""
    pressed: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    before = {n: handler for n, handler in before.items() if handler != signal.SIG_IGN}
    for number in before:
        signal.signal(number, lambda number, frame: pressed.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if pressed:
        raise KeyboardInterrupt


def put_in_place(root: Path, made: dict[Path, Path], gone: Iterable[Path] = ()) -> None:
    """Put files in place (where to -> where from) and take others away: all, or none.

    All that may fail comes first: each file goes beside its place, from another file system too.
    """
    journal = root / "build" / JOURNAL
    with held(journal.parent), hold_interrupts():
        finish(root)  # what another command left, which was killed meanwhile
        parts = [place.with_name(place.name + PART) for place in made]
        try:
            for part, staged in zip(parts, made.values(), strict=True):
                shutil.move(staged, part)
            names = [[str(path.relative_to(root)) for path in paths] for paths in (made, gone)]
            plan = journal.with_name(JOURNAL + PART)
            plan.write_text(json.dumps(names), encoding="utf-8")
            for written in (*parts, plan):
                flush(written)
        except OSError:
            for part in parts:
                part.unlink(missing_ok=True)
            raise
        plan.replace(journal)  # from here on it will be done, by this process or a later one
        finish(root)


def flush(path: Path) -> None:
    """Wait until a file is on the disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def finish(root: Path) -> None:
    """Do what a journal says, if there is one; a second time does no harm."""
    journal = root / "build" / JOURNAL
    if not journal.exists():
        return
    made, gone = json.loads(journal.read_text(encoding="utf-8"))
    for place in map(root.joinpath, made):
        if (part := place.with_name(place.name + PART)).exists():
            part.replace(place)
    for name in gone:
        (root / name).unlink(missing_ok=True)
    journal.unlink()


def tidy(root: Path) -> None:
    """Finish what a killed command began to publish, and clear the folders that none runs in."""
    build = root / "build"
    if not build.is_dir():
        return
    with held(build):
        finish(root)
        for pattern in (f"figures/*{PART}", f"notebooks/*{PART}", f"build/{JOURNAL}{PART}"):
            for part in root.glob(pattern):  # of one that was killed before it came to a journal
                part.unlink()
        for folder in build.glob(STAGED):
            with held(folder, wait=False) as free:
                if free:
                    shutil.rmtree(folder, ignore_errors=True)
