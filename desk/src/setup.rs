//! What a host hands to the desk when it starts: configuration and secrets, read and checked.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use case::{
    actor::{Actor, Role},
    ids::{Digest, Subject, TenantId},
    local::LocalModel,
    prompts::PromptKind,
    settings::{AgentName, DeskSettings, Settings},
    source::Source,
};
use claude::{endpoint::Endpoint, key::ApiKey};

use crate::{
    breaker::Breakers,
    config::{Config, ConfigProblem, MODEL},
    console::Gate,
    hooks::{Webhooks, config::HookConfigProblem},
    ports::{Grant, Target},
    send::{NotAToken, Token},
    signin::Issuers,
    tenants::BudgetConfig,
    vault::MasterKey,
};

/// Who may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Anybody, as one local tenant: on loopback, or in local development.
    Open,
    /// Holders of keys.
    Keys,
    /// Nobody, with the remedy: deployed without keys.
    Closed(String),
}

/// A desk's configuration and secrets.
#[derive(Clone)]
pub struct Setup {
    /// The configuration.
    pub config: Config,
    /// The key of keys.
    pub master: MasterKey,
    /// The way to Claude, where there is a key.
    pub model: Option<Model>,
    /// Whether cases are worked with the sandbox bank.
    pub sandbox: bool,
    /// Sources that can be asked.
    pub sources: BTreeSet<Source>,
    /// Whether actions can be executed.
    pub actions: bool,
    /// The remote agents, each with the path of its address, before which ours is put.
    pub agents: BTreeMap<AgentName, String>,
    /// Bearer tokens, each for one target alone.
    pub tokens: BTreeMap<Target, Token>,
    /// Which targets are left alone for now.
    pub breakers: Arc<Breakers>,
    /// Who may call.
    pub access: Access,
    /// Who fails to sign in too often.
    pub gate: Arc<Gate>,
    /// Whose tokens are taken.
    pub issuers: Arc<Issuers>,
    /// A local model in place of the one this build carries.
    pub local: Option<Arc<LocalModel>>,
    /// Where events are sent.
    pub webhooks: Arc<Webhooks>,
}

/// The way to Claude.
#[derive(Clone)]
pub struct Model {
    /// Where the Messages API is.
    pub endpoint: Endpoint,
    /// The operator's key.
    pub key: ApiKey,
    /// Which model.
    pub name: String,
}

impl Setup {
    /// Puts a setup together from a checked configuration.
    ///
    /// # Errors
    /// A [`ConfigProblem`].
    pub fn new(config: Config, master: MasterKey, key: Option<ApiKey>, access: Access) -> Result<Self, ConfigProblem> {
        config.check()?;
        let url = config.anthropic_base_url.as_deref().unwrap_or(claude::endpoint::OFFICIAL);
        let endpoint = Endpoint::parse(url)
            .map_err(|error| ConfigProblem::Url { name: "anthropic_base_url".to_owned(), why: error.to_string() })?;
        let name = config.model.clone().unwrap_or_else(|| MODEL.to_owned());
        let sources = Source::ALL.into_iter().filter(|source| config.sources.contains_key(source.name())).collect();
        Ok(Self {
            model: key.map(|key| Model { endpoint, key, name }),
            sandbox: false,
            sources,
            actions: config.sources.contains_key("actions"),
            agents: config.agents.iter().map(|(name, agent)| (*name, path_of(&agent.at))).collect(),
            tokens: BTreeMap::new(),
            breakers: Arc::new(Breakers::new(config.breaker)),
            access,
            gate: Arc::default(),
            issuers: Arc::new(Issuers::new(&config.sign_in)),
            local: None,
            webhooks: Arc::default(),
            config,
            master,
        })
    }

    /// The same, worked with the sandbox bank: every source answers, and every case is marked.
    #[must_use]
    pub fn with_sandbox(mut self) -> Self {
        self.sandbox = true;
        self.sources = Source::ALL.into_iter().collect();
        self.actions = true;
        self.tokens.clear();
        self
    }

    /// The same, with bearer tokens; `secret` reads a secret by its name ([`token_name`]).
    ///
    /// # Errors
    /// The name of a secret that cannot be a token.
    pub fn with_tokens(mut self, secret: impl Fn(&str) -> Option<String>) -> Result<Self, (String, NotAToken)> {
        for target in Target::ALL.into_iter().filter(|target| !matches!(target, Target::Model | Target::Issuer)) {
            let name = token_name(target);
            if let Some(text) = secret(&name).filter(|text| !text.trim().is_empty()) {
                let token = Token::parse(&text).map_err(|problem| (name, problem))?;
                self.tokens.insert(target, token);
            }
        }
        Ok(self)
    }

