"""What the printed figures of the index allow, in fractions: half a rounding unit to either side of each."""

import functools
from fractions import Fraction

import pandas as pd

from contracts.base import rows


def ends(text: str, unit: str) -> tuple[Fraction, Fraction] | None:
    """The lowest and the highest value that would be printed so; None for an empty cell."""
    if not text:
        return None
    if text.startswith("<"):
        return Fraction(0), Fraction(text[1:].replace(",", ""))
    value = Fraction(text)
    if unit == "unrounded":
        return value, value
    step = Fraction(unit) if value % Fraction(unit) == 0 else Fraction(1)  # one is printed to the person
    return value - step / 2, value + step / 2


def quotient(people: tuple[Fraction, Fraction], population: tuple[Fraction, Fraction]) -> tuple[Fraction, Fraction]:
    """People per 1,000: the fewest over the most, the most over the fewest."""
    return 1000 * people[0] / population[1], 1000 * people[1] / population[0]


@functools.cache
def index(edition: str) -> pd.DataFrame:
    """The rows of an edition: figures as numbers, and lowest and highest of each, per 1,000 or in persons.

    low and high: what rate and quotient both allow, one where the other is missing, the rate where they disagree.
    """
    units = rows("editions", edition=edition).iloc[0]
    found = rows("index", edition=edition)
    made = []
    for row in found.itertuples():
        people, population = ends(row.people, units.people_unit), ends(row.population, units.population_unit)
        rate = ends(row.rate, units.rate_unit)
        rate = rate and tuple(1000 * end / int(units.rate_per) for end in rate)
        both = quotient(people, population) if people and population else None
        allowed = rate or both
        if rate and both and max(rate[0], both[0]) <= min(rate[1], both[1]):
            allowed = max(rate[0], both[0]), min(rate[1], both[1])
        pairs = {"people_": people, "population_": population, "rate_": rate, "quotient_": both, "": allowed}
        made.append({f"{k}{end}": v and float(v[n]) for k, v in pairs.items() for n, end in enumerate(["low", "high"])})
    numbers = {c: pd.to_numeric(found[c].replace("", None), errors="coerce") for c in ("people", "population", "rate")}
    numbers["rate"] = numbers["rate"] * (1000 // int(units.rate_per))
    plain = found[["iso3", "country_as_printed", "region_as_printed"]].set_axis(["iso3", "name", "region"], axis=1)
    texts = found[["people", "population", "rate"]].add_suffix("_text")
    return plain.assign(**numbers).join(texts).join(pd.DataFrame(made).astype(float))


def estimated(edition: str = "2023") -> pd.DataFrame:
    """The countries with an estimate."""
    found = index(edition)
    return found[found["people"].notna()].reset_index(drop=True)


def one(iso3: str, edition: str = "2023") -> pd.Series:
    """A country's row."""
    return index(edition).set_index("iso3").loc[iso3]


def place(values: pd.Series) -> pd.Series:
    """1 and how many are larger."""
    return pd.Series([1 + (values > value).sum() for value in values], index=values.index)


def own(name: str) -> tuple[str, str]:
    """Colour and marker of a country: two have their own."""
    if name.startswith(("North Korea", "PRK")):
        return "orange", "D"
    return ("blue", "s") if name.startswith(("United States", "USA")) else ("ink", "o")
