//! Figures on rows the model was not trained on, by the kind of row.

use std::time::Instant;

use case::label::{Label, Task};
use case::local::{LocalModel, Reading};

use super::random::Random;
use super::rows::{Group, Row};

/// The bins of the expected calibration error.
const BINS: usize = 15;

/// A row and what the model read.
struct Read<'rows> {
    row: &'rows Row,
    reading: Reading,
}

impl Read<'_> {
    fn label(&self) -> Label {
        self.reading.scores.first().map_or(Label::Other, |scored| scored.label)
    }

    fn right(&self) -> bool {
        self.label() == self.row.label
    }

    fn confidence(&self) -> f64 {
        self.reading.scores.first().map_or(0.0, |scored| scored.confidence.share())
    }
}

/// Prints the figures.
pub(crate) fn print(model: &LocalModel, rows: &[Row]) {
    let start = Instant::now();
    let reads: Vec<Read<'_>> = rows.iter().map(|row| Read { row, reading: model.read(&row.text) }).collect();
    let each_us = start.elapsed().as_secs_f64() * 1e6 / rows.len() as f64;
    println!("model {}  {} rows  {each_us:.1} us each", model.hash(), rows.len());
    println!("settings {:?}", model.parts().settings);
    println!(
        "{:<32}{:>6}{:>10}{:>10}{:>8}{:>9}{:>15}",
        "rows", "", "accuracy", "macro F1", "ECE", "decided", "wrong of them"
    );
    for group in Group::MEASURED {
        line(group.name(), &reads.iter().filter(|read| read.row.group() == group).collect::<Vec<_>>());
    }
    line("all", &reads.iter().collect::<Vec<_>>());
    for label in Label::ALL {
        let said = reads.iter().filter(|read| read.row.group() == Group::Banking77 && read.label() == label);
        line(&format!("banking77, read as {}", label.name()), &said.collect::<Vec<_>>());
    }
    suspicion(&reads);
    intents(model, rows, &reads);
}

fn line(name: &str, reads: &[&Read<'_>]) {
    let decided: Vec<_> = reads.iter().filter(|read| read.reading.sure).collect();
    let right = share(reads, |read| read.right());
    let wrong_of_decided = 1.0 - share(&decided, |read| read.right());
    let decided = decided.len() as f64 / reads.len().max(1) as f64;
    println!(
        "{name:<32}{:>6}{right:>10.4}{:>10.4}{:>8.4}{decided:>9.4}{wrong_of_decided:>15.4}",
        reads.len(),
        macro_f1(reads),
        calibration_error(reads)
    );
}

fn suspicion(reads: &[Read<'_>]) {
    for group in [Group::Banking77, Group::ClincBanking] {
        let of_group = |fraud: bool| {
            let reads: Vec<_> = reads
                .iter()
                .filter(|read| read.row.group() == group && (read.row.label == Label::FraudCheck) == fraud)
                .collect();
            share(&reads, |read| read.reading.fraud_suspected)
        };
        println!(
            "fraud suspected, {:<30} of fraud_check {:.4}, of the others {:.4}",
            group.name(),
            of_group(true),
            of_group(false)
        );
    }
}

/// How often a row about one thing is read as several, and two rows in one text as two.
fn intents(model: &LocalModel, rows: &[Row], reads: &[Read<'_>]) {
    let banking: Vec<_> = reads.iter().filter(|read| read.row.group() == Group::Banking77).collect();
    let split = share(&banking, |read| read.reading.intents.len() > 1);
    let tasks: Vec<&Row> =
        rows.iter().filter(|row| row.group() == Group::Banking77 && row.label.task().is_some()).collect();
    let pairs: Vec<(&Row, &Row)> = tasks
        .iter()
        .zip(tasks.iter().cycle().skip(tasks.len() / 3))
        .filter(|(first, second)| first.label != second.label)
        .map(|(first, second)| (*first, *second))
        .collect();
    let found = share(&pairs, |(first, second)| {
        let ends = if first.text.ends_with(['.', '?', '!']) { "" } else { "." };
        let intents = model.read(&format!("{}{ends} {}", first.text, second.text)).intents;
        let expected =
            Task::ALL.map(Label::from).into_iter().filter(|label| [first.label, second.label].contains(label));
        intents.iter().map(|scored| scored.label).eq(expected)
    });
    let off_topic: Vec<&Row> = rows.iter().filter(|row| row.group() == Group::ClincOffTopic).collect();
    for sentences in [2, 4, 8, 16] {
        let right = share(&banking, |read| {
            let letter = letter(read.row, &off_topic, sentences);
            model.read(&letter).scores.first().is_some_and(|top| top.label == read.row.label)
        });
        println!("banking77 row among {:>2} off-topic sentences {right:.4}", sentences - 1);
    }
    println!("banking77 rows read as several intents {split:.4}; {} pairs read as their two {found:.4}", pairs.len());
}

/// A row's text among off-topic sentences.
fn letter(row: &Row, off_topic: &[&Row], sentences: usize) -> String {
    let mut random = Random::of(&row.id);
    let place = random.below(sentences);
    let sentence = |at: usize| if at == place { row } else { off_topic[random.below(off_topic.len())] };
    (0..sentences).map(sentence).map(|row| row.text.as_str()).collect::<Vec<_>>().join(". ")
}

fn share<T>(items: &[T], is: impl Fn(&T) -> bool) -> f64 {
    items.iter().filter(|item| is(item)).count() as f64 / items.len().max(1) as f64
}

/// The mean F1 of the labels that occur.
fn macro_f1(reads: &[&Read<'_>]) -> f64 {
    let scores: Vec<f64> = Label::ALL
        .into_iter()
        .filter(|label| reads.iter().any(|read| read.row.label == *label))
        .map(|label| {
            let count = |is: &dyn Fn(&Read<'_>) -> bool| reads.iter().filter(|read| is(read)).count() as f64;
            let both = count(&|read| read.row.label == label && read.label() == label);
            2.0 * both / (count(&|read| read.row.label == label) + count(&|read| read.label() == label))
        })
        .collect();
    scores.iter().sum::<f64>() / scores.len().max(1) as f64
}

/// How far confidence and accuracy are apart, over bins of confidence.
fn calibration_error(reads: &[&Read<'_>]) -> f64 {
    let mut bins = [(0.0, 0.0); BINS];
    for read in reads {
        let bin = ((read.confidence() * BINS as f64) as usize).min(BINS - 1);
        bins[bin].0 += read.confidence();
        bins[bin].1 += if read.right() { 1.0 } else { 0.0 };
    }
    let apart: f64 = bins.iter().map(|(confidence, right): &(f64, f64)| (confidence - right).abs()).sum();
    apart / reads.len().max(1) as f64
}

/// The share of a group's rows that the model labels right.
#[cfg(test)]
pub(crate) fn accuracy(model: &LocalModel, rows: &[Row], group: Group) -> f64 {
    let of_group: Vec<&Row> = rows.iter().filter(|row| row.group() == group).collect();
    share(&of_group, |row| model.read(&row.text).scores.first().is_some_and(|top| top.label == row.label))
}
