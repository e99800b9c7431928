//! A summary in sentences. What Claude writes is judged before it is sealed: sentences that their citations do not bear
//! out are gone then, and nobody can show them by mistake.

use case::{
    draft::{self, prompt as text},
    entry::{Answer, Failure, Question},
    prompts::{PromptFile, PromptKind},
};
use claude::request::{Effort, Prompt};

use super::{Answered, ask, sealed, unknown_prompt, unusable};
use crate::{
    perform::{Job, Performed, failed},
    ports::Outside,
    setup::Setup,
    vault::{CaseVault, Doc},
};

/// The prompt for a summary.
pub(super) fn prompt(policy: &PromptFile, model: &str, user: String, max_tokens: u32) -> Prompt {
    Prompt {
        model: model.to_owned(),
        max_tokens,
        system: policy.text.to_owned(),
        user,
        schema: text::schema(),
        effort: Effort::Medium,
    }
}

/// Asks Claude for the summary of a proposal.
pub(crate) async fn draft(
    outside: &impl Outside,
    setup: &Setup,
    vault: &CaseVault,
    job: &Job,
    limit_ms: u64,
) -> Performed {
    let (Question::Draft { model, prompt: pinned, .. }, Some(brief)) = (&job.ready.question, &job.brief) else {
        return failed(outside, outside.now(), Failure::NotConfigured, None);
    };
    let Some(policy) = PromptKind::Summary.pinned(pinned.as_ref()) else { return unknown_prompt(outside, job) };
    let prompt = prompt(policy, model, brief.user.clone(), job.max_tokens);
    let Answered { reply, call, took_ms } = match ask(outside, setup, job, &prompt, limit_ms).await {
        Ok(answered) => answered,
        Err(performed) => return performed,
    };
    let drafted = match draft::read(reply.text.words("it is held against its schema and its grounds"), &brief.texts) {
        Ok(drafted) => drafted,
        Err(problem) => return unusable(job, &problem, call, took_ms),
    };
    let (kept, dropped) = (u32::try_from(drafted.kept.len()).unwrap_or(u32::MAX), drafted.dropped);
    match vault.seal_known(Doc::Draft { sentences: drafted.kept }, outside) {
        Ok(doc) => sealed(Answer::Drafted { draft: doc.hash.clone(), kept, dropped, call }, doc),
        Err(problem) => unusable(job, &problem, call, took_ms),
    }
}
