//! Summaries: one sentence for each piece of evidence in the prompt, citing it by the identifier it came with.
//!
//! Amounts are copied, never worked out, and a sentence without evidence is not written.

use serde_json::{Map, Value};

use super::prompt::is_customers;
use crate::limits::{PROMPT_DEPTH, SUMMARY_SENTENCES};

/// Names under which evidence carries its identifier.
const ID_FIELDS: [&str; 4] = ["id", "evidence_id", "cite", "ref"];
/// How many fields of an object a sentence tells.
const TOLD_FIELDS: usize = 6;
/// How many characters of a text a sentence tells.
const TOLD_CHARACTERS: usize = 240;

/// One sentence and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    pub(super) text: String,
    pub(super) cite: String,
}

/// The sentences that the evidence in the prompt allows.
pub(super) fn sentences(data: &[Value]) -> Vec<Sentence> {
    let mut found = Vec::new();
    for value in data {
        // The outermost object may carry the identifier of the whole request, which is not evidence.
        match value {
            Value::Object(fields) => fields.values().for_each(|field| collect(field, &mut found, 1)),
            Value::Array(items) => items.iter().for_each(|item| collect(item, &mut found, 1)),
            _ => {}
        }
        if found.is_empty() {
            collect(value, &mut found, 0);
        }
    }
    found.truncate(SUMMARY_SENTENCES);
    found
}

fn collect(value: &Value, found: &mut Vec<Sentence>, depth: usize) {
    if depth > PROMPT_DEPTH {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found, depth + 1)),
        Value::Object(fields) if is_customers(fields) => {}
        Value::Object(fields) => match id_of(fields) {
            Some(id) => found.push(Sentence { text: tell(id, fields), cite: id.to_owned() }),
            None => fields.values().for_each(|field| collect(field, found, depth + 1)),
        },
        _ => {}
    }
}

fn id_of(fields: &Map<String, Value>) -> Option<&str> {
    ID_FIELDS.iter().find_map(|name| fields.get(*name).and_then(Value::as_str)).filter(|id| !id.is_empty())
}

fn tell(id: &str, fields: &Map<String, Value>) -> String {
    if let Some(text) = fields.get("text").and_then(Value::as_str) {
        let told: String = text.chars().take(TOLD_CHARACTERS).collect();
        return format!("{} ({id}).", told.trim_end_matches(['.', ' ']));
    }
    let mut facts: Vec<String> = amount_of(fields).into_iter().collect();
    push_facts(fields, &mut facts, 0);
    facts.truncate(TOLD_FIELDS);
    if facts.is_empty() { format!("There is evidence {id}.") } else { format!("{id} shows {}.", facts.join(", ")) }
}

/// The amount as a person writes it, copied from the fields as they are.
fn amount_of(fields: &Map<String, Value>) -> Option<String> {
    let minor = fields.get("amount_minor")?.as_i64()?;
    let currency = fields.get("currency")?.as_str()?;
    Some(format!("{}.{:02} {currency}", minor / 100, (minor % 100).abs()))
}

fn push_facts(fields: &Map<String, Value>, facts: &mut Vec<String>, depth: usize) {
    for (name, value) in fields {
        let is_told = ID_FIELDS.contains(&name.as_str()) || name == "amount_minor" || name == "currency";
        match value {
            _ if is_told || depth > PROMPT_DEPTH => {}
            Value::String(text) if !text.is_empty() => facts.push(format!("{} {text}", name.replace('_', " "))),
            Value::Number(number) => facts.push(format!("{} {number}", name.replace('_', " "))),
            Value::Object(inner) => push_facts(inner, facts, depth + 1),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_sentence_cites_evidence_of_the_prompt_and_copies_its_amount() {
        let data =
            [json!({"id": "case_1", "request": {"source": "customer", "id": "msg", "text": "twice"}, "evidence": [
                {"id": "ledger:tx-1", "amount_minor": 1299, "currency": "USD", "descriptor": "STREAMLY"},
                {"id": "policy:pol-101", "text": "Two posted debits are a duplicate."},
            ]})];
        let told = sentences(&data);
        let cites: Vec<&str> = told.iter().map(|sentence| sentence.cite.as_str()).collect();
        assert_eq!(cites, ["ledger:tx-1", "policy:pol-101"]);
        assert_eq!(told[0].text, "ledger:tx-1 shows 12.99 USD, descriptor STREAMLY.");
    }

    #[test]
    fn without_evidence_nothing_is_said() {
        assert_eq!(sentences(&[json!({"source": "customer", "text": "hello"})]), []);
        assert_eq!(sentences(&[]), []);
    }
}
