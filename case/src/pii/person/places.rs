//! The customer's address: its street with or without the number, its postcode, and whatever else of it stands beside
//! those, in any order and with the usual short forms. A town alone is nobody's address.

use super::plain::{Plain, folded, is_near};
use crate::identity::address_form;
use std::{collections::BTreeSet, ops::Range};

/// Fewest characters of a postcode.
const CODE: usize = 4;
/// Most words of an address that are looked for.
const WORDS: usize = 40;
/// A street of one word is looked for on its own from so many letters on.
const LONG: usize = 8;
/// Words for parts of a house: no part of a street's name.
const UNITS: [&str; 6] = ["apt", "floor", "suite", "room", "block", "po"];

/// An address to be looked for.
#[derive(Clone, Default)]
pub(super) struct Place {
    /// The street's words in their order, in their short forms, without numbers.
    street: Vec<String>,
    /// The numbers beside the street.
    houses: BTreeSet<String>,
    /// Postcodes without spaces.
    codes: BTreeSet<String>,
    /// Every word.
    words: BTreeSet<String>,
}

/// A word of a text and where it stands.
struct Word {
    form: String,
    range: Range<usize>,
}

impl Place {
    /// Reads an address as one line or several.
    pub(super) fn read(address: &str) -> Self {
        let lines: Vec<Vec<String>> = address
            .split([',', '\n', ';'])
            .map(|line| folded(line).split(|glyph: char| !glyph.is_alphanumeric()).map(address_form).collect())
            .map(|line: Vec<String>| line.into_iter().filter(|form| !form.is_empty()).collect::<Vec<_>>())
            .filter(|line| !line.is_empty())
            .collect();
        let has_name =
            |line: &&Vec<String>| line.iter().any(|word| !is_number(word) && !UNITS.contains(&word.as_str()));
        let has_number = |line: &&Vec<String>| line.iter().any(|word| is_number(word));
        let street = lines.iter().filter(has_name).find(has_number).or_else(|| lines.iter().find(has_name));
        let (numbers, names): (Vec<String>, Vec<String>) =
            street.cloned().unwrap_or_default().into_iter().partition(|word| is_number(word));
        let mut codes = BTreeSet::new();
        for line in &lines {
            codes.extend(line.iter().filter(|word| is_number(word) && word.len() >= CODE).cloned());
            codes.extend(line.windows(2).filter_map(|pair| match pair {
                [one, other] if is_number(one) && is_number(other) && one.len() + other.len() > CODE => {
                    Some(format!("{one}{other}"))
                }
                _ => None,
            }));
        }
        // Without commas the town stands behind the street: what names it ends with the first word for a street.
        let street = street_of(names);
        let words = lines.into_iter().flatten().take(WORDS).collect();
        Self { street, houses: numbers.into_iter().collect(), codes, words }
    }

    /// Whether there is nothing by which to tell the address.
    pub(super) fn is_empty(&self) -> bool {
        self.street.is_empty() && self.codes.is_empty()
    }

    /// Where the address, or enough of it to tell it, stands.
    pub(super) fn find(&self, text: &[Plain]) -> Vec<Range<usize>> {
        if self.is_empty() {
            return Vec::new();
        }
        let words = words_of(text);
        let mut found: Vec<Range<usize>> = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let Some(len) = self.seed_at(text, &words, at) else {
                at += 1;
                continue;
            };
            let (mut first, mut last) = (at, at + len - 1);
            let is_ours = |at: usize| words.get(at).is_some_and(|word| self.words.contains(&word.form));
            let beside = |one: usize, other: usize| match (words.get(one), words.get(other)) {
                (Some(one), Some(other)) => is_near(text, one.range.end, other.range.start),
                _ => false,
            };
            while first > 0 && is_ours(first - 1) && beside(first - 1, first) {
                first -= 1;
            }
            while is_ours(last + 1) && beside(last, last + 1) {
                last += 1;
            }
            if let (Some(from), Some(to)) = (words.get(first), words.get(last)) {
                found.push(from.range.start..to.range.end);
            }
            at = last + 1;
        }
        found
    }

    /// How many words here are enough to tell the address: a postcode, the street, or a part of it with the number.
    fn seed_at(&self, text: &[Plain], words: &[Word], at: usize) -> Option<usize> {
        let form = |at: usize| words.get(at).map(|word| word.form.as_str());
        let is_beside = |at: usize| match (words.get(at), words.get(at + 1)) {
            (Some(one), Some(next)) => is_near(text, one.range.end, next.range.start),
            _ => false,
        };
        let word = form(at)?;
        if self.codes.contains(word) {
            return Some(1);
        }
        if let Some(next) = form(at + 1).filter(|_| is_beside(at))
            && self.codes.contains(&format!("{word}{next}"))
        {
            return Some(2);
        }
        let len = self.street.len();
        let is_street = len > 0
            && (0..len).all(|offset| form(at + offset) == self.street.get(offset).map(String::as_str))
            && (at..at + len - 1).all(is_beside);
        let is_house = |at: usize| form(at).is_some_and(|word| self.houses.contains(word));
        let has_number = |len: usize| {
            (at > 0 && is_beside(at - 1) && is_house(at - 1)) || (is_beside(at + len - 1) && is_house(at + len))
        };
        let is_long = word.chars().count() >= LONG && !is_street_word(word);
        if is_street && (len > 1 || is_long || has_number(len)) {
            return Some(len);
        }
        let is_first = self.street.first().is_some_and(|first| first == word) && word.chars().count() > 2;
        (is_first && has_number(1)).then_some(1)
    }
}

/// The words of a street's name, up to the first that is a word for one.
fn street_of(names: Vec<String>) -> Vec<String> {
    let named = |word: &String| !UNITS.contains(&word.as_str());
    let names: Vec<String> = names.into_iter().filter(named).collect();
    let end = names.iter().skip(1).position(|word| is_street_word(word)).map_or(names.len(), |at| at + 2);
    names.into_iter().take(end).collect()
}

/// Whether a short form is a word for a street.
fn is_street_word(form: &str) -> bool {
    ["st", "rd", "ave", "blvd", "ln", "dr", "ct", "sq", "pl", "row", "way", "close", "terrace", "crescent", "gardens"]
        .contains(&form)
}

fn is_number(word: &str) -> bool {
    word.contains(|glyph: char| glyph.is_ascii_digit())
}

/// The words of a text, each in its short form.
fn words_of(text: &[Plain]) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let len = text.get(at..).unwrap_or_default().iter().take_while(|plain| plain.is_word()).count();
        if len > 0 {
            let word: String = text.get(at..at + len).unwrap_or_default().iter().map(|plain| plain.glyph).collect();
            words.push(Word { form: address_form(&word), range: at..at + len });
        }
        at += len.max(1);
    }
    words
}
