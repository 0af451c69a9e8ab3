# `make run` shows what Vigie does; `make test` is what lands. The other targets say what they do in `make help`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test smoke bench series soak faults backtest fuzz layers format lint docs clean packages test-packages release deb apicheck

PACKAGES := zlib1g-dev libsqlite3-dev
# Real peers that the tests start, on loopback, and stop; and what judges CAP by OASIS's schema.
TEST_PACKAGES := kamailio sip-tester prometheus prometheus-alertmanager openssl libxml2-utils python3-venv
VIGIE := .build/release/vigie

help: ## List the targets.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | column -t -s '|'

packages:
	@command -v swift >/dev/null || { echo "vigie: Swift 6.2 or newer is needed: see swift.org/install" >&2; exit 1; }
	@./Scripts/install.sh $(PACKAGES)

test-packages: packages
	@./Scripts/install.sh $(TEST_PACKAGES)

release: packages
	@echo "building (the first time takes a few minutes)"
	@swift build -c release --product vigie 2>&1 | grep -E 'error|Compiling|Build' | tail -1

run: release ## Build, analyse a capture, then start a live node that lives through the night of 2009; prints the address to open.
	@mkdir -p out
	@$(VIGIE) simulate background --seed 3 --days 0.25 --rate 40000 --out out/evening.pcap
	@$(VIGIE) simulate rabat-2009 --seed 7 --out out/rabat-2009.csv --truth out/rabat-2009.truth.json
	@echo; echo "== A capture of an ordinary evening: vigie analyze out/evening.pcap"; echo
	@$(VIGIE) analyze out/evening.pcap
	@echo; echo "== February 2009, analysed afterwards: vigie analyze --html out/rabat-2009.html out/rabat-2009.csv"
	@$(VIGIE) analyze --html out/rabat-2009.html out/rabat-2009.csv >/dev/null
	@echo "Open the page: file://$(CURDIR)/out/rabat-2009.html"
	@echo; echo "== The same night, live at 100 times its speed (Ctrl-C ends it)"; echo
	@rm -rf out/node
	@$(VIGIE) serve --data out/node --lab --any-port --clock-speed 100 --clock-start 2009-02-16T11:00:00Z --replay out/rabat-2009.csv

test: test-packages ## Run all tests.
	@./Scripts/schemas.sh .build/schemas
	@swift build --build-tests 2>&1 | grep -E "error|Build" || true
	@./Scripts/test.sh

smoke: packages ## The quick tests: under a minute when the debug build is warm.
	@swift build --build-tests 2>&1 | grep -E 'error|Build' || true
	@swift test --skip-build --filter 'VigieWireTests|VigieCallsTests|VigieReportsTests|VigieIncidentsTests' 2>&1 | ./Scripts/test-output.sh

bench: release ## Measure beside the peers, on one core, and print ratios.
	@./Scripts/bench.sh

soak: release ## A node at half its capacity among good, bad and hostile traffic, then 50 kills: make soak MINUTES=20.
	@MINUTES=$(or $(MINUTES),20) ./Scripts/soak.py
	@$(MAKE) --no-print-directory faults

faults: release test-packages ## Floods, slow peers, 10,000 connections, a full disk, 50 kills: each emergency call within 50 ms.
	@swift build --build-tests 2>&1 | grep -E 'error|Build' || true
	@VIGIE_EMERGENCY_LIMIT=50 VIGIE_KILL_ROUNDS=50 VIGIE_BINARY=$(CURDIR)/$(VIGIE) swift test --skip-build --no-parallel --filter 'VigieServerTests\.(Fault|StoreFault|Kill)Tests/' 2>&1 | tee .build/faults.log | grep -aE '^[a-z0-9, ]+: [0-9]+ emergency calls|^[0-9]+ kills:' || true
	@./Scripts/test-output.sh <.build/faults.log

backtest: release ## Simulate, analyse and score many seeds: make backtest SEEDS=20 SCENARIOS=emergencies.
	@./Scripts/backtest.sh $(or $(SEEDS),20) $(SCENARIOS)

series: release ## Real series of counts through vigie analyze and a peer, in one table: make series DATA=../shared/data.
	@./Scripts/series.sh $(DATA)

apicheck: release ## Let schemathesis try every operation of the API: make apicheck EXAMPLES=100.
	@EXAMPLES=$(or $(EXAMPLES),25) ./Scripts/api-check.sh

fuzz: packages ## Fuzz every parser: make fuzz SECONDS_EACH=600.
	@./Scripts/fuzz.sh $(or $(SECONDS_EACH),600)
	@swift build --build-tests 2>&1 | grep -E 'error|Build' || true
	@VIGIE_FUZZ_SECONDS=$(or $(SECONDS_EACH),600) swift test --skip-build --filter 'VigieServerTests\.BentTextTests/' 2>&1 | grep -aE 'fuzz:|✘|Test run|error:'

deb: packages ## Build out/vigie_VERSION_ARCH.deb: one binary with Swift's runtime inside, service, configuration, pages.
	@./Scripts/install.sh dpkg-dev binutils
	@echo "building with Swift's runtime inside (the first time takes a few minutes)"
	@swift build -c release --static-swift-stdlib --product vigie --scratch-path .build-deb 2>&1 | grep -E 'error|Compiling|Build' | tail -1
	@./Packaging/build-deb.sh .build-deb/release/vigie
	@ls -l out/*.deb

layers: ## Refuse a target that depends on one to its right.
	@./Scripts/layers.py

format: ## Format the sources.
	@swift format format --in-place --recursive --parallel Sources Tests Package.swift

lint: layers ## Refuse what the formatter would change, and undocumented public names.
	@swift format lint --strict --recursive --parallel Sources Tests Package.swift

docs: release ## Write the detectors' pages from their cards, and the page of the configuration from its keys.
	@$(VIGIE) detectors --markdown Docs/detectors
	@$(VIGIE) serve --config-page > Docs/guides/configuration.md

clean: ## Remove what was built and made.
	@rm -rf .build .build-deb out
