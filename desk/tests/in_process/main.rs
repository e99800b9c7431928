//! The desk in one process: a host in memory, the sandbox as the outside, a clock that stands until somebody waits.
//!
//! Nothing here opens a socket or looks at the time. Every answer is held against the committed document of the API.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail loudly")]

mod access;
mod agents;
mod bad_input;
mod browser;
mod console;
mod document;
mod drafts;
mod drive;
mod effects;
mod erasure;
mod errors;
mod events;
mod hooks;
mod host;
mod idempotency;
mod identity;
mod letters;
mod logs;
mod model;
mod modes;
mod moving;
mod names;
mod prompts;
mod queue;
mod records;
mod roles;
mod signatures;
mod sources;
mod storage;
mod thrift;
mod words;
mod world;
