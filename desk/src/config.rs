//! The configuration that both hosts share: TOML natively, one JSON binding on Workers. Decision settings are pinned
//! in each case; the rest concerns the host only. Secrets are not here: they come from the environment.

use std::collections::BTreeMap;

use case::{
    ids::TenantId,
    settings::{AgentName, Settings, SettingsProblem},
};
use serde::{Deserialize, Serialize};

use crate::{
    address::{Address, check_host},
    breaker::{BreakerProblem, BreakerSettings},
    hooks::{WebhookConfig, config::HookConfigProblem},
    ports::Target,
    retry::{RetryProblem, RetrySettings},
    signin::{self, SignInConfig, SignInProblem},
    tenants::{BudgetConfig, TenantConfig},
};

/// Everything an operator configures, but for secrets.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How cases are decided.
    pub settings: Settings,
    /// Which sources there are, by name (`ledger`, `profile`, `risk`, `merchants`, `policy`, `actions`): natively
    /// base URLs, on Workers names of service bindings or base URLs.
    pub sources: BTreeMap<String, String>,
    /// Remote agents by the names under which [`Settings::agents`] asks them.
    pub agents: BTreeMap<AgentName, AgentConfig>,
    /// Hosts that may be reached without encryption; none by default, and this machine always.
    pub insecure_hosts: Vec<String>,
    /// When a target that fails is left alone.
    pub breaker: BreakerSettings,
    /// When what failed on this side is tried again: waking a case, sending its row to the docket.
    pub retry: RetrySettings,
    /// Calls at once to one target; more of them wait, and their time runs. On Workers the platform has its own limit.
    pub connections: u32,
    /// What holds for one tenant alone.
    pub tenants: BTreeMap<TenantId, TenantConfig>,
    /// What the model may cost each tenant a day, where the tenant's own budget says nothing.
    pub budget: BudgetConfig,
    /// Whether the model is off, whatever the switch says.
    pub model_off: bool,
    /// Origins that browsers may call from; none by default.
    pub cors_origins: Vec<String>,
    /// The base URL of the Messages API, where it is not Anthropic's.
    pub anthropic_base_url: Option<String>,
    /// Which model triage asks when there is a key; Haiku 5.5 by default.
    pub model: Option<String>,
    /// Whose tokens are taken in place of a key; nobody's by default.
    pub sign_in: Vec<SignInConfig>,
    /// Who is told what happens to cases; nobody by default.
    pub webhook: WebhookConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            sources: BTreeMap::new(),
            agents: BTreeMap::new(),
            insecure_hosts: Vec::new(),
            breaker: BreakerSettings::default(),
            retry: RetrySettings::default(),
            connections: 128,
            tenants: BTreeMap::new(),
            budget: BudgetConfig::default(),
            model_off: false,
            cors_origins: Vec::new(),
            anthropic_base_url: None,
            model: None,
            sign_in: Vec::new(),
            webhook: WebhookConfig::default(),
        }
    }
}

/// Where a remote agent is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentConfig {
    /// A base URL, or on Workers the name of a service binding, by the rules of a source's.
    pub at: String,
}

/// The model that triage asks by default.
pub const MODEL: &str = "claude-haiku-5-5";

/// The most calls at once to one target that an operator may allow.
const CONNECTIONS: u32 = 10_000;

