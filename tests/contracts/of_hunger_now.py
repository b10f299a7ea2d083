"""Notebook 06: deaths in one neighbourhood, tuberculosis, undernourishment."""

import math

from contracts.base import bar, contract, rows


def fact(id: str, column: str = "value") -> float:
    """One number of table context."""
    return float(rows("context", id=id)[column].item())


@contract("units_by_deaths")
def units_by_deaths():
    units = rows("context", "low", "high", topic="neighbourhood unit")
    people = units["high"].max() * fact("household_size")  # in the largest unit
    rate = rows(
        "demography", "value", iso3="PRK", year="2023", revision="WPP2024", indicator="crude_death_rate_per_1000"
    )
    m = people * rate["value"].item() / 1000 * 42 / 365.25  # deaths expected in six weeks
    chance = [math.exp(-m) * m**k / math.factorial(k) for k in range(7)]
    chance = [part / sum(chance) for part in chance]  # seven or more are left out
    count = float(rows("index", edition="2023", iso3="PRK")["population"].item()) / people
    seen = [part * count for part in chance]
    falls = all(later < 0.25 * before for before, later in zip(seen[:4], seen[1:5], strict=True))
    title = f"By chance some {round(seen[0], -3):,.0f} of {count:,.0f} units on average see no death in six weeks"
    title += f", and {seen[4]:.0f} see four"
    return {
        "title": title,
        "subtitle": f"Units of {people:.0f} people, national rate, days fixed beforehand",
        "alt": f"Bars that {'fall' if falls else 'do not fall'} steeply. {title}.",
        "source": "TO DO",
        "inputs": ["context", "demography", "index"],
        "columns": ["deaths", "chance", "units"],
        "column deaths": list(range(7)),
        "column chance": chance,
        "column units": seen,
        "panels": 1,
        "heading": "",
        "x label": "deaths",
        "y label": "units",
        "x scale": "linear",
        "y scale": "linear",
        "x limits": [-0.5, 4.5],
        "y limits": [0, 1.05 * seen[0]],  # the bars stand on zero
        "x ticks": [str(k) for k in range(5)],
        "y ticks": ["0", "50,000", "100,000"],
        "texts": [[f"{seen[k]:,.0f}", k, seen[k]] for k in range(5)],
        "legend": [],
        "marks": [bar(k - 0.4, 0, 0.8, seen[k], "sky") for k in range(5)],
    }
