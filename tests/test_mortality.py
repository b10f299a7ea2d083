"""Excess deaths and the chance of a cluster: by hand, by brute force, and against the published series."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import mortality, tables
from analysis.mortality import chance_of_at_least, constant, excess, expected_deaths, linear


def by_year(start, values):
    return pd.Series(values, index=range(start, start + len(values)), dtype="float64")


@pytest.fixture
def made_up():
    """1990: 1,000 of 100,000 die (10 per 1,000); then 110,000 people and 1,320, 1,650 and 1,100 deaths (12, 15, 10)."""
    return mortality.yearly(by_year(1990, [1000, 1320, 1650, 1100]), by_year(1990, [10, 12, 15, 10]))


def published(revision):
    return mortality.mortality_series(tables.load("demography"), "PRK", revision)


# ---- the chance of a cluster


def test_four_deaths_by_hand():
    # 1 - e^-1 (1 + 1 + 1/2 + 1/6) = 1 - 2.6666667 * 0.36787944 = 0.01898816
    assert chance_of_at_least(4, 1.0) == pytest.approx(1 - math.exp(-1) * (1 + 1 + 1 / 2 + 1 / 6), rel=1e-12)
    # where 0.09 are expected: 0.09^4 / 24 * e^-0.09 = 2.4985e-6 for four alone; five and more add 0.09/5 of that
    assert chance_of_at_least(4, 0.09) == pytest.approx(2.544e-6, rel=1e-3)


@given(st.integers(0, 40), st.fractions(Fraction(1, 10**6), 30))
def test_tail_agrees_with_exact_fractions(deaths, expected):
    """Brute force: the terms as fractions, so nothing is lost by subtracting; only e^-m is a float."""
    terms = [Fraction(1)]
    for k in range(1, deaths + 150):
        terms.append(terms[-1] * expected / k)
    exact = float(sum(terms[deaths:])) * math.exp(-float(expected))
    assert chance_of_at_least(deaths, float(expected)) == pytest.approx(exact, rel=1e-10)


def test_a_tiny_tail_keeps_its_digits():
    # first term m^8/8! with m = 0.001: 1e-24 / 40320; 1 minus the rest would give 0 or 1e-16
    assert chance_of_at_least(8, 0.001) == pytest.approx(1e-24 / 40320, rel=1e-3)


def test_chances_of_a_table_by_hand():
    # at least one where 1, 2 and log 2 are expected, and none: 1 - e^-1 = 0.632121, 1 - e^-2 = 0.864665, 1/2, 0
    expected = pd.DataFrame({21: [1.0, 2.0], 42: [math.log(2), 0.0]}, index=[20, 50])
    assert mortality.chances(1, expected)[21].tolist() == pytest.approx([0.632121, 0.864665], abs=1e-6)
    assert mortality.chances(1, expected).loc[20, 42] == pytest.approx(0.5)
    assert mortality.chances(1, expected).loc[50, 42] == 0


def test_certain_and_impossible():
    assert chance_of_at_least(0, 3.0) == 1
    assert chance_of_at_least(0, 0.0) == 1
    assert chance_of_at_least(1, 0.0) == 0
    assert chance_of_at_least(1900, 2000.0) == pytest.approx(0.988, abs=0.002)  # about 2.25 standard deviations down


@given(st.integers(1, 30), st.floats(0.01, 20), st.floats(1.01, 3))
def test_more_expected_more_likely_and_more_deaths_less_likely(deaths, expected, factor):
    here = chance_of_at_least(deaths, expected)
    assert 0 <= here <= 1
    assert chance_of_at_least(deaths, expected * factor) >= here
    assert chance_of_at_least(deaths + 1, expected) <= here


@pytest.mark.parametrize(("deaths", "expected"), [(-1, 1.0), (1.5, 1.0), (4, -0.1), (4, math.inf), (4, math.nan)])
def test_chance_refuses(deaths, expected):
    with pytest.raises(ValueError, match="must be"):
        chance_of_at_least(deaths, expected)


def test_expected_deaths_by_hand():
    # 1,000 people at 10 per 1,000 a year: 10 in a year, 5 in half a year
    assert expected_deaths(1000, 10, 365.25) == pytest.approx(10)
    assert expected_deaths(1000, 10, 365.25 / 2) == pytest.approx(5)
    # 195 people at 9.7 for 42 days: 195 * 0.0097 * 42 / 365.25 = 0.2175
    assert expected_deaths(195, 9.7, 42) == pytest.approx(0.2175, abs=5e-5)


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        ((-1, 9, 30), "people must be zero or more, not -1"),
        ((100, -9, 30), "rate_per_1000 must be zero or more, not -9"),
        ((100, 9, -30), "days must be zero or more, not -30"),
        ((math.nan, 9, 30), "people must be zero or more, not nan"),
    ],
)
def test_expected_deaths_refuses(bad, what):
    with pytest.raises(ValueError, match=f"^{what}$"):
        expected_deaths(*bad)
    assert expected_deaths(0, 9, 30) == expected_deaths(100, 0, 30) == expected_deaths(100, 9, 0) == 0
    assert expected_deaths(0.5, 0.5, 0.5) > 0  # a part of a day, or of a death, is no mistake


# ---- excess deaths by hand


def test_two_years_by_hand_against_a_constant(made_up):
    """Baseline 10 per 1,000: 110,000 people -> 1,100 expected a year; 1,320 - 1,100 = 220 and 1,650 - 1,100 = 550."""
    frame = excess(made_up, 1991, 1992, constant(made_up["rate"], 1990))
    assert list(frame) == ["year", "population", "deaths", "baseline_rate", "baseline_deaths", "excess"]
    assert frame["year"].tolist() == [1991, 1992]
    assert frame["population"].tolist() == pytest.approx([110_000, 110_000])
    assert frame["baseline_deaths"].tolist() == pytest.approx([1100, 1100])
    assert frame["excess"].tolist() == pytest.approx([220, 550])


def test_two_years_by_hand_against_a_line():
    """Rates 10 in 1990 and 13 in 1993: the line is 11 and 12 between; 120,000 people -> 1,320 and 1,440 expected.

    1,800 - 1,320 = 480 and 1,680 - 1,440 = 240.
    """
    series = mortality.yearly(by_year(1990, [1200, 1800, 1680, 1560]), by_year(1990, [10, 15, 14, 13]))
    frame = excess(series, 1991, 1992, linear(series["rate"], 1990, 1993))
    assert frame["baseline_rate"].tolist() == pytest.approx([11, 12])
    assert frame["excess"].tolist() == pytest.approx([480, 240])


def test_mean_before_and_negative_excess():
    """Mean of 8, 10, 9, 11 and 12 is 10: 1,000 expected of 100,000; of 1,300, 300 are above, and 900 are 100 below."""
    rate = by_year(1990, [8, 10, 9, 11, 12, 13, 9])
    mean = mortality.mean_before(rate, 1995)
    assert mean.name == "mean 1990-1994"
    assert excess(mortality.yearly(rate * 100, rate), 1995, 1996, mean)["excess"].tolist() == pytest.approx([300, -100])


def test_comparison_follows_the_change_of_another_country(made_up):
    """It starts at 10 and follows the other's +0 and +1: 10 and 11. 110,000 people -> 1,210 expected in 1992."""
    moved = mortality.comparison(made_up["rate"], by_year(1990, [7, 7, 8]), "Elsewhere", since=1990)
    assert moved.tolist() == [10, 10, 11] and moved.name == "change of Elsewhere since 1990"
    assert excess(made_up, 1992, 1992, moved)["excess"].tolist() == pytest.approx([1650 - 1210])
    with pytest.raises(ValueError, match="1993"):  # the other series ends in 1992
        excess(made_up, 1991, 1993, moved)


