//! From a date as written to the days it can mean.

use jiff::{
    Span,
    civil::{Date, Weekday, date},
};

use super::DateRange;

/// A date as written, not yet tied to a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// From so many days ago to so many days ago; negative for days to come.
    Ago { from: i64, to: i64 },
    /// A day of the week.
    Weekday(Weekday, Which),
    /// A week from Monday to Sunday, so many weeks ago.
    Week(i64),
    /// Saturday and Sunday; the newest, or so many before it.
    Weekend { before: i64 },
    /// A calendar month, or a part of it, so many months ago.
    MonthAgo(i64, Part),
    /// A calendar year, so many years ago.
    YearAgo(i64),
    /// A day of an unnamed month.
    DayOfMonth(i8),
    /// A day and a month.
    Day(DayMonth),
    /// Two numbers of which either can be the month: the first as the day, then the second.
    Either(DayMonth, DayMonth),
    /// A month, or a part of it. `before` asks for one that is over.
    Month { month: i8, part: Part, year: Option<i16>, before: bool },
}

/// A day of a month, of a year where one is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DayMonth {
    /// 1 to 31.
    pub(super) day: i8,
    /// 1 to 12.
    pub(super) month: i8,
    /// The year, where it is named.
    pub(super) year: Option<i16>,
}

/// Which of many days of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// The nearest one on the side that the words speak of.
    Nearest,
    /// "Last Tuesday".
    Last,
    /// "Next Tuesday".
    Next,
    /// The one in a week so many weeks ago.
    InWeek(i64),
}

/// A part of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// The first ten days.
    Beginning,
    /// The tenth to the twentieth.
    Middle,
    /// From the twenty-first on.
    End,
}

/// Whether the words speak of what has been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tense {
    /// What has been.
    Past,
    /// Either.
    Near,
    /// What is to come.
    Coming,
}

/// Years back or ahead in which a date without its year is looked for: from one 29 February to the next.
const YEARS: i16 = 8;
/// Years before the day it was said in which a date can be about a charge.
const OLDEST_YEARS: i16 = 10;

/// The days that a written date can mean. None where the words speak of what has been and the date has not, or where
/// there is no such day.
pub(super) fn days(written: Written, said_on: Date, tense: Tense) -> Vec<DateRange> {
    let ranges = ranges(written, said_on, tense);
    let oldest = Date::new(said_on.year().saturating_sub(OLDEST_YEARS).max(-9_999), 1, 1).unwrap_or(Date::MIN);
    let mut kept: Vec<DateRange> = Vec::new();
    for range in ranges {
        let to = if tense == Tense::Past { range.to.min(said_on) } else { range.to };
        let range = DateRange { to, ..range };
        if range.from <= range.to && range.from >= oldest && !kept.contains(&range) {
            kept.push(range);
        }
    }
    kept
}

fn ranges(written: Written, said_on: Date, tense: Tense) -> Vec<DateRange> {
    match written {
        Written::Ago { from, to } => vec![DateRange { from: shift(said_on, -from), to: shift(said_on, -to) }],
        Written::Weekday(day, which) => weekdays(day, which, said_on, tense).into_iter().map(one).collect(),
        Written::Week(ago) => vec![week(said_on, ago)],
        Written::Weekend { before } => vec![weekend(said_on, before)],
        Written::MonthAgo(ago, part) => {
            let first = said_on.first_of_month().saturating_sub(Span::new().months(ago));
            month(first.year(), first.month(), part).into_iter().collect()
        }
        Written::YearAgo(ago) => {
            let year = said_on.year().saturating_sub(i16::try_from(ago).unwrap_or(0));
            let ends = Date::new(year, 1, 1).ok().zip(Date::new(year, 12, 31).ok());
            ends.map(|(from, to)| DateRange { from, to }).into_iter().collect()
        }
        Written::DayOfMonth(day) => {
            let months = (-2..=2).map(|ahead| said_on.first_of_month().saturating_add(Span::new().months(ahead)));
            let days = months.filter_map(|first| Date::new(first.year(), first.month(), day).ok());
            nearest(days.map(one), said_on, tense).into_iter().collect()
        }
        Written::Day(day) => day_month(day, said_on, tense).into_iter().collect(),
        Written::Either(one, other) => {
            [one, other].into_iter().filter_map(|day| day_month(day, said_on, tense)).collect()
        }
        Written::Month { month: number, part, year: Some(year), .. } => month(year, number, part).into_iter().collect(),
        Written::Month { month: number, part, year: None, before } => {
            let this = said_on.first_of_month();
            let months = years(said_on).filter_map(|year| month(year, number, part));
            let fitting = months.filter(|range| !before || range.to < this);
            nearest(fitting, said_on, tense).into_iter().collect()
        }
    }
}

/// A date so many days later, or the end of the calendar.
fn shift(day: Date, days: i64) -> Date {
    day.saturating_add(Span::new().days(days))
}

const fn one(day: Date) -> DateRange {
    DateRange { from: day, to: day }
}

