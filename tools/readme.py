"""Write the counts by verdict into README.md, between two markers; everything else there is written by hand."""

from __future__ import annotations

import re
from pathlib import Path

from analysis import claims, tables
from analysis.claims.verdicts import NONE
from analysis.rounding import VERDICTS

BEGIN, END = "<!-- verdicts: generated -->", "<!-- /verdicts -->"


def block() -> str:
    """A Markdown table: each verdict, how many tests of the article's statements have it, and which.

    A severity stands beside its id. Each count is tied, as every number in that section of the README is, but only to
    itself: what holds it to the tables is that a test compares the whole block with a fresh one.
    """
    found, _ = claims.judge(tables.load("claims"))
    names = found["id"] + found["severity"].map(lambda word: "" if word == NONE else f" ({word})")
    which = {verdict: names[found["verdict"] == verdict] for verdict in VERDICTS}
    rows = [f"| {verdict} | {tied(len(ids))} | {', '.join(ids)} |" for verdict, ids in which.items()]
    parts = [
        f"All {tied(len(found))} tests of the article's statements, with the severity where one is inconsistent:",
        "\n".join(["| verdict | tests | which |", "|---|---|---|", *rows]),
        "What each id says, its figures and the reason: [07_scoreboard](notebooks/07_scoreboard.ipynb).",
    ]
    return "\n\n".join([BEGIN, *parts, END])


def tied(count: int) -> str:
    """A count with the comment that ties it."""
    return f"{count}<!--= {count} -->"


def write(root: Path) -> None:
    """Renew the block in README.md; ValueError if the two markers are not there once each, in order."""
    path = root / "README.md"
    text = path.read_text(encoding="utf-8")
    parts = re.fullmatch(f"(?s)(.*){re.escape(BEGIN)}.*{re.escape(END)}(.*)", text)
    if not parts or text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"README.md needs the lines {BEGIN} and {END}, once each; put them back and run this again")
    path.write_text(parts[1] + block() + parts[2], encoding="utf-8", newline="\n")
