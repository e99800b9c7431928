//! Where events are sent, and which: the configuration, and the endpoints with their secrets that follow from it.
//!
//! A secret is never part of the configuration. An endpoint without one is an error when a host starts, not an unsigned
//! event later.

use std::collections::{BTreeMap, BTreeSet};

use case::ids::TenantId;
use http::Uri;
use serde::{Deserialize, Serialize};

use super::{EventKind, HookSecret};
use crate::{
    address::{Address, AddressProblem},
    config::Config,
    retry::RetrySettings,
};

/// The name of the variable or secret that holds the secrets.
pub const SECRET: &str = "CASEWORKER_WEBHOOK_SECRET";
/// Secrets of one endpoint: the one in force, and the one before while receivers change over.
const SECRETS: usize = 2;

/// The events that leave, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookConfig {
    /// The endpoint of every tenant that has none of its own; none by default.
    pub url: Option<String>,
    /// Which events are sent; all where nothing is said.
    pub events: Option<BTreeSet<EventKind>>,
    /// How long one attempt may take, in milliseconds.
    pub attempt_ms: u32,
    /// When an event that failed is sent again.
    pub retry: RetrySettings,
    /// How long an event is tried before its case's events are given up until there is another, or they are replayed, in
    /// milliseconds.
    pub give_up_ms: i64,
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self {
            url: None,
            events: None,
            attempt_ms: 20_000,
            retry: RetrySettings { first_ms: 5_000, most_ms: 21_600_000 },
            give_up_ms: 3 * 86_400_000,
        }
    }
}

/// A tenant's own endpoint; what is not set is as for all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EndpointConfig {
    /// Where to.
    pub url: Option<String>,
    /// Which events; an empty list sends none.
    pub events: Option<BTreeSet<EventKind>>,
}

/// A setting of webhooks that cannot be used. No message repeats an address or a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HookConfigProblem {
    /// An endpoint's address.
    #[error("`{name}`: {why}")]
    Url {
        /// The setting.
        name: String,
        /// What is wrong.
        why: AddressProblem,
    },
    /// A service binding.
    #[error("`{0}` must be a URL: webhooks go over the network")]
    Binding(String),
    /// A number outside its range.
    #[error("`webhook.{name}` must be from {least} to {most}")]
    Range {
        /// The setting.
        name: &'static str,
        /// The least allowed.
        least: i64,
        /// The most allowed.
        most: i64,
    },
    /// The pauses.
    #[error("`webhook.retry`: `first_ms` must be from 1 to `most_ms`, and `most_ms` at most a day")]
    Retry,
    /// An endpoint without a secret.
    #[error("`{0}` is set, and {SECRET} holds no secret for it; `caseworker webhooks secret` makes one")]
    NoSecret(String),
    /// The list of secrets.
    #[error("{SECRET}, entry {entry}: {why}")]
    Secret {
        /// Which, from 1.
        entry: usize,
        /// What is wrong.
        why: &'static str,
    },
}

impl WebhookConfig {
    /// Checks everything but the secrets.
    ///
    /// # Errors
    /// The first [`HookConfigProblem`].
    pub fn check(&self, config: &Config) -> Result<(), HookConfigProblem> {
        for (name, url) in urls(config) {
            endpoint_url(&name, url, &config.insecure_hosts)?;
        }
        let ranges = [
            ("attempt_ms", i64::from(self.attempt_ms), 100, 60_000),
            ("give_up_ms", self.give_up_ms, 1_000, 30 * 86_400_000),
        ];
        if let Some(&(name, _, least, most)) =
            ranges.iter().find(|(_, value, least, most)| !(*least..=*most).contains(value))
        {
            return Err(HookConfigProblem::Range { name, least, most });
        }
        self.retry.check().map_err(|_| HookConfigProblem::Retry)
    }
}

/// Whether a tenant's endpoint is to be sent events of a kind.
#[must_use]
pub fn wants(config: &Config, tenant: &TenantId, kind: EventKind) -> bool {
    let own = config.tenants.get(tenant).and_then(|own| own.webhook.events.as_ref());
    own.or(config.webhook.events.as_ref()).is_none_or(|events| events.contains(&kind))
}

