//! The one place where Claude is asked: a prompt goes out, an answer comes back, and what the call cost. What is asked
//! and how an answer is read is said in [`case`]; each job has a file of its own here. A new attempt is the case's
//! decision, never this module's.

mod draft;
mod extract;
mod triage;

pub use self::extract::FoundField;
pub(crate) use self::{draft::draft, extract::extract, triage::triage};

use case::{
    entry::{Answer, Failure, ModelCall},
    ids::{Digest, Reference},
    limits,
    prompts::PromptKind,
    settings::Settings,
};
use claude::{
    limits::REPLY_BYTES_MAX,
    price,
    reply::{Reply, Usage, read_reply},
    request::{Prompt, messages_request},
};

use crate::{
    perform::{Job, Performed, VEIL_BYTES, failed},
    ports::{Outside, Sealed, Target},
    send::{NoReply, send},
    setup::Setup,
};

/// The most that one triage of these words can cost, in nano-dollars; 0 without a model, or where the price table does
/// not know it.
#[must_use]
pub fn triage_nano_dollars(settings: &Settings, words: &str) -> u64 {
    let ask = &settings.triage;
    ask.model.as_ref().zip(PromptKind::Triage.pinned(ask.prompt.as_ref())).map_or(0, |(model, policy)| {
        let prompt = triage::prompt(policy, model, words, true, ask.max_tokens);
        worst_case(&prompt, prompt.user.len() + VEIL_BYTES)
    })
}

/// The most that a call for a summary or for identity fields can cost, in nano-dollars, whatever the case holds.
#[must_use]
pub fn writing_nano_dollars(settings: &Settings) -> u64 {
    let ask = &settings.writing;
    let policies = PromptKind::Summary
        .pinned(ask.summary_prompt.as_ref())
        .zip(PromptKind::Extraction.pinned(ask.extraction_prompt.as_ref()));
    ask.model.as_ref().zip(policies).map_or(0, |(model, (of_summary, of_fields))| {
        let summary = draft::prompt(of_summary, model, String::new(), ask.max_tokens);
        let fields = extract::prompt(of_fields, model, String::new(), ask.max_tokens);
        worst_case(&summary, limits::DRAFT_BYTES).max(worst_case(&fields, limits::EXTRACT_BYTES))
    })
}

fn worst_case(prompt: &Prompt, user_bytes: usize) -> u64 {
    let bytes = prompt.stable_prefix().len() + user_bytes;
    price::worst_case_nano_dollars(&prompt.model, bytes, prompt.max_tokens).unwrap_or(0)
}

/// A reply that came, with what it cost and how long it took.
struct Answered {
    reply: Reply,
    call: ModelCall,
    took_ms: i64,
}

/// Sends a prompt. What is no usable reply is the answer of the ask already.
async fn ask(
    outside: &impl Outside,
    setup: &Setup,
    job: &Job,
    prompt: &Prompt,
    limit_ms: u64,
) -> Result<Answered, Performed> {
    let started = outside.now();
    let Some(model) = &setup.model else { return Err(failed(outside, started, Failure::NotConfigured, None)) };
    let traceparent = job.traceparent();
    let request = messages_request(&model.endpoint, &model.key, prompt, traceparent.as_deref())
        .map_err(|_| failed(outside, started, Failure::Refused, None))?;
    let reply = match send(outside, setup, Target::Model, request, (limit_ms, job.turn()), REPLY_BYTES_MAX).await {
        Err(NoReply { failure, retry_after_ms }) => return Err(failed(outside, started, failure, retry_after_ms)),
        Ok(reply) => read_reply(reply.status().as_u16(), reply.headers(), reply.body()),
    };
    let took_ms = outside.now().since(started);
    match reply {
        Ok(reply) => {
            let call = call(prompt, Some(&reply.model), reply.request_id.as_deref(), reply.usage);
            Ok(Answered { reply, call, took_ms })
        }
        Err(failure) => {
            let (failed, request_id) = (failure.name(), failure.request_id().and_then(known_id));
            let request_id = request_id.as_ref().map(Reference::as_str);
            tracing::warn!(ask = %job.ready.id, attempt = job.ready.attempt, failed, request_id, "Claude did not answer usably");
            Err(Performed { answer: failed_answer(prompt, failure, took_ms), sealed: Vec::new() })
        }
    }
}

