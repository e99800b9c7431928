//! What the strict box refuses, as today's API does, and what it must not refuse.

use serde_json::{Value, json};

use super::{KEY, TWICE, VERSION, ask, strict, triage};

async fn check_refused(body: Value, status: u16, word: &str) {
    let answer = ask(&strict(), &body).await;
    assert_eq!(answer.status, status, "{word}: {}", answer.text);
    assert!(answer.json()["error"]["message"].as_str().unwrap().contains(word), "{word}: {}", answer.text);
    let lenient = ask(&crate::testing::Probe::new(), &body).await;
    assert_eq!(lenient.status, 200, "{word}: {}", lenient.text);
}

fn with(name: &str, value: Value) -> Value {
    let mut body = triage(TWICE);
    body[name] = value;
    body
}

fn with_schema(schema: Value) -> Value {
    let mut body = triage(TWICE);
    body["output_config"]["format"]["schema"] = schema;
    body
}

#[tokio::test]
async fn a_request_as_the_documentation_has_it_is_served_and_thinks_first() {
    let message = ask(&strict(), &triage(TWICE)).await.json();
    let kinds: Vec<&str> = message["content"].as_array().unwrap().iter().map(|b| b["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["thinking", "text"]);
    assert!(message["usage"]["output_tokens_details"]["thinking_tokens"].as_u64().unwrap() > 0);
    let message = ask(&strict(), &with("thinking", json!({"type": "disabled"}))).await.json();
    assert_eq!(message["content"][0]["type"], "text");
}

#[tokio::test]
async fn parameters_and_models_of_yesterday_are_refused() {
    for name in ["temperature", "top_p", "top_k"] {
        check_refused(with(name, json!(1)), 400, name).await;
    }
    check_refused(with("model", json!("claude-3-5-sonnet-latest")), 404, "claude-3-5-sonnet-latest").await;
    check_refused(with("model", json!("claude-99")), 404, "claude-99").await;
    check_refused(with("prompt", json!("x")), 400, "prompt").await;
    check_refused(with("output_config", json!({"effort": "huge"})), 400, "effort").await;
    let turns = json!([{"role": "user", "content": TWICE}, {"role": "assistant", "content": "{"}]);
    check_refused(with("messages", turns), 400, "prefill").await;
}

#[tokio::test]
async fn a_forced_tool_is_refused_where_the_model_does_not_take_one() {
    for (model, status) in [("claude-sonnet-5-5", 400), ("claude-opus-5-5", 400), ("claude-haiku-5-5", 200)] {
        let mut body = with("model", json!(model));
        body["tools"] = json!([{"name": "t", "input_schema": super::triage_schema()}]);
        body["tool_choice"] = json!({"type": "any"});
        assert_eq!(ask(&strict(), &body).await.status, status, "{model}");
    }
}

#[tokio::test]
async fn schemas_that_structured_outputs_do_not_take_are_refused() {
    let open = json!({"type": "object", "required": [], "properties": {"task": {"type": "string"}}});
    check_refused(with_schema(open), 400, "additionalProperties").await;
    for keyword in ["minimum", "maxLength", "maxItems"] {
        let mut schema = super::triage_schema();
        schema["properties"]["confidence"][keyword] = json!(1);
        check_refused(with_schema(schema), 400, keyword).await;
    }
    let recursive = json!({"type": "object", "additionalProperties": false, "required": [],
        "properties": {"inner": {"$ref": "#"}}});
    check_refused(with_schema(recursive), 400, "recursive").await;
}

#[tokio::test]
async fn the_version_before_is_served_with_its_parameters_and_a_missing_one_is_not() {
    let body = with("temperature", json!(0)).to_string();
    let send = async |headers: &[(&str, &str)]| strict().send("POST", "/v1/messages", headers, &body).await.status;
    assert_eq!(send(&[KEY, ("anthropic-version", "2023-06-01")]).await, 200);
    assert_eq!(send(&[KEY, VERSION]).await, 400);
    assert_eq!(send(&[KEY]).await, 400);
    assert_eq!(send(&[KEY, ("anthropic-version", "1999-01-01")]).await, 400);
}
