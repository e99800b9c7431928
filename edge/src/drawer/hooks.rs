//! How far the events of the object's case are told. When they are told, and to whom, the desk decides; the object's alarm
//! rings for it.

use case::time::Millis;
use desk::{
    hooks::{HookState, Place},
    ports::HostError,
};
use serde::Deserialize;

use super::{Drawer, integer};

/// Made with the first commit.
pub(super) const TABLE: &str = "CREATE TABLE IF NOT EXISTS hooks (id INTEGER PRIMARY KEY CHECK (id = 1), done_seq INTEGER, \
     done_n INTEGER, attempts INTEGER NOT NULL, since INTEGER, due INTEGER)";

const READ: &str = "SELECT done_seq, done_n, attempts, since, due FROM hooks";
const WRITE: &str = "INSERT INTO hooks (id, done_seq, done_n, attempts, since, due) VALUES (1, ?, ?, ?, ?, ?) \
     ON CONFLICT (id) DO UPDATE SET done_seq = excluded.done_seq, done_n = excluded.done_n, \
     attempts = excluded.attempts, since = excluded.since, due = excluded.due";

#[derive(Deserialize)]
struct Row {
    done_seq: Option<u64>,
    done_n: Option<u32>,
    attempts: u32,
    since: Option<i64>,
    due: Option<i64>,
}

impl Drawer {
    /// Where the telling stands.
    pub(super) fn told(&self) -> Result<Option<HookState>, HostError> {
        if !self.exists()? {
            return Ok(None);
        }
        let row: Option<Row> = self.rows(READ, Vec::new())?.into_iter().next();
        Ok(row.map(|row| HookState {
            done: row.done_seq.zip(row.done_n).map(|(seq, n)| Place { seq, n }),
            attempts: row.attempts,
            since: row.since.map(Millis),
            due: row.due.map(Millis),
        }))
    }

    /// Stores that a commit from `first_seq` on may hold something to tell.
    pub(super) fn tell_further(&self, first_seq: u64, due: Millis) -> Result<(), HostError> {
        let state = match self.told()? {
            Some(known) => known.further(due),
            None => HookState::begin(first_seq, due),
        };
        self.write_told(&state)
    }

    /// Stores where the telling stands, unless nothing is due any more and the journal is longer than was seen.
    pub(super) fn set_told(&self, state: &HookState, seen: u64) -> Result<bool, HostError> {
        if state.due.is_none() && self.count()? > seen + 1 {
            return Ok(false);
        }
        self.write_told(state)?;
        Ok(true)
    }

    fn write_told(&self, state: &HookState) -> Result<(), HostError> {
        let values = vec![
            state.done.map(|done| integer(done.seq)).into(),
            state.done.map(|done| i64::from(done.n)).into(),
            i64::from(state.attempts).into(),
            state.since.map(|at| at.0).into(),
            state.due.map(|at| at.0).into(),
        ];
        self.run(WRITE, values)
    }
}
