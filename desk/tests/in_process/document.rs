//! Every answer is what the committed document of the API says; and the document's example is what the desk answers.

use desk::{
    front::{ROUTES, Route},
    openapi::DOCUMENT,
};
use serde_json::{Value, json};

use crate::world::{Answer, World};

/// What a schema may say here; anything else would go unchecked.
const KEYWORDS: [&str; 20] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "default",
    "description",
    "enum",
    "examples",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minLength",
    "minimum",
    "oneOf",
    "pattern",
    "properties",
    "propertyNames",
];

fn document() -> Value {
    serde_json::from_str(DOCUMENT).unwrap()
}

/// Says where a value is not as its schema declares it.
fn misfit(value: &Value, schema: &Value, document: &Value) -> Option<String> {
    let known =
        |keyword: &String| KEYWORDS.contains(&keyword.as_str()) || ["required", "type"].contains(&keyword.as_str());
    let keywords = schema.as_object().expect("a schema is an object");
    if let Some(unknown) = keywords.keys().find(|keyword| !known(keyword)) {
        return Some(format!("the schema says `{unknown}`, which this check does not know"));
    }
    if let Some(reference) = schema["$ref"].as_str() {
        let named = document.pointer(reference.trim_start_matches('#')).expect(reference);
        if let Some(fault) = misfit(value, named, document) {
            return Some(format!("{reference}: {fault}"));
        }
    }
    if schema.get("const").is_some_and(|only| only != value) {
        return Some(format!("{value} is not {}", schema["const"]));
    }
    if schema["enum"].as_array().is_some_and(|names| !names.contains(value)) {
        return Some(format!("{value} is none of {}", schema["enum"]));
    }
    if schema["type"].as_str().is_some_and(|kind| !is_of(kind, value)) {
        return Some(format!("{value} is no {}", schema["type"]));
    }
    let fits = |schema: &&Value| misfit(value, schema, document).is_none();
    let branches = |keyword: &str| schema[keyword].as_array().map(|schemas| schemas.iter().filter(fits).count());
    let all = schema["allOf"].as_array().map_or(0, Vec::len);
    match (branches("oneOf"), branches("anyOf"), branches("allOf")) {
        (Some(fitting), _, _) if fitting != 1 => return Some(format!("{value} fits {fitting} of `oneOf`")),
        (_, Some(0), _) => return Some(format!("{value} fits none of `anyOf`")),
        (_, _, Some(fitting)) if fitting != all => return Some(format!("{value} does not fit all of `allOf`")),
        _ => {}
    }
    misfit_numbers(value, schema).or_else(|| misfit_parts(value, schema, document))
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

fn misfit_numbers(value: &Value, schema: &Value) -> Option<String> {
    let number = value.as_f64()?;
    let below = schema["minimum"].as_f64().is_some_and(|least| number < least);
    let above = schema["maximum"].as_f64().is_some_and(|most| number > most);
    (below || above).then(|| format!("{value} is out of range"))
}

fn misfit_parts(value: &Value, schema: &Value, document: &Value) -> Option<String> {
    match value {
        Value::Array(items) => {
            if schema["maxItems"].as_u64().is_some_and(|most| items.len() as u64 > most) {
                return Some(format!("{} items are too many", items.len()));
            }
            let schema = schema.get("items")?;
            items.iter().find_map(|item| misfit(item, schema, document))
        }
        Value::Object(fields) => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            if let Some(missing) = required.into_iter().find(|name| !fields.contains_key(*name)) {
                return Some(format!("`{missing}` is missing"));
            }
            fields.iter().find_map(|(name, field)| {
                match (schema["properties"].get(name), schema.get("additionalProperties")) {
                    (Some(property), _) => misfit(field, property, document).map(|fault| format!("{name}: {fault}")),
                    (None, Some(Value::Bool(false))) => Some(format!("`{name}` is not declared")),
                    (None, Some(other)) => misfit(field, other, document),
                    (None, None) => None,
                }
            })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// Asserts that a value is what the document of remote agents says of it.
#[track_caller]
pub(crate) fn check_agents(schema: &str, value: &Value) {
    let document: Value = serde_json::from_str(include_str!("../../../docs/agents.openapi.json")).unwrap();
    let schema = &document["components"]["schemas"][schema];
    assert_eq!(misfit(value, schema, &document), None, "{value}");
}

/// The operation that a request is for; `None` where there is none, or not with this method.
fn operation<'a>(document: &'a Value, method: &str, path: &str) -> Option<&'a Value> {
    let path = path.split('?').next().unwrap_or_default();
    if path.contains("//") || path.len() > 1 && path.ends_with('/') {
        return None;
    }
    let asked: Vec<&str> = path.split('/').collect();
    let is_asked = |template: &str| {
        let segments: Vec<&str> = template.split('/').collect();
        let same = |(segment, asked): (&&str, &&str)| segment == asked || segment.starts_with('{');
        segments.len() == asked.len() && segments.iter().zip(&asked).all(same)
    };
    let paths = document["paths"].as_object().unwrap();
    let (_, operations) = paths.iter().find(|(template, _)| is_asked(template))?;
    operations.get(method.to_ascii_lowercase())
}

/// Holds an answer against the document.
pub(crate) fn check(method: &str, path: &str, answer: &Answer) {
    // Pages are for people.
    if path.starts_with("/console") || (method, path) == ("GET", "/") {
        return;
    }
    let document = document();
    let Some(operation) = operation(&document, method, path) else {
        assert!((400..500).contains(&answer.status), "{method} {path} is not in the document");
        return;
    };
    if answer.status == 204 {
        assert!(operation["responses"]["204"].is_object() && answer.text.is_empty(), "{method} {path} says something");
        return;
    }
    let media_type = answer.header("content-type").split(';').next().unwrap_or_default();
    let declared = &operation["responses"][answer.status.to_string()]["content"][media_type]["schema"];
    assert!(!declared.is_null(), "{method} {path}: {} {} is not declared", answer.status, answer.text);
    let parts: Vec<(Value, Value)> = match media_type {
        "application/jsonl" if path.starts_with("/v1/checkpoint") => {
            vec![(answer.text.clone().into(), declared.clone())]
        }
        "application/jsonl" => {
            let of = if path.ends_with("/archive") { "ArchiveLine" } else { "JournalLine" };
            let line = json!({ "$ref": format!("#/components/schemas/{of}") });
            answer.text.lines().map(|text| (serde_json::from_str(text).unwrap(), line.clone())).collect()
        }
        "text/event-stream" => {
            let event = json!({ "$ref": "#/components/schemas/Event" });
            let data = answer.text.lines().filter_map(|line| line.strip_prefix("data: "));
            data.map(|text| (serde_json::from_str(text).unwrap(), event.clone())).collect()
        }
        "text/html" => vec![(answer.text.clone().into(), declared.clone())],
        _ => vec![(answer.json(), declared.clone())],
    };
    for (value, schema) in parts {
        assert_eq!(misfit(&value, &schema, &document), None, "{method} {path}: {value}");
    }
}

#[test]
fn the_check_finds_what_is_not_declared_missing_or_of_another_kind() {
    let document = document();
    let line = json!({ "$ref": "#/components/schemas/Actor" });
    let check = |actor: Value| misfit(&actor, &line, &document);
    assert_eq!(check(json!({ "subject": "ada", "role": "analyst" })), None);
    assert!(check(json!({ "subject": "ada" })).is_some());
    assert!(check(json!({ "subject": 7, "role": "analyst" })).is_some());
    assert!(check(json!({ "subject": "ada", "role": "king" })).is_some());
    assert!(check(json!({ "subject": "ada", "role": "analyst", "more": 1 })).is_some());
}

#[test]
fn the_examples_fit_their_schemas() {
    let document = document();
    let mut examples = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for operation in operations.as_object().unwrap().values() {
            let bodies = operation["requestBody"]["content"].as_object().into_iter().flatten();
            let answers = operation["responses"].as_object().unwrap().values();
            let answers = answers.filter_map(|answer| answer["content"].as_object()).flatten();
            for (media_type, content) in bodies.chain(answers).filter(|(_, content)| !content["example"].is_null()) {
                assert_eq!(misfit(&content["example"], &content["schema"], &document), None, "{path} {media_type}");
                examples += 1;
            }
        }
    }
    assert!(examples >= 9, "{examples}");
}

