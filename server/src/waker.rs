//! Wakes each case at its moment, and has its events told at theirs. It holds moments of wall-clock time, so a clock that is set makes cases early or
//! late by no more than a sweep; what it loses to a failure is found again on disk by the sweep.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use case::time::Millis;
use desk::{
    file::Desk,
    ports::{CaseKey, Outside as _},
    retry::RetrySettings,
};
use tokio::{
    sync::{Semaphore, mpsc},
    time::{Instant, sleep_until},
};

use crate::{host::Native, limits, metrics::Metrics, store::Due};

/// A word on when a case is to be woken.
#[derive(Debug)]
pub(crate) struct Note {
    /// Which case.
    pub(crate) key: CaseKey,
    /// What for.
    pub(crate) duty: Duty,
    /// When.
    pub(crate) wake: When,
}

/// What a case is woken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Duty {
    /// To do what is due on it.
    Wake,
    /// To tell its events.
    Tell,
}

/// When a case is to be woken.
#[derive(Debug, Clone, Copy)]
pub(crate) enum When {
    /// What a commit says counts: at this moment, or not any more.
    Committed(Option<Millis>),
    /// The case was woken, and is still to be woken at this moment, if at any. A commit that came since may know better,
    /// so an earlier moment stays.
    Woken(Option<Millis>),
    /// The case could not be woken; it is tried again after a pause.
    Failed(Millis),
}

/// The moments of all cases; each case has at most one.
#[derive(Debug, Default)]
struct Moments {
    by_time: BTreeSet<(Millis, CaseKey)>,
    by_case: BTreeMap<CaseKey, Millis>,
    /// How often each case could not be woken since it last could.
    failures: BTreeMap<CaseKey, u32>,
    retry: RetrySettings,
}

/// The waker.
pub(crate) struct Waker {
    desk: Desk<Native>,
    metrics: Arc<Metrics>,
    moments: Moments,
    /// When events are to be told.
    telling: Moments,
    at_once: Arc<Semaphore>,
}

impl Waker {
    /// A waker that starts with the cases left by the process before.
    pub(crate) fn new(desk: Desk<Native>, metrics: Arc<Metrics>, unfinished: Vec<Due>, untold: Vec<Due>) -> Self {
        let [moments, telling] = [unfinished, untold].map(|all| {
            let mut moments = Moments { retry: desk.setup.config.retry, ..Moments::default() };
            for due in all {
                moments.set(due.key, Some(due.wake));
            }
            moments
        });
        Self { desk, metrics, moments, telling, at_once: Arc::new(Semaphore::new(limits::WAKES_AT_ONCE)) }
    }

    /// Runs until dropped.
    pub(crate) async fn run(mut self, mut notes: mpsc::UnboundedReceiver<Note>) {
        let mut sweep = tokio::time::interval(limits::SWEEP);
        sweep.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let first = self.moments.first().into_iter().chain(self.telling.first()).min();
            let until = first.map_or(limits::SWEEP, |first| wait(self.desk.host.now(), first));
            tokio::select! {
                note = notes.recv() => match note {
                    Some(note) if note.duty == Duty::Tell => self.telling.take(note),
                    Some(note) => self.moments.take(note),
                    None => return,
                },
                () = sleep_until(Instant::now() + until) => self.wake_due().await,
                _ = sweep.tick() => self.sweep().await,
            }
        }
    }

    async fn wake_due(&mut self) {
        for key in self.moments.take_due(self.desk.host.now()) {
            self.wake(key).await;
        }
        for key in self.telling.take_due(self.desk.host.now()) {
            self.tell(key).await;
        }
    }

    /// Has a case's events told. This begins it; what comes of it says when to go on.
    async fn tell(&self, key: CaseKey) {
        let Ok(permit) = Arc::clone(&self.at_once).acquire_owned().await else { return };
        let desk = self.desk.clone();
        self.desk.host.spawn(Box::pin(async move {
            let wake = match desk.tell(&key).await {
                Ok(due) => When::Woken(due),
                Err(error) => {
                    tracing::error!(case = %key.case, %error, "the telling of a case could not begin; it is tried again");
                    When::Failed(desk.host.now())
                }
            };
            let _ = desk.host.notes.send(Note { key, duty: Duty::Tell, wake });
            drop(permit);
        }));
    }

    async fn wake(&self, key: CaseKey) {
        let Ok(permit) = Arc::clone(&self.at_once).acquire_owned().await else { return };
        let desk = self.desk.clone();
        self.metrics.wake();
        self.desk.host.spawn(Box::pin(async move {
            let wake = match desk.wake(&key).await {
                // Too early a wake writes nothing, so that no commit says when the next one is.
                Ok(wake) => When::Woken(wake),
                Err(problem) => {
                    tracing::error!(case = %key.case, ?problem, "a case could not be woken; it is tried again");
                    When::Failed(desk.host.now())
                }
            };
            let _ = desk.host.notes.send(Note { key, duty: Duty::Wake, wake });
            drop(permit);
        }));
    }

    /// Looks on disk for cases that should have been woken and are not on their way.
    async fn sweep(&mut self) {
        let before = self.desk.host.now().plus(-limits::LOST_AFTER_MS);
        let (store, sandbox) = (&self.desk.host.store, self.desk.setup.sandbox);
        let found = [store.overdue(sandbox, before.0).await, store.untold(sandbox, before.0).await];
        for (found, moments) in found.into_iter().zip([&mut self.moments, &mut self.telling]) {
            match found {
                Ok(lost) => lost.into_iter().for_each(|due| moments.find(due)),
                Err(error) => tracing::error!(%error, "the sweep could not read the cases that are due"),
            }
        }
    }
}

