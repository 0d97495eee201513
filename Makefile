# Every target sets up what it needs; `make check` is exactly what CI runs.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
SHELL  := bash
.SHELLFLAGS := -eu -o pipefail -c
VENV   := .venv
BIN    := $(VENV)/bin
LOCK   := build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
              --no-emit-index-url --no-header
# jsii prints an end-of-life banner for Node 20 on every synthesis.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

.DEFAULT_GOAL := help
.PHONY: help setup demo test package browser e2e local-aws lint types synth check bench trace readme lock clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

setup: $(VENV)/.project node_modules/.installed  ## install the locked tools into .venv and node_modules

$(VENV)/.installed: requirements/dev.txt
	@echo "==> setup 1/3: creating $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV)
	@echo "==> setup 2/3: installing the locked Python packages (a minute or two the first time)"
	@$(BIN)/pip install --disable-pip-version-check --progress-bar off --require-hashes -r requirements/dev.txt \
	    | awk '/^Collecting/ {n++; if (n % 25 == 0) print "    " n " packages collected"; fflush()} /^Installing/ {print "    installing " n " packages"; fflush()}'
	@touch $@

# The packages that can be imported are those of pyproject.toml when this ran last.
$(VENV)/.project: pyproject.toml $(VENV)/.installed
	@$(BIN)/pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q cli hub shared simulator spoke yaml_files
	@touch $@

node_modules/.installed: package-lock.json
	@echo "==> setup 3/3: installing the pinned CDK command line (npm)"
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

demo: setup  ## play a small company over two spoke accounts, on the embedded AWS
	@$(BIN)/studio-hub demo

# pytest keeps the tests that it compiled, also where the environment forbids that.
test: export PYTHONDONTWRITEBYTECODE :=
test: setup  ## run the tests (no AWS account, no network)
	@echo "==> tests"
	@$(BIN)/pytest -n 2 --dist worksteal

package: setup  ## build the wheel, install it into empty environments, and run it there
	@echo "==> package"
	@$(BIN)/pytest tests/package -m package -q

browser: setup  ## open the access review in Debian's Chromium (installed if it is missing)
	@echo "==> browser"
	@$(BIN)/pytest tests/browser -m browser -q

e2e: setup  ## deploy onto a local AWS that enforces IAM, and play the main job there
	@echo "==> e2e"
	@$(BIN)/pytest tests/e2e -m e2e --capture=sys -q --tb=short --maxfail=3 --without=$(WITHOUT)

local-aws: setup  ## serve a local AWS on which docs/deploy.md can be followed by hand
	@PYTHONPATH=tests/support $(BIN)/python -m e2e.by_hand

lint: setup  ## ruff, formatting and import contracts
	@echo "==> lint"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/lint-imports --no-cache | tail -n 12

types: setup  ## mypy --strict
	@echo "==> types"
	@$(BIN)/mypy

synth: setup  ## write cdk.out/StudioHub.template.json and StudioSpoke.template.json, and check them
	@echo "==> synth"
	@PATH="$(CURDIR)/$(BIN):$$PATH" npx --no-install cdk synth --quiet
	@$(BIN)/cfn-lint cdk.out/*.template.json

# The deployed run mostly waits for the local AWS, so the tests run beside it. Their output comes last.
check: export STORIES := 60
check: lint types synth package browser  ## everything that CI runs: `test` with every story and every crash
	@mkdir -p build; \
	$(MAKE) --no-print-directory test > build/test.log 2>&1 & tests=$$!; \
	trap 'kill $$tests 2> /dev/null || true' EXIT; \
	deployed=0; $(MAKE) --no-print-directory e2e || deployed=$$?; \
	tested=0; wait $$tests || tested=$$?; \
	cat build/test.log; \
	exit $$((deployed || tested))

bench: setup  ## measure calls, time and memory; a table, and JSON on the standard output
	@$(BIN)/python -m cli.benchmark

trace: setup  ## print which files and functions a join and a leave run through
	@$(BIN)/python -m cli.benchmark.trace

readme: setup  ## write the demo's transcript into the README
	@$(BIN)/python tests/support/readme_transcript.py

lock:  ## resolve requirements/*.txt anew from pyproject.toml
	@$(PYTHON) -m venv build/lock && build/lock/bin/pip install --quiet uv
	@$(LOCK) --group pyproject.toml:runtime -o requirements/runtime.txt
	@$(LOCK) --group pyproject.toml:e2e -o requirements/e2e.txt
	@$(LOCK) --extra simulator --extra infrastructure --group dev -c requirements/runtime.txt \
	    pyproject.toml -o requirements/dev.txt

clean:  ## remove everything that setup and the other targets made
	@rm -rf $(VENV) node_modules cdk.out build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
