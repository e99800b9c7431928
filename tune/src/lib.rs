//! Fits a supplement of the local model to an operator's own labelled requests: the same rows give the same bytes.
//!
//! Read [`fit`]: the rows are cut into ten parts, each is read by what was learnt from the nine others (`logistic`), and
//! from those readings come the temperature, the thresholds (`thresholds`) and the figures that a report shows. What is
//! kept is learnt from all rows.
//!
//! This crate refuses to read files, to change the model that a supplement belongs to, and to call a label sure on less
//! evidence than the promise needs.

mod logistic;
mod thresholds;

use thresholds::Outcome;

use case::{
    label::{Label, Ppm, Scored},
    local::{self, PROMISES, Thresholds, features::FeatureId, supplement::Supplement},
};

/// Into how many parts the rows are cut.
pub const FOLDS: u64 = 10;
/// With fewer rows nothing is fitted.
pub const ROWS_MIN: usize = 50;

/// A labelled request, as the model reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// What it is about.
    pub label: Label,
    /// How likely each label is by the model alone, in the order of [`Label::ALL`].
    pub shares: [f64; 5],
    /// The features of its text, in ascending order.
    pub features: Vec<FeatureId>,
    /// The features of its words.
    pub words: Vec<FeatureId>,
    /// Whether the model alone may be sure of it: the text is familiar and in English.
    pub is_familiar: bool,
    /// The same for rows that say the same, so that none is read by what was learnt from its twin.
    pub group: u64,
}

/// How a row is read by what was learnt from others.
#[derive(Debug, Clone, PartialEq)]
pub struct Unseen {
    /// All labels, the most likely first.
    pub scores: Vec<Scored>,
    /// Whether the first is sure, at each of [`PROMISES`].
    pub sure_at: [bool; 5],
}

/// What came of fitting.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// What was learnt from all rows.
    pub supplement: Supplement,
    /// How each row is read by what was learnt from the others, in the order of the rows.
    pub unseen: Vec<Unseen>,
}

/// The rows cannot teach anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooFew {
    /// There are fewer than [`ROWS_MIN`] that say different things.
    #[error("{0} rows that say different things; fewer than {ROWS_MIN} teach nothing that would hold for others")]
    Rows(usize),
    /// All have one label.
    #[error("all rows have one label; there is nothing to tell apart")]
    Labels,
}

/// Fits a supplement. `base` are the model's own thresholds, which hold where there are too few rows for others.
///
/// # Errors
/// [`TooFew`].
pub fn fit(examples: &[Example], base: &[[Ppm; 5]; 5]) -> Result<Fitted, TooFew> {
    let mut groups: Vec<u64> = examples.iter().map(|example| example.group).collect();
    groups.sort_unstable();
    groups.dedup();
    if groups.len() < ROWS_MIN {
        return Err(TooFew::Rows(groups.len()));
    }
    if examples.windows(2).all(|pair| matches!(pair, [one, two] if one.label == two.label)) {
        return Err(TooFew::Labels);
    }
    let mut by_fold: Vec<Option<Supplement>> = Vec::new();
    for fold in 0..FOLDS {
        let seen: Vec<&Example> = examples.iter().filter(|example| example.group % FOLDS != fold).collect();
        let is_used = seen.len() < examples.len();
        by_fold.push(is_used.then(|| logistic::learn(&seen)));
    }
    let raw: Vec<[f64; 5]> = examples
        .iter()
        .map(|example| match by_fold.get(fold_of(example)) {
            Some(Some(learnt)) => learnt.moved(example.shares, &example.features),
            Some(None) | None => example.shares,
        })
        .collect();
    let (temperature_thousandths, doubt) = thresholds::temperature(examples, &raw);
    let even = Supplement { temperature_thousandths, doubt, ..nothing() };
    let scores: Vec<Vec<Scored>> = raw.iter().map(|shares| ranked(even.moved(*shares, &[]))).collect();
    let outcomes: Vec<Outcome> =
        examples.iter().zip(&scores).filter_map(|(example, scores)| Outcome::of(example, scores)).collect();
    // A row has no say in the thresholds that it is held against.
    let of_others = |fold: u64| thresholds::fit(outcomes.iter().filter(|outcome| outcome.group % FOLDS != fold), base);
    let sure_from: Vec<Thresholds> = (0..FOLDS).map(of_others).collect();
    let unseen = examples
        .iter()
        .zip(scores)
        .map(|(example, scores)| {
            let from = sure_from.get(fold_of(example)).copied().unwrap_or([[Ppm::ONE; 5]; 5]);
            let is_sure = |promise: Ppm| {
                let top = scores.first()?;
                Some(example.is_familiar && top.confidence >= local::sure_from(&from, top.label, promise)?)
            };
            Unseen { sure_at: PROMISES.map(|promise| is_sure(promise).unwrap_or_default()), scores }
        })
        .collect();
    let all: Vec<&Example> = examples.iter().collect();
    let sure_from = thresholds::fit(outcomes.iter(), base);
    let supplement = Supplement { temperature_thousandths, doubt, sure_from, ..logistic::learn(&all) };
    Ok(Fitted { supplement, unseen })
}

/// The words that rows of at least two texts have: what a supplement makes familiar.
#[must_use]
pub fn familiar_words(examples: &[Example]) -> Vec<FeatureId> {
    logistic::words(&examples.iter().collect::<Vec<_>>())
}

/// A supplement that makes words familiar and changes nothing else.
#[must_use]
pub fn of_words(words: Vec<FeatureId>) -> Supplement {
    Supplement { words, ..nothing() }
}

fn fold_of(example: &Example) -> usize {
    usize::try_from(example.group % FOLDS).unwrap_or_default()
}

/// A supplement that changes nothing.
const fn nothing() -> Supplement {
    Supplement {
        trust_thousandths: 1_000,
        temperature_thousandths: 1_000,
        doubt: match Ppm::new(0) {
            Some(nothing) => nothing,
            None => Ppm::ONE,
        },
        sure_from: [[Ppm::ONE; 5]; 5],
        biases: [0; 5],
        features: Vec::new(),
        weights: Vec::new(),
        words: Vec::new(),
    }
}

/// All labels, the most likely first.
fn ranked(shares: [f64; 5]) -> Vec<Scored> {
    let scored = |(label, share): (Label, f64)| Scored {
        label,
        confidence: Ppm::from_share(share.clamp(0.0, 1.0)).unwrap_or_default(),
    };
    let mut scores: Vec<Scored> = Label::ALL.into_iter().zip(shares).map(scored).collect();
    scores.sort_by_key(|scored| std::cmp::Reverse(scored.confidence));
    scores
}

#[cfg(test)]
mod tests;
