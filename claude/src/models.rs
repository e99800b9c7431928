//! What a model can do and how long it will live: `GET /v1/models/{id}`, for the check at start-up.
//! It refuses to decide whether a model is good enough; it reports what the service says.

use crate::endpoint::Endpoint;
use crate::failure::{self, Failure, Why};
use crate::key::ApiKey;
use crate::limits::{DATE_BYTES_MAX, MODEL_BYTES_MAX};
use crate::reply::read_json;
use crate::request::{Effort, RequestError, bare_request, is_model_name};
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use serde::Deserialize;

/// What the service says about one model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelInfo {
    /// The model's name.
    pub id: String,
    /// Where it is in its life.
    pub lifecycle: Lifecycle,
    /// When it is scheduled to retire, as the service writes it (RFC 3339), where it is scheduled.
    pub retires_at: Option<String>,
    /// Whether it can be held to a JSON schema; `None` where the service does not say.
    pub structured_outputs: Option<bool>,
    /// Whether thinking can be turned off, as our requests do; `None` where the service does not say.
    pub thinking_disabled: Option<bool>,
    effort: Option<WireEffort>,
}

impl ModelInfo {
    /// Whether the model knows this level of effort; `None` where the service does not say.
    #[must_use]
    pub fn supports_effort(&self, effort: Effort) -> Option<bool> {
        let levels = self.effort.as_ref()?;
        let level = match effort {
            Effort::Low => &levels.low,
            Effort::Medium => &levels.medium,
            Effort::High => &levels.high,
        };
        Some(levels.supported? && level.as_ref()?.supported?)
    }
}

/// A model's stage of life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// Open to everybody, no end in sight.
    Active,
    /// Still answers, and will end.
    Deprecated,
    /// Answers no more.
    Retired,
    /// A stage that is newer than this code, or none given.
    Unknown,
}

/// Builds the question about one model.
///
/// # Errors
/// [`RequestError::Model`] where the name cannot be a model's.
pub fn model_request(endpoint: &Endpoint, api_key: &ApiKey, model: &str) -> Result<Request<Bytes>, RequestError> {
    if !is_model_name(model) || model.bytes().all(|byte| byte == b'.') {
        return Err(RequestError::Model);
    }
    bare_request(endpoint, api_key, Method::GET, &format!("/v1/models/{model}"), Bytes::new())
}

/// Reads the answer to [`model_request`].
///
/// # Errors
/// [`Failure`]: 404 where the model is unknown, 401 where the key is wrong, and so on.
pub fn read_model(status: u16, headers: &HeaderMap, body: &[u8]) -> Result<ModelInfo, Failure> {
    if status != 200 {
        return Err(failure::of_error_answer(status, headers, body));
    }
    let unusable = |why| Failure::Unusable { why, usage: None, request_id: failure::request_id(headers) };
    let wire: WireModel = read_json(headers, body, MODEL_BYTES_MAX).map_err(unusable)?;
    wire.into_info().ok_or_else(|| unusable(Why::WrongShape))
}

#[derive(Deserialize)]
struct WireModel {
    #[serde(rename = "type")]
    object_type: String,
    id: String,
    lifecycle: Option<String>,
    retires_at: Option<String>,
    capabilities: Option<WireCapabilities>,
}