def test_life_expectancy_held_by_hand():
    """Life 70, 60, 60, 69 years; rates 6, 10, 11, 8. Last step: 9 years more, 3 deaths fewer, so 1/3 a year of life.

    1993 at 70 years, not 69: 8 - 1/3 = 7 2/3. The line from 6: 6 5/9 and 7 1/9. Of a million people each year
    10,000 - 6,555.6 = 3,444.4 and 11,000 - 7,111.1 = 3,888.9 are above.
    """
    rate, life = by_year(1990, [6, 10, 11, 8]), by_year(1990, [70, 60, 60, 69])
    held = mortality.life_held(rate, life, 1990, 1993)
    assert held.tolist() == pytest.approx([6, 6 + 5 / 9, 7 + 1 / 9, 7 + 2 / 3]) and held.name == "life held at 1990"
    with pytest.raises(ValueError, match="the series of yearly change has no value for 1990; it has 1990 to 1993"):
        mortality.life_held(rate, life, 1990, 1990)  # a first year has no change into it
    frame = excess(mortality.yearly(rate * 1000, rate), 1991, 1992, held)
    assert frame["excess"].tolist() == pytest.approx([3444.4, 3888.9], abs=0.1)
    assert mortality.life_held(rate, by_year(1990, [70, 60, 60, 70]), 1990, 1993)[1993] == 8  # as long: nothing to move


