"""The explore notebook: its two views, and the notebook itself driven by keyboard in JupyterLab in a real browser."""

import json
import re
import shutil
import time
from unittest.mock import MagicMock

import pytest

from analysis import explore
from lab_server import FLAGS, SECONDS, serving
from tools import prose
from tools.stale import Project


def test_the_caption_of_a_place_follows_the_choices():
    _, korea = explore.place_view("PRK", 2023, explore.REPORT, "rounding only")
    assert "place 1 of 160, 104.6 per 1,000" in korea and "104.56 to 104.60" in korea
    # 1,091,000 over the UN's 2024 revision for 2020, 339.421249 million: 3.2143 per 1,000
    _, states = explore.place_view("USA", 2023, "UN 2024 revision", "rounding only")
    assert "3.2 per 1,000" in states and "339,421,249" in states
    assert "United States of America in 2023: place " in states
    # 2016 prints 0.018 percent in full, which is 0.18 per 1,000, so there is no range
    _, early = explore.place_view("US", 2016, explore.REPORT, "rounding only")
    assert "0.18 per 1,000" in early
    # of 167 countries 16 have that rate, the lowest: they share the places 152 to 167
    assert early.endswith("The rate is printed in full: 0.18 per 1,000 and place 152 to 167.")
    _, unsure = explore.place_view("USA", 2023, explore.REPORT, "30 percent")
    best, worst = map(int, re.search(r"place (\d+) to (\d+)", unsure).groups())
    assert best < 122 < worst


def test_a_missing_denominator_and_a_missing_estimate_are_said():
    _, kenya = explore.place_view("KEN", 2023, "UN 2024 revision", "rounding only")
    assert "no UN 2024 revision in hand for Kenya" in kenya
    _, kosovo = explore.place_view("XKX", 2023, explore.REPORT, "rounding only")
    assert "Denominator: none is printed." in kosovo
    # a population of 2020 is no denominator of an earlier edition: the country would leave a tie it belongs to
    _, states = explore.place_view("USA", 2016, "UN 2019 revision", "rounding only")
    assert "place 152 to 167 of 167" in states and "no UN 2019 revision in hand" in states
    _, iceland = explore.place_view("Iceland", 2023, explore.REPORT, "rounding only")
    assert iceland == "The 2023 edition gives no estimate for Iceland."
    _, gambia = explore.place_view("Gambia", 2023, "UN 2024 revision", "rounding only")
    assert "in hand for the Gambia in" in gambia


def test_the_caption_of_the_famine_names_years_and_length():
    _, four = explore.famine_view("UN 2024 revision", "line from 1994 to 2003", 1995, 1998)
    assert "About 333,000 deaths" in four and "4 years 1995 to 1998" in four and "of 939,000 from all causes" in four
    _, backwards = explore.famine_view("UN 2024 revision", "line from 1994 to 2003", 1998, 1995)
    assert "runs backwards" in backwards
    _, one = explore.famine_view("UN 2022 revision", "1994 held constant", 1997, 1997)
    assert "in the year 1997, of" in one and one.endswith("UN 2022 revision.")


