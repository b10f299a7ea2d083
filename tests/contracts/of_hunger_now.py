"""Notebook 06: deaths in one neighbourhood, tuberculosis, undernourishment."""

import functools
import math
from itertools import pairwise

import pandas as pd

from contracts.base import (
    About,
    area,
    bar,
    between,
    cells,
    classes,
    contract,
    footer,
    in_words,
    level,
    line,
    of_panel,
    own_table,
    rows,
    segments,
    spread,
)

KOREA = ("index", rows("index", "population", edition="2023", iso3="PRK"))
UNITS = rows("context", "low", "high", topic="neighbourhood unit")
HOUSEHOLD = rows("context", "value", id="household_size")
SIZED = ("context", pd.concat([UNITS, HOUSEHOLD]))
UN = ("demography", rows("demography", "value", revision="WPP2024"))
TB = ("demography", rows("demography", "value", "year", revision="WHO 2019"))
DEATHS = {word: n for n, word in enumerate(map(in_words, range(13)))}[
    rows("claims", id="A23")["printed"].item().removesuffix(" deaths")
]
SHORTEST, LONGEST = 21, 42  # days: from early to late May 2023, when the report came out
PERIOD = {SHORTEST: "three", LONGEST: "six"}  # the same in weeks
WHEN = ["days fixed beforehand", "any such days of a year"]
SMALL, LARGE = UNITS["low"].min(), UNITS["high"].max()  # households


def people(households: float) -> float:
    return households * HOUSEHOLD["value"].item()


def units(households: float) -> float:
    """How many units the country would have, were all of this size."""
    return KOREA[1]["population"].item() / people(households)


def rate() -> float:
    """Deaths of all causes per 1,000 people in 2023."""
    found = UN[1].query("iso3 == 'PRK' and year == '2023' and indicator == 'crude_death_rate_per_1000'")
    return found["value"].item()


def expected(households: float, days: float) -> float:
    """Deaths in one unit at the national rate."""
    return people(households) * rate() / 1000 * days / 365.25


def chance(number: int, mean: float) -> float:
    """Of exactly so many where `mean` are expected, by the Poisson rule."""
    return math.exp(-mean) * mean**number / math.factorial(number) if number >= 0 else 0.0


def up_to(number: int, mean: float) -> float:
    return sum(chance(k, mean) for k in range(number + 1))


def at_least(number: int, mean: float) -> float:
    return sum(chance(k, mean) for k in range(number, number + 60))


def on_any_days(k: int, days: float, in_year: float) -> float:
    """The chance that some `days` days of a year hold k deaths or more.

    By Naus's approximation (1982), from the exact chances of two and of three such periods in a row; good to some
    tenths of a percent. The notebook simulates it.
    """
    year, m = 365.25 / days, in_year * days / 365.25

    def p(number: int) -> float:
        return chance(number, m)

    def f(number: int) -> float:
        return up_to(number, m)

    two = f(k - 1) ** 2 - (k - 1) * p(k) * p(k - 2) - (k - 1 - m) * p(k) * f(k - 3)
    a1 = 2 * p(k) * f(k - 1) * ((k - 1) * f(k - 2) - m * f(k - 3))
    a2 = 0.5 * p(k) ** 2 * ((k - 1) * (k - 2) * f(k - 3) - 2 * (k - 2) * m * f(k - 4) + m**2 * f(k - 5))
    a3 = sum(p(2 * k - r) * f(r - 1) ** 2 for r in range(1, k))
    a4 = sum(p(2 * k - r) * p(r) * ((r - 1) * f(r - 2) - m * f(r - 3)) for r in range(2, k))
    three = f(k - 1) ** 3 - a1 + a2 + a3 - a4
    return 1 - two * (three / two) ** (year - 2)


