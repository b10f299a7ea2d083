"""How long the site takes, how much it weighs, and its largest page with the pictures it shows.

    .venv/bin/python benchmarks/bench_site.py

Exit code 1 if it takes longer, or weighs more, than the limits below.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

from tools.stale import Project

SECONDS = 300  # most of it for 160 briefs, as in bench_briefs.py
SITE, PAGE, SHOWN = 40e6, 150e3, 2e6  # bytes: all; the HTML of a page; that with its pictures


def shown(page: Path) -> int:
    """Bytes of a page and of the pictures that it shows."""
    pictures = set(re.findall(r'src="(figures/[^"]*)"', page.read_text(encoding="utf-8")))
    return sum(path.stat().st_size for path in [page, *(page.parent / name for name in pictures)])


def main() -> int:
    """Print seconds and weights."""
    project = Project.here()
    begun = time.time()
    done = subprocess.run([sys.executable, "-m", "analysis", "site"], cwd=project.root)
    seconds = time.time() - begun
    files = [path for path in (project.build / "site").rglob("*") if path.is_file()]
    pages = [path for path in files if path.suffix == ".html"]
    total = sum(path.stat().st_size for path in files)
    html, most = max(pages, key=lambda page: page.stat().st_size), max(pages, key=shown)
    print(f"{len(pages)} pages in {seconds:.0f} s; the limit is {SECONDS} s")
    print(f"all files: {total / 1e6:.1f} MB; the limit is {SITE / 1e6:.0f} MB")
    print(f"largest page: {html.name}, {html.stat().st_size / 1e3:.0f} kB of {PAGE / 1e3:.0f} kB")
    print(f"with pictures: {most.name}, {shown(most) / 1e6:.2f} MB of {SHOWN / 1e6:.0f} MB")
    heavy = total > SITE or html.stat().st_size > PAGE or shown(most) > SHOWN
    return int(done.returncode == 2 or seconds > SECONDS or heavy)


if __name__ == "__main__":
    sys.exit(main())
