//! The definitions of all figures. Each takes what was said of some rows and nothing else.
//!
//! Shares are rounded to millionths, so that a report reads well and is the same on every machine. Where there is
//! nothing to divide by there is no figure (`null`), never a zero.

mod calibration;
mod confusion;
mod interval;
mod risk;

pub use calibration::{Bin, Calibration};
pub(crate) use confusion::place as confusion_place;
pub use confusion::{Class, Confusion};
pub use interval::wilson;
pub use risk::{Risk, coverage_at};

use case::label::{Label, Ppm};
use serde::Serialize;

/// What was said of one row, as far as figures need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// What the row is about.
    pub label: Label,
    /// The best label.
    pub predicted: Label,
    /// How likely that is said to be.
    pub probability: Ppm,
    /// Whether it counts as decided.
    pub accepted: bool,
}

impl Said {
    /// Whether the best label is the right one.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.label == self.predicted
    }
}

/// The figures of some rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// How many rows.
    pub rows: u64,
    /// The share whose best label is right.
    pub accuracy: Option<f64>,
    /// Between which shares that lies, with 95 % confidence (Wilson).
    pub accuracy_interval: Option<[f64; 2]>,
    /// The mean F1 of the labels that occur, as label or as answer.
    pub macro_f1: Option<f64>,
    /// How many rows are decided without a person.
    pub decided: u64,
    /// The share that is.
    pub decided_share: Option<f64>,
    /// How many of those are wrong.
    pub decided_wrong: u64,
    /// The share of those that is wrong.
    pub decided_error: Option<f64>,
    /// Between which shares that lies.
    pub decided_error_interval: Option<[f64; 2]>,
    /// How far probability and accuracy are apart, over [`crate::limits::BINS`] bins of equal width.
    pub calibration_error: Option<f64>,
    /// The mean squared distance of the best label's probability from 1 where it is right and 0 where it is wrong.
    pub brier: Option<f64>,
    /// The area under the risk-coverage curve: the mean error over all shares of the rows, the surest first.
    pub risk_coverage_area: Option<f64>,
}

impl Figures {
    /// The figures of what was said.
    #[must_use]
    pub fn of(said: &[Said]) -> Self {
        let rows = said.len() as u64;
        let confusion = Confusion::of(said);
        let calibration = Calibration::of(said);
        let decided = count(said, |one| one.accepted);
        let decided_wrong = count(said, |one| one.accepted && !one.is_right());
        Self {
            rows,
            accuracy: confusion.accuracy(),
            accuracy_interval: wilson(confusion.right(), rows),
            macro_f1: confusion.macro_f1(),
            decided,
            decided_share: share(decided, rows),
            decided_wrong,
            decided_error: share(decided_wrong, decided),
            decided_error_interval: wilson(decided_wrong, decided),
            calibration_error: calibration.error,
            brier: calibration.brier,
            risk_coverage_area: Risk::of(said).area,
        }
    }
}

/// How many of the rows something holds for.
pub(crate) fn count(said: &[Said], holds: impl Fn(&Said) -> bool) -> u64 {
    said.iter().filter(|one| holds(one)).count() as u64
}

/// A part of a whole; nothing where there is no whole.
#[must_use]
pub(crate) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| round(part as f64 / whole as f64))
}

/// To millionths; nothing is nothing, without a sign.
#[must_use]
pub(crate) fn round(figure: f64) -> f64 {
    libm::round(figure * 1e6) / 1e6 + 0.0
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;

    /// So many rows of a label and an answer.
    pub(crate) fn said(label: Label, predicted: Label, thousandths: u32, accepted: bool, rows: usize) -> Vec<Said> {
        vec![Said { label, predicted, probability: Ppm::new(thousandths * 1_000).unwrap(), accepted }; rows]
    }
}

#[cfg(test)]
mod tests {
    use super::{samples::said, *};

    #[test]
    fn without_rows_there_are_no_figures() {
        let figures = Figures::of(&[]);
        assert_eq!((figures.rows, figures.accuracy, figures.macro_f1), (0, None, None));
        assert_eq!((figures.decided_error, figures.calibration_error, figures.risk_coverage_area), (None, None, None));
    }

    #[test]
    fn what_is_decided_has_an_error_of_its_own() {
        let mut rows = said(Label::Other, Label::Other, 990, true, 90);
        rows.extend(said(Label::Other, Label::KycLookup, 980, true, 1));
        rows.extend(said(Label::KycLookup, Label::Other, 300, false, 9));
        let figures = Figures::of(&rows);
        assert_eq!(
            (figures.accuracy, figures.decided_share, figures.decided_error),
            (Some(0.9), Some(0.91), Some(0.010_989))
        );
        let [low, high] = figures.decided_error_interval.unwrap();
        assert!(low < 0.010_989 && 0.010_989 < high && high < 0.07, "{low} {high}");
    }
}
