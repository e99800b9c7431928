//! What a result was had with: the commit, the day and the machine. It names no user, host or path.

use std::{fs, thread, time::SystemTime};

use anyhow::Result;
use case::time::Millis;

use crate::shell;

/// The commit that is checked out, and whether anything differs from it.
pub(crate) fn commit() -> Result<String> {
    let commit = shell::read(shell::command("git").args(["rev-parse", "HEAD"]))?;
    let changed = shell::read(shell::command("git").args(["status", "--porcelain", "--untracked-files=no"]))?;
    let changed = if changed.trim().is_empty() { "" } else { ", with changes that are not committed" };
    Ok(format!("`{}`{changed}", commit.trim()))
}

/// The day, in UTC.
pub(crate) fn date() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let now = Millis(i64::try_from(now.as_millis()).unwrap_or(i64::MAX)).rfc3339();
    now.get(..10).unwrap_or(&now).to_owned()
}

/// The machine, in words: what of it decides how fast it is.
pub(crate) fn words() -> String {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let mut words = vec![format!("{} {}", std::env::consts::OS, std::env::consts::ARCH), format!("{cores} cores")];
    let field = |file: &str, name: &str| {
        let text = fs::read_to_string(file).ok()?;
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    words.extend(field("/proc/cpuinfo", "model name"));
    words.extend(field("/proc/meminfo", "MemTotal").map(|memory| format!("{memory} of memory")));
    words.join(", ")
}

/// How much else the machine has had to do in the last minute, as processes that wanted a core.
pub(crate) fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}
