//! Softmax regression by plain stochastic gradient descent: one pass after another, always in the same order.

use case::label::Label;

use super::random::Random;
use super::rows::Aim;

/// One text to learn from.
pub(crate) struct Example {
    /// Places and values of its features.
    pub(crate) values: Vec<(u32, f32)>,
    /// What it is about.
    pub(crate) aim: Aim,
    /// How much it counts.
    pub(crate) weight: f32,
}

/// How to learn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schedule {
    /// Passes over all examples.
    pub(crate) passes: usize,
    /// The first step's size; it falls to nothing in a straight line.
    pub(crate) step: f32,
    /// The pull of every weight towards nothing.
    pub(crate) decay: f32,
    /// How much of the aim is the row's own head; the rest is only its label, shared out as the model sees fit.
    pub(crate) own_head: f32,
    /// The share of a text's features left out at each look.
    pub(crate) dropout: f32,
}

/// What was learnt: a row of weights for each feature, and a bias for each head.
pub(crate) struct Learnt {
    pub(crate) heads: usize,
    pub(crate) weights: Vec<f32>,
    pub(crate) biases: Vec<f32>,
}

/// Learns from the examples.
pub(crate) fn learn(examples: &[Example], features: usize, labels: &[Label], schedule: &Schedule) -> Learnt {
    let heads = labels.len();
    let mut learnt = Learnt { heads, weights: vec![0.0; features * heads], biases: vec![0.0; heads] };
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut random = Random::new(77);
    let steps = (schedule.passes * examples.len()) as f32;
    let mut done = 0_u32;
    let mut shares = vec![0.0_f32; heads];
    let mut seen = Vec::new();
    for _ in 0..schedule.passes {
        random.shuffle(&mut order);
        for place in &order {
            let example = &examples[*place];
            let step = schedule.step * (1.0 - done as f32 / steps) * example.weight;
            done += 1;
            keep_some(&example.values, schedule.dropout, &mut random, &mut seen);
            learnt.shares(&seen, &mut shares);
            towards(&mut shares, labels, example.aim, schedule.own_head);
            learnt.nudge(&seen, &shares, step, schedule.decay);
        }
    }
    learnt
}

fn keep_some(values: &[(u32, f32)], dropout: f32, random: &mut Random, seen: &mut Vec<(u32, f32)>) {
    seen.clear();
    if dropout <= 0.0 {
        seen.extend_from_slice(values);
        return;
    }
    let limit = (dropout * 65_536.0) as u64;
    let grow = 1.0 / (1.0 - dropout);
    seen.extend(values.iter().filter(|_| random.next() & 0xffff >= limit).map(|(place, value)| (*place, value * grow)));
}

/// Turns probabilities into the slope of the loss.
fn towards(shares: &mut [f32], labels: &[Label], aim: Aim, own_head: f32) {
    let of_label: f32 =
        shares.iter().zip(labels).filter(|(_, label)| **label == aim.label).map(|(share, _)| share).sum();
    let own_head = if aim.head.is_some() { own_head } else { 0.0 };
    let free = (1.0 - own_head) / of_label.max(1e-6);
    for (place, (share, label)) in shares.iter_mut().zip(labels).enumerate() {
        let own = if aim.head == Some(place) { own_head } else { 0.0 };
        let of_label = if *label == aim.label { *share * free } else { 0.0 };
        *share -= own + of_label;
    }
}

impl Learnt {
    fn row(&self, place: u32) -> &[f32] {
        let start = place as usize * self.heads;
        &self.weights[start..start + self.heads]
    }

    /// The probability of each head.
    fn shares(&self, values: &[(u32, f32)], shares: &mut [f32]) {
        shares.copy_from_slice(&self.biases);
        for (place, value) in values {
            for (share, weight) in shares.iter_mut().zip(self.row(*place)) {
                *share += value * weight;
            }
        }
        let highest = shares.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut sum = 0.0;
        for share in shares.iter_mut() {
            *share = libm::expf(*share - highest);
            sum += *share;
        }
        for share in shares.iter_mut() {
            *share /= sum;
        }
    }

    fn nudge(&mut self, values: &[(u32, f32)], slope: &[f32], step: f32, decay: f32) {
        for (bias, slope) in self.biases.iter_mut().zip(slope) {
            *bias -= step * 0.1 * slope;
        }
        for (place, value) in values {
            let start = *place as usize * self.heads;
            let keep = 1.0 - step * decay;
            let amount = step * value;
            for (weight, slope) in self.weights[start..start + self.heads].iter_mut().zip(slope) {
                *weight = *weight * keep - amount * slope;
            }
        }
    }
}
