//! A step is a name, what it needs and what it does; a run is a list of steps and one table at the end.
//!
//! A step that fails does not stop the ones after it, so that one run tells everything there is to mend. A step whose
//! need is missing is left out and said to be. Steps share nothing but the disk.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::{shell, tools};

/// What must be on the machine for a step to run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Node 20 or newer, which builds the Worker and brings workerd.
    Node,
    /// Python 3, for the official Anthropic SDK.
    Python,
    /// Chromium, for the console.
    Chromium,
}

impl Need {
    fn is_met(self) -> bool {
        match self {
            Need::Node => shell::answers("node"),
            Need::Python => shell::answers("python3"),
            Need::Chromium => tools::chromium().is_some(),
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Need::Node => "Node 20",
            Need::Python => "Python 3",
            Need::Chromium => "Chromium",
        })
    }
}

/// One line of a run.
pub(crate) struct Step {
    /// What the table calls it.
    pub(crate) name: &'static str,
    /// What the machine must have; where it does not, the step is left out.
    pub(crate) needs: &'static [Need],
    /// Does the work, says on the way what it does, and counts what it checked.
    pub(crate) run: fn() -> Result<Tally>,
}

/// How many checks passed, failed and were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Tally {
    /// A step without a finer count of its own that went well.
    pub(crate) const ONE: Tally = Tally { passed: 1, failed: 0, skipped: 0 };

    /// Adds another count to this one.
    pub(crate) fn add(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// How a step ended.
enum Outcome {
    Ran(Tally),
    Failed(String),
    LeftOut(Need),
}

/// A finished step.
struct Record {
    name: &'static str,
    outcome: Outcome,
    took: Duration,
}

/// What a run of steps came to.
pub(crate) struct Summary {
    records: Vec<Record>,
}

impl Summary {
    /// Runs the steps in order, each to its end.
    pub(crate) fn of(steps: &[Step]) -> Summary {
        let records = steps.iter().map(run_step).collect();
        Summary { records }
    }

    /// The steps of another run, taken in as if they had been part of this one.
    pub(crate) fn extend(&mut self, other: Summary) {
        self.records.extend(other.records);
    }

    /// Whether every step that ran went well.
    pub(crate) fn is_good(&self) -> bool {
        self.tally().failed == 0
    }

    /// Whether every step ran.
    pub(crate) fn is_complete(&self) -> bool {
        !self.records.iter().any(|record| matches!(record.outcome, Outcome::LeftOut(_)))
    }

    /// All counts together; a step that broke counts as one failure, one left out as one skipped.
    pub(crate) fn tally(&self) -> Tally {
        let mut total = Tally::default();
        for record in &self.records {
            total.add(match &record.outcome {
                Outcome::Ran(tally) => *tally,
                Outcome::Failed(_) => Tally { failed: 1, ..Tally::default() },
                Outcome::LeftOut(_) => Tally { skipped: 1, ..Tally::default() },
            });
        }
        total
    }

    /// Prints the table and, as the very last line, the counts.
    pub(crate) fn print(&self) {
        let width = self.records.iter().map(|record| record.name.len()).max().unwrap_or(0);
        println!();
        for record in &self.records {
            let seconds = record.took.as_secs_f64();
            let result = match &record.outcome {
                Outcome::Ran(tally) if *tally == Tally::ONE => "ok".to_owned(),
                Outcome::Ran(tally) if tally.failed == 0 => format!("ok: {tally}"),
                Outcome::Ran(tally) => format!("FAILED: {tally}"),
                Outcome::Failed(why) => format!("FAILED: {why}"),
                Outcome::LeftOut(need) => format!("left out: it needs {need}, which is not on this machine"),
            };
            println!("{:width$}  {seconds:>7.1} s  {result}", record.name);
        }
        println!();
        println!("{}", self.tally());
    }
}

fn run_step(step: &Step) -> Record {
    eprintln!("\n== {}", step.name);
    let start = Instant::now();
    let outcome = match step.needs.iter().find(|need| !need.is_met()) {
        Some(need) => Outcome::LeftOut(*need),
        None => match (step.run)() {
            Ok(tally) => Outcome::Ran(tally),
            Err(error) => {
                eprintln!("{error:#}");
                Outcome::Failed(format!("{error:#}").lines().next().unwrap_or_default().to_owned())
            }
        },
    };
    Record { name: step.name, outcome, took: start.elapsed() }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn a_broken_step_is_one_failure_and_the_steps_after_it_still_run() {
        let summary = Summary::of(&[
            Step { name: "breaks", needs: &[], run: || bail!("broken") },
            Step { name: "counts", needs: &[], run: || Ok(Tally { passed: 7, failed: 0, skipped: 2 }) },
        ]);
        assert_eq!(summary.tally(), Tally { passed: 7, failed: 1, skipped: 2 });
        assert!(!summary.is_good());
        assert!(summary.is_complete());
    }

    #[test]
    fn the_closing_line_reads_as_ci_expects_it() {
        let tally = Tally { passed: 3, failed: 0, skipped: 1 };
        assert_eq!(tally.to_string(), "3 passed, 0 failed, 1 skipped");
    }
}
