//! What can go wrong with an answer, as types: an error that will not clear, an error worth
//! another attempt, or a success that is of no use. It refuses to carry a byte of the body, so
//! that nothing a server echoes can reach a log through an error.

use crate::kind::{Kind, WireError};
use crate::limits::{ERROR_BYTES_MAX, REQUEST_ID_BYTES_MAX};
use crate::reply::Usage;
use crate::retry;
use http::HeaderMap;
use serde::Deserialize;
use std::fmt;

/// An answer that is not a [`crate::Reply`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The same request would fail again.
    #[error("the Messages API refused the request: {kind} (status {status}{})", Shown(.request_id))]
    NotRetryable {
        /// What kind of refusal it is.
        kind: Kind,
        /// The HTTP status.
        status: u16,
        /// The service's id of the request, where it gave a well-formed one.
        request_id: Option<String>,
    },
    /// The same request may succeed later.
    #[error("the Messages API could not answer now: {kind} (status {status}{})", Shown(.request_id))]
    Retryable {
        /// What kind of trouble it is.
        kind: Kind,
        /// The HTTP status; 0 where no answer came at all.
        status: u16,
        /// How long the server asks to wait, capped by [`crate::limits::RETRY_AFTER_MS_MAX`].
        retry_after_ms: Option<u64>,
        /// The service's id of the request, where it gave a well-formed one.
        request_id: Option<String>,
    },
    /// An answer came and was a success in name, but nothing can be made of it.
    #[error("the model's answer is unusable: {why}{}", Shown(.request_id))]
    Unusable {
        /// What is wrong with it.
        why: Why,
        /// What it cost nevertheless, where the answer said so.
        usage: Option<Usage>,
        /// The service's id of the request, where it gave a well-formed one.
        request_id: Option<String>,
    },
}

impl Failure {
    /// The failure of a request that no answer came to: the connection broke, or time ran out.
    #[must_use]
    pub fn no_answer() -> Self {
        Self::Retryable { kind: Kind::NoAnswer, status: 0, retry_after_ms: None, request_id: None }
    }

    /// The service's id of the request, for support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::NotRetryable { request_id, .. }
            | Self::Retryable { request_id, .. }
            | Self::Unusable { request_id, .. } => request_id.as_deref(),
        }
    }

    /// A short stable name for journals and metrics, for example `rate_limit` or `truncated`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotRetryable { kind, .. } | Self::Retryable { kind, .. } => kind.name(),
            Self::Unusable { why, .. } => why.name(),
        }
    }
}

/// Why a success is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The body is not JSON, or its JSON is cut.
    NotJson,
    /// The body is a web page, as proxies and captive portals send it.
    Html,
    /// The body is empty.
    Empty,
    /// The JSON is not a message.
    WrongShape,
    /// The body, the text or a stream is over its limit.
    TooLarge,
    /// The model refused.
    Refusal,
    /// The answer was cut at `max_tokens`.
    Truncated,
    /// The prompt and answer did not fit into the model's context window.
    ContextExceeded,
    /// The turn is not over (a tool call or a pause that nobody asked for), or a stream ended early.
    Unfinished,
    /// There is no text in the message.
    NoText,
}

impl Why {
    /// A short stable name for journals and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotJson => "not_json",
            Self::Html => "html",
            Self::Empty => "empty",
            Self::WrongShape => "wrong_shape",
            Self::TooLarge => "too_large",
            Self::Refusal => "refusal",
            Self::Truncated => "truncated",
            Self::ContextExceeded => "context_exceeded",
            Self::Unfinished => "unfinished",
            Self::NoText => "no_text",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[derive(Deserialize)]
struct WireErrorBody {
    error: WireError,
}

/// Reads an answer whose status is not 200.
pub(crate) fn of_error_answer(status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
    let readable = if body.len() <= ERROR_BYTES_MAX { body } else { &[] };
    let error = serde_json::from_slice::<WireErrorBody>(readable).map(|body| body.error).unwrap_or_default();
    let kind = error.kind(status);
    // The status decides over the type, as in the SDKs; the header decides over the status; but
    // nothing makes a spend cap clear.
    let retryable = match retry::should_retry(headers) {
        _ if kind == Kind::SpendLimit => false,
        Some(retry::Word::Retry) => true,
        Some(retry::Word::DoNotRetry) => false,
        None => Kind::of_status(status).clears(),
    };
    let request_id = request_id(headers);
    if retryable {
        Failure::Retryable { kind, status, retry_after_ms: retry::retry_after_ms(headers), request_id }
    } else {
        Failure::NotRetryable { kind, status, request_id }
    }
}

/// An error that came inside a 200: as a body, or in the middle of a stream.
pub(crate) fn of_error_in_success(error: &WireError, headers: &HeaderMap) -> Failure {
    let kind = error.kind(200);
    let request_id = request_id(headers);
    if kind.clears() {
        Failure::Retryable { kind, status: 200, retry_after_ms: retry::retry_after_ms(headers), request_id }
    } else {
        Failure::NotRetryable { kind, status: 200, request_id }
    }
}

/// The `request-id` header, where it looks like an id. The one in the body is never used: an
/// error may not show a byte of a body.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get("request-id")?.to_str().ok()?;
    let plausible = !id.is_empty()
        && id.len() <= REQUEST_ID_BYTES_MAX
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    plausible.then(|| id.to_owned())
}

