//! A data folder as seen by the commands that read it as a whole or put something in beside a running server:
//! `verify`, `replay`, `export`, `backup`, `import`, `checkpoint`, `pack`, `keys`, and the check that the master key is the right one.

mod copy;

use std::path::Path;

use case::{
    ids::{CaseId, Digest, TenantId},
    journal::Head,
};
use desk::ports::{CaseKey, Commit, HostError, Sealed};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{
    StoreError,
    cases::{self, WriteError},
    folder::{self, FolderLock},
    schema,
};

/// A data folder, opened by a command.
#[derive(Debug)]
pub(crate) struct Shelf {
    folder: std::path::PathBuf,
    connection: Connection,
    _lock: Option<FolderLock>,
}

/// A stored case as its bytes lie there, so that damage can be placed, with the docket's word on where it ends.
#[derive(Debug)]
pub(crate) struct Shelved {
    /// The lines of its journal.
    pub(crate) lines: Vec<Vec<u8>>,
    /// Its key, wrapped; none after erasure.
    pub(crate) wrapped_key: Option<Vec<u8>>,
    /// The position that the docket knows.
    pub(crate) head_seq: u64,
    /// The hash that the docket knows.
    pub(crate) head_hash: String,
}

impl Shelf {
    /// Opens a folder to read; creates nothing.
    pub(crate) fn read(folder: &Path) -> Result<Self, StoreError> {
        Ok(Self { folder: folder.to_owned(), connection: schema::open_to_read(folder)?, _lock: None })
    }

    /// Opens a folder to write beside whoever works it, as long as that is no older version.
    pub(crate) fn beside(folder: &Path) -> Result<Self, StoreError> {
        folder::create(folder)?;
        // Bringing a folder up to date would take from an older process what it writes to.
        let lock = if schema::is_older(folder)? { Some(FolderLock::take(folder)?) } else { None };
        let connection = schema::open_to_write(folder)?;
        drop(lock);
        Ok(Self { folder: folder.to_owned(), connection, _lock: None })
    }

    /// Opens a folder to write while nobody works it.
    pub(crate) fn alone(folder: &Path) -> Result<Self, StoreError> {
        folder::create(folder)?;
        let lock = Some(FolderLock::take(folder)?);
        Ok(Self { folder: folder.to_owned(), connection: schema::open_to_write(folder)?, _lock: lock })
    }

