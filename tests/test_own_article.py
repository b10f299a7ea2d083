"""A reader's own article: the guide in examples/ says what the command does, and the page it writes can be read."""

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from analysis import claims
from analysis.claims.formulas import FUNCTIONS, evaluate
from analysis.claims.lookup import Book, number_text, range_text
from analysis.claims.phrases import WORDS as VOCABULARY
from analysis.claims.phrases import phrase
from analysis.claims.verdicts import CONCLUSION, NEEDED, OPTIONAL, VALUE, reading_text
from analysis.rounding import VERDICTS
from tools import report as command
from tools.commandline import parser

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "my_article.csv"
GUIDE = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
KENYA = "value(index.people; edition=2023; country=Kenya)"


def section(heading):
    return GUIDE.split(f"## {heading}\n")[1].split("\n## ")[0]


def rows(text, nth=0):
    """The cells of the nth table of a Markdown text, without its header, and without marks of code."""
    lines = re.findall(r"(?m)(?:^\|.*\n?)+", text)[nth].splitlines()
    cells = [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in lines]
    assert set(cells[1][0]) == {"-"}
    return cells[2:]


WORDS = rows(section("The words of a formula"))


@pytest.fixture(scope="module")
def found():
    verdicts, errors = claims.judge(command.read_claims(str(EXAMPLE)))
    assert errors == []
    return verdicts.set_index("id")


# --- the guide ---


def test_the_guide_has_an_example_of_every_word():
    assert [word for word, *_ in WORDS] == [*sorted(FUNCTIONS, key=[w for w, *_ in WORDS].index), "top", "a number"]
    for word, _, example, _ in WORDS:
        assert word == "a number" or f"{word}(" in example


@pytest.mark.parametrize(("word", "example", "gives"), [(word, example, gives) for word, _, example, gives in WORDS])
def test_every_example_of_a_word_gives_what_the_guide_says(word, example, gives):
    result = evaluate(example, Book())
    said = range_text(result.interval, result.per) if result.value is None else number_text(result.value, result.per)
    assert gives == {"rank": f"place {said}", "ratio": f"{said} times"}.get(result.kind, said)


@pytest.mark.parametrize(("printed", "read"), rows(section("How a printed phrase is read")))
def test_every_phrase_of_the_guide_is_read_as_it_says(printed, read):
    assert reading_text(phrase(printed)) == read


def test_the_guide_names_the_usual_hedges_as_the_vocabulary_has_them():
    lines = section("How a printed phrase is read").splitlines()
    told = {"hedge": "- After *about*", "below": "- *nearly*", "threshold": "- After *more than*"}
    for role, start in told.items():
        line = next(line for line in lines if line.startswith(start))
        words = re.findall(r"\*([a-z ]+)\*", line.split("; *just over")[0])
        assert len(words) > 4 and set(words) - {"threshold"} <= set(VOCABULARY[role]), role


def test_the_guide_lists_every_column():
    listed = re.findall(r"(?m)^\| (`[^|]*) \| (\w+) \|", section("The columns"))
    columns = {name: needed for names, needed in listed for name in re.findall(r"\w+", names)}
    assert set(columns) == {*NEEDED, *OPTIONAL}
    assert [name for name, needed in columns.items() if needed == "yes"] == NEEDED == ["id", "printed", "formula"]


def test_the_example_gives_the_verdicts_of_the_guide(found):
    said = {cells[0]: tuple(cells[1:4]) for cells in rows(section("What the example gives"))}
    assert said == {i: (row.printed, row.verdict, row.severity) for i, row in found.iterrows()}
    words = section("The verdicts")
    assert {verdict for _, verdict, _ in said.values()} == set(VERDICTS) == {name for name, _ in rows(words)}
    assert {name for name, _ in rows(words, 1)} == {VALUE, CONCLUSION}


def test_the_example_is_right_by_hand_but_for_the_line_that_is_wrong_on_purpose(found):
    # 269,000 of 53,771,000 is 1 in 199.9; 5.0 over 10.3 is 0.485; 5.0 per 1,000 is 0.5 percent, a tenth of 5
    assert found.loc["K2", "computed"] == pytest.approx(100 * 269_000 / 53_771_000)
    assert found.loc["K5", "computed"] == pytest.approx(100 * 5.0 / 10.3)
    assert found.loc["K6", ["computed", "printed_value"]].tolist() == pytest.approx([0.5, 5])
    assert (found.loc["K3", "low"], found.loc["K3", "high"]) == (88, 90)
    assert list(found.index[found["verdict"] == "inconsistent"]) == ["K6"]
    assert "invented" in found.loc["K1", "reason"] and "on purpose" in found.loc["K6", "reason"]


