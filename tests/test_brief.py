"""Country briefs: what is looked up, and the page a reader gets."""

import html
import re
import subprocess

import pytest

from analysis import country
from analysis.tables import load
from page_tags import Tags
from tools import brief, page
from tools.commandline import main
from tools.stale import Project, read_notebook


def test_looking_up_by_code_or_name():
    korea = country.look_up("PRK")
    assert (korea.name, korea.region, korea.latest.population) == ("North Korea", "Asia and the Pacific", 25_779_000)
    assert list(korea.editions.index) == [2016, 2018, 2023]
    assert korea.editions["of"].tolist() == [167, 167, 160]
    assert country.look_up("kenya").iso3 == "KEN"
    # 2016 prints 4.37 percent of the population, which is 43.7 per 1,000
    assert f"{korea.editions['rate'][2016]:.1f}" == "43.7"


NAMES = {
    "USA": "usa, US, U.S., United States, the United States of America, America",
    "GBR": "GBR, UK, U.K., Britain, Great Britain, the united kingdom",
    "ARE": "UAE, The United Arab Emirates",
    "TUR": "Turkey, Türkiye, turkiye, TÜRKİYE",
    "CIV": "Ivory Coast, Côte d'Ivoire, Cote d\u2019Ivoire",
    "COD": "DRC, DR Congo, Democratic Republic of Congo, Congo-Kinshasa",
    "PRK": "North Korea, DPRK",
    "KOR": "South  Korea, south-korea",
    "CZE": "Czech Republic, Czechia",
    "BIH": "Bosnia & Herzegovina, Bosnia",
    "LCA": "St. Lucia, Saint Lucia",
    "NLD": "Holland, the Netherlands",
    "VNM": "Vietnam, Viet Nam",
    "GIN": "Guinea",
    "GNB": "Guinea Bissau",
    "NER": "Niger",
    "REU": "Reunion",
}


@pytest.mark.parametrize("iso3", NAMES)
def test_codes_and_usual_short_names_are_countries(iso3):
    assert {country.code_of(name) for name in NAMES[iso3].split(", ")} == {iso3}


@pytest.mark.parametrize("edition", [2016, 2018, 2023])
def test_every_name_of_every_edition_is_its_country_but_the_one_that_two_could_have(edition):
    index = load("index", edition=edition)
    found = {}
    for iso3, name in zip(index["iso3"], index["country_as_printed"], strict=True):
        assert country.code_of(iso3.lower()) == iso3
        try:
            found[name] = country.code_of(f" the {name.upper()} ") == iso3
        except ValueError:
            found[name] = "unclear"
    assert all(found.values())
    # 2018 prints the Republic of the Congo as Congo, which a reader may take for its neighbour
    assert [name for name, right in found.items() if right == "unclear"] == (["Congo"] if edition == 2018 else [])


@pytest.mark.parametrize(
    ("wanted", "choices"),
    [
        ("Congo", "COD (Democratic Republic of the Congo) or COG (Republic of the Congo)?"),
        ("korea", "KOR (South Korea) or PRK (North Korea)?"),
    ],
)
def test_a_name_of_two_countries_is_answered_with_the_choices(wanted, choices):
    with pytest.raises(ValueError, match=re.escape(f"names no single country; did you mean {choices}")):
        country.code_of(wanted)


def test_no_other_name_belongs_to_two_countries():
    several = {name: codes for name, codes in country.meanings().items() if len(codes) > 1}
    assert several == {"congo": {"COD", "COG"}, "korea": {"KOR", "PRK"}}
    assert "" not in country.meanings()


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        ("KEY", "KEN (Kenya)"),
        ("Icelund", "ISL (Iceland)"),
        ("zzzz", "countries.csv"),
        ("", "countries.csv"),
        ("日本", "countries.csv"),
        ("Aruba", "the 2023 index does not list Aruba"),
    ],
)
def test_an_unknown_country_suggests_names(wanted, hint):
    with pytest.raises(ValueError, match=re.escape(hint)):
        country.look_up(wanted)


def test_a_name_takes_its_article_inside_a_sentence():
    called = [country.look_up(iso3).called for iso3 in ("USA", "GMB", "PHL", "KEN", "SDN")]
    assert called == ["the United States of America", "the Gambia", "the Philippines", "Kenya", "Sudan"]


def test_countries_without_an_estimate_or_a_population():
    iceland, kosovo = country.look_up("ISL"), country.look_up("XKX")
    assert iceland.latest is None and country.neighbours(iceland).empty
    assert kosovo.latest.isna()["population"]
    assert kosovo.latest["check"] == "cannot be checked"


def test_a_span_has_the_decimals_that_tell_its_ends_apart():
    assert country.span(3.25, 3.35) == "3.25 to 3.35"
    assert country.span(8.0068, 8.0076) == "8.007 to 8.008"  # not 8.01 to 8.01
    assert country.span(0.18, 0.18) == "0.18"
    assert country.span(31, 35, (0,)) == "31 to 35" and country.span(122, 122, (0,)) == "122"
    assert country.span(-12_000, 1_000, (0,)) == "-12,000 to 1,000"


def test_neighbours_stand_around_the_country():
    around = country.neighbours(country.look_up("KEN"))
    assert len(around) == 7 and around["iso3"].iloc[3] == "KEN"
    assert country.neighbours(country.look_up("PRK"))["iso3"].tolist() == ["PRK", "ERI", "MRT", "SAU"]


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