/// Every address that is set, with the setting's name.
fn urls(config: &Config) -> impl Iterator<Item = (String, &str)> {
    let all = config.webhook.url.as_deref().map(|url| ("webhook.url".to_owned(), url));
    let own = config
        .tenants
        .iter()
        .filter_map(|(tenant, own)| Some((format!("tenants.{tenant}.webhook.url"), own.webhook.url.as_deref()?)));
    all.into_iter().chain(own)
}

fn endpoint_url(name: &str, url: &str, insecure_hosts: &[String]) -> Result<Uri, HookConfigProblem> {
    let name = name.to_owned();
    match Address::parse(url, insecure_hosts) {
        Err(why) => Err(HookConfigProblem::Url { name, why }),
        Ok(Address::Binding(_)) => Err(HookConfigProblem::Binding(name)),
        Ok(Address::Url(_)) => {
            url.trim().parse().map_err(|_| HookConfigProblem::Url { name, why: AddressProblem::NotAUrl })
        }
    }
}

/// An endpoint, ready to be sent to.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Where.
    pub url: Uri,
    /// The secrets that every event is signed with, each by itself.
    pub secrets: Vec<HookSecret>,
}

/// The endpoints of a deployment.
#[derive(Debug, Clone, Default)]
pub struct Webhooks {
    /// That of all, where there is one, and those of single tenants; a target names one by its place.
    endpoints: Vec<Endpoint>,
    of_all: Option<u16>,
    of_tenants: BTreeMap<TenantId, u16>,
}

impl Webhooks {
    /// Puts the endpoints together. `secrets` is what [`SECRET`] holds: secrets with spaces between them, for the endpoint of
    /// all; with a tenant's name and `=` before it, for that tenant's own.
    ///
    /// # Errors
    /// A [`HookConfigProblem`].
    pub fn new(config: &Config, secrets: Option<&str>) -> Result<Self, HookConfigProblem> {
        let secrets = read_secrets(secrets.unwrap_or_default())?;
        let mut found = Self::default();
        if let Some(url) = &config.webhook.url {
            found.of_all = Some(found.add("webhook.url", url, secrets.get(&None), config)?);
        }
        for (tenant, own) in &config.tenants {
            if let Some(url) = &own.webhook.url {
                let name = format!("tenants.{tenant}.webhook.url");
                let place = found.add(&name, url, secrets.get(&Some(tenant.clone())), config)?;
                found.of_tenants.insert(tenant.clone(), place);
            }
        }
        Ok(found)
    }

    fn add(
        &mut self,
        name: &str,
        url: &str,
        secrets: Option<&Vec<HookSecret>>,
        config: &Config,
    ) -> Result<u16, HookConfigProblem> {
        let url = endpoint_url(name, url, &config.insecure_hosts)?;
        let secrets = secrets.cloned().ok_or_else(|| HookConfigProblem::NoSecret(name.to_owned()))?;
        let place = u16::try_from(self.endpoints.len()).unwrap_or(u16::MAX);
        self.endpoints.push(Endpoint { url, secrets });
        Ok(place)
    }

    /// The endpoint of a tenant, with its place.
    #[must_use]
    pub fn of(&self, tenant: &TenantId) -> Option<(u16, &Endpoint)> {
        let place = self.of_tenants.get(tenant).copied().or(self.of_all)?;
        Some((place, self.endpoints.get(usize::from(place))?))
    }

    /// The places of all endpoints.
    pub fn places(&self) -> impl Iterator<Item = u16> {
        0..u16::try_from(self.endpoints.len()).unwrap_or(u16::MAX)
    }
}

