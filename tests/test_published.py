"""A second reading: published.csv against data/, and what must hold between tables, with the csv module alone.

published.csv was copied from the publications, not from data/. `what` is "rows", a column, or "sum of" a column, and
then the rows meant: "people; edition=2023; iso3=PRK"; a | stands between values of one filter.
"""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
DATA = TESTS.parent / "data"
NAMES = sorted(path.stem for path in DATA.glob("*.csv"))
TABLES = {}
for stem in NAMES:
    with (DATA / f"{stem}.csv").open(encoding="utf-8", newline="") as opened:
        TABLES[stem] = list(csv.DictReader(opened))
with (TESTS / "published.csv").open(encoding="utf-8", newline="") as opened:
    PUBLISHED = list(csv.DictReader(opened))


def rows(name, /, **equals):
    """The rows of a table whose columns have the given texts."""
    return [row for row in TABLES[name] if all(row[column] in text.split("|") for column, text in equals.items())]


def number(text):
    """A printed number, exactly; None for other text."""
    try:
        return Decimal(text)
    except ArithmeticError:
        return None


def one(name, column, /, **equals):
    """The number in one cell."""
    (row,) = rows(name, **equals)
    return Decimal(row[column])


def standing(table, what):
    """What the table has for a line of published.csv, as texts: of a cell, one."""
    wanted, *filters = what.split("; ")
    found = rows(table, **dict(text.split("=", 1) for text in filters))
    if wanted == "rows":
        return [str(len(found))]
    column = wanted.removeprefix("sum of ")
    cells = [row[column] for row in found if row[column]]
    total = sum(Decimal(cell) for cell in cells if cell[0] != "<") if column != wanted else None
    return cells if total is None else [str(total)]


def fits(text, expected):
    """The same number, or the same text."""
    same = number(text) is not None and number(text) == number(expected)
    return same or text == expected


@pytest.mark.parametrize("table", NAMES)
def test_the_table_has_what_was_published(table):
    lines = [line for line in PUBLISHED if line["table"] == table]
    found = {line["what"]: standing(table, line["what"]) for line in lines}
    expected = {line["what"]: line["expected"] for line in lines}
    assert [(what, texts) for what, texts in found.items() if len(texts) != 1 or not fits(*texts, expected[what])] == []


@pytest.mark.parametrize("table", NAMES)
def test_the_table_was_read_twice(table):
    what = [line["what"] for line in PUBLISHED if line["table"] == table and line["where_from"]]
    assert "rows" in what or table == "corrections"  # which grows with each correction
    assert len([text for text in what if not text.startswith(("rows", "sum of"))]) >= 3
    assert len(set(what)) == len(what)


def test_no_line_names_a_table_that_is_not_there():
    described = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    assert {line["table"] for line in PUBLISHED} == set(NAMES) == {entry["name"] for entry in described}


def test_a_wrong_cell_would_be_found():
    assert fits("104.60", "104.6") and not fits("104.5", "104.6") and not fits("A", "B")
    assert standing("index", "people; edition=2023; iso3=PRK") == ["2696000"]
    assert standing("groups", "rows; group=G20|OECD") == ["57"]


# --- what holds between tables ---


def test_rates_are_counts_over_populations_in_every_edition():
    """Within the rounding of count and population; Malaysia of 2016 is printed so, and disagrees."""
    apart = []
    for edition in rows("editions", completeness="complete"):
        per, halves = int(edition["rate_per"]), [Decimal(edition[f"{c}_unit"]) / 2 for c in ("people", "population")]
        half = Decimal(0) if edition["rate_unit"] == "unrounded" else Decimal(edition["rate_unit"]) / 2
        for row in rows("index", edition=edition["edition"]):
            if row["people"].isdigit() and row["population"]:
                people, population = Decimal(row["people"]), Decimal(row["population"])
                low = per * (people - halves[0]) / (population + halves[1]) - half
                high = per * (people + halves[0]) / (population - halves[1]) + half
                if not low <= Decimal(row["rate"]) <= high:
                    apart.append((row["edition"], row["iso3"]))
    assert apart == [("2016", "MYS")]


def test_printed_populations_are_the_uns():
    un = {
        row["iso3"]: Decimal(row["population_thousands"]) for row in rows("population", revision="WPP2019", year="2020")
    }
    printed = {row["iso3"]: int(row["population"]) for row in rows("index", edition="2023") if row["population"]}
    assert len(printed) == 176 and all(abs(un[iso3] * 1000 - people) <= 500 for iso3, people in printed.items())


def test_the_articles_figures_are_the_indexs():
    for claim, column, iso3 in (("A03", "people", "PRK"), ("A04", "population", "PRK"), ("A09", "people", "ERI")):
        (line,) = rows("claims", id=claim)
        assert Decimal(line["printed"].replace(",", "")) == one("index", column, edition="2023", iso3=iso3)


