"""The class's pages: to read, to print, for the projector; each one file that needs no network.

lessons/pages/NAME.md is Markdown with Jinja; its first line says for whom it is and of what kind:
<!-- student: sheet -->. Numbers are tied to formulas, as in a lesson; `![](NAME)` is a figure.
"""

import base64
import json
import re
import tomllib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from analysis._package import read_package
from analysis.claims.formulas import evaluate
from analysis.lesson import BOOK
from analysis.tables import load
from tools import page
from tools.classroom.lessons import render
from tools.stale import Project

HEAD = re.compile(r"<!-- (student|teacher): (reading|sheet|screens) -->\n")
STYLE = page.TEMPLATES.get_template("handout.css.j2")


def formula_value(formula: str) -> float:
    """What a formula gives, in the unit a reader sees: 104.58 for a rate per 1,000."""
    computed = evaluate(" ".join(formula.split()), BOOK)
    return round(float(computed.point * computed.per), 6)


def picture(project: Project, name: str) -> str:
    """A figure inside the page, as drawn for the projector if it was; FileNotFoundError without."""
    drawn = project.build / "class" / "figures" / f"{name}.png"
    path = drawn if drawn.exists() else project.figures / f"{name}.png"
    alt = json.loads((project.figures / f"{name}.json").read_text(encoding="utf-8"))["alt"]
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<img alt="{escape(alt)}" src="data:image/png;base64,{data}"'


def as_screens(made: str) -> str:
    """HTML cut before each second heading into screens, each with links to those around it."""
    parts, shown = re.split(r"(?=<h2)", made), []
    for n, part in enumerate(parts, 1):
        before = f'<a href="#s{n - 1}">Back</a> ' if n > 1 else ""
        after = f' <a href="#s{n + 1}">Next</a>' if n < len(parts) else ""
        where = f'<nav aria-label="Screen {n}">{before}{n} of {len(parts)}{after}</nav>'
        kind = "picture" if "<img" in part else "words"
        shown.append(f'<section id="s{n}" class="{kind}">\n{part}{where}</section>')
    return "\n".join(shown)


def page_parts(project: Project, path: Path, lists: dict[str, Any]) -> tuple[str, str, str]:
    """(reader, kind, content) of a page; ValueError for a first line or a number that is wrong."""
    loader = FileSystemLoader(path.parent)
    source = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True)
    source.filters["tied"] = lambda words: render(words, "lessons/questions.toml")
    text = source.get_template(path.name).render(number=formula_value, **lists)
    if not (found := HEAD.match(text)):
        raise ValueError(f"{path.name} must begin with a line such as <!-- student: sheet -->")
    made = page.markdown_as_html(render(text, f"lessons/pages/{path.name}"))
    made = re.sub(r'<img src="(\w+)" alt=""', lambda image: picture(project, image[1]), made)
    if (name := '<script src="check.js">') in made:  # the one page that needs a script
        made = made.replace(name, "<script>\n" + (path.parent / "check.js").read_text("utf-8"))
    return found[1], found[2], as_screens(made) if found[2] == "screens" else made


def write_pages(project: Project, folder: Path) -> list[Path]:
    """Write student/ and teacher/, which has the pupils' pages too; nothing if one has a fault."""
    lessons = project.root / "lessons"
    lists = tomllib.loads((lessons / "questions.toml").read_text(encoding="utf-8"))
    lists["claims"] = load("claims").fillna("no figure").set_index("id").to_dict("index")
    lists["terms"] = read_package(project.data)["terms"]
    paths = sorted((lessons / "pages").glob("*.md"))
    parts = [(path.stem, *page_parts(project, path, lists)) for path in paths]
    written = []
    for name, reader, kind, content in parts:
        title = Markup(re.split("</?h1[^>]*>", content)[1]).striptags()
        for whose in sorted({reader, "teacher"}):
            written.append(folder / whose / f"{name}.html")
            page.publish(written[-1], title, content, kind, style=STYLE.render(kind=kind))
    return written
