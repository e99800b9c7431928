//! A connection that writes beside the writer thread what is no case's: a budget, a switch, a nonce, a revocation.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use desk::ports::HostError;
use rusqlite::Connection;

use super::{schema, trouble::host_error};

/// The connection, opened when first needed.
#[derive(Debug)]
pub(super) struct Beside {
    folder: PathBuf,
    connection: Mutex<Option<Connection>>,
}

impl Beside {
    /// Nothing is opened yet.
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), connection: Mutex::default() }
    }

    /// Runs a statement that writes, on a thread that may block.
    pub(super) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        write: impl FnOnce(&Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> Result<T, HostError> {
        let desk = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || {
            let mut kept = desk.connection.lock().unwrap_or_else(PoisonError::into_inner);
            let connection = match kept.take() {
                Some(connection) => connection,
                None => schema::open_to_write(&desk.folder).map_err(|error| HostError::Failed(error.to_string()))?,
            };
            let outcome = write(&connection).map_err(|error| host_error(&error));
            if outcome.is_ok() {
                *kept = Some(connection);
            }
            outcome
        });
        task.await.map_err(|error| HostError::Failed(error.to_string()))?
    }
}
