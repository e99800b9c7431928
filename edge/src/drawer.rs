//! A case's storage: the SQLite database inside its Durable Object, with the alarm that wakes it (`bell.rs`) and the row
//! that is on its way to the docket (`sending.rs`).
//!
//! Writes without an await between them become durable together, and nothing leaves the object before they are. It
//! refuses keys of other cases: an object holds exactly one. Reading makes no table, so that asking for a case that is
//! not there leaves nothing behind.

mod bell;
mod due;
mod hooks;
mod sending;

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
};

use case::{entry::Entry, ids::Digest, journal::Line};
use desk::{
    hooks::HookState,
    ports::{CaseHost, CaseKey, Commit, HostError, Stored},
    retry::RetrySettings,
};
use serde::{Deserialize, de::DeserializeOwned};
use worker::{
    Env, SqlStorage, SqlStorageValue, State,
    send::{SendFuture, SendWrapper},
};

use crate::{outside, tenants::Tenants};

/// Made with the first commit.
const SCHEMA: [&str; 9] = [
    "CREATE TABLE IF NOT EXISTS entries (seq INTEGER PRIMARY KEY, line TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS sealed (hash TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS file (id INTEGER PRIMARY KEY CHECK (id = 1), wrapped_key BLOB, wake_at INTEGER, \
     row TEXT NOT NULL, head_seq INTEGER NOT NULL, docket_seq INTEGER NOT NULL)",
    // What failed, how often, and when it is tried again: `wake` or `docket`.
    "CREATE TABLE IF NOT EXISTS tries (what TEXT PRIMARY KEY, failures INTEGER NOT NULL, next_at INTEGER NOT NULL) \
     WITHOUT ROWID",
    // Since when the docket is behind with this case, and whether the tenant's desk was told.
    "CREATE TABLE IF NOT EXISTS lag (id INTEGER PRIMARY KEY CHECK (id = 1), since INTEGER NOT NULL, \
     told INTEGER NOT NULL)",
    hooks::TABLE,
    // The wrapped key, alone in its table: SQLite overwrites a value with one of its length where it stands, and leaves
    // copies of whatever has to move. Older versions held it in `file`.
    "CREATE TABLE IF NOT EXISTS case_key (id INTEGER PRIMARY KEY CHECK (id = 1), wrapped BLOB NOT NULL)",
    "INSERT OR IGNORE INTO case_key SELECT 1, wrapped_key FROM file WHERE wrapped_key <> zeroblob(length(wrapped_key))",
    "UPDATE file SET wrapped_key = zeroblob(length(wrapped_key)) WHERE wrapped_key <> zeroblob(length(wrapped_key))",
];

const BEGIN_FILE: &str = "INSERT INTO file (id, wake_at, row, head_seq, docket_seq) VALUES (1, ?1, ?2, ?3, -1)";
const WRITE_FILE: &str = "UPDATE file SET wake_at = ?1, row = ?2, head_seq = ?3";
const WRITE_KEY: &str = "INSERT OR REPLACE INTO case_key (id, wrapped) VALUES (1, ?)";

/// What the destruction of a key takes: bytes are overwritten where they stand, since what SQLite only deletes stays in
/// its file. A key of zeros is none.
const DESTROY: [&str; 3] = [
    "UPDATE case_key SET wrapped = zeroblob(length(wrapped))",
    "UPDATE sealed SET bytes = zeroblob(length(bytes))",
    "DELETE FROM sealed",
];
const READ_KEY: &str = "SELECT wrapped FROM case_key WHERE wrapped <> zeroblob(length(wrapped))";

/// The storage of one case.
#[derive(Clone)]
pub(crate) struct Drawer {
    inner: Arc<Inner>,
}

struct Inner {
    state: Arc<SendWrapper<State>>,
    sql: SqlStorage,
    env: Env,
    retry: RetrySettings,
    /// Whose case this is, once it is known.
    key: OnceLock<CaseKey>,
    /// Whether the tables are there.
    is_made: AtomicBool,
    /// Whether a row is on its way to the docket: one at a time, the newest after it.
    sending: AtomicBool,
}

#[derive(Deserialize)]
struct LineText {
    line: String,
}

#[derive(Deserialize)]
struct Count {
    count: u64,
}

