//! References that customers quote: numbers of orders, payments, bookings, claims, parcels.
//!
//! A reference stands behind a word that announces one ("order no. 88213"), or has a form that nothing else has
//! (`tx_99381`, `97ed4827-7b6f-4491-a06f-b548d5a7512d`). Amounts, dates and times are none, and neither is a number of
//! a card, account, document or taxpayer, which has become a token before. What is found is compared and goes nowhere.

use crate::{identity::dates, language, limits};

/// Words that announce a reference. Those of the second list need one of [`LINKS`] behind them, since they mostly
/// announce something else.
const ANNOUNCING: &[&str] = &[
    "order",
    "ref",
    "refs",
    "reference",
    "references",
    "invoice",
    "booking",
    "bkng",
    "confirmation",
    "conf",
    "pnr",
    "uetr",
    "arn",
    "tracking",
    "mandate",
    "ticket",
    "tickets",
    "claim",
    "rma",
    "e2e",
    "trace",
    "rrn",
    "stan",
    "parcel",
    "mtcn",
    "reservation",
    "receipt",
    "voucher",
];
const SELDOM: &[&str] = &[
    "transaction",
    "transfer",
    "payment",
    "case",
    "cheque",
    "check",
    "auth",
    "authorisation",
    "authorization",
    "complaint",
    "letter",
    "refund",
    "end",
    "purchase",
    "number",
    "id",
    "dispute",
    "wire",
];
/// What stands between such a word and the reference.
const LINKS: &[&str] = &[
    "number",
    "numbers",
    "no",
    "nr",
    "num",
    "id",
    "code",
    "reference",
    "ref",
    "conf",
    "is",
    "was",
    "says",
    "said",
    "of",
    "my",
    "the",
    "a",
    "with",
    "you",
    "your",
    "to",
    "end",
    "called",
    "for",
    "payment",
    "transfer",
    "order",
    "on",
    "it",
    "receipt",
    "mandate",
    "from",
    "and",
    "i",
    "gave",
    "as",
    "same",
    "quoted",
];
/// A link without which a seldom announcing word announces nothing.
const STRONG: &[&str] = &["number", "numbers", "no", "nr", "id", "code", "reference", "ref", "conf"];
/// Words between an announcing word and the reference, at most.
const REACH: usize = 5;
/// The shortest and longest reference, in characters.
const LENGTH: std::ops::RangeInclusive<usize> = 4..=64;

/// The references of a text, as written, each once; at most [`limits::NARRATIVE_REFERENCES`].
#[must_use]
pub fn references(text: &str) -> Vec<String> {
    let text = language::folded(text);
    let pieces: Vec<Piece<'_>> = text.split_whitespace().map(Piece::of).collect();
    let mut found: Vec<String> = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let fits = piece.is_own_form() || (piece.can_be_one() && is_announced(&pieces, at));
        if fits && !found.iter().any(|known| known == piece.core) && found.len() < limits::NARRATIVE_REFERENCES {
            found.push(piece.core.to_owned());
        }
    }
    found
}

/// What stands between two spaces.
struct Piece<'a> {
    /// Without the signs around it.
    core: &'a str,
    /// The core in small letters.
    small: String,
    /// Whether it is marked as a number: `#4471`.
    marked: bool,
    /// Whether a sentence ends with it.
    ends: bool,
    /// Whether a comma follows it.
    pauses: bool,
}

impl<'a> Piece<'a> {
    fn of(chunk: &'a str) -> Self {
        // "conf#", "amt=129", "ref:771203": what announces stays with its colon, and the rest is looked at by itself.
        let core = chunk.trim_matches(|letter: char| !letter.is_alphanumeric());
        let before = chunk.split(core).next().unwrap_or_default();
        Self {
            core,
            small: core.to_lowercase(),
            pauses: chunk.ends_with([',', ')']),
            marked: before.ends_with('#'),
            ends: chunk.ends_with(['!', '?', ';']) || (chunk.ends_with('.') && core.chars().count() > 4),
        }
    }

