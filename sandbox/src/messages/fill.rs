//! Writing an answer that fits a JSON schema: the schema is walked, and each field is filled by its name and kind.
//!
//! Of the keywords, those are followed that the API's structured outputs have; others are passed over.

use serde_json::{Map, Value, json};

use super::facts::Facts;
use super::label::Label;
use crate::limits::SCHEMA_DEPTH;

/// Options that mean "I cannot tell", in the order in which they are taken.
const UNDECIDED: [&str; 6] = ["other", "unknown", "none", "unclear", "not_applicable", "n/a"];

/// A value that fits the schema, or none where the schema is too deep or refers to nothing.
pub(super) fn fill(schema: &Value, facts: &Facts) -> Option<Value> {
    Filler { root: schema, facts }.value("", schema, 0)
}

struct Filler<'a> {
    root: &'a Value,
    facts: &'a Facts,
}

impl Filler<'_> {
    fn value(&self, name: &str, schema: &Value, depth: usize) -> Option<Value> {
        if depth > SCHEMA_DEPTH {
            return None;
        }
        let schema = &self.resolved(schema, depth)?;
        if let Some(constant) = schema.get("const") {
            return Some(constant.clone());
        }
        if let Some(options) = schema.get("enum").and_then(Value::as_array) {
            return self.option(options);
        }
        if let Some(choices) = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array) {
            return self.choice(name, choices, depth);
        }
        let kinds = kinds(schema);
        let known = self.facts.candidates(name).into_iter().find(|value| kinds.iter().any(|kind| is_of(value, kind)));
        if known.is_some() {
            return known;
        }
        if kinds.contains(&"null") {
            return Some(Value::Null);
        }
        if let Some(default) = schema.get("default") {
            return Some(default.clone());
        }
        match kinds.first().copied() {
            Some("object") => self.object(schema, depth),
            Some("array") => self.array(name, schema, depth),
            Some("integer" | "number") => Some(json!(0)),
            Some("boolean") => Some(json!(self.is_spoken_of(name))),
            Some("string") => Some(json!("")),
            Some(_) | None => Some(json!({})),
        }
    }

    /// The schema with its reference followed and its `allOf` merged in.
    fn resolved(&self, schema: &Value, depth: usize) -> Option<Value> {
        let mut merged = match schema.get("$ref").and_then(Value::as_str) {
            Some(reference) if depth <= SCHEMA_DEPTH => {
                self.resolved(self.root.pointer(reference.strip_prefix('#')?)?, depth + 1)?
            }
            Some(_) => return None,
            None => schema.clone(),
        };
        let parts = schema.get("allOf").and_then(Value::as_array).cloned().unwrap_or_default();
        for part in parts {
            merge(&mut merged, self.resolved(&part, depth + 1)?);
        }
        Some(merged)
    }

    /// One of the options: the label that was judged, else one that the text speaks of, else one that decides nothing.
    fn option(&self, options: &[Value]) -> Option<Value> {
        let names = || options.iter().filter_map(Value::as_str);
        if let Some(wished) = self.facts.orders.wished(names()) {
            return Some(json!(wished));
        }
        let is_label_list =
            names().filter(|name| Label::named(name).is_some_and(|one| one != Label::Other)).count() > 1;
        if is_label_list && let Some(alien) = self.facts.alien_label {
            return Some(json!(alien));
        }
        if is_label_list {
            let label = self.facts.label_among(|label| names().any(|name| Label::named(name) == Some(label)))?;
            return names().find(|name| Label::named(name) == Some(label)).map(|name| json!(name));
        }
        let spoken = names().find(|name| self.is_spoken_of(name));
        let undecided = || UNDECIDED.iter().find_map(|word| names().find(|name| name.eq_ignore_ascii_case(word)));
        let null = || options.iter().find(|option| option.is_null()).cloned();
        spoken.or_else(undecided).map(|name| json!(name)).or_else(null).or_else(|| options.first().cloned())
    }

    /// The first alternative that is not null, where something is known for it; else null where that is allowed.
    fn choice(&self, name: &str, choices: &[Value], depth: usize) -> Option<Value> {
        let is_null = |choice: &&Value| kinds(choice) == ["null"];
        let may_be_null = choices.iter().any(|choice| is_null(&choice));
        if may_be_null && self.facts.candidates(name).is_empty() {
            return Some(Value::Null);
        }
        choices.iter().filter(|choice| !is_null(choice)).find_map(|choice| self.value(name, choice, depth + 1))
    }

    fn object(&self, schema: &Value, depth: usize) -> Option<Value> {
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let mut object = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let is_required = required.contains(&name.as_str());
            if !is_required && self.facts.candidates(name).is_empty() {
                continue;
            }
            match self.value(name, property, depth + 1) {
                Some(value) => object.insert(name.clone(), value),
                None if is_required => return None,
                None => None,
            };
        }
        Some(Value::Object(object))
    }

    fn array(&self, name: &str, schema: &Value, depth: usize) -> Option<Value> {
        let Some(items) = schema.get("items") else { return Some(json!([])) };
        let items = self.resolved(items, depth + 1)?;
        let properties = items.get("properties").and_then(Value::as_object);
        let has = |property: &str| properties.is_some_and(|properties| properties.contains_key(property));
        if has("text") && (has("cites") || has("citations") || has("evidence")) {
            return self.cited_sentences(&items, depth);
        }
        if kinds(&items).first() == Some(&"string") && ["cites", "citations", "evidence", "references"].contains(&name)
        {
            let cites = self.facts.sentences.iter().map(|sentence| sentence.cite.as_str());
            return Some(json!(cites.filter(|cite| allows(&items, cite)).collect::<Vec<_>>()));
        }
        if name == "alternatives" || name == "intents" || name == "labels" {
            return self.ranked(name, &items, depth);
        }
        Some(json!([]))
    }

    /// One object for each sentence, with the evidence that it cites; what the schema does not allow is not cited.
    fn cited_sentences(&self, items: &Value, depth: usize) -> Option<Value> {
        let mut list = Vec::new();
        for sentence in &self.facts.sentences {
            let mut object = self.object(items, depth + 1)?;
            object["text"] = json!(sentence.text);
            for name in ["cites", "citations", "evidence"] {
                let Some(property) = items.pointer(&format!("/properties/{name}")) else { continue };
                let property = self.resolved(property, depth + 1)?;
                let is_list = kinds(&property).first() == Some(&"array");
                let of = property.get("items").map_or(Some(Value::Null), |items| self.resolved(items, depth + 1))?;
                if !allows(if is_list { &of } else { &property }, &sentence.cite) {
                    continue;
                }
                object[name] = if is_list { json!([sentence.cite]) } else { json!(sentence.cite) };
            }
            list.push(object);
        }
        Some(Value::Array(list))
    }

    /// A list of labels in the order of belief: what else it may be, or all that it is.
    fn ranked(&self, name: &str, items: &Value, depth: usize) -> Option<Value> {
        let ranking = &self.facts.judgement.ranking;
        let skipped = usize::from(name == "alternatives");
        let top = ranking.first().map_or(0.0, |(_, share)| *share);
        let mut list = Vec::new();
        for (index, (label, share)) in ranking.iter().enumerate().skip(skipped).take(3) {
            if index > 0 && name != "alternatives" && (*share < top / 2.0 || *label == Label::Other) {
                continue;
            }
            let mut judgement = self.facts.judgement.clone();
            judgement.ranking.drain(..index);
            let facts = Facts {
                confidence: if index == 0 { self.facts.confidence } else { *share },
                judgement,
                alien_label: self.facts.alien_label,
                orders: super::gullible::Orders::default(),
                sentences: self.facts.sentences.clone(),
                text: self.facts.text.clone(),
            };
            let facts = if index == 0 { self.facts } else { &facts };
            list.push(Filler { root: self.root, facts }.value("label", items, depth + 1)?);
        }
        Some(Value::Array(list))
    }

    /// True where all words of a name are in the text.
    fn is_spoken_of(&self, name: &str) -> bool {
        let text = self.facts.text.to_lowercase();
        let mut words = name.split(['_', '-', ' ']).filter(|word| !word.is_empty()).peekable();
        words.peek().is_some() && words.all(|word| text.contains(&word.to_lowercase()))
    }
}

/// The kinds of value that the schema allows, as it lists them.
fn kinds(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ if schema.get("properties").is_some() => vec!["object"],
        _ if schema.get("items").is_some() => vec!["array"],
        _ => Vec::new(),
    }
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        _ => false,
    }
}

/// False where the schema lists what is allowed and this is not among it.
fn allows(schema: &Value, text: &str) -> bool {
    let options = schema.get("enum").and_then(Value::as_array);
    options.is_none_or(|options| options.iter().any(|option| option == text))
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (Value::Array(into), Value::Array(from)) => into.extend(from),
        (into, from) => *into = from,
    }
}
