//! A data folder as seen by the commands that read it as a whole or put something in beside a running server:
//! `verify`, `replay`, `export`, `import`, `keys`, and the check that the master key is the right one.

use std::path::Path;

use case::ids::{CaseId, TenantId};
use desk::ports::{CaseKey, Commit, HostError, Sealed, Stored};
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

/// A stored case with its docket's word on where the journal ends.
#[derive(Debug)]
pub(crate) struct Shelved {
    /// Which case.
    pub(crate) key: CaseKey,
    /// Its journal and key.
    pub(crate) stored: Stored,
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

    /// Opens a folder to write beside whoever works it.
    pub(crate) fn beside(folder: &Path) -> Result<Self, StoreError> {
        folder::create(folder)?;
        Ok(Self { folder: folder.to_owned(), connection: schema::open_to_write(folder)?, _lock: None })
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
            let damaged = || StoreError::Damaged { path: self.folder.clone(), why: "a case's id is not one".into() };
            let tenant = TenantId::parse(&tenant).map_err(|_| damaged())?;
            Ok(CaseKey { tenant, case: CaseId::parse(&case).map_err(|_| damaged())? })
        };
        pairs.into_iter().map(parse).collect()
    }

    /// A case; none where it has gone since its key was read.
    pub(crate) fn case(&self, key: &CaseKey) -> Result<Option<Shelved>, StoreError> {
        self.run(|connection| {
            let transaction = connection.unchecked_transaction()?;
            let Some(stored) = cases::read(&transaction, key)? else { return Ok(None) };
            let (head_seq, head_hash) = transaction.query_row(
                "SELECT head_seq, head_hash FROM cases WHERE tenant = ?1 AND case_id = ?2",
                params![key.tenant.as_str(), key.case.as_str()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            Ok(Some(Shelved { key: key.clone(), stored, head_seq, head_hash }))
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
