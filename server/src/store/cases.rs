//! Cases in tables: what a commit writes and what a read gives back.

use case::{
    ids::{CaseId, Digest, TenantId},
    time::Millis,
};
use desk::ports::{CaseKey, Commit, DocketRow, HostError, Stored};
use rusqlite::{Connection, OptionalExtension as _, named_params, params};
use serde::Deserialize;

use super::{docket, hooks};

/// A case that has to be woken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Due {
    /// Which.
    pub(crate) key: CaseKey,
    /// When; the beginning of time for a case at work.
    pub(crate) wake: Millis,
}

/// Why a commit was not written.
pub(super) enum WriteError {
    /// It must not be.
    Refused(HostError),
    /// It could not be.
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for WriteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

/// Writes a commit, where the case stands as it expects. What is refused is refused before anything is written.
pub(super) fn write(connection: &Connection, key: &CaseKey, commit: &Commit) -> Result<(), WriteError> {
    let (tenant, case_id) = (key.tenant.as_str(), key.case.as_str());
    let head: Option<u64> = connection
        .prepare_cached("SELECT head_seq FROM cases WHERE tenant = ?1 AND case_id = ?2")?
        .query_row(params![tenant, case_id], |row| row.get(0))
        .optional()?;
    if head.map_or(0, |seq| seq + 1) != commit.first_seq {
        return Err(WriteError::Refused(HostError::Stale));
    }
    let Some(last) = commit.lines.len().checked_sub(1) else {
        return Err(WriteError::Refused(HostError::Failed("a commit without lines".to_owned())));
    };
    let head_seq = commit.first_seq + last as u64;
    let sandbox = if commit.first_seq == 0 { Some(opened_in_sandbox(&commit.lines)?) } else { None };
    let mut entries =
        connection.prepare_cached("INSERT INTO entries (tenant, case_id, seq, line) VALUES (?1, ?2, ?3, ?4)")?;
    for (seq, line) in (commit.first_seq..).zip(&commit.lines) {
        entries.execute(params![tenant, case_id, seq, line])?;
    }
    let mut sealed = connection
        .prepare_cached("INSERT OR IGNORE INTO sealed (tenant, case_id, hash, bytes) VALUES (?1, ?2, ?3, ?4)")?;
    for one in &commit.sealed {
        sealed.execute(params![tenant, case_id, one.hash.as_str(), one.bytes])?;
    }
    write_row(connection, key, commit, head_seq, sandbox)?;
    if let Some(due) = commit.hooks_due {
        hooks::further(connection, key, commit.first_seq, due)?;
    }
    if commit.destroys {
        destroy(connection, tenant, case_id)?;
    }
    Ok(())
}

/// Destroys the key to a case's words, and the words. What is deleted is overwritten (`secure_delete`).
fn destroy(connection: &Connection, tenant: &str, case_id: &str) -> Result<(), WriteError> {
    let key = "UPDATE cases SET wrapped_key = NULL WHERE tenant = ?1 AND case_id = ?2";
    connection.prepare_cached(key)?.execute(params![tenant, case_id])?;
    let words = "DELETE FROM sealed WHERE tenant = ?1 AND case_id = ?2";
    connection.prepare_cached(words)?.execute(params![tenant, case_id])?;
    Ok(())
}

fn write_row(
    connection: &Connection,
    key: &CaseKey,
    commit: &Commit,
    head_seq: u64,
    sandbox: Option<bool>,
) -> Result<(), WriteError> {
    let statement = if commit.first_seq == 0 {
        "INSERT INTO cases (tenant, case_id, head_seq, head_hash, wrapped_key, sandbox, wake, state)
         VALUES (:tenant, :case_id, :head_seq, :head_hash, :wrapped_key, :sandbox, :wake, :state)"
    } else {
        "UPDATE cases SET head_seq = :head_seq, head_hash = :head_hash,
             wrapped_key = ifnull(:wrapped_key, wrapped_key), sandbox = ifnull(:sandbox, sandbox), wake = :wake,
             state = :state
         WHERE tenant = :tenant AND case_id = :case_id"
    };
    connection.prepare_cached(statement)?.execute(named_params! {
        ":tenant": key.tenant.as_str(), ":case_id": key.case.as_str(), ":head_seq": head_seq,
        ":head_hash": commit.head_hash.as_str(), ":wrapped_key": commit.wrapped_key, ":sandbox": sandbox,
        ":wake": commit.wake.map(|wake| wake.0), ":state": commit.row.state,
    })?;
    // A case that is put in from elsewhere comes with the row of its whole journal, whatever the row itself says.
    let row = DocketRow { head_seq, ..commit.row.clone() };
    docket::write(connection, key, &row, commit.wake)?;
    Ok(())
}

/// What a first line has to say here.
#[derive(Deserialize)]
struct First {
    entry: Opening,
}

#[derive(Deserialize)]
struct Opening {
    kind: String,
    sandbox: bool,
}

/// Whether the case works with the sandbox bank: its own first line says so.
fn opened_in_sandbox(lines: &[String]) -> Result<bool, WriteError> {
    match lines.first().map(|line| serde_json::from_str::<First>(line)) {
        Some(Ok(First { entry: Opening { kind, sandbox } })) if kind == "opened" => Ok(sandbox),
        _ => Err(WriteError::Refused(HostError::Failed("a journal that does not begin with an opening".to_owned()))),
    }
}

/// Writes what the docket says of a case anew; whether the case still stands where the row says it does. Where the
/// journal ends is left alone: that a journal was cut must stay to be seen.
pub(crate) fn write_docket(
    connection: &Connection,
    key: &CaseKey,
    row: &DocketRow,
    wake: Option<Millis>,
) -> Result<bool, rusqlite::Error> {
    let transaction = connection.unchecked_transaction()?;
    let is_written = remake(&transaction, key, row, wake)?;
    transaction.commit()?;
    Ok(is_written)
}

/// As [`write_docket`], within a transaction of the caller's.
pub(super) fn remake(
    connection: &Connection,
    key: &CaseKey,
    row: &DocketRow,
    wake: Option<Millis>,
) -> Result<bool, rusqlite::Error> {
    let statement = "UPDATE cases SET wake = :wake, state = :state
         WHERE tenant = :tenant AND case_id = :case_id AND head_seq = :head_seq AND head_hash = :head_hash";
    let written = connection.prepare_cached(statement)?.execute(named_params! {
        ":tenant": key.tenant.as_str(), ":case_id": key.case.as_str(), ":head_seq": row.head_seq,
        ":head_hash": row.head_hash, ":wake": wake.map(|wake| wake.0), ":state": row.state,
    })?;
    if written > 0 {
        docket::write(connection, key, row, wake)?;
    }
    Ok(written > 0)
}

/// Reads a case.
pub(crate) fn read(connection: &Connection, key: &CaseKey) -> Result<Option<Stored>, rusqlite::Error> {
    let (tenant, case_id) = (key.tenant.as_str(), key.case.as_str());
    let wrapped: Option<Option<Vec<u8>>> = connection
        .prepare_cached("SELECT wrapped_key FROM cases WHERE tenant = ?1 AND case_id = ?2")?
        .query_row(params![tenant, case_id], |row| row.get(0))
        .optional()?;
    let Some(wrapped_key) = wrapped else { return Ok(None) };
    let mut entries =
        connection.prepare_cached("SELECT line FROM entries WHERE tenant = ?1 AND case_id = ?2 ORDER BY seq")?;
    let lines = entries.query_map(params![tenant, case_id], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(Some(Stored { lines, wrapped_key }))
}

/// Reads a ciphertext.
pub(super) fn sealed(
    connection: &Connection,
    key: &CaseKey,
    hash: &Digest,
) -> Result<Option<Vec<u8>>, rusqlite::Error> {
    connection
        .prepare_cached("SELECT bytes FROM sealed WHERE tenant = ?1 AND case_id = ?2 AND hash = ?3")?
        .query_row(params![key.tenant.as_str(), key.case.as_str(), hash.as_str()], |row| row.get(0))
        .optional()
}

/// Cases at work, at once, and those that wait for a moment.
pub(super) fn unfinished(connection: &Connection, sandbox: bool) -> Result<Vec<Due>, rusqlite::Error> {
    let mut statement = connection.prepare_cached(
        "SELECT tenant, case_id, iif(state = 'working', 0, wake) AS at FROM cases
         WHERE sandbox = ?1 AND (wake IS NOT NULL OR state = 'working') ORDER BY at, case_id",
    )?;
    read_due(statement.query(params![sandbox])?)
}

/// Cases whose moment has passed.
pub(super) fn overdue(connection: &Connection, sandbox: bool, before_ms: i64) -> Result<Vec<Due>, rusqlite::Error> {
    let mut statement = connection.prepare_cached(
        "SELECT tenant, case_id, wake FROM cases WHERE sandbox = ?1 AND wake < ?2 ORDER BY wake LIMIT 1000",
    )?;
    read_due(statement.query(params![sandbox, before_ms])?)
}

pub(super) fn read_due(mut rows: rusqlite::Rows<'_>) -> Result<Vec<Due>, rusqlite::Error> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (tenant, case_id): (String, String) = (row.get(0)?, row.get(1)?);
        // Nothing but a parsed id is ever written; a row that was changed by hand cannot be worked.
        if let (Ok(tenant), Ok(case)) = (TenantId::parse(&tenant), CaseId::parse(&case_id)) {
            found.push(Due { key: CaseKey { tenant, case }, wake: Millis(row.get(2)?) });
        }
    }
    Ok(found)
}

/// How many cases are in each state.
pub(super) fn counts(connection: &Connection) -> Result<Vec<(String, u64)>, rusqlite::Error> {
    let mut statement = connection.prepare_cached("SELECT state, count(*) FROM cases GROUP BY state ORDER BY state")?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}
