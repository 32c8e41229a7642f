# Everything a newcomer needs: `make run`, `make test`. Both set up .venv themselves, from the locked versions.
PYTHON      ?= python3
VENV        ?= .venv
SCENARIO    ?= configs/hyperscalers-2026.toml
OUT         ?= runs/$(basename $(notdir $(SCENARIO)))
RUN_ARGS    ?=
PYTEST_ARGS ?=
PYTEST_JOBS ?= 2
BENCH_ARGS  ?=
LOCK_ARGS   ?=
UV_VERSION  := 0.13.9

BIN  := $(VENV)/bin
PIP  := $(BIN)/python -m pip --disable-pip-version-check --quiet
# A stamp each: `make run` needs no development tools, and only `make bench` the other engines.
# The second call finds its stamp and starts at once.
RUN_STAMP   := $(VENV)/.installed-run
DEV_STAMP   := $(VENV)/.installed-dev
BENCH_STAMP := $(VENV)/.installed-bench

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run dask notebooks test bench lint format lock schema tables signs docs dist clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  Settings: PYTHON=python3.12  SCENARIO=configs/x.toml  OUT=runs/x  RUN_ARGS=...  PYTEST_ARGS='-k name'"
	@echo "            BENCH_ARGS='workers size'"

run: $(RUN_STAMP)  ## Simulate the reference scenario into runs/
	$(BIN)/capexrisk run $(SCENARIO) --out $(OUT) --overwrite $(RUN_ARGS)

dask: $(DEV_STAMP)  ## Install the development tools, Dask for several machines among them

notebooks: $(DEV_STAMP)  ## Run the notebooks, write them as pages into runs/notebooks/
	$(BIN)/jupyter nbconvert --execute --to html --output-dir runs/notebooks notebooks/*.ipynb

test: $(DEV_STAMP)  ## Run every test
	@tests/browser/chromium.sh & $(BIN)/python -m tests.compile; wait
	$(BIN)/python -m pytest -n $(PYTEST_JOBS) --dist loadfile $(PYTEST_ARGS)

bench: $(BENCH_STAMP)  ## Measure the engine beside its peers, write benchmarks/README.md
	$(BIN)/python -m benchmarks.bench $(BENCH_ARGS)

lint: $(DEV_STAMP)  ## Check style, types and the import contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache

format: $(DEV_STAMP)  ## Mend style where ruff can
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

# bench is not held to dev: monaco allows no psutil as new as the one there.
lock: $(BIN)/pip  ## Renew the lock files (LOCK_ARGS=--upgrade for the newest versions)
	$(PIP) install "uv==$(UV_VERSION)"
	$(call compile,requirements.lock)
	$(call compile,requirements-dev.lock,--extra dev --constraint requirements.lock)
	$(call compile,requirements-bench.lock,--extra bench --constraint requirements.lock)
	@! grep -nE '://|^-|file:' requirements*.lock || \
	  { echo "make lock: a lock file names an address or an option; it must hold versions only" >&2; exit 1; }

schema: $(RUN_STAMP)  ## Regenerate configs/scenario.schema.json
	$(BIN)/capexrisk schema > $(VENV)/scenario.schema.json
	mv $(VENV)/scenario.schema.json configs/scenario.schema.json

docs: $(DEV_STAMP)  ## Build the documentation as pages into build/docs/
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet -c docs . build/docs
	@echo "Open build/docs/docs/index.html"

tables: $(RUN_STAMP)  ## Print the tables of docs/summary.md, manifest.md and inputs.md from the engine
	$(BIN)/python -m docs.tables

signs: $(RUN_STAMP)  ## Measure the table of docs/signs.md
	$(BIN)/python -m docs.signs

dist: $(RUN_STAMP)  ## Build the wheel and the source distribution into dist/
	$(BIN)/python -c 'from setuptools import build_meta as b; b.build_sdist("dist"); b.build_wheel("dist")'

clean:  ## Remove .venv, caches and build output (runs/ stays)
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist engine/*.egg-info
	find engine tests benchmarks -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# --universal: one lock for every Python and platform named in pyproject.toml;
# fewest: the same numpy on each of them, so the same numbers.
define compile
$(BIN)/uv pip compile pyproject.toml $(2) --group build --output-file $(1) \
  --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-annotate \
  --custom-compile-command "make lock" --quiet $(LOCK_ARGS)
endef

# The package itself: no dependencies, and built with the locked setuptools.
INSTALL_SELF := $(PIP) install --no-deps --no-build-isolation --editable .

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info[:2] <= (3, 13); \
	  ok or print("capexrisk needs Python 3.11, 3.12 or 3.13; $(PYTHON) is %d.%d." % sys.version_info[:2], \
	  "Name another one: make PYTHON=python3.12 run"); sys.exit(not ok)' >&2 || \
	  { echo "make: no usable Python at '$(PYTHON)'" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "make: $(PYTHON) has no venv module; install it (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)

$(RUN_STAMP): requirements.lock pyproject.toml | $(BIN)/pip
	@echo "Installing the locked versions (the first time: a minute or two)"
	$(PIP) install --requirement requirements.lock
	$(INSTALL_SELF)
	@touch $@

$(DEV_STAMP): requirements-dev.lock pyproject.toml | $(BIN)/pip
	@echo "Installing the locked versions and the development tools (the first time: a minute or two)"
	$(PIP) install --requirement requirements-dev.lock
	$(INSTALL_SELF)
	@touch $@ $(RUN_STAMP)

$(BENCH_STAMP): requirements-bench.lock pyproject.toml | $(BIN)/pip
	@echo "Installing the locked versions and the tools to compare with (the first time: a few minutes)"
	$(PIP) install --requirement requirements-bench.lock
	$(INSTALL_SELF)
	@touch $@ $(RUN_STAMP)
