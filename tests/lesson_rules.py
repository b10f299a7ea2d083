"""The form of a lesson, as rules: each is a function from a notebook to its faults. test_notebooks.py applies them."""

import ast
import re
from itertools import pairwise

from tools import prose
from tools.stale import text_of

WORDS = (4, 9)  # words of Markdown for each line of code, over a notebook
LINES = 12  # of a code cell
ALT = 40  # characters, at least


def cells(notebook, kind):
    """(number counted from 1, cell) of one kind."""
    return [(number, cell) for number, cell in enumerate(notebook["cells"], 1) if cell["cell_type"] == kind]


def lines(cell):
    return [line for line in text_of(cell).splitlines() if line.strip()]


def opening(notebook):
    """The first cell: a question, a bold answer, three things to learn, minutes to teach and to do."""
    first = notebook["cells"][0]
    text = text_of(first) if first["cell_type"] == "markdown" else ""
    parts = [part for part in text.split("\n\n") if part.strip()]
    faults = [] if re.match(r"# .+\?$", parts[0] if parts else "") else ["the title is no question"]
    answer = parts[1] if len(parts) > 1 else ""
    faults += [] if re.fullmatch(r"(?s)\*\*.+[.]\*\*(<!--.*?-->)?", answer.strip()) else ["no bold one-sentence answer"]
    faults += [] if len(re.findall(r"(?m)^- ", text)) == 3 else ["not three things to learn"]
    minutes = re.search(r"Teach: \d+ minutes\. Do: \d+ minutes\.", text)
    return faults + ([] if minutes else ["no minutes to teach and to do"])


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


def parsed(cell):
    """The code without lines that only IPython reads."""
    return ast.parse("\n".join(line for line in text_of(cell).splitlines() if not line.startswith(("%", "!"))))


def sentences(notebook):
    """Markdown before every code cell."""
    numbered = enumerate(pairwise(notebook["cells"]), 2)
    return [
        f"cell {n} has no sentence before it" for n, (a, b) in numbered if a["cell_type"] == b["cell_type"] == "code"
    ]


def short_cells(notebook):
    """No more than LINES lines in a code cell, and no empty one."""
    counts = [(number, len(lines(cell))) for number, cell in cells(notebook, "code")]
    return [f"cell {number} has {count} lines" for number, count in counts if not 0 < count <= LINES]


def no_definitions(notebook):
    """No def, lambda or class: the package carries them."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    return [
        f"cell {n} defines"
        for n, c in cells(notebook, "code")
        if any(isinstance(x, kinds) for x in ast.walk(parsed(c)))
    ]


def words(source):
    """How many words a reader reads in a Markdown cell."""
    return len(re.findall(r"\w(?:[\w'\u2019.,%-]*\w)?", prose.visible(source)))


def wordy(notebook):
    """WORDS words of Markdown for each line of code that is not blank."""
    read = sum(words(text_of(cell)) for _, cell in cells(notebook, "markdown"))
    ratio = read / max(1, sum(len(lines(cell)) for _, cell in cells(notebook, "code")))
    return [] if WORDS[0] <= ratio <= WORDS[1] else [f"{ratio:.1f} words for each line of code"]


def counted(notebook):
    """Execution counts 1, 2, 3 ..."""
    counts = [cell["execution_count"] for _, cell in cells(notebook, "code")]
    return [] if counts == list(range(1, len(counts) + 1)) else [f"execution counts are {counts}"]


def shows(node):
    """Does a cell that ends in this statement show something? Calls on axes, such as ax.grid(), return nothing."""
    if not isinstance(node, ast.Expr):
        return False
    root = node.value
    while isinstance(root, ast.Call | ast.Attribute | ast.Subscript):
        root = root.func if isinstance(root, ast.Call) else root.value
    on_axes = isinstance(root, ast.Name) and re.fullmatch(r"ax(es|\d)?|left|right|upper|lower|fig", root.id)
    return not (isinstance(node.value, ast.Call) and on_axes)


def shown(notebook):
    """A cell that ends in an expression has its output stored, and no line ends in a semicolon."""
    faults = []
    for number, cell in cells(notebook, "code"):
        if shows((parsed(cell).body or [None])[-1]) and not cell["outputs"]:
            faults.append(f"cell {number} has no output stored")
        if any(line.rstrip().endswith(";") for line in lines(cell)):
            faults.append(f"cell {number} ends a line in ;")
    return faults


def pictures_described(notebook):
    """Every picture carries alt text in its metadata."""
    faults = []
    for number, cell in cells(notebook, "code"):
        for output in cell["outputs"]:
            pictures = [kind for kind in output.get("data", {}) if kind.startswith("image/")]
            alts = [output.get("metadata", {}).get(kind, {}).get("alt", "") for kind in pictures]
            faults += [
                f"cell {number} shows a picture described in {len(alt)} letters" for alt in alts if len(alt) < ALT
            ]
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


def tied(notebook):
    """Every number of the text is tied to an expression."""
    return prose.loose("notebook", notebook)


RULES = [opening, imports, sentences, short_cells, no_definitions, wordy, counted, shown, pictures_described]
RULES += [clean_outputs, normal_metadata, tied]
