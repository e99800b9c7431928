//! What every tracked file must be: short enough to read if it is Rust, introduced by a module comment, and free of
//! registry hosts and of paths of the machine it was written on.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::shell;
use crate::steps::Tally;

/// A file is split by then; CONVENTIONS.md says to think about it at 300.
const MOST_LINES: usize = 500;

/// Written by tools that name their source on every entry.
const GENERATED: &[&str] = &["Cargo.lock", "fuzz/libfuzzer/Cargo.lock"];

/// Looks at every tracked file.
pub(crate) fn run() -> Result<Tally> {
    let listed = shell::read(shell::command("git").args(["ls-files", "-z"]))?;
    let root = shell::root();
    let traces = traces();
    let mut faults = Vec::new();
    for name in listed.split('\0').filter(|name| !name.is_empty()) {
        let path = root.join(name);
        // A tracked file that is gone from the work tree, or a folder linked in, has no text to judge.
        if !path.is_file() {
            continue;
        }
        let bytes = fs::read(&path).with_context(|| format!("reading {name}"))?;
        if let Ok(text) = std::str::from_utf8(&bytes) {
            faults.extend(faults_of(name, text, &traces));
        }
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    Ok(Tally::ONE)
}

fn faults_of(name: &str, text: &str, traces: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    let is_rust = Path::new(name).extension().is_some_and(|extension| extension == "rs");
    let lines = text.lines().count();
    if is_rust && lines > MOST_LINES {
        faults.push(format!("{name} has {lines} lines, more than {MOST_LINES}"));
    }
    if is_rust && !text.starts_with("//!") {
        faults.push(format!("{name} does not begin with a `//!` that says its job"));
    }
    if !GENERATED.contains(&name) {
        for (number, line) in text.lines().enumerate() {
            for trace in traces.iter().filter(|trace| names(line, trace)) {
                faults.push(format!("{name}:{} names {trace}, which belongs to one machine or registry", number + 1));
            }
        }
    }
    faults
}

/// Put together here from pieces, so that this file does not hold what it looks for.
fn traces() -> Vec<String> {
    let hosts =
        [["crates", ".io"], ["registry.npm", "js.org"], ["npm", "js.com"], ["py", "pi.org"], ["python", "hosted.org"]];
    let folders = [["/wo", "rk/"], ["/ro", "ot/"], ["/tm", "p/"], ["/fa", "rm/"]];
    hosts.iter().chain(&folders).map(|pieces| pieces.concat()).collect()
}

/// Whether a line holds a trace that is not the tail of some longer path or name.
fn names(line: &str, trace: &str) -> bool {
    line.match_indices(trace).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !trace.starts_with('/') || !before.is_some_and(|letter| letter.is_alphanumeric() || "._-}$*>".contains(letter))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_this_machine_is_found_and_the_tail_of_another_is_not() {
        let folder = ["/tm", "p/"].concat();
        assert!(names(&format!("see {folder}x"), &folder));
        assert!(names(&format!("\"{folder}x\""), &folder));
        assert!(!names(&format!("target{folder}x"), &folder));
    }

    #[test]
    fn a_long_rust_file_without_a_module_comment_has_two_faults() {
        let text = "fn a() {}\n".repeat(MOST_LINES + 1);
        assert_eq!(faults_of("a.rs", &text, &[]).len(), 2);
        assert!(faults_of("a.txt", &text, &[]).is_empty());
    }

    #[test]
    fn a_registry_host_is_a_fault_in_any_file_but_the_lock() {
        let text = format!("https://{}/x", traces()[0]);
        assert_eq!(faults_of("README.md", &text, &traces()).len(), 1);
        assert!(faults_of("Cargo.lock", &text, &traces()).is_empty());
    }
}
