//! `cargo xtask proof fuzz`: libFuzzer looks for inputs that reach new code in each parser, for so many seconds each.
//!
//! The targets and what must hold are in `fuzz`. It needs a C++ compiler, for libFuzzer itself. What it keeps lies in the target
//! folder and is begun with the next time; an input that breaks a promise is named and is to become a test.

use std::{fmt::Write as _, process::Stdio};

use anyhow::{Context, Result, bail};

use super::{machine, write};
use crate::{shell, tools};

/// The name of the battery and of its page.
pub(super) const NAME: &str = "fuzz";
/// The least number of seconds for each parser whose result is worth a page.
const SECONDS_OF_A_PAGE: u32 = 60;
/// An input that takes longer than this many seconds is a defect, and so is one that takes more memory than this.
const LIMITS: [&str; 3] = ["-timeout=10", "-rss_limit_mb=2048", "-max_len=65536"];

/// What came of one target.
struct Came {
    inputs: u64,
    edges_first: u64,
    edges: u64,
    kept: u64,
}

/// Runs every target for so long, and writes their page.
pub(super) fn prove(seconds: u32) -> Result<()> {
    let commit = machine::commit()?;
    let cargo_fuzz = tools::cargo_fuzz()?;
    let list = shell::read(shell::cargo().args(["run", "--quiet", "--locked", "--package", "fuzz"]))?;
    let mut rows = String::new();
    let mut all = 0;
    for line in list.lines() {
        let (name, reads) = line.split_once('\t').with_context(|| format!("no target: {line}"))?;
        let came = run(cargo_fuzz.as_os_str(), name, seconds)?;
        println!("{name}: {} inputs, {} edges, nothing broken", came.inputs, came.edges);
        let _ = writeln!(
            rows,
            "| `{name}` | {reads} | {} | {} | {} | {} |",
            came.inputs, came.edges_first, came.edges, came.kept
        );
        all += came.inputs;
    }
    if seconds < SECONDS_OF_A_PAGE {
        println!("{NAME} holds; a page is written for {SECONDS_OF_A_PAGE} seconds and more");
        return Ok(());
    }
    write(NAME, &page(seconds, &commit, &rows, all))
}

/// Lets libFuzzer try one target.
fn run(cargo_fuzz: &std::ffi::OsStr, name: &str, seconds: u32) -> Result<Came> {
    let corpus = shell::target_folder().join("fuzz-inputs").join(name);
    shell::run(shell::cargo().args(["run", "--quiet", "--locked", "--package", "fuzz", name]).arg(&corpus))?;
    let mut command = shell::command(cargo_fuzz);
    // Without a sanitizer it needs no nightly compiler; the sources have no unsafe code for one to watch.
    command.args(["run", "--fuzz-dir", "fuzz/libfuzzer", "--sanitizer", "none", "parsers"]).arg(&corpus);
    command.args(["--", &format!("-max_total_time={seconds}"), "-print_final_stats=1"]).args(LIMITS);
    command.env("TARGET", name).env("CARGO_TARGET_DIR", shell::target_folder().join("fuzz"));
    let output = command.stdout(Stdio::null()).output().context("starting cargo-fuzz")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let tail: Vec<&str> = said.lines().rev().take(40).collect();
        bail!("{name} broke a promise, or did not run:\n{}", tail.into_iter().rev().collect::<Vec<_>>().join("\n"));
    }
    read(&said).with_context(|| format!("reading what libFuzzer said of {name}"))
}

/// Reads libFuzzer's `#2 INITED cov: 12 ft: 13 corp: 1/1b ...`, its `DONE`, and its final statistics.
fn read(said: &str) -> Option<Came> {
    let edges = |mark: &str| {
        let line = said.lines().rfind(|line| line.contains(mark))?;
        number_after(line, "cov: ")
    };
    let kept = said.lines().rfind(|line| line.contains("DONE")).and_then(|line| number_after(line, "corp: "))?;
    let inputs = said.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))?;
    Some(Came { inputs: inputs.trim().parse().ok()?, edges_first: edges("INITED")?, edges: edges("DONE")?, kept })
}

fn number_after(line: &str, mark: &str) -> Option<u64> {
    let (_, rest) = line.split_once(mark)?;
    rest.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
}

fn page(seconds: u32, commit: &str, rows: &str, all: u64) -> String {
    format!(
        "# Parsers under hostile bytes\n\nEvery parser of bytes from outside is given inputs by libFuzzer, which changes those that it has and keeps what \
         reaches new code.\nNothing may panic, hang or grow without end, and what is read must be what its type promises: `fuzz/src` says what for each. \
         None of\n{all} inputs broke a promise, or this page would not have been written. It says nothing of inputs that were not tried.\n\n\
         `cargo test -p fuzz` tries some hundred inputs on each in CI, without looking what they reach.\n\n\
         | target | reads | inputs | edges at first | edges at the end | inputs kept |\n|---|---|---|---|---|---|\n{rows}\n\
         | how | |\n|---|---|\n| command | `cargo xtask proof {NAME} --seconds {seconds}` |\n| commit | {commit} |\n| date | {} |\n| machine | {} |\n",
        machine::date(),
        machine::words()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libfuzzer_says_is_read() {
        let said = "#2\tINITED cov: 120 ft: 130 corp: 3/99b exec/s: 0\n#9\tNEW    cov: 121 ft: 131 corp: 4/99b\n\
                    #4711\tDONE   cov: 150 ft: 160 corp: 17/1Kb lim: 9\nstat::number_of_executed_units: 4711\n";
        let came = read(said).unwrap();
        assert_eq!((came.inputs, came.edges_first, came.edges, came.kept), (4711, 120, 150, 17));
        assert!(read("Done in 1 second").is_none());
    }
}
