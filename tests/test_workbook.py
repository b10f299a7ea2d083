"""Walk Free's workbooks against the table index; they are built here, in each edition's layout."""

import csv
import datetime
import io
import os
import re
import subprocess
import sys
import warnings
import zipfile

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import tables
from tools.commandline import main
from tools.sheet import (
    LAYOUTS,
    SHEET_COLUMNS,
    Sheet,
    SheetError,
    cell_text,
    load_workbook,
    sheet_cells,
    shorten,
)
from tools.workbook import (
    DIGITS,
    OTHER,
    ROUNDING_ONLY,
    SAME,
    agreement,
    compare_sheet,
    printed_rows,
    refuse_units,
)

SHEETS = {
    2016: "GLOBAL DATA 2016 GSI",
    2018: "Global prev, vuln, govt table",
    2023: "GSI 2023 summary data",
}
ABOVE = {2016: 1, 2018: 2, 2023: 2}  # rows above the names of the columns
HEADS = {  # the project's columns in the file's order, and their names there, blanks and all
    2016: {
        "country": "Country",
        "region": "REGION",
        "population": "POPULATION",
        "rate": "ESTIMATED PROPORTION OF POPULATION IN MODERN SLAVERY",
        "people": "ESTIMATED NUMBER IN MODERN SLAVERY",
    },
    2018: {
        "country": "Country ",
        "population": "Population \n(from United Nations Population Division, World Population Prospects)",
        "region": "Region",
        "rate": "Est. prevalence of population in modern slavery (victims per 1,000 population)",
        "people": "Est. number of people in modern slavery",
    },
    2023: {
        "country": "Country",
        "population": "Population",
        "region": "Region",
        "rate": "Estimated prevalence of modern slavery per 1,000 population",
        "people": "Estimated number of people in modern slavery",
    },
}
OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how old Office files, and new ones with a password, begin
LAST_DIGITS = "numbers agree in 15 significant digits and not in those after."
NORTH_KOREA = {
    2016: "North Korea",
    2018: "Korea, Democratic People's Republic of",
    2023: "North Korea",
}


def cell(column, text):
    """What stands in the workbook for a text of index.csv."""
    if not text:
        return "-" if column == "population" else None
    if column == "rate":
        return float(text)
    return int(text) if text.isdigit() else text


