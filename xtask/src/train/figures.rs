//! Figures by source, as a table on the terminal.

use std::collections::BTreeMap;

use case::label::Label;
use case::local::Reading;
use eval::metrics::{Figures, Said};
use learn::rows::{Group, Row};

/// Prints a line for each source, and nothing pooled.
pub(crate) fn print(name: &str, read: impl Iterator<Item = (Row, Reading)>) {
    let mut by_source: BTreeMap<String, Vec<Said>> = BTreeMap::new();
    for (row, reading) in read {
        if let Some(said) = said(&row, &reading) {
            by_source.entry(source(&row)).or_default().push(said);
        }
    }
    println!(
        "{name:<36}{:>6}{:>10}{:>10}{:>8}{:>8}{:>9}{:>15}{:>14}",
        "rows", "accuracy", "macro F1", "ECE", "Brier", "decided", "wrong of them", "fraud recall"
    );
    for (source, said) in by_source {
        println!("  {source:<34}{}", line(&said));
    }
}

/// The clinc domains that are off topic are one source.
fn source(row: &Row) -> String {
    match row.group() {
        Group::ClincBanking => "clinc150 banking, credit cards".to_owned(),
        Group::ClincOffTopic => "clinc150 off topic".to_owned(),
        _ => row.source.clone(),
    }
}

fn said(row: &Row, reading: &Reading) -> Option<Said> {
    let top = reading.scores.first()?;
    Some(Said { label: row.label, predicted: top.label, probability: top.confidence, accepted: reading.sure })
}

fn line(said: &[Said]) -> String {
    let figures = Figures::of(said);
    let figure = |figure: Option<f64>| figure.map_or_else(|| "-".to_owned(), |figure| format!("{figure:.4}"));
    let fraud: Vec<&Said> = said.iter().filter(|one| one.label == Label::FraudCheck).collect();
    let found = fraud.iter().filter(|one| one.is_right()).count();
    let recall = (!fraud.is_empty()).then(|| found as f64 / fraud.len() as f64);
    format!(
        "{:>6}{:>10}{:>10}{:>8}{:>8}{:>9}{:>15}{:>14}",
        figures.rows,
        figure(figures.accuracy),
        figure(figures.macro_f1),
        figure(figures.calibration_error),
        figure(figures.brier),
        figure(figures.decided_share),
        figure(figures.decided_error),
        figure(recall),
    )
}

/// Of rows whose matters were all written down, how many are read as just those, in their order.
pub(crate) fn print_intents(name: &str, read: impl Iterator<Item = (Row, Reading)>) {
    let mut by_count: BTreeMap<usize, (u32, u32)> = BTreeMap::new();
    for (row, reading) in read {
        let Some(expected) = &row.labels else { continue };
        let (right, all) = by_count.entry(expected.len()).or_default();
        *all += 1;
        *right += u32::from(reading.intents.iter().map(|scored| scored.label).eq(expected.iter().copied()));
    }
    for (count, (right, all)) in by_count {
        println!("{name}: of {all} requests about {count}, {right} are read as just those, in their order");
    }
}

/// The share of a source's rows that the model labels right.
#[cfg(test)]
pub(crate) fn accuracy(model: &case::local::LocalModel, rows: &[Row], group: Group) -> f64 {
    let of_group: Vec<Said> =
        rows.iter().filter(|row| row.group() == group).filter_map(|row| said(row, &model.read(&row.text))).collect();
    Figures::of(&of_group).accuracy.unwrap_or_default()
}
