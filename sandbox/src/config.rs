//! What a box is made from: pure data. Reading files, flags and the clock is the caller's job.

use crate::bank::Bank;
use crate::day::Day;

/// The configuration of one box.
#[derive(Debug, Clone)]
pub struct Config {
    /// The seed of the default bank.
    pub seed: u64,
    /// The day on which the bank stands; the default bank's entries are dated back from it.
    pub today: Day,
    /// A bank to serve in place of the default one.
    pub bank: Option<Bank>,
}

impl Config {
    /// The default bank of a seed and a day, and a well-behaved stand-in.
    pub fn new(seed: u64, today: Day) -> Self {
        Self { seed, today, bank: None }
    }
}
