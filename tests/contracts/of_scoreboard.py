"""Notebook 07: printed amounts and bounds against what the tables give."""

import functools
import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd

from contracts import printed
from contracts.base import Says, cells, contract, footer, in_words, level, line, of_panel, rows

CLAIMS = rows("claims").set_index("id")
LOOKS = {  # of verdicts
    "reproduces": ("green", "o"),
    "within rounding": ("sky", "^"),
    "inconsistent": ("purple", "X"),
    "cannot be checked": ("ink", "v"),
}
PASSED_ON = ["press repeating", "review", "UN series derived"]  # famine estimates that are not counted
ARTICLE, INDEX = ("claims", rows("claims")), ("index", rows("index", edition="2023"))
NEARLY = "nearly "


class Figure(NamedTuple):
    """What a statement is about, from the tables: its value (None where sources differ) and what rounding allows."""

    value: float | None
    low: float
    high: float
    sources: tuple[tuple[float, float], ...] = ()


def from_index(iso3: str, what: str) -> Figure:
    """The people, the population or the rate that the index prints."""
    row = printed.one(iso3)
    return Figure(row[what], row[f"{what}_low"], row[f"{what}_high"])


def part(iso3: str, of: int) -> Figure:
    """People in modern slavery of so many."""
    row = printed.one(iso3)
    ends = (row["people_low"] / row["population_high"], row["people_high"] / row["population_low"])
    return Figure(of * row["people"] / row["population"], of * ends[0], of * ends[1])


def world() -> Figure:
    row = rows("estimates", year="2021", region="World", form="modern slavery").iloc[0]
    low, high = printed.ends(row["people"], row["people_unit"])
    return Figure(float(row["people"]), float(low), float(high))


def un_population() -> Figure:
    found = rows("population", "population_thousands", iso3="PRK", year="2020", revision="WPP2019")
    people = 1000 * found["population_thousands"].item()
    return Figure(people, people, people)


def famine(kept: Callable[[str], bool]) -> Figure:
    """From the lowest to the highest of the estimates, by team."""
    found = rows("famine_estimates", "low", "high", "point")
    found = found[[kept(name) for name in found["method_class"]]]
    ends = found.assign(
        least=found[["low", "high", "point"]].min(axis=1), most=found[["low", "high", "point"]].max(axis=1)
    )
    teams = ends.dropna(subset="least").groupby("team").agg({"least": "min", "most": "max"})
    sources = tuple(teams.itertuples(index=False, name=None))
    return Figure(None, teams["least"].min(), teams["most"].max(), sources)


AMOUNTS: dict[str, Callable[[], Figure]] = {
    "A01": lambda: part("PRK", 100),
    "A02": lambda: from_index("PRK", "people"),
    "A03": lambda: from_index("PRK", "people"),
    "A04": lambda: from_index("PRK", "population"),
    "A04b": un_population,
    "A08": lambda: part("ERI", 1000),
    "A08b": lambda: from_index("ERI", "rate"),
    "A09": lambda: from_index("ERI", "people"),
    "A10": lambda: part("ERI", 100),
    "A12": world,
    "A13": lambda: from_index("USA", "population"),
    "A14": lambda: from_index("USA", "people"),
    "A15": lambda: part("USA", 100),
    "A22": lambda: famine(lambda method: method not in PASSED_ON),
    "A22c": lambda: famine(lambda method: method == "census-demographic"),
}


class Reading(NamedTuple):
    """What printed words may mean: their number, strictly and charitably, in a unit."""

    number: float
    strict: tuple[float, float]
    charitable: tuple[float, float]
    unit: str = ""


def last_place(text: str, scale: int, digits: str) -> float:
    """The worth of the last of these digits in a number."""
    whole, _, decimals = text.replace(",", "").partition(".")
    if decimals:
        return scale * 10.0 ** -len(decimals)
    return scale * 10.0 ** (len(whole) - 1 - max(whole.rfind(digit) for digit in digits))


def read(text: str) -> Reading:
    """A phrase of the article: strictly to the last digit written, charitably to the digit it may be rounded to."""
    words = text.lower().replace("ten percent", "10 percent")
    if words == "nearly one in ten":  # one in N stands for N - 0.5 to N + 0.5, nearly for less, down to N + 1.5
        return Reading(10, (100 / 11.5, 10), (100 / 11.5, 10), "percent")
    hedged = words.startswith(("some ", "approximately "))
    digits = re.search(r"[\d,.]*\d", words)[0]
    scale = 10**6 if "million" in words else 1
    unit = "percent" if "percent" in words else "per 1,000" if "of every 1,000" in words else ""
    number = float(digits.replace(",", "")) * scale
    last, worth = (last_place(digits, scale, of) / 2 for of in ("0123456789", "123456789"))
    strict = min(last, number / 20) if digits.endswith("0") and "." not in digits else last
    power = math.isclose(math.log10(number) % 1, 0)
    wide = (number - (number / 20 if power else worth), number + worth)
    return Reading(number, wide if hedged else (number - strict, number + strict), wide, unit)


