"""Notebook 03: five editions of the index, and why they are no time series."""

import functools
import math
from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pandas as pd

from contracts import printed
from contracts.base import (
    PLAIN,
    bar,
    cells,
    contract,
    footer,
    in_words,
    joined,
    level,
    line,
    of_panel,
    rows,
    segments,
    spread,
)

EDITIONS = ["2013", "2014", "2016", "2018", "2023"]
COMPLETE = ["2016", "2018", "2023"]
CHOSEN = ["PRK", "USA", "ERI", "SAU", "MRT", "IND", "BGD", "UZB", "BDI", "DEU", "JPN", "BRA"]
FULL, EARLY = ("index", rows("index")), ("early_editions", rows("early_editions"))


@functools.cache
def world() -> list[float]:
    """The world total of each edition, in millions, as printed."""
    return [float(rows("editions", edition=e)["world_total"].item().removesuffix(" million")) for e in EDITIONS]


@functools.cache
def millions(iso3: str) -> list[float | None]:
    """A country's count in each edition, in millions; None where none was read."""
    found = []
    for edition in EDITIONS:
        table = "index" if edition in COMPLETE else "early_editions"
        one = rows(table, edition=edition).query("iso3 == @iso3")
        found.append(float(one["people"].item()) / 1e6 if len(one) and one["people"].item() else None)
    return found


def name_of(iso3: str) -> str:
    """As printed in 2023."""
    return printed.one(iso3)["name"]


@functools.cache
def rates() -> pd.DataFrame:
    """Rates per 1,000, a row for each country in the order of the codes, a column for each complete edition."""
    return pd.DataFrame({e: printed.index(e).set_index("iso3")["rate"] for e in COMPLETE}).sort_index()


def rank_correlation(one: pd.Series, other: pd.Series) -> float:
    """The correlation of the places, of equals the middle one, of rows that have both."""
    both = pd.DataFrame({"one": one, "other": other}).dropna()
    return float(np.corrcoef(places(both["one"]), places(both["other"]))[0, 1])


def places(values: pd.Series) -> list[float]:
    """From 1, the highest; equals share the middle of their places."""
    return [1 + (values > value).sum() + ((values == value).sum() - 1) / 2 for value in values]


def marked_rows(names: list[str], panel: int = 0) -> list[dict]:
    """The marks of the two countries beside the names of their rows."""
    looks = [(n, *printed.own(name)) for n, name in enumerate(names)] if panel == 0 else []
    return [line([0], [n], colour, marker=marker, style="None") for n, colour, marker in looks if colour != "ink"]


@contract("editions_world")
def editions_world():
    india, total = millions("IND"), world()
    rest = [whole - part for whole, part in zip(total, india, strict=True)]
    a, b = EDITIONS.index("2016"), EDITIONS.index("2018")
    fell = [f"{'fell' if v[b] < v[a] else 'rose'} by {abs(v[a] - v[b]):.1f} million" for v in (total, india)]
    title = f"From {EDITIONS[a]} to {EDITIONS[b]} the world total {fell[0]}; India's figure alone {fell[1]}"
    parts, five = {"India": india, "all others": rest}, range(len(EDITIONS))
    named = [f"edition of {edition}" for edition in EDITIONS]
    return {
        "title": title,
        "subtitle": "As printed, the world total beside. Each edition has its own method",
        "alt": f"{in_words(len(total)).capitalize()} bars in {in_words(len(parts))} parts: "
        f"{', '.join(parts)}. {title}.",
        "source": footer(EARLY, FULL),
        "inputs": ["early_editions", "editions", "index"],
        "columns": ["edition", *parts, "world"],
        "table": {"edition": cells(EDITIONS), **parts, "world": total},
        "panels": 1,
        "heading": "",
        "x label": "million people in modern slavery",
        "y label": "",
        "x scale": "linear",
        "y scale": "linear",
        "x limits": [0, 54],  # the bars stand on zero
        "y limits": [4.6, -0.6],
        "x ticks": ["0", "10", "20", "30", "40", "50"],
        "y ticks": named,
        "texts": [[f"{name} {part:.1f}", 0.5, 0.5] for name, values in parts.items() for part in values]
        + [[str(value), value, n] for n, value in enumerate(total)],
        "legend": [],
        "marks": [bar(0, n - 0.4, india[n], 0.8, "grid") for n in five]
        + [bar(india[n], n - 0.4, rest[n], 0.8, "sky") for n in five],
    }


