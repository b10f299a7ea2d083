"""Excess deaths and the chance of a cluster: by hand, by brute force, and against the published series."""

import math
from fractions import Fraction

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


@pytest.mark.parametrize("bad", [(-1, 9, 30), (100, -9, 30), (100, 9, -30), (math.nan, 9, 30)])
def test_expected_deaths_refuses(bad):
    with pytest.raises(ValueError, match="zero or more"):
        expected_deaths(*bad)


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


def test_mean_before_and_negative_excess(made_up):
    """Mean of 10 and 12 is 11: 1,210 expected of 110,000 in 1992 and 1993; 1,650 is 440 above, 1,100 is 110 below."""
    frame = excess(made_up, 1992, 1993, mortality.mean_before(made_up["rate"], 1992, years=2))
    assert frame["excess"].tolist() == pytest.approx([440, -110])


def test_comparison_as_it_is_and_moved(made_up):
    other = by_year(1990, [7, 7, 8])
    plain = mortality.comparison(made_up["rate"], other, "Elsewhere")
    moved = mortality.comparison(made_up["rate"], other, "Elsewhere", since=1990)
    assert plain.tolist() == [7, 7, 8]
    assert moved.tolist() == [10, 10, 11]  # starts at 10 and follows the other's change of +0 and +1
    assert excess(made_up, 1991, 1991, plain)["excess"].tolist() == pytest.approx([1320 - 770])
    with pytest.raises(ValueError, match="1993"):  # the other series ends in 1992
        excess(made_up, 1991, 1993, plain)


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
    assert table["years"].tolist() == [2, 2, 3, 3]
    assert table["baseline"].tolist() == ["constant 1990", "linear 1990-1993"] * 2
    assert table["excess"].tolist() == pytest.approx([770, 770, 770, 770])  # 1993 adds 1,100 - 1,100 = 0


# ---- refusals


def test_refuses_a_period_that_runs_backwards(made_up):
    with pytest.raises(ValueError, match="backwards: 1992 to 1991"):
        excess(made_up, 1992, 1991, constant(made_up["rate"], 1990))


def test_refuses_a_missing_year(made_up):
    with pytest.raises(ValueError, match="the series has no value for 1994; it has 1990 to 1993"):
        excess(made_up, 1993, 1995, constant(made_up["rate"], 1990))
    holed = mortality.yearly(made_up["deaths"].drop(1991), made_up["rate"])
    with pytest.raises(ValueError, match="no value for 1991"):
        excess(holed, 1990, 1992, constant(made_up["rate"], 1990))


@pytest.mark.parametrize(
    "build",
    [
        lambda rate: constant(rate, 1989),
        lambda rate: linear(rate, 1990, 1994),
        lambda rate: mortality.mean_before(rate, 1991, years=2),
        lambda rate: mortality.comparison(rate, rate, "itself", since=1980),
    ],
)
def test_refuses_a_baseline_outside_the_series(made_up, build):
    with pytest.raises(ValueError, match="outside the series, which has 1990 to 1993"):
        build(made_up["rate"])


def test_refuses_a_year_outside_the_line(made_up):
    with pytest.raises(ValueError, match="baseline linear 1991-1992 has no value for 1993"):
        excess(made_up, 1991, 1993, linear(made_up["rate"], 1991, 1992))


def test_other_refusals(made_up):
    with pytest.raises(ValueError, match="later year"):
        linear(made_up["rate"], 1991, 1991)
    with pytest.raises(ValueError, match="one year or more"):
        mortality.mean_before(made_up["rate"], 1991, years=0)
    with pytest.raises(ValueError, match="no year in common"):
        mortality.comparison(made_up["rate"], by_year(1950, [5.0]), "Elsewhere")
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
