# make demo, make test: each sets up what it needs in .venv, on a machine with Python 3.11 and gcc.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := pyproject.toml setup.py $(wildcard runtime/*.pyx runtime/*.pxd runtime/*.h)

.PHONY: demo test test-long lint bench bench-scaling instructions clean needs

demo: $(VENV)/demo
	$(BIN)/python demo/demo.py

test: $(VENV)/dev
	$(BIN)/python -m pytest -q -n auto

test-long: $(VENV)/dev
	$(BIN)/python -m pytest -q -n auto --long

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/hmbc test schemes/*.hmb schemes/more/*.hmb
	$(BIN)/hmbc fmt --check schemes/*.hmb schemes/more/*.hmb

bench: $(VENV)/bench
	$(BIN)/python benchmarks/compare.py

# goes on where it was broken off; for figures, on a machine that does nothing else
bench-scaling: $(VENV)/bench
	$(BIN)/python benchmarks/scaling.py

# instructions of a claim, held against benchmarks/instructions.json; UPDATE=--update writes it
instructions: $(VENV)/dev
	$(BIN)/python benchmarks/instructions.py $(UPDATE)

clean:
	rm -rf $(VENV) build dist out *.egg-info src/*.egg-info
	find . -name '*.so' -not -path './.git/*' -delete
	find runtime -name '*.c' -delete

# ---- set-up

needs:
	@sh tools/needs.sh $(PYTHON)

$(VENV)/made: | needs
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/%: $(VENV)/made $(SOURCES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[$*]'
	@touch $@
