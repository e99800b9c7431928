//! The Durable Object of one tenant: what all its cases share. Its budget of the day, the nonces of signatures it has
//! seen, what the actions of its cases do, whom it lets in no more, and which of its cases the docket is behind with. One more such object, whose name no
//! tenant can have, holds the deployment's switch of the model.
//!
//! Each ask is answered without an await in between, so that no two callers can both take the last of a budget or use
//! one nonce. It decides nothing, holds nothing of a case, and writes nothing for an ask that only reads.

use std::cell::Cell;

use case::{
    ids::{CaseId, Digest},
    time::Millis,
};
use desk::ports::{Behind, Hold, Revocation, Revoked, Spend, Switch};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use worker::{DurableObject, Env, Request, Response, Result, SqlStorage, SqlStorageValue, State, durable_object};

use crate::{log, outside};

/// How often nonces whose moment has passed are forgotten: it costs reading all of them.
const SWEEP_MS: i64 = 60_000;

/// Made with the first write.
const SCHEMA: [&str; 6] = [
    "CREATE TABLE IF NOT EXISTS model_switch (turn INTEGER PRIMARY KEY AUTOINCREMENT, off INTEGER NOT NULL, \
     turned_by TEXT NOT NULL, turned_at INTEGER NOT NULL, note TEXT)",
    "CREATE TABLE IF NOT EXISTS model_spend (day TEXT PRIMARY KEY, nano_dollars INTEGER NOT NULL, \
     tokens INTEGER NOT NULL) WITHOUT ROWID",
    // Without an index by moment, which would double what each signature costs to write.
    "CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, kept_until INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS revocations (kind TEXT NOT NULL, name TEXT NOT NULL, revoked_at INTEGER NOT NULL, \
     revoked_by TEXT NOT NULL, note TEXT, PRIMARY KEY (kind, name)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS effects (what TEXT PRIMARY KEY, case_id TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS behind (case_id TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID",
];

const READ_SWITCH: &str = "SELECT off, turned_by, turned_at, note FROM model_switch ORDER BY turn DESC LIMIT 1";
const TURN: &str = "INSERT INTO model_switch (off, turned_by, turned_at, note) VALUES (?, ?, ?, ?)";
const RESERVE: &str = "INSERT INTO model_spend (day, nano_dollars, tokens) \
     SELECT ?1, ?2, ?3 WHERE ?2 <= ?4 AND ?3 <= ?5 ON CONFLICT (day) DO UPDATE \
     SET nano_dollars = nano_dollars + excluded.nano_dollars, tokens = tokens + excluded.tokens \
     WHERE nano_dollars + excluded.nano_dollars <= ?4 AND tokens + excluded.tokens <= ?5 RETURNING 1 AS done";
const SETTLE: &str = "UPDATE model_spend SET nano_dollars = max(0, nano_dollars - ?2 + ?3), \
     tokens = max(0, tokens - ?4 + ?5) WHERE day = ?1";
/// A nonce that was not forgotten in time is kept anew.
const KEEP: &str = "INSERT INTO nonces (nonce, kept_until) VALUES (?1, ?2) ON CONFLICT (nonce) DO UPDATE \
     SET kept_until = excluded.kept_until WHERE nonces.kept_until < ?3 RETURNING 1 AS done";
const HAS: &str = "SELECT 1 AS done FROM nonces WHERE nonce = ? AND kept_until >= ?";
/// The first case keeps it; a row comes back where this one is the first.
const HOLD_EFFECT: &str = "INSERT OR IGNORE INTO effects (what, case_id) VALUES (?, ?) RETURNING case_id";
const READ_EFFECT: &str = "SELECT case_id FROM effects WHERE what = ?";
const RELEASE_EFFECT: &str = "DELETE FROM effects WHERE what = ? AND case_id = ?";
const READ_REVOCATIONS: &str =
    "SELECT kind, name, revoked_at, revoked_by, note FROM revocations ORDER BY revoked_at, kind, name";
const REVOKE: &str = "INSERT INTO revocations (kind, name, revoked_at, revoked_by, note) VALUES (?, ?, ?, ?, ?) \
     ON CONFLICT (kind, name) DO UPDATE SET revoked_at = excluded.revoked_at, revoked_by = excluded.revoked_by, \
     note = excluded.note";
/// The first moment counts.
const FALL_BEHIND: &str = "INSERT INTO behind (case_id, since) VALUES (?, ?) ON CONFLICT (case_id) DO NOTHING";
const READ_BEHIND: &str = "SELECT count(*) AS cases, min(since) AS since FROM behind";

