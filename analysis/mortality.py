"""Excess deaths against a named baseline, and the chance of a cluster of deaths. No files.

Excess deaths = deaths - population * baseline rate / 1,000, a year, of all causes; rates are crude.
"""

import math
from collections.abc import Iterable
from itertools import product

import numpy as np
import pandas as pd

DAYS_A_YEAR = 365.25
SERIES = ["deaths_thousands", "crude_death_rate_per_1000"]  # the two indicators of a series


def expected_deaths(people: float, rate_per_1000: float, days: float) -> float:
    """Deaths expected in so many days at a yearly rate per 1,000; ValueError below zero."""
    for name, value in {"people": people, "rate_per_1000": rate_per_1000, "days": days}.items():
        if not value >= 0:
            raise ValueError(f"{name} must be zero or more, not {value}")
    return people * rate_per_1000 / 1000 * days / DAYS_A_YEAR


def chance_of_at_least(deaths: int, expected: float) -> float:
    """The Poisson chance (0 to 1) of `deaths` or more where `expected` are expected.

    For independent deaths at one constant rate; a cold spell or an infection makes clusters
    commoner. ValueError for a negative or fractional number, or an infinite expectation.
    """
    if deaths < 0 or deaths != int(deaths):
        raise ValueError(f"deaths must be a whole number, zero or more, not {deaths}")
    if not 0 <= expected < math.inf:
        raise ValueError(f"expected must be a finite number, zero or more, not {expected}")
    if deaths == 0 or expected == 0:
        return float(deaths == 0)
    if deaths <= expected:  # near or above one half: here the head is the smaller sum
        return 1 - math.fsum(poisson(k, expected) for k in range(int(deaths)))
    tail = range(int(deaths), 2 * int(deaths) + 60)  # what follows is below 1e-17 of the first term
    return math.fsum(poisson(k, expected) for k in tail)  # 1 - head would lose 1e-12's digits


def chances(deaths: int, expected: pd.DataFrame) -> pd.DataFrame:
    """chance_of_at_least(deaths, ...) for each entry of a table of expected deaths."""
    return expected.map(lambda entry: chance_of_at_least(deaths, entry))


def poisson(deaths: int, expected: float) -> float:
    """The Poisson chance of exactly so many deaths where `expected` (above zero) are expected."""
    return math.exp(deaths * math.log(expected) - expected - math.lgamma(deaths + 1))


def yearly(deaths: pd.Series, rate: pd.Series) -> pd.DataFrame:
    """A mortality series: population and deaths (persons), rate (deaths per 1,000 a year), by year.

    deaths (persons) and rate: Series by year; a year of only one of them is left out. population:
    deaths / rate * 1,000. ValueError for no common year, a year twice, or zero or less.
    """
    frame = pd.DataFrame({"deaths": deaths, "rate": rate}).dropna().astype("float64")
    frame = frame.rename_axis("year").sort_index()
    if frame.empty:
        raise ValueError("deaths and rate have no year in common")
    if (twice := frame.index[frame.index.duplicated()]).size:
        raise ValueError(f"year {twice[0]} occurs twice; select one revision first")
    if (low := frame.index[(frame <= 0).any(axis=1)]).size:
        raise ValueError(f"deaths and rates must be above zero; see {low[0]}")
    frame.insert(0, "population", frame["deaths"] / frame["rate"] * 1000)
    return frame


def mortality_series(table: pd.DataFrame, iso3: str, revision: str) -> pd.DataFrame:
    """`yearly` of one country in one UN revision; ValueError if there is no such series.

    table: columns iso3, revision, indicator, value, and either year or period ("1995-2000", known
    by its first year; deaths are then of five years, the population is person-years).
    """
    rows = table[(table["iso3"] == iso3) & (table["revision"] == revision)]
    time = "year" if "year" in table else "period"
    wide = rows.pivot(index=time, columns="indicator", values="value")
    if not set(SERIES) <= set(wide.columns):
        have = table.loc[table["indicator"] == SERIES[0], ["iso3", "revision"]]
        known = ", ".join(have.drop_duplicates().agg(" ".join, axis=1))
        raise ValueError(f"no deaths for {iso3} in {revision}; there are {known}")
    wide.index = wide.index.astype("str").str[:4].astype("int64")
    return yearly(wide[SERIES[0]] * 1000, wide[SERIES[1]])


