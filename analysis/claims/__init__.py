"""Judge the printed figures of an article: `judge` turns a table of claims into one of verdicts."""

from analysis.claims.verdicts import CONCLUSION, NONE, VALUE, ClaimError, check_columns, judge
from analysis.rounding import VERDICTS

__all__ = ["CONCLUSION", "NONE", "VALUE", "VERDICTS", "ClaimError", "check_columns", "judge"]
