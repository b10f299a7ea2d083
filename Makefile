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

# -qq: what went wrong, and no warnings. What to do about it is said below.
PIP := $(PY) -m pip --disable-pip-version-check install -qq --root-user-action ignore
FAILED := { printf '%s\n' "the set-up did not end; above stands why. What helps most often:" \
	"  no connection: connect, or tell pip of your network's own index or proxy" \
	"  no venv or ensurepip: apt-get install python3-venv, or take the Python of python.org" \
	"  no space left: free 1 GB" \
	"  anything else about pip, which may be old: make clean" \
	"Then type the same command again." >&2; exit 1; }

.PHONY: help figures test test-slow test-faults test-mutants test-oldest lab lab-reset site class hub browser bench bench-hub lock check-lock clean

help:                     # list what make can do
	@sed -n 's/^\([a-z][a-z-]*\):.*  *\# \(.*\)$$/make \1|\2/p' Makefile | \
		awk -F '|' '{ printf "%-18s %s\n", $$1, $$2 }'

figures: $(READY)         # run every notebook, write figures/
	@echo "running every notebook and writing figures/: under a minute on two cores"
	@$(PY) -m analysis rebuild --all

test: $(READY_TEST)       # every test that takes less than 15 seconds
	$(PY) -m pytest -n 2 --dist loadfile --junitxml build/tests.xml

test-slow: $(READY_TEST)  # the others
	$(PY) -m pytest -m slow

test-faults: $(READY_TEST)  # plant faults in a copy, one at a time: which of them the checks catch; minutes
	$(PY) tests/seed_faults.py

test-mutants: $(READY_TEST)  # change analysis/ at a hundred places: which the tests notice (ALL=1: at all)
	@$(PIP) -e ".[mutants]"
	$(PY) tests/mutants.py $(if $(ALL),--all)

# Left out: style, the browser, equal bytes (versions decide them) and nbval's exact text (pandas 2
# prints some types otherwise). What stays: values, verdicts, tables, and what a fresh rebuild draws.
test-oldest: $(READY_OLDEST)  # values and drawn values on the oldest versions allowed
	$(OLDEST)/bin/python -m pytest tests --hypothesis-profile ci \
		--ignore tests/test_style.py --ignore tests/test_explore.py
	$(OLDEST)/bin/python -m pytest tests/test_reproducible.py --hypothesis-profile ci -m "slow or not slow" \
		-k "draws_the_committed or alike"

lab: $(READY)             # JupyterLab on copies under build/lab
	$(PY) -m analysis lab

lab-reset: $(READY)       # start every copy over; what you changed stays beside it, under another name
	$(PY) -m analysis lab --fresh

hub: $(READY_HUB) $(PROXY)  # JupyterHub for a class, on this computer: deploy/README.md
	@echo "http://127.0.0.1:$${HUB_PORT:-8000} (Ctrl-C stops the hub and every server; log: build/hub/hub.log)"
	@umask 077; $(PY) -m jupyterhub -f deploy/jupyterhub_config.py >> build/hub/hub.log 2>&1 || \
		{ tail -n 3 build/hub/hub.log >&2; exit 1; }

site: $(READY)            # the pages in build/site, for a browser without a network
	$(PY) -m analysis site

class: $(READY)           # the lessons' notebooks; two ZIP files, for students and for the teacher
	$(PY) -m analysis class

browser: $(READY_TEST)    # what the browser test needs besides Chromium
	$(PIP) -e ".[browser]"

bench: $(READY_TEST)      # how fast rebuild, ranks, rank sets, briefs and collecting are; how light the site
	$(PY) benchmarks/bench_rebuild.py
	$(PY) -m pytest -q benchmarks/bench_ranks.py
	$(PY) benchmarks/bench_rank_sets.py
	$(PY) benchmarks/bench_briefs.py
	$(PY) benchmarks/bench_site.py
	$(PY) benchmarks/bench_collect.py

bench-hub: $(READY_HUB) $(PROXY)  # 25 pupils in the hub at once: seconds, memory; minutes of two cores
	$(PY) benchmarks/bench_hub.py

lock: $(READY)            # compile the locks again; needs the network
	$(PIP) -e ".[maintain]"
	$(COMPILE) > .venv/lock
	$(COMPILE) --extra test --constraint .venv/lock > .venv/lock-test
	$(COMPILE) --extra hub --constraint .venv/lock-test > .venv/lock-hub
	{ printf '%s\n' '$(LOCKED)' '-e .'; cat .venv/lock; } > requirements.txt
	{ printf '%s\n' '$(LOCKED_TEST)' '-r requirements.txt'; $(BESIDES) .venv/lock-test; } > requirements-test.txt
	{ printf '%s\n' '$(LOCKED_HUB)' '-r ../requirements.txt'; $(BESIDES) .venv/lock-hub; \
	} > deploy/requirements-hub.txt

check-lock: $(READY)      # try both for four Pythons on three systems; needs the network
	$(PIP) -e ".[maintain]"
	$(PY) scripts/check_lock.py

clean:                    # undo the set-up; also deletes your copies of the notebooks in build/lab
	rm -rf .venv $(OLDEST) build .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks mutants
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is missing or older than 3.11; name another one: make figures PYTHON=python3.12" >&2; \
		exit 1; }
	@echo "setting up .venv with the packages of requirements.txt: one to three minutes, once"
	@$(PYTHON) -m venv .venv || $(FAILED)
	@$(PIP) -r requirements.txt || $(FAILED)
	@touch $@

$(READY_TEST): $(READY) requirements-test.txt
	@echo "adding what testing needs, from requirements-test.txt: about a minute, once"
	@$(PIP) -r requirements-test.txt || $(FAILED)
	@touch $@

$(READY_HUB): $(READY) deploy/requirements-hub.txt
	@echo "adding what the hub needs, from deploy/requirements-hub.txt: about a minute, once"
	@$(PIP) -r deploy/requirements-hub.txt || $(FAILED)
	@touch $@

$(PROXY): deploy/package.json deploy/package-lock.json
	@command -v npm > /dev/null || { \
		echo "the hub's proxy needs Node.js 18 or newer with npm: apt-get install nodejs npm" >&2; exit 1; }
	mkdir -p build/hub
	cp deploy/package.json deploy/package-lock.json build/hub
	npm ci --prefix build/hub --ignore-scripts --no-audit --no-fund
	@touch $@

$(READY_OLDEST): $(READY) pyproject.toml
	$(PIP) -e ".[maintain]"
	.venv/bin/uv venv -q --clear --seed --python $(PY) $(OLDEST)
	.venv/bin/uv pip install -q --python $(OLDEST) --resolution lowest-direct --only-binary :all: \
		-e ".[test]"
	@touch $@
