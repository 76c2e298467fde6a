# `make` runs the default experiments and says where the report is; `make test` runs all tests.
ifneq ($(words $(CURDIR)),1)
$(error $(CURDIR): make cannot work in a folder whose path holds a space; move the checkout)
endif

PYTHON ?= python3
BIN := .venv/bin
PIN = uv pip compile --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
  --no-header --upgrade

.PHONY: report test cluster cluster-test docs lint format audit bench lock clean

report: .venv/installed
	$(BIN)/snakemake
	@echo "Report: $(CURDIR)/results/report.html"

# A process for each core, each with whole files, the longest first (testpaths in pyproject.toml).
test: .venv/installed-dev
	$(BIN)/python -m pytest -n logical --dist loadfile --no-loadscope-reorder

# What docs/cluster.md needs.
cluster: .venv/installed-cluster

# As root: installs Slurm, runs the tiny workflow through it, leaves nothing running.
cluster-test: .venv/installed-dev .venv/installed-cluster
	CLUSTER_TEST=1 $(BIN)/python -m pytest tests/cluster

# The site, from docs/ and the docstrings; every warning is an error.
docs: .venv/installed-docs
	$(BIN)/python -m sphinx --fresh-env --fail-on-warning --keep-going --quiet docs site
	@echo "Site: $(CURDIR)/site/index.html"

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow/rules
	$(BIN)/snakemake --lint

format: .venv/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow/rules

# Known vulnerabilities of what is pinned, where the advisory service can be reached.
audit: .venv/installed-dev
	$(BIN)/python .ci/audit.py $(wildcard requirements*.txt)

# All rows of docs/performance.md, or some: make bench ROWS="influence panel".
bench: .venv/installed-dev .venv/installed-bench
	PYTHONPATH=src $(BIN)/python benchmarks/run.py $(ROWS)

# New pins for everybody, from the ranges in pyproject.toml. Needs uv.
lock:
	$(PIN) pyproject.toml -o requirements.txt
	for group in dev cluster docs bench; do \
	  $(PIN) pyproject.toml --group $$group -c requirements.txt -o requirements-$$group.txt || exit; \
	done

clean:
	rm -rf results site .snakemake

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$$($(PYTHON) --version) is too old: 3.11 or newer is needed; try make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/installed: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/installed-%: requirements-%.txt .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
