//! The wire of Anthropic's Messages API, as pure data: a [`Prompt`] becomes an HTTP request, and
//! the bytes that come back become a [`Reply`] or a typed [`Failure`].
//!
//! Read in the data's order: [`Endpoint`] and [`ApiKey`] say where and as whom, [`request`] builds
//! the question, [`reply`] reads the answer, [`failure`] and [`retry`] say what went wrong and
//! whether to try again, [`price`] says what it cost. [`stream`] reads the same answer piece by
//! piece, [`models`] asks what a model can do.
//!
//! This crate refuses to send anything, to wait, to retry by itself, to read a clock, a file or
//! the environment, and to show a single byte of a body in an error: bodies may echo secrets.

// A panic on Workers ends everything that is in flight beside it: outside tests nothing here may.
#![cfg_attr(
    not(test),
    warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, clippy::unreachable)
)]

pub mod endpoint;
pub mod failure;
pub mod key;
pub mod kind;
pub mod limits;
pub mod models;
pub mod price;
pub mod reply;
pub mod request;
pub mod retry;
pub mod said;
pub mod stream;

pub use endpoint::{Endpoint, EndpointError};
pub use failure::{Failure, Why};
pub use key::{ApiKey, ApiKeyError};
pub use kind::Kind;
pub use reply::{Reply, StopReason, Usage, read_reply};
pub use request::{API_VERSION, Effort, Prompt, RequestError, messages_request, streaming_request};
