//! The host under load: the binary on a core of its own, with keys and with the settings that it ships with.

use std::{fs, net::SocketAddr, process::Command};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

use super::{
    client::Client,
    cpu::Used,
    outside::{Outside, THREAD},
};
use crate::{
    hosts::{Child, SOURCES, free_port, native::caseworker},
    world::Process as _,
};

/// Whether the host asks a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Model {
    /// It has none.
    None,
    /// It has one, and the local tier decides as little as it may.
    Asked,
}

/// A host that runs.
pub(super) struct Host {
    pub(super) client: std::sync::Arc<Client>,
    pub(super) submitter: String,
    pub(super) analyst: String,
    child: Child,
    _folder: TempDir,
}

impl Host {
    /// Starts one with an empty data folder.
    pub(super) async fn start(outside: &Outside, core: Option<u32>, model: Model) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        let mut settings = String::new();
        if model == Model::Asked {
            settings += &format!("anthropic_base_url = \"{}\"\nsettings.triage.alone_min = 1000000\n", outside.url);
        }
        settings += "[sources]\n";
        for source in SOURCES {
            settings += &format!("{source} = \"{}\"\n", outside.url);
        }
        fs::write(folder.path().join("caseworker.toml"), settings)?;
        let [submitter, analyst] = ["submitter", "analyst"].map(|role| make_key(&folder, role));
        let (home, address) = (folder.path().to_owned(), format!("127.0.0.1:{port}"));
        let make = move || {
            let serve = caseworker(&home)?;
            let mut command = match core {
                Some(core) => {
                    let mut pinned = Command::new("taskset");
                    pinned.arg("-c").arg(core.to_string()).arg(serve.get_program()).current_dir(&home);
                    pinned
                }
                None => serve,
            };
            command.args(["--log", "text,warn", "serve", "--listen", &address, "--data", "data"]);
            if model == Model::Asked {
                command.env("ANTHROPIC_API_KEY", "sk-ant-test-key-of-the-overload-battery");
            }
            Ok(command)
        };
        let child = Child::new(format!("http://127.0.0.1:{port}"), folder.path().join("log"), make);
        child.start().await?;
        let client = Client::new(SocketAddr::from(([127, 0, 0, 1], port))).into();
        let (submitter, analyst) = (submitter?, analyst?);
        Ok(Self { client, submitter, analyst, child, _folder: folder })
    }
}

impl Host {
    /// What the host, its outside and the load have used of the processor so far.
    pub(super) fn used(&self) -> Used {
        Used::now(self.child.id(), THREAD)
    }
}

fn make_key(folder: &TempDir, role: &str) -> Result<String> {
    let mut command = caseworker(folder.path())?;
    command.args(["keys", "create", "--data", "data", "--tenant", "acme", "--subject", role, "--role", role]);
    let made = command.output().context("caseworker keys create")?;
    ensure!(made.status.success(), "caseworker keys create: {}", String::from_utf8_lossy(&made.stderr));
    let made: serde_json::Value = serde_json::from_slice(&made.stdout)?;
    made.get("key").and_then(|key| key.as_str()).map(str::to_owned).context("`keys create` printed no key")
}
