//! Two systems on the same rows: is one better, or did the rows fall so?
//!
//! McNemar's exact test looks at the rows that only one of them gets right. A paired bootstrap says how far apart accuracy
//! and macro-F1 are; it draws rows again, each with both answers, by a fixed seed. Neither is told which side is new.

use std::collections::BTreeMap;

use case::label::Label;
use serde::Serialize;

use crate::{
    limits,
    metrics::{Confusion, Figures, Said, round},
    mistakes::Mistake,
    random::Random,
};

/// Below this chance a difference is said to be one.
pub const SIGNIFICANT: f64 = 0.05;

/// What comparing came to. `this` is the run that the report is about, `other` what it is compared with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// What it is compared with.
    pub name: String,
    /// Rows that both have an answer for; the figures below are of these.
    pub rows: u64,
    /// Rows that the other has no answer for, or another label.
    pub unmatched: u64,
    /// This run's figures.
    pub this: Figures,
    /// The other's.
    pub other: Figures,
    /// Rows that both get right.
    pub both_right: u64,
    /// Rows that only this run gets right.
    pub only_this_right: u64,
    /// Rows that only the other gets right.
    pub only_other_right: u64,
    /// Rows that both get wrong.
    pub both_wrong: u64,
    /// How likely a split at least as uneven is, if both were equally good (McNemar, exact, two-sided).
    pub chance: f64,
    /// This run's accuracy less the other's.
    pub accuracy_difference: Difference,
    /// This run's macro-F1 less the other's.
    pub macro_f1_difference: Difference,
    /// Which side gets more rows right, if that is no accident.
    pub verdict: Verdict,
    /// Rows that the other gets right and this run wrong.
    pub newly_wrong: Vec<Mistake>,
}

/// A difference, and between which numbers it lies with 95 % confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// This run's figure less the other's.
    pub value: f64,
    /// The middle 95 % of the bootstrap's draws.
    pub interval: [f64; 2],
}

/// What the paired test says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// This run gets more rows right.
    Better,
    /// The other does.
    Worse,
    /// These rows do not show it.
    NoDifferenceShown,
}

/// Both answers to one row.
pub(crate) type Pair = (Said, Said);

/// Compares; nothing without rows that both have.
pub(crate) fn compare(name: String, pairs: &[Pair], unmatched: u64, newly_wrong: Vec<Mistake>) -> Option<Comparison> {
    if pairs.is_empty() {
        return None;
    }
    let count = |this: bool, other: bool| {
        pairs.iter().filter(|(one, two)| one.is_right() == this && two.is_right() == other).count() as u64
    };
    let (only_this_right, only_other_right) = (count(true, false), count(false, true));
    let chance = mc_nemar(only_this_right, only_other_right);
    let verdict = match only_this_right.cmp(&only_other_right) {
        _ if chance >= SIGNIFICANT => Verdict::NoDifferenceShown,
        std::cmp::Ordering::Greater => Verdict::Better,
        std::cmp::Ordering::Less => Verdict::Worse,
        std::cmp::Ordering::Equal => Verdict::NoDifferenceShown,
    };
    let (this, other): (Vec<Said>, Vec<Said>) = pairs.iter().copied().unzip();
    let [accuracy_difference, macro_f1_difference] = bootstrap(pairs);
    Some(Comparison {
        name,
        rows: pairs.len() as u64,
        unmatched,
        this: Figures::of(&this),
        other: Figures::of(&other),
        both_right: count(true, true),
        only_this_right,
        only_other_right,
        both_wrong: count(false, false),
        chance,
        accuracy_difference,
        macro_f1_difference,
        verdict,
        newly_wrong,
    })
}

/// McNemar's exact test: how likely at least so uneven a split of the rows is that only one side gets right, if a coin
/// decided each of them.
#[must_use]
pub fn mc_nemar(one: u64, two: u64) -> f64 {
    let (few, all) = (one.min(two), one + two);
    if all == 0 {
        return 1.0;
    }
    let log_choose = |k: u64| log_factorial(all) - log_factorial(k) - log_factorial(all - k);
    let half = all as f64 * std::f64::consts::LN_2;
    let tail: f64 = (0..=few).map(|k| libm::exp(log_choose(k) - half)).sum();
    round((2.0 * tail).min(1.0))
}

fn log_factorial(number: u64) -> f64 {
    libm::lgamma(number as f64 + 1.0)
}

