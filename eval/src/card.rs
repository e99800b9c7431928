//! A model card: what a model is, what it learnt from, and how right it is, as Markdown. It is made from figures and counts
//! alone, so that it is true of the model beside it and of no other.
//!
//! It refuses to praise: each sentence about quality is a figure with its interval, and limits are listed by rule.

use std::fmt::Write as _;

use case::label::Label;

use crate::{
    Report,
    metrics::{Figures, share},
    report::Slice,
};

/// What a card is made from.
#[derive(Debug, Clone)]
pub struct Card<'a> {
    /// What the model is called.
    pub name: String,
    /// Facts about the file, as name and value: its hash, its size, its thresholds.
    pub facts: Vec<(String, String)>,
    /// What it learnt from.
    pub learnt_from: Vec<Data>,
    /// How the figures came to be: one sentence on rows and folds.
    pub measured: String,
    /// How right it is.
    pub report: &'a Report,
    /// How right the model was that it takes the place of, on the same rows.
    pub before: Option<&'a Report>,
    /// The command that makes it again.
    pub made_by: String,
}

/// Rows that a model learnt from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    /// Where they come from: a file's name, or the cases of a folder.
    pub name: String,
    /// The SHA-256 of the rows, so that the card says which they were.
    pub hash: String,
    /// How many rows have each label, in the order of [`Label::ALL`].
    pub labels: [u64; 5],
}

/// A slice with fewer rows is not called weak: its figures say little.
const ROWS_TO_JUDGE: u64 = 50;
/// A slice this much less right than all rows is named as a limit.
const WEAK_BY: f64 = 0.03;

