//! What is matched in place of a text: its words in plain small letters, however they were written. It only reads; what
//! may not stand there is said elsewhere.

use crate::{alphabet, draft::check::tone, language, pii};

/// The words of a text in two readings: parted by every sign, and with what stands within words left out.
pub(super) fn readings(text: &str) -> [Vec<String>; 2] {
    let plain = plain(text);
    [tone::words(&plain), together(&plain)]
}

/// The text without accents and what cannot be seen, in Latin letters where others only look like them.
pub(super) fn plain(text: &str) -> String {
    let plain = pii::plain(text);
    let mut latin = String::with_capacity(plain.len());
    for letter in language::folded(&plain).chars() {
        match alphabet::base(letter) {
            Some(base) => latin.push_str(base),
            None => latin.push(letter),
        }
    }
    latin
}

/// `S.A.R.`, `S A R` and `suspi-cious` as the words that they are.
fn together(plain: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut spelt = false;
    for word in plain.replace("- ", "").split_whitespace().map(bare).filter(|word| !word.is_empty()) {
        let single = word.chars().nth(1).is_none();
        match words.last_mut().filter(|_| single && spelt) {
            Some(last) => last.push_str(&word),
            None => words.push(word),
        }
        // An article before letters is none of them.
        spelt = single && (spelt || !matches!(words.last().map(String::as_str), Some("a" | "i")));
    }
    words
}

/// A word without its signs, and with letters for the digits that stand for them.
fn bare(word: &str) -> String {
    let is_word = word.chars().any(char::is_alphabetic);
    let small = word.chars().flat_map(char::to_lowercase);
    small
        .filter_map(|sign| meant(sign).filter(|_| is_word).or_else(|| sign.is_alphanumeric().then_some(sign)))
        .collect()
}

const fn meant(sign: char) -> Option<char> {
    match sign {
        '0' => Some('o'),
        '1' => Some('i'),
        '3' => Some('e'),
        '4' | '@' => Some('a'),
        '5' | '$' => Some('s'),
        _ => None,
    }
}
