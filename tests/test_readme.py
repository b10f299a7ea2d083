"""The README: each number it reports is tied to a name of findings.py, its parts stand in order, its pictures exist."""

import json
import re
from pathlib import Path

import pytest

from findings import findings
from tools import prose

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
REPORTING = ["What came out", "How it is tested"]  # the parts whose numbers are results


def part(heading):
    """The text under a heading."""
    return README.split(f"\n## {heading}\n")[1].split("\n## ")[0]


@pytest.fixture(scope="module")
def known():
    return findings()


def faults(text, known):
    """Numbers with no tie, ties to no name, and names that hold something else."""
    found = [f"{number} is tied to nothing" for number in prose.untied_numbers(text)]
    for tie in prose.ties(text):
        gives = known.get(tie.expression.strip(), "nothing: findings.py has no such name")
        found += [] if gives == tie.says else [f"the README says {tie.says}, {tie.expression} is {gives}"]
    return found


def plain(text):
    """A part without the block of verdicts, which `codebook` writes (test_claims.py holds it)."""
    return re.sub(r"(?s)<!-- verdicts: generated -->.*?<!-- /verdicts -->", "", text)


@pytest.mark.parametrize("heading", REPORTING)
def test_every_reported_number_is_a_computed_name(heading, known):
    text = plain(part(heading))
    assert len(prose.ties(text)) >= 6
    assert faults(text, known) == []


def test_no_name_is_left_over(known):
    used = {tie.expression.strip() for heading in REPORTING for tie in prose.ties(plain(part(heading)))}
    assert used == set(known)


def test_a_wrong_an_untied_and_an_unknown_number_would_be_found(known):
    assert faults("It is 105.6<!--= korea_rate --> per 1,000.", known) != []
    assert faults("It is 104.6 of every thousand.", known) != []
    assert faults("It is 104.6<!--= 104.6 --> of every thousand.", known) != []


def test_no_tie_is_longer_than_a_name():
    assert [tie.expression for tie in prose.ties(plain(README)) if len(tie.expression.strip()) > 20] == []


def test_the_parts_stand_in_order():
    wanted = ["What came out", "What it is not", "Run it", "The notebooks", "Check your own", "Teach with it"]
    wanted += ["How it is tested", "Where things are", "Sources, changes, citing"]
    assert re.findall(r"(?m)^## (.*)$", README) == wanted


def test_every_notebook_has_its_line_its_question_and_its_picture():
    rows = [line for line in part("The notebooks").splitlines() if ".ipynb)" in line]
    for row, path in zip(rows, sorted((ROOT / "notebooks").glob("*.ipynb")), strict=True):
        assert f"[{path.stem}](notebooks/{path.name})" in row
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        title = re.search(r"(?m)^# (.*)$", "".join(cells[0]["source"]))[1]
        assert path.stem in ("country_brief", "explore") or f"**{title}**" in row, title
        if "<img" in row:
            (picture,) = re.findall(r'src="(figures/\w+\.png)"', row)
            assert picture in path.read_text(encoding="utf-8"), "the notebook's record names each figure it wrote"


def test_every_picture_is_there_and_described():
    pictures = re.findall(r'<img src="([^"]+)" width="\d+" alt="([^"]+)">', README)
    assert len(pictures) == README.count("<img") >= 9
    for source, alt in pictures:
        assert (ROOT / source).is_file() and len(alt) >= 20, source


def test_every_link_leads_somewhere():
    links = set(re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", README))
    assert {link for link in links if not link.startswith("http") and not (ROOT / link).exists()} == set()
