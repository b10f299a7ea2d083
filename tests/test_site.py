"""The site: what a browser would find on its pages, and axe-core's verdict on them in a real browser."""

import importlib.util
import os
import re
import shutil
from base64 import b64encode
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from nbformat import v4

from lab_server import FLAGS, SECONDS, serving
from tools import brief, page
from tools import site as made_site
from tools.stale import Project

WIDTHS = {"desktop": (1366, 768), "phone": (400, 800)}
SOME = ["KEN", "PRK", "XKX"]  # an ordinary country, the highest rate, and one without a population


class Seen(HTMLParser):
    """Tags with their attributes, in order; the ids, the addresses it asks for, and the levels of its headings."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)
        self.ids = [attrs["id"] for _, attrs in self.tags if "id" in attrs]
        self.links = [attrs["href"] for tag, attrs in self.tags if tag == "a"]
        keys = [(tag, attrs, key) for tag, attrs in self.tags for key in ("src", "href") if key in attrs]
        self.sources = [attrs[key] for tag, attrs, key in keys if tag != "a"]
        self.levels = [int(tag[1]) for tag, _ in self.tags if re.fullmatch("h[1-6]", tag)]

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def count(self, *names):
        return sum(tag in names for tag, _ in self.tags)


def dead_links(folder):
    """Each link of a page that leads nowhere in the folder, or out of it: "page -> link"."""
    seen = {path.resolve(): Seen(path.read_text(encoding="utf-8")) for path in folder.rglob("*.html")}
    found = []
    for path, one in seen.items():
        for link in [*one.links, *one.sources]:
            file, _, place = link.partition("#")
            target = (path.parent / unquote(file)).resolve() if file else path
            if re.match("https?:|data:image/png;base64,", link):
                fine = link.startswith("data:") or link in one.links
            else:
                fine = target.is_relative_to(folder.resolve()) and target.is_file()
                fine = fine and (not place or unquote(place) in map(unquote, seen[target].ids))
            found += [] if fine else [f"{path.name} -> {link}"]
    return found


def faults(text):
    """What keeps a page from being read without a picture, a mouse or a network."""
    one, found = Seen(text), []
    words = {
        "a comment": "<!--" in text,
        "a script, or something from outside": one.count("script", "iframe", "object", "link") or "@import" in text,
        "an id given twice": len(one.ids) != len(set(one.ids)),
        "a level of headings left out": any(b > a + 1 for a, b in zip([0, *one.levels], one.levels, strict=False)),
        "no landmark": not all(one.count(tag) == 1 for tag in ("main", "header", "footer")) or one.count("nav") != 2,
        "no way past the list of pages": ("a", {"class": "skip", "href": "#main"}) not in one.tags,
        "no language or title": ("html", {"lang": "en"}) not in one.tags or "<title></title>" in text,
        "a picture without words": any(len(a.get("alt", "")) < 40 for tag, a in one.tags if tag == "img"),
        "a table without a caption": one.count("table") != one.count("caption"),
        "a header of nothing": re.search("<th[^>]*></th", text),
        "a header of no side": any("scope" not in attrs for tag, attrs in one.tags if tag == "th"),
    }
    return found + [name for name, wrong in words.items() if wrong]


def in_another_folder(build):
    """This checkout, with its pages written elsewhere."""
    project = Project.here()
    project.build = build
    return project


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the site with three of the briefs."""
    project = in_another_folder(tmp_path_factory.mktemp("one") / "build")
    made_site.write_site(project, SOME)
    return project.build / "site"


def test_the_site_has_every_notebook_the_briefs_and_the_documents(site):
    names = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    notebooks = {f"{path.stem}.html" for path in Project.here().notebooks.glob("*.ipynb")}
    others = {"index.html", "claims.html", "codebook.html", "changelog.html", *(f"briefs/{iso3}.html" for iso3 in SOME)}
    assert names == notebooks | others and len(notebooks) >= 10
    assert "work in JupyterLab only" in (site / "explore.html").read_text(encoding="utf-8")
    assert not list(site.parent.glob("site-*")), "the folder it was written in is left"


