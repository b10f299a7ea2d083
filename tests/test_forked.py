"""A forked kernel is what a started one is: the same to its notebook, byte for byte, and gone with its parent."""

import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest

from tools import forked, run, stale

pytestmark = pytest.mark.skipif(not forked.POSSIBLE, reason="kernels are started here, not forked")
SEEN = """\
import decimal, gc, json, locale, os, signal, sys, threading, time, warnings
import matplotlib, numpy, pandas, seaborn
# each has its own folders; Thread-1 looks whether the parent lives, and a forked kernel ends with it anyway
apart = ("ANALYSIS_FIGURES", "IPYTHONDIR", "JPY_PARENT_PID", "PYTEST_CURRENT_TEST", "JPY_SESSION_NAME")
seen = {
    "environment": {k: v for k, v in os.environ.items() if k not in apart},
    "path": sys.path, "folder": os.getcwd(), "argv": sys.argv[:2], "name": __name__,
    "flags": [sys.flags.hash_randomization, sys.flags.optimize], "hash": hash("slavery"),
    "limit": sys.getrecursionlimit(), "gc": [gc.isenabled(), gc.get_threshold()],
    "locale": locale.setlocale(locale.LC_ALL), "zone": time.tzname, "encoding": sys.stdout.encoding,
    "pandas": str(pandas.core.config_init.cf._global_config), "matplotlib": str(dict(matplotlib.rcParams)),
    "numpy": [str(numpy.geterr()), str(numpy.get_printoptions())], "decimal": str(decimal.getcontext()),
    "warnings": sorted({str(each) for each in warnings.filters}),
    "threads": sorted({thread.name for thread in threading.enumerate()} - {"Thread-1"}),
    "signals": {str(n): str(signal.getsignal(n)).split(" at ")[0] for n in signal.valid_signals()},
    "modules": sorted(name for name in sys.modules if name.split(".")[0] in ("analysis", "tools")),
}
print(json.dumps(seen))"""


def seen_by(tiny, folder):
    """What a notebook sees of its kernel, and whether that was forked."""
    out = run.Outcome("01_sees", folder, run.open_notebook(tiny.project.path("01_sees")))
    kernel = run.Kernel(tiny.project)
    try:
        kernel.execute(out, "pass", keep=True)
        was_forked = isinstance(kernel.client.km.provisioner.process, forked.Forked)
    finally:
        kernel.kill()
    assert out.problems == []
    return json.loads(out.notebook.cells[0].outputs[0]["text"]), was_forked


def test_a_notebook_sees_the_same_whether_its_kernel_was_forked_or_started(tiny, tmp_path, monkeypatch):
    tiny.notebook("01_sees", ("code", SEEN))
    here, forked_here = seen_by(tiny, tmp_path / "forked")
    monkeypatch.setattr(run, "nursery", lambda: None)
    there, forked_there = seen_by(tiny, tmp_path / "started")
    assert (forked_here, forked_there) == (True, False)
    assert {key: (here[key], there[key]) for key in here if here[key] != there[key]} == {}
    assert here["hash"] and here["modules"] == []


def test_a_module_or_table_counts_only_for_the_notebook_that_used_it(tiny):
    tiny.table("index", "n\n1\n")
    tiny.table("other", "n\n2\n")
    (tiny.project.root / "analysis" / "unused.py").write_text("")
    tiny.notebook("01_reads", ("code", "from analysis import tables\ntables.load('index')"))
    tiny.notebook("02_none", ("code", "import pandas, seaborn"))
    names = tiny.project.names()
    folder = tiny.project.root / "staging"
    outs = run.run_notebooks(tiny.project, names, folder)
    assert [out.problems for out in outs] == [[], []]
    used = [set(stale.record_of(out.notebook)["files"]) - {"requirements.txt", *stale.RUNNER_FILES} for out in outs]
    assert used == [{"analysis/__init__.py", "analysis/tables.py", "data/index.csv"}, set()]


def test_two_kernels_draw_different_numbers_where_no_seed_is_set(tiny):
    for name in ("01_one", "02_two"):
        tiny.notebook(name, ("code", "import numpy, random\nprint(numpy.random.rand(), random.random())"))
    outs = run.run_notebooks(tiny.project, ["01_one", "02_two"], tiny.project.root / "staging")
    one, two = (np.array(out.notebook.cells[0].outputs[0]["text"].split(), dtype=float) for out in outs)
    assert (one != two).all()


def test_without_the_warmed_process_kernels_are_started(tiny, tmp_path, monkeypatch):
    gone = forked.Nursery({**run.surroundings(), "PYTHONHOME": "/nowhere"})  # Python itself does not start there
    monkeypatch.setattr(run, "nursery", lambda: gone)
    tiny.notebook("01_sees", ("code", SEEN))
    assert seen_by(tiny, tmp_path / "started")[1] is False


PARENT = """\
import os, pathlib, sys
from tools import run, stale
run.run_notebooks(stale.Project(pathlib.Path(sys.argv[1])), ["01_waits"], pathlib.Path(sys.argv[1]) / "staging")"""


def test_a_killed_parent_leaves_no_process(tiny, tmp_path):
    note = tmp_path / "pid"
    told = f"pathlib.Path({str(note)!r}).write_text(f'{{os.getpid()}} {{os.getppid()}}')"
    tiny.notebook("01_waits", ("code", f"import os, pathlib, time\n_ = {told}\ntime.sleep(60)"))
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tiny.project.root)], stderr=subprocess.DEVNULL)
    until(lambda: note.exists() and note.read_text().count(" "))
    kernel, warmed = map(int, note.read_text().split())
    assert warmed != parent.pid and os.path.exists(f"/proc/{kernel}")
    parent.kill()
    parent.wait()
    until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in (kernel, warmed)))


def until(true):
    """Wait, at most a minute, until a condition holds."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