def written(number: float) -> str:
    """A number for a reader: whole ones in full, half ones with the half, others to four digits."""
    if number % 1 in (0, 0.5):
        return f"{number:,.{0 if number % 1 == 0 else 1}f}"
    return f"{number:.4g}"


def meaning(reading: Reading, phrase: str) -> str:
    strict, wide = (f"{written(low)} to {written(high)} {reading.unit}".strip() for low, high in reading[1:3])
    if phrase.startswith(NEARLY):
        return strict.replace(" to ", " to under ")
    return strict if strict == wide else f"{strict}, charitably {wide}"


def judged(figure: Figure, reading: Reading, phrase: str) -> str:
    """Reproduces what lies in the strict reading; between that and what nothing allows, within rounding."""
    (low, high), (least, most) = reading.strict, reading.charitable
    if figure.sources:
        allow = [end >= least and start <= most for start, end in figure.sources]
        return "reproduces" if all(allow) else "cannot be checked" if any(allow) else "inconsistent"
    if low <= figure.value <= high and not (phrase.startswith(NEARLY) and figure.value == high):
        return "reproduces"
    return "within rounding" if figure.low <= most and figure.high >= least else "inconsistent"


@functools.cache
def amounts() -> pd.DataFrame:
    """The rows of the figure: all as parts of the printed number."""
    made = []
    for id, about in AMOUNTS.items():
        claim, figure = CLAIMS.loc[id], about()
        reading = read(claim["printed"])
        verdict = judged(figure, reading, claim["printed"])
        met = {"reproduces": "strict", "within rounding": "charitable"}.get(verdict, "")
        ends = reading.strict if met == "strict" else reading.charitable
        nearest = min(max(reading.number, figure.low), figure.high)
        near = reading.number < 2 * nearest < 4 * reading.number
        severity = "none" if verdict != "inconsistent" else "value" if near else "conclusion"
        numbers = [end / reading.number for end in ends]
        numbers += [None if figure.value is None else figure.value / reading.number]
        numbers += [figure.low / reading.number, figure.high / reading.number]
        about_it = [meaning(reading, claim["printed"]), reading.number, *numbers, reading.unit, verdict, severity, met]
        made.append([id, *about_it, f"{id}  {claim['printed']}"])
    names = ["id", "meant", "printed_value", "read_low", "read_high", "computed", "low", "high", "unit"]
    return pd.DataFrame(made, columns=[*names, "verdict", "severity", "reading", "label"]).astype({"computed": float})


def common(found: pd.DataFrame, more: list[str]) -> dict:
    """Facts of both tables: the columns of the verdicts, those of the claims as they stand there."""
    claims = CLAIMS.loc[found["id"]]
    tested = claims["read_as"].where(claims["read_as"] != "", claims["printed"])
    same = {name: cells(claims[name]) for name in ("statement", "printed", "formula", "notebook", "evidence")}
    columns = ["id", "statement", "printed", "tested", "reading", "meant", "printed_value", "read_low", "read_high"]
    columns += ["computed", "low", "high", "unit", "formula", "inputs", "verdict", "severity", "reason"]
    columns += ["notebook", "evidence", "error", *more]
    facts = {f"column {name}": values for name, values in same.items()} | {
        "columns": columns,
        "column tested": cells(tested),
        "column inputs": [
            Says(*re.findall(r"\w+\.\w+(?=;)|famine_estimates|iso3=\w{3}\b", text)) for text in claims["formula"]
        ],
        "column reason": [
            Says(text, note.removesuffix(".")) for text, note in zip(tested, claims["note"], strict=True)
        ],
        "column error": [""] * len(found),
    }
    return facts | {f"column {name}": cells(found[name]) for name in columns if name in found}


def classes_of(found: pd.DataFrame, over: str) -> tuple[list[dict], list[dict]]:
    """Marks and ranges of each verdict, in the order in which they come up; no mark without a value."""
    dots, bars = [], []
    for verdict in dict.fromkeys(found["verdict"]):
        own, (colour, marker) = found[found["verdict"] == verdict], LOOKS[verdict]
        if own[over].notna().any():
            dots.append(line(own[over], own.index, colour, verdict, marker, "None"))
        bars.append(level(own["low"], own["high"], own.index, colour, verdict))
    return dots, bars


