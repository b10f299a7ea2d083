"""An executed notebook as one self-contained, accessible page: text, tables, figures, no code."""

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup, escape

HIDDEN, NEW_PAGE = "notebook-only", "new-page"  # cell tags: not on the page; on a new printed sheet
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html.j2"]),  # a reader's words are shown as text, never as tags
    trim_blocks=True,
)


def markdown_as_html(text: str) -> str:
    """Markdown as HTML, its comments (which tie numbers to code) removed."""
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    made = markdown2html_mistune(re.sub(r"(?s)<!--.*?-->", "", text))
    return re.sub(r'<a class="anchor-link".*?</a>', "", str(made))


def captioned_table(made: str, caption: str) -> str:
    """A frame's own HTML with a caption and with header cells that say what they head."""
    names = r"<tr>\s*<th>[^<]*</th>(\s*<th></th>)+\s*</tr>"  # a row that only names the index
    head, rows = re.sub(rf"(?s)<style.*?</style>|{names}", "", made).split("</thead>", 1)
    rows = rows.replace("<th>", '<th scope="row">')
    made = head.replace("<th>", '<th scope="col">') + "</thead>" + rows
    made = re.sub(r"<table[^>]*>", f"<table><caption>{escape(caption)}</caption>", made)
    region = f'class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"'
    return f"<div {region}>{made}</div>"


def output(item: Any, heading: str) -> str:
    """One output of a cell as HTML; ValueError for a kind that a page cannot show."""
    data = item.get("data", {})
    if "text/markdown" in data:  # what a table says stands in it: no tag, link or picture
        made = markdown_as_html(data["text/markdown"].replace("<", "&lt;"))
        return re.sub(r"</?(?:a|img)\b[^>]*>", "", made)
    if "image/png" in data:
        alt, png = item["metadata"]["image/png"]["alt"], data["image/png"].strip()
        return f'<figure><img alt="{escape(alt)}" src="data:image/png;base64,{png}"></figure>'
    if "<thead>" in data.get("text/html", ""):
        return captioned_table(data["text/html"], heading)
    kind = ", ".join(data) or item["output_type"]
    raise ValueError(f"a page cannot show {kind}; end the cell in Markdown, a table or a figure")


def body(notebook: Any) -> str:
    """All cells that belong on the page, in order."""
    parts, heading = [], ""
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if HIDDEN in tags:
            continue
        if cell.cell_type == "markdown":
            heading = (re.findall(r"(?m)^#+ (.*)$", cell.source) or [heading])[-1]
            parts.append(markdown_as_html(cell.source))
        if cell.cell_type == "code":
            made = "\n".join(output(item, heading) for item in cell.outputs)
            new = NEW_PAGE in tags
            parts.append(f'<section class="{NEW_PAGE}">{made}</section>' if new else made)
    return "\n".join(part for part in parts if part.strip())


def write_notebook_page(path: Path, notebook: Any) -> None:
    """Write a notebook's page; its title is the first heading."""
    content = body(notebook)
    first = re.search(r"<h1[^>]*>(.*?)</h1>", content)
    publish(path, Markup(first[1]).striptags() if first else path.stem, content)


def publish(path: Path, title: str, content: str, kind: str = "") -> None:
    """Write a page, whole or not at all; content is HTML, kind a CSS class."""
    path.parent.mkdir(parents=True, exist_ok=True)
    template = TEMPLATES.get_template("page.html.j2")
    made = template.render(title=title, content=content, kind=kind)
    partial = path.with_suffix(".partial")
    partial.write_text(made + "\n", encoding="utf-8", errors="backslashreplace", newline="\n")
    partial.replace(path)
