//! Tests only: one conformance suite over HTTP for every host, the hosts it is run against, and batteries that kill
//! them. It judges what callers see and what the outside sees; it never looks inside a host.
//!
//! Begin with [`conformance`], the table of everything that is checked.

pub mod api;
pub mod bank;
pub mod battery;
pub mod browser;
mod checks;
pub mod chromium;
pub mod conformance;
pub mod erasure;
pub mod hosts;
pub mod load;
pub mod report;
pub mod stories;
pub mod world;