/// The answer where Claude said something that is not what it was asked for.
fn unusable(job: &Job, problem: &impl std::fmt::Display, call: ModelCall, took_ms: i64) -> Performed {
    tracing::warn!(ask = %job.ready.id, %problem, "Claude's answer cannot be used");
    let failure = Failure::Unusable;
    let answer = Answer::Failed { failure, retry_after_ms: None, call: Some(call), took_ms };
    Performed { answer, sealed: Vec::new() }
}

/// The answer where this build does not have the prompt that the case is pinned to: nobody could say what was asked.
fn unknown_prompt(outside: &impl Outside, job: &Job) -> Performed {
    tracing::error!(ask = %job.ready.id, "this build does not have the prompt that the case names; a newer one opened it");
    failed(outside, outside.now(), Failure::NotConfigured, None)
}

/// An answer with the one text that it names.
fn sealed(answer: Answer, sealed: Sealed) -> Performed {
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
    let named = |name: &str| Reference::parse(name).ok();
    // It comes from outside and would stay in the journal: only a version of the model that was asked has a name there.
    let is_version = |name: &&str| name.strip_prefix(prompt.model.as_str()).is_some_and(is_version_of);
    ModelCall {
        model: answered
            .filter(is_version)
            .and_then(named)
            .or_else(|| named(&prompt.model))
            .unwrap_or_else(|| Reference::plain("unnamed")),
        prompt: Digest::of(prompt.stable_prefix().as_bytes()),
        request_id: request_id.and_then(known_id),
        input_tokens: usage.input_tokens,
        output_tokens: usage.output_tokens,
        cache_read_tokens: usage.cache_read_input_tokens,
        cost_nano_dollars: price::cost_nano_dollars(&prompt.model, &usage),
        prices: price::table_version().to_owned(),
    }
}

/// The id of a request, where it has the service's form and holds nobody's number: it comes from outside, and goes into
/// journals and logs.
fn known_id(id: &str) -> Option<Reference> {
    Reference::from_caller(id).ok().filter(|_| id.starts_with("req_"))
}

/// Whether this is what a model's name may end with in an answer: nothing, or the day of its version.
fn is_version_of(end: &str) -> bool {
    let day = end.strip_prefix('-').or_else(|| end.strip_prefix('@')).unwrap_or_default();
    let is_day = day.len() == 8 && day.starts_with("20") && day.bytes().all(|byte| byte.is_ascii_digit());
    end.is_empty() || is_day
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(answered: &str, request_id: &str) -> (String, Option<String>) {
        let prompt = Prompt {
            model: "claude-haiku-5-5".to_owned(),
            max_tokens: 1,
            system: String::new(),
            user: String::new(),
            schema: serde_json::Value::Null,
            effort: claude::request::Effort::Low,
        };
        let call = call(&prompt, Some(answered), Some(request_id), Usage::default());
        (call.model.as_str().to_owned(), call.request_id.map(|id| id.as_str().to_owned()))
    }

    #[test]
    fn an_answer_names_its_model_and_itself_and_nothing_else() {
        let asked = "claude-haiku-5-5".to_owned();
        for (answered, kept) in [
            ("claude-haiku-5-5", "claude-haiku-5-5"),
            ("claude-haiku-5-5-20261001", "claude-haiku-5-5-20261001"),
            ("4024007103939509", &asked),
            ("claude-haiku-5-5-4024007103939509", &asked),
            ("claude-4024007103939509", &asked),
        ] {
            assert_eq!(called(answered, "req_011CSHoEeqs5C35K2UUqR7Fy").0, kept);
        }
        let id = |id: &str| called("x", id).1;
        assert_eq!(id("req_011CSHoEeqs5C35K2UUqR7Fy").as_deref(), Some("req_011CSHoEeqs5C35K2UUqR7Fy"));
        for secret in ["4024007103939509", "GB29NWBK60161331926819", "req_4024007103939509", "cwk_7f3kA9xQ2mZt8LwR4vBn"]
        {
            assert_eq!(id(secret), None, "{secret}");
        }
    }
}
