//! How commands speak to the desk: through the same routes as callers over HTTP, in this process.

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use desk::problem::{Code, Problem};
use http_body_util::BodyExt as _;
use serde_json::{Map, Value};
use tower::ServiceExt as _;

use crate::{
    exit::{Exit, Failure},
    limits,
};

/// A reply.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

/// Sends a JSON body to a route.
pub(crate) async fn post(
    front: &Router,
    path: &str,
    headers: &[(&str, &str)],
    body: &Map<String, Value>,
) -> Result<Reply, Failure> {
    let mut request =
        Request::builder().method(Method::POST).uri(path).header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let text = serde_json::to_string(body).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let request = request.body(Body::from(text)).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let Ok(response) = front.clone().oneshot(request).await;
    let (parts, body) = response.into_parts();
    let broken = |error: axum::Error| Failure::new(Exit::Storage, format!("the reply broke off: {error}"));
    let bytes = body.collect().await.map_err(broken)?.to_bytes();
    Ok(Reply { status: parts.status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) })
}

impl Reply {
    /// What a caller would have been answered.
    pub(crate) fn of(problem: &Problem) -> Self {
        let body = serde_json::json!({
            "code": problem.code.name(), "title": problem.code.title(), "detail": problem.detail,
        });
        Self { status: problem.code.status(), body }
    }

    /// The body of a reply that is none of a problem's.
    ///
    /// # Errors
    /// The problem, as words with its code, and the exit that fits it.
    pub(crate) fn into_body(self) -> Result<Value, Failure> {
        if self.status.is_success() { Ok(self.body) } else { Err(self.failure()) }
    }

    /// The problem as a failure.
    pub(crate) fn failure(&self) -> Failure {
        let text = |name: &str| self.body.get(name).and_then(Value::as_str).unwrap_or_default();
        // The codes come in blocks: 1xx content, 2xx who asks, 3xx the case, 4xx the service.
        let exit = match text("code").get(..3) {
            Some("CW2") => Exit::Settings,
            Some("CW4") => Exit::Storage,
            None if self.status.is_server_error() => Exit::Outside,
            Some(_) | None => Exit::Usage,
        };
        let message = match (text("detail"), text("code")) {
            ("", "") => format!("status {}", self.status),
            (detail, code) => format!("{}: {detail} ({code})", text("title")),
        };
        Failure::new(exit, message)
    }

    /// Whether every other request would fail as well, because nothing can be stored.
    pub(crate) fn is_storage_down(&self) -> bool {
        let code = self.body.get("code").and_then(Value::as_str);
        [Code::Full, Code::Storage].into_iter().any(|down| code == Some(down.name().as_str()))
    }
}

/// Reads a text from the argument, or from stdin where it is `-`.
///
/// # Errors
/// [`Exit::Usage`] for bytes that are not UTF-8, with their place.
pub(crate) fn text(argument: &str) -> Result<String, Failure> {
    use std::io::Read as _;
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(limits::STDIN_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::new(Exit::Usage, format!("stdin: {error}")))?;
    if bytes.len() as u64 > limits::STDIN_BYTES {
        let most = limits::STDIN_BYTES;
        return Err(Failure::new(Exit::Usage, format!("stdin: more than {most} bytes; a request is a short text")));
    }
    utf8(bytes)
}

fn utf8(bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        Failure::new(Exit::Usage, format!("stdin: not UTF-8 at byte {place}; convert the text and send it again"))
    })
}

/// Whether a case's view says that nothing goes on by itself any more.
pub(crate) fn is_at_rest(view: &Value) -> bool {
    view.pointer("/orchestration/state").and_then(Value::as_str) != Some("working")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn invalid_utf8_is_refused_with_its_place() {
        let failure = utf8(b"ab\xffc".to_vec()).unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        assert!(failure.message.contains("byte 2"), "{}", failure.message);
    }

    #[test]
    fn problems_become_words_and_exit_codes() {
        let reply = |status: u16, code: &str| Reply {
            status: StatusCode::from_u16(status).unwrap(),
            body: json!({ "code": code, "title": "Empty text", "detail": "`text` holds nothing." }),
        };
        let failure = reply(422, "CW106").into_body().unwrap_err();
        assert_eq!(
            (failure.exit, failure.message.as_str()),
            (Exit::Usage, "Empty text: `text` holds nothing. (CW106)")
        );
        assert_eq!(reply(401, "CW200").failure().exit, Exit::Settings);
        assert_eq!(reply(503, "CW202").failure().exit, Exit::Settings);
        assert_eq!(reply(503, "CW400").failure().exit, Exit::Storage);
        assert!(reply(503, "CW400").is_storage_down() && !reply(500, "CW402").is_storage_down());
        assert!(reply(201, "").into_body().is_ok());
    }

    #[test]
    fn a_view_is_cut_to_what_a_request_is_answered_with() {
        let view = json!({ "case_id": "c", "text": "secret", "orchestration": { "state": "working" } });
        assert!(!is_at_rest(&view));
        assert_eq!(desk::view::short(view), json!({ "case_id": "c", "orchestration": { "state": "working" } }));
    }
}
