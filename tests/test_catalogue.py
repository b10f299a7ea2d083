"""`python -m analysis tables`: what a reader sees of the tables, and that what is shown works in a formula."""

import json
import re

import pandas as pd
import pytest

from analysis import tables
from analysis.claims.formulas import evaluate
from analysis.claims.lookup import Book
from tools import catalogue
from tools.commandline import main

NAMES = [e["name"] for e in json.loads((tables.DATA / "datapackage.json").read_text(encoding="utf-8"))["resources"]]
BOOK = Book()


def shown(capsys, *arguments):
    """What the command prints, a broken line made whole again."""
    assert main(["tables", *arguments]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 100
    return re.sub(r"\n {4}", " ", text).splitlines()


def test_the_list_has_each_table_with_its_rows_and_title(capsys):
    lines = shown(capsys)
    assert [line.split()[0] for line in lines[: len(NAMES)]] == NAMES
    assert "groups                57  Members of the G20 and of the OECD" in lines
    assert lines[-1].endswith("python -m analysis tables countries")


def test_a_table_shows_columns_units_values_and_sources(capsys):
    lines = shown(capsys, "index")
    assert lines[0].startswith("index: Country tables") and lines[0].endswith("rows: 514")
    assert "edition (integer, year): 2016 | 2018 | 2023" in lines
    assert "iso3 (string): 180 different, such as AFG | AGO | ALB" in lines
    # China's 1,439,324,000 of 2023 is the largest population; North Korea's 104.6 the highest rate
    assert "population (integer, people): 98000 to 1439324000" in lines
    assert any(re.match(r"rate \(number, people per 1,000 .*: 0\.18 to 104\.6$", line) for line in lines)
    assert sum(line.startswith("source: ") for line in lines) == 3


@pytest.mark.parametrize("name", NAMES)
def test_the_last_line_is_a_formula_that_works(capsys, name):
    formula = shown(capsys, name)[-1].removeprefix("example: ")
    found = evaluate(formula, BOOK)
    assert found.value is not None and f"({name}" in formula
    assert formula.startswith("value(") or found.value >= 1


def test_every_value_listed_for_a_filter_finds_rows():
    for column in ("edition", "region_as_printed"):
        listed = catalogue.values_of(BOOK.table("index")[column]).split(" | ")
        assert sum(len(BOOK.fits("index", f"{column}={value}")) for value in listed) == 514


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (["b", "a", None, "b"], "a | b"),
        ([2.5, 0.1, None], "0.1 | 2.5"),
        (list(range(13)), "0 to 12"),  # thirteen are no longer few
        ([f"{letter}{letter}" for letter in "mlkjihgfedcba"] + ["z"], "14 different, such as z | aa | bb"),
        ([None, None], "no value"),
    ],
)
def test_few_values_are_listed_and_many_are_told_by_range_or_example(values, text):
    assert catalogue.values_of(pd.Series(values)) == text


def test_a_misspelt_table_is_answered_with_the_nearest(capsys):
    assert main(["tables", "indx"]) == 2
    assert 'there is no table "indx"; did you mean index?' in capsys.readouterr().err


def test_another_folder_can_be_read_and_a_key_with_a_semicolon_is_left_out(tmp_path, capsys):
    package = json.loads((tables.DATA / "datapackage.json").read_text(encoding="utf-8"))
    (entry,) = [entry for entry in package["resources"] if entry["name"] == "corrections"]
    text = (tables.DATA / "corrections.csv").read_text(encoding="utf-8")
    (tmp_path / "corrections.csv").write_text(text.replace("WPP2019, year", "WPP2019; year"), encoding="utf-8")
    entry["hash"] = f"sha256:{tables.sha256(tmp_path / 'corrections.csv')}"
    (tmp_path / "datapackage.json").write_text(json.dumps(package | {"resources": [entry]}), encoding="utf-8")
    assert catalogue.show_tables(folder=tmp_path) == 0
    assert capsys.readouterr().out.splitlines()[0].split()[:2] == ["corrections", "1"]
    assert catalogue.show_tables("corrections", tmp_path) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "example: count(corrections)"
