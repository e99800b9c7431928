//! `cargo xtask test`: the README's test command. One list of steps, in the order they run.
//!
//! What a machine lacks is left out and named; only `cargo xtask ci` makes that a failure.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::shell;
use crate::steps::{Need, Step, Summary, Tally};
use crate::{browser, edge, guide, sdk, simulate, tools};

/// Every test there is.
const STEPS: &[Step] = &[
    Step { name: "unit tests", needs: &[], run: units },
    Step { name: "simulated histories", needs: &[], run: simulate::sample },
    Step { name: "native host", needs: &[], run: native_host },
    Step { name: "console in a browser", needs: &[Need::Node, Need::Chromium], run: browser::native },
    Step { name: "edge build", needs: &[Need::Node], run: edge_build },
    Step { name: "wrangler takes the Worker", needs: &[Need::Node], run: edge::wrangler::dry_run },
    Step { name: "commands of the guides", needs: &[Need::Node], run: guide::check },
    Step { name: "Worker on workerd", needs: &[Need::Node], run: worker },
    Step { name: "console in a browser, Worker", needs: &[Need::Node, Need::Chromium], run: browser::edge },
    Step { name: "official SDK, Python", needs: &[Need::Node, Need::Python], run: sdk::python },
    Step { name: "official SDK, TypeScript", needs: &[Need::Node], run: sdk::node },
    Step { name: "API by its document", needs: &[Need::Python], run: sdk::schema },
    Step { name: "official webhooks library", needs: &[Need::Node], run: sdk::webhooks },
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

/// Everything beside the code. `sim` starts whole hosts, which the steps after this one do.
fn units() -> Result<Tally> {
    cargo_test(&["--workspace".to_owned(), "--exclude=sim".to_owned()])
}

fn native_host() -> Result<Tally> {
    let tests = host_tests(|name| !name.contains("edge"))?;
    cargo_test(&[vec!["--package=sim".to_owned(), "--lib".to_owned(), "--bins".to_owned()], tests].concat())
}

fn worker() -> Result<Tally> {
    cargo_test(&[vec!["--package=sim".to_owned()], host_tests(|name| name.contains("edge"))?].concat())
}

/// The tests in `sim/tests` with such names: those with `edge` in it need workerd. None is left out for not being listed.
fn host_tests(wanted: impl Fn(&str) -> bool) -> Result<Vec<String>> {
    let mut arguments = Vec::new();
    for entry in fs::read_dir(shell::root().join("sim/tests")).context("reading sim/tests")? {
        let path = entry?.path();
        let is_test = path.extension().is_some_and(|extension| extension == "rs");
        if let Some(name) = path.file_stem().and_then(OsStr::to_str).filter(|name| is_test && wanted(name)) {
            arguments.push(format!("--test={name}"));
        }
    }
    arguments.sort();
    Ok(arguments)
}

/// What was built before goes first: where the build fails, no later step may judge the old Worker.
fn edge_build() -> Result<Tally> {
    match fs::remove_dir_all(shell::root().join("edge/build")) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error).context("removing edge/build"),
        _ => {}
    }
    let tools = tools::ensure()?;
    edge::build(&tools)?;
    Ok(Tally::ONE)
}

/// Runs `cargo test` and adds up what each test binary says at its end.
///
/// Tests that start a host take the xtask that runs them, which has built the Worker by then.
fn cargo_test(arguments: &[String]) -> Result<Tally> {
    let mut total = Tally::default();
    let mut command = shell::cargo();
    command.args(["test", "--locked", "--no-fail-fast"]).args(arguments);
    command.env("XTASK_BIN", env::current_exe().context("finding xtask itself")?);
    let good = shell::watch(&mut command, |line| {
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
