"""JupyterLab on copies: a reader's changes are kept, nothing untouched asks to be saved, no kernel outlives it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from lab_server import FLAGS
from test_rebuild import on
from tools import lab
from tools.commandline import main
from tools.stale import Project

CELL = ("code", "1 + 1")
SECONDS = 300
OTHERS = (signal.SIGHUP, signal.SIGINT, signal.SIGKILL)


def copies(tiny):
    return tiny.project.build / "lab" / "notebooks"


def test_copies_name_the_python_and_differ_in_nothing_else(tiny):
    source = tiny.notebook("explore", CELL)
    tiny.notebook("01_good.failed", CELL)
    assert lab.copy_notebooks(tiny.project, copies(tiny), []) == []
    assert [p.name for p in copies(tiny).iterdir()] == ["explore.ipynb"]
    copy = json.loads((copies(tiny) / "explore.ipynb").read_text())
    info = copy["metadata"].pop("language_info")
    assert info["version"] == ".".join(map(str, sys.version_info[:3])) and info["file_extension"] == ".py"
    assert info.keys() == {  # all that a kernel says of itself: with less, JupyterLab adds the rest and asks to save
        "codemirror_mode", "file_extension", "mimetype", "name", "nbconvert_exporter", "pygments_lexer", "version",
    }  # fmt: skip
    there = json.loads(source.read_text())
    there["metadata"].pop("language_info", None)
    assert copy == there


def test_a_copy_follows_its_source_until_the_reader_changes_it(tiny):
    tiny.notebook("01_a", CELL)
    tiny.notebook("02_b", CELL)
    lab.copy_notebooks(tiny.project, copies(tiny), [])
    first, second = copies(tiny) / "01_a.ipynb", copies(tiny) / "02_b.ipynb"
    second.write_text(second.read_text().replace("1 + 1", "1 + 2"))
    for name in ("01_a", "02_b"):
        tiny.notebook(name, ("code", "3 + 3"))
    (said,) = lab.copy_notebooks(tiny.project, copies(tiny), [])
    assert said == "02_b is kept as you changed it; to start it over: python -m analysis lab --fresh 02_b"
    assert "3 + 3" in first.read_text() and "1 + 2" in second.read_text()
    first.unlink()  # a deleted copy comes back
    lab.copy_notebooks(tiny.project, copies(tiny), [])
    assert "3 + 3" in first.read_text()


def test_a_copy_that_is_as_it_should_be_is_not_written_again(tiny):
    tiny.notebook("01_a", CELL)
    lab.copy_notebooks(tiny.project, copies(tiny), [])
    copy = copies(tiny) / "01_a.ipynb"
    os.utime(copy, (1, 1))  # another Lab that shows it would otherwise find it changed on the disk
    lab.copy_notebooks(tiny.project, copies(tiny), [])
    assert copy.stat().st_mtime == 1


def test_without_the_digests_every_copy_is_kept(tiny):
    tiny.notebook("01_a", CELL)
    lab.copy_notebooks(tiny.project, copies(tiny), [])
    (tiny.project.build / "lab" / ".copied").unlink()
    assert len(lab.copy_notebooks(tiny.project, copies(tiny), [])) == 1


def test_starting_over_keeps_what_the_reader_did_beside_it(tiny, monkeypatch, capsys):
    tiny.notebook("01_a", CELL)
    tiny.notebook("explore", CELL)
    monkeypatch.setattr(Project, "here", classmethod(lambda cls: tiny.project))
    lab.copy_notebooks(tiny.project, copies(tiny), [])
    for name in ("01_a", "explore"):
        (copies(tiny) / f"{name}.ipynb").write_text(f"the reader's own {name}")
    assert main(["lab", "--fresh", "notebooks/01_a.ipynb"]) == 0
    said = capsys.readouterr().out
    (aside,) = copies(tiny).glob("01_a.2*.ipynb")
    assert aside.read_text() == "the reader's own 01_a" and f"is kept beside it as {aside.name}" in said
    assert "1 + 1" in (copies(tiny) / "01_a.ipynb").read_text() and "copied anew to build/lab/notebooks: 01_a\n" in said
    assert (copies(tiny) / "explore.ipynb").read_text() == "the reader's own explore"
    assert main(["lab", "--fresh"]) == 0
    assert "copied anew to build/lab/notebooks: 01_a, explore" in capsys.readouterr().out
    assert "1 + 1" in (copies(tiny) / "explore.ipynb").read_text() and list(copies(tiny).glob("explore.2*.ipynb"))
    assert main(["lab", "--fresh", "01_b"]) == 2 and "did you mean 01_a?" in capsys.readouterr().err


def test_the_options_of_a_reader_come_last(tiny):
    line = lab.options(tiny.project, ["--", "--no-browser"])
    assert f"--ServerApp.root_dir={copies(tiny)}" in line and line[-1] == "--no-browser" and "--" not in line


@pytest.mark.parametrize("root", [True, False])
def test_the_lab_starts_for_root_too(tiny, monkeypatch, root):
    monkeypatch.setattr(lab, "is_root", lambda: root)
    assert ("--allow-root" in lab.options(tiny.project, [])) == root


def test_the_lab_keeps_its_settings_in_the_build_folder_and_asks_nothing_about_news(tmp_path):
    folders = lab.own_folders(tmp_path)
    assert all(Path(folder).is_relative_to(tmp_path) for folder in folders.values())
    (written,) = (tmp_path / "settings").rglob("notification.jupyterlab-settings")
    assert json.loads(written.read_text()) == {"fetchNews": "false", "checkForUpdates": False}


@pytest.mark.parametrize(("folder", "plain"), [("class", True), ("notebooks", False)])
def test_in_the_class_a_name_that_no_cell_has_made_yet_gets_a_plain_line_from_the_start(tmp_path, folder, plain):
    home = lab.own_folders(tmp_path)["IPYTHONDIR"]
    (tmp_path / folder).mkdir()
    env = {**os.environ, "IPYTHONDIR": home, "PYTHONPATH": str(Project.here().root)}
    line = [sys.executable, "-m", "IPython", "--no-banner", "--colors=nocolor", "-c", "check(1)"]
    done = subprocess.run(line, cwd=tmp_path / folder, env=env, capture_output=True, text=True)
    said = done.stdout + done.stderr
    assert ("name 'check' is not defined. Is it spelt right?" in said) == plain
    assert ("Traceback" in said) != plain


@pytest.fixture
def opened(tiny):
    """A function that starts JupyterLab on a tiny project: its process, its address, and what it writes to."""
    started = []

    def start(keep=False):
        if not keep:
            tiny.notebook("00_start_here", CELL)
        log = (tiny.project.root / f"lab{len(started)}.log").open("w+b")
        port = 18000 + os.getpid() % 1000 + len(started)
        command = on(tiny, ["lab", "--", "--no-browser", f"--port={port}", "--IdentityProvider.token=t"])
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        started.append((process, log))
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            log.seek(0)
            if found := re.search(rb"http://(?:localhost|127\.0\.0\.1):\d+/", log.read()):
                return process, found[0].decode()
            assert process.poll() is None, Path(log.name).read_text()[-800:]
            time.sleep(0.2)
        raise AssertionError("JupyterLab did not start")

    yield start
    for process, log in started:
        process.kill()
        process.wait()
        log.close()


def ask(address, body=None):
    """The answer of the server, from a GET, or a POST with a body."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{address}api/kernels", data, {"Authorization": "token t"})
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        return json.load(answer)


