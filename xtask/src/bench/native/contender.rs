//! Who is measured side by side: ours, the bare flow, and the flows in Python; how each is started at its best.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result};
use sha2::{Digest as _, Sha256};

use super::calls::Calls;
use super::stage::{self, Cores, Programs, Running};
use crate::local;
use crate::shell;

/// A contender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// `limit flow`.
    Limit,
    /// `caseworker serve`.
    Ours,
    /// `bench/fastapi`.
    FastApi,
    /// `bench/agent-squad`.
    AgentSquad,
}

impl Which {
    /// All of them, the least first.
    pub(crate) const ALL: [Self; 4] = [Self::Limit, Self::Ours, Self::FastApi, Self::AgentSquad];

    /// What the page calls it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Limit => "bare hyper (the limit)",
            Self::Ours => "Caseworker",
            Self::FastApi => "FastAPI, Anthropic SDK, httpx",
            Self::AgentSquad => "agent-squad 1.1.4",
        }
    }

    /// The folder of its source, where it is in Python.
    const fn python(self) -> Option<&'static str> {
        match self {
            Self::Limit | Self::Ours => None,
            Self::FastApi => Some("bench/fastapi"),
            Self::AgentSquad => Some("bench/agent-squad"),
        }
    }

    /// How many cases it works in a round, for one of ours: enough that hundredths of a second do not matter.
    pub(crate) const fn share(self, cases: usize) -> usize {
        match self {
            Self::Limit => cases * 3,
            Self::Ours => cases,
            Self::FastApi | Self::AgentSquad => cases.div_ceil(8),
        }
    }

    /// Why it cannot be measured here, if it cannot.
    pub(crate) fn is_missing(self) -> Option<&'static str> {
        (self.python().is_some() && !shell::answers("python3")).then_some("there is no Python on this machine")
    }

    /// Starts it, with an empty folder of its own.
    pub(crate) fn start(self, programs: &Programs, cores: Cores, stand_in: &Running, calls: &Calls) -> Result<Running> {
        let port = local::free_port()?;
        let folder = stage::folder(&format!("{self:?}"))?;
        let to = format!("http://127.0.0.1:{}", stand_in.port);
        match self {
            Self::Limit => {
                let file = calls.write(&folder)?;
                let mut command = cores.contender(&programs.limit);
                command.args(["flow", "--port", &port.to_string(), "--to", &to, "--calls"]).arg(file);
                Running::start(&mut command, port, "/")
            }
            Self::Ours => serve(programs, cores, stand_in, &folder, &[]),
            Self::FastApi | Self::AgentSquad => {
                let source = shell::root().join(self.python().context("it is in Python")?);
                let file = calls.write_lookups(&folder)?;
                let mut command = cores.contender(&python(&source)?);
                command.args(["-m", "uvicorn", "app:app", "--app-dir"]).arg(&source);
                command.args(["--port", &port.to_string(), "--loop", "uvloop", "--http", "httptools"]);
                command.args(["--no-access-log", "--log-level", "warning"]);
                command.env("STANDIN_URL", &to).env("LOOKUPS", file).env("NO_PROXY", "*");
                command.env("PYTHONDONTWRITEBYTECODE", "1").env_remove("ANTHROPIC_BASE_URL");
                Running::start(&mut command, port, "/openapi.json")
            }
        }
    }
}

/// The settings of ours: every source at the stand-in, and as many calls, requests and cases at once as the load asks for:
/// what is measured is what cases cost, and none is to be turned away.
const SETTINGS: &str = "connections = 10000
anthropic_base_url = \"TO\"

[settings.writing.claude]
attempt_ms = 120000
deadline_ms = 120000
attempts = 2
backoff_ms = 500

[sources]
ledger = \"TO\"
profile = \"TO\"
risk = \"TO\"
merchants = \"TO\"
policy = \"TO\"
actions = \"TO\"

[host.overload]
connections = 100000
requests = 100000
cases_least = 100000
cases_most = 100000
";

/// Starts ours on a data folder in this folder.
pub(crate) fn serve(
    programs: &Programs,
    cores: Cores,
    stand_in: &Running,
    folder: &Path,
    more: &[&str],
) -> Result<Running> {
    let port = local::free_port()?;
    let settings = settings(folder, stand_in)?;
    let mut command = cores.contender(&programs.caseworker);
    command.arg("--config").arg(settings).args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data"]);
    command.arg(folder.join("data")).args(more).current_dir(folder);
    command.env("ANTHROPIC_API_KEY", "test-key").stderr(Stdio::null());
    Running::start(&mut command, port, "/healthz")
}

/// Writes the settings of ours.
pub(crate) fn settings(folder: &Path, stand_in: &Running) -> Result<PathBuf> {
    let file = folder.join("caseworker.toml");
    fs::write(&file, SETTINGS.replace("TO", &format!("http://127.0.0.1:{}", stand_in.port)))
        .context("writing settings")?;
    Ok(file)
}

/// The interpreter of a flow's environment, made where it is missing or what it needs has changed.
fn python(source: &Path) -> Result<PathBuf> {
    let needs = source.join("requirements.txt");
    let wanted = Sha256::digest(fs::read(&needs).with_context(|| format!("reading {}", needs.display()))?);
    let wanted: String = wanted.iter().map(|byte| format!("{byte:02x}")).collect();
    let name = source.file_name().context("a flow has a folder")?;
    let environment = shell::target_folder().join("bench-python").join(name);
    let (python, stamp) = (environment.join("bin/python"), environment.join("requirements.sha256"));
    if !python.exists() || fs::read_to_string(&stamp).unwrap_or_default() != wanted {
        shell::run(shell::command("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
        let mut pip = shell::command(&python);
        shell::run(pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&needs))?;
        fs::write(stamp, wanted)?;
    }
    Ok(python)
}
