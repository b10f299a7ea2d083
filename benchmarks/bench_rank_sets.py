"""Both kinds of rank set, 160 countries, 100,000 draws: under 60 seconds and 500 MB.

    .venv/bin/python benchmarks/bench_rank_sets.py

Each number of draws runs in a fresh process (Linux or macOS), which reports seconds and its peak
memory. Exit code 1 if a limit is missed. The rates are those of the 2023 index with an error of 10
percent each, where looking again takes the most rounds.
"""

from __future__ import annotations

import json
import subprocess
import sys

SECONDS, MEGABYTES = 60, 500
MEASURED = """
import json, resource, sys, time
import numpy as np
from analysis.ranks import rank_sets
from analysis.tables import load
rates = np.log(load("index", edition=2023)["rate"].dropna().to_numpy())
start = time.perf_counter()
for kind in (False, True):
    rank_sets(rates, np.full(len(rates), 0.1), draws=int(sys.argv[1]), simultaneous=kind)
a_megabyte = 1e6 if sys.platform == "darwin" else 1e3
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / a_megabyte
print(json.dumps({"rows": len(rates), "seconds": time.perf_counter() - start, "megabytes": peak}))
"""


def measure(draws: int) -> dict[str, float]:
    """Rows, seconds and peak megabytes of one fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(draws)], check=True, capture_output=True, text=True
    )
    return dict(json.loads(done.stdout))


def main() -> int:
    """Print what was measured; 1 if a limit is missed."""
    few, many = measure(10_000), measure(100_000)
    for draws, found in ((10_000, few), (100_000, many)):
        took = f"{found['seconds']:5.1f} s, peak {found['megabytes']:.1f} MB"
        print(f"{draws:>7,} draws x {found['rows']}: {took}")
    print(f"limits: {SECONDS} s, {MEGABYTES} MB")
    return int(many["seconds"] >= SECONDS or many["megabytes"] >= MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
