"""Judge the printed figures of an article: `judge` turns claims into a table of verdicts."""

import pandas as pd

from analysis.claims.phrases import phrase
from analysis.claims.verdicts import CONCLUSION, NONE, VALUE, ClaimError, check_columns, judge
from analysis.rounding import VERDICTS, Interval
from analysis.tables import load

__all__ = ["CONCLUSION", "NONE", "VALUE", "VERDICTS", "ClaimError", "check_columns", "judge"]
__all__ += ["meaning", "readings", "verdicts_of"]


def verdicts_of(notebook: str) -> pd.DataFrame:
    """The verdicts on the article's statements that a notebook takes up, by id, numbers as text.

    Columns statement, printed, tested, computed, low, high, unit, verdict, severity, reason.
    """
    found = judge(load("claims", notebook=notebook))[0].set_index("id")
    numbers = ["computed", "low", "high"]
    shown = found[numbers].round(4).map("{:,.12g}".format, na_action="ignore").fillna("")
    columns = ["statement", "printed", "tested", *numbers, "unit", "verdict", "severity", "reason"]
    return found.assign(**shown)[columns]


def readings(text: str) -> pd.DataFrame:
    """What an article's words can mean, strictly and charitably; ValueError if they are no figure.

    Indexed by reading; columns lowest and highest, plain numbers: a share of one, a count.
    """
    shown = phrase(text)
    found = {"strict": shown.strict.bounds(), "charitable": shown.charitable.bounds()}
    return pd.DataFrame(found, ["lowest", "highest"]).T.rename_axis(text)


def meaning(text: str) -> Interval:
    """All that an article's words can mean, read charitably; ValueError as readings."""
    return phrase(text).charitable
