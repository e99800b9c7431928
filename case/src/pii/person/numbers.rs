//! Numbers and addresses of the customer that the profile holds: the identity document's, the taxpayer's, the telephone's,
//! and the e-mail address, with anything between their characters.

use super::plain::{Plain, folded, walk};
use crate::pii::Kind;
use std::ops::Range;

/// Fewest characters of a number that is looked for.
const SHORTEST: usize = 6;
/// How many of a telephone number's last digits tell it.
const TELLING: usize = 9;
/// Most characters before those: a country's code with its signs.
const PREFIX: usize = 8;

/// A number to be looked for.
#[derive(Clone)]
pub(super) struct Number {
    pub(super) kind: Kind,
    pattern: String,
}

impl Number {
    /// The number of a document or taxpayer.
    pub(super) fn of_document(number: &str) -> Option<Self> {
        Self::new(Kind::IdentityNumber, folded(number).chars().filter(|glyph| glyph.is_alphanumeric()).collect())
    }

    /// A telephone number, by its last digits: the country's code and a leading zero come and go.
    pub(super) fn of_phone(number: &str) -> Option<Self> {
        let digits: Vec<char> = folded(number).chars().filter(char::is_ascii_digit).collect();
        let pattern: String = digits.iter().skip(digits.len().saturating_sub(TELLING)).collect();
        Self::new(Kind::Phone, pattern.trim_start_matches('0').to_owned())
    }

    /// An e-mail address.
    pub(super) fn of_email(address: &str) -> Option<Self> {
        let folded = folded(address);
        let pattern = folded.contains('@').then(|| folded.chars().filter(|glyph| glyph.is_alphanumeric()).collect())?;
        Self::new(Kind::Email, pattern)
    }

    fn new(kind: Kind, pattern: String) -> Option<Self> {
        (pattern.chars().count() >= SHORTEST).then_some(Self { kind, pattern })
    }

    /// Where the number stands.
    pub(super) fn find(&self, text: &[Plain]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let walked = walk(text, at, &self.pattern).filter(|walk| !is_word(text, walk.end));
            let start = walked.and_then(|_| self.start(text, at));
            match (walked, start) {
                (Some(walk), Some(start)) => {
                    found.push(start..walk.end);
                    at = walk.end;
                }
                _ => at += 1,
            }
        }
        found
    }

    /// Where the number begins whose telling part begins here; `None` where it is a part of something longer.
    fn start(&self, text: &[Plain], at: usize) -> Option<usize> {
        if self.kind != Kind::Phone {
            return (at == 0 || !is_word(text, at - 1)).then_some(at);
        }
        let of_number =
            |plain: &&Plain| plain.glyph.is_ascii_digit() || matches!(plain.glyph, '+' | ' ' | '(' | ')' | '-' | '.');
        let before = text.get(at.saturating_sub(PREFIX)..at).unwrap_or_default();
        let len = before.iter().rev().take_while(of_number).count();
        let starts = (at - len..at)
            .find(|at| text.get(*at).is_some_and(|plain| plain.glyph == '+' || plain.glyph.is_ascii_digit()));
        let start = starts.unwrap_or(at);
        (start == 0 || !is_word(text, start - 1)).then_some(start)
    }
}

fn is_word(text: &[Plain], at: usize) -> bool {
    text.get(at).is_some_and(|plain| plain.is_word())
}
