"""The explore notebook: its two views, and the notebook itself driven by keyboard in JupyterLab in a real browser."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from analysis import explore
from tools import prose
from tools.stale import Project

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
LAB_SECONDS = 90


def test_the_caption_of_a_place_follows_the_choices():
    _, korea = explore.place_view("PRK", 2023, explore.REPORT, "rounding only")
    assert "place 1 of 160, 104.6 per 1,000" in korea and "104.56 to 104.60" in korea
    # 1,091,000 over the UN's 2024 revision for 2020, 339.421249 million: 3.2143 per 1,000
    _, states = explore.place_view("USA", 2023, "UN 2024 revision", "rounding only")
    assert "3.2 per 1,000" in states and "339,421,249" in states
    assert "United States of America in 2023: place " in states
    # 2016 prints 0.018 percent in full, which is 0.18 per 1,000, so there is no range
    _, early = explore.place_view("US", 2016, explore.REPORT, "rounding only")
    assert "0.18 per 1,000" in early and early.endswith("Rounding alone allows 0.18 per 1,000.")
    _, unsure = explore.place_view("USA", 2023, explore.REPORT, "30 percent")
    best, worst = map(int, re.search(r"place (\d+) to (\d+)", unsure).groups())
    assert best < 122 < worst


def test_a_missing_denominator_and_a_missing_estimate_are_said():
    _, kenya = explore.place_view("KEN", 2023, "UN 2024 revision", "rounding only")
    assert "no UN 2024 revision in hand for Kenya" in kenya
    _, iceland = explore.place_view("Iceland", 2023, explore.REPORT, "rounding only")
    assert iceland == "The 2023 edition gives no estimate for Iceland"
    _, gambia = explore.place_view("Gambia", 2023, "UN 2024 revision", "rounding only")
    assert "in hand for the Gambia;" in gambia


def test_the_caption_of_the_famine_names_years_and_length():
    _, four = explore.famine_view("WPP2024", "line from 1994 to 2003", 1995, 1998)
    assert "About 333,000 deaths" in four and "4 years 1995 to 1998" in four and "of 939,000 from all causes" in four
    _, backwards = explore.famine_view("WPP2024", "line from 1994 to 2003", 1998, 1995)
    assert "runs backwards" in backwards


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
def chromium():
    """The path of Chromium; skips with the reason where there is none, but never in CI."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        import playwright  # noqa: F401
    except ImportError:
        found = None
    if not found and os.environ.get("CI"):
        pytest.fail("CI needs Chromium and playwright: apt-get install chromium, then make browser")
    if not found:
        pytest.skip("needs Chromium (apt-get install chromium) and playwright (make browser)")
    return found


@pytest.fixture
def lab(tmp_path):
    """JupyterLab on a copy of the explore notebook; gives its address."""
    (tmp_path / "notebooks").mkdir()
    shutil.copy(Project.here().notebooks / "explore.ipynb", tmp_path / "notebooks")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", f"--port={port}", "--ip=127.0.0.1", "--IdentityProvider.token=", "--allow-root"]
    options += ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    command = [sys.executable, "-m", "jupyter", "lab", *options, f"--ServerApp.root_dir={tmp_path}"]
    settings = {"JUPYTER_CONFIG_DIR": str(tmp_path / "config"), "JUPYTER_DATA_DIR": str(tmp_path / "data")}
    with (tmp_path / "lab.log").open("wb") as log:
        server = subprocess.Popen(command, env={**os.environ, **settings}, stdout=log, stderr=log)
    try:
        yield wait_for(f"http://127.0.0.1:{port}", tmp_path / "lab.log")
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(address, log):
    """The address, once the server answers there."""
    for _ in range(LAB_SECONDS * 2):
        try:
            with urllib.request.urlopen(f"{address}/api", timeout=2):
                return address
        except OSError:
            time.sleep(0.5)
    raise TimeoutError(f"JupyterLab did not answer in {LAB_SECONDS} s: {Path(log).read_text()[-800:]}")


def shown(page, place, seconds=LAB_SECONDS):
    """(picture, caption) of one of the two figures, once both are there: a caption is empty until it is typeset."""
    area = page.locator(".jupyter-widgets.widget-output").nth(place)
    area.locator("img").wait_for(timeout=seconds * 1000)
    caption = area.locator("p").filter(has_text=re.compile(r"\S")).last
    return area.locator("img").get_attribute("src"), caption.inner_text()


def run_all(page):
    """Run every cell from the menu; once more if the kernel was not listening yet. Returns the first figure."""
    from playwright.sync_api import TimeoutError as Late

    for seconds in (30, LAB_SECONDS):
        page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for(timeout=LAB_SECONDS * 1000)
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
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        now = shown(page, place)
        if now[0] != before[0] and now[1] != before[1]:
            return now
        page.wait_for_timeout(100)
    raise AssertionError(f"figure and caption did not both change; the caption is still {before[1]!r}")


def test_moving_controls_by_keyboard_changes_figure_and_caption(chromium, lab):
    from playwright.sync_api import sync_playwright

    errors = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1300, "height": 1000})
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{lab}/lab/tree/notebooks/explore.ipynb", timeout=LAB_SECONDS * 1000)
        before = run_all(page)
        assert "North Korea in 2023: place 1 of 160" in before[1]
        choose_next(page, "Edition")
        after = changed(page, 0, before)
        assert "North Korea in 2018" in after[1]
        page.keyboard.press("Tab")  # from Edition to Base to Error, by keyboard alone
        page.keyboard.press("Tab")
        for key in ("Space", "ArrowDown", "Enter"):
            page.keyboard.press(key)
            page.wait_for_timeout(400)
        assert "off by 10 percent" in changed(page, 0, after)[1]
        famine = shown(page, 1)
        choose_next(page, "Baseline")
        assert "line from 1994 to 2003" in changed(page, 1, famine)[1]
        for name in ("Country", "Edition", "Base", "Error", "Revision", "Baseline", "First year", "Last year"):
            assert page.get_by_label(name, exact=True).count() == 1, f"{name} has no accessible name"
        browser.close()
    assert not errors, errors
