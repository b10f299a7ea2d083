"""Which notebooks are out of date, by content: each records in its metadata what it was made of."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from analysis._package import FILE, read_package, sha256
from tools.publish import held

FIGURE_ENDINGS = {".png", ".svg", ".csv", ".json"}  # the four files of a figure
RECORD_KEY = "analysis"  # where in a notebook's metadata the record lies
RECORD_PARTS: dict[str, type] = {"cells": str, "outputs": str, "files": dict}  # file -> digest
RUNNER_FILES = ["tools/run.py", "tools/forked.py", "tools/prose.py"]  # decide what is written
CHANGES = {"cells": "cells changed", "outputs": "outputs differ from what the rebuild wrote"}
CHANGES |= {"data": "or its description changed", "figures": "differs from what the notebook wrote"}
TOOLS = Path(__file__).resolve().parent
Digests = dict[str, str]  # file -> sha256, "" without the file


class Project:
    """Where things lie under one folder; tests use small projects of their own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.notebooks, self.figures = root / "notebooks", root / "figures"
        self.data, self.build = root / "data", root / "build"

    @classmethod
    def here(cls) -> Self:
        """The checkout that this package was imported from."""
        return cls(TOOLS.parent)

    def names(self, every: bool = False) -> list[str]:
        """The notebooks that a rebuild runs: "01_prevalence"; every: explore and the class too."""
        found = [*self.notebooks.glob("*.ipynb"), *self.notebooks.glob("class/*.ipynb")]
        names = [path.relative_to(self.notebooks).with_suffix("").as_posix() for path in found]
        whole = [name for name in names if ".failed" not in name]
        return sorted(n for n in whole if every or not ("explore" in n or "class/" in n))

    def path(self, name: str) -> Path:
        return self.notebooks / f"{name}.ipynb"

    @contextmanager
    def staging(self, kind: str) -> Iterator[str]:
        """A new folder under build/ for one command's run; it goes when its `with` block ends."""
        self.build.mkdir(exist_ok=True)
        with (
            held(self.build, shared=True),
            TemporaryDirectory(None, f".{kind}-", self.build, ignore_cleanup_errors=True) as folder,
        ):
            yield folder


def digests(project: Project) -> Digests:
    """Of all that notebooks depend on, a table's with its description (TableError if broken)."""
    found = {file: file_digest(TOOLS.parent / file) for file in RUNNER_FILES}
    code = ("analysis/**/*.py", "analysis/**/*.csv")  # words.csv decides what a phrase means
    for kind in ("requirements.txt", *code, "data/*.csv", "figures/*.*"):
        for path in project.root.glob(kind):
            found[path.relative_to(project.root).as_posix()] = file_digest(path)
    known = (project.data / FILE).exists() or any(project.data.glob("*.csv"))
    for entry in read_package(project.data, ("schema",))["resources"] if known else []:
        if (file := f"data/{entry['path']}") in found:
            found[file] = digest([entry, found[file]])
    return found


def digest(tree: Any) -> str:
    """sha256 of lists, dicts and texts, written as JSON."""
    return hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """sha256 of a file; line ends count only in a PNG."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.suffix == ".png" else sha256(path)


def text_of(cell: Any) -> str:
    """The source of a cell, which a file may hold as a list of lines."""
    return "".join(cell["source"]).replace("\r\n", "\n")


def content(notebook: Any) -> Digests:
    """cells: of the kind and text of every cell; outputs: of all they show, as a file has it."""
    texts = [[cell["cell_type"], text_of(cell)] for cell in notebook["cells"]]
    shown = [cell.get("outputs", []) for cell in notebook["cells"]]
    return {"cells": digest(texts), "outputs": digest(shown)}


def figure_files(folder: Path) -> list[Path]:
    """The files of figures in a folder, sorted by name; [] without the folder."""
    return sorted(path for path in folder.glob("*") if path.suffix in FIGURE_ENDINGS)


def make_record(notebook: Any, now: Digests, used: set[str], figures: Path) -> dict[str, Any]:
    """What a notebook that has just run is made of, and the figures it wrote into the folder.

    notebook: as its file holds it; now: `digests`; used: the modules and tables that its kernel
    loaded or opened, as data/index.csv. A table opens those that its keys and limits lead to.
    """
    record = {f: now.get(f, "") for f in ["requirements.txt", *RUNNER_FILES, *sorted(used)]}
    record |= {f"figures/{path.name}": file_digest(path) for path in figure_files(figures)}
    return {**content(notebook), "files": record}


def record_of(notebook: Any) -> dict[str, Any]:
    """The sound parts of a notebook's record; {} if a rebuild never wrote one."""
    found = notebook["metadata"].get(RECORD_KEY)
    record = found if isinstance(found, dict) else {}
    return {part: v for part, v in record.items() if isinstance(v, RECORD_PARTS.get(part, ()))}


def read_notebook(path: Path) -> Any:
    """A file as plain JSON; ValueError naming the file if it is no notebook."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        content(notebook)  # fails where a cell lacks its kind or its text
        record_of(notebook)  # fails without metadata
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"notebooks/{path.name} cannot be read as a notebook ({error})"
        raise ValueError(f"{what}; restore it with: git checkout notebooks") from None
    return notebook


def figures_of(notebook: Any) -> set[str]:
    """The files of the figures that a notebook recorded."""
    files = record_of(notebook).get("files", {})
    return {file.removeprefix("figures/") for file in files if file.startswith("figures/")}


def recorded_figures(project: Project) -> dict[str, set[str]]:
    """Notebook -> the files of the figures that it wrote when it was last rebuilt."""
    return {name: figures_of(read_notebook(project.path(name))) for name in project.names()}


def find_orphans(project: Project) -> list[str]:
    """Files in figures/ that no notebook records."""
    known: set[str] = set().union(*recorded_figures(project).values())
    return [path.name for path in figure_files(project.figures) if path.name not in known]


def reasons(project: Project, name: str, now: Digests) -> list[str]:
    """Why a notebook is out of date, in words; [] if it is not."""
    notebook = read_notebook(project.path(name))
    record = record_of(notebook)
    if record.keys() != RECORD_PARTS.keys():
        return ["never run"]
    there = content(notebook)
    found = [CHANGES[part] for part in there if record[part] != there[part]]
    for file, before in record["files"].items():
        if now.get(file, "") != before:
            what = CHANGES.get(file.split("/")[0], "changed") if file in now else "is missing"
            found.append(f"{file} {what}")
    return found


def find_stale(project: Project, names: list[str] | None = None) -> dict[str, list[str]]:
    """Notebook -> reasons, for each of the names, or of all, that is out of date."""
    now = digests(project)
    found = {name: reasons(project, name, now) for name in names or project.names()}
    return {name: why for name, why in found.items() if why}
