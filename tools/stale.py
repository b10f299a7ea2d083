"""Which notebooks are out of date, decided by content: each records in its metadata what it was made from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis._package import FILE, read_package
from analysis._validate import foreign_keys

ENDINGS = {".png", ".svg", ".csv", ".json"}  # the four files of a figure
KEY = "analysis"  # where in a notebook's metadata the record lies
BYTES = ("run.py", "prose.py")  # the only parts of tools/ that decide what a rebuild writes
PARTS = {"cells": str, "outputs": str, "runner": str, "lock": str}
PARTS |= {"modules": dict, "tables": dict, "figures": dict}
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Project:
    """Where things lie under one folder; tests use small projects of their own."""

    root: Path

    @classmethod
    def here(cls) -> Project:
        """The checkout that this package was imported from."""
        return cls(HERE.parent)

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
        """The notebooks that a rebuild runs, as "01_prevalence" or "class/01_rates"; not explore."""
        found = [*self.notebooks.glob("*.ipynb"), *self.notebooks.glob("class/*.ipynb")]
        names = [p.relative_to(self.notebooks).as_posix().removesuffix(".ipynb") for p in sorted(found)]
        return [name for name in names if "explore" not in name and not name.endswith(".failed")]

    def path(self, name: str) -> Path:
        return self.notebooks / f"{name}.ipynb"


def digest(content: bytes | str) -> str:
    """sha256 of text, its line ends read as LF, so that a Windows checkout has the same."""
    raw = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()


def file_digest(path: Path) -> str:
    """sha256 of a file; line ends count only in a PNG; "" if there is no such file."""
    if not path.exists():
        return ""
    raw = path.read_bytes()
    return hashlib.sha256(raw).hexdigest() if path.suffix == ".png" else digest(raw)


def module_digest(root: Path, name: str) -> str:
    """sha256 of a module such as analysis.rates; "" if it is gone."""
    path = root.joinpath(*name.split("."))
    return file_digest(path / "__init__.py" if path.is_dir() else path.with_suffix(".py"))


@dataclass(frozen=True)
class Inputs:
    """What the notebooks of a project depend on, read once.

    tables: name -> sha256 over its file and its description, as a changed unit changes what a
    notebook says; leads_to: the tables that its keys and limits are checked against.
    """

    root: Path
    lock: str
    runner: str
    tables: dict[str, str]
    leads_to: dict[str, set[str]]

    @classmethod
    def read(cls, project: Project) -> Inputs:
        tables, leads_to = {}, {}
        data = project.data
        known = (data / FILE).exists() or any(data.glob("*.csv"))
        for entry in read_package(data)["resources"] if known else []:
            name, path = entry["name"], data / entry["path"]
            if path.exists():
                tables[name] = digest(json.dumps(entry, sort_keys=True) + file_digest(path))
            leads_to[name] = {key["reference"]["resource"] for key in foreign_keys(entry["schema"])}
            limits = [field.get("maximumFrom", {}) for field in entry["schema"]["fields"]]
            leads_to[name] |= {limit["resource"] for limit in limits if limit}
        runner = digest("".join(file_digest(HERE / name) for name in BYTES))
        return cls(project.root, file_digest(project.root / "requirements.txt"), runner, tables, leads_to)


def cells_digest(notebook: Any) -> str:
    """sha256 over the kind and text of every cell, in order."""
    return digest(json.dumps([[cell["cell_type"], text_of(cell)] for cell in notebook["cells"]]))


def outputs_digest(notebook: Any) -> str:
    """sha256 over everything the code cells show."""
    shown = [joined(cell.get("outputs", [])) for cell in notebook["cells"]]
    return digest(json.dumps(shown, sort_keys=True))


def text_of(cell: Any) -> str:
    """The source of a cell, which a file may hold as a list of lines."""
    source: str | list[str] = cell["source"]
    return (source if isinstance(source, str) else "".join(source)).replace("\r\n", "\n")


def joined(part: Any) -> Any:
    """The same tree with every list of lines as one text, as a notebook file may split any text."""
    if isinstance(part, dict):
        return {key: joined(value) for key, value in part.items()}
    if isinstance(part, list):
        texts = all(isinstance(item, str) for item in part)
        return "".join(part) if texts else [joined(item) for item in part]
    return part


def record(
    notebook: Any, inputs: Inputs, modules: list[str], tables: list[str], figures: Path
) -> dict[str, Any]:
    """What a notebook that has just run is made from, and the figures it wrote into the folder.

    modules, tables: those of the package and of data/ that its kernel loaded or opened; a table
    counts with those that its keys lead to.
    """
    used = set(tables).union(*(inputs.leads_to.get(name, ()) for name in tables))
    return {
        "cells": cells_digest(notebook),
        "outputs": outputs_digest(notebook),
        "runner": inputs.runner,
        "lock": inputs.lock,
        "modules": {name: module_digest(inputs.root, name) for name in sorted(modules)},
        "tables": {name: inputs.tables.get(name, "") for name in sorted(used)},
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
        what = f"{path.name} cannot be read as a notebook ({error})"
        raise ValueError(f"{what}; restore it from git") from None
    return notebook if kinds else notebook | {"cells": []}


def record_in(notebook: Any) -> dict[str, Any]:
    """The record in a notebook, as far as it is sound; {} if a rebuild never wrote one."""
    metadata = notebook.get("metadata")
    found = metadata.get(KEY) if isinstance(metadata, dict) else None
    known = found if isinstance(found, dict) else {}
    return {part: known[part] for part, kind in PARTS.items() if isinstance(known.get(part), kind)}


def recorded(path: Path) -> dict[str, Any]:
    """The record of a notebook file, {} if there is none."""
    return record_in(read_notebook(path)) if path.exists() else {}


def reasons(project: Project, name: str, inputs: Inputs) -> list[str]:
    """Why a notebook is out of date, in words; [] if it is not."""
    notebook = read_notebook(project.path(name))
    known = record_in(notebook)
    if known.keys() != PARTS.keys():
        return ["never run"]
    now = {
        "cells changed": (known["cells"], cells_digest(notebook)),
        "outputs differ from what the rebuild wrote": (known["outputs"], outputs_digest(notebook)),
        f"tools/{' or tools/'.join(BYTES)} changed": (known["runner"], inputs.runner),
        "requirements.txt changed": (known["lock"], inputs.lock),
    }
    for module, before in known["modules"].items():
        now[f"{module.replace('.', '/')}.py changed"] = (before, module_digest(project.root, module))
    for table, before in known["tables"].items():
        gone = table not in inputs.tables
        what = "is missing" if gone else "or its description changed"
        now[f"data/{table}.csv {what}"] = (before, inputs.tables.get(table, "" if before else "gone"))
    for file, before in known["figures"].items():
        after = file_digest(project.figures / file)
        what = "differs from what the notebook wrote" if after else "is missing"
        now[f"figures/{file} {what}"] = (before, after)
    return [reason for reason, (before, after) in now.items() if before != after]


def orphans(project: Project) -> list[str]:
    """Files in figures/ that no notebook records."""
    written: set[str] = set()
    for name in project.names():
        written |= set(recorded(project.path(name)).get("figures", {}))
    return [path.name for path in figure_files(project.figures) if path.name not in written]


def stale(project: Project) -> dict[str, list[str]]:
    """Notebook -> reasons, for every notebook that is out of date."""
    inputs = Inputs.read(project)
    found = {name: reasons(project, name, inputs) for name in project.names()}
    return {name: why for name, why in found.items() if why}
