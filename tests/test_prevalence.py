"""The index's printed figures against one another: what notebook 01 must reach, computed from the tables."""

import pytest

from analysis import rates
from analysis.ranks import rank, rank_interval
from analysis.rounding import Interval, printed, prints_as, total
from analysis.tables import load


@pytest.fixture(scope="module")
def editions():
    return load("editions")


@pytest.fixture(scope="module")
def index():
    table = load("index", edition=2023)
    return table[table["people"].notna()].reset_index(drop=True)


@pytest.fixture(scope="module")
def ranges(index, editions):
    return rates.printed_intervals(index, editions)


def test_159_of_159_rates_agree_and_kosovo_cannot_be_checked(ranges):
    assert len(ranges) == 160
    unchecked = ranges[ranges["check"] == "cannot be checked"]
    assert list(unchecked["iso3"]) == ["XKX"] and unchecked["reason"].iloc[0] == "no population printed"
    checked = ranges[ranges["check"] != "cannot be checked"]
    assert len(checked) == 159 and set(checked["check"]) == {"reproduces", "within rounding"}


@pytest.mark.parametrize(("shift", "broken"), [(0, 0), (500, 21), (-500, 23)])
def test_counts_are_rounded_to_the_nearest(index, shift, broken):
    # nearest: count +- 500. Read as rounded down, the true count is up to 1,000 more (centre moved by +500);
    # read as rounded up, up to 1,000 less (moved by -500).
    failures = 0
    for row in index[index["population"].notna()].itertuples():
        people = printed(row.people_printed, 1000) + shift
        quotient = people / printed(row.population_printed, 1000) * 1000
        failures += not quotient.meets(printed(row.rate_printed, "0.1"))
    assert failures == broken


def test_the_world_total_follows(index):
    assert index["people"].sum() == 49_630_000
    world = total([printed(text, 1000) for text in index["people_printed"]])
    # 160 counts may each be off by 500: 80,000 either way
    assert world == Interval(49_550_000, 49_710_000)
    assert prints_as(49_630_000, "49600000", 100_000)
    assert prints_as(49_630_000, "50000000", 1_000_000)


def test_regions_recomputed(index, editions):
    regions = rates.aggregate(index, editions)
    assert regions["people"].to_dict() == {
        "Africa": 7_025_000,
        "Americas": 5_090_000,
        "Arab States": 1_699_000,
        "Asia and the Pacific": 29_395_000,
        "Europe and Central Asia": 6_421_000,
    }
    assert [f"{rate:.2f}" for rate in regions["rate"]] == ["5.25", "5.01", "10.41", "6.80", "6.90"]
    arab, africa = regions.loc["Arab States"], regions.loc["Africa"]
    assert (f"{arab['low']:.3f}", f"{arab['high']:.3f}") == ("10.374", "10.442")
    assert (f"{africa['low']:.3f}", f"{africa['high']:.3f}") == ("5.235", "5.273")
    assert not Interval(arab["low"], arab["high"]).meets(printed("10.1", "0.1"))
    assert Interval(africa["low"], africa["high"]).meets(printed("5.2", "0.1"))


def test_kosovo_counts_in_people_and_not_in_population(index, editions):
    without = rates.aggregate(index[index["iso3"] != "XKX"], editions).loc["Europe and Central Asia"]
    assert without["people"] == 6_421_000 - 14_000 and f"{without['rate']:.2f}" == "6.88"
    assert without["population"] == rates.aggregate(index, editions).loc["Europe and Central Asia", "population"]


def test_more_people_in_the_denominator_give_the_published_rates(index, editions):
    places = load("population", revision="WPP2019", year=2020).merge(load("countries")[["iso3", "region"]], on="iso3")
    outside = places[~places["iso3"].isin(index["iso3"])]
    persons = outside.groupby("region")["population_thousands"].sum() * 1000
    wider = rates.aggregate(index, editions, also=persons)
    # the only place the UN counts among the Arab States that the index does not list: the State of Palestine
    arab = outside[outside["region"] == "Arab States"]
    assert list(arab["iso3"]) == ["PSE"] and f"{arab['population_thousands'].iloc[0] / 1000:.3f}" == "5.101"
    assert f"{wider.loc['Arab States', 'rate']:.2f}" == "10.09"
    published = load("estimates", year=2021, form="modern slavery").dropna(subset="rate").set_index("region")
    for region, row in wider.iterrows():
        assert prints_as(row["rate"], published.loc[region, "rate_printed"], "0.1"), region


def test_africa_with_its_unlisted_places(index, editions):
    population = load("population", revision="WPP2019", year=2020).set_index("iso3")["population_thousands"]
    unlisted = population[["REU", "COM", "ESH", "MYT", "STP", "CPV"]].sum() * 1000
    assert f"{rates.aggregate(index, editions, also={'Africa': unlisted}).loc['Africa', 'rate']:.2f}" == "5.24"


def test_all_176_populations_are_the_un_2019_revision_for_2020():
    index = load("index", edition=2023).dropna(subset="population")
    un = load("population", revision="WPP2019", year=2020).set_index("iso3")["population_thousands"]
    same = [prints_as(un[row.iso3] * 1000, row.population_printed, 1000) for row in index.itertuples()]
    assert len(same) == 176 and all(same)


