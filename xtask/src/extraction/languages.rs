//! How well a text's language is told, on written requests in many languages and on the English rows.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use case::language::{Language, detect};
use serde::Deserialize;

use crate::shell;

/// Written requests in many languages, those that were kept apart, and the English rows of the local tier.
const FILES: [&str; 4] =
    ["data/languages.jsonl", "data/languages.test.jsonl", "data/requests/train.jsonl", "data/requests/dev.jsonl"];

#[derive(Deserialize)]
struct Row {
    text: String,
    /// The code; rows without one are English.
    #[serde(default)]
    language: Option<String>,
}

/// A line for each file: foreign rows that were noticed, those that were named rightly, English rows that were called
/// foreign.
pub(super) fn table() -> Result<String> {
    let mut table =
        String::from("| file | foreign: noticed | named rightly | English called foreign |\n|---|---|---|---|\n");
    for file in FILES {
        let text = std::fs::read_to_string(shell::root().join(file)).with_context(|| format!("cannot read {file}"))?;
        let rows: Vec<Row> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>().context(file)?;
        let (mut foreign, mut noticed, mut named, mut english, mut alarms) = (0, 0, 0, 0, 0);
        for row in &rows {
            let read = detect(&row.text).map(Language::code);
            match row.language.as_deref().filter(|code| *code != "en") {
                Some(code) => {
                    foreign += 1;
                    noticed += u32::from(read.is_some());
                    named += u32::from(read == Some(code));
                }
                None => {
                    english += 1;
                    alarms += u32::from(read.is_some());
                }
            }
        }
        let _ = writeln!(table, "| `{file}` | {noticed}/{foreign} | {named}/{foreign} | {alarms}/{english} |");
    }
    Ok(table)
}
