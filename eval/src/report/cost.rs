//! What an evaluation took: money, tokens and time.

use serde::Serialize;

use crate::{
    evaluation::Tokens,
    metrics::{Figures, Said, share, wilson},
    record::{Asked, Record},
};

/// What Claude may be asked with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Budget {
    /// The model's name.
    pub model: String,
    /// The most that the whole run may cost, in US dollars.
    pub budget_usd: f64,
    /// The version of the price table.
    pub prices: String,
}

/// What asking Claude came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Claude {
    /// With what.
    #[serde(flatten)]
    pub budget: Budget,
    /// Rows it was asked about.
    pub asked: u64,
    /// Rows with a usable answer.
    pub answered: u64,
    /// Rows that it decides.
    pub decided: u64,
    /// The share of its answers that is the local tier's label.
    pub agreement: Option<f64>,
    /// Between which shares that lies.
    pub agreement_interval: Option<[f64; 2]>,
    /// The figures of its answers; decided where it is sure enough.
    pub figures: Figures,
    /// What the run cost, in US dollars.
    pub usd: f64,
    /// What a row costs that it is asked about, in US dollars.
    pub usd_per_asked: Option<f64>,
    /// What a thousand rows cost, those that it was not asked about among them.
    pub usd_per_thousand: Option<f64>,
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens of answers.
    pub output_tokens: u64,
    /// Tokens read from the cache.
    pub cache_read_tokens: u64,
    /// How long a row took that it was asked about, in milliseconds, retries included.
    pub latency_ms: Option<Quantiles>,
}

/// How long reading took.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Latency {
    /// Redacting and reading one row by the local tier, in microseconds, on this machine; nothing where it was not
    /// measured.
    pub local_us: Option<Quantiles>,
}

/// Some times.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quantiles {
    /// The mean.
    pub mean: f64,
    /// Half take at most this.
    pub p50: f64,
    /// Nine in ten take at most this.
    pub p90: f64,
    /// Ninety-nine in a hundred take at most this.
    pub p99: f64,
}

impl Quantiles {
    /// Of some times; nothing of none.
    fn of(mut times: Vec<f64>) -> Option<Self> {
        times.sort_unstable_by(f64::total_cmp);
        let last = times.len().checked_sub(1)?;
        let at = |hundredths: usize| {
            let place = ((last + 1) * hundredths).div_ceil(100).saturating_sub(1).min(last);
            times.get(place).copied().map_or(0.0, tenths)
        };
        let mean = tenths(times.iter().sum::<f64>() / times.len() as f64);
        Some(Self { mean, p50: at(50), p90: at(90), p99: at(99) })
    }
}

/// Nano-dollars as dollars, for each of so many, to a nano-dollar.
fn dollars(nano_dollars: u64, each_of: u64) -> f64 {
    libm::round(nano_dollars as f64 / each_of as f64) / 1e9
}

/// Times are not so exact that more would mean anything.
fn tenths(time: f64) -> f64 {
    libm::round(time * 10.0) / 10.0
}

impl Latency {
    pub(crate) fn of(records: &[Record]) -> Self {
        let times = records.iter().filter_map(|record| record.local_ns).map(|ns| f64::from(ns) / 1e3);
        Self { local_us: Quantiles::of(times.collect()) }
    }
}

impl Claude {
    pub(crate) fn of(records: &[Record], budget: Budget, tokens: Tokens) -> Self {
        let asked: Vec<(&Record, Asked)> = records.iter().filter_map(|record| Some((record, record.asked?))).collect();
        let answers: Vec<Said> = records.iter().filter_map(Record::claude_said).collect();
        let agreed = records
            .iter()
            .filter(|record| record.claude_said().is_some_and(|said| said.predicted == record.local.label));
        let agreed = agreed.count() as u64;
        let nano_dollars: u64 = asked.iter().map(|(_, asked)| asked.nano_dollars).sum();
        let count = asked.len() as u64;
        Self {
            budget,
            asked: count,
            answered: answers.len() as u64,
            decided: answers.iter().filter(|answer| answer.accepted).count() as u64,
            agreement: share(agreed, answers.len() as u64),
            agreement_interval: wilson(agreed, answers.len() as u64),
            figures: Figures::of(&answers),
            usd: dollars(nano_dollars, 1),
            usd_per_asked: (count > 0).then(|| dollars(nano_dollars, count)),
            usd_per_thousand: (!records.is_empty()).then(|| 1e3 * dollars(nano_dollars, records.len() as u64)),
            input_tokens: tokens.input,
            output_tokens: tokens.output,
            cache_read_tokens: tokens.cache_read,
            latency_ms: Quantiles::of(asked.iter().map(|(_, asked)| f64::from(asked.took_ms)).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_times_that_were_taken() {
        let times = (1..=200).rev().map(f64::from).collect();
        assert_eq!(Quantiles::of(times), Some(Quantiles { mean: 100.5, p50: 100.0, p90: 180.0, p99: 198.0 }));
        assert_eq!(Quantiles::of(vec![7.0]).map(|one| one.p99), Some(7.0));
        assert_eq!(Quantiles::of(Vec::new()), None);
    }
}