/// Monday to Sunday.
fn week(said_on: Date, ago: i64) -> DateRange {
    let monday = shift(said_on, -i64::from(said_on.weekday().to_monday_zero_offset()) - 7 * ago);
    DateRange { from: monday, to: shift(monday, 6) }
}

/// The newest Saturday that has come, with its Sunday, or one so many weekends earlier. "Last" said at a weekend means
/// the one before.
fn weekend(said_on: Date, before: i64) -> DateRange {
    let offset = i64::from(said_on.weekday().to_monday_zero_offset());
    let running = offset >= 5;
    let since_saturday = if running { offset - 5 } else { offset + 2 };
    let earlier = if running { before } else { (before - 1).max(0) };
    let saturday = shift(said_on, -since_saturday - 7 * earlier);
    DateRange { from: saturday, to: shift(saturday, 1) }
}

fn weekdays(day: Weekday, which: Which, said_on: Date, tense: Tense) -> Vec<Date> {
    let back = i64::from(day.until(said_on.weekday()));
    let ahead = (7 - back) % 7;
    let days = match which {
        // On a Thursday "last Tuesday" may be the day before yesterday or the one a week earlier: both.
        Which::Last => {
            let newest = if back == 0 { 7 } else { back };
            let this_week = i64::from(said_on.weekday().to_monday_zero_offset()) >= newest;
            if this_week && tense == Tense::Past { vec![-newest, -newest - 7] } else { vec![-newest] }
        }
        Which::Next => vec![if ahead == 0 { 7 } else { ahead }],
        Which::InWeek(ago) => {
            let monday = -i64::from(said_on.weekday().to_monday_zero_offset()) - 7 * ago;
            vec![monday + i64::from(day.to_monday_zero_offset())]
        }
        Which::Nearest => match tense {
            Tense::Past => vec![-back],
            Tense::Coming => vec![ahead],
            Tense::Near => vec![if back <= ahead { -back } else { ahead }],
        },
    };
    days.into_iter().map(|days| shift(said_on, days)).collect()
}

fn day_month(day: DayMonth, said_on: Date, tense: Tense) -> Option<DateRange> {
    let in_year = |year: i16| Date::new(year, day.month, day.day).ok().map(one);
    match day.year {
        Some(year) => in_year(year),
        None => nearest(years(said_on).filter_map(in_year), said_on, tense),
    }
}

fn years(said_on: Date) -> impl Iterator<Item = i16> {
    let year = said_on.year();
    year.saturating_sub(YEARS).max(-9_999)..=year.saturating_add(YEARS).min(9_999)
}

fn month(year: i16, month: i8, part: Part) -> Option<DateRange> {
    let first = Date::new(year, month, 1).ok()?;
    let day = |day: i8| Date::new(year, month, day).unwrap_or(first);
    Some(match part {
        Part::Whole => DateRange { from: first, to: first.last_of_month() },
        Part::Beginning => DateRange { from: first, to: day(10) },
        Part::Middle => DateRange { from: day(10), to: day(20) },
        Part::End => DateRange { from: day(21), to: first.last_of_month() },
    })
}

/// Of days in their order, the newest that has begun, the next that has not ended, or whichever is nearer.
fn nearest(ranges: impl Iterator<Item = DateRange>, said_on: Date, tense: Tense) -> Option<DateRange> {
    let ranges: Vec<DateRange> = ranges.collect();
    let past = ranges.iter().copied().rfind(|range| range.from <= said_on);
    let coming = ranges.iter().copied().find(|range| range.to >= said_on);
    match tense {
        Tense::Past => past,
        Tense::Coming => coming.or(past),
        Tense::Near => {
            let days = |from: Date, to: Date| from.until(to).map_or(i32::MAX, |span| span.get_days());
            match (past, coming) {
                (Some(past), Some(coming)) => {
                    Some(if days(past.to, said_on) < days(said_on, coming.from) { past } else { coming })
                }
                (past, coming) => coming.or(past),
            }
        }
    }
}

/// A day of the calendar that has a name of its own: its month and day.
pub(super) const NAMED_DAYS: &[(&str, i8, i8)] = &[
    ("christmas eve", 12, 24),
    ("christmas day", 12, 25),
    ("boxing day", 12, 26),
    ("new year eve", 12, 31),
    ("new years eve", 12, 31),
    ("new year day", 1, 1),
    ("new years day", 1, 1),
    ("valentine day", 2, 14),
    ("valentines day", 2, 14),
    ("halloween", 10, 31),
];

/// The year that two or four digits mean.
pub(super) fn year(text: &str) -> Option<i16> {
    let year: i16 = text.parse().ok()?;
    match text.len() {
        2 => Some(2_000 + year),
        4 if (1_900..=2_200).contains(&year) => Some(year),
        _ => None,
    }
}

/// A day and month, where there can be such a day.
pub(super) fn day_and_month(day: i8, month: i8, year: Option<i16>) -> Option<DayMonth> {
    let leap = date(2_024, 1, 1).year();
    Date::new(year.unwrap_or(leap), month, day).ok().map(|_| DayMonth { day, month, year })
}
