"""Wheels for a room without a network: which are asked for, and what is said when they are not to be had."""

import subprocess
import sys

import pytest

from tools.classroom import wheels, zips
from tools.classroom.wheels import Room, download_wheels, pins, room
from tools.stale import Project

ROOT = Project.here().root
LOCK = """\
# The lock
-e .
appnope==0.1.4 ; sys_platform == 'darwin'   # via ipykernel
numpy==2.4.6 ; python_full_version < '3.12'  # via pandas
numpy==2.5.1 ; python_full_version >= '3.12'  # via pandas
pywinpty==3.0.5 ; os_name == 'nt'            # via terminado
pexpect==4.9.0 ; sys_platform != 'win32' and platform_system != 'Windows'  # via ipython
cffi==2.1.0 ; implementation_name != 'PyPy'
odd-name==1.0.post1
"""
PROJECT = '[build-system]\nrequires = ["flit_core==3.12.0"]\n'


@pytest.fixture
def small(tmp_path):
    (tmp_path / "requirements.txt").write_text(LOCK)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    return tmp_path


EVERY = {"cffi==2.1.0", "odd-name==1.0.post1", "flit_core==3.12.0"}


@pytest.mark.parametrize(
    ("where", "besides"),
    [
        # what each line of LOCK says, read by hand
        ("windows:3.13", {"numpy==2.5.1", "pywinpty==3.0.5"}),
        ("windows:3.11", {"numpy==2.4.6", "pywinpty==3.0.5"}),
        ("macos:3.12", {"numpy==2.5.1", "appnope==0.1.4", "pexpect==4.9.0"}),
        ("linux:3.11", {"numpy==2.4.6", "pexpect==4.9.0"}),
        ("chromebook:3.11", {"numpy==2.4.6", "pexpect==4.9.0"}),
        ("chromebook-arm:3.14", {"numpy==2.5.1", "pexpect==4.9.0"}),
    ],
)
def test_what_the_lock_pins_for_a_system_and_a_python(small, where, besides):
    found = pins(small, room(where))
    assert set(found) == EVERY | besides and len(found) == len(set(found))


def test_the_projects_own_lock_has_one_version_of_each_package_everywhere():
    for system in wheels.SYSTEMS:
        for python in ("3.11", "3.12", "3.13", "3.14"):
            names = [pin.partition("==")[0].partition(">")[0] for pin in pins(ROOT, Room(system, python))]
            assert {"numpy", "pandas", "jupyterlab"} <= set(names), (system, python)
            assert len(names) == len(set(names)), (system, python)
            assert ("pywinpty" in names) == (system == "windows") and ("appnope" in names) == (system == "macos")


def test_a_room_without_a_python_is_of_the_one_that_runs():
    assert room("windows") == Room("windows", f"{sys.version_info.major}.{sys.version_info.minor}")
    assert room("windows:") == room("windows")
    assert room("chromebook:3.11") == Room("chromebook", "3.11")


@pytest.mark.parametrize("text", ["", "Windows", "win", "windows:3", "windows:2.7", "macos:3.13.1", ":3.13"])
def test_a_bad_name_is_refused_with_the_choices(text):
    with pytest.raises(ValueError, match=r"no wheels for .*give windows, macos, .*windows:3\.13"):
        room(text)


def asked(monkeypatch, code, stderr):
    """What pip is asked: a list that fills when it is; it answers with code and stderr."""
    lines = []

    def run(line, **options):
        lines.append(line)
        return subprocess.CompletedProcess(line, code, "", stderr)

    monkeypatch.setattr(wheels.subprocess, "run", run)
    return lines


def test_pip_is_asked_for_wheels_of_that_system_only(small, tmp_path, monkeypatch):
    lines = asked(monkeypatch, 0, "")
    download_wheels(small, room("windows:3.13"), tmp_path / "wheels")
    (line,) = lines
    assert line[:4] == [sys.executable, "-m", "pip", "download"] and "--only-binary=:all:" in line
    assert "--no-deps" in line and "--platform=win_amd64" in line and "--python-version=3.13.7" in line
    assert not [word for word in line if "macosx" in word or "manylinux" in word or "://" in word]
    assert line[line.index("-d") + 1] == str(tmp_path / "wheels") and "numpy==2.5.1" in line


@pytest.mark.parametrize(
    ("stderr", "said"),
    [
        ("WARNING: Retrying\nERROR: No matching distribution found for numpy==2.5.1\n", "pip: ERROR: No matching dist"),
        ("", "pip: pip said nothing"),
    ],
)
def test_what_pip_says_last_is_told(small, tmp_path, monkeypatch, stderr, said):
    asked(monkeypatch, 1, stderr)
    with pytest.raises(ValueError, match=f"wheels for macos with Python 3.12 were not fetched; .*network.*{said}"):
        download_wheels(small, room("macos:3.12"), tmp_path / "wheels")


def test_without_an_index_nothing_is_left_behind(small, tmp_path, monkeypatch):
    (small / "requirements.txt").write_text("no-such-package-of-ours==1.0\n")
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    with pytest.raises(ValueError, match="not fetched.*pip: ERROR: "):
        download_wheels(small, room("windows:3.13"), tmp_path / "wheels")
    assert not list((tmp_path / "wheels").glob("*"))


def test_a_failed_download_leaves_the_old_zips_as_they_were(small, monkeypatch):
    (small / "build").mkdir()
    for name in ("class-students.zip", "class-teacher.zip"):
        (small / "build" / name).write_text(f"the old {name}")
    (small / "pages" / "student").mkdir(parents=True)
    for module, name in ((zips.lessons, "write_student_notebooks"), (zips, "run_lessons"), (zips, "write_student")):
        monkeypatch.setattr(module, name, lambda *given: {})
    monkeypatch.setattr(zips, "write_teacher", lambda *given: {})
    monkeypatch.setattr(zips.handouts, "write_pages", lambda project, folder: [
        (folder / whose).mkdir(parents=True) or (folder / whose / f"{first}.html").write_text("<h1>first</h1>")
        for whose, first in (("student", "START_HERE"), ("teacher", "teacher_first"))
    ])  # fmt: skip
    lines = asked(monkeypatch, 1, "ERROR: no network")
    with pytest.raises(ValueError, match="pip: ERROR: no network"):
        zips.write_class(Project(small), ["windows:3.13"])
    assert len(lines) == 1
    assert sorted(path.name for path in (small / "build").iterdir()) == ["class-students.zip", "class-teacher.zip"]
    assert (small / "build" / "class-teacher.zip").read_text() == "the old class-teacher.zip"


def test_a_bad_name_is_refused_before_anything_is_written(small):
    with pytest.raises(ValueError, match="no wheels for 'amiga'"):
        zips.write_class(Project(small), ["windows:3.13", "amiga"])
    assert not (small / "build").exists()


@pytest.mark.slow
def test_wheels_of_another_system_come_when_there_is_an_index(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    few = [line for line in lock if line.startswith(("markupsafe==", "pywinpty==", "appnope=="))]
    (tmp_path / "requirements.txt").write_text("\n".join(few))
    try:
        download_wheels(tmp_path, room("windows:3.13"), tmp_path / "wheels")
    except ValueError as error:
        pytest.skip(f"needs an index that pip can reach: {error}")
    names = sorted(path.name.lower().partition("-")[0] for path in (tmp_path / "wheels").iterdir())
    assert names == ["flit_core", "markupsafe", "pywinpty"]
    assert all(path.name.endswith(("win_amd64.whl", "none-any.whl")) for path in (tmp_path / "wheels").iterdir())
