# Zwei Befehle genügen: `make up` startet alles, `make test` prüft alles. Beide installieren selbst, was fehlt.
SHELL := /bin/bash
BIN := .venv/bin
ROOMS := config storage ocr presence learning video workflows intranet rathaus.py
WORKERS ?= $(shell expr $$(nproc) + 1)  # what walks in Chromium mostly waits
SPREAD := --dist loadgroup --no-loadscope-reorder  # a file of tests to a worker, in the order of tests/conftest.py

.PHONY: help up check test test-long bench lock clean

help:            ## zeigt die Befehle
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

up:              ## installiert, was fehlt, und startet die Demostadt
	@./install.sh
	@exec $(BIN)/rathaus up

check:           ## Stil, Typen, Importregeln, schnelle Tests dessen, was geändert ist (bei jeder Änderung)
	@./install.sh --tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/pytest $$($(BIN)/python -m tests.touched) -m "not long and not postgres and not ldap and not prefect and not browser and not process and not ocr"

test:            ## alles, was vor einem Commit grün sein muss
	@./install.sh --tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	$(BIN)/pytest -n $(WORKERS) $(SPREAD) -m "not long"

test-long:       ## auch die langen Versuche (kill -9, Dauerlast)
	@./install.sh --tests
	$(BIN)/pytest -n $(WORKERS) $(SPREAD)

bench:           ## misst, was versprochen ist, und schreibt docs/benchmarks.md
	@./install.sh --tests
	$(BIN)/python -m bench

lock:            ## löst die Abhängigkeiten neu auf
	@./install.sh --tests
	$(BIN)/uv pip compile --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
	  --no-emit-find-links --no-header --quiet pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
	  --no-emit-find-links --no-header --quiet --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:           ## entfernt die virtuelle Umgebung und Zwischenstände, keine Daten
	rm -rf .venv *.egg-info .mypy_cache .ruff_cache .hypothesis
