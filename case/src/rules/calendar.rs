//! Business-day calendars, computed from the rules of their holidays rather than listed year by year.
//!
//! What a business day is, is the rule's to say. Regulation E means the days on which the institution's offices are
//! open to the public for substantially all of its business (12 CFR 1005.2(d)); the closest thing to that which is the
//! same for everybody is the calendar of the Federal Reserve Banks, and that is what the US packs take. An institution
//! that works on Saturdays has shorter times than these.

use jiff::{
    ToSpan as _,
    civil::{Date, Weekday},
};
use serde::{Deserialize, Serialize};

/// A calendar of business days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calendar {
    /// The Federal Reserve Banks: Monday to Friday without eleven holidays. A holiday on a Sunday closes the Monday; one
    /// on a Saturday closes no other day.
    UsFederalReserve,
    /// England and Wales: Monday to Friday without the bank holidays. One on a weekend moves to the next weekday.
    EnglandWales,
    /// T2, the Eurosystem's settlement system: Monday to Friday without six closing days that never move.
    T2,
    /// Every day is a business day: networks and instant payments know no weekend.
    EveryDay,
}

/// Why a day is no business day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closed {
    /// A Saturday or Sunday.
    Weekend,
    /// A holiday that the calendar keeps.
    Holiday,
}

/// Holidays that were decreed for one day, or moved to another, in England and Wales: the day that closed.
const ENGLAND_WALES_ONCE: [(i16, i8, i8); 5] = [
    (2020, 5, 8),  // the early May holiday, moved to the 75th anniversary of VE Day
    (2022, 6, 2),  // the spring holiday, moved for the Platinum Jubilee
    (2022, 6, 3),  // the Platinum Jubilee
    (2022, 9, 19), // the State Funeral of Queen Elizabeth II
    (2023, 5, 8),  // the Coronation of King Charles III
];

/// The Mondays from which the holidays above were moved away: ordinary business days in that year.
const ENGLAND_WALES_MOVED: [(i16, i8, i8); 2] = [(2020, 5, 4), (2022, 5, 30)];

impl Calendar {
    /// Why the day is no business day; `None` if it is one.
    #[must_use]
    pub fn closed(self, day: Date) -> Option<Closed> {
        if self == Self::EveryDay {
            return None;
        }
        if matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            return Some(Closed::Weekend);
        }
        let holiday = match self {
            Self::UsFederalReserve => us_federal_reserve(day),
            Self::EnglandWales => england_wales(day),
            Self::T2 => t2(day),
            Self::EveryDay => false,
        };
        holiday.then_some(Closed::Holiday)
    }

    /// Whether business is done on the day.
    #[must_use]
    pub fn is_business_day(self, day: Date) -> bool {
        self.closed(day).is_none()
    }

    /// The first business day after `day`.
    #[must_use]
    pub fn next_business_day(self, day: Date) -> Date {
        self.add_business_days(day, 1)
    }

    /// The last business day before `day`.
    #[must_use]
    pub fn previous_business_day(self, day: Date) -> Date {
        let mut day = day;
        while let Ok(before) = day.yesterday() {
            day = before;
            if self.is_business_day(day) {
                break;
            }
        }
        day
    }

    /// The `count`th business day after `from`. The day itself never counts; `from` for a count of nought.
    #[must_use]
    pub fn add_business_days(self, from: Date, count: u16) -> Date {
        let (mut day, mut left) = (from, count);
        while left > 0 {
            let Ok(next) = day.tomorrow() else { break };
            day = next;
            left -= u16::from(self.is_business_day(day));
        }
        day
    }

    /// Business days after `from` up to and including `to`; none if `to` is not later.
    #[must_use]
    pub fn business_days_between(self, from: Date, to: Date) -> u32 {
        let (mut day, mut count) = (from, 0);
        while day < to {
            let Ok(next) = day.tomorrow() else { break };
            day = next;
            count += u32::from(self.is_business_day(day));
        }
        count
    }
}

/// Easter Sunday of a year, in the Gregorian calendar, by the method of Meeus, Jones and Butcher. Years of four digits.
#[must_use]
pub fn easter(year: i16) -> Date {
    let year_number = i32::from(year);
    let golden = year_number % 19;
    let (century, rest) = (year_number / 100, year_number % 100);
    // The moon runs ahead of the solar year, and centuries that are not leap years hold it back.
    let epact = (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let days = epact + weekday - 7 * late + 114;
    let part = |value: i32| i8::try_from(value).unwrap_or(1);
    Date::new(year, part(days / 31), part(days % 31 + 1)).unwrap_or(Date::MAX)
}

/// Whether a weekday is a holiday of the Federal Reserve Banks.
fn us_federal_reserve(day: Date) -> bool {
    // A holiday that was on yesterday's Sunday closes this Monday.
    let sunday = day.weekday() == Weekday::Monday && day.yesterday().is_ok_and(us_fixed);
    us_fixed(day)
        || sunday
        || match day.month() {
            1 | 2 => is_nth(day, 3, Weekday::Monday), // Martin Luther King, Washington
            5 => is_last(day, Weekday::Monday),       // Memorial Day
            9 => is_nth(day, 1, Weekday::Monday),     // Labor Day
            10 => is_nth(day, 2, Weekday::Monday),    // Columbus Day
            11 => is_nth(day, 4, Weekday::Thursday),  // Thanksgiving
            _ => false,
        }
}

/// The US holidays on a fixed day. Juneteenth is one since June 2021; its first day was a Saturday.
fn us_fixed(day: Date) -> bool {
    match (day.month(), day.day()) {
        (1, 1) | (7, 4) | (11, 11) | (12, 25) => true,
        (6, 19) => day.year() > 2020,
        _ => false,
    }
}

/// Whether a weekday is a bank holiday in England and Wales.
fn england_wales(day: Date) -> bool {
    let key = (day.year(), day.month(), day.day());
    if ENGLAND_WALES_ONCE.contains(&key) {
        return true;
    }
    if ENGLAND_WALES_MOVED.contains(&key) {
        return false;
    }
    is_easter(day)
        || match day.month() {
            // New Year's Day; the Monday after it if it is on a weekend.
            1 => day.day() == 1 || (day.weekday() == Weekday::Monday && day.day() <= 3),
            5 => is_nth(day, 1, Weekday::Monday) || is_last(day, Weekday::Monday),
            8 => is_last(day, Weekday::Monday),
            // Christmas and Boxing Day; the 27th and 28th stand in where one of them is on a weekend: on a Monday or
            // Tuesday both do, or the one that Sunday took.
            12 => {
                let monday_or_tuesday = matches!(day.weekday(), Weekday::Monday | Weekday::Tuesday);
                matches!(day.day(), 25 | 26) || (matches!(day.day(), 27 | 28) && monday_or_tuesday)
            }
            _ => false,
        }
}

/// Whether a weekday is a closing day of T2.
fn t2(day: Date) -> bool {
    is_easter(day) || matches!((day.month(), day.day()), (1 | 5, 1) | (12, 25 | 26))
}

/// Good Friday or Easter Monday.
fn is_easter(day: Date) -> bool {
    let sunday = easter(day.year());
    [sunday.checked_sub(2.days()), sunday.checked_add(1.day())].iter().flatten().any(|holiday| *holiday == day)
}

fn is_nth(day: Date, nth: i8, weekday: Weekday) -> bool {
    day.weekday() == weekday && (day.day() - 1) / 7 + 1 == nth
}

fn is_last(day: Date, weekday: Weekday) -> bool {
    day.weekday() == weekday && day.day() + 7 > day.days_in_month()
}

#[cfg(test)]
mod tests;
