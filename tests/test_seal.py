"""The seal: what stands in data/ changes only with a line in corrections.csv, whoever seals."""

import csv
import hashlib
import json
import shutil
from pathlib import Path

import pytest

from tools import codebook, seal
from tools.commandline import main
from tools.stale import Project

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
PACKAGE = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
JAPAN = 'JPN,Japan,2018,,45,"World Prison Brief, September 2018",data copy,'
PEERS, FAMINE = "prison_peers.csv", "famine_estimates.csv"
SEALED = "row JPN, 2018, World Prison Brief, September 2018, column"
KENYA = "2023,KEN,Kenya,Africa,53771000,269000,"
INDIA = "2023,IND,India,Asia and the Pacific,1380004000,11050000,"
KENYA_TILE = "KEN,Kenya,,,Africa,printed in the 2023 index,14,18"
GOODKIND = "Goodkind and West,2011,1993,2008,600000,1000000"


@pytest.fixture
def copy(tmp_path):
    """A copy of data/."""
    return shutil.copytree(DATA, tmp_path / "data")


def exchange(folder, file, *pairs):
    """Put other text into a file, each where the old one stands once."""
    text = (folder / file).read_text(encoding="utf-8")
    for old, new in pairs:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    (folder / file).write_text(text, encoding="utf-8", newline="\n")


def correct(folder, *lines):
    """Add lines to corrections.csv: table, row, column, value."""
    with (folder / "corrections.csv").open("a", encoding="utf-8", newline="") as file:
        for *place, value in lines:
            row = [*place, "as printed", value, "a slip in copying", "2026-11-24"]
            csv.writer(file, lineterminator="\n").writerow(row)