    fn digits(&self) -> usize {
        self.core.bytes().filter(u8::is_ascii_digit).count()
    }

    /// Whether it has the form of a reference, where one is announced.
    fn can_be_one(&self) -> bool {
        let inside = self.core.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_/.#".contains(letter));
        let capitals = self.core.len() == 6 && self.core.bytes().all(|byte| byte.is_ascii_uppercase());
        let telling = self.digits() > 0 || capitals;
        LENGTH.contains(&self.core.len()) && inside && telling && !self.is_amount() && !self.is_counted()
    }

    /// `45.50`, `1.299,00`; a reference has no decimals.
    fn is_amount(&self) -> bool {
        let only = self.core.bytes().all(|byte| byte.is_ascii_digit() || b".,".contains(&byte));
        only && self.core.contains(['.', ','])
    }

    /// `3rd`, `40kg`, `10am`: a number of something; and a date.
    fn is_counted(&self) -> bool {
        let letters = self.core.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let counted = letters.len() < self.core.len()
            && !letters.is_empty()
            && letters.bytes().all(|byte| byte.is_ascii_lowercase())
            && letters.len() <= 4;
        let day = self.core.contains(['-', '/', '.']) && !dates::readings(self.core).is_empty();
        counted || day
    }

    /// Whether nothing else has this form: letters and digits joined by a line, `tx_99381`, or the number of a parcel.
    fn is_own_form(&self) -> bool {
        let letters = self.core.bytes().filter(u8::is_ascii_alphabetic).count();
        let plain = self.core.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let joined = self.core.contains('_') || (self.core.contains('-') && self.core == self.core.to_uppercase());
        let uuid = self.core.len() == 36 && self.core.bytes().filter(|byte| *byte == b'-').count() == 4;
        let enough = self.digits() >= 3 && letters > 0 && LENGTH.contains(&self.core.len());
        plain && enough && (joined || uuid || is_parcel(self.core)) && !self.is_counted()
    }

    fn is(&self, words: &[&str]) -> bool {
        words.contains(&self.small.as_str())
    }
}

/// The international number of a parcel: two letters, nine digits, two letters.
fn is_parcel(core: &str) -> bool {
    let bytes = core.as_bytes();
    bytes.len() == 13
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            2..=10 => byte.is_ascii_digit(),
            _ => byte.is_ascii_uppercase(),
        })
}

/// Whether a word before the piece says that it is a reference.
fn is_announced(pieces: &[Piece<'_>], at: usize) -> bool {
    let Some(piece) = pieces.get(at) else { return false };
    if piece.marked {
        return true;
    }
    let mut strong = false;
    for before in pieces.iter().take(at).rev().take(REACH) {
        // Of several in a row each is one: "99812, 99813".
        if before.ends || (before.pauses && !before.can_be_one()) {
            return false;
        }
        let (first, last) = (before.small.split(['/', '-', '_']).next(), before.small.as_str());
        if ANNOUNCING.contains(&last) || first.is_some_and(|first| first != last && ANNOUNCING.contains(&first)) {
            return true;
        }
        if before.is(SELDOM) && strong {
            return true;
        }
        strong |= before.is(STRONG);
        if !(before.is(LINKS) || before.core.is_empty() || before.can_be_one()) {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(references(text), expected, "{text}");
    }

    #[test]
    fn a_reference_is_announced_or_has_a_form_of_its_own() {
        check("my order number is 88213, not 88214!", &["88213"]);
        check("booking ref XK4T9Q please", &["XK4T9Q"]);
        check("look at tx_99381 and PAY-20931.", &["tx_99381", "PAY-20931"]);
        check("tickets 99812 & 99813", &["99812", "99813"]);
    }

    #[test]
    fn amounts_dates_and_counts_are_no_references() {
        check("order for 45.50 on 2026-11-03 at 10am", &[]);
        check("I have 3 orders and 2 tickets, COVID-19 delayed 14 of them", &[]);
        check("I called 3000 times about my order", &[]);
    }
}
