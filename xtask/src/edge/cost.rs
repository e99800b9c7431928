//! `cargo xtask edge cost`: what a case takes of all that Cloudflare charges for, measured on workerd, and what that costs.
//!
//! Requests, rows and alarms are counted in workerd's own trace of a few cases; CPU is the whole process's over many, so
//! that it holds more than Cloudflare would count. Prices are written here with their page and date: look again before
//! you rely on them.

mod prices;
mod trace;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;

use self::prices::Usage;
use super::dev;
use crate::local;
use crate::shell::{self, Ended};
use crate::tools::Tools;

/// How many cases are traced, and how many are worked before CPU is measured.
const TRACED: u32 = 5;
const WARM: u32 = 20;

/// How `edge cost` is told what to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// How many cases CPU is measured over.
    #[arg(long, default_value_t = 200)]
    cases: u32,
    /// Measure what is in `edge/build` as it is.
    #[arg(long)]
    no_build: bool,
}

/// Measures, and prints a table that `docs/guide/deploy.md` holds.
pub(crate) fn run(tools: &Tools, options: &Options) -> Result<ExitCode> {
    if options.cases == 0 {
        bail!("--cases must be at least 1");
    }
    if !options.no_build {
        super::build(tools)?;
    }
    let (_bank, sandbox) = local::sandbox()?;
    let usage = counted(tools, &sandbox)?;
    let cpu_ms = cpu(tools, &sandbox, options.cases)?;
    print!("{}", prices::table(&Usage { cpu_ms, ..usage }));
    println!(
        "\nCPU over {} cases, the rest over {TRACED}; three requests a case, from words to closed.",
        options.cases
    );
    Ok(ExitCode::SUCCESS)
}

/// Everything but CPU, from workerd's trace.
fn counted(tools: &Tools, sandbox: &str) -> Result<Usage> {
    let data = fresh("traced")?;
    let file = data.join("trace.jsonl");
    let (server, url) = serve(tools, sandbox, &data, Some(&file))?;
    load(&url, TRACED)?;
    // The docket's row of the last case is written after its answer.
    std::thread::sleep(std::time::Duration::from_secs(2));
    drop(server);
    let text = fs::read_to_string(&file).context("workerd left no trace")?;
    trace::read(&text, f64::from(TRACED))
}

/// CPU of the whole process for one case, in milliseconds.
fn cpu(tools: &Tools, sandbox: &str, cases: u32) -> Result<f64> {
    let data = fresh("timed")?;
    let (server, url) = serve(tools, sandbox, &data, None)?;
    load(&url, WARM)?;
    let before = local::cpu_ms(server.0.id())?;
    load(&url, cases)?;
    Ok((local::cpu_ms(server.0.id())? - before) / f64::from(cases))
}

fn fresh(name: &str) -> Result<std::path::PathBuf> {
    let data = shell::root().join("target/edge-cost").join(name);
    if data.exists() {
        fs::remove_dir_all(&data).with_context(|| format!("removing {}", data.display()))?;
    }
    Ok(data)
}

fn serve(tools: &Tools, sandbox: &str, data: &Path, trace: Option<&Path>) -> Result<(Ended, String)> {
    let port = local::free_port()?;
    let mut workerd = dev::workerd(tools, &dev::Options::quiet(port, data), sandbox)?;
    if let Some(trace) = trace {
        workerd.arg("--async-trace").arg(trace);
    }
    let server = Ended(workerd.spawn().context("starting workerd")?);
    Ok((server, format!("http://127.0.0.1:{port}")))
}

fn load(url: &str, cases: u32) -> Result<()> {
    let script = shell::root().join("xtask/src/edge/cost/load.mjs");
    shell::run(shell::command("node").arg(script).args([url, &cases.to_string()]))
}
