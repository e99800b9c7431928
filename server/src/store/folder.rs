//! The data folder itself: made for its owner's eyes only, and held by one working process at a time.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    path::Path,
};

use super::StoreError;

/// The file that is locked. It also says who holds it, for the message to the next one.
const LOCK: &str = "lock";

/// A held folder; given up when dropped, and by the system when the process dies.
#[derive(Debug)]
pub(super) struct FolderLock {
    _file: File,
}

/// Makes the folder where there is none, readable by its owner only.
pub(super) fn create(folder: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| unusable(folder, &error))
}

impl FolderLock {
    /// Holds the folder, or says who does.
    pub(super) fn take(folder: &Path) -> Result<Self, StoreError> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(folder.join(LOCK))
            .map_err(|error| unusable(folder, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Locked { path: folder.to_owned(), pid: holder(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(unusable(folder, &error)),
        }
        let note = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{}", std::process::id()));
        note.map_err(|error| unusable(folder, &error))?;
        Ok(Self { _file: file })
    }
}

fn holder(file: &mut File) -> Option<String> {
    let mut pid = String::new();
    file.take(16).read_to_string(&mut pid).ok()?;
    (!pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit())).then_some(pid)
}

/// What the system said about a folder.
pub(super) fn unusable(folder: &Path, error: &std::io::Error) -> StoreError {
    let path = folder.to_owned();
    match error.kind() {
        std::io::ErrorKind::StorageFull => StoreError::Full { path },
        _ => StoreError::Folder { path, why: error.to_string() },
    }
}
