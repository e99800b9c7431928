//! What the fixed rules read in a row, compared with its labels.

use std::{collections::BTreeSet, fmt::Write as _};

use case::{
    identity::{
        dates,
        extract::{self, Extracted},
    },
    narrative::{DateRange, Heard, Narrative},
    pii::TokenMap,
    source::ProfileField,
};
use jiff::civil::Date;

use super::rows::Row;

/// The fields, in the order in which they are counted.
pub(super) const FIELDS: [&str; 13] = [
    "amounts",
    "charged on",
    "delivery due",
    "cancelled on",
    "noticed on",
    "merchants",
    "references",
    "name",
    "date of birth",
    "address",
    "id document",
    "tax id",
    "nationality, country",
];

/// The day on which every request of the file was written: a Friday.
const SAID_ON: Date = jiff::civil::date(2026, 11, 20);

/// How many values are written, were read, and were read rightly.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) written: u32,
    pub(super) read: u32,
    pub(super) right: u32,
}

impl Tally {
    pub(super) fn add(&mut self, found: &Found) {
        self.written += count(&found.written);
        self.read += count(&found.read);
        self.right += count(&found.right);
    }

    pub(super) fn precision(&self) -> Option<f64> {
        (self.read > 0).then(|| f64::from(self.right) / f64::from(self.read))
    }

    pub(super) fn recall(&self) -> Option<f64> {
        (self.written > 0).then(|| f64::from(self.right) / f64::from(self.written))
    }
}

fn count(values: &[String]) -> u32 {
    u32::try_from(values.len()).unwrap_or(u32::MAX)
}

/// The values of one field in one row.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) written: Vec<String>,
    pub(super) read: Vec<String>,
    /// Those of `written` that were read.
    pub(super) right: Vec<String>,
}

impl Found {
    /// Pairs each value that is written with one that was read and is alike.
    fn of(written: &[String], read: Vec<String>, alike: impl Fn(&str, &str) -> bool) -> Self {
        let mut left = read.clone();
        let mut right = Vec::new();
        for value in written {
            if let Some(at) = left.iter().position(|read| alike(value, read)) {
                left.remove(at);
                right.push(value.clone());
            }
        }
        Self { written: written.to_vec(), read, right }
    }
}

/// Every field of a row, in the order of [`FIELDS`]. The merchants of all rows are the candidates.
pub(super) fn row(row: &Row, all: &[Row]) -> Vec<(&'static str, Found)> {
    let mut tokens = TokenMap::new();
    let text = tokens.tokenise(&row.text);
    let identity = extract::from_words(&text);
    let text = tokens.take_out(&text, &extract::numbers(&text));
    let narrative = Narrative::read(&text, SAID_ON);
    let heard = Heard { texts: vec![(SAID_ON, text)], ..Heard::default() };
    let field = |fields: &[ProfileField]| -> Vec<String> {
        let one = |found: &&Extracted| fields.contains(&found.field);
        let value = |found: &Extracted| tokens.reveal(found.value.reveal("measuring"), "measuring");
        identity.iter().filter(one).map(value).collect()
    };
    let day = |day: Option<Date>| day.map(|day| day.to_string()).into_iter().collect::<Vec<String>>();
    let both: Vec<String> = row.nationality.iter().chain(&row.country).cloned().collect();
    let births: Vec<String> = if row.date_of_birth.is_empty() { vec![] } else { vec![row.date_of_birth.join("|")] };
    let found = [
        Found::of(&row.amounts, heard.amounts().iter().map(amount).collect(), same_amount),
        Found::of(&row.charged_on, heard.dates().iter().map(range).collect(), same_days),
        Found::of(&row.delivery_due, day(narrative.delivery_due), |written, read| written.ends_with(read)),
        Found::of(&row.cancelled_on, day(narrative.cancelled_on), |written, read| written.starts_with(read)),
        Found::of(&row.noticed_on, day(narrative.learned_on), |written, read| written.ends_with(read)),
        merchants(row, all, &heard),
        Found::of(&row.references, heard.references().iter().map(|r| tokens.reveal(r, "measuring")).collect(), str::eq),
        Found::of(&row.name, field(&[ProfileField::Name]), same_letters),
        Found::of(&births, field(&[ProfileField::DateOfBirth]), same_birth),
        Found::of(&row.address, field(&[ProfileField::Address]), same_address),
        Found::of(&row.id_document, field(&[ProfileField::IdDocument]), same_letters),
        Found::of(&row.tax_id, field(&[ProfileField::TaxId]), same_letters),
        Found::of(&both, field(&[ProfileField::Nationality, ProfileField::Country]), same_letters),
    ];
    FIELDS.into_iter().zip(found).collect()
}

