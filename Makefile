# The commands of the project. Everything they need is set up in .venv and .cache, inside this folder.

STACK ?= dev
PLAN ?= dist/review/$(STACK)
VENV := .venv
BIN := $(VENV)/bin

# Caches stay inside the project, unless the machine has its own.
export UV_CACHE_DIR ?= $(CURDIR)/.cache/uv
export UV_PYTHON_DOWNLOADS ?= manual
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/$(VENV)
export PIP_NO_CACHE_DIR := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Kept beside the sources, ignored by git: without it each command compiles all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup package preview test lint types unit format schema snapshots bench clean
.PHONY: bench-engine workflows reports cli where bootstrap preview-live deploy migrate drift drift-issue audit

help:  ## Show these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.ready  ## Make the environment (the other targets do it by themselves)

$(VENV)/.ready: pyproject.toml uv.lock
	@sh tools/setup.sh $(VENV)
	@touch $@

package: setup  ## Build the functions' zips in dist/
	@$(BIN)/plinth package

preview: package  ## Show and judge all that STACK would create, without an account (STACK=dev)
	@$(BIN)/plinth preview $(STACK)

test: package  ## Format, lint, types, all tests; among them every stack planned and judged
	@$(MAKE) --no-print-directory -j2 lint types unit workflows

lint: setup
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet . && echo "lint: clean"

types: setup
	@$(BIN)/mypy && $(BIN)/mypy policy/__main__.py

unit: package
	@$(BIN)/pytest --quiet --numprocesses 2 --dist worksteal

workflows: setup  ## Check the workflows and shell scripts, without a network
	@$(BIN)/python -m tools.workflows

format: setup  ## Format the code and mend what ruff can
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

rules-doc: setup  ## Write docs/rules.md anew from the rules and their cases
	@$(BIN)/python -m tools.rules_doc

cost: package  ## Write docs/cost.md anew from the plans and docs/prices.yaml
	@$(BIN)/python -m tools.cost

schema: setup  ## Write settings/schema.json anew from the models
	@$(BIN)/python -m settings.schema

snapshots: package  ## Accept the stacks as they are now planned; read the diff
	@$(BIN)/pytest --quiet tests/test_snapshots.py --snapshot-update

bench-engine: package  ## Measure prod's preview by the real engine, part by part; needs a Pulumi CLI
	@$(BIN)/python -m tools.bench_engine

bench: package  ## Measure the plan: processor seconds and peak memory, as ratios in one run
	@$(BIN)/python -m tools.bench
	@$(BIN)/python -m tools.bench_policy
	@$(BIN)/python -m tools.bench_app

reports: package  ## Plan and judge every stack and example; SARIF, JUnit and a summary in dist/reports
	@$(BIN)/plinth reports

audit: setup  ## Ask for known vulnerabilities of all that uv.lock names (OSV, over the network)
	@$(BIN)/uv audit --frozen --preview-features audit-command

cli: setup  ## Install the Pulumi CLI into the project's folder
	@$(BIN)/plinth setup-cli

where: setup  ## Print where STACK lives: account, region, state
	@$(BIN)/plinth where $(STACK)

bootstrap: setup  ## Prepare STACK's account for Pulumi; safe to repeat
	@$(BIN)/plinth bootstrap $(STACK)

preview-live: package  ## Preview STACK in its own account, and keep the plan for review in PLAN
	@$(BIN)/plinth live preview $(STACK) --to $(PLAN)

deploy: package  ## Apply the reviewed plan in PLAN to STACK, and nothing else
	@$(BIN)/plinth live up $(STACK) --plan $(PLAN)

migrate: setup  ## Bring the tables of STACK's database up to what its release needs
	@$(BIN)/plinth live migrate $(STACK)

drift: setup  ## Compare STACK's account with its state
	@$(BIN)/plinth live drift $(STACK)

drift-issue: setup  ## Keep one GitHub issue about what `make drift` found
	@$(BIN)/plinth drift-issue

clean:  ## Remove everything that the other targets made
	rm -rf $(VENV) .cache dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
