# Every target is one `cvm` command or one standard tool, so nothing needs make.
# `.venv` is made by itself from any Python 3.11 or newer, and again when the lock changes.

VENV  := .venv
BIN   := $(VENV)/bin
STAMP := $(VENV)/.installed
export UV_SYSTEM_CERTS := 1

.DEFAULT_GOAL := help
.PHONY: demo test check chat bench soak spark docs clean help

demo: $(STAMP)  ## the audit of the demo company
	@$(BIN)/cvm audit --data demo

test: $(STAMP)  ## the tests
	$(BIN)/python -m pytest -n auto --dist loadfile

check: $(STAMP)  ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

chat: $(STAMP)  ## the web chat in the browser
	@$(BIN)/cvm chat

bench: $(STAMP)  ## timings beside a plain scan
	@$(BIN)/cvm bench

soak: $(STAMP)  ## the tests that repeat for minutes
	$(BIN)/python -m pytest -m soak

spark: $(STAMP)  ## the metric cases on Spark, which is installed beside the rest
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[spark]'
	$(BIN)/python -m pytest -m spark

docs: $(STAMP)  ## the reference rendered from the registries
	@$(BIN)/cvm docs

clean:  ## everything that can be made again
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/make \1\t\2/' | expand -t 14

# uv when it can be had (seconds), else pip (a minute or two); both check every hash of the lock.
$(STAMP): requirements.lock pyproject.toml
	@python=; for name in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if $$name -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then echo "Python 3.11 or newer with venv is needed (on Debian: apt-get install python3-venv)." >&2; exit 2; fi; \
	[ -x $(BIN)/python ] && $(BIN)/python -m pip --version >/dev/null 2>&1 || $$python -m venv --clear $(VENV)
	@echo "Setting up $(VENV), once …" >&2
	@if $(BIN)/python -m pip install -q --disable-pip-version-check 'uv>=0.5,<1' 2>/dev/null \
	  && $(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes requirements.lock; \
	then $(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock \
	  && $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; fi
	@touch $@
