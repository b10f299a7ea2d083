"""The two ZIP files of a class: the same bytes each time, whole, and each with what its reader may have."""

import hashlib
import html
import json
import re
import struct
import tomllib
from base64 import b64decode
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zipfile import ZipFile

import pytest

from conftest import build_class
from page_tags import Tags
from tools.stale import Project

pytestmark = pytest.mark.slow
HERE = Project.here()
NAMES = ["lesson_1", "lesson_2", "lesson_3", "lesson_4"]
BOTH = ["class-students", "class-teacher"]


@pytest.fixture(scope="module")
def unpacked(class_built, tmp_path_factory):
    """Where both ZIP files are unpacked, each in the folder that it brings."""
    folder = tmp_path_factory.mktemp("unpacked")
    for name in BOTH:
        with ZipFile(class_built / f"{name}.zip") as packed:
            packed.extractall(folder)
    assert sorted(path.name for path in folder.iterdir()) == BOTH
    return folder


def files(folder):
    """Every file in a folder, as text with slashes."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def pages_of(folder):
    return sorted(folder.rglob("*.html"))


def tags(page):
    return Tags(page.read_text(encoding="utf-8")).found


def test_the_bytes_are_the_same_each_time(class_built, tmp_path):
    other = {"LC_ALL": "C", "LANG": "C", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "12345"}
    again = build_class(tmp_path / "a longer name than before" / "another checkout", **other)
    for name in BOTH:
        one, two = ((built / f"{name}.zip").read_bytes() for built in (class_built, again))
        if one != two:  # say which file
            with ZipFile(class_built / f"{name}.zip") as a, ZipFile(again / f"{name}.zip") as b:
                assert a.namelist() == b.namelist()
                assert [n for n in a.namelist() if a.read(n) != b.read(n)] == []
        assert hashlib.sha256(one).digest() == hashlib.sha256(two).digest()


@pytest.mark.parametrize("name", BOTH)
def test_a_zip_has_one_folder_with_the_first_page_at_its_top(class_built, name):
    with ZipFile(class_built / f"{name}.zip") as packed:
        entries = packed.infolist()
    assert f"{name}/START_HERE.html" in [entry.filename for entry in entries]
    assert [entry.filename for entry in entries] == sorted({entry.filename for entry in entries}, key=Path)
    tops = [entry.filename for entry in entries if entry.filename.endswith(".html") and entry.filename.count("/") == 1]
    assert tops == [f"{name}/START_HERE.html"]  # nothing else to open by mistake
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert not [
        e.filename for e in entries if re.search(r"__pycache__|\.pyc$|checkpoints|\.failed|\\|^/|\.\.", e.filename)
    ]


def broken(page):
    """Links and pictures of a page that lead nowhere in its folder, or to the network."""
    ids = {attrs.get("id") for _, attrs in tags(page)}
    for tag, attrs in tags(page):
        for key in ("href", "src", "action", "data", "poster", "srcset"):
            target = attrs.get(key)
            if not target or target.startswith("data:image/"):
                continue
            parts = urlsplit(html.unescape(target))
            if parts.scheme or parts.netloc:
                if not (tag == "a" and key == "href" and parts.scheme in ("http", "https")):
                    yield target
            elif parts.path:
                if not (page.parent / unquote(parts.path)).is_file():
                    yield target
            elif parts.fragment not in ids:
                yield target


@pytest.mark.parametrize("name", BOTH)
def test_every_link_leads_to_a_file_of_the_zip_and_nothing_comes_from_outside(unpacked, name):
    found = pages_of(unpacked / name)
    links = [a["href"] for page in found for tag, a in tags(page) if tag == "a" and "href" in a]
    assert len(found) > 20 and len(links) > 60
    assert {page.name: wrong for page in found if (wrong := sorted(set(broken(page))))} == {}
    assert not [link for link in links if urlsplit(link).path.endswith(".ipynb") and not urlsplit(link).scheme]
    for page in found:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"@import|url\(\s*['\"]?(?!data:)", re.sub(r"(?s)<pre.*?</pre>", "", text)), page.name


@pytest.mark.parametrize("text", ['<a href="gone.html">', '<img src="https://x.org/a.png">', '<a href="#nowhere">'])
def test_a_link_to_nothing_is_found(tmp_path, text):
    (tmp_path / "page.html").write_text(f'<p id="here">{text}</p>')
    assert list(broken(tmp_path / "page.html"))
    (tmp_path / "page.html").write_text('<p id="here"><a href="#here"><a href="https://x.org/"><a href="page.html">')
    assert not list(broken(tmp_path / "page.html"))


@pytest.mark.parametrize("name", BOTH)
def test_no_file_names_a_place_of_the_machine(unpacked, class_built, name):
    places = [str(class_built.parent), str(unpacked), str(HERE.root), str(Path.home()) + "/"]
    for path in sorted((unpacked / name).rglob("*")):
        if path.is_file():
            raw = path.read_bytes()
            assert not [place for place in places if place.encode() in raw], path
            assert not re.search(rb"(?:pytest|ipykernel)[-_]\d+/", raw), path  # a folder of a run


KEPT = re.compile(r"teacher|key|solution|guide|slides|projector|care|questions\.toml|briefs")


def test_pupils_get_no_teachers_page_key_or_solution(unpacked):
    folder = unpacked / "class-students"
    own = {name for name in files(folder) if not name.startswith(("analysis/", "tools/", "data/"))}
    assert not [name for name in own if KEPT.search(name)]
    text = {page.name: html.unescape(page.read_text(encoding="utf-8")) for page in pages_of(folder)}
    for name in NAMES:
        lesson = tomllib.loads((HERE.root / "lessons" / f"{name}.toml").read_text(encoding="utf-8"))
        assert f"lessons/{name}.toml" in own  # check reads its formulas; START_HERE says it is no exam
        notebook = json.loads((folder / "notebooks" / "class" / f"{name}.ipynb").read_text(encoding="utf-8"))
        cells = {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}
        for entry in lesson["exercise"]:
            assert cells[entry["id"]].startswith("answer = ...\n")
            assert entry["solution"] not in text[f"{name}.html"] and "no answer yet" in text[f"{name}.html"]
    assert "It is no exam" in text["START_HERE.html"] and "lessons/lesson_N.toml" in text["START_HERE.html"]


def test_pupils_get_all_that_running_needs(unpacked):
    folder, here = unpacked / "class-students", HERE.root
    for top in ("analysis", "tools", "data", "notebooks"):
        there = {path for path in files(here / top) if not re.search(r"__pycache__|\.failed|checkpoints", path)}
        assert files(folder / top) == there, top
    for name in ("requirements.txt", "pyproject.toml", "LICENSE"):
        assert (folder / name).read_bytes() == (here / name).read_bytes()
    named = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["readme"]
    assert (folder / named).exists()  # pip install reads it


def test_pupils_can_read_every_notebook_without_python(unpacked):
    folder = unpacked / "class-students"
    first = {attrs["href"] for tag, attrs in tags(folder / "START_HERE.html") if tag == "a"}
    for name in [*NAMES, *HERE.names()]:
        page = folder / "pages" / f"{name}.html"
        assert f"pages/{name}.html" in first and page.stat().st_size > 10_000, name
    for name in NAMES:
        pictures = [attrs for tag, attrs in tags(folder / "pages" / f"{name}.html") if tag == "img"]
        assert pictures and all(len(attrs["alt"]) >= 40 for attrs in pictures)
        assert "Traceback" not in (folder / "pages" / f"{name}.html").read_text(encoding="utf-8")


def test_the_teacher_gets_guides_solutions_key_and_briefs_of_each_region(unpacked):
    folder = unpacked / "class-teacher"
    first = {attrs["href"] for tag, attrs in tags(folder / "START_HERE.html") if tag == "a"}
    wanted = {"care", "questions_key", "one_in_ten_teacher", "one_in_ten_projector"}
    wanted |= {f"{kind}_{n}" for kind in ("slides", "solution", "guide_lesson") for n in (1, 2, 3, 4)}
    assert {f"pages/{name}.html" for name in wanted} <= first
    for name in NAMES:
        lesson = tomllib.loads((HERE.root / "lessons" / f"{name}.toml").read_text(encoding="utf-8"))
        key = name.replace("lesson", "solution")
        notebook = json.loads((folder / "solutions" / f"{key}.ipynb").read_text(encoding="utf-8"))
        cells = {cell["id"]: cell for cell in notebook["cells"]}
        for entry in lesson["exercise"]:
            assert "".join(cells[entry["id"]]["source"]).startswith(entry["solution"]) and cells[entry["id"]]["outputs"]
        guide = (folder / "pages" / f"guide_{name}.html").read_text(encoding="utf-8")
        assert all(entry["id"] in guide for entry in lesson["exercise"]) and "<!--" not in guide
    index = (HERE.data / "index.csv").read_text(encoding="utf-8").splitlines()
    briefs = {path.stem for path in (folder / "briefs").glob("*.html")}
    assert len(briefs) == 25 and all(any(f"{code}," in line for line in index) for code in briefs)
    from analysis.country import ranked

    regions = ranked(2023).set_index("iso3")["region_as_printed"]
    assert Counter(regions[sorted(briefs)]) == dict.fromkeys(regions.dropna().unique(), 5)


def test_the_terms_of_the_tables_stand_on_the_teachers_first_page(unpacked):
    terms = json.loads((HERE.data / "datapackage.json").read_text(encoding="utf-8"))["terms"]
    shown = html.unescape((unpacked / "class-teacher" / "START_HERE.html").read_text(encoding="utf-8"))
    assert len(terms) >= 3 and all(term in shown for term in terms)


def test_slides_show_the_figures_of_the_lessons_in_the_form_for_a_projector(unpacked):
    for n in (1, 2, 3, 4):
        page = unpacked / "class-teacher" / "pages" / f"slides_{n}.html"
        pictures = [attrs["src"] for tag, attrs in tags(page) if tag == "img"]
        sizes = [struct.unpack(">II", b64decode(source.partition("base64,")[2])[16:24]) for source in pictures]
        assert len(sizes) >= 2 and set(sizes) == {(1920, 1080)}, (n, sizes)
