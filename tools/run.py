"""Run notebooks side by side, each in a fresh kernel of this Python, and check their text before it closes."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools import prose
from tools.stale import KEY, Inputs, Project, read_notebook, record

CELL_SECONDS = 120  # the longest that one cell may take
START_SECONDS = 60  # the longest that a kernel may take to answer
LANGUAGE = {"name": "python"}  # no version, which differs between machines
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
WATCH = """\
import sys
_opened = set()
sys.addaudithook(lambda event, args, seen=_opened: event == "open" and seen.add(str(args[0])))
"""  # a start-up file of the kernel: which files a notebook opens
ASK = """\
def _answer(expression):
    try:
        return True, str(eval(f"({expression}\\n)", globals()))
    except Exception as error:
        return False, f"{type(error).__name__}: {error}"
_modules = [name for name in __import__("sys").modules if name.split(".")[0] == "analysis"]
_ties = [_answer(expression) for expression in %r]
print(__import__("json").dumps([_ties, _modules, sorted(_opened)]))
"""  # a last cell, taken out again: what the notebook's text is tied to, and what was loaded


@dataclass
class Outcome:
    """One notebook after its run: `problems` is empty if it may be published."""

    name: str
    staging: Path  # a folder of its own, with figures/ in it
    notebook: Any = None
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def figures(self) -> Path:
        return self.staging / "figures"

    @property
    def written(self) -> set[str]:
        """The files of figures that a finished run wrote."""
        return set(self.notebook.metadata.get(KEY, {}).get("figures", {})) if self.notebook else set()

    def text(self) -> str:
        """The notebook as its file: no line that changes from run to run."""
        from nbformat.v4 import writes

        return str(writes(self.notebook)).rstrip("\n") + "\n"


def jobs() -> int:
    """How many notebooks run at a time: the number of cores, or $ANALYSIS_JOBS."""
    chosen = os.environ.get("ANALYSIS_JOBS", str(os.cpu_count() or 1))
    if not chosen.isdecimal() or int(chosen) < 1:
        what = f"ANALYSIS_JOBS is {chosen!r}"
        raise ValueError(f"{what}; give a whole number of 1 or more, or unset it")
    return int(chosen)


def environment(root: Path, staging: Path) -> dict[str, str]:
    """What a kernel sees: one thread, no display, no start-up files of the user, this checkout first."""
    startup = staging / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True, exist_ok=True)
    (startup / "watch.py").write_text(WATCH, encoding="utf-8")
    one = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "JUPYTER_PLATFORM_DIRS")
    fixed = dict.fromkeys(one, "1") | {"MPLBACKEND": "agg", "IPYTHONDIR": str(staging / "ipython")}
    fixed |= {"ANALYSIS_FIGURES": str(staging / "figures")}
    fixed |= {"PYTHONHASHSEED": os.environ.get("PYTHONHASHSEED", "0")}
    path = [str(root), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, **fixed, "PYTHONPATH": os.pathsep.join(filter(None, path))}


def kernel_manager() -> Any:
    """A manager that starts kernels of this Python, whatever kernels the user has installed elsewhere."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    return AsyncKernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))


