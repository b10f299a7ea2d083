"""An executed notebook, or any Markdown, as an accessible page: no script, nothing from outside."""

import re
from collections.abc import Mapping
from pathlib import Path
from threading import get_ident
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup, escape

HIDDEN, NEW_PAGE = "notebook-only", "new-page"  # cell tags: not on the page; on a new printed sheet
ENDINGS = (".png", ".svg", ".csv")  # of a figure's files that a page offers
CODE = '<details><summary>Code</summary><pre tabindex="0"><code>{}</code></pre></details>'
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html.j2"]),  # a reader's words are shown as text, never as tags
    trim_blocks=True,
)


def markdown_as_html(text: str, heading: str = "") -> str:
    """Markdown as HTML, its comments (which tie numbers to code) removed.

    The heading above a table is its caption; heading: the one above the text.
    """
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    made = str(markdown2html_mistune(re.sub(r"(?s)<!--.*?-->", "", text)))
    made = re.sub(r'<a class="anchor-link".*?</a>', "", made)

    def captioned(table: re.Match[str]) -> str:
        return captioned_table(table[0], [heading, *headings(made[: table.start()])][-1])

    return re.sub(r"(?s)<table>.*?</table>", captioned, made)


def headings(made: str) -> list[str]:
    """The words of each heading in HTML, in order."""
    return [Markup(words).striptags() for words in re.findall(r"(?s)<h\d[^>]*>(.*?)</h\d>", made)]


def captioned_table(made: str, caption: str) -> str:
    """A table's own HTML with a caption, and with header cells that say what they head."""
    head, rows = re.sub(r"\n\s*(?=<)", "", made).split("</thead>", 1)
    rows = re.sub(r"<th(?=[ >])", '<th scope="row"', rows)
    made = re.sub(r"<th(?=[ >])", '<th scope="col"', head) + "</thead>" + rows
    made = re.sub(r"(<table[^>]*>)", rf"\1<caption>{escape(caption)}</caption>", made)
    region = f'class="scroll" tabindex="0" role="group" aria-label="{escape(caption)}"'
    return f"<div {region}>{made}</div>"


def figure(item: Any, files: Mapping[str, str]) -> str:
    """An output's picture with its alt text, or "" if it has none.

    Linked, with its downloads, where files (base64 of the PNG -> address) has it; else embedded.
    """
    made = item.get("data", {}).get("text/html", "")
    source = re.search(r'data:image/png;base64,([^"]*)', made)
    if not source or not made.startswith("<img "):
        return ""
    if address := files.get(source[1]):
        links = [f'<a href="{address}{end}">{Path(address).name}{end}</a>' for end in ENDINGS]
        made = made.replace(source[0], address + ENDINGS[0])
        made += f"<figcaption>Download: {', '.join(links)}</figcaption>"
    return f"<figure>{made}</figure>"


def output(item: Any, heading: str, plain: bool = False, files: Mapping[str, str] = {}) -> str:
    """One output of a cell as HTML; ValueError for a kind that a page cannot show.

    plain: show plain text too.
    """
    data = item.get("data", {})
    if "text/markdown" in data:  # what a table says stands in it: no tag, link or picture
        made = markdown_as_html(data["text/markdown"].replace("<", "&lt;"))
        return re.sub(r"</?(?:a|img)\b[^>]*>", "", made)
    if made := figure(item, files):
        return made
    if "<thead>" in data.get("text/html", ""):
        return captioned_table(data["text/html"], heading)
    if plain and (text := data.get("text/plain") or item.get("text")):
        return f'<pre tabindex="0">{escape(text)}</pre>'
    kind = ", ".join(data) or item["output_type"]
    raise ValueError(f"a page cannot show {kind}; end the cell in Markdown, a table or a figure")


def body(notebook: Any, code: bool = False, files: Mapping[str, str] = {}) -> str:
    """All cells that belong on the page, in order; files: as in figure.

    code: every cell, and after what it shows, behind a button, its code.
    """
    parts, heading = [], ""
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if HIDDEN in tags and not code:
            continue
        if cell.cell_type == "markdown":
            parts.append(markdown_as_html(cell.source, heading))
            heading = [heading, *headings(parts[-1])][-1]
        if cell.cell_type == "code":
            made = "\n".join(output(item, heading, code, files) for item in cell.outputs)
            new = NEW_PAGE in tags
            parts.append(f'<section class="{NEW_PAGE}">{made}</section>' if new else made)
            parts.append(CODE.format(escape(cell.source)) if code else "")
    return "\n".join(part for part in parts if part.strip())


def publish(path: Path, title: str, content: str, kind: str = "", **around: Any) -> None:
    """Write a page, whole or not at all; content is HTML, kind a CSS class.

    around: in a site its pages (address -> title), in order, and here, this one's address.
    """
    template = TEMPLATES.get_template("page.html.j2")
    write_whole(path, template.render(title=title, content=content, kind=kind, **around) + "\n")


def write_whole(path: Path, text: str) -> None:
    """Write a text file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{get_ident()}.partial")  # of this thread
    partial.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    partial.replace(path)
