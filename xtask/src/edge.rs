//! `cargo xtask edge`: builds the Worker and runs it on workerd, the runtime that Cloudflare runs.
//!
//! It writes only below `edge/build` and the data folder it is given. Only `edge wrangler` reaches beyond this machine, and
//! only with what the operator types after it.

pub(crate) mod config;
mod cost;
mod dev;
mod optimise;
mod pack;
pub(crate) mod wrangler;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use crate::shell;
use crate::tools::{self, Tools};

/// What to do with the Worker.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Build the Worker into `edge/build`.
    Build {
        /// Build it quickly and large: for trying a change, never for a deployment.
        #[arg(long)]
        quick: bool,
    },
    /// Build the Worker and run it on workerd, with its data kept on disk.
    Dev(dev::Options),
    /// Measure what a case takes of all that Cloudflare charges for, and say what a thousand cost.
    Cost(cost::Options),
    /// Make a folder that serves the Worker on any machine, with workerd in it.
    Pack(pack::Options),
    /// Run Cloudflare's wrangler, at the version that is checked here, in the folder of its configuration.
    Wrangler(wrangler::Options),
}

/// Carries out one of the commands.
pub(crate) fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Build { quick: false } => build(&tools::ensure()?).map(|()| ExitCode::SUCCESS),
        Command::Build { quick: true } => bundle(&tools::ensure()?, "edge-quick").map(|()| ExitCode::SUCCESS),
        Command::Dev(options) => dev::run(&tools::ensure()?, &options),
        Command::Cost(options) => cost::run(&tools::ensure()?, &options),
        Command::Pack(options) => pack::run(&tools::ensure()?, &options),
        Command::Wrangler(options) => wrangler::run(&options),
    }
}

/// Builds the Worker into `edge/build`: `index.js` and `index_bg.wasm`.
pub(crate) fn build(tools: &Tools) -> Result<()> {
    bundle(tools, "edge")?;
    optimise::run(tools, &shell::root().join("edge/build/index_bg.wasm"))
}

/// worker-build would download its helpers from a place that is not a package registry, so it is given ours.
fn bundle(tools: &Tools, profile: &str) -> Result<()> {
    let mut build = shell::command(&tools.worker_build);
    build.args(["--profile", profile]).current_dir(shell::root().join("edge"));
    build.env("WASM_BINDGEN_BIN", &tools.wasm_bindgen);
    build.env("ESBUILD_BIN", &tools.esbuild);
    shell::run(&mut build)
}
