//! Acceptance: behaviour seen from outside, through the real router, on SQLite and on PostgreSQL.
#![cfg(test)]

#[macro_use]
mod harness;

mod access;
mod architecture;
mod assessment;
mod demo;
mod evidence;
mod framework;
mod http;
mod include;
mod ledger;
mod link;
mod migration;
mod null;
mod organisation;
mod path;
mod publication;
mod rating;
mod round;
mod schema;
mod submission;
mod verify;
mod writer;
