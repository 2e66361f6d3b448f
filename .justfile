# Short ways to what is done often. `just` lists them.

default:
    @just --list

# Serve synthetic data to look at
demo:
    cargo run -- demo

# Serve the database that the environment names
serve:
    cargo run -- serve

# Run the tests, or those whose names contain the filter
test filter="":
    cargo test {{filter}}

# Write the contract anew
schema:
    cargo run -- schema > schema.graphql.new && mv schema.graphql.new schema.graphql

# A token of a local person, such as: just token SYSTEM_LEAD --on QWO
token role *rest:
    @cargo run --quiet -- token --role {{role}} {{rest}}

# Hold every row against the ledger
verify:
    cargo run -- verify

# Format, and let clippy speak
check:
    cargo fmt --all
    cargo clippy --workspace --all-targets -- -D warnings

# Measure a release build beside the least that could answer, such as: just load --ratings 1400000 (docs/performance.md)
load *rest:
    cargo build --release --bin sdpt
    cargo run --release --quiet -p load -- run {{rest}}

# Exactly what is run before a change is taken
ci:
    bash .ci/run
