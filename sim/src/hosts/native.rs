//! The native binary, with its data in a temporary folder.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, OnceLock},
};

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;

use super::{
    Child, Extras, KEY, Kind, ORIGIN, SHADOW, SOURCES, TOKENS, breaker, child::free_port, issuer::issuer,
    outside::Outside,
};
use crate::world::{HOLDERS, Process as _, SIGNERS, TELLERS, World};

/// Names the binary to test; without it `target/debug/caseworker` is built and taken.
const BINARY: &str = "CASEWORKER_BIN";

/// A native host that runs, and its folder.
pub struct Native {
    /// What the checks are given.
    pub world: World,
    folder: TempDir,
}

impl Native {
    /// Starts the binary with an empty data folder.
    ///
    /// # Errors
    /// Where it cannot be built or does not answer.
    pub async fn start(kind: Kind, outside: &Outside) -> Result<Self> {
        Self::start_with(kind, outside, &Extras::default()).await
    }

    /// Starts the binary with an empty data folder, and with what a test wants besides.
    ///
    /// # Errors
    /// As [`Native::start`].
    pub async fn start_with(kind: Kind, outside: &Outside, extras: &Extras) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        fs::write(folder.path().join("caseworker.toml"), configuration(kind, outside, extras)?)?;
        let keys = if kind == Kind::Keys { make_keys(folder.path())? } else { BTreeMap::new() };
        let [signers, tellers] = if kind == Kind::Keys { make_signers(folder.path())? } else { <[_; 2]>::default() };
        let (master_key, webhook_secrets) = (extras.master_key.clone(), extras.webhook_secrets());
        let words = extras.under.clone();
        let (home, address) = (folder.path().to_owned(), format!("127.0.0.1:{port}"));
        let make = move || {
            let mut command = caseworker(&home)?;
            command.args(["serve", "--listen", &address, "--data", "data"]);
            if let Some(key) = &master_key {
                command.env("CASEWORKER_MASTER_KEY", key);
            }
            if let Some(secrets) = &webhook_secrets {
                command.env("CASEWORKER_WEBHOOK_SECRET", secrets);
            }
            if kind == Kind::Model {
                command.env("ANTHROPIC_API_KEY", KEY);
            }
            Ok(under(command, &words))
        };
        let child = Child::new(format!("http://127.0.0.1:{port}"), folder.path().join("log"), make);
        let mut world = World::new(child.url(), &outside.url, keys.get("admin").map(String::as_str))?;
        child.start().await?;
        world.keys = keys;
        (world.signers, world.tellers) = (signers, tellers);
        Ok(Self { world: world.with_process(Arc::new(child)), folder })
    }

    /// The folder that holds everything of this host; its data lies in `data`.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// The binary as a command that runs in a folder, with nothing of this process's settings.
///
/// # Errors
/// Where it cannot be built.
pub fn caseworker(folder: &Path) -> Result<Command> {
    let mut command = Command::new(binary()?);
    command.current_dir(folder);
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("ANTHROPIC_") || name.starts_with("CASEWORKER_") || name.starts_with("CLOUDFLARE_") {
            command.env_remove(name.as_ref());
        }
    }
    Ok(command)
}

/// A command as the last arguments of another; the command itself where there is none.
fn under(command: Command, words: &[String]) -> Command {
    let Some((program, arguments)) = words.split_first() else { return command };
    let mut outer = Command::new(program);
    outer.args(arguments).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    outer
}

