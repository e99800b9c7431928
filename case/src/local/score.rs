//! From features to probabilities, in arithmetic that gives the same bits on every platform.
//!
//! Features are added as integers; what follows uses only exact IEEE operations and `libm`. This module refuses to
//! choose: it knows no thresholds.

use super::LocalModel;
use super::features::FeatureId;
use super::file::{ModelParts, Settings};
use super::network::Activity;
use crate::label::{Label, Ppm, Scored};

/// A share for each label, in the order of [`Label::ALL`]; together one.
pub(super) type Shares = [f64; 5];

/// What stands for a label, in the order of [`Label::ALL`].
pub(super) const fn of<T>([fraud, kyc, dispute, payment, other]: &[T; 5], label: Label) -> &T {
    match label {
        Label::FraudCheck => fraud,
        Label::KycLookup => kyc,
        Label::DisputeSummary => dispute,
        Label::PaymentStatus => payment,
        Label::Other => other,
    }
}

/// As [`of`], to be changed.
pub(super) const fn of_mut<T>([fraud, kyc, dispute, payment, other]: &mut [T; 5], label: Label) -> &mut T {
    match label {
        Label::FraudCheck => fraud,
        Label::KycLookup => kyc,
        Label::DisputeSummary => dispute,
        Label::PaymentStatus => payment,
        Label::Other => other,
    }
}

/// The rows of those features that the model knows.
pub(super) fn rows(parts: &ModelParts, features: &[FeatureId]) -> Vec<usize> {
    features.iter().filter_map(|feature| parts.features.binary_search(feature).ok()).collect()
}

/// The vector of a text with these rows: their vectors' sum, over the text's length.
pub(super) fn vector(parts: &ModelParts, rows: &[usize]) -> Vec<f32> {
    let mut sums = vec![0_i32; parts.vectors.scales.len()];
    let mut squares = 0_u64;
    for row in rows {
        squares += parts.strengths.get(*row).map_or(0, |strength| u64::from(*strength).pow(2));
        for (sum, weight) in sums.iter_mut().zip(parts.vectors.row(*row)) {
            *sum += i32::from(*weight);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53: at most 65,535 squares of a byte")]
    let length = libm::sqrt(squares.max(1) as f64);
    let place = |(sum, scale): (&i32, &f32)| (f64::from(*sum) * f64::from(*scale) / length) as f32;
    sums.iter().zip(&parts.vectors.scales).map(place).collect()
}

/// What the networks make of a text.
pub(super) struct Votes {
    /// Each network's own activity.
    pub activities: Vec<Activity>,
    /// Each network's own probability of each head.
    pub heads: Vec<Vec<f64>>,
    /// The mean of the networks' probabilities of each label.
    pub shares: Shares,
    /// How far the networks are apart: the largest difference of two about one label.
    pub apart: f64,
}

/// Asks every network about a text with these rows.
pub(super) fn votes(model: &LocalModel, rows: &[usize]) -> Votes {
    let parts = &model.parts;
    let vector = vector(parts, rows);
    let width = parts.width().max(1);
    let networks = model.networks.iter().zip(vector.chunks(width));
    let activities: Vec<Activity> = networks.map(|(network, vector)| network.read(vector)).collect();
    let heads: Vec<Vec<f64>> = activities.iter().map(|activity| softmax(&activity.scores)).collect();
    let said: Vec<Shares> = heads.iter().map(|heads| by_label(parts, heads)).collect();
    let mut shares = [0.0; 5];
    let mut apart = 0.0_f64;
    for (place, share) in shares.iter_mut().enumerate() {
        let about = || said.iter().filter_map(|said| said.get(place).copied());
        let (lowest, highest) = about().fold((1.0_f64, 0.0_f64), |(low, high), one| (low.min(one), high.max(one)));
        *share = about().sum::<f64>() / said.len().max(1) as f64;
        apart = apart.max(highest - lowest);
    }
    Votes { activities, heads, shares, apart }
}

/// The probability of each head.
fn softmax(scores: &[f32]) -> Vec<f64> {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut shares: Vec<f64> = scores.iter().map(|score| libm::exp(f64::from(score - highest))).collect();
    let sum: f64 = shares.iter().sum();
    for share in &mut shares {
        *share /= sum;
    }
    shares
}

/// The probability of each label: the sum of its heads'.
pub(super) fn by_label(parts: &ModelParts, heads: &[f64]) -> Shares {
    let mut shares = [0.0; 5];
    for (label, share) in parts.labels.iter().zip(heads) {
        *of_mut(&mut shares, *label) += share;
    }
    shares
}

/// Shares that mean what they say: flatter the less of the text is known and the more the networks differ, and never
/// surer than the training's unseen rows have shown.
pub(super) fn tempered(shares: Shares, settings: &Settings, unknown: f64, apart: f64) -> Shares {
    let temperature = settings.temperature * (1.0 + settings.of_unknown * unknown + settings.of_apart * apart);
    let raised = shares.map(|share| libm::exp(libm::log(share.max(1e-12)) / temperature));
    let sum: f64 = raised.iter().sum();
    let doubt = settings.doubt.share();
    raised.map(|share| share / sum * (1.0 - doubt) + doubt / 5.0)
}

/// All labels, the most likely first, in parts per million that add up to exactly one million.
pub(super) fn ranked(shares: &Shares) -> Vec<Scored> {
    let mut scores: Vec<Scored> = Label::ALL
        .iter()
        .zip(shares)
        .map(|(label, share)| Scored { label: *label, confidence: to_ppm(*share) })
        .collect();
    scores.sort_by_key(|scored| std::cmp::Reverse(scored.confidence));
    // Rounding five shares can miss the million by a part or two; the first, largest share absorbs it.
    let rest: u32 = scores.iter().skip(1).map(|scored| scored.confidence.parts()).sum();
    if let Some(first) = scores.first_mut() {
        first.confidence = Ppm::new(1_000_000 - rest.min(1_000_000)).unwrap_or_default();
    }
    scores
}

/// The first of ranked scores.
pub(super) fn top(scores: &[Scored]) -> Scored {
    scores.first().copied().unwrap_or(Scored { label: Label::Other, confidence: Ppm::default() })
}

/// A share in parts per million, kept between nothing and one whatever rounding did to it.
pub(super) fn to_ppm(share: f64) -> Ppm {
    Ppm::from_share(share.clamp(0.0, 1.0)).unwrap_or_default()
}
