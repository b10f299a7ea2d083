"""The rebuild publishes what is sound and leaves the rest as it was; bad input is one line."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from tools import rebuild
from tools.commandline import main, parser
from tools.run import hold_interrupts

SECONDS = 300  # the longest to wait for another process; none should need a tenth of it
GOOD = ("code", "people = 2695479\npeople")
LEFT_ALONE = ".failed.ipynb"


def run(tiny, *names, everything=False):
    return rebuild.rebuild(tiny.project, list(names), everything)


def on(tiny, command):
    """The arguments of a Python that runs the command line on a tiny project."""
    code = (
        "import signal, sys; from pathlib import Path\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # nohup would have both ignored
        "if hasattr(signal, 'SIGHUP'): signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
        "from tools import commandline as line, stale\n"
        "project = stale.Project(Path(sys.argv[1])); stale.Project.here = classmethod(lambda cls: project)\n"
        "sys.exit(line.main(sys.argv[2:]))"
    )
    return [sys.executable, "-c", code, str(tiny.project.root), *command]


def test_a_sound_notebook_is_published_with_its_figures(tiny, capsys):
    text = 'There are **2,695,479**<!--= f"{people:,}" --> people.'
    path = tiny.notebook(
        "01_good", ("md", text), GOOD, tiny.figure_cell("one.png", "one.csv"), ("code", "print('done')")
    )
    assert run(tiny) == 0
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == [1, 2, 3]
    assert code[0]["outputs"][0]["data"]["text/plain"] == ["2695479"]
    assert notebook["metadata"]["language_info"] == {"name": "python"} and path.read_text().endswith("}\n")
    assert [cell["id"] for cell in notebook["cells"]] == ["cell-0", "cell-1", "cell-2", "cell-3"]
    assert (tiny.project.figures / "one.png").read_text() == "one.png"
    assert "rebuilt, figures: 1" in capsys.readouterr().out
    assert rebuild.report_stale(tiny.project, []) == 0 and not list(tiny.project.build.iterdir())
    before = tiny.committed()
    assert run(tiny, everything=True) == 0 and tiny.committed() == before  # not a byte differs
    assert run(tiny) == 0 and "nothing to rebuild" in capsys.readouterr().out


def test_a_wrong_number_in_the_text_fails_and_names_it(tiny, capsys):
    tiny.notebook("01_prevalence", ("md", 'There are 2,696,000<!--= f"{people:,}" -->, or 49.6.'), GOOD)
    before = tiny.committed()
    assert run(tiny) == 1
    said = capsys.readouterr().err
    assert 'prevalence cell 1: prose says 2,696,000, f"{people:,}" gives 2,695,479' in said
    assert "cell 1: 49.6 is tied to no expression; write 49.6<!--= expression -->" in said
    after = tiny.committed()
    assert after.pop("notebooks/01_prevalence.failed.ipynb") and after == before


def test_a_notebook_that_raises_keeps_everything_committed_and_does_not_stop_others(tiny, capsys):
    broken = tiny.notebook("01_broken", GOOD, tiny.figure_cell("kept.csv"))
    tiny.notebook("02_sound", GOOD, tiny.figure_cell("other.csv"))
    assert run(tiny) == 0
    tiny.notebook("01_broken", GOOD, tiny.figure_cell("kept.csv", "extra.csv"), ("code", "1 / 0"), ("code", "2"))
    tiny.notebook("02_sound", ("md", "Changed."), GOOD, tiny.figure_cell("other.csv"))
    before = tiny.committed()
    assert run(tiny) == 1
    assert "01_broken cell 3: ZeroDivisionError: division by zero" in capsys.readouterr().err
    after = tiny.committed()
    failed = json.loads(after.pop("notebooks/01_broken.failed.ipynb"))
    assert failed["cells"][2]["outputs"][0]["ename"] == "ZeroDivisionError"
    assert {name for name in before if after[name] != before[name]} == {"notebooks/02_sound.ipynb"}
    assert after.keys() == before.keys() and rebuild.find_notebooks(tiny.project, []) == []
    assert tiny.project.names() == ["01_broken", "02_sound"]  # the failed copy is no notebook of its own
    tiny.notebook("01_broken", GOOD)
    assert run(tiny, "01_broken") == 0 and not broken.with_name(f"01_broken{LEFT_ALONE}").exists()


def test_a_cell_beyond_the_limit_is_stopped_and_named(tiny, capsys, monkeypatch):
    monkeypatch.setattr("tools.run.CELL_SECONDS", 2)
    tiny.notebook("01_slow", ("code", "import time; time.sleep(100_000)"))  # longer than anyone waits
    assert run(tiny) == 1
    assert "01_slow cell 1: took longer than 2 seconds and was stopped" in capsys.readouterr().err


def test_a_dead_kernel_and_a_warning_are_named(tiny, capsys):
    tiny.notebook("02_dead", ("code", "import os; os._exit(3)"))
    tiny.notebook("03_warns", ("code", "import warnings; warnings.warn('look out')"))
    assert run(tiny) == 1
    said = capsys.readouterr().err
    assert "02_dead cell 1: the kernel died" in said
    assert "03_warns cell 1: wrote to stderr" in said and "look out" in said


def test_figures_no_longer_written_go_and_two_notebooks_may_not_share_one(tiny, capsys):
    tiny.notebook("01_one", GOOD, tiny.figure_cell("a.csv", "b.csv"))
    assert run(tiny) == 0
    tiny.notebook("01_one", GOOD, tiny.figure_cell("b.csv"))
    (tiny.project.notebooks / "01_one.ipynb").write_text(with_record(tiny, ["a.csv", "b.csv"]))
    assert run(tiny) == 0 and [p.name for p in tiny.project.figures.iterdir()] == ["b.csv"]
    tiny.notebook("02_two", GOOD, tiny.figure_cell("b.csv"))
    assert run(tiny) == 1
    assert "02_two: figures/b.csv is also written by 01_one; rename one of them" in capsys.readouterr().err


def with_record(tiny, figures):
    """The notebook 01_one as JSON, recorded as having written these figures from other cells."""
    notebook = json.loads((tiny.project.notebooks / "01_one.ipynb").read_text())
    record = {"cells": "", "outputs": "", "files": {f"figures/{file}": "" for file in figures}}
    return json.dumps(notebook | {"metadata": {"analysis": record}})


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", [["rebuild", "--all"], pytest.param(["brief", "KEN"], marks=pytest.mark.slow)])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_ctrl_c_changes_nothing_and_leaves_no_kernel(tiny, tmp_path, command, stop):
    pid_file = tmp_path / "pid"
    note = f"import os, pathlib; _ = pathlib.Path({str(pid_file)!r}).write_text(str(os.getpid()))"
    note += "\nimport time; time.sleep(100_000)"
    tiny.notebook("01_good", GOOD, tiny.figure_cell("a.csv"))
    path = tiny.notebook("country_brief", ("code", "wanted = 'PRK'"), ("code", note))
    path.write_text(path.read_text().replace('"metadata": {}', '"metadata": {"tags": ["parameters"]}', 1))
    before = tiny.committed()
    with subprocess.Popen(on(tiny, command), stderr=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        deadline = time.monotonic() + SECONDS
        while not (pid_file.exists() and pid_file.read_text()) and time.monotonic() < deadline:
            time.sleep(0.1)
        kernel = int(pid_file.read_text())
        running.send_signal(stop)
        _, said = running.communicate(timeout=SECONDS)
    assert running.returncode == 130 and b"nothing was left half-written" in said and b"Traceback" not in said
    assert tiny.committed() == before
    assert [p.name for p in tiny.project.build.rglob("*") if p.name != "briefs"] == []
    with pytest.raises(ProcessLookupError):
        os.kill(kernel, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_ctrl_c_while_a_kernel_starts_is_one_line_too(tiny):
    tiny.notebook("01_good", GOOD)
    with subprocess.Popen(on(tiny, ["rebuild"]), stderr=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        deadline = time.monotonic() + SECONDS
        while not list(tiny.project.build.rglob("opened.py")) and time.monotonic() < deadline:
            time.sleep(0.01)  # written just before the kernel is started
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=SECONDS)
    assert running.returncode == 130 and b"nothing was left half-written" in said and b"Traceback" not in said
    assert list(tiny.project.build.iterdir()) == []


def test_ctrl_c_while_kernels_are_ended_waits_until_all_are():
    before, done = signal.signal(signal.SIGINT, signal.default_int_handler), []  # nohup would have it ignored
    try:
        with pytest.raises(KeyboardInterrupt), hold_interrupts():
            signal.raise_signal(signal.SIGINT)
            done.append("ended")
        assert done == ["ended"] and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere kernels still take TCP ports")
def test_a_kernel_takes_no_port_that_another_program_may_take(tiny):
    """A heartbeat on such a port once came into another run's kernel, and its cell wrote to stderr."""
    ask = "from ipykernel.connect import get_connection_info\nprint(get_connection_info())"
    paths = [tiny.notebook(name, ("code", ask)) for name in ("01_one", "02_two")]
    assert run(tiny) == 0
    texts = [json.loads(path.read_text())["cells"][0]["outputs"][0]["text"] for path in paths]
    told = [json.loads("".join(text)) for text in texts]
    assert {one["transport"] for one in told} == {"ipc"} and len({one["ip"] for one in told}) == 2
    assert all(one["ip"].startswith("@") for one in told)  # a name that has no file


