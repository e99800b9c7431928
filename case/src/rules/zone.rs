//! Civil time where a rule is at home: which day a moment falls on there, and when that day ends.
//!
//! A zone is its present rule, not a history: the rules below hold since 1996 (London, Brussels) and 2007 (New York), and
//! no matter is older. They stand in the code rather than come from a time-zone database, so that an update of a library
//! cannot move the deadline of an old case.

use std::sync::OnceLock;

use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// A time zone by its name in the IANA database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Zone {
    /// Eastern Time.
    #[serde(rename = "America/New_York")]
    NewYork,
    /// UK time.
    #[serde(rename = "Europe/London")]
    London,
    /// Central European Time.
    #[serde(rename = "Europe/Brussels")]
    Brussels,
    /// Coordinated Universal Time, for rules that are at home nowhere.
    #[serde(rename = "UTC")]
    Utc,
}

impl Zone {
    /// The name in the IANA database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NewYork => "America/New_York",
            Self::London => "Europe/London",
            Self::Brussels => "Europe/Brussels",
            Self::Utc => "UTC",
        }
    }

    /// The civil day that a moment falls on; the ends of the calendar for moments outside it.
    #[must_use]
    pub fn date(self, at: Millis) -> Date {
        jiff::Timestamp::from_millisecond(at.0)
            .map_or_else(|_| at.date(), |timestamp| self.rule().to_datetime(timestamp).date())
    }

    /// The moment of a wall clock's time on a day. A time that the clock skips in spring counts as after the change,
    /// one that it shows twice in autumn as the first.
    #[must_use]
    pub fn at(self, day: Date, hour: i8, minute: i8) -> Millis {
        let clock = day.at(hour.clamp(0, 23), minute.clamp(0, 59), 0, 0);
        match self.rule().to_ambiguous_timestamp(clock).compatible() {
            Ok(timestamp) => Millis(timestamp.as_millisecond()),
            Err(_) if day.year() < 1970 => Millis(i64::MIN),
            Err(_) => Millis(i64::MAX),
        }
    }

    /// The first moment of a day.
    #[must_use]
    pub fn start_of(self, day: Date) -> Millis {
        self.at(day, 0, 0)
    }

    /// The last millisecond of a day: what is due on the day is late after it.
    #[must_use]
    pub fn end_of(self, day: Date) -> Millis {
        day.tomorrow().map_or(Millis(i64::MAX), |next| self.start_of(next).plus(-1))
    }

    /// The rule in the form of POSIX, as the IANA database gives it for all years to come.
    const fn posix(self) -> &'static str {
        match self {
            Self::NewYork => "EST5EDT,M3.2.0,M11.1.0",
            Self::London => "GMT0BST,M3.5.0/1,M10.5.0",
            Self::Brussels => "CET-1CEST,M3.5.0,M10.5.0/3",
            Self::Utc => "UTC0",
        }
    }

    fn rule(self) -> &'static TimeZone {
        static RULES: OnceLock<[TimeZone; 4]> = OnceLock::new();
        let rules = RULES.get_or_init(|| {
            [Self::NewYork, Self::London, Self::Brussels, Self::Utc]
                .map(|zone| TimeZone::posix(zone.posix()).unwrap_or(TimeZone::UTC))
        });
        match self {
            Self::NewYork => &rules[0],
            Self::London => &rules[1],
            Self::Brussels => &rules[2],
            Self::Utc => &rules[3],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn day(zone: Zone, moment: &str) -> String {
        zone.date(Millis::parse_rfc3339(moment).unwrap()).to_string()
    }

    #[test]
    fn a_moment_falls_on_the_day_that_the_clock_on_the_wall_shows() {
        // 03:30 UTC is 22:30 of the day before in New York in winter (UTC-5) and 23:30 in summer (UTC-4).
        assert_eq!(day(Zone::NewYork, "2026-01-16T03:30:00Z"), "2026-01-15");
        assert_eq!(day(Zone::NewYork, "2026-07-16T03:59:59Z"), "2026-07-15");
        assert_eq!(day(Zone::NewYork, "2026-07-16T04:00:00Z"), "2026-07-16");
        assert_eq!(day(Zone::London, "2026-07-15T23:30:00Z"), "2026-07-16");
        assert_eq!(day(Zone::London, "2026-01-15T23:30:00Z"), "2026-01-15");
        assert_eq!(day(Zone::Brussels, "2026-01-15T23:30:00Z"), "2026-01-16");
        assert_eq!(day(Zone::Utc, "2026-01-15T23:30:00Z"), "2026-01-15");
    }

    #[test]
    fn days_on_which_the_clock_changes_have_23_or_25_hours() {
        let hours = |zone: Zone, day: Date| (zone.end_of(day).since(zone.start_of(day)) + 1) / 3_600_000;
        // US: second Sunday of March, first Sunday of November. Europe: last Sundays of March and October.
        assert_eq!(hours(Zone::NewYork, date(2026, 3, 8)), 23);
        assert_eq!(hours(Zone::NewYork, date(2026, 11, 1)), 25);
        assert_eq!(hours(Zone::London, date(2026, 3, 29)), 23);
        assert_eq!(hours(Zone::London, date(2026, 10, 25)), 25);
        assert_eq!(hours(Zone::Brussels, date(2026, 3, 29)), 23);
        assert_eq!(hours(Zone::Brussels, date(2026, 10, 25)), 25);
        assert_eq!(hours(Zone::Brussels, date(2026, 10, 26)), 24);
        assert_eq!(Zone::London.end_of(date(2026, 7, 1)).rfc3339(), "2026-07-01T22:59:59.999Z");
        assert_eq!(Zone::Brussels.at(date(2026, 3, 29), 2, 30).rfc3339(), "2026-03-29T01:30:00Z");
    }

    #[test]
    fn the_ends_of_the_calendar_are_not_passed() {
        for zone in [Zone::NewYork, Zone::London, Zone::Brussels, Zone::Utc] {
            assert_eq!(zone.date(Millis(i64::MAX)), Date::MAX);
            assert_eq!(zone.date(Millis(i64::MIN)), Date::MIN);
            assert_eq!(zone.end_of(Date::MAX), Millis(i64::MAX));
        }
    }
}