#[tokio::test(start_paused = true)]
async fn the_documented_example_is_what_the_sample_is_answered() {
    let world = World::with(|setup| desk::setup::Setup { sandbox: false, ..setup });
    let document = document();
    for path in ["/v1/requests", "/v1/tasks", "/"] {
        let operation = &document["paths"][path]["post"];
        let sent = &operation["requestBody"]["content"]["application/json"]["example"];
        let answer = world.post(path, &[("prefer", "wait=10")], sent).await;
        let answers = &operation["responses"][answer.status.to_string()]["content"]["application/json"];
        let mut expected = answers["example"].clone();
        expected["case_id"] = answer.case_id().into();
        assert_eq!(answer.json(), expected, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_route_of_the_front_is_in_the_document_and_answers() {
    let world = World::new();
    let document = document();
    let mut described: usize = 0;
    for operations in document["paths"].as_object().unwrap().values() {
        described += operations.as_object().unwrap().len();
    }
    assert_eq!(described, ROUTES.iter().filter(|route| !route.is_console()).count());
    for Route { method, path, .. } in ROUTES.iter().filter(|route| !route.is_console()) {
        assert!(operation(&document, method.as_str(), path).is_some(), "{method} {path}");
        let path = path.replace("{id}", "case_aaaaaaaaaaaaaaaaaaaaaaaaaa");
        let answer = world.send(method.as_str(), &path, &[], "").await;
        let is_unknown = ["CW307", "CW308"].iter().any(|code| answer.text.contains(&format!("\"code\":\"{code}\"")));
        assert!(!is_unknown, "{method} {path}: {}", answer.text);
    }
}
