//! A copy of what is committed, in which source may be broken on purpose: what is checked out stays as it is.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::shell;

/// A copy of what is committed, with a target folder that outlives it.
pub(crate) struct Copy {
    folder: PathBuf,
    target: PathBuf,
}

impl Copy {
    /// Makes a copy for one purpose, in the place of the one before.
    pub(crate) fn make(purpose: &str) -> Result<Self> {
        let base = shell::target_folder().join(purpose);
        let (folder, target) = (base.join("checkout"), base.join("target"));
        if folder.exists() {
            fs::remove_dir_all(&folder).context("removing an earlier copy")?;
        }
        fs::create_dir_all(&base)?;
        shell::run(shell::command("git").args(["clone", "--quiet", "--local", "."]).arg(&folder))?;
        Ok(Self { folder, target })
    }

    /// Changes the copy as a patch says.
    pub(crate) fn apply(&self, patch: &Path) -> Result<()> {
        shell::run(self.git(&["apply"]).arg(patch))
    }

    /// Makes the copy what is committed again.
    pub(crate) fn restore(&self) -> Result<()> {
        shell::run(&mut self.git(&["checkout", "--quiet", "--", "."]))
    }

    /// Runs a check in the copy: whether it holds, and all that it said.
    pub(crate) fn check(&self, check: &str) -> Result<(bool, String)> {
        let mut words = check.split_whitespace();
        let Some(program) = words.next() else { bail!("an empty check") };
        eprintln!("$ {check}");
        let output =
            self.command(program).args(words).output().with_context(|| format!("could not start `{check}`"))?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
    }

    /// A command that starts in the copy, and builds into the copy's own folder.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).stdin(Stdio::null());
        command.env("CARGO_TARGET_DIR", &self.target).env_remove("CARGO_MANIFEST_DIR").env_remove("XTASK_BIN");
        command
    }

    /// Where it lies.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn git(&self, arguments: &[&str]) -> Command {
        let mut git = Command::new("git");
        git.current_dir(&self.folder).args(arguments);
        git
    }
}
