# The few commands of daily work. `make help` lists them.
#
# Nothing here needs more than Rust and, for the servers, Debian's packages: compose/services installs those and starts
# private servers for this checkout. Ports: RENKEI_PORT_BASE, see compose/services.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test bench services promtool browser lint bless new rust

CARGO_TARGET_DIR ?= target
# Recipes quote it: a checkout may lie under a path with a blank.
export CARGO_TARGET_DIR

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

demo: rust services ## start the servers, build, run the integrations on sample files, print what happened
	@cargo build --locked
	@eval "$$(compose/services env)"; exec "$$CARGO_TARGET_DIR/debug/renkei" demo

test: rust services promtool browser ## every test, on the private servers; the pages in a real browser
	@eval "$$(compose/services env)"; cargo test --workspace --locked

bench: rust services ## measure the whole way, release build (docs/PERFORMANCE.md); RENKEI_BENCH_RECORDS and RENKEI_BENCH_BATCHES scale it
	@eval "$$(compose/services env)"; cargo bench --locked --bench whole_way && cargo bench --locked --bench console_pages

services: ## the private RabbitMQ and Postgres (then: compose/services status|env|logs|down|reset)
	@compose/services up

promtool:
	@compose/services promtool

browser:
	@compose/services install-browser

lint: rust ## formatting, clippy, documentation, scripts, dependencies
	@cargo fmt --all --check
	@cargo clippy --workspace --all-targets --locked -- -D warnings
	@RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
	@compose/check-scripts
	@compose/check-dependencies

bless: rust services ## rewrite the expected results of all cases; read the difference before committing
	@eval "$$(compose/services env)"; RENKEI_BLESS=1 cargo test --locked --test cases --test publishers
	@git status --short integrations docs/publishers

new: ## a new integration's folder: make new SLUG=25_rent_deposits DIRECTION=in
	@compose/new-integration '$(SLUG)' '$(DIRECTION)'

rust:
	@command -v cargo >/dev/null || { \
	  printf '%s\n' 'make: Rust is not installed (no cargo on the PATH).' \
	    '  → https://rustup.rs, then open a new shell; rust-toolchain.toml chooses the version' >&2; exit 1; }
	@command -v cc >/dev/null || { \
	  printf '%s\n' 'make: there is no C compiler and linker (cc), which Rust needs.' \
	    '  → apt-get install build-essential' >&2; exit 1; }