def life_table(hazard):
    """Life expectancy at birth: the years lived at each age, summed; deaths fall evenly within a year."""
    alive = np.concatenate([[1], np.exp(-np.cumsum(hazard))])
    return ((alive[:-1] + alive[1:]) / 2).sum()


def older_country(times, after):
    """Ten years of a population aged 0 to 99 that grows older, counted by age: (rate, life, true excess per 1,000).

    Mortality by age (high at birth, then rising) is multiplied by `times` in years 1 to 8, by `after` in year 9. The
    true excess is measured against the deaths of the same people, age by age, under the mortality of year 0.
    """
    age, usual = np.arange(100), 0.03 * np.exp(-np.arange(100.0)) + 0.0004 * np.exp(0.075 * np.arange(100))
    rates, lives, above = [], [], []
    for year in range(10):
        people = np.exp(-(0.030 - 0.0006 * year) * age) * np.exp(-np.cumsum(usual))  # slower growth, older people
        hazard = usual * (1 if year == 0 else after if year == 9 else times)
        rates.append(1000 * (people * hazard).sum() / people.sum())
        lives.append(life_table(hazard))
        above.append(1000 * (people * (hazard - usual)).sum() / people.sum())
    return by_year(1990, rates), by_year(1990, lives), by_year(1990, above)


@pytest.mark.parametrize(("times", "after"), [(1.3, 1.0), (1.8, 1.0), (1.8, 1.1)])
def test_life_expectancy_held_comes_near_the_truth_by_age(times, after):
    """Life falls by 4 or 9 years and returns, once but for 1.4: within 2 percent of deaths by age."""
    rate, life, above = older_country(times, after)
    truth = above.loc[1991:1998].sum()
    free = (rate - mortality.life_held(rate, life, 1990, 1999)).loc[1991:1998].sum()
    crude = (rate - constant(rate, 1990)).loc[1991:1998].sum()
    assert free == pytest.approx(truth, rel=0.02)
    assert crude > truth * 1.06


@given(st.lists(st.floats(1, 60), min_size=4, max_size=4), st.floats(0, 30))
def test_a_higher_baseline_takes_away_its_own_deaths(rates, step):
    """Raising the baseline by s per 1,000 lowers the excess of each year by population * s / 1,000, exactly."""
    series = mortality.yearly(by_year(2000, rates) * 50, by_year(2000, rates))  # 50,000 people every year
    base = constant(series["rate"], 2000)
    less = excess(series, 2000, 2003, base)["excess"].sum() - excess(series, 2000, 2003, base + step)["excess"].sum()
    assert less == pytest.approx(4 * 50 * step, abs=1e-6)
    assert excess(series, 2000, 2000, base)["excess"].iloc[0] == pytest.approx(0, abs=1e-9)


def test_spread_gives_each_period_and_baseline(made_up):
    baselines = [constant(made_up["rate"], 1990), linear(made_up["rate"], 1990, 1993)]  # both are 10 throughout
    table = mortality.spread(made_up, [(1991, 1992), (1991, 1993)], baselines)
    assert list(table) == ["first", "last", "years", "baseline", "deaths", "baseline_deaths", "excess"]
    assert table[["first", "last", "years"]].values.tolist() == [[1991, 1992, 2]] * 2 + [[1991, 1993, 3]] * 2
    assert table["deaths"].tolist() == [2970, 2970, 4070, 4070]  # 1,320 + 1,650, and 1,100 more
    assert table["baseline_deaths"].tolist() == pytest.approx([2200, 2200, 3300, 3300])
    assert table["baseline"].tolist() == ["constant 1990", "linear 1990-1993"] * 2
    assert table["excess"].tolist() == pytest.approx([770, 770, 770, 770])  # 1993 adds 1,100 - 1,100 = 0


# ---- refusals


