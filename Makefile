# All set-up happens in .venv in this folder; only Python 3.11+, git and make must be there before.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
DEMO := .demo/stagewatch.db
# More for pytest: make test ARGS='-k board'
ARGS ?=

# A .venv whose Python is gone, or that came along from another folder, is set up anew.
ifneq ($(wildcard $(STAMP)),)
ifneq ($(shell test -x $(BIN)/python && cat $(STAMP)),$(CURDIR))
$(shell rm -f $(STAMP))
endif
endif

.DELETE_ON_ERROR:
.PHONY: help install run test check messages snapshots bench clean

help:
	@echo 'make run       set up all that is needed and open Stagewatch on a demo store'
	@echo 'make test      set up all that is needed and run the tests'
	@echo 'make install   set up only: .venv with the pinned dependencies'
	@echo 'make check     lint, types, import contracts, house rules, catalogues'
	@echo 'make messages  take new texts over into the catalogues and compile them'
	@echo 'make snapshots take the screens as they are now for the pictures in tests/tui/__snapshots__'
	@echo 'make bench     measure the speed, side by side with a plain Textual app'
	@echo 'make clean     remove .venv and caches (the demo store in .demo stays)'

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@sh .ci/prerequisites '$(PYTHON)'
	@echo 'Setting up .venv; this takes about a minute, once.' >&2
	@'$(PYTHON)' -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@$(BIN)/python -m compileall -q cli models tui
	@printf '%s' '$(CURDIR)' > $@

run: install $(DEMO)
	@$(BIN)/stagewatch --db $(DEMO)

$(DEMO): | install
	@mkdir -p -m 700 .demo
	@rm -f $@-wal $@-shm
	@$(BIN)/stagewatch --db $@ demo

# The tests of screens wait more than they compute: three at a time are quicker on two processors than two.
test: install
	@$(BIN)/python -m pytest -q -n 3 $(ARGS)

check: install
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.house.store_text tui
	$(BIN)/python -m tests.house.catalogue

messages: install
	@$(BIN)/python -m tests.house.catalogue update
	@$(BIN)/python -m tests.house.catalogue

snapshots: install
	@$(BIN)/python -m pytest -q tests/tui/test_snapshots.py --snapshot-update $(ARGS)

bench: install
	@$(BIN)/python -m bench $(ARGS)
	@$(BIN)/python -m bench.stages

clean:
	rm -rf .venv build dist stagewatch.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -f snapshot_report.html
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
