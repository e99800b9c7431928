//! How often somebody may fail to sign in: ten times at once, and from then on once every six seconds.
//!
//! It counts in this process alone, and by address, so that nobody keeps others out. It is no defence of keys, which
//! are too long to be guessed, but of the work that each attempt costs.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use case::time::Millis;

/// How many failures are free.
const FREE: i64 = 10;
/// How long it takes until one more is forgiven, in milliseconds.
const FORGIVEN_MS: i64 = 6_000;
/// Of how many addresses failures are counted.
const MOST: usize = 4_096;

/// From where a request comes: the host that takes it puts this among its extensions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Peer(pub String);

impl Peer {
    /// An address as failures are counted by it: of the newer kind everybody has a whole network to themselves.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}")
            }
        })
    }
}

/// The failures of late.
#[derive(Debug, Default)]
pub struct Gate {
    /// When all failures of an address will be forgiven.
    forgiven_at: Mutex<BTreeMap<Peer, i64>>,
}

impl Gate {
    /// In how many seconds another attempt may fail, where too many have.
    #[must_use]
    pub fn wait_s(&self, peer: &Peer, now: Millis) -> Option<i64> {
        let all = self.forgiven_at.lock().unwrap_or_else(PoisonError::into_inner);
        let left_ms = all.get(peer).copied().unwrap_or(0).saturating_sub(now.0);
        let over_ms = left_ms - (FREE - 1) * FORGIVEN_MS;
        (over_ms > 0).then(|| over_ms.div_euclid(1_000) + 1)
    }

    /// An attempt failed.
    pub fn failed(&self, peer: &Peer, now: Millis) {
        let mut all = self.forgiven_at.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.retain(|_, until| *until > now.0);
        }
        if all.len() >= MOST && !all.contains_key(peer) {
            // So many at once are an attack from everywhere; who will be forgiven first makes room.
            let first = all.iter().min_by_key(|(_, until)| **until).map(|(peer, _)| peer.clone());
            if let Some(first) = first {
                all.remove(&first);
            }
        }
        let until = all.entry(peer.clone()).or_insert(now.0);
        *until = (*until).max(now.0).saturating_add(FORGIVEN_MS).min(now.0 + FREE * FORGIVEN_MS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_failures_are_free_and_then_one_every_six_seconds_for_each_address_apart() {
        let (gate, peer, other) = (Gate::default(), Peer("192.0.2.1".to_owned()), Peer("192.0.2.2".to_owned()));
        for _ in 0..10 {
            assert_eq!(gate.wait_s(&peer, Millis(0)), None);
            gate.failed(&peer, Millis(0));
        }
        assert_eq!(gate.wait_s(&peer, Millis(0)), Some(7));
        assert_eq!(gate.wait_s(&other, Millis(0)), None);
        assert_eq!(gate.wait_s(&peer, Millis(5_999)), Some(1));
        assert_eq!(gate.wait_s(&peer, Millis(6_000)), None);
        gate.failed(&peer, Millis(6_000));
        assert!(gate.wait_s(&peer, Millis(6_000)).is_some());
        // However often somebody tries while they are refused, the wait does not grow.
        for _ in 0..1_000 {
            gate.failed(&peer, Millis(6_000));
        }
        assert_eq!(gate.wait_s(&peer, Millis(6_000)), Some(7));
    }

    #[test]
    fn an_address_of_the_newer_kind_counts_with_its_network() {
        let peer = |text: &str| Peer::of(text.parse().unwrap()).0;
        assert_eq!(peer("2001:db8:1:2::7"), peer("2001:db8:1:2:ffff::9"));
        assert_ne!(peer("2001:db8:1:2::7"), peer("2001:db8:1:3::7"));
        assert_eq!(peer("::ffff:192.0.2.1"), "192.0.2.1");
    }

    #[test]
    fn many_addresses_do_not_fill_the_memory() {
        let gate = Gate::default();
        for number in 0..2 * MOST {
            gate.failed(&Peer(number.to_string()), Millis(0));
        }
        assert!(gate.forgiven_at.lock().unwrap().len() <= MOST);
    }

    #[test]
    fn who_failed_often_is_not_forgotten_for_others_who_failed_once() {
        let (gate, often) = (Gate::default(), Peer("0".to_owned()));
        for _ in 0..10 {
            gate.failed(&often, Millis(0));
        }
        for number in 0..2 * MOST {
            gate.failed(&Peer(format!("1{number}")), Millis(0));
        }
        assert!(gate.wait_s(&often, Millis(0)).is_some());
    }
}
