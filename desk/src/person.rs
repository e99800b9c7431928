//! The customer whose words are about to be shown to a model: their profile is read, so that their name and address can
//! be taken out of what they wrote. It is asked for anew each time, and nothing of it is stored.
//!
//! Nothing is guessed where the profile cannot be had: then no words are shown.

use bytes::Bytes;
use case::{
    case::Ready,
    entry::{Failure, Question},
    label::Task,
    pii::{PERSON_FIELDS, Person},
    source::Source,
    specialist::scope,
    state::State,
};
use http::Method;

use crate::{
    breaker::Turn,
    paging::read_pages,
    perform::build,
    ports::{Outside, Target},
    send::NoReply,
    setup::Setup,
};

/// The longest that a profile is waited for, whatever is left of the attempt, in milliseconds.
const LIMIT_MS: i64 = 10_000;

/// Reads who the customer is where an ask shows their words to a model or a remote agent; nobody where it shows none, or
/// where there is no profile to read: a case without a customer, a customer whom the source does not know, a deployment
/// without the source.
///
/// # Errors
/// Why the profile was not to be had.
pub(crate) async fn read(
    outside: &impl Outside,
    setup: &Setup,
    state: &State,
    ready: &Ready,
) -> Result<Person, NoReply> {
    let target = Target::Source(Source::Profile);
    let Some(customer) = state.customer.as_ref().filter(|_| shows_words(state, ready)) else {
        return Ok(Person::nobody());
    };
    if !setup.is_configured(target) {
        return Ok(Person::nobody());
    }
    // A made-up customer is nobody at a real bank, and a real one nobody in the sandbox.
    if state.opened.sandbox != setup.sandbox {
        return Err(Failure::NoProfile.into());
    }
    let started = outside.now();
    // Half of the time that is left belongs to the model.
    let limit_ms = (ready.until.since(started) / 2).clamp(1, LIMIT_MS);
    let path = format!("/profile/customers/{customer}?fields={}", PERSON_FIELDS.join(","));
    let request = build(Method::GET, &path, Bytes::new(), (state.opened.trace.as_ref(), ready), None);
    let request = request.ok_or(Failure::NoProfile)?;
    let limit_ms = u64::try_from(limit_ms).unwrap_or(1);
    let failure = match read_pages(
        outside,
        setup,
        target,
        &request,
        (started, limit_ms),
        Turn::of_attempt(ready.attempt),
    )
    .await
    {
        Ok(reply) => match Person::read(&reply, customer) {
            Some(person) => return Ok(person),
            None => NoReply::from(Failure::Unusable),
        },
        Err(NoReply { failure: Failure::NotFound, .. }) => return Ok(Person::nobody()),
        Err(no_reply) => no_reply,
    };
    let (ask, attempt, why) = (&ready.id, ready.attempt, failure.failure);
    tracing::warn!(%ask, attempt, ?why, "without the customer's profile no words of theirs are shown");
    Err(NoReply { failure: Failure::NoProfile, ..failure })
}

/// Whether an ask shows the customer's words to a model or a remote agent.
fn shows_words(state: &State, ready: &Ready) -> bool {
    let track = |id: &str| state.tracks.iter().find(|track| track.id == id).map(|track| track.task);
    let sees = |task: Option<Task>| task.is_some_and(scope::sees_words);
    match &ready.question {
        Question::Triage { .. } | Question::Extract { .. } => true,
        Question::Draft { proposal, .. } => {
            let of = state.tracks.iter().find(|track| track.proposals.iter().any(|one| one.proposal.id() == proposal));
            sees(of.map(|track| track.task))
        }
        Question::Lookup(lookup) => {
            let is_agents = state.opened.settings.agents.lookups.contains_key(&lookup.kind());
            is_agents && sees(ready.id.as_str().split('/').nth(1).and_then(track))
        }
        Question::Consult(asked) => sees(track(&asked.track)),
        Question::Act { .. } | Question::Letter { .. } => false,
    }
}
