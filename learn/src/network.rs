//! The network that reads a text, and how it learns: features become one short vector, a hidden layer looks at the
//! vector, and every head has a score.
//!
//! Adam with decoupled steps over small batches, always in the same order and in one thread, so that every training
//! gives the same bits. This module knows no text and no labels but the head's own.

use case::label::Label;

use super::random::Random;
use super::rows::Aim;

/// One text to learn from.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    /// Places and values of its features.
    pub(crate) values: Vec<(u32, f32)>,
    /// What it is about.
    pub(crate) aim: Aim,
    /// How much it counts.
    pub(crate) weight: f32,
}

/// The sizes of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// How many features it knows.
    pub(crate) features: usize,
    /// How long the vector of a text is.
    pub(crate) width: usize,
    /// How many units the hidden layer has.
    pub(crate) hidden: usize,
    /// How many things it tells apart.
    pub(crate) heads: usize,
}

/// How to learn.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// Passes over all examples.
    pub passes: usize,
    /// Texts that are looked at before the weights change.
    pub batch: usize,
    /// The largest step; it grows over the first 200 batches and then falls to nothing in a straight line.
    pub step: f32,
    /// The share of a text's features left out at each look.
    pub dropout: f32,
    /// The share of the hidden units left out at each look.
    pub hidden_dropout: f32,
    /// How much of the loss is about heads; the rest is about labels alone.
    pub of_heads: f32,
}

/// Batches over which the step grows.
const WARM_UP: usize = 200;
const FIRST_MOMENT: f32 = 0.9;
const SECOND_MOMENT: f32 = 0.999;
const TINY: f32 = 1e-8;

/// Weights that learn.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// The weights, row after row.
    pub(crate) weights: Vec<f32>,
    slope: Vec<f32>,
    mean: Vec<f32>,
    square: Vec<f32>,
}

impl Table {
    fn new(weights: Vec<f32>) -> Self {
        let nothing = vec![0.0; weights.len()];
        Self { slope: nothing.clone(), mean: nothing.clone(), square: nothing, weights }
    }

    /// Weights between plus and minus `bound`.
    fn even(size: usize, bound: f32, random: &mut Random) -> Self {
        Self::new((0..size).map(|_| (random.share() * 2.0 - 1.0) * bound).collect())
    }

    /// One step of Adam, after which the slope is nothing again.
    fn learn(&mut self, step: f32, first: f32, second: f32) {
        let all = self.weights.iter_mut().zip(&mut self.slope).zip(&mut self.mean).zip(&mut self.square);
        for (((weight, slope), mean), square) in all {
            *mean = FIRST_MOMENT * *mean + (1.0 - FIRST_MOMENT) * *slope;
            *square = SECOND_MOMENT * *square + (1.0 - SECOND_MOMENT) * *slope * *slope;
            *weight -= step * (*mean * first) / ((*square * second).sqrt() + TINY);
            *slope = 0.0;
        }
    }
}

/// A network.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    /// Its sizes.
    pub(crate) shape: Shape,
    /// A vector for each feature.
    pub(crate) vectors: Table,
    /// For each place of the vector, a weight for each hidden unit.
    pub(crate) inner: Table,
    /// The hidden units' own weights.
    pub(crate) inner_bias: Table,
    /// For each hidden unit, a weight for each unit of the second hidden layer, which adds to the first.
    pub(crate) middle: Table,
    /// The second layer's own weights.
    pub(crate) middle_bias: Table,
    /// For each hidden unit, a weight for each head.
    pub(crate) outer: Table,
    /// The heads' own weights.
    pub(crate) outer_bias: Table,
}

/// What one look at a text leaves behind.
#[derive(Default)]
struct Look {
    seen: Vec<(u32, f32)>,
    vector: Vec<f32>,
    hidden: Vec<f32>,
    /// What the second layer adds.
    more: Vec<f32>,
    /// Both hidden layers together.
    both: Vec<f32>,
    shares: Vec<f32>,
    both_slope: Vec<f32>,
    more_slope: Vec<f32>,
    hidden_slope: Vec<f32>,
    vector_slope: Vec<f32>,
}

