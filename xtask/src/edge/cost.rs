//! `cargo xtask edge cost`: what a case takes of all that Cloudflare charges for, measured on workerd, and what that costs.
//!
//! Requests, rows and alarms are counted in workerd's own trace of a few cases; CPU is the whole process's over many, so
//! that it holds more than Cloudflare would count. Prices are written here with their page and date: look again before
//! you rely on them.

mod prices;
mod trace;

use std::env;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;

use self::prices::Usage;
use super::dev;
use crate::shell::{self, Ended};
use crate::tools::Tools;

/// How many cases are traced, and how many are worked before CPU is measured.
const TRACED: u32 = 5;
const WARM: u32 = 20;

/// Clock ticks in a second, as `/proc` counts them on every Linux there is.
const TICKS: f64 = 100.0;

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
    shell::run(shell::cargo().args(["build", "--package", "server"]))?;
    let sandbox = format!("127.0.0.1:{}", free_port()?);
    let binary = shell::target_folder().join("debug/caseworker");
    let bank = Command::new(&binary).args(["sandbox", "--listen", &sandbox]).stdout(Stdio::null()).spawn();
    let _bank = Ended(bank.with_context(|| format!("starting {}", binary.display()))?);
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
    let before = ticks(server.0.id())?;
    load(&url, cases)?;
    let after = ticks(server.0.id())?;
    Ok((after - before) / TICKS * 1000.0 / f64::from(cases))
}

fn fresh(name: &str) -> Result<std::path::PathBuf> {
    let data = shell::root().join("target/edge-cost").join(name);
    if data.exists() {
        fs::remove_dir_all(&data).with_context(|| format!("removing {}", data.display()))?;
    }
    Ok(data)
}

fn free_port() -> Result<u16> {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    Ok(free.context("finding a free port")?.port())
}

fn serve(tools: &Tools, sandbox: &str, data: &Path, trace: Option<&Path>) -> Result<(Ended, String)> {
    let port = free_port()?;
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

/// User and system time of a process so far, in ticks.
fn ticks(process: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"));
    let stat =
        stat.with_context(|| format!("reading /proc/{process}/stat; CPU is measured on Linux ({})", env::consts::OS))?;
    read_ticks(&stat).context("/proc holds something unexpected")
}

/// The 14th and 15th field; the second may hold anything, in parentheses.
fn read_ticks(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    Some(fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_a_strange_name_is_read() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 1 0 1 1 1";
        assert_eq!(read_ticks(stat), Some(300.0));
    }
}
