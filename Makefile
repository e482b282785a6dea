# Two commands do all the set-up by themselves: `make demo` and `make test`.
# They need python3 >= 3.11.5 with venv, and make; uv is used if present, else fetched by pip into .tools/.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := .venv/bin

help:                ## what there is to call
	@grep -hE '^[a-z-]+: .*##|^[a-z-]+: *##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 14

setup: .venv/.ready  ## the locked environment in .venv

.tools/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit("monitor needs python >= 3.11.5, this is %s; set PYTHON=..." % sys.version.split()[0] if sys.version_info < (3, 11, 5) else 0)'
	@$(PYTHON) -m venv .tools && .tools/bin/pip install --quiet uv

.venv/.ready: pyproject.toml uv.lock | $(filter .tools/bin/uv,$(UV))
	@echo "Setting up .venv from uv.lock ..."
	@$(UV) sync --quiet --frozen --compile-bytecode --python $(PYTHON)
	@touch $@

demo: setup          ## step through the bundled days on an embedded SQLite and print the report
	@$(RUN)/monitor demo

run: setup           ## start the service on the real programme
	@$(RUN)/monitor --home . run

test: setup          ## the tests
	@$(RUN)/pytest -n auto

check: setup         ## lint, types, import rules, tests
	@$(RUN)/ruff check . && $(RUN)/ruff format --check .
	@$(RUN)/mypy
	@$(RUN)/lint-imports
	@$(RUN)/pytest -n auto

bench: setup         ## what a page, a phrase and a start cost
	@$(RUN)/python tests/bench.py

.PHONY: help setup demo run test check bench
