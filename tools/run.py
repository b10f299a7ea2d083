"""Run notebooks side by side, each in a fresh kernel of this Python, and check their text there."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from subprocess import DEVNULL
from typing import Any
from uuid import uuid4

from tools import prose
from tools.forked import POSSIBLE, Nursery, provisioner
from tools.stale import RECORD_KEY, Project, digests, make_record, read_notebook

CELL_SECONDS = 120  # the longest that one cell may take
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
STARTUP_CODE = """\
from sys import addaudithook as _hook
_opened = set()
_hook(lambda event, args, seen=_opened: event == "open" and seen.add(str(args[0])))
"""  # run when a kernel starts: which files a notebook opens
LAST_CODE = """\
def _answer(expression):
    try:
        return True, str(eval(f"({expression}\\n)", globals()))
    except Exception as error:
        return False, f"{type(error).__name__}: {error}"
import json as _json, os as _os, sys as _sys
_ties = [_answer(expression) for expression in %r]
_opened |= {m.__file__ for name, m in _sys.modules.items() if name.split(".")[0] == "analysis"}
print(_json.dumps([_ties, [_os.path.realpath(file) for file in sorted(_opened)]]))
"""  # a last cell, taken out again: what the notebook's text is tied to, and what was loaded


@dataclass
class Outcome:
    """One notebook and what came of its run; it may be published if there are no problems."""

    name: str
    staging: Path  # a folder of its own, with figures/ in it
    notebook: Any
    problems: list[str] = field(default_factory=list)


@dataclass
class Kernel:
    """A place for a kernel of this Python, which runs one notebook after another in one thread."""

    project: Project
    closed: bool = False  # no further cell is run
    client: Any = None  # of nbclient, with the kernel that it started
    cell: int = 0  # the number of the cell that runs; 0 while the kernel starts

    def execute(self, out: Outcome, last: str, keep: bool = False) -> Any:
        """Run the cells and `last`, whose outputs it returns; out.problems names one that fails."""
        from nbclient import exceptions
        from nbformat.v4 import new_code_cell

        self.client = self.client or self.new_client(out.notebook)
        self.client.nb, self.cell, problem = out.notebook, 0, ""
        out.notebook.cells.append(new_code_cell(last))
        cwd, env = self.project.path(out.name).parent, environment(self.project, out.staging)
        try:
            self.client.execute(cwd=str(cwd), env=env, stdout=DEVNULL, stderr=DEVNULL)
        except exceptions.CellExecutionError as error:
            problem = f"{error.ename}: {error.evalue.partition(chr(10))[0]}"
        except exceptions.CellTimeoutError:
            problem = f"took longer than {CELL_SECONDS} seconds and was stopped"
        except exceptions.DeadKernelError:
            problem = "the kernel died"
        except (RuntimeError, OSError) as error:  # it did not start, or a cell wrote to stderr
            problem = str(error)
        if problem:
            out.problems.append(f"{out.name} cell {self.cell or 1}: {problem}")
        if problem or not keep:  # else the next notebook has the same kernel
            self.kill()
            self.client = None
        out.notebook.metadata["language_info"] = {"name": "python"}  # nbclient adds the version
        return out.notebook.cells.pop().outputs

    def new_client(self, notebook: Any) -> Any:
        """A client with no kernel yet, which ignores the kernels that the user has installed."""
        import ipykernel.kernelspec  # noqa: F401  (jupyter_client does not say that it is missing)
        from jupyter_client.kernelspec import KernelSpecManager
        from jupyter_client.manager import AsyncKernelManager
        from nbclient import NotebookClient

        specs = KernelSpecManager(kernel_dirs=[])
        manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specs)
        if sys.platform == "linux":  # a name that leaves no file; another may take a free TCP port
            manager.transport, manager.ip = "ipc", f"@{uuid4()}"
        if warmed := nursery():
            manager.provisioner = provisioner(manager, warmed)
        limits = {"timeout": CELL_SECONDS, "iopub_timeout": 30, "raise_on_iopub_timeout": True}
        form = {"coalesce_streams": True, "record_timing": False}
        hooks = {"on_cell_start": self.begin_cell, "on_cell_executed": self.end_cell}
        return NotebookClient(notebook, manager, **limits, **form, **hooks)

    def begin_cell(self, cell: Any, cell_index: int) -> None:
        """Note which cell runs; RuntimeError once the kernel is closed."""
        self.cell = cell_index + 1
        if self.closed:
            raise RuntimeError("stopped")

    def end_cell(self, cell: Any, cell_index: int, execute_reply: Any) -> None:
        """RuntimeError with the last line that the cell wrote to stderr, if it did."""
        texts = [output["text"] for output in cell.outputs if output.get("name") == "stderr"]
        if texts:
            raise RuntimeError(f"wrote to stderr: {''.join(texts).strip().splitlines()[-1]}")

    def close(self) -> None:
        """Stop as soon as possible; another thread may call this."""
        self.closed = True
        if self.cell:  # a kernel that is starting stops before its first cell
            self.kill()

    def kill(self) -> None:
        """End the kernel at once, if there is one."""
        manager: Any = getattr(self.client, "km", None)
        process = getattr(getattr(manager, "provisioner", None), "process", None)
        if process is not None:
            process.kill()
            process.wait()
            manager.cleanup_connection_file()


def surroundings() -> dict[str, str]:
    """What every kernel sees: one thread, no display, hashes that are the same in each run."""
    one = ("MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "JUPYTER_PLATFORM_DIRS")
    return {"PYTHONHASHSEED": "0", **os.environ, "MPLBACKEND": "agg"} | dict.fromkeys(one, "1")


@cache
def nursery() -> Nursery | None:
    """The one process that kernels are forked from, warming up from the first call on."""
    return Nursery(surroundings()) if POSSIBLE else None


def environment(project: Project, staging: Path) -> dict[str, str]:
    """What one kernel sees besides: this checkout, folders of its own."""
    startup, figures = staging / "ipython" / "profile_default" / "startup", staging / "figures"
    startup.mkdir(parents=True)
    figures.mkdir()
    (startup / "opened.py").write_text(STARTUP_CODE, encoding="utf-8")
    path = filter(None, [str(project.root), os.environ.get("PYTHONPATH")])
    return surroundings() | {
        "ANALYSIS_FIGURES": str(figures),
        "IPYTHONDIR": str(staging / "ipython"),
        "PYTHONPATH": os.pathsep.join(path),
    }


@contextmanager
def hold_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back until the block is done; only for the main thread, which receives it."""
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt


