"""The class as a pupil has it: the ZIP unpacked, Lab started as the pages say, each mistake made in a browser."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tomllib
from contextlib import contextmanager
from zipfile import ZipFile

import pytest

from analysis import lesson as lessons
from lab_server import FLAGS, SECONDS, answering
from tools.stale import Project

pytestmark = pytest.mark.slow
NAMES = ["lesson_1", "lesson_2", "lesson_3", "lesson_4"]
OFFLINE = [*FLAGS, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
LOCAL = re.compile(r"(?:https?|wss?)://127\.0\.0\.1[:/]|data:|blob:|about:")


@pytest.fixture(scope="module")
def folder(class_built, tmp_path_factory):
    """The students' ZIP, unpacked where a pupil might: in a folder with a blank and an umlaut."""
    home = tmp_path_factory.mktemp("pupil") / "Meine Übung"
    with ZipFile(class_built / "class-students.zip") as packed:
        packed.extractall(home)
    return home / "class-students"


def pupils_environment(folder):
    """The environment of a pupil: this Python, and the package of the unpacked folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "ANALYSIS", "PYTEST"))}
    return {**kept, "PYTHONPATH": str(folder), "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}


def command(folder, *arguments):
    """`python -m analysis ...` in the unpacked folder, run to its end."""
    line = [sys.executable, "-m", "analysis", *arguments]
    return subprocess.run(line, cwd=folder, env=pupils_environment(folder), capture_output=True, text=True)


@contextmanager
def lab_of(folder, log):
    """The address of the JupyterLab that `python -m analysis lab` opens there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--", "--no-browser", f"--port={port}", "--ip=127.0.0.1", "--IdentityProvider.token="]
    line = [sys.executable, "-m", "analysis", "lab", *options, "--LabApp.expose_app_in_browser=True"]
    with log.open("wb") as out:
        server = subprocess.Popen(line, cwd=folder, env=pupils_environment(folder), stdout=out, stderr=out)
    try:
        yield answering(f"http://127.0.0.1:{port}", log)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=SECONDS)


