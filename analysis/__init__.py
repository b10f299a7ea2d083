"""Check a number in the news: tables, rounding intervals, rates, ranks and figures."""
