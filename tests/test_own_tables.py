"""A reader's own tables: described in tables.csv or datapackage.json, checked, and judged against."""

import json
from pathlib import Path

import pandas as pd
import pytest

from analysis import claims, tables
from analysis.claims.formulas import evaluate
from analysis.claims.lookup import Book
from tools import own_tables, report

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
LIST = "table,column,unit,rounding,source\nfarms,cows,cows,100,Yearbook\nfarms,share,percent,0.1,Yearbook\n"
FARMS = 'name,iso3,cows,share\nHill,FRA,"1,200",12.5\nDale,GBR,300,-\n'


def folder_of(path, **files):
    """A folder with a file of each text; the list of the farms unless another is given."""
    for name, text in ({"tables": LIST, "farms": FARMS} | files).items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def book(path, **files):
    return Book(own_tables.stage(folder_of(path, **files), path / "staged"), tables.DATA)


def test_numbers_carry_the_rounding_and_the_unit_they_were_given(tmp_path):
    mine = book(tmp_path)
    cows = evaluate("value(farms.cows; name=Hill)", mine)
    # 1,200 to the hundred is 1,150 to 1,250; 12.5 percent to 0.1 is 12.45 to 12.55
    assert (cows.value, cows.interval.bounds(), cows.kind) == (1200, (1150, 1250), "count")
    share = evaluate("value(farms.share; name=Hill)", mine)
    assert (share.kind, share.interval.bounds()) == ("share", (0.1245, 0.1255))
    assert cows.inputs == ("farms.cows (name=Hill): 1,200, from Yearbook",)
    assert evaluate("count(farms.share)", mine).value == 1  # a hyphen is a gap
    assert evaluate("value(farms.cows; country=UK)", mine).value == 300
    assert evaluate("count(farms; group=G20)", mine).value == 2
    assert evaluate("value(index.people; edition=2023; iso3=KEN)", mine).value == 269_000  # ours stand beside


def test_a_column_named_edition_has_no_part_in_the_index(tmp_path):
    listed = LIST.replace("cows,cows,100", "people,people,unrounded").replace("share,percent", "rate,percent")
    mine = book(tmp_path, farms="name,edition,people,rate\nHill,2023,7,3\n", tables=listed)
    assert evaluate("value(farms.people; edition=2023)", mine).interval.bounds() == (7, 7)
    assert evaluate("value(farms.rate; edition=2023)", mine).interval.bounds() == (0.0295, 0.0305)


def test_a_table_of_a_readers_own_comes_before_ours_of_that_name(tmp_path):
    listed = "table,column,unit,rounding,source\nindex,people,people,1,Mine\n"
    mine = book(tmp_path, index="name,people\nHill,7\n", tables=listed)
    assert evaluate("value(index.people)", mine).value == 7


def test_a_folder_may_have_a_description_of_its_own(tmp_path):
    fields = [{"name": "name", "type": "string"}, {"name": "cows", "type": "integer", "rounding": "100"}]
    entry = {"name": "farms", "path": "farms.csv", "schema": {"fields": fields}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [entry]}), encoding="utf-8")
    (tmp_path / "farms.csv").write_text("name,cows\nHill,1200\n", encoding="utf-8")
    mine = Book(own_tables.stage(tmp_path, tmp_path / "staged"))
    assert evaluate("value(farms.cows)", mine).interval.bounds() == (1150, 1250)