def kernels_of(tiny):
    """The processes of kernels that this project's Labs started: their connection files lie in its build folder."""
    mark = str(tiny.project.build / "lab" / "runtime").encode()
    lines = [p.read_bytes() for p in Path("/proc").glob("[0-9]*/cmdline") if p.exists()]
    return [line for line in lines if mark in line and b"ipykernel" in line]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for kernels in /proc")
@pytest.mark.parametrize(
    "how",  # kill; a closed terminal; Ctrl-C; what nothing can answer
    [pytest.param(how, marks=pytest.mark.slow) for how in (signal.SIGTERM, *OTHERS)],
)
def test_no_kernel_outlives_a_lab_however_it_ends(tiny, opened, how):
    process, address = opened()
    ask(address, {"name": "python3"})
    assert len(ask(address)) == 1 and len(kernels_of(tiny)) == 1
    process.send_signal(how)
    process.wait(timeout=SECONDS)
    deadline = time.monotonic() + SECONDS
    while kernels_of(tiny) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert kernels_of(tiny) == []


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for kernels in /proc")
def test_two_labs_at_once_do_not_end_each_other(tiny, opened):
    (first, one), (_, other) = opened(), opened()
    ask(one, {"name": "python3"})
    ask(other, {"name": "python3"})
    first.terminate()
    first.wait(timeout=SECONDS)
    assert len(ask(other)) == 1 and len(kernels_of(tiny)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["00_start_here", "02_united_states", "country_brief", "explore"])
def test_a_notebook_opened_and_closed_asks_for_nothing(tiny, opened, chromium, name):
    from playwright.sync_api import sync_playwright

    (tiny.project.path(name)).write_bytes(Project.here().path(name).read_bytes())
    _, address = opened(keep=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page()
        page.goto(f"{address}lab/tree/{name}.ipynb?token=t")
        page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').first.wait_for(timeout=SECONDS * 1000)
        page.wait_for_timeout(2000)
        assert page.locator(".lm-DockPanel-tabBar .jp-mod-dirty").count() == 0
        page.locator(".lm-DockPanel-tabBar .lm-mod-current .lm-TabBar-tabCloseIcon").click()
        page.wait_for_timeout(1000)
        assert page.locator(".jp-Dialog").count() == 0
        browser.close()
    assert lab.copy_notebooks(tiny.project, copies(tiny), []) == []
