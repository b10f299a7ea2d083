"""The verdicts on the article's claims, or on a reader's own, as text, JSON or a page."""

import csv
import hashlib
import io
import json
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import fill

import pandas as pd

from analysis import _package, claims, rounding, tables
from analysis.claims.lookup import number_text
from analysis.claims.verdicts import NUMERIC
from tools import own_tables, page

UNREAD, INDENT = "could not be read", " " * 5
COMMA = 'put quotation marks around a cell with a comma: "269,000"'
IN_TABLE = ["id", "printed", "computed", "low", "high", "unit", "reading", "verdict", "severity"]
ABOUT = page.TEMPLATES.get_template("about.md.j2").render().split("\n\n")


def read_claims(file: str) -> pd.DataFrame:
    """A reader's own claims, all cells as text; ValueError for a file or header at fault.

    A row that cannot be read keeps its id alone; attrs["unread"] tells claims.judge of it.
    """
    try:
        return claims_in(_package.file_content(Path(file)).decode("utf-8-sig"))
    except FileNotFoundError:
        fault = "there is no file of that name; check the name and the folder"
    except UnicodeDecodeError as error:
        fault = f"is not UTF-8 (byte {error.start}); save it as CSV UTF-8"
    except OSError as error:
        fault = f"cannot be read as a CSV file: {error}"
    except ValueError as error:
        fault = str(error)
    raise ValueError(f"{file}: {fault}")


def claims_in(text: str) -> pd.DataFrame:
    """read_claims of what stands in a file."""
    rows, line = [], 1
    head = re.split(r"[\r\n]", text, maxsplit=1)[0]
    split = ";" if ";" in head and "," not in head else ","  # as some spreadsheets write
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=split)
    for row in reader:
        rows.append((line, [cell.strip() for cell in row]))
        line = reader.line_num + 1
    (_, names), *rows = [(line, row) for line, row in rows if any(row)] or [(1, [])]
    if not rows:
        needs = "it needs a header (id,printed,formula) and a row for each claim"
        raise ValueError(f"has no claims; {needs}")
    header = names[: max(place for place, name in enumerate(names, start=1) if name)]
    claims.check_columns(header)
    last, cells, unread = rows[-1][1], [], {}
    is_open = text.count('"') % 2 and (len(last) < len(header) or "\n" in "".join(last))
    for place, (line, row) in enumerate(rows):
        cells.append(dict(zip(header, row, strict=False)))
        if fault := row_fault(row, header, len(names), bool(is_open and row is last)):
            cells[place] = {"id": row[0][:40]} if header[0] == "id" else {}
            unread[place] = (f"line {line}", fault)
    frame = pd.DataFrame(cells, columns=header, dtype="str")
    frame.attrs["unread"] = unread
    return frame


def row_fault(row: list[str], header: list[str], width: int, is_open: bool) -> str:
    """Why a row cannot be read, or "": above all, a comma without quotation marks parts a cell.

    width: cells of the header line, with the empty ones that spreadsheets add at its end; is_open:
    a quotation mark takes in the rest of the file. With a last column left out, a parted row has as
    many cells as it should: 269,000 stands in printed and formula, the formula in the next column.
    """
    if max(map(len, row)) > _package.LONGEST:
        return f"a cell of more than {_package.LONGEST:,} letters; is a quotation mark not closed?"
    if is_open:
        return "a quotation mark is opened and not closed; close it: what follows was not read"
    if len(row) > width or any(row[len(header) :]):
        return f"{len(row)} cells, not {len(header)}; {COMMA}"
    after = header.index("formula") + 1
    figure, beside = (row + [""] * width)[after - 1 : after + 1]
    moved = re.match(r"[0-9]{3}\b", figure) and re.fullmatch(r"\w+\(.*\)", beside)
    if moved and header[after] != "alternative":
        return f"the formula stands under {header[after]}; {COMMA}"
    return ""


def for_reader(found: pd.DataFrame) -> pd.DataFrame:
    """The verdicts with numbers as text, a gap as ""; a claim with an error has verdict UNREAD."""
    numbers = found[NUMERIC].astype(object).map(rounding.exact, na_action="ignore")
    texts = numbers.map(number_text, na_action="ignore").fillna("")
    seen = found.assign(**{name: texts[name] for name in NUMERIC})
    seen.loc[seen["error"] != "", ["verdict", "severity"]] = [UNREAD, ""]
    return seen


