//! `cargo xtask ci`: exactly what CI runs, so that a green run here is a green run there.
//!
//! The quick checks come first, the tests of `cargo xtask test` in the middle. A step that had to be left out counts as
//! a failure, because CI's machine has everything.

use std::process::ExitCode;

use anyhow::Result;

use crate::steps::{Need, Step, Summary, Tally};
use crate::{checks, openapi, roles, sabotage, shell, test, tools};

/// What comes before the tests: cheap, and most often what is wrong.
const BEFORE: &[Step] = &[
    Step { name: "format", needs: &[], run: format },
    Step { name: "files", needs: &[], run: checks::files::run },
    Step { name: "layers", needs: &[], run: checks::layers::run },
    Step { name: "document of the API", needs: &[], run: openapi::check },
    Step { name: "who may use which route", needs: &[], run: roles::check },
    Step { name: "sabotage fits", needs: &[], run: sabotage::fits },
    Step { name: "unused dependencies", needs: &[], run: unused_dependencies },
    Step { name: "licences, bans, sources", needs: &[], run: deny },
    Step { name: "clippy, native", needs: &[], run: clippy_native },
    Step { name: "clippy, wasm32", needs: &[], run: clippy_wasm },
];

/// What comes after the tests, because it looks at what they built or takes long.
const AFTER: &[Step] = &[
    Step { name: "size of the Worker", needs: &[Need::Node], run: checks::size::run },
    Step { name: "documentation", needs: &[], run: documentation },
];

/// Runs what comes before the tests: what a developer wants to know before a commit.
pub(crate) fn check() -> Result<ExitCode> {
    let summary = Summary::of(BEFORE);
    summary.print();
    Ok(if summary.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs everything, prints one table and says whether all of it ran and went well.
pub(crate) fn run() -> Result<ExitCode> {
    let mut summary = Summary::of(BEFORE);
    summary.extend(test::all());
    summary.extend(Summary::of(AFTER));
    if !summary.is_complete() {
        eprintln!("xtask: a step was left out, and CI must run every one");
    }
    summary.print();
    Ok(if summary.is_good() && summary.is_complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn format() -> Result<Tally> {
    shell::run(shell::cargo().args(["fmt", "--all", "--", "--check"]))?;
    Ok(Tally::ONE)
}

fn clippy_native() -> Result<Tally> {
    let arguments = ["clippy", "--locked", "--workspace", "--exclude", "edge", "--all-targets", "--", "-D", "warnings"];
    shell::run(shell::cargo().args(arguments))?;
    Ok(Tally::ONE)
}

fn clippy_wasm() -> Result<Tally> {
    tools::ensure_target()?;
    let mut cargo = shell::cargo();
    cargo.args(["clippy", "--locked", "--target", tools::WASM_TARGET]);
    for package in ["case", "claude", "desk", "edge"] {
        cargo.args(["--package", package]);
    }
    shell::run(cargo.args(["--", "-D", "warnings"]))?;
    Ok(Tally::ONE)
}

fn documentation() -> Result<Tally> {
    let warnings = ("RUSTDOCFLAGS", "-D warnings");
    let native = ["doc", "--locked", "--workspace", "--exclude", "edge", "--no-deps"];
    shell::run(shell::cargo().args(native).env(warnings.0, warnings.1))?;
    let wasm = ["doc", "--locked", "--package", "edge", "--no-deps", "--target", tools::WASM_TARGET];
    shell::run(shell::cargo().args(wasm).env(warnings.0, warnings.1))?;
    Ok(Tally::ONE)
}

fn deny() -> Result<Tally> {
    let deny = tools::cargo_deny()?;
    shell::run(shell::command(deny).args(["--workspace", "--locked", "check", "bans", "licenses", "sources"]))?;
    Ok(Tally::ONE)
}

fn unused_dependencies() -> Result<Tally> {
    let machete = tools::cargo_machete()?;
    shell::run(&mut shell::command(machete))?;
    Ok(Tally::ONE)
}
