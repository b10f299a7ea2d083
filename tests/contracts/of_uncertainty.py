"""Notebook 04: places that rounding leaves open, places if values are off, and a small sample.

What is simulated is done again here, with the same random numbers, by other steps.
"""

import functools
import math
from collections.abc import Callable
from itertools import pairwise
from statistics import NormalDist, median

import numpy as np
import pandas as pd

from contracts import printed
from contracts.base import (
    PLAIN,
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
    rows,
    spread,
)

INDEX = ("index", rows("index", edition="2023"))
SIZES = [10, 30, 65]  # percent of each value
OWN = "own calculation, errors assumed"
DRAWS, LEVEL = 20_000, 0.95


@functools.cache
def ordered() -> pd.DataFrame:
    """The countries with the best and the worst place that rounding allows, in this order."""
    found = printed.estimated()
    low, high = found["low"].to_numpy(), found["high"].to_numpy()
    found["best"] = [1 + (low > end).sum() for end in high]  # surely higher
    found["worst"] = [(high >= end).sum() for end in low]  # surely or perhaps higher, and itself
    by = sorted(found.index, key=lambda n: (found["best"][n], found["worst"][n], -low[n]))
    found = found.loc[by].reset_index(drop=True)
    found["open"], found["middle"] = found["worst"] - found["best"] + 1, (found["low"] + found["high"]) / 2
    return found


def own_marks(names: list[str]) -> list[dict]:
    """The marks of the two countries, beside their rows."""
    looks = [(at, *printed.own(name)) for at, name in enumerate(names)]
    return [line([0], [at], colour, marker=marker, style="None") for at, colour, marker in looks if colour != "ink"]