def records(edition):
    """The edition's rows of index.csv as cells, by column."""
    with (tables.DATA / "index.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if int(row["edition"]) == edition:
                row["country"], row["region"] = row["country_as_printed"], row["region_as_printed"]
                yield {column: cell(column, row[column]) for column in SHEET_COLUMNS}


class Book:
    """A workbook in an edition's layout, to be changed before it is saved."""

    def __init__(self, edition, folder):
        self.edition, self.path = edition, folder / f"gsi{edition}.xlsx"
        self.book = openpyxl.Workbook()
        self.book.active.title = "Explanatory notes"
        self.sheet = self.book.create_sheet(SHEETS[edition])
        for _ in range(ABOVE[edition]):
            self.sheet.append([])
        self.sheet.cell(ABOVE[edition], 2, "PREVALENCE")
        self.sheet.merge_cells(start_row=ABOVE[edition], end_row=ABOVE[edition], start_column=2, end_column=4)
        self.sheet.append([*HEADS[edition].values(), "Factor One", "Factor Two"])
        self.sheet._current_row = self.header = ABOVE[edition] + 1
        for record in records(edition):
            self.sheet.append([*(record[column] for column in HEADS[edition]), "no data", 1.5])
        self.last = self.sheet.max_row

    def at(self, column, country=None):
        """The cell of a column in a country's row, or in the header's."""
        place = [*HEADS[self.edition]].index(column) + 1
        rows = range(self.header + 1, self.sheet.max_row + 1)
        row = next(n for n in rows if self.sheet.cell(n, 1).value == country) if country else self.header
        return self.sheet.cell(row, place)

    def column(self, column):
        """Every cell of a column below the header."""
        place = [*HEADS[self.edition]].index(column) + 1
        return [self.sheet.cell(n, place) for n in range(self.header + 1, self.last + 1)]

    def saved(self):
        self.book.save(self.path)
        return self.path


@pytest.fixture
def make(tmp_path):
    return lambda edition: Book(edition, tmp_path)


@pytest.fixture
def compare(capsys):
    """Exit code and what was printed, for a file; bad input must take one line."""

    def run(path):
        if isinstance(path, Book):
            path = path.saved()
        code = main(["compare", str(path)])
        out, err = capsys.readouterr()
        if code == 2:
            assert not out and err.startswith("analysis: ") and err.count("\n") == 1 and "Traceback" not in err
        return code, out or err

    return run


@pytest.mark.parametrize("edition, countries, cells", [(2016, 167, 668), (2018, 167, 668), (2023, 180, 720)])
def test_all_agree(make, compare, edition, countries, cells):
    # four columns are compared: 167 x 4 = 668, 180 x 4 = 720
    code, said = compare(make(edition))
    assert code == 0
    assert f"All agree: {countries} countries, {cells} cells" in said
    # openpyxl saves 16 significant digits; many rates of 2016 and 2018 have 17, those of 2023 few
    notes = [line for line in said.splitlines() if line.startswith("Note")]
    assert notes == [] if edition == 2023 else [note.split()[2:] for note in notes] == [LAST_DIGITS.split()]


@pytest.mark.parametrize("edition", SHEETS)
@pytest.mark.parametrize("column, value", [("people", 2640001), ("population", 7), ("rate", 0.5), ("region", "Mars")])
def test_one_changed_cell_is_named(make, compare, edition, column, value):
    book = make(edition)
    changed = book.at(column, NORTH_KOREA[edition])
    before, changed.value = changed.value, value
    code, said = compare(book)
    lines = [line for line in said.splitlines() if NORTH_KOREA[edition] in line]
    assert code == 1 and "Cells that differ: 1. Countries on one side only, or twice: 0." in said
    assert len(lines) == 1
    for part in [str(edition), column, str(value), str(before), changed.coordinate]:
        assert part in lines[0]


def test_numbers_are_compared_in_15_digits(make, compare):
    book = make(2018)
    book.at("rate", NORTH_KOREA[2018]).value = 104.561052469825  # 104.56105246982418: one off in the 15th digit
    code, said = compare(book)
    assert code == 1 and "Cells that differ: 1." in said
    assert " 104.561052469825 104.56105246982418 " in " ".join(said.split()) and "rounding only" not in said


def test_a_rounded_value_differs_and_says_so(make, compare):
    book = make(2018)
    book.at("rate", NORTH_KOREA[2018]).value = 104.6  # 104.561... to one decimal
    book.at("rate", "Japan").value = 0.2  # 0.2857... rounds to 0.3
    code, said = compare(book)
    marked = [line.endswith("rounding only") for line in said.splitlines() if " rate " in line]
    assert code == 1 and marked == [False, True]  # in the order of the file: Japan, North Korea


def test_empty_and_below_a_thousand(make, compare):
    book = make(2018)
    book.at("people", "Iceland").value = 500  # printed as <1,000
    book.at("people", "Japan").value = None
    book.at("people", "Barbados").value = "< 1,000"
    code, said = compare(book)
    rows = [" ".join(line.split()) for line in said.splitlines()]
    assert code == 1 and "Barbados" not in said
    assert any("Iceland people 500 <1,000" in row for row in rows)
    assert any("Japan people (empty) 37000" in row for row in rows)


def test_a_date_where_a_rate_was(make, compare):
    book = make(2018)
    book.at("rate", "Japan").value = datetime.date(2018, 5, 1)
    code, said = compare(book)
    assert code == 1 and "(a date or time)" in said and "Cells that differ: 1." in said


def test_plain_numbers_saved_as_text_are_read(make, compare):
    book = make(2018)
    for each in book.column("population") + book.column("rate"):
        each.value = str(each.value)
    assert compare(book)[0] == 0


def test_names_match_despite_blanks_capitals_and_apostrophes(make, compare):
    book = make(2018)
    curly = "\N{RIGHT SINGLE QUOTATION MARK}"
    book.at("country", NORTH_KOREA[2018]).value = f" korea,  Democratic People{curly}s Republic of "
    assert compare(book)[0] == 0


def test_the_header_may_stand_higher(make, compare):
    book = make(2023)
    book.sheet.unmerge_cells("B2:D2")
    book.sheet.delete_rows(1, 2)
    assert compare(book)[0] == 0


@pytest.mark.parametrize(
    "edition, theirs, ours",
    [
        (2018, "North Korea", NORTH_KOREA[2018]),
        (2018, "Russia", "Russian Federation"),
        (2018, "Eritreea", "Eritrea"),
        (2023, "Korea, Democratic People's Republic of", "North Korea"),
    ],
)
def test_an_unknown_name_gets_the_nearest(make, compare, edition, theirs, ours):
    book = make(edition)
    book.at("country", ours).value = theirs
    code, said = compare(book)
    assert code == 1
    assert f"only in the project: {ours}\n" in said
    assert f"only in the file: {theirs} (row " in said and f"; did you mean {ours}?" in said


def test_countries_on_one_side_or_twice(make, compare):
    book = make(2016)
    book.sheet.delete_rows(book.at("people", "Eritrea").row)
    book.sheet.append(["Atlantis", "EUROPE", 1000, 1.5, 15])
    book.sheet.append([None, "EUROPE", 1000, 1.5, 15])
    book.sheet.append(["Japan", *(book.at(column, "Japan").value for column in [*HEADS[2016]][1:])])
    code, said = compare(book)
    assert code == 1 and "Compared: 166 countries, 668 cells" in said  # 166 and Japan a second time: 167 x 4
    assert "only in the project: Eritrea" in said
    assert "only in the file: Atlantis (row 169)\n" in said  # no name is near
    assert "only in the file: (no name) (row 170)" in said
    assert "of the file: Japan" in said
    assert "Cells that differ: 0. Countries on one side only, or twice: 4." in said


def test_rows_without_an_estimate_and_notes_are_named_not_counted(make, compare):
    book = make(2018)
    book.sheet.append(["Tuvalu", None, "Asia and the Pacific"])
    book.sheet.append(["Samoa", 194000, "Asia and the Pacific"])
    book.sheet.append([])
    book.sheet.append(["Sources: see the methodology"])
    book.sheet.merge_cells(start_row=174, end_row=175, start_column=1, end_column=5)
    code, said = compare(book)
    assert code == 0 and "All agree: 167 countries" in said
    assert "2 further rows of the file have no estimate" in said and "Tuvalu; Samoa." in said
    assert "text under the countries only: 174." in said


def test_a_country_that_lost_its_name_and_its_estimate_is_not_passed_over(make, compare):
    book = make(2018)
    for column in ("people", "rate"):
        book.at(column, "Eritrea").value = None
    book.at("country", "Eritrea").value = "Eritreea"
    code, said = compare(book)
    assert code == 1 and "only in the file: Eritreea (row " in said and "did you mean Eritrea?" in said


@pytest.mark.parametrize(
    "edition, column, times, words",
    [
        (2018, "rate", 1 / 10, "167 of 167 values are a tenth of the project's, as if in percent"),
        (2023, "rate", 1 / 10, "160 of 160 values are a tenth of the project's, as if in percent"),
        (2016, "rate", 10, "167 of 167 values are ten times the project's, as if per 1,000"),
        (2016, "rate", 1 / 100, "167 of 167 values are a hundredth of the project's;"),
        (2018, "population", 1 / 1000, "167 of 167 values are a thousandth of the project's;"),
        (2018, "people", 10, "164 of 164 values are ten times the project's;"),  # three are <1,000
    ],
)
def test_a_column_in_another_unit(make, compare, edition, column, times, words):
    book = make(edition)
    for each in book.column(column):
        if isinstance(each.value, int | float):
            each.value = each.value * times
    code, said = compare(book)
    assert code == 2 and words in said and "nothing else was compared" in said
    assert f"column {book.at(column).column_letter} ({column})" in said


def test_two_slips_of_ten_are_differences_not_a_unit(make, compare):
    book = make(2018)
    for country in ("Japan", "Eritrea"):
        book.at("rate", country).value *= 10
    code, said = compare(book)
    assert code == 1 and "Cells that differ: 2." in said


@pytest.mark.parametrize(
    "column, text",
    [
        ("population", "25.244.000"),
        ("population", "25.244"),
        ("population", "25,244,000"),
        ("population", "25 244 000"),
        ("people", "<1.000"),
        ("rate", "104,6"),
        ("rate", "104.561.052.469"),
        ("rate", "10.4 %"),
    ],
)
def test_decimal_commas_and_marks_for_thousands_are_not_guessed(make, compare, column, text):
    book = make(2018)
    where = book.at(column, "Japan")
    where.value = text
    code, said = compare(book)
    assert code == 2 and "a number saved as text with decimal commas" in said
    assert f"first {where.coordinate} '{text}'" in said and "numbers in a spreadsheet program" in said


def test_a_whole_column_of_marks_is_one_line(make, compare):
    book = make(2018)
    for each in book.column("population"):
        each.value = f"{each.value:,}".replace(",", ".")
    code, said = compare(book)
    assert code == 2 and "167 numbers saved as text" in said


def test_renamed_columns_name_the_expected_and_the_found(make, compare):
    book = make(2023)
    book.at("population").value = "Population (UN)"
    code, said = compare(book)
    assert code == 2 and "row 3: expected 'Population'; found 'Population (UN)'; name the columns as" in said


def test_a_removed_column_lists_what_is_there(make, compare):
    book = make(2018)
    book.sheet.delete_cols(book.at("people").column)
    code, said = compare(book)
    assert code == 2
    assert "expected 'Est. number of people in modern slavery'; found 'Factor One', 'Factor Two'" in said


def test_a_name_that_stands_twice(make, compare):
    book = make(2023)
    book.sheet.cell(3, 7, "Population")
    code, said = compare(book)
    assert code == 2 and "'Population' stands in B3 and G3; keep one" in said


def test_merged_names_of_columns(make, compare):
    book = make(2023)
    book.sheet.merge_cells("B3:C3")
    code, said = compare(book)
    assert code == 2 and "expected 'Region'" in said and "the cells B3:C3 are merged: unmerge them" in said


def test_merged_cells_in_the_table(make, compare):
    book = make(2018)
    book.sheet.merge_cells("B5:B6")
    code, said = compare(book)
    assert code == 2 and "cells B5:B6 are merged" in said and "unmerge" in said


def test_formulas_without_a_value(make, compare):
    book = make(2018)
    book.at("rate", "Japan").value = "=1+1"  # openpyxl stores no value beside a formula
    code, said = compare(book)
    where = book.at("rate", "Japan").coordinate
    assert code == 2 and f"a formula without a stored value, first in {where}; open it" in said


def test_a_missing_sheet_names_those_found_and_expected(make, compare):
    book = make(2018)
    del book.book[SHEETS[2018]]
    code, said = compare(book)
    assert code == 2 and "sheets found: 'Explanatory notes'" in said
    assert all(f"'{name}' ({edition})" in said for edition, name in SHEETS.items())


def test_a_renamed_sheet_is_recognised_by_its_columns(make, compare):
    book = make(2018)
    book.sheet.title = "Sheet1"
    code, said = compare(book)
    assert code == 2 and f"'Sheet1' has the columns of 2018: rename it to '{SHEETS[2018]}'" in said


def test_two_editions_in_one_file(make, compare):
    book = make(2018)
    book.book.create_sheet(SHEETS[2016])
    code, said = compare(book)
    assert code == 2 and "more than one edition" in said


def test_a_table_without_any_known_country(make, compare):
    book = make(2018)
    for n, each in enumerate(book.column("country")):
        each.value = n
    code, said = compare(book)
    assert code == 2 and "no country of the 2018 index in the file; found '0', '1'" in said


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "is empty"),
        (b"Country;Population\nJapan;127975000\n", "is a text file, such as CSV"),
        (OFFICE + "Workbook".encode("utf-16-le"), "old Office file, such as .xls"),
        (OFFICE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is not an .xlsx workbook"),
        (b"PK\x03\x04 and then nothing", "is damaged or not an .xlsx workbook"),
    ],
)
def test_not_a_workbook(tmp_path, compare, content, words):
    path = tmp_path / "table.xlsx"
    path.write_bytes(content)
    code, said = compare(path)
    assert code == 2 and f"{path} " in said and words in said


