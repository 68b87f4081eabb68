# The commands of the course; `make help` lists them. On Windows see "Without make" in README.md.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help lab test bake bench clean setup

help:
	@echo "make lab     set up on first use, then open JupyterLab on the first notebook (make lab ARGS=\"--port 9999\")"
	@echo "make test    set up on first use, then check everything: style, units, notebooks, browser"
	@echo "make bake    re-execute the notebooks in place (make bake ARGS=\"notebooks/03*.ipynb\" for some)"
	@echo "make bench   measure speed; nothing is tested"
	@echo "make clean   remove .venv and the caches"
	@echo "PYTHON=python3.12 make lab chooses the interpreter"

setup:
	@$(PYTHON) scripts/setup.py

lab: setup
	@$(BIN)/python scripts/lab.py $(ARGS)

test: setup
	@$(BIN)/python -m pytest $(ARGS)

bake: setup
	@$(BIN)/python scripts/bake.py $(ARGS)

bench: setup
	@$(BIN)/python scripts/bench.py $(ARGS)

clean:
	@rm -rf .venv .pytest_cache .ruff_cache .hypothesis dist
	@find . -name __pycache__ -prune -exec rm -rf {} + ; find . -name .ipynb_checkpoints -prune -exec rm -rf {} +
