//! `cargo run -p sim -- conformance --base URL --sandbox URL`: the suite against any host that is served somewhere.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use sim::{conformance, report, world::World};

/// The conformance suite.
#[derive(Parser)]
#[command(name = "sim", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check a host that is served with the sandbox as its sources.
    Conformance {
        /// The host's base URL
        #[arg(long, value_name = "URL")]
        base: String,
        /// The base URL of the sandbox that plays the host's sources
        #[arg(long, value_name = "URL")]
        sandbox: String,
        /// An admin's key, where the host asks for one
        #[arg(long, value_name = "KEY")]
        key: Option<String>,
        /// Only checks whose names hold this text
        #[arg(long, value_name = "TEXT", default_value = "")]
        only: String,
        /// The host asks the sandbox's stand-in as its model
        #[arg(long)]
        model: bool,
    },
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let Command::Conformance { base, sandbox, key, only, model } = Cli::parse().command;
    let world = World::new(&base, &sandbox, key.as_deref())?;
    let checks = if model { conformance::WITH_A_MODEL } else { conformance::CONTRACT };
    let report = report::run(&world, checks, &only).await;
    Ok(if report.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
