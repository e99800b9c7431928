//! Whether what arrives is still like what it was: how much of it the local tier is sure of, how familiar its words are,
//! and what it is about.
//!
//! Two groups of cases are compared by the population stability index. It refuses to call a difference drift that chance
//! alone would make as often as once in a thousand comparisons, and to say anything about few cases.

use case::{
    label::{Label, Ppm},
    local::{LocalModel, PROMISED_ERROR, Reading},
};
use serde::{Deserialize, Serialize};

/// The version of the format.
const VERSION: u32 = 1;
/// The fewest cases on either side.
pub(crate) const CASES_MIN: u64 = 100;
/// From this index on a shift is large, by the rule of thumb of those who invented it; under 0.1 it is none.
const LARGE: f64 = 0.25;
/// Where the bins of familiarity begin but the first, in parts per million: narrow at the top, where nearly all is.
const EDGES: [u32; BINS - 1] =
    [500_000, 700_000, 800_000, 850_000, 900_000, 930_000, 960_000, 980_000, Ppm::ONE.parts()];
/// Bins of familiarity.
const BINS: usize = 10;

/// Counts of a group of cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Population {
    /// The version of the format.
    v: u32,
    /// The local model that read them, by its hash.
    pub(crate) model: String,
    /// How many.
    pub(crate) cases: u64,
    /// How many the local tier was sure of, by the promise that is usual.
    sure: u64,
    /// How many by the share of familiar words.
    familiar: [u64; BINS],
    /// How many by the most likely label, in the order of [`Label::ALL`].
    labels: [u64; 5],
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Measure {
    /// `sure`, `familiar` or `labels`.
    pub(crate) name: &'static str,
    /// The population stability index.
    pub(crate) index: f64,
    /// The index that chance alone would reach once in a thousand comparisons of groups of these sizes.
    pub(crate) by_chance: f64,
    /// Whether it is large, and no chance.
    pub(crate) drifted: bool,
}

impl Population {
    /// An empty group, of readings by a model.
    pub(crate) fn new(model: &str) -> Self {
        Self { v: VERSION, model: model.to_owned(), cases: 0, sure: 0, familiar: [0; BINS], labels: [0; 5] }
    }

    /// Counts a reading by the group's model, whatever its case was promised; one by another model means another thing
    /// and is left out.
    pub(crate) fn add(&mut self, model: &LocalModel, reading: &Reading) {
        if reading.model != self.model || model.hash() != self.model {
            return;
        }
        self.cases += 1;
        self.sure += u64::from(model.is_sure(reading, PROMISED_ERROR));
        let bin = EDGES.iter().filter(|edge| reading.familiar.parts() >= **edge).count();
        let label = reading.scores.first().map_or(Label::Other, |scored| scored.label);
        let place = Label::ALL.iter().position(|other| *other == label);
        if let (Some(bin), Some(place)) = (self.familiar.get_mut(bin), place.and_then(|at| self.labels.get_mut(at))) {
            *bin += 1;
            *place += 1;
        }
    }

    /// Whether there are enough to say anything.
    pub(crate) const fn is_enough(&self) -> bool {
        self.cases >= CASES_MIN
    }

    /// Whether the counts are those of one group, in this version's format.
    pub(crate) fn is_whole(&self) -> bool {
        let sum = |counts: &[u64]| counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count));
        self.v == VERSION
            && self.sure <= self.cases
            && sum(&self.familiar) == Some(self.cases)
            && sum(&self.labels) == Some(self.cases)
    }

    /// The share that the local tier was sure of; `None` of nobody.
    pub(crate) fn sure_share(&self) -> Option<f64> {
        (self.cases > 0).then(|| self.sure as f64 / self.cases as f64)
    }

    /// Compares a group with what was before.
    pub(crate) fn since(&self, before: &Self) -> Vec<Measure> {
        let sure = |one: &Self| [one.sure, one.cases - one.sure.min(one.cases)];
        let sizes = (self.cases, before.cases);
        vec![
            measure("sure", &sure(self), &sure(before), sizes),
            measure("familiar", &self.familiar, &before.familiar, sizes),
            measure("labels", &self.labels, &before.labels, sizes),
        ]
    }
}

/// The index over bins. Half a case is added to each bin of both, so that an empty one is no infinity; bins that are
/// empty on both sides say nothing.
fn measure(name: &'static str, now: &[u64], before: &[u64], sizes: (u64, u64)) -> Measure {
    let bins: Vec<(f64, f64)> = now
        .iter()
        .zip(before)
        .filter(|(now, before)| **now + **before > 0)
        .map(|(now, before)| (*now as f64 + 0.5, *before as f64 + 0.5))
        .collect();
    let total = |side: fn(&(f64, f64)) -> f64| bins.iter().map(side).sum::<f64>();
    let (all_now, all_before) = (total(|bin| bin.0), total(|bin| bin.1));
    let index = bins
        .iter()
        .map(|(now, before)| {
            let (now, before) = (now / all_now, before / all_before);
            (now - before) * (now / before).ln()
        })
        .sum::<f64>();
    // Without a shift the index is about a chi-squared variable, scaled by the sizes of both groups.
    let scale = 1.0 / (sizes.0.max(1) as f64) + 1.0 / (sizes.1.max(1) as f64);
    let by_chance = chi_squared(bins.len().saturating_sub(1)) * scale;
    Measure { name, index, by_chance, drifted: index > LARGE && index > by_chance }
}

