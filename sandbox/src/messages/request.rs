//! A request to `POST /v1/messages`, checked for what every version of the API insists on.
//!
//! What only today's API refuses is in [`super::strict`].

use serde_json::{Map, Value};

use super::api_error::ApiError;

/// A request, parsed.
#[derive(Debug, Clone)]
pub(super) struct MessageRequest {
    pub(super) body: Map<String, Value>,
    pub(super) model: String,
    pub(super) max_tokens: u64,
    pub(super) turns: Vec<Turn>,
    pub(super) system: String,
}

/// One turn of the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) role: Role,
    /// The text of all its blocks.
    pub(super) text: String,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    User,
    Assistant,
}

/// Whether the number of tokens of the answer must be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MaxTokens {
    Required,
    NotNeeded,
}

impl MessageRequest {
    pub(super) fn parse(bytes: &[u8], max_tokens: MaxTokens) -> Result<Self, ApiError> {
        let body: Value = serde_json::from_slice(bytes)
            .map_err(|error| ApiError::invalid(format!("The request body is not valid JSON: {error}")))?;
        let Value::Object(body) = body else {
            return Err(ApiError::invalid("The request body is not a JSON object"));
        };
        let model = body.get("model").and_then(Value::as_str).filter(|model| !model.is_empty());
        let model = model.ok_or_else(|| ApiError::invalid("model: Field required"))?.to_owned();
        let max_tokens = match (body.get("max_tokens").map(Value::as_u64), max_tokens) {
            (Some(Some(number)), _) => number,
            (Some(None), _) => return Err(ApiError::invalid("max_tokens: Input should be a valid integer")),
            (None, MaxTokens::NotNeeded) => 0,
            (None, MaxTokens::Required) => return Err(ApiError::invalid("max_tokens: Field required")),
        };
        let system = body.get("system").map(text_of).transpose()?.unwrap_or_default();
        let turns = turns(body.get("messages"))?;
        Ok(Self { model, max_tokens, turns, system, body })
    }

    /// The text of the last user turn.
    pub(super) fn user_text(&self) -> &str {
        self.turns.iter().rev().find(|turn| turn.role == Role::User).map_or("", |turn| turn.text.as_str())
    }

    /// The beginning of the answer, where the caller wrote it.
    pub(super) fn prefill(&self) -> Option<&str> {
        self.turns.last().filter(|turn| turn.role == Role::Assistant).map(|turn| turn.text.as_str())
    }

    /// The JSON schema that the answer is to fit. `output_format` is where it was before `output_config` was.
    pub(super) fn schema(&self) -> Option<&Value> {
        let format = self.body.get("output_config").and_then(|config| config.get("format"));
        format.or_else(|| self.body.get("output_format")).filter(|format| !format.is_null())?.get("schema")
    }

    /// The tool that the answer must call, with the schema of its input.
    pub(super) fn forced_tool(&self) -> Option<(&str, &Value)> {
        let tools = self.body.get("tools")?.as_array()?;
        let choice = self.body.get("tool_choice")?;
        let tool = match choice.get("type")?.as_str()? {
            "any" => tools.first(),
            "tool" => tools.iter().find(|tool| tool.get("name") == choice.get("name")),
            _ => None,
        }?;
        Some((tool.get("name")?.as_str()?, tool.get("input_schema")?))
    }

    pub(super) fn thinking(&self) -> Option<&str> {
        self.body.get("thinking")?.get("type")?.as_str()
    }

    pub(super) fn is_streamed(&self) -> bool {
        self.body.get("stream").and_then(Value::as_bool).unwrap_or(false)
    }

    pub(super) fn stop_sequences(&self) -> impl Iterator<Item = &str> {
        let listed = self.body.get("stop_sequences").and_then(Value::as_array);
        listed.into_iter().flatten().filter_map(Value::as_str).filter(|sequence| !sequence.is_empty())
    }

    /// A rough count of the tokens of the whole prompt: one for four characters.
    pub(super) fn input_tokens(&self) -> u64 {
        let of = |name: &str| self.body.get(name).map_or(0, |value| rough_tokens(&value.to_string()));
        of("messages") + of("system") + of("tools") + of("output_config") + of("output_format")
    }
}

/// A rough count of tokens: one for four characters, rounded up.
pub(super) fn rough_tokens(text: &str) -> u64 {
    u64::try_from(text.chars().count().div_ceil(4)).unwrap_or(u64::MAX)
}

fn turns(messages: Option<&Value>) -> Result<Vec<Turn>, ApiError> {
    let messages = messages.and_then(Value::as_array).filter(|messages| !messages.is_empty());
    let messages = messages.ok_or_else(|| ApiError::invalid("messages: at least one message is required"))?;
    let turn = |(index, message): (usize, &Value)| {
        let role = match message.get("role").and_then(Value::as_str) {
            Some("user") => Role::User,
            Some("assistant") => Role::Assistant,
            _ => {
                return Err(ApiError::invalid(format!("messages.{index}.role: Input should be 'user' or 'assistant'")));
            }
        };
        let content = message.get("content");
        let content = content.ok_or_else(|| ApiError::invalid(format!("messages.{index}.content: Field required")))?;
        Ok(Turn { role, text: text_of(content)? })
    };
    messages.iter().enumerate().map(turn).collect()
}

/// The text of a content that is a string or a list of blocks; blocks that hold no text are passed over.
fn text_of(content: &Value) -> Result<String, ApiError> {
    match content {
        Value::String(text) => Ok(text.clone()),
        Value::Array(blocks) => {
            let is_block = |block: &Value| block.get("type").is_some_and(Value::is_string);
            if blocks.iter().any(|block| !is_block(block)) {
                return Err(ApiError::invalid("content: every block needs a type"));
            }
            let texts = blocks.iter().filter_map(|block| block.get("text").and_then(Value::as_str));
            Ok(texts.collect::<Vec<_>>().join("\n"))
        }
        _ => Err(ApiError::invalid("content: Input should be a string or a list of blocks")),
    }
}