@pytest.mark.parametrize(
    "field",
    [
        {"name": "cows", "type": "integer", "constraints": {"minimum": "0"}},
        {"name": "cows", "type": "string", "constraints": {"pattern": "("}},
        {"name": "cows", "type": "integer", "constraints": "none"},
        {"name": "cows", "type": "integer", "maximumFrom": {"field": "sheep"}},
    ],
)
def test_a_description_of_other_kinds_is_refused_in_one_line(tmp_path, field):
    entry = {"name": "farms", "path": "farms.csv", "schema": {"fields": [field]}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [entry]}), encoding="utf-8")
    (tmp_path / "farms.csv").write_text("cows\n1200\n", encoding="utf-8")
    with pytest.raises(ValueError, match="datapackage.json cannot be used .* describe fields as in") as refused:
        own_tables.stage(tmp_path, tmp_path / "staged")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"tables": "table,column\nfarms,cows\n"},
         ["tables.csv, row 1, column unit", "is missing; add it; the columns are"]),
        ({"tables": LIST.replace("100", "often")}, ['"often", the rounding of cows, is no number above zero']),
        ({"tables": LIST.replace("100", "0")}, ['"0", the rounding of cows', "write 0.1, 1000 or unrounded"]),
        ({"tables": LIST.replace("farms,cows", "farms,cow")}, ['no column "cow"; did you mean cows?']),
        ({"tables": LIST.replace("farms,", "barns,")}, ["barns.csv", "is missing"]),
        ({"farms": FARMS.replace("300", "many")}, ["farms.csv, row 3, column cows", '"many" is not a', "write digits"]),
        ({"farms": FARMS.replace("300,-", "300")}, ["farms.csv, row 3", "has 3 cells, not 4"]),
        ({"farms": ""}, ["farms.csv", "is empty"]),
        ({"tables": LIST.replace("Yearbook\n", "Yearbook, 3\n")}, ["tables.csv, row 2", "quote cells with commas"]),
        ({"tables": ""}, ["tables.csv", "is empty"]),
    ],
)
def test_a_fault_is_named_with_its_place_and_a_remedy(tmp_path, files, words):
    with pytest.raises(ValueError) as refused:
        book(tmp_path, **files)
    message = str(refused.value)
    assert all(word in message for word in words) and str(tmp_path) in message and "data/" not in message


def test_digits_finer_than_the_rounding_are_named(tmp_path):
    # 1,210 where the list says that cows were rounded to the hundred; 12.55 where shares were, to a tenth
    finer = FARMS.replace("1,200", "1,210").replace("12.5", "12.55")
    with pytest.raises(ValueError) as refused:
        own_tables.stage(folder_of(tmp_path, farms=finer), tmp_path / "staged")
    assert str(refused.value).splitlines() == [
        f'{tmp_path}/farms.csv, row 2, column {column}: "{cell}" is finer than {unit}, the rounding given; '
        "check it against the source, and the rounding"
        for column, cell, unit in (("cows", "1210", "100"), ("share", "12.55", "0.1"))
    ]
    exact = LIST.replace("100", "unrounded")
    own_tables.stage(folder_of(tmp_path, farms=FARMS.replace("1,200", "1,210"), tables=exact), tmp_path / "staged")


def test_a_folder_without_a_description_is_told_what_to_write(tmp_path):
    with pytest.raises(ValueError, match="there is no .*tables.csv; write one with the columns table, column, unit"):
        own_tables.stage(tmp_path, tmp_path / "staged")


def test_staging_twice_changes_no_byte_and_leaves_the_folder_alone(tmp_path):
    folder = folder_of(tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    first, second = (own_tables.stage(folder, tmp_path / "out" / name) for name in "ab")
    assert {p.name: p.read_bytes() for p in first.iterdir()} == {p.name: p.read_bytes() for p in second.iterdir()}
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_the_example_gives_what_its_article_shows(tmp_path):
    # 168.9 / 35.7 = 4.73; 69 / 107.6 = 0.641; the seven counts sum to 329,559; 197,000 / 55,349 = 3.56
    staged = own_tables.stage(EXAMPLES / "prisons", tmp_path)
    found, errors = claims.judge(report.read_claims(str(EXAMPLES / "prisons.csv")), staged, tables.DATA)
    assert errors == []
    assert list(found["verdict"]) == ["reproduces"] * 3 + ["inconsistent"] + ["reproduces"] * 3
    assert found["computed"].round(2).tolist() == [69448, 4.73, 2, 64.13, 329559, 7, 3.56]
    ours = tables.load("prison_peers").set_index(["iso3", "vintage"])
    for row in pd.read_csv(EXAMPLES / "prisons" / "prisons.csv", thousands=",").itertuples():
        same = ours.loc[(row.iso3, "about 2021, via countryeconomy.com")]
        assert (same.prisoners, same.rate_per_100000) == (row.prisoners, row.rate)
