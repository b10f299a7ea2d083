"""One printed figure against one computed: the verdict, why, and how much hangs on it."""

from __future__ import annotations

from analysis.claims.lookup import Computed
from analysis.claims.phrases import THRESHOLDS, Phrase
from analysis.claims.wording import number_text, range_text
from analysis.rounding import CANNOT, INCONSISTENT, verdict

NONE, VALUE, CONCLUSION = "none", "value", "conclusion"


def check_figure(shown: Phrase, computed: Computed) -> tuple[str, str, str]:
    """(verdict, the narrowest reading met, why)."""
    if shown.places and shown.places != computed.places:
        return INCONSISTENT, "", f"{computed.places} rows are ranked, not {shown.places}"
    if computed.sources:
        return check_sources(shown, computed)
    prints = "" if computed.value is None else shown.prints(computed.value)
    reading = prints or shown.reading_met(computed.interval)
    does, does_not = ("is", "is not") if shown.direction else ("prints as", "does not print as")
    words = shown.text if shown.direction else f'"{shown.text}"'
    why = f"{computed.text(shown.per, shown.kind)} {does if prints else does_not} {words}"
    if prints:
        why += coarse_text(shown, reading)
    elif computed.value is not None and computed.interval.low != computed.interval.high:
        allowed = range_text(computed.interval, shown.per)
        meets = f"meets it{coarse_text(shown, reading)}" if reading else "does not meet it"
        why += f"; rounding of the figures it is computed from allows {allowed}, which {meets}"
    return verdict(bool(prints), bool(reading)), reading, why


def coarse_text(shown: Phrase, reading: str) -> str:
    """What a reason adds where the coarse reading is met: how wide it is, and if a finer is not."""
    if reading != "coarse":
        return ""
    only = "only " if "fine" in shown.readings else ""
    return f", {only}in the coarse reading, {range_text(shown.readings[reading], shown.per)}"


def check_sources(shown: Phrase, computed: Computed) -> tuple[str, str, str]:
    """The same for several sources: if only some of them allow the figure, they do not decide."""
    met = [shown.reading_met(source) for source in computed.sources]
    allow = [reading for reading in met if reading]
    why = f'{len(allow)} of {len(met)} sources allow "{shown.text}"'
    why += f"; together they run from {range_text(computed.interval, shown.per)}"
    if allow and len(allow) < len(met):
        return CANNOT, "", f"{why}; they disagree, so they do not decide"
    return verdict(False, bool(allow)), allow[0] if allow else "", why


def severity_of(shown: Phrase, computed: Computed) -> str:
    """How much hangs on an inconsistent figure: `value` or `conclusion`.

    `value`: the nearest computed value is less than twice and more than half of the printed one, so
    the statement keeps its sense; else, or if a threshold fails, `conclusion`.
    """
    low, high, number = computed.interval.low, computed.interval.high, shown.value
    nearest = min(max(number, low), high)
    if shown.direction or nearest <= 0 or number <= 0:
        return CONCLUSION
    return VALUE if number < 2 * nearest and nearest < 2 * number else CONCLUSION


def reading_text(shown: Phrase) -> str:
    """How the phrase was read: "at least 1,500,000", "9.5 to 10.5 percent (fine) or ..."."""
    if shown.direction:
        words = THRESHOLDS[shown.direction].split("|")[0]
        return f"{words} {number_text(shown.edge, shown.per, shown.kind)}"
    if shown.kind == "rank":
        return number_text(shown.value, shown.per, shown.kind)
    texts = {name: range_text(own, shown.per, shown.kind) for name, own in shown.readings.items()}
    return " or ".join(f"{text} ({name})" for name, text in texts.items())
