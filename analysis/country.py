"""Everything the index prints on one country, with what rounding allows: for briefs and explore."""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

import pandas as pd

from analysis import ranks, rates
from analysis.tables import load

COMPLETE = (2016, 2018, 2023)  # the editions whose whole country table is in hand


@dataclass(frozen=True)
class Country:
    """One country in the index; iso3, name and region as in the countries table."""

    iso3: str
    name: str
    region: str
    editions: pd.DataFrame  # a row, as of `ranked`, per complete edition that lists it
    latest: Any  # that of 2023, or None
    population: int | None  # persons, as printed in 2023


@cache
def ranked(edition: int) -> pd.DataFrame:
    """The countries with an estimate in one edition, highest rate first.

    Columns: those of rates.with_intervals and of ranks.rank_interval, and place (plain rank).
    """
    editions, index = load("editions"), load("index", edition=edition)
    listed = index[index["rate"].notna()].reset_index(drop=True)
    found = rates.with_intervals(listed, editions)
    found = found.join(ranks.rank_interval(found["low"], found["high"]))
    found["place"] = ranks.rank(found["rate"])
    found = found.sort_values(["low", "iso3"], ascending=[False, True]).reset_index(drop=True)
    found.attrs = index.attrs
    return found


def code_of(wanted: str) -> str:
    """The iso3 code of a listed country, from code or name; ValueError with the nearest ones."""
    listed = load("countries").merge(load("index", edition=2023)[["iso3"]], on="iso3")
    names: dict[str, str] = dict(zip(listed["iso3"], listed["name"], strict=True))
    known = {iso3.lower(): iso3 for iso3 in names}
    known |= {name.lower(): iso3 for iso3, name in names.items()}
    if iso3 := known.get(wanted.lower()):
        return iso3
    close = get_close_matches(wanted.lower(), list(known), n=4, cutoff=0.5)  # several, not one
    near = [f"{iso3} ({names[iso3]})" for iso3 in dict.fromkeys(known[text] for text in close)]
    hint = f"did you mean {', '.join(near)}?" if near else "data/countries.csv lists the codes"
    raise ValueError(f"{wanted} is no country of the 2023 index; {hint}")


def look_up(wanted: str) -> Country:
    """The country of this code or name; ValueError for one that the 2023 index does not list."""
    iso3 = code_of(wanted)
    place = load("countries", iso3=iso3).iloc[0]
    rows = [table[table["iso3"] == iso3].assign(of=len(table)) for table in map(ranked, COMPLETE)]
    editions = pd.concat(rows).set_index("edition")
    latest = editions.loc[2023] if 2023 in editions.index else None
    persons = load("index", edition=2023, iso3=iso3)["population"].iloc[0]
    population = None if pd.isna(persons) else int(persons)
    return Country(iso3, str(place["name"]), str(place["region"]), editions, latest, population)


def neighbours(country: Country, reach: int = 3) -> pd.DataFrame:
    """The countries around it in the 2023 ranking, itself included; empty if it is not ranked."""
    order = ranked(2023)
    here = order.index[order["iso3"] == country.iso3]
    if here.empty:
        return order.iloc[:0]
    return order.iloc[max(0, here[0] - reach) : here[0] + reach + 1]


def split_change(country: Country, start: int, end: int) -> pd.DataFrame | None:
    """How the count changed between two editions: by the rate, by the population, together.

    Each factor's part is its change times the mean of the other at both ends: they add up exactly.
    None where either edition gives no count or no population.
    """
    rows = country.editions.reindex([start, end])[["people", "population"]].dropna()
    if len(rows) < 2:
        return None
    population = rows["population"].astype("float64")
    rate = rows["people"].astype("float64") / population
    parts = {
        "by the rate": (rate[end] - rate[start]) * population.mean(),
        "by the population": (population[end] - population[start]) * rate.mean(),
    }
    return pd.DataFrame({"change in people": parts | {"together": sum(parts.values())}})


def numbered(lines: list[str]) -> str:
    """The lines as a numbered list in Markdown."""
    return "\n".join(f"{place}. {line}" for place, line in enumerate(lines, start=1))
