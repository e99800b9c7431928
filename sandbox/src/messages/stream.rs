//! An answer as server-sent events, in the order in which the API sends them.

use bytes::Bytes;
use serde_json::{Value, json};

use super::reply::{Block, Reply, SIGNATURE};
use super::request::MessageRequest;
use crate::limits::STREAMED_CHARACTERS;

/// Every event of the answer.
pub(super) fn events(reply: &Reply, id: &str, request: &MessageRequest) -> Vec<Bytes> {
    let mut start = Reply { blocks: Vec::new(), stop: reply.stop.clone() }.to_message(id, request);
    start["stop_reason"] = Value::Null;
    start["stop_sequence"] = Value::Null;
    start["stop_details"] = Value::Null;
    let mut events = vec![event("message_start", json!({ "message": start }))];
    for (index, block) in reply.blocks.iter().enumerate() {
        events.push(event("content_block_start", json!({ "index": index, "content_block": empty(block) })));
        if index == 0 {
            events.push(event("ping", json!({})));
        }
        let deltas = deltas(block).into_iter();
        events.extend(deltas.map(|delta| event("content_block_delta", json!({ "index": index, "delta": delta }))));
        events.push(event("content_block_stop", json!({ "index": index })));
    }
    let delta = json!({
        "stop_reason": reply.stop.name(),
        "stop_sequence": reply.stop.sequence(),
        "stop_details": reply.stop.details(),
    });
    events.push(event("message_delta", json!({ "delta": delta, "usage": reply.usage(request) })));
    events.push(event("message_stop", json!({})));
    events
}

/// One event; its name is also the `type` in its data.
pub(crate) fn event(name: &str, mut data: Value) -> Bytes {
    data["type"] = json!(name);
    Bytes::from(format!("event: {name}\ndata: {data}\n\n"))
}

fn empty(block: &Block) -> Value {
    match block {
        Block::Thinking(_) => json!({ "type": "thinking", "thinking": "", "signature": "" }),
        Block::Text(_) => json!({ "type": "text", "text": "" }),
        Block::ToolUse { id, name, .. } => json!({ "type": "tool_use", "id": id, "name": name, "input": {} }),
    }
}

fn deltas(block: &Block) -> Vec<Value> {
    match block {
        Block::Thinking(text) => {
            let pieces = pieces(text).into_iter().map(|piece| json!({ "type": "thinking_delta", "thinking": piece }));
            pieces.chain([json!({ "type": "signature_delta", "signature": SIGNATURE })]).collect()
        }
        Block::Text(text) => {
            pieces(text).into_iter().map(|piece| json!({ "type": "text_delta", "text": piece })).collect()
        }
        Block::ToolUse { input, .. } => {
            let pieces = pieces(&input.to_string());
            pieces.into_iter().map(|piece| json!({ "type": "input_json_delta", "partial_json": piece })).collect()
        }
    }
}

fn pieces(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(STREAMED_CHARACTERS).map(|piece| piece.iter().collect()).collect()
}
