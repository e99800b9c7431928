//! The gate before the routes: it turns away with a problem and the time to come back, or has the request worked to its
//! end, whether or not its sender stays for the answer.

use std::{
    hash::{BuildHasher as _, RandomState},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use desk::{
    caller,
    file::Desk,
    problem::{Code, Problem},
    setup::Access,
    urgency::{Hears, Urgency},
};

use super::{
    Gate, Load, Refusal, Sender,
    body::Arriving,
    known::Mark,
    permit::{Held, Stream},
};
use crate::{host::Native, kept::keeping};

/// After how many seconds new work may come back: from, and up to so many more.
const NEW_WORK_S: (u64, u64) = (2, 7);
/// The same for everything else.
const OTHERS_S: (u64, u64) = (1, 3);

/// Where requests come in.
#[derive(Clone)]
pub(crate) struct Entrance {
    gate: Arc<Gate>,
    /// Whether anybody is let in.
    is_open: bool,
    /// What there is to do.
    load: Arc<dyn Fn() -> Load + Send + Sync>,
}

impl Entrance {
    /// The entrance to a desk.
    pub(crate) fn new(gate: &Arc<Gate>, desk: &Desk<Native>) -> Self {
        let (is_open, desk) = (desk.setup.access == Access::Open, desk.clone());
        let load = move || Load { waiting: desk.requests_waiting(), cases: desk.cases_at_work() };
        Self { gate: gate.clone(), is_open, load: Arc::new(load) }
    }

    /// An entrance before work that is said by a test.
    #[cfg(test)]
    pub(super) fn of(gate: &Arc<Gate>, load: impl Fn() -> Load + Send + Sync + 'static) -> Self {
        Self { gate: gate.clone(), is_open: false, load: Arc::new(load) }
    }
}

/// Lets a request in and works it, or turns it away.
pub(crate) async fn enter(State(entrance): State<Entrance>, request: Request, next: Next) -> Response {
    let Entrance { gate, is_open, load } = entrance;
    let (mut parts, body) = request.into_parts();
    let mark = if is_open { None } else { caller::credential(&parts).map(|shown| gate.known.mark(shown)) };
    let sender = match mark.and_then(|mark| gate.known.holder(mark)) {
        Some(holder) => Sender::Known(holder.tenant, holder.role),
        None if is_open => Sender::Anybody,
        None => Sender::Unproved,
    };
    let role = if let Sender::Known(_, role) = &sender { Some(*role) } else { None };
    let urgency = Urgency::of(&parts.method, parts.uri.path(), role);
    let permit = match gate.admit(urgency, sender, load()) {
        Ok(permit) => permit,
        Err(refusal) => return turn_away(urgency, refusal),
    };
    let (of_request, at) = (permit.clone(), gate.clone());
    parts.extensions.insert(Hears::new(move |grant| {
        if !is_open {
            at.known.let_in(mark, grant);
            of_request.proved(grant);
        }
    }));
    let request = Request::from_parts(parts, Arriving::watch(body, &permit));
    let held = Held(permit);
    // A caller that leaves does not stop what it began: its request goes on by itself, in its place.
    let worked = tokio::spawn(async move {
        let response = next.run(request).await;
        drop(held);
        response
    });
    let response = worked.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a request was not worked to its end");
        Problem::new(Code::Storage, "Nothing is lost that was answered. The log says more.").into_response()
    });
    follow(&gate, mark, urgency, response)
}

/// What an answer says of its request: a credential that is good no more is forgotten, and a stream has to have a place.
fn follow(gate: &Arc<Gate>, mark: Option<Mark>, urgency: Urgency, response: Response) -> Response {
    if response.status() == StatusCode::UNAUTHORIZED {
        mark.into_iter().for_each(|mark| gate.known.forget(mark));
    }
    let kind = response.headers().get(header::CONTENT_TYPE);
    if kind.is_none_or(|kind| kind != "text/event-stream") {
        return response;
    }
    match Stream::open(gate, urgency == Urgency::Staff) {
        // The stream has its place for as long as its body is there.
        Ok(stream) => response.map(|body| keeping(body, stream)),
        Err(refusal) => {
            gate.count_away(urgency, refusal);
            turn_away(urgency, refusal)
        }
    }
}

/// The problem, and after how many seconds to come back: not all at once.
fn turn_away(urgency: Urgency, refusal: Refusal) -> Response {
    let problem = match refusal {
        Refusal::Tenant => Problem::new(
            Code::TooMuch,
            "So much is at work for your tenant that others would have to wait. Try again after the time in Retry-After.",
        ),
        Refusal::Requests | Refusal::Unproved | Refusal::Cases | Refusal::Streams => Problem::new(
            Code::Overloaded,
            "The server has more to do than it can finish in time. Try again after the time in Retry-After.",
        ),
    };
    let mut response = problem.into_response();
    let seconds = back_in_s(urgency, any());
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// After how many seconds somebody may come back, by any number.
const fn back_in_s(urgency: Urgency, any: u64) -> u64 {
    let (from, more) = match urgency {
        Urgency::NewWork => NEW_WORK_S,
        Urgency::Vital | Urgency::Staff | Urgency::FollowUp => OTHERS_S,
    };
    from + any % (more + 1)
}

/// Any number; nobody's secret depends on it.
fn any() -> u64 {
    static DICE: LazyLock<(RandomState, AtomicU64)> = LazyLock::new(Default::default);
    let (state, count) = &*DICE;
    state.hash_one(count.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn who_is_turned_away_is_told_when_to_come_back_and_not_everybody_the_same() {
        for (urgency, from, to) in [(Urgency::NewWork, 2, 9), (Urgency::FollowUp, 1, 4), (Urgency::Staff, 1, 4)] {
            let told: BTreeSet<u64> = (0..1_000)
                .map(|_| {
                    let response = turn_away(urgency, Refusal::Requests);
                    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
                    response.headers()[header::RETRY_AFTER].to_str().unwrap().parse().unwrap()
                })
                .collect();
            assert_eq!(told, (from..=to).collect(), "{urgency:?}");
        }
        let response = turn_away(Urgency::NewWork, Refusal::Tenant);
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
    }
}
