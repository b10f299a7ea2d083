"""data/datapackage.json and the CSV files it names; without pandas, so that --check is fast."""

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
MB, MOST, LONGEST = 10**6, 20, 10_000  # a table or a reader's file: at most 20 MB, letters a cell
csv.field_size_limit(MOST * MB)  # so that a longer cell is its row's fault, not the file's
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
        column = f", column {self.column[:60]}" if self.column is not None else ""
        value, more = self.value, "..." if len(self.value or "") > 60 else ""
        value = "" if value is None else f' "{value[:60]}{more}"'
        return " ".join(f"data/{self.file}{row}{column}:{value} {self.what}; {self.remedy}".split())


class TableError(ValueError):
    """A table is not as described; `problems`: the first hundred, the message: the first ten."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = list(problems)
        more = [f"... and {len(problems) - 10} more"] if len(problems) > 10 else []
        super().__init__("\n".join([str(p) for p in problems[:10]] + more))


def file_content(path: Path, most: int = MOST) -> bytes:
    """The bytes of an ordinary file of at most `most` MB; OSError says what else it is."""
    if path.exists() and not path.is_file():  # reading a pipe may wait for ever
        raise OSError(f"as it is a {'folder' if path.is_dir() else 'pipe or device'}; name a file")
    if path.stat().st_size > most * MB:
        raise OSError(f"as it is larger than {most} MB; keep only what is needed in it")
    return path.read_bytes()


def near(wanted: str, known: Iterable[Any], alike: float = 0.6) -> str:
    """The nearest known name, or "": reordered, spelt alike (0 to 1), or with more after a _."""
    folded = {str(name).casefold(): str(name) for name in list(known)[:5000]}
    word = wanted.casefold()[:100]
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
    try:
        package: Entry = json.loads(file_content(folder / FILE).decode())
        gap = lacking("", package, top)
        for number, entry in enumerate(package["resources"], start=1):
            about = f"the table {entry.get('name', f'number {number}')} "
            gap = gap or lacking(about, entry, ("name", "path", *parts))
            for field in entry["schema"]["fields"] if "schema" in parts and not gap else []:
                gap = gap or lacking(about, field, ("name", "type"))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        missing = isinstance(error, FileNotFoundError)
        gap = "is missing" if missing else f"cannot be read ({type(error).__name__}: {error})"
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
    """Every row that is not blank; TableError if the file cannot be read as CSV in UTF-8."""
    what, remedy = "is empty", RESTORE
    try:
        reader = csv.reader(io.StringIO(file_content(path).decode("utf-8-sig"), newline=""))
        if rows := [(reader.line_num, row) for row in reader if row]:
            return rows
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}" if path.exists() else "is missing"
    except UnicodeDecodeError as error:
        what, remedy = f"is not UTF-8 (byte {error.start})", "save it as UTF-8 CSV"
    raise TableError(Problem(path.name, what=what, remedy=remedy))
