"""The two figures of the explore notebook: each choice gives a picture and a caption."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from analysis import charts, figures, mortality, ranks, whatif
from analysis.country import COMPLETE, Country, look_up, ranked, span
from analysis.rounding import as_printed
from analysis.tables import load

REVISIONS = {f"UN {year} revision": f"WPP{year}" for year in (2024, 2022, 2019)}
REPORT = "the report's own"
ERRORS = {"rounding only": 0.0, "10 percent": 0.1, "30 percent": 0.3, "65 percent": 0.65}
BASELINES = ["1994 held constant", "line from 1994 to 2003", "mean of 1990 to 1994"]
BASELINES += ["South Korea's change since 1994"]
EDITIONS, YEARS = COMPLETE[::-1], range(1995, 2004)
populations, find = cache(load), cache(look_up)  # read once, not at each change of a control


def rate_range(country: Country, edition: int, choice: str) -> tuple[list[float], str]:
    """([rate, low, high] per 1,000 from rounding only, how to say the denominator).

    The UN's populations are of 2020, which suits the 2023 edition; else it is the report's own.
    """
    row: Any = country.editions.loc[edition]
    table = populations("population", year=2020).set_index(["iso3", "revision"])
    known: Any = table["population_thousands"].get((country.iso3, REVISIONS.get(choice)))
    if edition == 2023 and known:
        rates = row[["people", "people_low", "people_high"]].astype("float64") / known  # per 1,000
        return list(rates), f"{known * 1000:,.0f} people in 2020, {choice}, for this country only"
    words = "none is printed" if pd.isna(row["population"]) else REPORT
    if choice != REPORT:
        words += f" (no {choice} in hand for {country.called} in this edition)"
    return [row["rate"], row["low"], row["high"]], words


def place_view(wanted: str, edition: int, denominator: str, error: str) -> tuple[Any, str]:
    """(picture, caption) of a country's rate and place; wanted: code or name, else ValueError."""
    country, table = find(wanted), ranked(edition)[["iso3", "rate", "low", "high"]].copy()
    fig, ax = figures.canvas(height=4.2)
    ax.plot(range(1, len(table) + 1), table["rate"], ".", color=figures.COLOURS["muted"])
    ax.set(xlabel="place (1 is the highest rate)", ylabel="people per 1,000")
    ax.set(yscale="log", ylim=(0.04, 300), xlim=(-3, 172))
    charts.plain_ticks(ax.yaxis, [0.1, 1, 10, 100])
    title = caption = f"The {edition} edition gives no estimate for {country.called}."
    if edition in country.editions.index:
        size, at = ERRORS[error], list(table["iso3"]).index(country.iso3)
        (rate, low, high), words = rate_range(country, edition, denominator)
        table.loc[at, ["rate", "low", "high"]] = [rate, low, high]
        places = ranks.rank_interval(table["low"], table["high"])
        doubt = "Rounding alone allows" if low < high else "The rate is printed in full:"
        if size:
            drawn = whatif.what_if(table["rate"], size, draws=2000)
            places = whatif.place_spread(drawn)[["low", "high"]]
            sigma = whatif.log_error(size)
            low, high = rate * np.exp(np.array([-1.645, 1.645]) * sigma - sigma**2 / 2)
            doubt = f"If every value were off by {error}, nine draws in ten give"
        best, worst = map(int, places.loc[at])
        here, place = (best + worst) / 2, f"place {span(best, worst, (0,))}"
        ax.hlines(rate, best, worst, color=figures.COLOURS["orange"], lw=4)
        ax.vlines(here, low, high, color=figures.COLOURS["orange"], lw=4)
        ax.plot(here, rate, "D", color=figures.COLOURS["ink"])
        title = f"{country.name} in {edition}: {place} of {len(table)}, "
        title += f"{rate:.{1 if edition == 2023 else 2}f} per 1,000"  # before, rates came in full
        caption = f"{title}. Denominator: {words}. {doubt} {span(low, high)} per 1,000 and {place}."
    subtitle = f"Every country of {edition} by place and rate; orange: what {error} would allow"
    source = "Walk Free, Global Slavery Index; UN, World Population Prospects."
    return figures.preview(fig, title, subtitle, source, caption), caption


@cache
def deaths_of(revision: str, iso3: str = "PRK") -> pd.DataFrame:
    """Deaths and death rates by year; of South Korea in the 2024 revision only."""
    return mortality.mortality_series(load("demography"), iso3, revision)


def baseline_of(name: str, rate: pd.Series) -> pd.Series:
    """The baseline of this name (one of BASELINES), deaths per 1,000 by year."""
    south = deaths_of("WPP2024", "KOR")["rate"]
    constant, line = mortality.constant(rate, 1994), mortality.linear(rate, 1994, 2003)
    moved = mortality.comparison(rate, south, "South Korea", 1994)
    return [constant, line, mortality.mean_before(rate, 1995), moved][BASELINES.index(name)]


def famine_view(revision: str, baseline: str, first: int, last: int) -> tuple[Any, str]:
    """(picture, caption) of deaths above a baseline; a backward period is said, not drawn."""
    series, colours = deaths_of(REVISIONS[revision]), figures.COLOURS
    fig, ax = figures.canvas(height=3.8)
    ax.set(xlabel="year", ylabel="deaths", xlim=(1989.4, 2005.6), ylim=(0, 300_000))
    deaths = series["deaths"].loc[1990:2005]
    ax.bar(deaths.index, deaths, color=colours["grid"], label="deaths from all causes")
    ax.yaxis.set_major_formatter("{x:,.0f}")
    title = caption = f"The period runs backwards: {first} to {last}. Choose a later end."
    if last >= first:
        part = mortality.excess(series, first, last, baseline_of(baseline, series["rate"]))
        look = {"color": colours["orange"], "label": "above the baseline"}
        ax.bar(part["year"], part["excess"], bottom=part["baseline_deaths"], **look)
        more, total = (f"{int(as_printed(part[c].sum(), 1000)):,}" for c in ("excess", "deaths"))
        when = f"the {len(part)} years {first} to {last}" if last > first else f"the year {first}"
        title = f"{f'About {more}' if more != '0' else 'No'} deaths above the baseline in {when}"
        caption = f"{title}, of {total} from all causes. Baseline: {baseline}. {revision}."
    ax.legend(loc="upper left", ncols=2)
    subtitle = f"North Korea, deaths a year; baseline: {baseline}; {revision}"
    source = "UN, World Population Prospects, a model that rests on disputed censuses."
    return figures.preview(fig, title, subtitle, source, caption), caption
