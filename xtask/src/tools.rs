//! `cargo xtask tools`: the programs the Worker's build and CI need beyond the three prerequisites, installed where missing.
//!
//! Cargo's tools go into one cached folder outside the checkout, npm's into `edge/node_modules` by its committed lock
//! file. Every version is pinned: by `Cargo.lock` where a tool must agree with a crate, here otherwise. Nothing is
//! downloaded but through cargo, rustup and npm.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::shell;

/// The target the Worker is built for.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Unoptimised: these tools run for seconds, and building them optimised takes four times as long as all of that.
const INSTALL_PROFILE: [&str; 4] = [
    "profile.release.opt-level=0",
    "profile.release.lto=false",
    "profile.release.codegen-units=16",
    "profile.release.debug=false",
];

/// cargo-deny checks licences, bans and sources; see `deny.toml`.
const CARGO_DENY: Tool = Tool { package: "cargo-deny", binary: "cargo-deny", version: "0.20.2", locked: true };

/// cargo-machete finds dependencies that no source file names.
const CARGO_MACHETE: Tool = Tool { package: "cargo-machete", binary: "cargo-machete", version: "0.9.2", locked: true };

/// cargo-fuzz builds the fuzz targets with libFuzzer and runs them.
const CARGO_FUZZ: Tool = Tool { package: "cargo-fuzz", binary: "cargo-fuzz", version: "0.13.2", locked: true };

/// cargo-mutants changes one place of the source at a time and runs the tests.
const CARGO_MUTANTS: Tool = Tool { package: "cargo-mutants", binary: "cargo-mutants", version: "27.1.0", locked: true };

/// cargo-sbom writes the bill of materials.
const CARGO_SBOM: Tool = Tool { package: "cargo-sbom", binary: "cargo-sbom", version: "0.10.0", locked: true };

/// A program that cargo installs.
struct Tool<'a> {
    package: &'a str,
    binary: &'a str,
    version: &'a str,
    /// Whether to build with the lock file the package ships.
    locked: bool,
}

/// Where the tools of the Worker's build lie.
pub(crate) struct Tools {
    /// Builds the crate for wasm and bundles it.
    pub(crate) worker_build: PathBuf,
    /// Writes the glue between wasm and JavaScript; its version must equal the crate's.
    pub(crate) wasm_bindgen: PathBuf,
    /// Bundles the glue into one module.
    pub(crate) esbuild: PathBuf,
    /// Shrinks the wasm.
    pub(crate) wasm_opt: PathBuf,
    /// The runtime, as the platform's own binary: the npm wrapper script would outlive a killed parent.
    pub(crate) workerd: PathBuf,
}

/// What Chromium is called by those who package it.
const CHROMIUM: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// A browser for the console's tests: the one that `CHROMIUM` names, or one of the machine's. On CI's machine, where it is
/// missing, Debian's package is installed.
pub(crate) fn chromium() -> Option<OsString> {
    let named = env::var_os("CHROMIUM").filter(|name| !name.is_empty());
    let found = || CHROMIUM.into_iter().find(|name| shell::answers(*name)).map(OsString::from);
    named.or_else(found).or_else(|| {
        env::var_os("CI")?;
        shell::run(shell::command("apt-get").args(["update", "--quiet"])).ok()?;
        shell::run(shell::command("apt-get").args(["install", "--quiet", "--yes", "chromium"])).ok()?;
        found()
    })
}

