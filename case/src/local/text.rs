//! Text as the local tier sees it: sentences, clauses and plain words.
//!
//! Case, punctuation, apostrophes, digits and invisible characters carry no meaning here, so that a shouted, a
//! careless and a tidy request read alike. A personal-data token (`[card:1]`) is left out: it neither speaks for a
//! label nor makes a text unfamiliar. This module knows words of courtesy and words that
//! introduce a datum, and refuses to know what a task is.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use crate::language;

/// The most letters of one word that are read; what follows is ignored.
pub const WORD_LETTERS_MAX: usize = 24;

/// The most words that are read of one text; a request is at most 20,000 characters long.
pub const WORDS_MAX: usize = 20_000;

/// The words of a text in reading order: lower case, without punctuation, digits folded into one `0`.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut letters = 0;
    let folded = language::folded(text);
    for character in without_tokens(&without_introductions(&folded)).nfkc().flat_map(char::to_lowercase) {
        if words.len() == WORDS_MAX {
            return words;
        }
        if character.is_alphanumeric() {
            let folded = if character.is_numeric() { '0' } else { character };
            let repeats_digit = folded == '0' && word.ends_with('0');
            if letters < WORD_LETTERS_MAX && !repeats_digit {
                word.push(folded);
                letters += 1;
            }
        } else if !joins(character) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
            letters = 0;
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Words of greetings, thanks and pleas for help: a piece of nothing else says nothing about any task.
const COURTESY: [&str; 76] = [
    "a",
    "advance",
    "advise",
    "afternoon",
    "again",
    "all",
    "am",
    "and",
    "any",
    "anyone",
    "appreciate",
    "appreciated",
    "are",
    "assist",
    "assistance",
    "be",
    "best",
    "bye",
    "can",
    "cheers",
    "could",
    "day",
    "dear",
    "doing",
    "evening",
    "everyone",
    "faithfully",
    "finds",
    "fine",
    "for",
    "from",
    "good",
    "goodbye",
    "great",
    "greatly",
    "greetings",
    "have",
    "hello",
    "help",
    "here",
    "hey",
    "hi",
    "hiya",
    "hope",
    "i",
    "in",
    "is",
    "it",
    "kind",
    "kindly",
    "lot",
    "lots",
    "madam",
    "many",
    "me",
    "message",
    "morning",
    "much",
    "nice",
    "please",
    "pls",
    "regards",
    "sincerely",
    "sir",
    "so",
    "team",
    "thank",
    "thanks",
    "there",
    "this",
    "time",
    "very",
    "well",
    "would",
    "you",
    "your",
];

/// A text without the greetings before its first words and the thanks after its last; the text itself where nothing
/// would be left.
#[must_use]
pub fn request(text: &str) -> &str {
    let ends = |letter: char| matches!(letter, '.' | '?' | '!' | ',' | ';' | '\n');
    let is_courtesy = |piece: &&str| words(piece).iter().all(|word| COURTESY.binary_search(&word.as_str()).is_ok());
    let before: usize = text.split_inclusive(ends).take_while(is_courtesy).map(str::len).sum();
    let rest = text.get(before..).unwrap_or_default();
    let mut pieces: Vec<&str> = rest.split_inclusive(ends).collect();
    while pieces.last().is_some_and(is_courtesy) {
        pieces.pop();
    }
    let length = pieces.iter().map(|piece| piece.len()).sum();
    let request = rest.get(..length).unwrap_or_default();
    if request.is_empty() { text } else { request }
}

/// Splits a text where a sentence ends: after `.`, `?` or `!` before white space, and at `;` and line breaks.
#[must_use]
pub fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        let rest = text.get(end..).unwrap_or_default();
        let ends = match character {
            '.' | '?' | '!' => rest.chars().next().is_none_or(char::is_whitespace),
            ';' | '\n' | '\u{2028}' | '\u{2029}' => true,
            _ => false,
        };
        if ends {
            push_with_words(&mut sentences, text.get(start..end).unwrap_or_default());
            start = end;
        }
    }
    push_with_words(&mut sentences, text.get(start..).unwrap_or_default());
    sentences
}

