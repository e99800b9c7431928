//! The layers of ARCHITECTURE.md, enforced: which of our crates may use which, and what must stay out of the pure ones.
//!
//! Each crate is also under the lints of the workspace, of which one forbids unsafe code: a crate that left them would be
//! free of all of them, and nobody would see it.
//!
//! It asks cargo for each crate's own tree of normal dependencies, so a forbidden crate is found however deep it sits.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::shell;
use crate::steps::Tally;

/// One of our crates: which others of ours it may reach, and what must not be anywhere below it.
struct Layer {
    name: &'static str,
    may_use: &'static [&'static str],
    never: &'static [&'static str],
}

/// Clocks, randomness, async runtimes, sockets and storage: what a pure crate must not even be able to call.
const IMPURE: &[&str] = &[
    "axum",
    "chrono",
    "getrandom",
    "hyper",
    "mio",
    "rand",
    "reqwest",
    "rusqlite",
    "socket2",
    "time",
    "tokio",
    "worker",
];

/// What ties a crate to one host.
const ONE_HOST: &[&str] = &["getrandom", "hyper", "mio", "reqwest", "rusqlite", "socket2", "worker"];

/// Every crate of the workspace, in the order the data passes through them.
const LAYERS: &[Layer] = &[
    Layer { name: "case", may_use: &[], never: IMPURE },
    Layer { name: "claude", may_use: &["case"], never: IMPURE },
    Layer { name: "desk", may_use: &["case", "claude"], never: ONE_HOST },
    Layer { name: "edge", may_use: &["case", "claude", "desk"], never: &["hyper", "mio", "reqwest", "rusqlite"] },
    Layer { name: "eval", may_use: &["case"], never: IMPURE },
    Layer {
        name: "fuzz",
        may_use: &["case", "claude", "desk", "eval", "sandbox", "server", "tune"],
        never: &["worker"],
    },
    Layer { name: "learn", may_use: &["case"], never: IMPURE },
    // For benches alone; it knows nothing of what it is measured beside.
    Layer { name: "limit", may_use: &[], never: &["axum", "reqwest", "rusqlite", "worker"] },
    Layer { name: "sandbox", may_use: &[], never: &["reqwest", "rusqlite", "worker"] },
    Layer { name: "server", may_use: &["case", "claude", "desk", "eval", "sandbox", "tune"], never: &["worker"] },
    Layer { name: "rederive", may_use: &["case"], never: IMPURE },
    Layer {
        name: "sim",
        may_use: &["case", "claude", "desk", "eval", "sandbox", "server", "tune"],
        never: &["worker"],
    },
    Layer {
        name: "simulator",
        may_use: &["case", "claude", "desk", "sandbox"],
        never: &["hyper", "reqwest", "worker"],
    },
    Layer { name: "tune", may_use: &["case"], never: IMPURE },
    Layer { name: "xtask", may_use: &["case", "claude", "desk", "eval", "learn"], never: &["worker"] },
];

/// Crates that cannot be under the lint, since the macros of `worker` and `wasm-bindgen` write unsafe code: their own source
/// is looked through instead.
const MACROS_ARE_UNSAFE: [&str; 2] = ["edge", "rederive"];

