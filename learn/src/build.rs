//! From texts to a model: vocabulary, learning, and weights rounded to a byte.

use anyhow::{Context, Result};
use case::label::{Label, Ppm};
use case::local::LocalModel;
use case::local::file::{KnownWords, Matrix, ModelParts, Settings};

use super::corpus::{Corpus, Text, Unseen};
use super::network::{Example, Network, Schedule, Shape};
use super::vocabulary::{self, Sample, Vocabulary};

/// Everything that is chosen by hand.
#[derive(Debug, Clone, Copy)]
pub struct Recipe {
    /// The most features; each costs a byte for each place of a vector and five more, before packing.
    pub features: usize,
    /// A feature is in at least so many texts.
    pub feature_texts_min: u32,
    /// A known word is in at least so many rows.
    pub word_texts_min: u32,
    /// How many places of a vector each network reads.
    pub width: usize,
    /// How many units each of a network's hidden layers has.
    pub hidden: usize,
    /// The largest value a vector's place is rounded to: fewer take less room.
    pub vector_steps: f32,
    /// How to learn.
    pub schedule: Schedule,
}

impl Recipe {
    /// The shipped model's.
    pub const SHIPPED: Self = Self {
        features: 12_000,
        feature_texts_min: 3,
        word_texts_min: 2,
        width: 48,
        hidden: 128,
        vector_steps: 31.0,
        schedule: Schedule { passes: 14, batch: 64, step: 0.003, dropout: 0.5, hidden_dropout: 0.2, of_heads: 0.5 },
    };
}

/// Settings that decide nothing, for a model whose scores are still to be looked at.
pub const UNDECIDED: Settings = Settings {
    temperature: 1.0,
    of_unknown: 0.0,
    of_apart: 0.0,
    doubt: NOTHING,
    sure_from: [[Ppm::ONE; 5]; 5],
    familiar_from: Ppm::ONE,
    fraud_from: Ppm::ONE,
    clause_from: Ppm::ONE,
};

const NOTHING: Ppm = match Ppm::new(0) {
    Some(nothing) => nothing,
    None => Ppm::ONE,
};

/// The networks of a model begin with different weights, so that they differ where the texts leave them free.
const SEEDS: [u64; 2] = [1, 2];

/// Trains on all that a model may see; its two networks learn side by side.
///
/// # Errors
/// None but a thread that could not be run to its end.
pub fn build(corpus: &Corpus<'_>, unseen: Unseen, recipe: &Recipe) -> Result<ModelParts> {
    let texts = corpus.texts(unseen);
    let samples: Vec<Sample<'_>> = texts.iter().map(|text| Sample { features: text.features, aim: text.aim }).collect();
    let vocabulary = Vocabulary::choose(&samples, recipe.features, recipe.feature_texts_min);
    let labels = corpus.heads.labels.clone();
    let shape =
        Shape { features: vocabulary.features.len(), width: recipe.width, hidden: recipe.hidden, heads: labels.len() };
    let networks = SEEDS.map(|seed| Network::new(shape, seed)).to_vec();
    let learnt = learn(networks, &texts, &vocabulary, &labels, recipe)?;
    let seen = corpus.rows.iter().filter(|row| !unseen.holds(row)).map(|row| row.text.as_str());
    let known_words = vocabulary::known_words(seen, recipe.word_texts_min);
    Ok(parts(&learnt, vocabulary, labels, known_words, recipe))
}

/// Each network learns from all texts, in an order of its own.
fn learn(
    networks: Vec<Network>,
    texts: &[Text<'_>],
    vocabulary: &Vocabulary,
    labels: &[Label],
    recipe: &Recipe,
) -> Result<Vec<Network>> {
    let example =
        |text: &Text<'_>| Example { values: vocabulary.values(text.features), aim: text.aim, weight: text.weight };
    let examples: &[Example] = &texts.iter().map(example).collect::<Vec<_>>();
    let learnt = std::thread::scope(|scope| {
        let lane = |(mut network, seed): (Network, u64)| {
            scope.spawn(move || {
                network.learn(examples, labels, &recipe.schedule, seed);
                network
            })
        };
        let lanes: Vec<_> = networks.into_iter().zip(1..).map(lane).collect();
        lanes.into_iter().map(|lane| lane.join().ok()).collect::<Option<Vec<Network>>>()
    });
    learnt.context("a network's training panicked")
}

fn parts(
    learnt: &[Network],
    vocabulary: Vocabulary,
    labels: Vec<Label>,
    known_words: KnownWords,
    recipe: &Recipe,
) -> ModelParts {
    ModelParts {
        settings: UNDECIDED,
        labels,
        known_words,
        vectors: vectors(learnt, &vocabulary, recipe),
        networks: learnt.iter().map(layers).collect(),
        features: vocabulary.features,
        strengths: vocabulary.strengths,
    }
}

/// The vectors of all networks side by side, each times its feature's strength.
fn vectors(learnt: &[Network], vocabulary: &Vocabulary, recipe: &Recipe) -> Matrix {
    let mut rows = Vec::new();
    for (feature, strength) in vocabulary.strengths.iter().enumerate() {
        for network in learnt {
            rows.extend(network.vector(feature).iter().map(|weight| weight * f32::from(*strength)));
        }
    }
    let columns = learnt.iter().map(|network| network.shape.width).sum();
    rounded(&rows, vec![0.0; columns], recipe.vector_steps)
}

fn layers(network: &Network) -> [Matrix; 3] {
    let layer = |weights: &super::network::Table, biases: &super::network::Table| {
        rounded(&weights.weights, biases.weights.clone(), 127.0)
    };
    [
        layer(&network.inner, &network.inner_bias),
        layer(&network.middle, &network.middle_bias),
        layer(&network.outer, &network.outer_bias),
    ]
}

/// Weights in whole units of one scale for each column.
fn rounded(weights: &[f32], biases: Vec<f32>, steps: f32) -> Matrix {
    let mut highest = vec![1e-3_f32; biases.len()];
    for row in weights.chunks_exact(biases.len()) {
        for (highest, weight) in highest.iter_mut().zip(row) {
            *highest = highest.max(weight.abs());
        }
    }
    let scales: Vec<f32> = highest.iter().map(|highest| highest / steps).collect();
    let weights = weights.iter().zip(scales.iter().cycle());
    let weights = weights.map(|(weight, scale)| (weight / scale).round().clamp(-127.0, 127.0) as i8).collect();
    Matrix { scales, biases, weights }
}

/// A model that can read, from its parts.
///
/// # Errors
/// Parts that no model file can hold.
pub fn model(parts: &ModelParts) -> Result<LocalModel> {
    Ok(LocalModel::from_bytes(&parts.encode()?)?)
}