/// Splits a sentence at the commas and joining words between two statements.
///
/// A piece shorter than [`CLAUSE_WORDS_MIN`] words says too little alone and stays with the piece before it.
#[must_use]
pub fn clauses(sentence: &str) -> Vec<&str> {
    let mut clauses: Vec<&str> = Vec::new();
    let mut start = 0;
    for cut in clause_starts(sentence) {
        let (head, tail) = sentence.split_at(cut);
        let piece = head.get(start..).unwrap_or_default();
        if says_enough(piece) && says_enough(tail) {
            clauses.push(piece);
            start = cut;
        }
    }
    clauses.push(sentence.get(start..).unwrap_or_default());
    clauses
}

/// The fewest words that can stand as a clause of their own.
pub const CLAUSE_WORDS_MIN: usize = 4;

/// Byte offsets at which a joining word or the text after a comma begins.
fn clause_starts(sentence: &str) -> Vec<usize> {
    const JOINING: [&str; 6] = [" and ", " but ", " also ", " plus ", " then ", " additionally "];
    let lower = sentence.to_ascii_lowercase();
    let mut starts: Vec<usize> =
        JOINING.iter().flat_map(|word| lower.match_indices(word)).map(|(at, _)| at + 1).collect();
    starts.extend(lower.match_indices(", ").map(|(at, comma)| at + comma.len()));
    starts.sort_unstable();
    starts
}

/// Whether a piece of text has at least [`CLAUSE_WORDS_MIN`] words; reads no further than it must.
fn says_enough(piece: &str) -> bool {
    piece.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).nth(CLAUSE_WORDS_MIN - 1).is_some()
}

fn push_with_words<'text>(pieces: &mut Vec<&'text str>, piece: &'text str) {
    if piece.chars().any(char::is_alphanumeric) {
        pieces.push(piece);
    }
}

/// Apostrophes, and characters that show nothing, stand inside a word without ending it.
const fn joins(character: char) -> bool {
    matches!(
        character,
        '\'' | '\u{2019}' | '\u{2018}' | '\u{02BC}' | '`' | '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{0300}'..='\u{036F}' | '\u{FE00}'..='\u{FE0F}'
    )
}

/// What says whose a personal datum is: an introduction begins with it.
const OWNERS: [&str; 7] = ["her", "his", "its", "my", "our", "the", "their"];
/// Of what else an introduction is made.
const NAMES_OF_DATA: [&str; 26] = [
    "account",
    "address",
    "and",
    "bank",
    "birth",
    "card",
    "cell",
    "code",
    "date",
    "document",
    "email",
    "full",
    "iban",
    "id",
    "mail",
    "mobile",
    "name",
    "no",
    "number",
    "of",
    "phone",
    "security",
    "social",
    "sort",
    "ssn",
    "telephone",
];
/// The most words of an introduction.
const INTRODUCTION_WORDS_MAX: usize = 8;

/// A text without the words that only introduce a personal-data token ("My card number is [card:1]"): they are about the
/// datum, not about the request.
fn without_introductions(text: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut from = 0;
    for (at, _) in text.match_indices('[') {
        let before = text.get(from..at).unwrap_or_default();
        if text.get(at..).and_then(token_length).is_some()
            && let Some(length) = introduction_length(before)
        {
            kept.push_str(before.get(..before.len() - length).unwrap_or_default());
            from = at;
        }
    }
    if from == 0 { Cow::Borrowed(text) } else { Cow::Owned(kept + text.get(from..).unwrap_or_default()) }
}

