"""Loading: every planted fault is named by file, row, column, value and remedy, and frictionless sees the same cell."""

import json
import os
import re
import shutil

import frictionless
import pytest

from analysis import tables
from analysis._package import Problem, hint
from analysis.tables import TableError, load
from tools import codebook

FIRST = "2016,AFG"  # the row that the faults are planted in; the header is row 1, so it stands in row 2


@pytest.fixture
def folder(tmp_path):
    """A copy of the index with its countries, small enough to plant faults in."""
    package = json.loads((tables.DATA / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [r for r in package["resources"] if r["name"] in ("countries", "editions", "index")]
    for name in ("countries.csv", "editions.csv", "index.csv"):
        shutil.copy(tables.DATA / name, tmp_path / name)
    (tmp_path / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    return tmp_path


def plant(folder, change, seal=True):
    """Change the lines of index.csv by a function, and (seal) make the checksum fit, so only the fault is left."""
    path = folder / "index.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")
    if seal:
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        entry = next(r for r in package["resources"] if r["name"] == "index")
        entry["hash"] = f"sha256:{tables.sha256(path)}"
        (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")


def cell(column, value):
    """A change of one cell in row 2."""

    def change(lines):
        header, row = lines[0].split(","), lines[1].split(",")
        row[header.index(column)] = value
        return [lines[0], ",".join(row), *lines[2:]]

    return change


def row_two(lines):
    assert lines[1].startswith(FIRST)
    return lines[1]


FAULTS = {
    "unreadable number": (cell("people", "12x"), 2, "people", "12x", "digits only"),
    "decimal comma": (cell("rate", '"1,13"'), 2, "rate", "1,13", "digits only"),
    "negative count": (cell("people", "-5"), 2, "people", "-5", "source"),
    "rate over 1,000": (cell("rate", "1000.5"), 2, "rate", "1000.5", "source"),
    "unknown iso3": (cell("iso3", "AFQ"), 2, "iso3", "AFQ", "did you mean"),
    "missing country": (cell("country_as_printed", ""), 2, "country_as_printed", "", "fill"),
    "duplicate key": (lambda ls: [*ls, row_two(ls)], 516, "edition+iso3", "2016, AFG", "keep one"),
}
HEADERS = {
    "missing column": (lambda ls: [line.rpartition(",")[0] for line in ls], "rate", "is missing"),
    "renamed column": (lambda ls: [ls[0].replace("people", "peoples"), *ls[1:]], "people", "rename peoples back"),
    "respelt column": (lambda ls: [ls[0].replace("people", "persons"), *ls[1:]], "people", "rename persons back"),
    "extra column": (lambda ls: [ls[0] + ",note", *(line + ",x" for line in ls[1:])], "note", "remove it"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_named_and_frictionless_agrees(folder, name):
    change, row, column, value, remedy = FAULTS[name]
    plant(folder, change)
    with pytest.raises(TableError) as caught:
        load("index", folder=folder)
    assert len(caught.value.problems) == 1
    problem = caught.value.problems[0]
    assert (problem.file, problem.row, problem.column, problem.value) == ("index.csv", row, column, value)
    assert remedy in problem.remedy
    assert f"data/index.csv, row {row}, column {column}" in str(caught.value) and value in str(caught.value)
    report = frictionless.validate(str(folder / "datapackage.json"))
    errors = next(task for task in report.tasks if task.name == "index").errors
    assert errors and {getattr(error, "row_number", None) for error in errors} == {row}


@pytest.mark.parametrize("name", HEADERS)
def test_a_changed_header_is_named(folder, name):
    change, column, words = HEADERS[name]
    plant(folder, change)
    with pytest.raises(TableError) as caught:
        load("index", folder=folder)
    (problem,) = caught.value.problems
    assert (problem.row, problem.column) == (1, column) and words in str(problem)
    assert not frictionless.validate(str(folder / "datapackage.json")).valid


def test_a_wrong_checksum_comes_last(folder):
    plant(folder, cell("people", "367700"), seal=False)  # a believable number: only the checksum can tell
    with pytest.raises(TableError, match="differs from the published copy; git checkout data"):
        load("index", folder=folder)
    plant(folder, cell("people", "-1"), seal=False)  # a broken rule is named instead of the checksum
    with pytest.raises(TableError, match='row 2, column people: "-1" is below 0') as caught:
        load("index", folder=folder)
    assert "differs" not in str(caught.value)


def test_columns_renamed_at_other_places_are_not_taken_for_one_another(folder):
    # "people" goes and a column "zzz" comes at the end: nothing says that it is the same column
    plant(folder, lambda ls: [ls[0].replace(",people,", ",") + ",zzz", *ls[1:]])
    with pytest.raises(TableError) as caught:
        load("index", folder=folder)
    assert [(p.column, p.what) for p in caught.value.problems] == [
        ("people", "is missing"),
        ("zzz", "is not in the description"),
    ]


def test_a_percentage_may_not_exceed_100_though_a_rate_per_1000_may(folder):
    plant(folder, cell("rate", "100"))
    assert load("index", folder=folder)["rate"][0] == 1000  # printed in percent, loaded per 1,000
    plant(folder, cell("rate", "101"))  # row 2 is of 2016, whose rate_per is 100
    with pytest.raises(TableError) as caught:
        load("index", folder=folder)
    (problem,) = caught.value.problems
    assert (problem.row, problem.column, problem.value) == (2, "rate", "101")
    assert "is above 100, the rate_per of 2016 in editions.csv; check it against the source" in str(problem)
    # Eritrea's 90.3 per 1,000 of 2023 made 101 per 1,000 is within its own edition's limit
    plant(folder, lambda ls: [cell("rate", "1.13")(ls)[1] if i == 1 else line for i, line in enumerate(ls)])
    plant(folder, lambda ls: [line.replace(",90.3", ",101") if line[:8] == "2023,ERI" else line for line in ls])
    found = load("index", folder=folder, edition=2023).set_index("iso3")
    assert found.loc["ERI", "rate"] == 101


def test_a_fault_of_the_table_that_a_key_leads_to_is_named_there(folder):
    countries = folder / "countries.csv"
    text = countries.read_text(encoding="utf-8")
    countries.write_text(text.replace("iso3", "code", 1), encoding="utf-8")
    with pytest.raises(TableError, match=r"data/countries\.csv, row 1, column iso3: .*rename code back to iso3"):
        load("index", folder=folder)
    header, first, rest = text.split("\n", 2)
    countries.write_text("\n".join([header, first.split(",")[0], rest]), encoding="utf-8")
    with pytest.raises(TableError, match=r"data/countries\.csv, row 2: has 1 cells, not 8"):
        load("index", folder=folder)


@pytest.mark.parametrize("name", ["early_editions", "prison_peers"])
def test_an_unknown_country_beside_the_world_is_named(tmp_path, name):
    copy = tmp_path / "data"
    shutil.copytree(tables.DATA, copy)
    assert (load(name, folder=copy)["iso3"] == "WLD").any()  # the world is no country, and allowed here
    path = copy / f"{name}.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    row = next(i for i, line in enumerate(lines) if i and "WLD" not in line)
    lines[row] = re.sub(r"(^|,)[A-Z]{3},", r"\1ZZQ,", lines[row], count=1)
    path.write_text("\n".join(lines), encoding="utf-8")
    for attempt in (lambda: load(name, folder=copy), lambda: codebook.write_codebook(copy, seal=True)):
        with pytest.raises(TableError) as caught:
            attempt()
        (problem,) = caught.value.problems
        assert (problem.row, problem.column, problem.value) == (row + 1, "iso3", "ZZQ")
        assert problem.what == "is not in countries.csv" and "countries.csv" in problem.remedy
    path.write_text((tables.DATA / path.name).read_text(encoding="utf-8").replace("WLD", "WLX"), encoding="utf-8")
    with pytest.raises(TableError, match='column iso3: "WLX" is not in countries.csv'):
        load(name, folder=copy)


BROKEN = {
    "cut off": lambda text: text[:200],
    "an empty object": lambda text: "{}",
    "a list": lambda text: "[]",
    "no hash": lambda text: text.replace('"hash"', '"hush"', 1),
    "no name": lambda text: text.replace('"name": "countries"', '"nome": "countries"', 1),
    "a table that is text": lambda text: json.dumps({"resources": ["index"]}),
    "a column without a type": lambda text: text.replace('"type"', '"kind"', 1),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_description_is_one_line_with_file_and_remedy(folder, how):
    path = folder / "datapackage.json"
    path.write_text(BROKEN[how](path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(TableError, match=r"^data/datapackage\.json: .*; restore it with: git checkout data") as caught:
        load("index", folder=folder)
    assert "\n" not in str(caught.value)
    path.unlink()
    with pytest.raises(TableError, match=r"data/datapackage\.json: is missing"):
        load("index", folder=folder)


def test_ragged_missing_empty_and_binary_files(folder):
    plant(folder, lambda lines: [lines[0], lines[1] + ",9", *lines[2:]])
    with pytest.raises(TableError, match="row 2: has 8 cells, not 7"):
        load("index", folder=folder)
    (folder / "index.csv").write_bytes(b"edition\xff")
    with pytest.raises(TableError, match="not UTF-8"):
        load("index", folder=folder)
    (folder / "index.csv").write_bytes(b"")
    with pytest.raises(TableError, match="is empty"):
        load("index", folder=folder)
    (folder / "index.csv").unlink()
    with pytest.raises(TableError, match="is missing"):
        load("index", folder=folder)


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("people", "9223372036854775808", "is not a whole number of at most 18 digits"),  # two to the power of 63
        ("people", "\u0663\u0664", "is not a whole number"),  # 34 in Arabic digits
        ("rate", "\uff11.5", "is not a number of usual length"),  # a full-width digit one
        ("rate", "1e999999999", "is not a number of usual length"),
        ("rate", "1" * 400, "is not a number of usual length"),
        ("people", "1" * 5000, "is not a whole number"),
        ("country_as_printed", "x" * 10_000_000, "has more than 10,000 letters"),
        ("region_as_printed", "\x1b[31mASIA\nhere", ""),  # no rule forbids it; the command line shows it
    ],
)
def test_a_cell_out_of_all_bounds_is_one_line(folder, column, value, what):
    plant(folder, cell(column, f'"{value}"'))
    if not what:
        assert load("index", folder=folder)[column][0] == value
        return
    for attempt in (lambda: load("index", folder=folder), lambda: codebook.write_codebook(folder, seal=True)):
        with pytest.raises(TableError) as caught:
            attempt()
        said = str(caught.value)
        assert said.startswith(f"data/index.csv, row 2, column {column}: ") and what in said
        assert "\n" not in said and len(said) < 250


def test_a_pattern_of_the_description_means_our_digits(tmp_path):
    shutil.copytree(tables.DATA, tmp_path / "data")
    path = tmp_path / "data" / "wpp_revisions.csv"
    text = path.read_text(encoding="utf-8")
    period = re.search(r",(\d{4}-\d{4}),", text)[1]  # its pattern is written with \\d
    path.write_text(text.replace(period, "\u0661\u0669\u0669\u0660-1995", 1), encoding="utf-8")
    with pytest.raises(TableError, match="row 2, column period: .* does not fit"):
        load("wpp_revisions", folder=tmp_path / "data")


def test_a_count_above_its_population_is_not_sealed(folder):
    # Afghanistan's population of 2016 is printed as 32,527,000
    plant(folder, cell("people", "32527001"))
    for attempt in (lambda: load("index", folder=folder), lambda: codebook.write_codebook(folder, seal=True)):
        with pytest.raises(TableError) as caught:
            attempt()
        (problem,) = caught.value.problems
        assert (problem.row, problem.column, problem.value) == (2, "people", "32527001")
        assert problem.what == "is above 32527000, the population"
    plant(folder, cell("people", "32527000"))
    assert load("index", folder=folder)["people"][0] == 32_527_000
    plant(folder, cell("population", ""))  # without a population there is nothing to compare with
    assert load("index", folder=folder)["people"][0] == 32_527_000


def test_of_a_thousand_faults_the_first_hundred_are_kept(folder):
    plant(folder, lambda lines: [lines[0], *(line.replace(line[5:8], "QQQ") for line in lines[1:])])
    with pytest.raises(TableError) as caught:
        load("index", folder=folder)
    assert len(caught.value.problems) == 100 and str(caught.value).endswith("... and 90 more")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes with a name")
@pytest.mark.parametrize("name", ["index.csv", "countries.csv", "datapackage.json"])
def test_a_pipe_a_folder_or_a_huge_file_is_refused_unread(folder, name):
    path = folder / name
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(TableError, match=f"data/{name}: .*it is a pipe or device; name a file.*restore it with"):
        load("index", folder=folder)
    path.unlink()
    path.mkdir()
    with pytest.raises(TableError, match="it is a folder"):
        load("index", folder=folder)
    path.rmdir()
    with path.open("wb") as file:
        file.truncate(5 * 10**9)  # takes no room
    with pytest.raises(TableError, match="it is larger than 20 MB"):
        load("index", folder=folder)


def test_unknown_names_suggest_the_nearest():
    with pytest.raises(TableError, match="did you mean index"):
        load("indx")
    with pytest.raises(TableError, match="did you mean edition"):
        load("index", editon=2023)
    with pytest.raises(TableError, match="known: 2016, 2018, 2023|did you mean 20"):
        load("index", edition=2022)


def test_a_hint_is_the_nearest_name_or_the_first_twelve_known():
    assert hint("indx", ["claims", "index"]) == "did you mean index?"
    assert hint(2203, [2016, 2023]) == "did you mean 2023?"
    assert hint("rate", ["rata"], 0.9) == "known: rata"  # three letters of four are not enough for 0.9
    letters = list("abcdefghijkl")
    assert hint("zzz", letters) == "known: a, b, c, d, e, f, g, h, i, j, k, l"
    assert hint("zzz", [*letters, "m"]) == "known: a, b, c, d, e, f, g, h, i, j, k, l, ..."


def test_a_fault_is_said_with_its_place_its_value_and_what_to_do():
    fault = {"what": "is no number", "remedy": "write digits"}
    assert str(Problem("index.csv", **fault)) == "data/index.csv: is no number; write digits"
    whole = 'data/index.csv, row 3, column rate: "3,x" is no number; write digits'
    assert str(Problem("index.csv", 3, "rate", "3,x", **fault)) == whole
    for letters, shown in [(60, "v" * 60), (61, "v" * 60 + "...")]:
        said = f'data/index.csv, column {"c" * 60}: "{shown}" is no number; write digits'
        assert str(Problem("index.csv", column="c" * letters, value="v" * letters, **fault)) == said
    empty = str(Problem("index.csv", column="", value="", **fault))
    assert empty == 'data/index.csv, column : "" is no number; write digits'


def test_typed_with_units_sources_and_printed_text():
    index = load("index", edition=2023)
    korea = index.set_index("iso3").loc["PRK"]
    assert (korea["people"], korea["rate"]) == (2_696_000, 104.6)
    assert (korea["people_printed"], korea["rate_printed"]) == ("2696000", "104.6")
    assert index.attrs["table"] == "index" and index.attrs["sources"]
    assert {"people", "population", "rate"} <= index.attrs["units"].keys()
    assert tables.sha256(tables.DATA / "index.csv") == index.attrs["sha256"]


def test_a_count_below_a_thousand_keeps_its_text():
    iceland = load("index", edition=2018).set_index("iso3").loc["ISL"]
    assert iceland["people_printed"] == "<1,000" and iceland["people"] is not None and iceland.isna()["people"]


def test_windows_line_ends_have_the_same_checksum(folder):
    path = folder / "index.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert len(load("index", folder=folder)) == 514