@contract("editions_countries")
def editions_countries():
    counts = {name_of(iso3): millions(iso3) for iso3 in CHOSEN} | {"World": world()}
    known = {name: [value for value in values if value is not None] for name, values in counts.items()}
    fold = {name: max(values) / min(values) for name, values in known.items()}
    times = {name: [value and value / values[-1] for value in values] for name, values in counts.items()}
    wide = sum(fold[name] >= 3 for name in counts if name != "World")
    title = f"{wide} of these {len(CHOSEN)} countries' counts vary 3-fold or more; the world total "
    title += f"{fold['World']:.1f}-fold"
    looks = list(zip(["ink", "green", "purple", "sky", "amber"], "o^vPX", strict=True))
    dots, points = [], []
    for n, (edition, (colour, marker)) in enumerate(zip(EDITIONS, looks, strict=True)):
        at = [(values[n], row) for row, values in enumerate(times.values())]
        dots.append(line(*zip(*at, strict=True), colour, edition, marker=marker, style="None"))
        points.append(segments([[p if p[0] else (None, None)] * 2 for p in at], colour, edition))
    low, high = ([end(filter(None, values)) for values in times.values()] for end in (min, max))
    return {
        "title": title,
        "subtitle": "A mark: an edition. Beside each name: the highest count over the lowest",
        "alt": f"Dots on a log scale, a row for each country. {title}.",
        "source": footer(EARLY, FULL),
        "inputs": ["early_editions", "editions", "index"],
        "columns": ["index", *EDITIONS],
        "table": {"index": list(counts)}
        | {edition: cells([values[n] for values in counts.values()]) for n, edition in enumerate(EDITIONS)},
        "panels": 1,
        "heading": "",
        "x label": "times the count of the edition of 2023",
        "y label": "",
        "x scale": "log",
        "y scale": "linear",
        "x limits": [0.03, 8],
        "y limits": [len(counts) - 0.4, -0.6],
        "x ticks": ["0.05", "0.1", "0.2", "0.5", "1", "2", "5"],
        "y ticks": [f"{name}, {times_:.1f}-fold" for name, times_ in fold.items()],
        "texts": [],
        "legend": EDITIONS,
        "marks": [*dots, *marked_rows(list(counts)), *points, level(low, high, range(len(counts)), "grid")],
    }


@functools.cache
def changes() -> pd.DataFrame:
    """The world and the chosen countries, from edition to edition: count = rate x denominator."""
    made = []
    for iso3 in ["WLD", *CHOSEN]:
        for before, after in pairwise(COMPLETE):
            pairs = []
            for edition in (before, after):
                found = printed.estimated(edition)
                part = found if iso3 == "WLD" else found[found["iso3"] == iso3]
                pairs += [part["people"].sum(), part["population"].sum()]
            count, base = pairs[2] / pairs[0], pairs[3] / pairs[1]
            row = [iso3, float(after), *pairs, f"{before} to {after}", count, base, count / base]
            made.append([*row, math.log(base) / math.log(count), "World" if iso3 == "WLD" else name_of(iso3)])
    columns = ["iso3", "edition", "people before", "population before", "people", "population", "step"]
    return pd.DataFrame(made, columns=[*columns, "count", "denominator", "rate", "share", "country"])


@contract("editions_rate_or_denominator")
def editions_rate_or_denominator():
    table = changes()
    sizes = table[["rate", "denominator"]].map(lambda factor: abs(math.log(factor)))
    leads = sizes["rate"] > sizes["denominator"]
    tiny = (sizes["denominator"] < math.log(1.1)).mean()
    title = f"The rate's part is the larger one in {leads.sum()} of {len(table)} changes; "
    title += f"not in {joined(table['country'][~leads])}, after {joined(table['step'][~leads].str[:4].unique())}"
    panels = {step: part.reset_index(drop=True) for step, part in table.groupby("step", sort=False)}
    names = list(table["country"].drop_duplicates())
    facts = {
        "title": title,
        "subtitle": "Factors of change. Rate times denominator gives the count (in the table)",
        "alt": f"{in_words(len(panels)).capitalize()} panels of bars on a log scale; "
        f"{'most' if tiny > 0.5 else 'some'} bars of the denominator are tiny. {title}.",
        "source": footer(FULL),
        "inputs": ["index"],
        "columns": list(table),
        "table": {column: cells(table[column]) for column in table},
        "panels": len(panels),
    }
    kinds = {"rate": ("ink", "o", -0.2), "denominator": ("green", "^", 0.2)}
    for panel, (heading, part) in enumerate(panels.items()):
        dots, bars = [], []
        for kind, (colour, marker, shift) in kinds.items():
            at = [n + shift for n in range(len(part))]
            dots.append(line(part[kind], at, colour, kind, marker=marker, style="None"))
            bars.append(level([1] * len(part), part[kind], at, colour, kind))
        facts |= of_panel(
            panel,
            {
                "heading": heading,
                "x label": "times as much",
                "y label": "",
                "x scale": "log",
                "y scale": "linear",
                "x limits": [0.03, 20],
                "y limits": [len(names) - 0.4, -0.6],
                "x ticks": ["0.1", "0.2", "0.5", "1", "2", "5", "10"],
                "y ticks": names if panel == 0 else [],
                "texts": [],
                "legend": list(kinds),
                "marks": [*dots, *marked_rows(names, panel), *bars],
            },
        )
    return facts


