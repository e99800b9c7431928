//! How far the events of cases are told, in a table. When they are told, and to whom, the desk decides.

use case::time::Millis;
use desk::{
    hooks::{HookState, Place},
    ports::CaseKey,
};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::cases::{Due, read_due};

/// Where the telling of a case stands.
pub(super) fn read(connection: &Connection, key: &CaseKey) -> Result<Option<HookState>, rusqlite::Error> {
    let sql = "SELECT done_seq, done_n, attempts, since, due FROM hooks WHERE tenant = ?1 AND case_id = ?2";
    let state = |row: &rusqlite::Row<'_>| {
        let (seq, n): (Option<u64>, Option<u32>) = (row.get(0)?, row.get(1)?);
        let moment = |at: Option<i64>| at.map(Millis);
        Ok(HookState {
            done: seq.zip(n).map(|(seq, n)| Place { seq, n }),
            attempts: row.get(2)?,
            since: moment(row.get(3)?),
            due: moment(row.get(4)?),
        })
    };
    connection.prepare_cached(sql)?.query_row(params![key.tenant.as_str(), key.case.as_str()], state).optional()
}

/// Stores that a commit from `first_seq` on may hold something to tell, within the commit's own transaction.
pub(super) fn further(
    connection: &Connection,
    key: &CaseKey,
    first_seq: u64,
    due: Millis,
) -> Result<(), rusqlite::Error> {
    let state = match read(connection, key)? {
        Some(known) => known.further(due),
        None => HookState::begin(first_seq, due),
    };
    write(connection, key, &state)
}

/// Stores where the telling of a case stands, unless nothing is due any more and the journal is longer than was seen.
pub(super) fn set(
    connection: &Connection,
    key: &CaseKey,
    state: &HookState,
    seen: u64,
) -> Result<bool, rusqlite::Error> {
    let transaction = rusqlite::Transaction::new_unchecked(connection, rusqlite::TransactionBehavior::Immediate)?;
    let sql = "SELECT head_seq FROM cases WHERE tenant = ?1 AND case_id = ?2";
    let head: Option<u64> = transaction
        .prepare_cached(sql)?
        .query_row(params![key.tenant.as_str(), key.case.as_str()], |row| row.get(0))
        .optional()?;
    if state.due.is_none() && head.is_some_and(|head| head > seen) {
        return Ok(false);
    }
    write(&transaction, key, state)?;
    transaction.commit()?;
    Ok(true)
}

fn write(connection: &Connection, key: &CaseKey, state: &HookState) -> Result<(), rusqlite::Error> {
    let sql = "INSERT INTO hooks (tenant, case_id, done_seq, done_n, attempts, since, due)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (tenant, case_id) DO UPDATE SET done_seq = excluded.done_seq,
             done_n = excluded.done_n, attempts = excluded.attempts, since = excluded.since, due = excluded.due";
    connection.prepare_cached(sql)?.execute(params![
        key.tenant.as_str(),
        key.case.as_str(),
        state.done.map(|done| done.seq),
        state.done.map(|done| done.n),
        state.attempts,
        state.since.map(|at| at.0),
        state.due.map(|at| at.0),
    ])?;
    Ok(())
}

/// Cases of which something is to be told. Where nothing failed yet, whoever was at it is gone: they are due at once.
pub(super) fn to_tell(connection: &Connection, sandbox: bool) -> Result<Vec<Due>, rusqlite::Error> {
    let mut statement = connection.prepare_cached(
        "SELECT tenant, case_id, iif(attempts = 0, 0, due) AS at FROM hooks JOIN cases USING (tenant, case_id)
         WHERE due IS NOT NULL AND sandbox = ?1 ORDER BY at, case_id",
    )?;
    read_due(statement.query(params![sandbox])?)
}

/// Cases of which something should have been told before a moment.
pub(super) fn overdue(connection: &Connection, sandbox: bool, before_ms: i64) -> Result<Vec<Due>, rusqlite::Error> {
    let mut statement = connection.prepare_cached(
        "SELECT tenant, case_id, due FROM hooks JOIN cases USING (tenant, case_id)
         WHERE due < ?2 AND sandbox = ?1 ORDER BY due LIMIT 1000",
    )?;
    read_due(statement.query(params![sandbox, before_ms])?)
}

/// Of how many cases something is to be told, and of how many that was given up.
pub(super) fn counts(connection: &Connection) -> Result<[u64; 2], rusqlite::Error> {
    let count = |sql: &str| connection.prepare_cached(sql)?.query_row([], |row| row.get(0));
    Ok([
        count("SELECT count(*) FROM hooks WHERE due IS NOT NULL")?,
        count("SELECT count(*) FROM hooks WHERE due IS NULL AND attempts > 0")?,
    ])
}
