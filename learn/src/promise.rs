//! From which confidence a label is sure, so that a promised share of wrong decisions is kept.
//!
//! Learn then test (Angelopoulos and others 2021, arXiv:2110.01052): some thresholds, fixed by the share of rows they let through, are each
//! tested on rows the models have not seen against the hypothesis that more than the promised share of what they let
//! through is wrong. The test is exact (Clopper and Pearson's binomial bound) and each threshold has its part of
//! [`FAILS`] (Bonferroni); the laxest that passes is taken. So for rows like these, a promise fails with at most that
//! chance. Three things are promised: of all that is decided, the promised share; of what is decided for one label, at
//! most [`ONE_LABEL`] times as much; and of that, missed fraud reports at most the promised share. A label's threshold
//! is the strictest of the three.

use case::label::{Label, Ppm};
use case::local::file::Settings;

use super::calibrate::top;
use super::folds::{Asked, Fold};

/// The chance that a promise does not hold for rows like those it was fitted on.
const FAILS: f64 = 0.1;
/// Of what is decided for one label, so many times as much may be wrong as of all.
const ONE_LABEL: f64 = 2.0;
/// The shares of the rows that the thresholds let through, the laxest first.
const LET_THROUGH: [f64; 16] = [1.0, 0.99, 0.98, 0.97, 0.95, 0.93, 0.9, 0.87, 0.84, 0.8, 0.75, 0.7, 0.6, 0.5, 0.4, 0.3];
/// No label is sure below this, however well it did on the folds.
const FLOOR: Ppm = match Ppm::new(500_000) {
    Some(half) => half,
    None => Ppm::ONE,
};

/// One reading of a row whose label is known.
#[derive(Debug, Clone, Copy)]
struct Outcome {
    said: Label,
    confidence: Ppm,
    wrong: bool,
    missed_fraud: bool,
}

/// For each label, in the order of [`Label::ALL`], from which confidence it is sure.
pub(crate) fn thresholds(folds: &[Fold], settings: &Settings, promised: Ppm) -> [Ppm; 5] {
    // What is asked of a model that saw no text of other styles says how it is there, not how the shipped one is.
    let asked = folds.iter().filter(|fold| fold.unseen.is_fold()).flat_map(|fold| &fold.rows);
    let outcomes: Vec<Outcome> =
        asked.filter(|asked| is_read_whole(asked)).filter_map(|asked| outcome(asked, settings)).collect();
    let promised = promised.share();
    let of_all = threshold(outcomes.iter(), |outcome| outcome.wrong, promised);
    Label::ALL.map(|label| {
        let said = || outcomes.iter().filter(|outcome| outcome.said == label);
        let of_label = threshold(said(), |outcome| outcome.wrong, promised * ONE_LABEL);
        let of_fraud = threshold(said(), |outcome| outcome.missed_fraud, promised);
        of_all.max(of_label).max(of_fraud).max(FLOOR)
    })
}

/// Whether a row is short enough to be read in one piece, as the opinions of the folds were.
fn is_read_whole(asked: &Asked) -> bool {
    asked.row.text.split_whitespace().nth(45).is_none()
}

fn outcome(asked: &Asked, settings: &Settings) -> Option<Outcome> {
    if asked.opinion.familiar < settings.familiar_from {
        return None;
    }
    let (said, share) = top(asked.opinion.tempered(settings));
    let wrong = said != asked.row.label;
    let missed_fraud = wrong && asked.row.label == Label::FraudCheck;
    Some(Outcome { said, confidence: Ppm::from_share(share.clamp(0.0, 1.0))?, wrong, missed_fraud })
}

