//! Personal and payment data in a customer's words: found, replaced by tokens, revealed on purpose only.
//!
//! Text is normalised first (compatibility forms, foreign digits, invisible characters, spaces of
//! every kind) and matched with checksums afterwards, so that a card number in full-width digits with a zero-width
//! joiner in it is as plain as any other. Offsets always point into the original text.
//!
//! This module refuses to guess from digits alone: a number without a checksum needs its customary grouping or a word
//! beside it that says what it is. Names and addresses are looked for where the customer's profile says them
//! ([`Person`]), and nowhere else. It refuses to keep what it finds anywhere but in a [`TokenMap`], which the host
//! seals in the vault.

mod card;
mod context;
mod email;
mod iban;
mod normal;
mod numbers;
mod person;
mod run;
mod secret;
mod tokens;

pub use person::{FIELDS as PERSON_FIELDS, Person, Veiled};
pub use secret::Pii;
pub use tokens::{TokenMap, TokenMapError, redact};

use normal::Letter;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Most times that a text is read again after what was found has been taken out. Taking a number out of a row of
/// numbers can leave a shorter one that now stands alone; nothing new turns up after a few rounds.
const ROUNDS: usize = 8;

/// What kind of personal datum a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A payment card's number (ISO/IEC 7812): a known issuer's prefix and length, and the Luhn check.
    Card,
    /// An international bank account number (ISO 13616): the country's form, and the remainder of 97.
    Iban,
    /// A United States social security number with an area, group and serial that can be issued.
    Ssn,
    /// A United Kingdom sort code, an account number, or both where they stand together.
    #[serde(rename = "account")]
    SortCodeAccount,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A card's security code beside a word that calls it so; PCI DSS forbids keeping it at all.
    #[serde(rename = "cvv")]
    SecurityCode,
    /// The number of an identity document or a taxpayer. [`detect`] does not find it: only a label tells it from other
    /// numbers, and reading those is [`crate::identity`]'s trade.
    #[serde(rename = "id")]
    IdentityNumber,
    /// The customer's name or a part of it. [`detect`] does not find it, nor the two below: a [`Person`] does.
    Name,
    /// The customer's address.
    Address,
    /// The customer's date of birth.
    #[serde(rename = "birthdate")]
    BirthDate,
}

impl Kind {
    /// Every kind, the more certain ones first.
    pub const ALL: [Self; 11] = [
        Self::Card,
        Self::Iban,
        Self::Ssn,
        Self::SortCodeAccount,
        Self::Email,
        Self::Phone,
        Self::SecurityCode,
        Self::IdentityNumber,
        Self::Name,
        Self::Address,
        Self::BirthDate,
    ];

    /// The name in tokens, spans and metrics, for example `card` in `[card:1]`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Iban => "iban",
            Self::Ssn => "ssn",
            Self::SortCodeAccount => "account",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::SecurityCode => "cvv",
            Self::IdentityNumber => "id",
            Self::Name => "name",
            Self::Address => "address",
            Self::BirthDate => "birthdate",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Where a personal datum stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The byte offset of its beginning in the original text, on a character's boundary.
    pub start: usize,
    /// The byte offset of its end in the original text, on a character's boundary.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
}

/// Finds the personal data in a text: sorted, never overlapping, never empty. Tokens such as `[card:1]` hold none.
#[must_use]
pub fn detect(text: &str) -> Vec<Span> {
    let mut letters = normal::hide_tokens(normal::normalise(text));
    let mut spans = Vec::new();
    for _ in 0..ROUNDS {
        let found = merged(find(&letters), &letters);
        if found.is_empty() {
            break;
        }
        letters = normal::hide(letters, &found);
        spans.extend(found);
    }
    spans.sort_unstable_by_key(|span| span.start);
    spans
}

/// The text as it is matched: plain letters without accents, and nothing that cannot be seen.
pub(crate) fn plain(text: &str) -> String {
    normal::normalise(text).iter().map(|letter| letter.glyph).collect()
}

/// A find in normalised text: the indices of its first and last letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Find {
    first: usize,
    last: usize,
    kind: Kind,
}

fn find(letters: &[Letter]) -> Vec<Find> {
    let mut finds = Vec::new();
    iban::find(letters, &mut finds);
    email::find(letters, &mut finds);
    find_numbers(letters, &mut finds);
    if let Some(read) = normal::with_look_alikes(letters) {
        find_numbers(&read, &mut finds);
    }
    finds
}

fn find_numbers(letters: &[Letter], finds: &mut Vec<Find>) {
    let runs = run::runs(letters);
    for run in &runs {
        card::find(letters, run, finds);
    }
    numbers::find(letters, &runs, finds);
    let mended: Vec<run::Run> = runs.iter().filter_map(|run| run.mended(letters)).collect();
    numbers::find(letters, &mended, finds);
}

/// Turns finds into spans; where several overlap, one span covers them all and has the kind of the longest, so that
/// no part of any of them stays behind.
fn merged(mut finds: Vec<Find>, letters: &[Letter]) -> Vec<Span> {
    finds.sort_unstable_by_key(|find| (find.first, find.last));
    let mut spans: Vec<(Span, usize)> = Vec::new();
    for Find { first, last, kind } in finds {
        let (Some(from), Some(to)) = (letters.get(first), letters.get(last)) else { continue };
        let (start, end, len) = (from.start, to.end, last - first);
        match spans.last_mut() {
            Some((span, longest)) if start < span.end => {
                span.end = span.end.max(end);
                if len > *longest || (len == *longest && kind < span.kind) {
                    (span.kind, *longest) = (kind, len);
                }
            }
            _ => spans.push((Span { start, end, kind }, len)),
        }
    }
    spans.into_iter().map(|(span, _)| span).collect()
}

#[cfg(test)]
mod tests;