def test_no_link_of_the_site_leads_nowhere_or_out_of_it(site):
    assert dead_links(site) == []


def test_a_dead_link_is_noticed(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "out.html").write_text("")
    bad = ["b.html", "#no", "../out.html", "a.html#no", "01_prevalence.ipynb"]
    fine = ["#yes", "a.html#yes", "https://example.org", "a.html"]
    links = "".join(f'<a href="{link}">x</a>' for link in [*bad, *fine])
    (tmp_path / "in" / "a.html").write_text(f'<h1 id="yes"></h1>{links}<img src="https://example.org/x.png">')
    assert dead_links(tmp_path / "in") == [f"a.html -> {link}" for link in [*bad, "https://example.org/x.png"]]


def test_every_page_can_be_read_without_a_picture_a_mouse_or_a_network(site):
    found = {path.name: faults(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    assert {name: why for name, why in found.items() if why} == {}


def test_a_faulty_page_is_noticed():
    text = '<!-- x --><script></script><h1 id="a"></h1><h3 id="a"></h3><title></title><img alt="x"><table></table>'
    assert len(faults(f"{text}<th></th>")) == 11 and len(faults(text)) == 9


def test_each_page_leads_to_the_one_before_the_next_and_the_first(site):
    def around(name):
        foot = (site / name).read_text(encoding="utf-8").split("<footer>")[1]
        return re.findall(r'<a href="([^"]*)">(Before|Next): ([^<]*)', foot)

    assert around("index.html") == [("00_start_here.html", "Next", "How do you check a number in the news?")]
    before, after = around("01_prevalence.html")
    assert before[:2] == ("00_start_here.html", "Before") and after[:2] == ("02_united_states.html", "Next")
    assert around("briefs/PRK.html")[0] == ("../briefs/KEN.html", "Before", "Kenya")
    assert [way for _, way, _ in around("briefs/XKX.html")] == ["Before"]
    for path in site.rglob("*.html"):
        head = path.read_text(encoding="utf-8").split("<main")[0]
        assert re.search(r'href="(?:\.\./)?index\.html"', head) and "01 prevalence</a>" in head


def test_the_first_page_has_the_picture_or_the_findings_and_lists_all(site):
    text = (site / "index.html").read_text(encoding="utf-8")
    pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")} - {"index.html"}
    assert pages <= set(Seen(text.split("<main")[1]).links)
    assert "What came out" in text and "What it is not" in text and "Run it" not in text.split("<main")[1]


def test_figures_are_files_of_the_site_and_can_be_taken_along(site):
    figures = 0
    for name in [path.stem for path in Project.here().notebooks.glob("*.ipynb")]:
        one = Seen((site / f"{name}.html").read_text(encoding="utf-8"))
        for source in [source for source in one.sources if not source.startswith("#")]:
            assert source.startswith("figures/") and source.endswith(".png"), f"{name}: {source[:40]} is not linked"
            assert {source.replace(".png", end) for end in (".png", ".svg", ".csv")} <= set(one.links)
            figures += 1
    assert figures == len(list(Project.here().figures.glob("*.json"))) >= 33
    assert not list((site / "figures").glob("*.json"))


def test_what_a_cell_shows_comes_before_its_code():
    frame = "<table><thead><tr><th>a</th></tr></thead><tr><td>1</td></tr></table>"
    shown = v4.new_output("display_data", {"text/html": frame})
    table = v4.new_code_cell("table[a < b]", outputs=[shown])
    words = v4.new_code_cell("answer", outputs=[v4.new_output("execute_result", {"text/plain": "'<3.3>'"})])
    hidden = v4.new_code_cell("secret", metadata={"tags": [page.HIDDEN]})
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# One\n\n3.3<!--= rate --> people."), table, words, hidden])
    made = page.body(notebook, code=True)
    parts = ["<h1", "3.3 people", "<caption>One", "table[a &lt; b]", "&lt;3.3&gt;", "answer", "secret"]
    assert [made.index(part) for part in parts] == sorted(made.index(part) for part in parts)
    assert made.count("<details><summary>Code</summary>") == 3
    notebook.cells.pop(2)
    plain = page.body(notebook)
    assert "details" not in plain and "secret" not in plain and "<caption>One" in plain


PNG = b64encode(b"\x89PNG").decode()
TAG = f'<img width="800" alt="5 &lt; 6" src="data:image/png;base64,{PNG}">'


def test_a_figure_is_embedded_or_linked_with_its_alt_text():
    shown = v4.new_output("execute_result", {"text/html": TAG})
    embedded, linked = (page.output(shown, "", files=files) for files in ({}, {PNG: "figures/peers"}))
    (_, attrs), (_, other) = (Seen(made).tags[1] for made in (embedded, linked))
    assert unescape(attrs["alt"]) == other["alt"] == "5 < 6"
    assert attrs["src"] == f"data:image/png;base64,{PNG}" and other["src"] == "figures/peers.png"
    assert Seen(linked).links == ["figures/peers.png", "figures/peers.svg", "figures/peers.csv"]
    assert not Seen(embedded).links


def test_a_table_in_a_text_takes_the_heading_above_it_as_its_caption():
    made = page.markdown_as_html("|a|b|\n|---|---|\n|1|2|\n\n## Two & more\n\n|a|b|\n|---|---|\n|1|2|\n", "One")
    assert re.findall("<caption>(.*?)</caption>", made) == ["One", "Two &amp; more"] and made.count('scope="col"') == 4


@pytest.mark.slow
def test_built_again_the_site_has_the_same_bytes(site, tmp_path):
    project = in_another_folder(tmp_path / "a longer name" / "build")
    project.build.parent.mkdir()
    made_site.write_site(project, SOME)
    again = project.build / "site"
    first, second = ({p.relative_to(at): p.read_bytes() for p in at.rglob("*.*")} for at in (site, again))
    assert first == second and len(first) > 100


@pytest.mark.slow
def test_a_site_that_fails_leaves_the_one_before_and_a_stale_one_says_so(site, tmp_path, monkeypatch, capsys):
    project = in_another_folder(tmp_path)
    shutil.copytree(site / "briefs", tmp_path / "site")
    monkeypatch.setattr(brief, "write_briefs", lambda *args, **around: 1)
    assert made_site.write_site(project, ["KEN"]) == 1
    assert {path.name for path in (tmp_path / "site").iterdir()} == {f"{iso3}.html" for iso3 in SOME}
    monkeypatch.setattr(brief, "write_briefs", lambda *args, **around: 0)
    monkeypatch.setattr(made_site, "report_stale", lambda *args: 1)
    assert made_site.write_site(project, ["KEN"]) == 1 and (tmp_path / "site" / "index.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    with pytest.raises(ValueError, match="did you mean KEN"):
        made_site.write_site(project, ["KEY"])


# --- in a browser ---


def axe():
    """The text of axe-core; skips without it, but never in CI."""
    found = importlib.util.find_spec("axe_playwright_python")
    if not found and os.environ.get("CI"):
        pytest.fail("CI needs axe-playwright-python: make browser")
    if not found:
        pytest.skip("needs axe-playwright-python (make browser)")
    return (Path(found.origin).parent / "axe.min.js").read_text(encoding="utf-8")


def violations(page, where="document"):
    """What axe-core holds against the page, or the part of it that a selector names: "rule: first element"."""
    found = page.evaluate(f"axe.run({where}).then(result => result.violations)")
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found]


@pytest.fixture
def browser(chromium):
    """Chromium, started."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.mark.parametrize(
    ("width", "every"),  # every fifth page, and the slow tests every one
    [("phone", 5), *[pytest.param(width, 1, marks=pytest.mark.slow) for width in WIDTHS]],
)
def test_axe_finds_nothing_on_any_page_with_the_network_off(browser, site, width, every):
    script, asked, found = axe(), [], {}
    wide, high = WIDTHS[width]
    context = browser.new_context(viewport={"width": wide, "height": high}, offline=True)
    context.on("request", lambda request: asked.append(request.url))
    one = context.new_page()
    for path in sorted(site.rglob("*.html"))[::every]:
        one.goto(path.as_uri())
        one.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        one.evaluate(script)
        beside = one.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[path.name] = violations(one) + ([f"{beside} pixels beside the screen"] if beside > 0 else [])
        assert one.evaluate("[...document.images].every(image => image.naturalWidth > 0)"), path.name
    assert {name: why for name, why in found.items() if why} == {}
    assert {url.split(":")[0] for url in asked} <= {"file", "data"} and len(asked) > 50 // every
    one.evaluate("document.querySelector('main').innerHTML += '<img src=x><p style=\"color: #aaa\">pale</p>'")
    assert [why.split(":")[0] for why in violations(one)] == ["color-contrast", "image-alt"]  # it can fail


def test_on_a_phone_a_wide_table_says_that_it_scrolls_and_the_verdict_comes_first(browser, site):
    phone, desktop = (browser.new_page(viewport={"width": wide, "height": 800}) for wide in (400, 1366))
    hints = """[...document.querySelectorAll('.scroll')].map(area => [area.scrollWidth > area.clientWidth,
        getComputedStyle(area.querySelector('caption'), '::after').content.includes('scroll')])"""
    said = []
    for name in ("01_prevalence.html", "codebook.html"):
        phone.goto((site / name).as_uri())
        phone.wait_for_timeout(200)  # the hint is a matter of layout
        said += phone.evaluate(hints)
    assert all(wide == hint for wide, hint in said) and {wide for wide, _ in said} == {True, False}
    tops = """[...document.querySelectorAll('.verdicts tbody tr')].map(
        row => [...row.children].map(cell => cell.getBoundingClientRect().top))"""
    for one in (phone, desktop):
        one.goto((site / "claims.html").as_uri())
    for id_, statement, printed, computed, verdict, why in phone.evaluate(tops):
        assert id_ == verdict < statement < printed < computed < why
    assert all(len(set(row)) == 1 for row in desktop.evaluate(tops)) and len(desktop.evaluate(tops)) == 35


def test_the_keyboard_passes_the_list_of_pages_and_opens_the_code(browser, site):
    one = browser.new_page()
    one.goto((site / "01_prevalence.html").as_uri())
    one.keyboard.press("Tab")
    assert one.evaluate("document.activeElement.textContent") == "Skip to the text"
    assert one.evaluate("document.activeElement.getBoundingClientRect().left") >= 0  # it is seen once it is reached
    one.keyboard.press("Enter")
    assert one.url.endswith("#main")
    one.locator("summary").first.focus()
    assert one.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    one.keyboard.press("Enter")
    assert one.locator("details").first.locator("pre").is_visible()


@pytest.mark.slow
def test_axe_finds_nothing_in_what_our_notebooks_show_in_jupyterlab(browser, tmp_path):
    names, asked = ["00_start_here", "07_scoreboard"], []
    (tmp_path / "own").mkdir()
    for name in names:
        shutil.copy(Project.here().path(name), tmp_path / "own")
    with serving(tmp_path / "own", tmp_path / "home") as address:
        one = browser.new_page(viewport={"width": 1366, "height": 768})
        one.on("request", lambda request: asked.append(request.url))
        for name in names:
            one.goto(f"{address}/lab/tree/{name}.ipynb", timeout=SECONDS * 1000)
            one.locator(".jp-OutputArea-output table").first.wait_for(timeout=SECONDS * 1000)
            one.evaluate(axe())
            parts = one.locator(".jp-OutputArea-output").count()
            assert parts >= 3 and violations(one, "{include: [['.jp-OutputArea-output']]}") == [], name
    hosts = {re.match(r"(?:\w+:)+(?://[^/:]+)?", url)[0] for url in asked}
    assert hosts <= {"http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:http://127.0.0.1"}
