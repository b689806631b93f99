# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet

.PHONY: demo test check chaos bench audit page clean

.venv/run: locks/run.txt pyproject.toml hatch_build.py
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@echo "Installing pinned dependencies into .venv ..."
	@$(PIP) install --require-hashes -r locks/run.txt
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null || $(PIP) install --require-hashes -r locks/node.txt
	@$(PY) hatch_build.py
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: locks/dev.txt .venv/run
	@$(PIP) install --require-hashes -r locks/dev.txt
	@touch $@

page: .venv/run
	@$(PY) hatch_build.py

demo: .venv/run page  ## The local workspace in a browser: ARGS="--no-open --port 8765 --data DIR"
	@.venv/bin/sayso demo $(ARGS)

test: .venv/dev page  ## Everything CI runs, in its order
	@$(PY) tests/run.py $(ARGS)

check: .venv/dev  ## The quick part: format, lint, types, layers, unit tests
	@$(PY) tests/run.py --quick

chaos: .venv/dev page  ## Every fault in full size, for a night: ARGS="--seed N --only C1 --resume"
	@$(PY) -m tests.chaos.night $(ARGS)

audit: .venv/dev  ## Known weaknesses of what is installed, and the list of it (needs the network)
	@$(PY) -m pip_audit --require-hashes --disable-pip -r locks/run.txt

.venv/bench: locks/bench.txt .venv/dev
	@$(PIP) install --require-hashes -r locks/bench.txt
	@touch $@

bench: .venv/bench page  ## Figures beside what they are compared with: ARGS="--only NAME --data DIR"
	@$(PY) -m benchmarks $(ARGS)

clean:
	@rm -rf .venv dist build bot/sandbox/page bot/sandbox/web/node_modules
