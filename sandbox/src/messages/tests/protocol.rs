//! Headers, identifiers, usage, streams, counting and models.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{KEY, TWICE, VERSION, ask, text_of, triage};
use crate::testing::Probe;

#[tokio::test]
async fn a_reply_has_the_shape_of_a_message_and_is_labelled() {
    let answer = ask(&Probe::new(), &triage(TWICE)).await;
    assert_eq!((answer.status.as_u16(), &answer.headers["x-caseworker-standin"]), (200, &"1".parse().unwrap()));
    let message = answer.json();
    assert!(message["id"].as_str().unwrap().starts_with("msg_standin_"));
    assert_eq!((&message["model"], &message["role"]), (&json!("claude-haiku-5-5"), &json!("assistant")));
    assert_eq!((&message["stop_reason"], &message["stop_sequence"]), (&json!("end_turn"), &Value::Null));
    let output = text_of(&answer).chars().count().div_ceil(4);
    assert_eq!(message["usage"]["output_tokens"], json!(output));
    assert!(message["usage"]["input_tokens"].as_u64().unwrap() > 50);
}

#[tokio::test]
async fn no_two_replies_share_an_identifier() {
    let probe = Probe::new();
    let mut ids = BTreeSet::new();
    for _ in 0..20 {
        let answer = ask(&probe, &triage(TWICE)).await;
        ids.insert(answer.headers["request-id"].to_str().unwrap().to_owned());
        ids.insert(answer.json()["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids.len(), 40);
}

#[tokio::test]
async fn either_header_carries_the_key_and_without_one_nothing_is_told() {
    let probe = Probe::new();
    let body = triage(TWICE).to_string();
    let status = async |headers: &[(&str, &str)]| probe.send("POST", "/v1/messages", headers, &body).await;
    assert_eq!(status(&[KEY]).await.status, 200);
    assert_eq!(status(&[("x-api-key", "k")]).await.status, 200);
    for headers in
        [vec![], vec![("x-api-key", "")], vec![("authorization", "Bearer ")], vec![("authorization", "Basic x")]]
    {
        let refused = status(&headers).await;
        assert_eq!(refused.status, 401);
        assert_eq!(refused.json()["error"]["type"], "authentication_error");
        assert_eq!(refused.json()["request_id"], refused.headers["request-id"].to_str().unwrap());
    }
}

#[tokio::test]
async fn requests_that_lack_something_are_told_what() {
    let probe = Probe::new();
    let without = |name: &str| {
        let mut body = triage(TWICE);
        body.as_object_mut().unwrap().remove(name);
        body.to_string()
    };
    let turn = |message: Value| json!({"model": "m", "max_tokens": 1, "messages": [message]}).to_string();
    for (body, word) in [
        (without("model"), "model"),
        (without("max_tokens"), "max_tokens"),
        (without("messages"), "messages"),
        (turn(json!({"role": "robot", "content": "x"})), "messages.0.role"),
        (turn(json!({"role": "user"})), "messages.0.content"),
        (turn(json!({"role": "user", "content": [{"text": "x"}]})), "type"),
        ("{".to_owned(), "not valid JSON"),
        ("[]".to_owned(), "object"),
    ] {
        let answer = probe.send("POST", "/v1/messages", &[KEY], &body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]["type"]), (400, &json!("invalid_request_error")));
        assert!(answer.json()["error"]["message"].as_str().unwrap().contains(word), "{word}: {}", answer.text);
    }
}

/// The events of a stream as pairs of name and data.
fn events(text: &str) -> Vec<(String, Value)> {
    text.split("\n\n")
        .filter(|event| !event.is_empty())
        .map(|event| {
            let (name, data) = event.split_once('\n').unwrap();
            let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            (name.strip_prefix("event: ").unwrap().to_owned(), data)
        })
        .collect()
}

#[tokio::test]
async fn a_stream_has_all_events_in_order_and_adds_up_to_the_plain_reply() {
    let probe = Probe::new();
    let mut body = triage(TWICE);
    body["thinking"] = json!({"type": "adaptive"});
    let whole = ask(&probe, &body).await;
    body["stream"] = json!(true);
    let streamed = ask(&probe, &body).await;
    assert!(streamed.headers["content-type"].to_str().unwrap().starts_with("text/event-stream"));
    let events = events(&streamed.text);
    assert!(events.iter().all(|(name, data)| data["type"] == json!(name)));
    let mut names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    names.dedup();
    let block = ["content_block_start", "content_block_delta", "content_block_stop"];
    let first = ["message_start", "content_block_start", "ping", "content_block_delta", "content_block_stop"];
    let expected: Vec<&str> = first.into_iter().chain(block).chain(["message_delta", "message_stop"]).collect();
    assert_eq!(names, expected);
    let text: String = events.iter().filter_map(|(_, data)| data["delta"]["text"].as_str()).collect();
    assert_eq!(text, text_of(&whole));
    let end = &events[events.len() - 2].1;
    assert_eq!(end["delta"]["stop_reason"], "end_turn");
    assert_eq!(end["usage"]["output_tokens"], whole.json()["usage"]["output_tokens"]);
}

#[tokio::test]
async fn tokens_are_counted_without_a_limit_being_given() {
    let probe = Probe::new();
    let mut body = triage(TWICE);
    body.as_object_mut().unwrap().remove("max_tokens");
    let counted = probe.send("POST", "/v1/messages/count_tokens", &[KEY, VERSION], &body.to_string()).await.json();
    assert_eq!(counted["input_tokens"], ask(&probe, &triage(TWICE)).await.json()["usage"]["input_tokens"]);
}

#[tokio::test]
async fn models_are_listed_by_page_and_stage_and_read_one_by_one() {
    let probe = Probe::new();
    let get = async |path: &str| probe.send("GET", path, &[KEY], "").await;
    let all = get("/v1/models?limit=1000").await.json();
    let ids: Vec<&str> = all["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"claude-haiku-5-5") && !ids.contains(&"claude-3-5-sonnet-latest"));
    let page = get(&format!("/v1/models?limit=2&after_id={}", ids[1])).await.json();
    assert_eq!(
        (&page["first_id"], &page["last_id"], &page["has_more"]),
        (&json!(ids[2]), &json!(ids[3]), &json!(true))
    );
    let retired = get("/v1/models?lifecycle[]=retired").await.json();
    assert!(retired["data"].as_array().unwrap().iter().all(|model| model["lifecycle"] == "retired"));
    let model = get("/v1/models/claude-sonnet-4-5").await.json();
    assert_eq!((&model["lifecycle"], &model["retires_at"]), (&json!("deprecated"), &json!("2026-11-30T00:00:00Z")));
    let unknown = get("/v1/models/gpt-1").await;
    assert_eq!((unknown.status.as_u16(), &unknown.json()["error"]["type"]), (404, &json!("not_found_error")));
    assert_eq!(get("/v1/nothing").await.json()["error"]["type"], "not_found_error");
}
