# Two commands for a newcomer: `make run` and `make test`. Everything else is in `cargo xtask help`.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

# Outside the clone: a second clone starts warm.
export CARGO_TARGET_DIR ?= $(HOME)/.cache/parlance/target
ARGS ?=

.PHONY: help run test api lint release bench bench-data chaos clean prepare

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: prepare ## demo mode on http://127.0.0.1:3000, data under ./data
	@cargo xtask build --quick
	@exec "$(CARGO_TARGET_DIR)/quick/parlance" serve --demo

test: prepare ## every layer on both engines, then the browser tests
	@cargo xtask test $(ARGS)

api: prepare ## schemathesis against a running server, as each role
	@cargo xtask build --quick
	@scripts/schemathesis.sh "$(CARGO_TARGET_DIR)/quick/parlance"

lint: prepare ## formatting and clippy, native and wasm
	@cargo xtask lint

release: prepare ## dist/parlance, the optimised single binary
	@cargo xtask release

bench: prepare ## the measurements, one JSON object a line
	@cargo xtask bench $(ARGS)

bench-data: prepare ## the large workspace of the measurement `query`, kept in the cache
	@cargo xtask bench-data $(ARGS)

chaos: prepare ## kill -9 under load, then count
	@cargo xtask chaos $(ARGS)

clean: ## removes what builds and tests left (not ./data)
	rm -rf dist end2end/results end2end/node_modules
	cargo clean

prepare:
	@scripts/prepare.sh
	@scripts/clone.sh "$(CARGO_TARGET_DIR)"
	@echo "==> Build tool (the first time takes a minute)" >&2
	@cargo build --quiet --profile quick --package xtask
