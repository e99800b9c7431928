//! `cargo xtask bench`: how quick things are, measured beside something that does the same, and written down.
//!
//! It measures on the machine that it runs on, in rounds that take turns, and says ratios: times alone say little about
//! another machine. It judges nothing; CI does not run it.

mod client;
mod edge;
mod local;
mod page;
mod queue;
mod worker;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

/// What to measure.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// The Worker on workerd beside a plain JavaScript Worker with the same contract; writes `docs/performance.md`.
    Edge(edge::Options),
    /// The first page of the queue with a thousand and with a hundred thousand cases; writes `docs/performance.md`.
    Queue(queue::Options),
    /// The local tier's reading of a request, natively (in this build; `cargo run --release -p xtask`) and in wasm.
    Local,
}

/// Measures.
pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Edge(options) => edge::run(options).map(|()| ExitCode::SUCCESS),
        Command::Queue(options) => queue::run(options).map(|()| ExitCode::SUCCESS),
        Command::Local => local::run().map(|()| ExitCode::SUCCESS),
    }
}