/// The length in bytes of the introduction a text ends with.
fn introduction_length(text: &str) -> Option<usize> {
    let mut words = text.rsplit(char::is_whitespace).filter(|word| !word.is_empty());
    let is_one_of = |word: &str, of: &[&str]| {
        let word = word.trim_end_matches(':');
        of.iter().any(|other| other.eq_ignore_ascii_case(word))
    };
    let last = words.next()?;
    let names_it = last.ends_with(':') && is_one_of(last, &NAMES_OF_DATA);
    if !(names_it || is_one_of(last, &["is", "are"])) {
        return None;
    }
    for word in words.take(INTRODUCTION_WORDS_MAX) {
        if is_one_of(word, &OWNERS) {
            return Some(text.len() - text.rfind(word)?);
        }
        if !is_one_of(word, &NAMES_OF_DATA) {
            return None;
        }
    }
    None
}

/// The characters of a text with each personal-data token replaced by one space.
fn without_tokens(text: &str) -> impl Iterator<Item = char> {
    let mut skip_to = 0;
    text.char_indices().filter_map(move |(at, character)| {
        if at < skip_to {
            return None;
        }
        if character == '['
            && let Some(length) = text.get(at..).and_then(token_length)
        {
            skip_to = at + length;
            return Some(' ');
        }
        Some(character)
    })
}

/// The length in bytes of the personal-data token (`[kind:number]`) a text begins with.
fn token_length(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('[')?;
    let close = inner.bytes().take(40).position(|byte| byte == b']')?;
    let (kind, number) = inner.get(..close)?.split_once(':')?;
    let is_kind = !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_kind && is_number).then_some(close + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shouting_apostrophes_digits_and_invisible_characters_do_not_change_the_words() {
        assert_eq!(words("I CAN\u{2019}T pay 1,250.00!"), ["i", "cant", "pay", "0", "0", "0"]);
        assert_eq!(words("ca\u{200b}rd \u{202e}twice"), ["card", "twice"]);
        assert_eq!(words("ｃａｒｄ"), ["card"]);
    }

    #[test]
    fn greetings_and_thanks_are_no_part_of_a_request() {
        assert!(COURTESY.is_sorted());
        assert_eq!(
            request("Good morning, I hope you are well. Where is my card? Thank you very much!"),
            " Where is my card?"
        );
        assert_eq!(request("Hi, thanks for nothing. Please help"), " thanks for nothing.");
        for text in ["Hello!", "thank you", "", "?!", "where is my card", "I lost my card, please help me find it"] {
            assert_eq!(request(text), text);
        }
    }

    #[test]
    fn a_personal_data_token_is_no_word_and_other_brackets_are() {
        assert_eq!(words("card [card:1] of [email:22]"), ["card", "of"]);
        assert_eq!(words("a [note] b[2]"), ["a", "note", "b", "0"]);
        assert_eq!(words("[card:"), ["card"]);
    }

    #[test]
    fn the_words_that_only_introduce_a_personal_datum_are_left_out() {
        assert_eq!(words("where is my card My card number is [card:1]."), ["where", "is", "my", "card"]);
        assert_eq!(words("Refund? my sort code and account are [account:1] thanks"), ["refund", "thanks"]);
        assert_eq!(words("my e-mail: [email:1] late transfer"), ["my", "e", "mail", "late", "transfer"]);
        assert_eq!(words("my email: [email:1] late transfer"), ["late", "transfer"]);
        for text in ["I lost my card [card:1]", "what is [card:1]", "the problem is [card:1]", "is my card number is"] {
            let plain = text.replace("[card:1]", "");
            assert_eq!(words(text), words(&plain));
        }
    }

    #[test]
    fn a_point_inside_a_number_ends_no_sentence() {
        assert_eq!(sentences("I paid 3.50 twice. Why? ... ok"), ["I paid 3.50 twice.", " Why?", " ok"]);
        assert!(sentences(" \u{1f600} !? ").is_empty());
    }

    #[test]
    fn clauses_part_only_where_both_sides_say_something() {
        assert_eq!(clauses("I lost my card and where is my transfer"), ["I lost my card ", "and where is my transfer"]);
        assert_eq!(clauses("my card, it was black and white"), ["my card, it was black and white"]);
    }
}
