//! Erasure on the native host: no ciphertext of the case is left in any file of it. A workerd of one's own lets go of
//! pages without overwriting them, which the guide says.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, ensure};
use case::case::rederive;
use desk::archive::Archive;
use serde_json::json;
use sim::{
    hosts::{
        Kind,
        native::Native,
        outside::{Obedience, Outside},
    },
    world::World,
};

const TWICE: &str = "My card was charged twice for the same Streamly subscription this month.";

/// Works a case, closes it and erases its words; hands back the ciphertexts that it had.
async fn erase(world: &World) -> Result<Vec<Vec<u8>>> {
    let case = world.api.open_for("cus_ada", TWICE).await?;
    let id = case.id();
    world.api.command(id, &json!({ "command": "close", "reason": "The customer withdrew." })).ok(200).await?;
    let archive = world.api.get(&format!("/v1/cases/{id}/archive")).send().await?;
    let archive = Archive::read(archive.body.as_bytes()).context("reading the archive")?;
    let erased = world.api.command(id, &json!({ "command": "erase", "code": "requested_by_person" })).ok(200).await?;
    erased.is("/erased", "commanded")?;
    let lines = world.api.journal(id).await?;
    rederive(lines.iter().map(String::as_str))?;
    let mut had: Vec<Vec<u8>> = archive.sealed.into_iter().map(|one| one.bytes).collect();
    had.extend(archive.wrapped_key);
    Ok(had)
}

/// Every file below a folder, after the databases' logs were written back.
fn files(folder: &Path) -> Result<Vec<Vec<u8>>> {
    let mut paths = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { paths.push(path) }
        }
    }
    for path in paths.iter().filter(|path| path.extension().is_some_and(|end| end == "sqlite" || end == "sqlite3")) {
        let database = rusqlite::Connection::open(path)?;
        let _: i64 = database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    }
    // A log that was written back is gone by now.
    Ok(paths.iter().filter_map(|path| fs::read(path).ok()).collect())
}

async fn nothing_is_left(world: &World, folder: &Path) -> Result<()> {
    let kept = world.api.open_for("cus_ben", TWICE).await?;
    let kept = world.api.get(&format!("/v1/cases/{}/archive", kept.id())).send().await?;
    let kept = Archive::read(kept.body.as_bytes()).context("reading the archive")?;
    let had = erase(world).await?;
    world.process.as_ref().context("a process")?.kill()?;
    let files = files(folder)?;
    let is_there = |bytes: &[u8]| {
        // A page may end within a ciphertext, so that not every part stands in one place.
        let parts = bytes.chunks_exact(32);
        parts.into_iter().any(|part| files.iter().any(|file| file.windows(32).any(|window| window == part)))
    };
    ensure!(
        kept.sealed.iter().all(|one| is_there(&one.bytes)),
        "what was not erased is not found, so nothing was looked at"
    );
    let left = had.iter().filter(|bytes| is_there(bytes)).count();
    ensure!(left == 0, "{left} of {} ciphertexts and keys are left", had.len());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_native_host_leaves_no_ciphertext_of_an_erased_case() -> Result<()> {
    let outside = Outside::serve(Obedience::Wary, "")?;
    let native = Native::start(Kind::Plain, &outside).await?;
    nothing_is_left(&native.world, native.folder()).await
}
