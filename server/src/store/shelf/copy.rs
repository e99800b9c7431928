//! A copy of a whole data folder as it is at one moment, made beside whoever works it.
//!
//! `SQLite` writes the copy itself, out of one read transaction: writers go on, and no page of theirs is half there.
//! Copying the files would not do: what was committed last is in the write-ahead log, and both change meanwhile.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use super::{Shelf, StoreError, folder, schema};

/// What the copy is called until it is whole.
const PARTIAL: &str = "cases.sqlite3.partial";

impl Shelf {
    /// Writes a copy of all that is in the database into a folder that is made, or is empty, and hands it back as a
    /// shelf. When it returns, the copy is on disk; where it fails, nothing is left that could be taken for one.
    pub(crate) fn copy(&self, to: &Path) -> Result<Self, StoreError> {
        folder::create(to)?;
        let partial = to.join(PARTIAL);
        let copied = self.write_copy(to, &partial).and_then(|()| finish(to, &partial));
        if copied.is_err() {
            // It is of no use to anybody, and may not even be there.
            let _ = fs::remove_file(&partial);
        }
        copied?;
        Self::read(to)
    }

    fn write_copy(&self, to: &Path, partial: &Path) -> Result<(), StoreError> {
        let name = partial.to_str().ok_or_else(|| StoreError::Folder {
            path: to.to_owned(),
            why: "its name is not text that a database can be written to".to_owned(),
        })?;
        // What goes wrong is almost always where the copy is written; damage names the folder that has it.
        self.connection.execute("VACUUM INTO ?1", [name]).map_err(|error| match StoreError::of(to, &error) {
            StoreError::Damaged { why, .. } => StoreError::Damaged { path: self.folder.clone(), why },
            other => other,
        })?;
        Ok(())
    }
}

/// Puts the copy on disk for good, and gives it its name.
fn finish(to: &Path, partial: &Path) -> Result<(), StoreError> {
    let failed = |error: io::Error| folder::unusable(to, &error);
    File::open(partial).and_then(|file| file.sync_all()).map_err(failed)?;
    fs::rename(partial, to.join(schema::FILE)).map_err(failed)?;
    // The name is in the folder, and the folder is a file of its own.
    #[cfg(unix)]
    File::open(to).and_then(|folder| folder.sync_all()).map_err(failed)?;
    Ok(())
}
