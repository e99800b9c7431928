//! Finding dates in a text.

use jiff::civil::Weekday;

use super::{
    super::{
        phrases,
        tokens::{Token, TokenKind},
    },
    calendar::{DayMonth, NAMED_DAYS, Part, Which, Written, day_and_month, year},
};
use crate::limits;

/// Names of the months with their short forms. `may` and `march` are verbs as well, and need a neighbour.
const MONTHS: &[&[&str]] = &[
    &["january", "jan"],
    &["february", "feb"],
    &["march", "mar"],
    &["april", "apr"],
    &["may"],
    &["june", "jun"],
    &["july", "jul"],
    &["august", "aug"],
    &["september", "sept", "sep"],
    &["october", "oct"],
    &["november", "nov"],
    &["december", "dec"],
];
/// Names of the days, then short forms; those are words as well (`sat`, `sun`, `wed`) and need a preposition.
const DAYS: &[(&[&str], Weekday)] = &[
    (&["monday", "mon"], Weekday::Monday),
    (&["tuesday", "tue", "tues"], Weekday::Tuesday),
    (&["wednesday", "wed", "weds"], Weekday::Wednesday),
    (&["thursday", "thu", "thur", "thurs"], Weekday::Thursday),
    (&["friday", "fri"], Weekday::Friday),
    (&["saturday", "sat"], Weekday::Saturday),
    (&["sunday", "sun"], Weekday::Sunday),
];
const ORDINALS: &[&str] = &[
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
];
const NUMBERS: &[&str] =
    &["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
/// Before a date. After them even a word that is no date elsewhere is one.
const PREPOSITIONS: &[&str] = &[
    "on", "since", "by", "before", "after", "until", "till", "in", "of", "from", "during", "last", "this", "next",
    "around", "early", "late", "mid", "to", "about",
];
/// Before the name of a month that stands alone; fewer, because `this may` and `to march` are other words.
const MONTH_PREPOSITIONS: &[&str] =
    &["in", "since", "of", "during", "until", "till", "by", "before", "after", "from", "early", "late", "mid"];
/// What can be ordered or counted, so that `the 3rd` before it is no day.
const THINGS: &[&str] = &[
    "time",
    "times",
    "charge",
    "payment",
    "transaction",
    "one",
    "party",
    "floor",
    "attempt",
    "purchase",
    "order",
    "card",
    "try",
    "person",
    "item",
    "month",
    "week",
    "day",
    "year",
    "debit",
    "withdrawal",
    "transfer",
    "class",
];
/// The most days, weeks, months or years that are counted back.
const MOST_COUNTED: i64 = 400;

/// The dates of a text with their first token and the one after their last, in order.
pub(super) fn dates(tokens: &[Token]) -> Vec<(usize, usize, Written)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() && found.len() < limits::NARRATIVE_DATES {
        let read = [
            in_digits,
            named_day,
            near_day,
            counted,
            week_or_month,
            day_of_week,
            day_and_name,
            day_of_month,
            month_alone,
        ]
        .iter()
        .find_map(|reader| reader(tokens, at));
        if let Some((end, written)) = read {
            found.push((at, end, written));
            at = end;
        } else {
            at += 1;
        }
    }
    found
}

type Found = Option<(usize, Written)>;

fn word(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| token.text.as_str())
}

fn before(tokens: &[Token], at: usize) -> &str {
    at.checked_sub(1).map_or("", |at| word(tokens, at))
}

