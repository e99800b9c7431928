//! How long work waits for this process itself: for a core, and for the thread that writes. A task that yields waits for a
//! core like everything else; a commit says how long it lay in the queue.
//!
//! The least of a few readings counts: a burst is over soon, and what is left of it then is a queue that stands.

use std::time::Duration;

use desk::file::Desk;
use tokio::time::{Instant, sleep_until};

use super::{Gate, Load};
use crate::{host::Native, metrics::Metrics};

/// How often it is looked.
const EVERY: Duration = Duration::from_millis(20);
/// Of how many looks the least counts.
const LOOKS: usize = 5;
/// A case commits a few times and goes on some two hundred times: a wait for the writer weighs less, as one to so many.
const WRITER_WEIGHS: u32 = 10;
/// How often the log says how many were turned away, at most.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// Looks until dropped.
pub(crate) async fn run(gate: &Gate, desk: &Desk<Native>, metrics: &Metrics) {
    let (mut told, mut told_at) = (0, Instant::now());
    loop {
        let mut least = Duration::MAX;
        for _ in 0..LOOKS {
            let due = Instant::now() + EVERY;
            sleep_until(due).await;
            // Whoever a timer wakes goes before all others; whoever yields goes behind them.
            tokio::task::yield_now().await;
            least = least.min(due.elapsed());
        }
        // Where the writer took nothing and something waits for it, it has waited for all of this time.
        let nothing = if desk.host.store.commits_queued() > 0 { EVERY * LOOKS as u32 } else { Duration::ZERO };
        let writer = metrics.writer.take().unwrap_or(nothing);
        let load = Load { waiting: desk.requests_waiting(), cases: desk.cases_at_work() };
        gate.learn(least.max(writer / WRITER_WEIGHS), load, desk.cases_rested(), desk.cases_by_tenant());
        let turned_away = gate.turned_away();
        if turned_away > told && told_at.elapsed() >= TOLD_EVERY {
            let (requests, cases, limit) = (turned_away - told, desk.cases_at_work(), gate.cases_limit());
            tracing::warn!(requests, cases, limit, "there is more to do than can be done: requests were turned away");
            (told, told_at) = (turned_away, Instant::now());
        }
    }
}
