//! Whether the storage took what was written last: for `/readyz`, and said once in the log when it changes.

use std::sync::{Mutex, PoisonError};

use desk::ports::HostError;
use rusqlite::Connection;

/// What became of the last write that says something about the storage.
#[derive(Debug, Default)]
pub(super) struct Standing(Mutex<Option<HostError>>);

impl Standing {
    /// Learns what became of some writes. A stale commit was refused by us, and says nothing.
    pub(super) fn saw<T>(&self, results: &[Result<T, HostError>]) {
        let last = results.iter().rev().find(|result| !matches!(result, Err(HostError::Stale)));
        let Some(last) = last else { return };
        let mut standing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (standing.as_ref(), last) {
            (None, Err(error)) => {
                tracing::error!(%error, "nothing can be written; what was answered before is safe, requests are refused");
            }
            (Some(_), Ok(_)) => tracing::info!("what is sent can be written again"),
            (None, Ok(_)) | (Some(_), Err(_)) => {}
        }
        *standing = last.as_ref().err().cloned();
    }

    /// Whether the last write succeeded.
    pub(super) fn is_well(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }
}

/// Writes more than a commit does, and leaves one row of zeros behind. Only done where the last write failed:
/// whoever sends requests elsewhere meanwhile would otherwise never learn that there is room again.
pub(super) fn try_to_write(connection: &Connection) -> Result<(), rusqlite::Error> {
    let statement = "INSERT INTO facts (name, value) VALUES ('write_check', zeroblob(65536))
         ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    connection.execute(statement, []).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_write_counts_and_a_stale_one_says_nothing() {
        let standing = Standing::default();
        let full = || Err(HostError::Full("no room".to_owned()));
        standing.saw::<()>(&[Ok(()), full()]);
        assert!(!standing.is_well());
        standing.saw::<()>(&[Err(HostError::Stale)]);
        assert!(!standing.is_well());
        standing.saw::<()>(&[full(), Ok(()), Err(HostError::Stale)]);
        assert!(standing.is_well());
    }
}
