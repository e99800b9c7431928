//! What a request takes while it is under way: its place in the count, given back exactly once, whatever becomes of it.
//!
//! A request whose body is waited for takes no place: senders who are slow must not keep others out. It takes room in
//! memory instead, and where that is full, whoever has been waited for the longest is cut off.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use desk::{ports::Grant, urgency::Urgency};
use tokio_util::sync::CancellationToken;

use super::{Gate, Load, Refusal, Sender, Tally};

/// A request that was let in.
#[derive(Debug)]
pub(super) struct Permit {
    gate: Arc<Gate>,
    urgency: Urgency,
    stands: Mutex<Stands>,
    /// Cancelled where its body was waited for too long.
    cut_off: CancellationToken,
}

/// Where a request stands.
#[derive(Debug)]
enum Stands {
    /// It is counted.
    In(Sender),
    /// Its body is waited for, under this number.
    Arriving(u64, Sender),
    /// It is counted no more, or never was.
    Out,
}

impl Tally {
    /// Cases at work, and requests that will soon be some: as much work is before them, and more.
    pub(super) const fn at_work(&self, load: Load) -> usize {
        // Those that wait for their case to come to rest have one; next to all that wait have sent it themselves.
        load.cases + self.new_work.saturating_sub(load.waiting)
    }

    fn count(&mut self, urgency: Urgency, sender: &Sender) {
        self.requests += 1;
        self.new_work += usize::from(urgency == Urgency::NewWork);
        match sender {
            Sender::Unproved => self.unproved += 1,
            Sender::Known(tenant, _) => *self.by_tenant.entry(tenant.clone()).or_default() += 1,
            Sender::Anybody => {}
        }
    }

    fn discount(&mut self, urgency: Urgency, sender: &Sender) {
        self.requests = self.requests.saturating_sub(1);
        self.new_work = self.new_work.saturating_sub(usize::from(urgency == Urgency::NewWork));
        match sender {
            Sender::Unproved => self.unproved = self.unproved.saturating_sub(1),
            Sender::Known(tenant, _) => {
                if let Some(count) = self.by_tenant.get_mut(tenant) {
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        self.by_tenant.remove(tenant);
                    }
                }
            }
            Sender::Anybody => {}
        }
    }
}

impl Permit {
    /// One that takes no place.
    pub(super) fn of_nothing(gate: &Arc<Gate>) -> Arc<Self> {
        Self::new(gate, Urgency::Vital, Stands::Out)
    }

    /// Takes a place.
    pub(super) fn enter(gate: &Arc<Gate>, tally: &mut Tally, urgency: Urgency, sender: Sender) -> Arc<Self> {
        tally.count(urgency, &sender);
        Self::new(gate, urgency, Stands::In(sender))
    }

    fn new(gate: &Arc<Gate>, urgency: Urgency, stands: Stands) -> Arc<Self> {
        Arc::new(Self { gate: gate.clone(), urgency, stands: Mutex::new(stands), cut_off: CancellationToken::new() })
    }

    /// The sender has proved who they are.
    pub(super) fn proved(&self, grant: &Grant) {
        let mut stands = self.stands();
        match &mut *stands {
            Stands::In(sender) if *sender == Sender::Unproved => {
                let known = Sender::Known(grant.tenant.clone(), grant.actor.role);
                let mut tally = self.gate.tally();
                tally.discount(self.urgency, sender);
                tally.count(self.urgency, &known);
                *sender = known;
            }
            Stands::Arriving(_, sender) if *sender == Sender::Unproved => {
                *sender = Sender::Known(grant.tenant.clone(), grant.actor.role);
            }
            Stands::In(_) | Stands::Arriving(..) | Stands::Out => {}
        }
    }

    /// Its body is waited for from now on.
    pub(super) fn waits_for_body(&self) {
        let mut stands = self.stands();
        if let Stands::In(sender) = &*stands {
            let mut tally = self.gate.tally();
            if tally.arriving.len() >= self.gate.settings.requests as usize
                && let Some((_, longest)) = tally.arriving.pop_first()
            {
                longest.cancel();
            }
            tally.discount(self.urgency, sender);
            let number = tally.next;
            tally.next += 1;
            tally.arriving.insert(number, self.cut_off.clone());
            *stands = Stands::Arriving(number, sender.clone());
        }
    }

    /// Its body, or more of it, is there, or is waited for no more.
    pub(super) fn goes_on(&self) {
        let mut stands = self.stands();
        if let Stands::Arriving(number, sender) = &*stands {
            let mut tally = self.gate.tally();
            tally.arriving.remove(number);
            tally.count(self.urgency, sender);
            *stands = Stands::In(sender.clone());
        }
    }

    /// Ends where its body was waited for too long.
    pub(super) const fn cut_off(&self) -> &CancellationToken {
        &self.cut_off
    }

    /// Gives the place back.
    fn leave(&self) {
        let mut stands = self.stands();
        match &*stands {
            Stands::In(sender) => self.gate.tally().discount(self.urgency, sender),
            Stands::Arriving(number, _) => drop(self.gate.tally().arriving.remove(number)),
            Stands::Out => {}
        }
        *stands = Stands::Out;
    }

    fn stands(&self) -> MutexGuard<'_, Stands> {
        self.stands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Holds a request's place until it is dropped: by whoever works the request, and by nobody else.
#[derive(Debug)]
pub(super) struct Held(pub(super) Arc<Permit>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// An event stream that is open. Ends when dropped.
#[derive(Debug)]
pub(super) struct Stream(Arc<Gate>);

impl Stream {
    /// Opens one, unless too many are: submitters leave a quarter of them to the desk.
    pub(super) fn open(gate: &Arc<Gate>, is_staff: bool) -> Result<Self, Refusal> {
        let most = gate.settings.streams as usize;
        let room = if is_staff { most } else { most * 3 / 4 };
        let mut tally = gate.tally();
        if tally.streams >= room {
            return Err(Refusal::Streams);
        }
        tally.streams += 1;
        drop(tally);
        Ok(Self(gate.clone()))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let mut tally = self.0.tally();
        tally.streams = tally.streams.saturating_sub(1);
    }
}