def test_refuses_a_period_that_runs_backwards(made_up):
    with pytest.raises(ValueError, match="backwards: 1992 to 1991"):
        excess(made_up, 1992, 1991, constant(made_up["rate"], 1990))


def test_refuses_a_missing_year(made_up):
    with pytest.raises(ValueError, match="the series population has no value for 1994; it has 1990 to 1993"):
        excess(made_up, 1993, 1995, constant(made_up["rate"], 1990))
    holed = mortality.yearly(made_up["deaths"].drop(1991), made_up["rate"])
    with pytest.raises(ValueError, match="no value for 1991"):
        excess(holed, 1990, 1992, constant(made_up["rate"], 1990))


@pytest.mark.parametrize(
    "build",
    [
        lambda rate: constant(rate, 1989),
        lambda rate: linear(rate, 1990, 1994),
        lambda rate: mortality.mean_before(rate, 1994),
        lambda rate: mortality.comparison(rate, rate, "itself", since=1980),
        lambda rate: mortality.life_held(rate, 80 - rate, 1989, 1993),
        lambda rate: mortality.life_held(rate, 80 - rate, 1990, 1994),
    ],
)
def test_refuses_a_baseline_outside_the_series(made_up, build):
    with pytest.raises(ValueError, match=r"the series .+ has no value for \d+; it has 1990 to 1993"):
        build(made_up["rate"])


def test_refuses_a_year_outside_the_line(made_up):
    with pytest.raises(ValueError, match="the series linear 1991-1992 has no value for 1993; it has 1991 to 1992"):
        excess(made_up, 1991, 1993, linear(made_up["rate"], 1991, 1992))


def test_other_refusals(made_up):
    with pytest.raises(ValueError, match="later year"):
        linear(made_up["rate"], 1991, 1991)
    with pytest.raises(ValueError, match="the series Elsewhere has no value for 1990"):
        mortality.comparison(made_up["rate"], by_year(1950, [5.0]), "Elsewhere", since=1990)
    with pytest.raises(ValueError, match="no year in common"):
        mortality.yearly(by_year(1990, [5.0]), by_year(2000, [5.0]))
    with pytest.raises(ValueError, match="above zero; see 1991"):
        mortality.yearly(by_year(1990, [5.0, 0.0]), by_year(1990, [5.0, 5.0]))
    with pytest.raises(ValueError, match="1990 occurs twice"):
        twice = pd.Series([5.0, 6.0], index=[1990, 1990])
        mortality.yearly(twice, twice)


# ---- the published series of North Korea


@pytest.mark.parametrize(
    ("revision", "last", "deaths", "line", "held"),
    [
        ("WPP2024", 1998, 939_000, 333_000, 380_000),
        ("WPP2024", 2000, 1_440_000, 494_000, 593_000),
        ("WPP2024", 2002, 1_963_000, 656_000, 827_000),
        ("WPP2022", 1998, 915_000, 329_000, 380_000),
        ("WPP2022", 2000, 1_412_000, 495_000, 603_000),
        ("WPP2022", 2002, 1_933_000, 659_000, 846_000),
    ],
)
def test_reaches_the_derived_ranges(revision, last, deaths, line, held):
    """Excess from 1995 on against a line from 1994 to 2003 and against the rate of 1994, to the printed thousand."""
    series = published(revision)
    baselines = [linear(series["rate"], 1994, 2003), constant(series["rate"], 1994)]
    table = mortality.spread(series, [(1995, last)], baselines)
    assert (table["deaths"] / 1000).round().tolist() == [deaths / 1000] * 2
    assert (table["excess"] / 1000).round().tolist() == [line / 1000, held / 1000]


@pytest.mark.parametrize("revision", ["WPP2022", "WPP2024"])
def test_the_implied_population_is_the_published_one(revision):
    """deaths / rate differs from the World Bank's file of the same revision by under 0.03 percent in every year."""
    demography = tables.load("demography", iso3="PRK", indicator="population")
    file = demography[demography["revision"] == revision].set_index("year")["value"]
    implied = published(revision)["population"]
    shared = implied.index.intersection(file.index)
    assert len(shared) > 35
    assert ((implied / file - 1).loc[shared].abs() < 0.0003).all()


