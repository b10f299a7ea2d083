"""Notebook 01: rates and counts of 160 countries, regions, and the world in tiles."""

import functools
import math
from itertools import pairwise

import numpy as np
import pandas as pd

from contracts import printed
from contracts.base import PLAIN, bar, cells, contract, footer, in_words, joined, level, line, rows, spread

INDEX = ("index", rows("index", edition="2023"))


def ordered() -> pd.DataFrame:
    """The countries with an estimate, the highest rate first, of equals the larger count."""
    return printed.estimated().sort_values(["rate", "people"], ascending=False).reset_index(drop=True)


@contract("top_and_bottom")
def top_and_bottom():
    found = ordered()
    rates = list(found["rate"])
    jumps = [before / after for before, after in pairwise(rates)]
    far = 1 + jumps.index(max(jumps))  # as many stand above the largest jump
    halves = {"The ten highest": found.head(10), "The ten lowest": found.tail(10)}
    both = pd.concat(halves.values())
    title = f"{in_words(far).capitalize()} countries stand far above the rest: "
    title += f"{joined(found['rate_text'][:far])} per 1,000, then {found['rate_text'][far]}"
    facts = {
        "title": title,
        "subtitle": "People in modern slavery per 1,000. Dot: printed. Bar: by rounding only",
        "alt": f"{in_words(len(halves)).capitalize()} dot plots: the {in_words(10)} highest, and the "
        f"{in_words(10)} lowest down to {min(rates)}. {title}.",
        "source": footer(INDEX),
        "inputs": ["editions", "index"],
        "columns": ["iso3", "rate_printed", "low", "high"],
        "column iso3": list(both["iso3"]),
        "column rate_printed": cells(both["rate_text"]),
        "column low": list(both["low"]),
        "column high": list(both["high"]),
        "panels": len(halves),
    }
    for panel, (heading, part) in enumerate(halves.items()):
        right = spread([*part["low"], *part["high"], *part["rate"]], 0.2)[1]
        owned = [(at, *printed.own(name)) for at, name in enumerate(part["name"])]
        marked = [line([0], [at], look, marker=mark, style="None") for at, look, mark in owned if look != "ink"]
        facts |= {
            f"{panel}: heading": heading,
            f"{panel}: x label": "people per 1,000",
            f"{panel}: y label": "",
            f"{panel}: x scale": "linear",
            f"{panel}: y scale": "linear",
            f"{panel}: x limits": [0, right],
            f"{panel}: y limits": [9.6, -0.6],
            f"{panel}: x ticks": [["0", "25", "50", "75", "100"], ["0.0", "0.5", "1.0", "1.5"]][panel],
            f"{panel}: y ticks": list(part["name"]),
            f"{panel}: texts": [list(text) for text in zip(part["rate_text"], part["high"], range(10), strict=True)],
            f"{panel}: legend": [],
            f"{panel}: marks": [
                line(part["rate"], range(10), "ink", marker="o", style="None"),
                *marked,
                level(part["low"], part["high"], range(10), "ink"),
            ],
        }
    return facts


@contract("counts_against_rates")
def counts_against_rates():
    found = printed.estimated()
    by_number, by_rate = printed.place(found["people"]), printed.place(found["rate"])
    at = {iso3: n for n, iso3 in enumerate(found["iso3"])}
    said = {name: f"{name} is place {by_number[at[iso3]]} by number and {by_rate[at[iso3]]} by rate"
            for iso3, name in {"IND": "India", "ERI": "Eritrea"}.items()}  # fmt: skip
    title = "; ".join(said.values())
    most = found.sort_values("people", ascending=False)["name"].head(2)
    limits = [10**end for end in spread(np.log10(found["people"]), 0.05)]
    first = found.loc[found["rate"].idxmax()]
    upper = first["people"] > math.sqrt(limits[0] * limits[1])
    named = found[found["iso3"].isin(["CHN", "ERI", "IND", "NOR", "PRK", "USA"])]
    return {
        "title": title,
        "subtitle": "One dot per country; each line is ten times the one before, both ways",
        "alt": f"Scatter of people against rate; {', '.join(most)} on top, {first['name']} "
        f"{'upper' if upper else 'lower'} right. {title}.",
        "source": footer(INDEX),
        "inputs": ["index"],
        "columns": ["iso3", "people", "rate", "place_by_number", "place_by_rate"],
        "column iso3": list(found["iso3"]),
        "column people": list(found["people"]),
        "column rate": list(found["rate"]),
        "column place_by_number": list(by_number),
        "column place_by_rate": list(by_rate),
        "panels": 1,
        "heading": "",
        "x label": "people per 1,000",
        "y label": "people in modern slavery",
        "x scale": "log",
        "y scale": "log",
        "x limits": [0.2, 260],
        "y limits": limits,
        "x ticks": [str(10**n) for n in range(3)],
        "y ticks": [f"{10**n:,}" for n in range(4, 8)],
        "texts": named[["name", "rate", "people"]].to_numpy().tolist(),
        "legend": [],
        "marks": [line(found["rate"], found["people"], "sky", marker="o", style="None")]
        + [alone(row.rate, row.people, row.name) for row in named.itertuples(index=False)],
    }


