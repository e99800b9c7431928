//! The filter that stands before every letter: words that nobody outside may read, promises that nobody made, and what
//! does not belong into a letter at all. Before a question to the customer stands what is about words alone.
//!
//! It knows lists of phrases and no meanings: [`super::secret`] says in which languages.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{plain, secret};
use crate::{
    draft::check::tone,
    limits,
    pii::{self, Kind},
    state::{Stage, State},
};

/// What is wrong with a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum LetterProblem {
    /// It says nothing.
    #[error("it says nothing")]
    Empty,
    /// It is longer than [`limits::LETTER_CHARS`].
    #[error("it is longer than {} characters", limits::LETTER_CHARS)]
    TooLong,
    /// It holds signs that cannot be seen, or that turn the direction of writing.
    #[error("it holds signs that cannot be seen")]
    Sign,
    /// It speaks of suspicion or of a report, which nobody outside may learn of.
    #[error("it speaks of suspicion")]
    Suspicion,
    /// It tells how risk is scored here.
    #[error("it tells of internal scores")]
    Score,
    /// It promises money that nobody agreed to, or speaks of money as given before that was done.
    #[error("it promises money or speaks of it as given, and no such action was approved or done")]
    Promise,
    /// It holds a number of a card, an account or a person.
    #[error("it holds a number of a card, an account or a person")]
    Personal,
    /// It holds a token that stands for personal data.
    #[error("it holds a token such as [card:1], or a gap that was not filled in")]
    Token,
    /// It holds an address on the web: a letter of ours has none, so that none of somebody else's is taken for ours.
    #[error("it holds a link")]
    Link,
}

/// How scores and bands are spoken of inside.
const SCORES: &[&[&str]] = &[
    &["risk", "score"],
    &["risk", "scores"],
    &["risk", "band"],
    &["risk", "model"],
    &["high", "risk"],
    &["medium", "risk"],
    &["low", "risk"],
    &["fraud", "score"],
];
/// Money that is spoken of as given.
const GIVEN: &[&[&str]] = &[
    &["have", "credited"],
    &["have", "refunded"],
    &["have", "reimbursed"],
    &["has", "been", "refunded"],
    &["have", "repaid"],
    &["ve", "credited"],
    &["ve", "refunded"],
    &["ve", "reimbursed"],
    &["we", "credited"],
    &["we", "refunded"],
    &["we", "reimbursed"],
    &["have", "asked", "the", "merchant", "s", "bank"],
    &["have", "asked", "the", "payee", "s", "bank"],
];

/// Promises besides those that no summary makes either.
const PROMISED: &[&[&str]] = &[
    &["pay", "you", "back"],
    &["give", "you", "back"],
    &["reimburse", "you"],
    &["refund", "you"],
    &["compensate", "you"],
    &["be", "returned"],
    &["amount", "credited"],
    &["ll", "get"],
    &["ll", "receive"],
    &["ll", "refund"],
    &["ll", "credit"],
    &["ll", "pay"],
];

/// What is wrong with a letter of a case; nothing, if it may leave.
#[must_use]
pub fn check(text: &str, state: &State) -> BTreeSet<LetterProblem> {
    let readings = plain::readings(text);
    let money = || {
        let proposals = state.tracks.iter().flat_map(|track| &track.proposals);
        proposals.filter(|one| one.proposal.action().moves_money())
    };
    let agreed = money().any(|one| matches!(one.stage, Stage::Approved | Stage::Done));
    let done = money().any(|one| one.stage == Stage::Done);
    let promises = readings.iter().any(|words| tone::promises(words)) || has(&readings, PROMISED);
    let found = [
        (!text.chars().any(char::is_alphabetic), LetterProblem::Empty),
        (text.chars().count() > limits::LETTER_CHARS, LetterProblem::TooLong),
        (text.chars().any(is_hidden), LetterProblem::Sign),
        ((promises && !agreed) || (has(&readings, GIVEN) && !done), LetterProblem::Promise),
        (has_gap(text), LetterProblem::Token),
    ];
    let mut found: BTreeSet<LetterProblem> = only(found);
    found.extend(check_read(text, &readings));
    found
}

/// What is wrong with a question to the customer, who reads it as they read a letter.
#[must_use]
pub fn check_question(text: &str) -> BTreeSet<LetterProblem> {
    check_read(text, &plain::readings(text))
}

/// What nobody outside may read, whatever it stands in.
fn check_read(text: &str, readings: &[Vec<String>]) -> BTreeSet<LetterProblem> {
    only([
        (readings.iter().any(|words| secret::is_told(words)), LetterProblem::Suspicion),
        (has(readings, SCORES), LetterProblem::Score),
        (pii::detect(text).iter().any(|span| is_personal(span.kind)), LetterProblem::Personal),
        (has_link(text) || has_link(&plain::plain(text)), LetterProblem::Link),
    ])
}

fn only<const N: usize>(found: [(bool, LetterProblem); N]) -> BTreeSet<LetterProblem> {
    found.into_iter().filter(|(wrong, _)| *wrong).map(|(_, problem)| problem).collect()
}

fn has(readings: &[Vec<String>], phrases: &[&[&str]]) -> bool {
    let in_words =
        |words: &Vec<String>| phrases.iter().any(|phrase| words.windows(phrase.len()).any(|run| run == *phrase));
    readings.iter().any(in_words)
}

/// Control characters, zero-width signs, and what turns the direction of writing. Lines and tabs are seen.
fn is_hidden(sign: char) -> bool {
    match sign {
        '\n' | '\r' | '\t' => false,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => true,
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' => true,
        sign => sign.is_control(),
    }
}

/// The bank's own telephone and mail stand in a letter; numbers of people do not.
const fn is_personal(kind: Kind) -> bool {
    match kind {
        Kind::Card | Kind::Iban | Kind::Ssn | Kind::SortCodeAccount | Kind::SecurityCode | Kind::IdentityNumber => true,
        Kind::Email | Kind::Phone | Kind::Name | Kind::Address | Kind::BirthDate => false,
    }
}

/// A token of ours, or a gap of a template: square or curly brackets are in no letter.
fn has_gap(text: &str) -> bool {
    text.contains(['[', ']', '{', '}'])
}

fn has_link(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.contains("://") || lower.contains("www.") || lower.split_whitespace().any(is_domain)
}

/// `letters.letters`, the end of which is no abbreviation's: an e-mail's domain is not meant.
fn is_domain(word: &str) -> bool {
    const ENDS: [&str; 12] = ["com", "net", "org", "info", "io", "app", "eu", "de", "fr", "uk", "ru", "xyz"];
    let (host, path) = word.split_once(['/', '?', '#']).unwrap_or((word, ""));
    let leads_on = path.starts_with(char::is_alphanumeric);
    let host = host.trim_matches(|sign: char| !sign.is_alphanumeric());
    let end = host.rsplit('.').next().unwrap_or_default();
    let is_name = |end: &str| end.len() > 1 && end.chars().all(char::is_alphabetic);
    host.contains('.') && !host.contains('@') && (ENDS.contains(&end) || (leads_on && is_name(end)))
}
