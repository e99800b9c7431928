//! What every request passes before its service sees it: the barrier, and the fault that is switched on.
//!
//! Faults of transport are made here; faults of content are handed on to the stand-in, which makes them itself.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{iter, unfold};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::faults::FaultKind;
use crate::limits::{BARRIER_SECONDS, BODY_BYTES, ENDLESS_PIECE_BYTES, ENDLESS_PIECES};
use crate::messages::{ApiError, event, labelled};
use crate::problem::Problem;
use crate::target::Target;
use crate::world::Shared;

const HTML: &str =
    "<!doctype html><html><head><title>Maintenance</title></head><body><h1>We will be right back</h1></body></html>";

/// The gate in front of one service.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    pub(crate) world: Shared,
    pub(crate) target: Target,
}

/// Lets a request through, sooner or later, whole or not.
pub(crate) async fn pass(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    if gate.world.barrier.pass(gate.target).await.is_err() {
        let detail = format!("The barrier did not fill within {BARRIER_SECONDS} seconds.");
        return gate.error(StatusCode::GATEWAY_TIMEOUT, detail);
    }
    let Some(fault) = gate.world.faults.take(gate.target) else { return next.run(request).await };
    match fault {
        FaultKind::Delay(ms) => {
            sleep(Duration::from_millis(ms)).await;
            next.run(request).await
        }
        FaultKind::RateLimited(seconds) => {
            let mut response = gate.error(StatusCode::TOO_MANY_REQUESTS, "Too many requests.");
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
        FaultKind::Overloaded => gate.error(overloaded(), "Overloaded."),
        FaultKind::InternalError => gate.error(StatusCode::INTERNAL_SERVER_ERROR, "Something broke."),
        FaultKind::Malformed => cut(next.run(request).await).await,
        FaultKind::Html => gate.labelled(([(CONTENT_TYPE, "text/html; charset=utf-8")], HTML).into_response()),
        FaultKind::Hang => pending().await,
        FaultKind::Endless => gate.labelled(endless(request).await),
        FaultKind::DropAfterCommit => broken_off(&next.run(request).await),
        FaultKind::FailAfterCommit => {
            next.run(request).await;
            gate.error(StatusCode::INTERNAL_SERVER_ERROR, "Something broke after the deed.")
        }
        FaultKind::Twice => twice(request, next).await,
        FaultKind::Empty if gate.target != Target::Messages => StatusCode::OK.into_response(),
        FaultKind::Empty
        | FaultKind::Refusal
        | FaultKind::WrongLabel
        | FaultKind::UnknownLabel
        | FaultKind::Prose
        | FaultKind::Nan
        | FaultKind::OutOfRange
        | FaultKind::MaxTokens => {
            request.extensions_mut().insert(fault);
            next.run(request).await
        }
    }
}

impl Gate {
    /// An error in the shape of the service.
    fn error(&self, status: StatusCode, detail: impl Into<String>) -> Response {
        match self.target {
            Target::Messages => {
                let ids = self.world.next_ids(b"");
                labelled(ApiError::new(status, detail).into_response(&ids.request), &ids)
            }
            Target::Ledger | Target::Profile | Target::Risk | Target::Merchants | Target::Policy | Target::Actions => {
                Problem::new(status, "fault", detail).into_response()
            }
        }
    }

    fn labelled(&self, response: Response) -> Response {
        if self.target == Target::Messages { labelled(response, &self.world.next_ids(b"")) } else { response }
    }
}

fn overloaded() -> StatusCode {
    StatusCode::from_u16(529).expect("529 is in the range of statuses")
}

/// The response with only the first half of its body.
async fn cut(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, BODY_BYTES).await.unwrap_or_default();
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(whole.slice(..whole.len() / 2)))
}

/// The answer to a request that arrives, and then arrives once more.
async fn twice(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_BYTES).await.unwrap_or_default();
    let mut first = Request::new(Body::from(body.clone()));
    *first.method_mut() = parts.method.clone();
    *first.uri_mut() = parts.uri.clone();
    *first.headers_mut() = parts.headers.clone();
    next.clone().run(first).await;
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// A response that begins well and then breaks off: over a socket the connection closes, in process the body fails.
fn broken_off(response: &Response) -> Response {
    let broken = io::Error::new(io::ErrorKind::ConnectionReset, "the connection was dropped after the commit");
    let body = Body::from_stream(iter([Ok(Bytes::from_static(b"{")), Err(broken)]));
    (response.status(), [(CONTENT_TYPE, "application/json")], body).into_response()
}

/// A response whose body does not end: padding in a JSON text, or pings where a stream was asked for.
async fn endless(request: Request) -> Response {
    let body = to_bytes(request.into_body(), BODY_BYTES).await.unwrap_or_default();
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let (kind, first, piece) = if asked.get("stream") == Some(&Value::Bool(true)) {
        ("text/event-stream; charset=utf-8", event("ping", json!({})), event("ping", json!({})))
    } else {
        ("application/json", Bytes::from_static(b"{\"padding\":\""), Bytes::from(vec![b'.'; ENDLESS_PIECE_BYTES]))
    };
    let pieces = unfold(0_u64, move |sent| {
        let bytes = if sent == 0 { first.clone() } else { piece.clone() };
        async move {
            // A pause, so that a reader without a limit fills its memory slowly enough to be stopped.
            sleep(Duration::from_millis(1)).await;
            (sent < ENDLESS_PIECES).then_some((Ok::<_, Infallible>(bytes), sent + 1))
        }
    });
    ([(CONTENT_TYPE, kind)], Body::from_stream(pieces)).into_response()
}
