//! Takes rows and answers one by one, keeps what figures need, and becomes a report.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use case::label::Label;

use crate::{
    Report, compare,
    judged::Judged,
    limits,
    metrics::Said,
    mistakes::{Mistake, Why, Worst},
    record::{Other, PROMISES, Record},
    report::{self, Budget},
    row::{BadRow, LabelledRow},
    slices::Names,
};

/// What is known before the first row.
#[derive(Debug, Clone)]
pub struct About {
    /// The name of the labelled file, without its folder.
    pub file: String,
    /// When the evaluation was made, as RFC 3339.
    pub at: String,
    /// The local model.
    pub model: Model,
    /// The promised errors that are compared, in rising order; at most eight.
    pub promises: Vec<f64>,
    /// The one of them that decides what is accepted, by its place.
    pub promise: usize,
    /// Where Claude is asked: its model, and the budget.
    pub claude: Option<Budget>,
    /// What the run is compared with.
    pub compared_with: Option<String>,
}

/// A local model, for people to tell it from others.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Model {
    /// Its name: `shipped`, or that of its file.
    pub name: String,
    /// The hash by which journals name it.
    pub hash: String,
}

/// An evaluation under way.
#[derive(Debug)]
pub struct Evaluation {
    pub(crate) about: About,
    pub(crate) records: Vec<Record>,
    pub(crate) sources: Names,
    pub(crate) languages: Names,
    pub(crate) bad: Vec<BadRow>,
    pub(crate) bad_rows: u64,
    pub(crate) unmatched: u64,
    pub(crate) tokens: Tokens,
    seen: Seen,
    worst: Worst,
    missed_fraud: Worst,
    newly_wrong: Worst,
}

/// All calls' tokens.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tokens {
    pub(crate) input: u64,
    pub(crate) output: u64,
    pub(crate) cache_read: u64,
}

/// Hashes of ids and texts, to count what comes again.
#[derive(Debug, Default)]
struct Seen {
    ids: BTreeMap<u64, ()>,
    texts: BTreeMap<u64, Label>,
    repeated_ids: u64,
    repeated_texts: u64,
    contradicting_texts: u64,
}

/// There are more rows than [`limits::ROWS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {} rows; take a sample", limits::ROWS)]
pub struct TooManyRows;

impl Evaluation {
    /// An evaluation without rows.
    #[must_use]
    pub fn new(mut about: About) -> Self {
        about.promises.truncate(PROMISES);
        Self {
            about,
            records: Vec::new(),
            sources: Names::default(),
            languages: Names::default(),
            bad: Vec::new(),
            bad_rows: 0,
            unmatched: 0,
            tokens: Tokens::default(),
            seen: Seen::default(),
            worst: Worst::default(),
            missed_fraud: Worst::default(),
            newly_wrong: Worst::default(),
        }
    }

    /// How many rows there are so far.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.records.len()
    }

    /// How many lines were no rows.
    #[must_use]
    pub const fn bad_rows(&self) -> u64 {
        self.bad_rows
    }

    /// Notes a line that is no row.
    pub fn bad(&mut self, bad: BadRow) {
        self.bad_rows += 1;
        if self.bad.len() < limits::BAD_ROWS_NAMED {
            self.bad.push(bad);
        }
    }

    /// Takes a row and what was said of it. `why` is asked where the row may be shown as a mistake.
    ///
    /// # Errors
    /// [`TooManyRows`].
    pub fn push(
        &mut self,
        row: &LabelledRow,
        judged: &Judged,
        other: Option<Other>,
        why: impl FnOnce() -> Why,
    ) -> Result<(), TooManyRows> {
        if self.records.len() >= limits::ROWS {
            return Err(TooManyRows);
        }
        self.seen.note(row);
        let source = self.sources.intern(row.source.as_deref(), limits::SLICES);
        let language = row.language.as_deref().or(judged.language.as_deref());
        let language = self.languages.intern(language, limits::SLICES);
        let record = Record { other, ..Record::of(row, judged, source, language) };
        self.unmatched += u64::from(self.about.compared_with.is_some() && other.is_none());
        if let Some(call) = &judged.call {
            self.tokens.input += call.input_tokens;
            self.tokens.output += call.output_tokens;
            self.tokens.cache_read += call.cache_read_tokens;
        }
        self.keep_mistake(row, &record, why);
        self.records.push(record);
        Ok(())
    }

    fn keep_mistake(&mut self, row: &LabelledRow, record: &Record, why: impl FnOnce() -> Why) {
        let said = record.said();
        if said.is_right() {
            return;
        }
        let rank = (said.accepted, said.probability);
        let is_new = record.other_said().is_some_and(|other| other.is_right());
        let wanted = [
            (&mut self.worst, true),
            (&mut self.missed_fraud, said.label == Label::FraudCheck),
            (&mut self.newly_wrong, is_new),
        ];
        let lists: Vec<&mut Worst> =
            wanted.into_iter().filter(|(list, belongs)| *belongs && list.wants(rank)).map(|(list, _)| list).collect();
        if !lists.is_empty() {
            let mistake = Mistake::new(row.id.clone(), record, why());
            for list in lists {
                list.keep(mistake.clone());
            }
        }
    }

    /// The report of all rows.
    #[must_use]
    pub fn report(self) -> Report {
        let pairs: Vec<(Said, Said)> =
            self.records.iter().filter_map(|record| Some((record.said(), record.other_said()?))).collect();
        let seen = [self.seen.repeated_ids, self.seen.repeated_texts, self.seen.contradicting_texts];
        let lists = [self.worst.clone(), self.missed_fraud.clone()].map(Worst::into_list);
        let newly_wrong = self.newly_wrong.clone().into_list();
        let comparison = self
            .about
            .compared_with
            .clone()
            .and_then(|name| compare::compare(name, &pairs, self.unmatched, newly_wrong));
        report::write(self, seen, lists, comparison)
    }
}

impl Seen {
    fn note(&mut self, row: &LabelledRow) {
        self.repeated_ids += u64::from(self.ids.insert(hash(&row.id), ()).is_some());
        let words: Vec<String> = case::local::text::words(&row.text);
        match self.texts.insert(hash(&words), row.label) {
            None => {}
            Some(label) if label == row.label => self.repeated_texts += 1,
            Some(_) => {
                self.repeated_texts += 1;
                self.contradicting_texts += 1;
            }
        }
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
