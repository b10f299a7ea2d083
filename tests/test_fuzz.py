"""Whatever a reader is given, it answers: an exit code and lines that can be read, no traceback, no stray file."""

import contextlib
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from functools import cache

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import tables
from analysis._shown import as_html
from page_tags import Tags
from tools import codebook, page, report, seal, sheet
from tools.commandline import main
from tools.stale import Project

ROOT = Project.here().root
RAW = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
written = None  # while a list: the files that are opened for writing


def note_writing(event, values):
    if event == "open" and written is not None and isinstance(values[2], int) and values[2] & WRITING:
        written.append(str(values[0]))


sys.addaudithook(note_writing)


def twice(check, **strategies):
    """Two tests: few examples in `make test`, the same ones every time; many in `make test-slow`."""
    few = settings(max_examples=12, derandomize=True, deadline=None)(given(**strategies)(check))
    many = settings(max_examples=600, deadline=None)(given(**strategies)(check))
    return few, pytest.mark.slow(many)


def answer(*command, folder):
    """(exit code, what is printed, what is said on stderr), held to what every answer must be."""
    global written
    out, err = io.StringIO(), io.StringIO()
    written = []
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([*command])
    finally:
        stray, written = [path for path in written if not inside(path, folder)], None
    out, err = out.getvalue(), err.getvalue()
    assert code in (0, 1, 2) and not RAW.search(out + err) and "Traceback" not in out + err
    assert (code == 2) == bool(err) and all(line.startswith("analysis: ") for line in err.splitlines())
    assert stray == []
    return code, out, err


def inside(path, folder):
    return os.path.abspath(path).startswith((str(ROOT / "build"), str(folder), os.devnull))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


# --- what stands in a cell ---

NASTY = ["1e999999999", "-1", "0", "0.0", "9223372036854775808", "18446744073709551616", "1e308", "-1e-308", "nan"]
NASTY += ["inf", "NULL", "=1+1", "<1,000", "1,5", "1.234.567", "12%", "\u00bd", "\u00b2", "\u0661\u0663", "\u0967"]
NASTY += ["\uff11", "\u2167", "\x1b[31mred", "\x9b0m", "\u202edlrow", "\ufeff", "\u2028", "'", '"', ";", "|", "\\"]
NASTY += ["<script>alert(1)</script>", "{{7*7}}", "%s", "../../etc/passwd", "AFG", "2023", "104.6", "10,000", "half"]
CELLS = st.one_of(
    st.sampled_from([*NASTY, "x" * 20_000, "9" * 400, "1" * 5000, "", " ", "\n", "\x00"]),
    st.text(max_size=12),
    st.from_regex(r"-?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,9})?", fullmatch=True),
)
TERMS = ["about", "nearly", "more", "than", "at", "least", "one", "two", "3", "10", "0.33", "1.1", "1,000", "122nd"]
TERMS += ["million", "percent", "in", "of", "out", "per", "every", "-", "ten", "half", "third", "160", "fold", "top"]
MOST_DIGITS = 5000
ENDS = st.tuples(st.sampled_from(["", "1 in ", "0."]), st.sampled_from(["", "th", " million", "%"]))
LONG = st.builds(lambda ends, size: f"{ends[0]}{'7' * size}{ends[1]}", ENDS, st.integers(1, MOST_DIGITS))
PHRASES = CELLS | LONG | st.lists(st.sampled_from(TERMS), max_size=6).map(" ".join)
WORDS = ["value", "sum", "count", "median", "largest", "rank", "range", "share", "rate", "ratio", "difference", "top"]
WORDS += ["total", "chance"]
SOUND = ["index.people", "index.rate", "index", "edition=2023", "iso3=PRK", "of iso3=USA", "lowest first", "3"]
SOUND += ["country=Kenya", "rate>=1e9", "edition!=top(3; index.rate; edition=2023)", "iso3=", "editions.rate_per"]
SOUND += ["value(index.people; edition=2023; iso3=PRK)", "rank(index.rate; edition=2023; of iso3=USA)"]
PARTS = st.sampled_from(SOUND) | CELLS
FORMULAS = st.sampled_from(SOUND[-2:]) | st.recursive(
    PARTS,
    lambda inner: st.tuples(st.sampled_from(WORDS), st.lists(inner, max_size=4)).map(
        lambda made: f"{made[0]}({'; '.join(made[1])})"
    ),
    max_leaves=6,
)


# --- a claims file ---


