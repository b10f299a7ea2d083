"""The generated Markdown: data/README.md, the codebook, and the counts by verdict in README.md."""

import json
import re
from itertools import islice
from pathlib import Path
from typing import Any

from analysis import _package, claims, tables
from analysis._package import DATA, FILE, Problem, TableError, rows_of
from analysis._validate import problems_in
from tools.page import TEMPLATES
from tools.publish import put_back
from tools.seal import SEAL, refusals, what_stands, write_seal
from tools.stale import Project

BEGIN, END = "<!-- verdicts: generated -->", "<!-- /verdicts -->"


def broken_rules(entries: list[dict[str, Any]], folder: Path) -> list[Problem]:
    """Everything that these tables break, each fault once; the checksums are not compared."""
    found: list[Problem] = []
    for entry in entries:
        try:
            found += islice(problems_in(rows_of(folder / entry["path"]), entry, folder), 100)
        except TableError as error:
            found += error.problems
    return list(dict.fromkeys(found))


def codebook(package: dict[str, Any], folder: Path = DATA) -> str:
    """The codebook as Markdown; the same description and files always give the same text."""
    rows = {table["name"]: rows_of(folder / table["path"])[1:] for table in package["resources"]}
    return TEMPLATES.get_template("codebook.md.j2").render(package=package, rows=rows)


def write_codebook(folder: Path = DATA, seal: bool = False) -> None:
    """Write the codebook beside the tables; with seal, first renew each sha256 in datapackage.json.

    TableError, and nothing written, if a table breaks a rule of its description (a changed checksum
    is no such fault).
    """
    needed = (*_package.TABLE, "description", *([] if seal else ["hash"]))
    package = _package.read_package(folder, needed, ("title", "description", "terms"))
    if problems := broken_rules(package["resources"], folder):
        raise TableError(*problems)
    if seal:
        cells = what_stands(package, folder)
        if changed := refusals(cells, folder):
            raise ValueError("\n".join(changed))
        for table in package["resources"]:
            table["hash"] = f"sha256:{tables.sha256(folder / table['path'])}"
        sealed = json.dumps(package, indent=2, ensure_ascii=False) + "\n"
        (folder / FILE).write_text(sealed, encoding="utf-8", newline="\n")
        write_seal(cells, folder)
    text = codebook(package, folder)
    (folder / "README.md").write_text(text, encoding="utf-8", newline="\n")


def write_documents(project: Project, seal: bool = False) -> None:
    """Write the codebook, with seal the checksums, and the block in README.md; all or nothing."""
    written = [project.data / name for name in (FILE, SEAL, "README.md")]
    with put_back(project.root, project.root / "README.md", *written):
        write_codebook(project.data, seal)
        write_verdicts(project.root)


def verdict_block() -> str:
    """How many tests of the statements have each verdict, and which; counts tied to themselves."""
    found, _ = claims.judge(tables.load("claims"))
    ids = found["id"] + found["severity"].map(lambda word: "" if word == "none" else f" ({word})")
    which = {verdict: list(ids[found["verdict"] == verdict]) for verdict in claims.VERDICTS}
    return TEMPLATES.get_template("verdicts.md.j2").render(which=which, total=len(found))


def write_verdicts(root: Path) -> None:
    """Renew the block in README.md; ValueError if its two markers are not there once, in order."""
    path = root / "README.md"
    parts = re.split(f"({BEGIN}|{END})", path.read_text(encoding="utf-8"))
    if parts[1::2] != [BEGIN, END]:
        marks = f"{BEGIN} and {END}, once each"
        raise ValueError(f"README.md needs the lines {marks}; put them back and run this again")
    path.write_text(parts[0] + verdict_block() + parts[4], encoding="utf-8", newline="\n")
