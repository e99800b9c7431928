//! How much a desk has to do at this moment, counted and nothing else: a host may turn requests away by it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use case::ids::TenantId;

use super::Desk;

/// What is counted besides the cases in memory.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts {
    /// Requests that wait for their case to come to rest.
    waiting: Arc<AtomicUsize>,
    /// How often a case came to rest.
    rested: Arc<AtomicU64>,
}

/// A request that waits. Ends when dropped.
pub(super) struct Waits(Arc<AtomicUsize>);

impl Counts {
    /// A request waits from now on.
    pub(super) fn waits(&self) -> Waits {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        Waits(self.waiting.clone())
    }

    /// A case came to rest.
    pub(super) fn rested(&self) {
        self.rested.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<H> Desk<H> {
    /// How many cases are at work here, and not at rest.
    #[must_use]
    pub fn cases_at_work(&self) -> usize {
        self.files.at_work()
    }

    /// How many cases of each tenant are at work here.
    #[must_use]
    pub fn cases_by_tenant(&self) -> BTreeMap<TenantId, usize> {
        self.files.by_tenant()
    }

    /// How many requests do nothing but wait for a case to come to rest, as their senders prefer.
    #[must_use]
    pub fn requests_waiting(&self) -> usize {
        self.counts.waiting.load(Ordering::Relaxed)
    }

    /// How often a case that was at work here has come to rest.
    #[must_use]
    pub fn cases_rested(&self) -> u64 {
        self.counts.rested.load(Ordering::Relaxed)
    }
}
