PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: report test truth lint bench lab lock clean

report: $(READY)
	$(BIN)/revwork run

test: $(READY)
	$(BIN)/python tests/browser.py
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --ignore-glob="tests/test_truth*" --ignore=tests/test_parameters.py

truth: $(READY)
	REVWORK_ALL=1 $(BIN)/pytest tests/test_notebooks.py -k papermill_alone
	$(BIN)/pytest -n 2 --dist loadfile tests/test_truth*.py tests/test_parameters.py
	TRUTH_SEEDS="$$($(BIN)/python -c 'import random; print(*random.sample(range(10**6), 3))')" \
		$(BIN)/pytest -v tests/test_truth.py tests/test_parameters.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: $(READY)
	$(BIN)/python bench/start_up.py
	$(BIN)/python bench/page.py

lab: $(READY)
	$(BIN)/revwork lab

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "revwork needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet "uv>=0.9,<1"
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $(READY)

lock: $(READY)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 --extra test pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) reports dist .pytest_cache .ruff_cache .hypothesis
