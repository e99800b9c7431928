//! When the keys of an issuer are fetched. An issuer changes its keys and lets old and new overlap; it may also be down.
//!
//! Keys are fetched again after an hour, and for a name that is not among them at most once a minute. Where that fails
//! the old ones are kept, for a day. This is memory of one process or isolate; it fetches nothing itself.

use std::sync::{Arc, Mutex, PoisonError};

use case::time::Millis;

use super::keys::{Algorithm, KeySet};

/// How long keys are used without looking whether they have changed.
const FRESH_MS: i64 = 3_600_000;
/// How long keys are kept where the issuer does not answer.
const KEPT_MS: i64 = 86_400_000;
/// The pause between two tries where there are keys.
const AGAIN_MS: i64 = 60_000;
/// The pause between two tries where there are none, and nobody can sign in.
const AGAIN_WITHOUT_MS: i64 = 2_000;

/// The keys of one issuer, and what was done to have them.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    set: Option<(Arc<KeySet>, Millis)>,
    tried_at: Option<Millis>,
    fetching: bool,
}

/// What a caller who needs a key has to do.
#[derive(Debug)]
pub(super) enum Turn<'cache> {
    /// Use these: the key is among them.
    Use(Arc<KeySet>),
    /// Fetch the keys, and say what came of it.
    Fetch(Fetching<'cache>),
    /// Another is fetching them: ask again.
    Wait,
    /// There is no such key.
    Unknown,
    /// There are no keys, and the issuer was asked a moment ago.
    Unreachable,
}

/// The right to fetch, which one caller has at a time. Whoever goes away gives it back.
#[derive(Debug)]
pub(super) struct Fetching<'cache>(&'cache Cache);

impl Cache {
    /// Whose turn it is.
    pub(super) fn turn(&self, kid: &str, algorithm: Algorithm, now: Millis) -> Turn<'_> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.set.as_ref().is_some_and(|(_, fetched_at)| now.since(*fetched_at) > KEPT_MS) {
            held.set = None;
        }
        let known = held.set.as_ref().filter(|(set, _)| set.find(kid, algorithm).is_some());
        let usable = known.map(|(set, fetched_at)| (Arc::clone(set), now.since(*fetched_at) <= FRESH_MS));
        let pause_ms = if held.set.is_some() { AGAIN_MS } else { AGAIN_WITHOUT_MS };
        let rests = held.tried_at.is_some_and(|tried_at| now.since(tried_at) < pause_ms);
        match usable {
            Some((set, true)) => Turn::Use(set),
            // Old keys will do while others look for new ones.
            Some((set, false)) if rests || held.fetching => Turn::Use(set),
            _ if held.fetching => Turn::Wait,
            _ if !rests => {
                held.fetching = true;
                held.tried_at = Some(now);
                Turn::Fetch(Fetching(self))
            }
            _ if held.set.is_some() => Turn::Unknown,
            _ => Turn::Unreachable,
        }
    }
}

impl Fetching<'_> {
    /// Puts fetched keys in the place of the old ones.
    pub(super) fn fetched(self, set: KeySet, now: Millis) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).set = Some((Arc::new(set), now));
    }
}

impl Drop for Fetching<'_> {
    fn drop(&mut self) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).fetching = false;
    }
}
