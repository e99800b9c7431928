//! What an operator's own labels teach, and what they must not.

use case::local::{LocalModel, features, text};

use super::*;

/// Rows of a bank that calls things by names of its own.
fn rows(count: usize) -> Vec<(String, Label)> {
    let kinds = [
        ("my flumbrix did not clear the grombel gate", Label::KycLookup),
        ("a snarfle went off the wobble pot twice", Label::DisputeSummary),
        ("the plinth of last week is still hanging", Label::PaymentStatus),
    ];
    let one = |at: usize| {
        let (words, label) = kinds[at % kinds.len()];
        (format!("{words}, ticket {} of {}", ["alpha", "beta", "gamma"][at % 7 % 3], word(at)), label)
    };
    (0..count).map(one).collect()
}

/// Another word for each number.
fn word(at: usize) -> String {
    at.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

fn example(text: &str, label: Label) -> Example {
    let reading = LocalModel::embedded().read(text);
    let share = |label: Label| {
        reading.scores.iter().find(|scored| scored.label == label).map_or(0.0, |scored| scored.confidence.share())
    };
    let words = text::words(text);
    let group = words
        .iter()
        .fold(7_u64, |hash, word| hash.wrapping_mul(31).wrapping_add(u64::from(features::word_feature(word))));
    Example {
        label,
        shares: Label::ALL.map(share),
        features: features::features(text),
        words: words.iter().map(|word| features::word_feature(word)).collect(),
        is_familiar: true,
        group,
    }
}

fn examples(rows: &[(String, Label)]) -> Vec<Example> {
    rows.iter().map(|(text, label)| example(text, *label)).collect()
}

/// Thresholds that nothing reaches.
const NEVER: [[Ppm; 5]; 5] = [[Ppm::ONE; 5]; 5];

fn right(unseen: &[Unseen], rows: &[(String, Label)]) -> usize {
    unseen.iter().zip(rows).filter(|(one, (_, label))| one.scores[0].label == *label).count()
}

#[test]
fn names_of_a_banks_own_are_learnt_and_hold_for_rows_that_were_not_seen() {
    let rows = rows(240);
    let examples = examples(&rows);
    let before = examples.iter().zip(&rows).filter(|(example, (_, label))| ranked(example.shares)[0].label == *label);
    assert!(before.count() < 160, "the model alone does not know these words");
    let fitted = fit(&examples, &NEVER).unwrap();
    assert!(right(&fitted.unseen, &rows) >= 235, "{}", right(&fitted.unseen, &rows));
    let sure = fitted.unseen.iter().filter(|one| one.sure_at[4]).count();
    assert!(sure > 180, "{sure} are sure at a promise of ten percent");

    let bytes = fitted.supplement.with_model(include_bytes!("../../case/model/triage.bin"));
    let model = LocalModel::from_bytes(&bytes).unwrap();
    assert_eq!(model.read("is the flumbrix still at the grombel gate").scores[0].label, Label::KycLookup);
}

#[test]
fn what_the_rows_do_not_speak_of_stays_as_it_was() {
    let fitted = fit(&examples(&rows(240)), &NEVER).unwrap();
    let model =
        LocalModel::from_bytes(&fitted.supplement.with_model(include_bytes!("../../case/model/triage.bin"))).unwrap();
    for text in [
        "Someone used my card, I do not recognise this payment",
        "what is the capital of france",
        "Where is my transfer?",
    ] {
        assert_eq!(model.read(text).scores[0].label, LocalModel::embedded().read(text).scores[0].label, "{text}");
    }
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    let examples = examples(&rows(80));
    assert_eq!(fit(&examples, &NEVER), fit(&examples, &NEVER));
}

#[test]
fn labels_drawn_at_random_make_nothing_sure() {
    let rows: Vec<(String, Label)> = (0..200)
        .map(|at: usize| (format!("where is my transfer {}", word(at)), Label::ALL[at * 7_919 % 97 % 5]))
        .collect();
    let fitted = fit(&examples(&rows), &[[Ppm::default(); 5]; 5]).unwrap();
    let sure = |promise: usize| fitted.unseen.iter().filter(|one| one.sure_at[promise]).count();
    assert!(sure(2) <= 10, "{} are sure at two percent", sure(2));
    assert!(
        fitted.supplement.sure_from.is_sorted_by(|strict, loose| strict.iter().zip(loose).all(|(one, two)| one >= two))
    );
}

#[test]
fn few_rows_one_label_and_repeats_teach_nothing() {
    assert_eq!(fit(&examples(&rows(30)), &NEVER), Err(TooFew::Rows(30)));
    let repeated = vec![example("where is my transfer", Label::Other); 500];
    assert_eq!(fit(&repeated, &NEVER), Err(TooFew::Rows(1)));
    let one: Vec<_> = rows(90).into_iter().map(|(text, _)| (text, Label::Other)).collect();
    assert_eq!(fit(&examples(&one), &NEVER), Err(TooFew::Labels));
}
