//! What is due in an object, and when its one alarm has to ring for it. Pure: the clock is an argument.

use desk::retry::RetrySettings;
use serde::Deserialize;

/// When to wake, what the docket does not have yet, and what was tried in vain.
#[derive(Deserialize)]
pub(super) struct Due {
    /// When the case wants to be woken.
    pub(super) wake_at: Option<i64>,
    /// The case's row.
    pub(super) row: String,
    /// The position of the journal's last line.
    pub(super) head_seq: i64,
    /// The position that the docket knows of; -1 for none.
    pub(super) docket_seq: i64,
    /// How often waking failed.
    pub(super) wake_failures: Option<u32>,
    /// When it is tried again.
    pub(super) wake_next: Option<i64>,
    /// How often the docket was told in vain.
    pub(super) docket_failures: Option<u32>,
    /// When it is told again.
    pub(super) docket_next: Option<i64>,
    /// How often telling could not begin.
    pub(super) hook_failures: Option<u32>,
    /// When it is tried again.
    pub(super) hook_next: Option<i64>,
    /// Since when the docket is behind.
    pub(super) lag_since: Option<i64>,
    /// Whether the tenant's desk knows.
    pub(super) lag_told: Option<i64>,
    /// When the case's events are to be told.
    pub(super) hooks_due: Option<i64>,
}

/// Everything that [`Due`] holds, in one row.
pub(super) const READ: &str = "SELECT wake_at, row, head_seq, docket_seq, \
     wake.failures AS wake_failures, wake.next_at AS wake_next, \
     sending.failures AS docket_failures, sending.next_at AS docket_next, \
     telling.failures AS hook_failures, telling.next_at AS hook_next, \
     lag.since AS lag_since, lag.told AS lag_told, hooks.due AS hooks_due FROM file \
     LEFT JOIN tries AS wake ON wake.what = 'wake' LEFT JOIN tries AS sending ON sending.what = 'docket' \
     LEFT JOIN tries AS telling ON telling.what = 'hooks' \
     LEFT JOIN lag ON lag.id = 1 LEFT JOIN hooks ON hooks.id = 1";

impl Due {
    /// Whether the case has to be woken now.
    pub(super) fn is_wake_due(&self, now_ms: i64) -> bool {
        self.wake().is_some_and(|at| at <= now_ms)
    }

    /// Whether something is to be told now.
    pub(super) fn is_hook_due(&self, now_ms: i64) -> bool {
        self.tell().is_some_and(|at| at <= now_ms)
    }

    /// Whether the docket may be told now: a pause after a failure is kept.
    pub(super) fn may_send(&self, now_ms: i64) -> bool {
        self.docket_next.is_none_or(|at| at <= now_ms)
    }

    /// Whether the docket lacks the newest row.
    pub(super) const fn is_behind(&self) -> bool {
        self.docket_seq < self.head_seq
    }

    /// When the alarm has to ring: never, if the case sleeps, the docket has its row, and nobody thinks otherwise.
    pub(super) fn alarm_at(&self, retry: RetrySettings, now_ms: i64) -> Option<i64> {
        let is_unsettled = self.is_behind() || self.lag_since.is_some();
        // A row that has just been written is sent at once; the alarm is for an object that dies before.
        let docket_at = is_unsettled.then(|| self.docket_next.unwrap_or_else(|| now_ms + retry.pause_ms(1)));
        // Whoever begins to tell stores a later moment; should that fail, it is begun again after a pause.
        let hooks_at = self.tell().map(|at| if at > now_ms { at } else { now_ms + retry.pause_ms(1) });
        [self.wake(), docket_at, hooks_at].into_iter().flatten().min()
    }

    /// When the case is woken: no sooner than it wants, and after a failure no sooner than its pause.
    fn wake(&self) -> Option<i64> {
        self.wake_at.map(|at| at.max(self.wake_next.unwrap_or(at)))
    }

    /// When the case's events are told, likewise.
    fn tell(&self) -> Option<i64> {
        self.hooks_due.map(|at| at.max(self.hook_next.unwrap_or(at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASLEEP: Due = Due {
        wake_at: None,
        row: String::new(),
        head_seq: 7,
        docket_seq: 7,
        wake_failures: None,
        wake_next: None,
        docket_failures: None,
        docket_next: None,
        hook_failures: None,
        hook_next: None,
        lag_since: None,
        lag_told: None,
        hooks_due: None,
    };

    fn alarm_at(due: &Due) -> Option<i64> {
        due.alarm_at(RetrySettings::default(), 100)
    }

    #[test]
    fn the_alarm_rings_for_the_wake_or_for_the_docket_whichever_comes_first() {
        assert_eq!(alarm_at(&ASLEEP), None);
        assert_eq!(alarm_at(&Due { wake_at: Some(900), ..ASLEEP }), Some(900));
        assert_eq!(alarm_at(&Due { wake_at: Some(9_000), docket_seq: 6, ..ASLEEP }), Some(1_100));
        assert_eq!(alarm_at(&Due { wake_at: Some(900), docket_seq: 6, docket_next: Some(500), ..ASLEEP }), Some(500));
        let told = Due { lag_since: Some(1), lag_told: Some(1), ..ASLEEP };
        assert_eq!(alarm_at(&told), Some(1_100), "the docket has the row, and the tenant's desk does not know it yet");
        let telling = |at| Due { wake_at: Some(9_000), hooks_due: Some(at), ..ASLEEP };
        assert_eq!([400, 100, 7].map(|at| alarm_at(&telling(at))), [Some(400), Some(1_100), Some(1_100)]);
        assert_eq!([99, 100].map(|now_ms| telling(100).is_hook_due(now_ms)), [false, true]);
        let in_vain = Due { hook_next: Some(400), ..telling(7) };
        assert_eq!(
            ([399, 400].map(|now_ms| in_vain.is_hook_due(now_ms)), alarm_at(&in_vain)),
            ([false, true], Some(400))
        );
    }

    #[test]
    fn a_pause_is_kept_however_often_somebody_looks_and_only_what_wants_to_wake_is_woken() {
        let paused = Due { wake_at: Some(50), wake_next: Some(400), ..ASLEEP };
        assert_eq!(alarm_at(&paused), Some(400));
        assert_eq!([399, 400].map(|now_ms| paused.is_wake_due(now_ms)), [false, true]);
        assert!(Due { wake_at: Some(50), ..ASLEEP }.is_wake_due(50));
        let later = Due { wake_at: Some(900), wake_next: Some(400), ..ASLEEP };
        assert_eq!((alarm_at(&later), later.is_wake_due(899)), (Some(900), false));
        assert!(!Due { wake_next: Some(1), ..ASLEEP }.is_wake_due(1_000));
        assert_eq!([99, 100].map(|now_ms| Due { docket_next: Some(100), ..ASLEEP }.may_send(now_ms)), [false, true]);
    }
}
