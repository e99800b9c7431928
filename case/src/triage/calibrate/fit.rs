//! Fitting a calibrator, and saying outcomes by fits that have not seen them. How right those are is figured elsewhere.
//!
//! This runs on a person's machine, never while a case is decided. It refuses to fit on few labels: a table made of
//! chance would look like knowledge.

use std::collections::BTreeMap;

use super::{Calibrator, EACH_MIN, LABELS_MIN, Method, POINTS_MAX, Point, VERSION};
use crate::{ids::Digest, label::Ppm};

/// From so many labels on any rising curve is fitted, not only a line.
const ISOTONIC_FROM: usize = 1_000;
/// A step of the curve rests on so many labels at least.
const STEP_LABELS: f64 = 30.0;
/// Steps of the search for the line.
const NEWTON_STEPS: usize = 50;
/// How strongly the line's slope is held to 1 where the labels say nothing about it: a model that says 0.95 of everything
/// teaches a height and no slope.
const SLOPE_HOLD: f64 = 1.0;
/// Folds in which a fit is judged on what it has not seen.
const FOLDS: usize = 5;

/// An outcome that somebody labelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Labelled {
    /// What the model said.
    pub said: Ppm,
    /// Whether its label was the right one.
    pub right: bool,
}

/// There are too few labels to fit anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{labels} labelled answers, {wrong} of them wrong: a calibrator needs {LABELS_MIN}, with at least {EACH_MIN} right and \
     {EACH_MIN} wrong ones, since fewer say more about chance than about the model. Confidence stays as the model says it"
)]
pub struct TooFew {
    /// How many there are.
    pub labels: u32,
    /// How many of them are wrong.
    pub wrong: u32,
}

/// Fits a calibrator for a model and its prompt.
///
/// # Errors
/// [`TooFew`] labels.
pub fn fit(model: &str, prompt: Option<Digest>, labelled: &[Labelled]) -> Result<Calibrator, TooFew> {
    let count = |right: bool| labelled.iter().filter(|one| one.right == right).count();
    let short = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let (labels, wrong, right) = (short(labelled.len()), short(count(false)), short(count(true)));
    if labels < LABELS_MIN || wrong < EACH_MIN || right < EACH_MIN {
        return Err(TooFew { labels, wrong });
    }
    let method = method(labelled);
    let points = points(method, labelled);
    Ok(Calibrator { v: VERSION, model: model.to_owned(), prompt, method, labels, wrong, points })
}

/// The same outcomes in their order, said by fits that have not seen them: what a fit is worth is judged on these.
#[must_use]
pub fn unseen(labelled: &[Labelled]) -> Vec<Labelled> {
    let method = method(labelled);
    let without = |fold: usize| {
        let others = labelled.iter().enumerate().filter(|(at, _)| fold_of(*at) != fold);
        let others: Vec<Labelled> = others.map(|(_, one)| *one).collect();
        let (model, points) = (String::new(), points(method, &others));
        Calibrator { v: VERSION, model, prompt: None, method, labels: 0, wrong: 0, points }
    };
    let tables: Vec<Calibrator> = (0..FOLDS).map(without).collect();
    let said = |(at, one): (usize, &Labelled)| {
        let said = tables.get(fold_of(at)).map_or(one.said, |table| table.apply(one.said));
        Labelled { said, ..*one }
    };
    labelled.iter().enumerate().map(said).collect()
}

