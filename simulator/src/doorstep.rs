//! How people reach the process that is alive, if one is. Whoever waits is told in the order in which they began to wait:
//! a channel of the runtime's would wake them in any, and no two histories of a seed would be the same.

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Router;
use tokio::sync::Notify;

/// The way in, and how often it changed.
#[derive(Default)]
pub(crate) struct Doorstep {
    now: Mutex<(u64, Option<Router>)>,
    changed: Notify,
}

impl Doorstep {
    fn now(&self) -> MutexGuard<'_, (u64, Option<Router>)> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The way in, and its number.
    pub(crate) fn look(&self) -> (u64, Option<Router>) {
        self.now().clone()
    }

    /// There is another way in, or none.
    pub(crate) fn set(&self, front: Option<Router>) {
        {
            let mut now = self.now();
            *now = (now.0 + 1, front);
        }
        self.changed.notify_waiters();
    }

    /// Ends when the way in is another than that of a number.
    pub(crate) async fn is_other_than(&self, number: u64) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.now().0 != number {
                return;
            }
            changed.await;
        }
    }
}