/// The names that [`Config::sources`] may hold.
pub const SOURCES: [&str; 6] = ["ledger", "profile", "risk", "merchants", "policy", "actions"];

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigProblem {
    /// A decision setting.
    #[error("settings: {0}")]
    Settings(#[from] SettingsProblem),
    /// A decision setting of one tenant.
    #[error("tenants.{tenant}: {problem}")]
    Tenant {
        /// Whose.
        tenant: TenantId,
        /// What is wrong.
        problem: SettingsProblem,
    },
    /// A breaker's setting.
    #[error(transparent)]
    Breaker(#[from] BreakerProblem),
    /// The pauses between tries.
    #[error(transparent)]
    Retry(#[from] RetryProblem),
    /// A number outside its range.
    #[error("`{name}` must be between {least} and {most}")]
    Range {
        /// The setting.
        name: &'static str,
        /// The least allowed.
        least: u32,
        /// The most allowed.
        most: u32,
    },
    /// A source that nobody asks.
    #[error("`sources.{0}` is not a source; the sources are {list}", list = SOURCES.join(", "))]
    Source(String),
    /// An entry of `sign_in`.
    #[error("sign_in, entry {entry}: {problem}")]
    SignIn {
        /// Which, from 1.
        entry: usize,
        /// What is wrong.
        problem: SignInProblem,
    },
    /// An agent that is asked and has no address.
    #[error("`settings.agents` names the agent `{0}`, and `agents.{0}` says nothing of where it is")]
    Agent(AgentName),
    /// A setting of webhooks.
    #[error(transparent)]
    Webhook(#[from] HookConfigProblem),
    /// A base URL that cannot be used.
    #[error("`{name}`: {why}")]
    Url {
        /// The setting.
        name: String,
        /// What is wrong.
        why: String,
    },
}

impl Config {
    /// Checks everything that can be checked without the outside.
    ///
    /// # Errors
    /// The first [`ConfigProblem`].
    pub fn check(&self) -> Result<(), ConfigProblem> {
        self.settings.check()?;
        for (tenant, config) in &self.tenants {
            let checked = config.over(&self.settings).check();
            checked.map_err(|problem| ConfigProblem::Tenant { tenant: tenant.clone(), problem })?;
        }
        if let Some(name) = self.sources.keys().find(|name| !SOURCES.contains(&name.as_str())) {
            return Err(ConfigProblem::Source(name.clone()));
        }
        for (name, address) in &self.sources {
            Address::parse(address, &self.insecure_hosts)
                .map_err(|error| ConfigProblem::Url { name: format!("sources.{name}"), why: error.to_string() })?;
        }
        self.check_agents()?;
        self.breaker.check()?;
        self.retry.check()?;
        self.webhook.check(self)?;
        signin::check(&self.sign_in, &self.insecure_hosts)
            .map_err(|(at, problem)| ConfigProblem::SignIn { entry: at + 1, problem })?;
        if !(1..=CONNECTIONS).contains(&self.connections) {
            return Err(ConfigProblem::Range { name: "connections", least: 1, most: CONNECTIONS });
        }
        if let Some(url) = &self.anthropic_base_url {
            let name = "anthropic_base_url".to_owned();
            let endpoint = claude::endpoint::Endpoint::parse(url)
                .map_err(|error| ConfigProblem::Url { name: name.clone(), why: error.to_string() })?;
            check_host(endpoint.host()).map_err(|error| ConfigProblem::Url { name, why: error.to_string() })?;
        }
        Ok(())
    }

    /// Where everything is, by [`Target::name`]: sources, the actions endpoint and agents.
    #[must_use]
    pub fn addresses(&self) -> BTreeMap<String, String> {
        let agents =
            self.agents.iter().map(|(name, agent)| (Target::Agent(*name).name().into_owned(), agent.at.clone()));
        self.sources.clone().into_iter().chain(agents).collect()
    }

    fn check_agents(&self) -> Result<(), ConfigProblem> {
        for (name, agent) in &self.agents {
            Address::parse(&agent.at, &self.insecure_hosts)
                .map_err(|error| ConfigProblem::Url { name: format!("agents.{name}.at"), why: error.to_string() })?;
        }
        match self.settings.agents.names().find(|name| !self.agents.contains_key(name)) {
            Some(unknown) => Err(ConfigProblem::Agent(unknown)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str) -> Result<(), ConfigProblem> {
        serde_json::from_str::<Config>(json).unwrap().check()
    }

    #[test]
    fn an_agent_that_is_asked_has_an_address_like_a_sources() {
        let asked = r#""settings":{"agents":{"specialists":{"dispute_summary":"far"}}}"#;
        assert_eq!(check(&format!("{{{asked}}}")).unwrap_err().to_string().split(',').count(), 2);
        assert_eq!(check(&format!(r#"{{{asked},"agents":{{"far":{{"at":"https://agents.example/x"}}}}}}"#)), Ok(()));
        assert_eq!(check(&format!(r#"{{{asked},"agents":{{"far":{{"at":"AGENTS"}}}}}}"#)), Ok(()));
        let open = check(r#"{"agents":{"far":{"at":"http://agents.example"}}}"#);
        assert!(matches!(open, Err(ConfigProblem::Url { name, .. }) if name == "agents.far.at"));
    }
}
