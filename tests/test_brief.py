"""Country briefs: what is looked up, and the page a reader gets."""

import re
from html.parser import HTMLParser

import pytest

from analysis import country
from tools import brief, page
from tools.commandline import main
from tools.stale import Project, read_notebook


def test_looking_up_by_code_or_name():
    korea = country.look_up("PRK")
    assert (korea.name, korea.region, korea.population) == ("North Korea", "Asia and the Pacific", 25_779_000)
    assert list(korea.editions.index) == [2016, 2018, 2023]
    assert korea.editions["of"].tolist() == [167, 167, 160]
    assert country.look_up("kenya").iso3 == "KEN"
    # 2016 prints 4.37 percent of the population, which is 43.7 per 1,000
    assert f"{korea.editions['rate'][2016]:.1f}" == "43.7"


@pytest.mark.parametrize(
    ("wanted", "hint"), [("KEY", "KEN (Kenya)"), ("Icelund", "ISL (Iceland)"), ("zzzz", "countries.csv")]
)
def test_an_unknown_country_suggests_names(wanted, hint):
    with pytest.raises(ValueError, match=re.escape(hint)):
        country.look_up(wanted)


def test_countries_without_an_estimate_or_a_population():
    iceland, kosovo = country.look_up("ISL"), country.look_up("XKX")
    assert iceland.latest is None and country.neighbours(iceland).empty
    assert kosovo.population is None and kosovo.latest["check"] == "cannot be checked"
    assert country.split_change(kosovo, 2018, 2023) is None


def test_neighbours_stand_around_the_country():
    around = country.neighbours(country.look_up("KEN"))
    assert len(around) == 7 and around["iso3"].iloc[3] == "KEN"
    assert country.neighbours(country.look_up("PRK"))["iso3"].tolist() == ["PRK", "ERI", "MRT", "SAU"]


def test_a_change_is_split_into_parts_that_add_up():
    # North Korea, 2018 to 2023: 2,640,000 of 25,244,000, then 2,696,000 of 25,779,000.
    # population's part: 535,000 times the mean rate (0.1045793 + 0.1045813) / 2 = 0.1045803, so 55,950
    parts = country.split_change(country.look_up("PRK"), 2018, 2023)["change in people"]
    assert round(parts["by the population"]) == 55_950
    assert parts["by the rate"] + parts["by the population"] == pytest.approx(56_000)


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


class Outline(HTMLParser):
    """The tags of a page with their attributes, in order."""

    def __init__(self, text):
        super().__init__()
        self.seen = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def test_the_committed_brief_makes_an_accessible_page_with_nothing_from_outside(tmp_path):
    import nbformat

    page.write_notebook_page(tmp_path / "PRK.html", nbformat.read(Project.here().path(brief.NOTEBOOK), as_version=4))
    text = (tmp_path / "PRK.html").read_text(encoding="utf-8")
    seen = Outline(text).seen
    tags = [tag for tag, _ in seen]
    assert tags.count("h1") == 1 and "<title>North Korea in the Global Slavery Index 2023</title>" in text
    assert ("html", {"lang": "en"}) in seen
    assert all(len(attrs["alt"]) >= 40 for tag, attrs in seen if tag == "img")
    assert all("scope" in attrs for tag, attrs in seen if tag == "th" and attrs != {})
    assert tags.count("table") == tags.count("caption") >= 2
    assert "script" not in tags and "link" not in tags and not re.search(r'(?:src|href)="https?:', text)
    assert "<!--" not in text and "notebook-only" not in text and "Everything the tables hold" not in text
    before, after = text.split('class="new-page"')
    assert "Four questions" in before and "Answers: North Korea" in after and "Answers" not in before


def test_an_output_that_a_page_cannot_show_is_refused():
    with pytest.raises(ValueError, match="cannot show text/plain"):
        page.output({"output_type": "execute_result", "data": {"text/plain": "1"}}, "heading")


def test_the_command_writes_a_page_for_each_country_and_refuses_an_unknown_one(capsys):
    folder = Project.here().build / "briefs"
    assert main(["brief", "KEN", "Iceland"]) == 0
    assert "269,000" in (folder / "KEN.html").read_text(encoding="utf-8")
    assert "no estimate" in (folder / "ISL.html").read_text(encoding="utf-8")
    assert main(["brief", "KEY"]) == 2
    assert "did you mean KEN (Kenya)" in capsys.readouterr().err
    assert not list(Project.here().build.glob("briefs-*"))


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
    notebook.cells[-2].outputs = [nbformat.v4.new_output("stream", text="1")]
    assert brief.write_page(tmp_path / "PRK.html", notebook) == [
        "PRK: a page cannot show stream; end the cell in Markdown, a table or a figure"
    ]
    assert not list(tmp_path.iterdir())