impl Network {
    /// A network that has learnt nothing.
    #[must_use]
    pub(crate) fn new(shape: Shape, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let bound = |inputs: usize| 1.0 / (inputs as f32).sqrt();
        Self {
            shape,
            vectors: Table::even(shape.features * shape.width, 0.5, &mut random),
            inner: Table::even(shape.width * shape.hidden, bound(shape.width), &mut random),
            inner_bias: Table::even(shape.hidden, bound(shape.width), &mut random),
            middle: Table::even(shape.hidden * shape.hidden, bound(shape.hidden), &mut random),
            middle_bias: Table::even(shape.hidden, bound(shape.hidden), &mut random),
            outer: Table::even(shape.hidden * shape.heads, bound(shape.hidden), &mut random),
            outer_bias: Table::even(shape.heads, bound(shape.hidden), &mut random),
        }
    }

    /// Learns from the examples; `labels` says which label each head speaks for, `seed` the order of the texts.
    pub(crate) fn learn(&mut self, examples: &[Example], labels: &[Label], schedule: &Schedule, seed: u64) {
        let mut order: Vec<usize> = (0..examples.len()).collect();
        let mut random = Random::new(77 + seed);
        let batches = examples.len().div_ceil(schedule.batch.max(1));
        let steps = schedule.passes * batches;
        let mut look = Look::default();
        let (mut done, mut first, mut second) = (0, 1.0_f32, 1.0_f32);
        for _ in 0..schedule.passes {
            random.shuffle(&mut order);
            for batch in order.chunks(schedule.batch.max(1)) {
                let scale = 1.0 / schedule.batch as f32;
                for example in batch.iter().filter_map(|place| examples.get(*place)) {
                    self.look(example, schedule, &mut random, &mut look);
                    slope_of_loss(&mut look.shares, example.aim, labels, schedule.of_heads);
                    look.shares.iter_mut().for_each(|slope| *slope *= scale * example.weight);
                    self.blame(&mut look, schedule);
                }
                done += 1;
                first *= FIRST_MOMENT;
                second *= SECOND_MOMENT;
                let left = 1.0 - done as f32 / steps as f32;
                let step = schedule.step * left * (done as f32 / WARM_UP as f32).min(1.0);
                for table in self.tables() {
                    table.learn(step, 1.0 / (1.0 - first), 1.0 / (1.0 - second));
                }
            }
        }
    }

    /// The vector of one feature.
    #[must_use]
    pub(crate) fn vector(&self, feature: usize) -> &[f32] {
        row(&self.vectors.weights, feature, self.shape.width)
    }

    fn tables(&mut self) -> [&mut Table; 7] {
        let Self { vectors, inner, inner_bias, middle, middle_bias, outer, outer_bias, .. } = self;
        [vectors, inner, inner_bias, middle, middle_bias, outer, outer_bias]
    }