    /// Runs a query or command.
    pub(crate) fn run<T>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        query(&self.connection).map_err(|error| StoreError::of(&self.folder, &error))
    }

    /// The keys of every case, in their order.
    pub(crate) fn cases(&self) -> Result<Vec<CaseKey>, StoreError> {
        self.keys_of("SELECT tenant, case_id FROM cases ORDER BY tenant, case_id", None)
    }

    /// The cases of this id: one for each tenant that has it, hence one.
    pub(crate) fn find(&self, case: &CaseId) -> Result<Vec<CaseKey>, StoreError> {
        self.keys_of("SELECT tenant, case_id FROM cases WHERE case_id = ?1 ORDER BY tenant", Some(case))
    }

    fn keys_of(&self, statement: &str, case: Option<&CaseId>) -> Result<Vec<CaseKey>, StoreError> {
        let values: Vec<&str> = case.iter().map(|case| case.as_str()).collect();
        let pairs: Vec<(String, String)> = self.run(|connection| {
            let mut statement = connection.prepare(statement)?;
            let rows = statement.query_map(rusqlite::params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        })?;
        let parse = |(tenant, case): (String, String)| {
            let damaged = || {
                let why = format!("{case:?} of tenant {tenant:?} is not the id of a case");
                StoreError::Damaged { path: self.folder.clone(), why }
            };
            match (TenantId::parse(&tenant), CaseId::parse(&case)) {
                (Ok(tenant), Ok(case)) => Ok(CaseKey { tenant, case }),
                (Err(_), _) | (_, Err(_)) => Err(damaged()),
            }
        };
        pairs.into_iter().map(parse).collect()
    }

    /// A case; none where it is not there.
    pub(crate) fn case(&self, key: &CaseKey) -> Result<Option<Shelved>, StoreError> {
        let values = params![key.tenant.as_str(), key.case.as_str()];
        self.run(|connection| {
            let transaction = connection.unchecked_transaction()?;
            let row = transaction
                .query_row(
                    "SELECT wrapped_key, head_seq, head_hash FROM cases WHERE tenant = ?1 AND case_id = ?2",
                    values,
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
                )
                .optional()?;
            let Some((wrapped_key, head_seq, head_hash)) = row else { return Ok(None) };
            let mut statement = transaction
                .prepare_cached("SELECT line FROM entries WHERE tenant = ?1 AND case_id = ?2 ORDER BY seq")?;
            let bytes = |row: &rusqlite::Row<'_>| Ok(row.get_ref(0)?.as_bytes_or_null()?.unwrap_or_default().to_vec());
            let lines = statement.query_map(values, bytes)?.collect::<Result<_, _>>()?;
            Ok(Some(Shelved { lines, wrapped_key, head_seq, head_hash }))
        })
    }

    /// Every tenant that has a case, in their order.
    pub(crate) fn tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        let names: Vec<String> = self.run(|connection| {
            let mut statement = connection.prepare("SELECT DISTINCT tenant FROM cases ORDER BY tenant")?;
            statement.query_map([], |row| row.get(0))?.collect()
        })?;
        let damaged = |name: &String| {
            let why = format!("{name:?} is not the name of a tenant");
            StoreError::Damaged { path: self.folder.clone(), why }
        };
        names.iter().map(|name| TenantId::parse(name).map_err(|_| damaged(name))).collect()
    }

    /// Where the journals of a tenant end, in the order of their cases, from the one after `after` on. What the docket says
    /// of it is not asked.
    pub(crate) fn heads(
        &self,
        tenant: &TenantId,
        after: Option<&CaseId>,
        limit: usize,
    ) -> Result<Vec<Head>, StoreError> {
        let rows: Vec<(String, u64, Vec<u8>)> = self.run(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT cases.case_id, entries.seq, entries.line FROM cases JOIN entries
                     ON entries.tenant = cases.tenant AND entries.case_id = cases.case_id AND entries.seq =
                         (SELECT max(seq) FROM entries WHERE tenant = cases.tenant AND case_id = cases.case_id)
                     WHERE cases.tenant = ?1 AND cases.case_id > ?2 ORDER BY cases.case_id LIMIT ?3",
            )?;
            let values = params![tenant.as_str(), after.map_or("", CaseId::as_str), limit];
            let read = |row: &rusqlite::Row<'_>| {
                let line = row.get_ref(2)?.as_bytes_or_null()?.unwrap_or_default().to_vec();
                Ok((row.get(0)?, row.get(1)?, line))
            };
            statement.query_map(values, read)?.collect()
        })?;
        let head = |(case, seq, line): (String, u64, Vec<u8>)| {
            let why = format!("{case:?} is not the id of a case");
            let damaged = |_| StoreError::Damaged { path: self.folder.clone(), why };
            Ok(Head { case: CaseId::parse(&case).map_err(damaged)?, seq, hash: Digest::of(&line) })
        };
        rows.into_iter().map(head).collect()
    }

    /// What `SQLite` finds wrong with the file itself, and lines that belong to no case. Nothing, as a rule.
    pub(crate) fn damage(&self) -> Result<Vec<String>, StoreError> {
        self.run(|connection| {
            let mut check = connection.prepare("PRAGMA quick_check(100)")?;
            let mut found: Vec<String> = check.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            found.retain(|said| said != "ok");
            let mut orphans = connection.prepare(
                "SELECT DISTINCT CAST(case_id AS BLOB) FROM entries AS entry WHERE NOT EXISTS
                     (SELECT 1 FROM cases WHERE tenant = entry.tenant AND case_id = entry.case_id) LIMIT 100",
            )?;
            let name = |row: &rusqlite::Row<'_>| row.get::<_, Vec<u8>>(0);
            for orphan in orphans.query_map([], name)? {
                found.push(format!("entries of {:?} belong to no case", String::from_utf8_lossy(&orphan?)));
            }
            Ok(found)
        })
    }

    /// The ciphertexts of a case, by hash; the hash is as stored, to be checked by whoever uses it.
    pub(crate) fn sealed(&self, key: &CaseKey) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.run(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT hash, bytes FROM sealed WHERE tenant = ?1 AND case_id = ?2 ORDER BY hash")?;
            let values = params![key.tenant.as_str(), key.case.as_str()];
            statement.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
    }

    /// Adds to a case what another folder knows of it, all or nothing.
    pub(crate) fn add(&self, key: &CaseKey, commit: &Commit) -> Result<Result<(), HostError>, StoreError> {
        self.run(|connection| {
            let transaction = connection.unchecked_transaction()?;
            match cases::write(&transaction, key, commit) {
                Ok(()) => transaction.commit().map(|()| Ok(())),
                Err(WriteError::Refused(refusal)) => Ok(Err(refusal)),
                Err(WriteError::Database(error)) => Err(error),
            }
        })
    }

    /// Adds ciphertexts to a case that is already there.
    pub(crate) fn add_sealed(&self, key: &CaseKey, sealed: &[Sealed]) -> Result<(), StoreError> {
        self.run(|connection| {
            let transaction = connection.unchecked_transaction()?;
            for one in sealed {
                transaction.execute(
                    "INSERT OR IGNORE INTO sealed (tenant, case_id, hash, bytes) VALUES (?1, ?2, ?3, ?4)",
                    params![key.tenant.as_str(), key.case.as_str(), one.hash.as_str(), one.bytes],
                )?;
            }
            transaction.commit()
        })
    }

    /// Something known of the folder as a whole.
    pub(crate) fn fact(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let statement = "SELECT value FROM facts WHERE name = ?1";
        self.run(|connection| connection.query_row(statement, [name], |row| row.get(0)).optional())
    }

    /// Keeps something known of the folder, unless it is known already.
    pub(crate) fn learn(&self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        let statement = "INSERT OR IGNORE INTO facts (name, value) VALUES (?1, ?2)";
        self.run(|connection| connection.execute(statement, params![name, value]).map(|_| ()))
    }

    /// Whether anybody's case is here.
    pub(crate) fn is_empty(&self) -> Result<bool, StoreError> {
        self.run(|connection| connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM cases)", [], |row| row.get(0)))
    }
}
