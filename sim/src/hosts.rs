//! The hosts under test: each a process of its own with its data in a folder of its own, and the outside in this
//! process, so that what was executed is counted by a process that is not killed.

pub mod agent;
mod child;
pub mod edge;
pub mod issuer;
pub mod liar;
pub mod native;
pub mod outside;
pub mod receiver;
pub mod wasm;

use std::{env, path::PathBuf, process::Command};

pub use child::Child;
pub(crate) use child::free_port;
use serde_json::{Map, Value, json};

/// What a host is started with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Open to everybody, without a model.
    Plain,
    /// Open to everybody, with a model behind the stand-in.
    Model,
    /// For holders of keys, without a model.
    Keys,
}

/// What one test wants of its host beyond the kind.
#[derive(Debug, Clone, Default)]
pub struct Extras {
    /// The master key, as 64 hexadecimal digits; without it each host has one of its own.
    pub master_key: Option<String>,
    /// Whether the sources are named, so that no case is one of the sandbox; natively they always are.
    pub genuine: bool,
    /// Decision settings over those of all hosts under test: an object, or nothing.
    pub settings: Value,
    /// Where remote agents are, by their names: an object, or nothing.
    pub agents: Value,
    /// Who is told what happens: an object, or nothing.
    pub webhook: Value,
    /// What else of the configuration is set, on the Worker alone: an object, or nothing.
    pub config: Value,
    /// Other Workers of one module beside ours, each behind the service binding of its name.
    pub modules: Vec<(String, PathBuf)>,
    /// Their plain settings: `BINDING.NAME=VALUE`.
    pub module_texts: Vec<String>,
    /// The program and its arguments that the native binary is run under, its own following; none as a rule.
    pub under: Vec<String>,
}

impl Extras {
    /// A scripted agent that looks up accounts and merchants, and looks at what is found of disputes.
    #[must_use]
    pub fn with_agent(at: &str) -> Self {
        let agents = json!({
            "lookups": { "accounts": agent::NAME, "merchants": agent::NAME },
            "specialists": { "dispute_summary": agent::NAME },
            "findings": { "attempt_ms": 2_000, "deadline_ms": 4_500, "attempts": 2, "backoff_ms": 50 },
        });
        Self { settings: json!({ "agents": agents }), agents: json!({ agent::NAME: { "at": at } }), ..Self::default() }
    }

    /// A receiver that is told what happens to cases.
    #[must_use]
    pub fn with_webhooks(url: &str) -> Self {
        Self { webhook: receiver::settings(url), ..Self::default() }
    }

    /// A receiver, and a model that is given up soon: it may never answer.
    #[must_use]
    pub fn with_a_hostile_model(url: &str) -> Self {
        let soon = serde_json::json!({ "attempt_ms": 700, "deadline_ms": 3_000, "attempts": 2, "backoff_ms": 20 });
        let settings = serde_json::json!({ "triage": { "claude": soon }, "writing": { "claude": soon } });
        Self { settings, ..Self::with_webhooks(url) }
    }

    /// The secrets of the receiver, where there is one.
    fn webhook_secrets(&self) -> Option<String> {
        self.webhook.is_object().then(|| format!("{} {}", receiver::SECRET, receiver::SECRET_BEFORE))
    }

    /// The decision settings.
    fn settings(&self) -> Map<String, Value> {
        over(&settings(), &self.settings)
    }
}

/// The fields of an object with those of another over them.
fn over(all: &Value, own: &Value) -> Map<String, Value> {
    let fields = |object: &Value| object.as_object().cloned().unwrap_or_default();
    fields(all).into_iter().chain(fields(own)).collect()
}

/// The services that the sandbox plays.
pub(crate) const SOURCES: [&str; 6] = ["ledger", "profile", "risk", "merchants", "policy", "actions"];

/// The key with which hosts under test ask their model.
pub const KEY: &str = "sk-ant-test-key-of-the-conformance-suite";

/// An origin that hosts for holders of keys list.
pub const ORIGIN: &str = "https://desk.example";

/// The tenant of hosts for holders of keys that is in shadow mode.
pub const SHADOW: &str = "umbrella";

/// The tokens that hosts with a model may use a day: more than the suite does, so that every call is counted.
pub const TOKENS: u64 = 100_000_000;

/// Decision settings of all hosts under test: the limits are shorter than the defaults, so that what never answers is
/// given up within seconds, and long enough for a busy machine; and money may move for more than one case about a charge.
#[must_use]
pub fn settings() -> serde_json::Value {
    serde_json::json!({
        "lookups": { "attempt_ms": 2_000, "deadline_ms": 8_000, "attempts": 3, "backoff_ms": 50 },
        "actions": { "attempt_ms": 2_000, "deadline_ms": 600_000, "attempts": 8, "backoff_ms": 100 },
        "triage": { "claude": { "attempt_ms": 2_000, "deadline_ms": 12_000, "attempts": 3, "backoff_ms": 50 } },
        "writing": { "claude": { "attempt_ms": 2_000, "deadline_ms": 6_000, "attempts": 2, "backoff_ms": 50 } },
        // The checks tell of the sandbox bank's few charges again and again.
        "desk": { "one_case_per_charge": false },
    })
}

/// How soon a source that failed is asked again, on all hosts under test: soon, for the sake of the next check. And how
/// often at once: as often as the checks have it fail, since they ask for little else.
#[must_use]
pub fn breaker() -> serde_json::Value {
    serde_json::json!({ "cool_down_ms": 1_000, "retry_burst": 10_000 })
}

/// Cargo, in the checkout.
fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(native::root());
    cargo
}

/// Where cargo puts what it builds.
fn target_folder() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| native::root().join("target"), PathBuf::from)
}
