"""Each notebook runs once for all tests, and nbval still sees any output that differs from the stored one."""

import copy
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from nbformat import v4
from nbval.plugin import IPyNbCell, NbCellError

import once

TABLE = {"text/plain": "  rate\n0  104.6", "text/html": "<table><tr><td>104.6</td></tr></table>"}
STORED = v4.new_code_cell(
    "print('people')\nrates",
    execution_count=1,
    outputs=[
        v4.new_output("stream", name="stdout", text="people\n"),
        v4.new_output("execute_result", TABLE, execution_count=1),
    ],
)


def compare(stored, ran):
    """What nbval does with one cell of a notebook, where `ran` are the cells of the run."""
    file = SimpleNamespace(kernel=once.Replayed(ran), timed_out=False, sanitize_patterns={})
    file.get_kernel_message = lambda timeout: file.kernel.get_message("iopub", timeout)
    file.skip_compare = ("metadata", "traceback", "output_type", "name", "execution_count", "image/png")
    options = SimpleNamespace(nbval_cell_timeout=5)
    cell = object.__new__(IPyNbCell)
    cell.parent, cell.config, cell.cell, cell.cell_num = file, SimpleNamespace(option=options), stored, 0
    cell.options, cell.output_timeout = {"skip": False, "check": True, "check_exception": False}, 5
    cell.colors = SimpleNamespace(FAIL="", OKBLUE="", ENDC="")
    cell.format_output_compare = lambda key, left, right: None
    cell.runtest()


def altered(**change):
    ran = copy.deepcopy(STORED)
    for key, value in change.items():
        ran[key] = value
    return ran


def test_the_same_outputs_pass():
    assert compare(STORED, [v4.new_markdown_cell("people"), altered()]) is None


@pytest.mark.parametrize(
    "outputs",
    [
        [],
        STORED.outputs[:1],
        STORED.outputs[1:],
        [*STORED.outputs, v4.new_output("stream", name="stdout", text="more")],
        [STORED.outputs[0], v4.new_output("execute_result", {**TABLE, "text/plain": "  rate\n0  104.5"})],
        [STORED.outputs[0], v4.new_output("execute_result", {"text/plain": TABLE["text/plain"]})],
        [v4.new_output("error", ename="ValueError", evalue="no", traceback=[])],
    ],
)
def test_another_output_fails(outputs):
    with pytest.raises(NbCellError):
        compare(STORED, [altered(outputs=outputs)])


@pytest.mark.parametrize("ran", [[], [altered(execution_count=None)], [altered(source="rates")]])
def test_a_cell_that_the_run_did_not_reach_fails_even_if_it_shows_nothing(ran):
    silent = altered(outputs=[])
    compare(silent, [altered(outputs=[])])
    with pytest.raises(RuntimeError, match="did not reach this cell"):
        compare(silent, ran)


def test_cells_of_one_source_are_taken_in_their_order():
    one, two = altered(outputs=[]), altered()
    kernel = once.Replayed([one, two])
    for count in (1, 3):  # the last message says that the kernel is idle
        kernel.execute_cell_input(STORED.source)
        assert len(kernel.messages) == count


def test_what_is_made_is_made_once(tmp_path, monkeypatch):
    monkeypatch.setenv("TESTS_SHARED", str(tmp_path))
    made = []

    def make(folder):
        made.append(folder)
        return folder / "build"

    assert once.made("class", make) == once.made("class", make) == Path(made[0], "build")
    assert len(made) == 1 and once.first("other") and not once.first("other")
    with pytest.raises(ZeroDivisionError):
        once.made("broken", lambda folder: 1 / 0)
    with pytest.raises(AssertionError, match="broken failed in another worker"):
        once.made("broken", make)


def test_a_run_that_broke_off_leaves_no_cells_and_nobody_waiting(tmp_path, monkeypatch):
    def broken_off(*args):
        raise RuntimeError("broken off")

    monkeypatch.setattr(once.run, "share_out", broken_off)
    with pytest.raises(RuntimeError):
        once.run_notebooks(["07_scoreboard"], tmp_path)
    assert (tmp_path / "07_scoreboard.json").read_text() == "[]"


def test_a_session_has_a_folder_of_its_own_for_each_checkout():
    assert once.shared().parent == Path(os.environ["TESTS_SHARED"]) and once.shared().is_dir()
    assert once.PROJECT.root.name in once.shared().name