/// The fold of the outcome at that place. Mixed, so that outcomes that come in a rhythm do not fall into one fold.
const fn fold_of(at: usize) -> usize {
    let mixed = (at as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((mixed ^ (mixed >> 31)) % FOLDS as u64) as usize
}

const fn method(labelled: &[Labelled]) -> Method {
    if labelled.len() < ISOTONIC_FROM { Method::Platt } else { Method::Isotonic }
}

fn points(method: Method, labelled: &[Labelled]) -> Vec<Point> {
    match method {
        Method::Platt => platt(labelled),
        Method::Isotonic => isotonic(labelled),
    }
}

/// The line through the log-odds, written down at the confidences that occur most: between them it is nearly straight.
fn platt(labelled: &[Labelled]) -> Vec<Point> {
    let count = |right: bool| labelled.iter().filter(|one| one.right == right).count() as f64;
    let (right, wrong) = (count(true), count(false));
    // Platt's own targets: as if each side had been seen once more.
    let (high, low) = ((right + 1.0) / (right + 2.0), 1.0 / (wrong + 2.0));
    let rows: Vec<(f64, f64)> =
        labelled.iter().map(|one| (log_odds(one.said.share()), if one.right { high } else { low })).collect();
    let (mut height, mut slope) = (0.0_f64, 1.0_f64);
    for _ in 0..NEWTON_STEPS {
        let (mut down_height, mut down_slope) = (0.0, SLOPE_HOLD * (slope - 1.0));
        let (mut curve_height, mut curve_both, mut curve_slope) = (1e-9, 0.0, SLOPE_HOLD);
        for (odds, target) in &rows {
            let likely = logistic(height + slope * odds);
            let weight = (likely * (1.0 - likely)).max(1e-9);
            down_height += likely - target;
            down_slope += (likely - target) * odds;
            curve_height += weight;
            curve_both += weight * odds;
            curve_slope += weight * odds * odds;
        }
        let all = curve_height * curve_slope - curve_both * curve_both;
        let step_height = (curve_slope * down_height - curve_both * down_slope) / all;
        let step_slope = (curve_height * down_slope - curve_both * down_height) / all;
        if !(step_height.is_finite() && step_slope.is_finite()) {
            break;
        }
        height -= step_height.clamp(-2.0, 2.0);
        // A higher confidence is never worth less.
        slope = (slope - step_slope.clamp(-2.0, 2.0)).max(0.0);
    }
    let places = [0, 50, 100, 200, 300, 400, 500, 600, 700, 750, 800, 850, 900, 925, 950, 970, 980, 990, 995, 1_000];
    let point = |mille: u32| {
        let said = Ppm::new(mille * 1_000)?;
        Some(Point { said, right: Ppm::from_share(logistic(height + slope * log_odds(said.share())))? })
    };
    places.into_iter().filter_map(point).collect()
}

/// Neighbours that fall are pooled until the curve rises, and steps that rest on few labels join the next.
fn isotonic(labelled: &[Labelled]) -> Vec<Point> {
    let mut by_said: BTreeMap<Ppm, (f64, f64)> = BTreeMap::new();
    for one in labelled {
        let (all, right) = by_said.entry(one.said).or_default();
        *all += 1.0;
        *right += f64::from(u8::from(one.right));
    }
    let mut steps: Vec<Step> = Vec::new();
    for (said, (all, right)) in by_said {
        steps.push(Step { all, right, said: said.share() * all });
        while let [.., before, last] = steps.as_slice()
            && (before.share() >= last.share() || before.all < STEP_LABELS)
        {
            merge_last(&mut steps);
        }
    }
    // The last step may be a small one still.
    while steps.len() > 1 && steps.last().is_some_and(|last| last.all < STEP_LABELS) {
        merge_last(&mut steps);
    }
    while steps.len() > POINTS_MAX {
        let smallest = (1..steps.len()).min_by(|one, other| {
            let all = |at: usize| steps.get(at).map_or(f64::MAX, |step| step.all);
            all(*one).total_cmp(&all(*other))
        });
        let Some(at) = smallest else { break };
        let step = steps.remove(at);
        if let Some(before) = steps.get_mut(at - 1) {
            before.take(&step);
        }
    }
    let mut points: Vec<Point> = Vec::with_capacity(steps.len());
    for step in &steps {
        let (Some(said), Some(right)) = (Ppm::from_share(step.said / step.all), Ppm::from_share(step.smoothed()))
        else {
            continue;
        };
        let right = points.last().map_or(right, |last| last.right.max(right));
        points.push(Point { said, right });
    }
    points.dedup_by(|next, before| next.said == before.said);
    points
}

fn merge_last(steps: &mut Vec<Step>) {
    if let Some(last) = steps.pop()
        && let Some(before) = steps.last_mut()
    {
        before.take(&last);
    }
}

/// Neighbouring confidences taken together.
#[derive(Debug, Clone, Copy)]
struct Step {
    all: f64,
    right: f64,
    said: f64,
}

impl Step {
    fn share(&self) -> f64 {
        self.right / self.all
    }

    /// As if one more had been right and one more wrong: nothing is certain.
    fn smoothed(&self) -> f64 {
        (self.right + 1.0) / (self.all + 2.0)
    }

    fn take(&mut self, other: &Self) {
        self.all += other.all;
        self.right += other.right;
        self.said += other.said;
    }
}

/// The log-odds of a share, which 0 and 1 have as well: nobody is that sure.
fn log_odds(share: f64) -> f64 {
    let share = share.clamp(0.001, 0.999);
    libm::log(share / (1.0 - share))
}

fn logistic(odds: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-odds))
}
