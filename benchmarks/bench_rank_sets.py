"""Both kinds of rank set, 160 countries, 100,000 draws: under 60 seconds and 500 MB, and the memory of 10,000 draws.

    .venv/bin/python benchmarks/bench_rank_sets.py

Each number of draws runs in a fresh process (Linux or macOS), which reports seconds and its peak memory. Exit code 1 if
a limit is missed. The rates are those of the 2023 index with an error of 10 percent each, where looking again takes the
most rounds.
"""

from __future__ import annotations

import json
import subprocess
import sys

SECONDS, MEGABYTES, GROWTH = 60, 500, 1.10
MEASURED = """
import json, resource, sys, time
import numpy as np
from analysis.ranks import rank_sets
from analysis.tables import load
rates = np.log(load("index", edition=2023)["rate"].dropna().to_numpy())
start = time.perf_counter()
for simultaneous in (False, True):
    found = rank_sets(rates, np.full(len(rates), 0.1), draws=int(sys.argv[1]), simultaneous=simultaneous)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
print(json.dumps({"rows": len(rates), "seconds": time.perf_counter() - start, "megabytes": peak}))
"""


def measure(draws: int) -> dict[str, float]:
    """Rows, seconds and peak megabytes of one fresh process."""
    done = subprocess.run([sys.executable, "-c", MEASURED, str(draws)], check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def main() -> int:
    """Print what was measured; 1 if a limit is missed."""
    few, many = measure(10_000), measure(100_000)
    for draws, found in ((10_000, few), (100_000, many)):
        print(f"{draws:>7,} draws x {found['rows']}: {found['seconds']:5.1f} s, peak {found['megabytes']:.1f} MB")
    growth = many["megabytes"] / few["megabytes"]
    print(f"peak grows by {growth - 1:.1%}; limits: {SECONDS} s, {MEGABYTES} MB, {GROWTH - 1:.0%}")
    return int(many["seconds"] >= SECONDS or many["megabytes"] >= MEGABYTES or growth >= GROWTH)


if __name__ == "__main__":
    sys.exit(main())
