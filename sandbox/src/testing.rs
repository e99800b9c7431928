//! A box under test: requests go in without a socket, answers come out as JSON.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::{Bank, Config, Day};

/// The day on which the bank stands in tests.
pub(crate) fn today() -> Day {
    Day::from_civil(2026, 11, 22).unwrap()
}

type Made = BTreeMap<u64, (Arc<Bank>, Arc<Vec<crate::Answer>>)>;

/// The default bank and its answers, made once for each seed.
fn made(seed: u64) -> (Arc<Bank>, Arc<Vec<crate::Answer>>) {
    static MADE: Mutex<Made> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap();
    let new = || (Arc::new(Bank::seeded(seed, today())), Arc::new(crate::answers(seed, today())));
    made.entry(seed).or_insert_with(new).clone()
}

/// The default bank of a seed.
pub(crate) fn bank(seed: u64) -> Arc<Bank> {
    made(seed).0
}

/// What the default bank of a seed never serves.
pub(crate) fn answers(seed: u64) -> Arc<Vec<crate::Answer>> {
    made(seed).1
}

/// An answer, with its body read to the end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

/// A box and the ways to speak to it.
#[derive(Debug, Clone)]
pub(crate) struct Probe(Router);

impl Probe {
    pub(crate) fn new() -> Self {
        Self::of_seed(7)
    }

    /// The default bank of a seed.
    pub(crate) fn of_seed(seed: u64) -> Self {
        Self::with(Config { bank: Some(Bank::clone(&bank(seed))), ..Config::new(seed, today()) })
    }

    pub(crate) fn with(config: Config) -> Self {
        Self(crate::router(config))
    }

    /// Sends a request; none where the body of the answer broke off.
    pub(crate) async fn try_send(&self, request: Request<Body>) -> Option<Answer> {
        let (parts, body) = self.0.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.ok()?.to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Some(Answer { status: parts.status, headers: parts.headers, text })
    }

    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.try_send(request(method, path, headers, body)).await.expect("the body is whole")
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], "").await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[], &body.to_string()).await
    }

    /// Executes an action under a key.
    pub(crate) async fn act(&self, key: &str, body: &Value) -> Answer {
        self.send("POST", "/actions", &[("idempotency-key", key)], &body.to_string()).await
    }
}

pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut builder = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(Body::from(body.to_owned())).unwrap()
}