def test_the_commands_of_the_guide_are_understood():
    lines = re.findall(r"(?m)^python -m analysis (.*?)(?:\s+#.*)?$", GUIDE)
    assert len(lines) == 6
    assert [parser().parse_args(line.split()).command for line in lines] == ["claims"] * 3 + ["tables"] * 2 + ["claims"]


# --- the command ---


def file_of(folder, *lines):
    path = folder / "mine.csv"
    path.write_text("\n".join(["id,printed,formula,statement", *lines]) + "\n", encoding="utf-8")
    return str(path)


SOUND = f'S,"269,000",{KENYA},sound'
WRONG = f"W,5 million,{KENYA},wrong"
FAULTS = [  # (the line, the column at fault, what stands in its message)
    ("F,1,value(indx.people; edition=2023; iso3=KEN),", "formula", 'no table "indx"; did you mean index?'),
    ("F,1,value(index.poeple; edition=2023; iso3=KEN),", "formula", 'no column "poeple"; did you mean people?'),
    ("F,1,value(index.people; edtion=2023; iso3=KEN),", "formula", 'no column "edtion"; did you mean edition?'),
    ("F,1,value(index.people; edition=2023; country=Kenia),", "formula", "did you mean KEN (Kenya)"),
    ("F,1,value(index.people; edition=2023; country=Congo),", "formula", "'Congo' names no single country"),
    ("F,1,value(index.people; edition=2023; iso3=KNE),", "formula", "KEN (Kenya)"),
    ("F,1,value(index.people; edition=2022; iso3=KEN),", "formula", 'nowhere "2022"; did you mean 2023?'),
    ("F,1,vlaue(index.people; edition=2023; iso3=KEN),", "formula", 'no word "vlaue"; did you mean value?'),
    (f"F,0.3 milion,{KENYA},", "printed", "did you mean 0.3 million?"),
    (f"F,aproximately 0.3 million,{KENYA},", "printed", 'cannot read "aproximately 0.3 million" as a figure; write it'),
    (f"F,lots,{KENYA},", "printed", 'cannot read "lots" as a figure; write it like'),
    (f",1,{KENYA},", "id", "every claim needs an id of its own"),
]


@pytest.mark.parametrize(("line", "column", "message"), FAULTS)
@pytest.mark.parametrize("shape", ["text", "json", "html"])
def test_a_faulty_line_is_named_once_and_the_others_are_judged(tmp_path, capsys, line, column, message, shape):
    file = file_of(tmp_path, SOUND, line, WRONG)
    code = command.show_verdicts(file, shape == "json", tmp_path if shape == "html" else None)
    out, err = capsys.readouterr()
    assert code == 2 and err.count("\n") == 1 and message in err and f", {column}: " in err
    said = (tmp_path / "mine.html").read_text(encoding="utf-8") if shape == "html" else out
    assert said.count("reproduces") >= 1 and said.count("inconsistent") >= 1


def test_all_faults_of_a_file_are_named_at_once(tmp_path, capsys):
    lines = [line if line.startswith(",") else f"F{n}{line[1:]}" for n, (line, _, _) in enumerate(FAULTS)]
    assert command.show_verdicts(file_of(tmp_path, SOUND, *lines)) == 2
    assert capsys.readouterr().err.count("\n") == len(FAULTS)


