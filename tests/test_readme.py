"""The findings in the README: each number is tied to an expression, which is evaluated here on the tables."""

import inspect
from pathlib import Path

import pandas as pd
import pytest

from analysis import country, mortality, ranks, rates
from analysis.tables import load
from tools import prose

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def findings(text=README):
    """The part of the README whose numbers are findings."""
    return text.split("## What came out")[1].split("## What it is not")[0]


@pytest.fixture(scope="module")
def known():
    """The names that the README's expressions may use."""
    world, editions = country.ranked(2023), load("editions")
    rows = world.assign(place=ranks.rank(world["rate"])).set_index("iso3")
    population = load("population", revision="WPP2019", year=2020).merge(load("countries"), on="iso3")
    outside = population[~population["iso3"].isin(rows.index)]
    more = outside.groupby("region")["population_thousands"].sum() * 1000
    series = mortality.mortality_series(load("demography"), "PRK", "WPP2024")
    lines = [mortality.linear(series["rate"], 1994, 2003), mortality.constant(series["rate"], 1994)]
    choices = pd.read_csv(ROOT / "figures" / "excess_by_choice.csv").query("revision == 'WPP2024' and last == 1998")
    studies = load("famine_estimates", method_class="census-demographic")
    return {
        "world": world,
        "korea": rows.loc["PRK"],
        "usa": rows.loc["USA"],
        "checked": world[world["check"] != rates.CANNOT],
        "regions": rates.aggregate(world, editions),
        "wider": rates.aggregate(world, editions, also=more),
        "published": load("estimates", year=2021, form="modern slavery").set_index("region")["rate_printed"],
        "article": load("claims").set_index("id")["printed"],
        "percent": 30,  # the what-if of the third finding, worked out in notebook 04
        "level": inspect.signature(ranks.rank_sets).parameters["level"].default,
        "sets": pd.read_csv(ROOT / "figures" / "rank_sets.csv").set_index(["percent", "kind", "iso3"]),
        "deaths": lambda first, last: series["deaths"].loc[first:last].sum(),
        "excess": [mortality.excess(series, 1995, 1998, line)["excess"].sum() for line in lines],
        "choices": choices.loc[choices["baseline"] != "South Korea's own rate", "excess"],
        "studies": studies[["low", "high", "point"]].stack(),
        "prisoners": load("incarceration", indicator="prisoners_sentenced", year=2021)["value"].iloc[0],
    }


def faults(text, known):
    """Numbers with no tie, and ties whose expression gives something else."""
    found = [f"{number} is tied to nothing" for number in prose.untied_numbers(text)]
    for tie in prose.ties(text):
        gives = str(eval(tie.expression, {"__builtins__": {"round": round, "len": len, "min": min, "max": max}}, known))
        found += [] if gives == tie.says else [f"the README says {tie.says}, {tie.expression} gives {gives}"]
    return found


def test_every_number_of_the_findings_follows_from_the_tables(known):
    assert len(prose.ties(findings())) >= 15
    assert faults(findings(), known) == []


def test_a_wrong_and_an_untied_number_would_be_found(known):
    assert faults("It is 105.6<!--= korea.rate_printed --> per 1,000.", known) != []
    assert faults("It is 104.6 of every thousand.", known) != []
