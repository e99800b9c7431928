//! What is left of an erased case in the files of a host that was killed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use case::case::rederive;
use desk::archive::Archive;
use serde_json::json;

use crate::world::World;

const TWICE: &str = "My card was charged twice for the same Streamly subscription this month.";

/// The secrets of a case.
struct Secrets {
    key: Vec<u8>,
    ciphertexts: Vec<Vec<u8>>,
}

/// What was found again.
#[derive(Debug, Clone, Copy)]
pub struct Left {
    /// Whether the wrapped key was.
    pub key: bool,
    /// How many of the ciphertexts were, at least in part.
    pub ciphertexts: usize,
}

/// Works two cases, erases one, kills the host and looks for both in every file below `folder`.
///
/// # Errors
/// Where a call goes another way, or the case that was not erased is not found: then nothing was looked at.
pub async fn left(world: &World, folder: &Path, prepare: impl FnOnce(&Path) -> Result<()>) -> Result<Left> {
    let kept = world.api.open_for("cus_ben", TWICE).await?;
    let kept = secrets(world, kept.id()).await?;
    let case = world.api.open_for("cus_ada", TWICE).await?;
    let id = case.id();
    world.api.command(id, &json!({ "command": "close", "reason": "The customer withdrew." })).ok(200).await?;
    let had = secrets(world, id).await?;
    let erased = world.api.command(id, &json!({ "command": "erase", "code": "requested_by_person" })).ok(200).await?;
    erased.is("/erased", "commanded")?;
    let lines = world.api.journal(id).await?;
    rederive(lines.iter().map(String::as_str))?;
    world.process.as_ref().context("a process")?.kill()?;
    prepare(folder)?;
    let files = files(folder)?.iter().filter_map(|path| fs::read(path).ok()).collect::<Vec<_>>();
    let is_there = |bytes: &Vec<u8>| {
        // A page may end within a ciphertext, so that not every part stands in one place.
        bytes.chunks_exact(32).any(|part| files.iter().any(|file| file.windows(32).any(|window| window == part)))
    };
    ensure!(
        is_there(&kept.key) && kept.ciphertexts.iter().all(is_there),
        "what was not erased is not found, so nothing was looked at"
    );
    Ok(Left { key: is_there(&had.key), ciphertexts: had.ciphertexts.iter().filter(|bytes| is_there(bytes)).count() })
}

/// What an archive of the case holds.
async fn secrets(world: &World, id: &str) -> Result<Secrets> {
    let archive = world.api.get(&format!("/v1/cases/{id}/archive")).send().await?;
    let archive = Archive::read(archive.body.as_bytes()).context("reading the archive")?;
    let key = archive.wrapped_key.context("a case that is not erased has a key")?;
    Ok(Secrets { key, ciphertexts: archive.sealed.into_iter().map(|one| one.bytes).collect() })
}

/// Every file below a folder.
///
/// # Errors
/// Where a folder cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    Ok(files)
}
