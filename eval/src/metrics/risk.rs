//! How wrong one is when only the surest are decided: the risk-coverage curve.
//!
//! Rows of one probability stand or fall together, so a model that always says the same has one point and no credit
//! for a lucky order.

use serde::Serialize;

use super::{Said, round};
use crate::{judged::Point, limits::CURVE_POINTS};

/// The curve and its area.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Risk {
    /// The mean error over all shares of the rows, the surest first; lower is better.
    pub area: Option<f64>,
    /// What the area would be if every wrong row came after every right one: no order can do better.
    pub best_area: Option<f64>,
    /// The curve, from the surest rows to all.
    pub curve: Vec<Point>,
}

impl Risk {
    /// The curve of what was said.
    #[must_use]
    pub fn of(said: &[Said]) -> Self {
        let all = steps(said);
        let total = said.len();
        let mut before = 0;
        let mut area = 0.0;
        for (rows, wrong) in &all {
            area += (rows - before) as f64 * (*wrong as f64 / *rows as f64);
            before = *rows;
        }
        let any = |figure: f64| (total > 0).then(|| round(figure / total as f64));
        let wrong = all.last().map_or(0, |(_, wrong)| *wrong);
        let best: f64 = (1..=wrong).map(|wrongs| wrongs as f64 / (total - wrong + wrongs) as f64).sum();
        Self { area: any(area), best_area: any(best), curve: thinned(&all, total) }
    }
}

/// The largest share of the rows that can be decided, the surest first, with at most this error; 0 where none can.
#[must_use]
pub fn coverage_at(said: &[Said], error: f64) -> Option<f64> {
    let within = |(rows, wrong): &&(usize, usize)| *wrong as f64 <= error * *rows as f64;
    let rows = steps(said).iter().rev().find(within).map_or(0, |(rows, _)| *rows);
    (!said.is_empty()).then(|| round(rows as f64 / said.len() as f64))
}

/// How many rows there are down to each probability that occurs, and how many of those are wrong.
fn steps(said: &[Said]) -> Vec<(usize, usize)> {
    let mut sorted: Vec<(u32, bool)> = said.iter().map(|one| (one.probability.parts(), one.is_right())).collect();
    sorted.sort_unstable_by_key(|(probability, _)| std::cmp::Reverse(*probability));
    let mut wrong = 0;
    let mut steps = Vec::new();
    for (place, (probability, right)) in sorted.iter().enumerate() {
        wrong += usize::from(!right);
        if sorted.get(place + 1).is_none_or(|(next, _)| next < probability) {
            steps.push((place + 1, wrong));
        }
    }
    steps
}

/// At most [`CURVE_POINTS`] of the steps, evenly over the coverage; the first and the last are among them.
fn thinned(steps: &[(usize, usize)], total: usize) -> Vec<Point> {
    let mut points = Vec::new();
    let mut due = 0.0;
    for (place, (rows, wrong)) in steps.iter().enumerate() {
        let coverage = *rows as f64 / total as f64;
        if coverage >= due || place + 1 == steps.len() {
            points.push(Point { coverage: round(coverage), risk: round(*wrong as f64 / *rows as f64) });
            due = coverage + 1.0 / CURVE_POINTS as f64;
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::{super::samples::said, *};
    use case::label::Label::{KycLookup, Other};

    #[test]
    fn the_curve_goes_from_the_surest_to_all() {
        let mut rows = said(Other, Other, 900, true, 2);
        rows.extend(said(Other, KycLookup, 500, true, 1));
        rows.extend(said(Other, Other, 700, true, 1));
        let risk = Risk::of(&rows);
        let points: Vec<(f64, f64)> = risk.curve.iter().map(|point| (point.coverage, point.risk)).collect();
        assert_eq!(points, [(0.5, 0.0), (0.75, 0.0), (1.0, 0.25)]);
        assert_eq!((risk.area, risk.best_area), (Some(0.0625), Some(0.0625)));
        assert_eq!(coverage_at(&rows, 0.02), Some(0.75));
        assert_eq!(coverage_at(&rows, 0.25), Some(1.0));
    }

    #[test]
    fn a_constant_gets_no_credit_for_a_lucky_order() {
        let mut rows = said(Other, Other, 900, true, 9);
        rows.extend(said(Other, KycLookup, 900, true, 1));
        let risk = Risk::of(&rows);
        assert_eq!((risk.curve.len(), risk.area), (1, Some(0.1)));
        assert!(risk.best_area < risk.area);
        assert_eq!(coverage_at(&rows, 0.05), Some(0.0));
    }

    #[test]
    fn a_long_curve_is_thinned_and_keeps_its_ends() {
        let rows: Vec<Said> = (0..5_000).flat_map(|at| said(Other, Other, at % 1_000, true, 1)).collect();
        let curve = Risk::of(&rows).curve;
        assert!(curve.len() <= CURVE_POINTS + 2 && curve.len() > CURVE_POINTS / 2, "{}", curve.len());
        assert!((curve.last().unwrap().coverage - 1.0).abs() < 1e-9);
        assert!(Risk::of(&[]).curve.is_empty());
    }
}
