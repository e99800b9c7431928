//! Telling: a case's events leave in order, one at a time, each until its receiver says that it has it. Whatever fails,
//! when to go on is stored before anything is sent.
//!
//! At least once, never at most: a receiver that dies after it has taken an event is sent it again, under the same id.

use bytes::Bytes;
use case::{
    case::Rest,
    ids::{Digest, TenantId},
    time::Millis,
};
use http::{HeaderValue, Method, StatusCode, header};

use super::{
    Event, HookState,
    config::{Endpoint, wants},
    event,
    secret::{ID, SIGNATURE, TIMESTAMP, seconds},
};
use crate::{
    breaker::Turn,
    file::{Desk, InFlight},
    ports::{CaseHost, CaseKey, HostError, ModelHost, Outside, Target, TenantHost},
    send::{NoReply, send},
    setup::Setup,
};

/// How much of a receiver's answer is read: nothing of it is used but its status.
const ANSWER_BYTES: usize = 1 << 20;
/// How much longer than an attempt may take nobody else begins one, in milliseconds.
const LEASE_MS: i64 = 5_000;
/// The share of a pause by which it may be longer, so that what failed together is not sent together again.
const JITTER: i64 = 4;

/// Cases whose events are on their way at the same time, at most.
pub(crate) const AT_ONCE: usize = 64;

/// What became of an attempt.
enum Sent {
    /// The receiver has it.
    Taken,
    /// It has not, and says when to come again, if it does.
    Failed(Option<i64>),
    /// It wants no more.
    Gone,
}

impl Setup {
    /// When the events in new lines are to be told at the latest, where there is anybody to tell: soon after, should
    /// whoever tells them at once be lost.
    pub(crate) fn hooks_due(&self, tenant: &TenantId, lines: &[String], rest: Rest, now: Millis) -> Option<Millis> {
        self.webhooks.of(tenant)?;
        event::may_tell(lines, rest).then(|| self.lease(now))
    }

    fn lease(&self, now: Millis) -> Millis {
        now.plus(i64::from(self.config.webhook.attempt_ms).saturating_add(LEASE_MS))
    }
}

impl<H: CaseHost + Outside + ModelHost + TenantHost> Desk<H> {
    /// Tells what there is to tell of a case, beside everything else. Says when this has to be called again at the latest:
    /// a host calls it at [`HookState::due`].
    ///
    /// # Errors
    /// Where the storage fails; the host should call again later.
    pub async fn tell(&self, key: &CaseKey) -> Result<Option<Millis>, HostError> {
        let lease = self.setup.lease(self.host.now());
        let Some(flight) = self.begin_telling(key) else { return Ok(Some(lease)) };
        let Some(state) = self.host.hooks(key).await? else { return Ok(None) };
        let Some(due) = state.due else { return Ok(None) };
        // Without a failure, what is due is only what somebody else began, and lost: nobody here is at it.
        if state.attempts > 0 && due > self.host.now() {
            return Ok(Some(due));
        }
        let state = HookState { due: Some(lease), ..state };
        self.host.set_hooks(key, &state, 0).await?;
        let (desk, key) = (self.clone(), key.clone());
        self.host.spawn(Box::pin(async move {
            let _flight: InFlight = flight;
            let Ok(_permit) = desk.deliveries.acquire().await else { return };
            if let Err(error) = desk.tell_all(&key, state).await {
                tracing::error!(case = %key.case, %error, "a case could not be told, or not stored how far it was");
                desk.put_off(&key).await;
            }
        }));
        Ok(Some(lease))
    }

