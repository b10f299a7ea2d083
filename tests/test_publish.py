"""Publishing is all or nothing, wherever a command is killed and whatever the disk refuses."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path

import nbformat
import pytest

from tools import publish, rebuild
from tools.commandline import main
from tools.run import Outcome
from tools.stale import Project, figures_of, read_notebook

GOOD = ("code", "people = 2695479\npeople")
STEPS = ("rename", "fsync", "replace", "unlink")  # of os: all that publishing does to files, one at a time


class States:
    """A project in an old state; its `rebuild --all` publishes a new one, as if kernels had just run."""

    def __init__(self, tiny, kept):
        self.tiny, self.project, self.kept = tiny, tiny.project, kept
        self.old = self.make("old", ["a.csv", "gone.csv", "gone.png"], ["c.csv", "c.png"])
        self.new = self.make("new", ["a.csv", "b.csv"], ["c.csv", "d.png"])

    def make(self, state, *figures):
        """Every file of a state that a reader has; kernels run, once."""
        for name, files in zip(("01_one", "02_two"), figures, strict=True):
            kind, text = self.tiny.figure_cell(*files)
            path = self.project.path(name)
            record = read_notebook(path)["metadata"] if path.exists() else {}
            self.tiny.notebook(name, GOOD, (kind, text.replace("write_text(", f"write_text({state!r} + ")))
            path.write_text(json.dumps(read_notebook(path) | {"metadata": record}))  # as an editor keeps it
        assert rebuild.rebuild(self.project, [], everything=True) == 0
        shutil.copytree(self.project.root, self.kept / state)
        return self.tiny.committed()

    def restore(self):
        """Back to the old state, with nothing left in build/."""
        for folder in ("notebooks", "figures", "build"):
            shutil.rmtree(self.project.root / folder)
            shutil.copytree(self.kept / "old" / folder, self.project.root / folder)

    def run_notebooks(self, project, names, staging):
        """What a run of the new notebooks leaves in the staging folder."""
        outcomes = []
        for name in names:
            out = Outcome(name, staging / name, nbformat.read(self.kept / "new" / "notebooks" / f"{name}.ipynb", 4))
            (out.staging / "figures").mkdir(parents=True)
            for file in figures_of(out.notebook):
                shutil.copy(self.kept / "new" / "figures" / file, out.staging / "figures")
            outcomes.append(out)
        return outcomes

    def found(self):
        """"old" or "new", if every file is, and nothing besides is left; else what there is."""
        there, left = self.tiny.committed(), sorted(path.name for path in self.project.build.iterdir())
        known = {"old": self.old, "new": self.new}
        return next((state for state, files in known.items() if files == there and not left), (sorted(there), left))


@pytest.fixture(scope="module")
def made(new_tiny, tmp_path_factory):
    return States(new_tiny(tmp_path_factory.mktemp("tiny")), tmp_path_factory.mktemp("kept"))


@pytest.fixture
def states(made, monkeypatch):
    """In the old state, and what the command line works on."""
    monkeypatch.setattr("tools.stale.Project.here", lambda: made.project)
    monkeypatch.setattr(rebuild, "run_notebooks", made.run_notebooks)
    made.restore()
    return made


def at_step(number, action, monkeypatch):
    """Before the step of this number, counted over all STEPS, something happens instead."""
    steps = count(1)

    def patched(step):
        def instead(*args, **options):
            if next(steps) == number:
                action()
            return step(*args, **options)

        return instead

    for name in STEPS:
        monkeypatch.setattr(os, name, patched(getattr(os, name)))


def test_the_two_states_differ_and_a_rebuild_leads_from_one_to_the_other(states):
    assert states.found() == "old" and main(["rebuild", "--check"]) == 0
    assert main(["rebuild", "--all"]) == 0
    assert states.found() == "new" and main(["rebuild", "--check"]) == 0
    assert {name for name in states.old if name not in states.new} == {
        "figures/c.png",
        "figures/gone.csv",
        "figures/gone.png",
    }


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the publisher that is killed is a fork of this process")
def test_killed_at_any_step_the_next_command_finds_all_old_or_all_new(states, monkeypatch):
    after, mixed = [], 0
    for number in count(1):
        states.restore()
        if (pid := os.fork()) == 0:
            at_step(number, lambda: os._exit(9), monkeypatch)
            try:
                rebuild.rebuild(states.project, [], everything=True)
            finally:
                os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        mixed += code == 9 and states.tiny.committed() not in (states.old, states.new)
        assert main(["rebuild", "--check"]) == 0
        after.append(states.found())
        if code == 0:
            break
    # two notebooks and four figures: each moved, flushed, put in its place, then three taken away, and the journal
    assert len(after) > 6 * 3 + 3 and mixed > 6 * 2 + 2, "a kill that leaves no mixture shows nothing"
    assert after == sorted(after, reverse=True) and set(after) == {"old", "new"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the command that is killed is a fork of this process")
def test_sealing_killed_at_any_step_is_undone_by_the_next_command(states, monkeypatch):
    root, data = states.project.root, states.project.data
    kept, made = data / "kept.txt", data / "made.txt"
    after = []
    for number in count(1):
        kept.write_text("before")
        made.unlink(missing_ok=True)
        if (pid := os.fork()) == 0:
            at_step(number, lambda: os._exit(9), monkeypatch)
            try:
                with publish.put_back(root, kept, made):
                    for path in (kept, made):
                        path.write_text("aft")
                        os.fsync(os.open(path, os.O_RDWR))  # a step more, at which only half is written
                        path.write_text("after")
            finally:
                os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert main(["rebuild", "--check"]) == 0 and states.found() == "old"
        after.append((kept.read_text(), made.read_text() if made.exists() else ""))
        assert not list(root.rglob("*.unpublished"))
        if code == 0:
            break
    assert after == sorted(after, reverse=True) and set(after) == {("before", ""), ("after", "after")}
    assert len(after) > 6


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")])
def test_stopped_at_any_step_or_without_space_all_is_old_or_all_new(states, capsys, stop):
    def fail():
        raise stop

    after, code = [], -1
    while code != 0 or len(after) < 12:  # past the last step nothing fails
        states.restore()
        with pytest.MonkeyPatch.context() as patched:
            at_step(len(after) + 1, fail, patched)
            code = main(["rebuild", "--all"])
        said = capsys.readouterr().err
        if isinstance(stop, OSError):
            assert code == 0 or (code == 2 and said.startswith("analysis: ") and said.count("\n") == 1), said
            assert code == 0 or "free some space and type the same command again" in said
            assert main(["rebuild", "--check"]) == 0  # which puts in place what could not be moved
        after.append(states.found())
        assert after[-1] in ("old", "new") and code in (0, 2, 130)
    assert set(after) == {"old", "new"}
    if isinstance(stop, KeyboardInterrupt):  # a file that cannot be moved for want of space is copied
        assert after == sorted(after, reverse=True)


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is swept there")
def test_the_folder_of_a_killed_command_goes_and_that_of_a_running_one_stays(states):
    code = (
        "import sys; from pathlib import Path; from tools.stale import Project\n"
        "with Project(Path(sys.argv[1])).staging('rebuild') as staging: print(staging, flush=True); sys.stdin.read()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", code, str(states.project.root)], **pipes) as running:
        folder = Path(running.stdout.readline().strip())
        (folder / "figures").mkdir()
        assert main(["rebuild", "--check"]) == 0 and (folder / "figures").is_dir()
        running.send_signal(signal.SIGKILL)
    assert folder.is_dir()
    assert main(["rebuild", "--check"]) == 0 and not folder.exists()


def test_what_a_reader_keeps_in_build_is_not_swept(states):
    kept = ["class-students", "rebuild-notes", ".cache"]
    for name in kept:
        (states.project.build / name).mkdir()
    assert main(["rebuild", "--check"]) == 0
    assert sorted(path.name for path in states.project.build.iterdir()) == sorted(kept)


def test_build_may_lie_on_another_file_system(states, monkeypatch):
    rename, moved = os.rename, []

    def refuse(source, target):
        moved.append(target)
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "rename", refuse)
    assert main(["rebuild", "--all"]) == 0
    monkeypatch.setattr(os, "rename", rename)
    assert len(moved) == 6 and states.found() == "new"  # two notebooks, four figures


def test_a_file_where_a_folder_belongs_is_named_before_anything_runs(tiny, monkeypatch, capsys):
    monkeypatch.setattr("tools.stale.Project.here", lambda: tiny.project)
    monkeypatch.setattr(rebuild, "run_notebooks", lambda *args: pytest.fail("it ran"))
    tiny.notebook("01_one", GOOD)
    tiny.project.figures.rmdir()
    tiny.project.figures.write_text("")
    assert main(["rebuild"]) == 2
    said = capsys.readouterr().err
    assert "a folder belongs there: move the file away" in said and str(tiny.project.figures) in said


@pytest.mark.parametrize("command", [["rebuild"], ["rebuild", "--check"], ["rebuild", "--all"]])
def test_without_notebooks_nothing_is_called_up_to_date(tiny, monkeypatch, capsys, command):
    monkeypatch.setattr("tools.stale.Project.here", lambda: tiny.project)
    tiny.project.notebooks.rmdir()
    assert main(command) == 2
    assert capsys.readouterr().err == "analysis: notebooks/ holds none; restore them with: git checkout notebooks\n"


@pytest.mark.parametrize("lacking", ["nbclient", "ipykernel", "tqdm", "nbformat"])
def test_a_package_that_is_missing_is_one_line_with_a_remedy(tiny, monkeypatch, capsys, lacking):
    monkeypatch.setattr("tools.stale.Project.here", lambda: tiny.project)
    tiny.notebook("01_one", GOOD)
    for name in [name for name in sys.modules if name.split(".")[0] == lacking]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, lacking, None)
    assert main(["rebuild"]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("analysis: ") and lacking in said and "type .venv/bin/python instead" in said


def test_a_python_without_our_packages_is_told_which_one_to_use():
    command = [sys.executable, "-S", "-m", "analysis", "ranks"]  # -S: as if nothing had been installed
    done = subprocess.run(command, cwd=Project.here().root, capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and not done.stdout
    assert "No module named 'pandas'" in done.stderr and "type .venv/bin/python instead" in done.stderr
