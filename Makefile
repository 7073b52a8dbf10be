# Every target sets the machine up first; see tracker/setup. PORT=8123 make demo serves there.
PYTHON ?= python3
SETUP = $(PYTHON) -m tracker.setup

.PHONY: demo local test quick check promises bench distributed lock parts prepare

demo:      ## the demo world on http://localhost:8000
	@$(SETUP) demo

local:     ## an empty installation on http://localhost:8000, for this machine alone; asks for the first organisation
	@$(SETUP) local

test:      ## all tests on SQLite, on PostgreSQL, and in the browser
	@$(SETUP) test

quick:     ## SQLite, no browser, nothing slow
	@$(SETUP) quick

check:     ## ruff, mypy, djlint, migrations, catalogue, system checks
	@$(SETUP) check

promises:  ## the promises on both engines, each with its planted fault; writes docs/promises.md (ONLY="P3 P28 sqlite": some)
	@$(SETUP) promises $(ONLY)

bench:     ## the budgets of the pages, and a load of 200 people; writes bench/results.json
	@$(SETUP) bench

distributed: ## two PostgreSQL, pgbouncer, Redis, S3, two web servers, two workers; kills some under load and counts what is left
	@$(SETUP) distributed

lock:      ## new locks from requirements*.in and package.json
	@$(SETUP) lock

parts:     ## the list of parts (SBOM, CycloneDX) from the locks; writes bench/parts.json
	@$(SETUP) parts

prepare:   ## only the set-up
	@$(SETUP) prepare
