//! Chance that can be had again: the same seed makes the same messages on every machine. It refuses to be good
//! randomness for anything else.

/// A small generator (xorshift, 64 bits).
pub(crate) struct Dice(u64);

impl Dice {
    /// A generator for one battery and one place in it.
    pub(crate) fn new(seed: u64, salt: u64) -> Self {
        // Neighbouring seeds must not begin alike, and zero would stay zero.
        let mixed = (seed ^ salt.rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut dice = Self((mixed ^ (mixed >> 29)) | 1);
        for _ in 0..8 {
            dice.roll(2);
        }
        dice
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.roll(high - low + 1)
    }

    /// So many digits.
    pub(crate) fn digits(&mut self, len: usize) -> String {
        (0..len).map(|_| char::from(b'0' + self.roll(10) as u8)).collect()
    }

    /// So many capital letters and digits.
    pub(crate) fn code(&mut self, len: usize) -> String {
        (0..len).map(|_| char::from(b"ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"[self.roll(34)])).collect()
    }

    /// One of these.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.roll(from.len())]
    }
}
