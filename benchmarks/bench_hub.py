"""25 pupils sign in to a class's hub at once, open lesson 1, run it: how long, how much memory?

    .venv/bin/python benchmarks/bench_hub.py [PUPILS]
    .venv/bin/python benchmarks/bench_hub.py --record    # also deploy/measured.json and its table

On this computer only, and over by itself: the hub, its 25 servers and their kernels are started
and stopped here. Needs Linux (memory is read from /proc), and what `make hub` installs. Exit code
1 if a pupil did not get through or a process was left.

Memory is PSS: what several processes share is divided among them. RSS counts it for each anew.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import platform
import shutil
import signal
import statistics
import sys
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Template

from benchmarks.hub_client import ROOT, Pupil, is_figure, processes_of, running_hub

PUPILS, PASSWORD = 25, "for this test only"
STEPS = {
    "signed_in": "signed in",
    "server_ready": "the own server is ready",
    "first_figure": "the first figure is seen",
    "lesson_done": "the whole lesson has run",
}
NAMED = ("jupyterhub", "jupyterlab", "jupyter_server", "ipykernel")
RECORD, PAGE = ROOT / "deploy" / "measured.json", ROOT / "deploy" / "README.md"
BEGIN, END = "<!-- measured: generated -->\n", "<!-- /measured -->\n"
SYSTEM_GB, WAIT = 2, 30  # for the system itself; seconds that a class can wait
Figures = dict[str, Any]


def kilobytes(process: int, kind: str) -> int:
    """Pss or Rss of a process, in kB; 0 if it ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith(f"{kind}:"))


