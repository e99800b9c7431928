//! `cargo run -p sim -- conformance --base URL --sandbox URL`: the suite against any host that is served somewhere; and
//! the console's tests in a browser.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use sim::{chromium, conformance, load, report, world::World};

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
    /// Ask more of a native host of its own than it can bear, and take its model and a source away. `CASEWORKER_BIN` names
    /// the binary.
    Load(load::Options),
    /// Use the console in a browser, on a host of its own. `ONLY=text` runs the tests whose names hold that text.
    Browser {
        /// Which host
        #[arg(long)]
        host: chromium::Host,
    },
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let good = match Cli::parse().command {
        Command::Conformance { base, sandbox, key, only, model } => {
            let world = World::new(&base, &sandbox, key.as_deref())?;
            let checks = if model { conformance::WITH_A_MODEL } else { conformance::CONTRACT };
            report::run(&world, checks, &only).await.failed.is_empty()
        }
        Command::Load(options) => load::run(&options).await.map(|()| true)?,
        Command::Browser { host } => chromium::run(host).await?,
    };
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
