//! Days and times in their usual notations: `2026-11-20`, `20/11/2026`, `20 November 2026`, `Nov 20`, `09:31`, `9:31 pm`.

use jiff::civil::{Date, Weekday};

use super::Piece;

/// A day as far as a text says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::draft::check) struct DayMark {
    pub(super) year: Option<i16>,
    pub(super) month: Option<i8>,
    pub(super) day: Option<i8>,
}

/// A time of day as far as a text says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::draft::check) struct TimeMark {
    hour: i8,
    minute: Option<i8>,
    second: Option<i8>,
}

impl DayMark {
    /// The day, where all of it is said and it exists.
    pub(super) fn date(&self) -> Option<Date> {
        Date::new(self.year?, self.month?, self.day?).ok()
    }

    /// Whether everything said here is said there as well.
    pub(super) fn is_part_of(&self, known: &Self) -> bool {
        let same = |year: Option<i16>, of: Option<i16>| year.is_none() || year == of;
        let same_of_month = |part: Option<i8>, of: Option<i8>| part.is_none() || part == of;
        same(self.year, known.year) && same_of_month(self.month, known.month) && same_of_month(self.day, known.day)
    }

    fn exists(&self) -> bool {
        // A leap year, so that the 29th of February of no year is a day.
        Date::new(self.year.unwrap_or(2024), self.month.unwrap_or(1), self.day.unwrap_or(1)).is_ok()
    }
}

impl TimeMark {
    /// Whether everything said here is said there as well.
    pub(super) fn is_part_of(&self, known: &Self) -> bool {
        let same = |part: Option<i8>, of: Option<i8>| part.is_none() || part == of;
        self.hour == known.hour && same(self.minute, known.minute) && same(self.second, known.second)
    }
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// A weekday's name.
pub(super) fn weekday(lower: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(name, _)| *name == lower || lower.strip_suffix('s') == Some(name)).map(|(_, day)| *day)
}

/// `20th` and the like.
pub(super) fn ordinal(lower: &str) -> Option<i8> {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|ending| lower.strip_suffix(ending))?;
    small(digits, 99)
}

/// A day in words at the beginning of these pieces, and how many of them it takes.
pub(super) fn written(pieces: &[Piece<'_>]) -> Option<(Vec<DayMark>, usize)> {
    let first = pieces.first()?;
    let open = |index: usize| pieces.get(index).filter(|_| pieces.iter().take(index).all(|piece| !piece.ends));
    if let Some(day) = day_of_month(first.core) {
        // `20 November`, `20th of November`.
        let of = usize::from(open(1).is_some_and(|piece| piece.core == "of"));
        let month = open(1 + of).and_then(|piece| month(piece.core))?;
        let year = pieces.get(2 + of).filter(|_| open(1 + of).is_some()).and_then(|piece| year(piece.core));
        return existing(DayMark { year, month: Some(month), day: Some(day) }, 2 + of + usize::from(year.is_some()));
    }
    let month = month(first.core)?;
    if let Some(day) = open(1).and_then(|piece| day_of_month(piece.core)) {
        let year = pieces.get(2).and_then(|piece| year(piece.core));
        return existing(DayMark { year, month: Some(month), day: Some(day) }, 2 + usize::from(year.is_some()));
    }
    let year = open(1).and_then(|piece| year(piece.core));
    // `may` and `march` alone are words; a capital makes the month.
    let is_month = year.is_some() || first.core.starts_with(|sign: char| sign.is_ascii_uppercase());
    is_month.then_some((vec![DayMark { year, month: Some(month), day: None }], 1 + usize::from(year.is_some())))
}

fn existing(mark: DayMark, taken: usize) -> Option<(Vec<DayMark>, usize)> {
    mark.exists().then_some((vec![mark], taken))
}

/// A day in digits with its readings, and the time that stands with it.
pub(super) fn numeric(core: &str) -> Option<(Vec<DayMark>, Option<TimeMark>)> {
    let (day, clock) = match core.split_once(['T', 't']) {
        Some((day, clock)) => (day, Some(clock)),
        None => (core, None),
    };
    let time = match clock {
        Some(clock) => Some(time_of(clock.trim_end_matches(['Z', 'z']))?),
        None => None,
    };
    let separator = ['-', '/', '.'].into_iter().find(|separator| day.contains(*separator))?;
    let parts: Vec<&str> = day.split(separator).collect();
    let mark = |year: Option<&str>, month: &str, day: &str| {
        let year = match year {
            Some(year) => Some(self::year(year).or_else(|| short_year(year))?),
            None => None,
        };
        let mark = DayMark { year, month: Some(small(month, 12)?), day: Some(small(day, 31)?) };
        Some(mark).filter(DayMark::exists)
    };
    let readings = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => vec![mark(Some(*year), month, day)],
        [a, b, year] => vec![mark(Some(*year), b, a), mark(Some(*year), a, b)],
        [a, b] if separator == '/' => vec![mark(None, b, a), mark(None, a, b)],
        _ => Vec::new(),
    };
    let readings: Vec<DayMark> = readings.into_iter().flatten().collect();
    (!readings.is_empty()).then_some((readings, time))
}

