//! Connections that read beside the writer: a few, opened when first needed, used on threads that may block.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use desk::ports::HostError;
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::Semaphore;

use super::{schema, trouble::host_error};
use crate::limits;

/// The pool.
#[derive(Debug)]
pub(super) struct Readers {
    folder: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

impl Readers {
    /// A pool without a connection yet.
    pub(super) fn new(folder: &Path) -> Self {
        let permits = Semaphore::new(limits::READERS);
        Self { folder: folder.to_owned(), idle: Mutex::default(), permits }
    }

    /// Runs a query, or several that see the same moment.
    pub(super) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        query: impl FnOnce(&Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> Result<T, HostError> {
        let ended = |why: String| HostError::Failed(why);
        let _permit = self.permits.acquire().await.map_err(|error| ended(error.to_string()))?;
        let readers = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || readers.read(query));
        task.await.map_err(|error| ended(error.to_string()))?
    }

    fn read<T>(&self, query: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>) -> Result<T, HostError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => schema::open_to_read(&self.folder).map_err(|error| HostError::Failed(error.to_string()))?,
        };
        let outcome = connection
            .transaction_with_behavior(TransactionBehavior::Deferred)
            .and_then(|transaction| query(&transaction))
            .map_err(|error| host_error(&error));
        // A connection that failed may be broken; a new one costs little.
        if outcome.is_ok() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        outcome
    }
}
