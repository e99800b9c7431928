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
    (
        Label::FraudCheck,
        6,
        &["stolen", "stole", "hacked", "fraud", "scam", "phish", "compromised", "someone else used"],
    ),
    (
        Label::FraudCheck,
        6,
        &["not recogni", "don t recogni", "didn t recogni", "do not recogni", "unrecogni", "unauthori"],
    ),
    (Label::FraudCheck, 5, &["didn t make", "did not make", "never made", "wasn t me", "was not me", "not mine"]),
    (Label::FraudCheck, 5, &["lost my card", "lost card", "card is lost", "lost my phone", "lost phone", "suspicious"]),
    (Label::FraudCheck, 5, &["freeze", "block my", "didn t authori", "i never bought", "don t remember", "took my"]),
    (Label::FraudCheck, 4, &["mugged", "used without", "without my permission", "strange", "never set up", "cloned"]),
    (Label::KycLookup, 6, &["identity", "verif", "kyc", "source of funds", "source of my", "passport", "proof of"]),
    (
        Label::KycLookup,
        5,
        &["id document", "id card", "my details", "personal details", "change my name", "my address"],
    ),
    (
        Label::KycLookup,
        4,
        &["where my funds", "where the money came", "onboarding", "date of birth", "surname", "moved"],
    ),
    (
        Label::DisputeSummary,
        6,
        &["twice", "double charge", "two times", "duplicate", "overcharg", "dispute", "chargeback"],
    ),
    (
        Label::DisputeSummary,
        5,
        &["refund", "money back", "wrong amount", "extra charge", "extra fee", "wrong exchange"],
    ),
    (
        Label::DisputeSummary,
        5,
        &["why was i charged", "why did i get charged", "been charged", "was charged", "got charged"],
    ),
    (
        Label::DisputeSummary,
        4,
        &["why is there a fee", "exchange rate was", "rate was wrong", "charged me", "incorrect"],
    ),
    (Label::DisputeSummary, 3, &["extra pound", "1 fee", "a fee", "charged", "only got", "less than i", "two charges"]),
    (
        Label::DisputeSummary,
        3,
        &["wrong", "subscription", "charge on my", "fees", "rate applied", "i asked for", "cancelled subscription"],
    ),
    (
        Label::PaymentStatus,
        5,
        &["pending", "declin", "has not arrived", "hasn t arrived", "not arrive", "not gone through"],
    ),
    (
        Label::PaymentStatus,
        5,
        &["still waiting", "where is my money", "where is my transfer", "where is my payment", "cancel"],
    ),
    (
        Label::PaymentStatus,
        5,
        &["revert", "failed", "not showing", "isn t showing", "doesn t show", "didn t go through"],
    ),
    (
        Label::PaymentStatus,
        5,
        &["not received", "hasn t received", "haven t received", "not updated", "how long", "status of"],
    ),
    (
        Label::PaymentStatus,
        4,
        &["didn t work", "not been credited", "not in my account", "beneficiary", "not showing up"],
    ),
    (
        Label::PaymentStatus,
        3,
        &["transfer", "deposit", "top up", "cheque", "payment", "still", "went through", "balance"],
    ),
    (Label::PaymentStatus, 2, &["recipient", "sent money", "rejected", "disappeared", "money", "yet", "arrive"]),
    (
        Label::Other,
        5,
        &["exchange rates", "how do i", "how can i", "how do you", "can i get", "do you support", "what is my"],
    ),
    (Label::Other, 5, &["activate", "pin", "passcode", "delivery", "track", "apple pay", "google pay", "virtual card"]),
    (
        Label::Other,
        5,
        &["credit score", "credit limit", "apr", "rewards", "interest rate", "routing", "expire", "expiration"],
    ),
    (
        Label::Other,
        4,
        &["new card", "replacement", "spare card", "close my account", "how old", "countries", "currenc"],
    ),
    (
        Label::Other,
        4,
        &["what is the", "is there a limit", "what s the", "can i use", "where can i", "tell me", "limit"],
    ),
    (
        Label::Other,
        3,
        &["do i", "can i", "does", "which", "what", "order", "weather", "recipe", "pay my", "bill", "due"],
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
