//! `cargo xtask sabotage`: the checks, checked. Each patch under `sabotage/` takes a promise out of the product's source, in a
//! copy of the checkout; the check that guards the promise must fail there, and say why.
//!
//! A patch begins with lines of words: `Promise:` what it breaks, `Check:` the command that must fail, `Says:` a part of what it
//! says then, so that a copy that does not even build is not taken for one that was caught.

use std::{collections::BTreeSet, fs, path::PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{copy::Copy, shell, steps::Tally};

/// Where the patches lie.
const FOLDER: &str = "sabotage";

/// Which patches.
#[derive(Debug, clap::Args)]
pub(crate) struct Sabotage {
    /// Those whose names contain this; all of them if not given
    name: Option<String>,
}

/// A patch, and what it is to come to.
pub(crate) struct Patch {
    pub(crate) name: String,
    path: PathBuf,
    pub(crate) promise: String,
    pub(crate) check: String,
    pub(crate) says: String,
}

impl Sabotage {
    /// Breaks each promise once.
    pub(crate) fn run(&self) -> Result<()> {
        run(self.name.as_deref()).map(drop)
    }
}

/// Breaks each promise whose patch's name contains this; the patches, all of which were caught.
pub(crate) fn run(name: Option<&str>) -> Result<Vec<Patch>> {
    let wanted = |patch: &Patch| name.is_none_or(|name| patch.name.contains(name));
    let patches: Vec<Patch> = patches()?.into_iter().filter(wanted).collect();
    ensure!(!patches.is_empty(), "no patch has such a name");
    let copy = Copy::make(FOLDER)?;
    for check in patches.iter().map(|patch| &patch.check).collect::<BTreeSet<_>>() {
        let (good, said) = copy.check(check)?;
        ensure!(good, "`{check}` fails without any sabotage, so it shows nothing:\n{}", tail(&said));
    }
    let mut missed = Vec::new();
    for patch in &patches {
        copy.apply(&patch.path)?;
        let (good, said) = copy.check(&patch.check)?;
        copy.restore()?;
        let verdict = match (good, said.contains(&patch.says)) {
            (false, true) => "caught",
            (false, false) => "FAILED OTHERWISE",
            (true, _) => "NOT CAUGHT",
        };
        println!("{verdict:16} {:28} {}", patch.name, patch.promise);
        if verdict != "caught" {
            println!("{}", tail(&said));
            missed.push(patch.name.as_str());
        }
    }
    ensure!(missed.is_empty(), "not caught: {}", missed.join(", "));
    println!("{} of {} caught", patches.len(), patches.len());
    Ok(patches)
}

/// That every patch still fits the source, which is quick.
pub(crate) fn fits() -> Result<Tally> {
    let patches = patches()?;
    for patch in &patches {
        let mut apply = shell::command("git");
        shell::run(apply.args(["apply", "--check"]).arg(&patch.path))?;
    }
    println!("{} patches fit", patches.len());
    Ok(Tally::ONE)
}

fn patches() -> Result<Vec<Patch>> {
    let folder = shell::root().join(FOLDER);
    let entries = fs::read_dir(&folder).with_context(|| format!("reading {FOLDER}"))?;
    let mut patches = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "patch") {
            patches.push(Patch::read(path)?);
        }
    }
    ensure!(!patches.is_empty(), "{FOLDER} holds no patch");
    patches.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(patches)
}

impl Patch {
    fn read(path: PathBuf) -> Result<Self> {
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        Self::parse(path, &text)
    }

    fn parse(path: PathBuf, text: &str) -> Result<Self> {
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let head = text.lines().take_while(|line| !line.starts_with("---"));
        let head: Vec<&str> = head.collect();
        let field = |field: &str| {
            let found = head.iter().find_map(|line| line.strip_prefix(field));
            found.map(|found| found.trim().to_owned()).with_context(|| format!("{name}: no line begins with `{field}`"))
        };
        Ok(Self { promise: field("Promise:")?, check: field("Check:")?, says: field("Says:")?, name, path })
    }
}

/// The end of what was said.
fn tail(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    lines.get(lines.len().saturating_sub(30)..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_says_what_it_breaks_and_what_must_notice() {
        let text = "Promise: effects once\nCheck: cargo xtask sim --seeds 9\nSays: twice\n--- a/x\n+++ b/x\n";
        let patch = Patch::parse("sabotage/one.patch".into(), text).unwrap();
        assert_eq!(
            (patch.name.as_str(), patch.promise.as_str(), patch.says.as_str()),
            ("one", "effects once", "twice")
        );
        let late = "Promise: effects once\n--- a/x\nCheck: too late\n";
        assert!(Patch::parse("late.patch".into(), late).is_err());
    }
}