def test_names_that_do_not_exist_are_refused_with_the_nearest(tiny):
    tiny.notebook("01_prevalence", GOOD)
    tiny.notebook("explore", GOOD)
    assert rebuild.find_notebooks(tiny.project, ["notebooks/01_prevalence.ipynb", "01_prevalence"]) == ["01_prevalence"]
    with pytest.raises(ValueError, match="is no notebook that this command takes; did you mean 01_prevalence"):
        rebuild.find_notebooks(tiny.project, ["01_prevalance"])
    with pytest.raises(ValueError, match="known: 01_prevalence"):
        rebuild.find_notebooks(tiny.project, ["explore"])
    with pytest.raises(ValueError, match="not both"):
        rebuild.rebuild(tiny.project, ["01_prevalence"], everything=True)


@pytest.mark.parametrize(
    ("command", "part"),
    [
        (["rebuild", "01_prevalance"], "did you mean 01_prevalence"),
        (["rebuild", "--check", "--all"], "give --check or --all, not both"),
        (["ranks", "--edition", "2032"], "there is no edition 2032"),
        (["ranks", "--region", "Arab State"], "did you mean Arab States"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(command, part, capsys):
    assert main(command) == 2
    out, said = capsys.readouterr()
    assert part in said and said.count("\n") == 1 and not out


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows reports a closed pipe in another way")
def test_a_reader_that_stops_reading_does_not_hide_what_is_out_of_date(tiny, unbuffered):
    tiny.notebook("01_good", GOOD)
    env = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    for expected in (1, 0):  # never run, then up to date
        pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(on(tiny, ["rebuild", "--check"]), env=env, **pipe) as checking:
            checking.stdout.close()  # as head does once it has its line
            said = checking.stderr.read()
        assert (checking.returncode, said) == (expected, b"")
        assert run(tiny) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows reports a closed pipe in another way")
def test_a_reader_of_the_progress_bar_that_leaves_does_not_stop_the_run(tiny):
    for name in ("01_one", "02_two", "03_three"):
        tiny.notebook(name, GOOD)
    with subprocess.Popen(on(tiny, ["rebuild"]), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as running:
        running.stderr.close()
        assert running.wait(300) == 0
    assert rebuild.report_stale(tiny.project, []) == 0


@pytest.mark.parametrize("options", [["rebuild"], ["rebuild", "--check"], ["codebook"], ["codebook", "--seal"]])
@pytest.mark.parametrize("text", ["{}", "[]", '{"resources": [{"name": "index"}]}', '{"resources": "none'])
def test_a_broken_description_is_one_line_and_exit_code_2(tiny, monkeypatch, capsys, options, text):
    tiny.table("index", "n\n1\n")
    tiny.notebook("01_good", GOOD)
    (tiny.project.data / "datapackage.json").write_text(text)
    monkeypatch.setattr("tools.stale.Project.here", lambda: tiny.project)
    assert main(options) == 2
    said = capsys.readouterr().err
    assert said.startswith("analysis: data/datapackage.json: ") and said.count("\n") == 1
    assert "git checkout data/datapackage.json" in said
    assert (tiny.project.data / "datapackage.json").read_text() == text
    assert not (tiny.project.data / "README.md").exists()


def test_the_command_line_without_a_command_begins_with_five_things_people_do(capsys):
    assert main([]) == 0
    first = capsys.readouterr().out.split("\noptions:")[0]
    lines = re.findall(r"python -m analysis (\w+)(.*?)  ", first)
    assert [word for word, _ in lines] == ["lab", "rebuild", "claims", "brief", "compare"]
    for word, rest in lines:
        assert parser().parse_args([word, *rest.split()]).command == word


def test_ranks_as_json_and_as_a_table(capsys):
    assert main(["ranks", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    keys = ["iso3", "country", "printed_rate", "low", "high", "best", "worst"]
    assert len(rows) == 160 and all(list(row) == keys for row in rows)
    places = {row["iso3"]: (row["printed_rate"], row["best"], row["worst"]) for row in rows}
    assert places["PRK"] == (104.6, 1, 1) and places["ERI"] == (90.3, 2, 2) and places["USA"] == (3.3, 122, 122)
    assert all(row["low"] <= row["high"] for row in rows)
    assert main(["ranks", "--region", "arab states"]) == 0
    assert "104.6" not in (shown := capsys.readouterr().out) and "Kuwait" in shown and "from rounding only" in shown


def test_ranks_of_2016_are_per_1000_like_their_ranges(capsys):
    assert main(["ranks", "--edition", "2016", "--json"]) == 0
    rows = {row["iso3"]: row for row in json.loads(capsys.readouterr().out)}
    # printed as 4.372888... percent of the population: 43.73 per 1,000
    assert f"{rows['PRK']['printed_rate']:.2f}" == "43.73" and len(rows) == 167
    assert all(abs(row["printed_rate"] - row["low"]) < 1e-9 for row in rows.values())
    assert main(["ranks", "--edition", "2013"]) == 2
    assert "2013 is in hand only in part, so it has no ranking; whole: 2016, 2018, 2023" in capsys.readouterr().err
