"""An executed notebook as one self-contained, accessible page: text, tables and figures, no code."""

from __future__ import annotations

import html
import os
import re
from pathlib import Path
from typing import Any

HIDDEN, NEW_PAGE = "notebook-only", "new-page"  # cell tags: left out of the page; starts a new sheet when printed
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1f2328; background: #fff; }
body { margin: 0 auto; max-width: 46rem; padding: 1rem; }
h1 { font-size: 1.7rem; line-height: 1.2; } h2 { font-size: 1.2rem; margin-top: 1.6rem; }
table { border-collapse: collapse; font-size: .9rem; } caption { text-align: left; color: #57606a; }
th, td { padding: .2rem .7rem; border-bottom: 1px solid #d0d7de; text-align: right; }
th[scope=row] { text-align: left; }
.scroll { overflow-x: auto; } img { max-width: 100%; height: auto; }
footer { margin-top: 2rem; font-size: .85rem; color: #57606a; border-top: 1px solid #d0d7de; }
@page { margin: 12mm 14mm; }
@media print {
  body { font-size: 9pt; line-height: 1.3; max-width: none; padding: 0; }
  h1 { font-size: 15pt; margin: 0; } h2 { font-size: 11pt; margin: .5em 0 .1em; } p, ol { margin: .25em 0; }
  img { max-height: 4.6cm; } figure { margin: .3em 0; } th, td { padding: .05rem .6rem; }
  section, figure, table { break-inside: avoid; } .new-page { break-before: page; }
}
"""
FOOTER = (
    "Figures: Walk Free, Global Slavery Index (2016, 2018, 2023), cited for comment. "
    "Ranges come from rounding only; survey and model error is not published."
)


def markdown(text: str) -> str:
    """Markdown as HTML, its comments (which tie numbers to code) removed."""
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    made = markdown2html_mistune(re.sub(r"(?s)<!--.*?-->", "", text))
    return re.sub(r'<a class="anchor-link".*?</a>', "", str(made))


def table(made: str, caption: str) -> str:
    """A frame's own HTML with a caption and with header cells that say what they head."""
    made = re.sub(r"(?s)<style.*?</style>", "", made)
    made = re.sub(r"(?s)<tr>\s*<th>[^<]*</th>(\s*<th></th>)+\s*</tr>", "", made)  # the row that only names the index
    head, rows = made.split("</thead>", 1)
    made = head.replace("<th>", '<th scope="col">') + "</thead>" + rows.replace("<th>", '<th scope="row">')
    made = re.sub(r"<table[^>]*>", f"<table><caption>{html.escape(caption)}</caption>", made)
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{html.escape(caption)}">{made}</div>'


def output(item: Any, heading: str) -> str:
    """One output of a cell as HTML; ValueError for a kind that a page cannot show."""
    data = item.get("data", {})
    if "text/markdown" in data:
        return markdown(data["text/markdown"])
    if "image/png" in data:
        alt = html.escape(item["metadata"]["image/png"]["alt"])
        return f'<figure><img alt="{alt}" src="data:image/png;base64,{data["image/png"].strip()}"></figure>'
    if "text/html" in data and "<thead>" in data["text/html"]:
        return table(data["text/html"], heading)
    kind = ", ".join(data) or item["output_type"]
    raise ValueError(f"a page cannot show {kind}; end the cell in Markdown, a table or a figure")


def body(notebook: Any) -> str:
    """All cells that belong on the page, in order."""
    parts, heading = [], ""
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown" and HIDDEN not in tags:
            heading = (re.findall(r"(?m)^#+ (.*)$", cell.source) or [heading])[-1]
            parts.append(markdown(cell.source))
        if cell.cell_type == "code":
            shown = "\n".join(output(item, heading) for item in cell.outputs)
            parts.append(f'<section class="{NEW_PAGE}">{shown}</section>' if NEW_PAGE in tags else shown)
    return "\n".join(part for part in parts if part.strip())


def write(path: Path, notebook: Any) -> None:
    """Write a notebook's page; its title is the first heading."""
    content = body(notebook)
    first = re.search(r"<h1[^>]*>(.*?)</h1>", content)
    publish(path, re.sub(r"<[^>]+>", "", first.group(1)) if first else path.stem, content)


def publish(path: Path, title: str, content: str, footer: str = FOOTER, style: str = "") -> None:
    """Write a page around the content, whole or not at all; title, content and footer are HTML, style is added CSS."""
    made = (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{STYLE}{style}</style>\n</head>\n<body>\n<main>\n{content}\n</main>\n"
        f"<footer><p>{footer}</p></footer>\n</body>\n</html>\n"
    )
    partial = path.with_suffix(".partial")
    partial.write_text(made, encoding="utf-8", newline="\n")
    os.replace(partial, path)
