//! The native host: the binary `caseworker`. It stores, sends, wakes and prints; it decides nothing about a case.
//!
//! A command line (`cli`) becomes `settings`, those an `engine`: the shared desk and front on this host's
//! `store` and `outside`, with a `waker` for what falls due. The commands then speak to the same routes as any
//! caller over HTTP.

mod admission;
mod archive;
mod cli;
mod connections;
mod drift;
mod engine;
mod exit;
mod host;
mod kept;
mod limits;
mod memory;
mod metrics;
mod outcomes;
mod output;
mod outside;
#[doc(hidden)]
pub mod parsers;
mod settings;
mod store;
mod waker;

use std::process::ExitCode;

use clap::Parser as _;

/// Runs the command line of this process and says how it ended.
#[must_use]
pub fn run() -> ExitCode {
    let cli = cli::Cli::parse();
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                output::words(&format!("caseworker: {}", failure.message));
            }
            failure.code()
        }
    }
}
