//! `cargo xtask sim`: histories of a whole desk with seeded clock, randomness, network and storage, each held to its laws
//! at every step. The same seed is the same history, byte for byte; one that fails is made as short as it gets, and printed
//! so that it can be run again.
//!
//! Nothing of the product is replaced but the host: routes, desk, core and sandbox are those that are shipped.

mod deeds;
mod doorstep;
mod host;
mod influence;
mod laws;
mod outside;
mod plan;
mod shrink;
mod tally;
mod world;

use std::{
    path::PathBuf,
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use anyhow::{Context as _, Result, ensure};
use clap::Parser;

use crate::{influence::Counts, plan::Plan, tally::Tally};

/// Each so many seeds a history happens twice.
const TWICE: u64 = 20;

/// Runs histories.
#[derive(Parser)]
struct Args {
    /// How many histories
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first one's seed
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Run the history that this file holds, as a failing one is printed
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Run pairs of one case each instead: with an honest model, and with one that was taken over
    #[arg(long)]
    pairs: bool,
    /// How many run side by side
    #[arg(long, default_value_t = 2)]
    jobs: usize,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("simulator: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<()> {
    if let Some(path) = &args.plan {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let tally = history(&serde_json::from_str(&text)?)?;
        println!("{}", tally.json());
        return Ok(());
    }
    if args.pairs {
        return pairs(args);
    }
    let all = Mutex::new(Tally::default());
    let good = each(args, seed_twice, explain, |tally| all.lock().unwrap_or_else(PoisonError::into_inner).add(tally));
    let all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("tally: {}", all.json());
    ensure!(good, "a history broke a law");
    ensure!(
        args.seeds < 100 || (all.faults() > 0 && all.effects > 0 && all.distinct() > 1),
        "nothing went wrong or nothing was done, so nothing was shown"
    );
    Ok(())
}

/// Runs every seed until one fails; whether none did.
fn each<T>(
    args: &Args,
    run: impl Fn(u64) -> Result<T> + Sync,
    explain: impl Fn(u64, anyhow::Error) + Sync,
    add: impl Fn(T) + Sync,
) -> bool {
    let (next, failed) = (AtomicU64::new(args.first), AtomicBool::new(false));
    let end = args.first.saturating_add(args.seeds);
    thread::scope(|scope| {
        for _ in 0..args.jobs.max(1) {
            scope.spawn(|| {
                while !failed.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        return;
                    }
                    match run(seed) {
                        Ok(came) => add(came),
                        Err(error) if !failed.swap(true, Ordering::Relaxed) => explain(seed, error),
                        Err(_) => {}
                    }
                }
            });
        }
    });
    !failed.into_inner()
}

/// What a hostile model brings about, held against what an honest one does.
fn pairs(args: &Args) -> Result<()> {
    let all = Mutex::new(Counts::default());
    let explain = |seed: u64, error: anyhow::Error| {
        println!("seed {seed}: {error:#}\nagain: `cargo run -p simulator -- --pairs --seeds 1 --first {seed}`");
    };
    let add = |counts: Counts| all.lock().unwrap_or_else(PoisonError::into_inner).add(&counts);
    let good = each(args, |seed| on_a_clock(influence::pair(seed)), explain, add);
    let all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("tally: {}", all.json());
    ensure!(good, "a hostile model brought about what an honest one does not");
    ensure!(args.seeds < 100 || all.says_something(), "nothing was tried or nothing was done, so nothing was shown");
    Ok(())
}

/// The history of a seed; of each [`TWICE`]th seed two, which have to be one and the same.
fn seed_twice(seed: u64) -> Result<Tally> {
    let tally = history(&Plan::of(seed))?;
    if seed.is_multiple_of(TWICE) {
        let again = history(&Plan::of(seed))?;
        ensure!(tally.hash == again.hash, "the same seed was another history when it happened again");
    }
    Ok(tally)
}

/// One history, on a clock of its own.
fn history(plan: &Plan) -> Result<Tally> {
    on_a_clock(world::run(plan))
}

/// Lets something happen on a clock that goes on by itself when nobody does anything.
fn on_a_clock<T>(what: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    runtime.block_on(what)
}

/// Prints the shortest history that still fails.
fn explain(seed: u64, error: anyhow::Error) {
    println!("seed {seed}: {error:#}");
    let (shortest, error) = shrink::shrink(Plan::of(seed), error, |plan| history(plan).err());
    println!("the shortest that fails: {error:#}");
    println!("{}", serde_json::to_string(&shortest).unwrap_or_default());
    println!("again: write that line to a file, and `cargo xtask sim --plan FILE`");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_is_the_same_history_to_the_last_byte() {
        for seed in 0..6 {
            let [one, other] = [(); 2].map(|()| history(&Plan::of(seed)).unwrap().hash);
            assert!(one.is_some() && one == other, "seed {seed}");
        }
    }
}
