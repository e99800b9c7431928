//! The native host beside what people would use in its place: the same request, the same calls outside, the same stand-in.
//!
//! Processor time for a case is what counts: the load and everything else on the machine change it little. All contenders are
//! alive all the time and take turns, so that whatever the machine does meanwhile meets all of them.

pub(super) mod calls;
pub(super) mod contender;
pub(super) mod stage;

use std::fs;

use anyhow::{Context, Result, ensure};
use clap::Args;

use super::page::{self, median};
use super::plot::{Bars, short};
use calls::{Calls, HOLDS, REQUEST};
use contender::Which;
use stage::{Cores, Load, Programs, Running};

/// How the bench is told what to measure.
#[derive(Args, Clone, Copy)]
pub(crate) struct Options {
    /// How often each contender has its turn
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// How many cases ours works in a turn; quicker contenders work more, slower ones fewer
    #[arg(long, default_value_t = 1_000)]
    cases: usize,
    /// Cases at once
    #[arg(long, default_value_t = 32)]
    at_once: usize,
    #[command(flatten)]
    how: How,
}

/// What all benches of the native host are told.
#[derive(Args, Clone, Copy)]
pub(crate) struct How {
    /// As little as shows that everything runs; no page is written
    #[arg(long)]
    pub(crate) quick: bool,
    /// Measure what was built before
    #[arg(long)]
    pub(crate) no_build: bool,
    /// Print the figures and leave the page as it is
    #[arg(long)]
    pub(crate) print: bool,
}

impl Options {
    /// The size of the committed page.
    pub(crate) fn new(how: How) -> Self {
        Self { rounds: 7, cases: 1_000, at_once: 32, how }
    }
}

/// A contender with its turns: microseconds of processor time for a case.
struct Turns {
    which: Which,
    running: Running,
    cpu_us: Vec<f64>,
}

/// Measures and writes the page.
pub(crate) fn run(options: &Options) -> Result<()> {
    let Options { mut rounds, mut cases, at_once, how } = *options;
    if how.quick {
        (rounds, cases) = (1, 64);
    }
    ensure!(rounds > 0 && cases > 0 && at_once > 0, "nothing is measured with no rounds, no cases or none at once");
    let (programs, cores) = (Programs::build(how.no_build)?, Cores::of_this_machine());
    let stand_in = stage::stand_in(&programs, cores)?;
    let calls = Calls::record(&programs, cores, &stand_in)?;
    let body = stage::folder("load")?.join("request.json");
    fs::write(&body, REQUEST)?;
    let mut turns = Vec::new();
    for which in Which::ALL {
        match which.is_missing() {
            Some(why) => println!("{} is left out: {why}", which.name()),
            None => {
                let running = which.start(&programs, cores, &stand_in, &calls)?;
                turns.push(Turns { which, running, cpu_us: Vec::new() });
            }
        }
    }
    let mut outside_us = Vec::new();
    // The first round warms everybody up.
    for round in 0..=rounds {
        let count = turns.len();
        for place in 0..count {
            let turn = turns.get_mut((round + place) % count).context("there is a contender for each place")?;
            let cases = turn.which.share(if round == 0 { cases.div_ceil(10) } else { cases });
            let (before, outside) = (turn.running.cpu_ms()?, stand_in.cpu_ms()?);
            let load = Load { body: &body, cases, connections: at_once, wait: 20, holds: HOLDS };
            let loaded = load.send(&programs, cores, turn.running.port)?;
            let cpu_us = (turn.running.cpu_ms()? - before) * 1e3 / cases as f64;
            println!("round {round}: {:30} {cpu_us:8.1} us a case, {loaded:?}", turn.which.name());
            if round > 0 {
                turn.cpu_us.push(cpu_us);
                outside_us.push((stand_in.cpu_ms()? - outside) * 1e3 / cases as f64);
            }
        }
    }
    let table = table(&mut turns, &mut outside_us, cores, rounds, cases, at_once)?;
    println!("{table}");
    if how.print || how.quick {
        return Ok(());
    }
    let rows = turns.iter_mut().map(|turn| (turn.which.name().to_owned(), median(&mut turn.cpu_us))).collect();
    Bars { title: "Processor time for a case, microseconds (each line ten times the one before)", rows }
        .write("native")?;
    page::write("native", &table)
}

fn table(
    turns: &mut [Turns],
    outside_us: &mut [f64],
    cores: Cores,
    rounds: usize,
    cases: usize,
    at_once: usize,
) -> Result<String> {
    let mut text = format!(
        "{} {rounds} rounds in which the contenders take turns, {cases} cases of ours in each, {at_once} at once. {} The stand-in \
         itself takes {} us for a case. Medians, in brackets the least and the most; the ratio is the median of each round's.\n\n\
         | | processor time for a case, us | times the limit |\n|---|---|---|\n",
        page::taken()?,
        cores.words(),
        short(median(outside_us)),
    );
    let limit = turns.iter().find(|turn| turn.which == Which::Limit).context("the limit is measured")?.cpu_us.clone();
    for turn in turns {
        let mut ratios: Vec<f64> = turn.cpu_us.iter().zip(&limit).map(|(one, least)| one / least).collect();
        let middle = short(median(&mut turn.cpu_us));
        let edges = [turn.cpu_us.first(), turn.cpu_us.last()].map(|edge| short(edge.copied().unwrap_or(f64::NAN)));
        text += &format!(
            "| {} | {middle} ({} to {}) | {} |\n",
            turn.which.name(),
            edges[0],
            edges[1],
            short(median(&mut ratios))
        );
    }
    text += "\n![Processor time for a case](performance/native.svg)\n";
    Ok(text)
}
