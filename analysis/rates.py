"""Prevalence and its denominator, with the interval that printed figures allow. No files."""

import re
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from analysis.rounding import CANNOT, Interval, exact, is_finer, printed, prints_as, total, verdict

Amount = TypeVar("Amount", int, float, pd.Series, Interval)


def prevalence(people: Amount, population: Amount) -> Amount:
    """People per 1,000 of the population, both in persons: numbers, Intervals, or columns.

    ValueError for a column of rates, columns of different rows, or more people than population.
    """
    units = units_of(people, population)
    for name, unit in zip(("people", "population"), units, strict=True):
        if re.search(r"\bper(cent)?\b", unit):
            raise ValueError(f"{name} needs persons, and this column is in: {unit}")
    rate = people / population * 1000
    highest: Any = rate.high if isinstance(rate, Interval) else np.max(rate)
    if pd.notna(highest) and highest > 1000:
        what = "more people than population; are the two swapped, or one of them in thousands?"
        raise ValueError(f"{float(highest):,.0f} per 1,000 would be {what}")
    return rate  # type: ignore[return-value]


def people(rate: Amount, population: Amount) -> Amount:
    """Persons that a rate per 1,000 means in a population; ValueError for another unit."""
    unit, _ = units_of(rate, population)
    if unit and "per 1,000" not in unit:
        raise ValueError(f"rate needs people per 1,000, and this column is in: {unit}")
    return rate * population / 1000  # type: ignore[return-value]


def units_of(one: Any, other: Any) -> list[str]:
    """The units of two values: of a column what tables.load gave, "" for anything else.

    ValueError for two columns whose rows differ: pandas would fill the rest with gaps.
    """
    both = isinstance(one, pd.Series) and isinstance(other, pd.Series)
    if both and not one.index.equals(other.index):
        raise ValueError("the two columns have different rows; take both from one frame")
    columns = [value if isinstance(value, pd.Series) else pd.Series() for value in (one, other)]
    return [str(column.attrs.get("units", {}).get(column.name, "")) for column in columns]


def row_intervals(row: Any, edition: Any) -> dict[str, Interval | None]:
    """What one printed row allows: people, population, rate per 1,000, their quotient, all of it.

    row: of the index; edition: its row of the editions table. None for a figure that is not
    printed. Where rate and quotient share no value, "all" is the range of the printed rate.
    """
    found: dict[str, Interval | None] = dict.fromkeys(("people", "population", "rate"))
    for name in found:
        text, unit = getattr(row, f"{name}_printed"), str(getattr(edition, f"{name}_unit"))
        if not pd.isna(text):  # one finer than its unit, as Taiwan's of 2016, to the whole person
            found[name] = printed(text, 1 if is_finer(text, unit) else unit)
    counted, base, rate = found.values()
    if rate:
        rate = found["rate"] = rate * exact(1000) / exact(int(edition.rate_per))
    quotient = found["quotient"] = prevalence(counted, base) if counted and base else None
    found["all"] = (rate & quotient if rate and quotient else None) or rate or quotient
    return found


def rate_check(row: Any, edition: Any, found: dict[str, Interval | None]) -> tuple[str, str]:
    """(verdict, reason) of one row: does people / population print as the printed rate?"""
    gaps = [name for name in ("rate", "people", "population") if found[name] is None]
    if gaps:
        return CANNOT, f"no {' and no '.join(gaps)} printed"
    rate, quotient = found["rate"], found["quotient"]
    meets, prints = bool(rate and quotient and rate.meets(quotient)), False
    if rate and rate.low < rate.high and not pd.isna(row.people):
        value = exact(int(row.people)) / exact(int(row.population)) * int(edition.rate_per)
        prints = prints_as(value, row.rate_printed, edition.rate_unit)
    some = "some" if meets else "no"
    reason = f"{some} people and population that print as shown give the printed rate"
    if prints:
        reason = "printed people over printed population prints as the printed rate"
    return verdict(prints, meets), reason


def printed_intervals(index: pd.DataFrame, editions: pd.DataFrame) -> pd.DataFrame:
    """The index with what the printed figures of each row allow beside it, from rounding only.

    New columns: people_low/high, population_low/high (persons); rate_low/high,
    quotient_low/high and low/high (per 1,000; what both allow, one where the other is not printed,
    the rate where they disagree); check and reason, for the rate. KeyError for an unknown edition.
    """
    by_edition = dict(editions.set_index("edition").iterrows())
    rows = []
    for row in index.itertuples():
        edition = by_edition[row.edition]
        found = row_intervals(row, edition)
        out: dict[str, Any] = {}
        for name, interval in found.items():
            prefix = "" if name == "all" else f"{name}_"
            ends = interval.bounds() if interval else (None, None)
            out[f"{prefix}low"], out[f"{prefix}high"] = ends
        out["check"], out["reason"] = rate_check(row, edition, found)
        rows.append(out)
    allowed = pd.DataFrame(rows, index=index.index).astype({"low": "float64", "high": "float64"})
    return index.join(allowed)


def aggregate(
    index: pd.DataFrame, editions: pd.DataFrame, also: pd.Series | None = None
) -> pd.DataFrame:
    """Sums over the regions, as printed, of the countries with an estimate.

    index: rows of one edition; also: region -> persons to add to the denominator. Gives countries,
    people, population (persons, as printed), rate, low, high (per 1,000; each may err on its own).
    """
    edition = editions.set_index("edition").loc[[index["edition"].iloc[0]]].iloc[0]
    out = []
    for region, rows in index[index["people"].notna()].groupby("region_as_printed"):
        extra = 0 if also is None else exact(float(also.get(region, 0)))
        shown = rows["people_printed"], rows["population_printed"].dropna()
        counts = total([printed(text, str(edition.people_unit)) for text in shown[0]])
        base = total([printed(text, str(edition.population_unit)) for text in shown[1]]) + extra
        sums: dict[str, Any] = {"region_as_printed": region, "countries": len(rows)}
        sums["people"] = int(rows["people"].sum())
        sums["population"] = int(rows["population"].sum() + extra)
        sums["rate"] = prevalence(sums["people"], sums["population"])
        sums["low"], sums["high"] = prevalence(counts, base).bounds()
        out.append(sums)
    return pd.DataFrame(out).set_index("region_as_printed")
