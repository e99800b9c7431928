//! The docket in D1: one row per case, replaced only by a row with as long a journal behind it, so that late and
//! repeated writes do no harm. Callers' keys are in the Worker's own secret, where revoking one needs no database.
//!
//! It holds no journal and decides nothing; a lost row comes back with the case's next
//! commit, or is made again from its journal.

use std::{collections::BTreeMap, sync::Arc};

use case::{
    ids::{Digest, TenantId},
    time::Millis,
};
use desk::ports::{CaseKey, DocketQuery, DocketRow, Grant, HostError, Page};
use serde::Deserialize;
use worker::{D1Database, Env, send::SendFuture, wasm_bindgen::JsValue};

use crate::bindings;

/// The most rows of one page, whatever was asked for.
const PAGE_ROWS: u32 = 500;
/// The most cases that one cron tick wakes: each is a subrequest.
const OVERDUE_ROWS: u32 = 200;

/// The columns are what queries need; `row` is what they return.
const SCHEMA: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS docket (tenant TEXT NOT NULL, case_id TEXT NOT NULL, head_seq INTEGER NOT NULL, \
     state TEXT NOT NULL, agent TEXT NOT NULL, assignee TEXT, external_id TEXT, submitted_by TEXT NOT NULL, \
     due_at INTEGER, opened_at INTEGER NOT NULL, wake_at INTEGER, row TEXT NOT NULL, PRIMARY KEY (tenant, case_id))",
    "CREATE INDEX IF NOT EXISTS docket_by_urgency ON docket (tenant, coalesce(due_at, 9007199254740991), opened_at, case_id)",
    "CREATE INDEX IF NOT EXISTS docket_by_wake ON docket (wake_at) WHERE wake_at IS NOT NULL",
];

const UPSERT: &str = "INSERT INTO docket (tenant, case_id, head_seq, state, agent, assignee, external_id, \
     submitted_by, due_at, opened_at, wake_at, row) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) \
     ON CONFLICT (tenant, case_id) DO UPDATE SET head_seq = excluded.head_seq, state = excluded.state, \
     agent = excluded.agent, assignee = excluded.assignee, external_id = excluded.external_id, \
     due_at = excluded.due_at, wake_at = excluded.wake_at, row = excluded.row \
     WHERE excluded.head_seq >= docket.head_seq";

const PAGE: &str = "SELECT row FROM docket WHERE tenant = ?1 \
     AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR agent = ?3) AND (?4 IS NULL OR assignee = ?4) \
     AND (?5 IS NULL OR due_at < ?5) AND (?6 IS NULL OR external_id = ?6) AND (?7 IS NULL OR submitted_by = ?7) \
     AND (?8 IS NULL OR (coalesce(due_at, 9007199254740991), opened_at, case_id) > \
       (SELECT coalesce(due_at, 9007199254740991), opened_at, case_id FROM docket WHERE tenant = ?1 AND case_id = ?8)) \
     ORDER BY coalesce(due_at, 9007199254740991), opened_at, case_id LIMIT ?9";

/// In any order: cases that cannot be woken at all must not stand in the way of the others.
const OVERDUE: &str = "SELECT tenant, case_id FROM docket WHERE wake_at < ?1 ORDER BY random() LIMIT ?2";

/// The docket and the callers' keys.
#[derive(Clone)]
pub(crate) struct EdgeDocket {
    env: Env,
    grants: Arc<BTreeMap<String, Grant>>,
}

#[derive(Deserialize)]
struct RowText {
    row: String,
}

#[derive(Deserialize)]
struct Name {
    tenant: String,
    case_id: String,
}

impl EdgeDocket {
    /// The docket that a Worker is bound to.
    pub(crate) const fn new(env: Env, grants: Arc<BTreeMap<String, Grant>>) -> Self {
        Self { env, grants }
    }

    /// A page, which does not know how far the docket is behind.
    pub(crate) fn page(
        &self,
        tenant: &TenantId,
        query: &DocketQuery,
    ) -> impl Future<Output = Result<Page, HostError>> + Send + use<> {
        let limit = query.limit.clamp(1, PAGE_ROWS);
        let values = [
            tenant.as_str().into(),
            optional(query.state.as_deref()),
            optional(query.agent.as_deref()),
            optional(query.assignee.as_deref()),
            number(query.due_before),
            optional(query.external_id.as_deref()),
            optional(query.submitted_by.as_deref()),
            optional(query.after.as_deref()),
            // One more than asked for tells whether there is a next page.
            JsValue::from_f64(f64::from(limit + 1)),
        ];
        let env = self.env.clone();
        SendFuture::new(async move {
            let rows: Vec<RowText> = rows(&env, PAGE, &values).await?;
            page_of(&rows, limit as usize)
        })
    }

