//! The Cloudflare host: an entry Worker that authenticates and leads the way, and one Durable Object for each case.
//!
//! It holds no business decision. It gives the desk what a host must give (storage, the outside world, a way to the
//! case) and refuses to know what the desk does with it. `docs/guide/edge.md` explains how it is run and written.

// A panic on Workers ends everything that is in flight beside it: outside tests nothing here may.
#![cfg_attr(
    not(test),
    warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, clippy::unreachable)
)]

mod bindings;
mod body;
mod case_file;
mod docket;
mod drawer;
mod entry;
mod host;
mod log;
mod outside;
mod tenant_desk;
mod tenants;