def cpu_seconds(processes: list[int]) -> float:
    """What these processes have computed so far."""
    ticks = 0
    for process in processes:
        after = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(after[11]) + int(after[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def lesson(address: str, name: str, file: str) -> Figures:
    """One pupil's way through the lesson: seconds from the start to each step."""
    begun, pupil = time.perf_counter(), Pupil(address, name)
    took: Figures = {}

    def reached(step: str) -> None:
        took.setdefault(step, time.perf_counter() - begun)

    await pupil.sign_in(PASSWORD)
    reached("signed_in")
    await pupil.wait_for_server()
    reached("server_ready")
    for cell in await pupil.open(file):
        if cell["cell_type"] == "code" and any(map(is_figure, await pupil.run(cell["source"]))):
            reached("first_figure")
    reached("lesson_done")
    await pupil.leave()
    if "first_figure" not in took:
        raise RuntimeError(f"{name}: no figure in {file}")
    return took


def memory(name: str) -> Figures:
    """Of one pupil's server and kernel: MB by kind, and CPU seconds so far."""
    own = processes_of(f"JUPYTERHUB_USER={name}\0")
    found: Figures = {"processes": len(own), "cpu_seconds": cpu_seconds(own)}
    for kind in ("Pss", "Rss"):
        found[kind.lower()] = sum(kilobytes(process, kind) for process in own) / 1024
    kernels = [p for p in own if b"ipykernel" in Path(f"/proc/{p}/cmdline").read_bytes()]
    found["kernel_pss"] = sum(kilobytes(process, "Pss") for process in kernels) / 1024
    return found


def gigabytes() -> float:
    """The memory of this computer."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def spread(values: list[float]) -> dict[str, float]:
    """Median and largest, to 0.1."""
    return {"median": round(statistics.median(values), 1), "most": round(max(values), 1)}


def plan(memory_mb: Figures, cpu: Figures) -> dict[str, int]:
    """What a class needs: a quarter more memory than measured, and cores for WAIT seconds."""
    pupil_mb = math.ceil(memory_mb["rss"]["most"] * 1.25 / 50) * 50
    memory_gb = math.ceil(pupil_mb * PUPILS / 1024 + SYSTEM_GB)
    cores = math.ceil(cpu["median"] * PUPILS / WAIT)
    return {"pupil_mb": pupil_mb, "pupils": PUPILS, "memory_gb": memory_gb, "cores": cores}


def summary(file: str, steps: list[Figures], costs: list[Figures], hub: float) -> Figures:
    """All figures of one run: what deploy/measured.json holds. hub: MB of all but the pupils'."""
    kinds = ("pss", "kernel_pss", "rss")
    memory_mb = {kind: spread([one[kind] for one in costs]) for kind in kinds}
    cpu = spread([one["cpu_seconds"] for one in costs])
    return {
        "date": date.today().isoformat(),
        "cores": os.cpu_count(),
        "memory_gb": round(gigabytes()),
        "versions": {"Python": platform.python_version()} | {name: version(name) for name in NAMED},
        "lesson": file,
        "pupils": len(steps),
        "seconds": {step: spread([one[step] for one in steps]) for step in STEPS},
        "memory_mb": memory_mb,
        "all_pupils_mb": round(sum(one["pss"] for one in costs)),
        "hub_mb": round(hub),
        "cpu_seconds": cpu,
        "plan": plan(memory_mb, cpu),
    }


TABLE = """\
Measured on {{ date }}, {{ cores }} cores, {{ memory_gb }} GB:
{{ pupils }} pupils at the same moment, `{{ lesson }}`, no failure.
({{ versions.items() | map("join", " ") | join(", ") }}.)

| for each pupil | median | most |
|---|---|---|
{% for step, words in STEPS.items() -%}
| seconds until {{ words }} | {{ seconds[step].median }} | {{ seconds[step].most }} |
{% endfor -%}
| MB of server and kernel, what is shared divided (PSS) | {{ memory_mb.pss.median }} | {{ memory_mb.pss.most }} |
| of it MB of the kernel | {{ memory_mb.kernel_pss.median }} | {{ memory_mb.kernel_pss.most }} |
| MB of server and kernel, what is shared counted in full (RSS) | {{ memory_mb.rss.median }} | {{ memory_mb.rss.most }} |
| seconds of one core for all of it | {{ cpu_seconds.median }} | {{ cpu_seconds.most }} |

All pupils together {{ "{:,}".format(all_pupils_mb) }} MB; hub, proxy and culler {{ hub_mb }} MB.

**Plan {{ plan.pupil_mb }} MB for each pupil**: RSS, and a quarter more for what pupils try. For {{ plan.pupils }} pupils, with
{{ SYSTEM_GB }} GB for the system, that is {{ plan.memory_gb }} GB. With {{ plan.cores }} cores all {{ plan.pupils }} would be through
the lesson in about {{ WAIT }} seconds (computed from the seconds of one core, not run).
"""  # noqa: E501 (a row of a table is a line)


def table(found: Figures) -> str:
    """The figures as Markdown."""
    return Template(TABLE).render(found, STEPS=STEPS, SYSTEM_GB=SYSTEM_GB, WAIT=WAIT) + "\n"


async def all_at_once(address: str, file: str, count: int) -> tuple[list[Figures], list[str]]:
    """Every pupil's steps, and what went wrong for whom."""
    names = [f"pupil-{number:02}" for number in range(1, count + 1)]
    done = await asyncio.gather(
        *(lesson(address, name, file) for name in names), return_exceptions=True
    )
    pairs = list(zip(names, done, strict=True))
    failures = [f"{name}: {one!r}" for name, one in pairs if isinstance(one, BaseException)]
    return [one for one in done if not isinstance(one, BaseException)], failures


def measure(count: int) -> tuple[Figures, list[str]]:
    """Start the hub, let the class in, weigh it, stop all."""
    folder = ROOT / "build" / "bench_hub"
    shutil.rmtree(folder, ignore_errors=True)
    lesson_1 = "class/lesson_1.ipynb"
    file = lesson_1 if (ROOT / "notebooks" / lesson_1).exists() else "01_prevalence.ipynb"
    with running_hub(folder, PASSWORD) as (address, _):
        steps, failures = asyncio.run(all_at_once(address, file, count))
        costs = [memory(f"pupil-{number:02}") for number in range(1, count + 1)]
        theirs = set(processes_of("JUPYTERHUB_USER=pupil-"))
        others = set(processes_of(str(folder), "JUPYTERHUB_SERVICE_NAME=idle-culler")) - theirs
        hub = sum(kilobytes(process, "Pss") for process in others) / 1024
    shutil.rmtree(folder)
    return (summary(file, steps, costs, hub) if steps else {}), failures


def record(found: Figures) -> None:
    """Write deploy/measured.json and the table in deploy/README.md."""
    RECORD.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{table(found)}\n{END}{after}", encoding="utf-8")


def main(words: list[str]) -> int:
    """Measure, print the table; with --record, keep it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ended from outside: stop all the same
    count = next((int(word) for word in words if word.isdigit()), PUPILS)
    found, failures = measure(count)
    print(table(found) if found else "", *failures, f"failures: {len(failures)}", sep="\n")
    if "--record" in words and not failures and count == PUPILS:
        record(found)
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
