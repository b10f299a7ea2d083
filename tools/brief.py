"""Country briefs: notebooks/country_brief.ipynb run for each country and written as a page each."""

import copy
import sys
from pathlib import Path
from typing import Any

from tools import page
from tools.run import Kernel, Outcome, open_notebook, share_out
from tools.stale import Project

NOTEBOOK = "country_brief"


def country_codes(wanted: list[str]) -> list[str]:
    """The iso3 codes, each once; "all": those with an estimate. ValueError names the unknown."""
    from analysis.country import look_up, ranked

    if "all" in [text.lower() for text in wanted]:
        return sorted(ranked(2023)["iso3"])
    codes, unknown = [], []
    for text in wanted:
        try:
            codes.append(look_up(text).iso3)
        except ValueError as error:
            unknown.append(str(error))
    if unknown:
        raise ValueError("\n".join(unknown))
    return list(dict.fromkeys(codes))


def with_parameter(notebook: Any, iso3: str) -> Any:
    """A copy of the notebook whose parameters cell asks for a country; ValueError without one."""
    made = copy.deepcopy(notebook)
    cells = [cell for cell in made.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        what = f"needs one cell tagged parameters, not {len(cells)}"
        raise ValueError(f"notebooks/{NOTEBOOK}.ipynb {what}")
    cells[0].source = f'wanted = "{iso3}"'
    return made


def write_page(path: Path, notebook: Any, **around: Any) -> list[str]:
    """Write the page; what is wrong with the notebook, if it cannot be shown."""
    try:
        content = page.body(notebook)
    except ValueError as error:
        return [f"{path.stem}: {error}"]
    page.publish(path, [*page.headings(content), path.stem][0], content, **around)
    return []


def write_briefs(project: Project, wanted: list[str], to: Path | None = None, **around: Any) -> int:
    """Write CODE.html for each country wanted; 0 if all were written, else 1.

    to: a folder, by default build/briefs; around: as page.publish takes it.
    """
    codes, folder = country_codes(wanted), to or project.build / "briefs"
    source = open_notebook(project.path(NOTEBOOK))
    with_parameter(source, codes[0])  # fails before anything is written
    problems: list[str] = []

    def write_brief(kernel: Kernel, iso3: str) -> None:
        out = Outcome(iso3, Path(staging) / iso3, with_parameter(source, iso3))
        kernel.execute(out, last="%reset -f", keep=True)
        file, here = folder / f"{iso3}.html", f"briefs/{iso3}.html"
        problems.extend(out.problems or write_page(file, out.notebook, here=here, **around))

    with project.staging("briefs") as staging:
        share_out(project, codes, write_brief)
    for problem in problems:
        print(problem, file=sys.stderr)
    written, first = len(codes) - len(problems), f"open {codes[0]}.html in a browser, or print it"
    print(f"wrote {written} of {len(codes)} briefs to {folder.parent.name}/briefs: {first}")
    return 1 if problems else 0