/// Shows a request id after a comma, or nothing.
struct Shown<'a>(&'a Option<String>);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(id) => write!(formatter, ", request {id}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::read_reply;
    use http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    fn check(status: u16, pairs: &[(&'static str, &str)], body: &str, kind: Kind, retry: Option<Option<u64>>) {
        let failure = read_reply(status, &headers(pairs), body.as_bytes()).unwrap_err();
        let expected = match retry {
            Some(retry_after_ms) => Failure::Retryable { kind, status, retry_after_ms, request_id: None },
            None => Failure::NotRetryable { kind, status, request_id: None },
        };
        assert_eq!(failure, expected, "{status} {pairs:?} {body}");
    }

    #[test]
    fn each_status_alone_says_whether_to_retry() {
        for (status, kind, retryable) in [
            (400, Kind::InvalidRequest, false),
            (401, Kind::Authentication, false),
            (402, Kind::Billing, false),
            (403, Kind::Permission, false),
            (404, Kind::NotFound, false),
            (408, Kind::Timeout, true),
            (409, Kind::Conflict, true),
            (413, Kind::RequestTooLarge, false),
            (422, Kind::InvalidRequest, false),
            (429, Kind::RateLimit, true),
            (500, Kind::Api, true),
            (502, Kind::Api, true),
            (503, Kind::Api, true),
            (504, Kind::Timeout, true),
            (529, Kind::Overloaded, true),
            (301, Kind::Unexpected, false),
            (204, Kind::Unexpected, false),
            (0, Kind::Unexpected, false),
        ] {
            for body in ["", "<html>Bad gateway</html>", "null", "{\"error\":3}"] {
                check(status, &[], body, kind, retryable.then_some(None));
            }
        }
    }

    #[test]
    fn the_headers_decide_over_the_status() {
        check(400, &[("x-should-retry", "true")], "", Kind::InvalidRequest, Some(None));
        check(529, &[("x-should-retry", "false")], "", Kind::Overloaded, None);
        check(529, &[("x-should-retry", "perhaps")], "", Kind::Overloaded, Some(None));
        check(429, &[("retry-after", "7")], "", Kind::RateLimit, Some(Some(7_000)));
        check(429, &[("retry-after", "7"), ("retry-after-ms", "250")], "", Kind::RateLimit, Some(Some(250)));
        check(429, &[("retry-after", "999999")], "", Kind::RateLimit, Some(Some(60_000)));
    }

    #[test]
    fn a_spend_cap_is_never_retried() {
        for code in ["enforced_spend_limit_reached", "contract_spend_limit_reached"] {
            let body = format!(
                "{{\"type\":\"error\",\"error\":{{\"type\":\"rate_limit_error\",\"message\":\"m\",\"details\":{{\"error_code\":\"{code}\"}}}}}}"
            );
            check(429, &[], &body, Kind::SpendLimit, None);
            check(429, &[("x-should-retry", "true"), ("retry-after", "1")], &body, Kind::SpendLimit, None);
        }
        check(429, &[], r#"{"error":{"type":"enforced_spend_limit_reached"}}"#, Kind::SpendLimit, None);
        check(
            429,
            &[],
            r#"{"error":{"type":"rate_limit_error","error_code":"enforced_spend_limit_reached"}}"#,
            Kind::SpendLimit,
            None,
        );
    }

    #[test]
    fn an_error_in_a_success_is_an_error() {
        check(
            200,
            &[],
            r#"{"type":"error","error":{"type":"overloaded_error","message":"x"}}"#,
            Kind::Overloaded,
            Some(None),
        );
        check(200, &[], r#"{"type":"error","error":{"type":"invalid_request_error"}}"#, Kind::InvalidRequest, None);
        check(200, &[], r#"{"type":"error","error":{"type":"new_error"}}"#, Kind::Api, Some(None));
    }

    #[test]
    fn no_error_shows_a_byte_of_the_body() {
        for status in [200, 400, 429, 500] {
            for body in [
                r#"{"type":"error","error":{"type":"4111111111111111","message":"4111111111111111"},"request_id":"4111111111111111"}"#,
                "4111111111111111 is no JSON",
                "<html>4111111111111111",
                r#"{"type":"message","role":"4111111111111111"}"#,
            ] {
                let failure = read_reply(status, &HeaderMap::new(), body.as_bytes()).unwrap_err();
                assert!(!format!("{failure} {failure:?}").contains("4111"), "{failure:?}");
            }
        }
    }

    #[test]
    fn only_a_plausible_request_id_is_kept() {
        for (value, kept) in
            [("req_011CU", true), ("", false), ("a b", false), ("<script>", false), (&"x".repeat(65), false)]
        {
            let failure = read_reply(500, &headers(&[("request-id", value)]), b"").unwrap_err();
            assert_eq!(failure.request_id().is_some(), kept, "{value}");
        }
        let failure = read_reply(500, &headers(&[("request-id", "req_011CU")]), b"").unwrap_err();
        assert_eq!(failure.to_string(), "the Messages API could not answer now: api (status 500, request req_011CU)");
    }
}
