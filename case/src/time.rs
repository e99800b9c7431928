//! Time as the core sees it: an argument. UTC integer milliseconds, and civil dates derived from them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A moment: milliseconds since 1970-01-01T00:00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Millis(pub i64);

/// Milliseconds in a day.
pub const DAY_MS: i64 = 86_400_000;

impl Millis {
    /// The last moment a case can be written at: the end of the year 9999 in any time zone. Deadlines may lie later.
    pub const LAST: Self = Self(253_402_200_000_000);

    /// The moment `duration_ms` later; the far end of time rather than an overflow.
    #[must_use]
    pub const fn plus(self, duration_ms: i64) -> Self {
        Self(self.0.saturating_add(duration_ms))
    }

    /// Milliseconds from `earlier` to here; negative if this moment comes first.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The civil date in UTC; the ends of the calendar for moments outside it.
    #[must_use]
    pub fn date(self) -> Date {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(timestamp) => jiff::tz::Offset::UTC.to_datetime(timestamp).date(),
            Err(_) if self.0 < 0 => Date::MIN,
            Err(_) => Date::MAX,
        }
    }

    /// The moment as RFC 3339 in UTC, for showing.
    #[must_use]
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_millisecond(self.0).map_or_else(|_| "out of range".to_owned(), |at| at.to_string())
    }

    /// Reads RFC 3339.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|at| Self(at.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_dates_agree_and_the_ends_of_time_do_not_overflow() {
        let at = Millis::parse_rfc3339("2026-11-22T18:00:00Z").unwrap();
        assert_eq!(at.date().to_string(), "2026-11-22");
        assert_eq!(at.rfc3339(), "2026-11-22T18:00:00Z");
        assert_eq!(Millis(i64::MAX).plus(1), Millis(i64::MAX));
        assert_eq!(Millis(i64::MIN).date(), Date::MIN);
    }
}
