//! Acceptance: behaviour seen from outside, through the real router, on SQLite and on PostgreSQL.
#![cfg(test)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[macro_use]
mod harness;

mod path;