def test_two_million_and_all_deaths_in_the_series():
    deaths = published("WPP2024")["deaths"]
    assert deaths.loc[1995:1998].sum() < deaths.loc[1995:2000].sum() < deaths.loc[1995:2002].sum() < 2_000_000


def test_five_year_windows_of_eight_revisions():
    revisions = tables.load("wpp_revisions")
    names = sorted(set(revisions["revision"]))
    assert len(names) == 8
    series = {name: mortality.mortality_series(revisions, "PRK", name) for name in names}
    for one in series.values():
        assert list(one.index) == sorted(one.index) and {1990, 1995, 2000, 2005} <= set(one.index)
    deaths = pd.Series({name: one["deaths"][1995] for name, one in series.items()})
    assert deaths["WPP2008"] == pytest.approx(879_400)
    assert deaths["WPP2024"] == pytest.approx(1_186_500)  # calendar years 1995 to 1999
    assert deaths[["WPP2012", "WPP2015", "WPP2017", "WPP2019"]].agg(lambda d: d.max() - d.min()) < 2000
    held = {name: excess(one, 1995, 1995, constant(one["rate"], 1990))["excess"].item() for name, one in series.items()}
    # 2008: 879,400 / 7.891 * 1,000 = 111.443 million person-years, * 5.869 / 1,000 = 654,061 expected; 225,339 above
    assert held["WPP2008"] == pytest.approx(879_400 - 879_400 / 7.891 * 5.869)
    assert held["WPP2008"] == pytest.approx(225_339, abs=100)


def drawn(name):
    """The rows of a figure of notebook 05, worked out again below from the raw tables."""
    return pd.read_csv(tables.DATA.parent / "figures" / f"{name}.csv")


def raw(indicator, revision="WPP2024"):
    rows = tables.load("demography", iso3="PRK", revision=revision, indicator=indicator)
    return rows.set_index("year")["value"]


def test_life_expectancy_held_in_the_published_series():
    """2002 to 2003: (7.897 - 11.059) / (69.399 - 60.877) = -0.3710 a year of life; 1994 is 70.472 - 69.399 = 1.073 up.

    So 2003 becomes 7.897 - 0.398 = 7.499, and the line rises by (7.499 - 6.081) / 9 = 0.15754 a year from 1994.
    """
    series = published("WPP2024")
    held = mortality.life_held(series["rate"], raw("life_expectancy_both"), 1994, 2003)
    assert held[1995] == pytest.approx(6.081 + 0.15754, abs=1e-4) and held[2003] == pytest.approx(7.499, abs=5e-4)
    rows = drawn("excess_by_choice").query("baseline == 'life held at 1994' and revision == 'WPP2024'")
    for last, thousands in ((1998, 343), (2000, 516), (2002, 693)):
        deaths, population = series["deaths"].loc[1995:last], series["population"].loc[1995:last]
        usual = population * (6.081 + 0.15754 * (population.index - 1994)) / 1000
        above = (deaths - usual).sum()
        assert above / 1000 == pytest.approx(thousands, abs=0.5)
        assert rows.loc[rows["last"] == last, "excess"].item() == pytest.approx(above, abs=50)


def test_what_two_censuses_leave_room_for():
    """Growth 24,052,231 - 21,213,378 = 2,838,853. Births needed: growth, the usual deaths and 2,000,000, over 15 years.

    Usual: 6.081 per 1,000 of everyone, 1994 to 2008, or rising evenly to 8.996 in 2008. Both need more than the most.
    """
    years, births = range(1994, 2009), raw("births_thousands") * 1000
    people = (raw("deaths_thousands") / raw("crude_death_rate_per_1000") * 1e6).loc[1994:2008]
    flat = sum(people[y] * 6.081 / 1000 for y in years)
    rising = sum(people[y] * (6.081 + (8.996 - 6.081) * (y - 1994) / 14) / 1000 for y in years)
    row = drawn("growth_between_censuses").query("excess == 2_000_000").iloc[0]
    for usual, column, room in ((flat, 1, 0.98), (rising, 2, 0.46)):
        needed = (2_838_853 + usual + 2_000_000) / 15
        assert row.iloc[column] == pytest.approx(needed, rel=1e-6)
        assert needed > births.max() == births[1995] == 461_184
        assert (births.loc[1994:2008].sum() - 2_838_853 - usual) / 1e6 == pytest.approx(room, abs=0.005)