@functools.cache
def stairs(edition: str) -> pd.DataFrame:
    """The rates of an edition, highest first, and whether another country has the same, to three decimals."""
    found = printed.index(edition).dropna(subset="rate").sort_values("rate", ascending=False, kind="stable")
    per = int(rows("editions", edition=edition)["rate_per"].item())
    exact = [Fraction(text) * 1000 / per for text in found["rate_text"]]  # one digit may decide a last decimal
    three, one = ([float(round(rate, digits)) for rate in exact] for digits in (3, 1))
    kinds = ["shared value" if three.count(rate) > 1 else "own value" for rate in three]
    table = {"edition": float(edition), "iso3": found["iso3"], "country_as_printed": found["name"]}
    table |= {"rate": found["rate"], "three decimals": three, "one decimal": one}
    table |= {"place": range(1, len(found) + 1), "kind": kinds}
    return pd.DataFrame(table | {"panel": f"{edition} edition: {len(set(three))} values"}).reset_index(drop=True)


@contract("editions_shared_values")
def editions_shared_values():
    panels = {edition: stairs(edition) for edition in ("2016", "2018")}
    table = pd.concat(panels.values())
    shared = {edition: (part["kind"] == "shared value") for edition, part in panels.items()}
    shape = {e: "is a staircase" if part.mean() > 0.5 else "falls smoothly" for e, part in shared.items()}
    title = f"In 2016, {shared['2016'].sum()} of {len(shared['2016'])} countries share their rate with another"
    sizes = panels["2016"].groupby("three decimals")["place"].agg(["size", "max"])
    widest = sorted(sizes.itertuples(), key=lambda step: -step[1])[:3]
    texts = [[f"{size} at {rate:.2f}", last, rate] for rate, size, last in widest]
    facts = {
        "title": title,
        "subtitle": "Each mark a country; values compared at four decimals of a percent",
        "alt": f"{in_words(len(panels)).capitalize()} curves of sorted rates: "
        f"{', '.join(f'{edition} {how}' for edition, how in shape.items())}. {title}.",
        "source": footer(("index", FULL[1][FULL[1]["edition"].isin(list(panels))])),
        "inputs": ["index"],
        "columns": list(table),
        "table": {column: cells(table[column]) for column in table},
        "panels": len(panels),
    }
    looks = {"own value": ("sky", "o"), "shared value": ("purple", "^")}
    for panel, part in enumerate(panels.values()):
        of_kind = {kind: part[part["kind"] == kind] for kind in looks}
        facts |= of_panel(
            panel,
            {
                "heading": part["panel"][0],
                "x label": "place, highest rate first",
                "y label": "people per 1,000",
                "x scale": "linear",
                "y scale": "log",
                "x limits": [-5, 205],
                "y limits": [10**end for end in spread(np.log10(table["three decimals"]), 0.05)],
                "x ticks": ["0", "50", "100", "150", "200"],
                "y ticks": ["1", "10", "100"] if panel == 0 else [],
                "texts": texts if panel == 0 else [],
                "legend": list(looks),
                "marks": [
                    line(of_kind[k]["place"], of_kind[k]["three decimals"], colour, k, marker=marker, style="None")
                    for k, (colour, marker) in looks.items()
                ],
            },
        )
    return facts


