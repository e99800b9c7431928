//! `cargo xtask edge`: builds the Worker and runs it on workerd, the runtime that Cloudflare runs.
//!
//! It writes only below `edge/build` and the data folder it is given. It deploys nothing.

mod config;
mod dev;

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
}

/// Carries out one of the commands.
pub(crate) fn run(command: Command) -> Result<ExitCode> {
    let tools = tools::ensure()?;
    match command {
        Command::Build { quick: false } => build(&tools).map(|()| ExitCode::SUCCESS),
        Command::Build { quick: true } => bundle(&tools, "edge-quick").map(|()| ExitCode::SUCCESS),
        Command::Dev(options) => dev::run(&tools, &options),
    }
}

/// Builds the Worker into `edge/build`: `index.js` and `index_bg.wasm`.
///
pub(crate) fn build(tools: &Tools) -> Result<()> {
    bundle(tools, "edge")?;
    optimise(tools)
}

/// worker-build would download its helpers from a place that is not a package registry, so it is given ours.
fn bundle(tools: &Tools, profile: &str) -> Result<()> {
    let mut build = shell::command(&tools.worker_build);
    build.args(["--profile", profile]).current_dir(shell::root().join("edge"));
    build.env("WASM_BINDGEN_BIN", &tools.wasm_bindgen);
    build.env("ESBUILD_BIN", &tools.esbuild);
    shell::run(&mut build)
}

/// Makes the wasm as small as it gets. Only what rustc emits anyway is allowed, lest a newer encoding come out.
fn optimise(tools: &Tools) -> Result<()> {
    const FEATURES: [&str; 7] = [
        "mutable-globals",
        "sign-ext",
        "nontrapping-float-to-int",
        "bulk-memory",
        "multivalue",
        "reference-types",
        "exception-handling",
    ];
    let wasm = shell::root().join("edge/build/index_bg.wasm");
    let mut optimise = shell::command(&tools.wasm_opt);
    optimise.arg("-Oz").args(FEATURES.map(|feature| format!("--enable-{feature}")));
    shell::run(optimise.arg(&wasm).arg("-o").arg(&wasm))
}
