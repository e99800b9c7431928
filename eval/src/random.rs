//! A small seeded generator, so that every report of the same rows is the same.

/// SplitMix64.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number above 0 and below 1.
    fn share(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// How many of `trials` things happen that each happen with this chance: exact where few do, by the normal
    /// distribution where so many do that nobody could tell.
    pub(crate) fn binomial(&mut self, trials: u64, chance: f64) -> u64 {
        if chance <= 0.0 || trials == 0 {
            return 0;
        }
        if chance >= 1.0 {
            return trials;
        }
        if chance > 0.5 {
            return trials - self.binomial(trials, 1.0 - chance);
        }
        let mean = trials as f64 * chance;
        if mean > 400.0 {
            let spread = libm::sqrt(mean * (1.0 - chance));
            return libm::round(mean + spread * self.normal()).clamp(0.0, trials as f64) as u64;
        }
        // From one thing that happens to the next, over those that do not.
        let never = libm::log1p(-chance);
        let (mut happened, mut at) = (0, 0_u64);
        loop {
            let skipped = libm::floor(libm::log(self.share()) / never);
            at = at.saturating_add(skipped.min(1e15) as u64).saturating_add(1);
            if at > trials {
                return happened;
            }
            happened += 1;
        }
    }

    /// A draw of the standard normal distribution (Box and Muller).
    fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(self.share()));
        radius * libm::cos(std::f64::consts::TAU * self.share())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binomial_draws_have_the_mean_and_the_spread_they_should() {
        let mut random = Random::new(1);
        for (trials, chance) in [(20, 0.3), (1_000, 0.02), (1_000, 0.98), (100_000, 0.4), (5, 0.5)] {
            let draws: Vec<f64> = (0..20_000).map(|_| random.binomial(trials, chance) as f64).collect();
            let mean = draws.iter().sum::<f64>() / draws.len() as f64;
            let spread = draws.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>() / draws.len() as f64;
            let (expected, variance) = (trials as f64 * chance, trials as f64 * chance * (1.0 - chance));
            assert!((mean - expected).abs() < 5.0 * (variance / 20_000.0).sqrt(), "{trials} {chance}: {mean}");
            assert!((spread / variance - 1.0).abs() < 0.06, "{trials} {chance}: {spread} for {variance}");
        }
        assert_eq!((random.binomial(7, 0.0), random.binomial(7, 1.0), random.binomial(0, 0.5)), (0, 7, 0));
    }
}