@contract("printed_against_computed")
def printed_against_computed():
    found = amounts()
    met = found["verdict"].isin(["reproduces", "within rounding"]).sum()
    parted = found.loc[found["id"] == "A22", "verdict"].item() == "cannot be checked"
    near = (found["computed"].dropna() - 1).abs().max() < 0.1
    views = {"The whole scale": (0.1, 1.9), "The middle, magnified": (0.94, 1.06)}
    title = f"{met} of {len(found)} printed amounts are met; on the famine sources {'part' if parted else 'agree'}"
    used = [ARTICLE, INDEX, ("estimates", rows("estimates", year="2021", region="World", form="modern slavery"))]
    used += [("population", rows("population", revision="WPP2019")), ("famine_estimates", rows("famine_estimates"))]
    dots, bars = classes_of(found, "computed")
    facts = common(found, ["label"]) | {
        "title": title,
        "subtitle": "Bar: by rounding; A22, A22c: over sources. Grey band: what words allow",
        "alt": f"{in_words(len(views)).capitalize()} dot plots of computed over printed; "
        f"{'all' if near else 'not all'} marks lie near one. {title}.",
        "source": footer(*used),
        "inputs": ["claims", "estimates", "famine_estimates", "index", "population"],
        "panels": len(views),
    }
    ticks = ["0.5", "1.0", "1.5"], [f"{0.94 + n / 50:.2f}" for n in range(7)]
    for panel, (heading, (left, right)) in enumerate(views.items()):
        band = found["read_low"].clip(lower=left), found["read_high"].clip(upper=right)
        facts |= of_panel(panel, {
            "heading": heading,
            "x label": "computed over printed",
            "y label": "",
            "x scale": "linear",
            "y scale": "linear",
            "x limits": [left, right],
            "y limits": [len(found) - 0.4, -0.6],
            "x ticks": ticks[panel],
            "y ticks": [] if panel else list(found["label"]),
            "texts": [],
            "legend": list(dict.fromkeys(found["verdict"])),
            "marks": [*dots, *bars, level(*band, found.index, "grid")],
        })  # fmt: skip
    return facts


# --- bounds ---


def place_of(iso3: str) -> int:
    """The only place that all printed figures leave."""
    found = printed.estimated().set_index("iso3")
    best, worst = 1 + (found["low"] > found["high"][iso3]).sum(), (found["high"] >= found["low"][iso3]).sum()
    assert best == worst, "rounding leaves more than one place"
    return int(best)


@functools.cache
def chance_of(factor: str) -> float:
    """In percent, how often ten of 160 picked at random have a median as far above the others' as the first ten.

    With the random numbers that the package uses; the observed ten count as a pick.
    """
    rates = printed.estimated().set_index("iso3")["rate"]
    scores = rows("vulnerability", "score", edition="2018", factor=factor).set_index("iso3")["score"]
    scores = scores[scores.index.isin(rates.index)]
    ours = scores.index.isin(rates.nlargest(10).index)
    values = np.array([*scores[ours], *scores[~ours]])
    picks = np.random.default_rng(1).permuted(np.tile(values, (10_000, 1)), axis=1)
    gaps = np.median(picks[:, :10], axis=1) - np.median(picks[:, 10:], axis=1)
    as_far = (gaps >= np.median(values[:10]) - np.median(values[10:]) - 1e-12).sum()
    return 100 * float(1 + as_far) / (1 + len(picks))


class Bound(NamedTuple):
    """A figure beside the bound that words set: at least (or at most) so much."""

    figure: Figure
    edge: float
    printed_value: float
    meant: str
    unit: str
    at_least: bool = True


def ratio_of_rates() -> Figure:
    """The second-highest rate over the third-highest."""
    found = printed.estimated()
    ends = {end: found[end].nlargest(3).iloc[1:] for end in ("rate", "rate_low", "rate_high")}
    low, high = (
        ends["rate_low"].iloc[0] / ends["rate_high"].iloc[1],
        ends["rate_high"].iloc[0] / ends["rate_low"].iloc[1],
    )
    return Figure(ends["rate"].iloc[0] / ends["rate"].iloc[1], low, high)


def all_deaths() -> Figure:
    """Deaths of all causes, 1995 to 1998."""
    found = rows("demography", "value", "year", iso3="PRK", indicator="deaths_thousands", revision="WPP2024")
    died = 1000 * found.query("1995 <= year <= 1998")["value"].sum()
    return Figure(died, died, died)


