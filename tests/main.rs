//! Acceptance: behaviour seen from outside, through the real router, on SQLite and on PostgreSQL.
#![cfg(test)]

#[macro_use]
mod harness;

mod access;
mod demo;
mod null;
mod path;
mod schema;