impl Drawer {
    /// The storage of the object that `state` belongs to.
    pub(crate) fn new(state: Arc<SendWrapper<State>>, env: Env, retry: RetrySettings) -> Self {
        let sql = state.storage().sql();
        let (is_made, sending) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { inner: Arc::new(Inner { state, sql, env, retry, key: OnceLock::new(), is_made, sending }) }
    }

    /// The case that the object is named after; where it was reached by its id, the case that its journal is about.
    /// `None` for an object that is neither ours by name nor holds anything.
    pub(crate) fn key(&self) -> Option<CaseKey> {
        if let Some(key) = self.inner.key.get() {
            return Some(key.clone());
        }
        let named = self.inner.state.id().name().and_then(|name| CaseKey::from_name(&name));
        let key = named.or_else(|| {
            self.opened_as().unwrap_or_else(|error| {
                tracing::error!(%error, "whose case an object holds could not be read");
                None
            })
        })?;
        Some(self.inner.key.get_or_init(|| key).clone())
    }

    /// What the journal's first line says.
    fn opened_as(&self) -> Result<Option<CaseKey>, HostError> {
        if !self.exists()? {
            return Ok(None);
        }
        let lines: Vec<LineText> = self.rows("SELECT line FROM entries WHERE seq = 0", Vec::new())?;
        let line = lines.first().and_then(|row| serde_json::from_str::<Line>(&row.line).ok());
        Ok(match line.map(|line| line.entry) {
            Some(Entry::Opened(opened)) => Some(CaseKey { tenant: opened.tenant, case: opened.case }),
            _ => None,
        })
    }

    fn write(&self, commit: &Commit) -> Result<(), HostError> {
        let stored = if self.exists()? { self.count()? } else { 0 };
        if stored != commit.first_seq {
            return Err(HostError::Stale);
        }
        self.make()?;
        self.insert(commit).inspect_err(|_| {
            // A write that came before a failing one would stay; without these lines the commit did not happen.
            if let Err(error) = self.run("DELETE FROM entries WHERE seq >= ?", vec![integer(commit.first_seq)]) {
                tracing::error!(%error, "a half-written commit could not be taken back");
            }
        })
    }

    fn insert(&self, commit: &Commit) -> Result<(), HostError> {
        for sealed in &commit.sealed {
            let values = vec![sealed.hash.as_str().into(), sealed.bytes.clone().into()];
            self.run("INSERT OR IGNORE INTO sealed (hash, bytes) VALUES (?, ?)", values)?;
        }
        for (seq, line) in (commit.first_seq..).zip(&commit.lines) {
            let values = vec![integer(seq), line.as_str().into()];
            self.run("INSERT INTO entries (seq, line) VALUES (?, ?)", values)?;
        }
        if let Some(due) = commit.hooks_due {
            self.tell_further(commit.first_seq, due)?;
        }
        let row = serde_json::to_string(&commit.row).map_err(|error| HostError::Failed(error.to_string()))?;
        if let Some(key) = &commit.wrapped_key {
            self.run(WRITE_KEY, vec![key.clone().into()])?;
        }
        let values = vec![commit.wake.map(|wake| wake.0).into(), row.into(), integer(commit.row.head_seq)];
        self.run(if commit.first_seq == 0 { BEGIN_FILE } else { WRITE_FILE }, values)?;
        if commit.destroys {
            for statement in DESTROY {
                self.run(statement, Vec::new())?;
            }
        }
        self.forget_tries("wake")
    }

    /// Whether anything was ever committed.
    fn exists(&self) -> Result<bool, HostError> {
        if self.inner.is_made.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let tables: Vec<Count> =
            self.rows("SELECT count(*) AS count FROM sqlite_master WHERE name = 'file'", Vec::new())?;
        let exists = tables.first().is_some_and(|row| row.count > 0);
        if exists {
            // An object of an older version lacks some tables.
            self.make()?;
        }
        Ok(exists)
    }

