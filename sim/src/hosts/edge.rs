//! The Worker on workerd, through `cargo xtask edge dev`, with its data in a temporary folder.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, OnceLock},
};

use anyhow::{Context as _, Result, bail, ensure};
use case::ids::Digest;
use desk::{
    hooks::HookSecret,
    signature::{Secret, grant_hash},
    vault::MasterKey,
};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::{
    Child, Extras, KEY, Kind, ORIGIN, SHADOW, SOURCES, TOKENS, breaker, child::free_port, issuer::issuer, native::root,
    outside::Outside, over,
};
use crate::world::{HOLDERS, Process as _, SIGNERS, TELLERS, World};

/// Names the built `xtask` to use; without it, it is built.
const XTASK: &str = "XTASK_BIN";
/// The service binding behind which `edge dev` puts the sandbox.
pub const BINDING: &str = "SOURCES";

/// The Worker, running, and its folder.
pub struct Edge {
    /// What the checks are given.
    pub world: World,
    folder: TempDir,
}

/// Why the edge cannot be tested on this machine; `None` where it can.
#[must_use]
pub fn missing() -> Option<&'static str> {
    let node = Command::new("node").arg("--version").output().is_ok_and(|answer| answer.status.success());
    if node { None } else { Some("the edge's tests need Node 20, which is not on this machine") }
}

impl Edge {
    /// Starts workerd with the built Worker and an empty data folder.
    ///
    /// # Errors
    /// Where it cannot be built or does not answer.
    pub async fn start(kind: Kind, outside: &Outside) -> Result<Self> {
        Self::start_with(kind, outside, &Extras::default()).await
    }

    /// Starts workerd with the built Worker and an empty data folder, and with what a test wants besides.
    ///
    /// # Errors
    /// As [`Edge::start`].
    pub async fn start_with(kind: Kind, outside: &Outside, extras: &Extras) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        let data = folder.path().join("data");
        fs::create_dir_all(&data)?;
        let keys: BTreeMap<String, String> =
            HOLDERS.iter().map(|(name, _, _)| ((*name).to_owned(), format!("cw_test_key_of_{name}"))).collect();
        let [signers, tellers] = signers()?;
        let mut config = json!({ "settings": extras.settings(), "breaker": breaker() });
        if extras.genuine {
            let binding = |name: &&str| ((*name).to_owned(), json!(BINDING));
            config["sources"] = Value::Object(SOURCES.iter().map(binding).collect());
        }
        if extras.agents.is_object() {
            config["agents"] = extras.agents.clone();
        }
        if extras.webhook.is_object() {
            config["webhook"] = extras.webhook.clone();
        }
        config = Value::Object(over(&config, &extras.config));
        let extras = extras.clone();
        if kind == Kind::Model {
            config["anthropic_base_url"] = json!(outside.url);
            config["budget"] = json!({ "tokens_per_day": TOKENS });
        }
        if kind == Kind::Keys {
            config["cors_origins"] = json!([ORIGIN]);
            config["sign_in"] = issuer()?.entries();
            config["tenants"] = json!({ SHADOW: { "mode": "shadow" } });
        }
        let (address, xtask, grants) =
            (outside.address().to_owned(), xtask()?.to_owned(), grants(&keys, [&signers, &tellers]).to_string());
        let make = move || {
            let mut command = Command::new(&xtask);
            command.args(["edge", "dev", "--no-build", "--port", &port.to_string(), "--sandbox", &address]);
            command.arg("--data").arg(&data).arg("--settings").arg(config.to_string()).current_dir(root());
            for secret in ["ANTHROPIC_API_KEY", "API_KEYS", "VAULT_KEY", "CASEWORKER_WEBHOOK_SECRET"] {
                command.env_remove(secret);
            }
            if let Some(secrets) = extras.webhook_secrets() {
                command.env("CASEWORKER_WEBHOOK_SECRET", secrets);
            }
            for (binding, file) in &extras.modules {
                command.arg("--module").arg(format!("{binding}={}", file.display()));
            }
            for text in &extras.module_texts {
                command.args(["--module-text", text]);
            }
            if let Some(key) = &extras.master_key {
                command.env("VAULT_KEY", key);
            }
            if kind == Kind::Model {
                command.env("ANTHROPIC_API_KEY", KEY);
            }
            if kind == Kind::Keys {
                command.arg("--keys").env("API_KEYS", &grants);
            }
            Ok(command)
        };
        let child = Child::new(format!("http://127.0.0.1:{port}"), folder.path().join("log"), make);
        let key = (kind == Kind::Keys).then(|| keys.get("admin")).flatten();
        let mut world = World::new(child.url(), &outside.url, key.map(String::as_str))?;
        child.start().await?;
        if kind == Kind::Keys {
            (world.keys, world.signers, world.tellers) = (keys, signers, tellers);
        }
        Ok(Self { world: world.with_process(Arc::new(child)), folder })
    }

    /// The folder that holds everything of this host.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// The grants of all holders by the hashes of their keys, as the Worker's secret has them.
fn grants(keys: &BTreeMap<String, String>, signers: [&BTreeMap<String, (String, String)>; 2]) -> Value {
    let grant = |(name, tenant, role): &(&str, &str, &str)| {
        let signer = signers.iter().find_map(|signers| signers.get(*name));
        let hash = match (keys.get(*name), signer) {
            (Some(key), _) => Digest::of(key.as_bytes()),
            (None, Some((id, _))) => grant_hash(id),
            (None, None) => return None,
        };
        let grant = json!({ "tenant": tenant, "actor": { "subject": name, "role": role } });
        Some((hash.to_string(), grant))
    };
    Value::Object(HOLDERS.iter().chain(&SIGNERS).chain(&TELLERS).filter_map(grant).collect::<Map<String, Value>>())
}

/// Ids of keys that sign requests and of those that sign webhooks, with their secrets, which follow from the key of the vault that
/// `edge dev` has.
fn signers() -> Result<[BTreeMap<String, (String, String)>; 2]> {
    let master = MasterKey::parse(&"0".repeat(64))?;
    let made = |holders: &[(&str, &str, &str)], secret: &dyn Fn(&str) -> String| {
        let made = |(name, _, _): &(&str, &str, &str)| {
            let id = format!("sig_{name}");
            let secret = secret(&id);
            ((*name).to_owned(), (id, secret))
        };
        holders.iter().map(made).collect()
    };
    Ok([
        made(&SIGNERS, &|id| Secret::of_key(&master, id).reveal().to_owned()),
        made(&TELLERS, &|id| HookSecret::of_key(&master, id).reveal()),
    ])
}

/// `xtask`, which knows where workerd is, with the Worker built once.
///
/// # Errors
/// Where either cannot be built.
pub fn xtask() -> Result<&'static Path> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}")));
    match built {
        Ok(path) => Ok(path),
        Err(why) => bail!("{why}"),
    }
}

fn build() -> Result<PathBuf> {
    if let Some(path) = env::var_os(XTASK) {
        return Ok(path.into());
    }
    let status = super::cargo().args(["build", "--locked", "--package", "xtask"]).status();
    ensure!(status.context("cargo build")?.success(), "xtask does not build");
    let xtask = super::target_folder().join("debug/xtask");
    let status = Command::new(&xtask).args(["edge", "build"]).current_dir(root()).status();
    ensure!(status.context("xtask edge build")?.success(), "the Worker does not build");
    Ok(xtask)
}
