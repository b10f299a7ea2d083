"""What nbval does not compare: pictures, their alt texts, and outputs that are not there at all.

A committed notebook shows each figure that its record names, once, as figures/NAME.png holds it and with the alt text
of NAME.json; and what a fresh run shows, cell by cell, is of the committed kinds.
"""

import base64
import json
import re

import pytest

from page_tags import Tags
from tools import stale
from tools.stale import Project, read_notebook

PROJECT = Project.here()
EMBEDDED = "data:image/png;base64,"


def shown(notebook):
    """(number of the cell, the picture's bytes, its alt text) of every picture, in the order shown."""
    for number, cell in enumerate(notebook["cells"], 1):
        for output in cell.get("outputs", []):
            for tag, attributes in Tags("".join(output.get("data", {}).get("text/html", ""))).found:
                source = attributes.get("src") or ""
                if tag == "img" and source.startswith(EMBEDDED):
                    yield number, base64.b64decode(source.removeprefix(EMBEDDED)), attributes.get("alt")


def faults(notebook, figures):
    """What is wrong with the pictures of a notebook; figures: the folder that holds its figures."""
    found, pictures = [], list(shown(notebook))
    names = sorted({name.split(".")[0] for name in stale.figures_of(notebook)})
    known = {(figures / f"{name}.png").read_bytes(): name for name in names}
    alts = {name: json.loads((figures / f"{name}.json").read_text("utf-8"))["alt"] for name in names}
    for number, picture, alt in pictures:
        name = known.get(picture)
        if name is None:
            found.append(f"cell {number} shows a picture that is no figure of this notebook; rebuild it")
        elif alt != alts[name]:
            found.append(f"cell {number}: the alt text of {name} is not that of figures/{name}.json; rebuild it")
    missing = set(known) - {picture for _, picture, _ in pictures}
    found += [f"{known[picture]} is saved and not shown; end its cell in figures.save" for picture in missing]
    return found + stripped(notebook)


def stripped(notebook):
    """Cells whose outputs were taken out: a value or a picture that their last line gives is not there."""
    found = []
    for number, cell in enumerate(notebook["cells"], 1):
        source = stale.text_of(cell).strip() if cell["cell_type"] == "code" else ""
        last = source.splitlines()[-1] if source else ""
        silent = not last or re.match(r"\s*(import|from|#)\b|[\w., \[\]'\"]+ = ", last)
        if not silent and not cell["outputs"]:
            found.append(f"cell {number} has lost its output; run: python -m analysis rebuild")
    return found


@pytest.mark.parametrize("name", PROJECT.names())
def test_a_notebook_shows_its_figures_as_they_are_saved(name):
    notebook = read_notebook(PROJECT.path(name))
    assert faults(notebook, PROJECT.figures) == []
    assert list(shown(notebook)), "every notebook has a figure"


@pytest.mark.parametrize("name", PROJECT.names())
@pytest.mark.parametrize("spoil", ["outputs", "picture", "alt", "one output"])
def test_a_spoiled_notebook_is_found(name, spoil):
    notebook = read_notebook(PROJECT.path(name))
    for cell in notebook["cells"]:
        if spoil == "outputs" and "outputs" in cell:
            cell["outputs"] = []
    text = json.dumps(notebook)
    if spoil == "picture":
        text = text.replace(EMBEDDED + "iVBORw0KGgo", EMBEDDED + "iVBORw0KGgq", 1)
    if spoil == "alt":
        text = re.sub(r'(<img[^>]*alt=\\")', r"\1Not: ", text, count=1)
    notebook = json.loads(text)
    if spoil == "one output":
        next(cell for cell in notebook["cells"] if list(shown({"cells": [cell]})))["outputs"] = []
    assert faults(notebook, PROJECT.figures) != []