fn configuration(kind: Kind, outside: &Outside, extras: &Extras) -> Result<String> {
    let url = &outside.url;
    let mut text = String::new();
    let (tables, values): (Vec<_>, Vec<_>) = extras.settings().into_iter().partition(|(_, value)| value.is_object());
    for (name, value) in values {
        text.push_str(&format!("settings.{name} = {value}\n"));
    }
    if kind == Kind::Model {
        text.push_str(&format!("anthropic_base_url = \"{url}\"\n[budget]\ntokens_per_day = {TOKENS}\n"));
    }
    if kind == Kind::Keys {
        text.push_str(&format!("sign_in = {}\n", inline(&issuer()?.entries())));
        text.push_str(&format!("cors_origins = [\"{ORIGIN}\"]\n[tenants.{SHADOW}]\nmode = \"shadow\"\n"));
    }
    text.push_str(&format!("[breaker]\n{}[sources]\n", toml_lines(&breaker())));
    for source in SOURCES {
        text.push_str(&format!("{source} = \"{url}\"\n"));
    }
    if extras.agents.is_object() {
        text.push_str(&format!("[agents]\n{}", toml_lines(&extras.agents)));
    }
    if extras.webhook.is_object() {
        text.push_str(&format!("[webhook]\n{}", toml_lines(&extras.webhook)));
    }
    // Two hundred cases at once are no overload here, only a build without optimisation.
    text.push_str("[host.overload]\ncases_least = 1024\n");
    // A table of TOML can be written inline, and then it is JSON but for its colons.
    for (name, table) in tables {
        text.push_str(&format!("[settings.{name}]\n{}", toml_lines(&table)));
    }
    Ok(text)
}

fn toml_lines(table: &serde_json::Value) -> String {
    let line = |(name, value): (&String, &serde_json::Value)| match value.as_object() {
        Some(_) => format!("{name} = {{ {} }}\n", toml_lines(value).trim_end().replace('\n', ", ")),
        None => format!("{name} = {value}\n"),
    };
    table.as_object().into_iter().flatten().map(line).collect()
}

/// A value on one line, as TOML has it.
fn inline(value: &serde_json::Value) -> String {
    let list = |parts: Vec<String>| parts.join(", ");
    match value {
        serde_json::Value::Array(values) => format!("[{}]", list(values.iter().map(inline).collect())),
        serde_json::Value::Object(members) => {
            let member = |(name, value): (&String, &serde_json::Value)| format!("{name} = {}", inline(value));
            format!("{{ {} }}", list(members.iter().map(member).collect()))
        }
        other => other.to_string(),
    }
}

fn make_keys(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut keys = BTreeMap::new();
    for holder in HOLDERS {
        let made = make_key(folder, holder, &[])?;
        keys.insert(holder.0.to_owned(), text_of(&made, "key")?);
    }
    Ok(keys)
}

/// Keys that sign requests, and keys that sign webhooks.
fn make_signers(folder: &Path) -> Result<[BTreeMap<String, (String, String)>; 2]> {
    let make = |holders: &[(&str, &str, &str)], flag: &str| {
        let mut made = BTreeMap::new();
        for holder in holders {
            let key = make_key(folder, *holder, &[flag])?;
            made.insert(holder.0.to_owned(), (text_of(&key, "id")?, text_of(&key, "secret")?));
        }
        anyhow::Ok(made)
    };
    Ok([make(&SIGNERS, "--signing")?, make(&TELLERS, "--webhook")?])
}

fn make_key(folder: &Path, (name, tenant, role): (&str, &str, &str), more: &[&str]) -> Result<serde_json::Value> {
    let mut command = caseworker(folder)?;
    command
        .args(["keys", "create", "--data", "data", "--tenant", tenant, "--subject", name, "--role", role])
        .args(more);
    let made = command.output().context("caseworker keys create")?;
    ensure!(made.status.success(), "caseworker keys create: {}", String::from_utf8_lossy(&made.stderr));
    serde_json::from_slice(&made.stdout).context("what `keys create` printed")
}

fn text_of(made: &serde_json::Value, name: &str) -> Result<String> {
    let text = made.get(name).and_then(serde_json::Value::as_str);
    text.map(str::to_owned).with_context(|| format!("`keys create` printed no {name}"))
}

/// The binary under test: built once, where none was named.
fn binary() -> Result<&'static Path> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| match env::var_os(BINARY) {
        Some(path) => Ok(path.into()),
        None => build().map_err(|error| format!("{error:#}")),
    });
    match built {
        Ok(path) => Ok(path),
        Err(why) => bail!("{why}"),
    }
}

fn build() -> Result<PathBuf> {
    let status = super::cargo().args(["build", "--locked", "--package", "server"]).status();
    ensure!(status.context("cargo build")?.success(), "the server does not build");
    Ok(super::target_folder().join("debug/caseworker"))
}

/// The checkout.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}
