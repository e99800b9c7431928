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

/// Holidays of England and Wales since 2020 that were decreed for one day, or moved to it.
const ENGLAND_WALES_ONCE: [((i16, i8, i8), &str); 5] = [
    ((2020, 5, 8), "early May bank holiday, moved to VE Day"),
    ((2022, 6, 2), "spring bank holiday, moved for the jubilee"),
    ((2022, 6, 3), "Platinum Jubilee"),
    ((2022, 9, 19), "State Funeral of Queen Elizabeth II"),
    ((2023, 5, 8), "Coronation of King Charles III"),
];

/// The Mondays from which two of them were moved away: ordinary business days in that year.
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
        self.holiday(day).map(|_| Closed::Holiday)
    }

    /// The holiday that closes a day, by name. A weekend is closed whether a holiday falls on it or not.
    #[must_use]
    pub fn holiday(self, day: Date) -> Option<&'static str> {
        match self {
            Self::UsFederalReserve => us_federal_reserve(day),
            Self::EnglandWales => england_wales(day),
            Self::T2 => t2(day),
            Self::EveryDay => None,
        }
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

/// The holiday of the Federal Reserve Banks that closes a weekday.
fn us_federal_reserve(day: Date) -> Option<&'static str> {
    // A holiday that was on yesterday's Sunday closes this Monday.
    let sunday = || if day.weekday() == Weekday::Monday { day.yesterday().ok().and_then(us_fixed) } else { None };
    us_fixed(day).or_else(sunday).or_else(|| match day.month() {
        1 if is_nth(day, 3, Weekday::Monday) => Some("Martin Luther King Day"),
        2 if is_nth(day, 3, Weekday::Monday) => Some("Washington's Birthday"),
        5 if is_last(day, Weekday::Monday) => Some("Memorial Day"),
        9 if is_nth(day, 1, Weekday::Monday) => Some("Labor Day"),
        10 if is_nth(day, 2, Weekday::Monday) => Some("Columbus Day"),
        11 if is_nth(day, 4, Weekday::Thursday) => Some("Thanksgiving"),
        _ => None,
    })
}

/// The US holidays on a fixed day. Juneteenth is one since June 2021; its first day was a Saturday.
fn us_fixed(day: Date) -> Option<&'static str> {
    match (day.month(), day.day()) {
        (1, 1) => Some("New Year's Day"),
        (6, 19) if day.year() > 2020 => Some("Juneteenth"),
        (7, 4) => Some("Independence Day"),
        (11, 11) => Some("Veterans Day"),
        (12, 25) => Some("Christmas Day"),
        _ => None,
    }
}

/// The bank holiday in England and Wales that closes a weekday.
fn england_wales(day: Date) -> Option<&'static str> {
    let is = |(year, month, of_month): (i16, i8, i8)| (year, month, of_month) == (day.year(), day.month(), day.day());
    if let Some((_, name)) = ENGLAND_WALES_ONCE.iter().find(|(once, _)| is(*once)) {
        return Some(name);
    }
    if ENGLAND_WALES_MOVED.into_iter().any(is) {
        return None;
    }
    let monday = day.weekday() == Weekday::Monday;
    // A holiday on a weekend moves to the next weekday that is none itself: New Year's Day to the Monday, Christmas and
    // Boxing Day to the 27th or 28th, where that is the Monday or Tuesday after.
    let moved = monday || day.weekday() == Weekday::Tuesday;
    easter_holiday(day).or_else(|| match (day.month(), day.day()) {
        (1, 1) => Some("New Year's Day"),
        (1, 2 | 3) if monday => Some("New Year's Day, moved"),
        (5, _) if is_nth(day, 1, Weekday::Monday) => Some("early May bank holiday"),
        (5, _) if is_last(day, Weekday::Monday) => Some("spring bank holiday"),
        (8, _) if is_last(day, Weekday::Monday) => Some("summer bank holiday"),
        (12, 25) => Some("Christmas Day"),
        (12, 26) => Some("Boxing Day"),
        (12, 27 | 28) if moved => Some("Christmas or Boxing Day, moved"),
        _ => None,
    })
}

/// The closing day of T2 that a weekday is.
fn t2(day: Date) -> Option<&'static str> {
    easter_holiday(day).or_else(|| match (day.month(), day.day()) {
        (1, 1) => Some("New Year's Day"),
        (5, 1) => Some("1 May"),
        (12, 25) => Some("Christmas Day"),
        (12, 26) => Some("26 December"),
        _ => None,
    })
}

/// Good Friday or Easter Monday.
fn easter_holiday(day: Date) -> Option<&'static str> {
    let sunday = easter(day.year());
    if sunday.checked_sub(2.days()).is_ok_and(|friday| friday == day) {
        return Some("Good Friday");
    }
    sunday.checked_add(1.day()).is_ok_and(|monday| monday == day).then_some("Easter Monday")
}

fn is_nth(day: Date, nth: i8, weekday: Weekday) -> bool {
    day.weekday() == weekday && (day.day() - 1) / 7 + 1 == nth
}

fn is_last(day: Date, weekday: Weekday) -> bool {
    day.weekday() == weekday && day.day() + 7 > day.days_in_month()
}

#[cfg(test)]
mod tests;
