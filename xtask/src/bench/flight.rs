//! Cases that wait for the model: how much longer than its longest path a case takes while others are under way, and what
//! ten thousand of them hold in memory.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;

use super::client;
use super::native::How;
use super::native::calls::{Calls, HOLDS, REQUEST};
use super::native::contender::Which;
use super::native::stage::{self, Cores, Load, Loaded, Programs, Running};
use super::page::{self, median};
use super::plot::short;

/// How the bench is told what to measure.
#[derive(Args, Clone, Copy)]
pub(crate) struct Options {
    #[command(flatten)]
    how: How,
}

impl Options {
    /// The size of the committed page.
    pub(crate) fn new(how: How) -> Self {
        Self { how }
    }
}

/// How late the model answers, and how many cases are under way meanwhile.
struct Setting {
    delay_ms: u64,
    in_flight: usize,
}

/// The first is the longest path; the last but one is the thousand that one core can work at all with so quick a model.
const SETTINGS: [Setting; 5] = [
    Setting { delay_ms: 50, in_flight: 1 },
    Setting { delay_ms: 50, in_flight: 10 },
    Setting { delay_ms: 50, in_flight: 30 },
    Setting { delay_ms: 50, in_flight: 1_000 },
    Setting { delay_ms: 3_000, in_flight: 1_000 },
];
const ROUNDS: usize = 3;
/// How many cases are held in memory, and how late the model answers them.
const HELD: usize = 10_000;
const HELD_MS: u64 = 60_000;
/// By when all of them have ended.
const END_LIMIT: Duration = Duration::from_secs(180);

/// Measures and writes the page.
pub(crate) fn run(options: &Options) -> Result<()> {
    let how = options.how;
    let (programs, cores) = (Programs::build(how.no_build)?, Cores::of_this_machine());
    let stand_in = stage::stand_in(&programs, cores)?;
    let calls = Calls::record(&programs, cores, &stand_in)?;
    let body = stage::folder("load")?.join("request.json");
    fs::write(&body, REQUEST)?;
    let contenders = [Which::Limit, Which::Ours];
    let running: Vec<Running> =
        contenders.iter().map(|which| which.start(&programs, cores, &stand_in, &calls)).collect::<Result<_>>()?;
    let mut text = format!(
        "{} {} {ROUNDS} rounds that take turns, as many connections as cases at once, each with one case after another. The longest \
         path is what the bare program takes for one case alone.\n\n\
         | model answers after | cases at once | longest path, ms | bare, median ms | Caseworker, median ms | 99 % within, ms \
         | times the longest path | cases a second |\n|---|---|---|---|---|---|---|---|\n",
        page::taken()?,
        cores.words(),
    );
    for setting in SETTINGS.iter().take(if how.quick { 2 } else { SETTINGS.len() }) {
        text += &setting.measure(&programs, cores, &stand_in, &running, &body)?;
    }
    stage::delay_model(&stand_in, 0)?;
    drop(running);
    text += &hold(&programs, cores, &stand_in, &calls, &body, if how.quick { (100, 5_000) } else { (HELD, HELD_MS) })?;
    println!("{text}");
    if how.print || how.quick { Ok(()) } else { page::write("flight", &text) }
}

impl Setting {
    fn measure(
        &self,
        programs: &Programs,
        cores: Cores,
        stand_in: &Running,
        running: &[Running],
        body: &Path,
    ) -> Result<String> {
        let [limit, ours] = running else { anyhow::bail!("two contenders are measured") };
        stage::delay_model(stand_in, self.delay_ms)?;
        let send = |to: &Running, connections: usize, cases: usize| -> Result<Loaded> {
            Load { body, cases, connections, wait: 60, holds: HOLDS }.send(programs, cores, to.port)
        };
        // Three cases for each place, and some even where there is one.
        let cases = (self.in_flight * 3).max(20);
        let (mut paths, mut bare, mut worked) = (vec![], vec![], vec![]);
        let (mut slow, mut ratios, mut speeds) = (vec![], vec![], vec![]);
        for _ in 0..ROUNDS {
            let path = send(limit, 1, 3)?.p50_ms;
            let (least, mine) = (send(limit, self.in_flight, cases)?, send(ours, self.in_flight, cases)?);
            println!("{} ms, {} at once: {path:.1} ms, {least:?}, {mine:?}", self.delay_ms, self.in_flight);
            paths.push(path);
            bare.push(least.p50_ms);
            worked.push(mine.p50_ms);
            slow.push(mine.p99_ms);
            ratios.push(mine.p50_ms / path);
            speeds.push(mine.cases as f64 / mine.seconds);
        }
        Ok(format!(
            "| {} ms | {} | {} | {} | {} | {} | {:.2} | {} |\n",
            self.delay_ms,
            self.in_flight,
            short(median(&mut paths)),
            short(median(&mut bare)),
            short(median(&mut worked)),
            short(median(&mut slow)),
            median(&mut ratios),
            short(median(&mut speeds)),
        ))
    }
}

/// Opens many cases at once, all of which wait for the model; what ours holds then, and that all of them end.
fn hold(
    programs: &Programs,
    cores: Cores,
    stand_in: &Running,
    calls: &Calls,
    body: &Path,
    (held, delay_ms): (usize, u64),
) -> Result<String> {
    stage::delay_model(stand_in, delay_ms)?;
    let ours = Which::Ours.start(programs, cores, stand_in, calls)?;
    let empty_mb = ours.memory_mb()?;
    let began = Instant::now();
    Load { body, cases: held, connections: 64, wait: 0, holds: "case_id" }.send(programs, cores, ours.port)?;
    // All of them are at the model when its stand-in has been asked so often.
    let mut most_mb: f64 = 0.0;
    let mut seen = (0, 0.0);
    let mut ended = 0;
    while ended < held {
        ensure!(began.elapsed() < END_LIMIT, "{ended} of {held} cases have ended");
        thread::sleep(Duration::from_millis(200));
        let memory_mb = ours.memory_mb()?;
        most_mb = most_mb.max(memory_mb);
        let working = states(ours.port, "working")?;
        if working >= seen.0 {
            seen = (working, memory_mb);
        }
        ended = states(ours.port, "review")?;
    }
    stage::delay_model(stand_in, 0)?;
    let (most, then_mb) = seen;
    ensure!(most == held, "only {most} of {held} cases were under way at the same time");
    Ok(format!(
        "\nWith the model answering after {} s, {most} cases were under way at the same time: {} MB of memory for them and everything \
         else ({} MB before the first), {} MB at most until the last had ended, which took {:.0} s in all.\n",
        delay_ms / 1_000,
        short(then_mb),
        short(empty_mb),
        short(most_mb),
        began.elapsed().as_secs_f64(),
    ))
}

/// How many cases are in a state, as the metrics say.
fn states(port: u16, state: &str) -> Result<usize> {
    let metrics = client::ask(port, "GET", "/metrics", "")?;
    let named = format!("state=\"{state}\"");
    let line = metrics.lines().find(|line| line.starts_with("caseworker_cases{") && line.contains(&named));
    let count = line.map(|line| line.rsplit(' ').next().unwrap_or_default().parse().context("a metric is a number"));
    count.transpose().map(Option::unwrap_or_default)
}
