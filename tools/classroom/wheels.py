"""Wheels for a room without a network: what requirements.txt pins, for the systems in the room."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement

_LINUX = ["manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014", "manylinux_2_12"]
_LINUX += ["manylinux2010", "manylinux_2_5", "manylinux1"]
SYSTEMS = {  # name -> (what a marker asks for, platforms whose wheels fit); no Intel Mac
    "windows": (("win32", "nt", "Windows"), ["win_amd64"]),
    "macos": (("darwin", "posix", "Darwin"), ["macosx_14_0_arm64"]),
    "linux": (("linux", "posix", "Linux"), [f"{name}_x86_64" for name in _LINUX]),
    "chromebook-arm": (("linux", "posix", "Linux"), [f"{name}_aarch64" for name in _LINUX]),
}
SYSTEMS["chromebook"] = SYSTEMS["linux"]  # its Linux is Debian


class Room(NamedTuple):
    """One kind of machine: a system and a version of Python, such as 3.13."""

    system: str
    python: str


def room(text: str) -> Room:
    """windows:3.13, or windows for the Python that runs this; ValueError with the choices."""
    system, _, python = text.partition(":")
    python = python or f"{sys.version_info.major}.{sys.version_info.minor}"
    if system not in SYSTEMS or not re.fullmatch(r"3\.\d+", python):
        known = ", ".join(SYSTEMS)
        raise ValueError(f"no wheels for {text!r}: give {known}; or with a Python: windows:3.13")
    return Room(system, python)


def pins(root: Path, where: Room) -> list[str]:
    """name==version of each package that the lock pins there, and of what builds this one."""
    sys_platform, os_name, platform_system = SYSTEMS[where.system][0]
    marks = {"sys_platform": sys_platform, "os_name": os_name, "platform_system": platform_system}
    marks |= {"python_version": where.python, "python_full_version": f"{where.python}.7"}
    marks |= {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
    lines = (root / "requirements.txt").read_text(encoding="utf-8").splitlines()
    needs = [Requirement(line.split(" # ")[0]) for line in lines if "==" in line.split(" # ")[0]]
    built = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    fits = [need for need in needs if need.marker is None or need.marker.evaluate(marks)]
    return built["requires"] + [f"{need.name}{need.specifier}" for need in fits]


def download_wheels(root: Path, where: Room, folder: Path) -> None:
    """Fetch the wheels into the folder; ValueError with pip's last line if one is not to be had."""
    platforms = [f"--platform={name}" for name in SYSTEMS[where.system][1]]
    line = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"]
    line += [f"--python-version={where.python}.7", *platforms, "-d", str(folder)]
    done = subprocess.run([*line, *pins(root, where)], capture_output=True, encoding="utf-8")
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        what = f"the wheels for {where.system} with Python {where.python}"
        raise ValueError(f"{what} were not fetched; this needs a network. pip: {why}")
