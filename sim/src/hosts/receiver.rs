//! A receiver of webhooks beside the sandbox, that plays the part it is given over HTTP: willing, down, slow, or dead as soon
//! as it has taken something. Everything it was sent is kept, in order, with what became of it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::{get, post, put},
};
use serde_json::{Value, json};

/// Where the receiver is told which part to play.
pub const PART: &str = "/receiver/part";
/// Everything it was sent.
pub const ATTEMPTS: &str = "/receiver/attempts";
/// Where it is told what happens.
pub const HOOK: &str = "/receiver/hook";
/// The secret that it shares with hosts under test.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// The secret that it shared before.
pub const SECRET_BEFORE: &str = "whsec_AgICAgICAgICAgICAgICAgICAgICAgICAgI=";
/// Longer than any host under test waits for it.
const LONG: Duration = Duration::from_secs(3);

#[derive(Default)]
struct Heard {
    part: String,
    attempts: Vec<Value>,
}

type Receiver = Arc<Mutex<Heard>>;

/// The settings of a host that tells this receiver.
#[must_use]
pub fn settings(url: &str) -> Value {
    let retry = json!({ "first_ms": 100, "most_ms": 400 });
    json!({ "url": format!("{url}{HOOK}"), "attempt_ms": 1_000, "retry": retry })
}

/// The outside with the receiver beside it.
pub(super) fn beside(outside: Router) -> Router {
    let receiver = Receiver::default();
    let own = Router::new()
        .route(PART, put(learn))
        .route(ATTEMPTS, get(attempts))
        .route(HOOK, post(hear))
        .with_state(receiver);
    outside.merge(own)
}

fn heard<T>(receiver: &Receiver, change: impl FnOnce(&mut Heard) -> T) -> T {
    change(&mut receiver.lock().unwrap_or_else(PoisonError::into_inner))
}

async fn learn(State(receiver): State<Receiver>, part: String) {
    heard(&receiver, |heard| heard.part = part);
}

async fn attempts(State(receiver): State<Receiver>) -> Json<Value> {
    Json(heard(&receiver, |heard| heard.attempts.clone()).into())
}

async fn hear(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> StatusCode {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let part = heard(&receiver, |heard| {
        let part = heard.part.clone();
        heard.attempts.push(json!({
            "webhook-id": text("webhook-id"),
            "webhook-timestamp": text("webhook-timestamp"),
            "webhook-signature": text("webhook-signature"),
            "content-type": text("content-type"),
            "body": body,
            "taken": matches!(part.as_str(), "" | "dies" | "slow"),
        }));
        part
    });
    match part.as_str() {
        "down" => StatusCode::SERVICE_UNAVAILABLE,
        "moved" => StatusCode::FOUND,
        // It has what it was sent, and nobody hears of it.
        "dies" => StatusCode::INTERNAL_SERVER_ERROR,
        "slow" => {
            tokio::time::sleep(LONG).await;
            StatusCode::OK
        }
        _ => StatusCode::NO_CONTENT,
    }
}