/// The lowest confidence at which it is shown that few enough outcomes are faults.
fn threshold<'said>(
    said: impl Iterator<Item = &'said Outcome>,
    is_fault: impl Fn(&Outcome) -> bool,
    promised: f64,
) -> Ppm {
    let mut said: Vec<&Outcome> = said.collect();
    said.sort_by_key(|outcome| std::cmp::Reverse(outcome.confidence));
    let passes = |share: &f64| {
        let last = ((said.len() as f64 * share).ceil() as usize).checked_sub(1)?;
        let from = said.get(last)?.confidence;
        let let_through = said.iter().take_while(|outcome| outcome.confidence >= from);
        let (all, faults) =
            let_through.fold((0, 0), |(all, faults), outcome| (all + 1, faults + u32::from(is_fault(outcome))));
        (highest_share(faults, all, FAILS / LET_THROUGH.len() as f64) <= promised).then_some(from)
    };
    LET_THROUGH.iter().find_map(passes).unwrap_or(Ppm::ONE)
}

/// Clopper and Pearson's upper bound: the share of wrong ones with which `wrong` or fewer of `all` come about with a chance
/// of `fails`.
fn highest_share(wrong: u32, all: u32, fails: f64) -> f64 {
    if wrong >= all {
        return 1.0;
    }
    let (mut low, mut high) = (f64::from(wrong) / f64::from(all), 1.0);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if at_most(wrong, all, middle) > fails {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The chance that of `all` at most `wrong` are wrong, where each is with chance `share`.
fn at_most(wrong: u32, all: u32, share: f64) -> f64 {
    let (log_wrong, log_right) = (libm::log(share), libm::log(1.0 - share));
    let mut log_ways = 0.0;
    let mut chance = 0.0;
    for count in 0..=wrong {
        if count > 0 {
            log_ways += libm::log(f64::from(all - count + 1)) - libm::log(f64::from(count));
        }
        chance += libm::exp(log_ways + f64::from(count) * log_wrong + f64::from(all - count) * log_right);
    }
    chance
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_that_of_the_tables() {
        // Clopper and Pearson, one side, 95 %: none of 149 and 0.0199; 5 of 200 and 0.0519; 1 of 10 and 0.394.
        assert!((highest_share(0, 149, 0.05) - 0.0199).abs() < 1e-4);
        assert!((highest_share(5, 200, 0.05) - 0.0519).abs() < 2e-4);
        assert!((highest_share(1, 10, 0.05) - 0.3942).abs() < 1e-3);
        assert!(highest_share(3, 3, 0.05) >= 1.0);
    }

    fn outcomes(wrong: impl Iterator<Item = bool>) -> Vec<Outcome> {
        let outcome = |(at, wrong)| Outcome {
            said: Label::Other,
            confidence: Ppm::new(990_000 - at).unwrap_or_default(),
            wrong,
            missed_fraud: false,
        };
        (0_u32..).zip(wrong).map(outcome).collect()
    }

    fn of_wrong(said: &[Outcome], promised: f64) -> Ppm {
        threshold(said.iter(), |outcome| outcome.wrong, promised)
    }

    #[test]
    fn what_is_never_wrong_is_sure_down_to_its_last_row_and_what_has_few_rows_never() {
        let said = outcomes([false; 400].into_iter());
        assert_eq!(of_wrong(&said, 0.02), said[399].confidence);
        assert_eq!(of_wrong(&[], 0.02), Ppm::ONE);
        assert_eq!(of_wrong(&said[..60], 0.02), Ppm::ONE, "sixty rows cannot show two in a hundred");
    }

    #[test]
    fn rows_are_let_through_as_far_as_the_promise_can_be_shown() {
        let said = outcomes((0..2_000).map(|at| at >= 1_000 && at % 10 == 0));
        let let_through = |promised| {
            let from = of_wrong(&said, promised);
            said.iter().filter(|outcome| outcome.confidence >= from).count()
        };
        assert_eq!(let_through(0.02), 1_000);
        // 50 of 1,500 bound the share at 4.7 %, 60 of 1,600 at 5.1 %.
        assert_eq!(let_through(0.05), 1_500);
        assert_eq!(let_through(0.001), 0, "two thousand rows cannot show one in a thousand");
    }
}
