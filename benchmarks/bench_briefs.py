"""All 160 country briefs in one go: within one minute on two cores.

    .venv/bin/python benchmarks/bench_briefs.py

Exit code 1 if it takes longer, or if a brief is missing.
"""

from __future__ import annotations

import subprocess
import sys
import time

from tools.stale import Project

SECONDS = 60


def main() -> int:
    """Print the seconds and the number of pages written."""
    project = Project.here()
    begun = time.time()
    done = subprocess.run([sys.executable, "-m", "analysis", "brief", "all"], cwd=project.root)
    seconds = time.time() - begun
    pages = [
        path for path in (project.build / "briefs").glob("*.html") if path.stat().st_mtime >= begun
    ]
    print(f"{len(pages)} briefs in {seconds:.0f} s; the limit is {SECONDS} s")
    return int(done.returncode != 0 or len(pages) != 160 or seconds > SECONDS)


if __name__ == "__main__":
    sys.exit(main())
