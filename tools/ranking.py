"""The places in the ranking that the printed figures of an edition leave open."""

from __future__ import annotations

import json

import pandas as pd

from analysis import tables
from analysis.country import COMPLETE, ranked

SHOWN = ["iso3", "country", "printed_rate", "low", "high", "best", "worst"]


def one_of(word: str, wanted: str, known: list[str]) -> str:
    """The known value that is meant, capitals aside; ValueError with the nearest one."""
    same = [value for value in known if value.casefold() == wanted.strip().casefold()]
    if not same:
        raise ValueError(f"there is no {word} {wanted}; {tables.hint(wanted, known)}")
    return same[0]


def intervals(edition: str, region: str | None = None) -> pd.DataFrame:
    """The ranked countries of an edition, best place first, with the columns SHOWN and printed_text.

    printed_rate, low, high: people per 1,000 (2016 prints percents), low and high as rates.printed_intervals has them.
    best, worst: places among all countries with an estimate, whatever the region.
    ValueError for an edition whose whole country table is not in hand, or an unknown region.
    """
    year = int(one_of("edition", edition, [str(value) for value in tables.load("editions")["edition"]]))
    if year not in COMPLETE:
        whole = ", ".join(map(str, COMPLETE))
        raise ValueError(f"the country table of {year} is in hand only in part, so it has no ranking; whole: {whole}")
    found = ranked(year).merge(tables.load("countries")[["iso3", "region"]], on="iso3")
    found = found.rename(columns={"country_as_printed": "country", "per_1000": "printed_rate"})
    found = found.sort_values(["best", "worst", "country"])
    if region is not None:
        found = found[found["region"] == one_of("region", region, sorted(found["region"].unique()))]
    shown = found["printed_rate"].map("{:.2f}".format) if year == 2016 else found["rate_printed"]
    return found.assign(printed_text=shown)[[*SHOWN, "printed_text"]]


def as_json(found: pd.DataFrame) -> str:
    """A JSON list of objects; what is not printed is null."""
    rows = found[SHOWN].astype(object).where(found[SHOWN].notna(), None).to_dict("records")
    return json.dumps(rows, indent=1, ensure_ascii=False)


def as_text(found: pd.DataFrame) -> str:
    """A plain table; low and high to two decimals."""
    low, high = found["low"].map("{:.2f}".format), found["high"].map("{:.2f}".format)
    return found.assign(printed_rate=found["printed_text"], low=low, high=high)[SHOWN].to_string(index=False)


def show(edition: str, region: str | None, json_wanted: bool) -> int:
    """Print the ranking."""
    found = intervals(edition, region)
    print(as_json(found) if json_wanted else as_text(found))
    if not json_wanted:
        print("low, high: people per 1,000, from rounding only; survey and model error is not published and far larger")
    return 0
