//! Circuit breakers: a target that is down is left alone for a while, so that it can recover and no case waits for what
//! will not come.
//!
//! Pure state machines that take the time as an argument. They live in memory, for one process or isolate, and are lost
//! with it: they save calls, and no decision of a case rests on them. Which outcome is a failure is not decided here.

mod budget;

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use case::time::Millis;
use serde::{Deserialize, Serialize};

use self::budget::Budget;
pub use self::budget::Turn;
use crate::ports::Target;

/// When a breaker opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BreakerSettings {
    /// So many failures in a row open it.
    pub failures: u32,
    /// So does this share of the calls of one window, in percent.
    pub share_percent: u32,
    /// Calls that a window must have before its share means anything.
    pub least_calls: u32,
    /// The length of a window.
    pub window_ms: i64,
    /// How long it stays open before one call may try.
    pub cool_down_ms: i64,
    /// How many calls are made again for each hundred that are made for the first time.
    pub retry_percent: u32,
    /// How many may be made again at once beyond that.
    pub retry_burst: u32,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self {
            failures: 5,
            share_percent: 50,
            least_calls: 20,
            window_ms: 30_000,
            cool_down_ms: 10_000,
            retry_percent: 10,
            retry_burst: 20,
        }
    }
}

/// A setting outside its range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`breaker.{name}` must be between {least} and {most}")]
pub struct BreakerProblem {
    name: &'static str,
    least: i64,
    most: i64,
}

impl BreakerSettings {
    /// Checks every number.
    ///
    /// # Errors
    /// The first that is out of its range, by name.
    pub fn check(&self) -> Result<(), BreakerProblem> {
        let ranges = [
            ("failures", i64::from(self.failures), 1, 1_000),
            ("share_percent", i64::from(self.share_percent), 1, 100),
            ("least_calls", i64::from(self.least_calls), 1, 100_000),
            ("window_ms", self.window_ms, 100, 3_600_000),
            ("cool_down_ms", self.cool_down_ms, 10, 600_000),
            ("retry_percent", i64::from(self.retry_percent), 0, 1_000),
            ("retry_burst", i64::from(self.retry_burst), 1, 100_000),
        ];
        let outside = |(_, value, least, most): &&(_, i64, i64, i64)| !(*least..=*most).contains(value);
        match ranges.iter().find(outside) {
            Some(&(name, _, least, most)) => Err(BreakerProblem { name, least, most }),
            None => Ok(()),
        }
    }
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The target answered, whatever it said.
    Answered,
    /// The target is down, overloaded, or something else answered in its place.
    Failed,
}

/// Why a call is not let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The target is left alone for so long.
    Open {
        /// In milliseconds.
        rest_ms: i64,
    },
    /// One call is trying whether the target is back; what comes of it will be known soon.
    Trying,
    /// It was called for this before, and as much was called again of late as may be.
    Spent,
}

/// Where a breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Calls go through.
    Closed,
    /// No call goes through.
    Open,
    /// The cool-down is over: one call at a time goes through, and decides.
    HalfOpen,
}

impl Standing {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

/// The breaker of one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breaker {
    settings: BreakerSettings,
    state: State,
    budget: Budget,
    /// How often it has opened.
    openings: u64,
    /// Calls that it did not let through.
    refusals: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Closed { in_a_row: u32, began: Millis, calls: u32, failed: u32 },
    Open { until: Millis },
    // The one call under way counts as lost after its own limit: whoever made it may be gone.
    HalfOpen { lost_at: Option<Millis> },
}

impl Breaker {
    /// A closed breaker.
    #[must_use]
    pub fn new(settings: BreakerSettings) -> Self {
        let state = State::Closed { in_a_row: 0, began: Millis(0), calls: 0, failed: 0 };
        Self { settings, state, budget: Budget::new(settings), openings: 0, refusals: 0 }
    }

    /// Asks to make a call that ends within `limit_ms`.
    ///
    /// # Errors
    /// Why not now.
    pub fn admit(&mut self, now: Millis, limit_ms: u64, turn: Turn) -> Result<(), Refused> {
        // One call that tries whether the target is back is paid for by the others that wait for it.
        if matches!(self.state, State::Closed { .. }) && turn == Turn::Again && !self.budget.pay(now) {
            self.refusals += 1;
            return Err(Refused::Spent);
        }
        let passed = self.pass(now, limit_ms);
        match (turn, passed) {
            (Turn::First, Ok(())) => self.budget.earn(),
            (Turn::First, Err(Refused::Open { .. })) => self.budget.owe(),
            (Turn::First, Err(Refused::Trying | Refused::Spent)) | (Turn::Again | Turn::Further, _) => {}
        }
        passed
    }