impl Card<'_> {
    /// The card.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = format!("# Model card: {}\n\n", plain(&self.name));
        text += "Made from figures by `caseworker`; do not edit. Small neural networks over words, pairs of words and pieces of words say \
                 what a request to a bank is about: `fraud_check`, `kyc_lookup`, `dispute_summary`, `payment_status` or `other`. The model reads \
                 in microseconds, hands on what it is not sure of, and decides nothing about a customer.\n\n";
        text += "## The file\n\n| | |\n|---|---|\n";
        for (name, value) in &self.facts {
            line(&mut text, &[name, value]);
        }
        line(&mut text, &["made by", &format!("`{}`", self.made_by)]);
        self.data(&mut text);
        self.figures(&mut text);
        self.limits(&mut text);
        text
    }

    fn data(&self, text: &mut String) {
        *text += "\n## What it learnt from\n\n| rows | SHA-256 | all |";
        for label in Label::ALL {
            let _ = write!(text, " {} |", label.name());
        }
        *text += "\n|---|---|---|---|---|---|---|---|\n";
        for data in &self.learnt_from {
            let counts: Vec<String> = std::iter::once(data.labels.iter().sum::<u64>())
                .chain(data.labels)
                .map(|count| count.to_string())
                .collect();
            let short = format!("`{}`", data.hash.get(..16).unwrap_or(&data.hash));
            let cells: Vec<&str> =
                [data.name.as_str(), &short].into_iter().chain(counts.iter().map(String::as_str)).collect();
            line(text, &cells);
        }
        *text += "\nPersonal data in the words was replaced by tokens first. No word can be read back from the file: it holds numbers of \
                  hashed words.\n";
    }

    fn figures(&self, text: &mut String) {
        let _ = write!(text, "\n## How right it is\n\n{} Intervals are Wilson's, 95 %.\n\n", plain(&self.measured));
        *text += "| rows | n | accuracy | macro-F1 | decided | wrong of that | calibration error | Brier |\n|---|---|---|---|---|---|---|---|\n";
        if let Some(before) = self.before {
            figures_line(text, "all, the model before", &before.figures);
        }
        figures_line(text, "all", &self.report.figures);
        let slices = &self.report.slices;
        for slice in slices.source.iter().chain(&slices.length).chain(&slices.language) {
            figures_line(text, slice.name.as_deref().unwrap_or("(none)"), &slice.figures);
        }
        *text += "\n| label | n | precision | recall | F1 |\n|---|---|---|---|---|\n";
        for class in &self.report.classes {
            let rows = class.rows.to_string();
            line(
                text,
                &[class.label.name(), &rows, &percent(class.precision), &percent(class.recall), &percent(class.f1)],
            );
        }
        if let Some(comparison) = &self.report.comparison {
            let [low, high] = comparison.accuracy_difference.interval.map(|share| share * 100.0);
            let _ = write!(
                text,
                "\nOn the same rows the model before is right alone in {}, this one alone in {}: {:+.2} points of accuracy, {low:+.2} to \
                 {high:+.2} (a split so uneven has a chance of {:.4} if both are equally good).\n",
                comparison.only_other_right,
                comparison.only_this_right,
                comparison.accuracy_difference.value * 100.0,
                comparison.chance,
            );
        }
        *text += "\n| promised error | decided | wrong of that |\n|---|---|---|\n";
        for milestone in &self.report.cascade.milestones {
            let error = with_interval(milestone.local_error, milestone.local_error_interval);
            line(text, &[&percent(Some(milestone.promised_error)), &percent(milestone.local_share), &error]);
        }
    }

    /// What the figures warn of.
    fn limits(&self, text: &mut String) {
        *text += "\n## Limits\n\n";
        let fraud = &self.report.fraud;
        if fraud.rows > 0 {
            let recall = with_interval(fraud.recall, fraud.recall_interval);
            let _ = writeln!(
                text,
                "- Of {} fraud reports {recall} are called one; {} are called one or raise suspicion; {} are decided as something else.",
                fraud.rows,
                percent(fraud.called_or_suspected),
                fraud.decided_as_other
            );
        }
        let kept = self.report.figures.decided_error.is_some_and(|error| error <= self.report.promised_error);
        if !kept && self.report.figures.decided > 0 {
            let error = with_interval(self.report.figures.decided_error, self.report.figures.decided_error_interval);
            let promised = percent(Some(self.report.promised_error));
            let _ = writeln!(
                text,
                "- On these rows {error} of what it decides is wrong, more than the promised {promised}."
            );
        }
        for slice in self.weak() {
            let accuracy = with_interval(slice.figures.accuracy, slice.figures.accuracy_interval);
            let name = slice.name.as_deref().unwrap_or("(none)");
            let decided = percent(slice.figures.decided_share);
            let _ = writeln!(text, "- Weak on `{}`: accuracy {accuracy}, {decided} of it decided.", plain(name));
        }
        let notes = &self.report.notes;
        for (labels, says) in [(&notes.labels_missing, "no rows"), (&notes.labels_few, "fewer than 30 rows")] {
            if !labels.is_empty() {
                let names: Vec<&str> = labels.iter().map(|label| label.name()).collect();
                let _ = writeln!(text, "- Measured on {says} of {}.", names.join(", "));
            }
        }
        *text += "- It reads English. Text in another language, and text unlike what it learnt from, is handed on.\n\
                  - Its probabilities are fitted to rows like those above; elsewhere measure first: `caseworker eval`.\n";
    }

    /// Slices that are clearly less right than all rows.
    fn weak(&self) -> impl Iterator<Item = &Slice> {
        let all = self.report.figures.accuracy.unwrap_or_default();
        let slices = &self.report.slices;
        slices.source.iter().chain(&slices.length).chain(&slices.language).filter(move |slice| {
            let high = slice.figures.accuracy_interval.map_or(1.0, |[_, high]| high);
            slice.figures.rows >= ROWS_TO_JUDGE && high < all && slice.figures.accuracy.unwrap_or(1.0) < all - WEAK_BY
        })
    }
}

