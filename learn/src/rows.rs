//! The labelled requests, and what the model is taught to tell apart.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use case::label::Label;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// Into how many parts the training rows are cut.
pub const FOLDS: usize = 10;

/// One labelled request, as in `data/requests/README.md`.
#[derive(Debug, Clone, Deserialize)]
pub struct Row {
    /// The row's name, by which it is put into a fold.
    pub id: String,
    /// The customer's words.
    pub text: String,
    /// What the data set calls it; empty where it says nothing.
    #[serde(default)]
    pub intent: String,
    /// What it is about.
    #[serde(rename = "task", alias = "label")]
    pub label: Label,
    /// Where it is from.
    #[serde(default)]
    pub source: String,
    /// In a long text the words, verbatim, that decide the label.
    #[serde(default)]
    pub key: Option<String>,
    /// All that the text is about, the most urgent first, where that was written down.
    #[serde(default, rename = "tasks")]
    pub labels: Option<Vec<Label>>,
}

/// The kinds of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Customers of a bank in an app.
    Banking77,
    /// Short requests about banking and credit cards.
    ClincBanking,
    /// Short requests about anything else.
    ClincOffTopic,
    /// Short requests about nothing in particular.
    ClincOutOfScope,
    /// Everything written for this project, and a user's own rows.
    Written,
}

impl Row {
    /// The kind of row.
    #[must_use]
    pub fn group(&self) -> Group {
        match self.source.as_str() {
            "banking77" => Group::Banking77,
            "clinc150/banking" | "clinc150/credit_cards" => Group::ClincBanking,
            "clinc150/oos" => Group::ClincOutOfScope,
            source if source.starts_with("clinc150/") => Group::ClincOffTopic,
            _ => Group::Written,
        }
    }

    /// What the model is taught to call this row: its intent; for the off-topic domains, which are all `other`, the
    /// domain; nothing but its label where no data set gave it an intent.
    fn head(&self) -> Option<String> {
        match self.group() {
            Group::Banking77 | Group::ClincBanking => Some(format!("{}/{}", self.source, self.intent)),
            Group::ClincOffTopic | Group::ClincOutOfScope => Some(self.source.clone()),
            Group::Written => None,
        }
    }

    /// The fold whose model does not see this row.
    #[must_use]
    pub fn fold(&self) -> usize {
        fold_of(&self.id)
    }
}

/// The fold of a row with this id: its SHA-256, so that folds stay as they are when rows come or go.
#[must_use]
pub fn fold_of(id: &str) -> usize {
    let digest = Sha256::digest(id);
    let [first, second, third, fourth, ..] = digest.as_slice() else { return 0 };
    let number = u32::from_be_bytes([*first, *second, *third, *fourth]);
    number as usize % FOLDS
}

/// Reads one JSON object a line.
///
/// # Errors
/// The first line that is no row, by its number.
pub fn parse<T: for<'line> Deserialize<'line>>(text: &str) -> Result<Vec<T>> {
    let line = |(number, line): (usize, &str)| {
        serde_json::from_str(line).with_context(|| format!("line {} is no such row", number + 1))
    };
    text.lines().enumerate().map(line).collect()
}

/// What the model tells apart, in the order of its outputs.
#[derive(Debug, Clone)]
pub struct Heads {
    places: BTreeMap<String, u16>,
    /// The label each head speaks for.
    pub labels: Vec<Label>,
}

impl Heads {
    /// The heads of all rows, by name, and one for each label besides: what is written here has no intent.
    #[must_use]
    pub fn of(rows: &[Row]) -> Self {
        let named = rows.iter().filter_map(|row| row.head().map(|name| (name, row.label)));
        let general = Label::ALL.into_iter().map(|label| (format!("~/{}", label.name()), label));
        let by_name: BTreeMap<String, Label> = named.chain(general).collect();
        let labels = by_name.values().copied().collect();
        let places = by_name.into_keys().zip(0..).collect();
        Self { places, labels }
    }

    /// What a row teaches.
    #[must_use]
    pub fn aim(&self, row: &Row) -> Aim {
        Aim { label: row.label, head: row.head().and_then(|name| self.places.get(&name).copied()) }
    }
}

/// What a text teaches: its label, and its head if it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Aim {
    /// What it is about.
    pub label: Label,
    /// Which of the label's heads.
    pub head: Option<u16>,
}

/// A training row in other words, made by machine, and what a large model says of it
/// (`data/requests/README.md` tells how).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// The row it was made from.
    pub parent: String,
    /// Its words.
    pub text: String,
    /// One letter of a label (`f`, `k`, `d`, `p`, `o`) from each of eleven teachers: the first ten have not seen the
    /// rows of one fold each (`-` where that is the parent's), the last has seen all.
    pub said: String,
}

impl Variant {
    /// What the teacher says who has not seen the rows of this fold, or who has seen all rows.
    #[must_use]
    pub fn label(&self, unseen: Option<usize>) -> Option<Label> {
        match self.said.as_bytes().get(unseen.unwrap_or(FOLDS))? {
            b'f' => Some(Label::FraudCheck),
            b'k' => Some(Label::KycLookup),
            b'd' => Some(Label::DisputeSummary),
            b'p' => Some(Label::PaymentStatus),
            b'o' => Some(Label::Other),
            _ => None,
        }
    }
}
