//! The judge of sentences, Claude's and our own alike: whatever a sentence states that could be wrong in a costly way
//! (an amount, a number, a day, a time, a reference, a name) must stand in the text of what it cites. It judges form
//! and grounds, never truth: that a sentence says what its evidence says is for the reader.
//!
//! It refuses whole sentences and mends none, and it refuses rather than guesses: a good sentence that is dropped
//! costs little.

mod marks;
pub(crate) mod tone;

use std::collections::BTreeSet;

use crate::{evidence::Texts, label::Label, limits, pii, summary::Sentence};

use self::marks::{Grounds, Mark, marks};

/// Why a sentence is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Unsupported {
    /// It says nothing.
    #[error("it is empty")]
    Empty,
    /// It is longer than [`limits::SENTENCE_CHARS`].
    #[error("it is too long")]
    TooLong,
    /// It holds a letter or sign that hides something: invisible, foreign digits, markup.
    #[error("it holds a sign that has no place in a sentence")]
    Sign,
    /// It is more than one sentence.
    #[error("it is more than one sentence")]
    Several,
    /// It cites nothing.
    #[error("it cites nothing")]
    NoCite,
    /// It cites what is not in evidence.
    #[error("it cites what is not in evidence")]
    UnknownCite,
    /// It speaks to somebody, or tells how the case will end.
    #[error("it speaks to somebody or promises something")]
    Promise,
    /// It speaks of suspicion, which nobody outside may learn of.
    #[error("it speaks of suspicion")]
    Suspicion,
    /// It holds an address, a telephone number or other personal data.
    #[error("it holds an address or a number that is personal data")]
    Contact,
    /// An amount or number that no cited text holds.
    #[error("it names an amount or number that its citations do not")]
    Number,
    /// A day, month or weekday that no cited text holds.
    #[error("it names a day that its citations do not")]
    Day,
    /// A time that no cited text holds.
    #[error("it names a time that its citations do not")]
    Time,
    /// A reference that no cited text holds.
    #[error("it names a reference that its citations do not")]
    Reference,
    /// A token for personal data that no cited text holds.
    #[error("it names a token that its citations do not")]
    Token,
    /// A name that no cited text holds.
    #[error("it names somebody or something that its citations do not")]
    Name,
}

/// Whether what a sentence states stands in what it cites.
///
/// # Errors
/// The first reason to drop it.
pub fn supported(sentence: &Sentence, texts: &Texts) -> Result<(), Unsupported> {
    let text = sentence.text.as_str();
    check_form(text)?;
    if sentence.cites.is_empty() {
        return Err(Unsupported::NoCite);
    }
    let cited: Option<Vec<&str>> = sentence.cites.iter().map(|id| texts.get(id).map(String::as_str)).collect();
    let cited = cited.ok_or(Unsupported::UnknownCite)?;
    tone::check(text, &cited)?;
    check_contacts(text, &cited)?;
    let grounds = Grounds::new(&sentence.cites, &cited);
    let prefixes = marks::prefixes(texts.keys());
    marks(text, &prefixes).iter().try_for_each(|mark| if grounds.bear(mark) { Ok(()) } else { Err(missing(mark)) })
}

/// Whether a reason of Claude's for what a request is about may be kept: plain signs, nobody's address, and no amount,
/// number, day, reference or name that the words it was shown do not hold. It may speak of suspicion, as those who read
/// it do, and count; a code or a secret it has from elsewhere is no reason.
#[must_use]
pub fn is_reason(reason: &str, words: &str) -> bool {
    let labels = Label::ALL.map(Label::name).join(" ");
    let shown = [words, labels.as_str()];
    let grounds = Grounds::new(&[], &shown);
    let stands = |mark: &Mark| match mark {
        Mark::Count(_) | Mark::Ordinal(_) | Mark::Relative(_) | Mark::Weekday(_) => true,
        Mark::Name(name) => grounds.bear(mark) || is_acronym(name),
        Mark::Token(_) | Mark::Reference(_) | Mark::Quantity(_) | Mark::Day(_) | Mark::Time(_) => grounds.bear(mark),
    };
    matches!(check_form(reason), Ok(()) | Err(Unsupported::Several))
        && check_contacts(reason, &shown).is_ok()
        && marks(reason, &BTreeSet::new()).iter().all(stands)
}

