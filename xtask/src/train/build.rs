//! From rows to a model: features, vocabulary, learning, and weights rounded to a byte.

use anyhow::Result;
use case::label::Ppm;
use case::local::LocalModel;
use case::local::features::{self, FeatureId};
use case::local::file::{Head, ModelParts, Settings};

use super::augment::Augment;
use super::rows::{Heads, Row};
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

/// A row and its variant, as features.
pub(crate) struct Prepared {
    head: usize,
    plain: Vec<FeatureId>,
    variant: Vec<FeatureId>,
}

/// The features of all rows, which folds share.
pub(crate) fn prepare(rows: &[Row], heads: &Heads) -> Result<Vec<Prepared>> {
    let augment = Augment::new(rows);
    let prepare = |row: &Row| {
        let variant = features::features(&augment.variant(row));
        Ok(Prepared { head: heads.of_row(row)?, plain: features::features(&row.text), variant })
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
    let of = |place: &usize| &prepared[*place];
    let samples: Vec<Sample<'_>> = places
        .iter()
        .map(of)
        .flat_map(|row| [&row.plain, &row.variant].map(|features| Sample { features, head: row.head }))
        .collect();
    let vocabulary = Vocabulary::choose(&samples, heads.labels.len(), recipe.features, recipe.feature_texts_min);
    let mut examples = Vec::with_capacity(samples.len());
    for row in places.iter().map(of) {
        for (features, weight) in [(&row.plain, 1.0), (&row.variant, recipe.variant_weight)] {
            if weight > 0.0 {
                examples.push(Example { values: vocabulary.values(features), head: row.head, weight });
            }
        }
    }
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
    Ok(LocalModel::from_bytes(&parts.encode())?)
}