@pytest.mark.parametrize(("lines", "code"), [([SOUND], 0), ([SOUND, WRONG], 1), ([SOUND, WRONG, FAULTS[0][0]], 2)])
def test_exit_codes_are_those_of_the_guide(tmp_path, lines, code):
    said = [int(number) for number, _ in rows(section("When a line cannot be read"))]
    command_line = [sys.executable, "-m", "analysis", "claims", file_of(tmp_path, *lines)]
    done = subprocess.run(command_line, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == code and code in said and "Traceback" not in done.stderr


PARTED = f"P,269,000,{KENYA},a comma too many"  # five cells under four columns
BESIDE = f"P,269,000,{KENYA}"  # four: printed 269, formula 000, and the formula under statement


def faults_of(folder, *lines):
    return [(e.id, e.column, e.message) for e in claims.judge(command.read_claims(file_of(folder, *lines)))[1]]


def test_a_line_with_a_comma_too_many_is_named_by_its_number_and_the_others_are_judged(tmp_path, capsys):
    file = file_of(tmp_path, SOUND, "", "  ", PARTED, WRONG)  # header 1, sound 2, two blank lines, so 5
    assert command.show_verdicts(file) == 2
    out, err = capsys.readouterr()
    hint = 'put quotation marks around a cell with a comma: "269,000"'
    assert err == f"analysis: {file}, P, line 5: 5 cells, not 4; {hint}\n"
    found = claims.judge(command.read_claims(file))[0].set_index("id")
    assert found["verdict"].drop("P").to_dict() == {"S": "reproduces", "W": "inconsistent"}
    assert "P: Line 5: 5 cells, not 4" in out


def test_a_line_number_counts_the_lines_of_the_file(tmp_path):
    # S2 stands on lines 3 and 4, so the next line is 5; a line separator inside a cell is no new line
    two = f'S2,"269,000",{KENYA},"first\nsecond\u2028 still second"'
    assert [column for _, column, _ in faults_of(tmp_path, SOUND, two, PARTED)] == ["line 5"]
    assert [column for _, column, _ in faults_of(tmp_path, PARTED, "", PARTED)] == ["line 2", "line 4"]


def test_a_number_parted_into_two_columns_is_seen_though_the_cells_are_as_many(tmp_path):
    ((name, column, message),) = faults_of(tmp_path, SOUND, BESIDE)
    assert (name, column) == ("P", "line 3") and "the formula stands under statement; put quotation" in message
    assert faults_of(tmp_path, "A,4,4,four", f"B,4,4,{KENYA} is meant") == []  # a number is a formula of its own


def test_a_quotation_mark_that_is_not_closed_is_named_and_what_stands_before_is_judged(tmp_path, capsys):
    swallowed = file_of(tmp_path, SOUND, f'B,"269,000,{KENYA},x', WRONG)
    ((name, column, message),) = [(e.id, e.column, e.message) for e in claims.judge(command.read_claims(swallowed))[1]]
    assert (name, column) == ("B", "line 3") and message.startswith("a quotation mark is opened and not closed")
    inches = f'I,"269,000",{KENYA},a 5" pipe'  # a mark inside a cell that none opened is a letter
    assert faults_of(tmp_path, SOUND, inches) == []


def test_own_tables_are_named_on_the_command_line(tmp_path):
    line = ["claims", str(ROOT / "examples" / "prisons.csv"), "--tables", str(ROOT / "examples" / "prisons")]
    done = subprocess.run([sys.executable, "-m", "analysis", *line], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 1 and "7 claims: 6 reproduces" in done.stdout and done.stderr == ""
    line[-1] = str(tmp_path)  # a folder without any table
    done = subprocess.run([sys.executable, "-m", "analysis", *line], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "write one with the columns table" in done.stderr


def test_empty_cells_at_the_end_are_no_fault_but_do_not_hide_one(tmp_path):
    file = tmp_path / "wide.csv"
    file.write_text(f'id,printed,formula,note,,\nS,"269,000",{KENYA},,,\nP,269,000,{KENYA},,,\n', encoding="utf-8")
    assert [e.column for e in claims.judge(command.read_claims(str(file)))[1]] == ["line 3"]
    file.write_text(f"id,printed,formula,\nP,269,000,{KENYA}\n", encoding="utf-8")  # a cell under no name
    assert "4 cells, not 3" in claims.judge(command.read_claims(str(file)))[1][0].message
    file.write_text("id,printed,formula,\nA,4,4,\n", encoding="utf-8")  # an empty cell beside the formula
    assert claims.judge(command.read_claims(str(file)))[1] == []


def test_lines_that_could_not_be_read_are_counted_apart(tmp_path, capsys):
    file = file_of(tmp_path, SOUND, PARTED, FAULTS[0][0], "N,no figure,,x")  # S has no reason
    text = Path(file).read_text(encoding="utf-8").replace("statement", "cannot_check", 1).replace("sound", "")
    Path(file).write_text(text, encoding="utf-8")
    assert command.show_verdicts(file) == 2
    counts = "4 claims: 1 reproduces, 0 within rounding, 0 inconsistent, 1 cannot be checked, 2 could not be read"
    assert counts in capsys.readouterr().out
    assert command.show_verdicts(file, pages=tmp_path) == 2 and counts in capsys.readouterr().out
    page = Page((tmp_path / "mine.html").read_text(encoding="utf-8"))
    assert page.cells[page.cells.index("P") + 4] == "could not be read"
    assert command.show_verdicts(str(EXAMPLE)) == 1 and "could not be read" not in capsys.readouterr().out


def test_json_has_an_error_and_no_verdict_for_a_line_that_could_not_be_read(tmp_path, capsys):
    assert command.show_verdicts(file_of(tmp_path, SOUND, PARTED, FAULTS[0][0]), True) == 2
    sound, parted, faulty = json.loads(capsys.readouterr().out)
    assert (sound["verdict"], sound["severity"], sound["error"]) == ("reproduces", "none", None)
    assert parted["error"].startswith("line 3: 5 cells, not 4") and faulty["error"].startswith("formula: there is no")
    assert {row[key] for row in (parted, faulty) for key in ("verdict", "severity")} == {None}


# --- the page ---


class Page(HTMLParser):
    """What stands in a page: tags with their attributes, and the text of the cells."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.cells, self.open = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, "tags are not nested"

    def handle_data(self, data):
        if {"td", "th"} & set(self.open):
            self.cells[-1] += data


def page_of(folder, file):
    command.show_verdicts(str(file), pages=folder)
    return (folder / f"{Path(file).stem}.html").read_text(encoding="utf-8")


def test_the_page_is_accessible_and_stands_alone(tmp_path, found):
    text = page_of(tmp_path, EXAMPLE)
    page = Page(text)
    names = [tag for tag, _ in page.tags]
    assert page.open == [] and text.startswith("<!doctype html>") and ("html", {"lang": "en"}) in page.tags
    assert {"title", "main", "h1", "caption", "thead", "footer"} <= set(names) and names.count("h1") == 1
    scopes = [attrs.get("scope") for tag, attrs in page.tags if tag == "th"]
    assert scopes == ["col"] * 6 + ["row"] * len(found)
    assert not {"script", "link", "iframe", "img", "object"} & set(names) and "@import" not in text
    assert not [v for _, attrs in page.tags for k, v in attrs.items() if k in ("src", "href") or k.startswith("on")]
    assert "url(" not in text and "://" not in text
    region = next(attrs for _, attrs in page.tags if attrs.get("role") == "region")
    assert region["tabindex"] == "0" and region["aria-label"]  # the keyboard can scroll the table


def test_the_page_says_what_the_table_says(tmp_path, found):
    page = Page(page_of(tmp_path, EXAMPLE))
    for i, row in found.iterrows():
        at = page.cells.index(i)
        statement, printed, _, verdict, reason = page.cells[at + 1 : at + 6]
        assert (statement, reason) == (row.statement, row.reason) and row.verdict in verdict
        assert row.printed in printed and row.meant in printed
        assert (row.severity in verdict) == (row.severity != "none")
        assert row.formula in page.cells[at + 3] and row.inputs in page.cells[at + 3]
    assert any(re.match(r"\s*place 88\s*rounding allows 88 to 90", cell) for cell in page.cells)


def test_what_a_file_holds_is_shown_as_text(tmp_path):
    file = tmp_path / "a & b.csv"
    line = '<b>,"<script>alert(1)</script>",4,"5 < 6 & ""7"""'
    file.write_text(f"id,printed,formula,statement\n{line}\n", encoding="utf-8")
    page = Page(page_of(tmp_path, file))
    assert not {"script", "b"} & {tag for tag, _ in page.tags}
    assert "<b>" in page.cells and '5 < 6 & "7"' in page.cells and page.open == []


def test_the_page_is_the_same_every_time_and_leaves_no_other_file(tmp_path):
    assert page_of(tmp_path, EXAMPLE) == page_of(tmp_path, EXAMPLE)
    assert [path.name for path in tmp_path.iterdir()] == ["my_article.html"]


def test_the_command_says_where_the_page_is(tmp_path, capsys):
    assert command.show_verdicts(None, pages=tmp_path / "deep" / "er") == 1
    said = capsys.readouterr().out
    assert "article.html" in said and "35 claims: 18 reproduces, 2 within rounding" in said
    assert (tmp_path / "deep" / "er" / "article.html").exists()
