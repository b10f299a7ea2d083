"""What the README reports: each name of its ties, computed once, as it is printed there."""

import inspect
import json
from pathlib import Path

import pandas as pd

import one_digit
from analysis import country, mortality, ranks, rates
from analysis.tables import load

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED = {  # Pimentel, Murta, Braganholo and Freire 2019, MSR, the share of notebooks attempted
    "public_ran": "24.11%",
    "public_same": "4.03%",
}


def index_findings():
    """The report against itself, and the regions with and without the places that it does not list."""
    world, editions = country.ranked(2023), load("editions")
    rows = world.assign(place=ranks.rank(world["rate"])).set_index("iso3")
    korea, usa, checked = rows.loc["PRK"], rows.loc["USA"], world[world["check"] != rates.CANNOT]
    un = load("population", revision="WPP2019", year=2020).merge(load("countries"), on="iso3")
    missing = un[~un["iso3"].isin(rows.index)]
    more = missing.groupby("region")["population_thousands"].sum() * 1000
    published = load("estimates", year=2021, form="modern slavery").set_index("region")["rate_printed"]
    prisoners = load("incarceration", indicator="prisoners_sentenced", year=2021)["value"].iloc[0]
    return {
        "korea_people": f"{korea.people:,}",
        "korea_population": f"{korea.population:,}",
        "korea_rate": korea.rate_printed,
        "korea_low": f"{korea.low:.2f}",
        "korea_high": f"{korea.high:.2f}",
        "rates_agree": checked["check"].isin(["reproduces", "within rounding"]).sum(),
        "rates_checked": len(checked),
        "countries": len(world),
        "world_people": f"{world.people.sum():,}",
        "arab_rate": f"{rates.aggregate(world, editions).rate['Arab States']:.2f}",
        "arab_published": published["Arab States"],
        "arab_wider": f"{rates.aggregate(world, editions, also=more).rate['Arab States']:.2f}",
        "place_article": load("claims", id="A17")["printed"][0][:3],
        "place_plain": usa.place,
        "place_left": usa.best if usa.best == usa.worst else f"{usa.best} to {usa.worst}",
        "prisoners": f"{prisoners / usa.people:.0%}",
    }


def confidence_findings(percent=30):
    """The confidence set of 04 for the United States, if each rate is off by this percentage of itself."""
    sets = pd.read_csv(ROOT / "figures" / "rank_sets.csv").set_index(["percent", "kind", "iso3"])
    row = sets.loc[(percent, "marginal", "USA")]
    level = inspect.signature(ranks.rank_sets).parameters["level"].default
    return {"percent": f"{percent}%", "level": f"{level:.0%}", "place_best": row["best"], "place_worst": row["worst"]}


def famine_findings():
    """Studies whose number was read; the UN's deaths, and those above a baseline, for 1995 to 1998."""
    series = mortality.mortality_series(load("demography"), "PRK", "WPP2024")
    lines = [mortality.linear(series["rate"], 1994, 2003), mortality.constant(series["rate"], 1994)]
    excess = [mortality.excess(series, 1995, 1998, line)["excess"].sum() for line in lines]
    choices = pd.read_csv(ROOT / "figures" / "excess_by_choice.csv").query("revision == 'WPP2024' and last == 1998")
    choices = choices.loc[choices["baseline"] != "South Korea's own rate", "excess"]
    studies = load("famine_estimates", method_class="census-demographic")[["low", "high", "point"]].stack()
    return {
        "studies_low": f"{studies.min():,.0f}",
        "studies_high": f"{studies.max():,.0f}",
        "deaths_4": f"{series['deaths'].loc[1995:1998].sum() / 1e6:.2f}",
        "deaths_8": f"{series['deaths'].loc[1995:2002].sum() / 1e6:.2f}",
        "excess_low": f"{round(min(excess), -3):,.0f}",
        "excess_high": f"{round(max(excess), -3):,.0f}",
        "excess_most": f"{round(choices.max(), -3):,.0f}",
    }


def fault_findings():
    """Faults planted by seed_faults.py: how many, and how many were caught beside old outputs and after a rebuild."""
    results = list(json.loads((ROOT / "tests" / "faults.json").read_text(encoding="utf-8")).values())
    plain, rebuilt = ([result[way] for result in results if result[way]] for way in ("plain", "rebuilt"))
    counts = {"faults": len(results), "plain": len(plain), "rebuilt": len(rebuilt)}
    return counts | {"changed": plain.count("rebuild --check")}


def mutant_findings():
    """Changes to analysis/ by mutants.py: how many there are, were tried, and were noticed by a test."""
    counts = json.loads((ROOT / "tests" / "mutants.json").read_text(encoding="utf-8"))
    noticed = f"{counts['noticed'] / counts['tried']:.0%}"
    return {
        "mutants_all": f"{counts['changes']:,}",
        "mutants_tried": f"{counts['tried']:,}",
        "mutants_noticed": noticed,
    }


def findings():
    """Name -> what the README prints."""
    found = index_findings() | confidence_findings() | famine_findings() | fault_findings() | PUBLISHED
    found |= one_digit.findings() | mutant_findings()
    found |= {"notebooks": len(list((ROOT / "notebooks").glob("*.ipynb")))}
    return {name: str(value) for name, value in found.items()}