impl Data {
    /// How many rows have each label.
    #[must_use]
    pub fn new(name: impl Into<String>, hash: impl Into<String>, labels: impl Iterator<Item = Label>) -> Self {
        let mut counts = [0; 5];
        for label in labels {
            if let Some(count) = counts.get_mut(crate::metrics::confusion_place(label)) {
                *count += 1;
            }
        }
        Self { name: name.into(), hash: hash.into(), labels: counts }
    }
}

fn figures_line(text: &mut String, name: &str, figures: &Figures) {
    let cells = [
        name.to_owned(),
        figures.rows.to_string(),
        with_interval(figures.accuracy, figures.accuracy_interval),
        percent(figures.macro_f1),
        percent(share(figures.decided, figures.rows)),
        with_interval(figures.decided_error, figures.decided_error_interval),
        number(figures.calibration_error),
        number(figures.brier),
    ];
    line(text, &cells.each_ref().map(String::as_str));
}

/// A line of a table.
fn line(text: &mut String, cells: &[&str]) {
    for cell in cells {
        let _ = write!(text, "| {} ", plain(cell));
    }
    *text += "|\n";
}

/// Text that cannot become a part of the card's form.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || matches!(c, '|' | '<' | '>' | '[' | ']') { ' ' } else { c }).collect()
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.2} %", share * 100.0))
}

fn with_interval(share: Option<f64>, interval: Option<[f64; 2]>) -> String {
    match interval {
        None => percent(share),
        Some([low, high]) => format!("{} ({:.2} to {:.2})", percent(share), low * 100.0, high * 100.0),
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::samples::report;

    #[test]
    fn a_card_holds_the_reports_figures_and_names_what_it_is_weak_at() {
        let report = report(600);
        let labels = report.classes.iter().flat_map(|class| vec![class.label; 3]);
        let card = Card {
            name: "own | model".into(),
            facts: vec![("hash".into(), "ab12".into())],
            learnt_from: vec![Data::new("mine.jsonl", "cd".repeat(32), labels)],
            measured: "Each row by a model that has not seen it.".into(),
            report: &report,
            before: None,
            made_by: "caseworker train mine.jsonl".into(),
        };
        let text = card.markdown();
        assert!(text.starts_with("# Model card: own   model\n"));
        assert!(
            text.contains("| hash | ab12 |")
                && text.contains("| mine.jsonl | `cdcdcdcdcdcdcdcd` | 15 | 3 | 3 | 3 | 3 | 3 |")
        );
        assert!(text.contains(&with_interval(report.figures.accuracy, report.figures.accuracy_interval)));
        assert!(text.contains("more than the promised"), "a third is wrong");
        assert!(!text.contains("<u>"), "a source's name is plain");
        assert_eq!(text, card.markdown());
        for table in text.split("\n\n").filter(|block| block.starts_with('|')) {
            let widths: std::collections::BTreeSet<usize> =
                table.lines().map(|line| line.matches('|').count()).collect();
            assert_eq!(widths.len(), 1, "{table}");
        }
    }

    #[test]
    fn a_slice_is_weak_only_if_it_is_clearly_so() {
        let mut report = report(600);
        let figures = report.figures.clone();
        let slice = |rows: u64, accuracy: f64, high: f64| Slice {
            name: Some("letters".into()),
            figures: Figures {
                rows,
                accuracy: Some(accuracy),
                accuracy_interval: Some([0.0, high]),
                ..figures.clone()
            },
        };
        report.figures.accuracy = Some(0.97);
        for (rows, accuracy, high, weak) in
            [(400, 0.5, 0.6, true), (20, 0.5, 0.6, false), (400, 0.9, 0.98, false), (400, 0.96, 0.965, false)]
        {
            report.slices.source = vec![slice(rows, accuracy, high)];
            let text = Card {
                name: "m".into(),
                facts: vec![],
                learnt_from: vec![],
                measured: String::new(),
                report: &report,
                before: None,
                made_by: String::new(),
            }
            .markdown();
            assert_eq!(text.contains("Weak on `letters`"), weak, "{rows} {accuracy}");
        }
    }
}