/// `2026-11-03`, `3/11/2026`, `3.11.26`, `3/5`.
fn in_digits(tokens: &[Token], at: usize) -> Found {
    let token = tokens.get(at).filter(|token| token.kind == TokenKind::Number)?;
    let mark = ['-', '/', '.'].into_iter().find(|mark| token.text.contains(*mark))?;
    let parts: Vec<&str> = token.text.split(mark).collect();
    if ["of", "stars", "%"].contains(&word(tokens, at + 1)) || ["24/7", "50/50"].contains(&token.text.as_str()) {
        return None;
    }
    let number = |text: &str| text.parse::<i8>().ok();
    let (first, second, year) = match *parts.as_slice() {
        [first, month, day] if first.len() == 4 => {
            let day = day_and_month(number(day)?, number(month)?, Some(year(first)?))?;
            return Some((at + 1, Written::Day(day)));
        }
        [first, second, last] => (number(first)?, number(second)?, Some(year(last)?)),
        [first, second] if mark == '/' => (number(first)?, number(second)?, None),
        _ => return None,
    };
    let written = match (day_and_month(first, second, year), day_and_month(second, first, year)) {
        (Some(one), Some(other)) if one != other => Written::Either(one, other),
        (Some(day), _) | (None, Some(day)) => Written::Day(day),
        (None, None) => return None,
    };
    Some((at + 1, written))
}

fn named_day(tokens: &[Token], at: usize) -> Found {
    let named =
        NAMED_DAYS.iter().find_map(|(name, month, day)| phrases::ends(name, tokens, at).map(|end| (end, *month, *day)));
    // Alone it is a season, and what is given then.
    let christmas = || {
        let dated = ["last", "on", "at", "by", "before", "since"].contains(&before(tokens, at));
        (dated && ["christmas", "xmas"].contains(&word(tokens, at))).then_some((at + 1, 12, 25))
    };
    let (end, month, day) = named.or_else(christmas)?;
    Some((end, Written::Day(DayMonth { day, month, year: None })))
}

/// Today and the days beside it.
fn near_day(tokens: &[Token], at: usize) -> Found {
    const NEAR: &[(&str, i64, i64)] = &[
        ("day before yesterday", 2, 2),
        ("yesterday", 1, 1),
        ("last night", 1, 0),
        ("today|tonight", 0, 0),
        ("this morning|afternoon|evening", 0, 0),
        ("just now", 0, 0),
        ("other day|night|evening", 7, 1),
        ("day after tomorrow", -2, -2),
        ("tomorrow", -1, -1),
    ];
    NEAR.iter().find_map(|(phrase, from, to)| {
        phrases::ends(phrase, tokens, at).map(|end| (end, Written::Ago { from: *from, to: *to }))
    })
}

/// `three days ago`, `a couple of weeks ago`, `the last five days`, `in two days`.
fn counted(tokens: &[Token], at: usize) -> Found {
    let running = ["last", "past"].contains(&word(tokens, at));
    let ahead = word(tokens, at) == "in";
    let start = at + usize::from(running || ahead);
    let (least, most, unit_at) = count(tokens, start)?;
    let (days, slack) = match word(tokens, unit_at) {
        "minute" | "minutes" | "hour" | "hours" => (0, 0),
        "day" | "days" => (1, 0),
        "week" | "weeks" => (7, 1),
        "fortnight" | "fortnights" => (14, 2),
        "month" | "months" => (30, 5),
        "year" | "years" => (365, 30),
        _ => return None,
    };
    if running {
        // "The last five days" may count from today or from yesterday.
        return Some((unit_at + 1, Written::Ago { from: most * days, to: 0 }));
    }
    // What is counted in weeks or months is less exact the longer it is ago.
    let (from, to) = (most * (days + slack), least * (days - slack));
    let ago = phrases::ends("ago|back|earlier", tokens, unit_at + 1);
    if ahead {
        // "In the last week" begins with `last`; "in two days" is to come.
        return Some((unit_at + 1, Written::Ago { from: -least * days, to: -most * days }));
    }
    ago.map(|end| (end, Written::Ago { from, to }))
}

/// A number of units: the least and the most it can be, and the token after it.
fn count(tokens: &[Token], at: usize) -> Option<(i64, i64, usize)> {
    let rough: &[(&str, i64, i64)] = &[
        ("a couple of", 2, 3),
        ("a|the few", 2, 5),
        ("a couple", 2, 3),
        ("couple of", 2, 3),
        ("couple", 2, 3),
        ("few", 2, 5),
        ("several", 3, 7),
        ("a|an", 1, 1),
    ];
    if let Some(found) =
        rough.iter().find_map(|(phrase, least, most)| phrases::ends(phrase, tokens, at).map(|end| (*least, *most, end)))
    {
        return Some(found);
    }
    let text = word(tokens, at);
    let named = NUMBERS.iter().position(|name| *name == text).and_then(|index| i64::try_from(index + 1).ok());
    let number = named.or_else(|| text.parse().ok()).filter(|number| (1..=MOST_COUNTED).contains(number))?;
    Some((number, number, at + 1))
}

