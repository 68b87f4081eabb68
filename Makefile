# The commands of the course; `make help` lists them. On Windows see "Without make" in README.md.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help lab test test-card test-web slides demos site weave address bake robust bench clean setup

help:
	@echo "make lab     set up on first use, then open JupyterLab on the first notebook (make lab ARGS=\"--port 9999\")"
	@echo "make test    set up on first use, then check everything: style, units, notebooks, browser"
	@echo "make test-card  run package and notebooks on a pretended GPU"
	@echo "make test-web  build the website and the slides, then open every page of them in a real browser"
	@echo "make slides  one deck a notebook, into _site/slides (needs npm)"
	@echo "make demos   every live figure alone on a page, for the projector (make demos ARGS=\"--only costs\")"
	@echo "make site    the whole website, into _site (needs npm)"
	@echo "make weave   write README's table, the map, the sources and the links onward"
	@echo "make address REPO=you/yours  links of README, package and notebooks lead to your repository on GitHub"
	@echo "make bake    re-execute the notebooks in place (make bake ARGS=\"notebooks/03*.ipynb\" for some)"
	@echo "make robust  how far does each printed number move with other seeds, threads, kernels and longer training?"
	@echo "make bench   measure speed; nothing is tested"
	@echo "make clean   remove .venv, what was built, and the caches"
	@echo "PYTHON=python3.12 make lab chooses the interpreter"

setup:
	@$(PYTHON) scripts/setup.py

lab: setup
	@$(BIN)/python scripts/lab.py $(ARGS)

test: setup
	@$(BIN)/python -m pytest $(ARGS)

test-card: setup
	@$(BIN)/python -m pytest tests_card $(ARGS)

test-web: site
	@$(BIN)/python -m pytest tests_web $(ARGS)

# What slides and website take from npm, exactly as site/package-lock.json pins it.
site/node_modules/.package-lock.json: site/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing; install Node.js 20 or newer"; exit 1; }
	@npm ci --prefix site --no-progress --loglevel=error

slides: setup site/node_modules/.package-lock.json
	@$(BIN)/python scripts/slides.py $(ARGS)

site: setup site/node_modules/.package-lock.json
	@$(BIN)/python scripts/website.py

demos: setup
	@$(BIN)/python scripts/demos.py $(ARGS)

weave: setup
	@$(BIN)/python scripts/weave.py

address: setup
	@$(BIN)/python scripts/address.py $(REPO)

bake: setup
	@$(BIN)/python scripts/bake.py $(ARGS)

robust: setup
	@$(BIN)/python scripts/robust.py $(ARGS)

bench: setup
	@$(BIN)/python scripts/bench.py $(ARGS)

clean:
	@rm -rf .venv .pytest_cache .ruff_cache .hypothesis dist _site _build site/node_modules
	@find . -name __pycache__ -prune -exec rm -rf {} + ; find . -name .ipynb_checkpoints -prune -exec rm -rf {} +