/// What a chi-squared variable of so many degrees of freedom exceeds once in a thousand times (Wilson and Hilferty's
/// approximation, 3 % too high at the most).
fn chi_squared(degrees: usize) -> f64 {
    if degrees == 0 {
        return 0.0;
    }
    let degrees = degrees as f64;
    let ninth = 2.0 / (9.0 * degrees);
    degrees * (1.0 - ninth + 3.090_232 * ninth.sqrt()).powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Held-out requests to a bank, as the local tier reads them.
    fn readings(change: impl Fn(&str) -> String) -> Vec<Reading> {
        let rows = include_str!("../../data/requests/dev.jsonl").lines();
        let texts = rows.map(|row| serde_json::from_str::<serde_json::Value>(row).unwrap());
        let banking = texts.filter(|row| row["source"] == "banking77");
        banking.map(|row| LocalModel::embedded().read(&change(row["text"].as_str().unwrap()))).collect()
    }

    fn population<'a>(readings: impl Iterator<Item = &'a Reading>) -> Population {
        let mut population = Population::new(LocalModel::embedded().hash());
        readings.for_each(|reading| population.add(LocalModel::embedded(), reading));
        assert!(population.is_whole() && population.is_enough());
        population
    }

    fn drifted(now: &Population, before: &Population) -> Vec<&'static str> {
        now.since(before).into_iter().filter(|measure| measure.drifted).map(|measure| measure.name).collect()
    }

    /// Every other row, so that both halves have every intent.
    fn half(readings: &[Reading], odd: usize) -> Population {
        population(readings.iter().enumerate().filter(|(at, _)| at % 2 == odd).map(|(_, reading)| reading))
    }

    #[test]
    fn the_other_half_of_the_same_requests_is_no_drift() {
        let readings = readings(str::to_owned);
        let (now, before) = (half(&readings, 0), half(&readings, 1));
        assert_eq!(drifted(&now, &before), Vec::<&str>::new(), "{:?}", now.since(&before));
    }

    #[test]
    fn a_case_of_a_stricter_promise_counts_as_one_of_the_usual() {
        let (model, text) = (LocalModel::embedded(), "Someone stole my card");
        let strict = model.read_for(text, Ppm::new(5_000).unwrap());
        assert!(!strict.sure && model.read(text).sure, "{strict:?}");
        let of = |reading: &Reading| {
            let mut population = Population::new(model.hash());
            population.add(model, reading);
            population
        };
        assert_eq!(of(&strict), of(&model.read(text)));
    }

    #[test]
    fn words_that_the_model_never_saw_are_a_drift() {
        let before = half(&readings(str::to_owned), 1);
        // Every word turned round: the letters stay, and no word is one.
        let turned = |text: &str| {
            let turn = |word: &str| word.chars().rev().collect::<String>();
            text.split(' ').map(turn).collect::<Vec<_>>().join(" ")
        };
        let now = half(&readings(turned), 0);
        let drifted = drifted(&now, &before);
        assert!(drifted.contains(&"familiar") && drifted.contains(&"sure"), "{:?}", now.since(&before));
    }

    #[test]
    fn other_questions_than_before_are_a_drift_of_labels_alone() {
        let readings = readings(str::to_owned);
        let before = half(&readings, 1);
        let top = |reading: &Reading| reading.scores.first().map(|scored| scored.label);
        let disputes = readings.iter().filter(|reading| top(reading) == Some(Label::DisputeSummary));
        let now = population(disputes);
        assert_eq!(drifted(&now, &before), ["labels"], "{:?}", now.since(&before));
    }

    #[test]
    fn a_large_index_of_a_few_cases_is_chance() {
        let measure = |now: &[u64], before: &[u64]| {
            let sizes = (now.iter().sum(), before.iter().sum());
            super::measure("labels", now, before, sizes)
        };
        let few = measure(&[4, 2], &[2, 4]);
        assert!(few.index > LARGE && !few.drifted, "{few:?}");
        let many = measure(&[400, 200], &[200, 400]);
        assert!(many.index > LARGE && many.drifted, "{many:?}");
        assert!(!measure(&[520, 480], &[480, 520]).drifted, "a small shift is none, however certain");
    }

    #[test]
    fn the_bound_of_chance_is_the_tables() {
        for (degrees, exceeded) in [(1, 10.83), (4, 18.47), (9, 27.88)] {
            let found = chi_squared(degrees);
            assert!((0.99..1.04).contains(&(found / exceeded)), "{degrees}: {found}");
        }
    }

    #[test]
    fn counts_that_do_not_add_up_are_no_reference() {
        let whole = half(&readings(str::to_owned), 0);
        let mut wrong = whole.clone();
        wrong.labels[0] += 1;
        assert!(!wrong.is_whole());
        assert!(!Population { v: 2, ..whole.clone() }.is_whole());
        assert!(!Population { sure: whole.cases + 1, ..whole }.is_whole());
        let huge = r#"{"v":1,"model":"","cases":5,"sure":0,"familiar":[18446744073709551615,6,0,0,0,0,0,0,0,0],"labels":[5,0,0,0,0]}"#;
        assert!(!serde_json::from_str::<Population>(huge).unwrap().is_whole());
    }
}
