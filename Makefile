# The same commands without make are in README.md.
PYTHON ?= python3
PY := .venv/bin/python
READY := .venv/ready
READY_TEST := .venv/ready-test
OLDEST := .venv-oldest
READY_OLDEST := $(OLDEST)/ready
COMPILE := .venv/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --no-header \
	--annotation-style line -q
LOCKED := \# The lock: every package that running needs. Written by `make lock` from pyproject.toml.
LOCKED_TEST := \# The lock: what testing needs besides. Written by `make lock` from pyproject.toml.

.PHONY: figures test test-slow test-oldest lab site browser bench lock check-lock clean

figures: $(READY)         # run every notebook, write figures/
	$(PY) -m analysis rebuild --all

test: $(READY_TEST)       # every test that takes less than 15 seconds
	$(PY) -m pytest

test-slow: $(READY_TEST)  # the others
	$(PY) -m pytest -m slow

# Left out: style, the browser, equal bytes (versions decide them) and nbval's exact text (pandas 2
# prints some types otherwise). What stays: values, verdicts, tables, and what a fresh rebuild draws.
test-oldest: $(READY_OLDEST)  # values and drawn values on the oldest versions allowed
	$(OLDEST)/bin/python -m pytest tests --hypothesis-profile ci \
		--ignore tests/test_style.py --ignore tests/test_explore.py
	$(OLDEST)/bin/python -m pytest tests/test_reproducible.py --hypothesis-profile ci -m "slow or not slow" \
		-k "draws_the_committed or alike"

lab: $(READY)             # JupyterLab on copies under build/lab
	$(PY) -m analysis lab

site: $(READY)            # the pages in build/site, for a browser without a network
	$(PY) -m analysis site

browser: $(READY_TEST)    # what the browser test needs besides Chromium
	$(PY) -m pip install -q -e ".[browser]"

bench: $(READY_TEST)      # how fast the rebuild, ranks, rank sets and briefs are; how light the site
	$(PY) benchmarks/bench_rebuild.py
	$(PY) -m pytest -q benchmarks/bench_ranks.py
	$(PY) benchmarks/bench_rank_sets.py
	$(PY) benchmarks/bench_briefs.py
	$(PY) benchmarks/bench_site.py

lock: $(READY)            # compile both locks again; needs the network
	$(PY) -m pip install -q -e ".[maintain]"
	$(COMPILE) > .venv/lock
	$(COMPILE) --extra test --constraint .venv/lock > .venv/lock-test
	{ printf '%s\n' '$(LOCKED)' '-e .'; cat .venv/lock; } > requirements.txt
	{ printf '%s\n' '$(LOCKED_TEST)' '-r requirements.txt'; \
		awk -F ' +# ' 'NR == FNR { running[$$1]; next } !($$1 in running)' .venv/lock .venv/lock-test; \
	} > requirements-test.txt

check-lock: $(READY)      # try both for four Pythons on three systems; needs the network
	$(PY) -m pip install -q -e ".[maintain]"
	$(PY) scripts/check_lock.py

clean:                    # undo the set-up; also deletes your copies of the notebooks in build/lab
	rm -rf .venv $(OLDEST) build .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is missing or older than 3.11; name another one: make figures PYTHON=python3.12" >&2; \
		exit 1; }
	@echo "setting up .venv from requirements.txt; this takes a few minutes the first time"
	$(PYTHON) -m venv .venv
	$(PY) -m pip install -q -r requirements.txt
	@touch $@

$(READY_TEST): $(READY) requirements-test.txt
	$(PY) -m pip install -q -r requirements-test.txt
	@touch $@

$(READY_OLDEST): $(READY) pyproject.toml
	$(PY) -m pip install -q -e ".[maintain]"
	.venv/bin/uv venv -q --clear --python $(PY) $(OLDEST)
	.venv/bin/uv pip install -q --python $(OLDEST) --resolution lowest-direct --only-binary :all: \
		-e ".[test]"
	@touch $@
