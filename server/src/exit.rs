//! How a command ends: exit codes, and failures that name their remedy.

use std::process::ExitCode;

use crate::{settings::SettingsError, store::StoreError};

/// The exit codes, as `--help` and the guide list them.
pub(crate) const CODES: &str = "\
Exit codes:
  0  done
  1  done, and something was found wrong (verify, doctor, batch rows, eval --fail-under)
  2  the command line or its input cannot be used
  3  the settings cannot be used (.env, caseworker.toml, environment, keys)
  4  the storage failed (folder, database, files)
  5  the outside failed (address in use, Worker not reachable)
  6  the case is still at work after the time given; it goes on where it stands";

/// Why a command ended badly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Something was found wrong.
    Found = 1,
    /// The command line or its input.
    Usage = 2,
    /// The settings.
    Settings = 3,
    /// The storage.
    Storage = 4,
    /// The outside.
    Outside = 5,
    /// Not finished in time.
    Unfinished = 6,
}

/// A command that did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The kind.
    pub(crate) exit: Exit,
    /// What is wrong and what to do about it; empty where the command has said it already.
    pub(crate) message: String,
}

impl Failure {
    /// A failure with its message.
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }

    /// A failure to use a file.
    pub(crate) fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::new(Exit::Storage, format!("{}: {error}", path.display()))
    }

    /// The process's exit code.
    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(self.exit as u8)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new(Exit::Storage, error.to_string())
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Self::new(Exit::Settings, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_lists_the_exit_codes_that_help_lists() {
        let guide = include_str!("../../docs/exit-codes.md");
        let listed: Vec<String> = guide
            .lines()
            .filter(|line| line.strip_prefix("| ").is_some_and(|cell| cell.starts_with(char::is_numeric)))
            .map(|line| line.split('|').take(3).map(str::trim).collect::<Vec<_>>().join("  "))
            .collect();
        let codes: Vec<String> = CODES.lines().skip(1).map(str::to_owned).collect();
        assert_eq!(listed, codes);
    }
}
