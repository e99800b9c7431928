//! Presidio's recognisers with patterns beside the detector, on the messages of `cargo xtask proof pii`.
//!
//! `sim/python/presidio.py` runs them, in an environment of its own; this makes a section of the page of what it counted.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::pii::Tallies;
use crate::shell;

/// How many messages there are, and of how many something is left or, where they hold nothing, touched.
type Counts = BTreeMap<String, [u64; 2]>;

/// What Presidio came to.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Presidio {
    tallies: ByThreshold,
    messages: u64,
    cpu_us: u64,
}

/// By the least score that counts.
#[derive(Debug, Default, Deserialize)]
struct ByThreshold {
    /// Whatever it suspects.
    all: Counts,
    /// A score of 0.5 and more.
    half: Counts,
}

/// The messages of which the page tells: the name of their set and of their kind, and what they are.
const ROWS: [(&str, &str, &str); 16] = [
    ("clean", "card", "cards, plainly"),
    ("clean", "iban", "IBANs, plainly"),
    ("clean", "ssn", "social security numbers, plainly"),
    ("clean", "account", "sort codes with accounts, plainly"),
    ("clean", "email", "e-mail addresses, plainly"),
    ("clean", "phone", "telephone numbers, plainly"),
    ("disguised", "card", "cards, disguised"),
    ("disguised", "iban", "IBANs, disguised"),
    ("disguised", "ssn", "social security numbers, disguised"),
    ("disguised", "account", "sort codes with accounts, disguised"),
    ("disguised", "email", "e-mail addresses, disguised"),
    ("disguised", "phone", "telephone numbers, disguised"),
    ("published", "card", "published cards, plainly and disguised"),
    ("published", "iban", "published IBANs, plainly and disguised"),
    ("harmless", "-", "harmless numbers: touched"),
    ("requests", "-", "real requests: touched"),
];

/// Has Presidio read the messages in a folder.
pub(super) fn compare(messages: &Path) -> Result<Presidio> {
    let mut python = shell::command("python3");
    let text = shell::read(python.arg("sim/python/presidio.py").arg("--messages").arg(messages))?;
    serde_json::from_str(&text).context("reading what Presidio came to")
}

impl Presidio {
    /// The section of the page.
    pub(super) fn section(&self, tallies: &Tallies) -> Result<String> {
        let mut section = format!(
            "\n## Beside Presidio\n\nThe same {} messages, read by Presidio's recognisers with patterns (`sim/python/presidio.py` says which, and how they are \
             set up);\na message is missed if one letter or digit of the datum is left. Presidio takes {} µs of processor time for a message; \
             it is written\nfor more kinds and countries than these.\n\n\
             | messages | how many | Caseworker | Presidio, whatever it suspects | Presidio, scores from 0.5 |\n|---|---|---|---|---|\n",
            self.messages, self.cpu_us
        );
        for (set, kind, what) in ROWS {
            let [_, ours] = sum(&ours(tallies, set)?, set, kind);
            let ([rows, all], [_, half]) = (sum(&self.tallies.all, set, kind), sum(&self.tallies.half, set, kind));
            section += &format!("| {what} | {rows} | {ours} | {all} | {half} |\n");
        }
        Ok(section)
    }
}

/// What the battery counted of a set, by kind and way.
fn ours(tallies: &Tallies, set: &str) -> Result<Counts> {
    let tally = tallies.get(set).with_context(|| format!("no tally of {set}"))?;
    let counts = tally.get("by").cloned().unwrap_or_default();
    let counts: Option<Counts> =
        serde_json::from_value(counts).with_context(|| format!("reading the tally of {set}"))?;
    let named = |(name, count): (String, [u64; 2])| (format!("{set} / {name}"), count);
    Ok(counts.unwrap_or_default().into_iter().map(named).collect())
}

fn sum(counts: &Counts, set: &str, kind: &str) -> [u64; 2] {
    let of = format!("{set} / {kind} / ");
    let rows = counts.iter().filter(|(name, _)| name.starts_with(&of)).map(|(_, count)| *count);
    rows.fold([0, 0], |[rows, failed], [more, failing]| [rows + more, failed + failing])
}
