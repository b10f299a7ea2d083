"""What several workers of one session of tests need is made once, in a folder that they share.

The notebooks above all: the rebuild's own pool runs each once, and nbval compares its stored outputs with that run.
"""

import atexit
import json
import os
import sys
import time
from pathlib import Path
from subprocess import DEVNULL, Popen

from tools import run
from tools.stale import Project, digests

PROJECT = Project.here()
MINUTES = 5  # the longest to wait for what another process makes


def shared():
    """The folder of this session and this checkout; conftest.py makes and names it."""
    folder = Path(os.environ["TESTS_SHARED"]) / PROJECT.root.as_posix().strip("/").replace("/", "-")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def first(name):
    """Is this process the first that asks for it? Only one can make a folder."""
    try:
        (shared() / name).mkdir()
    except FileExistsError:
        return False
    return True


def await_file(path):
    """Wait until another process has written it."""
    deadline = time.monotonic() + 60 * MINUTES
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} was not made within {MINUTES} minutes"
        time.sleep(0.1)
    return path


def made(name, make):
    """What make(folder) returns, a path; made by the first worker that asks, the others wait for it."""
    told = shared() / f"{name}.json"
    if first(name):
        answer = {"failed": "it raised"}
        try:
            answer = {"path": str(make(shared() / name))}
        finally:
            write(told, json.dumps(answer))
    answer = json.loads(await_file(told).read_text())
    assert "path" in answer, f"{name} failed in another worker: see there"
    return Path(answer["path"])


def write(path, text):
    """Whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def start_notebooks(names):
    """Begin to run these notebooks beside the tests, unless another worker has."""
    if names and first("notebooks"):
        env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PROJECT.root), os.environ.get("PYTHONPATH", "")])}
        running = Popen([sys.executable, __file__, *names], env=env, stderr=DEVNULL)
        atexit.register(running.terminate)


def run_notebooks(names, folder):
    """Run each notebook and write its cells with what came of them, the longest first."""
    outs = [run.Outcome(name, folder / name, run.open_notebook(PROJECT.path(name))) for name in names]
    files = digests(PROJECT)

    def work(kernel, out):
        run.run_notebook(files, kernel, out)
        write(folder / f"{out.name}.json", json.dumps(out.notebook.cells))

    try:
        run.share_out(PROJECT, sorted(outs, key=run.effort, reverse=True), work)
    finally:
        for name in names:  # one that was not run has no cells, so that nobody waits for it
            if not (folder / f"{name}.json").exists():
                write(folder / f"{name}.json", "[]")


def fresh(name):
    """The cells of a notebook after this session's run of it."""
    start_notebooks([name])
    return json.loads(await_file(shared() / "notebooks" / f"{name}.json").read_text(encoding="utf-8"))


class Replayed:
    """Stands where nbval has its kernel, and answers with the outputs of a run that was made already."""

    def __init__(self, cells):
        self.cells = iter([cell for cell in cells if cell["cell_type"] == "code"])
        self.messages = []

    def is_alive(self):
        return True

    def stop(self):
        self.messages.clear()

    def execute_cell_input(self, source, allow_stdin=None):
        """The next cell of this source; RuntimeError if the run had none, or stopped before it."""
        cell = next((cell for cell in self.cells if cell["source"] == source), None)
        if cell is None or cell["execution_count"] is None:
            raise RuntimeError("the run of this session did not reach this cell")
        self.messages = [*({**output} for output in cell["outputs"]), {"output_type": "status"}]
        self.asked = source
        return source

    def await_reply(self, msg_id, timeout=None):
        return {}

    def await_idle(self, msg_id, timeout=None):
        self.messages.clear()

    def get_message(self, stream, timeout=None):
        """The next output as the message that a kernel sends, and at the end that it is idle."""
        content = self.messages.pop(0)
        kind = content.pop("output_type")
        content |= {"execution_state": "idle"} if kind == "status" else {}
        return {"msg_type": kind, "parent_header": {"msg_id": self.asked}, "content": content}


if __name__ == "__main__":
    run_notebooks(sys.argv[1:], shared() / "notebooks")
