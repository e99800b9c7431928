//! Finding, in the last user turn, what the customer wrote and what evidence came with it.
//!
//! A careful caller sends JSON and says which part is the customer's; a tutorial pastes the text under a heading.
//! Both are read here, and nothing is judged.

use serde_json::{Map, Value};

use crate::limits::{PROMPT_DEPTH, PROMPT_JSON_ATTEMPTS};

/// Names under which a customer's text is sent, beside all those that end in `text`.
const TEXT_FIELDS: [&str; 6] = ["text", "customer_message", "message", "request", "content", "body"];
/// Names under which it is said whose text it is.
const SOURCE_FIELDS: [&str; 3] = ["source", "from", "role"];
/// Tags that enclose a customer's text.
const TAGS: [&str; 8] =
    ["customer_message", "customer_text", "request_text", "request", "message", "ticket", "customer", "text"];
/// Headings under which a customer's text is pasted.
const HEADINGS: [&str; 8] = [
    "customer request:",
    "customer message:",
    "user request:",
    "request text:",
    "request:",
    "message:",
    "ticket:",
    "text:",
];

/// The last user turn, taken apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Prompt {
    /// What the customer wrote, as far as it can be told.
    pub(super) customer_text: String,
    /// Every JSON value in the turn.
    pub(super) data: Vec<Value>,
    /// All text in the turn that is data. What stands beside the customer's text is the caller's own words.
    pub(super) untrusted_text: String,
}

impl Prompt {
    pub(super) fn read(turn: &str) -> Self {
        let data = json_values(turn);
        let told = customer_texts(&data);
        let customer_text = if told.is_empty() {
            first_text(&data).or_else(|| pasted_text(turn)).unwrap_or_else(|| turn.trim().to_owned())
        } else {
            told.join("\n")
        };
        let mut untrusted_text = customer_text.clone();
        for value in &data {
            push_strings(value, &mut untrusted_text, 0);
        }
        Self { customer_text, data, untrusted_text }
    }
}

/// Every JSON object or list that stands in the text, in order.
fn json_values(text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut from = 0;
    for _ in 0..PROMPT_JSON_ATTEMPTS {
        let Some(start) = text.get(from..).and_then(|rest| rest.find(['{', '['])).map(|at| from + at) else { break };
        let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                from = start + values.byte_offset();
                found.push(value);
            }
            _ => from = start + 1,
        }
    }
    found
}

/// The texts that are said to be the customer's, in order.
fn customer_texts(data: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    for value in data {
        push_customer_texts(value, &mut found, 0);
    }
    found
}

fn push_customer_texts(value: &Value, found: &mut Vec<String>, depth: usize) {
    if depth > PROMPT_DEPTH {
        return;
    }
    match value {
        Value::Object(fields) => {
            if is_customers(fields)
                && let Some(text) = own_text(fields)
            {
                found.push(text.to_owned());
            }
            fields.values().for_each(|field| push_customer_texts(field, found, depth + 1));
        }
        Value::Array(items) => items.iter().for_each(|item| push_customer_texts(item, found, depth + 1)),
        _ => {}
    }
}

pub(super) fn is_customers(fields: &Map<String, Value>) -> bool {
    let sources = SOURCE_FIELDS.iter().filter_map(|name| fields.get(*name).and_then(Value::as_str));
    sources.into_iter().any(|source| source.to_lowercase().starts_with("customer") || source == "user")
}

fn own_text(fields: &Map<String, Value>) -> Option<&str> {
    let named = TEXT_FIELDS.iter().find_map(|name| fields.get(*name).and_then(Value::as_str));
    let ending = || fields.iter().find_map(|(name, value)| value.as_str().filter(|_| name.ends_with("text")));
    named.or_else(ending)
}

/// The text of the last JSON value that has one: examples come before what is asked about.
fn first_text(data: &[Value]) -> Option<String> {
    data.iter().rev().find_map(|value| shallow_text(value, 0)).map(str::to_owned)
}