def value_in(series: pd.Series, year: int) -> float:
    """The value of a year; ValueError if the series does not have it."""
    if year not in series.index or pd.isna(series[year]):
        has = f"it has {series.index.min()} to {series.index.max()}"
        raise ValueError(f"the series {series.name} has no value for {year}; {has}")
    return float(series[year])


def constant(rate: pd.Series, year: int) -> pd.Series:
    """Baseline: the rate of one year for all; ValueError for a year outside the series."""
    return pd.Series(value_in(rate, year), index=rate.index, name=f"constant {year}")


def linear(rate: pd.Series, first: int, last: int) -> pd.Series:
    """Baseline: a straight line between two years, nothing outside; ValueError as above."""
    if last <= first:
        raise ValueError(f"a line needs a later year than {first}, not {last}")
    years = rate.index[(rate.index >= first) & (rate.index <= last)]
    line = np.interp(years, [first, last], [value_in(rate, first), value_in(rate, last)])
    return pd.Series(line, index=years, name=f"linear {first}-{last}")


def mean_before(rate: pd.Series, year: int) -> pd.Series:
    """Baseline: the mean rate of the five years before `year`, for all; ValueError as above."""
    mean = float(np.mean([value_in(rate, y) for y in range(year - 5, year)]))
    return pd.Series(mean, index=rate.index, name=f"mean {year - 5}-{year - 1}")


def comparison(rate: pd.Series, other: pd.Series, name: str, since: int) -> pd.Series:
    """Baseline: this country's rate of `since`, then the change of another; ValueError as above."""
    shared = other.reindex(rate.index).loc[since:].dropna().rename(name)
    step = value_in(rate, since) - value_in(shared, since)
    return (shared + step).rename(f"change of {name} since {since}")


def life_held(rate: pd.Series, life: pd.Series, year: int, last: int) -> pd.Series:
    """Baseline: life (expectancy at birth, years) held at `year`; age moves it, evenly to `last`.

    People hardly age in a year: the step into `last` shows what a year of life expectancy is worth
    in the rate, and moves the rate of `last` to the life held; a line leads there. Errors as above.
    """
    worth = value_in((rate.diff() / life.diff()).rename("of yearly change"), last)
    aged = value_in(rate, last) + worth * (value_in(life, year) - value_in(life, last))
    return linear(rate.mask(rate.index == last, aged), year, last).rename(f"life held at {year}")


def excess(series: pd.DataFrame, first: int, last: int, baseline: pd.Series) -> pd.DataFrame:
    """Deaths above a baseline, year by year from first to last, both included.

    series: from `yearly`; baseline: rate per 1,000 by year. Columns year, population, deaths,
    baseline_rate (per 1,000), baseline_deaths, excess (persons; negative where fewer died).
    ValueError for a period that runs backwards or lacks a year.
    """
    if last < first:
        raise ValueError(f"the period runs backwards: {first} to {last}")
    frame = pd.DataFrame({"year": range(first, last + 1)})
    parts = {**series[["population", "deaths"]], "baseline_rate": baseline}
    for name, part in parts.items():
        frame[name] = [value_in(part, year) for year in frame["year"]]
    frame["baseline_deaths"] = frame["population"] * frame["baseline_rate"] / 1000
    frame["excess"] = frame["deaths"] - frame["baseline_deaths"]
    return frame


def spread(
    series: pd.DataFrame, periods: Iterable[tuple[int, int]], baselines: Iterable[pd.Series]
) -> pd.DataFrame:
    """The sums of `excess` for every period and baseline, with first, last, years, baseline."""
    out = []
    for (first, last), baseline in product(periods, baselines):
        by_year = excess(series, first, last, baseline)
        choice = {"first": first, "last": last, "years": len(by_year), "baseline": baseline.name}
        out.append(choice | by_year[["deaths", "baseline_deaths", "excess"]].sum().to_dict())
    return pd.DataFrame(out)
