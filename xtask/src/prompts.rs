//! `cargo xtask prompts`: draws the examples that the triage prompt shows Claude, the same ones every time.
//!
//! They come from `train.jsonl` alone; `dev.jsonl` is only read to make sure that none of it is shown. Which rows are
//! drawn follows from hashes of their names, so nobody picks them, and more rows elsewhere change nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use case::{
    ids::Digest,
    label::{Label, Task},
    prompts::PromptKind,
};
use serde::Deserialize;

use crate::shell;

/// The version whose examples are drawn; also the seed of the draw.
const VERSION: &str = "triage/v2";
/// Where they lie, from the root of the checkout.
const FILE: &str = "case/prompts/triage/v2.examples.txt";
/// How many examples of each task, each of another intent as long as there are any.
const EACH_TASK: usize = 6;
/// How many that are none of the tasks: most that is asked of a bank is.
const OF_OTHER: usize = 8;
/// How long an example may be, in characters: long enough to say something, short enough to be cheap.
const CHARS: std::ops::RangeInclusive<usize> = 24..=160;
/// What the public data calls its sources; off-topic domains would only teach that a recipe is no payment.
const SOURCES: [&str; 4] = ["banking77", "clinc150/banking", "clinc150/credit_cards", "clinc150/oos"];

/// Rows that a reader found under a label which their words do not bear out: what is shown should be right.
const PASSED_OVER: [&str; 4] = ["b77-train-03868", "b77-train-05012", "b77-train-07764", "b77-train-09842"];

/// Draws the examples of the triage prompt, or checks the committed ones.
#[derive(Debug, clap::Args)]
pub(crate) struct Prompts {
    /// Compare the committed examples with those drawn instead of writing them.
    #[arg(long)]
    check: bool,
}

/// What is read of a row.
#[derive(Debug, Clone, Deserialize)]
struct Row {
    id: String,
    text: String,
    intent: String,
    #[serde(rename = "task")]
    label: Label,
    source: String,
}

impl Prompts {
    /// Does what the options say.
    pub(crate) fn run(&self) -> Result<()> {
        let drawn = drawn()?;
        let path = shell::root().join(FILE);
        if self.check {
            let committed = fs::read_to_string(&path).with_context(|| format!("cannot read {FILE}"))?;
            ensure!(committed == drawn, "{FILE} is not what is drawn: a change of the draw is a new version");
            println!("{FILE} is what is drawn");
        } else {
            fs::write(&path, &drawn).with_context(|| format!("cannot write {FILE}"))?;
            println!("wrote {FILE}");
        }
        for kind in PromptKind::ALL {
            for prompt in kind.versions() {
                println!("{} {}", prompt.hash(), prompt.name);
            }
        }
        Ok(())
    }
}

/// The file, as it is committed.
fn drawn() -> Result<String> {
    let requests = shell::root().join("data/requests");
    let train = read(&requests.join("train.jsonl"))?;
    let dev = read(&requests.join("dev.jsonl"))?;
    let kept: BTreeSet<String> = dev.iter().map(|row| plain(&row.text)).collect();
    let usable = |row: &&Row| {
        let length = row.text.chars().count();
        SOURCES.contains(&row.source.as_str())
            && CHARS.contains(&length)
            && !PASSED_OVER.contains(&row.id.as_str())
            && !row.text.contains(['{', '}', '[', ']'])
            && !kept.contains(&plain(&row.text))
    };
    let rows: Vec<&Row> = train.iter().filter(usable).collect();
    let mut examples: Vec<&Row> = Vec::new();
    for label in Label::ALL {
        let wanted = if label == Label::Other { OF_OTHER } else { EACH_TASK };
        let of_label = draw(rows.iter().copied().filter(|row| row.label == label), wanted);
        ensure!(of_label.len() == wanted, "there are only {} rows of {}", of_label.len(), label.name());
        examples.extend(of_label);
    }
    // In no order that a reader could take for a rule.
    examples.sort_by_key(|row| place(&row.text));
    Ok(examples.iter().map(|row| line(row)).collect())
}

/// So many rows, each of another intent as long as there are any, in the order of hashes.
fn draw<'a>(rows: impl Iterator<Item = &'a Row>, wanted: usize) -> Vec<&'a Row> {
    let mut by_intent: BTreeMap<Digest, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        by_intent.entry(place(&format!("{} {}", row.source, row.intent))).or_default().push(row);
    }
    let mut intents: Vec<Vec<&Row>> = by_intent.into_values().collect();
    for rows in &mut intents {
        rows.sort_by_key(|row| std::cmp::Reverse(place(&row.id)));
    }
    let mut drawn = Vec::new();
    while drawn.len() < wanted && intents.iter().any(|rows| !rows.is_empty()) {
        let round = intents.iter_mut().filter_map(Vec::pop).take(wanted - drawn.len());
        drawn.extend(round);
    }
    drawn
}

/// Where something comes in the draw.
fn place(name: &str) -> Digest {
    Digest::of(format!("{VERSION} {name}").as_bytes())
}

fn line(row: &Row) -> String {
    let desk = row.label.task().map_or("other", Task::name);
    format!("- {} -> {desk}\n", serde_json::Value::from(row.text.as_str()))
}

/// A text as it is compared: letters and digits in lower case.
fn plain(text: &str) -> String {
    let words: String = text.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }).collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn read(path: &Path) -> Result<Vec<Row>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let row = |(number, line): (usize, &str)| {
        serde_json::from_str(line).with_context(|| format!("{} line {}", path.display(), number + 1))
    };
    text.lines().enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_examples_are_those_that_are_drawn_again() {
        assert_eq!(drawn().unwrap(), fs::read_to_string(shell::root().join(FILE)).unwrap());
    }

    #[test]
    fn every_example_is_a_training_row_with_its_label_and_none_is_held_out() {
        let requests = shell::root().join("data/requests");
        let train = read(&requests.join("train.jsonl")).unwrap();
        let dev: BTreeSet<String> =
            read(&requests.join("dev.jsonl")).unwrap().iter().map(|row| plain(&row.text)).collect();
        let prompt = PromptKind::Triage.current().unwrap();
        let examples: Vec<&str> = prompt.text.lines().filter(|line| line.contains(" -> ")).collect();
        assert_eq!(examples.len(), 4 * EACH_TASK + OF_OTHER);
        for example in examples {
            let row = train.iter().find(|row| line(row).trim_end() == example);
            assert!(row.is_some_and(|row| !dev.contains(&plain(&row.text))), "{example}");
        }
    }
}