def alone(x: float, y: float, name: str) -> dict:
    """The mark of one country."""
    colour, marker = printed.own(name)
    return line([x], [y], colour, marker=marker, style="None")


@contract("distribution_of_rates")
def distribution_of_rates():
    found = printed.estimated()
    steps = np.linspace(math.log10(found["rate"].min()), math.log10(found["rate"].max()), 25)
    inside = np.searchsorted(steps, np.log10(found["rate"]) + 1e-12, side="right").clip(1, 24) - 1
    count = [int((inside == n).sum()) for n in range(24)]
    last_gap = max(n for n in range(24) if count[n] == 0)
    apart = found[inside > last_gap].sort_values("rate", ascending=False)["name"]
    low, middle, high = (np.percentile(found["rate"], part) for part in (25, 50, 75))
    korea = printed.one("PRK")
    title = f"Half of the countries lie from {low:.1f} to {high:.1f} per 1,000; "
    title += f"{korea['name']} has {korea['rate'] / middle:.0f} times the middle rate"
    named = {iso3: (printed.one(iso3), height) for iso3, height in {"PRK": 16, "ERI": 8, "USA": 31}.items()}
    looks = {iso3: printed.own(iso3) for iso3 in named}
    return {
        "title": title,
        "subtitle": "Number of countries by rate, on a scale that multiplies",
        "alt": f"Histogram of rates; {joined(apart)} stand alone at the right. {title}.",
        "source": footer(INDEX),
        "inputs": ["index"],
        "columns": ["iso3", "rate"],
        "column iso3": list(found["iso3"]),
        "column rate": list(found["rate"]),
        "panels": 1,
        "heading": "",
        "x label": "people per 1,000",
        "y label": "countries",
        "x scale": "log",
        "y scale": "linear",
        "x limits": [0.4, 260],
        "y limits": [0, 1.05 * max(*count, *(height for _, height in named.values()))],  # the bars stand on zero
        "x ticks": ["1", "10", "100"],
        "y ticks": [str(n) for n in range(0, 31, 5)],
        "texts": [[row["name"], row["rate"], height] for row, height in named.values()],
        "legend": [],
        "marks": [
            line([row["rate"]] * 2, [0, height], looks[iso3][0], marker=looks[iso3][1])
            for iso3, (row, height) in named.items()
        ]
        + [bar(10 ** steps[n], 0, 10 ** steps[n + 1] - 10 ** steps[n], count[n], "sky") for n in range(24)],
    }


@functools.cache
def places_of_the_un() -> pd.DataFrame:
    """Every place of the UN's revision of 2019 in 2020: region and persons."""
    un = rows("population", "population_thousands", revision="WPP2019", year="2020")
    un = un.merge(rows("countries"), on="iso3")
    return un.assign(persons=(1000 * un["population_thousands"]).round())


