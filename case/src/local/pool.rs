//! One reading of a text of any length, and of the clauses in it.
//!
//! The model learnt from requests of a sentence or two. A text of that size is read in one piece; of a long one each
//! sentence is read, and a sentence that is about none of the tasks (a greeting, the story around it) counts little.

use super::score::{self, Shares};
use super::{LocalModel, Opinion, features, text};
use crate::label::{Label, Ppm};

/// A text of up to this many words is read in one piece.
const WHOLE_WORDS_MAX: usize = 45;
/// A sentence that says nothing about any task still counts this much.
const BACKGROUND: f64 = 0.002;

/// What was read in one piece of text.
#[derive(Clone, Copy)]
pub(super) struct Said {
    /// How likely each label is.
    pub shares: Shares,
    /// The share of the piece's letters that are in words the model knows.
    pub familiar: Ppm,
}

/// A text, read.
pub(super) struct Heard {
    /// The text as a whole.
    pub whole: Said,
    /// The text's sentences, and the clauses of those that have several.
    pub clauses: Vec<Said>,
    /// How likely `fraud_check` is where it is likeliest: in the text, a sentence or a clause.
    pub suspicion: f64,
}

/// Reads a text and its clauses.
pub(super) fn hear(model: &LocalModel, text: &str) -> Heard {
    let text = text::request(text);
    let words = text::words(text);
    let mut whole = say(model, &words);
    let fraud = |said: &Said| *score::of(&said.shares, Label::FraudCheck);
    let sentences: Vec<(&str, Vec<&str>)> =
        text::sentences(text).into_iter().map(|sentence| (sentence, text::clauses(sentence))).collect();
    if let [] | [(_, _)] = sentences.as_slice()
        && sentences.iter().all(|(_, clauses)| clauses.len() == 1)
    {
        return Heard { whole, clauses: vec![whole], suspicion: fraud(&whole) };
    }
    let piece = |piece: &str| say(model, &text::words(piece));
    let said: Vec<Said> = match sentences.as_slice() {
        [_] => vec![whole],
        several => several.iter().map(|(sentence, _)| piece(sentence)).collect(),
    };
    let mut clauses = Vec::new();
    for ((_, of_sentence), said) in sentences.iter().zip(&said) {
        match of_sentence.as_slice() {
            [] | [_] => clauses.push(*said),
            several => {
                clauses.push(*said);
                clauses.extend(several.iter().map(|clause| piece(clause)));
            }
        }
    }
    let suspicion = said.iter().chain(&clauses).map(fraud).fold(fraud(&whole), f64::max);
    if words.len() > WHOLE_WORDS_MAX {
        whole.shares = pooled(&said);
    }
    Heard { whole, clauses, suspicion }
}

/// The mean of sentences, each counting by how likely it is about any task, squared: many sentences that are hardly
/// about one do not outweigh the one that is.
fn pooled(sentences: &[Said]) -> Shares {
    let mut shares = [0.0; 5];
    let mut total = 0.0;
    for said in sentences {
        let about = (1.0 - score::of(&said.shares, Label::Other)).max(0.0);
        let weight = BACKGROUND + about * about;
        total += weight;
        for (sum, share) in shares.iter_mut().zip(said.shares) {
            *sum += weight * share;
        }
    }
    shares.map(|sum| sum / total)
}

fn say(model: &LocalModel, words: &[String]) -> Said {
    let opinion = opinion(model, words);
    Said { shares: opinion.tempered(&model.parts.settings), familiar: opinion.familiar }
}

/// What the networks say of some words.
pub(super) fn opinion(model: &LocalModel, words: &[String]) -> Opinion {
    let features = features::features_of_words(words);
    let rows = score::rows(&model.parts, &features);
    let unknown = 1.0 - rows.len() as f64 / features.len().max(1) as f64;
    let score::Votes { shares, apart, .. } = score::votes(model, &rows);
    Opinion { shares, unknown, apart, familiar: familiarity(model, words) }
}

fn familiarity(model: &LocalModel, words: &[String]) -> Ppm {
    let letters = |word: &String| word.chars().count() as u64;
    let known = |word: &&String| model.parts.known_words.contains(features::word_feature(word));
    let all: u64 = words.iter().map(letters).sum();
    let known: u64 = words.iter().filter(known).map(letters).sum();
    let parts = (known * 1_000_000).checked_div(all).and_then(|parts| u32::try_from(parts).ok());
    parts.and_then(Ppm::new).unwrap_or_default()
}
