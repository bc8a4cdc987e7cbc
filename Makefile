# What a developer runs. CI runs `make test`, then the checks of `.ci/run`.

CARGO ?= cargo

.PHONY: test lint unit doc interface browser clients faults relevance load bench

# Format check, lints, every test of every crate, the server against its own description,
# and the documentation.
test: lint browser unit interface doc

lint:
	@$(CARGO) fmt --version >/dev/null 2>&1 || rustup component add rustfmt
	@$(CARGO) clippy --version >/dev/null 2>&1 || rustup component add clippy
	$(CARGO) fmt --all -- --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

# With the benchmarks that ask whether they find what they measure, each once.
unit: clients
	$(CARGO) test --workspace --locked
	$(CARGO) test --locked -p analysis -p engine -p indexer -p ingest \
		--bench analyze --bench queries --bench build --bench parse

# The tests of the page want a browser; without one they say that they were skipped.
browser:
	@command -v chromedriver >/dev/null 2>&1 || \
	{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
	chromium chromium-driver fonts-noto-cjk >/dev/null; } || \
	echo "SKIPPED: no chromedriver, so the page is not tried in a browser" >&2

# Programs that are not ours and ask the server, in an environment of their own. Without them
# the tests that want them say that they were skipped.
clients:
	@$(MAKE) --no-print-directory target/venv/made || \
	echo "SKIPPED: schemathesis and mcp cannot be installed, so no client that is not ours asks the server" >&2

target/venv/made: tools/requirements.txt
	python3 -m venv target/venv && target/venv/bin/pip install -q -r tools/requirements.txt && touch $@

# The server against its OpenAPI document (schemathesis) and its feeds (feedparser).
interface: clients
	$(CARGO) build --locked
	@[ ! -x target/venv/bin/schemathesis ] || \
	target/venv/bin/python tools/interface.py $${CARGO_TARGET_DIR:-target}/debug/paper-search

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
	$(CARGO) build --release --locked -p indexer --example plain_bm25
	python3 tools/relevance.py $(if $(WRITE),--write) $(if $(TIME),--time)

# A server of 100,000 papers, asked by 64 connections for a minute, beside the same archive
# asked in process. docs/web.md has the figures.
load:
	$(CARGO) build --release --locked
	$(CARGO) build --release --locked -p web --example load
	python3 tools/load.py target/release/paper-search target/load
	target/release/examples/load target/release/paper-search target/load/index target/load/queries.txt 64 60

# Whole commands beside their peers, and the ratios: `make bench` for the table of docs/performance.md, with
# SeekStorm, ripgrep and sqlite3; `make bench SMALL=1` for some minutes that fail where a ratio is twice as bad as
# docs/performance.tsv has it. `PAPERS=10000,100000,1000000` and `RUNS=5` choose the sizes and how often;
# `WRITE=1` makes the figures the committed ones.
bench:
	$(CARGO) build --release --locked
	$(CARGO) build --release --locked --manifest-path bench/Cargo.toml --target-dir target
	@[ -n "$(SMALL)" ] || $(CARGO) build --release --locked --manifest-path bench/seekstorm/Cargo.toml --target-dir target || \
		echo "SeekStorm cannot be built, and is not measured"
	@command -v sqlite3 >/dev/null && command -v rg >/dev/null || [ -n "$(SMALL)" ] || \
		apt-get install -y sqlite3 ripgrep || echo "sqlite3 and ripgrep are not there and cannot be installed"
	python3 tools/bench.py $(if $(SMALL),--small) $(if $(PAPERS),--papers $(PAPERS)) \
		$(if $(RUNS),--runs $(RUNS) --heavy-runs $(RUNS)) $(if $(WRITE),--write)
