//! What a native bench needs around its contenders: which core is whose, the stand-in for everything outside, and the load.
//! Nothing here is measured.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use super::super::client;
use crate::local;
use crate::shell::{self, Ended};

/// A process that has not answered by then never will.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Which core is whose. A machine with one has everybody on it.
#[derive(Clone, Copy)]
pub(crate) struct Cores {
    contender: Option<usize>,
    outside: Option<usize>,
}

impl Cores {
    /// One core for what is measured, another one for everything else.
    pub(crate) fn of_this_machine() -> Self {
        let several = thread::available_parallelism().is_ok_and(|cores| cores.get() > 1) && shell::answers("taskset");
        if several { Self { contender: Some(1), outside: Some(0) } } else { Self { contender: None, outside: None } }
    }

    /// In words, for the page.
    pub(crate) fn words(self) -> &'static str {
        match self.contender {
            Some(_) => "The contender has one core for itself; the stand-in and the load share another.",
            None => "Everything shares the cores: this machine has one, or no `taskset`.",
        }
    }

    /// A command on the core of what is measured.
    pub(crate) fn contender(self, program: &Path) -> Command {
        pinned(self.contender, program)
    }

    /// A command on the core of the rest.
    pub(crate) fn outside(self, program: &Path) -> Command {
        pinned(self.outside, program)
    }
}

fn pinned(core: Option<usize>, program: &Path) -> Command {
    match core {
        Some(core) => {
            let mut command = Command::new("taskset");
            command.arg("--cpu-list").arg(core.to_string()).arg(program);
            command
        }
        None => Command::new(program),
    }
}

/// A process that is measured, or that something is measured with.
pub(crate) struct Running {
    process: Ended,
    /// Where it listens on loopback.
    pub(crate) port: u16,
    /// From its start until it answered.
    pub(crate) ready: Duration,
}

impl Running {
    /// Starts a command, and waits until it answers something under a path.
    pub(crate) fn start(command: &mut Command, port: u16, path: &str) -> Result<Self> {
        let began = Instant::now();
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let child: Child = command.spawn().with_context(|| format!("starting {command:?}"))?;
        let mut running = Self { process: Ended(child), port, ready: Duration::ZERO };
        while client::status(port, path).is_err() {
            if let Ok(Some(ended)) = running.process.0.try_wait() {
                bail!("{command:?} ended with {ended}");
            }
            ensure!(began.elapsed() < START_LIMIT, "{command:?} does not answer");
            thread::sleep(Duration::from_millis(2));
        }
        running.ready = began.elapsed();
        Ok(running)
    }

    /// Processor time so far, its own and the kernel's for it. A contender with children would hide some of it.
    pub(crate) fn cpu_ms(&self) -> Result<f64> {
        let process = self.process.0.id();
        let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
        ensure!(children.trim().is_empty(), "a contender has children, whose time would not be counted");
        local::cpu_ms(process)
    }

    /// Memory that it holds now, in megabytes.
    pub(crate) fn memory_mb(&self) -> Result<f64> {
        local::memory_mb(self.process.0.id())
    }
}

/// The programs that are measured and measured with, built as they are released.
pub(crate) struct Programs {
    pub(crate) caseworker: PathBuf,
    pub(crate) limit: PathBuf,
}

impl Programs {
    /// Builds them, unless they are to be taken as they are.
    pub(crate) fn build(no_build: bool) -> Result<Self> {
        if !no_build {
            shell::run(shell::cargo().args([
                "build",
                "--locked",
                "--release",
                "--package",
                "server",
                "--package",
                "limit",
            ]))?;
        }
        let folder = shell::target_folder().join("release");
        Ok(Self { caseworker: folder.join("caseworker"), limit: folder.join("limit") })
    }
}

/// The stand-in for the Messages API and the sources.
pub(crate) fn stand_in(programs: &Programs, cores: Cores) -> Result<Running> {
    let port = local::free_port()?;
    let mut command = cores.outside(&programs.caseworker);
    command.args(["sandbox", "--listen", &format!("127.0.0.1:{port}")]).stderr(Stdio::null());
    Running::start(&mut command, port, "/sandbox/faults")
}

/// Has the stand-in's Messages endpoint answer so late from now on.
pub(crate) fn delay_model(stand_in: &Running, delay_ms: u64) -> Result<()> {
    client::ask(stand_in.port, "DELETE", "/sandbox/faults", "")?;
    if delay_ms > 0 {
        let order = format!(r#"{{"target":"messages","fault":"delay:{delay_ms}"}}"#);
        client::ask(stand_in.port, "POST", "/sandbox/faults", &order)?;
    }
    Ok(())
}

/// An empty folder of a bench's own.
pub(crate) fn folder(name: &str) -> Result<PathBuf> {
    let folder = shell::target_folder().join("bench-native").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    Ok(folder)
}

/// What a run of the load came to.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Loaded {
    pub(crate) cases: usize,
    pub(crate) seconds: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

/// A load.
pub(crate) struct Load<'a> {
    pub(crate) body: &'a Path,
    pub(crate) cases: usize,
    pub(crate) connections: usize,
    /// How long an answer may be waited for, in seconds: 0 for an answer at once.
    pub(crate) wait: u32,
    /// What each answer must hold.
    pub(crate) holds: &'a str,
}

impl Load<'_> {
    /// Sends it.
    pub(crate) fn send(&self, programs: &Programs, cores: Cores, to: u16) -> Result<Loaded> {
        let mut command = cores.outside(&programs.limit);
        command.args(["load", "--port", &to.to_string(), "--wait", &self.wait.to_string()]);
        command.args(["--cases", &self.cases.to_string(), "--connections", &self.connections.to_string()]);
        command.args(["--holds", self.holds, "--body"]).arg(self.body);
        let said = shell::read(&mut command)?;
        serde_json::from_str(&said).with_context(|| format!("the load said {said}"))
    }
}
