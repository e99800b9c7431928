//! Where the telling of a case stands. A host stores it with the case and decides nothing about it.

use case::time::Millis;
use serde::{Deserialize, Serialize};

/// A place among the events of a case: a line of its journal, and which of the events that follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The line.
    pub seq: u64,
    /// Which event of the line, from 0.
    pub n: u32,
}

/// Where the telling of a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HookState {
    /// The last event that was told, or is not to be told; `None` where all are still to be told.
    pub done: Option<Place>,
    /// How often the next one was tried in vain.
    pub attempts: u32,
    /// When it was tried first, where it was tried in vain.
    pub since: Option<Millis>,
    /// When to go on at the latest; `None` where there is nothing to tell, or where it was given up.
    pub due: Option<Millis>,
}

impl HookState {
    /// The state of a case that has a new event, and none before that is still to be told. What stands in its journal
    /// before `first_seq` was written when nobody was to be told.
    #[must_use]
    pub fn begin(first_seq: u64, due: Millis) -> Self {
        let done = first_seq.checked_sub(1).map(|seq| Place { seq, n: u32::MAX });
        Self { done, attempts: 0, since: None, due: Some(due) }
    }

    /// The state with a further event. A pause after a failure is kept; what was given up is taken up again.
    #[must_use]
    pub fn further(self, due: Millis) -> Self {
        match self.due {
            Some(_) => self,
            None => Self { attempts: 0, since: None, due: Some(due), ..self },
        }
    }

    /// Whether telling was given up: it goes on with the next event of the case, or when it is told to.
    #[must_use]
    pub const fn is_parked(&self) -> bool {
        self.due.is_none() && self.attempts > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_further_event_keeps_a_pause_and_takes_up_what_was_given_up() {
        let begun = HookState::begin(0, Millis(5));
        assert_eq!((begun.done, begun.due), (None, Some(Millis(5))));
        assert_eq!(HookState::begin(3, Millis(5)).done, Some(Place { seq: 2, n: u32::MAX }));
        let pausing = HookState { attempts: 2, since: Some(Millis(1)), due: Some(Millis(900)), ..begun };
        assert_eq!(pausing.further(Millis(50)), pausing);
        let parked = HookState { due: None, ..pausing };
        assert_eq!((parked.is_parked(), parked.further(Millis(50)).is_parked()), (true, false));
        assert_eq!(parked.further(Millis(50)), HookState { due: Some(Millis(50)), ..begun });
    }
}