/// Installs what is missing and says where everything is.
pub(crate) fn run() -> Result<ExitCode> {
    let tools = ensure()?;
    for path in [&tools.worker_build, &tools.wasm_bindgen, &tools.esbuild, &tools.wasm_opt, &tools.workerd] {
        println!("{}", path.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes sure the tools of the Worker's build are there.
pub(crate) fn ensure() -> Result<Tools> {
    if !shell::answers("node") || !shell::answers("npm") {
        bail!("the Worker's build needs Node 20 or newer with npm; install it and run the command again");
    }
    ensure_target()?;
    let worker = locked_version("worker")?;
    let wasm_bindgen = locked_version("wasm-bindgen")?;
    let worker_build =
        install(&Tool { package: "worker-build", binary: "worker-build", version: &worker, locked: true })?;
    // The lock file that wasm-bindgen-cli ships does not resolve, so it is built without.
    let wasm_bindgen =
        install(&Tool { package: "wasm-bindgen-cli", binary: "wasm-bindgen", version: &wasm_bindgen, locked: false })?;
    let modules = ensure_modules("edge")?;
    Ok(Tools {
        worker_build,
        wasm_bindgen,
        esbuild: existing(modules.join("esbuild/bin/esbuild"))?,
        wasm_opt: existing(modules.join("binaryen/bin/wasm-opt"))?,
        workerd: workerd_binary()?,
    })
}

/// Makes sure cargo-deny is there.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    install(&CARGO_DENY)
}

/// Makes sure cargo-machete is there.
pub(crate) fn cargo_machete() -> Result<PathBuf> {
    install(&CARGO_MACHETE)
}

/// Makes sure cargo-fuzz is there.
pub(crate) fn cargo_fuzz() -> Result<PathBuf> {
    install(&CARGO_FUZZ)
}

/// Makes sure cargo-mutants is there.
pub(crate) fn cargo_mutants() -> Result<PathBuf> {
    install(&CARGO_MUTANTS)
}

/// Makes sure cargo-sbom is there.
pub(crate) fn cargo_sbom() -> Result<PathBuf> {
    install(&CARGO_SBOM)
}

/// The one version of a package that `Cargo.lock` holds.
pub(crate) fn locked_version(package: &str) -> Result<String> {
    let lock = fs::read_to_string(shell::root().join("Cargo.lock")).context("reading Cargo.lock")?;
    let mut versions = versions_in(&lock, package);
    match (versions.pop(), versions.is_empty()) {
        (Some(version), true) => Ok(version),
        (None, _) => {
            bail!("Cargo.lock does not hold {package}; the Worker's build takes its tools' versions from there")
        }
        (Some(_), false) => bail!(
            "Cargo.lock holds more than one version of {package}, so no tool can agree with all of them; \
             `cargo tree --invert {package}` shows who asks for which"
        ),
    }
}

fn versions_in(lock: &str, package: &str) -> Vec<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    let mut versions = Vec::new();
    while lines.any(|line| line == name) {
        if let Some(version) = lines.next().and_then(|line| line.strip_prefix("version = \"")) {
            versions.push(version.trim_end_matches('"').to_owned());
        }
    }
    versions
}

/// Makes sure rustc can build for wasm; rustup does not always act on the toolchain file's targets by itself.
pub(crate) fn ensure_target() -> Result<()> {
    let mut query = shell::command("rustc");
    let libraries = shell::read(query.args(["--print", "target-libdir", "--target", WASM_TARGET]))?;
    if Path::new(libraries.trim()).exists() {
        return Ok(());
    }
    shell::run(shell::command("rustup").args(["target", "add", WASM_TARGET]))
}

/// The folder that outlives checkouts: named by the operator, or beside other caches.
pub(crate) fn folder() -> Result<PathBuf> {
    if let Some(named) = env::var_os("CASEWORKER_TOOLS").filter(|name| !name.is_empty()) {
        return std::path::absolute(named).context("CASEWORKER_TOOLS is not a path");
    }
    let cache = env::var_os("XDG_CACHE_HOME").filter(|name| !name.is_empty()).map(PathBuf::from);
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let cache = cache.or_else(home).context("set CASEWORKER_TOOLS, XDG_CACHE_HOME or HOME: tools need a folder")?;
    Ok(cache.join("caseworker-tools"))
}

fn install(tool: &Tool<'_>) -> Result<PathBuf> {
    let folder = folder()?;
    let binary = folder.join("bin").join(tool.binary);
    if installed_version(&binary).is_some_and(|version| version == tool.version) {
        return Ok(binary);
    }
    let mut command = shell::cargo();
    command.args(["install", &format!("{}@{}", tool.package, tool.version), "--force", "--root"]).arg(&folder);
    if tool.locked {
        command.arg("--locked");
    }
    for setting in INSTALL_PROFILE {
        command.args(["--config", setting]);
    }
    // A toolchain file or flags meant for this workspace must not reach the tools.
    shell::run(command.env_remove("RUSTFLAGS").env_remove("CARGO_TARGET_DIR"))?;
    match installed_version(&binary) {
        Some(version) if version == tool.version => Ok(binary),
        found => bail!("{} should now be at {}, but says {found:?}", tool.binary, tool.version),
    }
}

/// The last word a program prints for `--version`, with or without its name before it.
fn installed_version(binary: &Path) -> Option<String> {
    let output = Command::new(binary).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().next()?.split_whitespace().last().map(str::to_owned)
}

/// `npm ci` in a folder of the checkout, unless the installed modules are those of its committed lock file already.
pub(crate) fn ensure_modules(folder: &str) -> Result<PathBuf> {
    let folder = shell::root().join(folder);
    let modules = folder.join("node_modules");
    let stamp = modules.join(".installed-lock.json");
    let lock = folder.join("package-lock.json");
    let lock = fs::read(&lock).with_context(|| format!("reading {}", lock.display()))?;
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(modules);
    }
    // Install scripts only fetch what the packages already carry, so none needs to run.
    shell::run(shell::command("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&folder))?;
    fs::write(&stamp, lock).context("noting which lock file was installed")?;
    Ok(modules)
}

/// The package knows which of its platform packages holds the binary.
fn workerd_binary() -> Result<PathBuf> {
    let mut node = shell::command("node");
    node.args(["--print", "require('workerd').default"]).current_dir(shell::root().join("edge"));
    existing(PathBuf::from(shell::read(&mut node)?.trim()))
}

fn existing(path: PathBuf) -> Result<PathBuf> {
    if !path.exists() {
        bail!("{} is missing after `npm ci`; delete edge/node_modules and try again", path.display());
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_version_is_found_and_two_are_told_apart() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"b\"\nversion = \"2.0.0\"\n\n\
                    [[package]]\nname = \"b\"\nversion = \"3.0.0\"\n";
        assert_eq!(versions_in(lock, "a"), ["1.0.0"]);
        assert_eq!(versions_in(lock, "b"), ["2.0.0", "3.0.0"]);
        assert!(versions_in(lock, "c").is_empty());
    }
}