/// How long to wait for a moment; no longer than a sweep, because the clock may be set meanwhile.
fn wait(now: Millis, moment: Millis) -> Duration {
    Duration::from_millis(u64::try_from(moment.since(now)).unwrap_or_default()).min(limits::SWEEP)
}

impl Moments {
    fn take(&mut self, note: Note) {
        match note.wake {
            When::Committed(wake) => {
                self.failures.remove(&note.key);
                self.set(note.key, wake);
            }
            When::Woken(wake) => {
                self.failures.remove(&note.key);
                if let Some(wake) = wake {
                    self.set_earlier(note.key, wake);
                }
            }
            When::Failed(now) => {
                let failures = self.failures.entry(note.key.clone()).or_default();
                *failures = failures.saturating_add(1);
                let again = now.plus(self.retry.pause_ms(*failures));
                self.set_earlier(note.key, again);
            }
        }
    }

    /// Takes up a case that should have been woken, unless it is known, or on its way to be tried again.
    fn find(&mut self, due: Due) {
        if !self.by_case.contains_key(&due.key) {
            self.set(due.key, Some(due.wake));
        }
    }

    fn set_earlier(&mut self, key: CaseKey, wake: Millis) {
        if self.by_case.get(&key).is_none_or(|known| *known > wake) {
            self.set(key, Some(wake));
        }
    }

    fn set(&mut self, key: CaseKey, wake: Option<Millis>) {
        if let Some(before) = self.by_case.remove(&key) {
            self.by_time.remove(&(before, key.clone()));
        }
        if let Some(wake) = wake {
            self.by_time.insert((wake, key.clone()));
            self.by_case.insert(key, wake);
        }
    }

    fn first(&self) -> Option<Millis> {
        self.by_time.first().map(|(moment, _)| *moment)
    }

    fn take_due(&mut self, now: Millis) -> Vec<CaseKey> {
        let mut due = Vec::new();
        while let Some((moment, _)) = self.by_time.first()
            && *moment <= now
            && let Some((_, key)) = self.by_time.pop_first()
        {
            self.by_case.remove(&key);
            due.push(key);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use case::ids::{CaseId, TenantId};

    fn key(byte: u8) -> CaseKey {
        CaseKey { tenant: TenantId::parse("acme").unwrap(), case: CaseId::from_random([byte; 16]) }
    }

    #[test]
    fn a_case_has_one_moment_and_is_due_once() {
        let mut moments = Moments::default();
        moments.set(key(1), Some(Millis(10)));
        moments.set(key(1), Some(Millis(30)));
        moments.set(key(2), Some(Millis(20)));
        moments.set(key(3), Some(Millis(5)));
        moments.set(key(3), None);
        assert_eq!(moments.take_due(Millis(19)), []);
        assert_eq!(moments.take_due(Millis(25)), [key(2)]);
        assert_eq!(moments.first(), Some(Millis(30)));
        assert_eq!(moments.take_due(Millis(100)), [key(1)]);
        assert_eq!((moments.first(), moments.by_case.len()), (None, 0));
    }

    #[test]
    fn a_case_that_was_woken_too_early_is_woken_again_and_an_earlier_moment_stays() {
        let mut moments = Moments::default();
        let still_due = |at| Note { key: key(1), duty: Duty::Wake, wake: When::Woken(Some(Millis(at))) };
        moments.take(still_due(20));
        assert_eq!(moments.first(), Some(Millis(20)));
        moments.take(Note { key: key(1), duty: Duty::Wake, wake: When::Committed(Some(Millis(10))) });
        moments.take(still_due(20));
        assert_eq!(moments.first(), Some(Millis(10)));
        moments.take(Note { key: key(1), duty: Duty::Wake, wake: When::Committed(None) });
        assert_eq!(moments.first(), None);
    }

    #[test]
    fn a_case_that_cannot_be_woken_is_tried_ever_more_rarely_until_it_can() {
        let mut moments = Moments { retry: RetrySettings { first_ms: 10, most_ms: 30 }, ..Moments::default() };
        let failed = |at| Note { key: key(1), duty: Duty::Wake, wake: When::Failed(Millis(at)) };
        let mut seen = Vec::new();
        for at in [0, 100, 200, 300] {
            moments.take(failed(at));
            seen.push(moments.first().unwrap().0 - at);
            // What the sweep finds on disk meanwhile makes it ring no sooner.
            moments.find(Due { key: key(1), wake: Millis(0) });
            assert_eq!(moments.take_due(Millis(at + 9)), []);
            assert_eq!(moments.take_due(Millis(at + 30)), [key(1)]);
        }
        assert_eq!(seen, [10, 20, 30, 30]);
        moments.take(Note { key: key(1), duty: Duty::Wake, wake: When::Committed(Some(Millis(500))) });
        assert_eq!(moments.take_due(Millis(500)), [key(1)]);
        moments.take(failed(500));
        assert_eq!(moments.first(), Some(Millis(510)), "a commit began anew");
        moments.find(Due { key: key(2), wake: Millis(7) });
        assert_eq!(moments.first(), Some(Millis(7)), "what was lost is found");
    }

    #[test]
    fn waiting_is_never_longer_than_a_sweep_nor_negative() {
        assert_eq!(wait(Millis(100), Millis(50)), Duration::ZERO);
        assert_eq!(wait(Millis(0), Millis(1_000)), Duration::from_secs(1));
        assert_eq!(wait(Millis(0), Millis(i64::MAX)), limits::SWEEP);
    }
}
