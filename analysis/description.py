"""data/datapackage.json and the CSV files it names: the one reader, which names what is missing or broken.

It needs no pandas, so `rebuild --check` starts fast.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from analysis._validate import Problem

DATA = Path(__file__).resolve().parent.parent / "data"
FILE = "datapackage.json"
RESTORE = f"restore it with: git checkout data/{FILE}"
KINDS = {"title": str, "description": str, "terms": list, "name": str, "path": str, "hash": str}
TABLE = ("title", "sources", "schema")  # what a table's entry must have before its rows can be read


class TableError(ValueError):
    """A table does not fit its description; `problems` lists each, the message shows the first ten."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        more = [f"... and {len(problems) - 10} more"] if len(problems) > 10 else []
        super().__init__("\n".join([str(p) for p in problems[:10]] + more))


def read_package(folder: Path = DATA, parts: Sequence[str] = (), top: Sequence[str] = ()) -> dict[str, Any]:
    """datapackage.json, in which every table has a name, a path and the named parts, and the package those in top.

    TableError naming the file, what is missing in it and the remedy.
    """
    try:
        package = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TableError([Problem(FILE, what="is missing", remedy=RESTORE)]) from None
    except (OSError, ValueError) as error:
        raise TableError([Problem(FILE, what=f"cannot be read ({error})", remedy=RESTORE)]) from None
    faults = [Problem(FILE, what=what, remedy=RESTORE) for what in gaps(package, parts, top)]
    if faults:
        raise TableError(faults)
    return dict(package)


def gaps(package: Any, parts: Sequence[str], top: Sequence[str]) -> Iterator[str]:
    """What the package lacks, in words."""
    entries = package.get("resources") if isinstance(package, dict) else None
    if not isinstance(entries, list):
        yield 'has no list "resources"'
        return
    lacking = [part for part in top if not usable(part, package.get(part))]
    if lacking:
        yield f"lacks {', '.join(lacking)}"
        return
    for number, entry in enumerate(entries, start=1):
        known = entry if isinstance(entry, dict) else {}
        lacking = [part for part in ("name", "path", *parts) if not usable(part, known.get(part))]
        if lacking:
            yield f"the table {known.get('name', f'number {number}')} lacks a usable {', '.join(lacking)}"


def usable(part: str, value: Any) -> bool:
    """Whether a part of the description has the form that its readers rely on."""
    if part == "sources":
        return isinstance(value, list) and all(has(source, "title") for source in value)
    if part == "schema":
        fields = value.get("fields") if isinstance(value, dict) else None
        return isinstance(fields, list) and bool(fields) and all(has(field, "name", "type") for field in fields)
    return isinstance(value, KINDS[part])


def has(thing: Any, *keys: str) -> bool:
    """Whether it is an object with a text under each key."""
    return isinstance(thing, dict) and all(isinstance(thing.get(key), str) for key in keys)


def describe(name: str, folder: Path = DATA, *more: str) -> dict[str, Any]:
    """The table's entry in datapackage.json; TableError with the nearest name for an unknown one.

    more: parts that every entry must have besides those of TABLE.
    """
    entries = {entry["name"]: entry for entry in read_package(folder, (*TABLE, *more))["resources"]}
    if name not in entries:
        raise TableError([Problem(FILE, value=name, what="names no table", remedy=hint(name, entries))])
    return dict(entries[name])


def near(wanted: str, known: Iterable[Any], alike: float = 0.6) -> str:
    """The known name that is probably meant, or "".

    The same but for capitals or the order of letters, a longer one (region for region_as_printed), or one that is
    spelt alike (alike: 0 to 1, as in difflib).
    """
    folded = {str(name).casefold(): str(name) for name in known}
    word = wanted.casefold()
    mixed = [name for name in folded if sorted(name) == sorted(word) or name.startswith(f"{word}_")]
    close = mixed or get_close_matches(word, folded, n=1, cutoff=alike)
    return folded[close[0]] if close else ""


def hint(wanted: Any, known: Iterable[Any], alike: float = 0.6) -> str:
    """'did you mean ...?' with the nearest known name, else what is known, the first twelve."""
    names = [str(name) for name in known]
    if close := near(str(wanted), names, alike):
        return f"did you mean {close}?"
    return f"known: {', '.join(names[:12])}{', ...' if len(names) > 12 else ''}"


def sha256(path: Path) -> str:
    """Checksum of a text file with its line ends read as LF, so a Windows checkout has the same."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def rows_of(path: Path) -> list[tuple[int, list[str]]]:
    """(line number, cells) of every row, the header first; TableError if missing, empty or not UTF-8."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError:
        raise TableError([Problem(path.name, what="is missing", remedy="restore it with: git checkout data")]) from None
    except UnicodeDecodeError as error:
        fault = Problem(path.name, what=f"is not UTF-8 (byte {error.start})", remedy="save it as UTF-8 CSV")
        raise TableError([fault]) from None
    reader = csv.reader(io.StringIO(text, newline=""))
    rows = [(reader.line_num, row) for row in reader if row]
    if not rows:
        raise TableError([Problem(path.name, what="is empty", remedy="restore it with: git checkout data")])
    return rows
