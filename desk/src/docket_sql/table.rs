//! The tables of the docket, and how a row is written: never over one that follows from a longer journal.

use case::time::Millis;
use serde_json::json;

use super::{MOST, NO_DEADLINE, Statement, Value, folded};
use crate::{
    docket::{DocketRow, Place},
    ports::CaseKey,
};

/// The form of the rows that this build makes. Rows of an older form lack what is newer, and are made again.
pub const FORM: i64 = 2;

/// The tables. `row` is what callers see; the other columns are what is looked for.
///
/// They are never edited: what changes them comes after them.
pub const SCHEMA: [&str; 6] = [
    "CREATE TABLE IF NOT EXISTS docket_rows (\
     tenant TEXT NOT NULL, case_id TEXT NOT NULL, head_seq INTEGER NOT NULL, form INTEGER NOT NULL, \
     place TEXT NOT NULL, task TEXT, agent TEXT NOT NULL, assignee TEXT, submitted_by TEXT NOT NULL, \
     escalated INTEGER NOT NULL, due_sort INTEGER NOT NULL, risk_sort INTEGER NOT NULL, opened_at INTEGER NOT NULL, \
     wake_at INTEGER, row TEXT NOT NULL, PRIMARY KEY (tenant, case_id)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS docket_by_place ON docket_rows \
     (tenant, place, due_sort, risk_sort, opened_at, case_id)",
    "CREATE INDEX IF NOT EXISTS docket_by_assignee ON docket_rows \
     (tenant, place, assignee, due_sort, risk_sort, opened_at, case_id)",
    "CREATE INDEX IF NOT EXISTS docket_by_escalation ON docket_rows \
     (tenant, due_sort, risk_sort, opened_at, case_id) WHERE escalated = 1",
    // By what a case is found: its ticket, its customer, its transactions and payments, in small letters.
    "CREATE TABLE IF NOT EXISTS docket_names (\
     tenant TEXT NOT NULL, name TEXT NOT NULL, case_id TEXT NOT NULL, PRIMARY KEY (tenant, name, case_id)) \
     WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS docket_names_by_case ON docket_names (tenant, case_id)",
];

/// For a host whose waker finds its cases by the docket.
pub const BY_WAKE: &str =
    "CREATE INDEX IF NOT EXISTS docket_by_wake ON docket_rows (wake_at) WHERE wake_at IS NOT NULL";
/// For a host that makes rows of an older form again by itself.
pub const BY_FORM: &str = "CREATE INDEX IF NOT EXISTS docket_by_form ON docket_rows (tenant, case_id) WHERE form < 2";

const UPSERT: &str = "INSERT INTO docket_rows (tenant, case_id, head_seq, form, place, task, agent, assignee, \
     submitted_by, escalated, due_sort, risk_sort, opened_at, wake_at, row) \
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
     ON CONFLICT (tenant, case_id) DO UPDATE SET head_seq = excluded.head_seq, form = excluded.form, \
     place = excluded.place, task = excluded.task, agent = excluded.agent, assignee = excluded.assignee, \
     submitted_by = excluded.submitted_by, escalated = excluded.escalated, due_sort = excluded.due_sort, \
     risk_sort = excluded.risk_sort, opened_at = excluded.opened_at, wake_at = excluded.wake_at, row = excluded.row \
     WHERE excluded.head_seq >= docket_rows.head_seq";
/// Names that a case has no more, where the row is the one that was just written.
const FORGET: &str = "DELETE FROM docket_names WHERE tenant = ? AND case_id = ? \
     AND name NOT IN (SELECT value FROM json_each(?)) \
     AND ? = (SELECT head_seq FROM docket_rows WHERE tenant = ? AND case_id = ?)";
const NAME: &str = "INSERT OR IGNORE INTO docket_names (tenant, name, case_id) SELECT ?, value, ? FROM json_each(?) \
     WHERE ? = (SELECT head_seq FROM docket_rows WHERE tenant = ? AND case_id = ?)";

/// The statements that write a row, together or not at all; a row of a longer journal stays.
#[must_use]
pub fn write(key: &CaseKey, row: &DocketRow, wake: Option<Millis>) -> [Statement; 3] {
    let whose = || [Value::from(key.tenant.as_str()), Value::from(key.case.as_str())];
    let head_seq = || Value::Integer(i64::try_from(row.head_seq).unwrap_or(MOST));
    let mut values = Vec::from(whose());
    values.extend([
        head_seq(),
        FORM.into(),
        row.place().name().into(),
        row.task.as_ref().into(),
        row.agent.as_str().into(),
        row.assignee.as_ref().into(),
        row.submitted_by.as_str().into(),
        i64::from(row.escalated).into(),
        due_sort(row).into(),
        risk_sort(row.risk.as_deref()).into(),
        row.opened_at.into(),
        wake.map(|wake| wake.0).into(),
        json!(row).to_string().as_str().into(),
    ]);
    let upsert = Statement { sql: UPSERT.to_owned(), values };
    let names = names(row);
    let [tenant, case] = whose();
    let mut values = vec![tenant, case, names.as_str().into(), head_seq()];
    values.extend(whose());
    let forget = Statement { sql: FORGET.to_owned(), values: values.clone() };
    [upsert, forget, Statement { sql: NAME.to_owned(), values }]
}

/// What an older docket knows is taken over; it lacks what is newer until each row is made again from its journal.
/// `before` is a table or a query with the columns that are named here.
#[must_use]
pub fn take_over(before: &str) -> [String; 2] {
    [
        format!(
            "INSERT OR IGNORE INTO docket_rows (tenant, case_id, head_seq, form, place, task, agent, assignee, \
             submitted_by, escalated, due_sort, risk_sort, opened_at, wake_at, row) \
             SELECT tenant, case_id, head_seq, 1, iif(state = 'review', 'open', state), row ->> 'task', agent, \
             assignee, submitted_by, row ->> 'escalated', iif(state = 'closed', {MOST} - (row ->> 'updated_at'), \
             coalesce(due_at, {NO_DEADLINE})), 3, opened_at, wake_at, row FROM {before}"
        ),
        format!(
            "INSERT OR IGNORE INTO docket_names (tenant, name, case_id) \
             SELECT tenant, lower(external_id), case_id FROM {before} WHERE external_id IS NOT NULL"
        ),
    ]
}

/// By what a case is found, as a list.
fn names(row: &DocketRow) -> String {
    let names = row.external_id.iter().chain(&row.customer_id).chain(&row.about);
    json!(names.map(|name| folded(name)).collect::<Vec<_>>()).to_string()
}

/// The place in the order: by deadline; behind them what has none; behind those what is closed, the newest first.
fn due_sort(row: &DocketRow) -> i64 {
    match (row.place(), row.due_at) {
        (Place::Closed, _) => MOST - row.closed_at.unwrap_or(row.updated_at).clamp(0, Millis::LAST.0),
        (Place::Open | Place::Snoozed | Place::Waiting | Place::Working, Some(due_at)) => due_at.min(NO_DEADLINE - 1),
        (Place::Open | Place::Snoozed | Place::Waiting | Place::Working, None) => NO_DEADLINE,
    }
}

/// The place in the order among cases of one deadline.
pub(super) fn risk_sort(risk: Option<&str>) -> i64 {
    match risk {
        Some("high") => 0,
        Some("medium") => 1,
        Some("low") => 2,
        Some(_) | None => 3,
    }
}
