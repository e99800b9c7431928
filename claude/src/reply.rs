//! The answer of the Messages API: bytes become a [`Reply`], or a [`Failure`] that says why not.
//! It refuses to judge what the text says: that is the caller's, with the schema in hand.

use crate::failure::{self, Failure, Why};
use crate::kind::WireError;
use crate::limits::{REPLY_BLOCKS_MAX, REPLY_BYTES_MAX, REPLY_TEXT_BYTES_MAX, STOP_REASON_BYTES_MAX, USAGE_TOKENS_MAX};
use crate::request::is_model_name;
use crate::said::Said;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use std::fmt;

/// A finished message of the model. `Debug` does not show its text.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// All text blocks, joined; thinking blocks are skipped. Untrusted, at most
    /// [`crate::limits::REPLY_TEXT_BYTES_MAX`] bytes.
    pub text: Said,
    /// The model that answered, as the service names it.
    pub model: String,
    /// The service's id of the request.
    pub request_id: Option<String>,
    /// Why the model stopped.
    pub stop_reason: StopReason,
    /// What it used.
    pub usage: Usage,
}

impl fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Reply")
            .field("text_bytes", &self.text.len())
            .field("model", &self.model)
            .field("request_id", &self.request_id)
            .field("stop_reason", &self.stop_reason)
            .field("usage", &self.usage)
            .finish()
    }
}

/// Why the model stopped, where the answer is complete. The others are a [`Failure`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// It had said everything.
    EndTurn,
    /// It came to a stop sequence.
    StopSequence,
    /// A reason that is newer than this code: the text may be whole or not, so validate it. The
    /// name is cut to plain letters, digits and `_`, at most 48.
    Other(String),
}

impl StopReason {
    /// The word on the wire.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::EndTurn => "end_turn",
            Self::StopSequence => "stop_sequence",
            Self::Other(name) => name,
        }
    }
}

/// The tokens that an answer used. Prompt tokens are the sum of the three input counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Prompt tokens that were neither read from nor written to the cache.
    pub input_tokens: u64,
    /// Tokens of the answer, thinking included.
    pub output_tokens: u64,
    /// Prompt tokens that were written to the cache.
    pub cache_creation_input_tokens: u64,
    /// Prompt tokens that were read from the cache.
    pub cache_read_input_tokens: u64,
    /// How many of the output tokens were thinking.
    pub thinking_tokens: u64,
}

/// Reads the answer to a request of [`crate::messages_request`].
///
/// # Errors
/// [`Failure`] for every status but 200, and for a 200 that holds no complete message.
pub fn read_reply(status: u16, headers: &HeaderMap, body: &[u8]) -> Result<Reply, Failure> {
    if status != 200 {
        return Err(failure::of_error_answer(status, headers, body));
    }
    let unusable = |why| Failure::Unusable { why, usage: None, request_id: failure::request_id(headers) };
    let message: WireMessage = read_json(headers, body, REPLY_BYTES_MAX).map_err(unusable)?;
    if let (Some("error"), Some(error)) = (message.message_type.as_deref(), &message.error) {
        return Err(failure::of_error_in_success(error, headers));
    }
    let usage = message.usage.as_ref().and_then(WireUsage::read);
    message
        .into_draft()
        .and_then(Draft::finish)
        .map(|finished| finished.into_reply(headers))
        .map_err(|why| Failure::Unusable { why, usage, request_id: failure::request_id(headers) })
}

/// Parses a success's body, telling apart what is not JSON at all from JSON of another shape.
pub(crate) fn read_json<T: serde::de::DeserializeOwned>(
    headers: &HeaderMap,
    body: &[u8],
    bytes_max: usize,
) -> Result<T, Why> {
    if body.len() > bytes_max {
        return Err(Why::TooLarge);
    }
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii();
    if body.is_empty() {
        return Err(Why::Empty);
    }
    let says_html =
        headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().to_ascii_lowercase().starts_with(b"text/html"));
    if says_html || body.starts_with(b"<") {
        return Err(Why::Html);
    }
    serde_json::from_slice(body).map_err(|error| if error.is_data() { Why::WrongShape } else { Why::NotJson })
}