def test_another_zip_and_a_cut_workbook(tmp_path, make, compare):
    other = tmp_path / "letter.xlsx"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("content.xml", "<a/>")
    whole = make(2018).saved()
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(whole.read_bytes()[:5000])
    for path in (other, cut):
        code, said = compare(path)
        assert code == 2 and "is damaged or not an .xlsx workbook" in said


def test_a_workbook_with_broken_xml(make, compare):
    path = edited(make(2018), lambda name, text: text[:2000] if name.endswith("sheet2.xml") else text)
    code, said = compare(path)
    assert code == 2 and "is damaged" in said


def edited(book, change):
    """The path of the saved workbook, the text of each of its parts changed."""
    path = book.saved()
    with (
        zipfile.ZipFile(io.BytesIO(path.read_bytes())) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name).decode()))
    return path


def test_missing_files_and_folders(tmp_path, compare):
    assert "there is no such file" in compare(tmp_path / "none.xlsx")[1]
    assert "is a folder" in compare(tmp_path)[1]


def test_a_locked_file(make, compare, monkeypatch):
    path = make(2016).saved()

    def locked(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", locked)
    code, said = compare(path)
    assert code == 2 and f"{path} cannot be read (Permission denied); is it open in another program?" in said


def with_rows(book, rows, merged=""):
    """The path of the saved workbook with rows of XML added to its country table, and an area merged."""

    def change(name, text):
        if "sheet2.xml" not in name:
            return text
        text = text.replace("</sheetData>", f"{rows}</sheetData>")
        return re.sub("<mergeCells[^>]*>", rf'\g<0><mergeCell ref="{merged}"/>', text) if merged else text

    return edited(book, change)


def empty_rows(first, number):
    """Rows of seven cells with a format and nothing else, as spreadsheet programs save them."""
    rows = ("".join(f'<c r="{letter}{n}" s="0"/>' for letter in "ABCDEFG") for n in range(first, first + number))
    return "".join(
        f'<row r="{n}" customFormat="false" outlineLevel="0">{row}</row>' for n, row in enumerate(rows, first)
    )


def test_formatted_empty_rows_are_passed_over_and_what_stands_below_them_is_not(make, compare):
    # 20,000 rows of 216 bytes or so are 4 MB; what is left of them is parsed: a part of each 64 KB
    book = make(2018)
    path = with_rows(
        book,
        empty_rows(200, 20_000) + '<row r="30000"><c r="A30000" t="inlineStr"><is><t>Mars</t></is></c>'
        '<c r="E30000"><v>7</v></c></row>' + empty_rows(30_001, 20_000),
    )
    assert path.stat().st_size < 50_000_000 and len(shorten(path.read_bytes()).getvalue()) < 200_000
    code, said = compare(path)
    assert code == 1 and "only in the file: Mars (row 30000)" in said
    assert "Cells that differ: 0. Countries on one side only, or twice: 1." in said


@pytest.mark.parametrize(
    "cell",
    ['<c r="B{n}"><v>5</v></c>', '<c r="B{n}"><f>1+1</f></c>', '<c r="B{n}" t="inlineStr"><is><t>x</t></is></c>'],
)
def test_no_row_that_holds_anything_is_left_out(make, cell):
    # one such row among 2,000 empty ones, at each place of a chunk of 64 KB that holds about 300 rows
    for place in range(2000, 2300, 101):
        rows = (
            empty_rows(200, place - 200) + f'<row r="{place}">{cell.format(n=place)}</row>' + empty_rows(place + 1, 400)
        )
        path = with_rows(make(2023), rows)
        stored, formulas = (
            sheet_cells(load_workbook(shorten(path.read_bytes()), read_only=True)[SHEETS[2023]], s)[0]
            for s in (True, False)
        )
        assert max(formulas) == place and ("<f>" in cell) == (max(stored) < place)


def test_rows_without_numbers_and_with_prefixes_are_read_as_they_stand(make, compare):
    path = edited(make(2023), lambda name, text: re.sub(r'<row r="\d+"', "<row", text) if "sheet2" in name else text)
    assert compare(path)[0] == 0


def test_merged_cells_and_a_row_at_the_far_end_take_no_time(make, compare):
    # all cells of a sheet merged are 17 thousand million cells; the last row a sheet has is 1,048,576
    merged = "A200:XFD1048576"
    path = with_rows(
        make(2018), '<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>A note</t></is></c></row>', merged
    )
    code, said = compare(path)
    assert code == 0 and "text under the countries only: 1048576" in said


def test_a_name_hidden_under_a_merged_one_is_no_name(make, compare):
    path = with_rows(make(2023), "", "B3:C3")
    code, said = compare(path)  # in C3 the name still stands, but nobody can see it
    assert code == 2 and "cells B3:C3 are merged, which hides values" in said


def bomb(path, book, megabytes, name="xl/media/picture.png", kind=zipfile.ZIP_DEFLATED):
    """The saved workbook with one more part of so many megabytes."""
    path.write_bytes(book.saved().read_bytes())
    with zipfile.ZipFile(path, "a", kind) as archive, archive.open(name, "w", force_zip64=True) as part:
        for _ in range(megabytes):
            part.write(b" " * 10**6)
    return path


def test_a_bomb_is_one_line_wherever_it_lies(tmp_path, make, compare):
    for name, megabytes in [("xl/worksheets/sheet2.xml", 30), ("xl/sharedStrings2.xml", 30)]:
        path = tmp_path / "bomb.xlsx"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the name stands there twice
            code, said = compare(bomb(path, make(2018), megabytes, name))
        assert code == 2 and f"{path} unpacks to more than 1,000 MB, or 10 MB without" in said
    assert compare(bomb(path, make(2018), 30))[0] == 0  # a picture of 30 MB is not read


def test_a_size_that_is_claimed_or_hidden_does_not_help(tmp_path, make, compare):
    path = bomb(tmp_path / "bomb.xlsx", make(2018), 30, "xl/styles2.xml")
    size, content = (30 * 10**6).to_bytes(4, "little"), path.read_bytes()
    path.write_bytes(content.replace(size, (10**9 + 1).to_bytes(4, "little")))  # says 1,000 MB and a byte
    assert "unpacks to more than 1,000 MB" in compare(path)[1]
    path.write_bytes(content.replace(size, (1000).to_bytes(4, "little")))  # says 1,000 bytes
    code, said = compare(path)
    assert code == 2 and "is damaged" in said
    path = bomb(path, make(2018), 1, "xl/styles2.xml", zipfile.ZIP_BZIP2)  # which unpacks at one go
    assert compare(path)[0] == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes with a name")
def test_a_pipe_a_device_and_a_huge_file_are_refused_unread(tmp_path, compare):
    pipe, huge = tmp_path / "pipe.xlsx", tmp_path / "huge.xlsx"
    os.mkfifo(pipe)
    with huge.open("wb") as file:
        file.truncate(5 * 10**9)  # takes no room
    assert "cannot be read as it is a pipe or device; name a file" in compare(pipe)[1]
    assert "cannot be read as it is a pipe or device" in compare("/dev/zero")[1]
    assert "cannot be read as it is larger than 50 MB" in compare(huge)[1]
    many = tmp_path / "many.xlsx"
    many.write_bytes(b"PK\x01\x02" * 5001)
    assert "has more than 5,000 parts" in compare(many)[1]


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is read as Linux tells it")
@pytest.mark.parametrize("rows", [300_000, 1_000_000])
def test_a_million_formatted_rows_take_little_memory(make, rows):
    path = with_rows(make(2018), empty_rows(200, rows))
    code = "import sys; from tools.commandline import main; main(sys.argv[1:])\n"
    code += "print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    command = [sys.executable, "-c", code, "compare", path]
    said = subprocess.run(command, capture_output=True, text=True).stdout
    assert "All agree: 167 countries" in said and int(said.split()[-1]) < 300_000  # kB


def test_numbers_beyond_measure_are_differences(make, compare):
    book = make(2018)
    book.at("rate", "Japan").value = "1e999999999"
    book.at("people", "Japan").value = "9" * 3000
    book.at("population", "Japan").value = 1e300
    code, said = compare(book)
    assert code == 1 and "Cells that differ: 3." in said and max(map(len, said.splitlines())) < 300


@pytest.mark.parametrize(
    "text", ["\u0663\u0667\u0660\u0660\u0660", "\uff13\uff17\uff10\uff10\uff10", "\u0969\u096d\u0966\u0966\u0966"]
)
def test_digits_of_other_scripts_are_not_guessed(make, compare, text):
    book = make(2018)
    book.at("people", "Japan").value = text  # 37,000 in Arabic, full-width and Devanagari digits
    code, said = compare(book)
    assert code == 2 and "digits of another script, first" in said and text in said
    assert agreement(text, "37000") == OTHER


def test_control_characters_do_not_reach_the_terminal(make, compare):
    path = make(2018).saved()
    shared = edited(make(2018), lambda name, text: text.replace(">Japan<", ">Ja\x9b31mpan\u202e<"))
    code, said = compare(shared)
    assert code == 1 and "only in the file: Ja\\u009b31mpan\\u202e (row" in said and "\x9b" not in said
    code, said = compare(path.with_name("\x1b[31mred\udcff.xlsx"))
    assert code == 2 and "\\u001b[31mred\\udcff.xlsx: there is no such file" in said


def test_the_ending_of_the_name_does_not_matter(make, compare):
    path = make(2016).saved()
    assert compare(path.rename(path.with_suffix(".xls")))[0] == 0


def test_openpyxl_is_not_heard(make, compare):
    part = '<extLst><ext uri="{00000000-0000-0000-0000-000000000000}"/></extLst></worksheet>'
    path = edited(make(2018), lambda name, text: text.replace("</worksheet>", part))
    with pytest.warns(UserWarning, match="Unknown extension"):
        openpyxl.load_workbook(path)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        assert compare(path)[0] == 0
    assert not [each for each in heard if "extension" in str(each.message)]


@pytest.fixture(scope="module")
def index():
    return tables.load("index")


@pytest.fixture(scope="module")
def sheets(index):
    """Each edition's sheet, made of the printed texts."""
    found = {}
    for layout in LAYOUTS:
        ours = printed_rows(index[index["edition"] == layout["edition"]]).values()
        rows = [{column: row[column] for column in SHEET_COLUMNS} for row in ours]
        letters = dict(zip(SHEET_COLUMNS, "ABCDE", strict=True))
        found[layout["edition"]] = Sheet(layout, letters, dict(enumerate(rows, 4)))
    return found


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_exactly_the_changed_cells_are_reported(sheets, index, data):
    sheet = sheets[data.draw(st.sampled_from([*SHEETS]))]
    rows = {n: dict(row) for n, row in sheet.rows.items()}
    places = st.tuples(st.sampled_from([*rows]), st.sampled_from(SHEET_COLUMNS[1:]))
    changed = data.draw(st.sets(places, max_size=5))
    for n, column in changed:
        rows[n][column] = "4711"  # printed nowhere
    agrees, text = compare_sheet(sheet._replace(rows=rows), index)
    lines = [line for line in text.splitlines() if " 4711 " in line]
    assert {re.findall(r" ([A-E]\d+) ", line)[-1] for line in lines} == {f"{sheet.letters[c]}{n}" for n, c in changed}
    assert agrees == (not changed) and len(lines) == len(changed)
    counts = f"Cells that differ: {len(changed)}. Countries on one side only, or twice: 0."
    assert counts in text or (agrees and "All agree" in text)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=1e-9, max_value=1e14))
