"""Notebook 00: one rate in four printed forms."""

import re
from fractions import Fraction

from contracts import printed
from contracts.base import contract, footer, in_words, level, line, rows, spread


def said(words: str) -> tuple[Fraction, Fraction]:
    """What a phrase can mean: half of its last digit that is not zero to either side."""
    digits, unit = re.search(r"([\d.]+) (percent|million)", words).groups()
    places = len(digits.partition(".")[2])
    step = Fraction(1, 10**places) if places else Fraction(10 ** (len(digits) - len(digits.rstrip("0"))))
    times = {"percent": Fraction(1, 100), "million": Fraction(10**6)}[unit]
    return (Fraction(digits) - step / 2) * times, (Fraction(digits) + step / 2) * times


@contract("one_rate_four_ranges")
def one_rate_four_ranges():
    share, count, base = (rows("claims", id=i)["printed"].item() for i in ("A15", "A14", "A13"))
    usa = printed.one("USA")
    forms = {
        f"article: {share}": tuple(1000 * end for end in said(share)),
        f"article: {count} of {base}": printed.quotient(said(count), said(base)),
        f"report: {usa.rate_text} per 1,000": (usa.rate_low, usa.rate_high),
        f"report: {usa.people:,.0f} of {usa.population:,.0f}": (usa.quotient_low, usa.quotient_high),
    }
    low, high = ([float(form[end]) for form in forms.values()] for end in (0, 1))
    width = [b - a for a, b in zip(low, high, strict=True)]
    labels = [f"{a:.3f} to {b:.3f}" for a, b in zip(low, high, strict=True)]
    number, at = len(forms), list(range(len(forms)))
    limits = spread(low + high, 0.2)
    meet = "overlap" if max(low) <= min(high) else "do not all overlap"
    inside = low[-1] == max(low) and high[-1] == min(high) and 10 * width[-1] < min(width[:-1])
    title = f"{in_words(number).capitalize()} printed forms of one rate {meet}; the article's two leave a range "
    title += f"{width[1] / width[3]:.0f} times as wide as the report's"
    alt = f"{in_words(number).capitalize()} {'overlapping ' if meet == 'overlap' else ''}ranges, the last one "
    alt += f"{'a thin line inside' if inside else 'beside'} the {in_words(number - 1)} others. {title}."
    return {
        "title": title,
        "subtitle": "United States, people per 1,000: what rounding lets each form mean",
        "alt": alt,
        "source": footer(("claims", rows("claims")), ("index", rows("index", edition="2023"))),
        "inputs": ["claims", "index"],
        "columns": ["printed form", "low", "high", "width", "label"],
        "table": {"printed form": list(forms), "low": low, "high": high, "width": width, "label": labels},
        "panels": 1,
        "heading": "",
        "x label": "people in modern slavery per 1,000",
        "y label": "",
        "x scale": "linear",
        "y scale": "linear",
        "x limits": limits,
        "y limits": [number - 0.4, -0.6],
        "x ticks": [f"{n / 10:.1f}" for n in range(50) if limits[0] <= n / 10 <= limits[1]],
        "y ticks": list(forms),
        "texts": [[label, end, row] for label, end, row in zip(labels, high, at, strict=True)],
        "legend": [],
        "marks": [
            line([1000 * usa.people / usa.population] * 2, [0, 1], "ink", style=":"),
            level(low, high, at, "ink"),
        ],
    }
