"""Everything the index prints on one country, with what rounding allows: for briefs and explore."""

import re
import unicodedata
from functools import cache
from typing import Any, NamedTuple

import pandas as pd

from analysis import ranks, rates
from analysis.tables import load, near

COMPLETE = (2016, 2018, 2023)  # the editions whose whole country table is in hand


class Country(NamedTuple):
    """One country in the index; iso3, name and region as in the countries table."""

    iso3: str
    name: str
    called: str  # the name inside a sentence: the Gambia
    region: str
    editions: pd.DataFrame  # a row, as of `ranked`, per complete edition that lists it
    latest: Any  # that of 2023, or None


@cache
def ranked(edition: int) -> pd.DataFrame:
    """The countries with an estimate in one edition, highest rate first.

    Columns: those of rates.printed_intervals and of ranks.rank_interval.
    """
    editions, index = load("editions"), load("index", edition=edition)
    found = rates.printed_intervals(index[index["rate"].notna()], editions)
    found = found.join(ranks.rank_interval(found["low"], found["high"]))
    found = found.sort_values(["low", "iso3"], ascending=[False, True]).reset_index(drop=True)
    found.attrs = index.attrs
    return found


def compared(name: str) -> str:
    """A name as it is compared: letters and digits, without capitals, accents or a first "the"."""
    letters = unicodedata.normalize("NFKD", name.strip().casefold().replace("&", "and"))
    return re.sub(r"^the\s|\W", "", letters)


@cache
def meanings() -> dict[str, set[str]]:
    """Name, as compared -> iso3 codes: a code, a name in any edition, or one of the column also."""
    countries, known = load("countries"), dict[str, set[str]]()
    named = [(countries, column) for column in ("iso3", "name", "also")]
    for table, column in [*named, (load("index"), "country_as_printed")]:
        for iso3, names in table[["iso3", column]].dropna().to_numpy():
            for name in names.split("|"):
                known.setdefault(compared(name), set()).add(iso3)
    return known


def code_of(wanted: str) -> str:
    """The iso3 code of a country of the countries table, from its code or a name of `meanings`.

    ValueError with the choices for a name of two countries, with the nearest for an unknown one.
    """
    known, name = meanings(), compared(wanted)
    if len(codes := sorted(known.get(name, []))) == 1:
        return codes[0]
    codes = codes or sorted(known.get(near(name, known), []))
    names = load("countries").set_index("iso3")["name"]
    choices = " or ".join(f"{iso3} ({names[iso3]})" for iso3 in codes)
    hint = f"did you mean {choices}?" if choices else "data/countries.csv lists the names"
    raise ValueError(f"{wanted!r} names no single country; {hint}")


def look_up(wanted: str) -> Country:
    """The country of this code or name; ValueError for one that the 2023 index does not list."""
    iso3 = code_of(wanted)
    name, article, region = load("countries", iso3=iso3)[["name", "article", "region"]].iloc[0]
    if iso3 not in set(load("index", edition=2023)["iso3"]):
        raise ValueError(f"the 2023 index does not list {name}")
    rows = [table[table["iso3"] == iso3].assign(of=len(table)) for table in map(ranked, COMPLETE)]
    editions = pd.concat(rows).set_index("edition")
    latest = editions.loc[2023] if 2023 in editions.index else None
    called = name if pd.isna(article) else f"{article} {name}"
    return Country(iso3, name, called, region, editions, latest)


def neighbours(country: Country, reach: int = 3) -> pd.DataFrame:
    """The countries around it in the 2023 ranking, itself included; empty if it is not ranked."""
    order = ranked(2023)
    here = order["iso3"] == country.iso3
    return order[here.rolling(2 * reach + 1, min_periods=1, center=True).max() > 0]


def span(low: float, high: float, decimals: tuple[int, ...] = (2, 3, 4)) -> str:
    """Both ends, with the first number of decimals that tells them apart; one number if none."""
    ends = [(f"{low:,.{n}f}", f"{high:,.{n}f}") for n in decimals]
    apart = [f"{one} to {other}" for one, other in ends if one != other]
    return apart[0] if apart else ends[0][0]
