"""The tables of notebooks 02 to 06: counts, sums, contradictions kept, links that resolve."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

DATA = Path(__file__).parents[1] / "data"
ROWS = {
    "early_editions": 104,
    "vulnerability": 2171,
    "incarceration": 40,
    "prison_peers": 62,
    "demography": 1966,
}
ROWS |= {"wpp_revisions": 202, "famine_estimates": 37, "famines": 48, "context": 77}
SOURCED = ["early_editions", "incarceration", "prison_peers", "famine_estimates", "famines", "context"]


def table(name: str) -> Any:
    """The table as a frame, with the empty string as the only missing value."""
    return pd.read_csv(DATA / f"{name}.csv", keep_default_na=False, na_values=[""])


def resource(name: str) -> dict[str, Any]:
    """The table's description in datapackage.json."""
    package = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    (found,) = [each for each in package["resources"] if each["name"] == name]
    return dict(found)


def inmates(indicator: str, year: int) -> list[float]:
    """Every printed figure of one indicator and year, smallest first."""
    rows = table("incarceration").query("indicator == @indicator and year == @year")
    return sorted(rows["value"].dropna())


def figure(id_: str, column: str = "value") -> float:
    """One number of the table context."""
    return float(table("context").set_index("id")[column][id_])


def series(indicator: str, revision: str, iso3: str = "PRK") -> Any:
    """A yearly series of the table demography, indexed by year."""
    rows = table("demography").query("iso3 == @iso3 and indicator == @indicator and revision == @revision")
    return rows.set_index("year")["value"].sort_index()