/// A message on the wire, or an error in its place. Every part may be missing: what is missing is
/// judged in one place and not by the parser.
#[derive(Deserialize)]
struct WireMessage {
    #[serde(rename = "type")]
    message_type: Option<String>,
    role: Option<String>,
    model: Option<String>,
    content: Option<Vec<WireBlock>>,
    stop_reason: Option<String>,
    usage: Option<WireUsage>,
    error: Option<WireError>,
}

#[derive(Deserialize)]
struct WireBlock {
    #[serde(rename = "type")]
    block_type: String,
    text: Option<String>,
}

/// The counts on the wire; in a stream's last event only those that changed are there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct WireUsage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    output_tokens_details: Option<WireOutputDetails>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
struct WireOutputDetails {
    thinking_tokens: Option<u64>,
}

impl WireUsage {
    /// The counts of a whole message; `None` where one is absurd or the two main ones are missing.
    fn read(&self) -> Option<Usage> {
        self.input_tokens?;
        self.output_tokens?;
        self.over(Usage::default())
    }

    /// The counts before, with those replaced that are given here.
    pub(crate) fn over(&self, before: Usage) -> Option<Usage> {
        let bounded = |count: Option<u64>, before: u64| {
            let count = count.unwrap_or(before);
            (count <= USAGE_TOKENS_MAX).then_some(count)
        };
        Some(Usage {
            input_tokens: bounded(self.input_tokens, before.input_tokens)?,
            output_tokens: bounded(self.output_tokens, before.output_tokens)?,
            cache_creation_input_tokens: bounded(self.cache_creation_input_tokens, before.cache_creation_input_tokens)?,
            cache_read_input_tokens: bounded(self.cache_read_input_tokens, before.cache_read_input_tokens)?,
            thinking_tokens: bounded(
                self.output_tokens_details.as_ref().and_then(|details| details.thinking_tokens),
                before.thinking_tokens,
            )?,
        })
    }
}

impl WireMessage {
    fn into_draft(self) -> Result<Draft, Why> {
        let is_message = self.message_type.as_deref() == Some("message") && self.role.as_deref() == Some("assistant");
        let (Some(model), Some(content), Some(stop_reason), Some(usage)) =
            (self.model, self.content, self.stop_reason, self.usage)
        else {
            return Err(Why::WrongShape);
        };
        if !is_message {
            return Err(Why::WrongShape);
        }
        if content.len() > REPLY_BLOCKS_MAX {
            return Err(Why::TooLarge);
        }
        let mut draft = Draft {
            model,
            usage: usage.read().ok_or(Why::WrongShape)?,
            stop_reason: Some(stop_reason),
            text: String::new(),
        };
        for block in content {
            if block.block_type == "text" {
                draft.push_text(&block.text.ok_or(Why::WrongShape)?)?;
            }
        }
        Ok(draft)
    }
}

/// A message as far as it has come, from a whole body or from a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) text: String,
    pub(crate) model: String,
    pub(crate) stop_reason: Option<String>,
    pub(crate) usage: Usage,
}

/// A draft that has passed every check.
pub(crate) struct Finished {
    text: String,
    model: String,
    stop_reason: StopReason,
    usage: Usage,
}

