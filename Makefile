# The commands of the project. Everything they need is set up in .venv and .cache, inside this folder.

STACK ?= dev
VENV := .venv
BIN := $(VENV)/bin
STACKS := dev prod

# Caches stay inside the project, unless the machine has its own.
export UV_CACHE_DIR ?= $(CURDIR)/.cache/uv
export UV_PYTHON_DOWNLOADS ?= manual
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/$(VENV)
export PIP_NO_CACHE_DIR := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup package preview test lint types unit plans format schema snapshots bench clean

help:  ## Show these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.ready  ## Make the environment (the other targets do it by themselves)

$(VENV)/.ready: pyproject.toml uv.lock
	@sh tools/setup.sh $(VENV)
	@touch $@

package: setup  ## Build the functions' zips in dist/
	@$(BIN)/plinth package

preview: package  ## Show and judge all that STACK would create, without an account (STACK=dev)
	@$(BIN)/plinth preview $(STACK)

test: package  ## Format, lint, types, all tests; every stack planned and judged
	@$(MAKE) --no-print-directory -j2 lint types unit plans

lint: setup
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet . && echo "lint: clean"

types: setup
	@$(BIN)/mypy

unit: package
	@$(BIN)/pytest --quiet

plans: package
	@for stack in $(STACKS); do $(BIN)/plinth plan $$stack --quiet || exit $$?; done

format: setup  ## Format the code and mend what ruff can
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

schema: setup  ## Write settings/schema.json anew from the models
	@$(BIN)/python -m settings.schema

snapshots: package  ## Accept the stacks as they are now planned; read the diff
	@$(BIN)/pytest --quiet tests/test_snapshots.py --snapshot-update

bench: package  ## Measure the plan: processor seconds and peak memory, as ratios in one run
	@$(BIN)/python -m tools.bench

clean:  ## Remove everything that the other targets made
	rm -rf $(VENV) .cache dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
