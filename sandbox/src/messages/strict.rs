//! What today's API refuses although many callers still send it. Checked only where the box is strict.

use std::collections::BTreeSet;

use http::HeaderMap;
use serde_json::Value;

use super::api_error::ApiError;
use super::models::{Model, model};
use super::request::{MessageRequest, Role};
use crate::day::Day;
use crate::limits::SCHEMA_DEPTH;

/// The version that the official SDKs send, and the one before it, which is still served.
const VERSIONS: [&str; 2] = ["2026-10-21", "2023-06-01"];
/// Parameters that were there once; the current version refuses them even at their default values.
const SAMPLING: [&str; 3] = ["temperature", "top_p", "top_k"];
/// Every other parameter of a request.
const PARAMETERS: [&str; 17] = [
    "model",
    "max_tokens",
    "messages",
    "system",
    "metadata",
    "cache_control",
    "container",
    "diagnostics",
    "inference_geo",
    "output_config",
    "service_tier",
    "speed",
    "stop_sequences",
    "stream",
    "thinking",
    "tool_choice",
    "tools",
];
/// Keywords that structured outputs refuse.
const REFUSED_KEYWORDS: [&str; 9] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
];

/// Refuses what today's API would refuse.
pub(super) fn check(request: &MessageRequest, headers: &HeaderMap, today: Day) -> Result<(), ApiError> {
    let version = headers.get("anthropic-version").and_then(|value| value.to_str().ok());
    let version = version.ok_or_else(|| ApiError::invalid("anthropic-version: header is required"))?;
    if !VERSIONS.contains(&version) {
        return Err(ApiError::invalid(format!("anthropic-version: \"{version}\" is not a valid version")));
    }
    check_parameters(request, version)?;
    let named = model(&request.model).filter(|model| model.is_served(today));
    let model = named.ok_or_else(|| ApiError::not_found(format!("model: {}", request.model)))?;
    check_model(request, model)?;
    request.schema().map_or(Ok(()), check_schema)
}

fn check_parameters(request: &MessageRequest, version: &str) -> Result<(), ApiError> {
    for name in request.body.keys().map(String::as_str) {
        if SAMPLING.contains(&name) {
            if version == VERSIONS[0] {
                return Err(ApiError::invalid(format!("{name}: not supported by anthropic-version {version}")));
            }
        } else if !PARAMETERS.contains(&name) {
            return Err(ApiError::invalid(format!("{name}: Extra inputs are not permitted")));
        }
    }
    let effort = request.body.get("output_config").and_then(|config| config.get("effort"));
    let efforts = ["low", "medium", "high", "xhigh", "max"];
    if effort.is_some_and(|effort| !effort.is_null() && !efforts.iter().any(|known| effort == known)) {
        return Err(ApiError::invalid(format!("output_config.effort: Input should be one of {}", efforts.join(", "))));
    }
    Ok(())
}

fn check_model(request: &MessageRequest, model: &Model) -> Result<(), ApiError> {
    if !model.forced_tools && request.forced_tool().is_some() {
        return Err(ApiError::invalid(format!("tool_choice: {} does not support a forced tool", model.id)));
    }
    if !model.prefill && request.turns.last().is_some_and(|turn| turn.role == Role::Assistant) {
        return Err(ApiError::invalid(format!("messages: {} does not support a prefilled answer", model.id)));
    }
    if request.schema().is_some() && !model.structured_outputs {
        return Err(ApiError::invalid(format!("output_config.format: not supported by {}", model.id)));
    }
    Ok(())
}

/// Refuses a schema that structured outputs cannot take.
fn check_schema(schema: &Value) -> Result<(), ApiError> {
    let refuse = |problem: String| Err(ApiError::invalid(format!("output_config.format.schema: {problem}")));
    match problem_of(schema, schema, &mut BTreeSet::new(), 0) {
        Some(problem) => refuse(problem),
        None => Ok(()),
    }
}

fn problem_of(root: &Value, schema: &Value, open: &mut BTreeSet<String>, depth: usize) -> Option<String> {
    let fields = schema.as_object()?;
    if depth > SCHEMA_DEPTH {
        return Some("nested too deeply".to_owned());
    }
    if let Some(keyword) = REFUSED_KEYWORDS.iter().find(|keyword| fields.contains_key(**keyword)) {
        return Some(format!("the keyword {keyword} is not supported"));
    }
    if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
        let Some(inner) = reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer)) else {
            return Some(format!("the reference {reference} leads nowhere"));
        };
        if !open.insert(reference.to_owned()) {
            return Some("recursive schemas are not supported".to_owned());
        }
        let problem = problem_of(root, inner, open, depth + 1);
        open.remove(reference);
        return problem;
    }
    let is_object = fields.get("type").is_some_and(|kind| kind == "object") || fields.contains_key("properties");
    if is_object && fields.get("additionalProperties") != Some(&Value::Bool(false)) {
        return Some("additionalProperties must be false on every object".to_owned());
    }
    let listed = ["anyOf", "allOf", "oneOf"].iter().filter_map(|name| fields.get(*name)?.as_array()).flatten();
    let named = ["properties", "$defs", "definitions"].iter().filter_map(|name| fields.get(*name)?.as_object());
    let parts = listed.chain(named.flat_map(serde_json::Map::values)).chain(fields.get("items"));
    parts.into_iter().find_map(|part| problem_of(root, part, open, depth + 1))
}
