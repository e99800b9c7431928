//! The official Anthropic SDKs against the stand-in, the official library of Standard Webhooks and schemathesis against the
//! native binary, and the tutorial's flow against the Worker on workerd.
//!
//! The scripts in `sim/python` and `sim/node` judge; this starts what they talk to, and ends it.

use std::env;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::local;
use crate::shell::{self, Ended};
use crate::steps::Tally;

/// How often the Worker's port is tried before it counts as not starting; a slow machine compiles the wasm first.
const STARTS: u32 = 600;
const PAUSE: Duration = Duration::from_millis(100);

/// Runs the Python SDK, then the tutorial's flow.
pub(crate) fn python() -> Result<Tally> {
    let standin = StandIn::start()?;
    let worker = Worker::start(&standin)?;
    let script = ["sim/python/run.py", "--standin", &standin.url(), "--worker", &worker.url];
    shell::run(shell::command("python3").args(script))?;
    Ok(Tally::ONE)
}

/// Runs the TypeScript SDK.
pub(crate) fn node() -> Result<Tally> {
    let standin = StandIn::start()?;
    shell::run(shell::command("node").args(["sim/node/run.mjs", "--standin", &standin.url()]))?;
    Ok(Tally::ONE)
}

/// Runs the official library of Standard Webhooks against the native binary.
pub(crate) fn webhooks() -> Result<Tally> {
    shell::run(shell::cargo().args(["build", "--locked", "--package", "server"]))?;
    let binary = shell::target_folder().join("debug/caseworker");
    shell::run(shell::command("node").arg("sim/node/webhooks.mjs").arg("--binary").arg(binary))?;
    Ok(Tally::ONE)
}

/// Runs schemathesis over the document of the API against the native binary.
pub(crate) fn schema() -> Result<Tally> {
    shell::run(shell::cargo().args(["build", "--locked", "--package", "server"]))?;
    let binary = shell::target_folder().join("debug/caseworker");
    shell::run(shell::command("python3").arg("sim/python/schema.py").arg("--binary").arg(binary))?;
    Ok(Tally::ONE)
}

/// The sandbox on a free port.
struct StandIn {
    _process: Ended,
    address: String,
}

impl StandIn {
    fn start() -> Result<Self> {
        shell::run(shell::cargo().args(["build", "--locked", "--package", "sandbox", "--example", "serve"]))?;
        let mut command = Command::new(shell::target_folder().join("debug/examples/serve"));
        let child = command.arg("0").stdout(Stdio::piped()).spawn().context("starting the stand-in")?;
        let mut process = Ended(child);
        let stdout = process.0.stdout.take().context("the stand-in's stdout was piped")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).context("reading the stand-in's address")?;
        let address = line.trim().strip_prefix("http://").context("the stand-in said no address")?.to_owned();
        Ok(Self { _process: process, address })
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// The built Worker on workerd, on a free port, with the stand-in's bank.
struct Worker {
    _process: Ended,
    url: String,
}

impl Worker {
    fn start(standin: &StandIn) -> Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, local::free_port()?));
        let data = shell::target_folder().join("sdk/worker");
        let mut command = Command::new(env::current_exe().context("finding xtask itself")?);
        command.args(["edge", "dev", "--no-build", "--port", &address.port().to_string()]);
        command.args(["--sandbox", &standin.address]).arg("--data").arg(data);
        let mut process = Ended(command.stdin(Stdio::null()).spawn().context("starting the Worker")?);
        for _ in 0..STARTS {
            if TcpStream::connect(address).is_ok() {
                return Ok(Self { _process: process, url: format!("http://{address}") });
            }
            if let Some(status) = process.0.try_wait().context("asking after the Worker")? {
                bail!("the Worker ended with {status}");
            }
            sleep(PAUSE);
        }
        bail!("the Worker does not listen on {address}")
    }
}
