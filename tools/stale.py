"""Which notebooks are out of date, decided by content: each records what it was made from in its own metadata."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.description import FILE, read_package

ENDINGS = {".png", ".svg", ".csv", ".json"}  # the four files of a figure
KEY = "analysis"  # where in a notebook's metadata the record lies
RECORD = {"cells": str, "outputs": str, "package": str, "lock": str, "tables": dict, "figures": dict}
CHANGED = "or its description changed"  # a table's record is one checksum over both


@dataclass(frozen=True)
class Project:
    """Where things lie under one folder; tests use small projects of their own."""

    root: Path

    @classmethod
    def here(cls) -> Project:
        """The checkout that this package was imported from."""
        return cls(Path(__file__).resolve().parents[1])

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def figures(self) -> Path:
        return self.root / "figures"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def build(self) -> Path:
        return self.root / "build"

    def names(self) -> list[str]:
        """The notebooks that a rebuild runs, as "01_prevalence" or "class/01_prevalence"; not explore."""
        found = [*self.notebooks.glob("*.ipynb"), *self.notebooks.glob("class/*.ipynb")]
        names = [path.relative_to(self.notebooks).as_posix().removesuffix(".ipynb") for path in sorted(found)]
        return [name for name in names if "explore" not in name and not name.endswith(".failed")]

    def path(self, name: str) -> Path:
        return self.notebooks / f"{name}.ipynb"


def digest(content: bytes | str) -> str:
    """sha256 of text, its line ends read as LF, so that a Windows checkout has the same."""
    raw = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()


def file_digest(path: Path) -> str:
    """sha256 of a file; line ends count only in a PNG."""
    raw = path.read_bytes()
    return hashlib.sha256(raw).hexdigest() if path.suffix == ".png" else digest(raw)


def package_digest(root: Path) -> str:
    """sha256 over every module of analysis/: relative paths and contents."""
    files = sorted((path.relative_to(root).as_posix(), path) for path in (root / "analysis").rglob("*.py"))
    return digest("\n".join(f"{name} {file_digest(path)}" for name, path in files))


def table_digests(data: Path) -> dict[str, str]:
    """Table name -> sha256 over its file and its description, as a changed unit changes what a notebook says."""
    if not (data / FILE).exists() and not any(data.glob("*.csv")):
        return {}
    return {
        entry["name"]: digest(json.dumps(entry, sort_keys=True) + file_digest(data / entry["path"]))
        for entry in read_package(data)["resources"]
        if (data / entry["path"]).exists()
    }


def cells_digest(notebook: Any) -> str:
    """sha256 over the kind and text of every cell, in order."""
    return digest(json.dumps([[cell["cell_type"], text_of(cell)] for cell in notebook["cells"]]))


def outputs_digest(notebook: Any) -> str:
    """sha256 over everything the code cells show."""
    return digest(json.dumps([joined(cell.get("outputs", [])) for cell in notebook["cells"]], sort_keys=True))


def text_of(cell: Any) -> str:
    """The source of a cell, which a file may hold as a list of lines."""
    source: str | list[str] = cell["source"]
    return (source if isinstance(source, str) else "".join(source)).replace("\r\n", "\n")


def joined(part: Any) -> Any:
    """The same tree with every list of lines as one text, as a notebook file may split any text into lines."""
    if isinstance(part, dict):
        return {key: joined(value) for key, value in part.items()}
    if isinstance(part, list):
        return "".join(part) if all(isinstance(item, str) for item in part) else [joined(i) for i in part]
    return part


@dataclass(frozen=True)
class Inputs:
    """What every notebook of a project depends on, read once."""

    package: str
    lock: str
    tables: dict[str, str]

    @classmethod
    def read(cls, project: Project) -> Inputs:
        lock = project.root / "requirements.txt"
        locked = file_digest(lock) if lock.exists() else ""
        return cls(package_digest(project.root), locked, table_digests(project.data))


def record(notebook: Any, inputs: Inputs, tables: list[str], figures: Path) -> dict[str, Any]:
    """What a notebook that has just run is made from, and the figures it wrote into the folder."""
    return {
        "cells": cells_digest(notebook),
        "outputs": outputs_digest(notebook),
        "package": inputs.package,
        "lock": inputs.lock,
        "tables": {name: inputs.tables.get(name, "") for name in sorted(tables)},
        "figures": {path.name: file_digest(path) for path in figure_files(figures)},
    }


def figure_files(folder: Path) -> list[Path]:
    """The files of figures in a folder, sorted by name."""
    return sorted(path for path in folder.glob("*") if path.suffix in ENDINGS) if folder.exists() else []


def read_notebook(path: Path) -> Any:
    """A file as plain JSON; ValueError naming the file if it is none."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        kinds = [cell["cell_type"] for cell in notebook["cells"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name} cannot be read as a notebook ({error}); restore it from git") from None
    return notebook if kinds else notebook | {"cells": []}


def record_in(notebook: Any) -> dict[str, Any]:
    """The record in a notebook, as far as it is sound; {} if a rebuild never wrote one."""
    metadata = notebook.get("metadata")
    found = metadata.get(KEY) if isinstance(metadata, dict) else None
    known = found if isinstance(found, dict) else {}
    return {part: known[part] for part, kind in RECORD.items() if isinstance(known.get(part), kind)}


def recorded(path: Path) -> dict[str, Any]:
    """The record of a notebook file, {} if there is none."""
    return record_in(read_notebook(path)) if path.exists() else {}


def reasons(project: Project, name: str, inputs: Inputs) -> list[str]:
    """Why a notebook is out of date, in words; [] if it is not."""
    notebook = read_notebook(project.path(name))
    known = record_in(notebook)
    if known.keys() != RECORD.keys():
        return ["never run"]
    found = [] if known["cells"] == cells_digest(notebook) else ["cells changed"]
    found += [] if known["outputs"] == outputs_digest(notebook) else ["outputs differ from what the rebuild wrote"]
    found += [] if known["package"] == inputs.package else ["analysis/ changed"]
    found += [] if known["lock"] == inputs.lock else ["requirements.txt changed"]
    for table, before in known["tables"].items():
        if inputs.tables.get(table, "") != before:
            found.append(f"data/{table}.csv {CHANGED if table in inputs.tables else 'is missing'}")
    for file, before in known["figures"].items():
        path = project.figures / file
        if not path.exists():
            found.append(f"figures/{file} is missing")
        elif file_digest(path) != before:
            found.append(f"figures/{file} differs from what the notebook wrote")
    return found


def orphans(project: Project) -> list[str]:
    """Files in figures/ that no notebook records."""
    written = {file for name in project.names() for file in recorded(project.path(name)).get("figures", {})}
    return [path.name for path in figure_files(project.figures) if path.name not in written]


def stale(project: Project) -> dict[str, list[str]]:
    """Notebook -> reasons, for every notebook that is out of date."""
    inputs = Inputs.read(project)
    found = {name: reasons(project, name, inputs) for name in project.names()}
    return {name: why for name, why in found.items() if why}