def cleaned(notebook: Any) -> Any:
    """The notebook without anything an earlier run or another editor left: outputs, counts, timing, widgets."""
    notebook.metadata["kernelspec"] = dict(KERNELSPEC)
    notebook.metadata["language_info"] = dict(LANGUAGE)
    for key in ("widgets", KEY):
        notebook.metadata.pop(key, None)
    for cell in notebook.cells:
        for key in ("execution", "ExecuteTime", "collapsed", "scrolled"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def execute(
    out: Outcome, manager: Any, seconds: int, tick: Callable[[], None], channels: Any = None, **start: Any
) -> Any:
    """Run all cells of out.notebook up to the first that fails, which is named in out.problems.

    start: how the kernel is started, if the manager has none yet. Returns the channels to the
    kernel, for the next notebook on it.
    """
    from nbclient import NotebookClient, exceptions

    at: list[int] = [0]

    def begin(cell: Any, cell_index: int) -> None:
        at[0] = cell_index

    def done(cell: Any, cell_index: int, execute_reply: Any) -> None:
        tick()
        if any(output.get("name") == "stderr" for output in cell.outputs):
            raise RuntimeError(f"wrote to stderr: {warning(cell)}")

    options = {"timeout": seconds, "startup_timeout": START_SECONDS, "coalesce_streams": True}
    options |= {"iopub_timeout": 30, "raise_on_iopub_timeout": True, "record_timing": False}
    hooks = {"on_cell_start": begin, "on_cell_executed": done}
    client = NotebookClient(out.notebook, km=manager, **options, **hooks)
    client.kc = channels
    why = ""
    try:
        client.execute(**start)
    except exceptions.CellExecutionError as error:
        why = f"{error.ename}: {(error.evalue.splitlines() or [''])[0]}"
    except exceptions.CellTimeoutError:
        why = f"took longer than {seconds} seconds and was stopped"
    except exceptions.DeadKernelError:
        why = "the kernel died"
    except RuntimeError as error:  # the kernel did not start, or a cell wrote to stderr
        why = str(error)
    if why:
        out.problems.append(f"{out.name} cell {at[0] + 1}: {why}")
    out.notebook.metadata["language_info"] = dict(LANGUAGE)
    return client.kc


def warning(cell: Any) -> str:
    """The last line that a cell wrote to stderr."""
    written = "".join(output["text"] for output in cell.outputs if output.get("name") == "stderr")
    return written.strip().splitlines()[-1]


def run_notebook(out: Outcome, manager: Any, project: Project, inputs: Inputs, seconds: int, tick: Any) -> None:
    """Run one notebook, check its text and fill in its outcome; the kernel is gone when this returns."""
    import nbformat

    begun, path = time.monotonic(), project.path(out.name)
    out.figures.mkdir(parents=True)
    try:
        out.notebook = cleaned(nbformat.read(path, as_version=4))
        ties = prose.all_ties(out.notebook)
        asked = ASK % [tie.expression for _, tie in ties]
        out.notebook.cells.append(nbformat.v4.new_code_cell(asked, id="ask"))
        with (out.staging / "kernel.log").open("wb") as log:
            start = {"env": environment(project.root, out.staging), "cwd": str(path.parent)}
            execute(out, manager, seconds, tick, None, stdout=log, stderr=log, **start)
        answers = out.notebook.cells.pop().outputs
        if not out.problems:
            values, modules, opened = json.loads(answers[0]["text"])
            out.problems += prose.check(out.name, out.notebook, values)
            folder = (project.data, project.root / "data")
            tables = [p.stem for p in map(Path, opened) if p.suffix == ".csv" and p.parent in folder]
            out.notebook.metadata[KEY] = record(out.notebook, inputs, modules, tables, out.figures)
    except (ValueError, OSError) as error:  # the file is no notebook
        out.problems.append(f"{out.name}: {error}")
    finally:
        stop(manager)
        out.seconds = time.monotonic() - begun


def stop(manager: Any) -> None:
    """End a kernel at once, from any thread."""
    process = getattr(manager.provisioner, "process", None)
    if process is not None:
        with suppress(OSError):
            process.kill()
        process.wait()
    manager.cleanup_connection_file()


def run(project: Project, names: list[str], staging: Path, seconds: int = CELL_SECONDS) -> list[Outcome]:
    """Run the notebooks, those with most cells first, into the staging folder; shows progress on stderr."""
    from tqdm import tqdm

    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # a second to load, not needed
    cells = {}
    for name in names:
        cells[name] = sum(c["cell_type"] == "code" for c in read_notebook(project.path(name))["cells"])
    outcomes = [Outcome(name, staging / name) for name in names]
    inputs, managers = Inputs.read(project), {out.name: kernel_manager() for out in outcomes}
    pause = 0.1 if sys.stderr.isatty() else 5  # a log file gets a line now and then
    total, look = sum(cells.values()) + len(names), {"mininterval": pause, "file": sys.stderr}
    pool = ThreadPoolExecutor(jobs())
    with tqdm(total=total, unit="cell", desc="notebooks", **look) as bar:
        ordered = sorted(outcomes, key=lambda out: -cells[out.name])
        shared = (project, inputs, seconds, bar.update)
        running = [pool.submit(run_notebook, out, managers[out.name], *shared) for out in ordered]
        try:
            for one in running:
                one.result()
        except BaseException:  # Ctrl-C: no kernel is left, and none starts
            pool.shutdown(wait=False, cancel_futures=True)
            while not all(one.done() for one in running):
                for manager in managers.values():
                    stop(manager)
                time.sleep(0.05)
            raise
    return outcomes