/// A time of day, and whether it takes the next piece (`pm`) as well.
pub(super) fn time(core: &str, next: Option<&str>) -> Option<(TimeMark, usize)> {
    let lower = core.to_lowercase();
    let tail = lower.len().checked_sub(2).and_then(|at| lower.split_at_checked(at));
    let joined = tail.and_then(|(digits, tail)| Some((digits, half_day(tail)?)));
    let (digits, shift, taken) = match (joined, next.and_then(half_day)) {
        (Some((digits, shift)), _) => (digits, Some(shift), 1),
        (None, Some(shift)) => (lower.as_str(), Some(shift), 2),
        (None, None) => (lower.as_str(), None, 1),
    };
    let mut mark = if digits.contains(':') {
        time_of(digits)?
    } else {
        shift?;
        TimeMark { hour: small(digits, 12)?, minute: None, second: None }
    };
    if let Some(shift) = shift {
        mark.hour = (mark.hour <= 12).then(|| mark.hour % 12 + shift)?;
    }
    Some((mark, taken))
}

/// The hours that `am` or `pm` adds.
fn half_day(text: &str) -> Option<i8> {
    match text.to_lowercase().replace('.', "").as_str() {
        "am" => Some(0),
        "pm" => Some(12),
        _ => None,
    }
}

fn time_of(clock: &str) -> Option<TimeMark> {
    // Milliseconds say nothing to a reader.
    let parts: Vec<&str> = clock.split('.').next()?.split(':').collect();
    let part = |text: &str, most: i8| if text.len() == 2 { number(text, most) } else { None };
    match parts.as_slice() {
        [hour, minute] => Some(TimeMark { hour: number(hour, 23)?, minute: Some(part(minute, 59)?), second: None }),
        [hour, minute, second] => {
            let (minute, second) = (part(minute, 59)?, part(second, 59)?);
            Some(TimeMark { hour: number(hour, 23)?, minute: Some(minute), second: Some(second) })
        }
        _ => None,
    }
}

fn month(core: &str) -> Option<i8> {
    let lower = core.to_lowercase();
    let short = lower.len() == 3 || lower == "sept";
    let place = MONTHS.iter().position(|name| *name == lower || (short && name.starts_with(&lower)))?;
    i8::try_from(place + 1).ok()
}

fn day_of_month(core: &str) -> Option<i8> {
    let lower = core.to_lowercase();
    ordinal(&lower).or_else(|| small(&lower, 31)).filter(|day| (1..=31).contains(day))
}

fn year(core: &str) -> Option<i16> {
    let digits = core.len() == 4 && core.bytes().all(|byte| byte.is_ascii_digit());
    core.parse().ok().filter(|year| digits && (1900..2200).contains(year))
}

fn short_year(core: &str) -> Option<i16> {
    let digits = core.len() == 2 && core.bytes().all(|byte| byte.is_ascii_digit());
    if digits { core.parse::<i16>().ok().map(|year| 2000 + year) } else { None }
}

/// One or two digits, at least 1.
fn small(digits: &str, most: i8) -> Option<i8> {
    number(digits, most).filter(|value| *value >= 1)
}

fn number(digits: &str, most: i8) -> Option<i8> {
    let plain = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { digits.parse().ok().filter(|value| *value <= most) } else { None }
}
