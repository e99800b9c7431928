//! The Worker beside a plain one and one on Cloudflare's Agents SDK: fresh workerds that take turns, the same requests, the same sources.

use std::fs;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Args;

use super::client;
use super::page;
use super::worker::{self, Running, Which};
use crate::tools::{self, Tools};
use crate::{local, shell};

/// The request that each case begins with: its look-ups, and a proposal for an analyst.
const REQUEST: &str =
    r#"{"text":"Customer says their card was charged twice for the same subscription.","customer_id":"cus_ada"}"#;

/// The Workers that are measured, in the order of the table's columns.
pub(crate) const CONTENDERS: [Which; 3] = [Which::Ours, Which::Plain, Which::Agents];

/// How the bench is told what to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// How often each Worker is started anew.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// How many cases each of them works.
    #[arg(long, default_value_t = 200)]
    cases: usize,
    /// A sandbox that runs already; without it one is built and started.
    #[arg(long, value_name = "HOST:PORT")]
    sandbox: Option<String>,
    /// Measure what is in `edge/build` as it is.
    #[arg(long)]
    no_build: bool,
    /// Print the figures and leave the page as it is.
    #[arg(long)]
    print: bool,
}

/// What one workerd showed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    /// From its start to the first 200.
    pub(crate) first_200_ms: f64,
    /// The first case, from request to rest.
    pub(crate) first_case_ms: f64,
    /// The median of the other cases, one after another.
    pub(crate) case_ms: f64,
    /// Processor time for each of the other cases.
    pub(crate) case_cpu_ms: f64,
    /// Memory after all of them.
    pub(crate) memory_mb: f64,
}

/// Measures and writes the page.
pub(crate) fn run(options: &Options) -> Result<()> {
    ensure!(options.rounds > 0 && options.cases > 0, "nothing is measured with no rounds or no cases");
    let tools = tools::ensure()?;
    if !options.no_build {
        crate::edge::build(&tools)?;
    }
    let started = if options.sandbox.is_none() { Some(local::sandbox()?) } else { None };
    let given = options.sandbox.clone();
    let sandbox =
        given.or_else(|| started.as_ref().map(|(_, address)| address.clone())).context("there is no sandbox")?;
    worker::bundle(&tools)?;
    let mut taken = [const { Vec::new() }; CONTENDERS.len()];
    for round in 0..options.rounds {
        // Whoever comes second finds a warmer machine, so that they take turns at it.
        for turn in 0..CONTENDERS.len() {
            let at = (round + turn) % CONTENDERS.len();
            let (Some(which), Some(samples)) = (CONTENDERS.get(at), taken.get_mut(at)) else { continue };
            let sample = measure(&tools, *which, &sandbox, options.cases)?;
            println!("round {}: {which:?} {sample:?}", round + 1);
            samples.push(sample);
        }
    }
    let table = page::table(&taken, options.cases)?;
    println!("{table}");
    if options.print { Ok(()) } else { page::write("edge", &table) }
}

/// Starts one workerd in a fresh folder and lets it work.
fn measure(tools: &Tools, which: Which, sandbox: &str, cases: usize) -> Result<Sample> {
    let folder = shell::target_folder().join(format!("bench-edge/{which:?}"));
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    let port = local::free_port()?;
    which.lay_out(&folder, port, sandbox)?;
    let running = Running::start(tools, &folder, port)?;
    let first_case_ms = work_case(port)?;
    let before = running.cpu_ms()?;
    let mut times = (0..cases).map(|_| work_case(port)).collect::<Result<Vec<f64>>>()?;
    let case_cpu_ms = (running.cpu_ms()? - before) / cases as f64;
    let memory_mb = running.memory_mb()?;
    let case_ms = page::median(&mut times);
    Ok(Sample { first_200_ms: running.first_200_ms, first_case_ms, case_ms, case_cpu_ms, memory_mb })
}

/// Opens a case and waits until it lies with an analyst.
fn work_case(port: u16) -> Result<f64> {
    let start = Instant::now();
    let (status, answer) = client::post(port, "/v1/requests", REQUEST)?;
    ensure!(
        status == 201 && answer.contains("\"state\":\"review\"") && answer.contains("\"cites\":[\"ledger:"),
        "the case was not worked: {answer}"
    );
    Ok(start.elapsed().as_secs_f64() * 1e3)
}
