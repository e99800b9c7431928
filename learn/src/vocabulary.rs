//! Which features are worth their bytes.

use std::collections::{BTreeMap, BTreeSet};

use case::local::features::{self, FeatureId};
use case::local::file::KnownWords;
use case::local::text;

use super::rows::Aim;

/// The features a model is trained on, and how strongly each counts towards a text's length.
pub(crate) struct Vocabulary {
    /// By ascending name.
    pub(crate) features: Vec<FeatureId>,
    /// Rarer features count more: the inverse document frequency, scaled to a byte.
    pub(crate) strengths: Vec<u8>,
}

/// What a vocabulary is chosen from.
pub(crate) struct Sample<'rows> {
    /// The features of the text.
    pub(crate) features: &'rows [FeatureId],
    /// What the text is about.
    pub(crate) aim: Aim,
}

impl Vocabulary {
    /// The `size` features that tell the aims apart best, of those in at least `texts_min` texts.
    pub(crate) fn choose(samples: &[Sample<'_>], size: usize, texts_min: u32) -> Self {
        let aims: BTreeSet<Aim> = samples.iter().map(|sample| sample.aim).collect();
        let aims: BTreeMap<Aim, usize> = aims.into_iter().zip(0..).collect();
        let mut counts: BTreeMap<FeatureId, u32> = BTreeMap::new();
        for feature in samples.iter().flat_map(|sample| sample.features) {
            *counts.entry(*feature).or_default() += 1;
        }
        counts.retain(|_, count| *count >= texts_min);
        let frequent: Vec<FeatureId> = counts.keys().copied().collect();
        let mut by_aim = vec![0_u32; frequent.len() * aims.len()];
        let mut aim_counts = vec![0_u32; aims.len()];
        for sample in samples {
            let aim = aims[&sample.aim];
            aim_counts[aim] += 1;
            for place in sample.features.iter().filter_map(|feature| frequent.binary_search(feature).ok()) {
                by_aim[place * aims.len() + aim] += 1;
            }
        }
        let total = samples.len() as f64;
        let mut ranked: Vec<(f64, FeatureId)> = frequent
            .iter()
            .zip(by_aim.chunks_exact(aims.len()))
            .map(|(feature, row)| (information(row, &aim_counts, total), *feature))
            .collect();
        ranked.sort_by(|first, second| second.0.total_cmp(&first.0).then(first.1.cmp(&second.1)));
        ranked.truncate(size);
        let mut features: Vec<FeatureId> = ranked.into_iter().map(|(_, feature)| feature).collect();
        features.sort_unstable();
        let strengths = features.iter().map(|feature| strength(*feature, counts[feature], total)).collect();
        Self { features, strengths }
    }

    /// The places and values of a text's features; the values have length one together.
    pub(crate) fn values(&self, features: &[FeatureId]) -> Vec<(u32, f32)> {
        let places: Vec<usize> =
            features.iter().filter_map(|feature| self.features.binary_search(feature).ok()).collect();
        let squares: u32 = places.iter().map(|place| u32::from(self.strengths[*place]).pow(2)).sum();
        let length = (squares.max(1) as f32).sqrt();
        places.into_iter().map(|place| (place as u32, f32::from(self.strengths[place]) / length)).collect()
    }
}

/// How much knowing that the feature is there tells about the aim: the log-likelihood ratio of its texts' aims
/// against all texts' aims.
fn information(row: &[u32], aim_counts: &[u32], total: f64) -> f64 {
    let texts: f64 = row.iter().map(|count| f64::from(*count)).sum();
    row.iter()
        .zip(aim_counts)
        .filter(|(count, _)| **count > 0)
        .map(|(count, of_aim)| {
            let (count, of_aim) = (f64::from(*count), f64::from(*of_aim));
            count * libm::log(count * total / (texts * of_aim))
        })
        .sum()
}

/// Rare features count more than frequent ones; pieces, of which there are many to a word, count less than words.
fn strength(feature: FeatureId, texts: u32, total: f64) -> u8 {
    const RAREST: f64 = 12.0;
    const OF_A_PIECE: f64 = 0.35;
    let rarity = (1.0 + libm::log(total / f64::from(texts))) / RAREST;
    let kind = if features::is_piece(feature) { OF_A_PIECE } else { 1.0 };
    (rarity * kind * 255.0).clamp(1.0, 255.0).round() as u8
}

/// The words that stand in at least `texts_min` texts.
pub(crate) fn known_words<'rows>(requests: impl Iterator<Item = &'rows str>, texts_min: u32) -> KnownWords {
    let mut counts: BTreeMap<FeatureId, u32> = BTreeMap::new();
    for request in requests {
        let mut words: Vec<FeatureId> = text::words(request).iter().map(|word| features::word_feature(word)).collect();
        words.sort_unstable();
        words.dedup();
        for word in words {
            *counts.entry(word).or_default() += 1;
        }
    }
    let mut known = KnownWords::none();
    for (word, _) in counts.into_iter().filter(|(_, count)| *count >= texts_min) {
        known.insert(word);
    }
    known
}
