//! `cargo xtask sim`: histories of a whole desk drawn from seeds, with everything that can go wrong in them. CI runs a
//! thousand, `cargo xtask proof` a hundred thousand.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::shell;
use crate::steps::Tally;

/// What the line begins with on which the histories say what they came to.
const TALLY: &str = "tally: ";
/// From so many histories on, waiting for an optimised build is worth it.
const MANY: u64 = 5_000;

/// How many cases CI lives twice.
const PAIRS: u64 = 100;

/// How many histories, and which.
#[derive(Debug, clap::Args)]
pub(crate) struct Simulate {
    /// How many histories
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first one's seed
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Run the history that this file holds, as a failing one is printed
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
}

impl Simulate {
    /// Runs them.
    pub(crate) fn run(&self) -> Result<()> {
        let mut arguments = vec![format!("--seeds={}", self.seeds), format!("--first={}", self.first)];
        if let Some(plan) = &self.plan {
            let plan = std::path::absolute(plan).with_context(|| format!("{}", plan.display()))?;
            arguments.push(format!("--plan={}", plan.display()));
        }
        histories(&arguments, self.seeds >= MANY).map(drop)
    }
}

/// The sample that CI runs.
pub(crate) fn sample() -> Result<Tally> {
    histories(&[], false)?;
    pairs(PAIRS)?;
    Ok(Tally { passed: 2, ..Tally::default() })
}

/// Lives so many cases twice, with an honest model and with one that was taken over.
pub(crate) fn pairs(count: u64) -> Result<Option<Value>> {
    histories(&["--pairs".to_owned(), format!("--seeds={count}")], count >= MANY)
}

/// Runs histories to their end, and hands back what they came to.
pub(crate) fn histories(arguments: &[String], optimised: bool) -> Result<Option<Value>> {
    let mut command = shell::cargo();
    command.args(["run", "--locked", "--quiet", "--package", "simulator"]);
    if optimised {
        command.arg("--release");
    }
    let mut tally = None;
    let good = shell::watch(command.arg("--").args(arguments), |line| {
        tally = line.strip_prefix(TALLY).and_then(|tally| serde_json::from_str(tally).ok()).or(tally.take());
    })?;
    ensure!(good, "a history broke a law: what it was is above");
    Ok(tally)
}