/// `last week`, `the month before last`, `this weekend`, `end of last month`, `last year`.
fn week_or_month(tokens: &[Token], at: usize) -> Found {
    const PHRASES: &[(&str, Written)] = &[
        ("week before last", Written::Week(2)),
        ("month before last", Written::MonthAgo(2, Part::Whole)),
        ("weekend before last", Written::Weekend { before: 2 }),
        ("end of last month", Written::MonthAgo(1, Part::End)),
        ("beginning|start of last month", Written::MonthAgo(1, Part::Beginning)),
        ("middle of last month", Written::MonthAgo(1, Part::Middle)),
        ("beginning|start of this|the month", Written::MonthAgo(0, Part::Beginning)),
        ("last|previous week", Written::Week(1)),
        ("this week", Written::Week(0)),
        ("next week", Written::Week(-1)),
        ("last|previous month", Written::MonthAgo(1, Part::Whole)),
        ("this month", Written::MonthAgo(0, Part::Whole)),
        ("next month", Written::MonthAgo(-1, Part::Whole)),
        ("last|previous year", Written::YearAgo(1)),
        ("this year", Written::YearAgo(0)),
        ("last weekend", Written::Weekend { before: 1 }),
        ("the|this weekend", Written::Weekend { before: 0 }),
        ("this time last year", Written::Ago { from: 380, to: 350 }),
        ("past week", Written::Ago { from: 7, to: 0 }),
        ("past month", Written::Ago { from: 31, to: 0 }),
    ];
    let (end, written) =
        PHRASES.iter().find_map(|(phrase, written)| phrases::ends(phrase, tokens, at).map(|end| (end, *written)))?;
    // "The last week of September" is not the last week.
    if word(tokens, end) == "of" && month(tokens, end + 1).is_some() {
        return None;
    }
    // "Last week on Tuesday" is one day.
    if let Written::Week(ago) = written {
        let day_at = end + usize::from(word(tokens, end) == "on");
        if let Some(day) = weekday(tokens, day_at) {
            return Some((day_at + 1, Written::Weekday(day, Which::InWeek(ago))));
        }
    }
    Some((end, written))
}

fn weekday(tokens: &[Token], at: usize) -> Option<Weekday> {
    let text = word(tokens, at);
    let (names, day) = DAYS.iter().find(|(names, _)| names.contains(&text))?;
    let whole = names.first() == Some(&text);
    let festive = ["black", "good", "cyber", "every"].contains(&before(tokens, at));
    ((whole || PREPOSITIONS.contains(&before(tokens, at))) && !festive).then_some(*day)
}

/// `on Tuesday`, `last Tuesday`, `Tuesday last week`, and `Tuesday, 3 November`, which is that date.
fn day_of_week(tokens: &[Token], at: usize) -> Found {
    let which = match word(tokens, at) {
        "last" => Some(Which::Last),
        "next" => Some(Which::Next),
        "this" => Some(Which::Nearest),
        _ => None,
    };
    let day_at = at + usize::from(which.is_some());
    let day = weekday(tokens, day_at)?;
    let after = day_at + 1;
    let dated = after + usize::from(tokens.get(after).is_some_and(|token| token.kind == TokenKind::Pause));
    let dated = dated + usize::from(word(tokens, dated) == "the");
    if let Some(found) = day_and_name(tokens, dated).or_else(|| in_digits(tokens, dated)) {
        return Some(found);
    }
    for (phrase, ago) in [("last week", 1), ("of last week", 1), ("before last", 2), ("the week before last", 2)] {
        if let Some(end) = phrases::ends(phrase, tokens, after) {
            let written = Written::Weekday(day, Which::InWeek(ago));
            return Some((end, written));
        }
    }
    Some((after, Written::Weekday(day, which.unwrap_or(Which::Nearest))))
}

