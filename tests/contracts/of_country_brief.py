"""The handout: where one country stands among all."""

from contracts import printed
from contracts.base import contract, footer, line, rows


@contract("brief_prk")
def brief_prk():
    iso3, name = "PRK", rows("countries", iso3="PRK")["name"].item()
    found = printed.estimated().sort_values(["low", "iso3"], ascending=[False, True])
    own = found[found["iso3"] == iso3].iloc[0]
    near = found["region"] == rows("countries", iso3=iso3)["region"].item()
    best = 1 + (found["low"] > own["high"]).sum()
    worst = (found["high"] >= own["low"]).sum()
    place = f"place {best}" if best == worst else f"places {best} to {worst}"
    title = f"{name}: {place} of {len(found)}; the middle of its region is "
    title += f"{found['rate'][near].median():.1f} per 1,000"
    strips = {own["region"]: found["rate"][near], "other regions": found["rate"][~near]}
    colour, marker = printed.own(iso3)
    return {
        "title": title,
        "subtitle": "Each stroke is a country, from low to high rate; the scale multiplies",
        "alt": f"Strip of {len(found)} rates. {title}.",
        "source": footer(("index", rows("index", edition="2023"))),
        "inputs": ["index"],
        "columns": ["iso3", "rate", "low", "high"],
        "table": {column: list(found[column]) for column in ["iso3", "rate", "low", "high"]},
        "panels": 1,
        "heading": "",
        "x label": "people per 1,000",
        "y label": "",
        "x scale": "log",
        "y scale": "linear",
        "x limits": [0.4, 200],
        "y limits": [1.6, -0.6],
        "x ticks": ["1", "10", "100"],
        "y ticks": list(strips),
        "texts": [],
        "legend": [],
        "marks": [
            line(rates, [n] * len(rates), "muted", marker="|", style="None") for n, rates in enumerate(strips.values())
        ]
        + [line([own["rate"]], [0], colour, marker=marker, style="None")],
    }
