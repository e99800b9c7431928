//! Which label was taken for which.

use case::label::Label;
use serde::{Serialize, Serializer};

use super::{Said, round, share};

/// How often each label was answered for each label.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Confusion([[u64; 5]; 5]);

/// One label's figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Class {
    /// Which.
    pub label: Label,
    /// How many rows have it.
    pub rows: u64,
    /// How many were given it.
    pub predicted: u64,
    /// The share of those given it that have it.
    pub precision: Option<f64>,
    /// The share of those that have it that were given it.
    pub recall: Option<f64>,
    /// The harmonic mean of both; nothing where the label does not occur.
    pub f1: Option<f64>,
    /// How many of those given it are decided.
    pub decided: u64,
    /// The share of those that is wrong.
    pub decided_error: Option<f64>,
}

impl Confusion {
    /// Counts.
    #[must_use]
    pub fn of(said: &[Said]) -> Self {
        let mut counts = Self::default();
        for one in said {
            counts.add(one.label, one.predicted, 1);
        }
        counts
    }

    /// How often `predicted` was answered where `label` was right.
    #[must_use]
    pub fn cell(&self, label: Label, predicted: Label) -> u64 {
        let row = self.0.get(place(label));
        row.and_then(|row| row.get(place(predicted))).copied().unwrap_or_default()
    }

    /// Counts so many rows more.
    pub(crate) fn add(&mut self, label: Label, predicted: Label, rows: u64) {
        let row = self.0.get_mut(place(label));
        if let Some(cell) = row.and_then(|row| row.get_mut(place(predicted))) {
            *cell += rows;
        }
    }

    /// How many rows are right.
    #[must_use]
    pub fn right(&self) -> u64 {
        Label::ALL.into_iter().map(|label| self.cell(label, label)).sum()
    }

    /// How many rows have a label.
    #[must_use]
    pub fn rows(&self, label: Label) -> u64 {
        Label::ALL.into_iter().map(|predicted| self.cell(label, predicted)).sum()
    }

    /// How many rows were given a label.
    #[must_use]
    pub fn predicted(&self, predicted: Label) -> u64 {
        Label::ALL.into_iter().map(|label| self.cell(label, predicted)).sum()
    }

    /// The share that is right.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        share(self.right(), Label::ALL.into_iter().map(|label| self.rows(label)).sum())
    }

    /// A label's F1; nothing where neither a row nor an answer has it.
    #[must_use]
    pub fn f1(&self, label: Label) -> Option<f64> {
        let both = self.rows(label) + self.predicted(label);
        (both > 0).then(|| 2.0 * self.cell(label, label) as f64 / both as f64)
    }

    /// The mean F1 of the labels that occur, as label or as answer.
    #[must_use]
    pub fn macro_f1(&self) -> Option<f64> {
        let all: Vec<f64> = Label::ALL.into_iter().filter_map(|label| self.f1(label)).collect();
        (!all.is_empty()).then(|| round(all.iter().sum::<f64>() / all.len() as f64))
    }

    /// Every label's figures.
    #[must_use]
    pub fn classes(&self, said: &[Said]) -> Vec<Class> {
        let class = |label| {
            let given = |wrong: bool| {
                let of = |one: &&Said| one.predicted == label && one.accepted && (!wrong || !one.is_right());
                said.iter().filter(of).count() as u64
            };
            let decided = given(false);
            Class {
                label,
                rows: self.rows(label),
                predicted: self.predicted(label),
                precision: share(self.cell(label, label), self.predicted(label)),
                recall: share(self.cell(label, label), self.rows(label)),
                f1: self.f1(label).map(round),
                decided,
                decided_error: share(given(true), decided),
            }
        };
        Label::ALL.into_iter().map(class).collect()
    }
}

impl Serialize for Confusion {
    /// An object for each label, in it a count for each answer.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let row = |label: Label| {
            let cells = Label::ALL
                .into_iter()
                .map(|predicted| (predicted.name().to_owned(), serde_json::Value::from(self.cell(label, predicted))));
            (label.name(), serde_json::Value::Object(cells.collect()))
        };
        serializer.collect_map(Label::ALL.into_iter().map(row))
    }
}

/// A label's place in [`Label::ALL`].
pub(crate) const fn place(label: Label) -> usize {
    label as usize
}

#[cfg(test)]
mod tests {
    use super::{super::samples::said, *};

    #[test]
    fn every_label_has_a_place_of_its_own() {
        assert_eq!(Label::ALL.map(place), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn figures_of_a_small_table_are_those_worked_out_by_hand() {
        let mut rows = said(Label::FraudCheck, Label::FraudCheck, 900, true, 8);
        rows.extend(said(Label::FraudCheck, Label::Other, 700, true, 2));
        rows.extend(said(Label::Other, Label::Other, 900, false, 5));
        rows.extend(said(Label::Other, Label::FraudCheck, 900, true, 1));
        let confusion = Confusion::of(&rows);
        assert_eq!(confusion.accuracy(), Some(0.8125));
        let classes = confusion.classes(&rows);
        let fraud = &classes[place(Label::FraudCheck)];
        assert_eq!((fraud.rows, fraud.predicted, fraud.decided), (10, 9, 9));
        assert_eq!((fraud.precision, fraud.recall, fraud.decided_error), (Some(0.888_889), Some(0.8), Some(0.111_111)));
        let (fraud, other) = (16.0 / 19.0, 10.0 / 13.0);
        assert!(
            (confusion.macro_f1().unwrap() - (fraud + other) / 2.0).abs() < 1e-6,
            "labels that do not occur do not count"
        );
    }

    #[test]
    fn a_label_that_is_only_answered_counts_against_the_mean() {
        let mut rows = said(Label::Other, Label::Other, 900, true, 9);
        rows.extend(said(Label::Other, Label::KycLookup, 900, true, 1));
        let expected = (18.0_f64 / 19.0 + 0.0) / 2.0;
        assert!((Confusion::of(&rows).macro_f1().unwrap() - expected).abs() < 1e-6);
    }

    #[test]
    fn the_table_is_written_by_names() {
        let confusion = Confusion::of(&said(Label::Other, Label::KycLookup, 900, true, 3));
        let json = serde_json::to_value(&confusion).unwrap();
        assert_eq!(json["other"]["kyc_lookup"], 3);
        assert_eq!(json["kyc_lookup"]["other"], 0);
    }
}
