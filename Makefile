# Needs Python >= 3.11 with venv, and make. `make PYTHON=python3.13 test` names another interpreter. Only the contracts targets need Node.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := pip install --quiet --disable-pip-version-check
LOCKED := --constraint .venv/constraints.txt
LOWEST := tests/golden tests/contracts tests/sim tests/agents tests/experiments tests/faults

.PHONY: run native native-test test test-long app-test docs docs-test lint contracts contracts-test contracts-build artifacts-fresh solidity-suite contracts-quick contracts-deep contracts-coverage halmos gas bench validate mutation slither gallery docs-results tamper fuzz lock resolve test-lowest pip-audit clean

run: .venv/run.stamp  ## the main experiment: six provinces, one day, three designs, two stages in three readings
	rm -rf runs/day
	$(BIN)/shengdian run six-provinces-day --out runs/day --workers 2
	$(BIN)/shengdian plot runs/day/six-provinces-day-*
	$(BIN)/shengdian report runs/day/six-provinces-day-*

native: .venv/native.stamp  ## the crate in native/, by which the chain revm is faster than by pyrevm; needs cargo

native-test:  ## its style, its lints and its own tests; the conformance suite tests it as a chain
	cargo fmt --manifest-path native/Cargo.toml --check
	cargo clippy --manifest-path native/Cargo.toml --release --locked --all-targets -- --deny warnings
	cargo test --manifest-path native/Cargo.toml --release --locked --no-default-features

test: .venv/dev.stamp lint  ## the Python tests, but for the long ones
	$(BIN)/python -m pytest

test-long: .venv/dev.stamp  ## the Python tests that take long, which CI makes too
	$(BIN)/python -m pytest -m "long and not slow"

app-test: .venv/app.stamp  ## the browser app in a real Chromium, if there is one on PATH; screenshots go to .artifacts/
	$(BIN)/python -m pytest -n 0 -m "not slow and not long" tests/app

docs: .venv/docs.stamp  ## the documents as a site with search that opens offline: build/site/index.html
	$(BIN)/python -m evidence.site

docs-test: .venv/docs.stamp .venv/app.stamp  ## that site, and in a real Chromium if there is one on PATH
	$(BIN)/python -m pytest -n 0 -m "not slow" tests/docs/test_site.py

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

contracts: contracts/node_modules/.package-lock.json  ## recompiles the artifacts
	npm run --silent build --prefix contracts

contracts-test: artifacts-fresh solidity-suite  ## are the artifacts fresh, and the Solidity suite

contracts-build: contracts/node_modules/.package-lock.json  ## compiles the Solidity suite, for minutes of one core
	node contracts/forge.js build

artifacts-fresh: contracts-build  ## are the artifacts what the sources compile to: as forge has compiled them, or alone (npm run check compiles all of them alone)
	node contracts/compile.js --check --built

solidity-suite: contracts/node_modules/.package-lock.json
	npm test --silent --prefix contracts

contracts-quick: contracts/node_modules/.package-lock.json  ## the Solidity suite with 160 runs of every invariant
	FOUNDRY_PROFILE=quick npm test --silent --prefix contracts

contracts-deep: contracts/node_modules/.package-lock.json  ## the Solidity suite with more and longer runs, laws looked at after every call: for hours
	FOUNDRY_PROFILE=deep npm test --silent --prefix contracts

contracts-coverage: contracts/node_modules/.package-lock.json  ## which lines and branches of the contracts the Solidity suite reaches
	FOUNDRY_PROFILE=coverage node contracts/forge.js coverage --ir-minimum --no-match-coverage '^tests/' --report summary --report lcov --report-file contracts/lcov.info

halmos: .venv-halmos/stamp contracts/node_modules/.package-lock.json  ## proofs of the certificate on bounded books; for an hour of one core
	node contracts/halmos.js .venv-halmos/bin/halmos

mutation: .venv/dev.stamp contracts/node_modules/.package-lock.json  ## writes docs/evidence/mutation.md: changes of the contracts that the tests notice; hours
	$(BIN)/python -m evidence.mutation

slither: .venv-slither/stamp contracts/node_modules/.package-lock.json  ## static analysis; docs/evidence/slither.md answers what it finds
	node contracts/slither.js .venv-slither/bin/slither --fail-none

gas: .venv/dev.stamp  ## writes docs/evidence/gas.md, the gas of every function
	$(BIN)/python -m benchmarks.gas_table

