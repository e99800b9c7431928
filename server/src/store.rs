//! The native host's storage: one `SQLite` file in one folder that one process works at a time.
//!
//! Commits go to a single writer thread, which puts all that wait into one transaction with a savepoint each, so that
//! one `fsync` serves many cases and a stale commit fails alone. Nobody hears of a commit before it is on disk.
//! Nothing here decides anything about a case, and nothing here can read a customer's words: they are sealed.

mod beside;
pub(crate) mod cases;
mod docket;
mod folder;
mod hooks;
pub(crate) mod keys;
pub(crate) mod model;
mod older;
mod readers;
mod schema;
mod shelf;
mod standing;
pub(crate) mod tenants;
mod trouble;
mod writer;

use std::{path::Path, sync::Arc, time::Instant};

use case::{
    ids::{CaseId, Digest, TenantId},
    time::Millis,
};
use desk::{
    docket_sql::Statement,
    hooks::HookState,
    ports::{
        Behind, CaseHost, CaseKey, Commit, DocketHost, Grant, Hold, HostError, ModelHost, Remade, Revocation, RowName,
        Spend, Stored, Switch, TenantHost,
    },
    row,
};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::{limits, metrics::Metrics, outside};

pub(crate) use cases::Due;
pub(crate) use shelf::Shelf;
pub(crate) use trouble::StoreError;

use beside::Beside;
use folder::FolderLock;
use readers::Readers;
use standing::Standing;
use writer::{Job, Writer};

/// Whether a folder holds a database of cases.
pub(crate) fn is_data_folder(folder: &Path) -> bool {
    folder.join(schema::FILE).is_file()
}

/// How many bytes the database in a folder has; 0 where there is none.
pub(crate) fn size(folder: &Path) -> u64 {
    std::fs::metadata(folder.join(schema::FILE)).map_or(0, |file| file.len())
}

/// An open data folder. When it is dropped, what waits is written first and the folder given up last: fields are
/// dropped in their order.
#[derive(Debug)]
pub(crate) struct Store {
    jobs: mpsc::Sender<Job>,
    readers: Arc<Readers>,
    beside: Arc<Beside>,
    standing: Arc<Standing>,
    _writer: Writer,
    _lock: FolderLock,
}

impl Store {
    /// Opens a data folder to work its cases; creates it where there is none.
    ///
    /// # Errors
    /// A [`StoreError`], which says what to do: the folder cannot be written, another process works it, its database
    /// is damaged or newer.
    pub(crate) fn open(folder: &Path, metrics: Arc<Metrics>) -> Result<Self, StoreError> {
        folder::create(folder)?;
        let lock = FolderLock::take(folder)?;
        let connection = schema::open_to_write(folder)?;
        let (jobs, queue) = mpsc::channel(limits::COMMITS_QUEUED);
        let standing = Arc::new(Standing::default());
        let writer = Writer::start(connection, queue, metrics, Arc::clone(&standing))?;
        let beside = Arc::new(Beside::new(folder));
        Ok(Self { jobs, readers: Arc::new(Readers::new(folder)), beside, standing, _writer: writer, _lock: lock })
    }

    /// Commits that wait for the writer.
    pub(crate) fn commits_queued(&self) -> usize {
        self.jobs.max_capacity().saturating_sub(self.jobs.capacity())
    }

    /// Cases of this kind (sandbox or not) that are at work or have to be woken, the earliest first.
    pub(crate) async fn unfinished(&self, sandbox: bool) -> Result<Vec<Due>, HostError> {
        self.readers.run(move |connection| cases::unfinished(connection, sandbox)).await
    }

    /// Cases of this kind that should have been woken before a moment.
    pub(crate) async fn overdue(&self, sandbox: bool, before_ms: i64) -> Result<Vec<Due>, HostError> {
        self.readers.run(move |connection| cases::overdue(connection, sandbox, before_ms)).await
    }

    /// Cases of this kind of which something is to be told, the earliest first.
    pub(crate) async fn to_tell(&self, sandbox: bool) -> Result<Vec<Due>, HostError> {
        self.readers.run(move |connection| hooks::to_tell(connection, sandbox)).await
    }

    /// Cases of this kind of which something should have been told before a moment.
    pub(crate) async fn untold(&self, sandbox: bool, before_ms: i64) -> Result<Vec<Due>, HostError> {
        self.readers.run(move |connection| hooks::overdue(connection, sandbox, before_ms)).await
    }

    /// Of how many cases something is to be told, and of how many that was given up, over all tenants.
    pub(crate) async fn telling(&self) -> Result<[u64; 2], HostError> {
        self.readers.run(hooks::counts).await
    }

    /// How many cases are in each state, over all tenants.
    pub(crate) async fn counts(&self) -> Result<Vec<(String, u64)>, HostError> {
        self.readers.run(cases::counts).await
    }

    /// Whether anybody holds a key that is not revoked.
    pub(crate) async fn has_keys(&self) -> Result<bool, HostError> {
        self.readers.run(keys::any).await
    }
}

impl CaseHost for Store {
    async fn read(&self, key: &CaseKey) -> Result<Option<Stored>, HostError> {
        let key = key.clone();
        self.readers.run(move |connection| cases::read(connection, &key)).await
    }

    async fn commit(&self, key: &CaseKey, commit: Commit) -> Result<(), HostError> {
        let (reply, done) = oneshot::channel();
        let job = Job { key: key.clone(), commit, since: Instant::now(), reply };
        let ended = || HostError::Failed("the writer has ended".to_owned());
        self.jobs.send(job).await.map_err(|_| ended())?;
        done.await.map_err(|_| ended())?
    }