class Lab:
    """A page with JupyterLab: opens a lesson, sets and runs its cells, reads what they show."""

    def __init__(self, page):
        self.page, self.asked = page, []
        page.route(lambda url: True, self.pass_on)

    def pass_on(self, route):
        """No request leaves this machine; all are remembered."""
        self.asked.append(route.request.url)
        route.continue_() if LOCAL.match(route.request.url) else route.abort()

    def open(self, name):
        self.page.goto(f"/lab/tree/class/{name}.ipynb?reset", timeout=SECONDS * 1000)
        ready = "() => { const p = window.jupyterapp?.shell.currentWidget; return p?.context?.isReady"
        ready += f" && p.context.path == 'class/{name}.ipynb'"
        ready += " && p.sessionContext?.session?.kernel?.connectionStatus == 'connected'; }"
        self.page.wait_for_function(ready, timeout=SECONDS * 1000)

    def command(self, name):
        return self.page.evaluate("async name => { await window.jupyterapp.commands.execute(name); }", name)

    def restart(self):
        """A fresh kernel, and no output."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
        self.command("notebook:clear-all-cell-outputs")

    def run(self, cell, source=None):
        """Run one cell, with another source if one is given; what the page then shows below it."""
        return self.page.evaluate(RUN, [cell, source]).strip()

    def ids(self):
        return self.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.content.widgets.map(w => w.model.sharedModel.getId())"
        )

    def shown(self):
        """Cell -> (kinds of its outputs, the text that the page shows below it), as one scrolls through."""
        return self.page.evaluate(SHOWN)


RUN = """async ([id, source]) => {
  const app = window.jupyterapp, book = app.shell.currentWidget.content;
  const place = book.widgets.findIndex(w => w.model.sharedModel.getId() == id);
  if (place < 0) throw new Error('no cell ' + id);
  const cell = book.widgets[place];
  if (source !== null) cell.model.sharedModel.setSource(source);
  book.activeCellIndex = place;
  book.deselectAll();
  await app.commands.execute('notebook:run-cell');
  for (let i = 0; i < 50; i++) {
    await new Promise(done => setTimeout(done, 100));
    const area = cell.node.querySelector('.jp-OutputArea');
    if (cell.node.isConnected && cell.model.executionState == 'idle' && area && area.innerText.trim())
      return area.innerText;
  }
  return '';
}"""
SHOWN = """async () => {
  const book = window.jupyterapp.shell.currentWidget.content, found = {};
  for (const [place, cell] of book.widgets.entries()) {
    if (cell.model.type != 'code') continue;
    const kinds = cell.model.sharedModel.outputs.map(o => o.output_type);
    await book.scrollToItem(place);
    let text = '';
    for (let i = 0; kinds.length && !text && i < 50; i++) {
      await new Promise(done => setTimeout(done, 50));
      const area = cell.node.querySelector('.jp-OutputArea');
      text = area?.querySelector('img')?.alt || area?.innerText.trim() || '';
    }
    found[cell.model.sharedModel.getId()] = [kinds, text];
  }
  return found;
}"""


@pytest.fixture(scope="module")
def lab(chromium, folder, tmp_path_factory):
    from playwright.sync_api import sync_playwright

    log = tmp_path_factory.mktemp("log") / "lab.log"
    with lab_of(folder, log) as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=OFFLINE)
        lab = Lab(browser.new_page(viewport={"width": 1280, "height": 720}, base_url=address))
        yield lab
        browser.close()
    assert [url for url in lab.asked if not LOCAL.match(url)] == [] and len(lab.asked) > 50


def exercises_of(name):
    text = (Project.here().root / "lessons" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["exercise"]


def middle(interval):
    return float(interval.low + interval.high) / 2


def mistakes_of(entry):
    """(answer as typed, name of the mistake) of every named mistake of an exercise."""
    if "option" in entry:
        right = lessons.right_letter(entry)
        named = [("ABCDEF"[n], option["name"]) for n, option in enumerate(entry["option"])]
        return [(repr(letter), name) for letter, name in named if letter != right]
    if entry["kind"] == "order":
        return [(repr(lessons.in_order(part, entry)), part["name"]) for part in entry["mistake"]]
    made = [(repr(middle(lessons.taken_for(part, entry))), part["name"]) for part in entry.get("mistake", [])]
    return made


def answering_cell(entry, answer):
    return f'{answer}\ncheck("{entry["id"]}", answer)'


ACCEPTED = {"predict": "No guess is wrong.", "write": "let a person read it"}


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_as_handed_out_then_every_mistake_then_every_solution(lab, name, folder):
    lab.open(name)
    entries = exercises_of(name)
    lab.command("notebook:run-all-cells")
    shown = lab.shown()
    assert all(kinds and "error" not in kinds for kinds, _ in shown.values()), shown
    for entry in entries:
        assert shown[entry["id"]][1].startswith(f"{entry['id']}: no answer yet.")
    assert all(text for _, text in shown.values())
    pictures = lab.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea img")
    assert pictures.count() >= 1 and all(len(image.get_attribute("alt")) >= 40 for image in pictures.all())
    where = lab.run(entries[0]["id"], "import analysis; print(analysis.__file__)")
    assert where == str(folder / "analysis" / "__init__.py")  # the package of the ZIP, and no other

    made = 0
    for entry in entries:
        for answer, mistake in mistakes_of(entry):
            said = lab.run(entry["id"], answering_cell(entry, f"answer = {answer}"))
            assert f"{entry['id']}: I checked whether" in said and f"The likely mistake: {mistake}." in said, said
            made += 1
        said = lab.run(entry["id"], answering_cell(entry, entry["solution"]))
        assert ACCEPTED.get(entry["kind"], "\nIt is.") in said and "not found" not in said, said
    assert made >= 8
    print(f"{name}: {made} mistakes, {len(entries)} solutions")


@pytest.mark.parametrize("name", NAMES)
def test_cells_out_of_order_say_what_to_do(lab, name):
    lab.open(name)
    own = [entry["id"] for entry in exercises_of(name)]
    kept = [cell for cell in lab.shown() if cell not in ("first", *own)]
    lab.restart()
    for cell in (own[1], own[-1], kept[-1]):
        said = lab.run(cell)
        assert "is not defined. Is it spelt right? If so, run the first cell" in said and "\n" not in said, said
    assert [kinds for kinds, _ in lab.shown().values() if "error" in kinds] == []
    assert len(lab.run("first")) > 100  # alone, it works, and shows a table
    for entry in exercises_of(name):
        said = lab.run(entry["id"], answering_cell(entry, entry["solution"]))
        assert ACCEPTED.get(entry["kind"], "\nIt is.") in said, said


def break_lesson(lab):
    """Delete all cells but one, as select all and two strokes of D do."""
    lab.command("notebook:select-all")
    lab.command("notebook:delete-cell")
    assert len(lab.ids()) == 1


def on_disk(folder, name):
    path = folder / "build" / "lab" / "notebooks" / "class" / f"{name}.ipynb"
    return [cell["id"] for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]


def choose_in_menu(lab, entry):
    lab.page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^File$")).click()
    lab.page.locator(".lm-Menu-itemLabel", has_text=entry).click()


def test_a_broken_lesson_comes_back_from_one_cell_and_the_menu(lab, folder):
    lab.open("lesson_2")
    before = lab.ids()
    break_lesson(lab)
    lab.command("docmanager:save")
    assert len(on_disk(folder, "lesson_2")) == 1
    (cell,) = lab.ids()
    opening = "".join(json.loads((folder / "notebooks/class/lesson_2.ipynb").read_text("utf-8"))["cells"][0]["source"])
    line = re.search(r"`(%run [^`]+)`", opening)[1]  # what the lesson tells a pupil to run
    said = lab.run(cell, line)
    assert "is kept beside it as lesson_2." in said and "Traceback" not in said, said
    assert re.search(r"\*File\*,\s\*Reload Notebook from Disk\*", opening)
    choose_in_menu(lab, "Reload Notebook from Disk")
    if (button := lab.page.locator(".jp-Dialog button.jp-mod-accept")).count():
        button.click()
    lab.page.wait_for_function(
        f"() => window.jupyterapp.shell.currentWidget.content.widgets.length == {len(before)}", timeout=SECONDS * 1000
    )
    assert lab.ids() == before == on_disk(folder, "lesson_2")
    aside = list((folder / "build/lab/notebooks/class").glob("lesson_2.2*.ipynb"))
    assert len(aside) == 1 and len(json.loads(aside[0].read_text("utf-8"))["cells"]) == 1
    assert len(lab.run("first")) > 100


def test_a_broken_lesson_comes_back_from_the_command_line(lab, folder):
    lab.open("lesson_3")
    before = lab.ids()
    break_lesson(lab)
    lab.command("docmanager:save")
    pages = "".join((folder / "pages" / f"install_{n}.html").read_text("utf-8") for n in ("windows", "macos"))
    assert pages.count("-m analysis lab --fresh class/lesson_1") == 2
    done = command(folder, "lab", "--fresh", "class/lesson_3")
    assert done.returncode == 0 and "is kept beside it as lesson_3." in done.stdout, done.stderr
    assert on_disk(folder, "lesson_3") == before
