//! What a check is given: a caller, the outside, and the host as a process, where it is ours to kill.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use anyhow::{Context as _, Result, bail};
use futures_util::future::BoxFuture;

use crate::{api::Api, bank::Bank};

/// A host under test with everything around it.
#[derive(Clone)]
pub struct World {
    /// A caller.
    pub api: Api,
    /// The outside.
    pub bank: Bank,
    /// The host as a process; `None` where the suite was only given an address.
    pub process: Option<Arc<dyn Process>>,
    /// Keys by the names of [`HOLDERS`], where the host asks for keys.
    pub keys: BTreeMap<String, String>,
    /// Ids and secrets of signing keys by the names of [`SIGNERS`], where the host asks for keys.
    pub signers: BTreeMap<String, (String, String)>,
    /// Ids of keys that sign webhooks and their secrets, by the names of [`TELLERS`], likewise.
    pub tellers: BTreeMap<String, (String, String)>,
    numbers: Arc<AtomicU64>,
}

/// Who holds a key in a world with keys: a name, the tenant, the role.
pub const HOLDERS: [(&str, &str, &str); 16] = [
    ("submitter", "acme", "submitter"),
    ("another-submitter", "acme", "submitter"),
    ("analyst", "acme", "analyst"),
    ("another-analyst", "acme", "analyst"),
    ("approver", "acme", "approver"),
    ("auditor", "acme", "auditor"),
    ("admin", "acme", "admin"),
    ("foreigner", "umbrella", "admin"),
    ("foreign-submitter", "umbrella", "submitter"),
    ("foreign-analyst", "umbrella", "analyst"),
    ("foreign-approver", "umbrella", "approver"),
    ("foreign-auditor", "umbrella", "auditor"),
    ("foreign-admin", "umbrella", "admin"),
    // These are revoked in the course of the suite.
    ("leaver", "acme", "analyst"),
    ("lost-key", "acme", "analyst"),
    ("leaving-analyst", "acme", "analyst"),
];

/// Who holds a secret to sign with in a world with keys: a name, the tenant, the role.
pub const SIGNERS: [(&str, &str, &str); 2] =
    [("service", "acme", "submitter"), ("leaving-service", "acme", "submitter")];

/// Who holds a secret to sign webhooks with in a world with keys: a name, the tenant, the role.
pub const TELLERS: [(&str, &str, &str); 3] =
    [("post", "acme", "analyst"), ("stranger", "acme", "submitter"), ("foreign-post", "umbrella", "analyst")];

/// A host's process.
pub trait Process: Send + Sync {
    /// Kills it (`kill -9`).
    ///
    /// # Errors
    /// Where that does not succeed.
    fn kill(&self) -> Result<()>;

    /// Starts it again on the same data and address, and waits until it answers.
    fn start(&self) -> BoxFuture<'_, Result<()>>;

    /// Its number in the system while it runs.
    fn id(&self) -> Option<u32>;

    /// Where it answers.
    fn url(&self) -> &str;

    /// Everything it has written to its log so far, over all its lives.
    fn log(&self) -> String;
}

impl World {
    /// A world of a host and a sandbox.
    ///
    /// # Errors
    /// Where an HTTP client cannot be built.
    pub fn new(base: &str, sandbox: &str, key: Option<&str>) -> Result<Self> {
        let api = Api::new(base)?.with_key(key);
        let [signers, tellers] = [BTreeMap::new(), BTreeMap::new()];
        let bank = Bank::new(sandbox)?;
        Ok(Self { api, bank, process: None, keys: BTreeMap::new(), signers, tellers, numbers: Arc::default() })
    }

    /// The same world with a process that can be killed.
    #[must_use]
    pub fn with_process(self, process: Arc<dyn Process>) -> Self {
        Self { process: Some(process), ..self }
    }

    /// The caller with the key of one of [`HOLDERS`].
    ///
    /// # Errors
    /// Where this world has no such key.
    pub fn holder(&self, name: &str) -> Result<Api> {
        let key = self.keys.get(name).with_context(|| format!("this world has no key for {name}"))?;
        Ok(self.api.with_key(Some(key)))
    }

    /// Waits until the host would ask a source again: at most a few seconds after it failed.
    ///
    /// # Errors
    /// Where the host leaves it alone for longer.
    pub async fn is_closed(&self, source: &str) -> Result<()> {
        let mut last = String::new();
        for _ in 0..100 {
            let ready = self.api.get("/readyz").ok(200).await?;
            last = ready.text(&format!("/breakers/{source}")).to_owned();
            if last != "open" {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        bail!("the breaker of {source} is {last}")
    }

    /// A name that nobody has used before in this host.
    #[must_use]
    pub fn fresh(&self, what: &str) -> String {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        // Letters, because a long number would look like a card's.
        let letters = |mut number: u128| {
            let mut text = String::new();
            while number > 0 {
                text.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or_default()));
                number /= 26;
            }
            text
        };
        format!("{what}-{}-{}", letters(since.as_millis()), letters(u128::from(number) + 1))
    }
}