impl Draft {
    pub(crate) fn push_text(&mut self, text: &str) -> Result<(), Why> {
        if self.text.len() + text.len() > REPLY_TEXT_BYTES_MAX {
            return Err(Why::TooLarge);
        }
        self.text.push_str(text);
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<Finished, Why> {
        if !is_model_name(&self.model) {
            return Err(Why::WrongShape);
        }
        let stop_reason = match self.stop_reason.as_deref() {
            Some("end_turn") => StopReason::EndTurn,
            Some("stop_sequence") => StopReason::StopSequence,
            Some("refusal") => return Err(Why::Refusal),
            Some("max_tokens") => return Err(Why::Truncated),
            Some("model_context_window_exceeded") => return Err(Why::ContextExceeded),
            Some("tool_use" | "pause_turn") | None => return Err(Why::Unfinished),
            Some(name) => StopReason::Other(bounded_name(name)),
        };
        if self.text.trim().is_empty() {
            return Err(Why::NoText);
        }
        Ok(Finished { text: self.text, model: self.model, stop_reason, usage: self.usage })
    }
}

impl Finished {
    pub(crate) fn into_reply(self, headers: &HeaderMap) -> Reply {
        Reply {
            text: Said::new(self.text),
            model: self.model,
            request_id: failure::request_id(headers),
            stop_reason: self.stop_reason,
            usage: self.usage,
        }
    }
}

/// Keeps of an unknown name only what can do no harm in a journal or on a screen.
fn bounded_name(name: &str) -> String {
    name.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_').take(STOP_REASON_BYTES_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use serde_json::{Value, json};

    fn message() -> Value {
        json!({
            "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-haiku-5-5",
            "content": [
                {"type": "thinking", "thinking": "secret thoughts", "signature": "s"},
                {"type": "text", "text": "{\"task\":"},
                {"type": "new_block", "text": "not this"},
                {"type": "text", "text": "\"other\"}", "citations": null},
            ],
            "stop_reason": "end_turn", "stop_sequence": null, "stop_details": null,
            "usage": {"input_tokens": 20, "output_tokens": 9, "cache_creation_input_tokens": null, "cache_read_input_tokens": 700,
                      "output_tokens_details": {"thinking_tokens": 3}, "service_tier": "standard"},
        })
    }

    fn read(body: &[u8]) -> Result<Reply, Failure> {
        read_reply(200, &HeaderMap::new(), body)
    }

    fn why(body: &[u8]) -> Why {
        match read(body) {
            Err(Failure::Unusable { why, .. }) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn text_blocks_are_joined_and_all_others_skipped() {
        let headers =
            HeaderMap::from_iter([(http::HeaderName::from_static("request-id"), HeaderValue::from_static("req_1"))]);
        let reply = read_reply(200, &headers, message().to_string().as_bytes()).unwrap();
        assert_eq!(
            reply,
            Reply {
                text: Said::new("{\"task\":\"other\"}".to_owned()),
                model: "claude-haiku-5-5".to_owned(),
                request_id: Some("req_1".to_owned()),
                stop_reason: StopReason::EndTurn,
                usage: Usage {
                    input_tokens: 20,
                    output_tokens: 9,
                    cache_creation_input_tokens: 0,
                    cache_read_input_tokens: 700,
                    thinking_tokens: 3
                },
            }
        );
    }

    #[test]
    fn a_success_without_a_message_is_unusable() {
        for (body, expected) in [
            (&b""[..], Why::Empty),
            (b" \r\n", Why::Empty),
            (b"\xEF\xBB\xBF", Why::Empty),
            (b"<!doctype html><html></html>", Why::Html),
            (b"I think it is fraud.", Why::NotJson),
            (b"{\"type\":\"message\",\"content\":[{\"ty", Why::NotJson),
            (b"{} {}", Why::NotJson),
            (b"\xFF\xFE", Why::NotJson),
            (b"null", Why::WrongShape),
            (b"[]", Why::WrongShape),
            (b"{}", Why::WrongShape),
            (b"{\"type\":\"error\"}", Why::WrongShape),
        ] {
            assert_eq!(why(body), expected, "{}", String::from_utf8_lossy(body));
        }
        assert_eq!(why(&vec![b' '; REPLY_BYTES_MAX + 1]), Why::TooLarge);
        assert_eq!(why("[".repeat(100_000).as_bytes()), Why::WrongShape);
        let html = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("Text/HTML; charset=utf-8"))]);
        assert!(matches!(read_reply(200, &html, b"Please log in"), Err(Failure::Unusable { why: Why::Html, .. })));
    }

