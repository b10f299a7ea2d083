"""A million rank intervals in under a second.

.venv/bin/python -m pytest benchmarks/bench_ranks.py
"""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.ranks import rank_interval

ROWS = 1_000_000


def test_a_million_rows_take_less_than_a_second(benchmark: Any) -> None:
    random = np.random.default_rng(1)
    low = random.lognormal(1, 1, ROWS)
    high = low * random.uniform(1, 1.1, ROWS)
    found = benchmark.pedantic(rank_interval, args=(low, high), rounds=5, warmup_rounds=1)
    assert (found["best"] <= found["worst"]).all()
    assert benchmark.stats["median"] < 1
