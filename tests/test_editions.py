"""What notebook 03 says about rounding and about the ten highest rates, found again in another way."""

import itertools
import math
import random
import re
import statistics

import numpy as np
import pytest

from analysis import rates
from analysis.tables import load
from tools import prose
from tools.stale import Project, read_notebook, text_of


@pytest.fixture(scope="module")
def said():
    """Expression -> the number that the text of 03 prints for it."""
    cells = read_notebook(Project.here().path("03_editions"))["cells"]
    found = [prose.ties(text_of(cell)) for cell in cells if cell["cell_type"] == "markdown"]
    return {tie.expression: tie.says for tie in itertools.chain(*found)}



def leads(people_before, people_after, base_before, base_after):
    """Whether the denominator's part of a change is the larger one: |ln d| > |ln(c / d)|; numbers or arrays."""
    base = np.log(base_after / base_before)
    return abs(base) > abs(np.log(people_after / people_before) - base)


def test_the_denominators_part_by_hand():
    # people 100 to 120, population 1,000 to 1,150: 1.2 = 1.15 * 1.0435, so the denominator's part is larger;
    # people 100 to 140: 1.4 = 1.15 * 1.217 and 1.4 > 1.15^2 = 1.3225, so it is not
    assert leads(100, 120, 1000, 1150) and not leads(100, 140, 1000, 1150)


@pytest.mark.parametrize(("step", "years"), [("2016 to 2018", (2016, 2018)), ("2018 to 2023", (2018, 2023))])
def test_ranges_of_the_denominators_part_by_brute_force(said, step, years):
    """80 values of each printed count with both ends of each printed population, in all combinations."""
    index = load("index")
    index = rates.printed_intervals(index[index["edition"].isin(years)], load("editions"))
    index = index.dropna(subset=["people", "population"]).set_index(["edition", "iso3"])
    before, after = (index.xs(year).to_dict("index") for year in years)
    surely = perhaps = 0
    for iso in before.keys() & after.keys():
        people = [np.linspace(row["people_low"], row["people_high"], 80) for row in (before[iso], after[iso])]
        base = [np.array([row["population_low"], row["population_high"]]) for row in (before[iso], after[iso])]
        found = leads(*np.meshgrid(*people, *base))
        surely, perhaps = surely + found.all(), perhaps + found.any()
    assert said[f'allowed["{step}"]["surely"]'] == str(surely)
    assert said[f'allowed["{step}"]["perhaps"]'] == str(perhaps)


@pytest.mark.parametrize(("place", "factor"), [(0, "governance issues"), (1, "effects of conflict")])
def test_random_tens_by_other_draws(said, place, factor):
    rows = load("index", edition=2023).dropna(subset="rate").set_index("iso3")["rate"]
    scores = load("vulnerability", edition=2018, factor=factor).set_index("iso3")["score"]
    scores = scores[scores.index.isin(rows.index)].to_dict()
    assert len(scores) == 160

    def gap(picked):
        ten, others = [scores[iso] for iso in picked], [scores[iso] for iso in scores if iso not in picked]
        return statistics.median(ten) - statistics.median(others)

    names, draws, chance = sorted(scores), 2000, random.Random(7)
    real = gap(set(rows.nlargest(10).index))
    assert re.fullmatch(rf"{real:.1f}", said[f"f\"{{tendency['gap'].iloc[{place}]:.1f}}\""])
    share = sum(gap(set(chance.sample(names, 10))) >= real - 1e-9 for _ in range(draws)) / draws
    told = float(said[f"f\"{{tendency['share'].iloc[{place}]:.0%}}\""].rstrip("%")) / 100
    assert abs(share - told) < 4 * math.sqrt(told * (1 - told) / draws)  # four standard errors of these draws