@st.composite
def claims_files(draw):
    """The bytes of a file: mostly a table of claims, sometimes anything."""
    if draw(st.integers(0, 5)) == 0:
        return draw(st.binary(max_size=200))
    more = st.sampled_from(["statement", "read_as", "alternative", "note", "", "fromula"])
    header = draw(st.permutations(["id", "printed", "formula"])) + draw(st.lists(more, max_size=2, unique=True))
    kinds = {"printed": PHRASES, "read_as": PHRASES, "formula": FORMULAS, "alternative": FORMULAS}
    rows = draw(st.lists(st.tuples(*(kinds.get(column, CELLS) for column in header)), max_size=4))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=draw(st.sampled_from(",;")), escapechar="\\")
    writer.writerows([header, *rows])
    return text.getvalue().encode("utf-8", "surrogatepass")


def check_claims(folder, content, shape):
    path = folder / "mine.csv"
    path.write_bytes(content)
    code, out, err = answer("claims", str(path), *shape, folder=folder)
    assert all(str(path) in line for line in err.splitlines())
    if code != 2 and not shape:
        assert "claims: " in out


# --- a workbook ---


@cache
def make_workbook():
    """The bytes of a workbook of 2023 with the rows of the first five countries."""
    index = tables.load("index", edition=2023).head(5)
    layout = next(layout for layout in sheet.LAYOUTS if layout["edition"] == 2023)
    book = openpyxl.Workbook()
    book.active.title = layout["sheet"]
    for _ in range(layout["header_row"] - 1):
        book.active.append([])
    book.active.append([layout[column] for column in sheet.SHEET_COLUMNS])
    for row in index.itertuples():
        numbers = [int(row.population), int(row.people), float(row.rate)]
        book.active.append([row.country_as_printed, row.region_as_printed, *numbers])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


XML = st.sampled_from(["<v>1e999999999</v>", "<v>nan</v>", "<v>-1</v>", f"<v>{'9' * 5000}</v>", "<f>1/0</f>", "<v/>"])
XML |= st.text(max_size=20).map(lambda text: f"<is><t>{text}</t></is>") | st.text(max_size=8)


