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

/// The four kinds of rows that figures are given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    Banking77,
    ClincBanking,
    ClincOffTopic,
    ClincOutOfScope,
}

impl Group {
    pub(crate) const ALL: [Self; 4] = [Self::Banking77, Self::ClincBanking, Self::ClincOffTopic, Self::ClincOutOfScope];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Banking77 => "banking77",
            Self::ClincBanking => "clinc150 banking, credit cards",
            Self::ClincOffTopic => "clinc150 off topic",
            Self::ClincOutOfScope => "clinc150 out of scope",
        }
    }
}

impl Row {
    pub(crate) fn group(&self) -> Group {
        match self.source.as_str() {
            "banking77" => Group::Banking77,
            "clinc150/banking" | "clinc150/credit_cards" => Group::ClincBanking,
            "clinc150/oos" => Group::ClincOutOfScope,
            _ => Group::ClincOffTopic,
        }
    }

    /// What the model is taught to call this row: its intent; for the off-topic domains, which are all `other`, the domain.
    fn head(&self) -> String {
        match self.group() {
            Group::Banking77 | Group::ClincBanking => format!("{}/{}", self.source, self.intent),
            Group::ClincOffTopic | Group::ClincOutOfScope => self.source.clone(),
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
        let by_name: BTreeMap<String, Label> = rows.iter().map(|row| (row.head(), row.label)).collect();
        let labels = by_name.values().copied().collect();
        let places = by_name.into_keys().enumerate().map(|(place, name)| (name, place)).collect();
        Self { places, labels }
    }

    /// The head a row belongs to.
    pub(crate) fn of_row(&self, row: &Row) -> Result<usize> {
        self.places.get(&row.head()).copied().with_context(|| format!("row {} has a head of its own", row.id))
    }
}
