//! The one way out: every request to a source, to the actions endpoint and to the model passes here.
//!
//! Here a target's token is added, its breaker is asked, and what became of the call is told to it. Nothing is tried
//! again here, and no reply is read beyond its status and content type.

use bytes::Bytes;
use case::{entry::Failure, settings::AgentName};
use http::{HeaderValue, header};

use crate::{
    address::is_plain,
    breaker::{Outcome, Refused, Standing, Turn},
    ports::{Outside, SendError, Target},
    setup::Setup,
    signature::{self, Secret, Signable},
};

/// How often a call that waits for another's trial looks for what came of it, in milliseconds.
const LOOK_AGAIN_MS: u64 = 25;

/// After how long to ask again where as much was asked again as may be, in milliseconds.
const SPENT_MS: i64 = 2_000;

/// Why there is no reply, in the case's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoReply {
    /// Why.
    pub(crate) failure: Failure,
    /// When to ask again, in milliseconds, where that is known.
    pub(crate) retry_after_ms: Option<i64>,
}

impl From<Failure> for NoReply {
    fn from(failure: Failure) -> Self {
        Self { failure, retry_after_ms: None }
    }
}

/// Sends a request, unless its target is known to be down, and reads the whole reply, whatever its status.
pub(crate) async fn send(
    outside: &impl Outside,
    setup: &Setup,
    target: Target,
    mut request: http::Request<Bytes>,
    (limit_ms, turn): (u64, Turn),
    most_bytes: usize,
) -> Result<http::Response<Bytes>, NoReply> {
    if !matches!(target, Target::Model | Target::Issuer | Target::Webhook(_)) {
        // The host adds the path to the configured address. Nothing that came from outside may lead elsewhere.
        let uri = request.uri();
        if uri.scheme().is_some() || uri.authority().is_some() || !uri.path().starts_with('/') || !is_plain(uri.path())
        {
            return Err(Failure::Refused.into());
        }
        if let Some(token) = setup.tokens.get(&target) {
            request.headers_mut().insert(header::AUTHORIZATION, token.header());
        }
        if let Target::Agent(agent) = target {
            let signed = signed(outside, setup, agent, &request).ok_or(Failure::NotConfigured)?;
            request.headers_mut().insert(header::AUTHORIZATION, signed);
        }
    }
    let limit_ms = pass_breaker(outside, setup, target, limit_ms, turn).await?;
    let sent = outside.send(target, request, limit_ms, most_bytes).await;
    if let Some(outcome) = outcome(target, &sent) {
        let (before, after) = setup.breakers.report(target, outside.now(), outcome);
        if before != after {
            let (target, breaker) = (target.name(), after.name());
            let target = &*target;
            match after {
                Standing::Open => tracing::warn!(target_name = target, breaker, "a target is down and is left alone"),
                Standing::Closed => tracing::info!(target_name = target, breaker, "a target answers again"),
                Standing::HalfOpen => {}
            }
        }
    }
    sent.map_err(|error| no_reply(error).into())
}

/// The signature by which an agent knows that a task is this deployment's. It covers the path as the agent reads it: that
/// of its address, and ours behind it.
fn signed(
    outside: &impl Outside,
    setup: &Setup,
    agent: AgentName,
    request: &http::Request<Bytes>,
) -> Option<HeaderValue> {
    let path = format!("{}{}", setup.agents.get(&agent)?, request.uri());
    let name = agent.to_string();
    let signable = Signable { method: request.method(), path_and_query: &path, body: request.body() };
    signature::sign(outside, &Secret::of_agent(&setup.master, &name), &name, signable).ok()
}

/// Asks the target's breaker; returns the time that is left for the call. Where another call is trying whether the
/// target is back, this one waits for what comes of it, on its own time: it would be a pity to give up for that.
async fn pass_breaker(
    outside: &impl Outside,
    setup: &Setup,
    target: Target,
    limit_ms: u64,
    turn: Turn,
) -> Result<u64, NoReply> {
    let began = outside.now();
    loop {
        let spent_ms = u64::try_from(outside.now().since(began)).unwrap_or(0);
        let left_ms = limit_ms.saturating_sub(spent_ms);
        if left_ms == 0 {
            return Err(Failure::TimedOut.into());
        }
        match setup.breakers.admit(target, outside.now(), left_ms, turn) {
            Ok(()) => return Ok(left_ms),
            Err(Refused::Open { rest_ms }) => {
                return Err(NoReply { failure: Failure::Unavailable, retry_after_ms: Some(rest_ms) });
            }
            Err(Refused::Spent) => {
                return Err(NoReply { failure: Failure::Unavailable, retry_after_ms: Some(SPENT_MS) });
            }
            Err(Refused::Trying) => outside.sleep(LOOK_AGAIN_MS.min(left_ms)).await,
        }
    }
}

/// A failure to get any reply, in the case's terms.
const fn no_reply(error: SendError) -> Failure {
    match error {
        SendError::NotConfigured => Failure::NotConfigured,
        SendError::TimedOut => Failure::TimedOut,
        SendError::Connection => Failure::Unavailable,
        SendError::TooLarge => Failure::Unusable,
    }
}

/// What a call says about its target as a whole. A reply that cannot be used may be one customer's; a page where JSON
/// was asked for is a proxy's, in front of a target that is not there.
fn outcome(target: Target, sent: &Result<http::Response<Bytes>, SendError>) -> Option<Outcome> {
    match sent {
        Err(SendError::NotConfigured) => None,
        Err(SendError::TimedOut | SendError::Connection) => Some(Outcome::Failed),
        Err(SendError::TooLarge) => Some(Outcome::Answered),
        Ok(reply) if is_overload(reply.status()) => Some(Outcome::Failed),
        // Of a receiver of webhooks nothing is read but the status.
        Ok(reply)
            if !matches!(target, Target::Model | Target::Webhook(_))
                && reply.status().is_success()
                && !is_json(reply) =>
        {
            Some(Outcome::Failed)
        }
        Ok(_) => Some(Outcome::Answered),
    }
}

/// A reply other than success, in the case's terms. That something is unknown must be said in JSON: an address that is
/// set wrong answers 404 as well.
pub(crate) fn bad_status(reply: &http::Response<Bytes>) -> NoReply {
    let failure = match reply.status() {
        http::StatusCode::NOT_FOUND if is_json(reply) => Failure::NotFound,
        status if is_overload(status) => Failure::Unavailable,
        status if status.is_redirection() => Failure::Unusable,
        _ => Failure::Refused,
    };
    let pause_ms = claude::retry::retry_after_ms(reply.headers());
    NoReply { failure, retry_after_ms: pause_ms.and_then(|ms| i64::try_from(ms).ok()) }
}

fn is_overload(status: http::StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 425 | 429 | 500..=599)
}

/// Whether a reply is declared as JSON.
pub(crate) fn is_json(reply: &http::Response<Bytes>) -> bool {
    let declared = reply.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// A bearer token for one target. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(HeaderValue);

/// A text that cannot be a token; it is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token is visible ASCII without spaces, at most {TOKEN_BYTES} bytes")]
pub struct NotAToken;

/// The longest token, in bytes.
const TOKEN_BYTES: usize = 8_192;

impl Token {
    /// Reads a token.
    ///
    /// # Errors
    /// [`NotAToken`].
    pub fn parse(text: &str) -> Result<Self, NotAToken> {
        let text = text.trim();
        if text.is_empty() || text.len() > TOKEN_BYTES || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(NotAToken);
        }
        let mut value = HeaderValue::from_str(&format!("Bearer {text}")).map_err(|_| NotAToken)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Token(..)")
    }
}
