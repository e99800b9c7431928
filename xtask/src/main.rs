//! `cargo xtask`: everything a developer or CI does to this repository beyond `cargo build`.
//!
//! It starts other programs (cargo, node, workerd) and judges what they say. It holds nothing the product needs at run
//! time, and it never touches a file outside the checkout, its target folder and the tools folder.

mod bench;
mod browser;
mod checks;
mod ci;
mod copy;
mod edge;
mod extraction;
mod guide;
mod local;
mod machine;
mod openapi;
mod prompts;
mod proof;
mod roles;
mod sabotage;
mod sbom;
mod sdk;
mod shell;
mod simulate;
mod steps;
mod test;
mod tools;
mod train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Build, test and check Caseworker.
#[derive(Parser)]
#[command(name = "cargo xtask", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run every test: native, the Worker on workerd, the official SDKs. Says what it left out and why.
    Test,
    /// Run exactly what CI runs; a step that had to be left out is a failure here.
    Ci,
    /// Run the quick part of `ci`: everything before the tests.
    Check,
    /// Build the Cloudflare Worker, or build it and run it on workerd.
    #[command(subcommand)]
    Edge(edge::Command),
    /// Run the commands of the guides, as far as they need no account.
    Guide,
    /// Use the console in a browser, on either host, and take pictures of its pages.
    Browser(browser::Browser),
    /// Measure how quick things are, beside something that does the same.
    #[command(subcommand)]
    Bench(bench::Command),
    /// Train the local tier's model from `data/requests`, check that the committed one is its result, or report on it.
    Train(train::Train),
    /// Say how much the fixed rules read of what customers write, against `data/extraction.jsonl`.
    Extraction(extraction::Extraction),
    /// Run histories of a whole desk, each from a seed, with everything that can go wrong in them.
    Sim(simulate::Simulate),
    /// Take promises out of the source, in a copy, and see that the checks notice.
    Sabotage(sabotage::Sabotage),
    /// Write the document of the API from the code, or check that the committed one is what the code says.
    #[command(name = "openapi")]
    OpenApi(openapi::OpenApi),
    /// Write who may use which route to `docs/roles.md`, or check that the committed page is what the code says.
    Roles(roles::Roles),
    /// Draw the examples that the triage prompt shows Claude, or check that the committed ones are those.
    Prompts(prompts::Prompts),
    /// Write the bill of materials of the binary and of the Worker, as CycloneDX
    Sbom,
    /// Run the long batteries at full size, and write what came of them to `docs/proof`.
    Proof(proof::Proof),
    /// Install what the Worker's build needs and is missing: wasm target, worker-build, wasm-bindgen, npm tools.
    Tools,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Test => test::run(),
        Command::Ci => ci::run(),
        Command::Check => ci::check(),
        Command::Edge(command) => edge::run(command),
        Command::Guide => guide::run(),
        Command::Browser(browser) => browser.run(),
        Command::Bench(command) => bench::run(&command),
        Command::Train(train) => train.run().map(|()| ExitCode::SUCCESS),
        Command::Extraction(extraction) => extraction.run().map(|()| ExitCode::SUCCESS),
        Command::Sim(simulate) => simulate.run().map(|()| ExitCode::SUCCESS),
        Command::Sabotage(sabotage) => sabotage.run().map(|()| ExitCode::SUCCESS),
        Command::OpenApi(openapi) => openapi.run().map(|()| ExitCode::SUCCESS),
        Command::Roles(roles) => roles.run().map(|()| ExitCode::SUCCESS),
        Command::Sbom => sbom::run().map(|()| ExitCode::SUCCESS),
        Command::Prompts(prompts) => prompts.run().map(|()| ExitCode::SUCCESS),
        Command::Proof(proof) => proof.run().map(|()| ExitCode::SUCCESS),
        Command::Tools => tools::run(),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