def exactly(value: float) -> Figure:
    return Figure(value, value, value)


@functools.cache
def bounds() -> dict[str, Bound]:
    five = float(Fraction(CLAIMS["read_as"]["A26"].removeprefix("at most ").removesuffix(" percent")))
    two = float(CLAIMS["read_as"]["A11"].removeprefix("at least ").removesuffix(" times"))
    famine_ = read(CLAIMS["printed"]["A22b"])
    least = famine_.charitable[0]
    at_most = [Bound(exactly(chance_of(factor)), five, five, f"at most {five:.0f} percent", "percent", False)
               for factor in ("governance issues", "effects of conflict")]  # fmt: skip
    place = exactly(100 * place_of("USA") / len(printed.estimated()))
    return {
        "A05": Bound(part("PRK", 100), 10, 10, "more than 10 percent", "percent"),  # more than one out of ten
        "A11": Bound(ratio_of_rates(), two, two, f"at least {two:.0f} times", "times"),
        "A18": Bound(place, 50, 50, "more than 50 percent", "percent"),  # more than half
        "A22b": Bound(all_deaths(), least, famine_.number, f"at least {least:,.0f}", ""),
        "A26": at_most[0],
        "A26b": at_most[1],
    }


def verdict_of(bound: Bound) -> str:
    """Reproduces what meets the bound; of a chance only one near 100 percent is inconsistent with it."""
    if bound.figure.value < bound.edge if bound.at_least else bound.figure.value > bound.edge:
        chance = not bound.at_least and bound.figure.value < 100 - bound.edge  # decides neither way
        return "cannot be checked" if chance else "inconsistent"
    return "reproduces"


@contract("thresholds_against_computed")
def thresholds_against_computed():
    found = pd.DataFrame(bounds()).T.rename_axis("id").reset_index()
    found.columns = ["id", "figure", *Bound._fields[1:]]
    ids, figures_, edge = list(found["id"]), list(found["figure"]), found["edge"].astype(float)
    found["verdict"] = [verdict_of(bound) for bound in bounds().values()]
    found["reading"] = found["verdict"].map({"reproduces": "strict"}).fillna("")
    found["severity"] = ["conclusion" if verdict == "inconsistent" else "none" for verdict in found["verdict"]]
    found["computed"] = [figure.value for figure in figures_]
    found["over"], found["low"], found["high"] = (
        [getattr(figure, end) / bound for figure, bound in zip(figures_, edge, strict=True)]
        for end in ("value", "low", "high")
    )
    ours = CLAIMS.loc[ids, "read_as"] != ""
    whose = ["our bound" if own else text for own, text in zip(ours, CLAIMS.loc[ids, "printed"], strict=True)]
    found["label"] = [f"{id}  {who}: {meant}" for id, who, meant in zip(ids, whose, found["meant"], strict=True)]
    found["read_low"] = [end if least else "" for end, least in zip(edge, found["at_least"], strict=True)]
    found["read_high"] = ["" if least else end for end, least in zip(edge, found["at_least"], strict=True)]
    met = (found["verdict"] == "reproduces").sum()
    title = f"{met} of {len(found)} bounds are met; {ours.sum()} are our own"
    sides = "on and off" if 0 < met < len(found) else "on" if met else "off"
    used = [ARTICLE, INDEX, ("demography", rows("demography", revision="WPP2024"))]
    used += [("vulnerability", rows("vulnerability", edition="2018"))]
    dots, bars = classes_of(found, "over")
    left, right = ([a if least else b for least in found["at_least"]] for a, b in ((1, 0), (3, 1)))
    return common(found, ["over", "label"]) | {
        "title": title,
        "subtitle": "Grey band: the side that meets the bound. Bar: range by rounding",
        "alt": f"Dots of computed values over their bounds, {sides} the side allowed. {title}.",
        "source": footer(*used),
        "inputs": ["claims", "demography", "index", "vulnerability"],
        "panels": 1,
        "heading": "",
        "x label": "computed value over its bound",
        "y label": "",
        "x scale": "linear",
        "y scale": "linear",
        "x limits": [0, 3],
        "y limits": [len(found) - 0.4, -0.6],
        "x ticks": [str(n / 2) for n in range(7)],
        "y ticks": list(found["label"]),
        "texts": [],
        "legend": list(dict.fromkeys(found["verdict"])),
        "marks": [*dots, *bars, level(left, right, found.index, "grid")],
    }
