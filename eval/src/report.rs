//! The report: every figure of an evaluation, as `report.json` holds it and as the page shows it.
//!
//! The shape is described in `docs/guide/eval.md`; fields are added, never changed, within one [`VERSION`].

mod cascade;
mod cost;

pub use cascade::{Cascade, Milestone};
pub use cost::{Budget, Claude, Latency, Quantiles};

use case::{
    label::{Label, Ppm},
    local::PROMISES,
};
use serde::Serialize;

use crate::{
    About, Evaluation, Mistake, Model,
    compare::Comparison,
    metrics::{Calibration, Class, Confusion, Figures, Risk, Said, count, coverage_at, round, share, wilson},
    record::Record,
    row::BadRow,
    slices::{self, Names},
};

/// The version of the report's shape.
pub const VERSION: u32 = 1;

/// Fewer rows than this of a label say little about it.
const FEW_ROWS: u64 = 30;

/// A whole report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The version of this shape.
    pub report: u32,
    /// The labelled file's name.
    pub file: String,
    /// When it was made.
    pub at: String,
    /// The local model.
    pub model: Model,
    /// The error that was promised of what is decided.
    pub promised_error: f64,
    /// The figures of all tiers together.
    #[serde(flatten)]
    pub figures: Figures,
    /// The Brier score over all five labels, of the local tier.
    pub brier_all_labels: Option<f64>,
    /// The local tier alone; the same as above where Claude was not asked.
    pub local: Figures,
    /// Fraud reports, of which every one that is missed costs most.
    pub fraud: Fraud,
    /// Every label.
    pub classes: Vec<Class>,
    /// Which label was taken for which: label, then answer.
    pub confusion: Confusion,
    /// Whether probabilities mean what they say.
    pub calibration: Calibration,
    /// Error by share decided.
    pub risk: Risk,
    /// How much could be decided, if one threshold on the probability ruled.
    pub coverage_at: Vec<CoverageAt>,
    /// Each promised error: who decides how much, how wrong, for how much money and time.
    pub cascade: Cascade,
    /// What asking Claude came to.
    pub claude: Option<Claude>,
    /// How long it took.
    pub latency: Latency,
    /// Parts of the rows.
    pub slices: Slices,
    /// Beside another model or run.
    pub comparison: Option<Comparison>,
    /// The mistakes that were surest.
    pub mistakes: Vec<Mistake>,
    /// Fraud reports that were read as something else.
    pub missed_fraud: Vec<Mistake>,
    /// What to know before believing the figures.
    pub notes: Notes,
}

/// How much can be decided at an error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CoverageAt {
    /// The error.
    pub error: f64,
    /// The share of the rows.
    pub coverage: f64,
}

/// What becomes of fraud reports.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Fraud {
    /// How many rows are fraud reports.
    pub rows: u64,
    /// The share that is called one.
    pub recall: Option<f64>,
    /// Between which shares that lies.
    pub recall_interval: Option<[f64; 2]>,
    /// The share that is called one or at least raises suspicion, by which a case is escalated.
    pub called_or_suspected: Option<f64>,
    /// How many are decided as something else.
    pub decided_as_other: u64,
    /// The share of the other rows that raises suspicion.
    pub false_suspicion: Option<f64>,
}

/// Parts of the rows with figures of their own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slices {
    /// By the number of words.
    pub length: Vec<Slice>,
    /// By source.
    pub source: Vec<Slice>,
    /// By language.
    pub language: Vec<Slice>,
}

/// One part.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slice {
    /// Its name; nothing for the rows that have none.
    pub name: Option<String>,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// What to know before believing the figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Notes {
    /// Lines that are no rows.
    pub bad_rows: u64,
    /// The first of them.
    pub bad: Vec<BadRow>,
    /// Rows whose id came before.
    pub repeated_ids: u64,
    /// Rows whose words came before.
    pub repeated_texts: u64,
    /// Those of them with another label.
    pub contradicting_texts: u64,
    /// Labels without any row.
    pub labels_missing: Vec<Label>,
    /// Labels with so few rows that their figures say little.
    pub labels_few: Vec<Label>,
    /// Whether there were more sources or languages than are shown.
    pub slices_cut: bool,
}

impl Report {
    /// The lesser of accuracy and macro-F1, by which a run passes or fails.
    #[must_use]
    pub fn score(&self) -> f64 {
        let of = |figure: Option<f64>| figure.unwrap_or_default();
        of(self.figures.accuracy).min(of(self.figures.macro_f1))
    }
}

