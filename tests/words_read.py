"""Texts as a reader reads them, the words that can turn a meaning round, and tables read without analysis/."""

import ast
import json
import re
import tomllib
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from tools.prose import FENCED_CODE, SHOWN_TIE, SIGNED, UNSEEN, without

ROOT = Path(__file__).resolve().parent.parent
TIED = rf"(?s)(?:(?:{SIGNED})[*_`]{{0,3}}|(\*\*?|`)[^*`\n]+\1)<!--=.*?-->"  # a number, or words in marks
NUMBERS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    "|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?"
    "|half|halves?|halved|thirds?|quarters?|fifths?|tenths?|hundredths?|dozens?"
    "|twice|thrice|doubles?|doubled|triples?|tripled|both|neither|single"
)
DIRECTIONS = (
    "rises?|rose|risen|rising|falls?|fell|fallen|falling|grew|grows?|grown|growing|shrank|shrinks?|steeply"
    "|increase[sd]?|decrease[sd]?|above|below|under|more|less|fewer|most|least|high(?:er|est)?|low(?:er|est)?|upper"
    "|larger|largest|smaller|smallest|greater|greatest|wider|narrower|longer|shorter|earlier|later|before|after"
    "|inside|outside|within|beyond|exceeds?"
)
COMPARISONS = (
    "second|fourth|last|best|worst|same|different|differently|equal|differs?|agrees?|alone|exactly|opposite"
    "|majority|minority|possible|impossible|rare|rarer|rarely|often|seldom|common|uncommon|few|shared|close"
    "|newer|older|newest|oldest|longest|shortest|large|small|wide|widest|narrow|high|low|long|short"
    "|inconsistent|reproduces?"
)
QUANTITIES = r"all|none|every|only|never|always|no|not|cannot|\w+n['\u2019]t|nor|without|almost|nearly|hardly"
YEARS = r"(?:18|19|20)\d\d(?:[-\u2013/](?:(?:18|19|20)\d\d|\d\d))?s?"
KINDS = f"{NUMBERS}|{DIRECTIONS}|{COMPARISONS}|{QUANTITIES}|{YEARS}"
WATCHED = re.compile(rf"(?i)(?<![\w.,#])(?:{KINDS})(?![\w%]|[.,]\d)")
NAMED = (  # a word or a year that belongs to a name
    r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2} (?:Jan|Febr)uary \d{4}\b",
    r"\bWPP ?\d{4}\b",
    r"\b(?:Walk Free|Global Slavery Index|ILO|Pimentel and others|Silverman|OWID|Our World in Data),? \d{4}\b",
)
CODE_KEYS = {"id", "step", "per", "up", "down", "printed", "formula", "pattern", "cells", "core", "notebook"}
CODE_KEYS |= {"first", "solution", "kind", "exercise", "pick"}


def plain(text):
    """The text in one line, without marks, code, links' targets and comments; a tied number or tied words are #."""
    text = re.sub(TIED, "#", without(text, FENCED_CODE, SHOWN_TIE))
    text = without(re.sub(r'<img [^>]*alt="([^"]*)"[^>]*>', r" \1 ", text), *UNSEEN)
    return re.sub(r" (?=[.,;:?)])", "", " ".join(re.sub(r"[*\[\]]+", " ", text).split()))


def strings(value, key=""):
    """The texts of a TOML file, in order: every string that is neither code nor a key."""
    if isinstance(value, dict):
        return [text for name, part in value.items() for text in strings(part, name)]
    if isinstance(value, list):
        return [text for part in value for text in strings(part, key)]
    return [value] if isinstance(value, str) and key not in CODE_KEYS else []


def read(path):
    """The text of a notebook's Markdown cells, a lesson's file, a page, or the description of each table."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells)
    if path.suffix == ".json":
        tables = json.loads(text)["resources"]
        text = "\n\n".join(f"{entry['title']}. {entry['description']}" for entry in tables)
    if path.suffix == ".toml":
        text = "\n\n".join(strings(tomllib.loads(text)))
    return plain(re.sub(r"(?m)^\s*#+\s+", "\n", text))  # a heading's mark is no tie


def texts():
    """Name -> file of each text that a reader or a class is given."""
    found = [ROOT / "README.md", ROOT / "data" / "datapackage.json", *sorted((ROOT / "notebooks").glob("*.ipynb"))]
    found += sorted((ROOT / "lessons").glob("*.toml")) + sorted((ROOT / "lessons" / "pages").glob("*.md"))
    names = {path: "page_" + path.stem if path.parent.name == "pages" else path.stem for path in found}
    return {name.lower(): path for path, name in names.items()}


def places(fragment, text):
    """The stretches of the text where the fragment stands, from whole word to whole word."""
    found = re.finditer(rf"(?<!\w){re.escape(fragment)}(?!\w)", text)
    return [match.span() for match in found]


def uncovered(text, fragments):
    """Each watched word outside every fragment and every name, with its surroundings."""
    covered = [match.span() for name in NAMED for match in re.finditer(name, text)]
    covered += [span for fragment in fragments for span in places(fragment, text)]
    words = [m for m in WATCHED.finditer(text) if not any(a <= m.start() and m.end() <= b for a, b in covered)]
    return [(m[0], text[max(0, m.start() - 50) : m.end() + 40]) for m in words]


@cache
def rows(path):
    """A CSV file, every cell as text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def numbers(column):
    """The column as numbers if all its filled cells are."""
    filled = column[column != ""]
    return pd.to_numeric(column) if len(filled) and pd.to_numeric(filled, errors="coerce").notna().all() else column


@cache
def table(name, folder="data", **filters):
    """The rows of a table whose cells read as given; columns of numbers are numbers."""
    found = rows(ROOT / folder / f"{name}.csv")
    for column, value in filters.items():
        found = found[found[column] == str(value)]
    assert len(found), f"no row of {name} has {filters}"
    return found.apply(numbers)


def figure(name, **filters):
    """The table beside a figure."""
    return table(name, "figures", **filters)


KNOWN = {"table": table, "figure": figure, "pd": pd, "np": np}
READS = ("table", "figure")  # an expression that uses neither cannot fail


def uses(expression):
    """The names in an expression."""
    return {node.id for node in ast.walk(ast.parse(expression, mode="eval")) if isinstance(node, ast.Name)}


def truths(listed):
    """(fragment, what is wrong with its expression, "" if nothing) for each sentence with one."""
    values, reads = dict(KNOWN), set(READS)
    for name, expression in listed.get("names", {}).items():
        values[name] = eval(expression, values)
        reads |= {name} if uses(expression) & reads else set()
    for sentence in listed.get("sentence", []):
        if "true" in sentence:
            yield sentence["says"], fault(sentence["true"], values, reads)


def fault(expression, values, reads):
    """What is wrong with an expression that shall be true; "" if nothing."""
    try:
        if not uses(expression) & reads:
            return "reads no table: nothing could make it false"
        value = eval(expression, values)
    except Exception as error:
        return f"fails: {type(error).__name__}: {error}"
    return "" if isinstance(value, bool | np.bool_) and value else f"is {value!r}, not True"
