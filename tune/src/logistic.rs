//! Softmax regression on top of the model's own word: what each feature adds, what is added whatever the text, and how much
//! the model is trusted. Plain gradient steps in an order that depends on the rows alone.

use std::collections::BTreeMap;

use case::{
    label::Label,
    local::{
        features::{FeatureId, is_piece},
        supplement::{FEATURES_MAX, Supplement, UNITS, WORDS_MAX},
    },
};

use super::{Example, nothing};

/// How often all rows are looked at.
const PASSES: u32 = 30;
/// The first step's size; it falls to nothing in a straight line.
const STEP: f64 = 0.5;
/// The pull of all weights towards nothing: as strong as this many rows.
const PULL: f64 = 1.0;
/// A feature is in rows of at least so many different texts.
const TEXTS_MIN: usize = 2;
/// The model's own word counts at least and at most so much.
const TRUST: (f64, f64) = (0.3, 1.5);
/// No label is less likely than this before it is moved; as the supplement has it.
const LEAST_SHARE: f64 = 1e-6;

/// What is learnt, before it is rounded.
struct Weights {
    trust: f64,
    biases: [f64; 5],
    features: Vec<[f64; 5]>,
}

/// Learns from rows. Temperature and thresholds are left open.
pub(super) fn learn(examples: &[&Example]) -> Supplement {
    let counts = counts(examples, |example| &example.features);
    let features = frequent(&counts, FEATURES_MAX);
    let rows: Vec<Row<'_>> = examples.iter().map(|example| Row::of(example, &features)).collect();
    let pulls: Vec<f64> =
        features.iter().map(|feature| PULL / counts.get(feature).copied().unwrap_or(1) as f64).collect();
    let mut weights = Weights { trust: 1.0, biases: [0.0; 5], features: vec![[0.0; 5]; features.len()] };
    let mut order: Vec<usize> = (0..rows.len()).collect();
    for pass in 0..PASSES {
        order.sort_by_key(|place| (mixed(examples.get(*place).map_or(0, |row| row.group), pass), *place));
        let step = STEP * (1.0 - f64::from(pass) / f64::from(PASSES));
        for row in order.iter().filter_map(|place| rows.get(*place)) {
            weights.nudge(row, step, &pulls, rows.len());
        }
    }
    let units = |weight: &f64| libm::round((weight * UNITS).clamp(-32_767.0, 32_767.0)) as i16;
    Supplement {
        trust_thousandths: libm::round(weights.trust * 1e3) as u32,
        biases: weights.biases.each_ref().map(units),
        weights: weights.features.iter().map(|weights| weights.each_ref().map(units)).collect(),
        words: words(examples),
        features,
        ..nothing()
    }
}

/// The words that are in enough texts.
pub(super) fn words(examples: &[&Example]) -> Vec<FeatureId> {
    frequent(&counts(examples, |example| &example.words), WORDS_MAX)
}

/// A row with the places of its features.
struct Row<'a> {
    places: Vec<usize>,
    value: f64,
    logs: [f64; 5],
    label: &'a Label,
}

impl<'a> Row<'a> {
    fn of(example: &'a Example, features: &[FeatureId]) -> Self {
        let places: Vec<usize> =
            example.features.iter().filter_map(|feature| features.binary_search(feature).ok()).collect();
        let value = 1.0 / libm::sqrt(places.len().max(1) as f64);
        let logs = example.shares.map(|share| libm::log(share.max(LEAST_SHARE)));
        Self { places, value, logs, label: &example.label }
    }
}

impl Weights {
    /// One step towards the row's label.
    fn nudge(&mut self, row: &Row<'_>, step: f64, pulls: &[f64], rows: usize) {
        let mut scores = self.biases;
        for (score, log) in scores.iter_mut().zip(row.logs) {
            *score += self.trust * log;
        }
        for weights in row.places.iter().filter_map(|place| self.features.get(*place)) {
            for (score, weight) in scores.iter_mut().zip(weights) {
                *score += weight * row.value;
            }
        }
        let slopes = slopes(scores, *row.label);
        let all = rows.max(1) as f64;
        let towards_trust: f64 = slopes.iter().zip(row.logs).map(|(slope, log)| slope * log).sum();
        self.trust =
            (self.trust - step * 0.02 * (towards_trust + PULL * (self.trust - 1.0) / all)).clamp(TRUST.0, TRUST.1);
        for (bias, slope) in self.biases.iter_mut().zip(slopes) {
            *bias -= step * 0.1 * (slope + PULL * *bias / all);
        }
        for place in &row.places {
            let (Some(weights), Some(pull)) = (self.features.get_mut(*place), pulls.get(*place)) else { continue };
            for (weight, slope) in weights.iter_mut().zip(slopes) {
                *weight -= step * (slope * row.value + pull * *weight);
            }
        }
    }
}

/// How far each probability is from what it should be.
fn slopes(scores: [f64; 5], label: Label) -> [f64; 5] {
    let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut shares = scores.map(|score| libm::exp(score - highest));
    let sum: f64 = shares.iter().sum();
    for (share, of) in shares.iter_mut().zip(Label::ALL) {
        *share = *share / sum - if of == label { 1.0 } else { 0.0 };
    }
    shares
}

/// In how many different texts each feature is.
fn counts<'a>(examples: &[&'a Example], of: impl Fn(&'a Example) -> &'a Vec<FeatureId>) -> BTreeMap<FeatureId, usize> {
    let mut last: BTreeMap<FeatureId, (u64, usize)> = BTreeMap::new();
    let mut by_group: Vec<&&Example> = examples.iter().collect();
    by_group.sort_by_key(|example| example.group);
    for example in by_group {
        for feature in of(example) {
            let (group, count) = last.entry(*feature).or_insert((example.group, 1));
            if *group != example.group {
                (*group, *count) = (example.group, *count + 1);
            }
        }
    }
    last.into_iter().map(|(feature, (_, count))| (feature, count)).collect()
}

/// Those in enough texts, the most frequent if there are too many; whole words before pieces. In ascending order.
fn frequent(counts: &BTreeMap<FeatureId, usize>, most: usize) -> Vec<FeatureId> {
    let mut kept: Vec<(FeatureId, usize)> =
        counts.iter().map(|(feature, count)| (*feature, *count)).filter(|(_, count)| *count >= TEXTS_MIN).collect();
    kept.sort_by_key(|(feature, count)| (std::cmp::Reverse(*count), is_piece(*feature), *feature));
    kept.truncate(most);
    let mut features: Vec<FeatureId> = kept.into_iter().map(|(feature, _)| feature).collect();
    features.sort_unstable();
    features
}

/// Another order for each pass (the finishing mix of SplitMix64).
const fn mixed(group: u64, pass: u32) -> u64 {
    let mut mixed = group ^ (pass as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