    /// Reads a text with some of its features and hidden units left out; the shares are the heads' probabilities.
    fn look(&self, example: &Example, schedule: &Schedule, random: &mut Random, look: &mut Look) {
        keep_some(&example.values, schedule.dropout, random, &mut look.seen);
        look.vector.clear();
        look.vector.resize(self.shape.width, 0.0);
        for (place, value) in &look.seen {
            add(&mut look.vector, row(&self.vectors.weights, *place as usize, self.shape.width), *value);
        }
        look.hidden.clone_from(&self.inner_bias.weights);
        for (place, value) in look.vector.iter().enumerate() {
            add(&mut look.hidden, row(&self.inner.weights, place, self.shape.hidden), *value);
        }
        let grow = 1.0 / (1.0 - schedule.hidden_dropout);
        for unit in &mut look.hidden {
            let kept = schedule.hidden_dropout <= 0.0 || random.share() >= schedule.hidden_dropout;
            *unit = if kept { unit.max(0.0) * grow } else { 0.0 };
        }
        look.more.clone_from(&self.middle_bias.weights);
        for (place, value) in look.hidden.iter().enumerate().filter(|(_, value)| **value > 0.0) {
            add(&mut look.more, row(&self.middle.weights, place, self.shape.hidden), *value);
        }
        look.more.iter_mut().for_each(|unit| *unit = unit.max(0.0));
        look.both.clone_from(&look.hidden);
        add(&mut look.both, &look.more, 1.0);
        look.shares.clone_from(&self.outer_bias.weights);
        for (place, value) in look.both.iter().enumerate().filter(|(_, value)| **value > 0.0) {
            add(&mut look.shares, row(&self.outer.weights, place, self.shape.heads), *value);
        }
        softmax(&mut look.shares);
    }

    /// Adds to every weight's slope what it did to the loss; the look's shares are the slopes of the heads' scores.
    fn blame(&mut self, look: &mut Look, schedule: &Schedule) {
        let grow = 1.0 / (1.0 - schedule.hidden_dropout);
        let Shape { width, hidden, heads, .. } = self.shape;
        add(&mut self.outer_bias.slope, &look.shares, 1.0);
        look.both_slope.clear();
        look.both_slope.resize(hidden, 0.0);
        for (place, unit) in look.both.iter().enumerate().filter(|(_, unit)| **unit > 0.0) {
            look.both_slope[place] = dot(row(&self.outer.weights, place, heads), &look.shares);
            add(row_mut(&mut self.outer.slope, place, heads), &look.shares, *unit);
        }
        let of_more = look.both_slope.iter().zip(&look.more);
        look.more_slope.clear();
        look.more_slope.extend(of_more.map(|(slope, unit)| if *unit > 0.0 { *slope } else { 0.0 }));
        add(&mut self.middle_bias.slope, &look.more_slope, 1.0);
        look.hidden_slope.clear();
        look.hidden_slope.resize(hidden, 0.0);
        for (place, unit) in look.hidden.iter().enumerate().filter(|(_, unit)| **unit > 0.0) {
            let through = dot(row(&self.middle.weights, place, hidden), &look.more_slope);
            look.hidden_slope[place] = (look.both_slope[place] + through) * grow;
            add(row_mut(&mut self.middle.slope, place, hidden), &look.more_slope, *unit);
        }
        add(&mut self.inner_bias.slope, &look.hidden_slope, 1.0);
        look.vector_slope.clear();
        for (place, value) in look.vector.iter().enumerate() {
            look.vector_slope.push(dot(row(&self.inner.weights, place, hidden), &look.hidden_slope));
            add(row_mut(&mut self.inner.slope, place, hidden), &look.hidden_slope, *value);
        }
        for (place, value) in &look.seen {
            add(row_mut(&mut self.vectors.slope, *place as usize, width), &look.vector_slope, *value);
        }
    }
}

fn row(weights: &[f32], place: usize, width: usize) -> &[f32] {
    &weights[place * width..(place + 1) * width]
}

fn row_mut(weights: &mut [f32], place: usize, width: usize) -> &mut [f32] {
    &mut weights[place * width..(place + 1) * width]
}

fn add(sums: &mut [f32], row: &[f32], times: f32) {
    for (sum, weight) in sums.iter_mut().zip(row) {
        *sum += weight * times;
    }
}

/// Sums in eight lanes, in an order that never changes.
fn dot(first: &[f32], second: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    let (heads, rest) = first.as_chunks::<8>();
    let (others, rest_of_others) = second.as_chunks::<8>();
    for (head, other) in heads.iter().zip(others) {
        for ((lane, one), two) in lanes.iter_mut().zip(head).zip(other) {
            *lane += one * two;
        }
    }
    lanes.iter().sum::<f32>() + rest.iter().zip(rest_of_others).map(|(one, two)| one * two).sum::<f32>()
}