    /// Stores that nothing can be told of a case for now: of one whose journal is damaged, say, for as long as it is.
    async fn put_off(&self, key: &CaseKey) {
        let stored = match self.host.hooks(key).await {
            Ok(Some(state)) => self.host.set_hooks(key, &self.waiting(state, 0), 0).await.map(drop),
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = stored {
            tracing::error!(case = %key.case, %error, "when a case is told again could not be stored");
        }
    }

    /// A state after one more attempt in vain: with the moment of the next, or with none where it took for too long.
    fn waiting(&self, state: HookState, asked_ms: i64) -> HookState {
        let config = &self.setup.config.webhook;
        let (now, attempts) = (self.host.now(), state.attempts.saturating_add(1));
        let since = state.since.unwrap_or(now);
        let pause_ms = config.retry.pause_ms(attempts).max(asked_ms.min(i64::from(config.retry.most_ms)));
        let due = (now.since(since) < config.give_up_ms).then(|| now.plus(pause_ms));
        HookState { attempts, since: Some(since), due, ..state }
    }

    /// [`Desk::tell`], beside everything else. Where it fails the host calls it again, at the moment that it has stored.
    pub(crate) fn tell_soon(&self, key: &CaseKey) {
        let (desk, key) = (self.clone(), key.clone());
        self.host.spawn(Box::pin(async move {
            if let Err(error) = desk.tell(&key).await {
                tracing::error!(case = %key.case, %error, "the telling of a case could not begin; it is tried again");
            }
        }));
    }

    /// Sends events until there are no more, or one fails.
    async fn tell_all(&self, key: &CaseKey, mut state: HookState) -> Result<(), HostError> {
        loop {
            let Some(stored) = self.host.read(key).await? else { return Ok(()) };
            let seen = (stored.lines.len() as u64).saturating_sub(1);
            let events = event::events(&stored.lines).map_err(|fault| HostError::Failed(fault.to_string()))?;
            let next: Vec<&Event> =
                events.iter().filter(|event| state.done.is_none_or(|done| event.place > done)).collect();
            for event in next {
                let told = HookState { done: Some(event.place), attempts: 0, since: None, due: state.due };
                if !wants(&self.setup.config, &key.tenant, event.kind) {
                    state = told;
                    continue;
                }
                if let Err(waits) = self.tell_one(key, event, state).await {
                    return self.wait(key, waits, seen).await;
                }
                state = HookState { due: Some(self.setup.lease(self.host.now())), ..told };
                self.host.set_hooks(key, &state, seen).await?;
            }
            state.due = None;
            if self.host.set_hooks(key, &state, seen).await? {
                return Ok(());
            }
            // The case went on meanwhile.
            state.due = Some(self.setup.lease(self.host.now()));
        }
    }

    /// Stores that an event waits, or was given up; then a further one takes it up again, also one that came just now.
    async fn wait(&self, key: &CaseKey, waits: HookState, seen: u64) -> Result<(), HostError> {
        if !self.host.set_hooks(key, &waits, seen).await? {
            let taken_up = waits.further(self.setup.lease(self.host.now()));
            self.host.set_hooks(key, &taken_up, seen).await?;
        }
        Ok(())
    }

    /// Sends one event. Where it fails, the state with when it is sent again.
    async fn tell_one(&self, key: &CaseKey, event: &Event, state: HookState) -> Result<(), HookState> {
        let Some((place, endpoint)) = self.setup.webhooks.of(&key.tenant) else {
            // Nobody is to be told any more. Should there be an endpoint again, its events begin here.
            return Err(HookState { due: None, ..state });
        };
        let waits = match send_event(&*self.host, &self.setup, place, endpoint, event).await {
            Sent::Taken => return Ok(()),
            Sent::Gone => HookState { due: None, ..self.waiting(state, 0) },
            Sent::Failed(asked_ms) => self.waiting(state, asked_ms.unwrap_or(0)),
        };
        let attempts = waits.attempts;
        let pause_ms = self.setup.config.webhook.retry.pause_ms(attempts);
        let waits = HookState { due: waits.due.map(|due| due.plus(jitter(event, attempts, pause_ms))), ..waits };
        let (case, event) = (&key.case, event.id());
        match waits.due {
            Some(at) => tracing::warn!(%case, event, attempts, again_at = %at.rfc3339(), "an event was not taken"),
            None => tracing::error!(
                %case,
                event,
                attempts,
                "an event was given up; the case's next event or `caseworker webhooks replay` takes it up again"
            ),
        }
        Err(waits)
    }
}

/// A part of a pause that follows from what is sent.
fn jitter(event: &Event, attempts: u32, pause_ms: i64) -> i64 {
    let hash = Digest::of(format!("{}#{attempts}", event.id()).as_bytes());
    let drawn = hash.as_str().get(..8).and_then(|digits| i64::from_str_radix(digits, 16).ok()).unwrap_or(0);
    drawn % (pause_ms / JITTER).max(1)
}

async fn send_event(outside: &impl Outside, setup: &Setup, place: u16, endpoint: &Endpoint, event: &Event) -> Sent {
    let limit_ms = u64::from(setup.config.webhook.attempt_ms);
    let request = request(endpoint, event, outside.now());
    let Some(request) = request else { return Sent::Failed(None) };
    match send(outside, setup, Target::Webhook(place), request, (limit_ms, Turn::First), ANSWER_BYTES).await {
        Ok(reply) if reply.status().is_success() => Sent::Taken,
        Ok(reply) if reply.status() == StatusCode::GONE => Sent::Gone,
        Ok(reply) => {
            let pause_ms = claude::retry::retry_after_ms(reply.headers());
            Sent::Failed(pause_ms.and_then(|ms| i64::try_from(ms).ok()))
        }
        Err(NoReply { retry_after_ms, .. }) => Sent::Failed(retry_after_ms),
    }
}

fn request(endpoint: &Endpoint, event: &Event, now: Millis) -> Option<http::Request<Bytes>> {
    let (id, body) = (event.id(), event.body());
    let signatures: Vec<String> =
        endpoint.secrets.iter().map(|secret| secret.sign(&id, now, body.as_bytes())).collect();
    let mut request = http::Request::new(Bytes::from(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = endpoint.url.clone();
    let headers = request.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ID, HeaderValue::from_str(&id).ok()?);
    headers.insert(TIMESTAMP, HeaderValue::from(seconds(now)));
    headers.insert(SIGNATURE, HeaderValue::from_str(&signatures.join(" ")).ok()?);
    Some(request)
}
