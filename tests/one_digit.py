"""One digit of the 2023 edition mistyped: which of all such slips do the printed figures themselves give away?

Each digit of each printed count, population and rate is replaced by each of the nine others. A slip is caught if one of
these fails, each read from data/ with its rounding, in whole numbers, so that no honest figure is caught:

- unit: counts and populations are whole thousands;
- quotient: a count and a population that print as shown give a rate that prints as shown;
- un: the population is the one of 2020 in the UN's 2019 revision, rounded to the thousand;
- total: counts that print as shown sum to a number that prints as the headline's 49.6 million.

No rank is printed in the table, so none is a check. The published regional rates are none either: they would catch no
slip that these do not.
"""

import csv
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parent.parent / "data"
HEADLINE, TO = 49_600_000, 50_000  # half of the headline's last digit
NOTHING = -1  # stands for a figure that is not printed


def read(name, **equals):
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if all(row[key] == value for key, value in equals.items())]


def whole(text, scale=1):
    """A printed number as a whole one: a rate in tenths, a population of thousands in persons."""
    return round(float(text) * scale) if text else NOTHING


def slips(rows):
    """(row, column, value before, value after) of every slip, a rate in tenths; columns 0 to 2 as in columns_of."""
    found = []
    for at, row in enumerate(rows):
        for column, name in enumerate(("people", "population", "rate")):
            text = row[name].replace(".", "")
            for place, digit in enumerate(text):
                others = (other for other in "0123456789" if other != digit)
                found += [(at, column, int(text), int(text[:place] + other + text[place + 1 :])) for other in others]
    return np.array(found)


def quotient_fits(people, population, tenths):
    """Can count and population, each to the thousand, give the rate, to a tenth per 1,000? True if one is missing."""
    low = (people - 500) * 20_000 <= (2 * tenths + 1) * (population + 500)
    high = (people + 500) * 20_000 >= (2 * tenths - 1) * (population - 500)
    return (low & high) | (people < 0) | (population < 0) | (tenths < 0)


def tried():
    """Every slip of the 2023 edition and what catches it: (slips, check -> whether it fails for each)."""
    rows = read("index", edition="2023")
    un = {row["iso3"]: whole(row["population_thousands"], 1000) for row in read("population", revision="WPP2019")}
    columns = [("people", 1), ("population", 1), ("rate", 10)]
    figures = np.array([[whole(row[name], scale) for name, scale in columns] for row in rows])
    every = slips(rows)
    at, column, before, after = every.T
    changed = figures[at]
    changed[np.arange(len(every)), column] = after
    people, population, tenths = changed.T
    known = np.array([un.get(row["iso3"], NOTHING) for row in rows])[at]
    added = np.where(column == 0, after - before, 0)
    counts = figures[:, 0][figures[:, 0] >= 0]
    off = np.abs(counts.sum() + added - HEADLINE)
    fails = {
        "unit": (column < 2) & (after % 1000 != 0),
        "quotient": ~quotient_fits(people, population, tenths),
        "un": (column == 1) & (np.abs(population - known) > 500),
        "total": off > TO + 500 * len(counts),
    }
    return every, fails


def findings():
    """How many slips, the share caught, how many pass, and how many of these change a figure by over a tenth."""
    every, fails = tried()
    caught = np.any(list(fails.values()), axis=0)
    before, after = every[~caught, 2], every[~caught, 3]
    large = np.abs(after - before) * 10 > before
    unpaired = [number for number, row in enumerate(read("index", edition="2023")) if not row["population"]]
    return {
        "slips": f"{len(every):,}",
        "slips_caught": f"{caught.mean():.1%}",
        "slips_missed": (~caught).sum(),
        "slips_large": large.sum(),
        "slips_kosovo": (large & np.isin(every[~caught, 0], unpaired)).sum(),
    }
