//! What the seeded bank knows about its stories and never serves: who has which, what they write, and how it ends.
//!
//! The ends are written by hand for each story. They know nothing of the code that is measured by them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Network;
use crate::day::Day;

/// One case: what a customer writes, and what a good specialist makes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The name of the story.
    pub story: String,
    /// The name of the story with the same words, other facts and another end.
    pub twin: String,
    /// Who writes.
    pub customer_id: String,
    /// What they write, on the day on which the bank stands.
    pub text: String,
    /// The transaction that the request itself names, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<String>,
    /// The payment that the request itself names, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<String>,
    /// The documents that come with the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
    /// What the customer says when asked, by the name of the question; the same each time it is asked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub follow_up: BTreeMap<String, String>,
    /// What it comes to.
    pub expect: Expect,
}

/// How a case ends, after the follow-ups.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The task of the request, or the first of its tasks.
    pub task: String,
    /// All tasks where there are several, the most urgent first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<String>,
    /// The transactions or payments meant, the disputed one last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<String>,
    /// The evidence that must be cited, as `source:id`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// The action that is proposed for the task.
    pub action: String,
    /// What is proposed for the other tasks, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub actions: BTreeMap<String, String>,
    /// The questions that are asked first, in order, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asks: Vec<String>,
    /// The network's reason code of a chargeback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ReasonCode>,
    /// What may never be proposed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub never: Vec<String>,
    /// Where the case rests: `review`, `waiting` or `closed`.
    pub rest: String,
}

/// A network and its reason code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonCode {
    /// The network.
    pub network: Network,
    /// Its code, such as `12.6.1`.
    pub code: String,
}

/// A document that comes with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Unique in the request.
    pub id: String,
    /// `passport`, `identity_card`, `driving_licence` and so on.
    #[serde(rename = "type")]
    pub kind: String,
    /// The sides that are there.
    pub sides: Vec<String>,
    /// When it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<Day>,
    /// When it runs out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Day>,
    /// The digest of the document, in hexadecimal digits.
    pub sha256: String,
    /// What is written on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What was read from it, by field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<BTreeMap<String, String>>,
    /// Whether it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legible: Option<bool>,
}

impl Answer {
    /// The case is about these entries, and cites them.
    pub(super) fn about(mut self, ids: &[&str]) -> Self {
        self.expect.about.extend(ids.iter().map(|id| (*id).to_owned()));
        self.expect.evidence.extend(ids.iter().map(|id| format!("ledger:{id}")));
        self
    }

    /// The case also cites this.
    pub(super) fn cites(mut self, evidence: &str) -> Self {
        self.expect.evidence.push(evidence.to_owned());
        self
    }

    /// A question is asked, and this is what the customer says.
    pub(super) fn asked(mut self, question: &str, answer: impl Into<String>) -> Self {
        self.expect.asks.push(question.to_owned());
        self.follow_up.insert(question.to_owned(), answer.into());
        self
    }

    /// The chargeback has this reason code.
    pub(super) fn code(mut self, code: ReasonCode) -> Self {
        self.expect.code = Some(code);
        self
    }

    /// This is never proposed.
    pub(super) fn never(mut self, action: &str) -> Self {
        self.expect.never.push(action.to_owned());
        self
    }

    /// A document comes with the request.
    pub(super) fn with(mut self, document: Document) -> Self {
        self.documents.push(document);
        self
    }

    /// Another task of the same request, and what is proposed for it.
    pub(super) fn also(mut self, task: &str, action: &str) -> Self {
        if self.expect.tasks.is_empty() {
            self.expect.tasks.push(self.expect.task.clone());
        }
        self.expect.tasks.push(task.to_owned());
        self.expect.actions.insert(task.to_owned(), action.to_owned());
        self
    }
}
