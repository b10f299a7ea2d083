"""Two ZIP files for a class: what students open, and what the teacher keeps; the same each time."""

import os
import re
import shutil
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from analysis.country import ranked
from tools import brief, page
from tools.classroom import handouts, lessons
from tools.classroom.wheels import download_wheels, room
from tools.run import Kernel, Outcome, share_out
from tools.stale import Project

PACKAGE = ["analysis", "tools", "data", "notebooks"]
FILES = ["LICENSE", "pyproject.toml", "requirements.txt"]
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.failed.ipynb", ".ipynb_checkpoints")
STORED = {".png", ".whl", ".zip"}  # compressed already
MOST_POPULOUS = 5  # of each of the five regions: so many countries' briefs are in the teacher's ZIP


def run_lessons(project: Project, staging: Path) -> dict[str, Any]:
    """lesson_1 and so on, and solution_1 and so on, run; ValueError if a cell fails.

    So are the notebooks that draw what slides show. All figures in the form for the projector
    go to build/class/figures.
    """
    from nbformat import read, reads

    slides = "".join(path.read_text("utf-8") for path in project.root.glob("lessons/pages/*.md"))
    shown = [f'"{figure}"' for figure in re.findall(r"!\[\]\((\w+)\)", slides)]
    outs = {}
    for name in project.names():
        notebook = read(project.path(name), 4)
        if any(figure in cell.source for cell in notebook.cells for figure in shown):
            outs[name] = Outcome(name, staging / name, notebook)
    for name in lessons.lesson_names(project):
        for key, solved in ((name, False), (name.replace("lesson", "solution"), True)):
            notebook = reads(lessons.notebook_text(project, name, solved), 4)
            outs[key] = Outcome(f"class/{name}", staging / key, notebook)
    shutil.rmtree(project.build / "class" / "figures", ignore_errors=True)
    os.environ["ANALYSIS_PROJECTOR"] = str(project.build / "class" / "figures")

    def work(kernel: Kernel, out: Outcome) -> None:
        kernel.execute(out, last="pass")

    share_out(project, list(outs.values()), work)
    if problems := [text for out in outs.values() for text in out.problems]:
        raise ValueError("\n".join(problems))
    return {key: out.notebook for key, out in outs.items()}


def write_copy(path: Path, notebook: Any) -> None:
    """A notebook as a page to read without Python; its links lead to the pages beside it."""
    content = page.body(notebook, code=True)
    content = re.sub(r'<a href="explore\.ipynb">(.*?)</a>', r"\1", content)  # runs only in Python
    content = re.sub(r'href="(?:\.\./|class/)?(\w+)\.ipynb', r'href="\1.html', content)
    page.publish(path, page.headings(content)[0], content, "notebook")


def write_copies(project: Project, folder: Path, runs: dict[str, Any]) -> None:
    """The lessons as handed out, and the notebooks that they are taken from, as pages."""
    from nbformat import read

    for name in lessons.lesson_names(project):
        write_copy(folder / f"{name}.html", runs[name])
    for name in project.names():
        write_copy(folder / f"{name}.html", read(project.path(name), 4))


def write_student(project: Project, folder: Path) -> None:
    """What students get to run: the package, the tables, the notebooks, the exercises."""
    for name in PACKAGE:
        shutil.copytree(project.root / name, folder / name, ignore=LEFT_OUT)
    for name in FILES:
        shutil.copy(project.root / name, folder)
    (folder / "lessons").mkdir()
    for name in lessons.lesson_names(project):
        shutil.copy(project.root / "lessons" / f"{name}.toml", folder / "lessons")
    (folder / "README.md").write_text("Open START_HERE.html.\n", encoding="utf-8", newline="\n")


def write_teacher(project: Project, folder: Path, runs: dict[str, Any]) -> None:
    """What the teacher gets besides: guides, solutions, and briefs on 25 countries."""
    from nbformat.v4 import writes

    (folder / "solutions").mkdir(parents=True)
    for name in lessons.lesson_names(project):
        key = name.replace("lesson", "solution")
        write_copy(folder / "pages" / f"{key}.html", runs[key])
        text = writes(runs[key]) + "\n"
        (folder / "solutions" / f"{key}.ipynb").write_text(text, encoding="utf-8", newline="\n")
        guide = page.TEMPLATES.get_template("guide.md.j2")
        made = page.markdown_as_html(guide.render(lessons.read_lesson(project, name), name=name))
        page.publish(folder / "pages" / f"guide_{name}.html", page.headings(made)[0], made)
    index = ranked(2023).sort_values("population", ascending=False)
    codes = index.groupby("region_as_printed").head(MOST_POPULOUS)["iso3"]
    if brief.write_briefs(project, sorted(codes), folder / "briefs"):
        raise ValueError("a brief failed; see above")


def move_to_front(folder: Path, first: str) -> None:
    """One of the pages becomes START_HERE.html, above the others, and its links follow."""
    page_first = folder / "pages" / f"{first}.html"
    made = re.sub(r'href="(\w+\.html)', r'href="pages/\1', page_first.read_text(encoding="utf-8"))
    page.write_whole(folder / "START_HERE.html", made)
    page_first.unlink()


def write_zip(folder: Path, path: Path) -> None:
    """The folder as a ZIP file, whole or not at all: names in order, no time of day, no owner."""
    partial = path.with_suffix(".partial")
    with ZipFile(partial, "w") as packed:
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            entry = ZipInfo(f"{path.stem}/{file.relative_to(folder).as_posix()}")
            entry.external_attr = 0o644 << 16
            entry.compress_type = ZIP_STORED if file.suffix in STORED else ZIP_DEFLATED
            packed.writestr(entry, file.read_bytes())
    partial.replace(path)
    print(f"build/{path.name}: {path.stat().st_size / 1e6:.1f} MB")


def write_class(project: Project, wheels: list[str]) -> None:
    """Write notebooks/class, then build/class-students.zip and build/class-teacher.zip.

    wheels: systems whose wheels the students' ZIP holds, such as windows:3.13; needs a network.
    """
    rooms = [room(text) for text in wheels]
    lessons.write_student_notebooks(project)
    with project.staging("class") as staging:
        student, teacher = Path(staging) / "student", Path(staging) / "teacher"
        runs = run_lessons(project, Path(staging) / "runs")
        write_student(project, student)
        write_teacher(project, teacher, runs)
        handouts.write_pages(project, Path(staging) / "pages")
        for folder, first in ((student, "START_HERE"), (teacher, "teacher_first")):
            write_copies(project, folder / "pages", runs)
            shutil.copytree(
                Path(staging) / "pages" / folder.name, folder / "pages", dirs_exist_ok=True
            )
            move_to_front(folder, first)
        for where in rooms:
            download_wheels(project.root, where, student / "wheels")
        write_zip(student, project.build / "class-students.zip")
        write_zip(teacher, project.build / "class-teacher.zip")
