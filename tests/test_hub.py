"""The hub of a class: its configuration, a pupil from sign-in to a figure, a cut line, no remote resource."""

import asyncio
import importlib.util
import json
import re
import shutil
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import bench_hub
from lab_server import FLAGS, SECONDS

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
PASSWORD = "for this test only"


def configuration(monkeypatch, folder, password=PASSWORD):
    """The settings as JupyterHub reads them; traitlets comes with it and with JupyterLab."""
    from traitlets.config.loader import PyFileConfigLoader

    for name, value in {"HUB_PASSWORD": password, "HUB_FOLDER": str(folder), "HUB_PORT": "18700"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("os.umask", lambda _: 0)  # the tests' own files are not the hub's
    return PyFileConfigLoader("jupyterhub_config.py", path=str(DEPLOY)).load_config()


@pytest.mark.parametrize("password", ["", "7 chars"])
def test_without_a_password_it_does_not_start_and_says_what_to_do(monkeypatch, tmp_path, capsys, password):
    with pytest.raises(SystemExit) as ended:
        configuration(monkeypatch, tmp_path / "hub", password)
    assert ended.value.code == 2 and not (tmp_path / "hub").exists()
    assert "HUB_PASSWORD && make hub" in capsys.readouterr().err


def test_the_password_stands_in_no_file_and_the_hub_listens_on_this_computer_only(monkeypatch, tmp_path):
    c = configuration(monkeypatch, tmp_path)
    assert c.SharedPasswordAuthenticator.user_password == PASSWORD
    assert not re.search(r"password\s*=\s*[\"'][^\"']", (DEPLOY / "jupyterhub_config.py").read_text())
    assert c.JupyterHub.bind_url == "http://127.0.0.1:18700"
    for address in (c.JupyterHub.hub_bind_url, c.ConfigurableHTTPProxy.api_url):
        assert address.startswith("http://127.0.0.1:1870")
    assert "password" not in json.dumps(c.Spawner.args) and "admin_users" not in c.Authenticator
    for place in (c.JupyterHub.db_url, c.JupyterHub.cookie_secret_file, c.ConfigurableHTTPProxy.pid_file):
        assert str(tmp_path) in place


def test_a_name_is_a_folder_and_nothing_else(monkeypatch, tmp_path):
    pattern = re.compile(configuration(monkeypatch, tmp_path).Authenticator.username_pattern)
    assert pattern.match("amina") and pattern.match("pupil-07")
    for name in ("../amina", "a/b", ".", "", "a" * 31, "a b", "7", "amina\n/x"):
        assert not pattern.match(name), name


def pupil(c, name):
    """What the hub does before it starts a pupil's server."""
    spawner = SimpleNamespace(user=SimpleNamespace(name=name), environment={})
    c.Spawner.pre_spawn_hook(spawner)
    return spawner


def test_each_pupil_has_own_copies_and_keeps_what_was_changed(monkeypatch, tmp_path):
    c = configuration(monkeypatch, tmp_path)
    first = c.Spawner.default_url.removeprefix("/lab/tree/")
    amina, ben = pupil(c, "amina"), pupil(c, "ben")
    own, other = (Path(spawner.notebook_dir) / first for spawner in (amina, ben))
    assert own == tmp_path / "pupils" / "amina" / first and own.read_bytes() == other.read_bytes()
    assert (tmp_path / "handed_in" / "amina" / own.name).samefile(own)
    assert (tmp_path / "pupils" / "amina" / "02_united_states.ipynb").exists()  # a lesson links to it
    kinds = {path.suffix for path in (tmp_path / "pupils" / "amina").rglob("*") if path.is_file()}
    assert kinds == {".ipynb"}  # no tables, no package: those are read from the checkout
    own.write_text("changed by Amina")
    own.with_name("mine.ipynb").write_text("made by Amina")
    other.unlink()
    pupil(c, "amina"), pupil(c, "ben")
    assert own.read_text() == "changed by Amina" and own.with_name("mine.ipynb").exists()
    assert json.loads(other.read_text())["cells"]  # what a pupil deleted comes back


def test_a_pupils_settings_and_figures_are_the_pupils_and_ask_nothing_of_the_network(monkeypatch, tmp_path):
    c = configuration(monkeypatch, tmp_path)
    amina = pupil(c, "amina")
    for name in ("ANALYSIS_FIGURES", "JUPYTERLAB_SETTINGS_DIR", "IPYTHONDIR"):
        assert amina.environment[name].startswith(str(tmp_path / "traces" / "amina")), name
    (tabs,) = (tmp_path / "traces" / "amina" / "settings").rglob("tracker.jupyterlab-settings")
    assert json.loads(tabs.read_text()) == {"kernelShutdown": True}
    tabs.write_text("the pupil's own")
    pupil(c, "amina")
    assert tabs.read_text() == "the pupil's own"
    assert amina.home_dir == str(tmp_path / "traces" / "amina")
    for option in ("news_url=None", "NeverCheckForUpdate", "extension_manager=readonly"):
        assert any(option in argument for argument in c.Spawner.args), option
    assert not [argument for argument in c.Spawner.args if "default_url" in argument]


def test_the_locks_pin_all_and_name_no_registry():
    lines = (DEPLOY / "requirements-hub.txt").read_text().splitlines()
    assert lines[0].startswith("# The lock: ") and lines[1] == "-r ../requirements.txt"
    assert all(re.match(r"[A-Za-z0-9._-]+==\S+( |$)", line) for line in lines[2:])
    pinned = {line.split("==")[0]: line.split("==")[1].split()[0] for line in lines[2:]}
    assert {"jupyterhub", "jupyterhub-idle-culler"} <= pinned.keys()
    tests = (ROOT / "requirements-test.txt").read_text()  # one environment may have both
    assert all(f"\n{name}=={pinned[name]}" in tests for name in pinned if f"\n{name}==" in tests)
    packages = json.loads((DEPLOY / "package-lock.json").read_text())["packages"]
    wanted = json.loads((DEPLOY / "package.json").read_text())["dependencies"]
    assert packages[""]["dependencies"] == wanted and re.fullmatch(r"[\d.]+", wanted["configurable-http-proxy"])
    for name, entry in packages.items():
        assert not name or (entry["integrity"].startswith("sha512-") and "resolved" not in entry), name


def test_the_numbers_of_the_page_are_those_measured():
    found = json.loads((DEPLOY / "measured.json").read_text())
    page = (DEPLOY / "README.md").read_text(encoding="utf-8")
    shown = page.split(bench_hub.BEGIN)[1].split(bench_hub.END)[0]
    assert shown == f"\n{bench_hub.table(found)}\n" and found["pupils"] == 25
    rest = page.replace(shown, "")
    assert not re.search(r"\d[\d,.]* ?(MB|seconds|cores)\b", rest), "a measurement stands outside the table"


def test_what_to_plan_follows_from_what_was_measured(monkeypatch):
    monkeypatch.setattr(bench_hub, "version", lambda name: "1.0")  # JupyterHub may not be installed here
    steps = [dict.fromkeys(bench_hub.STEPS, seconds) for seconds in (10.0, 20.0, 40.0)]
    cost = {"pss": 200.0, "kernel_pss": 120.0, "rss": 301.0, "cpu_seconds": 6.0}
    found = bench_hub.summary("lesson_1.ipynb", steps, [cost, cost, cost | {"rss": 290.0}], 100.0)
    # the largest, 301 MB, and a quarter: 376.25, to the next 50: 400; 25 x 400 = 10,000 MB = 9.77 GB, and
    # 2 for the system: 12; 25 x 6 s of one core in 30 s: 5 cores
    assert found["plan"] == {"pupil_mb": 400, "pupils": 25, "memory_gb": 12, "cores": 5}
    assert found["seconds"]["first_figure"] == {"median": 20.0, "most": 40.0}
    assert "| seconds until the first figure is seen | 20.0 | 40.0 |" in bench_hub.table(found)
    assert "**Plan 400 MB for each pupil**" in bench_hub.table(found)


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A running hub: its address, its folder, its log."""
    from benchmarks.hub_client import PROXY, running_hub

    if not importlib.util.find_spec("jupyterhub") or not PROXY.exists() or not shutil.which("node"):
        pytest.skip("needs JupyterHub and its proxy: make hub installs both")
    folder = tmp_path_factory.mktemp("hub") / "of a class"
    with running_hub(folder, PASSWORD) as (address, _):
        yield SimpleNamespace(address=address, folder=folder)


async def way_of_a_pupil(hub):
    """Sign in, run to the first figure, lose the line in a cell, go on, ask for too much, open another."""
    from benchmarks.hub_client import Pupil, Refused

    amina, found = Pupil(hub.address, "amina"), {}
    await amina.sign_in(PASSWORD)
    found["page"] = await amina.wait_for_server()
    file = found["page"].removeprefix("/user/amina/lab/tree/")
    for cell in await amina.open(file):
        if cell["cell_type"] == "code" and any(map(bench_hub.is_figure, await amina.run(cell["source"]))):
            found["figure"] = True
            break
    number = await amina.ask("import time; kept = 42; time.sleep(3); print('after', kept)")
    await asyncio.sleep(1)
    amina.socket.close()  # the Wi-Fi is gone while a cell runs
    await asyncio.sleep(1)
    await amina.connect()
    found["after"] = await amina.answers(number)
    with pytest.raises(RuntimeError, match="MemoryError"):
        await amina.run("all_of_it = bytearray(4 * 2**30)")
    found["still there"] = await amina.run("print(kept)")
    with pytest.raises(Refused, match="One notebook runs at a time"):  # two at once; JupyterLab shows why
        await amina.open("02_united_states.ipynb")
    (running,) = await amina.call("GET", "sessions")
    await amina.call("DELETE", f"sessions/{running['id']}")  # as JupyterLab does when a tab is closed
    await amina.open("02_united_states.ipynb")
    found["next"] = await amina.run("print('next')")
    found["kernels"] = len(await amina.call("GET", "kernels"))
    await amina.leave()
    return found


@pytest.mark.slow
def test_a_pupil_signs_in_sees_a_figure_and_loses_nothing_on_a_bad_line(hub):
    found = asyncio.run(way_of_a_pupil(hub))
    assert found["page"].startswith("/user/amina/lab/tree/") and found["figure"]
    assert "".join(one.get("text", "") for one in found["after"]) == "after 42\n"
    assert found["still there"][0]["text"] == "42\n"
    assert found["next"][0]["text"] == "next\n" and found["kernels"] == 1


@pytest.mark.slow
def test_a_wrong_password_or_a_name_that_is_no_folder_is_refused(hub):
    from benchmarks.hub_client import Pupil

    for name, password in (("ben", "another password"), ("../ben", PASSWORD), ("ben", "")):
        with pytest.raises(PermissionError):
            asyncio.run(Pupil(hub.address, name).sign_in(password))
    assert not (hub.folder / "pupils" / "ben").exists()


@pytest.mark.slow
def test_what_the_hub_writes_only_its_owner_reads(hub):
    for name in ("cookie_secret", "jupyterhub.sqlite", "proxy.pid"):
        assert stat.S_IMODE((hub.folder / name).stat().st_mode) == 0o600, name


def a_notebook(path):
    """A notebook with a formula, which needs MathJax, and a cell that takes a while."""
    from nbformat import v4

    late = v4.new_code_cell("import time\ntime.sleep(6)\nprint('after the', 'cut')")
    made = v4.new_notebook(cells=[v4.new_markdown_cell(r"$\frac{count}{population}$"), late])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    path.parent.mkdir(parents=True)
    path.write_text(v4.writes(made), encoding="utf-8")


def visit(page, hub, sockets):
    """Sign in as Chidi, run a notebook, cut its line while a cell runs; then home and out."""
    page.goto(f"{hub.address}/hub/user-redirect/lab/tree/line.ipynb")
    page.get_by_label("Username:").fill("chidi")
    page.get_by_label("Password:").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for(timeout=SECONDS * 1000)
    page.locator("mjx-container").first.wait_for()
    page.wait_for_timeout(1500)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="busy"]').wait_for()
    before = len(sockets)
    for end in sockets[-1]:
        end.close(code=3001)
    page.get_by_text("after the cut").wait_for(timeout=SECONDS * 1000)
    for place in ("home", "token", "logout"):
        page.goto(f"{hub.address}/hub/{place}")
    return len(sockets) - before


@pytest.mark.slow
def test_lab_connects_again_after_a_cut_and_no_page_asks_for_anything_outside(hub, chromium):
    from playwright.sync_api import sync_playwright

    a_notebook(hub.folder / "pupils" / "chidi" / "line.ipynb")
    asked, sockets = [], []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))

        def pass_on(route):
            sockets.append((route, route.connect_to_server()))

        page.route_web_socket(re.compile("/channels"), pass_on)
        again = visit(page, hub, sockets)
        browser.close()
    assert again >= 1
    hosts = {url.split("/")[2] for url in asked if url.startswith(("http", "ws"))}
    assert len(asked) > 20 and hosts == {hub.address.split("/")[2]}
