"""The site in build/site: every notebook, brief and document as pages that need no network."""

import re
import shutil
from base64 import b64encode
from pathlib import Path

from analysis import claims, tables
from analysis.country import look_up
from tools import brief, page, report
from tools.rebuild import report_stale
from tools.stale import Project

DOCUMENTS = {"index.html": "README.md", "codebook.html": "data/README.md"}
DOCUMENTS |= {"changelog.html": "CHANGELOG.md"}


def notebook_pages(project: Project) -> dict[str, str]:
    """Address -> content of each notebook but the class's, code folded, figures linked."""
    from nbformat import read

    pictures = project.figures.glob("*.png")
    files = {b64encode(path.read_bytes()).decode(): f"figures/{path.stem}" for path in pictures}
    names = [*project.names(), "explore"]
    found = {name: read(project.path(name), as_version=4) for name in names}
    return {f"{name}.html": page.body(one, True, files) for name, one in found.items()}


def document_pages(project: Project) -> dict[str, str]:
    """Address -> content of the verdicts, with links to their evidence, and of each document."""
    verdicts = report.for_reader(claims.judge(tables.load("claims"))[0])
    made = {"claims.html": report.verdict_content(verdicts, "the article", "verdicts", True)}
    for address, file in DOCUMENTS.items():
        made[address] = page.markdown_as_html((project.root / file).read_text(encoding="utf-8"))
    return made


def write_site(project: Project, countries: list[str]) -> int:
    """Write build/site, whole or not at all; 1 if that failed or a notebook is out of date."""
    pages = {"index.html": ""} | notebook_pages(project) | document_pages(project)
    titles = {address: page.headings(content)[0] for address, content in pages.items()}
    codes = brief.country_codes(countries)
    titles |= {f"briefs/{iso3}.html": look_up(iso3).name for iso3 in codes}
    first = page.TEMPLATES.get_template("index.html.j2")
    pages["index.html"] = first.render(readme=pages["index.html"], pages=titles)
    with project.staging("site") as staging:
        folder, site = Path(staging) / "site", project.build / "site"
        for here, content in pages.items():
            content = re.sub(r'href="(?:notebooks/)?(\w+)\.ipynb', r'href="\1.html', content)
            kind = "verdicts" if here == "claims.html" else "notebook"
            page.publish(folder / here, titles[here], content, kind, pages=titles, here=here)
        if brief.write_briefs(project, codes, folder / "briefs", pages=titles):
            return 1
        copied = shutil.ignore_patterns("*.json")
        shutil.copytree(project.figures, folder / "figures", ignore=copied)
        shutil.rmtree(site, ignore_errors=True)
        folder.rename(site)
    print(f"wrote {len(titles)} pages to build/site: open index.html in a browser")
    return report_stale(project, [])
