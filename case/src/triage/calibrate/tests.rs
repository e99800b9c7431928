//! A calibrator recovers what a model was made to boast, and there is none where the labels are too few.

use std::collections::BTreeMap;

use super::*;

/// A model that says these confidences, each so often, and is right in so many of a thousand cases.
fn says(rows: &[(u32, u32, u32)]) -> Vec<Labelled> {
    let mut labelled = Vec::new();
    for (said, times, right_of_1000) in rows {
        let said = Ppm::new(said * 1_000).unwrap();
        // Spread evenly, so that each part of it is like the whole.
        let right = |n: u32| (n * right_of_1000) / 1_000 != ((n + 1) * right_of_1000) / 1_000;
        labelled.extend((0..*times).map(|n| Labelled { said, right: right(n) }));
    }
    labelled
}

fn fitted(labelled: &[Labelled]) -> Calibrator {
    let calibrator = fit("claude-haiku-5-5", None, labelled).unwrap();
    assert_eq!(calibrator.check(), Ok(()));
    calibrator
}

/// How far what was said is from how often it was right, at each confidence of the model's own.
fn apart(own: &[Labelled], said: &[Labelled]) -> f64 {
    let mut by_own: BTreeMap<Ppm, f64> = BTreeMap::new();
    for (own, one) in own.iter().zip(said) {
        *by_own.entry(own.said).or_default() += one.said.share() - f64::from(u8::from(one.right));
    }
    by_own.values().map(|gap| gap.abs()).sum::<f64>() / said.len() as f64
}

/// The mean of squared differences.
fn squares(said: &[Labelled]) -> f64 {
    said.iter().map(|one| (one.said.share() - f64::from(u8::from(one.right))).powi(2)).sum::<f64>() / said.len() as f64
}

fn share(mille: u32) -> Ppm {
    Ppm::new(mille * 1_000).unwrap()
}

#[test]
fn a_model_that_says_95_and_is_right_in_70_of_100_is_found_out() {
    for times in [400, 4_000] {
        let labelled = says(&[(950, times, 700)]);
        let after = unseen(&labelled);
        let apart = (apart(&labelled, &labelled), apart(&labelled, &after));
        assert!(apart.0 > 0.24 && apart.1 < 0.02, "{apart:?}");
        assert!(squares(&after) < squares(&labelled));
        let said = fitted(&labelled).apply(share(950)).share();
        assert!((said - 0.7).abs() < 0.02, "{said}");
    }
}

#[test]
fn a_scripted_miscalibration_is_recovered_at_each_confidence() {
    let script = [(600, 500, 300), (800, 900, 500), (900, 1_500, 640), (950, 3_000, 760), (990, 1_100, 900)];
    let labelled = says(&script);
    let calibrator = fitted(&labelled);
    assert_eq!(calibrator.method, Method::Isotonic);
    for (said, _, right) in script {
        let is = calibrator.apply(share(said)).share();
        assert!((is - f64::from(right) / 1_000.0).abs() < 0.02, "{said}: {is}");
    }
    let apart = (apart(&labelled, &labelled), apart(&labelled, &unseen(&labelled)));
    assert!(apart.0 > 0.15 && apart.1 < 0.02, "{apart:?}");
}

#[test]
fn a_line_recovers_most_of_it_from_a_few_hundred_labels() {
    let labelled = says(&[(700, 100, 400), (900, 200, 620), (970, 100, 850)]);
    let calibrator = fitted(&labelled);
    assert_eq!(calibrator.method, Method::Platt);
    let apart = (apart(&labelled, &labelled), apart(&labelled, &unseen(&labelled)));
    assert!(apart.1 < apart.0 / 3.0, "{apart:?}");
}

#[test]
fn with_few_labels_or_few_wrong_ones_there_is_no_calibrator() {
    for (rows, wrong) in [(says(&[(950, 199, 700)]), 60), (says(&[(950, 380, 950)]), 19), (vec![], 0)] {
        let few = fit("m", None, &rows).unwrap_err();
        assert_eq!((few.labels as usize, few.wrong), (rows.len(), wrong), "{few}");
        assert!(few.to_string().contains("stays as the model says it"), "{few}");
    }
    assert!(fit("m", None, &says(&[(950, 300, 0)])).is_err(), "none was right");
    assert!(fit("m", None, &says(&[(950, 200, 900)])).is_ok());
}

#[test]
fn a_well_calibrated_model_is_left_about_as_it_is() {
    let labelled = says(&[(600, 1_000, 600), (800, 1_000, 800), (950, 2_000, 950)]);
    let calibrator = fitted(&labelled);
    for said in [600, 800, 950] {
        let is = calibrator.apply(share(said)).share();
        assert!((is - f64::from(said) / 1_000.0).abs() < 0.02, "{said}: {is}");
    }
}

#[test]
fn what_is_applied_rises_and_stays_a_share_whatever_is_said() {
    for labelled in [says(&[(950, 300, 700)]), says(&[(300, 700, 900), (600, 700, 200), (990, 700, 950)])] {
        let calibrator = fitted(&labelled);
        let table: Vec<Ppm> = (0..=1_000).map(|said| calibrator.apply(share(said))).collect();
        assert!(table.is_sorted(), "{calibrator:?}");
    }
}

#[test]
fn what_somebody_wrote_by_hand_is_checked() {
    let good = fitted(&says(&[(950, 300, 700)]));
    let bad = |change: fn(&mut Calibrator)| {
        let mut calibrator = good.clone();
        change(&mut calibrator);
        calibrator.check().unwrap_err()
    };
    assert_eq!(bad(|one| one.v = 2), CalibratorProblem::Version);
    assert_eq!(bad(|one| one.labels = 199), CalibratorProblem::Labels);
    assert_eq!(bad(|one| one.wrong = 19), CalibratorProblem::Labels);
    assert_eq!(bad(|one| one.wrong = 301), CalibratorProblem::Labels);
    assert_eq!(bad(|one| one.points.clear()), CalibratorProblem::Points);
    assert_eq!(bad(|one| one.points.reverse()), CalibratorProblem::Points);
    assert_eq!(bad(|one| one.points = vec![Point { said: share(1), right: share(1) }; 2]), CalibratorProblem::Points);
}
