# The same commands without make are in README.md.
PYTHON ?= python3
PY := .venv/bin/python
READY := .venv/ready
LOCKED := \# The lock: every package that running and testing need. Compiled from pyproject.toml by `make lock`; do not edit.

.PHONY: figures test test-slow lab browser bench lock check-lock clean

figures: $(READY)     # run every notebook, write figures/
	$(PY) -m analysis rebuild --all

test: $(READY)        # every test that takes less than 15 seconds
	$(PY) -m pytest

test-slow: $(READY)   # the others
	$(PY) -m pytest -m slow

lab: $(READY)         # JupyterLab on copies under build/lab
	$(PY) -m analysis lab

browser: $(READY)     # what the browser test needs besides Chromium
	$(PY) -m pip install -q -e ".[browser]"

bench: $(READY)       # how fast the rebuild, the ranks, the rank sets and the briefs are
	$(PY) benchmarks/bench_rebuild.py
	$(PY) -m pytest -q benchmarks/bench_ranks.py
	$(PY) benchmarks/bench_rank_sets.py
	$(PY) benchmarks/bench_briefs.py

lock: $(READY)        # compile requirements.txt again; needs the network
	$(PY) -m pip install -q -e ".[maintain]"
	.venv/bin/uv pip compile pyproject.toml --extra test --universal --python-version 3.11 --no-header \
		--annotation-style line -q > .venv/lock
	{ printf '%s\n' '$(LOCKED)' '-e .'; cat .venv/lock; } > requirements.txt

check-lock: $(READY)  # resolve it for Python 3.11 to 3.14 on Linux, macOS and Windows; needs the network
	$(PY) -m pip install -q -e ".[maintain]"
	$(PY) scripts/check_lock.py

clean:                # undo the set-up; also deletes your copies of the notebooks in build/lab
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is missing or older than 3.11; name another one: make figures PYTHON=python3.12" >&2; exit 1; }
	@echo "setting up .venv from requirements.txt; this takes a few minutes the first time"
	$(PYTHON) -m venv .venv
	$(PY) -m pip install -q -r requirements.txt
	@touch $@
