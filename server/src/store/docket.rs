//! Pages of the docket: the most urgent first, continued behind the last case of the page before.

use case::ids::TenantId;
use desk::ports::{DocketQuery, DocketRow, Page};
use rusqlite::{Connection, Row, ToSql};

use crate::limits;

/// The order, as a row value that two cases can be compared by.
const ORDER: &str = "due_sort, opened_at, case_id";

/// One page.
pub(super) fn page(connection: &Connection, tenant: &TenantId, query: &DocketQuery) -> Result<Page, rusqlite::Error> {
    let limit = query.limit.clamp(1, limits::PAGE_ROWS);
    // One row more than the page holds says whether there is another page.
    let asked = limit + 1;
    let mut conditions = vec!["tenant = ?".to_owned()];
    let tenant_text = tenant.as_str();
    let mut values: Vec<&dyn ToSql> = vec![&tenant_text];
    let equal = [
        ("state", &query.state),
        ("agent", &query.agent),
        ("assignee", &query.assignee),
        ("external_id", &query.external_id),
        ("submitted_by", &query.submitted_by),
    ];
    for (column, value) in equal {
        if let Some(value) = value {
            conditions.push(format!("{column} = ?"));
            values.push(value);
        }
    }
    if let Some(due_before) = &query.due_before {
        conditions.push("due_at < ?".to_owned());
        values.push(due_before);
    }
    if let Some(after) = &query.after {
        conditions.push(format!("({ORDER}) > (SELECT {ORDER} FROM cases WHERE tenant = ? AND case_id = ?)"));
        values.push(&tenant_text);
        values.push(after);
    }
    values.push(&asked);
    let statement = format!(
        "SELECT case_id, state, task, agent, assignee, external_id, escalated, due_at, opened_at, updated_at,
             submitted_by, head_seq, head_hash
         FROM cases WHERE {} ORDER BY {ORDER} LIMIT ?",
        conditions.join(" AND ")
    );
    let mut statement = connection.prepare_cached(&statement)?;
    let mut cases = statement.query_map(values.as_slice(), read_row)?.collect::<Result<Vec<_>, _>>()?;
    let more = cases.len() > limit as usize;
    cases.truncate(limit as usize);
    let next = cases.last().filter(|_| more).map(|row| row.case_id.clone());
    // Rows are written with the journal, so that the docket is never behind.
    Ok(Page { cases, next, behind: None })
}

fn read_row(row: &Row<'_>) -> Result<DocketRow, rusqlite::Error> {
    Ok(DocketRow {
        case_id: row.get(0)?,
        state: row.get(1)?,
        task: row.get(2)?,
        agent: row.get(3)?,
        assignee: row.get(4)?,
        external_id: row.get(5)?,
        escalated: row.get(6)?,
        due_at: row.get(7)?,
        opened_at: row.get(8)?,
        updated_at: row.get(9)?,
        submitted_by: row.get(10)?,
        head_seq: row.get(11)?,
        head_hash: row.get(12)?,
    })
}
