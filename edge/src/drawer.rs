//! A case's storage: the SQLite database inside its Durable Object, with the alarm that wakes it and the row that is on
//! its way to the docket.
//!
//! Writes without an await between them become durable together, and nothing leaves the object before they are. It
//! refuses keys of other cases: an object holds exactly one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use case::{ids::Digest, time::Millis};
use desk::ports::{CaseHost, CaseKey, Commit, DocketRow, HostError, Stored};
use serde::Deserialize;
use worker::{
    Date, Env, SqlStorage, SqlStorageValue, State, console_warn,
    send::{SendFuture, SendWrapper},
};

use crate::docket;

/// How soon a row that the docket did not take is sent again; doubled for each further try.
const DOCKET_RETRY_MS: i64 = 5_000;
/// How soon a case that was woken without an effect is woken again; doubled for each further try.
const WAKE_RETRY_MS: i64 = 1_000;
/// The longest pause between two tries of either.
const RETRY_MOST_MS: i64 = 600_000;

/// Made with the first commit, so that asking for a case that is not there leaves nothing behind.
const SCHEMA: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS entries (seq INTEGER PRIMARY KEY, line TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS sealed (hash TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS file (id INTEGER PRIMARY KEY CHECK (id = 1), wrapped_key BLOB, wake_at INTEGER, \
     row TEXT NOT NULL, head_seq INTEGER NOT NULL, docket_seq INTEGER NOT NULL, docket_tries INTEGER NOT NULL, wake_tries INTEGER NOT NULL)",
];

const WRITE_FILE: &str = "INSERT INTO file (id, wrapped_key, wake_at, row, head_seq, docket_seq, docket_tries, \
     wake_tries) VALUES (1, ?1, ?2, ?3, ?4, -1, 0, 0) ON CONFLICT (id) DO UPDATE SET \
     wrapped_key = coalesce(excluded.wrapped_key, file.wrapped_key), wake_at = excluded.wake_at, \
     row = excluded.row, head_seq = excluded.head_seq, wake_tries = 0";

/// The storage of one case.
#[derive(Clone)]
pub(crate) struct Drawer {
    inner: Arc<Inner>,
}

struct Inner {
    state: Arc<SendWrapper<State>>,
    sql: SqlStorage,
    env: Env,
    /// The case the object is named after; `None` for an object that nobody of ours named.
    key: Option<CaseKey>,
    /// Whether a row is on its way to the docket: one at a time, the newest after it.
    sending: AtomicBool,
    /// Whether the tables are known to be there; they are never dropped.
    made: AtomicBool,
}

#[derive(Deserialize)]
struct LineText {
    line: String,
}

#[derive(Deserialize)]
struct Count {
    count: u64,
}

/// When to wake, and what the docket does not have yet.
#[derive(Deserialize)]
struct Due {
    wake_at: Option<i64>,
    row: String,
    head_seq: i64,
    docket_seq: i64,
    docket_tries: u32,
    wake_tries: u32,
}

impl Drawer {
    /// The storage of the object that `state` belongs to.
    pub(crate) fn new(state: Arc<SendWrapper<State>>, env: Env) -> Self {
        let sql = state.storage().sql();
        let key = state.id().name().and_then(|name| CaseKey::from_name(&name));
        Self {
            inner: Arc::new(Inner {
                state,
                sql,
                env,
                key,
                sending: AtomicBool::new(false),
                made: AtomicBool::new(false),
            }),
        }
    }

    /// The case the object is named after.
    pub(crate) fn key(&self) -> Option<&CaseKey> {
        self.inner.key.as_ref()
    }

    /// Whether the case has to be woken now. Each time it has counts as a try, until a commit begins anew: a case that
    /// cannot be woken must not ring for ever.
    pub(crate) fn begin_wake(&self) -> Result<bool, HostError> {
        let due = self.due()?.and_then(|due| due.wake_at).is_some_and(|wake_at| wake_at <= now_ms());
        if due {
            self.inner.sql.exec("UPDATE file SET wake_tries = wake_tries + 1", None).map_err(failed)?;
        }
        Ok(due)
    }

    /// Sends the docket what it does not have yet, then arms the alarm for whatever remains.
    pub(crate) async fn settle(&self) {
        self.send_row().await;
        self.arm().await;
    }

    fn write(&self, commit: &Commit) -> Result<(), HostError> {
        let sql = &self.inner.sql;
        if !self.exists()? {
            for statement in SCHEMA {
                sql.exec(statement, None).map_err(failed)?;
            }
        }
        if self.count()? != commit.first_seq {
            return Err(HostError::Stale);
        }
        self.insert(commit).inspect_err(|_| {
            // A write that came before a failing one would stay; without these lines the commit did not happen.
            let undo = "DELETE FROM entries WHERE seq >= ?";
            if let Err(error) = sql.exec(undo, vec![integer(commit.first_seq)]) {
                console_warn!("a half-written commit could not be taken back: {error}");
            }
        })
    }

    fn insert(&self, commit: &Commit) -> Result<(), HostError> {
        let sql = &self.inner.sql;
        for sealed in &commit.sealed {
            let values = vec![sealed.hash.as_str().into(), sealed.bytes.clone().into()];
            sql.exec("INSERT OR IGNORE INTO sealed (hash, bytes) VALUES (?, ?)", values).map_err(failed)?;
        }
        for (seq, line) in (commit.first_seq..).zip(&commit.lines) {
            let values = vec![integer(seq), line.as_str().into()];
            sql.exec("INSERT INTO entries (seq, line) VALUES (?, ?)", values).map_err(failed)?;
        }
        let row = serde_json::to_string(&commit.row).map_err(|error| HostError::Failed(error.to_string()))?;
        let values = vec![
            commit.wrapped_key.clone().into(),
            commit.wake.map(|wake| wake.0).into(),
            row.into(),
            integer(commit.row.head_seq),
        ];
        sql.exec(WRITE_FILE, values).map_err(failed)?;
        Ok(())
    }

    fn exists(&self) -> Result<bool, HostError> {
        if self.inner.made.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let sql = "SELECT count(*) AS count FROM sqlite_master WHERE name = 'file'";
        let rows: Vec<Count> = self.inner.sql.exec(sql, None).and_then(|cursor| cursor.to_array()).map_err(failed)?;
        let made = rows.first().is_some_and(|row| row.count > 0);
        self.inner.made.store(made, Ordering::Relaxed);
        Ok(made)
    }

    fn count(&self) -> Result<u64, HostError> {
        let sql = "SELECT count(*) AS count FROM entries";
        let rows: Vec<Count> = self.inner.sql.exec(sql, None).and_then(|cursor| cursor.to_array()).map_err(failed)?;
        Ok(rows.first().map_or(0, |row| row.count))
    }

    fn load(&self) -> Result<Option<Stored>, HostError> {
        if !self.exists()? {
            return Ok(None);
        }
        let cursor = self.inner.sql.exec("SELECT line FROM entries ORDER BY seq", None).map_err(failed)?;
        let lines: Vec<LineText> = cursor.to_array().map_err(failed)?;
        let wrapped_key = self.blob("SELECT wrapped_key FROM file", Vec::new())?;
        Ok(Some(Stored { lines: lines.into_iter().map(|row| row.line).collect(), wrapped_key }))
    }

    /// The one value of the one row of a query, where it is a blob.
    fn blob(&self, sql: &str, values: Vec<SqlStorageValue>) -> Result<Option<Vec<u8>>, HostError> {
        let cursor = self.inner.sql.exec(sql, values).map_err(failed)?;
        match cursor.raw().next().transpose().map_err(failed)?.and_then(|mut row| row.pop()) {
            Some(SqlStorageValue::Blob(bytes)) => Ok(Some(bytes)),
            _ => Ok(None),
        }
    }

    fn due(&self) -> Result<Option<Due>, HostError> {
        if !self.exists()? {
            return Ok(None);
        }
        let sql = "SELECT wake_at, row, head_seq, docket_seq, docket_tries, wake_tries FROM file";
        let rows: Vec<Due> = self.inner.sql.exec(sql, None).and_then(|cursor| cursor.to_array()).map_err(failed)?;
        Ok(rows.into_iter().next())
    }

    /// Sets the alarm to the wake or the docket's next try, whichever comes first.
    async fn arm(&self) {
        let now_ms = now_ms();
        let due = match self.due() {
            Ok(due) => due.and_then(|due| due.alarm_at(now_ms)),
            Err(error) => Some(now_ms + DOCKET_RETRY_MS).inspect(|_| console_warn!("reading when to wake: {error}")),
        };
        let storage = self.inner.state.storage();
        let armed = match due {
            Some(at) => {
                let wait_ms = at.saturating_sub(now_ms).max(0);
                storage.set_alarm(Duration::from_millis(wait_ms.unsigned_abs())).await
            }
            None => storage.delete_alarm().await,
        };
        if let Err(error) = armed {
            console_warn!("the alarm could not be set: {error}");
        }
    }

    async fn send_row(&self) {
        if self.inner.sending.swap(true, Ordering::Relaxed) {
            return;
        }
        let outcome = self.send_rows().await;
        self.inner.sending.store(false, Ordering::Relaxed);
        if let Err(error) = outcome {
            console_warn!("the docket did not take a row, it is tried again: {error}");
            let tries = "UPDATE file SET docket_tries = docket_tries + 1";
            if let Err(error) = self.inner.sql.exec(tries, None) {
                console_warn!("counting the docket's tries: {error}");
            }
        }
    }

    /// Until the docket has the newest row: others may be committed while one is on its way.
    async fn send_rows(&self) -> Result<(), HostError> {
        let Some(key) = self.key() else { return Ok(()) };
        while let Some(due) = self.due()?.filter(|due| due.docket_seq < due.head_seq) {
            let row: DocketRow =
                serde_json::from_str(&due.row).map_err(|error| HostError::Failed(error.to_string()))?;
            docket::upsert(&self.inner.env, key, &row, due.wake_at.map(Millis)).await?;
            let sent = "UPDATE file SET docket_seq = max(docket_seq, ?), docket_tries = 0";
            self.inner.sql.exec(sent, vec![due.head_seq.into()]).map_err(failed)?;
        }
        Ok(())
    }

    fn check(&self, key: &CaseKey) -> Result<(), HostError> {
        if self.key() == Some(key) { Ok(()) } else { Err(HostError::Failed("the object of another case".to_owned())) }
    }
}

impl Due {
    /// When the alarm has to ring: never, if the case sleeps and the docket has its row.
    fn alarm_at(&self, now_ms: i64) -> Option<i64> {
        let retry_at =
            (self.docket_seq < self.head_seq).then_some(now_ms + pause_ms(DOCKET_RETRY_MS, self.docket_tries));
        let wake_at = match self.wake_tries {
            0 => self.wake_at,
            tries => self.wake_at.map(|wake_at| wake_at.max(now_ms + pause_ms(WAKE_RETRY_MS, tries - 1))),
        };
        [wake_at, retry_at].into_iter().flatten().min()
    }
}

impl CaseHost for Drawer {
    fn read(&self, key: &CaseKey) -> impl Future<Output = Result<Option<Stored>, HostError>> + Send {
        std::future::ready(self.check(key).and_then(|()| self.load()))
    }

    fn commit(&self, key: &CaseKey, commit: Commit) -> impl Future<Output = Result<(), HostError>> + Send {
        let checked = self.check(key);
        let drawer = self.clone();
        SendFuture::new(async move {
            checked?;
            drawer.write(&commit)?;
            // In the same turn as the writes, so that there is no journal without its alarm.
            drawer.arm().await;
            let sender = drawer.clone();
            drawer.inner.state.wait_until(async move { sender.settle().await });
            Ok(())
        })
    }

    fn sealed(&self, key: &CaseKey, hash: &Digest) -> impl Future<Output = Result<Option<Vec<u8>>, HostError>> + Send {
        let sql = "SELECT bytes FROM sealed WHERE hash = ?";
        let found = self
            .check(key)
            .and_then(|()| if self.exists()? { self.blob(sql, vec![hash.as_str().into()]) } else { Ok(None) });
        std::future::ready(found)
    }
}

fn pause_ms(first_ms: i64, tries: u32) -> i64 {
    first_ms.saturating_mul(1 << tries.min(16)).min(RETRY_MOST_MS)
}

fn now_ms() -> i64 {
    i64::try_from(Date::now().as_millis()).unwrap_or(i64::MAX)
}

/// Positions stay far below 2^53, up to which JavaScript counts exactly.
fn integer(value: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

fn failed(error: worker::Error) -> HostError {
    let text = error.to_string();
    if text.contains("SQLITE_FULL") { HostError::Full(text) } else { HostError::Failed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASLEEP: Due =
        Due { wake_at: None, row: String::new(), head_seq: 7, docket_seq: 7, docket_tries: 0, wake_tries: 0 };

    #[test]
    fn the_alarm_rings_for_the_wake_or_for_the_docket_whichever_comes_first() {
        assert_eq!(ASLEEP.alarm_at(100), None);
        assert_eq!(Due { wake_at: Some(900), ..ASLEEP }.alarm_at(100), Some(900));
        assert_eq!(Due { wake_at: Some(9_000), docket_seq: 6, ..ASLEEP }.alarm_at(100), Some(5_100));
    }

    #[test]
    fn what_fails_again_and_again_is_tried_ever_more_rarely() {
        let unsent = |docket_tries| Due { docket_seq: 6, docket_tries, ..ASLEEP }.alarm_at(100);
        assert_eq!([0, 1, 60].map(unsent), [Some(5_100), Some(10_100), Some(600_100)]);
        let unwoken = |wake_tries| Due { wake_at: Some(50), wake_tries, ..ASLEEP }.alarm_at(100);
        assert_eq!([0, 1, 2, 60].map(unwoken), [Some(50), Some(1_100), Some(2_100), Some(600_100)]);
    }
}
