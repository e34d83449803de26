# Two commands do everything on a fresh machine: make demo, make test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
# The tests wait for servers and processes a good part of their time.
WORKERS ?= 3
ARGS ?=

.PHONY: install demo test check-gcloud check-gcloud-setup lint types imports bench screenshots messages failures check-slow reliability clean

install: $(RUN_STAMP)

# The packages are fetched first, so that the time for the network can be told apart.
define install-extras
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@rm -rf $(VENV)/fetched && mkdir -p $(VENV)/fetched
	@start=$$(date +%s); \
	$(BIN)/python -m pip download -q --disable-pip-version-check -d $(VENV)/fetched hatchling editables '.[$(1)]'; \
	fetched=$$(date +%s); rm -f $(VENV)/fetched/tarmac-*; \
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-index --find-links $(VENV)/fetched hatchling editables && \
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-index --find-links $(VENV)/fetched --no-build-isolation -e '.[$(1)]' && \
	done=$$(date +%s); \
	echo "installed .[$(1)]: $$((fetched - start)) s downloading, $$((done - fetched)) s installing"
	@rm -rf $(VENV)/fetched
endef

$(RUN_STAMP): pyproject.toml
	$(call install-extras,gcp$(comma)sandbox)
	@touch $@

$(DEV_STAMP): $(RUN_STAMP)
	$(call install-extras,dev)
	@touch $@

comma := ,

demo: $(RUN_STAMP)
	$(BIN)/tarmac demo $(ARGS)

test: $(DEV_STAMP)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check-slow: $(DEV_STAMP)
	$(BIN)/python -m pytest -m slow $(ARGS)

# Every fault at every call and a kill at every point; renews the table in docs/reliability.md.
reliability: $(DEV_STAMP)
	$(BIN)/python -m tests.reliability.matrix --write docs/reliability.md $(ARGS)

# The real gcloud against the sandbox; skipped where gcloud is not installed.
check-gcloud: $(DEV_STAMP)
	$(BIN)/python -m pytest -m slow -n $(WORKERS) --dist loadfile tests/sandbox/test_gcloud.py \
		tests/sandbox/test_gcloud_run.py tests/sandbox/test_gcloud_sql_and_compute.py $(ARGS)

# What plans and exports write, typed by the real gcloud: some minutes.
check-gcloud-setup: $(DEV_STAMP)
	$(BIN)/python -m pytest -m slow -n $(WORKERS) --dist loadfile \
		tests/setup/test_equivalent_commands.py tests/setup/test_run_commands.py \
		tests/setup/export/test_with_gcloud.py $(ARGS)

lint: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python generators/locale/catalogue.py --check

types: $(DEV_STAMP)
	$(BIN)/mypy

imports: $(DEV_STAMP)
	$(BIN)/lint-imports

# lint.py compares with squawk where it is on the PATH; keys.py measures repainting.
bench: $(DEV_STAMP)
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/lint.py
	$(BIN)/python benchmarks/keys.py
	$(BIN)/python benchmarks/detection.py
	$(BIN)/python benchmarks/generate.py
	$(BIN)/python benchmarks/apply.py
	$(BIN)/python benchmarks/apply_scale.py
	$(BIN)/python benchmarks/backup.py

screenshots: $(DEV_STAMP)
	$(BIN)/python screenshots/make.py

# docs/failures.md from the table that recognises failures; a test compares them.
failures: $(DEV_STAMP)
	$(BIN)/python -m wizards.cloud.failure_table > docs/failures.md

messages: $(DEV_STAMP)
	$(BIN)/python generators/locale/catalogue.py

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
