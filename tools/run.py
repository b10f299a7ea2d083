"""Run notebooks side by side, each in a fresh kernel of this Python, and check their text before the kernel closes."""

from __future__ import annotations

import ast
import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools import prose
from tools.stale import KEY, Inputs, Project, read_notebook, record

CELL_SECONDS = 120  # the longest that one cell may take
START_SECONDS = 60  # the longest that a kernel may take to answer
READ = "analysis:read"
TABLES_READ = "list(getattr(__import__('sys').modules.get('analysis.tables'), 'READ', ()))"
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


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
        raise ValueError(f"ANALYSIS_JOBS is {chosen!r}; give a whole number of 1 or more, or unset it")
    return int(chosen)


def environment(root: Path, staging: Path) -> dict[str, str]:
    """What a kernel sees: one thread, no display, no start-up files of the user, this checkout first on its path."""
    path = [str(root), os.environ.get("PYTHONPATH", "")]
    fixed = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "JUPYTER_PLATFORM_DIRS"), "1")
    fixed |= {"MPLBACKEND": "agg", "ANALYSIS_FIGURES": str(staging / "figures"), "IPYTHONDIR": str(staging / "ipython")}
    fixed |= {"PYTHONHASHSEED": os.environ.get("PYTHONHASHSEED", "0")}
    return {**os.environ, **fixed, "PYTHONPATH": os.pathsep.join(filter(None, path))}


def kernel_manager() -> Any:
    """A manager that starts kernels of this Python, whatever kernels the user has installed elsewhere."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    return AsyncKernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))


async def run_notebook(project: Project, out: Outcome, inputs: Inputs, seconds: int, tick: Callable[[], None]) -> None:
    """Run one notebook and fill in its outcome; the kernel is gone when this returns or is cancelled."""
    begun = time.monotonic()
    path = project.path(out.name)
    out.figures.mkdir(parents=True)
    manager = kernel_manager()
    log = (out.staging / "kernel.log").open("wb")
    try:
        env = environment(project.root, out.staging)
        await manager.start_kernel(cwd=str(path.parent), env=env, stdout=log, stderr=log)
        client = await connect(manager, path, seconds)  # loads nbclient while the kernel is starting
        out.notebook = client.nb
        if await run_cells(client, out, seconds, tick):
            await finish(client, out, inputs, seconds)
    except (RuntimeError, ValueError, OSError) as error:  # the kernel did not start, or the file is no notebook
        out.problems.append(f"{out.name}: {error}")
    finally:
        if manager.has_kernel:
            await manager.shutdown_kernel(now=True)
        log.close()
        out.seconds = time.monotonic() - begun


async def connect(manager: Any, path: Path, seconds: int) -> Any:
    """A client with the notebook, cleaned, and open channels to the kernel."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # takes a second to load, is not needed
    import nbclient
    import nbformat

    notebook = cleaned(nbformat.read(path, as_version=4))
    options = {"timeout": seconds, "iopub_timeout": 30, "raise_on_iopub_timeout": True, "coalesce_streams": True}
    client: Any = nbclient.NotebookClient(notebook, km=manager, record_timing=False, **options)
    client.reset_execution_trackers()
    client.kc = manager.client()
    client.kc.start_channels()
    await client.kc.wait_for_ready(timeout=START_SECONDS)
    client.kc.allow_stdin = False
    return client


def cleaned(notebook: Any) -> Any:
    """The notebook without anything an earlier run or another editor left: outputs, counts, timing, widget states."""
    notebook.metadata["kernelspec"] = dict(KERNELSPEC)
    notebook.metadata["language_info"] = {"name": "python"}
    for key in ("widgets", KEY):
        notebook.metadata.pop(key, None)
    for cell in notebook.cells:
        for key in ("execution", "ExecuteTime", "collapsed", "scrolled"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


async def run_cells(client: Any, out: Outcome, seconds: int, tick: Callable[[], None]) -> bool:
    """Run the cells in order up to the first that fails; did all run?"""
    from nbclient import exceptions as errors

    for number, cell in enumerate(client.nb.cells, 1):
        if cell.cell_type != "code":
            continue
        where = f"{out.name} cell {number}"
        try:
            await client.async_execute_cell(cell, number - 1)
        except errors.CellExecutionError as error:
            first_line = (error.evalue.splitlines() or [""])[0]
            out.problems.append(f"{where}: {error.ename}: {first_line}")
        except errors.CellTimeoutError:
            out.problems.append(f"{where}: took longer than {seconds} seconds and was stopped")
        except errors.DeadKernelError:
            if asyncio.current_task().cancelling():  # type: ignore[union-attr]
                raise asyncio.CancelledError from None  # Ctrl-C, which nbclient takes for a dead kernel
            out.problems.append(f"{where}: the kernel died")
        if out.problems:
            return False
        warned = [o["text"].strip() for o in cell.outputs if o.get("name") == "stderr"]
        if warned:
            out.problems.append(f"{where}: wrote to stderr: {warned[0].splitlines()[-1]}")
            return False
        tick()
    return True


async def finish(client: Any, out: Outcome, inputs: Inputs, seconds: int) -> None:
    """Compare the text with the kernel's values, and record what the notebook was made from."""
    ties = [tie.expression for _, tie in prose.all_ties(client.nb)]
    asked = {str(i): f"str(({expression}\n))" for i, expression in enumerate(ties)}
    asked[READ] = f"__import__('json').dumps({TABLES_READ})"
    reply = await client.kc.execute("", silent=True, user_expressions=asked, reply=True, timeout=seconds)
    given = reply["content"]["user_expressions"]
    out.problems += prose.check(out.name, client.nb, [value_of(given[str(i)]) for i in range(len(ties))])
    tables = json.loads(value_of(given[READ])[1])
    client.nb.metadata[KEY] = record(client.nb, inputs, tables, out.figures)


def value_of(answer: dict[str, Any]) -> tuple[bool, str]:
    """(True, the text) of an expression that the kernel evaluated to a str, or (False, its error)."""
    if answer["status"] == "ok":
        return True, str(ast.literal_eval(answer["data"]["text/plain"]))
    return False, f"{answer['ename']}: {answer['evalue']}"


async def _side_by_side(project: Project, outcomes: list[Outcome], inputs: Inputs, seconds: int, tick: Any) -> None:
    free = asyncio.Semaphore(jobs())

    async def one(out: Outcome) -> None:
        async with free:
            await run_notebook(project, out, inputs, seconds, tick)

    async with asyncio.TaskGroup() as group:  # waits for every kernel to be gone, also after Ctrl-C
        for out in outcomes:
            group.create_task(one(out))


def run(project: Project, names: list[str], staging: Path, seconds: int = CELL_SECONDS) -> list[Outcome]:
    """Run the notebooks, those with most cells first, into the staging folder; shows progress on stderr."""
    from tqdm import tqdm

    cells = {n: sum(c["cell_type"] == "code" for c in read_notebook(project.path(n))["cells"]) for n in names}
    outcomes = [Outcome(name, staging / name) for name in names]
    ordered = sorted(outcomes, key=lambda out: -cells[out.name])
    pause = 0.1 if sys.stderr.isatty() else 5  # a log file gets a line now and then
    with tqdm(total=sum(cells.values()), unit="cell", desc="notebooks", mininterval=pause, file=sys.stderr) as bar:
        asyncio.run(_side_by_side(project, ordered, Inputs.read(project), seconds, bar.update))
    return outcomes
