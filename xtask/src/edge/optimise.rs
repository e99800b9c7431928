//! Makes the Worker's wasm as small as it gets, once for each wasm that the compiler makes.
//!
//! What came of a wasm is kept below the target folder under the hash of all that it follows from, so that a build that
//! changed nothing takes seconds: `wrangler deploy` and `edge pack` build as well.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest as _, Sha256};

use crate::shell;
use crate::tools::Tools;

/// What wasm-opt is told. Only what rustc emits anyway is allowed, lest a newer encoding come out.
const ARGUMENTS: [&str; 8] = [
    "-Oz",
    "--enable-mutable-globals",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-reference-types",
    "--enable-exception-handling",
];

/// How many results are kept: those of the last few changes.
const KEPT: usize = 4;

/// Optimises the wasm in place, or puts what came of it before in its place.
pub(crate) fn run(tools: &Tools, wasm: &Path) -> Result<()> {
    let cache = shell::target_folder().join("edge-optimised");
    fs::create_dir_all(&cache).with_context(|| format!("making {}", cache.display()))?;
    let known = cache.join(key(tools, &fs::read(wasm).context("the build left no wasm")?)?);
    if !known.exists() {
        // Written beside it first: a run that is killed must leave no half of it under the name.
        let half = known.with_extension("half");
        let mut optimise = shell::command(&tools.wasm_opt);
        shell::run(optimise.args(ARGUMENTS).arg(wasm).arg("-o").arg(&half))?;
        fs::rename(&half, &known).context("keeping the optimised wasm")?;
    }
    fs::copy(&known, wasm).context("putting the optimised wasm in its place")?;
    forget_old(&cache)
}

/// The name under which the result is kept: it changes with the wasm, the flags, and the lock file that pins wasm-opt.
fn key(tools: &Tools, wasm: &[u8]) -> Result<String> {
    let lock = fs::read(shell::root().join("edge/package-lock.json")).context("reading edge/package-lock.json")?;
    let mut hash = Sha256::new();
    for part in [wasm, lock.as_slice(), ARGUMENTS.join(" ").as_bytes(), tools.wasm_opt.as_os_str().as_encoded_bytes()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{hex}.wasm"))
}

fn forget_old(cache: &Path) -> Result<()> {
    let mut files: Vec<(std::time::SystemTime, PathBuf)> = Vec::new();
    for entry in fs::read_dir(cache).context("reading what was optimised before")? {
        let entry = entry?;
        files.push((entry.metadata()?.modified()?, entry.path()));
    }
    files.sort();
    let old = files.len().saturating_sub(KEPT);
    files.iter().take(old).try_for_each(|(_, path)| fs::remove_file(path)).context("forgetting an old wasm")
}