@st.composite
def workbooks(draw, whole):
    """The bytes of a workbook with parts changed, dropped or cut, and of the file itself."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(file, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            how = draw(st.integers(0, 12)) if "sheet1" in name else draw(st.integers(0, 40))
            if how == 0:
                text = text[: draw(st.integers(0, len(text)))]
            if how in (1, 2, 3, 4, 5, 6):
                marks = [found.span() for found in re.finditer(r"<v ?/?>[^<]*(</v>)?", text)]
                if marks:
                    start, end = draw(st.sampled_from(marks))
                    text = text[:start] + draw(XML) + text[end:]
            if how == 7:
                text = re.sub(r' r="([A-Z]+)?[0-9]+"', draw(st.sampled_from([' r="XFD99999999"', "", ' r="A5"'])), text)
            if how == 8:
                area = draw(st.sampled_from(["A1:XFD1048576", "A5:A6", "B3:C3", "x", "A9:A1"]))
                text = text.replace("</sheetData>", f'</sheetData><mergeCells><mergeCell ref="{area}"/></mergeCells>')
            if how != 40:
                target.writestr(name, text.encode("utf-8", "surrogatepass"))
    made = file.getvalue()
    if draw(st.integers(0, 7)) == 0:
        at = draw(st.integers(0, len(made) - 1))
        made = made[:at] + draw(st.binary(max_size=30)) + made[at + draw(st.integers(0, 30)) :]
    return made


def check_workbook(folder, content):
    path = folder / "theirs.xlsx"
    path.write_bytes(content)
    code, out, err = answer("compare", str(path), folder=folder)
    assert code != 2 or (err.count("\n") == 1 and str(path) in err and not out)
    assert code == 2 or "countries, " in out


# --- a table of data/ ---


@pytest.fixture(scope="module")
def data(folder):
    """A folder with the index and the tables that its keys lead to."""
    made = folder / "data"
    shutil.copytree(tables.DATA, made)
    package = json.loads((made / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [r for r in package["resources"] if r["name"] in ("countries", "editions", "index")]
    (made / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    seal.write_seal(seal.what_stands(package, made), made)
    return made


def renew(data):
    """Make the checksums of datapackage.json fit by hand, past the seal."""
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    for entry in package["resources"]:
        entry["hash"] = f"sha256:{tables.sha256(data / entry['path'])}"
    (data / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")


@st.composite
def tables_changed(draw):
    """(file, its bytes): the index or the editions with up to three cells or lines changed."""
    name = draw(st.sampled_from(["index.csv", "index.csv", "editions.csv"]))
    rows = list(csv.reader(io.StringIO((tables.DATA / name).read_text(encoding="utf-8"), newline="")))[:40]
    for _ in range(draw(st.integers(1, 3))):
        row = rows[draw(st.integers(0, len(rows) - 1))]
        what = draw(st.integers(0, 9))
        if what == 0:
            row.append(draw(CELLS))
        elif what == 1:
            del row[-1:]
        elif row:
            row[draw(st.integers(0, len(row) - 1))] = draw(CELLS)
    text = io.StringIO()
    csv.writer(text, escapechar="\\").writerows(rows)
    made = text.getvalue().encode("utf-8", "surrogatepass")
    return name, (draw(st.binary(max_size=40)) + made if draw(st.integers(0, 9)) == 0 else made)


def check_table(data, changed):
    name, content = changed
    kept = {file: (data / file).read_bytes() for file in (name, "datapackage.json", "README.md")}
    (data / name).write_bytes(content)
    try:
        with contextlib.suppress(tables.TableError):  # nothing else may be raised
            tables.load("index", data)
        try:
            codebook.write_codebook(data, seal=True)
        except tables.TableError as error:
            lines = str(error).splitlines()
            assert all(re.match(r"data/\w+\.(csv|json).*: .+; .+|\.\.\. and \d+ more", line) for line in lines), lines
            assert max(map(len, lines)) < 1000
            assert (data / "datapackage.json").read_bytes() == kept["datapackage.json"]
        except ValueError as error:  # sound, but not what was sealed
            lines = str(error).splitlines()
            assert all(re.match(r"data/\w+\.csv, row .* was not sealed; put back", line) for line in lines), lines
            assert (data / "datapackage.json").read_bytes() == kept["datapackage.json"]
            renew(data)  # what could be sealed can be loaded and has no count above its population
            index = tables.load("index", data)
            assert not (index["people"] > index["population"]).any()
    finally:
        for file, before in kept.items():
            (data / file).write_bytes(before)


# --- each reader ---


def check_ranks(folder, edition, region, shape):
    edition, region = (text.replace("\0", "") for text in (edition, region))  # no command line has one
    code, _, err = answer("ranks", f"--edition={edition}", f"--region={region}", *shape, folder=folder)
    assert (code, err.count("\n")) == (2, 1) and ("there is no" in err or "in hand only in part" in err)


JSON = st.sampled_from([[], ["--json"]])
test_claims, test_many_claims = twice(check_claims, content=claims_files(), shape=JSON)
test_workbook, test_many_workbooks = twice(check_workbook, content=st.deferred(lambda: workbooks(make_workbook())))
test_table, test_many_tables = twice(check_table, changed=tables_changed())
test_ranks, test_many_ranks = twice(check_ranks, edition=CELLS, region=CELLS, shape=JSON)


# --- a few by hand ---


KENYA = "value(index.people; edition=2023; country=Kenya)"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes with a name")
def test_a_claims_file_that_is_none_is_refused_unread(tmp_path):
    pipe, huge = tmp_path / "pipe.csv", tmp_path / "huge.csv"
    os.mkfifo(pipe)
    with huge.open("wb") as file:
        file.truncate(5 * 10**9)  # takes no room
    for path, why in [(pipe, "a pipe or device; name a file"), (tmp_path, "a folder"), (huge, "larger than 20 MB")]:
        code, _, err = answer("claims", str(path), folder=tmp_path)
        assert (code, err.count("\n")) == (2, 1) and str(path) in err and f"it is {why}" in err


def test_a_cell_of_ten_megabytes_is_the_fault_of_its_row_alone(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(f'id,printed,formula\nA,{"x" * 10**7},{KENYA}\nB,"269,000",{KENYA}\n', encoding="utf-8")
    code, out, err = answer("claims", str(path), folder=tmp_path)
    assert code == 2 and "1 reproduces" in out and "1 could not be read" in out
    assert err == f"analysis: {path}, A, line 2: a cell of more than 10,000 letters; is a quotation mark not closed?\n"


def test_two_claims_files_of_one_name_have_a_page_each(tmp_path):
    pages, made = tmp_path / "pages", {}
    for name, printed in [("one", "269,000"), ("two", "5 million"), ("one", "269,000")]:
        path = tmp_path / name / "mine.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'id,printed,formula\n{name},"{printed}",{KENYA}\n', encoding="utf-8")
        with contextlib.redirect_stdout(io.StringIO()) as out:
            report.show_verdicts(str(path), pages=pages)
        page_of = re.search(r"wrote (.*?): open", out.getvalue())[1]
        assert made.setdefault(name, page_of) == page_of  # the same file has the same page again
    assert made["one"] == str(pages / "mine.html") and len({*made.values()}) == len(list(pages.iterdir())) == 2
    for name, file in made.items():
        with open(file, encoding="utf-8") as page_file:
            assert f'<th scope="row">{name}</th>' in page_file.read()


def test_a_name_that_no_file_could_have_is_cut_and_one_that_is_no_text_is_shown(tmp_path):
    path = tmp_path / ("x" * 240 + ".csv")
    path.write_text(f'id,printed,formula\nA,"269,000",{KENYA}\n', encoding="utf-8")
    pages = tmp_path / "pages"
    with contextlib.redirect_stdout(io.StringIO()):
        assert report.show_verdicts(str(path), pages=pages) == 0
        path = path.rename(tmp_path / "\udcff\x1b.csv") if os.name == "posix" else path
        assert report.show_verdicts(str(path), pages=pages) == 0
    assert len(list(pages.iterdir())) == 2


EVIL = "<script>alert(1)</script> [x](javascript:alert(1)) ![y](http://example.org/y.png) <img src=x onerror=alert(1)>"


def test_what_a_table_says_is_text_on_a_page():
    shown = page.output({"data": {"text/markdown": f"# {EVIL} in **2023**"}}, "heading")
    frame = pd.DataFrame({"country": [EVIL]}, index=pd.Index([EVIL], name=EVIL))
    shown += page.output({"data": {"text/html": as_html(frame)}}, EVIL)
    tags = set(re.findall(r"<([a-z0-9]+)", shown))
    assert tags == {"h1", "strong", "div", "table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown and not re.search(r"(?:src|href|onerror)=\"", shown)


@pytest.mark.slow
def test_a_brief_on_a_country_with_tags_in_its_name(tmp_path):
    for part in ("analysis", "tools", "data", "notebooks"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("requirements.txt", "README.md"):
        shutil.copy(ROOT / part, tmp_path)
    for name in ("countries.csv", "index.csv"):
        path = tmp_path / "data" / name
        path.write_text(path.read_text(encoding="utf-8").replace("Kenya", EVIL), encoding="utf-8")
    renew(tmp_path / "data")
    env = os.environ | {"PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "analysis", "brief", "KEN"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "build" / "briefs" / "KEN.html").read_text(encoding="utf-8")
    assert text.count("&lt;script&gt;") >= 5 and "<title>&lt;script&gt;" in text
    tags = Tags(text).found
    assert {"h1", "table", "img"} <= {tag for tag, _ in tags} and not {"script", "a"} & {tag for tag, _ in tags}
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on") or name == "href"]
    assert all(attributes["src"].startswith("data:image/png;") for tag, attributes in tags if tag == "img")


@pytest.mark.parametrize("letters", ["\x1b[2J", "\x9b2J", "\x07", "\r", "\u202e", "\udc9b", "\x7f"])
def test_no_control_character_reaches_the_terminal(tmp_path, letters):
    path = tmp_path / "mine.csv"
    shown = "".join(f"\\u{ord(letter):04x}" if RAW.match(letter) else letter for letter in letters)
    if letters not in ("\r", "\udc9b"):  # a line end, and no UTF-8
        path.write_text(f"id,printed,formula\nA{letters},{letters},{letters}\n", encoding="utf-8")
        for shape in ([], ["--json"]):
            _, out, err = answer("claims", str(path), *shape, folder=tmp_path)
            assert shown in out and shown in err
            assert not shape or json.loads(out)[0]["id"] == f"A{letters}"
    for command in ("claims", "compare"):
        assert f"a{shown}" in answer(command, f"a{letters}.csv", folder=tmp_path)[2]
    with pytest.raises(SystemExit), contextlib.redirect_stderr(io.StringIO()) as err:
        main(["ranks", f"a{letters}"])  # what the parser of the command line says
    assert f"a{shown}" in err.getvalue() and not RAW.search(err.getvalue())
