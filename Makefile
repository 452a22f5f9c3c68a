# Needs Python >= 3.11 with venv, and make. `make PYTHON=python3.13 test` names another interpreter. Only the contracts targets need Node.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test app-test lint contracts contracts-test contracts-deep gas bench validate mutation slither clean

run: .venv/run.stamp  ## the main experiment: six provinces, one day, three designs
	rm -rf runs/day
	$(BIN)/shengdian run six-provinces-day --out runs/day --workers 2
	$(BIN)/shengdian plot runs/day/six-provinces-day-*
	$(BIN)/shengdian report runs/day/six-provinces-day-*

test: .venv/dev.stamp lint  ## every Python test
	$(BIN)/python -m pytest

app-test: .venv/viz.stamp  ## the browser app in a real Chromium, which must be on PATH
	$(BIN)/python -m pytest -n 0 tests/app

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

contracts: contracts/node_modules/.package-lock.json  ## recompiles the artifacts
	npm run --silent build --prefix contracts

contracts-test: contracts/node_modules/.package-lock.json  ## are the artifacts fresh, and the Solidity suite
	npm run --silent check --prefix contracts
	npm test --silent --prefix contracts

contracts-deep: contracts/node_modules/.package-lock.json  ## the Solidity suite with 10,000 runs of every invariant: for hours
	FOUNDRY_PROFILE=deep npm test --silent --prefix contracts

mutation: .venv/dev.stamp contracts/node_modules/.package-lock.json  ## writes docs/mutation.md: changes of the contracts that the tests notice; hours
	$(BIN)/python -m mutation

slither: .venv-slither/stamp contracts/node_modules/.package-lock.json  ## static analysis; docs/slither.md answers what it finds
	node contracts/slither.js .venv-slither/bin/slither --fail-none

gas: .venv/dev.stamp  ## writes docs/gas.md, the gas of every function
	$(BIN)/python -m benchmarks.gas_table

bench: .venv/dev.stamp  ## ratios, measured in one run; other packages go to .venv-bench/
	$(BIN)/python -m benchmarks

validate: .venv/validate.stamp  ## the simulator against theory, textbooks and PyPSA: docs/validation.md
	$(BIN)/python -m validation

.venv/run.stamp: setup.cfg pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	touch $@

.venv/dev.stamp: .venv/run.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev,fast]'
	touch $@

.venv/validate.stamp: .venv/dev.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[validate]'
	touch $@

.venv/viz.stamp: .venv/dev.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[viz]'
	touch $@

.venv-slither/stamp: Makefile
	$(PYTHON) -m venv .venv-slither
	.venv-slither/bin/pip install --quiet --disable-pip-version-check slither-analyzer==0.11.6
	touch $@

contracts/node_modules/.package-lock.json: contracts/package-lock.json
	npm ci --silent --prefix contracts
	touch $@

clean:
	rm -rf .venv .venv-bench .venv-slither build *.egg-info contracts/node_modules contracts/out contracts/cache
