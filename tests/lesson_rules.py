"""The form of a lesson, as rules: each is a function from a notebook to its faults. test_notebooks.py applies them."""

import ast
import itertools
import math
import re

from measure import code_lines, draws, exercise_minutes, is_import, measures, parsed, words
from page_tags import Tags
from tools import prose
from tools.stale import text_of

WORDS = (4, 12)  # words of Markdown for each line of code, over a notebook
LINES, COLUMNS = 12, 88  # of a code cell
CORE_CELLS, CORE_MINUTES = 20, 30
IN_A_ROW = 3  # code cells without a sentence between them
ALT = 40  # characters, at least
LINKS = r"\[Start\]\(00_start_here\.ipynb\)"


def cells(notebook, kind):
    """(number counted from 1, cell) of one kind."""
    return [(number, cell) for number, cell in enumerate(notebook["cells"], 1) if cell["cell_type"] == kind]


def opening(notebook):
    """The first cell: links, a question, one number in one bold sentence, three things to learn, the minutes."""
    first = notebook["cells"][0]
    parts = [part for part in (text_of(first) if first["cell_type"] == "markdown" else "").split("\n\n") if part]
    parts += [""] * 3
    faults = [] if re.match(LINKS, parts[0]) else ["no line of links first"]
    faults += [] if re.match(r"# .+\?$", parts[1]) else ["the title is no question"]
    bold = re.fullmatch(r"(?s)\*\*(.+[.])\*\*(<!--.*?-->)?", parts[2].strip())
    faults += [] if bold else ["no bold one-sentence answer"]
    faults += [] if len(prose.ties(parts[2])) == 1 else ["not one number in the answer"]
    faults += [] if len(re.findall(r"(?m)^- ", text_of(first))) == 3 else ["not three things to learn"]
    last = notebook["cells"][-1]
    linked = last["cell_type"] == "markdown" and re.search(LINKS, text_of(last))
    return faults + ([] if linked else ["no line of links last"])


def honest_minutes(notebook):
    """The minutes of the first cell are those measured, rounded up to five."""
    row, text = measures(notebook), text_of(notebook["cells"][0])
    measured = {"Core": row["core min"], "Further": row["all min"] - row["core min"], "Exercises": row["exercise min"]}
    stated = dict(re.findall(r"(Core|Further|Exercises): (\d+) minutes\.", text))
    expected = {name: str(5 * math.ceil(minutes / 5)) for name, minutes in measured.items() if minutes > 0}
    return [] if stated == expected else [f"states {stated} minutes, measured {measured}"]


def core_first(notebook):
    """Each cell is core or further; the core comes first and is short; "# Further" begins the rest."""
    tags = [[t for t in cell["metadata"].get("tags", []) if t in ("core", "further")] for cell in notebook["cells"]]
    if any(len(tag) != 1 for tag in tags):
        return [f"cell {number} is not tagged core or further" for number, tag in enumerate(tags, 1) if len(tag) != 1]
    kinds = [tag[0] for tag in tags]
    faults = [] if kinds == sorted(kinds) else ["a core cell stands after a further one"]
    if "further" in kinds and not text_of(notebook["cells"][kinds.index("further")]).startswith("# Further"):
        faults.append("the first further cell does not begin with # Further")
    row = measures(notebook)
    faults += [f"{row['core cells']} core cells"] if row["core cells"] > CORE_CELLS else []
    return faults + ([f"{row['core min']} core minutes"] if row["core min"] > CORE_MINUTES else [])


def imports(notebook):
    """Imports in the first code cell, which holds nothing else, and nowhere else."""
    faults = []
    for place, (number, cell) in enumerate(cells(notebook, "code")):
        statements = [node for node in ast.walk(parsed(cell)) if isinstance(node, ast.stmt)]
        kinds = [isinstance(node, ast.Import | ast.ImportFrom) for node in statements]
        if place == 0 and not all(kinds):
            faults.append(f"cell {number} holds more than imports")
        if place > 0 and any(kinds):
            faults.append(f"cell {number} imports")
    return faults


def sentences(notebook):
    """No more than IN_A_ROW code cells without a sentence between them."""
    faults, run = [], 0
    for number, cell in enumerate(notebook["cells"], 1):
        run = run + 1 if cell["cell_type"] == "code" else 0
        faults += [f"cell {number} is code cell {run} in a row"] if run > IN_A_ROW else []
    return faults


def short_cells(notebook):
    """No more than LINES lines in a code cell, none longer than COLUMNS, and no empty cell."""
    faults = []
    for number, cell in cells(notebook, "code"):
        count, longest = len(code_lines(cell)), max(map(len, code_lines(cell)), default=0)
        faults += [] if 0 < count <= LINES else [f"cell {number} has {count} lines"]
        faults += [] if longest <= COLUMNS else [f"cell {number} has a line of {longest} letters"]
    return faults


