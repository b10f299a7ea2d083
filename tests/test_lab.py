"""What a reader meets in JupyterLab: every figure with its alt text, every table whole, every link at its target.

The first tests read the stored outputs. The last ones open each notebook in a real browser, in a JupyterLab that never
saw it, so untrusted, and run nothing.
"""

import json
import re

import pytest

from lab_server import FLAGS, SECONDS, serving
from lesson_rules import cells, pictures, tables_headed
from page_tags import Tags
from tools.stale import Project, read_notebook, text_of

NOTEBOOKS, FIGURES = Project.here().notebooks, Project.here().root / "figures"
SEQUENCE = [*sorted(path.stem for path in NOTEBOOKS.glob("0*.ipynb")), "country_brief", "explore"]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def notebook_of(name):
    return read_notebook(NOTEBOOKS / f"{name}.ipynb")


def texts_of(notebook):
    """The Markdown that a reader sees: cells, and outputs of code cells."""
    yield from (text_of(cell) for _, cell in cells(notebook, "markdown"))
    for _, cell in cells(notebook, "code"):
        yield from ("".join(output.get("data", {}).get("text/markdown", "")) for output in cell["outputs"])


def links_of(notebook):
    """The targets of the links to other notebooks, each once, in order."""
    found = [target for text in texts_of(notebook) for target in LINK.findall(text)]
    return list(dict.fromkeys(target for target in found if not target.startswith("http")))


def alts_of(notebook):
    """The alt texts of all figures, in order, as the cells that save them name the files."""
    found = []
    for _, cell in cells(notebook, "code"):
        for name in re.findall(r'figures\.save\(\s*fig, f?"([^"]+)"', text_of(cell)):
            name = name.replace("{found.iso3.lower()}", "prk")
            found.append(json.loads((FIGURES / f"{name}.json").read_text(encoding="utf-8"))["alt"])
    return found


@pytest.mark.parametrize("name", SEQUENCE)
def test_every_stored_figure_has_the_alt_text_of_its_record(name):
    notebook = notebook_of(name)
    assert [alt for _, cell in cells(notebook, "code") for alt in pictures(cell)] == alts_of(notebook)


@pytest.mark.parametrize("name", SEQUENCE)
def test_a_picture_is_stored_once_and_is_described_in_plain_text_too(name):
    for _, cell in cells(notebook_of(name), "code"):
        for output, (alt,) in [
            (output, pictures({"outputs": [output]})) for output in cell["outputs"] if pictures({"outputs": [output]})
        ]:
            assert sorted(output["data"]) == ["text/html", "text/plain"] and not output["metadata"]
            assert "".join(output["data"]["text/plain"]) == alt


@pytest.mark.parametrize("name", SEQUENCE)
def test_no_stored_table_has_an_empty_head_or_a_long_number_without_separators(name):
    notebook = notebook_of(name)
    assert tables_headed(notebook) == []
    for number, cell in cells(notebook, "code"):
        for output in cell["outputs"]:
            made = "".join(output.get("data", {}).get("text/html", ""))
            assert not re.search(r"<td[^>]*>-?\d{5,}[.<]", made), f"cell {number}"


@pytest.mark.parametrize("name", SEQUENCE)
def test_the_first_and_the_last_cell_lead_on_and_back(name):
    place, notebook = SEQUENCE.index(name), notebook_of(name)
    around = [SEQUENCE[0], *SEQUENCE[max(0, place - 1) : place], *SEQUENCE[place + 1 : place + 2]]
    for cell in (notebook["cells"][0], notebook["cells"][-1]):
        (line,) = [line for line in text_of(cell).splitlines() if line.startswith("[Start]")]
        assert LINK.findall(line) == [f"{other}.ipynb" for other in around]


@pytest.mark.parametrize("name", SEQUENCE)
def test_every_link_names_a_notebook_and_no_heading_in_it(name):
    """JupyterLab opens a closed notebook at its top, whatever heading the link names: the text has to name it."""
    for target in links_of(notebook_of(name)):
        assert (NOTEBOOKS / target).is_file()