    async fn hooks(&self, key: &CaseKey) -> Result<Option<HookState>, HostError> {
        let key = key.clone();
        self.readers.run(move |connection| hooks::read(connection, &key)).await
    }

    async fn set_hooks(&self, key: &CaseKey, state: &HookState, seen: u64) -> Result<bool, HostError> {
        let (key, state) = (key.clone(), *state);
        self.beside.run(move |connection| hooks::set(connection, &key, &state, seen)).await
    }

    async fn sealed(&self, key: &CaseKey, hash: &Digest) -> Result<Option<Vec<u8>>, HostError> {
        let (key, hash) = (key.clone(), hash.clone());
        self.readers.run(move |connection| cases::sealed(connection, &key, &hash)).await
    }
}

impl DocketHost for Store {
    async fn select(&self, statements: Vec<Statement>) -> Result<Vec<Vec<String>>, HostError> {
        self.readers.run(move |connection| docket::select(connection, &statements)).await
    }

    async fn behind(&self, _tenant: &TenantId) -> Result<Option<Behind>, HostError> {
        // Rows are written with the journals that they follow from.
        Ok(None)
    }

    async fn grant(&self, key_hash: &Digest) -> Result<Option<Grant>, HostError> {
        let hash = key_hash.clone();
        self.readers.run(move |connection| keys::grant(connection, &hash)).await
    }

    async fn remake(&self, tenant: &TenantId, name: &RowName) -> Result<Remade, HostError> {
        let RowName::Case(case) = name else {
            return Err(HostError::Failed("only Workers have objects; here cases have ids".to_owned()));
        };
        let key = CaseKey { tenant: tenant.clone(), case: case.clone() };
        for _ in 0..limits::REMAKES {
            let Some(stored) = self.read(&key).await? else { return Ok(Remade::Empty) };
            let (row, wake) = row::of_journal(&stored.lines).map_err(|fault| HostError::Failed(fault.to_string()))?;
            let whose = key.clone();
            let write = move |connection: &Connection| cases::write_docket(connection, &whose, &row, wake);
            if self.beside.run(write).await? {
                return Ok(Remade::Sent);
            }
        }
        Err(HostError::Failed("the docket and the journal do not end at the same line".to_owned()))
    }

    async fn takes_writes(&self) -> Result<(), HostError> {
        self.try_writing().await
    }
}

impl Store {
    /// As [`DocketHost::takes_writes`].
    async fn try_writing(&self) -> Result<(), HostError> {
        if self.standing.is_well() {
            return Ok(());
        }
        let tried = [self.beside.run(standing::try_to_write).await];
        self.standing.saw(&tried);
        let [tried] = tried;
        tried
    }
}

impl ModelHost for Store {
    async fn switch(&self) -> Result<Option<Switch>, HostError> {
        self.readers.run(model::switch).await
    }

    async fn set_switch(&self, switch: &Switch) -> Result<(), HostError> {
        let switch = switch.clone();
        self.beside.run(move |connection| model::set_switch(connection, &switch)).await
    }
}

impl TenantHost for Store {
    async fn reserve(&self, tenant: &TenantId, day: &str, most: Spend, cap: Spend) -> Result<bool, HostError> {
        let (tenant, day) = (tenant.clone(), day.to_owned());
        self.beside.run(move |connection| model::reserve(connection, &tenant, &day, most, cap)).await
    }

    async fn settle(&self, tenant: &TenantId, day: &str, reserved: Spend, spent: Spend) -> Result<(), HostError> {
        let (tenant, day) = (tenant.clone(), day.to_owned());
        self.beside.run(move |connection| model::settle(connection, &tenant, &day, reserved, spent)).await
    }

    async fn keep_nonce(&self, tenant: &TenantId, nonce: &Digest, until: Millis) -> Result<bool, HostError> {
        let (tenant, nonce, now) = (tenant.clone(), nonce.clone(), outside::now());
        self.beside.run(move |connection| tenants::keep_nonce(connection, &tenant, &nonce, until, now)).await
    }

    async fn has_nonce(&self, tenant: &TenantId, nonce: &Digest) -> Result<bool, HostError> {
        let (tenant, nonce, now) = (tenant.clone(), nonce.clone(), outside::now());
        self.readers.run(move |connection| tenants::has_nonce(connection, &tenant, &nonce, now)).await
    }

    async fn hold_effect(&self, tenant: &TenantId, what: &Digest, case: &CaseId) -> Result<Hold, HostError> {
        let (tenant, what, case) = (tenant.clone(), what.clone(), case.clone());
        self.beside.run(move |connection| tenants::hold_effect(connection, &tenant, &what, &case)).await
    }

    async fn release_effect(&self, tenant: &TenantId, what: &Digest, case: &CaseId) -> Result<(), HostError> {
        let (tenant, what, case) = (tenant.clone(), what.clone(), case.clone());
        self.beside.run(move |connection| tenants::release_effect(connection, &tenant, &what, &case)).await
    }

    async fn revocations(&self, tenant: &TenantId) -> Result<Vec<Revocation>, HostError> {
        let tenant = tenant.clone();
        self.readers.run(move |connection| tenants::revocations(connection, &tenant)).await
    }

    async fn revoke(&self, tenant: &TenantId, revocation: &Revocation) -> Result<(), HostError> {
        let (tenant, revocation) = (tenant.clone(), revocation.clone());
        self.beside.run(move |connection| tenants::revoke(connection, &tenant, &revocation)).await
    }
}

#[cfg(test)]
mod tests;
