# What a developer runs. CI runs `make test`, then the checks of `.ci/run`.

CARGO ?= cargo

.PHONY: test lint unit doc faults relevance

# Format check, lints, every test of every crate, and the documentation.
test: lint unit doc

lint:
	@$(CARGO) fmt --version >/dev/null 2>&1 || rustup component add rustfmt
	@$(CARGO) clippy --version >/dev/null 2>&1 || rustup component add clippy
	$(CARGO) fmt --all -- --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

unit:
	$(CARGO) test --workspace --locked

doc:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked

# The fault programme in its long form: some twenty minutes. docs/reliability.md has its figures.
faults:
	FAULTS=long $(CARGO) test --locked --test tests faults:: -- --nocapture

# Judges the ranking on the test collections beside the checkout, against docs/relevance.tsv.
# `make relevance WRITE=1` makes the figures the committed ones.
relevance:
	$(CARGO) build --release --locked
	$(CARGO) build --release --locked -p query --example learn_lexicon
	python3 tools/relevance.py $(if $(WRITE),--write) $(if $(TIME),--time)
