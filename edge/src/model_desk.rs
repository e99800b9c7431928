//! The model's switch and the tenants' budgets in D1, beside the docket: one statement each, so that no two objects
//! can both take the last of a budget. It decides nothing.

use case::ids::TenantId;
use desk::ports::{HostError, ModelHost, Spend, Switch};
use serde::Deserialize;
use worker::{Env, send::SendFuture, wasm_bindgen::JsValue};

use crate::docket::{number, optional, rows};

/// The tables, made with the docket's.
pub(crate) const SCHEMA: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS model_switch (turn INTEGER PRIMARY KEY AUTOINCREMENT, off INTEGER NOT NULL, \
     turned_by TEXT NOT NULL, turned_at INTEGER NOT NULL, note TEXT)",
    "CREATE TABLE IF NOT EXISTS model_spend (tenant TEXT NOT NULL, day TEXT NOT NULL, nano_dollars INTEGER NOT NULL, \
     tokens INTEGER NOT NULL, PRIMARY KEY (tenant, day))",
];

const READ: &str = "SELECT off, turned_by, turned_at, note FROM model_switch ORDER BY turn DESC LIMIT 1";
const TURN: &str = "INSERT INTO model_switch (off, turned_by, turned_at, note) VALUES (?1, ?2, ?3, ?4) RETURNING turn";
const RESERVE: &str = "INSERT INTO model_spend (tenant, day, nano_dollars, tokens) \
     SELECT ?1, ?2, ?3, ?4 WHERE ?3 <= ?5 AND ?4 <= ?6 ON CONFLICT (tenant, day) DO UPDATE \
     SET nano_dollars = nano_dollars + excluded.nano_dollars, tokens = tokens + excluded.tokens \
     WHERE nano_dollars + excluded.nano_dollars <= ?5 AND tokens + excluded.tokens <= ?6 RETURNING tokens";
const SETTLE: &str = "UPDATE model_spend SET nano_dollars = max(0, nano_dollars - ?3 + ?4), \
     tokens = max(0, tokens - ?5 + ?6) WHERE tenant = ?1 AND day = ?2 RETURNING tokens";

/// The switch and the budgets of a deployment.
#[derive(Clone)]
pub(crate) struct ModelDesk(pub(crate) Env);

#[derive(Deserialize)]
struct Turned {
    off: f64,
    turned_by: String,
    turned_at: f64,
    note: Option<String>,
}

/// A row of which only that it came back matters.
#[derive(Deserialize)]
struct Row {}

impl ModelHost for ModelDesk {
    fn switch(&self) -> impl Future<Output = Result<Option<Switch>, HostError>> + Send {
        let env = self.0.clone();
        SendFuture::new(async move {
            let turned: Vec<Turned> = rows(&env, READ, &[]).await?;
            Ok(turned.into_iter().next().map(|turned| Switch {
                off: turned.off > 0.0,
                by: turned.turned_by,
                at: turned.turned_at as i64,
                note: turned.note,
            }))
        })
    }

    fn set_switch(&self, switch: &Switch) -> impl Future<Output = Result<(), HostError>> + Send {
        let values = [
            number(Some(i64::from(switch.off))),
            switch.by.as_str().into(),
            number(Some(switch.at)),
            optional(switch.note.as_deref()),
        ];
        write(self.0.clone(), TURN, values)
    }

    fn reserve(
        &self,
        tenant: &TenantId,
        day: &str,
        most: Spend,
        cap: Spend,
    ) -> impl Future<Output = Result<bool, HostError>> + Send {
        let (tenant, day) = (tenant.as_str().into(), day.into());
        let values = [
            tenant,
            day,
            counted(most.nano_dollars),
            counted(most.tokens),
            counted(cap.nano_dollars),
            counted(cap.tokens),
        ];
        let env = self.0.clone();
        SendFuture::new(async move {
            let made: Vec<Row> = rows(&env, RESERVE, &values).await?;
            Ok(!made.is_empty())
        })
    }

    fn settle(
        &self,
        tenant: &TenantId,
        day: &str,
        reserved: Spend,
        spent: Spend,
    ) -> impl Future<Output = Result<(), HostError>> + Send {
        let values = [
            tenant.as_str().into(),
            day.into(),
            counted(reserved.nano_dollars),
            counted(spent.nano_dollars),
            counted(reserved.tokens),
            counted(spent.tokens),
        ];
        write(self.0.clone(), SETTLE, values)
    }
}

fn write<const N: usize>(
    env: Env,
    sql: &'static str,
    values: [JsValue; N],
) -> impl Future<Output = Result<(), HostError>> + Send {
    SendFuture::new(async move { rows::<Row>(&env, sql, &values).await.map(|_| ()) })
}

fn counted(number_of: u64) -> JsValue {
    number(i64::try_from(number_of.min(Spend::MOST)).ok())
}