/// The rows that are read wrongly, with what was missed and what was read beside it.
pub(super) fn misses(rows: &[&Row], all: &[Row]) -> String {
    let mut shown = String::new();
    for one in rows {
        let wrong = row(one, all);
        let wrong: Vec<_> = wrong
            .iter()
            .filter(|(_, found)| found.right.len() < found.written.len() || found.right.len() < found.read.len())
            .collect();
        if wrong.is_empty() {
            continue;
        }
        let _ = writeln!(shown, "{} {}", one.id, one.text.replace('\n', " / "));
        for (field, found) in wrong {
            let _ = writeln!(shown, "    {field}: {:?} read as {:?}", found.written, found.read);
        }
    }
    shown
}

fn amount(named: &case::narrative::NamedAmount) -> String {
    let currency = named.currency.map_or_else(|| "?".to_owned(), |currency| currency.to_string());
    let (whole, rest) = (named.hundredths / 100, named.hundredths % 100);
    let about = if named.approximate { "~" } else { "" };
    format!("{about}{currency} {whole}.{rest:02}")
}

/// Equal but for the decimals that nobody writes, and for whether it is called exact.
fn same_amount(written: &str, read: &str) -> bool {
    let normal = |text: &str| text.trim_start_matches('~').trim_end_matches(".00").to_owned();
    let (written, read) = (normal(written), normal(read));
    let padded =
        if written.split('.').nth(1).is_some_and(|cents| cents.len() == 1) { format!("{written}0") } else { written };
    padded == read
}

fn range(range: &DateRange) -> String {
    if range.from == range.to { range.from.to_string() } else { format!("{}..{}", range.from, range.to) }
}

/// The same day; of ranges at least half of all days that either holds.
fn same_days(written: &str, read: &str) -> bool {
    let days = |text: &str| {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        let days = from.parse::<Date>().ok()?.series(jiff::Span::new().days(1));
        let to = to.parse::<Date>().ok()?;
        Some(days.take_while(move |day| *day <= to).collect::<BTreeSet<Date>>())
    };
    let (Some(written), Some(read)) = (days(written), days(read)) else { return false };
    2 * written.intersection(&read).count() >= written.union(&read).count()
}

/// Who of all merchants of the file is named. One that begins with the same word as a merchant of the row is neither
/// right nor wrong: "Amazon" names each of its descriptors.
fn merchants(row: &Row, all: &[Row], heard: &Heard) -> Found {
    let written: Vec<String> = row.merchants.iter().map(|merchant| merchant.books_as.clone()).collect();
    let candidates: BTreeSet<&str> =
        all.iter().flat_map(|row| &row.merchants).map(|merchant| merchant.books_as.as_str()).collect();
    let first = |name: &str| name.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_lowercase();
    let kin = |name: &str| {
        written.iter().any(|own| own != name && (first(own) == first(name) || is_group(&first(own), &first(name))))
    };
    let named = heard.merchants();
    let read = candidates.into_iter().filter(|candidate| named.names(candidate));
    let read: Vec<String> =
        read.filter(|name| !kin(name) || written.iter().any(|w| w == name)).map(str::to_owned).collect();
    Found::of(&written, read, str::eq)
}

/// Two beginnings under which one group books.
fn is_group(one: &str, other: &str) -> bool {
    const GROUPS: [[&str; 2]; 2] = [["amzn", "amazon"], ["pp", "paypal"]];
    GROUPS.iter().any(|group| group.contains(&one) && group.contains(&other))
}

fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn same_letters(written: &str, read: &str) -> bool {
    letters(written) == letters(read)
}

/// The same, or with a country or a line more or less.
fn same_address(written: &str, read: &str) -> bool {
    let (written, read) = (letters(written), letters(read));
    let (short, long) = if written.len() < read.len() { (&written, &read) } else { (&read, &written) };
    long.starts_with(short.as_str()) && short.len() * 5 >= long.len() * 4
}

/// Every day that the words can mean, of those that have been.
fn same_birth(written: &str, read: &str) -> bool {
    let written: BTreeSet<Date> = written.split('|').filter_map(|day| day.parse().ok()).collect();
    let read: BTreeSet<Date> = dates::readings(read).into_iter().filter(|day| *day <= SAID_ON).collect();
    written == read
}
