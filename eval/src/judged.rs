//! What the tiers said of one row, and the line of `predictions.jsonl` that it becomes.

use case::label::{Label, Ppm, Scored};
use serde::{Deserialize, Serialize};

use crate::row::{LabelledRow, RowId};

/// Who decides what a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// The local model, which is sure.
    Local,
    /// Claude, which is sure where the local model is not.
    Claude,
    /// A person, because nobody is sure.
    Human,
}

/// What was said of one row.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The best label, of whoever was asked last; also where it is not accepted.
    pub best: Scored,
    /// Who decides. The label is accepted where that is no person.
    pub decided_by: DecidedBy,
    /// What the local tier says by itself.
    pub local: Scored,
    /// Every label's share by the local tier; together one.
    pub local_scores: Vec<Scored>,
    /// Whether the local tier is sure at each promised error of the evaluation, in its order.
    pub sure_at: Vec<bool>,
    /// Whether the local tier suspects use by somebody else.
    pub fraud_suspected: bool,
    /// The language the local tier takes the text for, where that is not English.
    pub language: Option<String>,
    /// How long redacting and reading took, in nanoseconds; nothing where nobody measured it.
    pub local_ns: Option<u64>,
    /// The most that asking Claude about this row can cost by the price table, in nano-dollars; 0 where nobody worked
    /// it out.
    pub worst_case_nano_dollars: u64,
    /// What asking Claude came to, where it was asked.
    pub call: Option<Call>,
}

/// One row's calls of Claude, together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Call {
    /// Claude's label, where an answer could be used, with its confidence as it counts: calibrated, where it is.
    pub answer: Option<Scored>,
    /// The same as Claude said it.
    pub said: Option<Scored>,
    /// Whether Claude is sure enough of it to decide.
    pub sure: bool,
    /// What it cost, in nano-dollars.
    pub nano_dollars: u64,
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens of the answer.
    pub output_tokens: u64,
    /// Tokens read from the cache.
    pub cache_read_tokens: u64,
    /// How long it took, in milliseconds, retries and waiting included.
    pub took_ms: u64,
}

impl Judged {
    /// Whether the label counts as decided.
    #[must_use]
    pub const fn accepted(&self) -> bool {
        match self.decided_by {
            DecidedBy::Local | DecidedBy::Claude => true,
            DecidedBy::Human => false,
        }
    }

    /// The row's line.
    #[must_use]
    pub fn prediction(&self, row: &LabelledRow) -> Prediction {
        Prediction {
            id: row.id.clone(),
            label: row.label,
            predicted: self.best.label,
            probability: Share(self.best.confidence),
            accepted: self.accepted(),
            decided_by: self.decided_by,
            claude: self
                .call
                .and_then(|call| call.said)
                .map(|said| Opinion { label: said.label, confidence: Share(said.confidence) }),
        }
    }
}

/// A line of `predictions.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prediction {
    /// The row.
    pub id: RowId,
    /// What it is about, by the file.
    pub label: Label,
    /// The best label, also where it is not accepted.
    pub predicted: Label,
    /// How likely it is said to be, 0 to 1.
    pub probability: Share,
    /// Whether it counts as decided.
    pub accepted: bool,
    /// Who decides.
    pub decided_by: DecidedBy,
    /// What Claude said, before any calibration, where it was asked and could be understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claude: Option<Opinion>,
}

/// Claude's label and its own confidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// The label.
    pub label: Label,
    /// How sure it says it is.
    pub confidence: Share,
}

/// A share that is written as a number from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Share(pub Ppm);

impl TryFrom<f64> for Share {
    type Error = &'static str;

    fn try_from(share: f64) -> Result<Self, Self::Error> {
        Ppm::from_share(share).map(Self).ok_or("not a share from 0 to 1")
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> Self {
        share.0.share()
    }
}

/// A place on a curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// The share of the rows that are decided.
    pub coverage: f64,
    /// The share of those that are wrong.
    pub risk: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prediction_has_the_fields_of_the_contract_in_their_order_and_reads_back() {
        let prediction = Prediction {
            id: RowId::Text("b77-1".into()),
            label: Label::Other,
            predicted: Label::FraudCheck,
            probability: Share(Ppm::new(912_345).unwrap()),
            accepted: true,
            decided_by: DecidedBy::Local,
            claude: None,
        };
        let line = serde_json::to_string(&prediction).unwrap();
        let fields = r#"{"id":"b77-1","label":"other","predicted":"fraud_check","probability":0.912345,"accepted":true,"decided_by":"local"}"#;
        assert_eq!(line, fields);
        assert_eq!(serde_json::from_str::<Prediction>(&line).unwrap(), prediction);
        assert!(serde_json::from_str::<Prediction>(&line.replace("0.912345", "1.2")).is_err());
    }
}
