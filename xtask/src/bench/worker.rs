//! One of the Workers that are measured: what workerd is told about it, and workerd itself while it runs.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::client;
use crate::edge::config::{self, Layout};
use crate::tools::{self, Tools};
use crate::{local, shell};

/// The service binding behind which the sandbox plays every source.
const SOURCES: &str = "SOURCES";
/// A key for made-up cases.
const VAULT_KEY: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// A workerd that has not answered by then never will.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Which Worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// Ours, from `edge/build`.
    Ours,
    /// The plain one, from `bench/edge-js`.
    Plain,
    /// The plain one's contract on Cloudflare's Agents SDK, from `bench/edge-agents`.
    Agents,
}

/// Where esbuild puts the Worker on the Agents SDK, with the SDK in it.
const BUNDLE: &str = "bench/edge-agents/build/worker.js";

impl Which {
    /// The files that are uploaded: where each lies, and its name beside the configuration.
    pub(crate) const fn files(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Ours => &[("edge/build/index.js", "index.js"), ("edge/build/index_bg.wasm", "index_bg.wasm")],
            Self::Plain => &[("bench/edge-js/worker.js", "worker.js")],
            Self::Agents => &[(BUNDLE, "worker.js")],
        }
    }

    fn config(self, port: u16, sandbox: &str) -> String {
        match self {
            Self::Ours => config::text(&Layout {
                written_by: "cargo xtask bench edge",
                port,
                state: "state",
                services: &[(SOURCES, sandbox)],
                modules: &[],
                texts: &[("SANDBOX", SOURCES), ("OPEN", "local")],
                secrets: &["VAULT_KEY"],
            }),
            Self::Plain | Self::Agents => format!(
                r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "entry", worker = .entry),
    (name = "state", disk = (path = "state", writable = true)),
    (name = "sources", external = (address = "{sandbox}", http = ())),
  ],
  sockets = [ (name = "http", address = "127.0.0.1:{port}", http = (), service = "entry") ]
);
const entry :Workerd.Worker = (
  modules = [ (name = "worker.js", esModule = embed "worker.js") ],
  compatibilityDate = "{date}",
  compatibilityFlags = ["nodejs_compat"],
  bindings = [
    (name = "CASE", durableObjectNamespace = "CaseFile"),
    (name = "SOURCES", service = "sources"),
  ],
  durableObjectNamespaces = [ (className = "CaseFile", uniqueKey = "plain-CaseFile", enableSql = true) ],
  durableObjectStorage = (localDisk = "state"),
);
"#,
                date = config::COMPATIBILITY_DATE,
            ),
        }
    }

    /// Writes what workerd needs into an empty folder.
    pub(crate) fn lay_out(self, folder: &Path, port: u16, sandbox: &str) -> Result<()> {
        fs::create_dir_all(folder.join("state")).with_context(|| format!("making {}", folder.display()))?;
        for (from, name) in self.files() {
            fs::copy(shell::root().join(from), folder.join(name)).with_context(|| format!("copying {from}"))?;
        }
        fs::write(folder.join("config.capnp"), self.config(port, sandbox)).context("writing the configuration")
    }
}

/// Puts the Worker on the Agents SDK and the SDK into one module, as a deployment does.
pub(crate) fn bundle(tools: &Tools) -> Result<()> {
    tools::ensure_modules("bench/edge-agents")?;
    let mut esbuild = shell::command(&tools.esbuild);
    esbuild.args(["bench/edge-agents/worker.js", "--bundle", "--format=esm", "--minify", "--log-level=warning"]);
    esbuild.args(["--conditions=workerd,worker,browser", "--alias:cloudflare:email=./bench/edge-agents/email.js"]);
    esbuild.args(["--external:cloudflare:*", "--external:node:*", "--alias:path=node:path"]);
    shell::run(esbuild.arg(format!("--outfile={BUNDLE}")))
}

/// A workerd that answers; it is killed when this is dropped.
pub(crate) struct Running {
    child: Child,
    /// From its start to the first 200.
    pub(crate) first_200_ms: f64,
}

impl Running {
    /// Starts workerd in a folder that was laid out, and waits for the first 200.
    pub(crate) fn start(tools: &Tools, folder: &Path, port: u16) -> Result<Self> {
        let mut command = Command::new(&tools.workerd);
        command.args(["serve", "--experimental", "config.capnp"]).current_dir(folder).env("VAULT_KEY", VAULT_KEY);
        let start = Instant::now();
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("starting workerd")?;
        let mut running = Self { child, first_200_ms: 0.0 };
        while !client::status(port, "/healthz").is_ok_and(|status| status == 200) {
            if let Ok(Some(ended)) = running.child.try_wait() {
                bail!("workerd ended with {ended}; its folder is {}", folder.display());
            }
            ensure!(start.elapsed() < START_LIMIT, "workerd never answered 200 on /healthz");
            thread::sleep(Duration::from_millis(1));
        }
        running.first_200_ms = start.elapsed().as_secs_f64() * 1e3;
        Ok(running)
    }

    /// The processor time that it has taken so far.
    pub(crate) fn cpu_ms(&self) -> Result<f64> {
        local::cpu_ms(self.child.id())
    }

    /// The memory that it holds.
    pub(crate) fn memory_mb(&self) -> Result<f64> {
        local::memory_mb(self.child.id())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
