//! `cargo xtask bench`: how quick things are, measured beside something that does the same, and written down.
//!
//! It measures on the machine that it runs on, in rounds that take turns, and says ratios: times alone say little about
//! another machine. It judges nothing; CI does not run it.

mod client;
mod edge;
mod flight;
mod growth;
mod local;
mod native;
mod page;
mod plot;
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
    /// The native host beside a bare program on hyper and two flows in Python; writes `docs/performance.md`.
    Native(native::Options),
    /// How much longer cases take while others wait for the model, and their memory; writes `docs/performance.md`.
    Flight(flight::Options),
    /// What a case costs with many others stored, with a long journal, and after a restart; writes `docs/performance.md`.
    Growth(growth::Options),
    /// The local tier's reading of a request, natively (in this build) and in wasm; writes `docs/performance.md`.
    Local,
    /// All that is native, one after the other: the figures of `docs/performance.md` that one machine can give alone.
    All(native::How),
}

/// Measures.
pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Edge(options) => edge::run(options).map(|()| ExitCode::SUCCESS),
        Command::Queue(options) => queue::run(options).map(|()| ExitCode::SUCCESS),
        Command::Native(options) => native::run(options).map(|()| ExitCode::SUCCESS),
        Command::Flight(options) => flight::run(options).map(|()| ExitCode::SUCCESS),
        Command::Growth(options) => growth::run(options).map(|()| ExitCode::SUCCESS),
        Command::All(how) => all(*how).map(|()| ExitCode::SUCCESS),
        Command::Local => local::run().map(|()| ExitCode::SUCCESS),
    }
}

/// Everything native, at its own size.
fn all(how: native::How) -> Result<()> {
    native::run(&native::Options::new(how))?;
    // What was built for the first is what the others measure.
    let how = native::How { no_build: true, ..how };
    flight::run(&flight::Options::new(how))?;
    growth::run(&growth::Options::new(how))
}
