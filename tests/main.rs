//! Acceptance: behaviour seen from outside, through the real router, on SQLite and on PostgreSQL.
#![cfg(test)]

#[macro_use]
mod harness;

mod access;
mod architecture;
mod assessment;
mod carry_forward;
mod comparison;
mod completeness;
mod contest;
mod correction;
mod demo;
mod distribution;
mod evidence;
mod extension;
mod folding;
mod framework;
mod gap;
mod grant;
mod headers;
mod http;
mod include;
mod ledger;
mod ledger_entry;
mod ledger_head;
mod link;
mod log;
mod migration;
mod moderation;
mod movement;
mod next_step;
mod null;
mod organisation;
mod path;
mod person;
mod progression;
mod publication;
mod rate;
mod rating;
mod retraction;
mod round;
mod schema;
mod server;
mod sign_in;
mod socket;
mod story;
mod submission;
mod succession;
mod system;
mod trend;
mod verify;
mod work;
mod writer;