def test_rank_intervals(index, ranges):
    isos = list(index["iso3"])
    united_states, togo = isos.index("USA"), index["iso3"].isin(["ITA", "NPL", "TGO"])
    naive = rank(index["rate"])
    # 120th, tied with Italy, Nepal and Togo, by the printed rate
    assert naive[united_states] == 120 and (naive[togo] == 120).all() and (naive == 120).sum() == 4
    rates_alone = rank_interval(ranges["rate_low"], ranges["rate_high"])
    assert rates_alone.loc[united_states].tolist() == [118, 125]
    both = rank_interval(ranges["low"], ranges["high"])
    assert both.loc[united_states].tolist() == [122, 122]
    assert both.loc[isos.index("PRK")].tolist() == [1, 1] and both.loc[isos.index("ERI")].tolist() == [2, 2]


def test_rank_by_quotient(index):
    quotient = index["people"] / index["population"] * 1000
    have = quotient.notna()
    assert have.sum() == 159
    united_states = list(index["iso3"]).index("USA")
    assert rank(quotient[have])[list(index["iso3"][have]).index("USA")] == 120
    # Kosovo has no population; with its printed rate of 8.0 it comes before, and the place is 121 of 160
    assert rank(quotient.fillna(index["rate"]).astype(float))[united_states] == 121


def test_verdict_of_a_row_that_does_not_fit(index, editions):
    bad = index[index["iso3"] == "USA"].assign(rate_printed="3.5")
    # 1,091,500 / 331,002,500 = 3.2976 per 1,000 at most, below 3.45
    assert rates.printed_intervals(bad, editions)["check"].tolist() == ["inconsistent"]


INDEX = load("index", edition=2023).dropna(subset="people")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rates.prevalence(25_779_000, 2_696_000), "9,562 per 1,000 would be more people than population"),
        (lambda: rates.prevalence(INDEX["population"], INDEX["people"]), "more people than population"),
        (lambda: rates.prevalence(Interval(5, 6), Interval(3, 4)), "2,000 per 1,000"),  # 6 of 3
        (lambda: rates.prevalence(INDEX["rate"], INDEX["population"]), "people needs persons, and this column is"),
        (lambda: rates.people(INDEX["people"], INDEX["population"]), "rate needs people per 1,000"),
        (lambda: rates.prevalence(INDEX["people"][:5], INDEX["population"]), "different rows; take both"),
        (lambda: rates.people(INDEX["rate"][:5], INDEX["population"]), "different rows; take both"),
    ],
)
def test_units_that_do_not_fit_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_columns_of_one_frame_in_the_right_units_are_taken():
    # Afghanistan: 505,000 / 38,928,000 * 1,000 = 12.97; 13.0 / 1,000 * 38,928,000 = 506,064
    assert rates.prevalence(INDEX["people"], INDEX["population"]).iloc[0] == pytest.approx(505_000 / 38_928)
    assert rates.people(INDEX["rate"], INDEX["population"]).iloc[0] == pytest.approx(13.0 * 38_928)


def test_a_rate_is_per_1000_in_every_edition():
    # North Korea 2016 prints 4.3729 percent: 43.7 per 1,000
    korea = load("index", iso3="PRK").set_index("edition")["rate"]
    assert korea.round(1).to_dict() == {2016: 43.7, 2018: 104.6, 2023: 104.6}


def test_one_country_is_its_own_region(index, editions):
    # North Korea alone, and a million more people to count it against in one reading: halves of 1,000 either way
    korea = index[index["iso3"] == "PRK"]
    for also, more in [(None, 0), ({"Africa": 5}, 0), ({"Asia and the Pacific": 1_000_000}, 1_000_000)]:
        (row,) = rates.aggregate(korea, editions, also=also).reset_index().to_dict("records")
        assert list(row) == ["region_as_printed", "countries", "people", "population", "rate", "low", "high"]
        counted = (row["region_as_printed"], row["countries"], row["people"], row["population"])
        assert counted == ("Asia and the Pacific", 1, 2_696_000, 25_779_000 + more)
        assert row["rate"] == pytest.approx(2_696_000 / (25_779_000 + more) * 1000, rel=1e-12)
        assert row["low"] == pytest.approx(2_695_500 / (25_779_500 + more) * 1000, rel=1e-12)
        assert row["high"] == pytest.approx(2_696_500 / (25_778_500 + more) * 1000, rel=1e-12)


def test_each_rate_is_told_from_the_figures_beside_it(index, ranges):
    """Count over population, in whole numbers: rounded to a tenth by either tie rule it is the rate, or not."""
    told = {
        "reproduces": "printed people over printed population prints as the printed rate",
        "within rounding": "some people and population that print as shown give the printed rate",
    }
    for row in ranges.dropna(subset="population").itertuples():
        tenths = int(row.rate_printed.replace(".", ""))  # 104.6 are 1,046 tenths; they may be off by half a one
        near = 2 * abs(row.people * 10_000 - tenths * row.population) <= row.population
        assert row.check == ("reproduces" if near else "within rounding") and row.reason == told[row.check], row
    assert (ranges["check"] == "within rounding").any()
