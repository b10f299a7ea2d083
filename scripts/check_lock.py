"""Can the lock be installed from ready-made wheels? Resolves it, without installing, for twelve pairs.

    .venv/bin/python scripts/check_lock.py      (make check-lock installs uv first)

Prints a row for each Python and system; exit code 1 if any fails. Needs the network, and takes seconds.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements.txt"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = ("linux", "macos", "windows")
UV = Path(sys.executable).with_name("uv.exe" if os.name == "nt" else "uv")


def names(requirements: str) -> set[str]:
    """The packages that a list of requirements pins."""
    return {match.lower() for match in re.findall(r"(?m)^([A-Za-z0-9._-]+)==", requirements)}


def resolve(python: str, system: str, pinned: str) -> str:
    """'ok' with the number of packages, or what is wrong."""
    target = ["--python-version", python, "--python-platform", system, "--only-binary", ":all:"]
    command = [str(UV), "pip", "compile", "-", *target, "--no-header", "--no-annotate", "--quiet"]
    done = subprocess.run(command, input=pinned, capture_output=True, encoding="utf-8", cwd=LOCK.parent)
    if done.returncode:
        return "failed: " + " ".join(done.stderr.split())
    unlocked = names(done.stdout) - names(pinned)
    return (
        f"failed: not in the lock: {', '.join(sorted(unlocked))}"
        if unlocked
        else f"ok, {len(names(done.stdout))} packages"
    )


def main() -> int:
    """Print the table; 1 if any pair fails."""
    if not UV.exists():
        print('uv is not installed here; run: python -m pip install -e ".[maintain]"', file=sys.stderr)
        return 2
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    pinned = "\n".join(line for line in lines if not line.startswith("-e"))
    pairs = list(product(PYTHONS, SYSTEMS))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda pair: resolve(pair[0], pair[1], pinned), pairs))
    for (python, system), result in zip(pairs, found, strict=True):
        print(f"Python {python:5} {system:8} {result}")
    return int(any(result.startswith("failed") for result in found))


if __name__ == "__main__":
    sys.exit(main())
