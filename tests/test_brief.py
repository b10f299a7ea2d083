"""Country briefs: what is looked up, and the page a reader gets."""

import html
import re
import subprocess

import pytest

from analysis.tables import load
from page_tags import Tags
from tools import brief, page
from tools.commandline import main
from tools.stale import Project, read_notebook


def test_chosen_names_every_unknown_country_before_anything_is_written():
    assert brief.country_codes(["KEN", "Kenya", "prk"]) == ["KEN", "PRK"]
    assert len(brief.country_codes(["all"])) == 160 == len(brief.country_codes(["KEN", "ALL"]))
    with pytest.raises(ValueError, match="(?s)KEY.*Atlantys"):
        brief.country_codes(["KEY", "PRK", "Atlantys"])


def test_the_parameters_cell_is_the_only_one_changed():
    import nbformat

    committed = nbformat.read(Project.here().path(brief.NOTEBOOK), as_version=4)
    made = brief.with_parameter(committed, "KEN")
    changed = [i for i, cell in enumerate(made.cells) if cell.source != committed.cells[i].source]
    assert len(changed) == 1 and made.cells[changed[0]].source == 'wanted = "KEN"'
    for cell in made.cells:
        cell.metadata.pop("tags", None)
    with pytest.raises(ValueError, match="one cell tagged parameters, not 0"):
        brief.with_parameter(made, "KEN")


def test_the_committed_brief_makes_an_accessible_page_with_nothing_from_outside(tmp_path):
    import nbformat

    notebook = nbformat.read(Project.here().path(brief.NOTEBOOK), as_version=4)
    assert brief.write_page(tmp_path / "PRK.html", notebook) == []
    text = (tmp_path / "PRK.html").read_text(encoding="utf-8")
    seen = Tags(text).found
    tags = [tag for tag, _ in seen]
    assert tags.count("h1") == 1 and "<title>North Korea in the Global Slavery Index 2023</title>" in text
    assert ("html", {"lang": "en"}) in seen
    assert all(len(attrs["alt"]) >= 40 for tag, attrs in seen if tag == "img")
    assert all("scope" in attrs for tag, attrs in seen if tag == "th")
    assert tags.count("table") == tags.count("caption") == 2
    assert "script" not in tags and "link" not in tags and not re.search(r'(?:src|href)="https?:', text)
    assert "<!--" not in text and "notebook-only" not in text and "Everything the tables hold" not in text
    before, after = text.split('class="new-page"')
    assert "Four questions" in before and "Answers: North Korea" in after and "Answers" not in before
    assert "What this page is not" in before and "<h2" not in after.split("</h2>", 1)[1]
    # The third question, from the sheet's own cells: 25,779,000 * 104.56 / 1,000 = 2,695,452, and 2,640,000 of
    # 2018 less is 55,452. At the least 25,778,500 * 104.555 / 1,000 - 2,640,500 = 54,771, at the most
    # 25,779,500 * 104.565 / 1,000 - 2,639,500 = 56,133; outward to the hundred 54,700 to 56,200.
    for cell in ("25,779,000", "104.56", "2,640,000", "2,696,000"):
        assert f">{cell}<" in before
    assert "At 104.56 per 1,000: 2,695,452. That is +55,452" in after and "allows 54,700 to 56,200" in after
    assert "changed by +56,000; rounding alone allows 55,000 to 57,000. The rest" in after


def test_an_output_that_a_page_cannot_show_is_refused():
    with pytest.raises(ValueError, match="cannot show text/plain"):
        page.output({"output_type": "execute_result", "data": {"text/plain": "1"}}, "heading")


ODD = {
    "a gap": r"\b(?:nan|NaN|NaT)\b|<NA>|\bNone\b(?!: | does| of the three)|\[\]",
    "a range of one number": r"(?<![\d.,-])(-?\d[\d.,]*) to \1(?![\d.,]*\d)",
    "one of many": r"(?<![\d.,])1 (?:places|countries|people)\b",
    "an article": r"\b[Tt]he the\b|\b(?:in|of|for|lists) (?:United|Bahamas|Gambia|Netherlands|Philippines|Central Af)",
    "minus nought": r"-0\b(?!\.)",
}


def odd(text):
    """What of ODD the page says, and whether it has an empty table."""
    words = re.sub(r"<[^>]*>", " ", re.sub(r"(?s)<style.*?</style>|<title.*?</title>", "", text))
    words = re.sub(r"\s+", " ", html.unescape(words))
    found = [name for name, pattern in ODD.items() if re.search(pattern, words)]
    return found + (["an empty table"] if re.search(r"<tbody>\s*</tbody>|<td>\s*</td>", text) else [])


