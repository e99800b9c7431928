//! The stand-in's own opinion of a customer's text: words that speak for a task, added up.
//!
//! It is written apart from the product's classifier and knows nothing of it. It is not meant to be good, only to be
//! independent, steady and mostly right.

use super::label::Label;

/// What the stand-in thinks of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Judgement {
    /// Every label, the most likely first, with its share of the belief.
    pub(super) ranking: Vec<(Label, f64)>,
    /// A sentence that says why.
    pub(super) reason: String,
}

impl Judgement {
    pub(super) fn label(&self) -> Label {
        self.ranking.first().map_or(Label::Other, |(label, _)| *label)
    }

    pub(super) fn confidence(&self) -> f64 {
        self.ranking.first().map_or(0.0, |(_, share)| *share)
    }

    /// The same opinion as if only some labels existed.
    pub(super) fn among(&self, is_allowed: impl Fn(Label) -> bool) -> Self {
        let ranking = self.ranking.iter().copied().filter(|(label, _)| is_allowed(*label)).collect();
        Self { ranking, reason: self.reason.clone() }
    }
}

/// Phrases that speak for a label, with their weight. A phrase is matched from the beginning of a word on.
const SIGNS: &[(Label, i32, &[&str])] = &[
    (Label::FraudCheck, 8, &["stolen", "stole", "hacked", "fraud", "scam", "phish", "compromised", "someone else"]),
    (Label::FraudCheck, 8, &["not recogni", "don t recogni", "didn t recogni", "do not recogni", "unrecogni"]),
    (Label::FraudCheck, 7, &["didn t make", "did not make", "never made", "wasn t me", "was not me", "not mine"]),
    (Label::FraudCheck, 7, &["lost my", "my lost", "card is lost", "went missing", "gone missing", "can t find my"]),
    (
        Label::FraudCheck,
        7,
        &["suspicious", "freeze", "block my", "unauthori", "didn t authori", "a stop on", "a block on"],
    ),
    (
        Label::FraudCheck,
        6,
        &["i never", "mugged", "without my", "strange", "set up", "cloned", "but i did not", "in my name"],
    ),
    (
        Label::FraudCheck,
        6,
        &["report my", "i didn t do", "didn t take out", "lost it", "losing", "lost card", "stop on my"],
    ),
    (
        Label::KycLookup,
        7,
        &["identity", "verif", "kyc", "source of", "passport", "proof of", "identification", "identif"],
    ),
    (
        Label::KycLookup,
        7,
        &["id document", "my id ", "my details", "personal", "change my name", "my address", "my info"],
    ),
    (
        Label::KycLookup,
        6,
        &["funds come", "funds came", "money come", "money came", "date of birth", "surname", "i moved"],
    ),
    (
        Label::KycLookup,
        5,
        &["update my", "account details", "my name", "my phone number", "id check", "where my funds"],
    ),
    (Label::DisputeSummary, 6, &["twice", "double", "two times", "duplicate", "overcharg", "dispute", "chargeback"]),
    (
        Label::DisputeSummary,
        6,
        &["money back", "wrong amount", "extra charge", "extra fee", "wrong exchange", "a refund"],
    ),
    (Label::DisputeSummary, 5, &["was i charged", "did i get charged", "been charged", "was charged", "got charged"]),
    (Label::DisputeSummary, 5, &["rate was", "rate is wrong", "wrong rate", "charged me", "incorrect", "not correct"]),
    (
        Label::DisputeSummary,
        5,
        &["wrong cash", "less cash", "amount of cash", "enough money", "1 fee", "additional", "extra"],
    ),
    (
        Label::DisputeSummary,
        4,
        &["a fee", "only got", "less than i", "two charges", "fee was", "fee for", "exact", "right amount"],
    ),
    (
        Label::DisputeSummary,
        3,
        &["refund", "charged", "pound", "1 ", "fee ", "rate applied", "different amount", "correct"],
    ),
    (
        Label::DisputeSummary,
        2,
        &["wrong", "subscription", "charge", "fees", "exchange rate", "rate", "statement", "item"],
    ),
    (
        Label::PaymentStatus,
        7,
        &["declin", "not gone through", "still pending", "shows as pending", "refund yet", "my refund"],
    ),
    (Label::PaymentStatus, 6, &["pending", "revert", "failed", "not arrived", "cancel", "not received", "not updated"]),
    (Label::PaymentStatus, 5, &["where is my money", "where is my transfer", "where is my payment", "not go through"]),
    (Label::PaymentStatus, 5, &["not show", "isn t show", "doesn t show", "didn t go through", "hasn t received"]),
    (Label::PaymentStatus, 5, &["haven t received", "didn t work", "not been credited", "beneficiary", "rejected"]),
    (
        Label::PaymentStatus,
        5,
        &["i topped up", "my top up", "my transfer", "the transfer", "i deposited", "went through"],
    ),
    (
        Label::PaymentStatus,
        4,
        &["recipient", "sent money", "disappeared", "how long", "status of", "not let me", "my cheque"],
    ),
    (
        Label::PaymentStatus,
        3,
        &["deposit", "cheque", "payment", "hasn t", "transfer", "not able to", "could not", "go through"],
    ),
    (
        Label::PaymentStatus,
        2,
        &["still", "balance", "money", "yet", "arrive", "top up", "cash", "waiting", "atm", "didn t"],
    ),
    (
        Label::Other,
        6,
        &["exchange rates", "do you support", "activate", "pin", "passcode", "deliver", "track", "my new card"],
    ),
    (
        Label::Other,
        6,
        &["apple pay", "google pay", "virtual", "disposable", "credit score", "credit limit", "apr", "rewards"],
    ),
    (
        Label::Other,
        6,
        &["interest rate", "routing", "expir", "replacement", "spare card", "close my account", "how old"],
    ),
    (
        Label::Other,
        5,
        &[
            "countr",
            "currenc",
            "is there a limit",
            "auto",
            "how much",
            "will i",
            "am i",
            "do you charge",
            "do you accept",
        ],
    ),
    (
        Label::Other,
        4,
        &["new card", "can i top", "how do i top", "how can i", "can i use", "where can i", "limit", "how do you"],
    ),
    (
        Label::Other,
        3,
        &["how do i", "can i", "are there", "is it possible", "which", "order", "weather", "recipe", "pay my", "bill"],
    ),
    (
        Label::Other,
        2,
        &["what is the", "what s my", "what s the", "can you", "do i", "does", "will there", "due", "physical"],
    ),
];