def test_the_list_of_notebooks_comes_before_the_list_of_statements():
    cells_of = notebook_of("00_start_here")["cells"]
    listed = [n for n, cell in enumerate(cells_of) if all(f"({name}.ipynb)" in text_of(cell) for name in SEQUENCE[1:])]
    long = [
        n
        for n, cell in enumerate(cells_of)
        for o in cell.get("outputs", [])
        if "".join(o.get("data", {}).get("text/html", "")).count("<tr") > 30
    ]
    assert listed and long and listed[0] < long[0]


def test_evidence_is_linked_and_its_heading_stands_in_that_notebook():
    text = next(text for text in texts_of(notebook_of("07_scoreboard")) if "Evidence:" in text)
    places = re.findall(r"Evidence: \[(\w+)\]\(\1\.ipynb\), under \*(.+?)\*\.", text)
    assert len(places) == text.count("Evidence:") > 10
    for name, heading in places:
        assert re.search(rf"(?m)^#+ {re.escape(heading)}$", "\n".join(texts_of(notebook_of(name)))), (name, heading)


@pytest.fixture(scope="module")
def page(chromium, tmp_path_factory):
    """A page of 1,024 by 768 pixels at JupyterLab."""
    from playwright.sync_api import sync_playwright

    with serving(NOTEBOOKS, tmp_path_factory.mktemp("lab")) as lab, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser.new_page(viewport={"width": 1024, "height": 768}, base_url=lab)
        browser.close()


SHOWN = ".jp-NotebookPanel:not(.lm-mod-hidden)"
CURRENT = "#jp-main-dock-panel .lm-TabBar-tab.lm-mod-current"
MEASURE = """() => {
  const tables = [...document.querySelectorAll('.jp-OutputArea-output table')];
  return {
    alts: [...document.querySelectorAll('.jp-OutputArea-output img')].map(i => i.alt),
    heads: tables.flatMap(t => [...t.querySelectorAll('th')]).filter(h => !h.textContent.trim()).length,
    cut: tables.filter(t => t.scrollWidth > t.closest('.jp-OutputArea-output').clientWidth).map(t => t.innerText),
    tables: tables.length,
  };
}"""


def open_alone(page, name):
    """Open a notebook, and no other, and wait until all its cells are there."""
    page.goto(f"/lab/tree/{name}.ipynb?reset", timeout=SECONDS * 1000)
    whole = f"document.querySelectorAll('{SHOWN} .jp-Cell').length == {len(notebook_of(name)['cells'])}"
    page.wait_for_function(whole, timeout=SECONDS * 1000)
    page.wait_for_timeout(500)  # outputs are laid out


@pytest.mark.slow
@pytest.mark.parametrize("name", SEQUENCE)
def test_a_notebook_in_jupyterlab(page, name):
    open_alone(page, name)
    notebook, found = notebook_of(name), page.evaluate(MEASURE)
    stored = [
        tag
        for _, cell in cells(notebook, "code")
        for output in cell["outputs"]
        for tag, _ in Tags("".join(output.get("data", {}).get("text/html", ""))).found
    ]
    assert found["alts"] == alts_of(notebook) and all(len(alt) >= 40 for alt in found["alts"])
    assert found["tables"] == stored.count("table") and found["heads"] == 0 and found["cut"] == []
    for target in links_of(notebook):
        page.locator(f'{SHOWN} .jp-Cell a[href*="{target}"]').first.click()
        page.locator(CURRENT, has_text=target).wait_for(timeout=SECONDS * 1000)
        title = next(
            line for line in text_of(notebook_of(target.split(".")[0])["cells"][0]).splitlines() if "# " in line
        )
        heading = page.locator(f"{SHOWN} h1", has_text=title.removeprefix("# "))
        heading.wait_for(timeout=SECONDS * 1000)
        assert 0 <= heading.bounding_box()["y"] < 768, target
        if target != f"{name}.ipynb":  # so that the next target is closed too
            page.locator(f"{CURRENT} .lm-TabBar-tabCloseIcon").click()
            page.locator(CURRENT, has_text=f"{name}.ipynb").wait_for(timeout=SECONDS * 1000)
