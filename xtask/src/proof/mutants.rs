//! `cargo xtask proof mutants`: the source is changed in one place at a time, by cargo-mutants, and the package's tests must notice.
//!
//! All changes together take days, so that each part of the source is tried at places spread over it, always the same ones. What no
//! test noticed is on the page with the reason that `testdata/mutants.txt` gives for it.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path, process::Stdio, time::Instant};

use anyhow::{Context, Result, ensure};

use super::{how, machine, write};
use crate::{copy::Copy, shell, tools};

/// The name of the battery and of its page.
pub(super) const NAME: &str = "mutants";
/// The least number of changes of each part whose result is worth a page.
const EACH_OF_A_PAGE: usize = 25;
/// Of a hundred changes of a part that guards a promise, so many must be noticed.
const LEAST_PERCENT: usize = 90;
/// Why nothing notices a change: `name | reason` on each line.
const REASONS: &str = "testdata/mutants.txt";
/// What keeps a run short: the core is built quickly, and a change after which a test does not end is a change that was noticed.
const SETTINGS: [&str; 5] = [
    "--cargo-arg=--config=profile.dev.package.case.opt-level=1",
    "--cargo-arg=--config=profile.dev.debug=false",
    "--baseline=skip",
    "--timeout=300",
    "--build-timeout=900",
];

/// A part of the source.
struct Part {
    name: &'static str,
    package: &'static str,
    files: &'static [&'static str],
    /// Whether it guards a promise, so that the least share holds for it.
    guards: bool,
}

/// The parts, in the order in which they are tried.
const PARTS: [Part; 6] = [
    Part {
        name: "policy",
        package: "case",
        files: &["case/src/policy.rs", "case/src/policy/**", "case/src/command.rs"],
        guards: true,
    },
    Part {
        name: "journal",
        package: "case",
        files: &["case/src/journal.rs", "case/src/view_hash.rs", "case/src/fold.rs", "case/src/fold/**"],
        guards: true,
    },
    Part { name: "redaction", package: "case", files: &["case/src/pii.rs", "case/src/pii/**"], guards: true },
    Part {
        name: "idempotency",
        package: "case",
        files: &["case/src/next.rs", "case/src/next/**", "case/src/ids.rs", "case/src/state/track.rs"],
        guards: true,
    },
    Part { name: "Claude", package: "claude", files: &["claude/src/**"], guards: false },
    Part { name: "the whole core", package: "case", files: &["case/src/**"], guards: false },
];

/// What came of the changes of one part.
#[derive(Debug, PartialEq, Eq)]
struct Came {
    /// How many changes there are.
    all: usize,
    caught: usize,
    missed: Vec<String>,
}

impl Came {
    /// How many were tried; those that do not build are none.
    const fn tried(&self) -> usize {
        self.caught + self.missed.len()
    }
}

/// Changes each part in so many places, and writes the page.
pub(super) fn prove(each: usize) -> Result<()> {
    ensure!(each > 0, "no change is nothing to be noticed");
    let (commit, started) = (machine::commit()?, Instant::now());
    let program = tools::cargo_mutants()?;
    let copy = Copy::make(NAME)?;
    let mut rows = Vec::new();
    for part in &PARTS {
        let came = run(&copy, &program, part, each)?;
        println!("{}: {} of {} noticed", part.name, came.caught, came.tried());
        came.missed.iter().for_each(|missed| println!("  not noticed: {missed}"));
        rows.push((part, came));
    }
    for (part, came) in rows.iter().filter(|(part, _)| part.guards) {
        let enough = came.caught * 100 >= came.tried() * LEAST_PERCENT;
        ensure!(
            enough,
            "less than {LEAST_PERCENT} % of the changes of {} were noticed; no page was written",
            part.name
        );
    }
    if each < EACH_OF_A_PAGE {
        println!("{NAME} hold; a page is written for {EACH_OF_A_PAGE} of each part and more");
        return Ok(());
    }
    let reasons = fs::read_to_string(shell::root().join(REASONS)).with_context(|| format!("reading {REASONS}"))?;
    let mut page = page(&rows, &read_reasons(&reasons)?);
    page += &how(&format!("{NAME} --each {each}"), None, &commit, started.elapsed().as_secs());
    write(NAME, &page)
}

