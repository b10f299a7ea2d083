"""What the tables of data/ must mean: totals, keys, units, sources, and that the description fits them."""

import csv
import json
import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path

import frictionless
import pytest

from analysis import tables
from tools import codebook, publish

DATA = Path(__file__).resolve().parent.parent / "data"
PACKAGE = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
RESOURCES = {entry["name"]: entry for entry in PACKAGE["resources"]}


def read(name, **equals):
    """Rows of a table as text, straight from the file, where the columns have the given text."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if all(row[column] == value for column, value in equals.items())]


def the(name, **equals):
    """The one row that fits."""
    (row,) = read(name, **equals)
    return row


# --- the index as printed ---


def test_every_edition_has_its_rows():
    assert Counter(row["edition"] for row in read("index")) == {"2016": 167, "2018": 167, "2023": 180}


def test_160_places_have_an_estimate_in_2023_and_none_has_half_of_one():
    rows = read("index", edition="2023")
    assert sum(row["people"] != "" for row in rows) == 160
    assert all((row["people"] == "") == (row["rate"] == "") for row in rows)
    assert {row["iso3"] for row in rows if not row["population"]} == {"XKX", "CPV", "LIE", "PLW"}
    assert the("index", edition="2023", iso3="XKX")["people"] == "14000"


@pytest.mark.parametrize(
    ("edition", "total"),
    [
        ("2016", 45_839_600),  # headline 45.8 million
        ("2018", 40_289_000),  # headline 40.3 million; without the three counts printed as <1,000
        ("2023", 49_630_000),  # headline 49.6 million
    ],
)
def test_counts_add_up_to_the_headline(edition, total):
    counts = [row["people"] for row in read("index", edition=edition) if row["people"].isdigit()]
    headline = Decimal(the("editions", edition=edition)["world_total"].removesuffix(" million")) * 1_000_000
    assert sum(map(int, counts)) == total
    assert abs(total - headline) <= 50_000  # half of the headline's last digit


def test_printed_text_is_kept():
    less = {row["iso3"] for row in read("index", edition="2018") if row["people"] == "<1,000"}
    assert less == {"BRB", "ISL", "LUX"}
    assert not [row for row in read("index") if row["people"].startswith("<") and row["iso3"] not in less]
    assert the("index", edition="2023", iso3="AFG")["rate"] == "13.0"  # not 13
    assert all(row["rate"][-2:-1] == "." for row in read("index", edition="2023") if row["rate"])
    assert the("index", edition="2018", iso3="PRK")["rate"] == "104.56105246982418"


def test_2016_rates_are_percents_with_few_distinct_values():
    rates = [Decimal(row["rate"]) for row in read("index", edition="2016")]
    assert len(set(rates)) == 55
    assert len({round(rate, 4) for rate in rates}) == 53
    # North Korea: 1,100,000 of 25,155,000 is 4.3729 in a hundred, 43.7 in a thousand
    north_korea = the("index", edition="2016", iso3="PRK")
    assert abs(Decimal(north_korea["rate"]) - Decimal(110_000_000) / 25_155_000) < Decimal("0.0001")


def test_rounding_units_of_the_editions_hold_but_for_one_printed_population():
    finer = []
    for edition in read("editions", completeness="complete"):
        for row in read("index", edition=edition["edition"]):
            for column in ("people", "population"):
                if row[column].isdigit() and int(row[column]) % int(edition[f"{column}_unit"]):
                    finer.append((row["edition"], row["iso3"], column, row[column]))
    assert finer == [
        ("2016", "TWN", "population", "23476640")
    ]  # as printed; the table's other cells are thousands


def test_editions_say_only_what_was_seen():
    assert [row["edition"] for row in read("editions", completeness="partial")] == ["2013", "2014"]
    assert {row["edition"]: row["reference_year"] for row in read("editions") if row["reference_year"]} == {
        "2018": "2016",
        "2023": "2021",
    }
    assert [row["rate_per"] for row in read("editions")] == ["", "", "100", "1000", "1000"]
    assert all(not row["people_unit"] for row in read("editions", completeness="partial"))


# --- whose population ---


def test_every_population_of_2023_is_the_un_2019_revision_for_2020():
    un = {row["iso3"]: row for row in read("population", year="2020", revision="WPP2019")}
    rows = [row for row in read("index", edition="2023") if row["population"]]
    assert (len(un), len(rows)) == (200, 176)
    for row in rows:
        exact = Decimal(un[row["iso3"]]["population_thousands"]) * 1000
        assert abs(exact - int(row["population"])) <= 500, row  # to the nearest thousand


def test_north_koreas_population_comes_from_the_revision_of_its_time():
    def thousands(year, revision):
        return Decimal(the("population", iso3="PRK", year=year, revision=revision)["population_thousands"])

    def printed(edition):
        return int(the("index", edition=edition, iso3="PRK")["population"])

    assert printed("2016") == round(thousands("2015", "WPP2015")) * 1000 == 25_155_000
    assert printed("2018") == round(thousands("2015", "WPP2017")) * 1000 == 25_244_000
    assert printed("2023") == round(thousands("2020", "WPP2019")) * 1000 == 25_779_000
    assert printed("2023") < thousands("2020", "WPP2022") * 1000 < thousands("2020", "WPP2024") * 1000


def test_derived_populations_are_births_over_the_birth_rate():
    derived = {row["iso3"]: row for row in read("population", status="derived")}
    assert set(derived) == {"ERI", "KOR", "USA"}
    # Eritrea: 95.027 thousand births at 28.872 per 1,000 are the births of 3,291.32 thousand people
    assert derived["ERI"]["population_thousands"] == "3291.320"
    assert Decimal(derived["ERI"]["population_thousands"]) * Decimal("28.872") / 1000 == pytest.approx(
        Decimal("95.027"), abs=Decimal("0.0005")
    )
    assert all("births" in row["source"] for row in derived.values())


def test_populations_have_three_decimals_and_the_change_is_recorded():
    assert all(row["population_thousands"][-4] == "." for row in read("population"))
    change = the("corrections", table="population")
    assert Decimal(change["value"]) == Decimal(
        the("population", iso3="DZA", year="2020")["population_thousands"]
    )
    assert "51 of the 200" in change["source_value"]


# --- estimates ---


def test_every_estimate_has_a_source_and_a_rounding_unit():
    for row in read("estimates"):
        assert row["source"] and row["read_from"] and row["status"] in ("published", "secondary")
        assert bool(row["people"]) == bool(row["people_unit"]) and bool(row["rate"]) == bool(
            row["rate_unit"]
        ), row
        assert row["people"] or row["rate"], row
        assert not row["people"] or int(row["people"]) % int(row["people_unit"]) == 0, row


def test_parts_of_the_global_estimate_add_up_within_their_rounding():
    def gap(total, *parts, year="2021"):
        rows = [the("estimates", year=year, region="World", form=form) for form in (total, *parts)]
        people, slack = [int(row["people"]) for row in rows], sum(int(row["people_unit"]) for row in rows) / 2
        assert abs(sum(people[1:]) - people[0]) <= slack
        return sum(people[1:]) - people[0]

    private = "forced labour in the private economy, other than commercial sexual exploitation"
    state = "state-imposed forced labour"
    assert gap("modern slavery", "forced labour", "forced marriage") == 0  # 27.6 + 22.0 = 49.6
    assert gap("forced labour", private, "forced commercial sexual exploitation", state) == -100_000  # 27.5
    kinds = ["compulsory prison labour", "conscripts in work that is not military", "economic development"]
    assert (
        gap(state, *(f"{state}: {kind}" for kind in kinds)) == 100_000
    )  # 2.2 + 1.1 + 0.7 = 4.0, printed 3.9
    assert gap("modern slavery", "forced labour", "forced marriage", year="2016") == 0  # 24.9 + 15.4 = 40.3


def test_each_region_has_its_published_rate_of_2021():
    rows = read("estimates", year="2021", form="modern slavery")
    assert {row["region"]: row["rate"] for row in rows} == {
        "World": "",
        "Africa": "5.2",
        "Americas": "5.0",
        "Arab States": "10.1",
        "Asia and the Pacific": "6.8",
        "Europe and Central Asia": "6.9",
    }


# --- countries and the tile grid ---


def test_countries_are_the_index_and_23_more_places():
    listed = {row["iso3"] for row in read("index", edition="2023")}
    printed = {
        row["iso3"]: row["region"] for row in read("countries", region_basis="printed in the 2023 index")
    }
    assert printed == {row["iso3"]: row["region_as_printed"] for row in read("index", edition="2023")}
    others = {row["iso3"]: row["region"] for row in read("countries", region_basis="assigned here")}
    assert len(listed) == 180 and len(others) == 23 and not listed & set(others)
    assert others["PSE"] == "Arab States"
    assert {others[code] for code in ("REU", "COM", "ESH", "MYT", "STP")} == {"Africa"}


def grid():
    """iso3 -> (row, column) of every country that has a tile."""
    rows = [row for row in read("countries") if row["tile_row"]]
    return {row["iso3"]: (int(row["tile_row"]), int(row["tile_column"])) for row in rows}


def test_tiles_are_one_a_country_and_no_two_alike():
    tiles = grid()
    assert set(tiles) == {row["iso3"] for row in read("index", edition="2023")}
    assert len(set(tiles.values())) == 180
    assert all(row <= 22 and column <= 30 for row, column in tiles.values())


def test_tiles_lie_roughly_as_on_a_map():
    tiles = grid()
    beside = "CAN-USA USA-MEX PRK-KOR ERI-ETH ERI-SDN ESP-PRT FIN-SWE SYR-IRQ IND-PAK CHN-MNG EGY-LBY ARG-CHL"
    for pair in beside.split():
        (row, column), (other_row, other_column) = (tiles[code] for code in pair.split("-"))
        assert max(abs(row - other_row), abs(column - other_column)) == 1, pair
    west_to_east = ["USA", "GBR", "TUR", "CHN", "JPN"]
    assert [tiles[code][1] for code in west_to_east] == sorted(tiles[code][1] for code in west_to_east)
    north_to_south = ["NOR", "ITA", "TUN", "NER", "COD", "ZAF"]
    assert [tiles[code][0] for code in north_to_south] == sorted(tiles[code][0] for code in north_to_south)


# --- groups of states ---


def test_the_groups_have_the_members_that_their_sources_list():
    g20, oecd = ({row["iso3"] for row in read("groups", group=group)} for group in ("G20", "OECD"))
    assert len(g20) == 19 and len(oecd) == 38  # the European Union, the twentieth member, is no country
    assert g20 & oecd == {"AUS", "CAN", "DEU", "FRA", "GBR", "ITA", "JPN", "KOR", "MEX", "TUR", "USA"}
    assert {"CHN", "IND", "RUS", "ZAF"} <= g20 and "ESP" not in g20
    assert {row["status"] for row in read("groups", group="OECD")} == {"secondary"}


# --- claims ---


def test_claims_are_exactly_the_expected_tests():
    expected = {f"A{number:02}" for number in range(1, 27)} | {"A19b", "A22b", "A23b", "A23c"}
    expected |= {"A04b", "A08b", "A22c", "A26b", "A26c"}  # second and third tests of one statement
    rows = read("claims")
    assert {row["id"] for row in rows} == expected and len(rows) == 35


def test_claims_keep_the_articles_figures():
    printed = {row["id"]: row["printed"] for row in read("claims")}
    assert (
        printed["A01"] == "Ten Percent" and printed["A03"] == "2,696,000" and printed["A15"] == "0.33 percent"
    )
    assert printed["A13"] == "some 330 million" and printed["A17"] == "122nd out of 160"
    assert printed["A22"] == printed["A22b"] == "approximately 2 million"
    assert {key for key, text in printed.items() if not text} >= {"A20", "A21", "A23b", "A23c", "A24", "A25"}


# --- the description, for every table ---


def test_frictionless_finds_nothing_wrong():
    report = frictionless.validate(str(DATA / "datapackage.json"))
    assert report.flatten(["title", "note"]) == [] and report.valid


@pytest.mark.parametrize("name", RESOURCES)
def test_table_loads_is_sealed_and_has_unique_keys(name):
    entry = RESOURCES[name]
    assert entry["hash"] == f"sha256:{tables.sha256(DATA / entry['path'])}"
    rows, key = read(name), entry["schema"].get("primaryKey", [])
    assert not key or len({tuple(row[column] for column in key) for row in rows}) == len(rows)
    assert len(tables.load(name)) == len(rows)


@pytest.mark.parametrize("name", RESOURCES)
def test_table_says_where_it_is_from_and_what_its_columns_are(name):
    entry = RESOURCES[name]
    assert entry["title"] and entry["description"]
    assert entry["sources"] and all(source["title"] and source["accessed"] for source in entry["sources"])
    for field in entry["schema"]["fields"]:
        assert field["description"], field["name"]
        assert field["type"] == "string" or field["name"] == "edition" or field.get("unit"), field["name"]


@pytest.mark.parametrize("name", RESOURCES)
def test_every_row_has_a_source_that_a_footer_would_name(name):
    limits = [source.get("rows", {}) for source in RESOURCES[name]["sources"]]
    wanted = [{column: {str(value) for value in values} for column, values in limit.items()} for limit in limits]
    found = read(name)
    assert [row for row in found if not any(all(row[c] in w[c] for c in w) for w in wanted)] == []
    for limit in wanted:  # and none is named for a value that no row has
        assert all(values <= {row[column] for row in found} for column, values in limit.items())


@pytest.mark.parametrize("name", [name for name in RESOURCES if "iso3" in read(name)[0]])
def test_country_codes_lead_to_the_countries_table(name):
    schema = RESOURCES[name]["schema"]
    (pattern,) = [field["constraints"]["pattern"] for field in schema["fields"] if field["name"] == "iso3"]
    assert pattern.strip("^$") == "[A-Z]{3}"
    unknown = {row["iso3"] for row in read(name)} - {row["iso3"] for row in read("countries")}
    assert unknown <= {"WLD"}  # a row for the whole world, which is no country
    if name != "countries" and not unknown:
        assert ["iso3"] in [key["fields"] for key in schema["foreignKeys"]]
    if unknown:
        (key,) = schema["foreignKeysExcept"]
        assert key["fields"] == ["iso3"] and key["except"] == ["WLD"]
        assert key["reference"] == {"resource": "countries", "fields": ["iso3"]}


def test_corrections_name_a_table_and_a_column_that_exist():
    for row in read("corrections"):
        name, _, about = row["table"].partition(" ")
        fields = [field["name"] for field in RESOURCES[name]["schema"]["fields"]]
        assert about in ("sources", "columns") or row["column"] in [*fields, "all"]


def test_every_table_file_is_described():
    assert {path.name for path in DATA.glob("*.csv")} == {entry["path"] for entry in PACKAGE["resources"]}


# --- the codebook ---


def test_codebook_is_the_one_its_description_gives():
    assert (DATA / "README.md").read_text(encoding="utf-8") == codebook.codebook(PACKAGE, DATA)


def test_codebook_names_every_column_with_its_unit_and_the_terms():
    text = codebook.codebook(PACKAGE, DATA)
    assert "no open licence is claimed" in text and text.count("CC BY 3.0 IGO") >= 2
    for entry in RESOURCES.values():
        section = text.split(f"\n## {entry['name']}\n")[1].split("\n## ")[0]
        assert f"{len(read(entry['name'])):,} row" in section
        for field in entry["schema"]["fields"]:
            assert any(
                f"`{field['name']}`" in line and field.get("unit", "") in line
                for line in section.splitlines()
            )


def test_sealing_renews_the_checksum_of_the_changed_table_only(tmp_path):
    shutil.copytree(DATA, tmp_path / "data")
    copy, changed = tmp_path / "data", tmp_path / "data" / "claims.csv"
    changed.write_bytes(changed.read_bytes().replace(b'2.7 million', b'2.8 million', 1))
    with (copy / "corrections.csv").open("a", encoding="utf-8") as file:
        file.write("claims,A02,printed,2.8 million,2.8 million,was 2.7 million,2026-11-24\n")
    index = copy / "index.csv"  # a checkout with Windows line ends is the same table
    index.write_bytes(index.read_bytes().replace(b"\n", b"\r\n"))
    codebook.write_codebook(copy)  # without seal nothing but the codebook is written
    assert json.loads((copy / "datapackage.json").read_text(encoding="utf-8")) == PACKAGE
    codebook.write_codebook(copy, seal=True)
    sealed = json.loads((copy / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    renewed = [entry["name"] for entry in sealed if entry["hash"] != RESOURCES[entry["name"]]["hash"]]
    assert renewed == ["claims", "corrections"]


def snapshot(folder):
    """File -> bytes of what sealing may write."""
    return {path.name: path.read_bytes() for path in folder.glob("*.*") if path.suffix in (".json", ".md")}


@pytest.mark.parametrize("seal", [True, False])
def test_a_broken_table_stops_the_codebook_before_it_writes_anything(tmp_path, seal):
    shutil.copytree(DATA, tmp_path / "data")
    copy, index = tmp_path / "data", tmp_path / "data" / "index.csv"
    (copy / "README.md").write_text("as it was", encoding="utf-8")
    changed = (copy / "claims.csv").read_bytes().replace(b"2,696,000", b"2,697,000")
    (copy / "claims.csv").write_bytes(changed)  # sound, and would be sealed
    before, rows = snapshot(copy), index.read_text(encoding="utf-8").split("\n")
    column = rows[0].split(",").index("people")
    cells = rows[1].split(",")
    index.write_text("\n".join([rows[0], ",".join([*cells[:column], "-5", *cells[column + 1 :]]), *rows[2:]]))
    with pytest.raises(tables.TableError, match=r'^data/index\.csv, row 2, column people: "-5" is below 0; .*\Z'):
        codebook.write_codebook(copy, seal)
    assert snapshot(copy) == before
    index.unlink()
    with pytest.raises(tables.TableError, match=r"^data/index\.csv: is missing; restore it with: git checkout data\Z"):
        codebook.write_codebook(copy, seal)
    assert snapshot(copy) == before


def test_sealing_is_undone_if_what_follows_fails(tmp_path):
    kept, made = tmp_path / "kept", tmp_path / "made"
    kept.write_bytes(b"before")
    with pytest.raises(KeyboardInterrupt), publish.put_back(tmp_path, kept, made):
        kept.write_bytes(b"after")
        made.write_bytes(b"new")
        raise KeyboardInterrupt
    assert kept.read_bytes() == b"before" and not made.exists()
    with publish.put_back(tmp_path, kept, made):
        kept.write_bytes(b"after")
    assert kept.read_bytes() == b"after"


def test_sealing_can_add_a_checksum_that_was_never_there(tmp_path):
    shutil.copytree(DATA, tmp_path / "data")
    path = tmp_path / "data" / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    del package["resources"][0]["hash"]
    path.write_text(json.dumps(package), encoding="utf-8")
    with pytest.raises(tables.TableError, match="the table countries lacks a usable hash"):
        codebook.write_codebook(tmp_path / "data")
    codebook.write_codebook(tmp_path / "data", seal=True)
    assert json.loads(path.read_text(encoding="utf-8")) == PACKAGE