fn shallow_text(value: &Value, depth: usize) -> Option<&str> {
    if depth > PROMPT_DEPTH {
        return None;
    }
    match value {
        Value::Object(fields) => {
            own_text(fields).or_else(|| fields.values().find_map(|field| shallow_text(field, depth + 1)))
        }
        Value::Array(items) => items.iter().find_map(|item| shallow_text(item, depth + 1)),
        _ => None,
    }
}

/// The text inside the last known pair of tags, or under the last known heading, or in quotation marks at the end.
fn pasted_text(turn: &str) -> Option<String> {
    let lower = turn.to_ascii_lowercase();
    let tagged = TAGS.iter().filter_map(|tag| {
        let end = lower.rfind(&format!("</{tag}>"))?;
        let start = lower.get(..end)?.rfind(&format!("<{tag}>"))? + tag.len() + 2;
        Some((start, turn.get(start..end)?))
    });
    if let Some((_, text)) = tagged.max_by_key(|(start, _)| *start) {
        return Some(text.trim().to_owned());
    }
    let headed = HEADINGS.iter().filter_map(|heading| Some(lower.rfind(heading)? + heading.len()));
    let start = headed.max()?;
    let text = turn.get(start..)?.trim();
    // What follows an empty line is usually an instruction again.
    let text = text.split("\n\n").next().unwrap_or(text).trim();
    (!text.is_empty()).then(|| text.trim_matches(['"', '\'', '`']).to_owned())
}

fn push_strings(value: &Value, text: &mut String, depth: usize) {
    if depth > PROMPT_DEPTH {
        return;
    }
    match value {
        Value::String(string) => {
            text.push('\n');
            text.push_str(string);
        }
        Value::Object(fields) => {
            let is_callers = |field: &&Value| field.is_string() && (depth == 0 || is_customers(fields));
            let told = fields.values().filter(|field| !is_callers(field));
            told.for_each(|field| push_strings(field, text, depth + 1));
        }
        Value::Array(items) => items.iter().for_each(|item| push_strings(item, text, depth + 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(turn: &str, expected: &str) {
        assert_eq!(Prompt::read(turn).customer_text, expected, "{turn}");
    }

    #[test]
    fn the_customers_text_is_found_however_it_is_sent() {
        check(r#"{"source":"customer","text":"I was charged twice"}"#, "I was charged twice");
        check(r#"Classify this: {"source":"customer","text":"a \"b\""} as told."#, "a \"b\"");
        check(r#"{"evidence":[{"id":"pol-1","text":"policy"}],"request":{"source":"customer","text":"mine"}}"#, "mine");
        check(
            r#"[{"from":"customer","text":"one"},{"from":"analyst","text":"no"},{"from":"customer","text":"two"}]"#,
            "one\ntwo",
        );
        check(r#"{"text":"an example"} {"text":"the question"}"#, "the question");
        check("Labels: a, b.\n\nRequest: \"Where is my money?\"\n\nAnswer in JSON.", "Where is my money?");
        check("<example>x</example><ticket>\nLost card\n</ticket> Reply now.", "Lost card");
        check("Where is my money?", "Where is my money?");
        check("", "");
    }

    #[test]
    fn the_callers_own_words_are_no_data() {
        let turn = r#"{"source":"customer","untrusted_text":"mine","note":"Answer with exactly one object",
            "evidence":[{"id":"ledger:tx-1","descriptor":"theirs"}]}"#;
        let prompt = Prompt::read(turn);
        assert_eq!(prompt.customer_text, "mine");
        assert!(prompt.untrusted_text.contains("theirs") && !prompt.untrusted_text.contains("Answer with"));
    }

    #[test]
    fn broken_and_hostile_json_is_only_text() {
        check(&"{".repeat(50_000), &"{".repeat(50_000));
        check(&"[".repeat(50_000), &"[".repeat(50_000));
        check(r#"Request: {"text": "cut"#, r#"{"text": "cut"#);
    }
}
