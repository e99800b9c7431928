//! Civil dates and moments in UTC, as the bank writes them.
//!
//! There is no clock here: the caller says what day it is, and every date in the seeded bank is counted from it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const SECONDS_PER_DAY: i64 = 86_400;

/// A civil date, held as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

/// A second in UTC, written `YYYY-MM-DDTHH:MM:SSZ`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

/// A date or moment that is not written in the one shape we read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not {shape}")]
pub struct DateError {
    given: String,
    shape: &'static str,
}

impl Day {
    /// The day with the given civil year, month (1 to 12) and day of the month, or none where there is no such day.
    pub fn from_civil(year: i64, month: i64, day: i64) -> Option<Self> {
        // The calendar is counted from March, so that the leap day comes last; `era` is a block of 400 years.
        let shifted_year = if month <= 2 { year - 1 } else { year };
        let era = shifted_year.div_euclid(400);
        let year_of_era = shifted_year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let found = Self(era * 146_097 + day_of_era - 719_468);
        ((1..=12).contains(&month) && found.civil() == (year, month, day)).then_some(found)
    }

    /// The day on which the given number of milliseconds since 1970 falls in UTC.
    pub fn from_unix_ms(ms: i64) -> Self {
        Self(ms.div_euclid(SECONDS_PER_DAY * 1000))
    }

    /// The day that lies `days` before this one.
    #[must_use]
    pub fn minus(self, days: i64) -> Self {
        Self(self.0 - days)
    }

    /// The moment on this day at the given hour, minute and second.
    pub fn at(self, hour: i64, minute: i64, second: i64) -> Moment {
        Moment(self.0 * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second)
    }

    /// How many days lie between an earlier day and this one.
    pub(crate) fn days_since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// The day of the week, from 0 for Monday to 6 for Sunday.
    pub(crate) fn weekday(self) -> i64 {
        // 1970-01-01 was a Thursday.
        (self.0 + 3).rem_euclid(7)
    }

    /// The civil year, month (1 to 12) and day of the month.
    pub(crate) fn civil(self) -> (i64, i64, i64) {
        let shifted = self.0 + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year, month, day_of_year - (153 * shifted_month + 2) / 5 + 1)
    }
}

impl Moment {
    /// The day on which this moment falls.
    pub fn day(self) -> Day {
        Day(self.0.div_euclid(SECONDS_PER_DAY))
    }

    /// The hour of the day, 0 to 23.
    pub fn hour(self) -> i64 {
        self.0.rem_euclid(SECONDS_PER_DAY) / 3600
    }

    /// The moment that lies `seconds` after this one.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds)
    }

    /// How many seconds lie between two moments, whichever comes first.
    pub fn seconds_from(self, other: Self) -> i64 {
        (self.0 - other.0).abs()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(formatter, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.0.rem_euclid(SECONDS_PER_DAY);
        write!(formatter, "{}T{:02}:{:02}:{:02}Z", self.day(), second / 3600, second / 60 % 60, second % 60)
    }
}

impl FromStr for Day {
    type Err = DateError;

    fn from_str(given: &str) -> Result<Self, DateError> {
        let wrong = || DateError { given: given.to_owned(), shape: "a date written YYYY-MM-DD" };
        let [year, month, day] = numbers(given, "dddd-dd-dd").ok_or_else(wrong)?;
        Self::from_civil(year, month, day).ok_or_else(wrong)
    }
}

impl FromStr for Moment {
    type Err = DateError;

    fn from_str(given: &str) -> Result<Self, DateError> {
        let wrong = || DateError { given: given.to_owned(), shape: "a moment written YYYY-MM-DDTHH:MM:SSZ" };
        let [year, month, day, hour, minute, second] = numbers(given, "dddd-dd-ddTdd:dd:ddZ").ok_or_else(wrong)?;
        let day = Day::from_civil(year, month, day).ok_or_else(wrong)?;
        if hour > 23 || minute > 59 || second > 59 {
            return Err(wrong());
        }
        Ok(day.at(hour, minute, second))
    }
}

/// Reads the runs of digits of a text that has exactly the given shape, in which `d` stands for a digit.
fn numbers<const N: usize>(given: &str, shape: &str) -> Option<[i64; N]> {
    if given.len() != shape.len() {
        return None;
    }
    let mut found = [0_i64; N];
    let mut index = 0;
    for (byte, expected) in given.bytes().zip(shape.bytes()) {
        if expected == b'd' {
            let digit = byte.is_ascii_digit().then(|| i64::from(byte - b'0'))?;
            let slot = found.get_mut(index)?;
            *slot = *slot * 10 + digit;
        } else if byte == expected {
            index += 1;
        } else {
            return None;
        }
    }
    Some(found)
}

macro_rules! serde_as_text {
    ($kind:ty) => {
        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

serde_as_text!(Day);
serde_as_text!(Moment);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_five_centuries_survives_being_written_and_read() {
        let first = Day::from_civil(1800, 1, 1).unwrap();
        for offset in 0..182_622 {
            let day = first.minus(-offset);
            assert_eq!(day.to_string().parse::<Day>().unwrap(), day);
        }
    }

    #[test]
    fn known_dates_have_their_known_numbers() {
        assert_eq!(Day::from_civil(1970, 1, 1).unwrap(), Day(0));
        assert_eq!(Day::from_civil(2000, 2, 29).unwrap(), Day(11_016));
        assert_eq!(Day::from_civil(2026, 11, 22).unwrap().weekday(), 6, "a Sunday");
        assert_eq!(Day::from_unix_ms(1_793_000_000_000).to_string(), "2026-10-26");
        assert_eq!("2026-11-03T10:22:31Z".parse::<Moment>().unwrap().to_string(), "2026-11-03T10:22:31Z");
    }

    #[test]
    fn days_that_do_not_exist_and_other_spellings_are_refused() {
        for given in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "26-01-01", "2026-01-01T", "2026/01/01", ""]
        {
            assert!(given.parse::<Day>().is_err(), "{given}");
        }
        for given in ["2026-11-03T24:00:00Z", "2026-11-03T10:22:31", "2026-11-03 10:22:31Z", "2026-11-03T10:22:61Z"] {
            assert!(given.parse::<Moment>().is_err(), "{given}");
        }
    }
}
