//! `cargo xtask sbom`: the bill of materials of what is shipped, as CycloneDX, one for the binary and one for the Worker.
//!
//! `cargo-sbom` writes it from the lock file. Here it is held against cargo's own tree: a bill that lacks a crate which is linked in is
//! an error. It has no npm packages, since none is shipped.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{shell, tools};

/// What is shipped: the crate, the target of its tree, and what its bill is called.
const SHIPPED: [(&str, &str, &str); 2] = [("server", "all", "caseworker"), ("edge", tools::WASM_TARGET, "worker")];

/// A crate and its version.
type Crate = (String, String);

/// Writes the bills to `sbom` in the target folder.
pub(crate) fn run() -> Result<()> {
    let program = tools::cargo_sbom()?;
    let folder = shell::target_folder().join("sbom");
    fs::create_dir_all(&folder).context("making the folder of the bills")?;
    for (package, target, name) in SHIPPED {
        let mut command = shell::command(&program);
        command.args(["sbom", "--cargo-package", package, "--output-format", "cyclone_dx_json_1_6"]);
        let bill = shell::read(&mut command)?;
        let listed = listed(&bill)?;
        let missing: Vec<Crate> = linked(package, target)?.difference(&listed).cloned().collect();
        ensure!(missing.is_empty(), "the bill of {package} lacks {missing:?}");
        let path = folder.join(format!("{name}.cdx.json"));
        fs::write(&path, bill).with_context(|| format!("writing {}", path.display()))?;
        println!("{}: {} crates", path.display(), listed.len());
    }
    Ok(())
}

/// The crates that a bill names.
fn listed(bill: &str) -> Result<BTreeSet<Crate>> {
    let bill: Value = serde_json::from_str(bill).context("the bill is not JSON")?;
    let components = bill.get("components").and_then(Value::as_array).context("the bill has no components")?;
    let text = |component: &Value, name: &str| component.get(name).and_then(Value::as_str).map(str::to_owned);
    Ok(components.iter().filter_map(|one| Some((text(one, "name")?, text(one, "version")?))).collect())
}

/// The crates of others that are linked into a crate.
fn linked(package: &str, target: &str) -> Result<BTreeSet<Crate>> {
    let mut cargo = shell::cargo();
    cargo.args(["tree", "--locked", "--package", package, "--edges", "normal,no-proc-macro", "--prefix", "none"]);
    let text = shell::read(cargo.args(["--target", target, "--format", "{p}"]))?;
    Ok(text.lines().filter_map(of_tree).collect())
}

/// A line of the tree: `serde v1.0.228`, or one of our own with its folder behind it, which is no material.
fn of_tree(line: &str) -> Option<Crate> {
    let mut words = line.split_whitespace();
    let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
    let is_ours = words.any(|word| word.starts_with("(/") || word.starts_with('(') && word.contains(':'));
    (!is_ours).then(|| (name.to_owned(), version.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_linked_is_told_from_our_own() {
        assert_eq!(of_tree("serde v1.0.228"), Some(("serde".to_owned(), "1.0.228".to_owned())));
        assert_eq!(of_tree("serde v1.0.228 (*)"), Some(("serde".to_owned(), "1.0.228".to_owned())));
        assert_eq!(of_tree("case v0.1.0 (/home/somebody/case)"), None);
        assert_eq!(of_tree(""), None);
    }

    #[test]
    fn a_bill_lists_its_crates() {
        let bill = r#"{"components":[{"name":"serde","version":"1.0.228","type":"library"}]}"#;
        assert!(listed(bill).unwrap().contains(&("serde".to_owned(), "1.0.228".to_owned())));
        assert!(listed("{}").is_err());
    }
}