def test_the_g20_is_more_than_half():
    """Published as more than half of all; the 19 states' counts sum to 26,889,000, led by six in this order."""
    members = {row["iso3"] for row in rows("groups", group="G20")}
    counts = {row["iso3"]: int(row["people"]) for row in rows("index", edition="2023") if row["iso3"] in members}
    assert sum(counts.values()) == 26_889_000 and 2 * sum(counts.values()) > 49_630_000
    assert sorted(counts, key=lambda iso3: -counts[iso3])[:6] == ["IND", "CHN", "RUS", "IDN", "TUR", "USA"]


def test_famine_deaths_are_these_of_every_thousand():
    shares = {  # as compared beside the deaths: 36,000,000 / 637,853,632 * 1,000 = 56.4
        "china_1958_wpf": "56.4", "cambodia_1975_wpf": "160.8", "bangladesh_1974_wpf": "21.5",
        "north_korea_1995_wpf": "15.1", "north_korea_1995_owid": "19.2", "ireland_1846_owid": "165.5",
        "netherlands_1944_owid": "1.1", "cambodia_1979_owid": "237.1", "north_korea_article": "91.5",
    }  # fmt: skip
    for name, per_thousand in shares.items():
        share = one("famines", "deaths", id=name) * 1000 / one("famines", "population_base", id=name)
        assert abs(share - Decimal(per_thousand)) <= Decimal("0.05"), name


def test_jail_inmates_are_convicted_or_not():
    """Each to the hundred: 253,700 + 480,700 are 734,400, printed 734,500; so for 2021 and 2022."""
    for year, total in (("2019", 734_500), ("2021", 636_300), ("2022", 663_100)):
        parts = [
            one("incarceration", "value", indicator=f"jail_{who}", year=year) for who in ("convicted", "unconvicted")
        ]
        assert abs(sum(parts) - total) <= 150
        assert str(total) in [row["value"] for row in rows("incarceration", indicator="jail_inmates", year=year)]


def test_censuses_add_up_and_state_imposed_labour_is_the_same_twice():
    assert one("context", "value", id="census_1993") == sum(
        one("context", "value", id=f"census_1993_{who}") for who in ("men", "women")
    )
    twice = one("estimates", "people", year="2021", region="World", form="state-imposed forced labour")
    assert one("context", "value", id="state_imposed") == twice == 3_900_000


def test_north_korea_is_first_in_weak_governance_and_far_down_in_conflict():
    for factor, place in (("governance issues", 1), ("effects of conflict", 138)):
        scores = {row["iso3"]: Decimal(row["score"]) for row in rows("vulnerability", edition="2018", factor=factor)}
        assert len(scores) == 167 and 1 + sum(score > scores["PRK"] for score in scores.values()) == place


def test_ranks_of_2014_follow_the_rates():
    ranked = [row for row in rows("early_editions", edition="2014") if row["rank"] and row["rate"]]
    ranked.sort(key=lambda row: int(row["rank"]))
    rates = [Decimal(row["rate"]) for row in ranked]
    assert len(rates) > 50 and rates == sorted(rates, reverse=True)


def test_two_ways_to_the_same_population():
    """Deaths of five years over the yearly rate are the mean of the populations at both ends, within a 200th."""
    for revision in ("WPP2008", "WPP2010", "WPP2012", "WPP2015", "WPP2017", "WPP2019"):
        deaths, rate = (
            one("wpp_revisions", "value", period="1995-2000", revision=revision, indicator=name)
            for name in ("deaths_thousands", "crude_death_rate_per_1000")
        )
        ends = [
            one("wpp_revisions", "value", period=year, revision=revision, indicator="population_thousands")
            for year in ("1995", "2000")
        ]
        assert abs(deaths / 5 / rate * 1000 / (sum(ends) / 2) - 1) < Decimal("0.005"), revision


def test_neighbours_stand_the_right_way_round():
    """West to east and north to south, of two that lie side by side: exchanging them is seen."""
    tiles = {
        row["iso3"]: (int(row["tile_row"]), int(row["tile_column"])) for row in rows("countries") if row["tile_row"]
    }
    assert len(set(tiles.values())) == len(tiles) == 180
    for west, east in [pair.split("-") for pair in WEST_EAST.split()]:
        assert tiles[west][1] < tiles[east][1], (west, east)
    for north, south in [pair.split("-") for pair in NORTH_SOUTH.split()]:
        assert tiles[north][0] < tiles[south][0], (north, south)


WEST_EAST = "UGA-KEN PRT-ESP ESP-ITA TGO-BEN BEN-NGA NER-TCD TCD-SDN DZA-TUN LBY-EGY IRQ-IRN IRN-AFG PAK-IND"
WEST_EAST += " IND-BGD CHN-JPN DEU-POL POL-UKR NOR-SWE SWE-FIN FRA-CHE CHL-ARG PER-BRA COL-VEN KAZ-MNG NAM-BWA"
NORTH_SOUTH = "CAN-USA USA-MEX MEX-GTM COL-PER PER-CHL BRA-URY GBR-FRA DEU-ITA TUR-SYR RUS-KAZ KAZ-UZB CHN-VNM"
NORTH_SOUTH += " EGY-SDN SDN-SSD SSD-UGA LBY-TCD DZA-NER COD-ZMB ZWE-ZAF SWE-DNK EST-LVA LVA-LTU IRQ-SAU SAU-YEM"
