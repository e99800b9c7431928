//! Running checks: those that stand alone one after the other, all others a few at a time. Each check ends, prints one
//! line, and fails no other.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use futures_util::{StreamExt as _, future::BoxFuture, stream};

use crate::world::World;

/// How many checks run at a time.
const AT_ONCE: usize = 4;
/// The longest that a check may take, on the busiest machine, where `CHECK_SECONDS` does not say otherwise: a battery does more.
const LONGEST: Duration = Duration::from_secs(300);

/// Something a host must do.
pub struct Check {
    /// A sentence.
    pub name: &'static str,
    /// Whether it needs the outside, or the host, to itself.
    pub company: Company,
    /// Finds out.
    pub run: for<'a> fn(&'a World) -> BoxFuture<'a, Result<()>>,
}

/// What else may run beside a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Company {
    /// Any other check.
    Any,
    /// None: it makes the outside fail, or counts everything there is.
    None,
    /// None, and the host's process is there to be killed.
    Killer,
    /// None, and the outside is the suite's own, so that it can be told to lie.
    Liar,
}

/// What came of a run.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// How many checks passed.
    pub passed: usize,
    /// Which checks failed, and why.
    pub failed: Vec<(String, String)>,
}

impl Report {
    /// An error where anything failed.
    ///
    /// # Errors
    /// The names of what failed.
    pub fn verdict(&self) -> Result<()> {
        if self.failed.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = self.failed.iter().map(|(name, _)| name.as_str()).collect();
        bail!("{} passed, {} failed: {}", self.passed, self.failed.len(), names.join("; "))
    }

    fn add(&mut self, name: &str, took: Duration, outcome: Result<()>) {
        let seconds = took.as_secs_f64();
        match outcome {
            Ok(()) => {
                println!("ok      {seconds:6.1} s  {name}");
                self.passed += 1;
            }
            Err(error) => {
                println!("FAILED  {seconds:6.1} s  {name}\n        {error:#}");
                self.failed.push((name.to_owned(), format!("{error:#}")));
            }
        }
    }
}

/// Runs the checks whose names hold a text, and prints one line for each and the counts at the end.
pub async fn run(world: &World, checks: &[Check], filter: &str) -> Report {
    let chosen: Vec<&Check> =
        checks.iter().filter(|check| check.name.contains(filter) || sentence(check).contains(filter)).collect();
    let mut report = Report::default();
    let (together, alone): (Vec<&Check>, Vec<&Check>) =
        chosen.into_iter().partition(|check| check.company == Company::Any);
    let mut running = stream::iter(together).map(|check| timed(world, check)).buffer_unordered(AT_ONCE);
    while let Some((check, took, outcome)) = running.next().await {
        report.add(&sentence(check), took, outcome);
    }
    for check in alone {
        if matches!(check.company, Company::Killer | Company::Liar) && world.process.is_none() {
            println!("left out         {}: the suite did not start the host itself", sentence(check));
            continue;
        }
        let (check, took, outcome) = timed(world, check).await;
        // What a check switched on must not spoil the next, even where it ended early.
        let mended = world.bank.mend().await;
        report.add(&sentence(check), took, outcome.and(mended));
    }
    println!("{} passed, {} failed", report.passed, report.failed.len());
    report
}

fn sentence(check: &Check) -> String {
    check.name.replace('_', " ")
}

async fn timed<'c>(world: &World, check: &'c Check) -> (&'c Check, Duration, Result<()>) {
    let start = Instant::now();
    let said = std::env::var("CHECK_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let longest = said.map_or(LONGEST, Duration::from_secs);
    let outcome = match tokio::time::timeout(longest, (check.run)(world)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(anyhow::anyhow!("not done after {} seconds", longest.as_secs())),
    };
    (check, start.elapsed(), outcome)
}
