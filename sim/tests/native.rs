//! The conformance suite against the native binary. `ONLY=text` runs the checks whose names hold that text.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use sandbox::canary_in_bytes;
use sim::{
    conformance::{
        CONTRACT, WITH_A_GULLIBLE_MODEL, WITH_A_HOSTILE_MODEL, WITH_A_MODEL, WITH_AN_AGENT, WITH_KEYS, WITH_WEBHOOKS,
    },
    hosts::{
        Extras, KEY, Kind,
        native::Native,
        outside::{Obedience, Outside},
    },
    report::{Check, run},
};

async fn conforms(kind: Kind, obedience: Obedience, checks: &[Check]) -> Result<()> {
    let outside = Outside::serve(obedience, sim::conformance::SCRIPT)?;
    let host = Native::start(kind, &outside).await?;
    let only = std::env::var("ONLY").unwrap_or_default();
    run(&host.world, checks, &only).await.verdict()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_native_host_keeps_the_contract() -> Result<()> {
    conforms(Kind::Plain, Obedience::Wary, CONTRACT).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_native_host_withstands_every_fault_of_a_model() -> Result<()> {
    conforms(Kind::Model, Obedience::Wary, WITH_A_MODEL).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_native_host_withstands_a_gullible_model() -> Result<()> {
    conforms(Kind::Model, Obedience::Gullible, WITH_A_GULLIBLE_MODEL).await
}

/// What the host stores is read byte for byte, and what it exports.
#[tokio::test(flavor = "multi_thread")]
async fn the_native_host_withstands_a_model_that_was_taken_over() -> Result<()> {
    let outside = Outside::serve(Obedience::Wary, "")?;
    let host = Native::start_with(Kind::Model, &outside, &Extras::with_a_hostile_model(&outside.url)).await?;
    let only = std::env::var("ONLY").unwrap_or_default();
    run(&host.world, WITH_A_HOSTILE_MODEL, &only).await.verdict()?;
    let mut read = 0;
    for file in files(host.folder())? {
        let bytes = std::fs::read(&file)?;
        read += bytes.len();
        let secret = canary_in_bytes(&bytes);
        ensure!(secret.is_none(), "{secret:?} is in {}", file.display());
        ensure!(!String::from_utf8_lossy(&bytes).contains(KEY), "the key is in {}", file.display());
    }
    println!("read {read} bytes that are stored");
    ensure!(read > 0, "nothing was stored");
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    Ok(found)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_native_host_lets_in_who_has_a_key() -> Result<()> {
    conforms(Kind::Keys, Obedience::Wary, WITH_KEYS).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_native_host_believes_no_agent() -> Result<()> {
    let outside = Outside::serve(Obedience::Wary, sim::conformance::SCRIPT)?;
    let host = Native::start_with(Kind::Plain, &outside, &Extras::with_agent(&outside.url)).await?;
    let only = std::env::var("ONLY").unwrap_or_default();
    run(&host.world, WITH_AN_AGENT, &only).await.verdict()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_native_host_tells_what_happens() -> Result<()> {
    let outside = Outside::serve(Obedience::Wary, sim::conformance::SCRIPT)?;
    let host = Native::start_with(Kind::Keys, &outside, &Extras::with_webhooks(&outside.url)).await?;
    let only = std::env::var("ONLY").unwrap_or_default();
    run(&host.world, WITH_WEBHOOKS, &only).await.verdict()
}
