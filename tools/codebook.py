"""Write data/README.md, the codebook, from data/datapackage.json; seal the tables with fresh checksums."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analysis._package import DATA, FILE, TABLE, Problem, TableError, read_package, rows_of
from analysis._package import sha256 as digest
from analysis._validate import problems_in


def write(data_dir: str | Path = DATA, seal: bool = False) -> None:
    """Write the codebook beside the tables; with seal, first refresh each sha256 in datapackage.json.

    TableError, and nothing written, if a table breaks a rule of its description (a changed checksum is no such fault).
    """
    folder = Path(data_dir)
    needed = (*TABLE, "description") if seal else (*TABLE, "description", "hash")
    package = read_package(folder, needed, ("title", "description", "terms"))
    problems = broken_rules(package["resources"], folder)
    if problems:
        raise TableError(*problems)
    text = codebook(package, folder)
    if seal:
        for table in package["resources"]:
            table["hash"] = f"sha256:{digest(folder / table['path'])}"
        sealed = json.dumps(package, indent=2, ensure_ascii=False) + "\n"
        (folder / FILE).write_text(sealed, encoding="utf-8", newline="\n")
    (folder / "README.md").write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def all_or_nothing(*paths: Path) -> Iterator[None]:
    """Put these files back as they were if the block fails or is stopped."""
    before = {path: path.read_bytes() if path.exists() else None for path in paths}
    try:
        yield
    except BaseException:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content)
        raise


def codebook(package: dict[str, Any], data_dir: str | Path = DATA) -> str:
    """The codebook as Markdown: what holds for the figures, a list of the tables, then each table.

    The same description and files always give the same text.
    """
    folder, tables = Path(data_dir), package["resources"]
    parts = [
        "# Codebook",
        "Generated from datapackage.json by `python -m analysis codebook`: edit that file, not this one.",
        f"{package['title']}. {package['description']}",
        "## What holds for the figures",
        "\n".join(f"- {paragraph}" for paragraph in package["terms"]),
        "## Tables",
        "\n".join(f"- [{table['name']}](#{table['name']}): {table['title']}" for table in tables),
        *(table_section(table, rows(folder / table["path"])) for table in tables),
    ]
    return "\n\n".join(parts) + "\n"


def rows(path: Path) -> int:
    """Number of rows below the header."""
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for row in csv.reader(file) if row) - 1


def table_section(table: dict[str, Any], count: int) -> str:
    """One table: title, what it is, rows and keys, sources, columns."""
    return "\n\n".join(
        [
            f"## {table['name']}",
            f"**{table['title']}.** {table['description']}",
            f"File {table['path']}, {count:,} {'row' if count == 1 else 'rows'}. {keys(table['schema'])}",
            "Sources:",
            "\n".join(source_line(source) for source in table["sources"]),
            columns(table["schema"]["fields"]),
        ]
    )


def keys(schema: dict[str, Any]) -> str:
    """A sentence each on the primary key, the foreign keys and the cells that count as missing."""
    key = schema.get("primaryKey", [])
    said = [f"One row for each {', '.join(named(key))}."] if key else []
    for foreign in schema.get("foreignKeys", []):
        target = foreign["reference"]["resource"]
        said.append(f"{', '.join(named(foreign['fields']))} refers to the table [{target}](#{target}).")
    for foreign in schema.get("foreignKeysExcept", []):
        target, others = foreign["reference"]["resource"], " or ".join(named(foreign["except"]))
        said.append(f"{', '.join(named(foreign['fields']))} refers to the table [{target}](#{target}), or is {others}.")
    missing = [f"`{text}`" for text in schema.get("missingValues", [""]) if text]
    said += [f"Read as having no number, besides an empty cell: {', '.join(missing)}."] if missing else []
    return " ".join(said)


def named(fields: str | list[str]) -> list[str]:
    """Column names as code."""
    return [f"`{name}`" for name in ([fields] if isinstance(fields, str) else fields)]


def source_line(source: dict[str, str]) -> str:
    """One source with its version, address, access note and terms, as far as given."""
    address = f"<{source['path']}>" if source.get("path") else ""
    terms = f"terms: {source['terms']}" if source.get("terms") else ""
    parts = (source["title"], source.get("version", ""), address, source.get("accessed", ""), terms)
    return "- " + "; ".join(part for part in parts if part) + "."


def columns(fields: list[dict[str, Any]]) -> str:
    """The columns as a Markdown table; a figure kept as printed is marked in its type."""
    lines = ["| column | type | unit | denominator | description |", "|---|---|---|---|---|"]
    for field in fields:
        kind = field["type"] + (", as printed" if field.get("printed") else "")
        cells = [
            f"`{field['name']}`",
            kind,
            field.get("unit", ""),
            field.get("denominator", ""),
            meaning(field),
        ]
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(lines)


def meaning(field: dict[str, Any]) -> str:
    """The description, and the allowed values where they are listed, or the limit that another table sets."""
    allowed = field.get("constraints", {}).get("enum")
    text, limit = field.get("description", ""), field.get("maximumFrom")
    text += f" (at most the `{limit['field']}` of its `{limit['by']}` in {limit['resource']})" if limit else ""
    return text + (f" (one of: {', '.join(map(str, allowed))})" if allowed else "")


def broken_rules(entries: list[dict[str, Any]], folder: Path) -> list[Problem]:
    """Everything that these tables break, each fault once; the checksums are not compared."""
    found: list[Problem] = []
    for entry in entries:
        try:
            found += problems_in(rows_of(folder / entry["path"]), entry, folder)
        except TableError as error:
            found += error.problems
    return list(dict.fromkeys(found))
