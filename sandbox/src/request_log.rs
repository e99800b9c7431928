//! The requests that arrived, so that a test can check what leaves the system it tests. Credentials are left out.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use http::HeaderMap;
use http::request::Parts;
use serde::Serialize;

use crate::limits::{LOGGED_BODY_BYTES, LOGGED_REQUESTS};

/// Headers that hold credentials.
const SECRET_HEADERS: [&str; 4] = ["authorization", "x-api-key", "proxy-authorization", "cookie"];

/// One request as it arrived.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LoggedRequest {
    method: String,
    path: String,
    traceparent: Option<String>,
    headers: BTreeMap<String, String>,
    body: String,
}

/// The last requests, oldest first.
#[derive(Debug, Default)]
pub(crate) struct RequestLog(Mutex<VecDeque<LoggedRequest>>);

impl RequestLog {
    pub(crate) fn record(&self, parts: &Parts, body: &[u8]) {
        let kept = body.get(..LOGGED_BODY_BYTES).unwrap_or(body);
        let request = LoggedRequest {
            method: parts.method.to_string(),
            path: parts.uri.path_and_query().map_or_else(|| parts.uri.to_string(), ToString::to_string),
            traceparent: text_of(&parts.headers, "traceparent"),
            headers: open_headers(&parts.headers),
            body: String::from_utf8_lossy(kept).into_owned(),
        };
        let mut requests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if requests.len() == LOGGED_REQUESTS {
            requests.pop_front();
        }
        requests.push_back(request);
    }

    pub(crate) fn all(&self) -> Vec<LoggedRequest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn text_of(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn open_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .keys()
        .filter(|name| !SECRET_HEADERS.contains(&name.as_str()))
        .filter_map(|name| Some((name.to_string(), text_of(headers, name.as_str())?)))
        .collect()
}