    fn make(&self) -> Result<(), HostError> {
        if !self.inner.is_made.load(Ordering::Relaxed) {
            for statement in SCHEMA {
                self.run(statement, Vec::new())?;
            }
            self.inner.is_made.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    fn count(&self) -> Result<u64, HostError> {
        let rows: Vec<Count> = self.rows("SELECT count(*) AS count FROM entries", Vec::new())?;
        Ok(rows.first().map_or(0, |row| row.count))
    }

    fn load(&self) -> Result<Option<Stored>, HostError> {
        if !self.exists()? {
            return Ok(None);
        }
        let lines: Vec<LineText> = self.rows("SELECT line FROM entries ORDER BY seq", Vec::new())?;
        let wrapped_key = self.blob(READ_KEY, Vec::new())?;
        Ok(Some(Stored { lines: lines.into_iter().map(|row| row.line).collect(), wrapped_key }))
    }

    /// The one value of the one row of a query, where it is a blob.
    fn blob(&self, sql: &str, values: Vec<SqlStorageValue>) -> Result<Option<Vec<u8>>, HostError> {
        let cursor = self.inner.sql.exec(sql, values).map_err(failed)?;
        match cursor.raw().next().transpose().map_err(failed)?.and_then(|mut row| row.pop()) {
            Some(SqlStorageValue::Blob(bytes)) => Ok(Some(bytes)),
            _ => Ok(None),
        }
    }

    fn rows<T: DeserializeOwned>(&self, sql: &str, values: Vec<SqlStorageValue>) -> Result<Vec<T>, HostError> {
        self.inner.sql.exec(sql, values).and_then(|cursor| cursor.to_array()).map_err(failed)
    }

    fn run(&self, sql: &str, values: Vec<SqlStorageValue>) -> Result<(), HostError> {
        self.inner.sql.exec(sql, values).map(|_| ()).map_err(failed)
    }

    fn tenants(&self) -> Tenants {
        Tenants(self.inner.env.clone())
    }

    fn check(&self, key: &CaseKey) -> Result<(), HostError> {
        match self.key() {
            Some(own) if own == *key => Ok(()),
            // An object that was first reached by its id has no name for as long as it stays in memory. This one holds
            // nothing yet, and callers are led here by its name.
            None if !self.exists()? => Ok(()),
            Some(_) | None => Err(HostError::Failed("the object of another case".to_owned())),
        }
    }
}

impl CaseHost for Drawer {
    fn read(&self, key: &CaseKey) -> impl Future<Output = Result<Option<Stored>, HostError>> + Send {
        std::future::ready(self.check(key).and_then(|()| self.load()))
    }

    fn commit(&self, key: &CaseKey, commit: Commit) -> impl Future<Output = Result<(), HostError>> + Send {
        let checked = self.check(key);
        let (drawer, case) = (self.clone(), key.case.clone());
        SendFuture::new(async move {
            checked?;
            drawer.write(&commit)?;
            // In the same turn as the writes, so that there is no journal without its alarm. Should it fail, the cron
            // finds the case when it is overdue.
            if let Err(error) = drawer.arm().await {
                tracing::error!(%case, %error, "the alarm of a case could not be set");
            }
            let sender = drawer.clone();
            drawer.inner.state.wait_until(async move {
                if let Err(error) = sender.settle().await {
                    tracing::error!(%case, %error, "the alarm of a case could not be set");
                }
            });
            Ok(())
        })
    }

    fn hooks(&self, key: &CaseKey) -> impl Future<Output = Result<Option<HookState>, HostError>> + Send {
        std::future::ready(self.check(key).and_then(|()| self.told()))
    }

    fn set_hooks(
        &self,
        key: &CaseKey,
        state: &HookState,
        seen: u64,
    ) -> impl Future<Output = Result<bool, HostError>> + Send {
        let stored = self.check(key).and_then(|()| self.set_told(state, seen));
        let drawer = self.clone();
        SendFuture::new(async move {
            let is_stored = stored?;
            drawer.arm().await?;
            Ok(is_stored)
        })
    }

    fn sealed(&self, key: &CaseKey, hash: &Digest) -> impl Future<Output = Result<Option<Vec<u8>>, HostError>> + Send {
        let sql = "SELECT bytes FROM sealed WHERE hash = ?";
        let found = self
            .check(key)
            .and_then(|()| if self.exists()? { self.blob(sql, vec![hash.as_str().into()]) } else { Ok(None) });
        std::future::ready(found)
    }
}

fn now_ms() -> i64 {
    outside::now().0
}

/// Positions stay far below 2^53, up to which JavaScript counts exactly.
fn integer(value: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

fn failed(error: worker::Error) -> HostError {
    let text = error.to_string();
    if text.contains("SQLITE_FULL") { HostError::Full(text) } else { HostError::Failed(text) }
}
