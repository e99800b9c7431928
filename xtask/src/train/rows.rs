//! The labelled requests, and what the model is taught to tell apart.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use case::label::Label;
use serde::Deserialize;

/// One labelled request, as in `data/requests/README.md`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) intent: String,
    #[serde(rename = "task")]
    pub(crate) label: Label,
    pub(crate) source: String,
}

/// The kinds of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    Banking77,
    ClincBanking,
    ClincOffTopic,
    ClincOutOfScope,
    /// Written for this project: what colleagues call things, which the public data never says.
    Handwritten,
}

impl Group {
    /// The groups that figures are given for.
    pub(crate) const MEASURED: [Self; 4] =
        [Self::Banking77, Self::ClincBanking, Self::ClincOffTopic, Self::ClincOutOfScope];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Banking77 => "banking77",
            Self::ClincBanking => "clinc150 banking, credit cards",
            Self::ClincOffTopic => "clinc150 off topic",
            Self::ClincOutOfScope => "clinc150 out of scope",
            Self::Handwritten => "handwritten",
        }
    }
}

impl Row {
    pub(crate) fn group(&self) -> Group {
        match self.source.as_str() {
            "banking77" => Group::Banking77,
            "clinc150/banking" | "clinc150/credit_cards" => Group::ClincBanking,
            "clinc150/oos" => Group::ClincOutOfScope,
            "handwritten" => Group::Handwritten,
            _ => Group::ClincOffTopic,
        }
    }

    /// What the model is taught to call this row: its intent; for the off-topic domains, which are all `other`, the
    /// domain; nothing but its label where no data set gave it an intent.
    fn head(&self) -> Option<String> {
        match self.group() {
            Group::Banking77 | Group::ClincBanking => Some(format!("{}/{}", self.source, self.intent)),
            Group::ClincOffTopic | Group::ClincOutOfScope => Some(self.source.clone()),
            Group::Handwritten => None,
        }
    }
}

/// Reads a file of one JSON object a line.
pub(crate) fn read(path: &Path) -> Result<Vec<Row>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let line = |(number, line): (usize, &str)| {
        serde_json::from_str(line).with_context(|| format!("{} line {}", path.display(), number + 1))
    };
    text.lines().enumerate().map(line).collect()
}

/// What the model tells apart, in the order of its outputs.
pub(crate) struct Heads {
    places: BTreeMap<String, usize>,
    /// The label each head speaks for.
    pub(crate) labels: Vec<Label>,
}

impl Heads {
    /// The heads of all rows, by name.
    pub(crate) fn of(rows: &[Row]) -> Self {
        let by_name: BTreeMap<String, Label> =
            rows.iter().filter_map(|row| row.head().map(|name| (name, row.label))).collect();
        let labels = by_name.values().copied().collect();
        let places = by_name.into_keys().enumerate().map(|(place, name)| (name, place)).collect();
        Self { places, labels }
    }

    /// What a row teaches.
    pub(crate) fn aim(&self, row: &Row) -> Aim {
        Aim { label: row.label, head: row.head().and_then(|name| self.places.get(&name).copied()) }
    }
}

/// What a row teaches: its label, and its head if it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Aim {
    pub(crate) label: Label,
    pub(crate) head: Option<usize>,
}