def test_an_odd_page_is_noticed():
    text = "<tbody></tbody> nan: 0.18 to 0.18 for United States, 1 places, -0"
    assert odd(text) == [*ODD, "an empty table"]
    assert odd("<p>8.0 to 8.05; 31 to 315; None: place 1 of 160; -0.5; 11 places in the United States</p>") == []


@pytest.mark.slow
def test_all_180_briefs_read_well_and_print_on_two_sheets_of_letter_and_a4(chromium, tmp_path):
    listed = load("index", edition=2023)["iso3"].tolist()
    folder = Project.here().build / "briefs"
    assert main(["brief", *listed]) == 0
    pages = {iso3: (folder / f"{iso3}.html").read_text(encoding="utf-8") for iso3 in listed}
    assert {iso3: odd(text) for iso3, text in pages.items() if odd(text)} == {}
    # All in one document, each from a new sheet: 180 times at least two sheets, so 360 is two for each.
    head, opened, _ = re.split("(<body[^>]*>)", pages["PRK"], maxsplit=1)
    bodies = [text.split(opened)[1].split("</body>")[0] for text in pages.values()]
    body = "".join(f'<div style="break-before: page">{text}</div>' for text in bodies)
    for size in ("letter", "A4"):
        sheet, out = tmp_path / f"{size}.html", tmp_path / f"{size}.pdf"
        style = head.replace("@page {", f"@page {{ size: {size};")
        sheet.write_text(f"{style}{opened}{body}</body></html>", encoding="utf-8")
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={out}"]
        subprocess.run([chromium, *options, str(sheet)], check=True, capture_output=True, timeout=600)
        assert len(re.findall(rb"/Type\s*/Page[^s]", out.read_bytes())) == 2 * len(listed) == 360


def test_the_command_writes_a_page_for_each_country_and_refuses_an_unknown_one(capsys):
    folder = Project.here().build / "briefs"
    assert main(["brief", "Fiji", "Kosovo", "US"]) == 0
    fiji, kosovo, states = ((folder / f"{iso3}.html").read_text(encoding="utf-8") for iso3 in ("FJI", "XKX", "USA"))
    # none of the three editions has a row for Fiji, so no table stands there, and no empty one
    assert "with a population of 896,000 and <strong>no estimate" in fiji  # the third question needs it
    assert "The table prints a population of 896,000" in fiji
    assert "no estimate" in fiji and "<table" not in fiji and "None of the three gives an estimate for Fiji" in fiji
    assert "2.95" in kosovo and "not printed" in kosovo and "No population is printed: no quotient" in kosovo
    assert "Which figures would part a change" in kosovo and "At least one is not printed" in kosovo
    # Europe's 6,421,000 people over its printed populations are 6.90; without Kosovo's 14,000, 6.88
    assert "6.90 per 1,000. The count of Kosovo, 14,000, is in the sum, its population, not printed" in kosovo
    assert "Without it: 6.88." in kosovo
    assert "Slavery in the United States of America changed" in states and "are in the United States" in states
    assert "stands for 3.25 to 3.35; count and population narrow it to 3.29 to 3.30" in states
    assert ">0.18<" in states and "0.18 to 0.18" not in states  # 2016 prints 0.018 percent in full
    assert [odd(text) for text in (fiji, kosovo, states)] == [[], [], []]
    assert main(["brief", "KEY"]) == 2
    assert "did you mean KEN (Kenya)" in capsys.readouterr().err
    assert not list(Project.here().build.glob(".briefs-*"))


def test_the_committed_brief_is_run_for_north_korea():
    cells = read_notebook(Project.here().path(brief.NOTEBOOK))["cells"]
    (tagged,) = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    assert "".join(tagged["source"]) == 'wanted = "PRK"'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "cannot be read"),
        (None, "cannot be read"),
        ('{"cells": [], "nbformat": 4, "nbformat_minor": 5}', "cannot be read"),  # without metadata
        ('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "one cell tagged parameters, not 0"),
    ],
)
def test_a_broken_notebook_is_one_line_and_no_page(tiny, content, message):
    if content is not None:
        tiny.project.path(brief.NOTEBOOK).write_text(content)
    with pytest.raises(ValueError, match=message):
        brief.write_briefs(tiny.project, ["KEN"])
    assert not tiny.project.build.exists()


def test_a_cell_that_a_page_cannot_show_is_reported_and_writes_nothing(tmp_path):
    import nbformat

    notebook = nbformat.read(Project.here().path(brief.NOTEBOOK), as_version=4)
    last = [cell for cell in notebook.cells if cell.cell_type == "code"][-1]
    last.outputs = [nbformat.v4.new_output("stream", text="1")]
    assert brief.write_page(tmp_path / "PRK.html", notebook) == [
        "PRK: a page cannot show stream; end the cell in Markdown, a table or a figure"
    ]
    assert not list(tmp_path.iterdir())