@contract("regions_and_their_denominator")
def regions_and_their_denominator():
    found, un = printed.estimated(), places_of_the_un()
    published = rows("estimates", "rate", year="2021", form="modern slavery").set_index("region")["rate"]
    unlisted = un[~un["iso3"].isin(found["iso3"])].groupby("region")["persons"].sum()
    kinds = {"countries with an estimate": "ink", "all places the UN counts": "green"}
    made = []
    for kind in kinds:
        for region, part in found.groupby("region"):
            people, listed = part["people"].sum(), part["population"].dropna()
            base = listed.sum() + (unlisted[region] if kind == "all places the UN counts" else 0)
            row = [region, len(part), people, base, 1000 * people / base]
            row.append(1000 * (people - 500 * len(part)) / (base + 500 * len(listed)))
            row.append(1000 * (people + 500 * len(part)) / (base - 500 * len(listed)))
            made.append([*row, published[region], kind, *[rate - published[region] for rate in row[-3:]]])
    columns = ["region_as_printed", "countries", "people", "population", "rate", "low", "high", "published", "counted"]
    columns += ["rate off by", "low off by", "high off by"]
    table = pd.DataFrame(made, columns=columns)
    before, after = (part.reset_index(drop=True) for _, part in table.groupby("counted", sort=False))
    follow = (after["rate off by"].abs() <= 0.05).sum()
    outside = (before["low off by"] > 0.05) | (before["high off by"] < -0.05)
    came = before["region_as_printed"][outside & (after["rate off by"].abs() <= 0.05)]
    title = f"{follow} of {len(after)} regional rates follow once every place the UN counts is included"
    regions = list(after["region_as_printed"])
    marks, segments = [], []
    for part, shift, (kind, colour) in zip((before, after), (-0.2, 0.2), kinds.items(), strict=True):
        at = [n + shift for n in range(len(part))]
        marker = "o" if colour == "ink" else "^"
        marks.append(line(part["rate off by"], at, colour, kind, marker=marker, style="None"))
        segments.append(level(part["low off by"], part["high off by"], at, colour, kind))
    return {
        "title": title,
        "subtitle": "Bars: what rounding allows. Grey band: prints as the published rate",
        "alt": f"{in_words(len(regions)).capitalize()} regions, recomputed minus published; the {joined(came)} "
        f"move into the band. {title}.",
        "source": footer(
            INDEX,
            ("estimates", rows("estimates", year="2021", form="modern slavery")),
            ("population", rows("population", revision="WPP2019", year="2020")),
            ("countries", rows("countries")),
        ),
        "inputs": ["countries", "editions", "estimates", "index", "population"],
        "columns": columns,
        "table": {column: cells(table[column]) for column in columns},
        "panels": 1,
        "heading": "",
        "x label": "recomputed minus published rate, per 1,000",
        "y label": "",
        "x scale": "linear",
        "y scale": "linear",
        "x limits": [-0.07, 0.365],
        "y limits": [len(regions) - 0.4, -0.6],
        "x ticks": [f"{n / 20:.2f}".replace("-", "\N{MINUS SIGN}") for n in range(-1, 8)],
        "y ticks": regions,
        "texts": [],
        "legend": list(kinds),
        "marks": [*marks, *segments, bar(-0.05, 0, 0.1, 1, "grid")],
    }


@contract("world_of_tiles")
def world_of_tiles():
    grid = rows("countries")
    grid = grid[grid["tile_row"] != ""].merge(printed.index("2023")[["iso3", "rate"]], on="iso3")
    grid = grid.astype({"tile_row": int, "tile_column": int})
    above = {"to 2": 0, "over 2": 2, "over 4": 4, "over 7": 7, "over 10": 10, "over 20": 20}
    step = [sum(rate > least for least in above.values()) for rate in grid["rate"]]  # 0: no estimate
    dark = grid[[n == len(above) for n in step]]
    regions = grid["region"].nunique()
    title = f"{len(dark)} countries exceed 20 per 1,000, in {dark['region'].nunique()} of {in_words(regions)} regions"
    left, right, bottom = grid["tile_column"].min(), grid["tile_column"].max(), grid["tile_row"].max() + 1.6
    keys = {name: left + n * (right + 1) / len(above) for n, name in enumerate(above)}
    places = list(zip(grid["iso3"], grid["tile_column"], grid["tile_row"], step, strict=True))
    corners = [alone(x + 0.46, y - 0.46, iso3) for iso3, x, y, _ in places if iso3 in ("PRK", "USA")]
    tiles = [
        bar(x - 0.46, y - 0.46, 0.92, 0.92, f"step{n}" if n else "paper", "paper" if n else "muted")
        for _, x, y, n in places
    ]
    key = [bar(x - 0.46, bottom - 0.46, 0.92, 0.92, f"step{n}", "paper") for n, x in enumerate(keys.values(), start=1)]
    return {
        "title": title,
        "subtitle": "People in modern slavery per 1,000, a tile a country; white: no estimate",
        "alt": f"Grid of {len(grid)} tiles; darkest: {', '.join(dark['name'])}. {title}.",
        "source": footer(INDEX, ("countries", rows("countries"))),
        "inputs": ["countries", "index"],
        "columns": ["iso3", "name", "rate", "tile_row", "tile_column"],
        "table": {column: cells(grid[column]) for column in ["iso3", "name", "rate", "tile_row", "tile_column"]},
        **PLAIN,
        "x limits": [left - 0.6, right + 0.6],
        "y limits": [bottom + 0.6, grid["tile_row"].min() - 0.6],
        "x ticks": ["5", "10", "15", "20", "25"],  # recorded, though the axes are switched off
        "y ticks": [f"{2.5 * n:.1f}" for n in range(1, 9)],
        "texts": [[iso3, x, y] for iso3, x, y, _ in places]
        + [text for name, x in keys.items() for text in (["", x, bottom], [name, x + 0.7, bottom])],
        "legend": [],
        "marks": [*corners, *tiles, *key],
    }