def test_a_number_survives_what_programs_save_and_no_larger_change(number):
    text = cell_text(number)
    assert float(text) == number
    assert agreement(text, repr(number)) == SAME
    for saved in (f"{number:.15g}", f"{number:.16g}", f"{number:.17g}"):
        assert agreement(cell_text(float(saved)), text) in {SAME, DIGITS}
    # 15 digits are a relative step of 1e-15 to 1e-14: 2e-14 is more than half of the largest step
    assert agreement(cell_text(number * (1 + 2e-14)), text) not in {SAME, DIGITS}


def test_what_is_the_same():
    same = [("13", "13.0"), ("-", ""), ("No data", ""), ("asia", "Asia"), ("1e-05", "0.00001")]
    other = [("-", "0"), ("<1,000", "1000"), ("nan", "1"), ("TRUE", "1")]
    assert {agreement(theirs, ours) for theirs, ours in same} == {SAME}
    assert {agreement(theirs, ours) for theirs, ours in other} == {OTHER}
    assert agreement("0.30000000000001", "0.3") not in {SAME, DIGITS}
    assert agreement(cell_text(True), "1") == OTHER
    assert agreement("0.30000000000000004", "0.3") == DIGITS and agreement("0.3", "0.30") == SAME


def test_what_rounds():
    # 104.561 and 104.6 are 0.039 apart, half of 0.1 is 0.05; 104.5 is 0.061 away;
    # 0.25 goes to 0.2 or 0.3
    assert agreement("104.6", "104.561") == ROUNDING_ONLY and agreement("104.5", "104.561") == OTHER
    assert agreement("0.25", "0.2") == ROUNDING_ONLY and agreement("0.25", "0.3") == ROUNDING_ONLY
    assert agreement("0.25", "0.4") == OTHER
    assert agreement("2640001", "2640000") == OTHER and agreement("", "3") == OTHER


def test_the_rounding_of_a_column_in_another_unit_is_allowed_for(sheets):
    def refuse(*pairs):
        rows = [["rate", *pair] for pair in pairs]
        cells = pd.DataFrame(rows, columns=["column", "in the file", "in the project"])
        refuse_units(sheets[2018], cells)

    # percents to one decimal, of people per 1,000: 104.6 -> 10.5, 13.0 -> 1.3, 3.3 -> 0.3
    with pytest.raises(SheetError, match="3 of 3 values are a tenth of the project's, as if in percent"):
        refuse(("10.5", "104.6"), ("1.3", "13.0"), ("0.3", "3.3"))
    refuse(("10.5", "104.6"), ("1.3", "13.0"))  # two may be slips
    refuse(("104.6", "104.6"), ("13", "13.0"), ("3.3", "3.3"))
    refuse(("0", "104.6"), ("0", "13.0"), ("0", "3.3"))  # nothing, not a part
    refuse()