docs-results: .venv/app.stamp  ## every figure of docs/ and the numbers of its pages, from configs; finished runs stay in runs/
	$(BIN)/python -m evidence.questions --workers 2
	$(BIN)/python -m evidence.gallery
	$(BIN)/python -m tests.app.pictures
	$(BIN)/python -m evidence.validation
	$(BIN)/python -m benchmarks.gas_table

gallery: .venv/dev.stamp  ## docs/evidence/gallery.md: every figure, from real runs
	$(BIN)/python -m evidence.gallery

tamper: .venv/dev.stamp  ## docs/evidence/tamper.md: attacks on finished runs, and who finds them
	$(BIN)/python -m shengdian.audit.tamper

bench: .venv/dev.stamp  ## ratios, measured in one run; other packages go to .venv-bench/
	$(BIN)/python -m benchmarks

validate: .venv/dev.stamp  ## the simulator against theory, textbooks and its own data: docs/evidence/validation.md; for some minutes
	$(BIN)/python -m evidence.validation

fuzz: .venv/dev.stamp  ## 100,000 changed inputs: for most of an hour; prints what came of them, findings go to fuzz-findings.txt
	$(BIN)/python -m evidence.fuzz --inputs 100000

lock: .venv/lock.stamp  ## renews requirements.lock, every package with its hashes, from setup.cfg
	$(BIN)/uv pip compile setup.cfg --all-extras --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate -q -o requirements.lock

resolve: .venv/lock.stamp  ## one environment that holds Shengdian, ASSUME and PyPSA: the versions that it would have
	printf 'assume-framework\npypsa\n' | $(BIN)/uv pip compile setup.cfg - --no-header --no-annotate -q

test-lowest: .venv-lowest/stamp  ## the market's tests with the lowest versions that setup.cfg allows; not the figures, which then look a little different
	.venv-lowest/bin/python -m pytest -m "not slow and not long and not browser and not mpl_image_compare" $(LOWEST)

pip-audit: .venv/lock.stamp  ## are there known vulnerabilities of what is locked? Asks the public advisory service, so it needs the internet
	$(BIN)/pip-audit -r requirements.lock --require-hashes --disable-pip --strict || \
	    { echo "pip-audit: either something is vulnerable (a table above), or the advisory service could not be reached (an error above)"; exit 1; }

.venv/constraints.txt: requirements.lock
	$(PYTHON) -m venv .venv
	sed -n 's/^\([a-z0-9-]*==[^\\]*\).*/\1/p' requirements.lock > $@

.venv/run.stamp: setup.cfg pyproject.toml .venv/constraints.txt
	$(BIN)/$(INSTALL) $(LOCKED) -e .
	touch $@

.venv/dev.stamp: .venv/run.stamp
	$(BIN)/$(INSTALL) $(LOCKED) -e '.[dev,fast,dask,serve,rl]'
	touch $@

.venv/native.stamp: .venv/dev.stamp native/Cargo.toml native/Cargo.lock native/pyproject.toml $(wildcard native/src/*.rs)
	@command -v cargo > /dev/null || { echo "make native needs cargo, Rust's build tool (rustup.rs)"; exit 1; }
	$(BIN)/$(INSTALL) ./native
	touch $@

.venv/lock.stamp: .venv/run.stamp
	$(BIN)/$(INSTALL) uv==0.13.9 pip-audit==2.10.1
	touch $@

.venv/app.stamp: .venv/dev.stamp
	$(BIN)/$(INSTALL) $(LOCKED) -e '.[viz,browser]'
	touch $@

.venv-lowest/stamp: setup.cfg .venv/lock.stamp
	$(BIN)/uv venv -q --clear -p $(BIN)/python .venv-lowest
	$(BIN)/uv pip install -q -p .venv-lowest/bin/python --resolution lowest-direct -e '.[dev]'
	touch $@

.venv/docs.stamp: .venv/dev.stamp
	$(BIN)/$(INSTALL) $(LOCKED) -e '.[docs]'
	touch $@

.venv-slither/stamp: Makefile
	$(PYTHON) -m venv .venv-slither
	.venv-slither/bin/$(INSTALL) slither-analyzer==0.11.6
	touch $@

.venv-halmos/stamp: Makefile
	$(PYTHON) -m venv .venv-halmos
	.venv-halmos/bin/$(INSTALL) halmos==0.3.3
	touch $@

contracts/node_modules/.package-lock.json: contracts/package-lock.json
	npm ci --silent --prefix contracts
	touch $@

clean:
	rm -rf .venv .venv-bench .venv-slither .venv-halmos .venv-lowest .artifacts build *.egg-info tests/node_modules contracts/node_modules contracts/out contracts/cache native/target
