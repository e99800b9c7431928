//! What the stand-in has to fill an answer with, by the name of the field that asks for it.

use serde_json::{Value, json};

use super::gullible::Orders;
use super::judge::Judgement;
use super::label::Label;
use super::prompt::Prompt;
use super::summary::{Sentence, sentences};

/// A confidence that no judgement gives; the fault `nan` finds it in the finished text and puts `NaN` there.
pub(super) const NAN_MARK: f64 = 0.987_654_321;

/// Everything known about one prompt.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) judgement: Judgement,
    pub(super) confidence: f64,
    /// A label outside of those allowed, for the fault of that name.
    pub(super) alien_label: Option<&'static str>,
    pub(super) orders: Orders,
    pub(super) sentences: Vec<Sentence>,
    pub(super) text: String,
}

impl Facts {
    pub(super) fn new(prompt: &Prompt, judgement: Judgement, orders: Orders) -> Self {
        Self {
            confidence: judgement.confidence(),
            judgement,
            alien_label: None,
            orders,
            sentences: sentences(&prompt.data),
            text: prompt.customer_text.clone(),
        }
    }

    /// The label to give where these are allowed; none where none of them is one of ours.
    pub(super) fn label_among(&self, is_allowed: impl Fn(Label) -> bool) -> Option<Label> {
        let allowed = self.judgement.among(is_allowed);
        allowed.ranking.first().map(|(label, _)| *label)
    }

    /// Candidates for a field of that name, the best first; the schema decides which of them fits.
    pub(super) fn candidates(&self, name: &str) -> Vec<Value> {
        let label = || json!(self.alien_label.unwrap_or_else(|| self.judgement.label().name()));
        match name {
            "task" | "label" | "category" | "classification" | "intent" | "class" => vec![label()],
            "confidence" | "score" | "probability" => self.confidences(),
            "reason" | "rationale" | "explanation" | "reasoning" | "justification" => {
                vec![json!(self.judgement.reason)]
            }
            "summary" | "finding" | "conclusion" => vec![json!(self.summary_text())],
            "text" | "request_text" | "description" => vec![json!(self.text)],
            "amount" => self.amount().map_or_else(Vec::new, |(minor, written)| {
                vec![json!(written.parse::<f64>().unwrap_or_default()), json!(minor), json!(written)]
            }),
            "amount_minor" => self.amount().map_or_else(Vec::new, |(minor, _)| vec![json!(minor)]),
            "currency" => self.currency().map_or_else(Vec::new, |code| vec![json!(code)]),
            "date" | "transaction_date" | "occurred_on" => self.word(is_date),
            "transaction_id" => self.word(|word| word.starts_with("tx-")),
            "payment_id" => self.word(|word| word.starts_with("pay-")),
            "customer_id" => self.word(|word| word.starts_with("cus_")),
            "merchant" | "merchant_name" => self.merchant().map_or_else(Vec::new, |name| vec![json!(name)]),
            "language" => vec![json!("en")],
            _ => Vec::new(),
        }
    }

    /// The sentences of the evidence as one text.
    pub(super) fn summary_text(&self) -> String {
        let told: Vec<&str> = self.sentences.iter().map(|sentence| sentence.text.as_str()).collect();
        if told.is_empty() { format!("The customer writes: {}", self.text) } else { told.join(" ") }
    }

    /// As a share, and as a percentage for a field that takes only whole numbers.
    #[expect(clippy::cast_possible_truncation, reason = "a confidence in per cent is a small number")]
    fn confidences(&self) -> Vec<Value> {
        vec![json!(self.confidence), json!((self.confidence * 100.0).round() as i64)]
    }

    /// The first amount in the text: in minor units, and as written without its sign.
    fn amount(&self) -> Option<(i64, String)> {
        self.text.split_whitespace().find_map(|word| {
            let digits = word.trim_matches(|character: char| !character.is_ascii_digit());
            let (whole, minor) = digits.split_once('.').unwrap_or((digits, "00"));
            let is_amount = minor.len() == 2 && (digits.contains('.') || word.starts_with(['$', '€', '£']));
            let minor: i64 = whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(minor.parse().ok()?)?;
            is_amount.then(|| (minor, digits.to_owned()))
        })
    }

    fn currency(&self) -> Option<&'static str> {
        let signs = [("$", "USD"), ("USD", "USD"), ("€", "EUR"), ("EUR", "EUR"), ("£", "GBP"), ("GBP", "GBP")];
        signs.into_iter().find(|(sign, _)| self.text.contains(sign)).map(|(_, code)| code)
    }

    fn word(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<Value> {
        let mut words =
            self.text.split(|character: char| character.is_whitespace() || ",;:()[]\"'.!?".contains(character));
        words.find(|word| is_wanted(word)).map_or_else(Vec::new, |word| vec![json!(word)])
    }

    /// The capitalised words after "at", "from" or "by".
    fn merchant(&self) -> Option<String> {
        let mut words = self.text.split_whitespace().skip_while(|word| !["at", "from", "by"].contains(word)).skip(1);
        let first = words.next().filter(|word| word.starts_with(char::is_uppercase))?;
        let rest = words.take_while(|word| word.starts_with(char::is_uppercase));
        let name: Vec<&str> = std::iter::once(first).chain(rest).collect();
        Some(name.join(" ").trim_end_matches([',', '.', '!', '?']).to_owned())
    }
}

fn is_date(word: &str) -> bool {
    word.parse::<crate::day::Day>().is_ok()
}