    /// Whether the target may be called at all.
    fn pass(&mut self, now: Millis, limit_ms: u64) -> Result<(), Refused> {
        if matches!(self.state, State::Open { until } if now >= until) {
            self.state = State::HalfOpen { lost_at: None };
        }
        match self.state {
            State::Closed { .. } => Ok(()),
            State::HalfOpen { lost_at } if lost_at.is_none_or(|lost_at| now >= lost_at) => {
                let limit_ms = i64::try_from(limit_ms).unwrap_or(i64::MAX);
                self.state = State::HalfOpen { lost_at: Some(now.plus(limit_ms)) };
                Ok(())
            }
            State::HalfOpen { .. } => Err(Refused::Trying),
            State::Open { until } => {
                self.refusals += 1;
                Err(Refused::Open { rest_ms: until.since(now).max(1) })
            }
        }
    }

    /// Says what became of a call that was admitted. One that was admitted before the breaker opened says nothing new.
    pub fn report(&mut self, now: Millis, outcome: Outcome) {
        match (&mut self.state, outcome) {
            (State::Closed { in_a_row, began, calls, failed }, _) => {
                if now.since(*began) >= self.settings.window_ms {
                    (*began, *calls, *failed) = (now, 0, 0);
                }
                let failure = u32::from(outcome == Outcome::Failed);
                *in_a_row = if failure == 0 { 0 } else { in_a_row.saturating_add(1) };
                (*calls, *failed) = (calls.saturating_add(1), failed.saturating_add(failure));
                let share = u64::from(*failed) * 100 >= u64::from(self.settings.share_percent) * u64::from(*calls);
                let many = *calls >= self.settings.least_calls && share;
                if failure > 0 && (*in_a_row >= self.settings.failures || many) {
                    self.open(now);
                }
            }
            (State::HalfOpen { .. }, Outcome::Answered) => {
                self.state = State::Closed { in_a_row: 0, began: now, calls: 0, failed: 0 };
            }
            (State::HalfOpen { .. }, Outcome::Failed) => self.open(now),
            (State::Open { .. }, _) => {}
        }
    }

    /// For how long it will let nothing through.
    #[must_use]
    pub fn rest_ms(&self, now: Millis) -> Option<i64> {
        match self.state {
            State::Open { until } if now < until => Some(until.since(now)),
            State::Closed { .. } | State::Open { .. } | State::HalfOpen { .. } => None,
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn standing(&self, now: Millis) -> Standing {
        match self.state {
            State::Closed { .. } => Standing::Closed,
            State::Open { until } if now < until => Standing::Open,
            State::Open { .. } | State::HalfOpen { .. } => Standing::HalfOpen,
        }
    }

    fn open(&mut self, now: Millis) {
        self.openings += 1;
        self.state = State::Open { until: now.plus(self.settings.cool_down_ms) };
    }
}

/// What a breaker has to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// Where it stands.
    pub standing: Standing,
    /// How often it has opened.
    pub openings: u64,
    /// Calls that it did not let through.
    pub refusals: u64,
}

/// The breakers of all targets of one process or isolate.
#[derive(Debug)]
pub struct Breakers {
    settings: BreakerSettings,
    breakers: Mutex<BTreeMap<Target, Breaker>>,
}

impl Breakers {
    /// Closed breakers.
    #[must_use]
    pub fn new(settings: BreakerSettings) -> Self {
        Self { settings, breakers: Mutex::default() }
    }

    /// [`Breaker::admit`].
    ///
    /// # Errors
    /// Why not now.
    pub fn admit(&self, target: Target, now: Millis, limit_ms: u64, turn: Turn) -> Result<(), Refused> {
        self.lock().entry(target).or_insert_with(|| Breaker::new(self.settings)).admit(now, limit_ms, turn)
    }

    /// [`Breaker::report`]; returns the standing before and after, so that a change can be told.
    pub fn report(&self, target: Target, now: Millis, outcome: Outcome) -> (Standing, Standing) {
        let mut breakers = self.lock();
        let breaker = breakers.entry(target).or_insert_with(|| Breaker::new(self.settings));
        let before = breaker.standing(now);
        breaker.report(now, outcome);
        (before, breaker.standing(now))
    }

    /// [`Breaker::rest_ms`].
    #[must_use]
    pub fn rest_ms(&self, target: Target, now: Millis) -> Option<i64> {
        self.lock().get(&target).and_then(|breaker| breaker.rest_ms(now))
    }

    /// What a target's breaker has to show; a target that was never called has a closed one.
    #[must_use]
    pub fn shown(&self, target: Target, now: Millis) -> Shown {
        let shown = |breaker: &Breaker| Shown {
            standing: breaker.standing(now),
            openings: breaker.openings,
            refusals: breaker.refusals,
        };
        self.lock().get(&target).map_or(Shown { standing: Standing::Closed, openings: 0, refusals: 0 }, shown)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Target, Breaker>> {
        self.breakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