@contract("places_from_rounding")
def places_from_rounding():
    found = ordered()
    ends = {"one place": 1, "two places": 2, "three or four": 4, "five to seven": 7}  # places open, at most
    kinds = [next(name for name, most in ends.items() if number <= most) for number in found["open"]]
    shade = dict(zip(ends, ["step2", "step3", "step4", "step5"], strict=True))
    at = [(n % 20, n // 20) for n in range(len(found))]
    below = at[-1][1] + 1.6
    key = [(20 / len(ends) * n, name) for n, name in enumerate(ends)]
    corners = {iso3: (x + 0.46, y - 0.46) for iso3, (x, y) in zip(found["iso3"], at, strict=True)}
    two = [(*corners[iso3], *printed.own(iso3)) for iso3 in found["iso3"] if printed.own(iso3)[0] != "ink"]
    title = (
        f"Rounding leaves {kinds.count('one place')} of {len(found)} countries just one place, and the others up to "
    )
    title += f"{found['open'].max()}"
    columns = ["iso3", "rate_printed", "low", "high", "best", "worst", "open"]
    return {f"column {name}": list(found[name]) for name in columns if name in found} | {
        "title": title,
        "subtitle": "In order of rate, rows numbered by place. In a tile: how many are open",
        "alt": f"Grid of {len(found)} tiles in order of rate; darker: more places open. {title}.",
        "source": footer(INDEX),
        "inputs": ["editions", "index"],
        "columns": columns,
        "column rate_printed": cells(found["rate_text"]),
        **PLAIN,
        "x limits": [-0.6, 19.6],
        "y limits": [below + 0.6, -0.6],
        "x ticks": [str(n / 2) for n in range(0, 36, 5)],  # not seen, as the axes are not
        "y ticks": ["0", "2", "4", "6", "8"],
        "texts": [
            *([f"{row.iso3}\n{row.open}", *spot] for row, spot in zip(found.itertuples(), at, strict=True)),
            *(text for x, name in key for text in (["", x, below], [f"{name}: {kinds.count(name)}", x + 0.7, below])),
            *([str(20 * row + 1), -0.5, row] for row in range(8)),
        ],
        "legend": [],
        "marks": [line([x], [y], colour, marker=marker, style="None") for x, y, colour, marker in two]
        + [bar(x - 0.46, y - 0.46, 0.92, 0.92, shade[kind], "paper") for (x, y), kind in zip(at, kinds, strict=True)]
        + [bar(x - 0.46, below - 0.46, 0.92, 0.92, shade[name], "paper") for x, name in key],
    }


# --- what if the values are off? ---

KINDS = ["each by itself", "half shared", "sums held"]
EIGHT = ["PRK", "ERI", "MRT", "AFG", "IND", "CHN", "USA", "JPN"]


@functools.cache
def normals(columns: int) -> np.ndarray:
    """The random numbers of the notebook: a row each draw."""
    return np.random.default_rng(2023).standard_normal((DRAWS, columns))


def drawn(percent: int, kind: str) -> np.ndarray:
    """Rates as they might have come out, a row each draw: each times a lognormal factor with mean 1."""
    found = ordered()
    regions = sorted(found["region"].unique()) if kind != KINDS[0] else [""]
    of_region = np.array([regions.index(name) if kind != KINDS[0] else 0 for name in found["region"]])
    variance = math.log(1 + (percent / 100) ** 2)
    normal = normals(len(found) + len(regions))
    error = normal[:, : len(found)]
    if kind == "half shared":  # half of the variance is the region's
        error = math.sqrt(0.5) * error + math.sqrt(0.5) * normal[:, len(found) + of_region]
    factor = np.exp(math.sqrt(variance) * error - variance / 2)
    if kind == "sums held":  # each region's people add up as they did
        people = found["people"].to_numpy(float)
        for number in range(len(regions)):
            of = of_region == number
            factor[:, of] *= people[of].sum() / (factor[:, of] @ people[of])[:, None]
    return found["middle"].to_numpy() * factor


@functools.cache
def in_top(percent: int) -> list[float]:
    """The share of draws in which each is among the first ten."""
    rates = drawn(percent, KINDS[0])
    return list((rates >= np.partition(rates, -10, axis=1)[:, -10:-9]).mean(axis=0))


@functools.cache
def places(percent: int, kind: str) -> dict[str, tuple[int, int, int, float]]:
    """Of eight, the places that 5, 50 and 95 percent of draws reach, and the share among the first ten."""
    rates, names, found = drawn(percent, kind), list(ordered()["iso3"]), {}
    for iso3 in EIGHT:
        own = rates[:, [names.index(iso3)]]
        at = np.sort(np.count_nonzero(rates >= own, axis=1))
        reached = (int(at[math.ceil(DRAWS * part / 100) - 1]) for part in (5, 50, 95))
        found[iso3] = (*reached, float((at <= 10).mean()))
    return found


def listed(names: list[str]) -> str:
    """A, B or C."""
    return f"{', '.join(names[:-1])} or {names[-1]}"


@contract("who_could_be_in_the_top_ten")
def who_could_be_in_the_top_ten():
    found = ordered()
    shares = {size: in_top(size) for size in SIZES}
    could = [sum(share >= 0.05 for share in shares[size]) for size in SIZES]
    title = (
        f"Off by {listed([str(size) for size in SIZES])} percent, {listed([str(n) for n in could])} countries could "
    )
    title += f"be in the top {in_words(10)}"
    falls = [values[0] - values[19] for values in shares.values()]
    steep = "less" if all(larger < smaller for smaller, larger in pairwise(falls)) else "no less"
    top = {f"off by {size} percent": shares[size][:20] for size in SIZES}
    looks = classes(top)
    return {
        "title": title,
        "subtitle": "Errors are assumed. 20 highest rates; could: in 1 draw of 20 or more",
        "alt": f"Dot plot: share of draws in the top ten {'falls' if min(falls) > 0 else 'does not fall'} with place, "
        f"{steep} steeply for larger errors. {title}.",
        "source": footer(INDEX, said=OWN),
        "inputs": ["editions", "index"],
        "columns": ["percent", "iso3", "in_top"],
        "column percent": [size for size in SIZES for _ in found["iso3"]],
        "column iso3": list(found["iso3"]) * len(SIZES),
        "column in_top": [share for size in SIZES for share in shares[size]],
        "panels": 1,
        "heading": "",
        "x label": "share of draws in the top ten",
        "y label": "",
        "x scale": "linear",
        "y scale": "linear",
        "x limits": spread([share for values in top.values() for share in values], 0.05),
        "y limits": [19.6, -0.6],
        "x ticks": [f"{n}%" for n in range(0, 101, 20)],
        "y ticks": list(found["name"][:20]),
        "texts": [],
        "legend": list(top),
        "marks": [
            *(line(top[name], range(20), colour, name, marker, "None") for name, (colour, marker) in looks.items()),
            *own_marks(list(found["name"][:20])),
            line([0, 1], [9.5, 9.5], "muted", style="--"),
            *(level(top[name], top[name], range(20), colour, name) for name, (colour, _) in looks.items()),
        ],
    }


@contract("what_if_places")
def what_if_places():
    found = ordered().set_index("iso3")
    order = [iso3 for iso3 in found.index if iso3 in EIGHT]
    body = [[size, kind, iso3, *places(size, kind)[iso3]] for size in SIZES for kind in KINDS for iso3 in order]
    table = pd.DataFrame(body, columns=["percent", "errors", "iso3", "low", "middle", "high", "in_top"])
    width = table.assign(width=table["high"] - table["low"]).pivot(index=["errors", "iso3"], columns="percent")["width"]
    wider = (width[SIZES[-1]] > width[SIZES[0]]).mean()
    alone, half = (table[table["errors"] == kind].reset_index()[["low", "middle", "high"]] for kind in KINDS[:2])
    moved = (alone - half).abs().to_numpy().max()
    title = f"Larger errors move places {'further' if width[SIZES].mean().is_monotonic_increasing else 'no further'}; "
    title += f"sharing half of them changes {'little' if moved <= 5 else 'much'}"
    looks = classes(KINDS)
    facts = {f"column {name}": list(table[name]) for name in table} | {
        "title": title,
        "subtitle": "What if? Errors are assumed. Middle nine tenths of draws; mark: middle",
        "alt": f"Place ranges of {in_words(len(order))} countries in {in_words(len(SIZES))} panels; "
        f"{'most widen' if wider > 0.5 else 'few widen'} to the right. {title}.",
        "source": footer(INDEX, said=OWN),
        "inputs": ["editions", "index"],
        "columns": list(table),
        "panels": len(SIZES),
    }
    names = list(found.loc[order, "name"])
    for panel, size in enumerate(SIZES):
        dots, bars = [], []
        for shift, (kind, (colour, marker)) in zip([-0.2, 0, 0.2], looks.items(), strict=True):
            part, at = table[(table["percent"] == size) & (table["errors"] == kind)], np.arange(8) + shift
            dots.append(line(part["middle"], at, colour, kind, marker, "None"))
            bars.append(level(part["low"], part["high"], at, colour, kind))
        facts |= of_panel(panel, {
            "heading": f"off by {size} percent",
            "x label": "place by rate",
            "y label": "",
            "x scale": "linear",
            "y scale": "linear",
            "x limits": [-3, 163],
            "y limits": [7.6, -0.6],
            "x ticks": ["1", "40", "80", "120", "160"],
            "y ticks": [] if panel else names,
            "texts": [],
            "legend": KINDS,
            "marks": [*dots, *([] if panel else own_marks(names)), *bars],
        })  # fmt: skip
    return facts


# --- which places may be the true ones? ---


@functools.cache
def noise() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By how many standard errors chance moves each, the lowest rate first; the most above it, the least below."""
    z = np.random.default_rng(1).standard_normal((10_000, len(ordered()))).T.copy()
    highest, lowest = np.full_like(z, -np.inf), np.full_like(z, np.inf)
    highest[:-1] = np.maximum.accumulate(z[:0:-1])[::-1]
    lowest[1:] = np.minimum.accumulate(z[:-1])
    return z, highest, lowest


def ahead(i: int, window: tuple[int, int]) -> np.ndarray:
    """By how much chance puts one of i and its neighbours, from first to last, ahead in the order of rates."""
    (first, last), (z, highest, lowest) = window, noise()
    above = highest[i] if last == len(z) - 1 else z[i + 1 : last + 1].max(axis=0, initial=-np.inf)
    below = lowest[i] if first == 0 else z[first:i].min(axis=0, initial=np.inf)
    return np.maximum(np.maximum(above - z[i], z[i] - below), 0) / math.sqrt(2)


def mark_of(chance: np.ndarray) -> float:
    """What so many percent of the draws stay below: the observed one counts as a draw more."""
    return float(np.sort(chance)[math.ceil(LEVEL * (len(chance) + 1)) - 1])


def told_apart(gaps: np.ndarray, family: list[int], behind: np.ndarray, chance: Callable) -> dict[int, tuple[int, int]]:
    """For each of a family the first and the last that are not surely lower or higher, after every step down."""
    windows = {i: (0, len(gaps) - 1) for i in family}
    while True:
        critical = mark_of(np.maximum(chance(windows), behind))
        near = {i: np.flatnonzero(gaps[i] <= critical) for i in family}
        narrower = {i: (max(windows[i][0], near[i][0]), min(windows[i][1], near[i][-1])) for i in family}
        if narrower == windows:
            return windows
        windows = narrower


@functools.cache
def sets(percent: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Best and worst place of each: marginal sets, and simultaneous ones (Mogstad and others, 2023)."""
    found, (z, _, _) = ordered(), noise()
    n, error = len(found), math.sqrt(math.log(1 + (percent / 100) ** 2))
    by = np.argsort(found["middle"].to_numpy(), kind="stable")  # the lowest first
    logs = np.log(found["middle"].to_numpy())[by]
    gaps = np.abs(logs[:, None] - logs) / (math.sqrt(2) * error)
    highest = np.vstack(
        [np.full((1, z.shape[1]), -np.inf), np.maximum.accumulate(z[:-1])]
    )  # of those with a lower rate
    behind = np.maximum(highest - z, 0) / math.sqrt(2)  # chance puts the lower of a pair ahead
    lowest = np.vstack([np.minimum.accumulate(z[:0:-1])[::-1], np.full((1, z.shape[1]), np.inf)])
    either = np.maximum(behind, (z - lowest) / math.sqrt(2))
    marginal = {}
    for i in range(n):
        marginal |= told_apart(gaps, [i], either[i], lambda windows: ahead(*next(iter(windows.items()))))

    def most(windows: dict[int, tuple[int, int]]) -> np.ndarray:
        return functools.reduce(np.maximum, (ahead(i, (i, last)) for i, (_, last) in windows.items()))

    simultaneous = told_apart(gaps, list(range(n)), behind.max(axis=0), most)
    made = []
    for windows in (marginal, simultaneous):
        ends = {by[i]: (int(n - last), int(n - first)) for i, (first, last) in windows.items()}
        made.append([ends[row] for row in range(n)])
    return made[0], made[1]


@contract("rank_sets")
def rank_sets():
    found, kinds = ordered(), ["marginal", "simultaneous"]
    n, names = len(found), list(found["iso3"])
    both = {size: dict(zip(kinds, sets(size), strict=True)) for size in SIZES}
    body = []
    for size in SIZES:
        for kind in kinds:
            body += [[size, kind, iso3, *ends] for iso3, ends in zip(names, both[size][kind], strict=True)]
    typical = {size: median(worst - best + 1 for best, worst in both[size]["marginal"]) for size in SIZES}
    title = f"If off by {SIZES[0]} percent, a typical set has {typical[SIZES[0]]:.0f} places; if by {SIZES[-1]}, "
    title += f"{typical[SIZES[-1]]:.0f} of {n}"
    top = max(worst - best + 1 for best, worst in both[SIZES[0]]["simultaneous"][:3])
    seen = f"{'narrow' if top < n / 40 else 'wide'} at the top, then {'wide' if typical[30] > n / 2 else 'narrow'}, "
    seen += f"at last {'nearly full' if 0.95 * n < typical[65] < n else 'full or narrow'}"
    columns = ["percent", "kind", "iso3", "best", "worst"]
    facts = {f"column {name}": [row[k] for row in body] for k, name in enumerate(columns)} | {
        "title": title,
        "subtitle": f"Errors assumed; {LEVEL:.0%} sets of Mogstad and others; typical: median",
        "alt": f"{in_words(len(SIZES)).capitalize()} squares of ranges: {seen}. {title}.",
        "source": footer(INDEX, said=f"after Mogstad and others (2023); {OWN}"),
        "inputs": ["editions", "index"],
        "columns": columns,
        "panels": len(SIZES),
    }
    usa, at = names.index("USA"), range(n)
    for panel, size in enumerate(SIZES):
        marginal, simultaneous = (list(zip(*both[size][kind], strict=True)) for kind in kinds)
        best, worst = both[size]["marginal"][usa]
        facts |= of_panel(panel, {
            "heading": f"off by {size} percent",
            "x label": "places that may be true",
            "y label": "" if panel else "printed order",
            "x scale": "linear",
            "y scale": "linear",
            "x limits": [1, n],
            "y limits": [n - 0.4, -0.6],
            "x ticks": ["1", "40", "80", "120", str(n)],
            "y ticks": [] if panel else ["1", "40", "80", "120", str(n)],
            "texts": [],
            "legend": ["simultaneous", "marginal", "printed order", "United States"],
            "marks": [
                *([] if panel else own_marks(names)),
                level(*simultaneous, at, "grid", "simultaneous"),
                level(*marginal, at, "sky", "marginal"),
                level([k + 0.1 for k in at], [k + 1.9 for k in at], at, "ink", "printed order"),
                level([best], [worst], [usa], "blue", "United States"),
            ],
        })  # fmt: skip
    return facts


@contract("fifty_interviews")
def fifty_interviews():
    told = rows("context", "value", topic="small samples").set_index("id")["value"]
    asked, forced = (int(told[name]) for name in ("nk_interviews", "nk_interviews_forced"))
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    half = z * math.sqrt(forced * (asked - forced) / asked + z**2 / 4)  # Wilson (1927)
    low, high = ((forced + z**2 / 2 + end) / (asked + z**2) for end in (-half, half))
    share, equal = forced / asked, forced / (asked - forced)  # equal: how many times as likely, if one half fits

    def fits(seen: float, times: float) -> float:
        """The share of people that gives the share seen, if those forced are so many times as likely to be asked."""
        return seen / (seen + times * (1 - seen))

    times = [0.1 * 1000 ** (n / 199) for n in range(200)]
    curves = {name: [fits(part, t) for t in times] for name, part in {"low": low, "seen": share, "high": high}.items()}
    most = "nearly everyone" if 0.95 < fits(share, 1) < 1 else "some"
    title = f"{forced} of {asked} fits {most} or {'half' if math.isclose(fits(share, equal), 0.5) else 'others'}: "
    title += "who was reached decides"
    falling = all(after < before for before, after in pairwise(curves["seen"]))
    return {
        "title": title,
        "subtitle": "By how selection worked. Line: the share seen. Band: Wilson's interval",
        "alt": f"{'Falling' if falling else 'Other'} curve. {title}.",
        "source": footer(("context", rows("context", topic="small samples")), said="worked example"),
        "inputs": ["context"],
        "columns": ["times", "low", "seen", "high"],
        "column times": times,
        "column low": curves["low"],
        "column seen": curves["seen"],
        "column high": curves["high"],
        "panels": 1,
        "heading": "",
        "x label": "times as likely to be interviewed (1: equal chances)",
        "y label": "share that would fit",
        "x scale": "log",
        "y scale": "linear",
        "x limits": [0.1, 100],
        "y limits": [0, 1.02],
        "x ticks": ["0.1", "1", "10", "100"],
        "y ticks": [str(n / 10) for n in range(0, 11, 2)],
        "texts": [[f"{equal:.0f} times:\none half", equal, 0.5]],
        "legend": [],
        "marks": [
            line(times, curves["seen"], "ink"),
            line([1, equal], [share, 0.5], "ink", "seen", "o", "None"),
            area([between(times, curves["low"], curves["high"])], "step2"),
        ],
    }
