//! Identity fields. What Claude finds is checked against the texts that it was shown, sealed, and used when the profile
//! arrives; its values are in no entry.

use case::{
    draft::fields::{self as text, Sheet},
    entry::{Answer, Failure, Question, Speaker},
    identity::{Identity, extract::Extracted},
    ids::Reference,
    pii::Pii,
    prompts::{PromptFile, PromptKind},
    source::ProfileField,
    state::{Standing, State},
};
use claude::request::{Effort, Prompt};
use serde::{Deserialize, Serialize};

use super::{Answered, ask, sealed, unknown_prompt, unusable};
use crate::{
    file::Desk,
    perform::{Job, Performed, failed},
    ports::{CaseHost, CaseKey, ModelHost, Outside, TenantHost},
    setup::Setup,
    vault::{CaseVault, Doc},
};

/// An identity field that Claude found, as the vault keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundField {
    /// Which field.
    pub field: ProfileField,
    /// Its value.
    pub value: String,
    /// The document in which it stands; none for the customer's words.
    pub document: Option<Reference>,
}

/// The prompt for identity fields.
pub(super) fn prompt(policy: &PromptFile, model: &str, user: String, max_tokens: u32) -> Prompt {
    Prompt {
        model: model.to_owned(),
        max_tokens,
        system: policy.text.to_owned(),
        user,
        schema: text::schema(),
        effort: Effort::Low,
    }
}

/// Asks Claude for the identity fields in what the customer wrote and sent.
pub(crate) async fn extract(
    outside: &impl Outside,
    setup: &Setup,
    vault: &CaseVault,
    job: &Job,
    limit_ms: u64,
) -> Performed {
    let Question::Extract { model, prompt: pinned } = &job.ready.question else {
        return failed(outside, outside.now(), Failure::NotConfigured, None);
    };
    let Some(policy) = PromptKind::Extraction.pinned(pinned.as_ref()) else { return unknown_prompt(outside, job) };
    let prompt = prompt(policy, model, text::user(&job.sheets), job.max_tokens);
    let Answered { reply, call, took_ms } = match ask(outside, setup, job, &prompt, limit_ms).await {
        Ok(answered) => answered,
        Err(performed) => return performed,
    };
    let found = match text::read(&reply.text, &job.sheets) {
        Ok(found) => found,
        Err(problem) => return unusable(job, &problem, call, took_ms),
    };
    let identity = Identity { found: found.kept.iter().map(|kept| kept.field).collect(), ..Identity::default() };
    let fields = found.kept.into_iter().map(|kept| FoundField {
        field: kept.field,
        value: kept.value.reveal("sealing").clone(),
        document: kept.document,
    });
    match vault.seal(&Doc::Found { fields: fields.collect() }, outside) {
        Ok(doc) => {
            let (found, dropped) = (doc.hash.clone(), found.dropped);
            sealed(Answer::Extracted { identity, found, dropped, call }, doc)
        }
        Err(problem) => unusable(job, &problem, call, took_ms),
    }
}

impl<H: CaseHost + Outside + ModelHost + TenantHost> Desk<H> {
    /// What Claude may see of what the customer wrote and sent, the newest first: it is the one that counts.
    pub(crate) async fn sheets(&self, key: &CaseKey, vault: &CaseVault, state: &State) -> Vec<Sheet> {
        let mut sheets = Vec::new();
        for (_, hash, _) in state.words.iter().rev().filter(|(speaker, ..)| *speaker == Speaker::Customer) {
            if let Some(Doc::Words { text, documents, .. }) = self.document(key, Some(vault), hash).await {
                sheets.extend(text::sheets(&text, &documents));
            }
        }
        sheets
    }

    /// The identity fields that Claude found in what the customer said so far.
    pub(crate) async fn found_by_claude(&self, key: &CaseKey, vault: &CaseVault, state: &State) -> Vec<Extracted> {
        let mut fields = Vec::new();
        for ask in state.asks.values().filter(|ask| !ask.stale) {
            let Standing::Answered(Answer::Extracted { found, .. }) = &ask.standing else { continue };
            if let Some(Doc::Found { fields: found }) = self.document(key, Some(vault), found).await {
                let extracted = |found: FoundField| Extracted {
                    field: found.field,
                    value: Pii::new(found.value),
                    document: found.document,
                };
                fields.extend(found.into_iter().map(extracted));
            }
        }
        fields
    }
}
