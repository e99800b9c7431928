//! What histories came to: how much went wrong, how much was done, and how many journals differ.

use std::collections::{BTreeMap, BTreeSet};

use case::ids::Digest;
use serde_json::{Value, json};

/// Counts of one history or of many.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) seeds: u64,
    pub(crate) cases: u64,
    pub(crate) lines: u64,
    pub(crate) crashes: u64,
    pub(crate) effects: u64,
    pub(crate) events_told: u64,
    pub(crate) unreachable: u64,
    pub(crate) ills: BTreeMap<String, u64>,
    pub(crate) blows: BTreeMap<String, u64>,
    /// The kinds of every journal's entries, in their order, hashed.
    pub(crate) shapes: BTreeSet<Digest>,
    /// Everything that was stored, in the order of the cases, hashed.
    pub(crate) hash: Option<Digest>,
}

/// The kind of a line.
pub(crate) fn shape(line: &str) -> String {
    let value: Value = serde_json::from_str(line).unwrap_or_default();
    value.pointer("/entry/kind").and_then(Value::as_str).unwrap_or_default().to_owned()
}

impl Tally {
    /// Counts a journal.
    pub(crate) fn journal(&mut self, lines: &[String]) {
        self.cases += 1;
        self.lines += lines.len() as u64;
        let kinds: Vec<String> = lines.iter().map(|line| shape(line)).collect();
        self.shapes.insert(Digest::of(kinds.join(" ").as_bytes()));
        let last = lines.last().map_or("", String::as_str);
        let so_far = self.hash.as_ref().map_or("", Digest::as_str);
        self.hash = Some(Digest::of(format!("{so_far}{last}").as_bytes()));
    }

    /// Adds another.
    pub(crate) fn add(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.cases += other.cases;
        self.lines += other.lines;
        self.crashes += other.crashes;
        self.effects += other.effects;
        self.events_told += other.events_told;
        self.unreachable += other.unreachable;
        for (all, own) in [(&mut self.ills, other.ills), (&mut self.blows, other.blows)] {
            own.into_iter().for_each(|(name, times)| *all.entry(name).or_default() += times);
        }
        self.shapes.extend(other.shapes);
    }

    /// How much went wrong.
    pub(crate) fn faults(&self) -> u64 {
        self.crashes + self.unreachable + self.ills.values().sum::<u64>() + self.blows.values().sum::<u64>()
    }

    /// How many journals differ in more than their words.
    pub(crate) fn distinct(&self) -> usize {
        self.shapes.len()
    }

    /// For whoever reads it by program.
    pub(crate) fn json(&self) -> Value {
        json!({
            "seeds": self.seeds, "cases": self.cases, "lines": self.lines, "faults": self.faults(),
            "crashes": self.crashes, "unreachable": self.unreachable, "exchanges": self.ills, "writes": self.blows,
            "effects": self.effects, "events_told": self.events_told, "distinct_journals": self.distinct(),
        })
    }
}
