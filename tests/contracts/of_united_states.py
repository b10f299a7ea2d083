"""Notebook 02: the place of the United States, what is counted, prisoners, the G20."""

import re

import pandas as pd

from contracts import printed
from contracts.base import bar, cells, contract, footer, in_words, joined, level, line, of_panel, rows

INDEX = ("index", rows("index", edition="2023"))
KOREA, USA = printed.one("PRK"), printed.one("USA")


def places(low: pd.Series, high: pd.Series) -> tuple[list[int], list[int]]:
    """The best and the worst place of each range, ties either way."""
    best = [1 + int((low > end).sum()) for end in high]
    return best, [int((high >= end).sum()) for end in low]


def by_low() -> pd.DataFrame:
    """The countries with an estimate, the highest lower end first."""
    return printed.estimated().sort_values("low", ascending=False, kind="stable").reset_index(drop=True)


def sides(low: pd.Series, high: pd.Series, usa: int) -> list[str]:
    """How each range lies beside that of the row `usa`."""
    above, below = low > high[usa], high < low[usa]
    names = ["surely above" if a else "surely below" if b else "either side" for a, b in zip(above, below, strict=True)]
    return [*names[:usa], "itself", *names[usa + 1 :]]


def in_steps() -> pd.DataFrame:
    """Each country three times: by its rate, by count over population, by both; with the places that are left."""
    found = by_low()
    usa = list(found["iso3"]).index("USA")
    ways = {
        "1 Printed rate": (found["rate_low"], found["rate_high"]),
        "2 Count over population": (
            found["quotient_low"].fillna(found["rate_low"]),
            found["quotient_high"].fillna(found["rate_high"]),
        ),
        "3 Both together": (found["low"], found["high"]),
    }
    made = []
    for step, (low, high) in ways.items():
        best, worst = places(low, high)
        ends = {"low": low, "high": high, "side": sides(low, high, usa), "best": best, "worst": worst}
        named = {"step": step, "iso3": found["iso3"], "country_as_printed": found["name"]}
        made.append(pd.DataFrame(named | ends).assign(middle=(low + high) / 2))
    return pd.concat(made, ignore_index=True)


@contract("one_place_left")
def one_place_left():
    steps = in_steps()
    open_ = set(steps.loc[steps["side"].isin(["either side", "itself"]), "iso3"])
    near = steps[steps["iso3"].isin(open_)]
    own = near[near["iso3"] == "USA"]
    left = [f"{a}" if a == b else f"{a} to {b}" for a, b in zip(own["best"], own["worst"], strict=True)]
    names = list(near["country_as_printed"].drop_duplicates())
    title = f"{USA['name']}: rate, count, population leave place {left[-1]} of {steps['iso3'].nunique()}"
    looks = {
        "surely above": ("ink", ">"),
        "surely below": ("muted", "<"),
        "either side": ("amber", "o"),
        "itself": ("blue", "s"),
    }
    kinds = list(near["side"].drop_duplicates())
    facts = {
        "title": title,
        "subtitle": "Who could be on either side. Bar: by rounding; mark: middle",
        "alt": f"Ranges of the countries close to {USA['name']}, one panel for each step. {title}.",
        "source": footer(INDEX),
        "inputs": ["editions", "index"],
        "columns": list(steps),
        "table": {column: list(near[column]) for column in steps},
        "panels": 3,
    }
    for panel, (step, part) in enumerate(near.groupby("step", sort=False)):
        marks, pieces = [], []
        for kind in kinds:
            rows_of = part[part["side"] == kind]
            at, (colour, marker) = [names.index(name) for name in rows_of["country_as_printed"]], looks[kind]
            if at:
                marks.append(line(rows_of["middle"], at, colour, kind, marker=marker, style="None"))
                pieces.append(level(rows_of["low"], rows_of["high"], at, colour, kind))
        if panel == 0:  # the names of the rows stand here
            marks.append(line([0], [names.index(USA["name"])], "blue", marker="s", style="None"))
        low, high = own["low"].iloc[panel], own["high"].iloc[panel]
        facts |= of_panel(
            panel,
            {
                "heading": f"{step}:\nplace {left[panel]}",
                "x label": "people per 1,000",
                "y label": "",
                "x scale": "linear",
                "y scale": "linear",
                "x limits": [own["low"].min() - 0.15, own["high"].max() + 0.15],
                "y limits": [len(names) - 0.4, -0.6],
                "x ticks": ["3.1", "3.2", "3.3", "3.4", "3.5"],
                "y ticks": names if panel == 0 else [],
                "texts": [],
                "legend": kinds,
                "marks": [*marks, *pieces, bar(low, 0, high - low, 1, "grid")],
            },
        )
    return facts