@contract("units_by_deaths")
def units_by_deaths():
    m, count = expected(LARGE, LONGEST), units(LARGE)
    chances = [chance(k, m) for k in range(7)]
    chances = [part / sum(chances) for part in chances]  # seven or more are left out
    seen = [part * count for part in chances]
    falls = all(later < 0.25 * before for before, later in pairwise(seen[:5]))
    title = f"By chance some {round(seen[0], -3):,.0f} of {count:,.0f} units on average see no death in "
    title += f"{PERIOD[LONGEST]} weeks, and {seen[DEATHS]:.0f} see {in_words(DEATHS)}"
    return {
        "title": title,
        "subtitle": f"Units of {people(LARGE):.0f} people, national rate, days fixed beforehand",
        "alt": f"Bars that {'fall' if falls else 'do not fall'} steeply. {title}.",
        "source": footer(UN, KOREA, SIZED),
        "inputs": ["context", "demography", "index"],
        "columns": ["deaths", "chance", "units"],
        "column deaths": list(range(7)),
        "column chance": chances,
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


def two_digits(number: float) -> str:
    """Written out with the first two digits; what is less than one as one in so many."""
    if number < 1:
        return "1 in " + two_digits(round(1 / -math.expm1(-number))).removesuffix(".0")
    places = 1 - math.floor(math.log10(number))
    return f"{round(number, places):,.{max(places, 0)}f}"


def pairs_on_any_days(days: float, mean: float) -> float:
    """The chance that of the events of a year two lie within so many days."""
    part = days / 365.25
    return sum(chance(n, mean) * (1 - max(1 - (n - 1) * part, 0) ** n) for n in range(2, 15))


@functools.cache
def cases() -> dict[str, list[tuple[float, float]]]:
    """Case -> the fewest and the most units with so many deaths: on fixed days, and on any days of a year."""
    tuberculosis = TB[1].query("year == 2018 and indicator == 'tb_deaths_per_100000'")["value"].item() / 100 / rate()
    mixed = {
        "one cause, like tuberculosis": {tuberculosis: 1},
        "all causes, one even rate": {1: 1},
        "rate doubled everywhere": {2: 1},
        "same rate, unevenly spread": {5: 0.1, 5 / 9: 0.9},  # times the rate -> part of the units
    }
    sizes = {float(h) for h in [*UNITS["low"], *UNITS["high"]]}
    cells_ = [(size, days) for size in sizes for days in (SHORTEST, 28, 35, LONGEST)]
    fixed, any_days = {}, {}
    for name, shares in mixed.items():
        fixed[name], any_days[name] = [], []
        for size, days in cells_:
            mean, year = expected(size, days), expected(size, 365.25)
            fixed[name] += [units(size) * sum(p * at_least(DEATHS, t * mean) for t, p in shares.items())]
            any_days[name] += [units(size) * sum(p * on_any_days(DEATHS, days, t * year) for t, p in shares.items())]
    name = "same rate, deaths in pairs"
    fixed[name] = [units(size) * at_least(DEATHS // 2, expected(size, days) / 2) for size, days in cells_]
    any_days[name] = [units(size) * pairs_on_any_days(days, expected(size, 365.25) / 2) for size, days in cells_]
    return {name: [(min(kind[name]), max(kind[name])) for kind in (fixed, any_days)] for name in fixed}


@contract("units_by_chance")
def units_by_chance():
    found, names, table = cases(), list(cases()), own_table("units_by_chance")
    drawn = {when: table[table["days"] == when].set_index("case")[["min", "max"]] for when in WHEN}
    exact = {when: [found[name][n] for name in names] for n, when in enumerate(WHEN)}
    column = {}
    for end, part in enumerate(["min", "max"]):
        simulated = [About(ends[end], 0.06) for ends in exact[WHEN[1]][:4]]  # by up to 1.8 percent, three times that
        column[part] = [ends[end] for ends in exact[WHEN[0]]] + simulated + [exact[WHEN[1]][4][end]]
    even, uneven = (drawn[WHEN[1]]["max"][names[n]] for n in (1, 3))
    title = f"Evenly spread, up to {two_digits(even)} units a year have {in_words(DEATHS)} deaths by chance; "
    title += f"unevenly spread, up to {two_digits(uneven)}"
    shifts = dict(zip(WHEN, [-0.2, 0.2], strict=True))
    ends = {when: drawn[when].to_numpy().tolist() for when in WHEN}
    return {
        "title": title,
        "subtitle": f"{in_words(DEATHS).capitalize()} deaths or more in {PERIOD[SHORTEST]} to {PERIOD[LONGEST]} weeks. "
        "The last three cases are assumed, not measured",
        "alt": f"{in_words(2 * len(names)).capitalize()} bars. {title}.",
        "source": footer(UN, TB, KOREA, SIZED),
        "inputs": ["context", "demography", "index"],
        "columns": ["case", "days", "min", "max"],
        "column case": names * 2,
        "column days": [when for when in WHEN for _ in names],
        "column min": column["min"],
        "column max": column["max"],
        "panels": 1,
        "heading": "",
        "x label": f"units with {in_words(DEATHS)} or more deaths, expected by chance",
        "y label": "",
        "x scale": "log",
        "y scale": "linear",
        "x limits": [1e-6, 2e8],
        "y limits": [4.6, -0.6],
        "x ticks": ["1 in 10,000", "1 in 100", "1", "100", "10,000"],
        "y ticks": names,
        "texts": [
            [f"{two_digits(low)}, up to {two_digits(high)}", high, at + shifts[when]]
            for when in WHEN
            for at, (low, high) in enumerate(ends[when])
        ],
        "legend": WHEN,
        "marks": [line([1, 1], [0, 1], "ink", style=":")]
        + [
            level(*zip(*ends[when], strict=True), [at + shifts[when] for at in range(5)], colour, when)
            for when, colour in zip(WHEN, ["ink", "green"], strict=True)
        ],
    }


@contract("units_in_view")
def units_in_view():
    table = own_table("units_in_view").groupby(["when", "households"])["chance"].first()
    columns = ["when", "households", "days", "chance", "all units", "unit", "units", "percent"]
    body, texts, marks = [], [], {when: [] for when in WHEN}
    for when in WHEN:
        for households, days, colour, style in ((LARGE, LONGEST, "sky", "-"), (SMALL, SHORTEST, "ink", "--")):
            mean, count = expected(households, 365.25), units(households)
            simulated = table[when, households]
            one = at_least(DEATHS, expected(households, days)) if when == WHEN[0] else simulated
            held = one if when == WHEN[0] else About(on_any_days(DEATHS, days, mean), 0.06)  # as in units_by_chance
            grid = [step for step in (10 ** (k / 25) for k in range(138)) if step < count] + [count]
            percent = [-100 * math.expm1(-one * size) for size in grid]
            unit = f"{people(households):.0f} people, {days} days"
            body += [
                [when, households, days, held, count, unit, *point]
                for point in list(zip(grid, percent, strict=True))[::-1]
            ]
            texts.append((percent[-1], count, unit))
            marks[when].append(line(grid, percent, colour, style=style))
    odds = [f"{percent:.0f}%".replace("100%", "over 99%") for percent, *_ in texts]
    title = f"On some such days of a year, chance alone gives some unit {in_words(DEATHS)} deaths: {odds[3]} to "
    title += f"{odds[2]} likely, against {odds[1]} and more on {WHEN[0]}"
    heights = [[y for _, y in drawn["points"]] for found in marks.values() for drawn in found]
    rising = all(low <= high for curve in heights for low, high in pairwise(curve))
    facts = {
        "title": title,
        "subtitle": f"Chance of one or more units with {in_words(DEATHS)} deaths or more, at one even rate",
        "alt": f"{'Rising' if rising else 'Other'} curves. {title}.",
        "source": footer(UN, KOREA, SIZED),
        "inputs": ["context", "demography", "index"],
        "columns": columns,
        "panels": 2,
    }
    facts |= {f"column {name}": [row[n] for row in body] for n, name in enumerate(columns)}
    for panel, when in enumerate(WHEN):
        percent, count, _ = texts[2 * panel + 1]
        facts |= of_panel(panel, {
            "heading": when,
            "x label": "units in view",
            "y label": "percent",
            "x scale": "log",
            "y scale": "linear",
            "x limits": [10**end for end in spread([0, math.log10(count)], 0.05)],
            "y limits": [-4, 104],
            "x ticks": ["1", "100", "10,000"],
            "y ticks": [] if panel else ["0", "20", "40", "60", "80", "100"],
            "texts": [[f"{percent:.0f}%", count, percent]],
            "legend": [unit for *_, unit in texts[:2]],
            "marks": marks[when],
        })  # fmt: skip
    return facts


def of_hunger() -> pd.DataFrame:
    """Published percentages: kind of publication, the year or the middle of three, the percentage or its bound."""
    both = rows("context", "value", "high", unit="percent")
    both = both[both["topic"].isin(["undernourishment", "stunting"])].copy()
    source, first = both["source"], both["year"].str[:4].astype(int)
    both["kind"] = "report of " + source.str[-4:]
    both.loc[source.str.contains("Survey|survey"), "kind"] = "survey"
    both.loc[source.str.contains("Levels and Trends"), "kind"] = "model"
    both["middle"] = first.where(~both["year"].str.contains("-"), first + 1)
    both["percent"] = both["value"].where(both["value"].notna(), both["high"])
    names = {"PRK": "", "WLD": "world ", "KOR": "South Korea:\nbelow "}
    both["text"] = [names.get(who, who + " ") + str(n) for who, n in zip(both["subject"], both["percent"], strict=True)]
    return both


@contract("undernourishment_and_stunting")
def undernourishment_and_stunting():
    both, yearly = of_hunger(), rows("demography", "value", "year", indicator="undernourishment_percent")
    drawn = both[both["id"].ne("stunting_2009_other")]
    points = [("undernourishment", "report of 2018", row.year, row.value, "", "PRK") for row in yearly.itertuples()]
    points += list(drawn[["topic", "kind", "middle", "percent", "text", "subject"]].itertuples(index=False, name=None))
    points = sorted(points, key=lambda point: point[0])
    surveys = [p for p in points if p[:2] == ("stunting", "survey") and p[5] == "PRK"]
    (since, before), (last, after) = surveys[0][2:4], surveys[-1][2:4]
    least = min(p[3] for p in points if p[0] == "undernourishment" and p[5] == "PRK" and p[2] >= since)
    title = f"From {since} to {last} stunting in surveys {'fell' if after < before else 'rose'} from {before} to "
    title += f"{after} percent; published undernourishment stayed above {int(least // 10 * 10)}"
    looks = classes(kind for _, kind, *_ in points)
    facts = {
        "title": title,
        "subtitle": "North Korea, unless named. Left: children under five; right: all ages",
        "alt": f"Dots by year. {title}.",
        "source": footer(("demography", yearly), ("context", both)),
        "inputs": ["context", "demography"],
        "columns": ["topic", "subject", "year", "value", "high", "source", "status"],
        "panels": 2,
    }
    facts |= {f"column {name}": cells(both[name]) for name in facts["columns"]}
    shown = {"stunting": range(2010, 2021, 5), "undernourishment": range(1990, 2021, 10)}
    for panel, (topic, years) in enumerate(shown.items()):
        here = [p[1:] for p in points if p[0] == topic]
        marks = []
        for kind, (colour, marker) in looks.items():
            of_kind = [(x, y) for other, x, y, *_ in here if other == kind]
            marks += [line(*zip(*of_kind, strict=True), colour, kind, marker, "None")] if of_kind else []
        facts |= of_panel(panel, {
            "heading": topic,
            "x label": "year",
            "y label": "percent",
            "x scale": "linear",
            "y scale": "linear",
            "x limits": [[2008.5, 1989.5][panel], 2023.5],
            "y limits": [0, 54],
            "x ticks": [str(year) for year in years],
            "y ticks": [] if panel else [str(n) for n in range(0, 51, 10)],
            "texts": [[text, x, y] for _, x, y, text, _ in here if text],
            "legend": list(looks),
            "marks": marks,
        })  # fmt: skip
    return facts


@contract("tuberculosis_by_report")
def tuberculosis_by_report():
    wide = TB[1].pivot(index="year", columns="indicator", values="value")
    others = rows("context", "value", "year", topic="tuberculosis")
    others["report"] = others["source"].str.split(", ").str[1]
    new = others["figure"].str.startswith("new cases")
    names = ["Global Tuberculosis Report 2019", *others["report"]]
    looks = classes(names)
    low, high = wide["tb_incidence_low_per_100000"], wide["tb_incidence_high_per_100000"]
    most, earlier = wide["tb_incidence_per_100000"].max(), others[new]
    least = earlier.loc[earlier["value"].idxmin()]
    title = f"Two reports on North Korea, {least['year']}: {least['value']:.0f} or {most:.0f} "
    title += "new tuberculosis cases per 100,000 people"
    facts = {
        "title": title,
        "subtitle": "Band: interval, report of 2019",
        "alt": f"Dots by year and report. {title}.",
        "source": footer(TB, ("context", others)),
        "inputs": ["context", "demography"],
        "columns": ["year", *sorted(TB[1]["indicator"].unique())],
        "column year": list(wide.index),
        "panels": 2,
    }
    facts |= {f"column {name}": list(wide[name]) for name in wide}
    series = {"new cases": wide["tb_incidence_per_100000"], "deaths": wide["tb_deaths_per_100000"]}
    for panel, (heading, values) in enumerate(series.items()):
        beside = earlier if heading == "new cases" else others[~new]
        colour, marker = looks[names[0]]
        marks = [line(wide.index, values, colour, names[0], marker, "None")]
        for row in beside.itertuples():
            colour, marker = looks[row.report]
            marks += [line([row.year], [row.value], colour, row.report, marker, "None")]
        all_ = [*values, *beside["value"]] + ([*low, *high] if heading == "new cases" else [])
        if heading == "new cases":
            marks += [area([between(wide.index, low, high)], "sky")]
            joins = [((row.year, row.value), (row.year, most)) for row in beside.itertuples()]
            marks += [segments(joins, "#000000")]
        facts |= of_panel(panel, {
            "heading": heading,
            "x label": "year",
            "y label": "per 100,000 people a year",
            "x scale": "linear",
            "y scale": "linear",
            "x limits": spread([*wide.index, *beside["year"]], 0.05),
            "y limits": [0, spread(all_, 0.05)[1]],
            "x ticks": [str(year) for year in range(2000, 2020, 5)],
            "y ticks": [str(n) for n in (range(0, 501, 100) if heading == "new cases" else range(0, 151, 50))],
            "texts": [],
            "legend": list(looks),
            "marks": marks,
        })  # fmt: skip
    return facts
