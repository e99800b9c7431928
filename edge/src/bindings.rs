//! What the Worker is bound to, and the setup of the desk that follows. The names are those of `edge/wrangler.jsonc`.
//!
//! It refuses to guess: a binding that cannot be used is an error with its remedy, and no secret is ever part of one.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use claude::key::ApiKey;
use desk::{
    config::{Config, SOURCES},
    hooks,
    ports::Grant,
    problem::{Code, Problem},
    setup::{Access, Setup},
    vault::MasterKey,
};
use worker::{
    Env, ObjectNamespace, js_sys,
    wasm_bindgen::{JsCast as _, JsValue},
};

/// The namespace of the objects that hold the cases.
pub(crate) const CASES: &str = "CASE";
/// The database of the docket.
pub(crate) const DOCKET: &str = "DB";

/// The configuration as JSON.
const SETTINGS: &str = "SETTINGS";
/// Set to `local` by `edge dev` alone: everybody is the one local tenant.
const OPEN: &str = "OPEN";
/// Names the service binding behind which the sandbox plays every source; every case is marked.
const SANDBOX: &str = "SANDBOX";
/// The master key of the vault.
const VAULT_KEY: &str = "VAULT_KEY";
/// The key for Claude; without it the local tier decides alone.
const ANTHROPIC_API_KEY: &str = "ANTHROPIC_API_KEY";
/// The callers' grants by the SHA-256 of their keys, as one JSON object.
const API_KEYS: &str = "API_KEYS";

/// Where objects run and keep their data: the platform's name of a jurisdiction. It can never be changed afterwards, as
/// the same name is another object in another jurisdiction.
const JURISDICTION: &str = "JURISDICTION";
/// The jurisdictions there are.
const JURISDICTIONS: [&str; 4] = ["eu", "us", "fedramp", "fedramp-high"];

/// What the Worker found.
pub(crate) struct Bindings {
    /// The desk's configuration and secrets.
    pub(crate) setup: Arc<Setup>,
    /// Where each source is: a binding's name or a base URL.
    pub(crate) sources: Arc<BTreeMap<String, String>>,
    /// The callers' grants by the SHA-256 of their keys.
    pub(crate) grants: Arc<BTreeMap<String, Grant>>,
}

impl Misconfigured {
    /// What callers are told: which binding, and the remedy.
    pub(crate) fn problem(&self) -> Problem {
        Problem::of(Code::NoKeys, self.binding, format!("The Worker's binding {} {}.", self.binding, self.remedy))
    }
}

/// A binding that keeps the Worker from working.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misconfigured {
    /// The binding.
    pub(crate) binding: &'static str,
    /// What is wrong and what to do about it; it quotes no value.
    pub(crate) remedy: String,
}

impl Bindings {
    /// Reads and checks everything, once: an isolate never sees other bindings than those it started with.
    pub(crate) fn read(env: &Env) -> Result<&'static Self, &'static Misconfigured> {
        static FOUND: OnceLock<Result<Bindings, Misconfigured>> = OnceLock::new();
        FOUND.get_or_init(|| Self::from_texts(|binding| read_text(env, binding))).as_ref()
    }

    /// A plain variable and a secret are both text to the Worker.
    fn from_texts(text: impl Fn(&str) -> Option<String>) -> Result<Self, Misconfigured> {
        let config = read_config(text(SETTINGS).as_deref())?;
        let master_key = read_master_key(text(VAULT_KEY).as_deref())?;
        let model_key = read_model_key(text(ANTHROPIC_API_KEY).as_deref())?;
        let grants = read_grants(text(API_KEYS).as_deref())?;
        check_jurisdiction(text(JURISDICTION).as_deref())?;
        let open = text(OPEN).as_deref() == Some("local");
        let mut sources = config.addresses();
        let closed_to_all = grants.is_empty() && config.sign_in.is_empty();
        let setup = Setup::new(config, master_key, model_key, access(open, closed_to_all));
        let setup = setup.map_err(|problem| wrong(SETTINGS, problem.to_string()))?;
        let mut setup = setup.with_tokens(&text).map_err(|(name, problem)| {
            wrong(SETTINGS, format!("names a source whose secret {name} is wrong: {problem}"))
        })?;
        setup = setup
            .with_webhooks(text(hooks::config::SECRET).as_deref())
            .map_err(|problem| wrong(hooks::config::SECRET, format!("is wrong: {problem}")))?;
        if let Some(sandbox) = text(SANDBOX) {
            sources.extend(SOURCES.iter().map(|name| ((*name).to_owned(), sandbox.clone())));
            setup = setup.with_sandbox();
        }
        Ok(Self { setup: Arc::new(setup), sources: Arc::new(sources), grants: Arc::new(grants) })
    }
}

