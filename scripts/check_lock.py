"""Can both locks be installed from ready-made wheels? Resolves them, installing nothing.

    .venv/bin/python scripts/check_lock.py      (make check-lock installs uv first)

Prints a row for each lock, Python and system; exit code 1 if any fails. Needs the network and, on
a slow one, three minutes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNNING, TESTING = "requirements.txt", "requirements-test.txt"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = ("linux", "macos", "windows")
NO_UV = 'uv is not installed here; run: python -m pip install -e ".[maintain]"'
UV = Path(sys.executable).with_name("uv.exe" if os.name == "nt" else "uv")


def names(requirements: str) -> set[str]:
    """The packages that a list of requirements pins."""
    return {match.lower() for match in re.findall(r"(?m)^([A-Za-z0-9._-]+)==", requirements)}


def pins(lock: str) -> str:
    """The lines of a lock that pin a package; the tests' lock adds to the other."""
    files = [RUNNING] if lock == RUNNING else [RUNNING, TESTING]
    lines = "\n".join((ROOT / file).read_text(encoding="utf-8") for file in files).splitlines()
    return "\n".join(line for line in lines if "==" in line)


def resolve(lock: str, python: str, system: str) -> str:
    """'ok' with the number of packages, or what is wrong."""
    pinned = pins(lock)
    target = ["--python-version", python, "--python-platform", system, "--only-binary", ":all:"]
    command = [str(UV), "pip", "compile", "-", *target, "--no-header", "--no-annotate", "--quiet"]
    done = subprocess.run(command, input=pinned, capture_output=True, encoding="utf-8", cwd=ROOT)
    if done.returncode:
        return "failed: " + " ".join(done.stderr.split())
    unlocked = names(done.stdout) - names(pinned)
    if unlocked:
        return f"failed: not in the lock: {', '.join(sorted(unlocked))}"
    return f"ok, {len(names(done.stdout))} packages"


def main() -> int:
    """Print the table; 1 if any row fails."""
    if not UV.exists():
        print(NO_UV, file=sys.stderr)
        return 2
    rows = list(product((RUNNING, TESTING), PYTHONS, SYSTEMS))
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda row: resolve(*row), rows))
    for (lock, python, system), result in zip(rows, results, strict=True):
        print(f"{lock:21} Python {python:5} {system:8} {result}")
    return int(any(result.startswith("failed") for result in results))


if __name__ == "__main__":
    sys.exit(main())