#[derive(Default, Deserialize)]
struct WireCapabilities {
    structured_outputs: Option<WireSupport>,
    effort: Option<WireEffort>,
    thinking: Option<WireThinking>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct WireSupport {
    supported: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct WireEffort {
    supported: Option<bool>,
    low: Option<WireSupport>,
    medium: Option<WireSupport>,
    high: Option<WireSupport>,
}

#[derive(Deserialize)]
struct WireThinking {
    types: Option<WireThinkingTypes>,
}

#[derive(Deserialize)]
struct WireThinkingTypes {
    disabled: Option<WireSupport>,
}

impl WireModel {
    fn into_info(self) -> Option<ModelInfo> {
        if self.object_type != "model" || !is_model_name(&self.id) {
            return None;
        }
        let capabilities = self.capabilities.unwrap_or_default();
        Some(ModelInfo {
            id: self.id,
            lifecycle: match self.lifecycle.as_deref() {
                Some("active") => Lifecycle::Active,
                Some("deprecated") => Lifecycle::Deprecated,
                Some("retired") => Lifecycle::Retired,
                _ => Lifecycle::Unknown,
            },
            retires_at: self.retires_at.filter(|date| is_date(date)),
            structured_outputs: capabilities.structured_outputs.and_then(|support| support.supported),
            thinking_disabled: capabilities.thinking.and_then(|thinking| thinking.types?.disabled?.supported),
            effort: capabilities.effort,
        })
    }
}

/// Whether a text has the letters and the length of an RFC 3339 date; it is only shown, never computed with.
fn is_date(text: &str) -> bool {
    (10..=DATE_BYTES_MAX).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'.' | b'+' | b'T' | b'Z' | b't' | b'z'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;
    use serde_json::json;

    fn read(body: &serde_json::Value) -> Result<ModelInfo, Failure> {
        read_model(200, &HeaderMap::new(), body.to_string().as_bytes())
    }

    #[test]
    fn the_question_names_the_model_in_the_path() {
        let (endpoint, key) = (Endpoint::parse("https://gate.example/a/").unwrap(), ApiKey::parse("k").unwrap());
        let request = model_request(&endpoint, &key, "claude-haiku-5-5").unwrap();
        assert_eq!(
            (request.method(), request.uri().to_string()),
            (&Method::GET, "https://gate.example/a/v1/models/claude-haiku-5-5".to_owned())
        );
        assert_eq!(request.headers()["anthropic-version"], "2026-10-21");
        for bad in ["", "..", "a/b", "a?b", "a b", "é"] {
            assert_eq!(model_request(&endpoint, &key, bad).unwrap_err(), RequestError::Model, "{bad}");
        }
    }

    #[test]
    fn a_models_life_and_abilities_are_read() {
        let info = read(&json!({
            "type": "model", "id": "claude-sonnet-4-5", "lifecycle": "deprecated", "retires_at": "2026-11-30T00:00:00Z",
            "capabilities": {
                "structured_outputs": {"supported": true},
                "effort": {"supported": true, "low": {"supported": true}, "medium": {"supported": false}, "max": {"supported": true}},
                "thinking": {"supported": true, "types": {"disabled": {"supported": false}, "adaptive": {"supported": true}}},
                "batch": {"supported": true},
            },
        }))
        .unwrap();
        assert_eq!((info.lifecycle, info.retires_at.as_deref()), (Lifecycle::Deprecated, Some("2026-11-30T00:00:00Z")));
        assert_eq!((info.structured_outputs, info.thinking_disabled), (Some(true), Some(false)));
        assert_eq!(
            [Effort::Low, Effort::Medium, Effort::High].map(|effort| info.supports_effort(effort)),
            [Some(true), Some(false), None]
        );
    }

    #[test]
    fn what_the_service_does_not_say_is_unknown() {
        let info = read(&json!({"type": "model", "id": "m", "lifecycle": "resting", "retires_at": "<b>soon</b>", "capabilities": null})).unwrap();
        assert_eq!(
            (info.lifecycle, info.retires_at.clone(), info.structured_outputs, info.supports_effort(Effort::Low)),
            (Lifecycle::Unknown, None, None, None)
        );
    }

    #[test]
    fn an_answer_that_is_no_model_is_a_failure() {
        assert!(matches!(
            read_model(404, &HeaderMap::new(), b""),
            Err(Failure::NotRetryable { kind: Kind::NotFound, .. })
        ));
        assert!(matches!(read_model(200, &HeaderMap::new(), b"<html>"), Err(Failure::Unusable { why: Why::Html, .. })));
        for body in [
            json!({}),
            json!({"type": "model"}),
            json!({"type": "list", "id": "m"}),
            json!({"type": "model", "id": "a b"}),
        ] {
            assert!(matches!(read(&body), Err(Failure::Unusable { why: Why::WrongShape, .. })), "{body}");
        }
    }
}
