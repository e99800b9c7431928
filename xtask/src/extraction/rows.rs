//! The labelled requests, as the file has them.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// A request with what a careful reader finds in it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) id: String,
    /// `train` or `test`.
    pub(super) part: String,
    /// `plain` or `hard`.
    #[serde(rename = "style")]
    pub(super) _style: String,
    pub(super) text: String,
    /// `USD 12.99`; `?` where no currency is named, `~` before it where it is not exact.
    #[serde(default)]
    pub(super) amounts: Vec<String>,
    /// Days or ranges of days: `2026-11-01..2026-11-10`; all that one date can mean stand beside each other.
    #[serde(default)]
    pub(super) charged_on: Vec<String>,
    #[serde(default)]
    pub(super) delivery_due: Vec<String>,
    #[serde(default)]
    pub(super) cancelled_on: Vec<String>,
    #[serde(default)]
    pub(super) noticed_on: Vec<String>,
    #[serde(default)]
    pub(super) merchants: Vec<Merchant>,
    #[serde(default)]
    pub(super) references: Vec<String>,
    #[serde(default)]
    pub(super) name: Vec<String>,
    #[serde(default)]
    pub(super) date_of_birth: Vec<String>,
    #[serde(default)]
    pub(super) address: Vec<String>,
    #[serde(default)]
    pub(super) id_document: Vec<String>,
    #[serde(default)]
    pub(super) tax_id: Vec<String>,
    #[serde(default)]
    pub(super) nationality: Vec<String>,
    #[serde(default)]
    pub(super) country: Vec<String>,
}

/// A merchant that is named.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Merchant {
    /// How the customer calls it.
    #[serde(rename = "said")]
    pub(super) _said: String,
    /// How it stands on a statement.
    pub(super) books_as: String,
}

/// Reads the file.
pub(super) fn read(text: &str) -> Result<Vec<Row>> {
    let rows: Vec<Row> = text
        .lines()
        .enumerate()
        .map(|(at, line)| serde_json::from_str(line).with_context(|| format!("line {}", at + 1)))
        .collect::<Result<_>>()?;
    ensure!(rows.iter().all(|row| ["train", "test"].contains(&row.part.as_str())), "a row is of no part");
    Ok(rows)
}
