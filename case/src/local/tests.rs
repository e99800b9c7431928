//! The local tier's promises: hostile bytes, any text, the sample and its rewordings.

use super::*;

const SAMPLE: &str = "Customer says their card was charged twice for the same subscription.";

/// The sample in other words; none of them is in the training data.
const REWORDINGS: [&str; 20] = [
    "The customer was billed two times for one subscription.",
    "Client reports a double charge for the same monthly subscription on their card.",
    "I was charged twice for my subscription this month.",
    "My card got billed twice for one subscription, please fix it.",
    "Why does my statement show the same subscription payment two times?",
    "A customer complains that a streaming service took the money twice.",
    "Customer states the subscription fee was deducted twice from the card.",
    "The same subscription charge appears twice on the customer's account.",
    "I paid for my subscription once but was charged two times.",
    "User says a duplicate charge for a subscription showed up on her card.",
    "Hello, it looks like I have been double charged for my gym membership.",
    "The caller noticed two identical charges for one subscription and wants one back.",
    "customer got charged 2 times for same subscription",
    "They say their debit card was hit twice for a single subscription renewal.",
    "There is a duplicate subscription payment on my card, I only bought it once.",
    "The subscription was charged twice to the customer's card, they want a refund of the second charge.",
    "My subscription renewed and I see two charges instead of one.",
    "Customer writes: you charged me twice for the same thing.",
    "Customer says the same subscription has been taken from their card twice.",
    "It seems the customer has been charged double for their subscription.",
];

fn read(text: &str) -> Reading {
    LocalModel::embedded().read(text)
}

fn top(reading: &Reading) -> Scored {
    reading.scores[0]
}

#[track_caller]
fn check(text: &str, label: Label) {
    let reading = read(text);
    assert_eq!(top(&reading).label, label, "{text}: {reading:?}");
    assert!(reading.sure, "{text}: {reading:?}");
}

#[test]
fn the_sample_is_surely_a_dispute() {
    check(SAMPLE, Label::DisputeSummary);
    assert!(top(&read(SAMPLE)).confidence.parts() > 900_000, "{:?}", read(SAMPLE));
    let cues = LocalModel::embedded().cues(SAMPLE, Label::DisputeSummary);
    assert!(cues.iter().any(|cue| cue.contains("twice")), "{cues:?}");
}

#[test]
fn rewordings_of_the_sample_are_disputes_with_confidences_of_their_own() {
    let readings = REWORDINGS.map(read);
    for (text, reading) in REWORDINGS.iter().zip(&readings) {
        assert_eq!(top(reading).label, Label::DisputeSummary, "{text}: {reading:?}");
    }
    let confidences: std::collections::BTreeSet<Ppm> = readings.iter().map(|reading| top(reading).confidence).collect();
    assert_eq!(confidences.len(), REWORDINGS.len());
    let sure = readings.iter().filter(|reading| reading.sure).count();
    assert!(sure >= 17, "{sure} of 20 are sure");
}

#[test]
fn each_task_is_read_from_plain_words() {
    check("Someone used my card, I do not recognise this payment", Label::FraudCheck);
    check("My wallet was stolen with my card in it", Label::FraudCheck);
    check("Where is my transfer?", Label::PaymentStatus);
    check("I can't verify my identity", Label::KycLookup);
    check("what is the capital of france", Label::Other);
}

#[test]
fn a_colleagues_words_are_read_too() {
    check("The customer claims that their account has been hacked.", Label::FraudCheck);
    let hacked = read("my bank account got hacked please help");
    assert!(top(&hacked).label == Label::FraudCheck && hacked.fraud_suspected, "{hacked:?}");
    check("Customer disputes a charge of $49.99 from Netflix", Label::DisputeSummary);
    check("Client wants to know the status of the wire transfer sent on Wednesday.", Label::PaymentStatus);
    check("Customer needs to update their address and passport information.", Label::KycLookup);
}

#[test]
fn use_by_somebody_else_is_suspected_where_it_is_said_in_passing() {
    for text in [
        "Where is my refund? Also there is a payment that I never made.",
        "I lost my phone yesterday. How do I change my address?",
        "my card was stolen",
    ] {
        assert!(read(text).fraud_suspected, "{text}");
    }
    for text in [SAMPLE, "Where is my transfer?", "what is the capital of france"] {
        assert!(!read(text).fraud_suspected, "{text}");
    }
}

#[test]
fn two_clear_tasks_are_two_intents_the_more_urgent_first() {
    let labels = |text: &str| read(text).intents.into_iter().map(|scored| scored.label).collect::<Vec<_>>();
    assert_eq!(
        labels("Where is my transfer? It is still pending. I also don't recognise a card payment on my statement."),
        [Label::FraudCheck, Label::PaymentStatus]
    );
    assert_eq!(labels(SAMPLE), [Label::DisputeSummary]);
    assert_eq!(labels("what is the capital of france"), [Label::Other]);
}

#[test]
fn scores_name_every_label_once_in_order_and_add_up_to_one() {
    for text in ["", SAMPLE, "\u{1f600}", "Where is my transfer? I lost my card."] {
        let reading = read(text);
        assert_eq!(reading.scores.iter().map(|scored| scored.confidence.parts()).sum::<u32>(), 1_000_000);
        assert!(reading.scores.is_sorted_by(|first, second| first.confidence >= second.confidence));
        assert_eq!(
            reading.scores.iter().map(|scored| scored.label).collect::<std::collections::BTreeSet<_>>().len(),
            5
        );
        assert!((1..=INTENTS_MAX).contains(&reading.intents.len()));
        assert_eq!(reading.model, LocalModel::embedded().hash());
    }
}

