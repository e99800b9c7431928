//! The console in a browser, on either host: what `sim browser` starts and `sim/browser` checks.
//!
//! It counts what the tests say and judges nothing. The pictures they take lie in `target/browser`.

use std::env;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use crate::steps::Tally;
use crate::{edge, shell, tools};

/// Use the console in a browser. `ONLY=text` runs the tests whose names hold that text.
#[derive(Args)]
pub(crate) struct Browser {
    /// Which host serves it
    #[arg(long, default_value = "native")]
    host: Host,
    /// Take the Worker as it was built last
    #[arg(long)]
    no_build: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Host {
    /// The native binary
    Native,
    /// The Worker on workerd
    Edge,
}

impl Browser {
    pub(crate) fn run(&self) -> Result<ExitCode> {
        if self.host == Host::Edge && !self.no_build {
            edge::build(&tools::ensure()?)?;
        }
        let tally = on(self.host)?;
        println!("{tally}");
        Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// The native host's console.
pub(crate) fn native() -> Result<Tally> {
    on(Host::Native)
}

/// The Worker's console, as it was built last.
pub(crate) fn edge() -> Result<Tally> {
    on(Host::Edge)
}

fn on(host: Host) -> Result<Tally> {
    let host = if host == Host::Native { "native" } else { "edge" };
    let mut command = shell::cargo();
    command.args(["run", "--locked", "--quiet", "--package", "sim", "--", "browser", "--host", host]);
    command.env("XTASK_BIN", env::current_exe().context("finding xtask itself")?);
    if let Some(chromium) = tools::chromium() {
        command.env("CHROMIUM", chromium);
    }
    let mut tally = Tally::default();
    let good = shell::watch(&mut command, |line| read_count(line, &mut tally))?;
    if tally.passed == 0 && tally.failed == 0 {
        bail!("the browser's tests did not run");
    }
    if !good && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}

/// Reads the counts at the end of a run of node's tests: `ℹ pass 3`.
fn read_count(line: &str, tally: &mut Tally) {
    let mut words = line.split_whitespace().skip(1);
    let (Some(what), Some(Ok(count)), None) = (words.next(), words.next().map(str::parse), words.next()) else {
        return;
    };
    match what {
        "pass" => tally.passed = count,
        "fail" => tally.failed = count,
        "skipped" => tally.skipped = count,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_at_the_end_of_a_run_are_read() {
        let mut tally = Tally::default();
        for line in
            ["✔ everything is done with a keyboard alone (812.3ms)", "ℹ tests 5", "ℹ pass 3", "ℹ fail 2", "ℹ skipped 0"]
        {
            read_count(line, &mut tally);
        }
        assert_eq!(tally, Tally { passed: 3, failed: 2, skipped: 0 });
    }
}
