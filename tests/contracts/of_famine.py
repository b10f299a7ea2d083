"""Notebook 05: estimates of famine deaths, the UN's deaths above baselines, other famines, two censuses."""

import functools
from itertools import pairwise, takewhile

import pandas as pd

from contracts.base import (
    PLAIN,
    bar,
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

ARTICLE = int(rows("claims", id="A22")["printed"].item().removeprefix("approximately ").removesuffix(" million"))
SAID = f"{in_words(ARTICLE)} million"
UN = ("demography", rows("demography", revision="WPP2024"))
TWO = ["WPP2022", "WPP2024"]


@functools.cache
def yearly(iso3: str, revision: str) -> pd.DataFrame:
    """One country in one revision, by year: deaths and births in persons, rate per 1,000, people, life expectancy."""
    found = rows("demography", "value", "year", iso3=iso3, revision=revision)
    wide = found.pivot(index="year", columns="indicator", values="value")
    made = pd.DataFrame({"deaths": wide["deaths_thousands"] * 1000, "rate": wide["crude_death_rate_per_1000"]})
    made["population"] = 1000 * made["deaths"] / made["rate"]
    return made.assign(births=wide["births_thousands"] * 1000, **wide.filter(like="life")).dropna()


def straight(first: float, low: float, last: float, high: float, at: float) -> float:
    """The height at `at` of the line through (first, low) and (last, high)."""
    return low + (high - low) * (at - first) / (last - first)


def estimates() -> pd.DataFrame:
    """Rows with a number, the highest of a kind first; what is passed on or derived last."""
    found = rows("famine_estimates", "low", "high", "point", "period_start", "period_end", "year_published")
    found = found[found[["low", "high", "point"]].notna().any(axis=1)].copy()
    numbers = found[["low", "high", "point"]]
    found["lowest"], found["highest"] = numbers.min(axis=1), numbers.max(axis=1)
    middle = (found["lowest"] + found["highest"]) / 2
    found["centre"] = found["point"].where(found["point"].notna(), middle)
    found["kind"] = found["method_class"].replace({"press repeating": "figure passed on"})
    others = found["kind"].isin(["figure passed on", "review", "UN series derived"]) | found["derived_from"].ne("")
    found["class"] = ["passed on or derived" if o else k for o, k in zip(others, found["kind"], strict=True)]
    named = [a if o else t for o, a, t in zip(others, found["author"], found["team"], strict=True)]
    found["label"] = [
        f"{who} ({row.year_published}), {row.period_start}-{row.period_end}"
        for who, row in zip(named, found.itertuples(), strict=True)
    ]
    most = found.groupby("kind")["highest"].max()
    found["top"] = [0 if o else most[k] for o, k in zip(others, found["kind"], strict=True)]
    by = sorted(found.index, key=lambda n: (-found["top"][n], found["team"][n], found["label"][n]))
    return found.loc[by]


@contract("famine_estimates")
def famine_estimates():
    seen = estimates()
    own = seen[seen["top"] > 0].reset_index(drop=True)
    studies = seen[seen["kind"] == "census-demographic"]["highest"].max()
    teams = own[(own["lowest"] <= ARTICLE * 1e6) & (own["highest"] >= ARTICLE * 1e6)]["team"].nunique()
    title = f"No demographic study whose number we read exceeds {studies:,.0f} deaths; "
    title += f"the ranges of {teams} teams include {SAID}"
    looks = classes(own["class"])
    columns = [*rows("famine_estimates"), "lowest", "highest", "centre", "kind", "class", "label"]
    dots, bars = [], []
    for name, (colour, marker) in looks.items():
        part = own[own["class"] == name]
        dots.append(line(part["centre"], part.index, colour, name, marker, "None"))
        bars.append(level(part["lowest"], part["highest"], part.index, colour, name))
    return {f"column {name}": cells(seen[name]) for name in columns} | {
        "title": title,
        "subtitle": "Deaths. Team (published), years. Dashed: the article. Only in the table: "
        f"{len(seen) - len(own)} figures passed on or derived",
        "alt": f"Estimates by team. {title}.",
        "source": footer(("famine_estimates", seen)),
        "inputs": ["famine_estimates"],
        "columns": columns,
        **PLAIN,
        "x limits": [0, spread([*own["lowest"], *own["highest"]], 0.05)[1]],
        "y limits": [len(own) - 0.4, -0.6],
        "x ticks": ["0", "1,000,000", "2,000,000", "3,000,000"],
        "y ticks": list(own["label"]),
        "texts": [],
        "legend": list(looks),
        "marks": [*dots, line([ARTICLE * 1e6] * 2, [0, 1], "ink", style="--"), *bars],
    }


@contract("un_death_rate")
def un_death_rate():
    shown = {name: yearly("PRK", name).loc[1988:2010] for name in TWO}
    new = shown["WPP2024"]
    steps = new["rate"].diff()
    up, down = steps.idxmax(), steps.idxmin()
    base = new["rate"][up - 1]
    title = f"A step in a model: the UN's death rate goes from {base:.1f} to {new['rate'][up]:.1f} in {up}, "
    title += f"and back from {new['rate'][down - 1]:.1f} to {new['rate'][down]:.1f} in {down}"
    held = range(up - 1, down + 1)
    curves = [(new.index, new["rate"], "ink", "-"), (new.index, shown["WPP2022"]["rate"], "purple", "--")]
    curves += [(held, [base] * len(held), "green", "--")]
    return {
        "title": title,
        "subtitle": f"North Korea. Shaded: excess over the rate of {up - 1}, revision of 2024",
        "alt": f"{in_words(len(shown)).capitalize()} step lines. {title}.",
        "source": footer(UN),
        "inputs": ["demography"],
        "columns": ["year", "population", "deaths", "rate"],
        "column year": list(range(1988, 2011)),
        "column population": list(new["population"]),
        "column deaths": list(new["deaths"]),
        "column rate": list(new["rate"]),
        "panels": 1,
        "heading": "",
        "x label": "year",
        "y label": "deaths of all causes per 1,000 people",
        "x scale": "linear",
        "y scale": "linear",
        "x limits": [1988, 2010],
        "y limits": [0, 13],
        "x ticks": [str(year) for year in range(1988, 2011, 2)],
        "y ticks": [str(n) for n in range(0, 13, 2)],
        "texts": [],
        "legend": ["revision of 2024", "revision of 2022", f"rate of {up - 1} held"],
        "marks": [line(x, y, colour, style=style) for x, y, colour, style in curves]
        + [bar(year, base, 1, new["rate"][year] - base, "step2") for year in range(up, down)],
    }


@contract("famines_compared")
def famines_compared():
    found = rows("famines", "deaths", "population_base", "start_year", "population_year")
    listed, found = found, found[found["population_base"].notna()].copy()
    found["per_1000"] = 1000 * found["deaths"] / found["population_base"]
    exact = (found["population_method"] == "value of that year") & ~(found["population_year"] < 1950)
    decade = ["the article" if year != year else f"{int(year) // 10 * 10}s" for year in found["start_year"]]
    found["label"] = [
        f"{name}, {when}{'' if sure else ' ?'}" for name, when, sure in zip(found["famine"], decade, exact, strict=True)
    ]
    sources = {"wpf": "World Peace Foundation, 2024", "owid": "Our World in Data, 2019", "article": "the article"}
    found["source"] = [sources[name.rpartition("_")[2]] for name in found["id"]]
    found["doubtful"] = [str(not sure) for sure in exact]
    found["highest"] = found.groupby("label")["per_1000"].transform("max")
    found = found.loc[sorted(found.index, key=lambda n: -found["highest"][n])]
    names, looks = list(dict.fromkeys(found["label"])), classes(found["source"])
    highest = dict(zip(found["label"], found["highest"], strict=True))
    here = highest["North Korea, the article"]
    others = [share for name, share in highest.items() if "Korea" not in name]
    title = f"{SAID.capitalize()} would be {here:.0f} of 1,000 people; {sum(share > here for share in others)} of "
    title += f"{len(others)} other famines took more"
    columns = [c for c in rows("famines") if c not in ("read_from", "status")]
    columns += ["per_1000", "label", "source", "doubtful", "highest"]
    rule = rows("context", "low", "high", id="famine_share_rule")
    low, high = (10 * rule[end].item() for end in ("low", "high"))  # percent to per 1,000
    dots, bars = [], []
    for shift, (name, (colour, marker)) in zip([-0.2, 0, 0.2], looks.items(), strict=True):
        part = found[found["source"] == name]
        at = [names.index(label) + shift for label in part["label"]]
        dots.append(line(part["per_1000"], at, colour, name, marker, "None"))
        bars.append(level(part["per_1000"], part["per_1000"], at, colour, name))
    korea = [at for at, name in enumerate(names) if name.startswith("North Korea")]
    korea = [line([0], [at], "orange", marker="D", style="None") for at in korea]  # beside their names
    return {f"column {name}": cells(found[name]) for name in columns} | {
        "title": title,
        "subtitle": "Deaths in all, of 1,000 people living in the first year. Grey band: a rule of thumb. "
        "?: a doubtful base",
        "alt": f"Dots for {len(others) + 1} famines, largest share first. {title}.",
        "source": footer(("famines", listed), ("context", rule)),
        "inputs": ["context", "famines"],
        "columns": columns,
        **PLAIN,
        "x limits": spread(found["per_1000"], 0.05),
        "y limits": [len(names) - 0.4, -0.6],
        "x ticks": [str(n) for n in range(0, 201, 50)],
        "y ticks": names,
        "texts": [],
        "legend": list(looks),
        "marks": [*dots, *korea, *bars, bar(low, 0, high - low, 1, "grid")],
    }


def baselines(revision: str) -> dict[str, pd.Series]:
    """Name -> deaths per 1,000 expected in 1995 to 2002."""
    north, south = yearly("PRK", revision), yearly("KOR", "WPP2024")["rate"]
    rate, life, years = north["rate"], north["life_expectancy_both"], range(1995, 2003)
    a_year_of_life = (rate[2003] - rate[2002]) / (life[2003] - life[2002])  # in a year people hardly age

    def to(first: int, end: float) -> pd.Series:
        return pd.Series({year: straight(first, rate[first], 2003, end, year) for year in years})

    def aged(first: int) -> pd.Series:
        return to(first, rate[2003] + a_year_of_life * (life[first] - life[2003]))

    return {
        "linear 1994-2003": to(1994, rate[2003]),
        "life held at 1994": aged(1994),
        "life held at 1992": aged(1992),
        "constant 1994": pd.Series(rate[1994], years),
        "mean 1988-1992": pd.Series(sum(rate[year] for year in range(1988, 1993)) / 5, years),
        "change of South Korea since 1994": rate[1994] + south.loc[1995:2002] - south[1994],
        "South Korea's own rate": south.loc[1995:2002],
    }


@functools.cache
def choices() -> pd.DataFrame:
    """Period, baseline and revision -> deaths, those expected, and the excess."""
    made = []
    for last in (1998, 2000, 2002):
        for revision in TWO:
            series = yearly("PRK", revision).loc[1995:last]
            for name, base in baselines(revision).items():
                usual = (series["population"] * base.loc[:last]).sum() / 1000
                counts = [series["deaths"].sum(), usual, series["deaths"].sum() - usual]
                made.append([1995, last, last - 1994, name, *counts, revision])
    columns = ["first", "last", "years", "baseline", "deaths", "baseline_deaths", "excess", "revision"]
    found = pd.DataFrame(made, columns=columns)
    only = found["baseline"] == "South Korea's own rate"
    found["class"] = found["revision"].mask(only, "shown only")
    found["period"], found["millions"] = "1995-" + found["last"].astype(str), found["excess"] / 1e6
    found = found[~only | (found["revision"] == "WPP2024")]
    return found.loc[sorted(found.index, key=lambda n: (found["last"][n], found["class"][n]))]


@contract("excess_by_choice")
def excess_by_choice():
    found = choices()
    counted = found[found["class"] != "shown only"]
    least, most = (counted.loc[n] for n in (counted["excess"].idxmin(), counted["excess"].idxmax()))
    ends = [f"{round(row['excess'], -3):,.0f}" for row in (least, most)]
    spans = [row["period"].replace("-19", "-") for row in (least, most)]
    title = (
        f"Period and baseline move the answer: from {ends[0]} excess deaths in {spans[0]} to {ends[1]} in {spans[1]}"
    )
    names, looks = list(dict.fromkeys(found["baseline"])), classes(found["class"])
    both = counted.groupby("baseline")["revision"].nunique().eq(2).sum()
    columns = list(found)
    facts = {f"column {name}": list(found[name]) for name in columns} | {
        "title": title,
        "subtitle": "By baseline and revision of the UN. Dashed: the article's figure",
        "alt": f"{in_words(found['period'].nunique()).capitalize()} panels of bars from zero; {in_words(len(names))} "
        f"baselines, {in_words(both)} of them in {in_words(len(TWO))} revisions. {title}.",
        "source": footer(UN),
        "inputs": ["demography"],
        "columns": columns,
        "panels": 3,
    }
    for panel, (period, part) in enumerate(found.groupby("period", sort=False)):
        dots, bars = [], []
        for shift, (name, (colour, marker)) in zip([-0.2, 0, 0.2], looks.items(), strict=True):
            rows_ = part[part["class"] == name]
            at = [names.index(baseline) + shift for baseline in rows_["baseline"]]
            dots.append(line(rows_["millions"], at, colour, name, marker, "None"))
            bars.append(level([0] * len(at), rows_["millions"], at, colour, name))
        facts |= of_panel(panel, {
            "heading": period,
            "x label": "excess deaths, millions",
            "y label": "",
            "x scale": "linear",
            "y scale": "linear",
            "x limits": [0, spread([0, ARTICLE], 0.05)[1]],
            "y limits": [len(names) - 0.4, -0.6],
            "x ticks": ["0", "1", "2"],
            "y ticks": [] if panel else names,
            "texts": [],
            "legend": list(looks),
            "marks": [*dots, line([ARTICLE, ARTICLE], [0, 1], "ink", style="--"), *bars],
        })  # fmt: skip
    return facts


def five_years(revision: str) -> tuple[float, float]:
    """Excess deaths of mid-1995 to mid-2000: above a line to 2005-10, and above the rate of before 1995."""
    found = rows("wpp_revisions", "value", revision=revision).query("indicator != ''")
    wide = found.pivot(index="period", columns="indicator", values="value")
    rate, deaths = wide["crude_death_rate_per_1000"], wide["deaths_thousands"]
    before, after, died, first = rate["1990-1995"], rate["2005-2010"], 1000 * deaths["1995-2000"], 1990
    of_period = rate["1995-2000"]
    if revision in TWO:  # by calendar year: a period from mid-year has half of its first and of its last year
        north, first = yearly("PRK", revision), 1989.5

        def window(year: int, what: str) -> float:
            return sum((north[what][y] + north[what][y + 1]) / 2 for y in range(year, year + 5))

        died, after = window(1995, "deaths"), 1000 * window(2005, "deaths") / window(2005, "population")
        of_period = 1000 * died / window(1995, "population")
    on_line = straight(first, before, 2005, after, 1995)
    return died * (1 - on_line / of_period), died * (1 - before / of_period)


def lives(revision: str, sex: str) -> float:
    """Life expectancy in mid-1995 to mid-2000."""
    if revision in TWO:
        found = yearly("PRK", revision)[f"life_expectancy_{sex}"]
        return sum((found[year] + found[year + 1]) / 2 for year in range(1995, 2000)) / 5
    found = rows("wpp_revisions", "value", revision=revision, period="1995-2000", indicator=f"life_expectancy_{sex}")
    return found["value"].item()


@contract("eight_revisions")
def eight_revisions():
    revisions = sorted(rows("wpp_revisions")["revision"].unique())
    line_to, held = zip(*map(five_years, revisions), strict=True)
    years = [name.removeprefix("WPP") for name in revisions]
    labels = [f"revision of {year}" for year in years]
    same = [abs(later / one - 1) < 0.005 for one, later in pairwise(held)]
    begin = same.index(True)
    end = begin + len(list(takewhile(bool, same[begin:])))
    ends = [
        f"{min(found):,.0f} to {max(found):,.0f}"
        for found in ([round(n, -3) for n in held], [round(n, -3) for n in line_to])
    ]
    title = f"The same five years in {in_words(len(years))} UN revisions: with the rate before 1995 held, {ends[0]} "
    title += f"excess deaths; against a line, {ends[1]}"
    series = {
        "line to 2005-10": [n / 1000 for n in line_to],
        "rate before 1995 held": [n / 1000 for n in held],
        "women": [lives(name, "female") for name in revisions],
        "men": [lives(name, "male") for name in revisions],
    }
    headings = ["excess deaths, thousands", "life expectancy, years"]
    looks, (above, kinds) = classes(series), (list(series)[:2], list(series)[2:])
    table = [(labels[n], name, series[name][n], headings[0]) for n in range(len(labels)) for name in above]
    table += [(labels[n], name, series[name][n], headings[1]) for name in kinds for n in range(len(labels))]
    facts = {f"column {name}": [row[n] for row in table] for n, name in enumerate(["revision", "by", "x", "panel"])} | {
        "title": title,
        "subtitle": "Mid-1995 to mid-2000. The axis on the right does not begin at zero",
        "alt": f"Two panels, {in_words(len(years))} rows each; the revisions of {years[begin]} to {years[end]} are "
        f"alike. {title}.",
        "source": footer(("wpp_revisions", rows("wpp_revisions")), UN),
        "inputs": ["demography", "wpp_revisions"],
        "columns": ["revision", "by", "x", "panel"],
        "panels": 2,
    }
    for panel, names in enumerate([above, kinds]):
        at = range(len(labels))
        facts |= of_panel(panel, {
            "heading": headings[panel],
            "x label": "",
            "y label": "",
            "x scale": "linear",
            "y scale": "linear",
            "x limits": [[0, 600], [55, 75]][panel],
            "y limits": [len(labels) - 0.4, -0.6],
            "x ticks": [str(n) for n in (range(55, 76, 5) if panel else range(0, 601, 100))],
            "y ticks": [] if panel else labels,
            "texts": [],
            "legend": list(series),
            "marks": [line(series[name], at, looks[name][0], name, looks[name][1], "None") for name in names]
            + [level(series[name], series[name], at, looks[name][0], name) for name in names],
        })  # fmt: skip
    return facts


@contract("growth_between_censuses")
def growth_between_censuses():
    counts = rows("context", "value", topic="census")
    counts = counts[counts["id"].isin(["census_1993", "census_2008"])]
    before, after = counts["value"]
    new = yearly("PRK", "WPP2024").loc[1994:2008]
    births = new["births"]
    usual = {
        "rate of 1994 held": pd.Series(new["rate"][1994], new.index),
        "line from 1994 to 2008": straight(1994, new["rate"][1994], 2008, new["rate"][2008], new.index.to_series()),
    }
    died = {name: (new["population"] * rate).sum() / 1000 for name, rate in usual.items()}
    excess = list(range(0, 3_500_001, 500_000))
    needed = {name: [(after - before + usual_ + more) / 15 for more in excess] for name, usual_ in died.items()}
    room = sorted((births.sum() - (after - before) - usual_) / 1e6 for usual_ in died.values())
    at_article = [values[excess.index(ARTICLE * 1_000_000)] for values in needed.values()]
    needs = "needs" if min(at_article) > births.max() else "does not need"
    title = f"On average, {SAID} {needs} more births a year than the UN's highest; at its births, {room[0]:.2f} to "
    title += f"{room[1]:.2f} million excess deaths fit"
    rising = all(low < high for values in needed.values() for low, high in pairwise(values))
    millions = [n / 1e6 for n in excess]
    low, mean, high = births.min() / 1000, births.mean() / 1000, births.max() / 1000
    return {f"column {name}": values for name, values in needed.items()} | {
        "title": title,
        "subtitle": f"Births a year that {in_words(len(counts))} censuses need, 1994-2008",
        "alt": f"{in_words(len(needed)).capitalize()} {'rising' if rising else 'other'} lines of births needed, "
        f"over a band of the UN's births. {title}.",
        "source": footer(("context", counts), UN),
        "inputs": ["context", "demography"],
        "columns": ["excess", *needed],
        "column excess": excess,
        "panels": 1,
        "heading": "",
        "x label": "excess deaths, millions",
        "y label": "thousand births a year",
        "x scale": "linear",
        "y scale": "linear",
        "x limits": [0, 3.5],
        "y limits": [0, 650],
        "x ticks": [str(n) for n in millions],
        "y ticks": [str(n) for n in range(0, 601, 100)],
        "texts": [],
        "legend": [
            "UN's births: mean, range",
            f"the article's {SAID}",
            *(f"births needed, {name}" for name in needed),
        ],
        "marks": [
            line([0, 1], [mean, mean], "green", "UN's births: mean, range", style="-."),
            line([ARTICLE, ARTICLE], [0, 1], "ink", f"the article's {SAID}", style=":"),
            *(
                line(millions, [n / 1000 for n in values], "purple", style=style)
                for values, style in zip(needed.values(), ["-", "--"], strict=True)
            ),
            bar(0, low, 1, high - low, "step2"),
        ],
    }