def verdict_counts(seen: pd.DataFrame) -> str:
    """How often each verdict was reached, and how many claims could not be read."""
    counts = seen["verdict"].value_counts()
    words = [*rounding.VERDICTS, UNREAD] if UNREAD in counts else rounding.VERDICTS
    return f"{len(seen)} claims: {', '.join(f'{counts.get(word, 0)} {word}' for word in words)}"


def verdicts_as_text(seen: pd.DataFrame) -> str:
    """A plain table, how each figure was read and computed and why the verdict, and the counts."""
    why = []
    for row in seen.to_dict("records"):
        said = not row["meant"] or row["meant"] in row["reason"]
        words = "" if said else f' "{row["tested"]}" is read as {row["meant"]}.'
        parts = [f"{row['id']}:{words} {row['reason']}"]
        parts += [INDENT + row["formula"], f"{INDENT}uses {row['inputs']}"] if row["inputs"] else []
        why += [fill(part, 118, subsequent_indent=INDENT, break_on_hyphens=False) for part in parts]
    table = seen[IN_TABLE].to_string(index=False, justify="left", max_colwidth=60)
    heading = "How each figure was read, why the verdict, and what was computed from which figures"
    about = [fill(text, 118) for text in ABOUT]
    return "\n\n".join([table, heading, "\n".join(why), verdict_counts(seen), "\n".join(about)])


def verdicts_as_json(found: pd.DataFrame) -> str:
    """A JSON list of objects, one per claim, with the columns of claims.judge; a gap is null.

    So are error, and verdict and severity instead where a claim could not be read.
    """
    rows = found.astype(object).where(found.notna(), None).to_dict("records")
    for row in rows:
        whole = [name for name in NUMERIC if row[name] is not None and row[name] % 1 == 0]
        row |= {name: int(row[name]) for name in whole}
        row |= {"verdict": None, "severity": None} if row["error"] else {"error": None}
    return json.dumps(rows, indent=1, ensure_ascii=False)


def write_claims_page(seen: pd.DataFrame, pages: Path, file: str | None) -> Path:
    """A page with the counts, the verdicts or why there is none, and what the words mean."""
    source = Path(file or "article")
    key = hashlib.sha256(bytes(source.resolve())).hexdigest()[:8]
    path = pages / f"{source.stem[:60]}.html"
    if path.exists() and f'id="{key}"' not in path.read_text(encoding="utf-8"):
        path = path.with_name(f"{path.stem}-{key}.html")  # a file of that name elsewhere has it
    content = verdict_content(seen, source.name if file else "the article", key)
    page.publish(path, f"Verdicts on {path.stem}", content, "verdicts")
    return path


def verdict_content(seen: pd.DataFrame, source: str, key: str, linked: bool = False) -> str:
    """What stands on the page, as HTML; linked: to the notebooks' pages, where evidence stands."""
    values = {"counts": verdict_counts(seen), "source": source, "key": key, "linked": linked}
    template, rows = page.TEMPLATES.get_template("claims.html.j2"), seen.to_dict("records")
    return template.render(values, about=ABOUT, rows=rows)


def show_verdicts(
    file: str | None = None, as_json: bool = False, pages: Path | None = None, own: str = ""
) -> int:
    """Print the verdicts, or write a page to `pages`; own: a folder of tables.

    2 if a claim could not be read, else 1 if one is inconsistent.
    """
    article = tables.load("claims") if file is None else read_claims(file)
    with TemporaryDirectory() as staged:
        folders = [own_tables.stage(Path(own), Path(staged)), tables.DATA] if own else []
        found, errors = claims.judge(article, *folders)
    seen = for_reader(found)
    if pages:
        path = write_claims_page(seen, pages, file)
        print(f"wrote {path}: open it in a browser. {verdict_counts(seen)}")
    else:
        print(verdicts_as_json(found) if as_json else verdicts_as_text(seen))
    for error in errors:
        fault = " ".join(str(error).split())
        print(f"analysis: {file or 'data/claims.csv'}, {fault}", file=sys.stderr)
    return 2 if errors else int(rounding.INCONSISTENT in set(found["verdict"]))