#[test]
fn what_the_model_never_learnt_is_never_sure() {
    for text in [
        "",
        "   ",
        "\u{1f600}\u{1f600}\u{1f600}",
        "[card:1] [email:2]",
        "zxcv qwpoeiru lkjasdf mnbzx",
        "Meine Karte wurde zweimal belastet",
        "カードが二重に請求されました",
        "tarjeta cobrada dos veces",
    ] {
        assert!(!read(text).sure, "{text}: {:?}", read(text));
    }
}

#[test]
fn a_personal_data_token_changes_nothing() {
    let plain = read("My card was charged twice by the same shop");
    assert_eq!(read("My card [card:1] was charged twice by the same shop [email:2]"), plain);
}

#[test]
fn a_long_letter_is_read_by_its_point() {
    let story = "I went to the lake with my family and we had a good time. The weather was nice. ".repeat(6);
    let letter = format!(
        "Dear team. {story} My card was charged twice for one payment and I want my money back. {story} Thank you."
    );
    assert_eq!(top(&read(&letter)).label, Label::DisputeSummary, "{:?}", read(&letter));
}

#[test]
fn twenty_thousand_characters_of_anything_are_read() {
    for unit in
        ["a", "a ", "charged twice, ", "?! ", "\u{1f600}", "\u{0301}", "[card:1]", "[", " and where is my card", "ß\n"]
    {
        let text: String = unit.chars().cycle().take(20_000).collect();
        let reading = read(&text);
        assert_eq!(reading, read(&text));
        assert!(LocalModel::embedded().cues(&text, Label::Other).len() <= CUES_MAX);
    }
}

#[test]
fn cues_are_words_of_the_text_that_the_model_knows() {
    let cues = LocalModel::embedded().cues("Xylophania Q. Zzyzx was charged twice", Label::DisputeSummary);
    assert!(!cues.is_empty());
    for cue in cues {
        assert!("was charged twice".contains(&cue), "{cue}");
    }
    assert!(LocalModel::embedded().cues("", Label::Other).is_empty());
}

#[test]
fn the_embedded_model_is_below_a_million_bytes_and_writes_back_to_the_same_bytes() {
    let bytes = include_bytes!("../../model/triage.bin");
    assert!(bytes.len() < 1_000_000);
    assert!(LocalModel::embedded().parts().encode().unwrap() == bytes);
}

#[test]
fn the_hash_by_which_journals_name_the_model_is_that_of_its_plain_form() {
    let model = LocalModel::embedded();
    assert_eq!(crate::ids::Digest::of(&model.parts().plain()).as_str(), model.hash());
}

/// A model file with a few of the features, so that thousands of damaged copies are read in a moment.
fn small_model() -> Vec<u8> {
    let mut parts = LocalModel::embedded().parts().clone();
    parts.features.truncate(20);
    parts.strengths.truncate(20);
    parts.vectors.weights.truncate(20 * parts.vectors.scales.len());
    parts.encode().unwrap()
}

#[test]
fn a_model_cut_anywhere_is_an_error() {
    let bytes = small_model();
    assert!(LocalModel::from_bytes(&bytes).is_ok());
    for length in (0..bytes.len()).rev().take(3_000).chain(0..3_000) {
        assert!(LocalModel::from_bytes(&bytes[..length]).is_err(), "{length} bytes");
    }
    assert_eq!(LocalModel::from_bytes(&[bytes.as_slice(), &[0]].concat()), Err(ModelError::Length));
    assert_eq!(LocalModel::from_bytes(b"GIF89a"), Err(ModelError::NotAModel));
}

#[test]
fn hostile_model_bytes_never_panic() {
    let bytes = small_model();
    for at in 0..3_000 {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut hostile = bytes.clone();
            hostile[at] = value;
            if let Ok(model) = LocalModel::from_bytes(&hostile) {
                let _ = (model.read(SAMPLE), model.cues(SAMPLE, Label::Other));
            }
        }
    }
}

#[test]
fn a_model_of_another_version_is_refused_by_its_number() {
    let mut bytes = LocalModel::embedded().parts().encode().unwrap();
    bytes[8] = 9;
    assert_eq!(LocalModel::from_bytes(&bytes), Err(ModelError::Version(9)));
}

#[test]
fn a_clause_that_is_clearer_than_the_whole_says_how_likely_its_task_is() {
    let model = LocalModel::embedded();
    let said = |label: Label, share: f64| {
        let mut shares = [(1.0 - share) / 4.0; 5];
        *score::of_mut(&mut shares, label) = share;
        Said { shares, familiar: Ppm::ONE }
    };
    let clauses = [said(Label::FraudCheck, 0.97), said(Label::KycLookup, 0.98)];
    let top = Scored { label: Label::FraudCheck, confidence: Ppm::new(550_000).unwrap() };
    let intents = model.intents(&clauses, top);
    let labels: Vec<Label> = intents.iter().map(|scored| scored.label).collect();
    assert_eq!(labels, [Label::FraudCheck, Label::KycLookup]);
    assert_eq!(intents[0].confidence.parts(), 970_000, "what the clause says, not what the whole says");
}