/// Works out everything.
pub(crate) fn write(
    evaluation: Evaluation,
    [repeated_ids, repeated_texts, contradicting_texts]: [u64; 3],
    [mistakes, missed_fraud]: [Vec<Mistake>; 2],
    comparison: Option<Comparison>,
) -> Report {
    let Evaluation { about, records, sources, languages, bad, bad_rows, tokens, .. } = evaluation;
    let said: Vec<Said> = records.iter().map(Record::said).collect();
    let local: Vec<Said> = records.iter().map(|record| record.local_said(about.promise)).collect();
    let confusion = Confusion::of(&said);
    let at = |error: f64| coverage_at(&said, error).map(|coverage| CoverageAt { error, coverage });
    let squares: f64 = records.iter().map(|record| f64::from(record.squares)).sum();
    let labels = |is: fn(u64) -> bool| Label::ALL.into_iter().filter(|label| is(confusion.rows(*label))).collect();
    let notes = Notes {
        bad_rows,
        bad,
        repeated_ids,
        repeated_texts,
        contradicting_texts,
        labels_missing: labels(|rows| rows == 0),
        labels_few: labels(|rows| 0 < rows && rows < FEW_ROWS),
        slices_cut: sources.overflowed || languages.overflowed,
    };
    let About { file, at: made_at, model, promises, promise, claude, .. } = about;
    Report {
        report: VERSION,
        file,
        at: made_at,
        model,
        promised_error: promises.get(promise).copied().unwrap_or_default(),
        figures: Figures::of(&said),
        brier_all_labels: (!records.is_empty()).then(|| round(squares / records.len() as f64)),
        local: Figures::of(&local),
        fraud: fraud(&records),
        classes: confusion.classes(&said),
        calibration: Calibration::of(&said),
        risk: Risk::of(&said),
        coverage_at: PROMISES.map(Ppm::share).into_iter().filter_map(at).collect(),
        cascade: Cascade::of(&records, &promises, promise, claude.is_some()),
        claude: claude.map(|budget| Claude::of(&records, budget, tokens)),
        latency: Latency::of(&records),
        slices: slices_of(&records, &said, &sources, &languages),
        comparison,
        mistakes,
        missed_fraud,
        notes,
        confusion,
    }
}

fn fraud(records: &[Record]) -> Fraud {
    let (reports, others): (Vec<&Record>, Vec<&Record>) =
        records.iter().partition(|record| record.label == Label::FraudCheck);
    let rows = reports.len() as u64;
    let count = |of: &[&Record], is: &dyn Fn(&Record) -> bool| of.iter().filter(|record| is(record)).count() as u64;
    let called = count(&reports, &|record| record.said().is_right());
    let heard = count(&reports, &|record| record.said().is_right() || record.fraud_suspected);
    Fraud {
        rows,
        recall: share(called, rows),
        recall_interval: wilson(called, rows),
        called_or_suspected: share(heard, rows),
        decided_as_other: count(&reports, &|record| record.said().accepted && !record.said().is_right()),
        false_suspicion: share(count(&others, &|record| record.fraud_suspected), others.len() as u64),
    }
}

fn slices_of(records: &[Record], said: &[Said], sources: &Names, languages: &Names) -> Slices {
    let slice = |name: Option<&str>, belongs: &dyn Fn(&Record) -> bool| {
        let of: Vec<Said> =
            records.iter().zip(said).filter(|(record, _)| belongs(record)).map(|(_, said)| *said).collect();
        (!of.is_empty()).then(|| Slice { name: name.map(str::to_owned), figures: Figures::of(&of) })
    };
    let named = |names: &Names, of: fn(&Record) -> slices::Interned| -> Vec<Slice> {
        let known = names.all().filter_map(|(number, name)| slice(Some(name), &|record| of(record) == number));
        let mut all: Vec<Slice> = known.collect();
        // Where no row has a name, a slice of all rows would say nothing new.
        if !all.is_empty() {
            all.sort_by_key(|slice| std::cmp::Reverse(slice.figures.rows));
            all.extend(slice(None, &|record| of(record) == Names::NONE));
        }
        all
    };
    let length = (0..slices::LENGTHS.len())
        .filter_map(|place| {
            let name = slices::LENGTHS.get(place).map(|(name, _)| *name);
            slice(name, &|record| slices::length(record.words) == place)
        })
        .collect();
    Slices {
        length,
        source: named(sources, |record| record.source),
        language: named(languages, |record| record.language),
    }
}

/// How many of what was said are decided and right, wrong, or left.
pub(crate) fn decided(said: &[Said]) -> (u64, u64) {
    (count(said, |one| one.accepted), count(said, |one| one.accepted && !one.is_right()))
}
