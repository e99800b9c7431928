//! The docket in D1: one row per case, replaced only by a row with as long a journal behind it, so that late and
//! repeated writes do no harm. Callers' keys are in the Worker's own secret, where revoking one needs no database.
//!
//! It holds no journal and decides nothing; a lost row comes back with the case's next
//! commit, or is made again from its journal.

use std::{collections::BTreeMap, sync::Arc};

use case::{ids::Digest, time::Millis};
use desk::{
    docket_sql::{self, Statement, Value},
    ports::{CaseKey, DocketRow, Grant, HostError},
};
use serde::Deserialize;
use worker::{D1Database, D1Result, Env, send::SendFuture, wasm_bindgen::JsValue};

use crate::bindings;

/// The most cases that one cron tick wakes: each is a subrequest.
const OVERDUE_ROWS: u32 = 200;

/// The docket that deployments of an older version have: its rows are taken over, and lack what is newer.
const BEFORE: &str = "docket";

/// In any order: cases that cannot be woken at all must not stand in the way of the others.
const OVERDUE: &str = "SELECT tenant, case_id FROM docket_rows WHERE wake_at < ? ORDER BY random() LIMIT ?";

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

    /// Runs statements that read, in one round trip; of each its rows.
    pub(crate) fn select(
        &self,
        statements: Vec<Statement>,
    ) -> impl Future<Output = Result<Vec<Vec<String>>, HostError>> + Send + use<> {
        let env = self.env.clone();
        SendFuture::new(async move {
            let found = batch(&env, &statements).await?;
            let texts = |result: &D1Result| {
                let rows: Vec<RowText> = result.results().map_err(failed)?;
                Ok(rows.into_iter().map(|row| row.row).collect())
            };
            found.iter().map(texts).collect()
        })
    }

    /// Whose key has this SHA-256.
    pub(crate) fn grant(&self, key_hash: &Digest) -> Option<Grant> {
        self.grants.get(key_hash.as_str()).cloned()
    }
}

/// Writes a case's row, unless a newer one is there.
pub(crate) async fn upsert(env: &Env, key: &CaseKey, row: &DocketRow, wake: Option<Millis>) -> Result<(), HostError> {
    batch(env, &docket_sql::write(key, row, wake)).await.map(|_| ())
}

/// Cases that should have woken by themselves before `limit`.
pub(crate) async fn overdue(env: &Env, limit: Millis) -> Result<Vec<String>, HostError> {
    let values = vec![Value::Integer(limit.0), Value::Integer(OVERDUE_ROWS.into())];
    let found = batch(env, &[Statement { sql: OVERDUE.to_owned(), values }]).await?;
    let names: Vec<Name> = match found.first() {
        Some(names) => names.results().map_err(failed)?,
        None => Vec::new(),
    };
    Ok(names.into_iter().map(|name| format!("{}/{}", name.tenant, name.case_id)).collect())
}

/// Runs statements together, all or none. Only where a table is missing is it made, so that the usual case costs one
/// round trip.
async fn batch(env: &Env, statements: &[Statement]) -> Result<Vec<D1Result>, HostError> {
    let database = env.d1(bindings::DOCKET).map_err(failed)?;
    match run(&database, statements).await {
        Err(error) if is_unmade(&error.to_string()) => {
            make(&database).await.map_err(failed)?;
            run(&database, statements).await.map_err(failed)
        }
        outcome => outcome.map_err(failed),
    }
}

/// A docket that is being made has its tables before it has their indexes.
fn is_unmade(error: &str) -> bool {
    error.contains("no such table") || error.contains("no such index")
}

async fn make(database: &D1Database) -> worker::Result<()> {
    for statement in docket_sql::SCHEMA.into_iter().chain([docket_sql::BY_WAKE]) {
        database.prepare(statement).run().await?;
    }
    for statement in docket_sql::take_over(BEFORE) {
        match database.prepare(statement).run().await {
            Ok(_) => {}
            // A new deployment has no older docket.
            Err(error) if is_unmade(&error.to_string()) => return Ok(()),
            Err(error) => {
                tracing::error!(%error, "an older docket could not be taken over; `caseworker docket rebuild` makes it again");
                return Ok(());
            }
        }
    }
    Ok(())
}

async fn run(database: &D1Database, statements: &[Statement]) -> worker::Result<Vec<D1Result>> {
    let bound = |statement: &Statement| {
        let values: Vec<JsValue> = statement.values.iter().map(given).collect();
        database.prepare(&statement.sql).bind(&values)
    };
    database.batch(statements.iter().map(bound).collect::<worker::Result<_>>()?).await
}

fn failed(error: worker::Error) -> HostError {
    HostError::Failed(format!("the docket: {error}"))
}

/// Milliseconds and positions stay far below 2^53, up to which JavaScript counts exactly.
fn given(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Integer(number) => JsValue::from_f64(*number as f64),
        Value::Text(text) => JsValue::from_str(text),
    }
}