/// What every label starts with; a text without any sign is most likely none of the tasks.
const START: [(Label, f64); 5] = [
    (Label::Other, 2.0),
    (Label::PaymentStatus, 0.0),
    (Label::DisputeSummary, 0.0),
    (Label::FraudCheck, 0.0),
    (Label::KycLookup, 0.0),
];

/// Judges a text.
pub(super) fn judge(text: &str) -> Judgement {
    let words = plain_words(text);
    let mut scores = START;
    let mut told: Vec<(Label, i32, &str)> = Vec::new();
    for (label, weight, phrases) in SIGNS {
        let found = phrases.iter().filter(|phrase| words.contains(&format!(" {phrase}")));
        told.extend(found.map(|phrase| (*label, *weight, *phrase)));
    }
    for (label, weight, _) in &told {
        if let Some((_, score)) = scores.iter_mut().find(|(scored, _)| scored == label) {
            *score += f64::from(*weight);
        }
    }
    // A softmax over half the points: three points of difference are a confidence of about 0.8.
    let total: f64 = scores.iter().map(|(_, score)| (score / 2.0).exp()).sum();
    let mut ranking: Vec<(Label, f64)> =
        scores.iter().map(|(label, score)| (*label, two_digits((score / 2.0).exp() / total))).collect();
    ranking.sort_by(|one, other| other.1.total_cmp(&one.1));
    let reason = reason(ranking.first().map_or(Label::Other, |(label, _)| *label), &told);
    Judgement { ranking, reason }
}

/// Models say 0.95 and rarely more.
fn two_digits(share: f64) -> f64 {
    (share.min(0.97) * 100.0).round() / 100.0
}

fn reason(label: Label, told: &[(Label, i32, &str)]) -> String {
    let strongest = told.iter().filter(|(speaks_for, ..)| *speaks_for == label).max_by_key(|(_, weight, _)| *weight);
    match strongest {
        Some((_, _, phrase)) => format!("The words \"{}\" speak for {}.", phrase.trim(), label.name()),
        None => format!("Nothing in the text speaks for another label than {}.", label.name()),
    }
}

/// The text in lower case with one space for everything that is no letter or digit, and one at either end.
fn plain_words(text: &str) -> String {
    let mut words = String::from(" ");
    for character in text.chars().flat_map(char::to_lowercase) {
        if character.is_alphanumeric() {
            words.push(character);
        } else if !words.ends_with(' ') {
            words.push(' ');
        }
    }
    words + " "
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_cases_are_judged_rightly() {
        for (text, label) in [
            ("Customer says their card was charged twice for the same subscription.", Label::DisputeSummary),
            ("There is a payment on my card I do not recognise, someone stole my details", Label::FraudCheck),
            ("Why do you need to verify my identity? Is my passport enough?", Label::KycLookup),
            ("My transfer is still pending and has not arrived", Label::PaymentStatus),
            ("What's the weather like in Lisbon?", Label::Other),
            ("", Label::Other),
        ] {
            assert_eq!(judge(text).label(), label, "{text}");
        }
    }

    #[test]
    fn shares_are_sorted_and_in_range_and_the_reason_names_what_spoke() {
        let judgement = judge("I was charged twice and my transfer is pending");
        assert!(judgement.ranking.windows(2).all(|pair| pair[0].1 >= pair[1].1));
        assert!(judgement.ranking.iter().all(|(_, share)| (0.0..=0.97).contains(share)));
        assert!(judgement.reason.contains(judgement.label().name()));
    }

    #[test]
    fn leaving_a_label_out_moves_the_next_one_up() {
        let judgement = judge("hello");
        assert_eq!(judgement.label(), Label::Other);
        assert_ne!(judgement.among(|label| label != Label::Other).label(), Label::Other);
    }
}