/// The differences of accuracy and of macro-F1, each with the middle 95 % of what drawing the rows again gives.
///
/// Rows with the same label and answers are alike, so that a draw needs one number for each kind of row, however many
/// rows there are.
fn bootstrap(pairs: &[Pair]) -> [Difference; 2] {
    let mut kinds: BTreeMap<(Label, Label, Label), u64> = BTreeMap::new();
    for (this, other) in pairs {
        *kinds.entry((this.label, this.predicted, other.predicted)).or_default() += 1;
    }
    let kinds: Vec<_> = kinds.into_iter().collect();
    let [accuracy, macro_f1] = differences(kinds.iter().map(|(kind, rows)| (*kind, *rows)));
    let mut random = Random::new(pairs.len() as u64);
    let (mut accuracies, mut macro_f1s) = (Vec::new(), Vec::new());
    for _ in 0..limits::DRAWS {
        let (mut rows_left, mut share_left) = (pairs.len() as u64, pairs.len() as u64);
        let drawn = kinds.iter().map(|(kind, rows)| {
            let drawn = random.binomial(rows_left, *rows as f64 / share_left as f64);
            rows_left -= drawn;
            share_left -= rows;
            (*kind, drawn)
        });
        let [accuracy, macro_f1] = differences(drawn);
        accuracies.push(accuracy);
        macro_f1s.push(macro_f1);
    }
    [difference(accuracy, accuracies), difference(macro_f1, macro_f1s)]
}

/// Both differences of rows that are given by kind: label, this answer, the other's, and how many.
fn differences(kinds: impl Iterator<Item = ((Label, Label, Label), u64)>) -> [f64; 2] {
    let (mut this, mut other) = (Confusion::default(), Confusion::default());
    for ((label, one, two), rows) in kinds {
        this.add(label, one, rows);
        other.add(label, two, rows);
    }
    let less = |one: Option<f64>, two: Option<f64>| one.unwrap_or_default() - two.unwrap_or_default();
    [less(this.accuracy(), other.accuracy()), less(this.macro_f1(), other.macro_f1())]
}

fn difference(value: f64, mut draws: Vec<f64>) -> Difference {
    draws.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| {
        let place = (share * draws.len() as f64) as usize;
        draws.get(place.min(draws.len().saturating_sub(1))).copied().map_or(value, round)
    };
    Difference { value: round(value), interval: [at(0.025), at(0.975)] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::samples::said;
    use Label::{KycLookup, Other};

    fn pairs(this: Label, other: Label, rows: usize) -> Vec<Pair> {
        said(Other, this, 900, true, rows).into_iter().zip(said(Other, other, 900, true, rows)).collect()
    }

    #[test]
    fn the_exact_test_gives_the_sums_of_pascals_triangle() {
        for (one, two, chance) in [
            (0, 0, 1.0),
            (5, 5, 1.0),
            (0, 5, 0.0625),
            (1, 9, 0.021_484),
            (9, 1, 0.021_484),
            (3, 4, 1.0),
            (10, 25, 0.016_674),
        ] {
            assert!((mc_nemar(one, two) - chance).abs() < 1e-5, "{one} {two}: {}", mc_nemar(one, two));
        }
        assert!(mc_nemar(400_000, 410_000) < 1e-6, "many rows are no trouble");
    }

    #[test]
    fn a_side_that_gets_more_right_is_better_only_if_that_is_no_accident() {
        let mut rows = pairs(Other, Other, 80);
        rows.extend(pairs(KycLookup, Other, 3));
        rows.extend(pairs(Other, KycLookup, 5));
        let close = compare("b".into(), &rows, 0, vec![]).unwrap();
        assert_eq!((close.verdict, close.only_this_right, close.only_other_right), (Verdict::NoDifferenceShown, 5, 3));
        let [low, high] = close.accuracy_difference.interval;
        assert!(low < 0.0 && 0.0 < high, "{close:?}");

        rows.extend(pairs(Other, KycLookup, 20));
        let clear = compare("b".into(), &rows, 2, vec![]).unwrap();
        assert_eq!((clear.verdict, clear.rows, clear.unmatched), (Verdict::Better, 108, 2));
        assert!((clear.accuracy_difference.value - 22.0 / 108.0).abs() < 2e-6);
        assert!(clear.accuracy_difference.interval[0] > 0.1 && clear.accuracy_difference.interval[1] < 0.32);

        let turned: Vec<Pair> = rows.into_iter().map(|(this, other)| (other, this)).collect();
        assert_eq!(compare("a".into(), &turned, 2, vec![]).unwrap().verdict, Verdict::Worse);
        assert_eq!(compare("a".into(), &[], 2, vec![]), None);
    }

    #[test]
    fn the_bootstrap_is_the_same_every_time() {
        let rows = [pairs(Other, Other, 50), pairs(KycLookup, Other, 9)].concat();
        assert_eq!(bootstrap(&rows), bootstrap(&rows));
    }
}
