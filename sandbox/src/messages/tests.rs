//! The stand-in as its callers see it.

mod faults;
mod forms;
mod protocol;
mod strictness;

use serde_json::{Value, json};

use crate::Config;
use crate::testing::{Answer, Probe, today};

pub(super) const KEY: (&str, &str) = ("authorization", "Bearer test");
pub(super) const VERSION: (&str, &str) = ("anthropic-version", "2026-10-21");
pub(super) const TWICE: &str = r#"{"source":"customer","text":"My card was charged twice for the same subscription."}"#;

/// A request for a triage with a schema, about the given user turn.
pub(super) fn triage(turn: &str) -> Value {
    json!({
        "model": "claude-haiku-5-5",
        "max_tokens": 500,
        "system": "Classify the customer's request.",
        "messages": [{"role": "user", "content": turn}],
        "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": triage_schema()}},
    })
}

fn triage_schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["task", "confidence", "reason"],
        "properties": {
            "task": {"enum": ["fraud_check", "kyc_lookup", "dispute_summary", "payment_status", "other"]},
            "confidence": {"type": "number"},
            "reason": {"type": "string"},
        },
    })
}

/// A request without a schema.
fn plain(prompt: &str) -> Value {
    json!({"model": "m", "max_tokens": 500, "messages": [{"role": "user", "content": prompt}]})
}

async fn ask(probe: &Probe, body: &Value) -> Answer {
    probe.send("POST", "/v1/messages", &[KEY, VERSION], &body.to_string()).await
}

/// The JSON in the answer's first text block.
async fn told(probe: &Probe, body: &Value) -> Value {
    serde_json::from_str(&text_of(&ask(probe, body).await)).unwrap()
}

fn text_of(answer: &Answer) -> String {
    let message = answer.json();
    let blocks = message["content"].as_array().unwrap();
    blocks.iter().find(|block| block["type"] == "text").map(|block| block["text"].as_str().unwrap().to_owned()).unwrap()
}

fn gullible() -> Probe {
    Probe::with(Config { gullible: true, ..Config::new(1, today()) })
}

fn strict() -> Probe {
    Probe::with(Config { strict: true, ..Config::new(1, today()) })
}