/// What the object is asked. Each variant says what is answered, as JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ask {
    /// How the model's switch stands: `Option<Switch>`.
    Switch,
    /// Turns it: `()`.
    SetSwitch(Switch),
    /// Adds to what is spent on a day, unless a cap would be passed: `bool`.
    Reserve {
        /// Which day.
        day: String,
        /// What to add.
        most: Sum,
        /// What may not be passed.
        cap: Sum,
    },
    /// Puts what was spent in the place of what was reserved: `()`.
    Settle {
        /// Which day.
        day: String,
        /// What was added.
        reserved: Sum,
        /// What it came to.
        spent: Sum,
    },
    /// Keeps a nonce until a moment, unless it is kept: `bool`.
    KeepNonce(Digest, Millis),
    /// Whether a nonce is kept: `bool`.
    HasNonce(Digest),
    /// Keeps for a case what its action will do, unless another case has it: [`CaseId`] of the one that has it.
    HoldEffect(Digest, CaseId),
    /// Give back what a case holds.
    ReleaseEffect(Digest, CaseId),
    /// Who is let in no more: `Vec<Revocation>`.
    Revocations,
    /// Lets somebody in no more: `()`.
    Revoke(Revocation),
    /// The docket does not take a case's row since then: `()`.
    FellBehind(CaseId, Millis),
    /// It has the case's newest row: `()`.
    CaughtUp(CaseId),
    /// With how many cases the docket is behind, and since when: [`Lag`].
    Behind,
}

/// A [`Spend`] on its way.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Sum {
    nano_dollars: u64,
    tokens: u64,
}

/// How far the docket is behind.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Lag {
    /// With how many cases.
    pub(crate) cases: u64,
    /// Since when with the first of them.
    pub(crate) since: Option<i64>,
}

impl Lag {
    /// What callers are shown, where there is anything to show.
    pub(crate) fn shown(&self) -> Option<Behind> {
        let since = self.since.filter(|_| self.cases > 0)?;
        Some(Behind { cases: self.cases, since: Millis(since).rfc3339() })
    }
}

/// One tenant's, or the deployment's.
#[durable_object]
pub struct TenantDesk {
    sql: SqlStorage,
    is_made: Cell<bool>,
    swept_at: Cell<i64>,
}

#[derive(Deserialize)]
struct Turned {
    off: i64,
    turned_by: String,
    turned_at: i64,
    note: Option<String>,
}

#[derive(Deserialize)]
struct RevokedRow {
    kind: String,
    name: String,
    revoked_at: i64,
    revoked_by: String,
    note: Option<String>,
}

/// Whose an effect is.
#[derive(Deserialize)]
struct Holder {
    case_id: CaseId,
}

/// A row of which only that it came back matters.
#[derive(Deserialize)]
struct Done {}

impl DurableObject for TenantDesk {
    fn new(state: State, _env: Env) -> Self {
        log::begin();
        Self { sql: state.storage().sql(), is_made: Cell::new(false), swept_at: Cell::new(0) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let ask: Ask = request.json().await?;
        match self.answer(&ask) {
            Ok(answer) => Response::from_json(&answer),
            Err(error) => {
                tracing::error!(%error, "a tenant's desk could not answer");
                Response::error(error.to_string(), 500)
            }
        }
    }
}

impl TenantDesk {
    fn answer(&self, ask: &Ask) -> Result<Value> {
        match ask {
            Ask::Switch => {
                Ok(json!(self.read::<Turned>(READ_SWITCH, Vec::new())?.into_iter().next().map(Switch::from)))
            }
            Ask::Revocations => {
                let rows = self.read::<RevokedRow>(READ_REVOCATIONS, Vec::new())?;
                let list: Option<Vec<Revocation>> = rows.into_iter().map(RevokedRow::parse).collect();
                // Nothing but what was parsed is ever written; what cannot be read must not let anybody in.
                Ok(json!(list.ok_or("a revocation is damaged")?))
            }
            Ask::Behind => {
                let lag = self.read::<Lag>(READ_BEHIND, Vec::new())?.into_iter().next();
                Ok(json!(lag.unwrap_or(Lag { cases: 0, since: None })))
            }
            Ask::SetSwitch(switch) => self.write(
                TURN,
                vec![
                    i64::from(switch.off).into(),
                    switch.by.as_str().into(),
                    switch.at.into(),
                    switch.note.clone().into(),
                ],
            ),
            Ask::Reserve { day, most, cap } => self.write_if(
                RESERVE,
                vec![
                    day.as_str().into(),
                    counted(most.nano_dollars),
                    counted(most.tokens),
                    counted(cap.nano_dollars),
                    counted(cap.tokens),
                ],
            ),
            Ask::Settle { day, reserved, spent } => self.write(
                SETTLE,
                vec![
                    day.as_str().into(),
                    counted(reserved.nano_dollars),
                    counted(spent.nano_dollars),
                    counted(reserved.tokens),
                    counted(spent.tokens),
                ],
            ),
            Ask::HasNonce(nonce) => {
                let values = vec![nonce.as_str().into(), outside::now().0.into()];
                Ok(json!(!self.read::<Done>(HAS, values)?.is_empty()))
            }
            Ask::KeepNonce(nonce, until) => self.keep_nonce(nonce, *until),
            Ask::HoldEffect(what, case) => self.hold_effect(what, case),
            Ask::ReleaseEffect(what, case) => {
                self.write(RELEASE_EFFECT, vec![what.as_str().into(), case.as_str().into()])
            }
            Ask::Revoke(revocation) => self.write(
                REVOKE,
                vec![
                    revocation.what.kind().into(),
                    revocation.what.name().into(),
                    revocation.at.0.into(),
                    revocation.by.as_str().into(),
                    revocation.note.clone().into(),
                ],
            ),
            Ask::FellBehind(case, since) => self.write(FALL_BEHIND, vec![case.as_str().into(), since.0.into()]),
            Ask::CaughtUp(case) => self.write("DELETE FROM behind WHERE case_id = ?", vec![case.as_str().into()]),
        }
    }

