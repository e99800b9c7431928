//! Who is let in while there is more to do than can be done: decided from a request's head, before anything of it is
//! read or looked up, so that turning away costs next to nothing. What was let in is worked to its end.
//!
//! New cases are turned away first, then what submitters say and ask of their cases, and what people at the desk do
//! last: each may fill the room of requests only so far, so that there is always some left for whoever is more urgent.
//! Who has not proved yet who they are has a little room of its own, whatever they ask for. New cases are taken only
//! while the cases at work are below a limit that learns (`limit`).
//!
//! It counts and decides; it knows nothing of HTTP (`layer`), and proves nobody.

mod body;
mod known;
pub(crate) mod layer;
mod limit;
mod page;
mod permit;
pub(crate) mod pulse;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use case::{actor::Role, ids::TenantId};
use desk::urgency::Urgency;
use tokio_util::sync::CancellationToken;

use self::{known::Known, limit::Limit, permit::Permit};
use crate::settings::OverloadSettings;

/// Of the room of requests, in eighths: how far each kind may fill it.
const NEW_WORK_EIGHTHS: usize = 4;
const FOLLOW_UP_EIGHTHS: usize = 6;
const UNPROVED_EIGHTHS: usize = 7;
const STAFF_EIGHTHS: usize = 8;
/// How much of it is for those who have not proved who they are.
const UNPROVED_ROOM_EIGHTHS: usize = 1;

/// Who sends a request, as far as its head tells.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Sender {
    /// Anybody is let in, as one tenant.
    Anybody,
    /// Nobody has shown this credential yet and was let in, or there is none.
    Unproved,
    /// Somebody who showed the same credential was.
    Known(TenantId, Role),
}

/// How much there is to do beside the requests that are counted here.
#[derive(Debug, Clone, Copy, Default)]
struct Load {
    /// Requests that do nothing but wait for a case to come to rest.
    waiting: usize,
    /// Cases at work.
    cases: usize,
}

/// Why a request is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// There is no room for a request like it.
    Requests,
    /// There is no room for a request of somebody unknown.
    Unproved,
    /// As many cases are at work as may be.
    Cases,
    /// As many event streams are open as may be.
    Streams,
    /// Its tenant has its share.
    Tenant,
}

impl Refusal {
    const ALL: [Self; 5] = [Self::Requests, Self::Unproved, Self::Cases, Self::Streams, Self::Tenant];

    const fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Unproved => "unproved",
            Self::Cases => "cases",
            Self::Streams => "streams",
            Self::Tenant => "tenant",
        }
    }
}

/// What is under way.
#[derive(Debug, Default)]
struct Tally {
    /// Requests that are worked on, or wait for a case.
    requests: usize,
    /// Those of them whose senders have not proved who they are.
    unproved: usize,
    /// Those of them that ask for a case that nobody has taken yet.
    new_work: usize,
    by_tenant: BTreeMap<TenantId, usize>,
    /// Requests whose bodies are waited for, the longest first: they take memory and nothing else.
    arriving: BTreeMap<u64, CancellationToken>,
    next: u64,
    streams: usize,
}

/// The gate of a process.
#[derive(Debug)]
pub(crate) struct Gate {
    settings: OverloadSettings,
    tally: Mutex<Tally>,
    limit: Mutex<Limit>,
    /// Cases at work of each tenant, as of a moment ago.
    cases_by_tenant: Mutex<BTreeMap<TenantId, usize>>,
    known: Known,
    let_in: [AtomicU64; Urgency::ALL.len()],
    turned_away: [[AtomicU64; Refusal::ALL.len()]; Urgency::ALL.len()],
    /// How long work waited for this process at the least, of late, in microseconds.
    waited_us: AtomicU64,
}

impl Gate {
    /// A gate with nothing under way.
    pub(crate) fn new(settings: OverloadSettings) -> Arc<Self> {
        Arc::new(Self {
            settings,
            tally: Mutex::default(),
            limit: Mutex::new(Limit::new(&settings)),
            cases_by_tenant: Mutex::default(),
            known: Known::default(),
            let_in: <_>::default(),
            turned_away: <_>::default(),
            waited_us: AtomicU64::default(),
        })
    }

