//! An answer of the model: its blocks, why it stopped and what it cost, cut where its tokens run out.

use serde_json::{Value, json};

use super::request::{MessageRequest, rough_tokens};

/// One block of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Block {
    Thinking(String),
    Text(String),
    ToolUse { id: String, name: String, input: Value },
}

/// Why the model stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stop {
    EndTurn,
    MaxTokens,
    Sequence(String),
    ToolUse,
    Refusal,
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reply {
    pub(super) blocks: Vec<Block>,
    pub(super) stop: Stop,
}

impl Reply {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { blocks: vec![Block::Text(text.into())], stop: Stop::EndTurn }
    }

    /// The answer as it is after the caller's stop sequences and the number of tokens it may have.
    pub(super) fn limited(mut self, request: &MessageRequest) -> Self {
        let mut left = request.max_tokens;
        let mut kept = Vec::new();
        for mut block in std::mem::take(&mut self.blocks) {
            if let Block::Text(text) = &mut block
                && let Some((at, sequence)) = first_stop(text, request)
            {
                text.truncate(at);
                self.stop = Stop::Sequence(sequence);
            }
            let needed = block.tokens();
            if needed > left {
                block.cut(left);
                self.stop = Stop::MaxTokens;
                kept.extend((left > 0).then_some(block));
                break;
            }
            left -= needed;
            kept.push(block);
        }
        self.blocks = kept;
        self
    }

    pub(super) fn output_tokens(&self) -> u64 {
        self.blocks.iter().map(Block::tokens).sum::<u64>().max(1)
    }

    fn thinking_tokens(&self) -> u64 {
        self.blocks.iter().filter(|block| matches!(block, Block::Thinking(_))).map(Block::tokens).sum()
    }

    /// The answer as the API writes it.
    pub(super) fn to_message(&self, id: &str, request: &MessageRequest) -> Value {
        json!({
            "id": id,
            "type": "message",
            "role": "assistant",
            "model": request.model,
            "content": self.blocks.iter().map(Block::to_json).collect::<Vec<_>>(),
            "stop_reason": self.stop.name(),
            "stop_sequence": self.stop.sequence(),
            "stop_details": self.stop.details(),
            "usage": self.usage(request),
        })
    }

    pub(super) fn usage(&self, request: &MessageRequest) -> Value {
        json!({
            "input_tokens": request.input_tokens(),
            "output_tokens": self.output_tokens(),
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens_details": { "thinking_tokens": self.thinking_tokens() },
            "service_tier": "standard",
        })
    }
}

impl Stop {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::EndTurn => "end_turn",
            Self::MaxTokens => "max_tokens",
            Self::Sequence(_) => "stop_sequence",
            Self::ToolUse => "tool_use",
            Self::Refusal => "refusal",
        }
    }

    pub(super) fn sequence(&self) -> Option<&str> {
        match self {
            Self::Sequence(sequence) => Some(sequence),
            Self::EndTurn | Self::MaxTokens | Self::ToolUse | Self::Refusal => None,
        }
    }

    pub(super) fn details(&self) -> Value {
        match self {
            Self::Refusal => json!({
                "type": "refusal",
                "category": null,
                "explanation": "The stand-in was told to decline.",
            }),
            Self::EndTurn | Self::MaxTokens | Self::ToolUse | Self::Sequence(_) => Value::Null,
        }
    }
}

impl Block {
    fn tokens(&self) -> u64 {
        match self {
            Self::Thinking(text) | Self::Text(text) => rough_tokens(text),
            Self::ToolUse { input, .. } => rough_tokens(&input.to_string()),
        }
    }

    /// Keeps as many tokens as are left; a call that is cut has no input.
    fn cut(&mut self, tokens: u64) {
        match self {
            Self::Thinking(text) | Self::Text(text) => {
                let characters = usize::try_from(tokens.saturating_mul(4)).unwrap_or(usize::MAX);
                *text = text.chars().take(characters).collect();
            }
            Self::ToolUse { input, .. } => *input = json!({}),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Thinking(text) => json!({ "type": "thinking", "thinking": text, "signature": SIGNATURE }),
            Self::Text(text) => json!({ "type": "text", "text": text }),
            Self::ToolUse { id, name, input } => json!({ "type": "tool_use", "id": id, "name": name, "input": input }),
        }
    }
}

/// What a thinking block is signed with; no real API would take it back.
pub(super) const SIGNATURE: &str = "standin";

fn first_stop(text: &str, request: &MessageRequest) -> Option<(usize, String)> {
    let found = request.stop_sequences().filter_map(|sequence| Some((text.find(sequence)?, sequence.to_owned())));
    found.min_by_key(|(at, _)| *at)
}
