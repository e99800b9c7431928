//! A barrier across sources: it answers none of its targets until a request for each of them waits at the same time.
//!
//! It shows that a caller asks in parallel: one that asks in turn is left waiting.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::limits::{BARRIER_SECONDS, BARRIER_WAITERS};
use crate::target::Target;

/// The one barrier of a box; without targets it holds nobody up.
#[derive(Debug, Default)]
pub(crate) struct Barrier(Mutex<Gathering>);

#[derive(Debug, Default)]
struct Gathering {
    targets: Vec<Target>,
    /// After how many openings the barrier is taken down; none for never.
    times: Option<u64>,
    waiting: Vec<(Target, oneshot::Sender<()>)>,
    opened: u64,
    most_waiting: usize,
}

/// The barrier did not fill in its time.
#[derive(Debug)]
pub(crate) struct NotFilled;

impl Barrier {
    /// Puts the barrier up for these targets, with its counts at zero; who waits at an earlier one goes on.
    pub(crate) fn put_up(&self, targets: Vec<Target>, times: Option<u64>) {
        *self.gathering() = Gathering { targets, times, ..Gathering::default() };
    }

    /// Waits until the barrier opens; at once where it does not stand in the way.
    pub(crate) async fn pass(&self, target: Target) -> Result<(), NotFilled> {
        let Some(opening) = self.arrive(target) else { return Ok(()) };
        match timeout(Duration::from_secs(BARRIER_SECONDS), opening).await {
            // A sender that is gone without a word belonged to a barrier that was taken down.
            Ok(Ok(()) | Err(_)) => Ok(()),
            Err(_) => Err(NotFilled),
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut gathering = self.gathering();
        gathering.forget_the_gone();
        json!({
            "targets": gathering.targets,
            "opened": gathering.opened,
            "waiting": gathering.waiting.len(),
            "most_waiting": gathering.most_waiting,
        })
    }

    fn gathering(&self) -> std::sync::MutexGuard<'_, Gathering> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn arrive(&self, target: Target) -> Option<oneshot::Receiver<()>> {
        let mut gathering = self.gathering();
        if !gathering.targets.contains(&target) || gathering.waiting.len() >= BARRIER_WAITERS {
            return None;
        }
        gathering.forget_the_gone();
        let (sender, receiver) = oneshot::channel();
        gathering.waiting.push((target, sender));
        gathering.most_waiting = gathering.most_waiting.max(gathering.waiting.len());
        gathering.open_when_full();
        Some(receiver)
    }
}

impl Gathering {
    /// Who gave up waiting does not count.
    fn forget_the_gone(&mut self) {
        self.waiting.retain(|(_, sender)| !sender.is_closed());
    }

    fn open_when_full(&mut self) {
        let is_waited_for = |target: &Target| self.waiting.iter().any(|(waiting, _)| waiting == target);
        if !self.targets.iter().all(is_waited_for) {
            return;
        }
        self.opened += 1;
        for (_, sender) in self.waiting.drain(..) {
            // Whoever is gone by now needs no answer.
            let _gone = sender.send(());
        }
        if self.times == Some(self.opened) {
            self.targets.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Probe;

    const LEDGER: &str = "/ledger/transactions?customer_id=cus_ada";
    const MERCHANTS: &str = "/merchants?q=streamly";

    #[tokio::test(start_paused = true)]
    async fn look_ups_in_parallel_pass_and_look_ups_in_turn_do_not() {
        let probe = Probe::new();
        probe.post("/sandbox/barrier", &json!({"targets": ["ledger", "merchants"]})).await;
        let (ledger, merchants) = tokio::join!(probe.get(LEDGER), probe.get(MERCHANTS));
        assert_eq!((ledger.status.as_u16(), merchants.status.as_u16()), (200, 200));
        assert_eq!(probe.get(LEDGER).await.status, 504);
        assert_eq!(probe.get(MERCHANTS).await.status, 504, "who gave up does not count");
        let seen = probe.get("/sandbox/barrier").await.json();
        assert_eq!((&seen["opened"], &seen["most_waiting"], &seen["waiting"]), (&json!(1), &json!(2), &json!(0)));
    }

    #[tokio::test(start_paused = true)]
    async fn several_of_one_kind_are_not_one_of_each() {
        let probe = Probe::new();
        probe.post("/sandbox/barrier", &json!({"targets": ["ledger", "merchants"]})).await;
        let (one, other) = tokio::join!(probe.get(LEDGER), probe.get(LEDGER));
        assert_eq!((one.status.as_u16(), other.status.as_u16()), (504, 504));
        assert_eq!(probe.get("/sandbox/barrier").await.json()["opened"], 0);
    }

    #[tokio::test(start_paused = true)]
    async fn other_sources_pass_and_a_barrier_goes_when_taken_down_or_used_up() {
        let probe = Probe::new();
        probe.post("/sandbox/barrier", &json!({"targets": ["ledger", "policy"]})).await;
        assert_eq!(probe.get(MERCHANTS).await.status, 200);
        let (freed, _) = tokio::join!(probe.get(LEDGER), probe.delete("/sandbox/barrier"));
        assert_eq!(freed.status, 200);
        probe.post("/sandbox/barrier", &json!({"targets": ["ledger"], "times": 1})).await;
        assert_eq!(probe.get(LEDGER).await.status, 200);
        assert_eq!(probe.get("/sandbox/barrier").await.json()["targets"], json!([]));
    }
}
