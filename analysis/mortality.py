"""Excess deaths against a named baseline, and the chance of a cluster of deaths. Knows frames, not files.

Excess deaths of a year = deaths - population * baseline rate / 1,000. All deaths are from all causes; the baseline says
what the rate would have been, which nobody observed, so it is named and never hidden in a default. Rates are crude:
they also rise when a population grows older, and no baseline here takes that out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

DAYS_A_YEAR = 365.25


def expected_deaths(people: float, rate_per_1000: float, days: float) -> float:
    """Deaths expected among so many people in so many days, at a yearly death rate per 1,000 people.

    ValueError for a negative number of people, rate or days.
    """
    for name, value in {"people": people, "rate_per_1000": rate_per_1000, "days": days}.items():
        if not value >= 0:
            raise ValueError(f"{name} must be zero or more, not {value}")
    return people * rate_per_1000 / 1000 * days / DAYS_A_YEAR


def chance_of_at_least(deaths: int, expected: float) -> float:
    """The Poisson chance (0 to 1) of `deaths` or more where `expected` are expected.

    It supposes that deaths fall independently and at one constant rate; a cold spell or an infection makes clusters
    commoner. The tail is summed itself: 1 minus the rest would lose the digits of a chance like 1e-12.
    ValueError for a negative or fractional number of deaths, or an expectation that is negative or infinite.
    """
    if deaths < 0 or deaths != int(deaths):
        raise ValueError(f"deaths must be a whole number, zero or more, not {deaths}")
    if not 0 <= expected < math.inf:
        raise ValueError(f"expected must be a finite number, zero or more, not {expected}")
    if deaths == 0 or expected == 0:
        return float(deaths == 0)
    if deaths <= expected:  # near or above one half: here the head is the smaller sum
        return 1 - math.fsum(poisson(k, expected) for k in range(int(deaths)))
    terms, k = [poisson(int(deaths), expected)], int(deaths)
    while terms[-1] > terms[0] * 1e-17:  # each term is expected / k < 1 times the one before
        k += 1
        terms.append(terms[-1] * expected / k)
    return math.fsum(terms)


def poisson(deaths: int, expected: float) -> float:
    """The Poisson chance of exactly so many deaths where `expected` (above zero) are expected."""
    return math.exp(deaths * math.log(expected) - expected - math.lgamma(deaths + 1))


def yearly(deaths: pd.Series, rate: pd.Series) -> pd.DataFrame:
    """A mortality series: population and deaths (persons), rate (deaths per 1,000 people a year), by year.

    deaths (persons) and rate: Series indexed by year; years that only one of them has are left out.
    The population is deaths / rate * 1,000, the one behind the series' own rate, so rate and deaths always agree. For
    North Korea the World Bank's file of the same UN revision differs from it by under 0.03 percent.
    ValueError for no common year, a repeated year, or a value that is not above zero.
    """
    frame = pd.DataFrame({"deaths": deaths, "rate": rate}).dropna().astype("float64").rename_axis("year").sort_index()
    if frame.empty:
        raise ValueError("deaths and rate have no year in common")
    if frame.index.has_duplicates:
        raise ValueError(f"year {frame.index[frame.index.duplicated()][0]} occurs twice; select one revision first")
    if (frame <= 0).any(axis=None):
        raise ValueError(f"deaths and rates must be above zero; see {frame.index[(frame <= 0).any(axis=1)][0]}")
    frame.insert(0, "population", frame["deaths"] / frame["rate"] * 1000)
    return frame


def mortality_series(demography: pd.DataFrame, iso3: str, revision: str) -> pd.DataFrame:
    """`yearly` of one country in one UN revision, from the long table of demographic series.

    demography: columns iso3, revision, year, indicator, value with deaths_thousands and crude_death_rate_per_1000.
    ValueError if the country or the revision has no such series.
    """
    rows = demography[(demography["iso3"] == iso3) & (demography["revision"] == revision)]
    wide = rows.pivot(index="year", columns="indicator", values="value")
    needed = ["deaths_thousands", "crude_death_rate_per_1000"]
    if not set(needed) <= set(wide.columns):
        have = demography.loc[demography["indicator"] == needed[0], ["iso3", "revision"]].drop_duplicates()
        raise ValueError(f"no deaths for {iso3} in {revision}; there are {', '.join(have.agg(' '.join, axis=1))}")
    return yearly(wide[needed[0]] * 1000, wide[needed[1]])


def at(rate: pd.Series, year: int, what: str) -> float:
    """The rate of a year; ValueError, with the years there are, if the series does not have it."""
    if year not in rate.index or pd.isna(rate[year]):
        raise ValueError(f"{what} {year} is outside the series, which has {rate.index.min()} to {rate.index.max()}")
    return float(rate[year])


def constant(rate: pd.Series, year: int) -> pd.Series:
    """Baseline: the rate of one year held for all years. ValueError for a year outside the series."""
    return pd.Series(at(rate, year, "baseline year"), index=rate.index, name=f"constant {year}")


def linear(rate: pd.Series, first: int, last: int) -> pd.Series:
    """Baseline: a straight line from the rate of one year to that of a later one; nothing outside the two.

    ValueError for a year outside the series or last not after first.
    """
    if last <= first:
        raise ValueError(f"a line needs a later year than {first}, not {last}")
    ends = [at(rate, first, "baseline year"), at(rate, last, "baseline year")]
    years = rate.index[(rate.index >= first) & (rate.index <= last)]
    return pd.Series(np.interp(years, [first, last], ends), index=years, name=f"linear {first}-{last}")


def mean_before(rate: pd.Series, year: int, years: int = 5) -> pd.Series:
    """Baseline: the plain mean of the rates of the `years` years before `year`, held for all years.

    ValueError for fewer than one year or a year outside the series.
    """
    if years < 1:
        raise ValueError(f"a mean needs one year or more, not {years}")
    mean = float(np.mean([at(rate, y, "baseline year") for y in range(year - years, year)]))
    return pd.Series(mean, index=rate.index, name=f"mean {year - years}-{year - 1}")


def comparison(rate: pd.Series, other: pd.Series, name: str, since: int | None = None) -> pd.Series:
    """Baseline: another country's rate, as it is, or from `since` on moved to start at this country's rate.

    As it is, the two countries' age structures differ as well; moved, only the other's change counts.
    ValueError for a `since` that either series does not have, or no common year.
    """
    shared = other.reindex(rate.index).dropna()
    if shared.empty:
        raise ValueError(f"{name} has no year in common with the series")
    if since is None:
        return shared.rename(f"rate of {name}")
    step = at(rate, since, "baseline year") - at(shared, since, "baseline year")
    return (shared[shared.index >= since] + step).rename(f"change of {name} since {since}")


def excess(series: pd.DataFrame, first: int, last: int, baseline: pd.Series) -> pd.DataFrame:
    """Deaths above a baseline, year by year from first to last, both included; sum the column you need.

    series: as `yearly` gives it; baseline: rate per 1,000 by year, from one of the functions above.
    Columns year, population, deaths, baseline_rate (per 1,000), baseline_deaths, excess (persons; negative where fewer
    died). ValueError for a period that runs backwards, or a year that the series or the baseline does not have.
    """
    if last < first:
        raise ValueError(f"the period runs backwards: {first} to {last}")
    years = list(range(first, last + 1))
    for have, what in ((series["deaths"], "the series"), (baseline, f"the baseline {baseline.name}")):
        gaps = [y for y in years if y not in have.index or pd.isna(have[y])]
        if gaps:
            raise ValueError(f"{what} has no value for {gaps[0]}; it has {have.index.min()} to {have.index.max()}")
    frame = series.loc[years, ["population", "deaths"]].assign(baseline_rate=baseline.loc[years])
    frame["baseline_deaths"] = frame["population"] * frame["baseline_rate"] / 1000
    frame["excess"] = frame["deaths"] - frame["baseline_deaths"]
    return frame.rename_axis("year").reset_index()


def spread(series: pd.DataFrame, periods: Iterable[tuple[int, int]], baselines: Iterable[pd.Series]) -> pd.DataFrame:
    """The sums of `excess` for every period and baseline: how far the analyst's choices move the answer.

    Columns first, last, years, baseline (its name), deaths, baseline_deaths, excess (persons).
    """
    named, out = list(baselines), []
    for first, last in periods:
        for baseline in named:
            sums = excess(series, first, last, baseline)[["deaths", "baseline_deaths", "excess"]].sum()
            about = {"first": first, "last": last, "years": last - first + 1, "baseline": baseline.name}
            out.append(about | sums.to_dict())
    return pd.DataFrame(out)


def windows(revisions: pd.DataFrame, revision: str) -> pd.DataFrame:
    """`yearly` of one UN revision over five-year periods, indexed by each period's first year.

    revisions: long table with revision, period ("1995-2000"), indicator and value. Deaths are those of the five years
    and population is person-years, so `constant`, `linear` and `excess` work on it as on single years: the period
    1995-2000 is excess(frame, 1995, 1995, ...). ValueError if the revision has no such rows.
    """
    rows = revisions[(revisions["revision"] == revision) & revisions["period"].str.contains("-")]
    wide = rows.pivot(index="period", columns="indicator", values="value").rename(index=lambda p: int(str(p)[:4]))
    if "deaths_thousands" not in wide:
        have = ", ".join(sorted(set(revisions["revision"])))
        raise ValueError(f"no five-year deaths in {revision}; there are {have}")
    return yearly(wide["deaths_thousands"] * 1000, wide["crude_death_rate_per_1000"])


def window_spread(revisions: pd.DataFrame, window: int, before: int, after: int) -> pd.DataFrame:
    """Excess deaths of one five-year window in every revision, against two baselines.

    window, before, after: first years of five-year periods (1995 for 1995-2000). The baselines are the rate of the
    period `before`, and the line from there to the period `after`.
    Columns as `spread` gives them, with revision in front and without years.
    """
    out = []
    for revision in sorted(set(revisions["revision"])):
        frame = windows(revisions, revision)
        baselines = [constant(frame["rate"], before), linear(frame["rate"], before, after)]
        sums = spread(frame, [(window, window)], baselines).drop(columns="years")
        out.append(sums.assign(last=window + 5, revision=revision))
    table = pd.concat(out, ignore_index=True)
    return table[["revision", *table.columns.drop("revision")]]
