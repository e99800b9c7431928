//! How long what failed is left alone before it is tried again: a case that could not be woken, a row that the docket
//! did not take. Each further failure doubles the pause, up to a limit; nothing is ever given up.

use serde::{Deserialize, Serialize};

/// The longest pause that may be configured, in milliseconds: a day.
const LONGEST_MS: u32 = 86_400_000;

/// The pauses between tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetrySettings {
    /// After the first failure, in milliseconds.
    pub first_ms: u32,
    /// At most, in milliseconds.
    pub most_ms: u32,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self { first_ms: 1_000, most_ms: 600_000 }
    }
}

/// Pauses that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`retry`: `first_ms` must be from 1 to `most_ms`, and `most_ms` at most {LONGEST_MS}")]
pub struct RetryProblem;

impl RetrySettings {
    /// Checks the settings.
    ///
    /// # Errors
    /// A [`RetryProblem`].
    pub const fn check(&self) -> Result<(), RetryProblem> {
        let is_sound = self.first_ms > 0 && self.first_ms <= self.most_ms && self.most_ms <= LONGEST_MS;
        if is_sound { Ok(()) } else { Err(RetryProblem) }
    }

    /// How long to wait after so many failures, in milliseconds; none is as good as one.
    #[must_use]
    pub fn pause_ms(&self, failures: u32) -> i64 {
        let doublings = failures.saturating_sub(1).min(31);
        let pause_ms = u64::from(self.first_ms) << doublings;
        i64::try_from(pause_ms.min(u64::from(self.most_ms))).unwrap_or(i64::from(LONGEST_MS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_again_and_again_is_tried_ever_more_rarely_and_never_given_up() {
        let pauses = [0, 1, 2, 3, 10, 11, 60, u32::MAX].map(|failures| RetrySettings::default().pause_ms(failures));
        assert_eq!(pauses, [1_000, 1_000, 2_000, 4_000, 512_000, 600_000, 600_000, 600_000]);
    }

    #[test]
    fn pauses_have_an_order_and_an_end() {
        let check = |first_ms, most_ms| RetrySettings { first_ms, most_ms }.check();
        assert_eq!((check(1, 1), check(100, 86_400_000)), (Ok(()), Ok(())));
        for (first_ms, most_ms) in [(0, 1), (2, 1), (1, 86_400_001)] {
            assert_eq!(check(first_ms, most_ms), Err(RetryProblem), "{first_ms} {most_ms}");
        }
    }
}
