//! The GraphQL API of sdpt: `router` and `schema` are what `main.rs` and the tests call.

pub mod auth;
pub mod catalogue;
pub mod clock;
pub mod config;
pub mod demo;
pub mod edition;
pub mod error;
pub mod graphql;
pub mod http;
pub mod limits;
pub mod local;
pub mod people;
pub mod start;
pub mod store;
pub mod telemetry;