/// Checks every crate of the workspace against the table.
pub(crate) fn run() -> Result<Tally> {
    let ours = workspace_members()?;
    let mut faults = Vec::new();
    let root = fs::read_to_string(shell::root().join("Cargo.toml")).context("reading the manifest of the workspace")?;
    if !root.contains("unsafe_code = \"forbid\"") {
        faults.push("the workspace no longer forbids unsafe code".to_owned());
    }
    for (name, manifest) in manifests()? {
        let text = fs::read_to_string(&manifest).with_context(|| format!("reading the manifest of {name}"))?;
        if MACROS_ARE_UNSAFE.contains(&name.as_str()) {
            faults.extend(unsafe_in(&manifest.with_file_name("src"))?);
        } else if !is_under_lints(&text) {
            faults.push(format!("{name} is not under the lints of the workspace: `[lints] workspace = true`"));
        }
    }
    for name in &ours {
        match LAYERS.iter().find(|layer| layer.name == name) {
            Some(layer) => faults.extend(faults_of(layer, &tree_of(name)?, &ours)),
            None => faults.push(format!("{name} has no place in the layers: give it one here and in ARCHITECTURE.md")),
        }
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    Ok(Tally::ONE)
}

fn faults_of(layer: &Layer, tree: &BTreeSet<String>, ours: &BTreeSet<String>) -> Vec<String> {
    let mut faults = Vec::new();
    for package in tree.iter().filter(|package| *package != layer.name) {
        let name = layer.name;
        if ours.contains(package) && !layer.may_use.contains(&package.as_str()) {
            faults.push(format!("{name} reaches {package}, which points backwards"));
        }
        if layer.never.contains(&package.as_str()) {
            faults.push(format!(
                "{name} reaches {package}, which must stay out of it: `cargo tree --package {name} --invert {package}`"
            ));
        }
    }
    faults
}

/// Whether a manifest takes the lints of the workspace.
fn is_under_lints(manifest: &str) -> bool {
    let mut lines = manifest.lines().map(str::trim).skip_while(|line| *line != "[lints]").skip(1);
    lines.find(|line| !line.is_empty() && !line.starts_with('#')) == Some("workspace = true")
}

/// Where source of ours says `unsafe`, outside of comments.
fn unsafe_in(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(unsafe_in(&path)?);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            let says = |line: &&str| {
                line.split("//").next().is_some_and(|code| code.split_whitespace().any(|word| word == "unsafe"))
            };
            found.extend(text.lines().find(says).map(|line| format!("{} says `{}`", path.display(), line.trim())));
        }
    }
    Ok(found)
}

fn workspace_members() -> Result<BTreeSet<String>> {
    Ok(manifests()?.into_iter().map(|(name, _)| name).collect())
}

/// The crates of the workspace, with where their manifests are.
fn manifests() -> Result<Vec<(String, PathBuf)>> {
    let text = shell::read(shell::cargo().args(["metadata", "--no-deps", "--format-version", "1", "--locked"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let of = |package: &serde_json::Value| {
        Some((package["name"].as_str()?.to_owned(), PathBuf::from(package["manifest_path"].as_str()?)))
    };
    Ok(packages.filter_map(of).collect())
}

/// The names of all packages below one crate, with only the features that this crate itself asks for.
fn tree_of(package: &str) -> Result<BTreeSet<String>> {
    let mut cargo = shell::cargo();
    cargo.args(["tree", "--locked", "--package", package, "--edges", "normal", "--prefix", "none"]);
    let target = if package == "edge" { "wasm32-unknown-unknown" } else { "all" };
    let text = shell::read(cargo.args(["--target", target, "--format", "{p}"]))?;
    Ok(text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_crate_that_left_the_lints_of_the_workspace_is_found() {
        assert!(is_under_lints("[package]\nname = \"x\"\n\n[lints]\nworkspace = true\n"));
        assert!(!is_under_lints("[package]\nname = \"x\"\n"));
        assert!(!is_under_lints("[lints]\nrust.unsafe_code = \"allow\"\n"));
    }

    #[test]
    fn a_pure_crate_that_reaches_a_runtime_or_points_backwards_is_found() {
        let ours = set(&["case", "desk"]);
        let layer = Layer { name: "case", may_use: &[], never: IMPURE };
        assert!(faults_of(&layer, &set(&["case", "serde"]), &ours).is_empty());
        assert_eq!(faults_of(&layer, &set(&["case", "tokio"]), &ours).len(), 1);
        assert_eq!(faults_of(&layer, &set(&["case", "desk"]), &ours).len(), 1);
    }
}