def numbers(text):
    return [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def caption_faults(name, choice, caption):
    """What a caption of a place says that cannot be so; choice: edition, denominator, error."""
    edition, denominator, error = choice
    if caption.startswith("The "):
        return [] if caption == f"The {edition} edition gives no estimate for {name}." else [caption]
    found = re.fullmatch(
        r"(.+) in (\d{4}): place (\d+)(?: to (\d+))? of (\d+), ([\d.]+) per 1,000\. Denominator: (.+)\. "
        r"(.+?) ([\d.]+)(?: to ([\d.]+))? per 1,000 and place (\d+)(?: to (\d+))?\.",
        caption,
    )
    if not found:
        return [caption]
    best, worst, of = int(found[3]), int(found[4] or found[3]), int(found[5])
    rate, low, high = float(found[6]), float(found[9]), float(found[10] or found[9])
    half = 0.05 if edition == 2023 else 0.005  # the rate is shown with so many decimals
    meant = {
        "places": 1 <= best <= worst <= of and (found[4] is None or best < worst),
        "places said twice": (found[11], found[12]) == (found[3], found[4]),
        "rate in its range": low - half - 1e-9 <= rate <= high + half + 1e-9 and low <= high,
        "denominator": denominator in found[7] or (denominator == explore.REPORT and found[7] == "none is printed"),
        "kept or replaced": denominator == explore.REPORT
        or ("for this country only" in found[7]) != ("no UN" in found[7]),
        "an earlier edition keeps its own": edition == 2023 or "people in 2020" not in found[7],
        "error": (error in found[8]) == (error != "rounding only"),
        "in full": ("in full" in found[8]) == (error == "rounding only" and found[10] is None),
        "words": not re.search(r"nan|None|<NA>|inf|WPP|\b1 years|  |\.\.", caption),
    }
    return [f"{fault}: {caption}" for fault, holds in meant.items() if not holds]


@pytest.fixture
def no_drawing(monkeypatch):
    """Captions without the time that pictures take."""
    monkeypatch.setattr(explore.figures, "canvas", lambda **more: (None, MagicMock()))
    monkeypatch.setattr(explore.figures, "preview", lambda fig, title, *rest: title)


@pytest.mark.parametrize(
    ("edition", "every"),  # every tenth country, and the slow tests every one
    [(2023, 10), *[pytest.param(year, 1, marks=pytest.mark.slow) for year in (2016, 2018, 2023)]],
)
def test_the_caption_of_every_country_means_what_it_says(no_drawing, edition, every):
    countries = explore.load("countries").dropna(subset="tile_row")
    assert len(countries) == 180
    faults = []
    for iso3, name, article in countries[["iso3", "name", "article"]].fillna("").to_numpy()[::every]:
        for denominator in [explore.REPORT, *explore.REVISIONS]:
            errors = explore.ERRORS if denominator == explore.REPORT and iso3 < "C" else ["rounding only"]
            for error in errors:
                title, caption = explore.place_view(iso3, edition, denominator, error)
                assert caption.startswith(title)
                faults += caption_faults(f"{article} {name}".strip(), (edition, denominator, error), caption)
    assert faults == []


def test_a_caption_at_fault_would_be_found():
    right = "Kenya in 2023: place 5 to 7 of 160, 8.0 per 1,000. Denominator: the report's own. "
    right += "Rounding alone allows 7.95 to 8.05 per 1,000 and place 5 to 7."
    choice = (2023, explore.REPORT, "rounding only")
    assert caption_faults("Kenya", choice, right) == []
    for wrong in (
        ("7.95", "8.15"),
        ("5 to 7", "7 to 7"),
        ("8.0 per", "nan per"),
        ("own", "own (nan)"),
        ("of 160", "of 6"),
    ):
        assert caption_faults("Kenya", choice, right.replace(*wrong)), wrong


@pytest.mark.slow
def test_the_caption_of_every_famine_choice_means_what_it_says(no_drawing):
    for revision in list(explore.REVISIONS)[:2]:
        for baseline in explore.BASELINES:
            for first in explore.YEARS:
                for last in explore.YEARS:
                    _, caption = explore.famine_view(revision, baseline, first, last)
                    if last < first:
                        assert caption == f"The period runs backwards: {first} to {last}. Choose a later end."
                        continue
                    long = f"in the {last - first + 1} years {first} to {last},"
                    assert (long if last > first else f"in the year {first},") in caption
                    assert caption.endswith(f"Baseline: {baseline}. {revision}.")
                    amounts = numbers(caption.split(" in the ")[0]) or [0.0]
                    assert 0 <= amounts[0] < numbers(caption.split(", of ")[1])[0]
                    assert not re.search(r"nan|About 0|-\d|WPP|\b1 years", caption)


def test_names_are_found_with_accents_blanks_and_articles():
    for name in (" Côte d'Ivoire", "cote divoire", "the Gambia", "GAMBIA ", "Türkiye", "turkiye", "usa"):
        assert " in 2023: place " in explore.place_view(name, 2023, explore.REPORT, "rounding only")[1]
    for name in ("", "  ", "Atlantis", "Korea"):
        with pytest.raises(ValueError, match="names no single country"):
            explore.place_view(name, 2023, explore.REPORT, "rounding only")


def test_every_choice_gives_a_picture_of_the_same_size():
    sizes = set()
    for edition in explore.EDITIONS:
        for error in explore.ERRORS:
            image, _ = explore.place_view("KEN", edition, explore.REPORT, error)
            sizes.add(image.data[16:24])  # width and height stand there in a PNG
            assert len(image.alt) >= 40
    assert len(sizes) == 1


def test_explore_is_committed_without_outputs():
    notebook = json.loads((Project.here().notebooks / "explore.ipynb").read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(code) >= 4
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert prose.untied_messages("explore", notebook) == []  # it has no kernel to tie a number to, so its text has none


@pytest.fixture
def lab(tmp_path):
    """JupyterLab on a copy of the explore notebook; gives its address."""
    (tmp_path / "own").mkdir()
    shutil.copy(Project.here().path("explore"), tmp_path / "own")
    with serving(tmp_path / "own", tmp_path / "home", runs=True) as address:
        yield address


def shown(page, place, seconds=SECONDS):
    """(picture, caption) of one of the two figures, once both are there."""
    area = page.locator(".jupyter-widgets.widget-html").filter(has=page.locator("img")).nth(place)
    area.locator("img").wait_for(timeout=seconds * 1000)
    return area.locator("img").get_attribute("src"), area.locator("p").last.inner_text()


def run_all(page):
    """Run every cell from the menu; once more if the kernel was not listening yet. Returns the first figure."""
    from playwright.sync_api import TimeoutError as Late

    for seconds in (30, SECONDS):
        page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for(timeout=SECONDS * 1000)
        page.wait_for_timeout(1500)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        try:
            return shown(page, 0, seconds)
        except Late:
            continue
    raise AssertionError("no figure appeared after Run All Cells")


def choose_next(page, name):
    """By keyboard: open the list that has this accessible name, go one down, confirm."""
    page.get_by_label(name, exact=True).focus()
    for key in ("Space", "ArrowDown", "Enter"):
        page.keyboard.press(key)
        page.wait_for_timeout(400)


def changed(page, place, before):
    """The figure after it changed."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        now = shown(page, place)
        if now[0] != before[0] and now[1] != before[1]:
            return now
        page.wait_for_timeout(100)
    raise AssertionError(f"figure and caption did not both change; the caption is still {before[1]!r}")


def type_in_every_list(page):
    """Go through the lists by Tab and press what are commands in a notebook: no cell comes, goes or runs."""
    names = [["Country", "Edition", "Denominator", "Error"], ["Revision", "Baseline", "First year", "Last year"]]
    cells, blocks = page.locator(".jp-Notebook .jp-Cell"), page.locator(".widget-html img")
    count, prompts = cells.count(), page.locator(".jp-InputPrompt").all_text_contents()
    for group in names:
        page.get_by_label(group[0], exact=True).focus()
        for name in group:
            assert page.get_by_label(name, exact=True).count() == 1, f"{name} has no accessible name"
            for key in ("x", "d", "d", "a", "b", "m", "y", "Enter", "Shift+Enter", "Control+Enter", "Delete"):
                page.keyboard.press(key)
            focused = page.get_by_label(name, exact=True).evaluate("element => element === document.activeElement")
            assert focused and cells.count() == count and blocks.count() == 2, (
                f"keys typed in {name} reached JupyterLab"
            )
            page.keyboard.press("Tab")
    page.wait_for_timeout(1000)
    assert cells.count() == count and page.locator(".jp-InputPrompt").all_text_contents() == prompts
    heights = page.evaluate("[...document.querySelectorAll('.widget-html')].map(e => e.offsetHeight - e.scrollHeight)")
    assert all(height >= 0 for height in heights), "a picture with its caption is higher than its block"


def test_moving_controls_by_keyboard_changes_figure_and_caption(chromium, lab):
    from playwright.sync_api import sync_playwright

    errors = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1300, "height": 1000})
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{lab}/lab/tree/explore.ipynb", timeout=SECONDS * 1000)
        before = run_all(page)
        assert "North Korea in 2023: place 1 of 160" in before[1]
        choose_next(page, "Edition")
        after = changed(page, 0, before)
        assert "North Korea in 2018" in after[1]
        page.keyboard.press("Tab")  # from Edition to Denominator to Error, by keyboard alone
        page.keyboard.press("Tab")
        for key in ("Space", "ArrowDown", "Enter"):
            page.keyboard.press(key)
            page.wait_for_timeout(400)
        assert "off by 10 percent" in changed(page, 0, after)[1]
        famine = shown(page, 1)
        choose_next(page, "Baseline")
        assert "line from 1994 to 2003" in changed(page, 1, famine)[1]
        type_in_every_list(page)
        browser.close()
    assert not errors, errors
