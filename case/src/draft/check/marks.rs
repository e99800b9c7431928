//! What of a text can be checked: its marks (amounts, numbers, days, times, references, tokens, names), read in the
//! same way from a sentence and from what it cites, so that one thing written in two ways is the same mark.
//!
//! Where a text can be read in several ways, a mark holds all of them, and one that the citations bear out is enough.
//! Whatever holds a digit and is read as nothing else is a reference, which must stand there letter by letter.

mod date;
mod number;

use std::collections::BTreeSet;

use jiff::civil::Weekday;

use crate::ids::EvidenceId;

pub(super) use self::{
    date::{DayMark, TimeMark},
    number::Quantity,
};

/// Something in a text that can be right or wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    /// `[card:1]`.
    Token(String),
    /// `tx-1`, in lower case.
    Reference(String),
    /// `12`, `USD 12.99`, `5 %`.
    Quantity(Quantity),
    /// `20th`.
    Ordinal(i8),
    /// `two`.
    Count(u32),
    /// A day, or a part of one; every reading of it.
    Day(Vec<DayMark>),
    /// `Monday`.
    Weekday(Weekday),
    /// `yesterday`.
    Relative(String),
    /// `09:31`.
    Time(TimeMark),
    /// A capitalised word, in lower case.
    Name(String),
}

/// A piece between spaces, without the punctuation around it.
#[derive(Debug, Clone, Copy)]
struct Piece<'a> {
    core: &'a str,
    /// Whether punctuation follows, so that the next piece belongs to something else.
    ends: bool,
}

const RELATIVE: [&str; 5] = ["today", "yesterday", "tomorrow", "tonight", "overnight"];
/// Capitals that name nobody.
const COMMON: &[&str] = &[
    "a",
    "an",
    "the",
    "no",
    "not",
    "and",
    "or",
    "of",
    "to",
    "in",
    "on",
    "at",
    "by",
    "for",
    "it",
    "utc",
    "atm",
    "pin",
    "id",
    "customer",
    "merchant",
    "bank",
    "ledger",
    "card",
    "account",
    "transaction",
    "payment",
    "charge",
    "refund",
    "policy",
    "profile",
    "document",
];

/// The marks of a text. `prefixes` are those that the case's references begin with, see [`prefixes`].
pub(super) fn marks(text: &str, prefixes: &BTreeSet<String>) -> Vec<Mark> {
    let pieces = pieces(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        let rest = pieces.get(at..).unwrap_or_default();
        let before = at.checked_sub(1).and_then(|index| pieces.get(index)).copied();
        let taken = match date::written(rest) {
            Some((day, taken)) => {
                found.push(Mark::Day(day));
                taken
            }
            None => read(rest, before, at == 0, prefixes, &mut found),
        };
        at += taken.max(1);
    }
    found
}

/// What references of these pieces of evidence begin with, as far as a hyphen or underscore: a word with the same
/// beginning is taken for a reference although it holds no digit.
pub(super) fn prefixes<'a>(ids: impl Iterator<Item = &'a EvidenceId>) -> BTreeSet<String> {
    let prefix = |id: &EvidenceId| {
        let (_, reference) = id.as_str().split_once(':')?;
        let (prefix, _) = reference.split_once(['-', '_']).filter(|(prefix, _)| *prefix != "message")?;
        Some(prefix.to_lowercase())
    };
    ids.filter_map(prefix).collect()
}

/// Reads one piece that is no written date; says how many pieces it took.
fn read(
    rest: &[Piece<'_>],
    before: Option<Piece<'_>>,
    first: bool,
    prefixes: &BTreeSet<String>,
    found: &mut Vec<Mark>,
) -> usize {
    let Some(piece) = rest.first() else { return 0 };
    let (core, lower) = (piece.core, piece.core.to_lowercase());
    if core.contains(['[', ']']) {
        found.push(Mark::Token(lower));
        return 1;
    }
    if let Some((day, time)) = date::numeric(core) {
        found.push(Mark::Day(day));
        found.extend(time.map(Mark::Time));
        return 1;
    }
    let next = rest.get(1).filter(|_| !piece.ends).copied();
    if let Some((time, taken)) = date::time(core, next.map(|next| next.core)) {
        found.push(Mark::Time(time));
        return taken;
    }
    if let Some(day) = date::ordinal(&lower) {
        found.push(Mark::Ordinal(day));
        return 1;
    }
    // A code between two numbers is the second one's: `5 USD 12.99`.
    let is_number = |piece: &Piece<'_>| piece.core.starts_with(|sign: char| sign.is_ascii_digit() || sign == '-');
    let taken_on = next.is_some_and(|next| !next.ends) && rest.get(2).is_some_and(is_number);
    let after = next.filter(|_| !taken_on).map(|next| next.core);
    let before = before.filter(|before| !before.ends).map(|before| before.core);
    if let Some(quantity) = number::read(core, before, after) {
        found.push(Mark::Quantity(quantity));
        return 1;
    }
    let begins = lower.split(['-', '_']).next().filter(|prefix| prefix.len() < lower.len());
    let is_reference = core.chars().any(|sign| sign.is_ascii_digit())
        || core.contains(['_', ':'])
        || begins.is_some_and(|prefix| prefixes.contains(prefix));
    if is_reference {
        found.push(Mark::Reference(lower));
        return 1;
    }
    words(core, first, found);
    1
}

/// The names, counts and weekdays in a piece without digits.
fn words(core: &str, first: bool, found: &mut Vec<Mark>) {
    for (index, word) in core.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).enumerate() {
        let lower = word.to_lowercase();
        let begins = first && index == 0;
        let capital = word.chars().skip(usize::from(begins)).any(char::is_uppercase);
        if let Some(count) = number::count(&lower) {
            found.push(Mark::Count(count));
        } else if let Some(weekday) = date::weekday(&lower) {
            found.push(Mark::Weekday(weekday));
        } else if RELATIVE.contains(&lower.as_str()) {
            found.push(Mark::Relative(lower));
        } else if (capital && !COMMON.contains(&lower.as_str())) || !word.is_ascii() {
            found.push(Mark::Name(lower));
        }
    }
}

