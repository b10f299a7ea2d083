"""The two figures of the explore notebook: every choice gives a picture of one size and a caption that says it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import figures, mortality, ranks, rates, whatif
from analysis.country import COMPLETE, Country, look_up, ranked
from analysis.rounding import Interval, as_printed, printed
from analysis.tables import load

if TYPE_CHECKING:
    from IPython.display import Image

REPORT = "the report's own"
DENOMINATORS = {REPORT: ""} | {f"UN {year} revision": f"WPP{year}" for year in (2019, 2022, 2024)}
ERRORS = {"rounding only": 0.0, "10 percent": 0.1, "30 percent": 0.3, "65 percent": 0.65}
BASELINES = ("1994 held constant", "line from 1994 to 2003", "mean of 1990 to 1994", "South Korea's change since 1994")
YEARS = range(1995, 2004)
PRINTED = "the population the report prints"
ROUNDING = "Rounding alone allows"
DRAWS, LEVEL = 2000, 0.9
INDEX_SOURCE = "Walk Free, Global Slavery Index; UN, World Population Prospects."


def base_of(country: Country, edition: int, denominator: str) -> tuple[Interval | None, str]:
    """(population as an interval of persons, how to say it); falls back to the printed one, and says so."""
    row: Any = country.editions.loc[edition]
    text = row["population_printed"]
    own = None if pd.isna(text) else rates.printed_interval(str(text), "1000")
    if denominator == REPORT:
        return own, PRINTED
    known = load("population")
    known = known[(known["iso3"] == country.iso3) & (known["year"] == 2020)].set_index("revision")
    revision = DENOMINATORS[denominator]
    if revision not in known.index:
        have = ", ".join(known.index) or "none"
        return own, f"{PRINTED} (no {denominator} in hand for {country.name}; there is: {have})"
    persons = known["population_thousands"][revision] * 1000
    return Interval(persons, persons), f"{persons:,.0f} people in 2020, {denominator}"


def rate_range(country: Country, edition: int, denominator: str) -> tuple[float, float, float, str]:
    """(rate, low, high, how to say the base), per 1,000, from rounding only."""
    row: Any = country.editions.loc[edition]
    base, words = base_of(country, edition, denominator)
    if base is None or pd.isna(row["people"]) or words.startswith(PRINTED):
        return float(row["per_1000"]), float(row["low"]), float(row["high"]), words
    unit = 100 if edition == 2016 else 1000
    low, high = rates.prevalence(printed(row["people_printed"], unit), base).bounds()
    return float(row["people"] / float(base.low) * 1000), low, high, words


def places(values: pd.DataFrame, at: int, error: str) -> tuple[int, int]:
    """(best, worst) place of the row `at`: all that rounding allows, or nine draws in ten of a what-if."""
    if not ERRORS[error]:
        found = ranks.rank_interval(values["low"], values["high"])
        return int(found["best"][at]), int(found["worst"][at])
    drawn = whatif.place_spread(whatif.what_if(values["per_1000"], ERRORS[error], draws=DRAWS), level=LEVEL)
    return int(drawn["low"][at]), int(drawn["high"][at])


def place_view(wanted: str, edition: int, denominator: str, error: str) -> tuple[Image, str]:
    """(picture, caption) of a country's rate and place in one edition; ValueError for an unknown country.

    wanted: code or name; edition: 2016, 2018 or 2023; denominator: a key of DENOMINATORS; error: a key of ERRORS.
    """
    country, table = look_up(wanted), ranked(edition)[["iso3", "per_1000", "low", "high"]].copy()
    fig, ax = figures.canvas(height=4.2)
    ax.plot(range(1, len(table) + 1), table["per_1000"], ".", color=figures.COLOURS["muted"])
    ax.set(xlabel="place (1 is the highest rate)", ylabel="people per 1,000")
    ax.set(yscale="log", ylim=(0.1, 300), xlim=(-3, 172))
    ax.yaxis.set_major_formatter("{x:g}")
    title = caption = f"The {edition} edition gives no estimate for {country.name}"
    if edition in country.editions.index:
        rate, low, high, words = rate_range(country, edition, denominator)
        at = list(table["iso3"]).index(country.iso3)
        table.loc[at, ["per_1000", "low", "high"]] = [rate, low, high]
        best, worst = places(table, at, error)
        if ERRORS[error]:
            sigma = whatif.log_error(ERRORS[error])
            low, high = rate * np.exp(np.array([-1.645, 1.645]) * sigma - sigma**2 / 2)
        here = float((best + worst) / 2)
        ax.hlines(rate, best, worst, color=figures.COLOURS["orange"], lw=4)
        ax.vlines(here, low, high, color=figures.COLOURS["orange"], lw=4)
        ax.plot(here, rate, "D", color=figures.COLOURS["ink"])
        title = f"{country.name} in {edition}: place {best} to {worst} of {len(table)}, {rate:.1f} per 1,000"
        doubt = f"If every value were off by {error}, nine draws in ten give" if ERRORS[error] else ROUNDING
        caption = f"{title}. Base: {words}. {doubt} {low:.2f} to {high:.2f} per 1,000."
    subtitle = f"Every country of the {edition} edition by place and rate; orange: what {error} would allow"
    return figures.show(fig, title=title, subtitle=subtitle, source=INDEX_SOURCE, alt=caption), caption


@cache
def series(revision: str, iso3: str = "PRK") -> pd.DataFrame:
    """Deaths and death rates by year; the comparison country exists in the 2024 revision only."""
    return mortality.mortality_series(load("demography"), iso3, revision)


def baseline_of(name: str, rate: pd.Series) -> pd.Series:
    """The baseline of this name (one of BASELINES), deaths per 1,000 by year."""
    if name == BASELINES[0]:
        return mortality.constant(rate, 1994)
    if name == BASELINES[1]:
        return mortality.linear(rate, 1994, 2003)
    if name == BASELINES[2]:
        return mortality.mean_before(rate, 1995)
    return mortality.comparison(rate, series("WPP2024", "KOR")["rate"], "South Korea", since=1994)


def famine_view(revision: str, baseline: str, first: int, last: int) -> tuple[Image, str]:
    """(picture, caption) of deaths above a baseline, year by year; a period that runs backwards is said, not drawn."""
    shown = series(revision)
    fig, ax = figures.canvas(height=3.8)
    ax.set(xlabel="year", ylabel="deaths", xlim=(1989.4, 2005.6), ylim=(0, 300_000))
    years = [year for year in shown.index if 1990 <= year <= 2005]
    ax.bar(years, shown["deaths"][years], color=figures.COLOURS["grid"], label="deaths from all causes")
    ax.yaxis.set_major_formatter("{x:,.0f}")
    title = caption = f"The period runs backwards: {first} to {last}. Choose a later end."
    if last >= first:
        part = mortality.excess(shown, first, last, baseline_of(baseline, shown["rate"])).set_index("year")
        orange = figures.COLOURS["orange"]
        ax.bar(part.index, part["excess"], bottom=part["baseline_deaths"], color=orange, label="above the baseline")
        total, deaths = (f"{int(as_printed(part[name].sum(), 1000)):,}" for name in ("excess", "deaths"))
        title = f"About {total} deaths above the baseline in the {len(part)} years {first} to {last}"
        caption = f"{title}, of {deaths} from all causes. Baseline: {baseline}. Series: UN {revision}, a model."
    ax.legend(loc="upper left", ncols=2)
    source = "UN, World Population Prospects, a model that rests on disputed censuses."
    subtitle = f"North Korea, deaths a year; baseline: {baseline}; {revision}"
    return figures.show(fig, title=title, subtitle=subtitle, source=source, alt=caption), caption


def editions() -> tuple[int, ...]:
    """The editions to choose from, newest first."""
    return COMPLETE[::-1]