fn month(tokens: &[Token], at: usize) -> Option<i8> {
    let text = word(tokens, at);
    let index = MONTHS.iter().position(|names| names.contains(&text))?;
    i8::try_from(index + 1).ok()
}

/// A day of a month in digits (`3`, `3rd`) or as a word, and whether it is an ordinal.
fn day(tokens: &[Token], at: usize) -> Option<(i8, bool)> {
    let text = word(tokens, at);
    if let Some(index) = ORDINALS.iter().position(|name| *name == text) {
        return i8::try_from(index + 1).ok().map(|day| (day, true));
    }
    let ordinal = ["st", "nd", "rd", "th"].iter().find_map(|end| text.strip_suffix(end));
    let day: i8 = ordinal.unwrap_or(text).parse().ok()?;
    (1..=31).contains(&day).then_some((day, ordinal.is_some()))
}

/// `3 May`, `3rd of May 2026`, `May 3rd`, `Nov. 3, 2026`.
fn day_and_name(tokens: &[Token], at: usize) -> Found {
    let (day, month, end) = if let Some((day, _)) = day(tokens, at) {
        let month_at = at + 1 + usize::from(word(tokens, at + 1) == "of");
        (day, month(tokens, month_at)?, month_at + 1)
    } else {
        let month = month(tokens, at)?;
        let short = tokens.get(at + 1).is_some_and(|token| token.text == ".");
        let day_at = at + 1 + usize::from(short);
        let day_at = day_at + usize::from(word(tokens, day_at) == "the");
        (day(tokens, day_at)?.0, month, day_at + 1)
    };
    let year_at = end + usize::from(tokens.get(end).is_some_and(|token| token.text == ","));
    let year = Some(word(tokens, year_at)).filter(|text| text.len() == 4).and_then(year);
    let end = if year.is_some() { year_at + 1 } else { end };
    Some((end, Written::Day(day_and_month(day, month, year)?)))
}

/// `on the 3rd`, `since the third`.
fn day_of_month(tokens: &[Token], at: usize) -> Found {
    let (day, ordinal) = day(tokens, at)?;
    let before = |back: usize| at.checked_sub(back).map_or("", |at| word(tokens, at));
    let preposition = if before(1) == "the" { before(2) } else { before(1) };
    let dated = ["on", "since", "by", "before", "after", "until", "till", "from", "around"].contains(&preposition);
    // A day in a word alone may be any first or second thing.
    let spelled = tokens.get(at).is_some_and(|token| token.kind == TokenKind::Word);
    let counts = THINGS.contains(&word(tokens, at + 1));
    let whole = spelled
        && tokens.get(at + 1).is_some_and(|token| token.kind == TokenKind::Word && !token.is(&["and", "but", "i"]));
    (ordinal && dated && !counts && !whole).then_some((at + 1, Written::DayOfMonth(day)))
}

/// `in October`, `end of October 2025`, `last October`.
fn month_alone(tokens: &[Token], at: usize) -> Found {
    const PARTS: &[(&str, Part)] = &[
        ("last week|days|weekend of|in", Part::End),
        ("first week|days of|in", Part::Beginning),
        ("end of", Part::End),
        ("beginning|start of", Part::Beginning),
        ("middle of", Part::Middle),
        ("early in", Part::Beginning),
        ("late in", Part::End),
        ("early", Part::Beginning),
        ("late", Part::End),
        ("mid", Part::Middle),
        ("last", Part::Whole),
    ];
    let part = PARTS.iter().find_map(|(phrase, part)| phrases::ends(phrase, tokens, at).map(|end| (end, *part)));
    let (month_at, part) = part.unwrap_or((at, Part::Whole));
    let month = month(tokens, month_at)?;
    let year = Some(word(tokens, month_at + 1)).filter(|text| text.len() == 4).and_then(year);
    let named = month_at > at || year.is_some() || MONTH_PREPOSITIONS.contains(&before(tokens, at));
    let end = month_at + 1 + usize::from(year.is_some());
    let over = word(tokens, at) == "last";
    named.then_some((end, Written::Month { month, part, year, before: over }))
}
