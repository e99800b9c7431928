//! A small seeded generator (SplitMix64), so that a seed and a day give the same bank on every machine.
//!
//! It is not for secrets.

use sha2::{Digest, Sha256};

/// A stream of numbers that depends only on the seed and the purpose it was opened for.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// Opens the stream for one purpose; streams for other purposes do not disturb it.
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        let digest = Sha256::new().chain_update(seed.to_be_bytes()).chain_update(purpose).finalize();
        Self(digest.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte)))
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low + 1).unwrap_or(1).max(1);
        low + i64::try_from(self.next() % span).unwrap_or(0)
    }

    /// One of the given things.
    pub(crate) fn pick<'a, T>(&mut self, things: &'a [T]) -> Option<&'a T> {
        let index = self.next() % u64::try_from(things.len()).unwrap_or(u64::MAX).max(1);
        things.get(usize::try_from(index).unwrap_or(0))
    }

    /// An identifier of the given prefix with ten characters after it.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let bits = self.next();
        let tail = (0..10).map(|place| char::from(ALPHABET[usize::try_from((bits >> (place * 5)) & 31).unwrap_or(0)]));
        std::iter::once(prefix.to_owned()).chain(tail.map(String::from)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_repeated_by_its_seed_and_purpose_and_by_nothing_else() {
        let draw = |seed, purpose| Random::new(seed, purpose).next();
        assert_eq!(draw(1, "a"), draw(1, "a"));
        assert_ne!(draw(1, "a"), draw(2, "a"));
        assert_ne!(draw(1, "a"), draw(1, "b"));
    }

    #[test]
    fn numbers_stay_between_their_bounds() {
        let mut random = Random::new(7, "bounds");
        let drawn: Vec<i64> = (0..1000).map(|_| random.between(-2, 2)).collect();
        assert!(drawn.iter().all(|number| (-2..=2).contains(number)));
        assert!((-2..=2).all(|number| drawn.contains(&number)));
    }
}
