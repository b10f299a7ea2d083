"""Run the notebooks that a class handed in, and say which mistakes it made, for the next lesson."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from functools import cache, partial
from itertools import groupby
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

import pandas as pd

from analysis import lesson
from analysis._package import file_content
from tools import page
from tools.run import environment
from tools.stale import Project, digest, digests, file_digest

COMMAND = [sys.executable, "-m", "tools.classroom.rerun"]
SECONDS, MOST_MB = 120, 200  # of a notebook: how long it may run, how large it may be
PASSED_OVER = re.compile(r"\.|~\$|__MACOSX|Thumbs\.db|desktop\.ini")  # how such names begin
UNREADABLE = "cannot be read as a notebook; unpack a .zip, or ask for the file named .ipynb"
INTERRUPTED = (-signal.SIGINT, 0xC000013A)  # exit codes after Ctrl-C; the second on Windows
Told = dict[str, Any]  # what rerun told last, and "stopped": why not all cells ran, or ""


class Handed(NamedTuple):
    """A file, and whose it is: named after what lies in the folder, a file or a subfolder."""

    student: str
    file: str
    path: Path


def gather(folder: Path) -> list[Handed]:
    """What was handed in: of each student the notebooks, else one other file, or nothing."""
    found = []
    for entry in sorted(folder.iterdir()):
        paths = {path: path.relative_to(folder) for path in [entry, *sorted(entry.rglob("*"))]}
        paths = {p: n for p, n in paths.items() if not any(map(PASSED_OVER.match, n.parts))}
        notebooks = [path for path in paths if ".ipynb" in path.name and path.is_file()]
        student = entry.name if entry.is_dir() else entry.name.partition(".ipynb")[0]
        student = student.partition("_assignsubmission")[0]  # which Moodle adds
        chosen = notebooks or list(paths)[-1:]
        found += [Handed(student, paths[path].as_posix(), path) for path in chosen]
    return found


def run_apart(project: Project, raw: bytes, home: Path) -> Told:
    """What a notebook tells, run in a new process and folder; KeyboardInterrupt after Ctrl-C."""
    env = environment(project, home) | {"PYTHONSAFEPATH": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    env |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(home))
    told, why = home.with_suffix(".told"), f"was stopped, {SECONDS} seconds after the first began"
    with told.open("wb") as out, suppress(subprocess.TimeoutExpired):
        pipes: dict[str, Any] = {"input": raw, "stdout": out, "stderr": subprocess.DEVNULL}
        done = subprocess.run(COMMAND, cwd=home, env=env, timeout=SECONDS, **pipes)
        why = "ended Python"
        if done.returncode in INTERRUPTED:
            raise KeyboardInterrupt
    try:
        found: Told = json.loads(told.read_text("utf-8", "replace").split("\n")[-2])
        stopped = f"cell {found['cell']} {why}; the cells after it did not run"
        found |= {"stopped": "" if found["ended"] else stopped}
        student_rows(Handed("", "", home), found)  # fails unless all is there as it should be
        return found
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError):
        return {"stopped": UNREADABLE}


def run_file(project: Project, code: str, staging: str, path: Path) -> Told:
    """What a notebook tells, or told when it was run before with the same code (its digest)."""
    try:
        raw = file_content(path, MOST_MB)
    except OSError as error:
        return {"stopped": f"cannot be read {error}"}
    key = digest([code, hashlib.sha256(raw).hexdigest()])
    kept = project.build / "collected" / ".kept" / f"{key}.json"
    if not kept.exists():
        told = run_apart(project, raw, Path(mkdtemp(dir=staging), "home"))
        page.write_whole(kept, json.dumps(told))
    return dict(json.loads(kept.read_text("utf-8")))


def lessons() -> list[list[str]]:
    """The ids of the exercises of each lesson: those with one word before the number."""
    by_word = groupby(lesson.exercises(), key=lambda id: id.partition("-")[0])
    return [list(ids) for _, ids in by_word]


@cache
def judged(id: str, text: str) -> lesson.Judged:
    """What became of an answer that came as JSON; what JSON does not know is not read."""
    answer = json.loads(text)
    if isinstance(answer, dict) and "shows" in answer:
        answer = ... if answer["shows"] == "Ellipsis" else object()
    return lesson.judge(id, answer)


def student_rows(handed: Handed, told: Told) -> list[dict[str, Any]]:
    """A row for each exercise of the lesson that a file holds, and for each other answer in it."""
    answers, asked = told.get("answers", {}), set(told.get("asked", []))
    ids = max(lessons(), key=lambda ids: len(asked.intersection(ids))) if asked else []
    problem = "; ".join([*told.get("errors", []), *filter(None, [told["stopped"]])])
    rows = []
    for id in [*ids, *(id for id in answers if id not in ids)] or [""]:
        tries, text = answers.get(id, (0, "null"))
        _, status, mistake, _ = judged(id, text)
        row = {"exercise": id, "status": status, "mistake": mistake, "tries": tries}
        row["answer"] = "" if status == lesson.UNANSWERED or not id else text
        rows.append({"student": handed.student, "file": handed.file, **row, "problem": problem})
    return rows


def as_csv(table: pd.DataFrame) -> str:
    """A table as CSV that spreadsheets read as UTF-8, and of which they compute no text."""
    safe = table.map(lambda v: f"'{v}" if str(v).startswith(tuple("=+-@\t\r")) else v)
    return "\ufeff" + safe.to_csv(index=False, lineterminator="\n")


def write_results(folder: Path, name: str, rows: pd.DataFrame) -> None:
    """students.csv, exercises.csv, index.html; of a student's files the last answered counts."""
    once = rows[rows["exercise"] != ""].sort_values("tries", key=lambda n: n > 0, kind="stable")
    once = once.drop_duplicates(["student", "exercise"], keep="last")
    by = once.groupby(["exercise", "status", "mistake"], as_index=False)
    counts = by.agg(students=("student", "count"))
    ordered = counts.sort_values("students", ascending=False, kind="stable")
    values = {"rows": rows.to_dict("records"), "counts": ordered.to_dict("records")}
    content = page.TEMPLATES.get_template("collected.html.j2").render(values, name=name)
    page.write_whole(folder / "students.csv", as_csv(rows))
    page.write_whole(folder / "exercises.csv", as_csv(counts))
    page.publish(folder / "index.html", f"Handed in: {name}", content, "verdicts")


def collect(project: Project, wanted: str) -> int:
    """Run what lies in a folder, write build/collected/NAME; 1 if something was not run whole."""
    from tqdm.contrib.concurrent import thread_map

    folder = Path(wanted).resolve()
    handed = gather(folder) if folder.is_dir() else []
    if not handed:
        what = "holds no files" if folder.is_dir() else "is no folder"
        raise ValueError(f"{wanted} {what}; name the folder that the handed-in files lie in")
    runs = file_digest(Path(__file__).with_name("rerun.py"))
    code = digest([digests(project), lesson.exercises(), runs])
    with project.staging("collected") as staging:
        work, paths = partial(run_file, project, code, staging), [one.path for one in handed]
        options: dict[str, Any] = {"unit": "file", "file": sys.stderr}
        told = thread_map(work, paths, max_workers=os.cpu_count() or 1, **options)
    rows = [row for pair in zip(handed, told, strict=True) for row in student_rows(*pair)]
    write_results(project.build / "collected" / folder.name, folder.name, pd.DataFrame(rows))
    stopped = sum(bool(one["stopped"]) for one in told)
    print(f"{len(handed)} files, {stopped} of them not run to the end")
    print(f"wrote build/collected/{folder.name}: open index.html in a browser")
    return int(stopped > 0)