    #[test]
    fn a_message_that_breaks_one_rule_is_unusable() {
        for (pointer, value, expected) in [
            ("/type", json!("completion"), Why::WrongShape),
            ("/role", json!("user"), Why::WrongShape),
            ("/model", json!("4111 1111"), Why::WrongShape),
            ("/model", json!(null), Why::WrongShape),
            ("/content", json!("text"), Why::WrongShape),
            ("/content", json!([]), Why::NoText),
            ("/content", json!([{"type": "text", "text": " \n"}]), Why::NoText),
            ("/content", json!([{"type": "text"}]), Why::WrongShape),
            ("/content", json!([{"type": "text", "text": "x".repeat(REPLY_TEXT_BYTES_MAX + 1)}]), Why::TooLarge),
            ("/content", json!(vec![json!({"type": "text", "text": "x"}); REPLY_BLOCKS_MAX + 1]), Why::TooLarge),
            ("/stop_reason", json!("refusal"), Why::Refusal),
            ("/stop_reason", json!("max_tokens"), Why::Truncated),
            ("/stop_reason", json!("model_context_window_exceeded"), Why::ContextExceeded),
            ("/stop_reason", json!("tool_use"), Why::Unfinished),
            ("/stop_reason", json!("pause_turn"), Why::Unfinished),
            ("/stop_reason", json!(null), Why::WrongShape),
            ("/usage", json!(null), Why::WrongShape),
            ("/usage/input_tokens", json!(-1), Why::WrongShape),
            ("/usage/input_tokens", json!(u64::MAX), Why::WrongShape),
            ("/usage/output_tokens", json!(null), Why::WrongShape),
        ] {
            let mut message = message();
            *message.pointer_mut(pointer).unwrap() = value.clone();
            assert_eq!(
                why(message.to_string().as_bytes()),
                expected,
                "{pointer} {}",
                &value.to_string()[..20.min(value.to_string().len())]
            );
        }
    }

    #[test]
    fn an_unusable_answer_still_says_what_it_cost() {
        let mut refused = message();
        refused["stop_reason"] = json!("refusal");
        let Err(Failure::Unusable { usage: Some(usage), .. }) = read(refused.to_string().as_bytes()) else {
            panic!("no usage")
        };
        assert_eq!((usage.input_tokens, usage.output_tokens), (20, 9));
    }

    #[test]
    fn a_new_stop_reason_is_let_through_with_a_harmless_name() {
        for (name, kept) in [
            ("stop_sequence", "stop_sequence"),
            ("brand_new", "brand_new"),
            ("<b>\u{202e}x</b>", "bxb"),
            (&"y".repeat(500), &"y".repeat(48)),
        ] {
            let mut message = message();
            message["stop_reason"] = json!(name);
            assert_eq!(read(message.to_string().as_bytes()).unwrap().stop_reason.name(), kept);
        }
    }

    #[test]
    fn arbitrary_and_damaged_bytes_never_panic() {
        let whole = message().to_string().into_bytes();
        let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
        let mut next = move || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed as usize
        };
        for round in 0..20_000 {
            let mut bytes = whole.clone();
            if round % 4 == 0 {
                bytes = (0..next() % 64).map(|_| next() as u8).collect();
            } else {
                bytes.truncate(next() % (whole.len() + 1));
                for _ in 0..next() % 4 {
                    let len = bytes.len().max(1);
                    if let Some(byte) = bytes.get_mut(next() % len) {
                        *byte = next() as u8;
                    }
                }
            }
            for status in [200, 400, 429, 500, next() as u16] {
                if let Ok(reply) = read_reply(status, &HeaderMap::new(), &bytes) {
                    assert!(status == 200 && !reply.text.is_empty() && reply.text.len() <= REPLY_TEXT_BYTES_MAX);
                }
            }
        }
    }
}
