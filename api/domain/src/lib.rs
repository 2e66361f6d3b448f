//! The rules of sdpt. No async, no IO, no framework, no clock: time, ids and randomness are passed in.
//!
//! One noun, one file; the same noun has the same file name in `store`, `graphql` and `tests`.

#[macro_use]
mod named;

pub mod access;
pub mod assessment;
pub mod batch;
pub mod boundary;
pub mod breaks;
pub mod carry_forward;
pub mod command;
mod comparable;
pub mod comparison;
pub mod completeness;
pub mod contest;
pub mod correction;
pub mod crosswalk;
pub mod distribution;
pub mod evidence;
pub mod extension;
pub mod framework;
pub mod gap;
pub mod grant;
pub mod history;
pub mod id;
pub mod ledger;
pub mod ledger_entry;
pub mod lens;
pub mod level;
pub mod link;
pub mod mint;
pub mod moderation;
pub mod movement;
pub mod next_step;
pub mod note;
pub mod organisation;
pub mod person;
pub mod policy;
pub mod progression;
pub mod publication;
pub mod rating;
pub mod rebaseline;
pub mod refusal;
pub mod register;
pub mod rehearsal;
pub mod retraction;
pub mod roll_up;
pub mod round;
mod sentence;
pub mod series;
pub mod standing;
pub mod submission;
pub mod succession;
pub mod survey;
pub mod system;
pub mod text;
pub mod trend;
pub mod work;

pub use chrono::NaiveDate;
