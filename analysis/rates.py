"""Prevalence and its denominator, with the interval that printed figures allow. No files."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from analysis.rounding import CANNOT, UNROUNDED, Interval, exact, printed, prints_as, total, verdict

Amount = TypeVar("Amount", int, float, pd.Series, Interval)


def prevalence(people: Amount, population: Amount) -> Amount:
    """People per 1,000 of the population, both in persons: numbers, Intervals, or columns.

    ValueError if a column holds a rate, if the rows of two columns differ, or if there are more
    people than population, as when the two are swapped or one is in thousands.
    """
    for name, value in {"people": people, "population": population}.items():
        if re.search(r"\bper(cent)?\b", unit := unit_of(value)):
            raise ValueError(f"{name} needs persons, and this column is in: {unit}")
    same_rows(people, population)
    rate = people / population * 1000
    highest = rate.high if isinstance(rate, Interval) else np.nanmax(np.asarray(rate, dtype=float))
    if highest > 1000:
        what = "more people than population; are the two swapped, or one of them in thousands?"
        raise ValueError(f"{float(highest):,.0f} per 1,000 would be {what}")
    return rate  # type: ignore[return-value]


def people(rate: Amount, population: Amount) -> Amount:
    """Persons that a rate per 1,000 means in a population; ValueError for another unit."""
    if (unit := unit_of(rate)) and "per 1,000" not in unit:
        raise ValueError(f"rate needs people per 1,000, and this column is in: {unit}")
    same_rows(rate, population)
    return rate * population / 1000  # type: ignore[return-value]


def ratio(one: Amount, other: Amount) -> Amount:
    """How many times the other the one is, both in one unit; ValueError if their units differ."""
    if unit_of(one) != unit_of(other) and unit_of(one) and unit_of(other):
        raise ValueError(f"a ratio needs one unit, not {unit_of(one)} and {unit_of(other)}")
    same_rows(one, other)
    return one / other  # type: ignore[return-value]


def unit_of(value: Any) -> str:
    """The unit of a column that tables.load gave, "" for anything else."""
    units = value.attrs.get("units", {}) if isinstance(value, pd.Series) else {}
    return str(units.get(value.name, "")) if units else ""


def same_rows(one: Any, other: Any) -> None:
    """ValueError for two columns whose rows differ: pandas would fill the rest with gaps."""
    both = isinstance(one, pd.Series) and isinstance(other, pd.Series)
    if both and not one.index.equals(other.index):
        raise ValueError("the two columns have different rows; take both from one frame")


def printed_interval(text: str, unit: str) -> Interval:
    """The interval of a printed figure; one printed finer than its column is read to the whole
    person.

    (One such figure exists: Taiwan's population in the 2016 edition, 23,476,640 in a column of
    thousands.)
    """
    finer = (
        unit != UNROUNDED
        and not text.startswith("<")
        and (exact(text) / exact(unit)).denominator != 1
    )
    return printed(text, 1 if finer else unit)


def row_intervals(row: Any, edition: Any) -> dict[str, Interval | None]:
    """What one printed row allows: people, population, rate per 1,000, their quotient, and all
    together.

    row: one row of the index table; edition: its row of the editions table (rounding units, rate
    per 100 or 1,000). A figure that is not printed is None. Where rate and quotient share no value,
    "all" is the printed rate's range.
    """
    per_1000 = exact("1000") / exact(int(edition.rate_per))
    shown = {
        "people": (row.people_printed, str(edition.people_unit)),
        "population": (row.population_printed, str(edition.population_unit)),
        "rate": (row.rate_printed, edition.rate_unit),
    }
    found = {
        k: None if pd.isna(text) else printed_interval(text, unit)
        for k, (text, unit) in shown.items()
    }
    rate = found["rate"] = found["rate"] and found["rate"] * per_1000
    counted, base = found["people"], found["population"]
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
    if edition.rate_unit != UNROUNDED and not pd.isna(row.people):
        value = exact(int(row.people)) / exact(int(row.population)) * int(edition.rate_per)
        prints = prints_as(value, row.rate_printed, edition.rate_unit)
    if prints:
        reason = "printed people over printed population prints as the printed rate"
    else:
        some = "some" if meets else "no"
        reason = f"{some} people and population that print as shown give the printed rate"
    return verdict(prints, meets), reason


def printed_intervals(index: pd.DataFrame, editions: pd.DataFrame) -> pd.DataFrame:
    """One row per row of the index, in its order: what the printed figures allow, from rounding
    only.

    index, editions: as tables.load gives them. Columns: edition, iso3; people_low/high,
    population_low/high (persons); rate_low/high, quotient_low/high and low/high (all per 1,000 of
    the printed population; low/high is what rate and quotient allow together, or either alone where
    the other is not printed, or the rate alone where they disagree); check and reason, for the
    rate. KeyError for an edition that the editions table does not have.
    """
    by_edition = editions.set_index("edition")
    rows = []
    for row in index.itertuples():
        edition = by_edition.loc[[row.edition]].iloc[0]
        found = row_intervals(row, edition)
        check, reason = rate_check(row, edition, found)
        out: dict[str, Any] = {"edition": row.edition, "iso3": row.iso3}
        for name, interval in found.items():
            prefix = "" if name == "all" else f"{name}_"
            ends = interval.bounds() if interval else (None, None)
            out[f"{prefix}low"], out[f"{prefix}high"] = ends
        rows.append(out | {"check": check, "reason": reason})
    return pd.DataFrame(rows, index=index.index).astype({"low": "float64", "high": "float64"})


def with_intervals(index: pd.DataFrame, editions: pd.DataFrame) -> pd.DataFrame:
    """The index with the columns of printed_intervals beside it."""
    ranges = printed_intervals(index, editions).drop(columns=["edition", "iso3"])
    return index.join(ranges)


def aggregate(
    index: pd.DataFrame,
    editions: pd.DataFrame,
    by: str = "region_as_printed",
    also: pd.Series | None = None,
) -> pd.DataFrame:
    """Sums over groups of the countries with an estimate, the rate of the sums, and what rounding
    allows.

    index: rows of one edition; editions: the editions table; also: group -> further persons (exact)
    to add to the denominator. A country with people and no printed population counts in people
    only. Columns, one row per group: countries, people, population (persons), rate, low, high (per
    1,000 of population; low and high let every printed count and population of the group err on its
    own).
    """
    edition = editions.set_index("edition").loc[[index["edition"].iloc[0]]].iloc[0]
    out = []
    for group, rows in index[index["people"].notna()].groupby(by):
        extra = 0 if also is None else exact(float(also.get(group, 0)))
        counts = total([printed(t, str(edition.people_unit)) for t in rows["people_printed"]])
        printed_bases = rows["population_printed"].dropna()
        base = total([printed(t, str(edition.population_unit)) for t in printed_bases]) + extra
        low, high = prevalence(counts, base).bounds()
        sums = {
            "people": int(rows["people"].sum()),
            "population": int(rows["population"].sum() + extra),
        }
        rate = {"rate": prevalence(sums["people"], sums["population"]), "low": low, "high": high}
        out.append({by: group, "countries": len(rows)} | sums | rate)
    return pd.DataFrame(out).set_index(by)