/// Tries so many changes of one part.
fn run(copy: &Copy, program: &Path, part: &Part, each: usize) -> Result<Came> {
    let base = || {
        let mut command = copy.command(program);
        command.args(["mutants", "--package", part.package]);
        for file in part.files {
            command.args(["--file", file]);
        }
        command
    };
    let all = shell::read(base().arg("--list"))?.lines().count();
    ensure!(all > 0, "{} has no place to change", part.name);
    let out = copy.folder().join("..").join(part.name.replace(' ', "-"));
    if out.exists() {
        fs::remove_dir_all(&out).context("removing what came of an earlier run")?;
    }
    let mut command = base();
    command.args(["--in-place", "--sharding=round-robin", "--shard", &format!("0/{}", all.div_ceil(each))]);
    command.args(SETTINGS).arg("--output").arg(&out);
    // It ends badly where something was missed, which is not yet bad.
    let status = command.stderr(Stdio::inherit()).status().context("starting cargo-mutants")?;
    let read = |file: &str| {
        let path = out.join("mutants.out").join(file);
        fs::read_to_string(path).with_context(|| format!("cargo-mutants ended with {status} and without {file}"))
    };
    let caught = read("caught.txt")?.lines().count() + read("timeout.txt")?.lines().count();
    let missed = read("missed.txt")?.lines().map(place).collect();
    let came = Came { all, caught, missed };
    ensure!(came.tried() > 0, "no change of {} could be built", part.name);
    Ok(came)
}

/// `case/src/policy.rs:12:5: replace x with y` without the line and column, which other changes move.
fn place(line: &str) -> String {
    let mut parts = line.splitn(4, ':');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(file), Some(_), Some(_), Some(what)) => format!("{file}:{what}"),
        _ => line.to_owned(),
    }
}

fn read_reasons(text: &str) -> Result<BTreeMap<String, String>> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let parse = |line: &str| {
        let (name, reason) = line.rsplit_once(" | ").with_context(|| format!("{REASONS}: no reason in {line:?}"))?;
        Ok((name.to_owned(), reason.to_owned()))
    };
    lines.map(parse).collect()
}

fn page(rows: &[(&Part, Came)], reasons: &BTreeMap<String, String>) -> String {
    let mut page = format!(
        "# Source changed in one place\n\ncargo-mutants changes one place of the source at a time: a function returns something made up, a comparison is \
         turned round.\nThe tests of the package must fail. All changes together take days: those that were tried are spread over each part, always \
         the same\nones, and the share is one of these. A change after which the tests do not end counts as noticed; one that does not build is none.\n\
         Of the first four parts at least {LEAST_PERCENT} of 100 must be noticed, or this page would not have been written.\n\n\
         | part | possible changes | tried | noticed | share |\n|---|---|---|---|---|\n"
    );
    for (part, came) in rows {
        let percent = came.caught * 100 / came.tried().max(1);
        let _ = writeln!(page, "| {} | {} | {} | {} | {percent} % |", part.name, came.all, came.tried(), came.caught);
    }
    page += "\n## What nothing noticed\n\n| change | why |\n|---|---|\n";
    for missed in rows.iter().flat_map(|(_, came)| &came.missed) {
        let reason = reasons.get(missed).map_or("no test asks for it", String::as_str);
        let _ = writeln!(page, "| `{}` | {reason} |", missed.replace('|', "\\|"));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_keeps_its_name_when_lines_move() {
        let line = "case/src/policy.rs:414:9: replace Proposal::found_by -> Option<AgentName> with None";
        let name = "case/src/policy.rs: replace Proposal::found_by -> Option<AgentName> with None";
        assert_eq!(place(line), name);
        let other = "case/src/pii.rs:1:2: replace || with && in detect";
        let reasons =
            read_reasons(&format!("# words\n\n{} | equal here\n{name} | shown only\n", place(other))).unwrap();
        assert_eq!(reasons.get(&place(other)).map(String::as_str), Some("equal here"));
        assert!(read_reasons("no reason").is_err());
        let came = Came { all: 33, caught: 9, missed: vec![place(line), "case/src/x.rs: delete ! in y".to_owned()] };
        let page = page(&[(&PARTS[0], came)], &reasons);
        for row in ["| policy | 33 | 11 | 9 | 81 % |", "| shown only |", "delete ! in y` | no test asks for it |"] {
            assert!(page.contains(row), "{row}: {page}");
        }
    }

    #[test]
    fn the_reasons_can_be_read() {
        assert!(read_reasons(&fs::read_to_string(shell::root().join(REASONS)).unwrap()).is_ok());
    }
}
