# Each target sets up what it needs; a machine with Python 3.11 or later, make and git is enough.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
UV_VERSION := 0.13.9
# uv is used where it is installed; elsewhere pip puts it in a folder of the project.
UV ?= $(or $(shell command -v uv),$(CURDIR)/.cache/uv/bin/uv)
BIN := .venv/bin
READY := .venv/.ready

# uv targets the project's own environment, also inside another one that is active.
export VIRTUAL_ENV := $(CURDIR)/.venv

.PHONY: help setup demo test check flows mutants bench chaos lock fmt clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

setup: $(READY) ## the environment in .venv, exactly as locked
	@:

$(CURDIR)/.cache/uv/bin/uv:
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
	  --upgrade --target .cache/uv 'uv==$(UV_VERSION)'

$(READY): requirements.lock pyproject.toml | $(UV)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Schakel needs Python 3.11 or later")'
	@$(UV) venv --quiet --allow-existing \
	  --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .venv
	@$(UV) pip sync --quiet --require-hashes --compile-bytecode requirements.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@# Written once, here: where Python is told to write no bytecode, every process would compile everything again.
	@$(BIN)/python -m compileall -q -j 0 contracts connectors services
	@touch $@

demo: $(READY) ## the Twente chain, live: who is told what, and why not
	@$(BIN)/schakel demo

# These start no process and need no broker, so that they can share the processors out among them.
PURE := $(addprefix tests/,architecture connectors flows properties unit vectors)

test: $(READY) ## every test, on a real Kafka
	@$(BIN)/pytest --numprocesses logical --maxprocesses 4 --dist worksteal $(PURE)
	@$(BIN)/pytest $(addprefix --ignore=,$(PURE))

check: $(READY) ## style, types, import rules, schemas, documentation
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --cache-dir .cache/import-linter
	@$(BIN)/pytest --quiet tests/architecture

flows: $(READY) ## every flow F1-F47: seven proofs a row, and a table of them
	@$(BIN)/python -m tests.flows.report

mutants: $(READY) ## break the policy's code in every small way; the tests must notice
	@$(BIN)/python -m tests.mutants.run

bench: $(READY) ## records a second and latency, beside the floor of the machine
	@$(BIN)/schakel bench

chaos: $(READY) ## kills while records flow; nothing lost, nothing doubled
	@$(BIN)/schakel chaos

lock: | $(UV) ## requirements.lock anew from pyproject.toml
	@$(UV) pip compile --quiet --universal --python-version 3.11 --all-extras --upgrade \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	  pyproject.toml --output-file requirements.lock

fmt: $(READY) ## format, and mend what ruff can mend
	@$(BIN)/ruff check --fix --exit-zero
	@$(BIN)/ruff format

clean: ## remove what the targets made here
	@rm -rf .venv .cache build dist
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