@pytest.mark.parametrize("name", ROWS)
def test_each_table_has_its_rows_and_the_bytes_it_was_published_with(name: str) -> None:
    content = (DATA / f"{name}.csv").read_bytes()
    assert len(table(name)) == ROWS[name]
    assert resource(name)["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
    assert b"\r" not in content and content.endswith(b"\n")


@pytest.mark.parametrize("name", ROWS)
def test_frictionless_finds_no_error(name: str) -> None:
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.Package(str(DATA / "datapackage.json")).get_resource(name).validate()
    assert report.flatten(["rowNumber", "fieldName", "type", "note"]) == []


@pytest.mark.parametrize("name", SOURCED)
def test_every_row_says_where_it_was_printed_and_how_it_was_read(name: str) -> None:
    frame = table(name)
    printed = {"famine_estimates": "reference", "famines": "deaths_source"}.get(name, "source")
    assert frame[[printed, "read_from", "status"]].notna().all(axis=None)


def test_early_editions_are_partial_and_say_so() -> None:
    frame = table("early_editions")
    assert "PARTIAL" in resource("early_editions")["description"]
    assert list(frame.groupby("edition").size()) == [31, 73]  # the world and 30, the world and 72
    low_end = frame.query("edition == 2014 and rank >= 111")
    assert sorted(low_end["rank"]) == list(range(111, 168))  # the one stretch that was read in full
    assert low_end.sort_values("rank")["rate"].is_monotonic_decreasing  # rank 1 is the highest rate
    usa = frame.query("edition == 2014 and iso3 == 'USA'").squeeze()
    assert (usa["people"], usa["rate"], usa["rank"]) == (60_100, 0.19, 145)


def test_vulnerability_keeps_the_factors_of_each_edition_apart() -> None:
    frame = table("vulnerability")
    parts = frame.groupby("edition")
    wide = {year: rows.pivot(index="iso3", columns="factor", values="score") for year, rows in parts}
    assert wide[2018].shape == (167, 7) and wide[2016].shape == (167, 6)
    assert set(wide[2018]) & set(wide[2016]) == {"total vulnerability", "government response"}
    # article statement A26: first of 167 in weak governance, 138th in effects of conflict
    places = wide[2018].rank(ascending=False, method="min").loc["PRK"]
    assert (places["governance issues"], places["effects of conflict"]) == (1, 138)
    gaps = wide[2018]["government response"].isna()
    assert sorted(gaps[gaps].index) == ["AFG", "IRQ", "SSD", "SYR", "YEM"]
    rated = frame.dropna(subset=["rating"])
    assert set(rated["factor"]) == {"government response"} and rated["score"].notna().all()


def test_both_printed_totals_stand_where_sources_differ() -> None:
    assert inmates("prisoners", 2021) == [1_204_300, 1_205_100]  # first published, then revised
    assert inmates("jail_inmates", 2021) == [636_100, 636_300]
    assert inmates("incarcerated_custody", 2021) == [1_767_200]  # table 9 of the report
    assert inmates("incarcerated_table_1", 2021) == [1_775_300]  # table 1 of the same report


def test_jail_inmates_add_up_but_for_rounding() -> None:
    """185,000 + 451,400 = 636,400, printed 636,300: three figures rounded to 100 may differ by up to 150."""
    for year, printed in ((2019, 734_500), (2021, 636_300), (2022, 663_100)):
        parts = inmates("jail_convicted", year)[0] + inmates("jail_unconvicted", year)[0]
        assert printed in inmates("jail_inmates", year)
        assert abs(parts - printed) <= 150
    assert inmates("jail_convicted", 2021)[0] + inmates("jail_unconvicted", 2021)[0] == 636_400


def test_the_total_that_was_not_read_is_blank_and_explained() -> None:
    blank = table("incarceration").loc[lambda rows: rows["value"].isna()]
    assert list(zip(blank["indicator"], blank["year"], strict=True)) == [("prisoners", 2019)]
    assert blank["status"].item() == "number not seen" and blank["note"].notna().all()


def test_north_korea_has_no_prison_figures() -> None:
    frame = table("prison_peers").set_index("iso3")
    assert frame.loc[["PRK", "ERI"], ["prisoners", "rate_per_100000"]].isna().all(axis=None)
    assert set(frame.loc["USA", "rate_per_100000"].dropna()) == {655, 629, 524.4, 531, 519.5}


def test_yearly_series_have_no_gap() -> None:
    for key, rows in table("demography").groupby(["iso3", "indicator", "revision"]):
        years = sorted(rows["year"])
        assert years == list(range(years[0], years[-1] + 1)), key


@pytest.mark.parametrize(("last", "years", "millions"), [(1998, 4, 0.94), (2000, 6, 1.44), (2002, 8, 1.96)])
def test_deaths_from_all_causes_since_1995_in_the_un_series(last: int, years: int, millions: float) -> None:
    """Calendar years from 1995, both ends included."""
    deaths = series("deaths_thousands", "WPP2024").loc[1995:last]
    assert len(deaths) == years
    assert deaths.sum() / 1000 == pytest.approx(millions, abs=0.005)


def test_five_year_deaths_are_the_five_calendar_years_of_the_yearly_series() -> None:
    """1995 to 1999 stand for mid-1995 to mid-2000 in the two newest revisions; six years would be 1.44 million."""
    frame = table("wpp_revisions").query("indicator == 'deaths_thousands' and period == '1995-2000'")
    five_years = frame.set_index("revision")["value"]
    for revision in ("WPP2022", "WPP2024"):
        yearly = series("deaths_thousands", revision).loc[1995:1999]
        assert five_years[revision] == pytest.approx(yearly.sum(), abs=0.05)
    assert len(five_years) == 8
    assert (five_years.min(), five_years.max()) == (879.4, 1186.5)  # WPP2008 and WPP2024


def test_rates_and_counts_of_the_un_series_agree() -> None:
    """1,000 deaths over the crude rate is the population, as the World Bank file of the same revision prints it."""
    for revision in ("WPP2022", "WPP2024"):
        implied = series("deaths_thousands", revision) / series("crude_death_rate_per_1000", revision) * 1e6
        assert (implied / series("population", revision) - 1).abs().max() < 0.005


def test_derived_famine_rows_can_be_worked_out_again() -> None:
    """Deaths above a baseline rate, 1995 to 1998. Low: a line from 1994 to 2003; high: the rate of 1994."""
    estimates = table("famine_estimates").set_index("id")
    for id_, revision in (("un_2024", "WPP2024"), ("un_2022", "WPP2022")):
        deaths, rate = series("deaths_thousands", revision), series("crude_death_rate_per_1000", revision)
        slope = (rate[2003] - rate[1994]) / 9
        years = range(1995, 1999)
        low = sum(deaths[y] * (1 - (rate[1994] + slope * (y - 1994)) / rate[y]) for y in years)
        high = sum(deaths[y] * (1 - rate[1994] / rate[y]) for y in years)
        assert estimates.loc[id_, ["low", "high"]].tolist() == [round(low) * 1000, round(high) * 1000]


def test_famine_estimates_are_complete_and_linked() -> None:
    frame = table("famine_estimates").set_index("id")
    bounds = frame[["low", "high", "point"]]
    silent = set(frame.index[bounds.isna().all(axis=1)])
    assert silent == {"robinson_1999", "lee_2005", "spoorenberg_2012_2008", "jeon_2015"}
    unseen = frame.index[frame["status"] == "number not seen"]
    assert silent - set(unseen) == {"robinson_1999"}  # read, but it gives rates and no total
    assert frame.dropna(subset=["low"]).eval("low <= high").all()
    assert (frame["period_start"] <= frame["period_end"]).all()
    linked = frame["derived_from"].dropna().str.split(";").explode()
    assert set(linked) <= set(frame.index) and not (linked == linked.index).any()
    ends = frame.loc["spoorenberg_2012_2000", "low"], frame.loc["goodkind_2011_2000", "high"]
    assert sum(ends) / 2 == frame.loc["owid_2017", "point"]  # (240,000 + 600,000) / 2 = 420,000


def test_famine_estimates_of_one_team_are_told_apart_from_independent_ones() -> None:
    """Rows with a number: 8 refugee-survey rows of 4 teams (3 + 3 + 1 + 1), 7 demographic rows of 4 (3 + 2 + 1 + 1)."""
    frame = table("famine_estimates").set_index("id")
    numbered = frame.dropna(subset=["low", "high", "point"], how="all")
    for method, sizes in {"refugee survey": [3, 3, 1, 1], "census-demographic": [3, 2, 1, 1]}.items():
        assert numbered.loc[numbered["method_class"] == method, "team"].value_counts().tolist() == sizes
    for shared in ("Natsios", "Good Friends", "Goodkind", "Noland", "Lee Suk"):  # one name, one team
        assert frame.loc[frame["author"].str.contains(shared), "team"].nunique() == 1
    linked = frame["derived_from"].dropna().str.split(";").explode()
    before = frame["year_published"].loc[linked].to_numpy()
    assert (before <= frame["year_published"].loc[linked.index]).all()  # nothing rests on what came later


def test_famines_that_two_compilations_count_stand_twice() -> None:
    frame = table("famines").set_index("id")
    assert frame.loc[["china_1958_wpf", "china_1959_owid"], "deaths"].tolist() == [36_000_000, 24_000_000]
    korea = frame.loc[["north_korea_1995_wpf", "north_korea_1995_owid"], "deaths"]
    assert korea.tolist() == [330_000, 420_000]
    based = frame.dropna(subset=["population_base"])
    assert (based["deaths"] < based["population_base"]).all()
    assert based[["population_entity", "population_year", "population_source"]].notna().all(axis=None)
    article = frame.loc["north_korea_article"]
    share = 100 * article["deaths"] / article["population_base"]
    assert share == pytest.approx(9.148, abs=0.001)  # 2,000,000 / 21,862,298


def test_census_figures_add_up() -> None:
    assert figure("census_1993_men") + figure("census_1993_women") == figure("census_1993") == 21_213_378
    camps = [figure(f"census_2008_camps{who}") for who in ("_men", "_women", "")]
    assert camps[0] + camps[1] == camps[2] == 702_372
    growth = figure("census_2008") / figure("census_1993")  # 2,838,853 more people, 13.4 percent
    yearly = 100 * (growth ** (1 / 15) - 1)
    assert yearly == pytest.approx(figure("census_growth"), abs=0.015)  # 0.841, printed 0.85


def test_printed_ranges_and_parts_hold_together() -> None:
    middle, spread = figure("silverman_share"), 2 * figure("silverman_sd")  # 0.51 and 0.66
    printed = [figure("silverman_share", side) for side in ("low", "high")]
    assert printed == pytest.approx([middle - spread, middle + spread])  # -0.15 and 1.17
    parts = sum(figure(f"state_imposed_{part}") for part in ("prison", "conscripts", "development"))
    assert parts == 4_000_000 == figure("state_imposed") + 100_000  # each rounded to 0.1 million
    assert round(100 * figure("kbsm_dead") / figure("kbsm_relatives")) == 27
    frame = table("context")
    assert frame[["value", "low", "high"]].notna().any(axis=1).all()
    assert frame.dropna(subset=["low", "high"]).eval("low < high").all()
