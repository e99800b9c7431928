//! A small network: a text's vector goes through two hidden layers to a score for each head.
//!
//! Plain `f32` additions and multiplications in an order that never changes, and `libm`: the same bits on every
//! platform. This module refuses to know what a head stands for.

use super::file::{Matrix, ModelParts};

/// Weights of one layer, ready to be used.
#[derive(Debug, Clone, PartialEq)]
struct Layer {
    /// Row after row, one for each input.
    weights: Vec<f32>,
    biases: Vec<f32>,
}

impl Layer {
    fn of(matrix: &Matrix) -> Self {
        let weights = matrix.weights.iter().zip(matrix.scales.iter().cycle());
        let weights = weights.map(|(weight, scale)| f32::from(*weight) * scale).collect();
        Self { weights, biases: matrix.biases.clone() }
    }

    /// The outputs for some inputs; an input of nothing adds nothing.
    fn outputs(&self, inputs: &[f32]) -> Vec<f32> {
        let mut outputs = self.biases.clone();
        let rows = self.weights.chunks_exact(self.biases.len().max(1));
        for (input, row) in inputs.iter().zip(rows).filter(|(input, _)| **input != 0.0) {
            for (output, weight) in outputs.iter_mut().zip(row) {
                *output += weight * input;
            }
        }
        outputs
    }

    /// How much each input moves the outputs, weighed by `pull`.
    fn pulled(&self, pull: &[f32]) -> Vec<f32> {
        let rows = self.weights.chunks_exact(self.biases.len().max(1));
        rows.map(|row| row.iter().zip(pull).map(|(weight, pull)| weight * pull).sum()).collect()
    }
}

/// A network that reads its own part of a text's vector.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Network {
    inner: Layer,
    middle: Layer,
    outer: Layer,
}

/// What a network made of a text.
pub(super) struct Activity {
    hidden: Vec<f32>,
    more: Vec<f32>,
    /// The score of each head.
    pub scores: Vec<f32>,
}

impl Network {
    /// The networks of a model, in the order of their parts of the vector.
    pub(super) fn all(parts: &ModelParts) -> Vec<Self> {
        let network = |[inner, middle, outer]: &[Matrix; 3]| Self {
            inner: Layer::of(inner),
            middle: Layer::of(middle),
            outer: Layer::of(outer),
        };
        parts.networks.iter().map(network).collect()
    }

    /// Reads a vector.
    pub(super) fn read(&self, vector: &[f32]) -> Activity {
        let positive = |mut units: Vec<f32>| {
            units.iter_mut().for_each(|unit| *unit = unit.max(0.0));
            units
        };
        let hidden = positive(self.inner.outputs(vector));
        let more = positive(self.middle.outputs(&hidden));
        let both: Vec<f32> = hidden.iter().zip(&more).map(|(one, other)| one + other).collect();
        Activity { scores: self.outer.outputs(&both), hidden, more }
    }

    /// How much each place of the vector moves the heads' scores, weighed by `pull`, where the text is as it is.
    pub(super) fn slope(&self, activity: &Activity, pull: &[f32]) -> Vec<f32> {
        let of_both = self.outer.pulled(pull);
        let awake = |slopes: &[f32], units: &[f32]| -> Vec<f32> {
            slopes.iter().zip(units).map(|(slope, unit)| if *unit > 0.0 { *slope } else { 0.0 }).collect()
        };
        let through = self.middle.pulled(&awake(&of_both, &activity.more));
        let of_hidden: Vec<f32> = of_both.iter().zip(through).map(|(direct, through)| direct + through).collect();
        self.inner.pulled(&awake(&of_hidden, &activity.hidden))
    }
}
