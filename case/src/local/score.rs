//! From features to scores to probabilities, in arithmetic that gives the same bits on every platform.
//!
//! Weights are added as integers; what follows uses only exact IEEE operations and `libm`. This module refuses to
//! choose: it knows no thresholds.

use super::features::FeatureId;
use super::file::ModelParts;
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

/// The score of each head for a text with these rows.
pub(super) fn logits(parts: &ModelParts, rows: &[usize]) -> Vec<f64> {
    let mut sums = vec![0_i32; parts.heads.len()];
    let mut squares = 0_u64;
    for row in rows {
        squares += parts.strengths.get(*row).map_or(0, |strength| u64::from(*strength).pow(2));
        for (sum, weight) in sums.iter_mut().zip(row_of(parts, *row)) {
            *sum += i32::from(*weight);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53: at most 65,535 squares of a byte")]
    let length = libm::sqrt(squares.max(1) as f64);
    sums.iter().zip(&parts.heads).map(|(sum, head)| f64::from(*sum) * head.scale / length + head.bias).collect()
}

/// The weights of one feature for each head.
pub(super) fn row_of(parts: &ModelParts, row: usize) -> &[i8] {
    let heads = parts.heads.len();
    parts.weights.get(row * heads..(row + 1) * heads).unwrap_or_default()
}

/// The probability of each head.
pub(super) fn softmax(logits: &[f64], temperature: f64) -> Vec<f64> {
    let highest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut shares: Vec<f64> = logits.iter().map(|logit| libm::exp((logit - highest) / temperature)).collect();
    let sum: f64 = shares.iter().sum();
    for share in &mut shares {
        *share /= sum;
    }
    shares
}

/// The probability of each label: the sum of its heads'.
pub(super) fn by_label(parts: &ModelParts, heads: &[f64]) -> Shares {
    let mut shares = [0.0; 5];
    for (head, share) in parts.heads.iter().zip(heads) {
        *of_mut(&mut shares, head.label) += share;
    }
    shares
}

/// The shares, with a part of each given up to all labels alike: no confidence says more than the training's unseen
/// rows have shown, and it says less the fewer of the text's features the model knows.
pub(super) fn doubted(shares: Shares, doubt: Ppm, known: f64) -> Shares {
    let doubt = (doubt.share() / known.max(KNOWN_MIN)).min(1.0);
    shares.map(|share| share * (1.0 - doubt) + doubt / 5.0)
}

/// Below this share of known features doubt grows no further; the text is then unfamiliar and decides nothing anyway.
const KNOWN_MIN: f64 = 0.1;

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
