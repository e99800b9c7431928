//! The words that spoke for a label, for the sentence a human reads.
//!
//! A word speaks through itself and its pieces, a pair through itself and its two words. Nothing is a cue but words the
//! model has learnt. This module refuses to explain a probability; it shows where the evidence was.

use super::features::{self, FeatureId};
use super::file::ModelParts;
use super::{CUES_MAX, LocalModel, score, text};
use crate::label::Label;

/// A word or a pair of words, and what it said.
struct Cue {
    phrase: String,
    words: std::ops::RangeInclusive<usize>,
    weight: f64,
}

/// Up to [`CUES_MAX`] phrases that share no word, the strongest first.
pub(super) fn cues(model: &LocalModel, text: &str, label: Label) -> Vec<String> {
    let parts = &model.parts;
    let words = text::words(text);
    let speaker = Speaker::new(model, &features::features_of_words(&words), label);
    let is_known = |word: &str| parts.known_words.contains(features::word_feature(word));
    // What each word says by itself, where the model has learnt it.
    let alone: Vec<Option<f64>> = words.iter().map(|word| is_known(word).then(|| speaker.word(word))).collect();
    let mut cues = Vec::new();
    for (at, (word, weight)) in words.iter().zip(&alone).enumerate() {
        let Some(weight) = *weight else { continue };
        cues.push(Cue { phrase: word.clone(), words: at..=at, weight });
        if let (Some(next), Some(Some(next_weight))) = (words.get(at + 1), alone.get(at + 1))
            && let Some(together) = speaker.feature(features::pair_feature(word, next))
            && together > 0.0
        {
            let weight = together + weight + next_weight;
            cues.push(Cue { phrase: format!("{word} {next}"), words: at..=at + 1, weight });
        }
    }
    strongest(cues)
}

/// A cue says at least this share of what the strongest says.
const OF_THE_STRONGEST: f64 = 0.2;

fn strongest(mut cues: Vec<Cue>) -> Vec<String> {
    let highest = cues.iter().map(|cue| cue.weight).fold(0.0, f64::max);
    cues.retain(|cue| cue.weight > highest * OF_THE_STRONGEST);
    cues.sort_by(|first, second| second.weight.total_cmp(&first.weight));
    let mut chosen: Vec<Cue> = Vec::new();
    for cue in cues {
        let free = chosen.iter().all(|other| {
            (cue.words.end() < other.words.start() || other.words.end() < cue.words.start())
                && cue.phrase != other.phrase
        });
        if free {
            chosen.push(cue);
        }
        if chosen.len() == CUES_MAX {
            break;
        }
    }
    chosen.into_iter().map(|cue| cue.phrase).collect()
}

/// What single features say for one label in one text.
struct Speaker<'model> {
    parts: &'model ModelParts,
    /// How much each place of a feature's vector moves the label.
    pull: Vec<f64>,
}

impl<'model> Speaker<'model> {
    /// A head's pull is its probability within the label less its probability among the other labels; each network
    /// hands it down to the vector.
    fn new(model: &'model LocalModel, features: &[FeatureId], label: Label) -> Self {
        let parts = &model.parts;
        let votes = score::votes(model, &score::rows(parts, features));
        let mut pull = Vec::with_capacity(parts.vectors.scales.len());
        for ((network, activity), heads) in model.networks.iter().zip(&votes.activities).zip(&votes.heads) {
            let ours = score::of(&score::by_label(parts, heads), label).max(f64::MIN_POSITIVE);
            let theirs = (1.0 - ours).max(f64::EPSILON);
            let of_head =
                |(share, of): (&f64, &Label)| (if *of == label { share / ours } else { -share / theirs }) as f32;
            let of_heads: Vec<f32> = heads.iter().zip(&parts.labels).map(of_head).collect();
            pull.extend(network.slope(activity, &of_heads).into_iter().map(f64::from));
        }
        let pull = pull.iter().zip(&parts.vectors.scales).map(|(pull, scale)| pull * f64::from(*scale)).collect();
        Self { parts, pull }
    }

    fn feature(&self, feature: FeatureId) -> Option<f64> {
        let row = self.parts.features.binary_search(&feature).ok()?;
        let weights = self.parts.vectors.row(row);
        Some(weights.iter().zip(&self.pull).map(|(weight, pull)| f64::from(*weight) * pull).sum())
    }

    fn word(&self, word: &str) -> f64 {
        let pieces = features::piece_features(word);
        std::iter::once(features::word_feature(word)).chain(pieces).filter_map(|feature| self.feature(feature)).sum()
    }
}
