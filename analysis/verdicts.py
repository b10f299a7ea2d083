"""One printed figure against one computed: the verdict, the reading it was reached in, and how much hangs on it."""

from __future__ import annotations

from fractions import Fraction

from analysis.phrases import Phrase
from analysis.rates import CANNOT, INCONSISTENT, REPRODUCES, WITHIN
from analysis.rounding import Interval
from analysis.vocabulary import Computed, plainly, span

NONE, VALUE, CONCLUSION = "none", "value", "conclusion"
VERDICTS = [REPRODUCES, WITHIN, INCONSISTENT, CANNOT]


def compare(shown: Phrase, computed: Computed) -> tuple[str, str, str]:
    """(verdict, reading met, why)."""
    if shown.places and shown.places != computed.places:
        return INCONSISTENT, "", f"{computed.places} rows are ranked, not {shown.places}"
    if computed.parts:
        return sources(shown, computed)
    point = held(computed, shown)
    reading = "" if computed.value is None else met_by_point(shown, computed.value)
    words = shown.text if shown.direction else f'"{shown.text}"'
    if reading:
        only = ", only in the coarse reading, to the last digit that is not zero" if reading == "coarse" else ""
        return REPRODUCES, reading, f"{point} {'is' if shown.direction else 'prints as'} {words}{only}"
    reading = met(shown, computed.interval)
    why = f"{point} {'is not' if shown.direction else 'does not print as'} {words}"
    if computed.interval.low != computed.interval.high and computed.value is not None:
        why += f"; rounding of the printed figures allows {span(computed.interval, shown.per)}"
    if reading:
        return WITHIN, reading, f"{why}, which meets it in the {reading} reading"
    return INCONSISTENT, "", f"{why}{', which does not meet it' if 'rounding' in why else ''}"


def sources(shown: Phrase, computed: Computed) -> tuple[str, str, str]:
    """The same for a range over several sources: if only some of them allow the figure, they do not decide."""
    readings = [met(shown, part) for part in computed.parts]
    allow = [reading for reading in readings if reading]
    why = f'{len(allow)} of {len(readings)} sources allow "{shown.text}"'
    why += f"; together they run from {span(computed.interval, shown.per)}"
    if not allow:
        return INCONSISTENT, "", why
    if len(allow) < len(readings):
        return CANNOT, "", f"{why}; they disagree, so they do not decide"
    return WITHIN, allow[0], why


def met_by_point(shown: Phrase, value: Fraction) -> str:
    """The narrowest reading in which the value prints as the phrase; "threshold" if it satisfies a "more than"."""
    if shown.direction:
        return "threshold" if shown.holds(value) else ""
    return shown.prints(value)


def met(shown: Phrase, interval: Interval) -> str:
    """The narrowest reading that some value of the interval meets."""
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


def held(computed: Computed, shown: Phrase) -> str:
    """The computed value, or its range if it has no point, in the phrase's terms."""
    if computed.value is None:
        return span(computed.interval, shown.per)
    digits = plainly(computed.value, shown.per)
    return {"rank": f"place {digits}", "ratio": f"{digits} times"}.get(shown.kind, digits)
