"""The class's pages: their numbers, their key, what a browser shows and a printer prints."""

import json
import re
import shutil
import subprocess
import tomllib

import pytest

from analysis._package import sha256
from analysis.claims.lookup import Book
from page_tags import Tags
from tools.classroom import handouts, lessons
from tools.stale import Project

LESSONS = Project.here().root / "lessons"
LISTS = tomllib.loads((LESSONS / "questions.toml").read_text(encoding="utf-8"))
SHEETS = {"one_in_ten_sheet": 1, "one_in_ten_teacher": 1, "questions_sheet": 1, "questions_key": 2}
SHEETS |= {"glossary": 1, "care": 1}
KEPT_FROM_PUPILS = {"one_in_ten_teacher", "one_in_ten_projector", "questions_key", "care", "teacher_first"}
KEPT_FROM_PUPILS |= {f"slides_{n}" for n in (1, 2, 3, 4)}
COPIES = {"pupils": {*Project.here().names(), *(f"lesson_{n}" for n in (1, 2, 3, 4))}}  # pages that zips.py adds
COPIES["teacher"] = {f"{kind}_{n}" for kind in ("solution", "guide_lesson") for n in (1, 2, 3, 4)}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Name -> path of each page as it is built, in student/ if a pupil gets it."""
    made = handouts.write_pages(Project.here(), tmp_path_factory.mktemp("pages"))
    return {path.stem: path for path in sorted(made, reverse=True)}


def words(path):
    """What a reader sees of a page."""
    text = re.sub(r"(?s)<(style|script).*?</\1>", "", path.read_text(encoding="utf-8"))
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_every_page_is_whole_by_itself_and_the_key_is_not_among_the_pupils_pages(pages):
    assert {name for name, path in pages.items() if path.parent.name == "teacher"} == KEPT_FROM_PUPILS
    assert {path.name for path in pages["care"].parent.iterdir()} == {f"{name}.html" for name in pages}  # all
    assert {"START_HERE", "no_install", "article", "glossary", "questions"} <= set(pages) - KEPT_FROM_PUPILS
    for name, path in pages.items():
        text = path.read_text(encoding="utf-8")
        seen = Tags(text).found
        tags = [tag for tag, _ in seen]
        assert tags.count("h1") == 1 and ("html", {"lang": "en"}) in seen, name
        assert not re.search(r'(?:src|href)="(?:https?:)?//|@import|url\(', text), name
        assert ("script" in tags) == (name == "one_in_ten") and "link" not in tags, name
        assert all(len(attrs["alt"]) >= 30 and attrs["src"].startswith("data:") for tag, attrs in seen if tag == "img")
        assert "<!--" not in text and "{{" not in text, name
        for tag, attrs in seen:
            if tag == "a" and not (target := attrs["href"]).startswith("#"):
                kept = KEPT_FROM_PUPILS | COPIES["teacher"]
                assert target.removesuffix(".html") in {*pages, *kept, *COPIES["pupils"]}, (name, target)
                assert name in KEPT_FROM_PUPILS or target.removesuffix(".html") not in kept, (name, target)


@pytest.fixture
def copied(tmp_path):
    """A project with copies of the lessons and the tables, to change."""
    for folder in ("lessons", "data"):
        shutil.copytree(Project.here().root / folder, tmp_path / folder)
    (tmp_path / "figures").symlink_to(Project.here().figures)
    return Project(tmp_path)


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("pages/one_in_ten_teacher.md", "104.56<!--", "105.56<!--", "one_in_ten_teacher.md, line .*inconsistent"),
        ("pages/care.md", "five minutes", "7 lives", "care.md, line .*: 7 is tied to no figure"),
        ("questions.toml", "says = \"About 10<", "says = \"About 12<", "questions.*12 .*inconsistent"),
        ("questions.toml", "Divide 2,696,000<", "Divide 2,698,000<", "one_in_ten.md, line .*2,698,000"),
        ("pages/care.md", "<!-- teacher: sheet", "<!-- pupil: sheet", "care.md must begin with a line such as"),
    ],
)
def test_a_number_that_fits_nothing_stops_all_pages(copied, file, old, new, message):
    change(copied.root / "lessons" / file, old, new)
    with pytest.raises(ValueError, match=message):
        handouts.write_pages(copied, copied.build)
    assert not copied.build.exists()


def test_each_number_is_what_its_formula_gives_and_not_only_within_rounding_of_it(copied, monkeypatch):
    monkeypatch.setattr(lessons, "WITHIN", "not enough")
    handouts.write_pages(copied, copied.build)
    # 104.57 is within rounding of the end that the formula gives, 104.56, and is not that end
    change(copied.root / "lessons" / "pages" / "one_in_ten_teacher.md", "104.56<!--", "104.57<!--")
    with pytest.raises(ValueError, match="104.57 .*within rounding"):
        handouts.write_pages(copied, copied.build)


def test_a_changed_table_changes_what_is_right_and_no_page_says_the_old(copied, monkeypatch):
    table, package = copied.data / "index.csv", copied.data / "datapackage.json"
    before = sha256(table)
    change(table, "25779000,2696000,104.6", "25779000,2196000,85.2")
    change(package, before, sha256(table))
    for module in (handouts, lessons):
        monkeypatch.setattr(module, "BOOK", Book(copied.data))
    # 2,196,000 / 25,779,000 = 0.0851856
    assert handouts.formula_value(LISTS["fields"][0]["formula"]) == pytest.approx(85.1856, abs=1e-4)
    with pytest.raises(ValueError, match="2,696,000 is tied to value.*inconsistent"):
        handouts.write_pages(copied, copied.build)


def test_each_question_has_one_right_answer_and_names_the_mistake_behind_the_two_others(pages):
    questions, key = LISTS["questions"], words(pages["questions_key"])
    assert len(questions) == 8 and len({q["topic"] for q in questions}) == 8
    for number, question in enumerate(questions, 1):
        choices = question["choices"]
        right = ["ABC"[n] for n, choice in enumerate(choices) if choice.get("right")]
        assert len(choices) == 3 and len(right) == 1 and len({c["says"] for c in choices}) == 3
        mistakes = {"ABC"[n]: c["mistake"] for n, c in enumerate(choices) if "mistake" in c}
        assert set(mistakes) | set(right) == set("ABC") and len(mistakes) == 2
        assert f" {number} {question['topic']} {right[0]} " in key
        assert all(f"{letter}: {mistake}" in key for letter, mistake in mistakes.items())
    letters = [next("ABC"[n] for n, c in enumerate(q["choices"]) if c.get("right")) for q in questions]
    assert letters == list("BBCACBCA")  # worked by hand; no letter is right more than three times
    form = Tags(pages["questions"].read_text(encoding="utf-8")).found
    assert [tag for tag, _ in form].count("fieldset") == 8
    assert sum(attrs.get("type") == "radio" for _, attrs in form) == 24
    given = words(pages["questions"]) + words(pages["questions_sheet"])
    assert not any(choice.get("mistake", "none") in given for q in questions for choice in q["choices"])


# by hand, from 2,696,000 of 25,779,000; 320,000 of 3,546,000; 1,091,000 of 331,003,000
BY_HAND = {
    "korea": 104.58125,  # 2,696 / 25,779
    "eritrea": 90.24253,  # 320 / 3,546
    "states": 3.29604,  # 1,091 / 331,003
    "lowest": 104.55983,  # 2,695,500 / 25,779,500
    "highest": 104.60267,  # 2,696,500 / 25,778,500
}


def test_the_fields_hold_what_is_right_and_each_mistake_another_number(pages):
    text = pages["one_in_ten"].read_text(encoding="utf-8")
    held = {a["id"]: json.loads(a["data-checks"]) for tag, a in Tags(text).found if "data-checks" in a}
    assert set(held) == set(BY_HAND)
    for name, checks in held.items():
        assert checks[0][0] == pytest.approx(BY_HAND[name], abs=1e-5) and len(checks) >= 4
        digits = checks[0][1]
        shown = [f"{value:.{digits}f}" for value, _, _ in checks]
        assert len(set(shown)) == len(shown), (name, shown)  # no mistake prints as another or as the answer


def sheets(chromium, page, out, size=""):
    """How many sheets a page prints on, of its own size or of a named one."""
    text = page.read_text(encoding="utf-8")
    source = out.with_suffix(".html")
    sized = f"@page {{ size: {size};" if size else "@page {"
    source.write_text(text.replace("@page {", sized, 1), encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={out}"]
    subprocess.run([chromium, *options, str(source)], check=True, capture_output=True, timeout=600)
    return len(re.findall(rb"/Type\s*/Page[^s]", out.read_bytes()))


@pytest.mark.slow
@pytest.mark.parametrize("size", ["A4", "Letter"])
def test_each_sheet_prints_on_its_sheets(chromium, pages, size, tmp_path):
    found = {name: sheets(chromium, pages[name], tmp_path / f"{name}.pdf", size) for name in SHEETS}
    assert found == SHEETS


@pytest.mark.slow
def test_slides_print_one_screen_a_page(chromium, pages, tmp_path):
    for name in ("slides_1", "one_in_ten_projector"):
        screens = pages[name].read_text(encoding="utf-8").count("<section ")
        assert sheets(chromium, pages[name], tmp_path / f"{name}.pdf") == screens >= 7


SMALLEST = """() => Math.min(...[...document.querySelectorAll("body *")]
    .filter(e => e.offsetParent && [...e.childNodes].some(n => n.nodeType == 3 && n.textContent.trim()))
    .map(e => parseFloat(getComputedStyle(e).fontSize)))"""


@pytest.mark.slow
def test_in_a_browser_slides_are_large_and_fields_name_the_mistake(chromium, pages):
    pytest.importorskip("playwright", reason="needs playwright (make browser)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 720})  # 13.33 in at 96 px an inch
        for name in sorted(KEPT_FROM_PUPILS & {p for p in pages if "slides" in p or "projector" in p}):
            tab.goto(pages[name].as_uri())
            assert tab.evaluate(SMALLEST) * 72 / 96 >= 14, name
            heights = tab.evaluate("() => [...document.querySelectorAll('section')].map(s => s.scrollHeight)")
            assert len(heights) >= 7 and set(heights) == {720}, (name, heights)
            tab.locator("#s2 nav a", has_text="Next").click()
            assert tab.url.endswith("#s3")
        tab.goto(pages["one_in_ten"].as_uri())
        for name, typed, said in [
            ("korea", "104.6", "Yes."),
            ("korea", "104,58", "Yes."),
            ("korea", "105", "So far right."),
            ("korea", "10.46", "That is per 100"),
            ("korea", "0.105", "That is the quotient"),
            ("korea", "9562", "Turn it round"),
            ("korea", "2,696,000", "That is the count"),
            ("korea", "9,562", "Turn it round"),  # and one for the thousands
            ("korea", "103", "Not yet."),
            ("korea", "ten", "Type a number"),
            ("eritrea", "90.3", "That is what the report prints"),
            ("lowest", "104.56", "So far right."),
            ("lowest", "104.560", "Yes: the fewest"),
            ("lowest", "104,560", "Yes: the fewest"),  # a comma for the decimals, with three of them
            ("lowest", "104.603", "That is the highest"),  # 2,696,500 / 25,778,500
            ("lowest", "104.564", "You took the smallest"),  # 2,695,500 / 25,778,500
            ("highest", "104.603", "Yes: the most"),
            ("highest", "104.624", "a whole thousand"),  # 2,697,000 / 25,778,000
        ]:
            tab.locator(f"#{name}").fill(typed)
            tab.keyboard.press("Tab")
            assert said in tab.locator(f"#{name}-said").inner_text(), (name, typed)
        plain = browser.new_context(java_script_enabled=False).new_page()
        plain.goto(pages["one_in_ten"].as_uri())
        plain.locator(".ask summary").first.click()
        assert plain.locator(".ask details p").first.is_visible()
        browser.close()


def test_the_install_pages_say_what_this_project_needs_and_what_was_run():
    project = (Project.here().root / "pyproject.toml").read_text(encoding="utf-8")
    assert 'requires-python = ">=3.11"' in project and (Project.here().root / "requirements.txt").exists()
    for name in ("windows", "macos", "chromebook"):
        text = (LESSONS / "pages" / f"install_{name}.md").read_text(encoding="utf-8")
        assert "Only Debian with Python 3.11" in text and "**Not tried on" in text
        assert "pip install --no-index --find-links wheels -r requirements.txt" in text
        assert "no_install.html" in text and "-m analysis lab" in text


def test_the_terms_on_the_teachers_first_page_are_the_codebooks(pages):
    terms = json.loads((Project.here().data / "datapackage.json").read_text(encoding="utf-8"))["terms"]
    shown = words(pages["teacher_first"])
    assert all(term in shown for term in [t.replace("'", "&#39;") if "&#39;" in shown else t for t in terms])


def test_no_helpline_number_is_invented():
    text = "".join(path.read_text(encoding="utf-8") for path in (LESSONS / "pages").glob("*.md"))
    text = re.sub(r"(?s)<!--.*?-->", "", text)
    assert not re.search(r"\+\d{2}|\b\d{3}[- ]\d{3}\b|\b(?:911|112|999|116 ?111)\b", text)


def test_the_care_page_promises_no_secret():
    page = (LESSONS / "pages" / "care.md").read_text(encoding="utf-8")
    assert page.count("Do not promise to keep it secret") == 1 and page.count("Do not promise") == 2
