# `make site` and `make test` set up all they need. Prerequisites: make, and Python 3.11 or later with venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help site test check fix golden serve bench lock clean
help: ## Say what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; name one with PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

exports/demo/manifest.json: $(READY)
	$(BIN)/onefunnel demo exports/demo

site: exports/demo/manifest.json ## Make the demo company's drop and build its site
	$(BIN)/onefunnel build --exports exports/demo --out site
	@echo "Look at it: open site/index.html, or run: make serve"

serve: exports/demo/manifest.json ## Show the site live while you edit content/
	$(BIN)/onefunnel serve --exports exports/demo

test: $(READY) ## Run all tests; browser tests need Chromium
	@sh tests/browser/install_chromium.sh
	$(BIN)/python -m pytest -n auto --dist loadgroup

check: $(READY) ## What CI checks beside the tests; changes nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(READY) ## Mend what can be mended by machine
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

golden: $(READY) ## Rewrite the golden folders; read the diff
	$(BIN)/python -m pytest --update-golden tests/pages

bench: $(READY) ## Measure speed and memory
	$(BIN)/python -m bench

lock: ## Pin every dependency with its hashes, for every Python and system
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra dev --upgrade \
	  --no-header --no-emit-index-url --no-emit-find-links --no-annotate --output-file requirements.lock pyproject.toml

clean: ## Remove what was built
	rm -rf site $(VENV) .mypy_cache .ruff_cache .pytest_cache .cache
