"""Judge the printed figures of an article: `judge` turns a table of claims into a table of verdicts."""

from analysis.claims.judgement import ClaimError, check_columns, judge
from analysis.rounding import VERDICTS

__all__ = ["VERDICTS", "ClaimError", "check_columns", "judge"]
