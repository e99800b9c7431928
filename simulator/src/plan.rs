//! What happens in a history: who does what and when, and everything that goes wrong. All of it follows from a seed, and a
//! plan can be written down and run again, with less in it.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde::{Deserialize, Serialize};

/// How long people and troubles go on, in milliseconds: two days.
pub(crate) const STORM_MS: u64 = 2 * 86_400_000;

/// A history before it happens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// Where everything that is drawn while it happens begins.
    pub(crate) seed: u64,
    /// Whether there is a key for the model.
    pub(crate) claude: bool,
    /// Whether that model was taken over.
    #[serde(default)]
    pub(crate) hostile: bool,
    /// What people and the world do.
    pub(crate) events: Vec<Event>,
    /// What goes wrong with the n-th exchange with the outside.
    pub(crate) sends: BTreeMap<u32, Ill>,
    /// What goes wrong with the n-th write.
    pub(crate) writes: BTreeMap<u32, Blow>,
}

/// One thing that happens at a moment, in milliseconds from the beginning.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) at_ms: u64,
    pub(crate) what: What,
}

/// What happens.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    /// A customer writes; `again` is how often the same request is sent beside.
    Open { customer: usize, text: usize, again: u8 },
    /// A customer answers.
    Say { case: usize, text: usize },
    /// Somebody at the desk does something with what they see.
    Do { who: usize, deed: Deed, case: usize },
    /// The process dies, and is started after a while.
    Crash { down_ms: u64 },
    /// The clock is set.
    Clock { by_ms: i64 },
    /// Something outside is away.
    Away { target: usize, for_ms: u64 },
}

/// What somebody at the desk does.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Deed {
    Approve,
    Reject,
    Decide,
    Claim,
    Snooze,
    Ask,
    Close,
    Reopen,
    Reply,
    Escalate,
}

/// What goes wrong with an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ill {
    /// It never arrives.
    Lost,
    /// It arrives, and its answer does not.
    Unanswered,
    /// It arrives twice.
    Twice,
    /// It takes a minute, and so arrives behind what was sent later.
    Late,
    /// The outside says that it is busy.
    Busy,
    /// The outside fails.
    Broken,
    /// What comes back is no answer to this.
    Nonsense,
    /// What comes back is hostile: another customer's, with orders in it.
    Hostile,
}

/// What goes wrong with a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Blow {
    /// The process dies before it.
    DiesBefore,
    /// It is stored, and the process dies before anybody knows.
    DiesAfter,
    /// The storage fails.
    Fails,
    /// The storage is full.
    Full,
}

const ILLS: [Ill; 8] =
    [Ill::Lost, Ill::Unanswered, Ill::Twice, Ill::Late, Ill::Busy, Ill::Broken, Ill::Nonsense, Ill::Hostile];
const BLOWS: [Blow; 4] = [Blow::DiesBefore, Blow::DiesAfter, Blow::Fails, Blow::Full];
const DEEDS: [Deed; 14] = [
    Deed::Approve,
    Deed::Approve,
    Deed::Approve,
    Deed::Approve,
    Deed::Approve,
    Deed::Reject,
    Deed::Decide,
    Deed::Claim,
    Deed::Snooze,
    Deed::Ask,
    Deed::Close,
    Deed::Reopen,
    Deed::Reply,
    Deed::Escalate,
];

impl Plan {
    /// Draws the plan of a seed.
    pub(crate) fn of(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let cases = rng.usize(1..=4);
        let mut events = Vec::new();
        // In every fourth history one customer writes of one charge again and again.
        let twins = (rng.u8(..4) == 0).then_some((0, 0));
        for _ in 0..cases {
            let (customer, text) = twins.unwrap_or_else(|| (rng.usize(..64), rng.usize(..64)));
            let what = What::Open { customer, text, again: rng.u8(0..3) };
            events.push(Event { at_ms: moment(&mut rng, STORM_MS / 4), what });
        }
        for _ in 0..rng.usize(4..=20) {
            events.push(Event { at_ms: moment(&mut rng, STORM_MS), what: happening(&mut rng) });
        }
        events.sort_by_key(|event| event.at_ms);
        let ill = |rng: &mut Rng| ILLS.get(rng.usize(..ILLS.len())).copied();
        let blow = |rng: &mut Rng| BLOWS.get(rng.usize(..BLOWS.len())).copied();
        // Every second history is calm but for what people do.
        let (ills, blows) = if rng.bool() { (rng.usize(0..=14), rng.usize(0..=6)) } else { (rng.usize(0..=3), 0) };
        let sends = (0..ills).filter_map(|_| Some((rng.u32(..60), ill(&mut rng)?))).collect();
        let writes = (0..blows).filter_map(|_| Some((rng.u32(..80), blow(&mut rng)?))).collect();
        let claude = rng.bool();
        Self { seed, claude, hostile: claude && rng.u8(..3) == 0, events, sends, writes }
    }

    /// A history in which nothing happens by itself.
    pub(crate) fn calm(seed: u64, claude: bool, hostile: bool) -> Self {
        Self { seed, claude, hostile, events: Vec::new(), sends: BTreeMap::new(), writes: BTreeMap::new() }
    }

    /// How much is in it.
    pub(crate) fn len(&self) -> usize {
        self.events.len() + self.sends.len() + self.writes.len()
    }

    /// The plan without some of its parts, counted through events, exchanges and writes.
    pub(crate) fn without(&self, parts: &std::ops::Range<usize>) -> Self {
        let mut at = 0;
        let mut keep = || {
            at += 1;
            !parts.contains(&(at - 1))
        };
        let events = self.events.iter().filter(|_| keep()).cloned().collect();
        let sends = self.sends.iter().filter(|_| keep()).map(|(at, ill)| (*at, *ill)).collect();
        let writes = self.writes.iter().filter(|_| keep()).map(|(at, blow)| (*at, *blow)).collect();
        Self { events, sends, writes, ..*self }
    }
}

/// Soon after the beginning more often than late, and often at once.
fn moment(rng: &mut Rng, most_ms: u64) -> u64 {
    match rng.u8(..4) {
        0 => rng.u64(..2_000),
        1 => rng.u64(..120_000).min(most_ms),
        2 => rng.u64(..3_600_000).min(most_ms),
        _ => rng.u64(..most_ms),
    }
}

fn happening(rng: &mut Rng) -> What {
    match rng.u8(..20) {
        0..=2 => What::Say { case: rng.usize(..64), text: rng.usize(..64) },
        3 | 4 => What::Crash { down_ms: rng.u64(..60_000) },
        5 => What::Clock { by_ms: rng.i64(-3_600_000..3_600_000 * 6) },
        6 => What::Away { target: rng.usize(..64), for_ms: rng.u64(..86_400_000) },
        _ => {
            let deed = DEEDS.get(rng.usize(..DEEDS.len())).copied().unwrap_or(Deed::Approve);
            What::Do { who: rng.usize(..64), deed, case: rng.usize(..64) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_without_a_part_lacks_just_that() {
        let plan = Plan::of(7);
        assert!((0..plan.len()).all(|at| plan.without(&(at..at + 1)).len() == plan.len() - 1));
        assert_eq!(plan.without(&(0..plan.len())).len(), 0);
        let written = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::to_string(&serde_json::from_str::<Plan>(&written).unwrap()).unwrap(), written);
    }
}
