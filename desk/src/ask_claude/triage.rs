//! What a request is about.

use case::{
    draft::check::is_reason,
    entry::{Answer, Failure, Question},
    limits,
    prompts::{PromptFile, PromptKind},
    triage::prompt as text,
};
use claude::request::{Effort, Prompt};

use super::{Answered, ask, sealed, unknown_prompt, unusable};
use crate::{
    perform::{Job, Performed, failed},
    ports::Outside,
    setup::Setup,
    vault::{CaseVault, Doc},
};

/// The prompt for a triage of these words.
pub(super) fn prompt(policy: &PromptFile, model: &str, words: &str, repair: bool, max_tokens: u32) -> Prompt {
    // Words beyond what a model needs to sort a request would only cost.
    let words: String = words.chars().take(limits::TEXT_CHARS).collect();
    Prompt {
        model: model.to_owned(),
        max_tokens,
        system: policy.text.to_owned(),
        user: text::user(&words, repair),
        schema: text::schema(),
        effort: Effort::Low,
    }
}

/// Asks Claude what a request is about.
pub(crate) async fn triage(
    outside: &impl Outside,
    setup: &Setup,
    vault: &CaseVault,
    job: &Job,
    limit_ms: u64,
) -> Performed {
    let Question::Triage { model, repair, prompt: pinned, .. } = &job.ready.question else {
        return failed(outside, outside.now(), Failure::NotConfigured, None);
    };
    let Some(policy) = PromptKind::Triage.pinned(pinned.as_ref()) else { return unknown_prompt(outside, job) };
    let Some(words) = &job.words else { return failed(outside, outside.now(), Failure::NoProfile, None) };
    let prompt = prompt(policy, model, words, *repair, job.max_tokens);
    let Answered { reply, call, took_ms } = match ask(outside, setup, job, &prompt, limit_ms).await {
        Ok(answered) => answered,
        Err(performed) => return performed,
    };
    let opinion = match text::read(reply.text.words("it is held against its schema and its grounds")) {
        Ok(opinion) => opinion,
        Err(problem) => return unusable(job, &problem, call, took_ms),
    };
    // What it says for it is shown to people. A reason that holds what the words do not is no reason, and is not kept.
    let reason = Some(opinion.reason.into_inner("it is judged, and sealed"))
        .filter(|reason| is_reason(reason, words))
        .unwrap_or_default();
    match vault.seal_known(Doc::Reason { text: reason }, outside) {
        Ok(doc) => {
            let (label, confidence, reason) = (opinion.label, opinion.confidence, doc.hash.clone());
            sealed(Answer::Opinion { label, confidence, reason, call }, doc)
        }
        Err(problem) => unusable(job, &problem, call, took_ms),
    }
}
