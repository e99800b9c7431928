//! How much processor time the host, its outside and the load have used: who was busy says whether a figure is the host's
//! own. Read from `/proc`; elsewhere it is not known.

use std::{fs, time::Duration};

use serde_json::{Value, json};

/// Linux counts processor time in hundredths of a second, whatever the processor.
const TICK_MS: u64 = 10;

/// Processor time, as of one moment or between two.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Used {
    pub(super) host: Duration,
    pub(super) outside: Duration,
    pub(super) load: Duration,
}

impl Used {
    /// Up to now, with the host in this process and the outside in that thread of ours.
    pub(super) fn now(host: Option<u32>, outside: &str) -> Self {
        let host = host.and_then(|id| read(&format!("/proc/{id}/stat"))).unwrap_or_default();
        let ours = read("/proc/self/stat").unwrap_or_default();
        let outside = thread(outside).unwrap_or_default();
        Self { host, outside, load: ours.saturating_sub(outside) }
    }

    /// What was used since another moment.
    pub(super) const fn since(self, before: Self) -> Self {
        Self {
            host: self.host.saturating_sub(before.host),
            outside: self.outside.saturating_sub(before.outside),
            load: self.load.saturating_sub(before.load),
        }
    }

    pub(super) fn to_json(self) -> Value {
        let seconds = |used: Duration| (used.as_secs_f64() * 100.0).round() / 100.0;
        json!({ "host_s": seconds(self.host), "outside_s": seconds(self.outside), "load_s": seconds(self.load) })
    }
}

/// What a thread of this process with that name has used.
fn thread(name: &str) -> Option<Duration> {
    fs::read_dir("/proc/self/task").ok()?.flatten().find_map(|entry| {
        let of = |file: &str| entry.path().join(file).to_string_lossy().into_owned();
        (fs::read_to_string(of("comm")).ok()?.trim() == name).then(|| read(&of("stat"))).flatten()
    })
}

/// The fields `utime` and `stime` of a `stat` file.
fn read(path: &str) -> Option<Duration> {
    parse(&fs::read_to_string(path).ok()?)
}

fn parse(stat: &str) -> Option<Duration> {
    // The name stands in brackets, and may hold both brackets and spaces.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut times = fields.split(' ').skip(11).map(str::parse::<u64>);
    let (user, system) = (times.next()?.ok()?, times.next()?.ok()?);
    Some(Duration::from_millis((user + system) * TICK_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_times_are_read_whatever_the_process_is_called() {
        let stat = "42 (a) b (c) S 1 42 42 0 -1 4194304 1 2 3 4 250 31 7 8 20 0 1 0 9 10 11";
        assert_eq!(parse(stat), Some(Duration::from_millis(2_810)));
        assert_eq!(parse("42 (a) S 1"), None);
    }
}