    /// Lets a request in, or says why not.
    fn admit(self: &Arc<Self>, urgency: Urgency, sender: Sender, load: Load) -> Result<Arc<Permit>, Refusal> {
        let admitted = self.try_admit(urgency, sender, load);
        match &admitted {
            Ok(_) => add_one(self.let_in.get(urgency as usize)),
            Err(refusal) => self.count_away(urgency, *refusal),
        }
        admitted
    }

    fn try_admit(self: &Arc<Self>, urgency: Urgency, sender: Sender, load: Load) -> Result<Arc<Permit>, Refusal> {
        if urgency == Urgency::Vital {
            return Ok(Permit::of_nothing(self));
        }
        let mut tally = self.tally();
        if urgency == Urgency::NewWork {
            self.check_cases(&sender, tally.at_work(load))?;
        }
        let room = self.settings.requests as usize;
        let under_way = tally.requests.saturating_sub(load.waiting);
        let eighths = match urgency {
            Urgency::NewWork => NEW_WORK_EIGHTHS,
            Urgency::Vital | Urgency::Staff | Urgency::FollowUp if sender == Sender::Unproved => UNPROVED_EIGHTHS,
            Urgency::FollowUp => FOLLOW_UP_EIGHTHS,
            Urgency::Vital | Urgency::Staff => STAFF_EIGHTHS,
        };
        let room = room * eighths / 8;
        if under_way >= room {
            return Err(Refusal::Requests);
        }
        match &sender {
            Sender::Unproved if tally.unproved >= self.settings.requests as usize * UNPROVED_ROOM_EIGHTHS / 8 => {
                return Err(Refusal::Unproved);
            }
            Sender::Known(tenant, _) if urgency != Urgency::Staff => {
                let taken = tally.by_tenant.get(tenant).copied().unwrap_or(0).saturating_sub(load.waiting);
                self.check_share(taken, room)?;
            }
            Sender::Anybody | Sender::Unproved | Sender::Known(..) => {}
        }
        Ok(Permit::enter(self, &mut tally, urgency, sender))
    }

    /// Whether a new case may be taken.
    fn check_cases(&self, sender: &Sender, at_work: usize) -> Result<(), Refusal> {
        let limit = self.cases_limit();
        if at_work >= limit {
            return Err(Refusal::Cases);
        }
        let Sender::Known(tenant, _) = sender else { return Ok(()) };
        let of_tenant = self.cases_by_tenant.lock().unwrap_or_else(PoisonError::into_inner).get(tenant).copied();
        self.check_share(of_tenant.unwrap_or(0), limit)
    }

    /// Whether a tenant that takes so much of some room leaves enough for others, where there are any.
    fn check_share(&self, taken: usize, room: usize) -> Result<(), Refusal> {
        let share = room * self.settings.tenant_percent as usize / 100;
        if taken >= share && self.known.has_many_tenants() { Err(Refusal::Tenant) } else { Ok(()) }
    }

    /// So many cases may be at work before no new one is taken.
    fn cases_limit(&self) -> usize {
        self.limit.lock().unwrap_or_else(PoisonError::into_inner).cases()
    }

    /// Learns from how things went of late.
    fn learn(&self, waited: Duration, load: Load, rested: u64, by_tenant: BTreeMap<TenantId, usize>) {
        let at_work = self.tally().at_work(load);
        self.waited_us.store(u64::try_from(waited.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.limit.lock().unwrap_or_else(PoisonError::into_inner).learn(waited, at_work, rested);
        *self.cases_by_tenant.lock().unwrap_or_else(PoisonError::into_inner) = by_tenant;
    }

    /// All that were turned away so far.
    fn turned_away(&self) -> u64 {
        self.turned_away.iter().flatten().map(|counter| counter.load(Ordering::Relaxed)).sum()
    }

    /// Counts a request that was turned away.
    fn count_away(&self, urgency: Urgency, refusal: Refusal) {
        add_one(self.turned_away.get(urgency as usize).and_then(|of| of.get(refusal as usize)));
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn add_one(counter: Option<&AtomicU64>) {
    if let Some(counter) = counter {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
