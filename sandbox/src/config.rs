//! What a box is made from: pure data. Reading files, flags and the clock is the caller's job.

use crate::bank::Bank;
use crate::day::Day;
use crate::faults::Fault;
use crate::messages::Script;

/// The configuration of one box.
#[derive(Debug, Clone)]
pub struct Config {
    /// The seed of the default bank.
    pub seed: u64,
    /// The day on which the bank stands; the default bank's entries are dated back from it.
    pub today: Day,
    /// A bank to serve in place of the default one.
    pub bank: Option<Bank>,
    /// Given answers of the stand-in.
    pub script: Option<Script>,
    /// Whether the stand-in refuses what today's API refuses: retired models, sampling parameters and the like.
    pub strict: bool,
    /// Whether the stand-in obeys instructions in the texts it reads: the worst case for its caller.
    pub gullible: bool,
    /// Whether the stand-in was taken over: the seed of its attacks.
    pub hostile: Option<u64>,
    /// Faults that are switched on from the beginning.
    pub faults: Vec<Fault>,
}

impl Config {
    /// The default bank of a seed and a day, and a well-behaved stand-in.
    pub fn new(seed: u64, today: Day) -> Self {
        Self {
            seed,
            today,
            bank: None,
            script: None,
            strict: false,
            gullible: false,
            hostile: None,
            faults: Vec::new(),
        }
    }
}
