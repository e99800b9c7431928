//! Files that are whole under their own name: each is written beside its place and moved there, so that whatever goes
//! wrong leaves what was there before. It refuses to move anything over a pipe or a device: those are written to.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::exit::Failure;

/// Writes a file.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::file(path, &error);
    if fs::metadata(path).is_ok_and(|place| !place.is_file() && !place.is_dir()) {
        return fs::write(path, bytes).map_err(failed);
    }
    fs::write(beside(path), bytes).map_err(failed)?;
    put(path)
}

/// Where a file is written before it is whole.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// Moves what was written [`beside`] a place to it.
pub(super) fn put(path: &Path) -> Result<(), Failure> {
    fs::rename(beside(path), path).map_err(|error| Failure::file(path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_is_replaced_and_never_written_into() {
        let folder = tempfile::TempDir::new().unwrap();
        let (path, kept) = (folder.path().join("out"), folder.path().join("kept"));
        fs::write(&path, "before").unwrap();
        fs::hard_link(&path, &kept).unwrap();
        write(&path, b"after").unwrap();
        assert_eq!((fs::read(&path).unwrap(), fs::read(&kept).unwrap()), (b"after".to_vec(), b"before".to_vec()));
        assert!(!beside(&path).exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_pipe_is_written_to_and_stays_where_it_is() {
        use std::{io::Read as _, os::fd::AsRawFd as _};

        let (mut reader, writer) = std::io::pipe().unwrap();
        write(Path::new(&format!("/proc/self/fd/{}", writer.as_raw_fd())), b"figures").unwrap();
        drop(writer);
        let mut read = String::new();
        reader.read_to_string(&mut read).unwrap();
        assert_eq!(read, "figures");
    }
}
