# Everything a developer or a curious newsroom needs. `make help` lists the targets.

SHELL := /bin/sh
.DEFAULT_GOAL := help
# Debian's own Python where it can make environments: it was built with profiles, which makes it a third faster than many.
PYTHON ?= $(shell /usr/bin/python3.11 -c "import ensurepip, venv" 2>/dev/null && echo /usr/bin/python3.11 || echo python3.11)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
URL ?= http://127.0.0.1:$(PORT)
DIR ?= newsroom
# The tests that run a second time, on PostgreSQL: not those of what is read once and drawn the same on any database.
# `make test` has those of races among them.
ON_POSTGRES := $(wildcard $(addprefix tests/,kit readers funding press imports newsroom/test_actions.py \
  newsroom/test_desk.py newsroom/test_models.py newsroom/test_pictures.py newsroom/test_search*.py))
# The tests that alone must reach every branch of funding, readers and kit (pyproject.toml says of which files).
MEASURED := $(addprefix tests/,contracts funding kit readers)
SOAK_ON_POSTGRES := tests/press/test_edition_truth.py tests/funding
# How long the long tests take at most.
MINUTES ?= 20
TOOLS := tests/tools/node_modules
# How many processes run the tests: more than processors, as they wait some of the time.
WORKERS ?= 4
# Each of the hundreds of processes that the tests start would compile our code and the libraries anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo venv test behaviour races postgres coverage check format bench lighthouse soak mutants stripe baselines tables tools lock clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: $(VENV)/.base ## a living newsroom; PORT=8123 and DIR=/some/dir choose where
	@exec $(BIN)/broadsheet demo --dir "$(DIR)" --port "$(PORT)"

venv: $(VENV)/.base ## the virtual environment that a newsroom runs from
	@echo "Ready: $(BIN)/broadsheet --help"

# Tests wait for processes some of the time, so the checks and the tests of races go on beside the others. What the
# longer one says is shown as it comes (that is what + does), what a target of the other says in one piece.
test: $(VENV)/.dev tools ## all tests but the long ones
	@$(MAKE) --no-print-directory -j 2 -O behaviour check races

behaviour: $(VENV)/.dev tools
	+$(BIN)/pytest -q -n $(WORKERS) --dist loadgroup -m "not soak and not live"

races: $(VENV)/.dev
	BROADSHEET_TEST_DATABASE=postgres $(BIN)/pytest -q -m "races and not soak and not browser and not live" $(ON_POSTGRES)

postgres: $(VENV)/.dev ## the other tests that use the database, on PostgreSQL
	BROADSHEET_TEST_DATABASE=postgres $(BIN)/pytest -q -n $(WORKERS) \
	  -m "not soak and not browser and not live and not races" $(ON_POSTGRES)

coverage: $(VENV)/.dev ## the tests of money, accounts and the kit once more: every branch has to be reached
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q -n $(WORKERS) --dist loadgroup -m "not soak and not live" $(MEASURED)
	@$(BIN)/coverage combine -q
	$(BIN)/coverage report

check: $(VENV)/.dev ## style, types, imports, spelling, templates, dependencies
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests
	$(BIN)/lint-imports --config importlinter.toml
	BROADSHEET_DIR=tests/ledger $(BIN)/mypy
	$(BIN)/codespell src tests docs changes *.md
	$(BIN)/djlint --lint --quiet src  # not --check: its indentation would be sent to every reader
	$(BIN)/deptry --no-ansi src

format: $(VENV)/.dev ## put the code into its one form
	$(BIN)/ruff check --fix src tests
	$(BIN)/ruff format src tests
	$(BIN)/python -m broadsheet.project.configuration_page > docs/run/configuration.md

bench: $(VENV)/.dev ## measure every claim about speed and size
	@exec $(BIN)/python -m benchmarks

lighthouse: $(VENV)/.dev benchmarks/tools/node_modules/.package-lock.json ## Lighthouse on a served demo; URL=http://127.0.0.1:8000 says where
	@exec $(BIN)/python -m benchmarks.lighthouse "$(URL)"

benchmarks/tools/node_modules/.package-lock.json: benchmarks/tools/package-lock.json
	@npm ci --silent --prefix benchmarks/tools && touch $@

