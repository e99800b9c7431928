//! Claude, asked about a row by the code that works cases: the same prompt, redaction, repair, retries and reading of the
//! answer. A case is opened in memory for each row and let go.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use case::{
    case::Case,
    entry::{Answer, Basis, Entry, ModelCall},
    ids::CaseId,
    journal,
    label::Scored,
};
use claude::price;
use desk::{
    config::MODEL,
    file::{Decision, Desk, Newness},
    intake,
    ports::{CaseHost as _, CaseKey, Switch},
    problem::Problem,
    request::{Preferences, Request},
    setup::{Access, Setup, local_grant},
    tenants::BudgetConfig,
    vault::MasterKey,
};
use eval::{Call, DecidedBy, Judged};
use serde_json::json;

use super::local::Read;
use crate::{
    engine,
    exit::{Exit, Failure},
    limits,
    memory::{Memory, Purse},
    metrics::Metrics,
    outside::{self, World},
    settings::Settings,
    store::{Shelf, is_data_folder, model},
};

/// About which rows Claude is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Ask {
    /// Those that the local tier is not sure of
    Unsure,
    /// All, so that every promised error can be compared
    All,
}

/// The way to Claude, and the purse.
pub(super) struct Claude {
    ask: Ask,
    model: String,
    world: Arc<World>,
    setup: Arc<Setup>,
    switch: Option<Switch>,
    purse: Arc<Purse>,
}

/// The version of the price table.
pub(super) fn prices() -> &'static str {
    price::table_version()
}

impl Claude {
    /// Prepares for asking, with at most so many US dollars.
    pub(super) fn open(settings: &Settings, ask: Ask, budget_usd: f64) -> Result<Self, Failure> {
        let failed = |what: String| Failure::new(Exit::Settings, what);
        let key = settings.api_key()?;
        if key.is_none() {
            return Err(failed(
                "--claude needs ANTHROPIC_API_KEY; without it only the local tier can be asked".to_owned(),
            ));
        }
        let mut config = settings.config.clone();
        let model = config.model.clone().unwrap_or_else(|| MODEL.to_owned());
        if price::worst_case_nano_dollars(&model, 1, 1).is_none() {
            let message = format!("the price table does not know {model}, so no budget can be kept");
            return Err(failed(message));
        }
        // The run has a budget of its own; a day's budget of the tenant's is not touched.
        let nano_dollars = (budget_usd * 1e9) as u64;
        config.budget = BudgetConfig { nano_dollars_per_day: Some(nano_dollars), tokens_per_day: None };
        for tenant in config.tenants.values_mut() {
            tenant.budget = BudgetConfig::default();
        }
        let connections = config.connections;
        let metrics = Arc::new(Metrics::default());
        let world = World::new(engine::http(settings)?, BTreeMap::new(), None, connections, metrics);
        let master = MasterKey::parse(&MasterKey::generate(&world)).map_err(|error| failed(error.to_string()))?;
        let setup = Setup::new(config, master, key, Access::Open).map_err(|error| failed(error.to_string()))?;
        let has_folder = is_data_folder(&settings.data);
        let switch = if has_folder { Shelf::read(&settings.data)?.run(model::switch)? } else { None };
        if setup.config.model_off || switch.as_ref().is_some_and(|switch| switch.off) {
            return Err(failed("the model is switched off; `caseworker model on` turns it on".to_owned()));
        }
        let purse = Arc::new(Purse::default());
        Ok(Self { ask, model, world: Arc::new(world), setup: Arc::new(setup), switch, purse })
    }

    /// The model's name.
    pub(super) fn model(&self) -> &str {
        &self.model
    }