@contract("editions_places")
def editions_places():
    found = rates().dropna()
    place = pd.DataFrame({edition: places(found[edition]) for edition in COMPLETE}, index=found.index)
    rho = [rank_correlation(rates()[a], rates()[b]) for a, b in pairwise(COMPLETE)]
    stayed = ((place["2018"] <= 10) & (place["2023"] <= 10)).sum()
    saudi, korea = place.loc["SAU"], place.loc["PRK"]
    title = f"{stayed} of the {in_words(10)} highest of 2018 remain in 2023; {name_of('SAU')} goes from place "
    title += f"{saudi['2018']:g} to {saudi['2023']:g}, {name_of('PRK')} "
    title += f"{'keeps' if korea['2018'] == korea['2023'] == 1 else 'leaves'} the first"
    pairs = list(combinations(place[["2018", "2023"]].to_numpy(), 2))
    crossing = sum((a[0] - b[0]) * (a[1] - b[1]) < 0 for a, b in pairs) / len(pairs)
    order = sorted(CHOSEN, key=lambda iso3: place["2023"][iso3])
    heights = []
    for iso3 in order:  # texts keep a distance
        heights.append(max([place["2023"][iso3], *[height + 7.2 for height in heights[-1:]]]))
    texts = [f"{name_of(iso3)}: {', '.join(f'{p:g}' for p in place.loc[iso3])}" for iso3 in order]
    looks = {iso3: printed.own(iso3) for iso3 in CHOSEN}
    return {
        "title": title,
        "subtitle": f"{len(place)} countries. Rank correlation, all of each pair: {rho[0]:.2f}, then {rho[1]:.2f}",
        "alt": f"Bump chart of {len(place)} countries, {'much' if crossing > 0.2 else 'little'} crossing, "
        f"{in_words(len(CHOSEN))} named. {title}.",
        "source": footer(FULL),
        "inputs": ["index"],
        "columns": ["iso3", *COMPLETE],
        "table": {"iso3": list(place.index)} | {edition: list(place[edition]) for edition in COMPLETE},
        **PLAIN,
        "x limits": spread([0, 2.1], 0.05),
        "y limits": [163, -3],
        "x ticks": COMPLETE,
        "y ticks": [str(n) for n in range(20, 161, 20)],
        "texts": [[text, 2.1, height] for text, height in zip(texts, heights, strict=True)],
        "legend": [],
        "marks": [line(range(3), place.loc[iso3], "grid") for iso3 in place.index]
        + [line(range(3), place.loc[iso3], look, marker=marker) for iso3, (look, marker) in looks.items()]
        + [line([2, 2.1], [place["2023"][i], height], "muted") for i, height in zip(order, heights, strict=True)],
    }


@contract("editions_circularity")
def editions_circularity():
    total = rows("vulnerability", "score", factor="total vulnerability")
    scores = {e: total[total["edition"] == e].set_index("iso3")["score"].sort_index() for e in ("2016", "2018")}
    table = pd.DataFrame({f"score {e}": s for e, s in scores.items()} | {f"rate {e}": rates()[e] for e in COMPLETE})
    table = table.sort_index()
    panels = [("2016", "2016"), ("2018", "2018"), ("2018", "2023")]
    rho = [rank_correlation(scores[score], rates()[rate]) for score, rate in panels]
    goes = "goes" if rho[1] > 0.5 else "does not go"
    less = "far less" if rho[2] < rho[1] - 0.2 else "and also"
    title = f"Vulnerability of 2018 {goes} with rates of 2018, {less} with those of 2023"
    three = [round(rate, 3) for rate in rates()["2016"].dropna()]
    level_at = {rate for rate in three if three.count(rate) >= 4}
    in_stripes = sum(rate in level_at for rate in three) > len(three) / 2
    facts = {
        "title": title,
        "subtitle": "In headings the rank correlation. Triangles: four or more share the rate",
        "alt": f"{in_words(len(panels)).capitalize()} scatter plots; in 2016 "
        f"{'triangles lie in level stripes' if in_stripes else 'few triangles'}. {title}.",
        "source": footer(FULL, ("vulnerability", total)),
        "inputs": ["index", "vulnerability"],
        "columns": ["iso3", *table],
        "table": {"iso3": list(table.index)} | {column: cells(table[column]) for column in table},
        "panels": len(panels),
    }
    for panel, ((score, rate), agree) in enumerate(zip(panels, rho, strict=True)):
        both = table[[f"score {score}", f"rate {rate}"]].dropna().set_axis(["x", "y"], axis=1)
        crowd = [rate == "2016" and round(y, 3) in level_at for y in both["y"]]
        other, korea = [not many for many in crowd], both.loc["PRK"]
        shared = line(both["x"][crowd], both["y"][crowd], "purple", "shared rate", marker="^", style="None")
        facts |= of_panel(
            panel,
            {
                "heading": f"score {score}, rate {rate}: {agree:.2f}",
                "x label": "vulnerability score",
                "y label": "people per 1,000",
                "x scale": "linear",
                "y scale": "log",
                "x limits": [-5, 132],
                "y limits": [0.13, 200],
                "x ticks": ["0", "50", "100"],
                "y ticks": ["1", "10", "100"],
                "texts": [["North Korea", korea["x"], korea["y"]]],
                "legend": ["shared rate", "other"],
                "marks": [
                    *([shared] if any(crowd) else []),
                    line(both["x"][other], both["y"][other], "sky", "other", marker="o", style="None"),
                    line([korea["x"]], [korea["y"]], "orange", marker="D", style="None"),
                ],
            },
        )
    return facts
