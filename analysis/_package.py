"""data/datapackage.json and the CSV files it names: reading them, and the errors that say what is wrong.

Private: notebooks call tables.load. It needs no pandas, so that `rebuild --check` starts fast.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "data"
FILE = "datapackage.json"
RESTORE = "restore it with: git checkout data"
TABLE = ("title", "sources", "schema")  # what a table's entry must have before its rows can be read
LISTS = {
    "sources": ("title",),
    "fields": ("name", "type"),
    "terms": (),
}  # the texts that each item has
Entry = dict[str, Any]  # a table's entry in datapackage.json
Rows = list[tuple[int, list[str]]]  # (line number in the file, cells), the header first


@dataclass(frozen=True)
class Problem:
    """One fault of a table: where it stands, what it is, what to do. row is the line number in the file."""

    file: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    what: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        place = [f"data/{self.file}"]
        place += [f"row {self.row}"] if self.row else []
        place += [f"column {self.column}"] if self.column else []
        value = f' "{self.value}"' if self.value is not None else ""
        return f"{', '.join(place)}:{value} {self.what}; {self.remedy}"


class TableError(ValueError):
    """A table does not fit its description; `problems` has each, the message the first ten."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        more = [f"... and {len(problems) - 10} more"] if len(problems) > 10 else []
        super().__init__("\n".join([str(p) for p in problems[:10]] + more))


def near(wanted: str, known: Iterable[Any], alike: float = 0.6) -> str:
    """The known name that is probably meant, or "".

    The same but for capitals or the order of letters, a longer one (region for region_as_printed),
    or one that is spelt alike (alike: 0 to 1, as in difflib).
    """
    folded = {str(name).casefold(): str(name) for name in known}
    word = wanted.casefold()
    mixed = [k for k in folded if sorted(k) == sorted(word) or k.startswith(f"{word}_")]
    close = mixed or get_close_matches(word, folded, n=1, cutoff=alike)
    return folded[close[0]] if close else ""


def hint(wanted: Any, known: Iterable[Any], alike: float = 0.6) -> str:
    """'did you mean ...?' with the nearest known name, else what is known, the first twelve."""
    names = [str(name) for name in known]
    if close := near(str(wanted), names, alike):
        return f"did you mean {close}?"
    return f"known: {', '.join(names[:12])}{', ...' if len(names) > 12 else ''}"


def read_package(folder: Path = DATA, parts: Sequence[str] = (), top: Sequence[str] = ()) -> Entry:
    """datapackage.json; every table has a name, a path and the named parts, the package those in top.

    TableError naming the file, what is missing in it and the remedy.
    """
    try:
        package = json.loads((folder / FILE).read_text(encoding="utf-8"))
        gaps = missing_parts(package, parts, top)
    except FileNotFoundError:
        gaps = ["is missing"]
    except (OSError, ValueError) as error:
        gaps = [f"cannot be read ({error})"]
    if gaps:
        raise TableError([Problem(FILE, what=gap, remedy=f"{RESTORE}/{FILE}") for gap in gaps])
    return dict(package)


def missing_parts(package: Any, parts: Sequence[str], top: Sequence[str]) -> list[str]:
    """What the description lacks, in words."""
    entries = package.get("resources") if isinstance(package, dict) else None
    if not isinstance(entries, list):
        return ['has no list "resources"']
    things: list[tuple[str, Any, Sequence[str]]] = [("", package, top)]
    for number, entry in enumerate(entries, start=1):
        known = entry if isinstance(entry, dict) else {}
        about = f"the table {known.get('name', f'number {number}')} "
        things.append((about, known, ("name", "path", *parts)))
    gaps = []
    for about, thing, needed in things:
        if lacking := [part for part in needed if not is_usable(part, thing.get(part))]:
            gaps.append(f"{about}lacks {'a usable ' if about else ''}{', '.join(lacking)}")
    return gaps[:1] if gaps and not gaps[0].startswith("the table") else gaps


def is_usable(part: str, value: Any) -> bool:
    """Whether a part of the description has the form that its readers rely on."""
    if part == "schema":
        return (
            isinstance(value, dict)
            and bool(value.get("fields"))
            and is_usable("fields", value["fields"])
        )
    if part in LISTS:
        return isinstance(value, list) and all(has_texts(item, LISTS[part]) for item in value)
    return isinstance(value, str)


def has_texts(thing: Any, keys: Sequence[str]) -> bool:
    """Whether it is an object with a text under each key; any text will do where there is none to look for."""
    return all(isinstance(thing, dict) and isinstance(thing.get(key), str) for key in keys)


def describe(name: str, folder: Path = DATA, *more: str) -> Entry:
    """The table's entry; TableError with the nearest name for an unknown one. more: further parts needed."""
    entries = {e["name"]: e for e in read_package(folder, (*TABLE, *more))["resources"]}
    if name not in entries:
        raise TableError(
            [Problem(FILE, value=name, what="names no table", remedy=hint(name, entries))]
        )
    return dict(entries[name])


def sha256(path: Path) -> str:
    """Checksum of a text file with its line ends read as LF, so a Windows checkout has the same."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def rows_of(path: Path) -> Rows:
    """Every row that is not blank; TableError if the file is missing, empty or not UTF-8."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError:
        raise TableError([Problem(path.name, what="is missing", remedy=RESTORE)]) from None
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 (byte {error.start})"
        raise TableError([Problem(path.name, what=what, remedy="save it as UTF-8 CSV")]) from None
    reader = csv.reader(io.StringIO(text, newline=""))
    rows = [(reader.line_num, row) for row in reader if row]
    if not rows:
        raise TableError([Problem(path.name, what="is empty", remedy=RESTORE)])
    return rows


def column_names(entry: Entry) -> list[str]:
    """The columns of a table in their order."""
    return [field["name"] for field in entry["schema"]["fields"]]
