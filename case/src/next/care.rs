//! What time does to a case that lies with people: claims end, rests end, and what nobody looks at is told to somebody.

use crate::{
    entry::{Entry, Erasure, Escalation, Return},
    law, rest,
    rules::pack::Duty,
    state::State,
};

/// A claim or a rest that is over.
pub(super) fn return_due(state: &State) -> Option<Entry> {
    let over = |at| state.now >= at;
    let care = &state.care;
    let why = if care.snoozed.is_some_and(|snooze| over(snooze.until)) {
        Return::SnoozeOver
    } else if care.claimed_until.is_some_and(over) {
        Return::ClaimExpired
    } else {
        return None;
    };
    Some(Entry::Returned { why })
}

/// Why somebody with more authority should look.
pub(super) fn escalations(state: &State) -> [(bool, Escalation); 3] {
    [
        (state.care.raised, Escalation::ByAnalyst),
        (is_breached(state), Escalation::Breached),
        (is_stale(state), Escalation::Stale),
    ]
}

fn is_stale(state: &State) -> bool {
    rest::stale_at(state).is_some_and(|at| state.now >= at)
}

/// Whether a time of the bank's was missed, for what is still to be done.
fn is_breached(state: &State) -> bool {
    state.opened.settings.desk.is_some()
        && law::deadlines(state).iter().any(|deadline| {
            let missed = state.has_warned(deadline.track, deadline.clock, deadline.due.due_on, true);
            missed && !deadline.over && deadline.clock.duty == Duty::Bank
        })
}

/// A letter of a closed case that was refused, or does not get through, is for a person, as it is in an open one.
pub(super) fn letter_trouble_due(state: &State) -> Option<Entry> {
    let failing = state.asks.values().any(|ask| ask.is_letter() && super::is_failing(state, ask));
    let due = [
        (state.care.unsent, Escalation::ActionRefused),
        (failing, Escalation::ActionFailing),
        (is_stale(state), Escalation::Stale),
    ];
    let new = due.into_iter().find(|(due, reason)| *due && !state.escalations.contains(reason));
    new.map(|(_, reason)| Entry::Escalated { reason })
}

/// The end of a closed case's words.
pub(super) fn erasure_due(state: &State) -> Option<Entry> {
    if state.care.erase {
        return Some(Entry::Erased { why: Erasure::Commanded });
    }
    rest::erase_at(state).filter(|at| state.now >= *at).map(|_| Entry::Erased { why: Erasure::Retention })
}
