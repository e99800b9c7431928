//! The one place where Claude is asked: words with tokens go out, an opinion comes back, and what the call cost.

use case::{
    entry::{Answer, Failure, ModelCall, Question},
    ids::{Digest, Reference},
    limits,
    triage::prompt,
};
use claude::{
    limits::REPLY_BYTES_MAX,
    price,
    reply::{Reply, Usage, read_reply},
    request::{Effort, Prompt, messages_request},
};

use crate::{
    perform::{Job, Performed, failed},
    ports::{Outside, Target},
    send::{NoReply, send},
    setup::Setup,
    vault::{CaseVault, Doc},
};

/// The prompt for a triage of these words.
fn triage_prompt(model: &str, words: &str, repair: bool, max_tokens: u32) -> Prompt {
    // Words beyond what a model needs to sort a request would only cost.
    let words: String = words.chars().take(limits::TEXT_CHARS).collect();
    Prompt {
        model: model.to_owned(),
        max_tokens,
        system: prompt::SYSTEM.to_owned(),
        user: prompt::user(&words, repair),
        schema: prompt::schema(),
        effort: Effort::Low,
    }
}

/// The most that one triage of these words can cost, in nano-dollars; 0 where the price table does not know the model.
#[must_use]
pub fn worst_case_nano_dollars(model: &str, words: &str, max_tokens: u32) -> u64 {
    let prompt = triage_prompt(model, words, true, max_tokens);
    let bytes = prompt.stable_prefix().len() + prompt.user.len();
    price::worst_case_nano_dollars(model, bytes, max_tokens).unwrap_or(0)
}

/// Asks Claude what a request is about.
pub(crate) async fn triage(
    outside: &impl Outside,
    setup: &Setup,
    vault: &CaseVault,
    job: &Job,
    repair: bool,
    limit_ms: u64,
) -> Performed {
    let started = outside.now();
    let (Question::Triage { model: asked, .. }, Some(model)) = (&job.ready.question, &setup.model) else {
        return failed(outside, started, Failure::NotConfigured, None);
    };
    let prompt = triage_prompt(asked, &job.heard.joined(), repair, job.max_tokens);
    let traceparent = job.traceparent();
    let Ok(request) = messages_request(&model.endpoint, &model.key, &prompt, traceparent.as_deref()) else {
        return failed(outside, started, Failure::Refused, None);
    };
    let reply = match send(outside, setup, Target::Model, request, limit_ms, REPLY_BYTES_MAX).await {
        Err(NoReply { failure, retry_after_ms }) => return failed(outside, started, failure, retry_after_ms),
        Ok(reply) => read_reply(reply.status().as_u16(), reply.headers(), reply.body()),
    };
    let took_ms = outside.now().since(started);
    match reply {
        Ok(reply) => opinion(outside, vault, &prompt, &reply, took_ms),
        Err(failure) => {
            tracing::warn!(ask = %job.ready.id, attempt = job.ready.attempt, %failure, "Claude did not answer usably");
            Performed { answer: failed_answer(&prompt, failure, took_ms), sealed: Vec::new() }
        }
    }
}

fn opinion(outside: &impl Outside, vault: &CaseVault, prompt: &Prompt, reply: &Reply, took_ms: i64) -> Performed {
    let call = call(prompt, Some(&reply.model), reply.request_id.as_deref(), reply.usage);
    let unusable = |call| {
        let failure = Failure::Unusable;
        let answer = Answer::Failed { failure, retry_after_ms: None, call: Some(call), took_ms };
        Performed { answer, sealed: Vec::new() }
    };
    let opinion = match prompt::read(&reply.text) {
        Ok(opinion) => opinion,
        Err(problem) => {
            tracing::warn!(%problem, "Claude's answer cannot be used");
            return unusable(call);
        }
    };
    let Ok(sealed) = vault.seal(&Doc::Reason { text: opinion.reason }, outside) else { return unusable(call) };
    let reason = sealed.hash.clone();
    let answer = Answer::Opinion { label: opinion.label, confidence: opinion.confidence, reason, call };
    Performed { answer, sealed: vec![sealed] }
}

fn failed_answer(prompt: &Prompt, failure: claude::failure::Failure, took_ms: i64) -> Answer {
    use claude::failure::Failure as Wire;
    let (failure, retry_after_ms, call) = match failure {
        Wire::NotRetryable { .. } => (Failure::Refused, None, None),
        Wire::Retryable { retry_after_ms, .. } => {
            (Failure::Unavailable, retry_after_ms.and_then(|ms| i64::try_from(ms).ok()), None)
        }
        Wire::Unusable { usage, request_id, .. } => {
            (Failure::Unusable, None, usage.map(|usage| call(prompt, None, request_id.as_deref(), usage)))
        }
    };
    Answer::Failed { failure, retry_after_ms, call, took_ms }
}

fn call(prompt: &Prompt, answered: Option<&str>, request_id: Option<&str>, usage: Usage) -> ModelCall {
    let unnamed = || Reference::parse("unnamed").expect("a plain word is a reference");
    let named = |name: &str| Reference::parse(name).ok();
    ModelCall {
        // The name comes from outside: one that is no plain name makes way for the one that was asked.
        model: answered.and_then(named).or_else(|| named(&prompt.model)).unwrap_or_else(unnamed),
        prompt: Digest::of(prompt.stable_prefix().as_bytes()),
        request_id: request_id.and_then(|id| Reference::parse(id).ok()),
        input_tokens: usage.input_tokens,
        output_tokens: usage.output_tokens,
        cache_read_tokens: usage.cache_read_input_tokens,
        cost_nano_dollars: price::cost_nano_dollars(&prompt.model, &usage),
        prices: price::table_version().to_owned(),
    }
}
