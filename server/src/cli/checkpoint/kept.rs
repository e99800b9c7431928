//! The file that checkpoints are kept in. It is only ever appended to, by one command at a time, and only where what it
//! holds is whole.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read as _, Write as _},
    path::{Path, PathBuf},
};

use case::ids::{Digest, TenantId};
use desk::{
    checkpoint::{self, Checkpoint},
    signer::PublicKey,
};

use crate::exit::{Exit, Failure};

/// The file, and what it holds.
pub(super) struct Kept {
    path: PathBuf,
    file: File,
    checkpoints: Vec<Checkpoint>,
}

impl Kept {
    /// Opens the file, or begins it. Nobody else appends to it for as long as this lives.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| Failure::file(path, &error);
        let mut file = OpenOptions::new().create(true).append(true).read(true).open(path).map_err(failed)?;
        match file.lock() {
            // Some network drives know no locks.
            Err(error) if error.kind() != ErrorKind::Unsupported => return Err(failed(error)),
            Ok(()) | Err(_) => {}
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(failed)?;
        let checkpoints = checkpoint::read(&text).map_err(|fault| {
            let remedy = "nothing was written. Find out who changed it, or begin a new file";
            Failure::new(Exit::Found, format!("{}, {fault}; {remedy}", path.display()))
        })?;
        Ok(Self { path: path.to_owned(), file, checkpoints })
    }

    /// By which the next checkpoint names the last.
    pub(super) fn last_hash(&self) -> Option<&Digest> {
        self.checkpoints.last().map(|last| &last.hash)
    }

    /// The key that signed the last.
    pub(super) fn key(&self) -> Option<PublicKey> {
        self.checkpoints.last().map(|last| last.opening.key)
    }

    /// Whose checkpoints it holds.
    pub(super) fn tenants(&self) -> impl Iterator<Item = &TenantId> {
        self.checkpoints.iter().map(|one| &one.opening.tenant)
    }

    /// What went backwards since the last time, tenant by tenant.
    pub(super) fn lost(&self, now: &[&Checkpoint]) -> Vec<String> {
        let mut tenants: Vec<&TenantId> = now.iter().map(|one| &one.opening.tenant).collect();
        tenants.dedup();
        let of = |tenant: &TenantId| {
            let theirs: Vec<&Checkpoint> = now.iter().filter(|one| one.opening.tenant == *tenant).copied().collect();
            checkpoint::lost(&self.last_of(tenant), &theirs)
        };
        tenants.into_iter().flat_map(of).collect()
    }

    /// The last checkpoints that together held all heads of a tenant.
    fn last_of(&self, tenant: &TenantId) -> Vec<&Checkpoint> {
        let theirs: Vec<&Checkpoint> = self.checkpoints.iter().filter(|one| one.opening.tenant == *tenant).collect();
        let first = theirs.iter().rposition(|one| one.opening.after.is_none()).unwrap_or_default();
        theirs.into_iter().skip(first).collect()
    }

    /// Appends; it is on disk when this returns. What could not be written whole is taken back, so that the file can be
    /// appended to once there is room.
    pub(super) fn append(&mut self, text: &str) -> Result<(), Failure> {
        let failed = |error: std::io::Error| Failure::file(&self.path, &error);
        let before = self.file.metadata().map_err(failed)?.len();
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_all());
        written.map_err(|error| {
            if let Err(error) = self.file.set_len(before) {
                tracing::error!(%error, "a half-written checkpoint could not be taken back");
            }
            failed(error)
        })
    }
}