    /// The same, with the receivers of webhooks; `secrets` is what [`crate::hooks::config::SECRET`] holds.
    ///
    /// # Errors
    /// A [`HookConfigProblem`].
    pub fn with_webhooks(mut self, secrets: Option<&str>) -> Result<Self, HookConfigProblem> {
        self.webhooks = Arc::new(Webhooks::new(&self.config, secrets)?);
        Ok(self)
    }

    /// The same, with a local model of the operator's own.
    #[must_use]
    pub fn with_local_model(mut self, local: Option<Arc<LocalModel>>) -> Self {
        self.local = local;
        self
    }

    /// The model of the local tier.
    #[must_use]
    pub fn local_model(&self) -> &LocalModel {
        self.local.as_deref().unwrap_or_else(|| LocalModel::embedded())
    }

    /// What the model may cost a tenant a day.
    #[must_use]
    pub fn budget(&self, tenant: &TenantId) -> BudgetConfig {
        let own = self.config.tenants.get(tenant).map(|config| config.budget).unwrap_or_default();
        own.or(self.config.budget)
    }

    /// Whether a target can be asked.
    #[must_use]
    pub fn is_configured(&self, target: Target) -> bool {
        match target {
            Target::Model => self.model.is_some(),
            Target::Source(source) => self.sources.contains(&source),
            Target::Actions => self.actions,
            Target::Issuer => !self.issuers.is_empty(),
            Target::Agent(agent) => self.agents.contains_key(&agent),
            Target::Webhook(place) => self.webhooks.places().any(|known| known == place),
        }
    }

    /// Every target that can be asked.
    pub fn targets(&self) -> impl Iterator<Item = Target> {
        let agents = self.agents.keys().copied().map(Target::Agent);
        let webhooks = self.webhooks.places().map(Target::Webhook);
        Target::ALL.into_iter().filter(|target| self.is_configured(*target)).chain(agents).chain(webhooks)
    }

    /// The settings that a tenant's case opened now is pinned to: those of the configuration, and a model only where
    /// there is a key for it, with the newest prompts where none are set, and the desk's defaults where nothing is said.
    #[must_use]
    pub fn settings(&self, tenant: &TenantId) -> Settings {
        let all = &self.config.settings;
        let mut settings = self.config.tenants.get(tenant).map_or_else(|| all.clone(), |config| config.over(all));
        settings.triage.model = self.model.as_ref().map(|model| model.name.clone());
        settings.writing.model =
            self.model.as_ref().map(|model| settings.writing.model.take().unwrap_or_else(|| model.name.clone()));
        let one_case_per_charge = !self.sandbox;
        settings.desk.get_or_insert_with(|| DeskSettings { one_case_per_charge, ..DeskSettings::default() });
        // A case without a model asks nothing, so it pins no prompt either.
        let in_use = |set: &Option<Digest>, kind: PromptKind, model: &Option<String>| {
            model.as_ref().and_then(|_| kind.in_use(set.as_ref()))
        };
        let (triage, writing) = (&mut settings.triage, &mut settings.writing);
        triage.prompt = in_use(&triage.prompt, PromptKind::Triage, &triage.model);
        writing.summary_prompt = in_use(&writing.summary_prompt, PromptKind::Summary, &writing.model);
        writing.extraction_prompt = in_use(&writing.extraction_prompt, PromptKind::Extraction, &writing.model);
        settings
    }
}

/// The name of the secret that holds a target's token: `CASEWORKER_SOURCE_LEDGER_TOKEN`, and so on.
#[must_use]
pub fn token_name(target: Target) -> String {
    format!("CASEWORKER_SOURCE_{}_TOKEN", target.name().to_ascii_uppercase())
}

/// The path of an address; empty for a service binding, behind which nothing is put before ours.
fn path_of(at: &str) -> String {
    let path = at.trim().split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| rest.split_at(at).1));
    path.unwrap_or_default().trim_end_matches('/').to_owned()
}

/// Who anybody is where access is open.
#[must_use]
pub fn local_grant() -> Grant {
    Grant { tenant: TenantId::local(), actor: Actor { subject: Subject::local(), role: Role::Admin } }
}
