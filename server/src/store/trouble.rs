//! What can go wrong with a data folder, said so that an operator knows what to do next.

use std::path::{Path, PathBuf};

use desk::ports::HostError;
use rusqlite::ErrorCode;

/// A data folder that cannot be used, and the remedy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The folder or a file in it cannot be made or read.
    #[error("the data folder {} cannot be used: {why}; give another with --data or change its permissions", path.display())]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// Another process works the folder.
    #[error(
        "the data folder {} is worked by another process{}; stop it, give another folder with --data, or send \
         requests to it (`caseworker handle --worker URL`)", path.display(), pid.as_ref().map(|pid| format!(" (process {pid})")).unwrap_or_default()
    )]
    Locked {
        /// Which folder.
        path: PathBuf,
        /// Who, where it is known.
        pid: Option<String>,
    },
    /// There is nothing to read.
    #[error("{} holds no cases: it has no {}; is it the right folder (--data)?", path.display(), super::schema::FILE)]
    Missing {
        /// Which folder.
        path: PathBuf,
    },
    /// A later version wrote the database.
    #[error(
        "the data folder {} was written by a newer Caseworker (schema {found}, this build knows {here}); upgrade this \
         one", path.display()
    )]
    Newer {
        /// Which folder.
        path: PathBuf,
        /// The database's version.
        found: i64,
        /// This build's.
        here: i64,
    },
    /// The file is a database of something else.
    #[error("{} is not a database of Caseworker's; give another folder with --data", path.display())]
    Foreign {
        /// Which file.
        path: PathBuf,
    },
    /// The database cannot be read any more.
    #[error(
        "the database in {} is damaged ({why}); keep a copy of the folder, then restore it from a backup or from \
         `caseworker export` files with `caseworker import`", path.display()
    )]
    Damaged {
        /// Which folder.
        path: PathBuf,
        /// What `SQLite` says.
        why: String,
    },
    /// No room.
    #[error("the disk that holds {} is full; make room and start again, nothing acknowledged is lost", path.display())]
    Full {
        /// Which folder.
        path: PathBuf,
    },
    /// Anything else.
    #[error("the database in {} failed: {why}", path.display())]
    Failed {
        /// Which folder.
        path: PathBuf,
        /// What `SQLite` says.
        why: String,
    },
}

impl StoreError {
    /// What `SQLite` said about the database in a folder.
    pub(crate) fn of(folder: &Path, error: &rusqlite::Error) -> Self {
        let path = folder.to_owned();
        let why = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::Folder { path, why }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path, pid: None },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged { path, why },
            Some(ErrorCode::DiskFull) => Self::Full { path },
            _ => Self::Failed { path, why },
        }
    }
}

/// What a failed statement means to the desk.
pub(crate) fn host_error(error: &rusqlite::Error) -> HostError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => HostError::Full(error.to_string()),
        _ => HostError::Failed(error.to_string()),
    }
}