    /// What becomes of a row: the local tier's where it is sure, and else Claude's.
    pub(super) async fn judge(&self, text: &str, read: &Read) -> Result<Judged, Failure> {
        let by_local = read.judged();
        if read.reading.sure && self.ask == Ask::Unsure {
            return Ok(by_local);
        }
        let start = Instant::now();
        let Some((best, basis, mut call)) = self.ask(text, read).await? else { return Ok(by_local) };
        call.took_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        if matches!(basis, Basis::ClaudeSure | Basis::ClaudeUnsure) {
            call.answer = Some(best);
            call.sure = basis == Basis::ClaudeSure;
        }
        Ok(match basis {
            _ if read.reading.sure => Judged { call: Some(call), ..by_local },
            Basis::ClaudeSure => Judged { best, decided_by: DecidedBy::Claude, call: Some(call), ..by_local },
            Basis::ClaudeUnsure => Judged { best, call: Some(call), ..by_local },
            // Nobody usable was heard: the local tier's label stands, and a person decides.
            _ => Judged { call: Some(call), ..by_local },
        })
    }

    /// Opens a case with these words and waits until it is triaged; nothing where Claude was not asked, because the
    /// budget is spent.
    async fn ask(&self, text: &str, read: &Read) -> Result<Option<(Scored, Basis, Call)>, Failure> {
        let host = Arc::new(Memory::new(Arc::clone(&self.world), self.switch.clone(), Arc::clone(&self.purse)));
        let desk = Desk::new(host, Arc::clone(&self.setup));
        let mut bytes = [0; 16];
        outside::random(&mut bytes);
        let key = CaseKey { tenant: local_grant().tenant, case: CaseId::from_random(bytes) };
        let body = json!({ "text": text }).to_string();
        let opened = self.open_case(&desk, &key, body.as_bytes(), read).await;
        opened
            .map_err(|problem| Failure::new(Exit::Usage, format!("a row cannot be asked about: {}", problem.detail)))?;
        desk.wait_for_rest(&key, limits::CLASSIFY_MS).await;
        let failed = |what: String| Failure::new(Exit::Storage, what);
        let outcome = desk.look(&key, |open| open.case.state().outcome.clone()).await;
        let stored = desk.host.read(&key).await.map_err(|error| failed(error.to_string()))?.unwrap_or_default();
        let lines =
            journal::read(stored.lines.iter().map(String::as_str)).map_err(|fault| failed(fault.to_string()))?;
        let call = call(lines.iter().map(|line| &line.entry));
        let outcome = outcome.map_err(|problem| failed(problem.detail))?;
        Ok(outcome.zip(call).map(|(outcome, call)| {
            let best = Scored { label: outcome.label, confidence: outcome.confidence };
            (best, outcome.basis, call)
        }))
    }

    /// The case reads what the evaluated model reads, and is not sure, whoever else may be: who is asked is decided here.
    async fn open_case(&self, desk: &Desk<Memory>, key: &CaseKey, body: &[u8], read: &Read) -> Result<(), Problem> {
        let request = Request::read(body)?;
        let grant = local_grant();
        desk.open(key, Newness::Unknown, |vault, at| {
            let what = (&request, &Preferences::default(), body);
            let (case, decision) = intake::open(&*self.world, &self.setup, key, &grant, what, vault, at)?;
            let mut opened = case.state().opened.clone();
            opened.words.reading = read.reading.clone();
            opened.words.reading.sure = false;
            let (case, step) = Case::open(opened, at);
            Ok((case, Decision { step, sealed: decision.sealed }))
        })
        .await?;
        Ok(())
    }
}

/// What all calls of a case came to; nothing where there was none.
fn call<'a>(entries: impl Iterator<Item = &'a Entry>) -> Option<Call> {
    let mut sum = Call::default();
    let mut any = false;
    for entry in entries {
        let Entry::Answered { answer, .. } = entry else { continue };
        let call = match answer {
            Answer::Opinion { label, confidence, call, .. } => {
                sum.said = Some(Scored { label: *label, confidence: *confidence });
                Some(call)
            }
            Answer::Failed { call, failure, .. } => {
                any |= *failure != case::entry::Failure::NotConfigured;
                call.as_ref()
            }
            _ => None,
        };
        if let Some(ModelCall { input_tokens, output_tokens, cache_read_tokens, cost_nano_dollars, .. }) = call {
            any = true;
            sum.input_tokens += input_tokens;
            sum.output_tokens += output_tokens;
            sum.cache_read_tokens += cache_read_tokens;
            sum.nano_dollars += cost_nano_dollars.unwrap_or_default();
        }
    }
    any.then_some(sum)
}