def plain_code(notebook):
    """No def, lambda or class, no comprehension over two names, no star that unpacks into a call or a list."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    faults = []
    for number, cell in cells(notebook, "code"):
        for node in ast.walk(parsed(cell)):
            if isinstance(node, kinds):
                faults.append(f"cell {number} defines")
            if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
                targets = [part for loop in node.generators for part in ast.walk(loop.target)]
                items = [loop.iter for loop in node.generators if "items" in ast.unparse(loop.iter)]
                if sum(isinstance(part, ast.Name) for part in targets) > 1 and not items:
                    faults.append(f"cell {number} has a comprehension over two names")
            if isinstance(node, ast.Starred):
                faults.append(f"cell {number} unpacks with a star")
    return faults


def wordy(notebook):
    """WORDS words of Markdown for each line of code that is not blank."""
    read = sum(words(text_of(cell)) for _, cell in cells(notebook, "markdown"))
    ratio = read / max(1, sum(len(code_lines(cell)) for _, cell in cells(notebook, "code")))
    return [] if WORDS[0] <= ratio <= WORDS[1] else [f"{ratio:.1f} words for each line of code"]


def counted(notebook):
    """Execution counts 1, 2, 3 ..."""
    counts = [cell["execution_count"] for _, cell in cells(notebook, "code")]
    return [] if counts == list(range(1, len(counts) + 1)) else [f"execution counts are {counts}"]


def seen(notebook):
    """Every cell but the imports shows something, and no line ends in a semicolon."""
    faults = []
    for number, cell in cells(notebook, "code"):
        if not is_import(cell) and not cell["outputs"]:
            faults.append(f"cell {number} shows nothing")
        if any(line.rstrip().endswith(";") for line in code_lines(cell)):
            faults.append(f"cell {number} ends a line in ;")
    return faults


def html_of(output):
    """The HTML of one output, or ""."""
    return "".join(output.get("data", {}).get("text/html", ""))


def pictures(cell):
    """The alt text of each picture that a cell shows; "" for one that is not HTML, for JupyterLab drops its own."""
    found = []
    for output in cell["outputs"]:
        found += [attributes.get("alt") or "" for tag, attributes in Tags(html_of(output)).found if tag == "img"]
        found += ["" for kind in output.get("data", {}) if kind.startswith("image/")]
    return found


def tables_headed(notebook):
    """No table has an empty header cell."""
    empty = re.compile(r"<th\b[^>]*>\s*</th>")
    tables = [(number, html_of(output)) for number, cell in cells(notebook, "code") for output in cell["outputs"]]
    return [f"cell {number} has a table with an empty header" for number, made in tables if empty.search(made)]


def figures_whole(notebook):
    """A figure is one cell, which ends in it; it is described in words; how to read it follows."""
    faults = []
    for number, cell in cells(notebook, "code"):
        shown = pictures(cell)
        faults += [f"cell {number} draws and shows no figure"] if draws(cell) and not shown else []
        faults += [f"cell {number} shows a picture described in {len(a)} letters" for a in shown if len(a) < ALT]
        after = notebook["cells"][number : number + 1]
        if shown and not (after and text_of(after[0]).startswith("**How to read it.**")):
            faults.append(f"cell {number} shows a figure, and how to read it does not follow")
    return faults


def exercises_start(notebook):
    """An exercise in the text is followed by a cell to start from, or is one to be written or talked about."""
    talk = re.compile(r"(?i)\*\*Exercise[^*]*\*\*\s+(write|name|say|discuss|suppose|choose a sentence|read|ask)")
    faults = []
    for number, cell in cells(notebook, "markdown"):
        if exercise_minutes(text_of(cell)) and re.search(r"\*\*Exercise", text_of(cell)):
            after = notebook["cells"][number : number + 1]
            if not (after and after[0]["cell_type"] == "code") and not talk.search(text_of(cell)):
                faults.append(f"cell {number} sets an exercise without a cell to start from")
    return faults


def clean_outputs(notebook):
    """No error, nothing on stderr, no address of an object in memory."""
    faults = []
    for number, cell in cells(notebook, "code"):
        for output in cell["outputs"]:
            if output["output_type"] == "error" or output.get("name") == "stderr":
                faults.append(f"cell {number} shows an error or a warning")
            if re.search(r" at 0x[0-9a-f]{6,}", f"{output.get('text')} {output.get('data', {}).get('text/plain')}"):
                faults.append(f"cell {number} shows an address in memory")
    return faults


def normal_metadata(notebook):
    """Nothing in the metadata that changes with the machine or the day, and an id for every cell."""
    kept = {key: notebook["metadata"].get(key) for key in ("kernelspec", "language_info")}
    spec = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    faults = [] if kept == {"kernelspec": spec, "language_info": {"name": "python"}} else ["kernel or language differ"]
    faults += ["widget states are stored"] if "widgets" in notebook["metadata"] else []
    faults += [f"cell {n} stores when it ran" for n, c in cells(notebook, "code") if "execution" in c["metadata"]]
    ids = [cell.get("id") for cell in notebook["cells"]]
    return faults + ([] if all(ids) and len(set(ids)) == len(ids) else ["cell ids are missing or double"])


def in_order(notebook):
    """The numbers in the cells' ids ascend: an id says where a cell belongs (after cell-10 comes cell-10a)."""
    ids = [cell["id"] for cell in notebook["cells"] if str(cell.get("id")).startswith("cell-")]
    return [f"{later} stands after {before}" for before, later in itertools.pairwise(ids) if later < before]


def tied(notebook):
    """Every number of the text is tied to an expression."""
    return prose.untied_messages("notebook", notebook)


RULES = [opening, honest_minutes, core_first, imports, sentences, short_cells, plain_code, wordy, counted, seen]
RULES += [figures_whole, tables_headed, exercises_start, clean_outputs, normal_metadata, tied, in_order]
