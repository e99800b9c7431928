//! Files that are whole under their own name: each is written beside its place and moved there, so that whatever goes
//! wrong leaves what was there before. It refuses to move anything over a pipe or a device: those are written to.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use crate::exit::Failure;

/// Writes a file.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_as(path, bytes, OpenOptions::new())
}

/// Writes a file that only its owner may read.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "other systems have no such modes"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    write_as(path, bytes, options)
}

fn write_as(path: &Path, bytes: &[u8], mut options: OpenOptions) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::file(path, &error);
    if fs::metadata(path).is_ok_and(|place| !place.is_file() && !place.is_dir()) {
        return fs::write(path, bytes).map_err(failed);
    }
    // What a link leads to is replaced, and the link stays.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let part = beside(&target);
    // What an interrupted run left may have been everybody's to read.
    match fs::remove_file(&part) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let mut file = options.write(true).create_new(true).open(&part).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    put(&target)
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

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_what_it_leads_to_is_replaced_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::TempDir::new().unwrap();
        let (link, target) = (folder.path().join("link"), folder.path().join("target"));
        fs::write(&target, "before").unwrap();
        fs::write(beside(&target), "left by a run that was interrupted").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        write_private(&link, b"after").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&target).unwrap(), b"after");
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
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