@pytest.mark.parametrize(("revision", "thousands"), [("2022", 537), ("2024", 530)])
def test_windows_from_mid_year_to_mid_year(revision, thousands):
    """Half of 1995, 1996 to 1999, half of 2000; expected at the rate of the calendar years 1990 to 1994.

    2024: deaths 113.897 + 232.246 + 236.880 + 242.136 + 247.467 + 126.532 = 1,199.158 thousand.
    """
    series, weights = published(f"WPP{revision}"), pd.Series([0.5, 1, 1, 1, 1, 0.5], index=range(1995, 2001))
    before = series.loc[1990:1994].sum()
    deaths, people = ((series[name] * weights).sum() for name in ("deaths", "population"))
    if revision == "2024":
        assert deaths == pytest.approx(1_199_158)
    above = (deaths - people * before["deaths"] / before["population"]) / 1000
    assert above == pytest.approx(thousands, abs=0.5)
    rows = drawn("eight_revisions").query("by == 'rate before 1995 held'").set_index("revision")
    assert rows.loc[f"revision of {revision}", "x"] == pytest.approx(above, abs=0.5)


def test_one_province_carried_over_to_the_country():
    """22.819 * 22.668 million + 39.519 * 22.895 + 49.919 * 23.110 = 517.3 + 904.8 + 1,153.6 = 2,575.7 thousand."""
    people, figures = published("WPP2024")["population"], tables.load("context").set_index("id")["value"]
    rates = {year: float(figures[f"robinson_{year}"]) for year in (1995, 1996, 1997)}
    above = sum((rate - 6.081) * people[year] / 1000 for year, rate in rates.items())
    assert above / 1000 == pytest.approx(2575.7, abs=0.5)


def test_a_revision_or_country_without_deaths_is_named():
    with pytest.raises(ValueError, match="WPP2031; there are .*PRK WPP2024"):
        published("WPP2031")
    with pytest.raises(ValueError, match="WPP2031; there are PRK WPP2008"):
        mortality.mortality_series(tables.load("wpp_revisions"), "PRK", "WPP2031")


# ---- any days of a year: the simulation of notebook 06, found again by formulas


def within_any(people, days, most=30):
    """The chance of four deaths within so many days at some time in a year, at 9.684 per 1,000.

    Naus (1965): four of n random moments lie within the part d of the year with a chance of
    (4/d - n - 1) b(4) + 2 (b(4) + ... + b(n)), b binomial; exact below n = 8, close where it is small.
    For n = 4: (4/d - 5) d^4 + 2 d^4 = 4 d^3 - 3 d^4.
    """
    mean, d, total = people * 9.684 / 1000, days / 365.25, 0.0
    for n in range(4, most):
        b = [math.comb(n, k) * d**k * (1 - d) ** (n - k) for k in range(n + 1)]
        total += mortality.poisson(n, mean) * min(1, (4 / d - n - 1) * b[4] + 2 * sum(b[4:]))
    return total


def test_four_of_four_by_hand():
    # a quarter of a year, just four deaths: 4/64 - 3/256 = 13/256; any may be first: 4 * (3/4) / 64 + 1/256 = 13/256
    d = Fraction(1, 4)
    assert 4 * d**3 - 3 * d**4 == 4 * (1 - d) * d**3 + d**4 == Fraction(13, 256)


@pytest.mark.parametrize(("end", "households", "days"), [("min", 20, 21), ("max", 50, 42)])
def test_units_on_any_days_of_a_year(end, households, days):
    table = pd.read_csv(tables.DATA.parent / "figures" / "units_by_chance.csv").set_index(["case", "days"])[end]
    people = households * 3.9
    units = 25_779_000 / people
    assert table["all causes, one even rate", "any such days of a year"] == pytest.approx(
        units * within_any(people, days), rel=0.06
    )
    # pairs: none of n within d with (1 - (n - 1) d)^n; for n = 2 that is (1 - d)^2, all but two triangles of a square
    mean, d = people * 9.684 / 2000, days / 365.25
    apart = sum(mortality.poisson(n, mean) * max(0, 1 - (n - 1) * d) ** n for n in range(2, 20))
    none = mortality.poisson(0, mean) + mortality.poisson(1, mean)
    pairs = table["same rate, deaths in pairs", "any such days of a year"]
    assert pairs == pytest.approx(units * (1 - none - apart), rel=1e-3)
