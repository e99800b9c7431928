//! From readings of unseen rows to a temperature and to thresholds that keep a promise.
//!
//! A label is sure from the lowest confidence at which the wrong ones among the rows above it, and one more, are within the
//! promise: the one more stands for the next row, so that few rows promise little. Where there are too few for that, the
//! model's own threshold holds, and is raised above every mistake that was seen.

use case::{
    label::{Label, Ppm, Scored},
    local::{PROMISES, supplement::Supplement},
};

use super::{Example, nothing, ranked};

/// No label is sure below this, however well it did.
const SURE_FLOOR: u32 = 500_000;
/// A reading of this confidence and more is among the surest, by which the doubt is measured.
const SUREST: u32 = 990_000;

/// What became of one row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome {
    pub(super) group: u64,
    label: Label,
    confidence: Ppm,
    right: bool,
}

impl Outcome {
    /// Nothing for a row that is not decided whatever its confidence.
    pub(super) fn of(example: &Example, scores: &[Scored]) -> Option<Self> {
        let top = scores.first().filter(|_| example.is_familiar)?;
        let (label, confidence) = (top.label, top.confidence);
        Some(Self { group: example.group, label, confidence, right: label == example.label })
    }
}

/// The thresholds for each promise and label.
pub(super) fn fit<'a>(outcomes: impl Iterator<Item = &'a Outcome>, base: &[[Ppm; 5]; 5]) -> [[Ppm; 5]; 5] {
    let mut outcomes: Vec<&Outcome> = outcomes.collect();
    outcomes.sort_by_key(|outcome| std::cmp::Reverse(outcome.confidence));
    let mut all = *base;
    let mut looser = [Ppm::default(); 5];
    for (from, promise) in all.iter_mut().zip(PROMISES).rev() {
        for ((from, label), looser) in from.iter_mut().zip(Label::ALL).zip(&mut looser) {
            // A stricter promise never decides more.
            *from = sure_from(&outcomes, label, promise, *from).max(*looser);
            *looser = *from;
        }
    }
    all
}

fn sure_from(outcomes: &[&Outcome], label: Label, promise: Ppm, base: Ppm) -> Ppm {
    let said: Vec<&&Outcome> = outcomes.iter().filter(|outcome| outcome.label == label).collect();
    let (mut wrong, mut found, mut surest_wrong) = (0_u32, None, None);
    for (place, outcome) in said.iter().enumerate() {
        if !outcome.right {
            wrong += 1;
            surest_wrong = surest_wrong.or(Some(outcome.confidence));
        }
        let last_of_its_confidence = said.get(place + 1).is_none_or(|next| next.confidence < outcome.confidence);
        let within = f64::from(wrong + 1) <= promise.share() * (place + 2) as f64;
        if last_of_its_confidence && within && outcome.confidence.parts() >= SURE_FLOOR {
            found = Some(outcome.confidence);
        }
    }
    let above = surest_wrong.map(|wrong: Ppm| Ppm::new(wrong.parts() + 1).unwrap_or(Ppm::ONE));
    found.unwrap_or_else(|| above.map_or(base, |above| above.max(base)))
}

/// The temperature, in thousandths, under which the labels of unseen rows are the least surprising, and the doubt that the
/// surest of them leave.
pub(super) fn temperature(examples: &[Example], raw: &[[f64; 5]]) -> (u32, Ppm) {
    let surprise = |temperature_thousandths: u32| -> f64 {
        let even = Supplement { temperature_thousandths, ..nothing() };
        let own = |(example, shares): (&Example, &[f64; 5])| {
            let moved = even.moved(*shares, &[]);
            let share = Label::ALL.into_iter().zip(moved).find(|(label, _)| *label == example.label);
            -libm::log(share.map_or(0.0, |(_, share)| share).max(1e-6))
        };
        examples.iter().zip(raw).map(own).sum()
    };
    let candidates = (8..=60_u32).map(|twentieths| twentieths * 50);
    let best =
        candidates.map(|temperature| (surprise(temperature), temperature)).min_by(|one, two| one.0.total_cmp(&two.0));
    let temperature_thousandths = best.map_or(1_000, |(_, temperature)| temperature);
    let even = Supplement { temperature_thousandths, ..nothing() };
    let (mut all, mut wrong) = (0_u32, 0_u32);
    for (example, shares) in examples.iter().zip(raw) {
        let scores = ranked(even.moved(*shares, &[]));
        if let Some(top) = scores.first().filter(|top| top.confidence.parts() >= SUREST) {
            all += 1;
            wrong += u32::from(top.label != example.label);
        }
    }
    // The rule of succession, up to a tenth: without any sure row there is nothing to doubt by.
    let doubt = f64::from(wrong + 1) / f64::from(all + 2);
    (temperature_thousandths, Ppm::from_share(if all == 0 { 0.0 } else { doubt.min(0.1) }).unwrap_or_default())
}
