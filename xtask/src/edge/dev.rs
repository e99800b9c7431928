//! `cargo xtask edge dev`: the Worker on workerd with one command, a small bank and a stand-in model beside it.
//!
//! With `--sandbox` the bank runs already, and then this process *becomes* workerd, so that whoever started it can kill
//! the runtime itself. The Worker runs open, as one local tenant, and listens on loopback only.

use std::env;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use clap::Args;

use super::config::{self, Layout, Module};
use crate::tools::Tools;
use crate::{local, shell};

/// A development key: it protects nothing but made-up cases of the sandbox.
const DEVELOPMENT_VAULT_KEY: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The service binding behind which the sandbox plays every source.
const SOURCES: &str = "SOURCES";

/// Secrets that are passed on where the environment has them.
const SECRETS: [&str; 4] = ["VAULT_KEY", "ANTHROPIC_API_KEY", "API_KEYS", "CASEWORKER_WEBHOOK_SECRET"];

/// How `edge dev` is told what to run.
#[derive(Args)]
pub(crate) struct Options {
    /// The port to listen on, on loopback.
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// Where cases are kept; `target/edge-dev` if not given.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// A sandbox that runs already; without it one is started on a free port.
    #[arg(long, value_name = "HOST:PORT")]
    sandbox: Option<String>,
    /// Let only holders of keys in, who are listed in the variable API_KEYS.
    #[arg(long)]
    keys: bool,
    /// Another Worker of one module beside ours, reached by the service binding of this name.
    #[arg(long, value_name = "BINDING=FILE")]
    module: Vec<String>,
    /// A plain setting of such a Worker.
    #[arg(long, value_name = "BINDING.NAME=VALUE")]
    module_text: Vec<String>,
    /// The configuration as JSON, in place of the defaults.
    #[arg(long, value_name = "JSON")]
    settings: Option<String>,
    /// Run what is in `edge/build` as it is.
    #[arg(long)]
    no_build: bool,
}

impl Options {
    /// Open, on a port, with a folder: for measuring what was built.
    pub(super) fn quiet(port: u16, data: &Path) -> Options {
        Options {
            port,
            data: Some(data.to_path_buf()),
            sandbox: None,
            keys: false,
            module: Vec::new(),
            module_text: Vec::new(),
            settings: None,
            no_build: true,
        }
    }
}

/// Builds, writes the configuration and runs workerd until it ends.
pub(crate) fn run(tools: &Tools, options: &Options) -> Result<ExitCode> {
    refuse_taken(options.port)?;
    if !options.no_build {
        super::build(tools)?;
    }
    match &options.sandbox {
        Some(address) => become_workerd(workerd(tools, options, address)?),
        None => run_with_sandbox(tools, options),
    }
}

/// A taken port is told before a minute of building, not after.
fn refuse_taken(port: u16) -> Result<()> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) => bail!("port {port} cannot be used ({error}); choose another with --port"),
    }
}

/// Lays out the data folder and makes the command that serves it.
pub(super) fn workerd(tools: &Tools, options: &Options, sandbox: &str) -> Result<Command> {
    let root = shell::root();
    let data = options.data.clone().unwrap_or_else(|| root.join("target/edge-dev"));
    let data = std::path::absolute(data).context("--data is not a path")?;
    let state = data.join("state");
    fs::create_dir_all(&state).with_context(|| format!("making {}", state.display()))?;
    for module in ["index.js", "index_bg.wasm"] {
        let built = root.join("edge/build").join(module);
        fs::copy(&built, data.join(module))
            .with_context(|| format!("{module} is not built; run without --no-build"))?;
    }
    let mut texts = Vec::new();
    if !names_sources(options.settings.as_deref()) {
        texts.push(("SANDBOX", SOURCES));
    }
    if !options.keys {
        texts.push(("OPEN", "local"));
    }
    if let Some(settings) = &options.settings {
        texts.push(("SETTINGS", settings));
    }
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let secrets: Vec<&str> = SECRETS.into_iter().filter(|name| *name == "VAULT_KEY" || is_set(name)).collect();
    let modules = modules(options, &data)?;
    let layout = Layout {
        written_by: "cargo xtask edge dev",
        port: options.port,
        state: state.to_str().context("the data folder's name is not UTF-8")?,
        services: &[(SOURCES, sandbox)],
        modules: &modules,
        texts: &texts,
        secrets: &secrets,
    };
    fs::write(data.join("config.capnp"), config::text(&layout)).context("writing the configuration")?;
    let mut command = Command::new(&tools.workerd);
    command.args(["serve", "--experimental", "config.capnp"]).current_dir(&data);
    if !is_set("VAULT_KEY") {
        command.env("VAULT_KEY", DEVELOPMENT_VAULT_KEY);
    }
    println!("the Worker listens on http://127.0.0.1:{}, its data is in {}", options.port, data.display());
    Ok(command)
}

/// Whether the configuration says which sources there are: then they are asked as anybody's are, and no case is marked as
/// one of the sandbox. What else may be wrong with it, the Worker says.
fn names_sources(settings: Option<&str>) -> bool {
    let settings: Option<serde_json::Value> = settings.and_then(|settings| serde_json::from_str(settings).ok());
    settings.is_some_and(|settings| settings.get("sources").is_some())
}

/// Copies the modules of the other Workers beside the configuration, and gives each its settings.
fn modules(options: &Options, data: &Path) -> Result<Vec<Module>> {
    let mut modules = Vec::new();
    for given in &options.module {
        let (binding, file) = given.split_once('=').context("--module is written as BINDING=FILE")?;
        if binding.is_empty() || !binding.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
            bail!("the binding of --module has other letters than A-Z, a-z, 0-9 and _");
        }
        let copy = format!("{binding}.js");
        fs::copy(file, data.join(&copy)).with_context(|| format!("copying {file}"))?;
        let prefix = format!("{binding}.");
        let own = options.module_text.iter().filter_map(|text| text.strip_prefix(&prefix)?.split_once('='));
        let texts = own.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        modules.push(Module { binding: binding.to_owned(), file: copy, texts });
    }
    Ok(modules)
}

#[cfg(unix)]
fn become_workerd(mut command: Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("starting workerd")
}

#[cfg(not(unix))]
fn become_workerd(mut command: Command) -> Result<ExitCode> {
    let status = command.status().context("starting workerd")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Starts the sandbox on a free port beside workerd and ends it when workerd ends.
fn run_with_sandbox(tools: &Tools, options: &Options) -> Result<ExitCode> {
    let (mut sandbox, address) = local::sandbox()?;
    let status = workerd(tools, options, &address)?.status().context("starting workerd")?;
    if let Ok(Some(ended)) = sandbox.0.try_wait() {
        bail!("the sandbox ended with {ended}");
    }
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
