//! The object's one alarm. Whatever happens while it rings, the next ring is set and stored before anything is tried, so
//! that no failure, eviction or panic can be the last: the platform by itself gives an alarm up after six failures.

use std::time::Duration;

use case::time::Millis;
use desk::ports::HostError;

use super::{Drawer, due, due::Due, failed, now_ms};

impl Drawer {
    /// Whether the case has to be woken now. If so this counts as a failure until a commit, or [`Drawer::woken`], says
    /// otherwise, and the alarm is armed for the next try already.
    pub(crate) async fn begin_wake(&self) -> Result<bool, HostError> {
        let now_ms = now_ms();
        let Some(due) = self.due()?.filter(|due| due.is_wake_due(now_ms)) else { return Ok(false) };
        self.count_failure("wake", due.wake_failures, now_ms)?;
        self.arm().await?;
        Ok(true)
    }

    /// Whether something is to be told of the case now. If so this counts as a failure until [`Drawer::tells`] says
    /// otherwise.
    pub(crate) fn begin_telling(&self) -> Result<bool, HostError> {
        let now_ms = now_ms();
        let Some(due) = self.due()?.filter(|due| due.is_hook_due(now_ms)) else { return Ok(false) };
        self.count_failure("hooks", due.hook_failures, now_ms)?;
        Ok(true)
    }

    /// Telling began, and when to go on is stored with how far it is.
    pub(crate) fn tells(&self) -> Result<(), HostError> {
        self.forget_tries("hooks")
    }

    /// The case was woken. Where no commit says when it has to be woken again, this does.
    pub(crate) fn woken(&self, next: Option<Millis>) -> Result<(), HostError> {
        let is_uncommitted = self.due()?.is_some_and(|due| due.wake_failures.is_some());
        // A case that could not use its moment, and wants the same one again, keeps its pause.
        if !is_uncommitted || next.is_some_and(|next| next.0 <= now_ms()) {
            return Ok(());
        }
        self.run("UPDATE file SET wake_at = ?", vec![next.map(|next| next.0).into()])?;
        self.forget_tries("wake")
    }

    /// Sends the docket what it does not have yet, then arms the alarm for whatever remains.
    pub(crate) async fn settle(&self) -> Result<(), HostError> {
        // A failure is stored, and said where it happened.
        let _ = self.send_row(false).await;
        self.arm().await
    }

    /// Sets the alarm to the earliest moment at which something is due.
    pub(super) async fn arm(&self) -> Result<(), HostError> {
        let now_ms = now_ms();
        let storage = self.inner.state.storage();
        match self.due()?.and_then(|due| due.alarm_at(self.inner.retry, now_ms)) {
            Some(at) => {
                let wait_ms = at.saturating_sub(now_ms).max(0);
                storage.set_alarm(Duration::from_millis(wait_ms.unsigned_abs())).await.map_err(failed)
            }
            None => storage.delete_alarm().await.map_err(failed),
        }
    }

    pub(super) fn due(&self) -> Result<Option<Due>, HostError> {
        if self.exists()? { Ok(self.rows(due::READ, Vec::new())?.into_iter().next()) } else { Ok(None) }
    }

    /// Stores that something failed once more, and when it is tried again.
    pub(super) fn count_failure(&self, what: &str, before: Option<u32>, now_ms: i64) -> Result<(), HostError> {
        let failures = before.unwrap_or(0).saturating_add(1);
        let next_at = now_ms.saturating_add(self.inner.retry.pause_ms(failures));
        let sql = "INSERT INTO tries (what, failures, next_at) VALUES (?, ?, ?) ON CONFLICT (what) DO UPDATE \
                   SET failures = excluded.failures, next_at = excluded.next_at";
        self.run(sql, vec![what.into(), i64::from(failures).into(), next_at.into()])
    }

    pub(super) fn forget_tries(&self, what: &str) -> Result<(), HostError> {
        self.run("DELETE FROM tries WHERE what = ?", vec![what.into()])
    }
}
