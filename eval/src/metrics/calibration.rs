//! Whether probabilities mean what they say.

use case::label::Ppm;
use serde::Serialize;

use super::{Said, round, share};
use crate::limits::BINS;

/// How probability and accuracy compare.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// The expected calibration error: the mean distance of both over the bins, each weighed by its rows.
    pub error: Option<f64>,
    /// The Brier score of the best label: lower is better, and a constant that is right on average has a bad one.
    pub brier: Option<f64>,
    /// The bins that have rows.
    pub bins: Vec<Bin>,
}

/// The rows whose probability lies between two others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bin {
    /// From this probability,
    pub from: f64,
    /// to below this one; the last takes 1 as well.
    pub to: f64,
    /// How many rows.
    pub rows: u64,
    /// Their mean probability.
    pub probability: Option<f64>,
    /// The share of them that is right.
    pub accuracy: Option<f64>,
}

impl Calibration {
    /// Compares.
    #[must_use]
    pub fn of(said: &[Said]) -> Self {
        Self::of_outcomes(said.iter().map(|one| (one.probability, one.is_right())))
    }

    /// Compares what was said of anything with whether it was right.
    #[must_use]
    pub fn of_outcomes(outcomes: impl Iterator<Item = (Ppm, bool)>) -> Self {
        let mut sums = [(0_u64, 0_u64, 0_u64); BINS];
        let (mut total, mut squares) = (0_u64, 0.0);
        for (said, is_right) in outcomes {
            total += 1;
            let parts = u64::from(said.parts());
            let place = usize::try_from(parts * BINS as u64 / 1_000_000).unwrap_or(BINS).min(BINS - 1);
            if let Some((rows, probability, right)) = sums.get_mut(place) {
                *rows += 1;
                *probability += parts;
                *right += u64::from(is_right);
            }
            let distance = said.share() - if is_right { 1.0 } else { 0.0 };
            squares += distance * distance;
        }
        let apart: f64 =
            sums.iter().map(|(_, probability, right)| (*probability as f64 / 1e6 - *right as f64).abs()).sum();
        let edge = |place: usize| round(place as f64 / BINS as f64);
        let bin = |(place, (rows, probability, right)): (usize, &(u64, u64, u64))| Bin {
            from: edge(place),
            to: edge(place + 1),
            rows: *rows,
            probability: share(*probability, *rows * 1_000_000),
            accuracy: share(*right, *rows),
        };
        let any = |figure: f64| (total > 0).then(|| round(figure / total as f64));
        let bins = sums.iter().enumerate().filter(|(_, (rows, ..))| *rows > 0).map(bin).collect();
        Self { error: any(apart), brier: any(squares), bins }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::samples::said, *};
    use case::label::Label::{KycLookup, Other};

    #[test]
    fn who_says_ninety_percent_and_is_right_so_often_has_no_error() {
        let mut rows = said(Other, Other, 900, true, 90);
        rows.extend(said(Other, KycLookup, 900, true, 10));
        let honest = Calibration::of(&rows);
        assert_eq!((honest.error, honest.brier), (Some(0.0), Some(0.09)));
        assert_eq!(honest.bins.len(), 1);
        assert_eq!(
            (honest.bins[0].from, honest.bins[0].to, honest.bins[0].accuracy),
            (0.866_667, 0.933_333, Some(0.9))
        );
    }

    #[test]
    fn who_says_ninety_five_percent_and_is_right_in_seventy_has_an_error_of_a_quarter() {
        let mut rows = said(Other, Other, 950, true, 70);
        rows.extend(said(Other, KycLookup, 950, true, 30));
        assert_eq!(Calibration::of(&rows).error, Some(0.25));
    }

    #[test]
    fn certainty_belongs_to_the_last_bin_and_nothing_at_all_to_none() {
        let sure = Calibration::of(&said(Other, Other, 1_000, true, 4));
        assert_eq!((sure.error, sure.bins[0].to), (Some(0.0), 1.0));
        assert_eq!(Calibration::of(&[]).error, None);
    }
}
