//! `cargo xtask extraction`: how much of what customers write the fixed rules read, field by field, against
//! `data/extraction.jsonl`, and how well a text's language is told.
//!
//! The words go the way of a request: personal data becomes tokens first, then identity fields are looked for, then
//! amounts, dates, merchants and references. Rows of the part `train` may be looked at to improve the rules; of the part
//! `test` only figures are printed. It changes no rule and no label.

mod languages;
mod rows;
mod score;

use std::fmt::Write as _;

use anyhow::{Context, Result};

use crate::shell;
use rows::Row;
use score::{FIELDS, Tally};

/// Where the labelled requests lie.
const FILE: &str = "data/extraction.jsonl";

/// Prints precision and recall of the fixed rules that read amounts, dates, merchants, references and identity.
#[derive(Debug, clap::Args)]
pub(crate) struct Extraction {
    /// Print the rows of the part `train` that are read wrongly, with what was read
    #[arg(long)]
    misses: bool,
}

impl Extraction {
    /// Reads the labelled requests and prints the figures.
    pub(crate) fn run(&self) -> Result<()> {
        let rows = committed()?;
        if self.misses {
            let train: Vec<&Row> = rows.iter().filter(|row| row.part == "train").collect();
            print!("{}", score::misses(&train, &rows));
            return Ok(());
        }
        println!("{}", table(&rows));
        print!("{}", languages::table()?);
        Ok(())
    }
}

fn committed() -> Result<Vec<Row>> {
    let text = std::fs::read_to_string(shell::root().join(FILE)).with_context(|| format!("cannot read {FILE}"))?;
    rows::read(&text)
}

/// Precision and recall of each field, by part.
fn table(rows: &[Row]) -> String {
    let mut table =
        String::from("| field | train: precision | recall | test: precision | recall |\n|---|---|---|---|---|\n");
    let parts = ["train", "test"].map(|part| tally(rows, part));
    let figures = |tally: &Tally| {
        format!(
            "{} ({}/{}) | {} ({}/{})",
            share(tally.precision()),
            tally.right,
            tally.read,
            share(tally.recall()),
            tally.right,
            tally.written
        )
    };
    for (at, field) in FIELDS.iter().enumerate() {
        let cells: Vec<String> = parts.iter().filter_map(|tallies| tallies.get(at)).map(figures).collect();
        let _ = writeln!(table, "| {field} | {} |", cells.join(" | "));
    }
    table
}

/// What was read of each field in the rows of a part.
fn tally(rows: &[Row], part: &str) -> Vec<Tally> {
    let mut tallies = vec![Tally::default(); FIELDS.len()];
    for row in rows.iter().filter(|row| row.part == part) {
        for (tally, (_, one)) in tallies.iter_mut().zip(score::row(row, rows)) {
            tally.add(&one);
        }
    }
    tallies
}

fn share(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the rules reach on the part that nobody looked at, by field: precision and recall in thousandths. A change
    /// that reads less shows here.
    const FLOOR: [(&str, u32, u32); 13] = [
        ("amounts", 915, 890),
        ("charged on", 790, 830),
        ("delivery due", 600, 400),
        ("cancelled on", 900, 900),
        ("noticed on", 900, 660),
        ("merchants", 730, 905),
        ("references", 950, 950),
        ("name", 890, 750),
        ("date of birth", 950, 950),
        ("address", 815, 750),
        ("id document", 660, 800),
        ("tax id", 950, 800),
        ("nationality, country", 950, 910),
    ];

    #[test]
    fn the_rules_read_as_much_as_they_did() {
        let rows = committed().unwrap();
        assert!(FIELDS.iter().all(|field| FLOOR.iter().any(|(name, ..)| name == field)), "a field has no floor");
        let tallies = tally(&rows, "test");
        for (field, precision, recall) in &FLOOR {
            let at = FIELDS.iter().position(|name| name == field).expect("the floor of a field");
            let tally = &tallies[at];
            let least = |share: Option<f64>, floor: u32| share.unwrap_or(0.0) * 1_000.0 >= f64::from(floor);
            assert!(least(tally.precision(), *precision), "precision of {field}: {:?}", tally.precision());
            assert!(least(tally.recall(), *recall), "recall of {field}: {:?}", tally.recall());
        }
    }
}
