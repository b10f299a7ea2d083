"""The places in the ranking that the printed figures of an edition leave open."""

import json

import pandas as pd

from analysis import tables
from analysis.country import COMPLETE, ranked

RANKING = ["iso3", "country", "printed_rate", "low", "high", "best", "worst"]
ONLY = "from rounding only; survey and model error comes on top, and is not published"


def one_of(word: str, wanted: str, known: list[str]) -> str:
    """The known value that is meant, capitals aside; ValueError with the nearest one."""
    wanted = " ".join(wanted.split())
    for value in known:
        if value.casefold() == wanted.casefold():
            return value
    raise ValueError(f"there is no {word} {wanted}; {tables.hint(wanted, known)}")


def ranking(edition: str, region: str | None = None) -> pd.DataFrame:
    """The ranked countries of an edition, best place first: the columns RANKING, printed_text.

    printed_rate, low, high: people per 1,000; printed_text: the rate as printed, but for 2016,
    which prints percents. best, worst: places among all countries, whatever the region.
    ValueError for an unknown region, or an edition whose whole country table is not in hand.
    """
    editions = tables.load("editions")["edition"].astype("str").tolist()
    year = int(one_of("edition", edition, editions))
    if year not in COMPLETE:
        why = f"the country table of {year} is in hand only in part, so it has no ranking"
        raise ValueError(f"{why}; whole: {', '.join(map(str, COMPLETE))}")
    found = ranked(year).merge(tables.load("countries")[["iso3", "region"]], on="iso3")
    if region is not None:
        found = found[found["region"] == one_of("region", region, sorted(found["region"].unique()))]
    found = found.rename(columns={"country_as_printed": "country", "rate": "printed_rate"})
    rate = found["printed_rate"].map("{:.2f}".format) if year == 2016 else found["rate_printed"]
    return found.assign(printed_text=rate).sort_values(["best", "worst", "country"])


def show_ranking(edition: str, region: str | None, as_json: bool) -> int:
    """Print the ranking as a JSON list of objects, or as a table."""
    found = ranking(edition, region)
    if as_json:
        print(json.dumps(found[RANKING].to_dict("records"), indent=1, ensure_ascii=False))
        return 0
    found = found.assign(printed_rate=found["printed_text"])
    print(found[RANKING].to_string(index=False, float_format="{:.2f}".format))
    print(f"low, high: people per 1,000, {ONLY}")
    return 0
