//! What may be asked again: a tenth of what is asked, so that a target that fails now and then is not asked twice as much
//! when it can bear it least.
//!
//! Whatever is asked is called for once. Further calls are paid for: each first call earns a tenth of one, time earns a
//! little, so that what is asked rarely is tried again all the same, and there are a few to begin with. An attempt that
//! never left because the breaker was open is owed its call, and pays nothing later.

use case::time::Millis;

use super::BreakerSettings;

/// A call, in the parts in which it is counted.
const CALL: i64 = 100;
/// How long it takes until time alone has earned one, in milliseconds.
const EARNED_BY_TIME_MS: i64 = 10_000;
/// How many attempts that never left are owed their call, at most.
const OWED: u32 = 10_000;

/// Which call of something that is asked this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Its first.
    First,
    /// Another one, because those before came to nothing.
    Again,
    /// One that follows from the answer to the one before: the next page.
    Further,
}

impl Turn {
    /// The turn of an attempt, which are counted from 1.
    #[must_use]
    pub const fn of_attempt(attempt: u32) -> Self {
        if attempt > 1 { Self::Again } else { Self::First }
    }
}

/// What is left for one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Budget {
    percent: i64,
    most: i64,
    left: i64,
    owed: u32,
    seen: Millis,
}

impl Budget {
    /// A full one.
    pub(super) fn new(settings: BreakerSettings) -> Self {
        let most = i64::from(settings.retry_burst) * CALL;
        Self { percent: i64::from(settings.retry_percent), most, left: most, owed: 0, seen: Millis(0) }
    }

    /// A first call was made.
    pub(super) fn earn(&mut self) {
        self.left = (self.left + self.percent).min(self.most);
    }

    /// A first call was not let out.
    pub(super) fn owe(&mut self) {
        self.owed = (self.owed + 1).min(OWED);
    }

    /// Pays for another call, if there is enough.
    pub(super) fn pay(&mut self, now: Millis) -> bool {
        if self.owed > 0 {
            self.owed -= 1;
            return true;
        }
        // A clock that was set back earns nothing until it is where it was.
        let passed_ms = now.since(self.seen).clamp(0, self.most / CALL * EARNED_BY_TIME_MS);
        self.left = (self.left + passed_ms * CALL / EARNED_BY_TIME_MS).min(self.most);
        self.seen = now;
        let enough = self.left >= CALL;
        if enough {
            self.left -= CALL;
        }
        enough
    }
}