    /// Whose key has this SHA-256.
    pub(crate) fn grant(&self, key_hash: &Digest) -> Option<Grant> {
        self.grants.get(key_hash.as_str()).cloned()
    }
}

/// Writes a case's row, unless a newer one is there.
pub(crate) async fn upsert(env: &Env, key: &CaseKey, row: &DocketRow, wake: Option<Millis>) -> Result<(), HostError> {
    let text = serde_json::to_string(row).map_err(|error| HostError::Failed(error.to_string()))?;
    let values = [
        key.tenant.as_str().into(),
        key.case.as_str().into(),
        number(i64::try_from(row.head_seq).ok()),
        row.state.as_str().into(),
        row.agent.as_str().into(),
        optional(row.assignee.as_deref()),
        optional(row.external_id.as_deref()),
        row.submitted_by.as_str().into(),
        number(row.due_at),
        number(Some(row.opened_at)),
        number(wake.map(|wake| wake.0)),
        text.into(),
    ];
    let _: Vec<RowText> = rows(env, UPSERT, &values).await?;
    Ok(())
}

/// Cases that should have woken by themselves before `limit`.
pub(crate) async fn overdue(env: &Env, limit: Millis) -> Result<Vec<String>, HostError> {
    let values = [number(Some(limit.0)), JsValue::from_f64(f64::from(OVERDUE_ROWS))];
    let names: Vec<Name> = rows(env, OVERDUE, &values).await?;
    Ok(names.into_iter().map(|name| format!("{}/{}", name.tenant, name.case_id)).collect())
}

fn page_of(rows: &[RowText], limit: usize) -> Result<Page, HostError> {
    let cases: Result<Vec<DocketRow>, _> = rows.iter().take(limit).map(|row| serde_json::from_str(&row.row)).collect();
    let cases = cases.map_err(|error| HostError::Failed(format!("a row of the docket: {error}")))?;
    let next = cases.last().filter(|_| rows.len() > limit).map(|last| last.case_id.clone());
    Ok(Page { cases, next, behind: None })
}

/// Runs one statement. Only where the table is missing is it made, so that the usual case costs one round trip.
async fn rows<T: for<'a> Deserialize<'a>>(env: &Env, sql: &str, values: &[JsValue]) -> Result<Vec<T>, HostError> {
    let database = env.d1(bindings::DOCKET).map_err(failed)?;
    match run(&database, sql, values).await {
        Err(error) if error.to_string().contains("no such table") => {
            for statement in SCHEMA {
                database.prepare(statement).run().await.map_err(failed)?;
            }
            run(&database, sql, values).await.map_err(failed)
        }
        outcome => outcome.map_err(failed),
    }
}

async fn run<T: for<'a> Deserialize<'a>>(
    database: &D1Database,
    sql: &str,
    values: &[JsValue],
) -> worker::Result<Vec<T>> {
    database.prepare(sql).bind(values)?.all().await?.results()
}

fn failed(error: worker::Error) -> HostError {
    HostError::Failed(format!("the docket: {error}"))
}

fn optional(text: Option<&str>) -> JsValue {
    text.map_or(JsValue::NULL, JsValue::from_str)
}

/// Milliseconds and positions stay far below 2^53, up to which JavaScript counts exactly.
fn number(value: Option<i64>) -> JsValue {
    value.map_or(JsValue::NULL, |value| JsValue::from_f64(value as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(case_id: &str) -> RowText {
        let row = format!(
            r#"{{"case_id":"{case_id}","state":"review","agent":"human-review","escalated":false,"opened_at":1,
            "updated_at":1,"submitted_by":"ada","head_seq":3,"head_hash":"00"}}"#
        );
        RowText { row }
    }

    #[test]
    fn a_page_has_a_next_one_only_where_more_rows_came_than_asked_for() {
        let rows = [row("a"), row("b")];
        assert_eq!(page_of(&rows, 2).ok().and_then(|page| page.next), None);
        let page = page_of(&rows, 1).expect("rows are well formed");
        assert_eq!((page.cases.len(), page.next.as_deref()), (1, Some("a")));
    }
}
