//! `limit flow`: a bare program on hyper that makes the calls of one case and does nothing else, which is as little as
//! anybody can do. `limit load`: what puts it and the others under load.
//!
//! Neither is part of the product. The flow reads no reply, keeps nothing and decides nothing.

mod flow;
mod load;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// The bare flow, and the load.
#[derive(Parser)]
#[command(name = "limit", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve: for each request the calls of a file are made, and a short answer is given.
    Flow(flow::Options),
    /// Send requests over so many connections, one after another on each, and say how long they took.
    Load(load::Options),
}

fn main() -> Result<ExitCode> {
    // One thread: a bare flow needs no more, and pays for no other.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match Cli::parse().command {
            Command::Flow(options) => flow::run(options).await,
            Command::Load(options) => load::run(options).await,
        }
    })?;
    Ok(ExitCode::SUCCESS)
}
