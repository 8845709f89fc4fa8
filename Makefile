# Six words: make setup | run | test | check | fmt | bench. Each does its own set-up.
.PHONY: setup run test test-release check fmt bench messages facts requirements

PY = .venv/bin/python
# What the checks need to know of the settings, without touching the installation in var/.
QUIET = PLUSONE_ENV=test PLUSONE_DATA_DIR=.mypy_cache/installation

setup:
	@scripts/setup

run: setup
	@scripts/run

test: setup
	@$(PY) scripts/test

# The same with the full number of repeats, kills and random steps: before a release, for an hour or so.
test-release: setup
	@PLUSONE_TEST_RELEASE=1 $(PY) scripts/test

check: setup
	.venv/bin/ruff format --check --quiet
	.venv/bin/ruff check --quiet
	$(QUIET) .venv/bin/mypy --strict src
	.venv/bin/lint-imports --no-logo
	$(PY) scripts/messages --check
	$(PY) scripts/requirements_table --check

fmt: setup
	.venv/bin/ruff check --fix --quiet || true
	.venv/bin/ruff format --quiet

bench: setup
	@.venv/bin/plusone bench

messages: setup
	$(PY) scripts/messages

# Lists in docs/ that are made from the code and committed.
facts: setup
	$(QUIET) $(PY) scripts/facts

requirements: setup
	$(PY) scripts/requirements_table
