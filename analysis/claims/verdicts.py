"""One printed figure against one computed: the verdict, the reading it was reached in, and how much hangs on it."""

from __future__ import annotations

from fractions import Fraction

from analysis.claims.phrases import Phrase
from analysis.claims.vocabulary import Computed, plainly, span
from analysis.rounding import CANNOT, INCONSISTENT, REPRODUCES, WITHIN, Interval

NONE, VALUE, CONCLUSION = "none", "value", "conclusion"
THAN = {">": "more than", ">=": "at least", "<=": "at most", "<": "less than"}


def compare(shown: Phrase, computed: Computed) -> tuple[str, str, str]:
    """(verdict, reading met, why)."""
    if shown.places and shown.places != computed.places:
        return INCONSISTENT, "", f"{computed.places} rows are ranked, not {shown.places}"
    if computed.parts:
        return sources(shown, computed)
    words, (so, not_so) = f'"{shown.text}"', ("prints as", "does not print as")
    if shown.direction:
        words, (so, not_so) = shown.text, ("is", "is not")
    point = held(computed, shown)
    value = computed.value
    reading = "" if value is None else met(shown, Interval(value, value)) if shown.direction else shown.prints(value)
    if reading:
        return REPRODUCES, reading, f"{point} {so} {words}{widely(shown, reading)}"
    reading = met(shown, computed.interval)
    why = f"{point} {not_so} {words}"
    if computed.interval.low != computed.interval.high and value is not None:
        why += f"; rounding of the figures it is computed from allows {span(computed.interval, shown.per)}, which "
        why += f"meets it{widely(shown, reading)}" if reading else "does not meet it"
    return WITHIN if reading else INCONSISTENT, reading, why


def widely(shown: Phrase, reading: str) -> str:
    """What a reason adds where the coarse reading is met: how wide it is, and whether a finer one was there to miss."""
    only = "only " if "fine" in shown.readings else ""
    return f", {only}in the coarse reading, {span(shown.readings[reading], shown.per)}" if reading == "coarse" else ""


def sources(shown: Phrase, computed: Computed) -> tuple[str, str, str]:
    """The same for a range over several sources: if only some of them allow the figure, they do not decide."""
    allow = [reading for reading in (met(shown, part) for part in computed.parts) if reading]
    why = f'{len(allow)} of {len(computed.parts)} sources allow "{shown.text}"'
    why += f"; together they run from {span(computed.interval, shown.per)}"
    if not allow:
        return INCONSISTENT, "", why
    if len(allow) < len(computed.parts):
        return CANNOT, "", f"{why}; they disagree, so they do not decide"
    return WITHIN, allow[0], why


def met(shown: Phrase, interval: Interval) -> str:
    """The narrowest reading that some value of the interval meets; "threshold" for a "more than" and its like."""
    if shown.direction:
        return "threshold" if shown.holds(interval.low) or shown.holds(interval.high) else ""
    return shown.reading_met(interval)


def how_far(shown: Phrase, computed: Computed) -> str:
    """`value` or `conclusion`, for an inconsistent claim.

    `value`: the nearest computed value is less than twice and more than half of the printed one, so the statement keeps
    its sense; else, or if a "more than" or "at most" fails, `conclusion`.
    """
    low, high, printed = computed.interval.low, computed.interval.high, shown.value
    nearest = min(max(printed, low), high)
    if shown.direction or nearest <= 0 or printed <= 0:
        return CONCLUSION
    return VALUE if printed < 2 * nearest and nearest < 2 * printed else CONCLUSION


def in_terms(shown: Phrase, digits: str) -> str:
    """A number's text as a place or a multiple, where the phrase is one."""
    return {"rank": f"place {digits}", "ratio": f"{digits} times"}.get(shown.kind, digits)


def held(computed: Computed, shown: Phrase) -> str:
    """The computed value, or its range if it has no point, in the phrase's terms."""
    if computed.value is None:
        return span(computed.interval, shown.per)
    return in_terms(shown, plainly(computed.value, shown.per))


def meant(shown: Phrase) -> str:
    """How the phrase was read: "at least 1,500,000", or each reading's range, "9.5 to 10.5 percent (fine) or ..."."""
    if shown.direction:
        return f"{THAN[shown.direction]} {in_terms(shown, plainly(shown.edge, shown.per))}"
    if shown.kind == "rank":
        return in_terms(shown, plainly(shown.value))
    return " or ".join(f"{in_terms(shown, span(r, shown.per))} ({name})" for name, r in shown.readings.items())


def ends(shown: Phrase, reading: str) -> tuple[Fraction | None, Fraction | None]:
    """(lowest, highest) value that the phrase allows in this reading, else in its widest; None where it is open."""
    if shown.direction:
        return (shown.edge, None) if shown.direction.startswith(">") else (None, shown.edge)
    interval = shown.readings.get(reading, list(shown.readings.values())[-1])
    return interval.low, interval.high
