"""A fresh rebuild elsewhere draws the committed values and, where that is promised, gives the committed bytes."""

import json
import math
import platform
import re
import sys
from importlib.metadata import distributions

import pytest
from packaging.requirements import Requirement

from tools.stale import Project


def alike(one, other):
    """Equal JSON, numbers to 1e-9 of their size."""
    if isinstance(one, float | int) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(one == other)


def test_alike_sees_a_difference():
    assert alike({"a": [1, 2.0, "x"]}, {"a": [1, 2.0 * (1 + 1e-12), "x"]})
    changed = [{"a": [1, 2.0 * (1 + 1e-8), "x"]}, {"a": [1, 2.0]}, {"b": [1, 2.0, "x"]}, {"a": [1, 2.0, "y"]}]
    assert not any(alike({"a": [1, 2.0, "x"]}, other) for other in changed)


def contents(project):
    """File -> bytes of the notebooks and figures that a rebuild writes."""
    figures = {path.name: path.read_bytes() for path in project.figures.iterdir()}
    return figures | {name: project.path(name).read_bytes() for name in project.names()}


@pytest.mark.slow  # `make figures` and the difference it makes tell the same in .ci/run
def test_a_fresh_run_draws_the_committed_values(rebuilt):
    here = Project.here()
    committed = sorted(path.name for path in here.figures.glob("*.json"))
    assert committed and committed == sorted(path.name for path in rebuilt.figures.glob("*.json"))
    for name in committed:
        old, new = (json.loads((project.figures / name).read_text("utf-8")) for project in (here, rebuilt))
        assert alike(old, new), f"figures/{name} is not what a fresh run draws"


def locked():
    """Are all packages installed in the lock's versions?"""
    lines = (Project.here().root / "requirements.txt").read_text().splitlines()
    pinned = [Requirement(line.partition("#")[0]) for line in lines if re.match("[a-z].*==", line)]
    here = {one.metadata["Name"].lower().replace("_", "-"): one.version for one in distributions()}
    needed = [one for one in pinned if not one.marker or one.marker.evaluate()]
    assert {"pandas", "numpy", "matplotlib", "pillow"} <= {one.name for one in needed}
    return all(here.get(one.name.lower().replace("_", "-"), "0") in one.specifier for one in needed)


def promised():
    """Is this the place for which every byte is promised?"""
    try:
        system = platform.freedesktop_os_release()["ID"]
    except OSError:
        system = platform.system()
    return system == "debian" and sys.version_info[:2] == (3, 11) and locked()


@pytest.mark.slow
@pytest.mark.skipif(not promised(), reason="equal bytes are promised on Debian with Python 3.11 and the lock only")
def test_a_fresh_run_at_another_path_gives_the_committed_bytes(rebuilt):
    old, new = contents(Project.here()), contents(rebuilt)
    assert old.keys() == new.keys()
    assert [name for name in old if old[name] != new[name]] == []


@pytest.mark.slow
def test_two_checkouts_locales_time_zones_and_hash_seeds_give_the_same_bytes(rebuilt, rebuilt_elsewhere):
    one, other = contents(rebuilt), contents(rebuilt_elsewhere)
    assert rebuilt.root != rebuilt_elsewhere.root and one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []
