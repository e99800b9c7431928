//! The case's row on its way to the docket. Where the docket does not take it, it is sent again later, and until it has
//! arrived the tenant's desk knows that the docket is behind: it lags visibly, never silently.

use std::sync::atomic::Ordering;

use case::time::Millis;
use desk::{
    ports::{CaseKey, DocketRow, HostError, Remade},
    row,
};

use super::{Drawer, now_ms};
use crate::docket;

impl Drawer {
    /// Makes the row again from the journal, and sends it whatever the docket is thought to have.
    pub(crate) async fn resend_row(&self) -> Result<Remade, HostError> {
        let Some(stored) = self.load()? else { return Ok(Remade::Empty) };
        let (row, wake) = row::of_journal(&stored.lines).map_err(|fault| HostError::Failed(fault.to_string()))?;
        let row = serde_json::to_string(&row).map_err(|error| HostError::Failed(error.to_string()))?;
        let values = vec![row.into(), wake.map(|wake| wake.0).into()];
        self.run("UPDATE file SET row = ?, wake_at = ?, docket_seq = -1", values)?;
        let sent = self.send_row(true).await;
        self.arm().await?;
        sent.map(|()| Remade::Sent)
    }

    /// Sends what the docket does not have; after a failure not before its pause is over, unless it is forced.
    pub(super) async fn send_row(&self, is_forced: bool) -> Result<(), HostError> {
        if self.inner.sending.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let outcome = self.try_to_send(is_forced).await;
        self.inner.sending.store(false, Ordering::Relaxed);
        outcome
    }

    async fn try_to_send(&self, is_forced: bool) -> Result<(), HostError> {
        let (Some(key), Some(due)) = (self.key(), self.due()?) else { return Ok(()) };
        if !is_forced && !due.may_send(now_ms()) {
            return Ok(());
        }
        let sent = match self.send_rows(&key).await {
            Ok(()) => self.say_caught_up(&key).await,
            Err(error) => {
                self.say_behind(&key).await?;
                Err(error)
            }
        };
        if let Err(error) = &sent {
            tracing::warn!(case = %key.case, %error, "the docket did not take a row; it is sent again");
            self.count_failure("docket", due.docket_failures, now_ms())?;
        }
        sent
    }

    /// Until the docket has the newest row: others may be committed while one is on its way.
    async fn send_rows(&self, key: &CaseKey) -> Result<(), HostError> {
        while let Some(due) = self.due()?.filter(super::due::Due::is_behind) {
            let row: DocketRow =
                serde_json::from_str(&due.row).map_err(|error| HostError::Failed(error.to_string()))?;
            docket::upsert(&self.inner.env, key, &row, due.wake_at.map(Millis)).await?;
            self.run("UPDATE file SET docket_seq = max(docket_seq, ?)", vec![due.head_seq.into()])?;
        }
        Ok(())
    }

    /// Tells the tenant's desk, once. Where it does not answer it is told with the next failure.
    async fn say_behind(&self, key: &CaseKey) -> Result<(), HostError> {
        self.run("INSERT OR IGNORE INTO lag (id, since, told) VALUES (1, ?, 0)", vec![now_ms().into()])?;
        let since = self.due()?.filter(|due| due.lag_told == Some(0)).and_then(|due| due.lag_since);
        let Some(since) = since else { return Ok(()) };
        match self.tenants().fell_behind(&key.tenant, &key.case, Millis(since)).await {
            Ok(()) => self.run("UPDATE lag SET told = 1", Vec::new()),
            Err(error) => {
                tracing::error!(case = %key.case, %error, "that the docket is behind could not be said");
                Ok(())
            }
        }
    }

    /// Takes back what [`Drawer::say_behind`] said, also where its answer was lost.
    async fn say_caught_up(&self, key: &CaseKey) -> Result<(), HostError> {
        let Some(due) = self.due()? else { return Ok(()) };
        if due.lag_since.is_some() {
            self.tenants().caught_up(&key.tenant, &key.case).await?;
            self.run("DELETE FROM lag", Vec::new())?;
        }
        if due.docket_failures.is_some() { self.forget_tries("docket") } else { Ok(()) }
    }
}
