//! Who has a case now, and when time itself has to be told. Every state has an owner, and nothing rests for ever by
//! itself.

use crate::{
    law,
    settings::Mode,
    state::{Ask, Standing, State, Track},
    time::Millis,
};

/// Who has the case now. Every state has an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Caseworker: asks are in flight or due.
    Working {
        /// When time itself has to be told: [`crate::case::Case::advance`].
        wake: Millis,
    },
    /// The customer, until this time.
    Waiting {
        /// When a human takes over.
        wake: Millis,
    },
    /// An analyst's queue. A closed case lies here as well after a letter of it was refused, until somebody sends
    /// another, or opens the case and closes it again.
    Review,
    /// Nobody: it is closed. A closed case that sends a letter is at work until that is done.
    Closed,
}

/// Who has the case.
#[must_use]
pub fn of(state: &State) -> Rest {
    let goes_on = |ask: &&Ask| ask.is_open() && (state.closed.is_none() || ask.is_letter());
    let due = state.asks.values().filter(goes_on).filter_map(|ask| match ask.standing {
        Standing::Open => Some(ask.lost_at()),
        Standing::Retry(at) => Some(at),
        Standing::Failed { .. } => Some(state.now),
        Standing::Answered(_) | Standing::Missing(_) => None,
    });
    if let Some(wake) = due.min() {
        return Rest::Working { wake };
    }
    if state.closed.is_some() {
        return if state.care.unsent { Rest::Review } else { Rest::Closed };
    }
    let asks = state.tracks.iter().any(Track::asks_now);
    let open = state.tracks.iter().filter(|track| !(track.is_over() || (asks && track.is_held())));
    let waits: Option<Vec<Millis>> = open.map(|track| track.waiting.map(|(_, since)| since)).collect();
    let since = waits.and_then(|waits| waits.into_iter().min());
    let wake = since.map(|since| since.plus(state.opened.settings.wait_ms)).filter(|wake| *wake > state.now);
    match wake {
        Some(wake) if !state.is_urgent() && state.opened.settings.mode != Mode::Shadow => Rest::Waiting { wake },
        Some(_) | None => Rest::Review,
    }
}

/// When time has to be told at the latest: for what is asked or waited for, because a clock of the law runs out, a claim
/// or a rest ends, people do nothing, or the words were kept for long enough. `None` for a case that only a person can
/// move.
#[must_use]
pub fn wake(state: &State) -> Option<Millis> {
    let rest = match of(state) {
        Rest::Working { wake } | Rest::Waiting { wake } => Some(wake),
        Rest::Review => stale_at(state),
        Rest::Closed => None,
    };
    if state.closed.is_some() {
        return rest.into_iter().chain(erase_at(state)).min();
    }
    let care = &state.care;
    let warnings = law::warnings(state).map(|warning| warning.at);
    let ends = care.claimed_until.into_iter().chain(care.snoozed.map(|snooze| snooze.until));
    rest.into_iter().chain(ends).chain(warnings).min()
}

/// When people will have done nothing for too long with a case that lies with them, and nobody was told. In shadow mode
/// nobody works the case here.
#[must_use]
pub fn stale_at(state: &State) -> Option<Millis> {
    let desk = state.opened.settings.desk.as_ref()?;
    let told = state.escalations.contains(&crate::entry::Escalation::Stale);
    let lies = of(state) == Rest::Review && state.care.snoozed.is_none() && state.opened.settings.mode != Mode::Shadow;
    (lies && !told).then(|| state.care.touched_at.plus(desk.stale_ms))
}

/// When the words of a closed case will have been kept for long enough.
#[must_use]
pub fn erase_at(state: &State) -> Option<Millis> {
    let kept_ms = state.opened.settings.desk.as_ref()?.retention_ms?;
    let care = &state.care;
    let kept = care.held || care.erased.is_some();
    care.closed_at.filter(|_| !kept).map(|closed_at| closed_at.plus(kept_ms))
}
