//! The service both hosts share: ports to the host, the drive loop of a case, and the routes.
//!
//! Nothing here knows whether it runs natively or on Workers.

// A panic on Workers ends everything that is in flight beside it: outside tests nothing here may.
#![cfg_attr(
    not(test),
    warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, clippy::unreachable)
)]

mod act;
pub mod address;
pub mod agents;
pub mod archive;
pub mod ask_claude;
pub mod breaker;
pub mod caller;
pub mod checkpoint;
pub mod commands;
pub mod config;
pub mod console;
pub mod docket;
pub mod docket_sql;
pub mod entering;
mod events;
pub mod file;
pub mod front;
pub mod history;
pub mod hooks;
pub mod intake;
mod letters;
mod model_gate;
mod moving;
pub mod named;
pub mod openapi;
pub mod oversight;
pub mod pack;
mod paging;
pub mod perform;
mod person;
pub mod ports;
pub mod problem;
pub mod queue;
pub mod rebuild;
pub mod request;
pub mod retry;
mod reveal;
pub mod revocations;
pub mod routes;
pub mod row;
pub mod send;
mod session;
pub mod setup;
pub mod signature;
pub mod signer;
pub mod signin;
mod switch;
pub mod tenants;
pub mod ticket;
pub mod urgency;
pub mod vault;
pub mod view;
pub mod who;
