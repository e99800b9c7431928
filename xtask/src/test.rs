//! `cargo xtask test`: the README's test command. One list of steps, in the order they run.
//!
//! What a machine lacks is left out and named; only `cargo xtask ci` makes that a failure.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::shell;
use crate::steps::{Need, Step, Summary, Tally};
use crate::{edge, tools};

/// Every test there is.
const STEPS: &[Step] = &[
    Step { name: "tests, native", needs: &[], run: native },
    Step { name: "edge build", needs: &[Need::Node], run: edge_build },
];

/// Runs the tests, prints the table and says whether all that ran went well.
pub(crate) fn run() -> Result<ExitCode> {
    let summary = all();
    summary.print();
    Ok(if summary.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs the tests and hands back what came of them, for `ci` to print with its own.
pub(crate) fn all() -> Summary {
    Summary::of(STEPS)
}

fn native() -> Result<Tally> {
    cargo_test(&["--workspace", "--locked"])
}

fn edge_build() -> Result<Tally> {
    let tools = tools::ensure()?;
    edge::build(&tools)?;
    Ok(Tally::ONE)
}

/// Runs `cargo test` and adds up what each test binary says at its end.
fn cargo_test(arguments: &[&str]) -> Result<Tally> {
    let mut total = Tally::default();
    let good = shell::watch(shell::cargo().arg("test").arg("--no-fail-fast").args(arguments), |line| {
        if let Some(tally) = read_result(line) {
            total.add(tally);
        }
    })?;
    if !good && total.failed == 0 {
        bail!("cargo test failed before it could run every test");
    }
    if total.passed == 0 {
        bail!("cargo test ran no test");
    }
    Ok(total)
}

/// Reads libtest's `test result: ok. 3 passed; 0 failed; 1 ignored; ...`.
fn read_result(line: &str) -> Option<Tally> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut tally = Tally::default();
    for part in counts.split(';') {
        let Some((number, what)) = part.trim().split_once(' ') else { continue };
        match what {
            "passed" => tally.passed = number.parse().ok()?,
            "failed" => tally.failed = number.parse().ok()?,
            "ignored" => tally.skipped = number.parse().ok()?,
            _ => {}
        }
    }
    Some(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_line_of_a_test_binary_is_counted() {
        let line = "test result: FAILED. 12 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(read_result(line), Some(Tally { passed: 12, failed: 2, skipped: 1 }));
    }

    #[test]
    fn a_line_that_only_mentions_a_result_is_not_counted() {
        assert_eq!(read_result("the test result: ok. 1 passed"), None);
    }
}