/// Names of the trade that hold nothing: `KYC`, `SEPA`.
fn is_acronym(name: &str) -> bool {
    const TRADE: [&str; 16] = [
        "kyc", "aml", "ach", "sepa", "swift", "iban", "bic", "atm", "pin", "otp", "sms", "pos", "fx", "eu", "uk", "us",
    ];
    TRADE.contains(&name)
}

/// Those sentences of ours that the judge lets pass: one that fails is never shown.
#[must_use]
pub fn keep_supported(sentences: Vec<Sentence>, texts: &Texts) -> Vec<Sentence> {
    let pass = |sentence: &Sentence| supported(sentence, texts).is_ok();
    sentences.into_iter().filter(pass).take(limits::SUMMARY_SENTENCES).collect()
}

const fn missing(mark: &Mark) -> Unsupported {
    match mark {
        Mark::Token(_) => Unsupported::Token,
        Mark::Reference(_) => Unsupported::Reference,
        Mark::Quantity(_) | Mark::Ordinal(_) | Mark::Count(_) => Unsupported::Number,
        Mark::Day(_) | Mark::Weekday(_) | Mark::Relative(_) => Unsupported::Day,
        Mark::Time(_) => Unsupported::Time,
        Mark::Name(_) => Unsupported::Name,
    }
}

/// The longest word of a sentence, in letters, that is no code.
const WORD_CHARS: usize = 28;
/// Abbreviations whose full stop ends no sentence.
const ABBREVIATIONS: [&str; 6] = ["e.g.", "i.e.", "a.m.", "p.m.", "approx.", "vs."];

fn check_form(text: &str) -> Result<(), Unsupported> {
    if !text.chars().any(char::is_alphabetic) {
        return Err(Unsupported::Empty);
    }
    if text.chars().count() > limits::SENTENCE_CHARS {
        return Err(Unsupported::TooLong);
    }
    if !text.chars().all(is_plain) {
        return Err(Unsupported::Sign);
    }
    let ends = |piece: &str| {
        let piece = piece.trim_end_matches(['"', '\'', ')', '\u{201d}', '\u{2019}']);
        piece.ends_with(['.', '!', '?']) && !ABBREVIATIONS.contains(&piece.to_lowercase().as_str())
    };
    let mut pieces: Vec<&str> = text.split_whitespace().collect();
    pieces.pop();
    if pieces.into_iter().any(ends) { Err(Unsupported::Several) } else { Ok(()) }
}

/// Letters, ASCII digits and ordinary punctuation: nothing that is invisible, runs backwards, looks like a digit and is
/// none, or would be markup somewhere.
fn is_plain(sign: char) -> bool {
    const MARKUP: &str = "<>{}`|\\^~";
    const TYPOGRAPHY: &str = "\u{2018}\u{2019}\u{201c}\u{201d}\u{2013}\u{2014}\u{2026}\u{a7}€£¥₹";
    let ascii = sign == ' ' || sign.is_ascii_graphic();
    (ascii && !MARKUP.contains(sign)) || (!ascii && sign.is_alphabetic()) || TYPOGRAPHY.contains(sign)
}

fn check_contacts(text: &str, cited: &[&str]) -> Result<(), Unsupported> {
    let address = |piece: &str| {
        let lower = piece.to_lowercase();
        lower.contains('@') || lower.contains("://") || lower.starts_with("www.") || is_domain(&lower)
    };
    // A reference of the operator's may look like a card's number; it is one that the evidence holds.
    let invented = |span: &pii::Span| {
        let found = text.get(span.start..span.end).unwrap_or_default();
        !cited.iter().any(|cited| cited.contains(found))
    };
    // Nobody writes a word as long as that, and a key or a code can be all letters.
    let code = |piece: &str| piece.chars().count() > WORD_CHARS && !cited.iter().any(|cited| cited.contains(piece));
    let pieces = || text.split_whitespace();
    if pieces().any(address)
        || pieces().any(|piece| code(piece.trim_end_matches(['.', ',', ';', ':'])))
        || pii::detect(text).iter().any(invented)
    {
        Err(Unsupported::Contact)
    } else {
        Ok(())
    }
}

/// `letters.letters`, as no sentence needs; abbreviations have single letters between their stops.
fn is_domain(lower: &str) -> bool {
    let parts: Vec<&str> =
        lower.split('.').map(|part| part.trim_matches(|sign: char| !sign.is_alphanumeric())).collect();
    let is_label = |part: &str| part.len() > 1 && part.chars().any(char::is_alphabetic);
    parts.windows(2).any(|pair| matches!(pair, [left, right] if is_label(left) && is_label(right)))
}

#[cfg(test)]
mod tests;