/// A variable's text. One that is JSON is written out as text again, so that an operator need not put JSON into a string;
/// one that workerd did not find in its environment is null, and then there is none.
fn read_text(env: &Env, binding: &str) -> Option<String> {
    let value = js_sys::Reflect::get(env, &binding.into()).ok()?;
    if value.is_undefined() || value.is_null() {
        return None;
    }
    value.as_string().or_else(|| js_sys::JSON::stringify(&value).ok().and_then(|text| text.as_string()))
}

/// The objects of a class, in the jurisdiction that the operator has set. Every call to an object goes through here, lest
/// a case be looked for where it is not.
pub(crate) fn objects(env: &Env, class: &str) -> worker::Result<ObjectNamespace> {
    let everywhere = env.durable_object(class)?;
    let Some(jurisdiction) = read_text(env, JURISDICTION) else { return Ok(everywhere) };
    // The crate has no name for it: `env.CASE.jurisdiction("eu")` gives the part of the namespace that lies there.
    let everywhere = JsValue::from(everywhere);
    let narrow: js_sys::Function = js_sys::Reflect::get(&everywhere, &"jurisdiction".into())?.dyn_into()?;
    Ok(narrow.call1(&everywhere, &jurisdiction.into())?.unchecked_into())
}

fn check_jurisdiction(text: Option<&str>) -> Result<(), Misconfigured> {
    match text {
        Some(text) if !JURISDICTIONS.contains(&text) => {
            Err(wrong(JURISDICTION, format!("must be one of {}, or not be there", JURISDICTIONS.join(", "))))
        }
        Some(_) | None => Ok(()),
    }
}

fn access(open: bool, closed_to_all: bool) -> Access {
    if open {
        Access::Open
    } else if closed_to_all {
        Access::Closed(format!(
            "This deployment has no keys. Make one with `caseworker keys create` and put its grant into the secret {API_KEYS}, or say under `sign_in` whose tokens are taken."
        ))
    } else {
        Access::Keys
    }
}

fn read_config(json: Option<&str>) -> Result<Config, Misconfigured> {
    let Some(json) = json else { return Ok(Config::default()) };
    serde_json::from_str(json).map_err(|error| wrong(SETTINGS, format!("is not a configuration: {error}")))
}

fn read_master_key(hex: Option<&str>) -> Result<MasterKey, Misconfigured> {
    let missing = "is missing: put 64 random hexadecimal digits there as a secret, and keep a copy";
    let hex = hex.ok_or_else(|| wrong(VAULT_KEY, missing))?;
    MasterKey::parse(hex).map_err(|_| wrong(VAULT_KEY, "must be 64 hexadecimal digits"))
}

fn read_model_key(text: Option<&str>) -> Result<Option<ApiKey>, Misconfigured> {
    match text.filter(|text| !text.trim().is_empty()) {
        Some(text) => ApiKey::parse(text).map(Some).map_err(|error| wrong(ANTHROPIC_API_KEY, error.to_string())),
        None => Ok(None),
    }
}

fn read_grants(json: Option<&str>) -> Result<BTreeMap<String, Grant>, Misconfigured> {
    let Some(json) = json else { return Ok(BTreeMap::new()) };
    serde_json::from_str(json).map_err(|error| {
        // Serde quotes what it found; the place of it is enough.
        let (line, column) = (error.line(), error.column());
        wrong(API_KEYS, format!("is not a JSON object of hashes and grants (line {line}, column {column})"))
    })
}

