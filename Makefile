# The same commands without make are in README.md.
PYTHON ?= python3
PY := .venv/bin/python
READY := .venv/ready
READY_TEST := .venv/ready-test
OLDEST := .venv-oldest
READY_OLDEST := $(OLDEST)/ready
READY_HUB := .venv/ready-hub
PROXY := build/hub/node_modules/.package-lock.json
COMPILE := .venv/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --no-header \
	--annotation-style line -q
LOCKED := \# The lock: every package that running needs. Written by `make lock` from pyproject.toml.
LOCKED_TEST := \# The lock: what testing needs besides. Written by `make lock` from pyproject.toml.
LOCKED_HUB := \# The lock: what the hub of a class needs besides. Written by `make lock` from pyproject.toml.
BESIDES := awk -F ' +\# ' 'NR == FNR { running[$$1]; next } !($$1 in running)' .venv/lock

.PHONY: figures test test-slow test-oldest lab hub browser bench bench-hub lock check-lock clean

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

hub: $(READY_HUB) $(PROXY)  # JupyterHub for a class, on this computer: deploy/README.md
	@echo "http://127.0.0.1:$${HUB_PORT:-8000} (Ctrl-C stops the hub and every server; log: build/hub/hub.log)"
	@umask 077; $(PY) -m jupyterhub -f deploy/jupyterhub_config.py >> build/hub/hub.log 2>&1 || \
		{ tail -n 3 build/hub/hub.log >&2; exit 1; }

browser: $(READY_TEST)    # what the browser test needs besides Chromium
	$(PY) -m pip install -q -e ".[browser]"

bench: $(READY_TEST)      # how fast the rebuild, the ranks, the rank sets and the briefs are
	$(PY) benchmarks/bench_rebuild.py
	$(PY) -m pytest -q benchmarks/bench_ranks.py
	$(PY) benchmarks/bench_rank_sets.py
	$(PY) benchmarks/bench_briefs.py

bench-hub: $(READY_HUB) $(PROXY)  # 25 pupils in the hub at once: seconds, memory; minutes of two cores
	$(PY) benchmarks/bench_hub.py

lock: $(READY)            # compile the locks again; needs the network
	$(PY) -m pip install -q -e ".[maintain]"
	$(COMPILE) > .venv/lock
	$(COMPILE) --extra test --constraint .venv/lock > .venv/lock-test
	$(COMPILE) --extra hub --constraint .venv/lock-test > .venv/lock-hub
	{ printf '%s\n' '$(LOCKED)' '-e .'; cat .venv/lock; } > requirements.txt
	{ printf '%s\n' '$(LOCKED_TEST)' '-r requirements.txt'; $(BESIDES) .venv/lock-test; } > requirements-test.txt
	{ printf '%s\n' '$(LOCKED_HUB)' '-r ../requirements.txt'; $(BESIDES) .venv/lock-hub; \
	} > deploy/requirements-hub.txt

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

$(READY_HUB): $(READY) deploy/requirements-hub.txt
	$(PY) -m pip install -q -r deploy/requirements-hub.txt
	@touch $@

$(PROXY): deploy/package.json deploy/package-lock.json
	@command -v npm > /dev/null || { \
		echo "the hub's proxy needs Node.js 18 or newer with npm: apt-get install nodejs npm" >&2; exit 1; }
	mkdir -p build/hub
	cp deploy/package.json deploy/package-lock.json build/hub
	npm ci --prefix build/hub --ignore-scripts --no-audit --no-fund
	@touch $@

$(READY_OLDEST): $(READY) pyproject.toml
	$(PY) -m pip install -q -e ".[maintain]"
	.venv/bin/uv venv -q --clear --python $(PY) $(OLDEST)
	.venv/bin/uv pip install -q --python $(OLDEST) --resolution lowest-direct --only-binary :all: \
		-e ".[test]"
	@touch $@
