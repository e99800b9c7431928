//! One reading of a text of any length.
//!
//! The model learnt from requests of a sentence or two. A short text is read as one piece; in a long one each
//! sentence is read too, and a sentence that is about none of the tasks (a greeting, the story around it) counts little.

use super::score::{self, Shares};
use super::{LocalModel, features, text};

/// A sentence that says nothing about any task still counts this much.
const BACKGROUND: f64 = 0.02;

/// A text, pooled.
pub(super) struct Pooled {
    /// How likely each label is.
    pub shares: Shares,
    /// How likely `fraud_check` is where it is likeliest: in the text or in one of its sentences.
    pub fraud: f64,
}

/// Reads a text as a whole and by its sentences.
pub(super) fn pool(model: &LocalModel, text: &str) -> Pooled {
    let [fraud, .., other] = [0, 1, 2, 3, 4];
    let whole = whole(model, text);
    let sentences = text::sentences(text);
    if sentences.len() < 2 {
        return Pooled { shares: whole, fraud: whole[fraud] };
    }
    let mut pooled = Pooled { shares: [0.0; 5], fraud: whole[fraud] };
    let mut total = 0.0;
    for sentence in sentences {
        let shares = self::whole(model, sentence);
        let weight = BACKGROUND + (1.0 - shares[other]).max(0.0);
        total += weight;
        for (sum, share) in pooled.shares.iter_mut().zip(shares) {
            *sum += weight * share;
        }
        pooled.fraud = pooled.fraud.max(shares[fraud]);
    }
    for (sum, whole) in pooled.shares.iter_mut().zip(whole) {
        *sum = f64::midpoint(*sum / total, whole);
    }
    pooled
}

/// Reads a text as one piece.
pub(super) fn whole(model: &LocalModel, text: &str) -> Shares {
    let parts = &model.parts;
    let logits = score::logits(parts, &features::features(text));
    score::by_label(parts, &score::softmax(&logits, parts.settings.temperature))
}