    fn keep_nonce(&self, nonce: &Digest, until: Millis) -> Result<Value> {
        let now_ms = outside::now().0;
        if now_ms - self.swept_at.get() > SWEEP_MS {
            self.write("DELETE FROM nonces WHERE kept_until < ?", vec![now_ms.into()])?;
            self.swept_at.set(now_ms);
        }
        self.write_if(KEEP, vec![nonce.as_str().into(), until.0.into(), now_ms.into()])
    }

    /// Nobody else writes between the two statements: an object does one thing at a time.
    fn hold_effect(&self, what: &Digest, case: &CaseId) -> Result<Value> {
        self.make()?;
        let taken: Vec<Holder> =
            self.sql.exec(HOLD_EFFECT, vec![what.as_str().into(), case.as_str().into()])?.to_array()?;
        if !taken.is_empty() {
            return Ok(json!(Hold::Taken));
        }
        let holders: Vec<Holder> = self.sql.exec(READ_EFFECT, vec![what.as_str().into()])?.to_array()?;
        let holder = holders.into_iter().next().ok_or("no row came back of an effect")?.case_id;
        Ok(json!(if holder == *case { Hold::Kept } else { Hold::Another(holder) }))
    }

    /// Rows, or none where nothing was ever written: asking makes no table.
    fn read<T: DeserializeOwned>(&self, sql: &str, values: Vec<SqlStorageValue>) -> Result<Vec<T>> {
        match self.sql.exec(sql, values) {
            Ok(cursor) => cursor.to_array(),
            Err(error) if error.to_string().contains("no such table") => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    fn write(&self, sql: &str, values: Vec<SqlStorageValue>) -> Result<Value> {
        self.make()?;
        self.sql.exec(sql, values)?;
        Ok(Value::Null)
    }

    /// Writes, and says whether a row came back.
    fn write_if(&self, sql: &str, values: Vec<SqlStorageValue>) -> Result<Value> {
        self.make()?;
        let done: Vec<Done> = self.sql.exec(sql, values)?.to_array()?;
        Ok(json!(!done.is_empty()))
    }

    fn make(&self) -> Result<()> {
        if !self.is_made.get() {
            for statement in SCHEMA {
                self.sql.exec(statement, None)?;
            }
            self.is_made.set(true);
        }
        Ok(())
    }
}

impl From<Turned> for Switch {
    fn from(turned: Turned) -> Self {
        Self { off: turned.off > 0, by: turned.turned_by, at: turned.turned_at, note: turned.note }
    }
}

impl RevokedRow {
    fn parse(self) -> Option<Revocation> {
        let what = Revoked::parse(&self.kind, &self.name)?;
        Some(Revocation { what, at: Millis(self.revoked_at), by: self.revoked_by, note: self.note })
    }
}

impl From<Spend> for Sum {
    fn from(spend: Spend) -> Self {
        Self { nano_dollars: spend.nano_dollars, tokens: spend.tokens }
    }
}

fn counted(number_of: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(i64::try_from(number_of.min(Spend::MOST)).unwrap_or(i64::MAX))
}