fn read_secrets(text: &str) -> Result<BTreeMap<Option<TenantId>, Vec<HookSecret>>, HookConfigProblem> {
    let mut secrets: BTreeMap<Option<TenantId>, Vec<HookSecret>> = BTreeMap::new();
    for (entry, item) in (1..).zip(text.split_whitespace()) {
        let wrong = |why| HookConfigProblem::Secret { entry, why };
        // Base64 may end in `=`, so that the name ends where the secret begins.
        let (tenant, secret) = match item.find("=whsec_") {
            Some(at) => {
                let (tenant, secret) = item.split_at(at);
                let tenant =
                    TenantId::parse(tenant).map_err(|_| wrong("what stands before `=` is no tenant's name"))?;
                (Some(tenant), secret.trim_start_matches('='))
            }
            None => (None, item),
        };
        let secret = HookSecret::parse(secret).map_err(|_| {
            wrong("not `whsec_` and 24 to 64 bytes in base64, with or without a tenant and `=` before it")
        })?;
        let of_tenant = secrets.entry(tenant).or_default();
        if of_tenant.len() >= SECRETS {
            return Err(wrong("an endpoint has two secrets at most, the second while receivers change over"));
        }
        of_tenant.push(secret);
    }
    Ok(secrets)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB";
    const TWO: &str = "whsec_AgICAgICAgICAgICAgICAgICAgICAgICAgI=";

    fn config(json: &str) -> Config {
        serde_json::from_str(json).unwrap()
    }

    fn problem(json: &str, secrets: &str) -> String {
        let config = config(json);
        let checked = config.webhook.check(&config).and_then(|()| Webhooks::new(&config, Some(secrets)).map(drop));
        checked.err().map(|problem| problem.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_tenants_own_endpoint_has_a_secret_of_its_own() {
        let both = r#"{"webhook":{"url":"https://all.example/h"},"tenants":{"acme":{"webhook":{"url":"https://acme.example/h"}},"b":{}}}"#;
        let config = config(both);
        let found = Webhooks::new(&config, Some(&format!("{ONE} {TWO}\nacme={TWO}"))).unwrap();
        let of = |tenant: &str| {
            let (place, endpoint) = found.of(&TenantId::parse(tenant).unwrap()).unwrap();
            (place, endpoint.url.to_string(), endpoint.secrets.len())
        };
        assert_eq!(of("acme"), (1, "https://acme.example/h".to_owned(), 1));
        assert_eq!(of("b"), (0, "https://all.example/h".to_owned(), 2));
        assert_eq!(found.places().collect::<Vec<_>>(), [0, 1]);
        assert!(problem(both, ONE).starts_with("`tenants.acme.webhook.url` is set"), "{}", problem(both, ONE));
        assert!(Webhooks::default().of(&TenantId::local()).is_none());
    }

    #[test]
    fn what_cannot_be_used_is_named_and_no_secret_is_repeated() {
        let url = r#"{"webhook":{"url":"https://all.example/h"}}"#;
        assert_eq!(problem(url, ONE), "");
        for (json, secrets, says) in [
            (url, "", "`webhook.url` is set"),
            (url, "hunter2hunter2", "entry 1"),
            (url, "whsec_AQEB", "entry 1"),
            (r#"{"webhook":{"url":"http://all.example"}}"#, ONE, "`webhook.url`: must start with https://"),
            (r#"{"webhook":{"url":"HOOKS"}}"#, ONE, "must be a URL"),
            (r#"{"webhook":{"attempt_ms":1}}"#, "", "`webhook.attempt_ms`"),
            (r#"{"webhook":{"give_up_ms":0}}"#, "", "`webhook.give_up_ms`"),
            (r#"{"webhook":{"retry":{"first_ms":0}}}"#, "", "`webhook.retry`"),
            (r#"{"tenants":{"acme":{"webhook":{"url":"https://u:p@x"}}}}"#, ONE, "`tenants.acme.webhook.url`"),
        ] {
            let said = problem(json, secrets);
            assert!(said.contains(says) && !said.contains("hunter2"), "{json}: {said}");
        }
        let three = format!("{ONE} {TWO} {ONE}");
        assert!(problem(url, &three).contains("entry 3"));
        assert!(problem(url, &format!("a/b={ONE}")).contains("no tenant's name"));
        assert!(serde_json::from_str::<Config>(r#"{"webhook":{"events":["case.burnt"]}}"#).is_err());
    }
}
