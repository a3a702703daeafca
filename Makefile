# Needs Python 3.11 or newer, git and make; everything else goes into .venv.
PYTHON ?= python3
BIN := .venv/bin
PAGE ?= labeled/en-news-harrow.html

.PHONY: demo test oldest engines train evaluate clean

demo: .venv/installed ## the article of a page: make demo PAGE=my.html
	@$(BIN)/boilerplate extract "$(PAGE)"

test: .venv/installed-dev ## what continuous integration runs
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy
	$(BIN)/python -m pytest -q -n auto

oldest: ## the tests with the oldest releases that pyproject.toml admits
	$(PYTHON) -m venv build/oldest
	build/oldest/bin/python -m pip install --quiet --disable-pip-version-check uv
	build/oldest/bin/uv pip install --quiet --python build/oldest/bin/python \
		--resolution lowest-direct --editable '.[dev]'
	build/oldest/bin/python -m pytest -q -n auto

engines: .venv/installed-engines ## the adapters in their real engines; Spark needs Java
	$(BIN)/python -m pytest -q -rs tests/test_engines.py tests/test_engine_examples.py

train: corpora-given .venv/installed-peers ## both shipped models: make train CORPORA=folder
	$(BIN)/python -m training.recipe --corpora $(CORPORA)

evaluate: corpora-given .venv/installed-peers ## the figures: make evaluate CORPORA=folder
	$(BIN)/python -m training.evaluation --corpora $(CORPORA)

clean:
	rm -rf .venv build dist

.PHONY: corpora-given
corpora-given:
	@test -n "$(CORPORA)" || { echo "Give the folder of the corpora: make train CORPORA=folder" >&2; exit 2; }

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/installed-dev: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ .venv/installed

# pip before 23.3, such as Python 3.11 may bring, fails on what the peers ask of lxml.
.venv/installed-peers: .venv/installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=23.3'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,peers]'
	@touch $@

.venv/installed-engines: .venv/installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,engines]'
	@touch $@
