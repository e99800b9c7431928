//! From rows to a model: features, vocabulary, learning, and weights rounded to a byte.

use anyhow::Result;
use case::label::Ppm;
use case::local::LocalModel;
use case::local::features::{self, FeatureId};
use case::local::file::{Head, ModelParts, Settings};

use super::augment::Augment;
use super::rows::{Aim, Group, Heads, Row};
use super::softmax::{self, Example, Learnt, Schedule};
use super::vocabulary::{self, Sample, Vocabulary};

/// Everything that is chosen by hand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recipe {
    /// The most features; each costs a byte for each head and five more.
    pub(crate) features: usize,
    /// A feature is in at least so many texts.
    pub(crate) feature_texts_min: u32,
    /// A known word is in at least so many rows.
    pub(crate) word_texts_min: u32,
    /// How much a variant counts, next to one for a row as published.
    pub(crate) variant_weight: f32,
    /// How to learn.
    pub(crate) schedule: Schedule,
}

impl Recipe {
    pub(crate) const SHIPPED: Self = Self {
        features: 8_000,
        feature_texts_min: 3,
        word_texts_min: 2,
        variant_weight: 0.5,
        schedule: Schedule { passes: 16, step: 4.0, decay: 1e-5, own_head: 0.2, dropout: 0.55 },
    };
}

const NOTHING: Ppm = match Ppm::new(0) {
    Some(nothing) => nothing,
    None => Ppm::ONE,
};

/// Settings that decide nothing, for a model whose scores are still to be looked at.
pub(crate) const UNDECIDED: Settings = Settings {
    temperature: 1.0,
    doubt: NOTHING,
    sure_from: [Ppm::ONE; 5],
    familiar_from: Ppm::ONE,
    fraud_from: Ppm::ONE,
    clause_from: Ppm::ONE,
};

/// How often a row is learnt, each time with another variant: the few written for this project more than once, or
/// their words would drown.
const fn copies(group: Group) -> usize {
    match group {
        Group::Banking77 | Group::ClincBanking | Group::ClincOffTopic | Group::ClincOutOfScope => 1,
        Group::Handwritten => 4,
    }
}

/// A row and its variants, as features.
pub(crate) struct Prepared {
    aim: Aim,
    plain: Vec<FeatureId>,
    variants: Vec<Vec<FeatureId>>,
}

impl Prepared {
    /// The row as published next to each of its variants, with how much each counts.
    fn texts(&self, variant_weight: f32) -> impl Iterator<Item = (Aim, &[FeatureId], f32)> {
        let both = move |variant| [(self.aim, self.plain.as_slice(), 1.0), (self.aim, variant, variant_weight)];
        self.variants.iter().map(Vec::as_slice).flat_map(both)
    }
}

/// The features of all rows, which folds share.
pub(crate) fn prepare(rows: &[Row], heads: &Heads) -> Vec<Prepared> {
    let augment = Augment::new(rows);
    let prepare = |row: &Row| {
        let variant = |number: usize| features::features(&augment.variant(row, number));
        let variants = (0..copies(row.group())).map(variant).collect();
        Prepared { aim: heads.aim(row), plain: features::features(&row.text), variants }
    };
    rows.iter().map(prepare).collect()
}

/// Trains on the rows at these places.
pub(crate) fn build(
    rows: &[Row],
    prepared: &[Prepared],
    places: &[usize],
    heads: &Heads,
    recipe: &Recipe,
) -> ModelParts {
    let texts: Vec<(Aim, &[FeatureId], f32)> =
        places.iter().flat_map(|place| prepared[*place].texts(recipe.variant_weight)).collect();
    let samples: Vec<Sample<'_>> = texts.iter().map(|(aim, features, _)| Sample { features, aim: *aim }).collect();
    let vocabulary = Vocabulary::choose(&samples, recipe.features, recipe.feature_texts_min);
    let examples: Vec<Example> = texts
        .iter()
        .map(|(aim, features, weight)| Example { values: vocabulary.values(features), aim: *aim, weight: *weight })
        .collect();
    let learnt = softmax::learn(&examples, vocabulary.features.len(), &heads.labels, &recipe.schedule);
    let known_words =
        vocabulary::known_words(places.iter().map(|place| rows[*place].text.as_str()), recipe.word_texts_min);
    let (scales, weights) = rounded(&learnt, &vocabulary.strengths);
    let heads = heads.labels.iter().zip(scales).zip(&learnt.biases);
    let heads = heads.map(|((label, scale), bias)| Head { label: *label, scale, bias: f64::from(*bias) }).collect();
    ModelParts {
        settings: UNDECIDED,
        heads,
        features: vocabulary.features,
        strengths: vocabulary.strengths,
        known_words,
        weights,
    }
}

/// Weights times strengths, in whole units of one scale for each head.
fn rounded(learnt: &Learnt, strengths: &[u8]) -> (Vec<f64>, Vec<i8>) {
    let rows = || learnt.weights.chunks_exact(learnt.heads).zip(strengths);
    let mut highest = vec![1e-3_f64; learnt.heads];
    for (row, strength) in rows() {
        for (highest, weight) in highest.iter_mut().zip(row) {
            *highest = highest.max(f64::from(weight.abs()) * f64::from(*strength));
        }
    }
    let scales: Vec<f64> = highest.iter().map(|highest| highest / 127.0).collect();
    let weights = rows()
        .flat_map(|(row, strength)| row.iter().map(move |weight| f64::from(*weight) * f64::from(*strength)))
        .zip(scales.iter().cycle())
        .map(|(weight, scale)| (weight / scale).round().clamp(-127.0, 127.0) as i8)
        .collect();
    (scales, weights)
}

/// A model that can read, from its parts.
pub(crate) fn model(parts: &ModelParts) -> Result<LocalModel> {
    Ok(LocalModel::from_bytes(&parts.encode()?)?)
}