@contract("of_every_thousand")
def of_every_thousand():
    two = {row["name"]: (row["rate"], int(row["rate"] + 0.5)) for row in (KOREA, USA)}
    dots = [count for _, count in two.values()]
    title = f"{dots[0]} of every 1,000 people against {dots[1]}: the rates are "
    title += f"{KOREA['rate'] / USA['rate']:.3g} times apart"
    facts = {
        "title": title,
        "subtitle": "One mark, one resident. Large: in modern slavery, by the estimate",
        "alt": f"{in_words(len(two)).capitalize()} fields of dots. {title}.",
        "source": footer(INDEX),
        "inputs": ["index"],
        "columns": ["country_as_printed", "rate", "dots", "label"],
        "table": {
            "country_as_printed": list(two),
            "rate": [rate for rate, _ in two.values()],
            "dots": dots,
            "label": [f"{name}: {count}" for name, (_, count) in two.items()],
        },
        "panels": len(two),
    }
    field = [(n // 25, n % 25) for n in range(1000)]
    for panel, (name, (_, count)) in enumerate(two.items()):
        colour, marker = printed.own(name)
        facts |= of_panel(
            panel,
            {
                "heading": f"{name}: {count} of every 1,000",
                "x label": "",
                "y label": "",
                "x scale": "linear",
                "y scale": "linear",
                "x limits": [-0.05 * 39, 1.05 * 39],
                "y limits": [25, -1],
                "x ticks": [str(n) for n in range(0, 41, 5)],  # recorded, though the axes are switched off
                "y ticks": [str(n) for n in range(0, 26, 5)],
                "texts": [],
                "legend": [],
                "marks": [
                    line(*zip(*field[count:], strict=True), "muted", marker=".", style="None"),
                    line(*zip(*field[:count], strict=True), colour, marker=marker, style="None"),
                ],
            },
        )
    return facts


def of_the_world(form: str) -> float:
    """People in the world, 2021, by form."""
    return rows("estimates", "people", year="2021", region="World", form=form)["people"].item()


@contract("what_is_counted")
def what_is_counted():
    state = "state-imposed forced labour"
    prison, total = of_the_world(f"{state}: compulsory prison labour"), of_the_world("modern slavery")
    private = "forced labour in the private economy, other than commercial sexual exploitation"
    sexual = "forced commercial sexual exploitation"
    world = {
        "other forced labour in private hands": of_the_world(private),
        sexual: of_the_world(sexual),
        "state: prison labour": prison,
        "state: other": of_the_world(state) - prison,
        "forced marriage": of_the_world("forced marriage"),
    }
    rate = rows("estimates", "rate", year="2021", region="Americas").set_index("form")["rate"]
    americas = {"all forced labour": rate["forced labour"], "forced marriage": rate["forced marriage"]}
    groups = {
        "World": {form: people / total * 100 for form, people in world.items()},
        "Americas": {form: part / rate["modern slavery"] * 100 for form, part in americas.items()},
        "United States": {"one figure, no split in hand": 100},
        "North Korea": {"one figure, no split in hand": 100},
    }
    bars = [(f"{where}, {form}", share) for where, shares in groups.items() for form, share in shares.items()]
    forms = list(dict.fromkeys(form for shares in groups.values() for form in shares))
    split = rows("estimates", year="2021")
    split = set(split.loc[split["form"] != "modern slavery", "region"]) & set(rows("index")["country_as_printed"])
    whole = [where for where, shares in groups.items() if len(shares) == 1]
    shares = [where for where in groups if where not in whole]
    title = f"Compulsory prison labour is {prison / total:.0%} of the world total; "
    title += f"{'a' if split else 'no'} source in hand splits the total of a single country"
    alt = f"Bars in {in_words(len(groups))} groups: the {', the '.join(shares).replace('World', 'world')}; "
    alt += f"{in_words(len(whole))} countries in one piece each. {title}."
    named = [name for name, _ in bars]
    return {
        "title": title,
        "subtitle": "People in modern slavery by form, 2021, in percent of each total",
        "alt": alt,
        "source": footer(("estimates", rows("estimates", year="2021")), INDEX),
        "inputs": ["estimates", "index"],
        "columns": ["where", *forms],
        "table": {"where": list(groups)}
        | {form: cells([shares.get(form) for shares in groups.values()]) for form in forms},
        "panels": 1,
        "heading": "",
        "x label": "percent of the total",
        "y label": "",
        "x scale": "linear",
        "y scale": "linear",
        "x limits": [0, 108],  # the bars stand on zero
        "y limits": [len(bars) - 0.4, -0.6],
        "x ticks": ["0", "20", "40", "60", "80", "100"],
        "y ticks": named,
        "texts": [[f"{share:.0f}%", share, n] for n, (_, share) in enumerate(bars)],
        "legend": [],
        "marks": [
            line([0], [n], colour, marker=marker, style="None")
            for n, (colour, marker) in enumerate(map(printed.own, named))
            if colour != "ink"
        ]
        + [bar(0, n - 0.4, share, 0.8, "ink" if "prison" in name else "sky") for n, (name, share) in enumerate(bars)],
    }


def held(indicator: str, said: str = "", year: str = "2021") -> float:
    """Persons held in the United States, by indicator; said: what its source or note must have."""
    found = rows("incarceration", "value", year=year, indicator=indicator)
    return found.loc[(found["source"] + found["note"]).str.contains(said, regex=False), "value"].item()


@contract("vast_majority_tested")
def vast_majority_tested():
    sentenced, index = held("prisoners_sentenced"), USA["people"]
    bars = {
        "sentenced prisoners": sentenced,
        "all prisoners, as first printed": held("prisoners", "As first published"),
        "all prisoners, printed a year later": held("prisoners", "The revised figure"),
        "sentenced, and convicted people in jails": sentenced + held("jail_convicted"),
        "everyone in prison or jail, table 9": held("incarcerated_custody", "Table 9, people in custody"),
        "everyone in prison or jail, table 1": held("incarcerated_table_1"),
        "people who work in prison (report of 2022)": held("workers", year="2022"),
        "compulsory prison labour, whole world": of_the_world("state-imposed forced labour: compulsory prison labour"),
    }
    room = "room" if sentenced >= 0.8 * index else "no room"
    title = f"{sentenced:,.0f} sentenced prisoners are {sentenced / index:.0%} of the index's figure: "
    title += f"{room} for the claim, no evidence for it"
    short = [name.partition(" (")[0] for name, people in bars.items() if people <= index]
    custody = rows("incarceration", year="2021", unit="persons")
    custody = custody[~custody["indicator"].str.startswith("private")]
    return {
        "title": title,
        "subtitle": f"Unless stated US, 2021. Band: 80 to 100% of the index's {index:,.0f}",
        "alt": f"Bars; all but {joined(short)} pass the band. {title}.",
        "source": footer(
            INDEX,
            ("estimates", rows("estimates", year="2021", region="World")),
            ("incarceration", custody),
        ),
        "inputs": ["estimates", "incarceration", "index"],
        "columns": ["group", "people"],
        "table": {"group": list(bars), "people": list(bars.values())},
        "panels": 1,
        "heading": "",
        "x label": "people",
        "y label": "",
        "x scale": "linear",
        "y scale": "linear",
        "x limits": [0, 1.05 * max(bars.values())],  # the bars stand on zero
        "y limits": [len(bars) - 0.5, -0.5],
        "x ticks": ["0", "500,000", "1,000,000", "1,500,000", "2,000,000"],
        "y ticks": list(bars),
        "texts": [[f"{people:,.0f}", people, n] for n, people in enumerate(bars.values())],
        "legend": [],
        "marks": [bar(0, n - 0.4, people, 0.8, "sky") for n, people in enumerate(bars.values())]
        + [bar(0.8 * index, 0, 0.2 * index, 1, "muted")],
    }


def prisoners_of(iso3: str, population: float) -> list[tuple[float, str, str, str, str]]:
    """(per 100,000, words, origin, year, vintage) of the figures nearest to 2021, the lowest first."""
    found = rows("prison_peers", "prisoners", "rate_per_100000").query("iso3 == @iso3")
    printed_at_all, listed = found["rate_per_100000"].notna().any(), []
    for row in found.itertuples():
        has = pd.notna(row.rate_per_100000)
        rate = row.rate_per_100000 if has else row.prisoners / population * 100_000
        origin = "printed" if has and row.status != "derived" else "worked out"
        if has or (pd.notna(row.prisoners) and not printed_at_all):
            listed.append((rate, remark(row, found["note"]), origin, row.year, row.vintage))
    gap = min((abs(int(year) - 2021) for *_, year, _ in listed), default=0)
    return sorted((one for one in listed if abs(int(one[3]) - 2021) == gap), key=lambda one: one[0])


def remark(row: tuple, notes: pd.Series) -> str:
    """What is said behind a figure: its year, if another; that it is incomplete, or of a part; an older count."""
    said = "" if row.year == "2021" else f" ({row.year})"
    said += ", incomplete" if notes.str.contains("incomplete").any() else ""
    said += ", England and Wales" if row.note.startswith("England and Wales only") else ""
    older = re.search(r"Rests on a count of [\d,]+ from (\d{4})", row.note)
    return said + (f" (count of {older[1]})" if older else "")


def gone_without(iso3: str) -> str:
    """Why a country has no figure."""
    notes = rows("prison_peers").query("iso3 == @iso3")["note"]
    return "no figure published" if notes.str.contains("no figures are available").any() else "none in hand"


def drawn_of_peers(peers: pd.DataFrame) -> pd.DataFrame:
    """A row for each mark, of three panels."""
    made = []
    for row in peers.itertuples():
        made.append([row.iso3, row.name, "people per 1,000", row.rate, row.rate_text, "printed", "", ""])
    for row in peers.itertuples():
        made.append([row.iso3, row.name, "people", row.people, f"{row.people:,.0f}", "printed", "", ""])
    for row in peers.itertuples():
        found = prisoners_of(row.iso3, row.population)
        words = ", ".join(f"{int(rate + 0.5)}{said}" for rate, said, *_ in found) or gone_without(row.iso3)
        for nth, (rate, _, *more) in enumerate(found or [(None, "", "printed", "", "")], start=1):
            said = words if nth == max(1, len(found)) else ""  # all words beside the last of its marks
            made.append([row.iso3, row.name, "prisoners per 100,000", rate, said, *more])
    columns = ["iso3", "country_as_printed", "panel", "value", "words", "origin", "year", "vintage"]
    return pd.DataFrame(made, columns=columns)


@contract("peers")
def peers():
    members = rows("groups", group="G20")
    found = by_low()
    group = found[found["iso3"].isin(members["iso3"])].set_index("iso3")
    table = drawn_of_peers(found[found["iso3"].isin([*members["iso3"], "PRK", "ERI"])])
    prisoners = table[table["panel"] == "prisoners per 100,000"].dropna(subset="value")
    least, most = (prisoners.groupby("iso3")["value"].agg(end) for end in ("min", "max"))
    title = f"Of {len(group)} G20 states the US is place {printed.place(group['people'])['USA']} by number, "
    title += f"{printed.place(group['rate'])['USA']} by rate, {(most >= least['USA']).sum()} by prisoners"
    far = "far right" if least["USA"] > most.drop("USA").max() else "among the others"
    names = list(table["country_as_printed"].drop_duplicates())
    looks = {"printed": ("ink", "o"), "worked out": ("green", "^")}
    axes = {
        "people per 1,000": ("log", [0.4, 900], ["1", "100"]),
        "people": ("log", [2e4, 6e9], ["1 million"]),
        "prisoners per 100,000": ("linear", [0, 2900], ["0", "500", "1000", "1500", "2000", "2500"]),
    }
    facts = {
        "title": title,
        "subtitle": "In modern slavery (left, middle); prisoners. Triangle: worked out",
        "alt": f"Dots in {in_words(len(axes))} panels; in the third the United States stands {far}. {title}.",
        "source": footer(INDEX, ("prison_peers", rows("prison_peers")), ("groups", members)),
        "inputs": ["groups", "index", "prison_peers"],
        "columns": list(table),
        "table": {column: cells(table[column]) for column in table},
        "panels": len(axes),
    }
    for panel, (heading, (scale, limits, ticks)) in enumerate(axes.items()):
        part = table[table["panel"] == heading].assign(at=lambda t: [names.index(n) for n in t["country_as_printed"]])
        by_kind = {kind: part[part["origin"] == kind] for kind in looks if (part["origin"] == kind).any()}
        ends = {kind: rows_of["value"].fillna(0) for kind, rows_of in by_kind.items()}
        dots = [
            line(rows_of["value"], rows_of["at"], looks[kind][0], kind, marker=looks[kind][1], style="None")
            for kind, rows_of in by_kind.items()
        ]
        owned = [(n, *printed.own(name)) for n, name in enumerate(names)] if panel == 0 else []
        pieces = [level(ends[k], ends[k], by_kind[k]["at"], looks[k][0], k) for k in by_kind]
        texts = [[by_kind[k]["words"], ends[k], by_kind[k]["at"]] for k in by_kind]
        facts |= of_panel(
            panel,
            {
                "heading": heading,
                "x label": "",
                "y label": "",
                "x scale": scale,
                "y scale": "linear",
                "x limits": limits,
                "y limits": [len(names) - 0.4, -0.6],
                "x ticks": ticks,
                "y ticks": names if panel == 0 else [],
                "texts": [list(text) for columns in texts for text in zip(*columns, strict=True)],
                "legend": [],
                "marks": [
                    *dots,
                    *[line([0], [n], look, marker=mark, style="None") for n, look, mark in owned if look != "ink"],
                    *pieces,
                ],
            },
        )
    return facts
