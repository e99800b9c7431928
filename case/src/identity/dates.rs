//! Dates as people and documents write them. Where an order is not certain every reading is given; what cannot be a
//! date has none.

use jiff::civil::Date;

use super::plain;
use crate::part::Part as _;

/// Longest text that is looked at as a date, in characters.
const LONGEST: usize = 40;

/// The months' names as they begin, in English, German, French and Spanish, without accents.
const MONTHS: [&[&str]; 12] = [
    &["jan", "ene", "jaen"],
    &["feb", "fev"],
    &["mar", "maer", "mrz"],
    &["apr", "avr", "abr"],
    &["may", "mai", "mayo"],
    &["jun", "juin"],
    &["jul", "juil"],
    &["aug", "aou", "ago"],
    &["sep", "set"],
    &["oct", "okt"],
    &["nov"],
    &["dec", "dez", "dic"],
];

/// Words that may stand within a date: "3 de mayo de 1990", "the 3rd of May".
const FILLERS: [&str; 8] = ["de", "del", "of", "the", "den", "le", "on", "am"];

/// Every day that a text can mean. `2026-11-03` and `3 May 1990` mean one; `03/05/1990` means two; the six digits of
/// a machine-readable zone, and years of two digits, mean one in each century.
#[must_use]
pub fn readings(text: &str) -> Vec<Date> {
    let mut days: Vec<Date> = match parts(text).as_slice() {
        [Part::Number(whole, digits)] => solid(*whole, *digits),
        [Part::Number(a, a_digits), Part::Number(b, _), Part::Number(c, c_digits)] => {
            if *a_digits == 4 {
                day(*a, *b, *c).into_iter().collect()
            } else {
                // European order, then American.
                let european = years(*c, *c_digits).into_iter().filter_map(|year| day(year, *b, *a));
                european.chain(years(*c, *c_digits).into_iter().filter_map(|year| day(year, *a, *b))).collect()
            }
        }
        [Part::Number(year, 4), Part::Month(month), Part::Number(number, _)] => {
            day(*year, *month, *number).into_iter().collect()
        }
        [Part::Number(number, _), Part::Month(month), Part::Number(year, digits)]
        | [Part::Month(month), Part::Number(number, _), Part::Number(year, digits)] => {
            years(*year, *digits).into_iter().filter_map(|year| day(year, *month, *number)).collect()
        }
        _ => Vec::new(),
    };
    days.sort_unstable();
    days.dedup();
    days
}

/// The one day that a text means; a year of two digits is one of this century, as for an expiry.
#[must_use]
pub fn to_come(text: &str) -> Option<Date> {
    let mut days = readings(text);
    if days.iter().any(|day| day.year() >= 2000) {
        days.retain(|day| day.year() >= 2000);
    }
    if let [day] = days.as_slice() { Some(*day) } else { None }
}

#[derive(Debug, Clone, Copy)]
enum Part {
    /// A number, and how many digits it was written with.
    Number(i32, usize),
    Month(i32),
}

/// The numbers and months of a text; empty if anything else stands in it.
fn parts(text: &str) -> Vec<Part> {
    if text.chars().nth(LONGEST).is_some() {
        return Vec::new();
    }
    let plain = plain(text);
    let mut parts = Vec::new();
    for word in words(&plain) {
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            let Ok(number) = word.parse() else { return Vec::new() };
            parts.push(Part::Number(number, word.len()));
        } else if let Some(month) = month(word) {
            parts.push(Part::Month(month));
        } else if !FILLERS.contains(&word) && !["st", "nd", "rd", "th", "er"].contains(&word) {
            return Vec::new();
        }
    }
    parts
}

/// Runs of digits and runs of letters.
fn words(plain: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = plain;
    while let Some(first) = rest.chars().next() {
        let alike = |c: char| c.is_alphanumeric() && c.is_ascii_digit() == first.is_ascii_digit();
        let end = rest.find(|c| !alike(c)).unwrap_or(rest.len());
        if end == 0 {
            rest = rest.part(first.len_utf8()..);
        } else {
            words.push(rest.part(..end));
            rest = rest.part(end..);
        }
    }
    words
}

fn month(word: &str) -> Option<i32> {
    let named = |names: &[&str]| word.len() >= 3 && names.iter().any(|name| word.starts_with(name));
    let at = MONTHS.iter().position(|names| named(names))?;
    i32::try_from(at + 1).ok()
}

/// Six or eight digits without anything between them.
fn solid(whole: i32, digits: usize) -> Vec<Date> {
    let (high, middle, low) = (whole / 10_000, whole / 100 % 100, whole % 100);
    match digits {
        8 => day(high, middle, low).into_iter().collect(),
        6 => years(high, 2).into_iter().filter_map(|year| day(year, middle, low)).collect(),
        _ => Vec::new(),
    }
}

fn years(year: i32, digits: usize) -> Vec<i32> {
    match digits {
        4 => vec![year],
        2 => vec![1900 + year, 2000 + year],
        _ => Vec::new(),
    }
}

fn day(year: i32, month: i32, day: i32) -> Option<Date> {
    if !(1800..=2199).contains(&year) {
        return None;
    }
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, days: &[&str]) {
        let read: Vec<String> = readings(text).iter().map(ToString::to_string).collect();
        assert_eq!(read, days, "{text}");
    }

    #[test]
    fn dates_are_read_in_the_orders_and_languages_that_documents_use() {
        for text in [
            "1990-05-13",
            "13.05.1990",
            "13/05/1990",
            "05/13/1990",
            "13 May 1990",
            "May 13, 1990",
            "13. Mai 1990",
            "13 mai 1990",
            "13 de mayo de 1990",
            "the 13th of May 1990",
            "1990 May 13",
            "19900513",
            "13MAY1990",
        ] {
            check(text, &["1990-05-13"]);
        }
        check("3. März 1990", &["1990-03-03"]);
        check("1er août 1990", &["1990-08-01"]);
        check("29 février 1988", &["1988-02-29"]);
    }

    #[test]
    fn what_can_mean_two_days_means_both_and_nonsense_means_none() {
        check("03/05/1990", &["1990-03-05", "1990-05-03"]);
        check("05.05.1990", &["1990-05-05"]);
        check("740812", &["1974-08-12", "2074-08-12"]);
        check("22.08.74", &["1974-08-22", "2074-08-22"]);
        for text in
            ["", "31.02.1990", "29 February 1990", "yesterday", "1990", "13 May", "12345678901234", "5 of 7 in 1990 x"]
        {
            check(text, &[]);
        }
    }

    #[test]
    fn an_expiry_lies_in_this_century() {
        assert_eq!(to_come("120415").map(|day| day.to_string()).as_deref(), Some("2012-04-15"));
        assert_eq!(to_come("03/05/2030"), None, "two days are no expiry");
    }
}
