//! What came of the requests of one stage.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::{client::Reply, cpu::Used};

/// One sort of requests.
#[derive(Debug, Clone, Default)]
pub(super) struct Sort {
    pub(super) sent: u64,
    /// Answered as they should be, refusals of the case itself among them.
    pub(super) answered: u64,
    /// Turned away with 503 and 429.
    pub(super) turned_away: [u64; 2],
    /// Those of them that were not told when to come back.
    pub(super) not_told: u64,
    /// Everything else, by what it was.
    pub(super) other: BTreeMap<String, u64>,
    took_ms: Vec<u64>,
}

/// What came of a stage.
#[derive(Debug, Clone, Default)]
pub(super) struct Figures {
    pub(super) rate: f64,
    pub(super) seconds: f64,
    pub(super) new_work: Sort,
    pub(super) follow_ups: Sort,
    pub(super) staff: Sort,
    pub(super) unknown: Sort,
    /// Cases that were accepted, those that came to rest in time, and those that had not when everything was over.
    pub(super) accepted: u64,
    pub(super) in_time: u64,
    /// Those of them that came to rest while goodput was counted.
    pub(super) counted: u64,
    pub(super) unfinished: u64,
    /// Processor time while goodput was counted.
    pub(super) used: Used,
}

impl Sort {
    /// Counts an answer, which took so long from the moment at which it was due.
    pub(super) fn count(&mut self, reply: &Result<Reply>, good: impl Fn(u16) -> bool, took: Duration) {
        self.sent += 1;
        match reply {
            Ok(reply) if good(reply.status) => {
                self.answered += 1;
                self.took_ms.push(u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
            }
            Ok(reply) if matches!(reply.status, 429 | 503) => {
                let [too_much, share] = &mut self.turned_away;
                *(if reply.status == 503 { too_much } else { share }) += 1;
                self.not_told += u64::from(reply.retry_after_s.is_none_or(|seconds| seconds == 0));
            }
            Ok(reply) => *self.other.entry(reply.status.to_string()).or_default() += 1,
            Err(error) => *self.other.entry(error.to_string()).or_default() += 1,
        }
    }

    /// Which share was answered.
    pub(super) fn share(&self) -> f64 {
        if self.sent == 0 { 1.0 } else { self.answered as f64 / self.sent as f64 }
    }

    /// Within how many milliseconds so many of a hundred were answered.
    pub(super) fn percentile(&self, percent: usize) -> u64 {
        let mut sorted = self.took_ms.clone();
        sorted.sort_unstable();
        sorted.get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
    }

    fn judge(&self, what: &str) -> Result<()> {
        ensure!(self.not_told == 0, "{} of {what} were turned away without a time to come back", self.not_told);
        ensure!(self.other.is_empty(), "{what} came to something else: {:?}", self.other);
        Ok(())
    }

    fn to_json(&self) -> Value {
        json!({
            "sent": self.sent, "answered": self.answered, "turned_away_503": self.turned_away[0],
            "turned_away_429": self.turned_away[1], "p50_ms": self.percentile(50), "p99_ms": self.percentile(99),
            "other": self.other,
        })
    }
}

impl Figures {
    /// Cases that came to rest in time, a second: as many in a second as do, however many were begun in it.
    pub(super) fn goodput(&self) -> f64 {
        self.counted as f64 / self.seconds
    }

    /// The same for a second of the host's processor time.
    fn for_a_cpu_second(&self) -> f64 {
        let used = self.used.host.as_secs_f64();
        if used > 0.0 { self.counted as f64 / used } else { 0.0 }
    }

    /// What has to hold in every stage.
    pub(super) fn judge(&self) -> Result<()> {
        self.new_work.judge("new cases")?;
        self.follow_ups.judge("follow-ups")?;
        self.staff.judge("the analysts' requests")?;
        self.unknown.judge("requests without a key")?;
        ensure!(self.unfinished == 0, "{} accepted cases did not come to rest", self.unfinished);
        Ok(())
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "rate": self.rate.round(), "goodput": (self.goodput() * 10.0).round() / 10.0, "accepted": self.accepted,
            "for_a_cpu_second": (self.for_a_cpu_second() * 10.0).round() / 10.0,
            "in_time": self.in_time, "unfinished": self.unfinished, "cpu": self.used.to_json(), "new_work": self.new_work.to_json(),
            "follow_ups": self.follow_ups.to_json(), "staff": self.staff.to_json(), "unknown": self.unknown.to_json(),
        })
    }
}
