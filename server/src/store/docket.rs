//! The docket's tables, as the statements that both hosts share read and write them. A row is written with the journal
//! that it follows from, so that natively the docket is never behind.

use case::{
    ids::{CaseId, TenantId},
    time::Millis,
};
use desk::{
    docket_sql::{self, Statement, Value},
    ports::{CaseKey, DocketRow},
};
use rusqlite::{
    Connection, ToSql, params, params_from_iter,
    types::{ToSqlOutput, ValueRef},
};

/// A value as the database takes it.
struct Given<'a>(&'a Value);

impl ToSql for Given<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>, rusqlite::Error> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// Runs statements that read; of each its rows.
pub(super) fn select(connection: &Connection, statements: &[Statement]) -> Result<Vec<Vec<String>>, rusqlite::Error> {
    let rows = |statement: &Statement| {
        let mut prepared = connection.prepare_cached(&statement.sql)?;
        let found = prepared.query_map(params_from_iter(statement.values.iter().map(Given)), |row| row.get(0))?;
        found.collect()
    };
    statements.iter().map(rows).collect()
}

/// Writes a case's row, unless there is one of a longer journal.
pub(super) fn write(
    connection: &Connection,
    key: &CaseKey,
    row: &DocketRow,
    wake: Option<Millis>,
) -> Result<(), rusqlite::Error> {
    for statement in docket_sql::write(key, row, wake) {
        let mut prepared = connection.prepare_cached(&statement.sql)?;
        prepared.execute(params_from_iter(statement.values.iter().map(Given)))?;
    }
    Ok(())
}

/// Some cases whose rows an older build made, behind the one that was looked at last.
pub(super) fn of_older_form(
    connection: &Connection,
    after: Option<&CaseKey>,
    most: usize,
) -> Result<Vec<CaseKey>, rusqlite::Error> {
    let (tenant, case_id) = after.map_or(("", ""), |key| (key.tenant.as_str(), key.case.as_str()));
    let mut statement = connection.prepare_cached(
        "SELECT tenant, case_id FROM docket_rows INDEXED BY docket_by_form
         WHERE form < 2 AND (tenant, case_id) > (?1, ?2) ORDER BY tenant, case_id LIMIT ?3",
    )?;
    let mut rows = statement.query(params![tenant, case_id, i64::try_from(most).unwrap_or(i64::MAX)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (tenant, case_id): (String, String) = (row.get(0)?, row.get(1)?);
        // Nothing but a parsed id is ever written.
        if let (Ok(tenant), Ok(case)) = (TenantId::parse(&tenant), CaseId::parse(&case_id)) {
            found.push(CaseKey { tenant, case });
        }
    }
    Ok(found)
}
