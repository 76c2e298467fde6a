# `make` runs the default experiments and says where the report is. While you work: `make check`;
# before you hand in: `make test`. `.ci/run` runs everything.
ifneq ($(words $(CURDIR)),1)
$(error $(CURDIR): make cannot work in a folder whose path holds a space; move the checkout)
endif

SHELL := bash
.SHELLFLAGS := -o pipefail -c
# Snakemake keeps caches in the home, which some accounts of containers have not.
ifneq ($(shell test -w ~ && echo writable),writable)
export HOME := $(CURDIR)/.venv/home
endif
PYTHON ?= python3
BIN := .venv/bin
PIN = uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
  --generate-hashes --no-header
# pip, with a line that says how far it is.
define install
@echo "Installing $< into .venv, a few minutes the first time"
@$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --require-hashes -r $< | \
  awk -v end="$$(test -t 1 && printf '\033[K\r' || printf '\n')" \
    '/^Collecting / {printf "  fetching package %d: %s%s", ++n, $$2, end; fflush()} \
     /^Installing / {printf "  unpacking %d packages%s", n, end; fflush()} \
     /^Successfully / {printf "  done%s\n", substr(end, 1, length(end) - 1)}'
endef
PYTEST = $(BIN)/python -m pytest -n logical --dist loadfile --no-loadscope-reorder
# Rooms whose tests compile and train little.
QUICK = $(addprefix tests/unit/,analysis checks config data figures files names policies report selection) \
  $(wildcard tests/unit/test_*.py)

.PHONY: report check test test-slow coverage cluster cluster-test docs lint lint-code types format audit bench \
  lock upgrade clean

report: .venv/installed
	$(BIN)/snakemake

# What a change needs while it is being made: no Snakemake run, no training, little to compile.
check: lint-code types
	$(PYTEST) -m "not slow and not study" $(QUICK)

# A process for each core, each with whole files, the longest first (testpaths in pyproject.toml).
test: .venv/installed-dev
	$(PYTEST) -m "not study"

# Long studies: crashes and faults at many moments, fuzzing, other numbers of cores and devices.
test-slow: .venv/installed-dev
	$(PYTEST) -m study

# Which lines the tests of `make test` reach; what jobs of the workflow reach is not counted.
coverage: .venv/installed-dev
	$(PYTEST) -m "not study" tests/unit --cov --cov-report=term:skip-covered --cov-report=html
	@echo "Lines: $(CURDIR)/htmlcov/index.html"

# What docs/cluster.md needs.
cluster: .venv/installed-cluster

# As root: installs Slurm, runs the tiny workflow through it, leaves nothing running.
cluster-test: .venv/installed-dev .venv/installed-cluster
	CLUSTER_TEST=1 $(BIN)/python -m pytest tests/cluster

# The site, from docs/ and the docstrings; every warning is an error.
docs: .venv/installed-docs
	$(BIN)/python -m sphinx --fresh-env --fail-on-warning --keep-going --quiet docs site
	@echo "Site: $(CURDIR)/site/index.html"

lint: lint-code types
	$(BIN)/snakefmt --check Snakefile workflow/rules
	$(BIN)/snakemake --lint

# Style, and who imports whom: the contracts in pyproject.toml.
lint-code: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PYTHONPATH=src $(BIN)/lint-imports --no-logo

types: .venv/installed-dev
	$(BIN)/mypy

format: .venv/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow/rules
	PYTHONPATH=src $(BIN)/python docs/make_rooms.py

# Known vulnerabilities of what is pinned, where the advisory service can be reached.
audit: .venv/installed-dev
	$(BIN)/python .ci/audit.py $(wildcard requirements*.txt)

# All rows of docs/performance.md, or some: make bench ROWS="influence panel".
bench: .venv/installed-dev .venv/installed-bench
	PYTHONPATH=src $(BIN)/python benchmarks/run.py $(ROWS)

# Pins of what pyproject.toml asks for and has none yet; all others stay. Needs uv.
lock:
	$(PIN) pyproject.toml -o requirements.txt
	for group in dev cluster docs bench; do \
	  $(PIN) pyproject.toml --group $$group -c requirements.txt -o requirements-$$group.txt || exit; \
	done

# New pins for everybody, from the ranges in pyproject.toml.
upgrade:
	$(MAKE) lock PIN="$(PIN) --upgrade"

clean:
	rm -rf results site .snakemake htmlcov .coverage

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$$($(PYTHON) --version) is too old: 3.11 or newer is needed; try make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/installed: requirements.txt | .venv/bin/python
	$(install)
	@touch $@

.venv/installed-%: requirements-%.txt .venv/installed
	$(install)
	@touch $@