fn wrong(binding: &'static str, remedy: impl Into<String>) -> Misconfigured {
    Misconfigured { binding, remedy: remedy.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f";

    fn read(texts: &[(&str, &str)]) -> Result<Bindings, Misconfigured> {
        let texts: BTreeMap<&str, &str> = texts.iter().copied().collect();
        Bindings::from_texts(|binding| texts.get(binding).map(|text| (*text).to_owned()))
    }

    #[test]
    fn a_missing_master_key_names_its_binding_and_a_bad_one_is_not_quoted() {
        assert_eq!(read(&[]).err().map(|wrong| wrong.binding), Some("VAULT_KEY"));
        let wrong = read(&[("VAULT_KEY", "hunter2")]).err().expect("too short");
        assert!(!wrong.remedy.contains("hunter2"));
    }

    #[test]
    fn without_keys_the_worker_is_closed_and_only_the_word_local_opens_it() {
        for open in ["", "yes", "LOCAL"] {
            let bindings = read(&[("VAULT_KEY", KEY), ("OPEN", open)]).expect("well configured");
            assert!(matches!(bindings.setup.access, Access::Closed(_)));
        }
        let bindings = read(&[("VAULT_KEY", KEY), ("OPEN", "local")]).expect("well configured");
        assert_eq!(bindings.setup.access, Access::Open);
    }

    #[test]
    fn an_issuer_alone_opens_the_worker_to_those_it_signs_in() {
        let settings = r#"{"sign_in":[{"issuer":"https://id.example","audience":"a","keys_url":"https://id.example/k",
            "tenant":"acme","roles":[{"claim":"sub","value":"*","role":"analyst"}]}]}"#;
        let bindings = read(&[("VAULT_KEY", KEY), ("SETTINGS", settings)]).expect("well configured");
        assert_eq!(bindings.setup.access, Access::Keys);
        let wrong =
            read(&[("VAULT_KEY", KEY), ("SETTINGS", &settings.replace("https://id.example/k", "http://id.example"))]);
        assert_eq!(wrong.err().map(|wrong| wrong.binding), Some("SETTINGS"));
    }

    #[test]
    fn a_jurisdiction_is_one_that_there_is() {
        for wrong in ["", "EU", "europe"] {
            assert_eq!(
                read(&[("VAULT_KEY", KEY), ("JURISDICTION", wrong)]).err().map(|found| found.binding),
                Some("JURISDICTION")
            );
        }
        assert!(read(&[("VAULT_KEY", KEY), ("JURISDICTION", "eu")]).is_ok());
    }

    #[test]
    fn a_grant_is_found_by_the_hash_of_its_key() {
        let grants = format!(r#"{{"{KEY}":{{"tenant":"acme","actor":{{"subject":"ada","role":"analyst"}}}}}}"#);
        let bindings = read(&[("VAULT_KEY", KEY), ("API_KEYS", &grants)]).expect("well configured");
        assert_eq!(bindings.setup.access, Access::Keys);
        assert_eq!(bindings.grants.get(KEY).map(|grant| grant.tenant.as_str()), Some("acme"));
    }

    #[test]
    fn an_endpoint_of_webhooks_needs_a_secret_that_is_not_quoted() {
        let settings = ("SETTINGS", r#"{"webhook":{"url":"https://crm.example/hooks"}}"#);
        for secret in ["", "hunter2"] {
            let texts = [("VAULT_KEY", KEY), settings, ("CASEWORKER_WEBHOOK_SECRET", secret)];
            let wrong = read(&texts).err().expect("no secret");
            assert_eq!(wrong.binding, "CASEWORKER_WEBHOOK_SECRET");
            assert!(!wrong.remedy.contains("hunter2"));
        }
        let secret = ("CASEWORKER_WEBHOOK_SECRET", "whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB");
        assert!(read(&[("VAULT_KEY", KEY), settings, secret]).is_ok());
    }

    #[test]
    fn the_sandbox_plays_every_source() {
        let bindings = read(&[("VAULT_KEY", KEY), ("SANDBOX", "SOURCES")]).expect("well configured");
        assert!(bindings.setup.sandbox);
        assert_eq!(bindings.sources.len(), SOURCES.len());
    }
}
