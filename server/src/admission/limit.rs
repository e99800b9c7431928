//! How many cases may be at work before no new ones are taken: a limit that learns.
//!
//! Nobody can say how many cases a machine works at once: with a model that takes ten seconds a thousand of them do
//! nothing but wait, and with none a hundred fill every core. What is the same everywhere is that work waits for this
//! process itself once there is too much. So the limit shrinks while it does, and grows while it does not and is met.
//!
//! It learns once a round: as long as it takes until as many cases have come to rest as were at work when the round began.
//! What was changed shows no sooner, and who changes more meanwhile only sways. Pure: what it is told it believes.

use std::time::Duration;

use crate::settings::OverloadSettings;

/// What is left of the cases at work, in hundredths, where they wait for us.
const SHRINKS_TO: usize = 92;
/// What the limit grows to, in hundredths, where they do not; and as long as they never have.
const GROWS_TO: usize = 105;
const GROWS_TO_AT_FIRST: usize = 200;
/// By how much the limit is higher than the least at first.
const FIRST: usize = 4;
/// From this share of itself on, in hundredths, the limit is met.
const MET: usize = 90;

/// The limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Limit {
    cases: usize,
    least: usize,
    most: usize,
    delay: Duration,
    /// Whether work has waited for us before.
    has_shrunk: bool,
    round: Round,
}

/// What was seen since the limit last learned.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Round {
    /// When so many cases will have come to rest, it is over.
    until_rested: u64,
    /// The least that work has waited.
    waited: Duration,
    is_met: bool,
}

impl Limit {
    /// A limit that has learned nothing yet.
    pub(super) fn new(settings: &OverloadSettings) -> Self {
        let [least, most] = [settings.cases_least, settings.cases_most].map(|cases| cases as usize);
        let delay = Duration::from_millis(u64::from(settings.delay_ms));
        let cases = (least * FIRST).min(most);
        Self { cases, least, most, delay, has_shrunk: false, round: Round::begin(0) }
    }

    /// So many cases may be at work.
    pub(super) const fn cases(&self) -> usize {
        self.cases
    }

    /// Learns from how long work has waited for this process at the least, of late, how many cases are at work, and how
    /// many came to rest so far.
    pub(super) fn learn(&mut self, waited: Duration, at_work: usize, rested: u64) {
        self.round.waited = self.round.waited.min(waited);
        self.round.is_met |= at_work * 100 >= self.cases * MET;
        if rested < self.round.until_rested {
            return;
        }
        // What waits while next to nothing is at work waits for something else.
        let learned = if self.round.waited > self.delay && at_work > self.least {
            self.has_shrunk = true;
            self.cases.min(at_work) * SHRINKS_TO / 100
        } else if self.round.waited <= self.delay && self.round.is_met {
            self.cases * (if self.has_shrunk { GROWS_TO } else { GROWS_TO_AT_FIRST }) / 100 + 1
        } else {
            self.cases
        };
        self.cases = learned.clamp(self.least, self.most);
        self.round = Round::begin(rested.saturating_add(at_work as u64));
    }
}

impl Round {
    const fn begin(until_rested: u64) -> Self {
        Self { until_rested, waited: Duration::MAX, is_met: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Duration = Duration::from_millis(1);
    const SLOW: Duration = Duration::from_millis(51);

    fn limit() -> Limit {
        let settings =
            OverloadSettings { cases_least: 100, cases_most: 10_000, delay_ms: 50, ..OverloadSettings::default() };
        Limit::new(&settings)
    }

    #[test]
    fn it_falls_below_what_is_at_work_and_never_below_its_least() {
        let mut limit = limit();
        assert_eq!(limit.cases(), 400);
        limit.learn(SLOW, 300, 0);
        assert_eq!(limit.cases(), 276);
        limit.learn(SLOW, 280, 299);
        assert_eq!(limit.cases(), 276, "what was changed cannot show yet");
        limit.learn(SLOW, 280, 300);
        assert_eq!(limit.cases(), 253, "more may be at work than the limit says: what was taken is worked");
        (1..100).for_each(|round| limit.learn(SLOW, 101, 1_000 * round));
        assert_eq!(limit.cases(), 100);
        limit.learn(SLOW, 0, 1_000_000);
        assert_eq!(limit.cases(), 100);
    }

    #[test]
    fn it_grows_only_while_it_is_met_and_nothing_waits() {
        let mut limit = limit();
        limit.learn(QUICK, 360, 0);
        assert_eq!(limit.cases(), 801, "at first it is far from what it will be");
        limit.learn(SLOW, 1_000, 400);
        assert_eq!(limit.cases(), 736);
        for (round, at_work) in [0, 500, 662].into_iter().enumerate() {
            limit.learn(QUICK, at_work, 2_000 * (round as u64 + 1));
            assert_eq!(limit.cases(), 736, "{at_work} at work");
        }
        limit.learn(QUICK, 663, 10_000);
        assert_eq!(limit.cases(), 773);
        limit.learn(Duration::from_millis(50), 773, 20_000);
        assert_eq!(limit.cases(), 812, "as long as may be waited is not too long");
        (0..100).for_each(|round| limit.learn(QUICK, 100_000, 1_000_000 * (round + 1)));
        assert_eq!(limit.cases(), 10_000);
    }

    #[test]
    fn a_burst_that_is_over_within_a_round_is_no_overload() {
        let mut limit = limit();
        limit.learn(SLOW, 0, 0);
        let before = limit.cases();
        limit.learn(QUICK, 10, 0);
        limit.learn(SLOW, 10, 5);
        limit.learn(QUICK, 10, 6);
        limit.learn(SLOW, 10, 20);
        assert_eq!(limit.cases(), before);
    }

    /// A machine that finishes so many cases in a tenth of a second, each of which waits for others for a time before, and
    /// is sent five times as many: its goodput in hundredths, and how many tenths of a second cases have to wait at most.
    fn machine(per_tick: usize, elsewhere_ticks: usize) -> (usize, usize) {
        let (mut limit, mut waiting, mut ready) = (limit(), vec![0; elsewhere_ticks], 0_usize);
        let (mut rested, mut finished, mut behind) = (0, 0, 0);
        for tick in 0..3_000 {
            let at_work = waiting.iter().sum::<usize>() + ready;
            waiting.push((per_tick * 5).min(limit.cases().saturating_sub(at_work)));
            ready += waiting.remove(0);
            let worked = ready.min(per_tick);
            ready -= worked;
            rested += worked as u64;
            if tick >= 1_000 {
                finished += worked;
                behind = behind.max(ready / per_tick);
            }
            limit.learn(Duration::from_millis((ready * 100 / per_tick) as u64), at_work, rested);
        }
        (finished * 100 / (2_000 * per_tick), behind)
    }

    #[test]
    fn machines_of_any_size_keep_their_goodput_at_five_times_what_they_can() {
        for per_tick in [5, 20, 50, 200] {
            for elsewhere_ticks in [1, 3, 10, 50] {
                let (percent, behind) = machine(per_tick, elsewhere_ticks);
                let what = format!("{per_tick} a tick, {elsewhere_ticks} elsewhere: {percent} of 100, {behind} behind");
                assert!(percent >= 90 && behind <= 45, "{what}");
            }
        }
    }
}