fn keep_some(values: &[(u32, f32)], dropout: f32, random: &mut Random, seen: &mut Vec<(u32, f32)>) {
    seen.clear();
    let grow = 1.0 / (1.0 - dropout);
    let kept = values.iter().filter(|_| dropout <= 0.0 || random.share() >= dropout);
    seen.extend(kept.map(|(place, value)| (*place, value * grow)));
}

fn softmax(scores: &mut [f32]) {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = libm::expf(*score - highest);
        sum += *score;
    }
    scores.iter_mut().for_each(|score| *score /= sum);
}

/// Turns probabilities into the slope of the loss: cross entropy with the aim's head, and with its label.
fn slope_of_loss(shares: &mut [f32], aim: Aim, labels: &[Label], of_heads: f32) {
    let of_label: f32 =
        shares.iter().zip(labels).filter(|(_, label)| **label == aim.label).map(|(share, _)| share).sum();
    let of_heads = if aim.head.is_some() { of_heads } else { 0.0 };
    let free = (1.0 - of_heads) / of_label.max(1e-7);
    for (place, (share, label)) in shares.iter_mut().zip(labels).enumerate() {
        let own = if aim.head.map(usize::from) == Some(place) { of_heads } else { 0.0 };
        let of_label = if *label == aim.label { *share * free } else { 0.0 };
        *share -= own + of_label;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [Label; 3] = [Label::FraudCheck, Label::Other, Label::Other];
    const SCHEDULE: Schedule =
        Schedule { passes: 300, batch: 2, step: 0.02, dropout: 0.0, hidden_dropout: 0.0, of_heads: 0.5 };

    fn example(values: &[u32], label: Label, head: Option<u16>) -> Example {
        let values = values.iter().map(|place| (*place, 0.7)).collect();
        Example { values, aim: Aim { label, head }, weight: 1.0 }
    }

    #[test]
    fn it_learns_what_no_straight_line_can_part() {
        let examples = [
            example(&[0, 2], Label::FraudCheck, None),
            example(&[1, 3], Label::FraudCheck, Some(0)),
            example(&[0, 3], Label::Other, Some(1)),
            example(&[1, 2], Label::Other, Some(2)),
        ];
        let mut network = Network::new(Shape { features: 4, width: 6, hidden: 12, heads: 3 }, 1);
        network.learn(&examples, &LABELS, &SCHEDULE, 0);
        for (example, head) in examples.iter().zip([0, 0, 1, 2]) {
            let mut look = Look::default();
            network.look(example, &SCHEDULE, &mut Random::new(1), &mut look);
            assert!(look.shares[head] > 0.9, "{:?} of {:?}", look.shares, example.aim);
        }
    }

    #[test]
    fn the_slope_is_that_of_the_loss() {
        let aim = Aim { label: Label::Other, head: Some(1) };
        let loss = |scores: [f64; 3]| {
            let sum: f64 = scores.iter().map(|score| score.exp()).sum();
            let share = scores.map(|score| score.exp() / sum);
            -0.4 * share[1].ln() - 0.6 * (share[1] + share[2]).ln()
        };
        let scores = [0.2, -0.4, 0.9];
        let mut shares = scores.map(|score: f64| score as f32);
        softmax(&mut shares);
        slope_of_loss(&mut shares, aim, &LABELS, 0.4);
        for head in 0..3 {
            let (mut up, mut down) = (scores, scores);
            up[head] += 1e-5;
            down[head] -= 1e-5;
            let slope = (loss(up) - loss(down)) / 2e-5;
            assert!((slope - f64::from(shares[head])).abs() < 1e-4, "{slope} and {}", shares[head]);
        }
    }
}
