//! The Worker's size: it must load fast and stay far below the platform's limit.

use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::shell;
use crate::steps::Tally;

/// The most bytes the compressed wasm may have: three in a hundred more than it had when this was last looked at, and
/// `docs/performance.md` says what they are. The platform takes three megabytes on its free plan.
const LIMIT_BYTES: usize = 2_350_000;

/// Compresses the wasm that the edge build left and compares it with the limit.
pub(crate) fn run() -> Result<Tally> {
    let wasm = shell::root().join("edge/build/index_bg.wasm");
    let plain = std::fs::metadata(&wasm).context("the edge build left no wasm")?.len();
    let mut gzip = shell::command("gzip");
    let output = gzip.args(["-9", "--stdout"]).arg(&wasm).stderr(Stdio::inherit()).output().context("starting gzip")?;
    let compressed = output.stdout.len();
    println!("the Worker's wasm: {plain} bytes, {compressed} compressed, of at most {LIMIT_BYTES}");
    if !output.status.success() || compressed == 0 {
        bail!("gzip ended with {}", output.status);
    }
    if compressed > LIMIT_BYTES {
        bail!("the Worker's wasm has {compressed} bytes compressed, more than the {LIMIT_BYTES} allowed");
    }
    Ok(Tally::ONE)
}
