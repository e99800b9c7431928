//! `cargo xtask edge pack`: a folder that serves the Worker on any machine of this kind, without Cloudflare or this checkout.
//!
//! It holds workerd itself, the Worker's modules, what workerd is told, a unit for systemd, and scripts that serve, back up
//! and restore. No secret and no case is in it, and nothing in it names a folder of this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::{Map, json};
use sha2::{Digest as _, Sha256};

use super::config::{self, Layout};
use crate::shell;
use crate::tools::Tools;

/// Every file that is not built: its name in the folder, its text, and whether it is run.
const FILES: [(&str, &str, Kind); 5] = [
    ("serve.sh", include_str!("pack/serve.sh"), Kind::Script),
    ("backup.sh", include_str!("pack/backup.sh"), Kind::Script),
    ("restore.sh", include_str!("pack/restore.sh"), Kind::Script),
    ("caseworker.service", include_str!("pack/caseworker.service"), Kind::Text),
    ("caseworker.env.example", include_str!("pack/caseworker.env"), Kind::Text),
];

/// What workerd reads from its environment; what is not set is not there for the Worker either.
const SECRETS: [&str; 11] = [
    "VAULT_KEY",
    "API_KEYS",
    "CASEWORKER_WEBHOOK_SECRET",
    "SETTINGS",
    "ANTHROPIC_API_KEY",
    "CASEWORKER_SOURCE_LEDGER_TOKEN",
    "CASEWORKER_SOURCE_PROFILE_TOKEN",
    "CASEWORKER_SOURCE_RISK_TOKEN",
    "CASEWORKER_SOURCE_MERCHANTS_TOKEN",
    "CASEWORKER_SOURCE_POLICY_TOKEN",
    "CASEWORKER_SOURCE_ACTIONS_TOKEN",
];

/// Whether a file is run or read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Script,
    Text,
}

/// How `edge pack` is told what to make.
#[derive(Args)]
pub(crate) struct Options {
    /// The folder to make; it must not hold anything but an earlier one.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A service binding to an HTTP server, for a source that is named by a binding in SETTINGS.
    #[arg(long, value_name = "BINDING=HOST:PORT")]
    service: Vec<String>,
    /// Pack what is in `edge/build` as it is.
    #[arg(long)]
    no_build: bool,
}

/// Builds the Worker and lays the folder out.
pub(crate) fn run(tools: &Tools, options: &Options) -> Result<ExitCode> {
    let out = std::path::absolute(&options.out).context("--out is not a path")?;
    refuse_others(&out)?;
    if !options.no_build {
        super::build(tools)?;
    }
    let services = options.service.iter().map(|given| given.split_once('='));
    let services: Option<Vec<(&str, &str)>> = services.collect();
    let services = services.context("--service is written as BINDING=HOST:PORT")?;
    for folder in ["bin", "worker"] {
        fs::create_dir_all(out.join(folder)).with_context(|| format!("making {folder}"))?;
    }
    copy(&tools.workerd, &out.join("bin/workerd"))?;
    for module in ["index.js", "index_bg.wasm"] {
        copy(&shell::root().join("edge/build").join(module), &out.join("worker").join(module))?;
    }
    fs::write(out.join("worker/config.capnp"), config(&services)).context("writing what workerd is told")?;
    for (name, text, kind) in FILES {
        write(&out.join(name), text, kind)?;
    }
    // Last, so that a folder that was not finished is not taken for one.
    fs::write(out.join("VERSION.json"), version(&out)?).context("writing VERSION.json")?;
    println!("{} serves the Worker: docs/guide/self-host.md", out.display());
    Ok(ExitCode::SUCCESS)
}

/// What workerd is told; where it listens and where its databases lie, `serve.sh` says.
fn config(services: &[(&str, &str)]) -> String {
    config::text(&Layout {
        written_by: "cargo xtask edge pack",
        port: 8787,
        state: "/var/lib/caseworker/objects",
        services,
        modules: &[],
        texts: &[],
        secrets: &SECRETS,
    })
}

/// A folder of somebody else's is left alone; an earlier pack is written over.
fn refuse_others(out: &Path) -> Result<()> {
    let is_empty = fs::read_dir(out).map_or(true, |mut entries| entries.next().is_none());
    if is_empty || out.join("VERSION.json").exists() {
        return Ok(());
    }
    bail!("{} holds something else; name an empty folder with --out", out.display())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    // The old one goes first: a program that runs cannot be written over, and goes on with the file it has.
    if to.exists() {
        fs::remove_file(to).with_context(|| format!("removing {}", to.display()))?;
    }
    fs::copy(from, to).with_context(|| format!("copying {}; run without --no-build", from.display()))?;
    Ok(())
}

fn write(path: &Path, text: &str, kind: Kind) -> Result<()> {
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))?;
    if kind == Kind::Script {
        make_runnable(path)?;
    }
    Ok(())
}

#[cfg(unix)]
fn make_runnable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(path, mode).with_context(|| format!("making {} runnable", path.display()))
}

#[cfg(not(unix))]
fn make_runnable(_: &Path) -> Result<()> {
    bail!("the folder is for machines with systemd; make it on one of them")
}

/// What is in the folder, for whoever wonders later which one runs.
fn version(out: &Path) -> Result<String> {
    let mut files = Map::new();
    for name in ["bin/workerd", "worker/config.capnp", "worker/index.js", "worker/index_bg.wasm"] {
        let bytes = fs::read(out.join(name)).with_context(|| format!("reading {name}"))?;
        let hex: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        files.insert(name.to_owned(), hex.into());
    }
    let workerd = shell::read(shell::command(out.join("bin/workerd")).arg("--version"))?;
    let version = json!({
        "caseworker": env!("CARGO_PKG_VERSION"),
        "core": case::case::CORE,
        "workerd": workerd.trim(),
        "sha256": files,
    });
    Ok(format!("{version:#}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_environment_names_everything_the_worker_reads_and_sets_no_secret() {
        let (_, example, _) = FILES.iter().find(|(name, ..)| *name == "caseworker.env.example").expect("it is there");
        let config = config(&[]);
        for secret in SECRETS {
            assert!(example.contains(&format!("{secret}='")), "{secret} is not in the example");
            assert!(config.contains(&format!("(name = \"{secret}\", fromEnvironment = \"{secret}\")")));
        }
        assert!(example.contains("VAULT_KEY=''"));
    }

    #[test]
    fn a_source_whose_secret_is_missing_from_the_list_would_never_get_its_token() {
        for source in desk::config::SOURCES {
            let secret = format!("CASEWORKER_SOURCE_{}_TOKEN", source.to_uppercase());
            assert!(SECRETS.contains(&secret.as_str()), "{secret}");
        }
    }
}