def refused(folder):
    """The lines that sealing refuses with; nothing may have been written."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ValueError) as error:
        codebook.write_codebook(folder, seal=True)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    return str(error.value).splitlines()


UGANDA = "UGA,Uganda,,,Africa,printed in the 2023 index,14,"
FAULTS = {  # the file, what is exchanged in it, how each refusal begins
    "two counts, their sum kept": (
        "index.csv",
        [(KENYA, KENYA.replace("269", "279")), (INDIA, INDIA.replace("11050", "11040"))],
        ['row 2023, IND, column people: "11040000"', 'row 2023, KEN, column people: "279000"'],
    ),
    "a status falsified": (PEERS, [(JAPAN, JAPAN.replace("data copy", "primary"))], [f'{SEALED} status: "primary"']),
    "a prison rate": (PEERS, [(JAPAN, JAPAN.replace(",45,", ",54,"))], [f'{SEALED} rate_per_100000: "54"']),
    "a famine estimate": (
        FAMINE,
        [(GOODKIND, GOODKIND.replace("600000", "650000"))],
        ['row goodkind_2011_2008, column low: "650000"'],
    ),
    "a year": (
        FAMINE,
        [(GOODKIND, GOODKIND.replace("1993,", "1994,"))],
        ['row goodkind_2011_2008, column period_start: "1994"'],
    ),
    "two tiles exchanged": (
        "countries.csv",
        [(f"{UGANDA}17", f"{UGANDA}18"), (KENYA_TILE, KENYA_TILE.replace("14,18", "14,17"))],
        ['row KEN, column tile_column: "17"', 'row UGA, column tile_column: "18"'],
    ),
    "a statement turned": (
        "claims.csv",
        [('the United States is low",low', 'the United States is high",low')],
        ["row A18, column statement: "],
    ),
    "a row deleted": ("index.csv", [(f"{KENYA}5.0\n", "")], ['row 2023, KEN, column all: "removed"']),
    "a row added": (
        "groups.csv",
        [("read_from,status\n", "read_from,status\nG20,ESP,2023-05,Title,https://x.org,secondary\n")],
        ["row G20, ESP, column all: "],
    ),
    "another report cited": (
        "datapackage.json",
        [("Institute for Crime & Justice Policy Research, World Prison Brief", "UN Office on Drugs and Crime")],
        ['prison_peers sources, row 1, column title: "UN Office on Drugs and Crime"'],
    ),
    "another unit": (
        "datapackage.json",
        [('"unit": "per 100,000 people"', '"unit": "per 1,000 people"')],
        ['prison_peers columns, row rate_per_100000, column unit: "per 1,000 people"'],
    ),
    "another denominator": (
        "datapackage.json",
        [('"denominator": "the country\'s population"', '"denominator": "adults"')],
        ['index columns, row rate, column denominator: "adults"'],
    ),
    "an exception more": (
        "datapackage.json",
        [('"23476640"', '"23476640",\n              "2696100"')],
        ["index columns, row population, column finer: "],
    ),
    "an old correction taken back": (
        "corrections.csv",
        [("51 of the 200 cells", "52 of the 200 cells")],
        ["row population, the 200 rows of revision WPP2019, year 2020, population_thousands, "],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_not_sealed(copy, name):
    file, pairs, begins = FAULTS[name]
    exchange(copy, file, *pairs)
    lines = refused(copy)
    assert len(lines) == len(begins)
    for line, begin in zip(lines, begins, strict=True):
        assert line.startswith(f"data/{file}, {begin}"), line
        assert " was not sealed; put back what was there, or add to data/corrections.csv: " in line


def test_the_line_that_the_refusal_gives_decides(copy):
    exchange(copy, "index.csv", (KENYA, KENYA.replace("269", "279")))
    (line,) = refused(copy)
    (row,) = csv.reader([line.split("corrections.csv: ")[1]])
    assert row == ["index", "2023, KEN", "people", "SOURCE", "279000", "WHY", "DATE"]
    correct(copy, ("index", "2023, KEN", "people", "280000"))
    assert len(refused(copy)) == 1, "another value than the one that stands there"
    correct(copy, ("index", "2023, KEN", "rate", "279000"), ("index", "2023, IND", "people", "279000"))
    assert len(refused(copy)) == 1, "another column, another row"
    correct(copy, ("index", "2023, KEN", "people", "279000"))
    codebook.write_codebook(copy, seal=True)
    exchange(copy, "index.csv", (KENYA.replace("269", "279"), KENYA))
    (line,) = refused(copy)
    assert 'people: "269000" was not sealed' in line and "people,279000,269000,WHY,DATE" in line  # the old is known


def test_the_date_of_a_line_must_be_written(copy):
    with (copy / "corrections.csv").open("a", encoding="utf-8") as file:
        file.write("index,all,all,SOURCE,1,WHY,DATE\n")
    assert refused(copy)[0].startswith('data/corrections.csv, row 3, column date: "DATE" does not fit')


def test_a_repeated_row_is_refused(copy):
    exchange(copy, "index.csv", (f"{KENYA}5.0\n", f"{KENYA}5.0\n" * 2))
    assert "stands in row 419 already; keep one row" in refused(copy)[0]


def test_a_new_table_needs_three_lines_and_a_column_one(copy):
    path = copy / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    fields = [{"name": "n", "type": "integer", "unit": "people", "description": "how many"}]
    entry = {"name": "new", "path": "new.csv", "title": "New", "description": "New.", "sources": [{"title": "Book"}]}
    package["resources"].append(entry | {"schema": {"fields": fields}})
    path.write_text(json.dumps(package), encoding="utf-8")
    (copy / "new.csv").write_text("n\n1\n2\n", encoding="utf-8")
    rows = [next(csv.reader([line.split("corrections.csv: ")[1]])) for line in refused(copy)]
    assert [row[:3] for row in rows] == [[table, "all", "all"] for table in ("new", "new sources", "new columns")]
    correct(copy, *(row[:3] + row[4:5] for row in rows))
    codebook.write_codebook(copy, seal=True)
    (copy / "new.csv").write_text("n\n1\n3\n", encoding="utf-8")
    assert refused(copy)[0].startswith('data/new.csv, row 3, column n: "3" was not sealed')  # no key: its line
    exchange(copy, "new.csv", ("3", "2"))
    groups = (copy / "groups.csv").read_text(encoding="utf-8").splitlines()
    (copy / "groups.csv").write_text("\n".join([groups[0] + ",since", *(row + ",1999" for row in groups[1:])]) + "\n")
    package["resources"][1]["schema"]["fields"].append({"name": "since", "type": "string", "description": "Year"})
    path.write_text(json.dumps(package), encoding="utf-8")
    assert [line.split(":")[0] for line in refused(copy)] == [
        "data/groups.csv, row all, column since",
        "data/datapackage.json, groups columns, row since, column all",
    ]


def test_without_the_seal_nothing_is_sealed(copy):
    (copy / seal.SEAL).unlink()
    assert refused(copy) == ["data/rows.sha256: is missing; restore it with: git checkout data"]


def test_the_command_says_it_and_ends_with_2(copy, monkeypatch, capsys):
    shutil.copy(ROOT / "README.md", copy.parent)
    monkeypatch.setattr("tools.stale.Project.here", lambda: Project(copy.parent))
    exchange(copy, PEERS, (JAPAN, JAPAN.replace(",45,", ",54,")))
    assert main(["codebook", "--seal"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"analysis: data/{PEERS}, {SEALED} rate_per_100000") and said.count("\n") == 1


def test_every_cell_is_sealed_as_it_stands():
    """By other code than the tool's: each row of each table, and each source, has its line."""
    with (DATA / "rows.sha256").open(encoding="utf-8", newline="") as file:
        lines = {(table, key): dict(mark.split(":") for mark in marks) for table, key, *marks in csv.reader(file)}
    for entry in PACKAGE["resources"]:
        with (DATA / entry["path"]).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        about = {str(number): source for number, source in enumerate(entry["sources"], start=1)}
        keyed = {", ".join(row[column] for column in entry["schema"]["primaryKey"]): row for row in rows}
        assert len(keyed) == len(rows)
        for table, found in ((entry["name"], keyed), (f"{entry['name']} sources", about)):
            for key, row in found.items():
                for column, mark in lines.pop((table, key)).items():
                    text = str(row[column]).encode()
                    assert mark == (hashlib.sha256(text).hexdigest()[:6] if text else ""), (table, key, column)
    assert {table.rpartition(" ")[2] for table, _ in lines} == {"columns"}  # nothing else is left


def test_the_last_correction_of_a_cell_is_what_stands_there():
    standing, last = seal.what_stands(PACKAGE, DATA), {}
    with (DATA / "corrections.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            last[row["table"], row["row"], row["column"]] = row["value"]
    assert [place for place, value in last.items() if standing.get(place, value) != value] == []
