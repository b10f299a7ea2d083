"""Reading data/datapackage.json and the CSV files it names, for tables.load.

It needs no pandas, so that `rebuild --check` starts fast.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

DATA = Path(__file__).resolve().parent.parent / "data"
FILE = "datapackage.json"
RESTORE = "restore it with: git checkout data"
TABLE = ("title", "sources", "schema")  # what an entry must have before its rows can be read
Entry = dict[str, Any]  # a table's entry in datapackage.json
CsvRows = list[tuple[int, list[str]]]  # (line number in the file, cells), the header first


class Problem(NamedTuple):
    """One fault of a table: where it stands, what it is, what to do. row: its line in the file."""

    file: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    what: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        row = f", row {self.row}" if self.row else ""
        column = f", column {self.column}" if self.column else ""
        value = f' "{self.value}"' if self.value is not None else ""
        return f"data/{self.file}{row}{column}:{value} {self.what}; {self.remedy}"


class TableError(ValueError):
    """A table does not fit its description; `problems` has each, the message the first ten."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = list(problems)
        more = [f"... and {len(problems) - 10} more"] if len(problems) > 10 else []
        super().__init__("\n".join([str(p) for p in problems[:10]] + more))


def near(wanted: str, known: Iterable[Any], alike: float = 0.6) -> str:
    """The known name that is probably meant, or "": reordered, longer or spelt alike (0 to 1)."""
    folded = {str(name).casefold(): str(name) for name in known}
    word = wanted.casefold()
    # region for region_as_printed is a longer one
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
    """datapackage.json; TableError unless all tables have name, path and parts, and it the top."""
    gap = ""
    try:
        package: Entry = json.loads((folder / FILE).read_text(encoding="utf-8"))
        for number, entry in enumerate(package["resources"], start=1):
            about = f"the table {entry.get('name', f'number {number}')} "
            gap = gap or lacking(about, entry, ("name", "path", *parts))
            for field in entry["schema"]["fields"] if "schema" in parts and not gap else []:
                gap = gap or lacking(about, field, ("name", "type"))
        gap = gap or lacking("", package, top)
    except FileNotFoundError:
        gap = "is missing"
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        gap = f"cannot be read ({type(error).__name__}: {error})"
    if gap:
        raise TableError(Problem(FILE, what=gap, remedy=f"{RESTORE}/{FILE}"))
    return package


def lacking(about: str, thing: Entry, keys: Sequence[str]) -> str:
    """Which of the keys have no value, in words, or ""."""
    gaps = [key for key in keys if thing.get(key) is None]
    return f"{about}lacks a usable {', '.join(gaps)}" if gaps else ""


def describe(name: str, folder: Path = DATA, *more: str) -> Entry:
    """The table's entry, with the parts of TABLE and more; TableError naming the nearest one."""
    entries = {e["name"]: e for e in read_package(folder, (*TABLE, *more))["resources"]}
    if name not in entries:
        remedy = hint(name, entries)
        raise TableError(Problem(FILE, value=name, what="names no table", remedy=remedy))
    return dict(entries[name])


def sha256(path: Path) -> str:
    """Checksum of a text file with its line ends read as LF, so a Windows checkout has the same."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def rows_of(path: Path) -> CsvRows:
    """Every row that is not blank; TableError if the file is missing, empty or not UTF-8."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError:
        raise TableError(Problem(path.name, what="is missing", remedy=RESTORE)) from None
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 (byte {error.start})"
        raise TableError(Problem(path.name, what=what, remedy="save it as UTF-8 CSV")) from None
    reader = csv.reader(io.StringIO(text, newline=""))
    rows = [(reader.line_num, row) for row in reader if row]
    if not rows:
        raise TableError(Problem(path.name, what="is empty", remedy=RESTORE))
    return rows