soak: $(VENV)/.dev tools ## the long tests: fuzzing, kills, browsers; MINUTES=20 says how long
	@echo "The long tests end within $(MINUTES) minutes, and three to set up: three quarters here, one on PostgreSQL."
	BROADSHEET_SOAK_SECONDS=$$(( $(MINUTES) * 45 )) $(BIN)/pytest -q -rs -m soak
	BROADSHEET_SOAK_SECONDS=$$(( $(MINUTES) * 15 )) BROADSHEET_TEST_DATABASE=postgres \
	  $(BIN)/pytest -q -rs -m soak $(SOAK_ON_POSTGRES)
	@echo "Then the mutants: ten minutes."
	@$(MAKE) --no-print-directory mutants

mutants: $(VENV)/.dev ## change the code of money a little, two thousand times: which change does no test notice?
	@$(BIN)/uv pip install -q --system-certs --require-hashes --no-deps --target .cache/mutmut --python $(BIN)/python -r requirements/mutants.txt
	@rm -rf mutants  # it remembers who was not noticed, and looks no more when only tests have changed
	PYTHONPATH=.cache/mutmut $(BIN)/python -m mutmut run --max-children 2
	PYTHONPATH=.cache/mutmut $(BIN)/python tests/survivors.py

stripe: $(VENV)/.dev ## our side of Stripe against its own test mode; STRIPE_TEST_KEY names the account
	@test -n "$$STRIPE_TEST_KEY" || { echo "Not run: it needs a secret key of Stripe's test mode: STRIPE_TEST_KEY=sk_test_... make stripe"; exit 1; }
	$(BIN)/pytest -q -rs -m live tests/contracts

baselines: $(VENV)/.dev ## draw anew how pages have to look; look at the pictures before you commit them
	@BASELINES=write $(BIN)/pytest -q tests/pages/test_appearance.py

tables: $(VENV)/.dev ## write anew the tables that a new newsroom begins with: after each new migration
	$(BIN)/python tests/tabling.py src/broadsheet/project/tables.sql

tools: $(TOOLS)/.package-lock.json ## the programs of npm that check reader pages

# Without npm nothing is installed here, and the tests that need it say so.
$(TOOLS)/.package-lock.json: tests/tools/package-lock.json
	@if command -v npm >/dev/null; then npm ci --silent --prefix tests/tools && touch $@; \
	  else echo "npm is missing: axe-core and the Nu HTML checker are not installed (apt install nodejs npm)"; fi

lock: $(VENV)/.dev ## resolve requirements/*.in anew
	for name in uv base dev mutants; do \
	  $(BIN)/uv pip compile -q --upgrade --python-version 3.11 --generate-hashes --no-header \
	    requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done

clean: ## remove the virtual environment and all caches; newsrooms stay
	rm -rf $(VENV) $(TOOLS) benchmarks/tools/node_modules .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache mutants

# The virtual environment: uv by hash, then exactly the locked packages, then ourselves. ----------

$(VENV)/.uv: requirements/uv.txt
	@command -v $(PYTHON) >/dev/null || { echo "Broadsheet needs Python 3.11 or newer: apt install python3 python3-venv, or make PYTHON=python3.12"; exit 1; }
	@echo "Making the virtual environment $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv module is missing: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.base: $(VENV)/.uv requirements/base.txt pyproject.toml
	@if [ ! -e $(VENV)/.dev ]; then $(MAKE) --no-print-directory INSTALL=base install; \
	  else $(MAKE) --no-print-directory $(VENV)/.dev; fi
	@touch $@

$(VENV)/.dev: $(VENV)/.uv requirements/dev.txt pyproject.toml
	@$(MAKE) --no-print-directory INSTALL=dev install
	@touch $@

.PHONY: install
install:
	@echo "Installing the packages of requirements/$(INSTALL).txt"
	@$(BIN)/uv pip sync -q --system-certs --require-hashes --compile-bytecode --python $(BIN)/python requirements/$(INSTALL).txt
	@$(BIN)/uv pip install -q --offline --no-deps --no-build-isolation --python $(BIN)/python -e .
	@$(BIN)/python -m compileall -q src  # on a server, who runs it cannot write here