/// What cited texts hold.
pub(super) struct Grounds {
    marks: Vec<Mark>,
    /// Every piece and word, in lower case.
    words: BTreeSet<String>,
    cites: u32,
}

impl Grounds {
    /// The grounds that these citations give, with their ids.
    pub(super) fn new(cites: &[EvidenceId], texts: &[&str]) -> Self {
        let mut grounds = Self { marks: Vec::new(), words: BTreeSet::new(), cites: 0 };
        let distinct: BTreeSet<&EvidenceId> = cites.iter().collect();
        grounds.cites = u32::try_from(distinct.len()).unwrap_or(u32::MAX);
        for id in distinct {
            let id = id.as_str().to_lowercase();
            grounds.words.extend(id.split_once(':').map(|(_, reference)| reference.to_owned()));
            grounds.words.insert(id);
        }
        for text in texts {
            for mark in marks(text, &BTreeSet::new()) {
                if let Mark::Quantity(quantity) = &mark {
                    grounds.words.extend(quantity.codes());
                }
                grounds.marks.push(mark);
            }
            for piece in pieces(text) {
                let lower = piece.core.to_lowercase();
                let words = lower.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
                grounds.words.extend(words.map(str::to_owned));
                grounds.words.insert(lower);
            }
        }
        grounds
    }

    /// Whether a mark of a sentence stands in the cited texts.
    pub(super) fn bear(&self, mark: &Mark) -> bool {
        match mark {
            Mark::Token(word) | Mark::Reference(word) | Mark::Relative(word) | Mark::Name(word) => {
                self.words.contains(word)
            }
            Mark::Quantity(quantity) => {
                let year = |day: &DayMark| quantity.is_year(day);
                self.quantities().any(|known| quantity.is_borne_by(known)) || self.days().any(year)
            }
            Mark::Ordinal(day) => {
                self.days().any(|known| known.day == Some(*day)) || self.marks.iter().any(|known| known == mark)
            }
            Mark::Count(count) => {
                *count == self.cites
                    || self.marks.iter().any(|known| known == mark)
                    || self.quantities().any(|known| known.is_count(*count))
            }
            Mark::Day(readings) => readings.iter().any(|reading| self.days().any(|known| reading.is_part_of(known))),
            Mark::Weekday(weekday) => {
                let falls = |known: &DayMark| known.date().is_some_and(|date| date.weekday() == *weekday);
                self.days().any(falls) || self.marks.iter().any(|known| known == mark)
            }
            Mark::Time(time) => self.marks.iter().any(|known| match known {
                Mark::Time(known) => time.is_part_of(known),
                _ => false,
            }),
        }
    }

    fn days(&self) -> impl Iterator<Item = &DayMark> {
        self.marks.iter().flat_map(|mark| match mark {
            Mark::Day(days) => days.as_slice(),
            _ => &[],
        })
    }

    fn quantities(&self) -> impl Iterator<Item = &Quantity> {
        self.marks.iter().filter_map(|mark| match mark {
            Mark::Quantity(quantity) => Some(quantity),
            _ => None,
        })
    }
}

const AROUND: &[char] =
    &[',', '.', ';', ':', '!', '?', '(', ')', '"', '\'', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2026}'];

/// The pieces of a text. Dashes separate like spaces; so does a slash, except within what may be a date.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    for part in text.split(|sign: char| sign.is_whitespace() || matches!(sign, '\u{2013}' | '\u{2014}')) {
        let core = part.trim_matches(AROUND);
        let whole = !core.contains('/') || date::numeric(core).is_some();
        let cores: Vec<&str> = if whole { vec![core] } else { core.split('/').collect() };
        let last = cores.len().saturating_sub(1);
        for (index, core) in cores.into_iter().enumerate() {
            let core = core.trim_matches(AROUND);
            let core = core.strip_suffix("'s").or_else(|| core.strip_suffix("\u{2019}s")).unwrap_or(core);
            if !core.is_empty() {
                found.push(Piece { core, ends: index == last && part.ends_with(AROUND) });
            }
        }
    }
    found
}