class Unminded:
    """stderr, whose reader may have left: tqdm would keep its lock for ever, and all would wait."""

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stderr, name)

    def write(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


def share_out(project: Project, tasks: list[Any], work: Callable[..., None]) -> None:
    """Call work(kernel, task) for every task, on all cores; after Ctrl-C no kernel is left."""
    from tqdm import tqdm

    kernels = [Kernel(project) for _ in range(min(os.cpu_count() or 1, len(tasks)))]
    todo = tasks.copy()
    turns = iter(todo)  # one for all threads, so that each task is done once

    def take_turns(kernel: Kernel) -> None:
        try:
            for task in turns:
                work(kernel, task)
                bar.update()
        finally:
            kernel.kill()

    bar = tqdm(total=len(tasks), unit="notebook", file=Unminded())
    with bar, ThreadPoolExecutor(len(kernels)) as pool:
        try:
            list(pool.map(take_turns, kernels))
        except BaseException:  # Ctrl-C above all
            with hold_interrupts():
                todo.clear()
                for kernel in kernels:
                    kernel.close()
                pool.shutdown()
            raise


def open_notebook(path: Path) -> Any:
    """A notebook without what a run or another editor left in it: outputs, counts, timing."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # slow, not needed
    import nbformat

    read_notebook(path)  # ValueError if it is none
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.clear()
    notebook.metadata["kernelspec"] = dict(KERNELSPEC)
    for cell in notebook.cells:
        for key in ("execution", "ExecuteTime", "collapsed", "scrolled"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def run_notebook(files: dict[str, str], kernel: Kernel, out: Outcome) -> None:
    """Run one notebook in a kernel of its own, check its text and record what it was made of."""
    from nbformat.v4 import writes

    ties = [tie.expression for _, tie in prose.all_ties(out.notebook)]
    answers = kernel.execute(out, LAST_CODE % (ties,))
    if not out.problems:
        values, opened = json.loads(answers[0]["text"])
        out.problems += prose.prose_messages(out.name, out.notebook, values)
        root, kinds = kernel.project.root.resolve(), ("analysis", "data")
        used = {f for f in files if f.startswith(kinds) and str(root / f) in opened}
        filed, figures = json.loads(writes(out.notebook)), out.staging / "figures"
        out.notebook.metadata[RECORD_KEY] = make_record(filed, files, used, figures)


def effort(out: Outcome) -> tuple[int, int]:
    """What tells how long a notebook runs: how often it simulates, and its lines of code."""
    code = "\n".join(cell.source for cell in out.notebook.cells if cell.cell_type == "code")
    return code.count("draws="), code.count("\n")


def run_notebooks(project: Project, names: list[str], staging: Path) -> list[Outcome]:
    """Run the notebooks in the staging folder; what came of each, in the same order."""
    nursery()  # it warms up while the notebooks are read
    outcomes = [Outcome(name, staging / name, open_notebook(project.path(name))) for name in names]
    longest_first = sorted(outcomes, key=effort, reverse=True)
    share_out(project, longest_first, partial(run_notebook, digests(project)))
    return outcomes
