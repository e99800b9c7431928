//! Every way in which the stand-in can misbehave.

use axum::body::Body;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{KEY, TWICE, ask, text_of, triage};
use crate::testing::{Answer, Probe, request, today};
use crate::{Config, Fault};

fn faulty(name: &str) -> Probe {
    let faults = vec![name.parse::<Fault>().unwrap()];
    Probe::with(Config { faults, ..Config::new(1, today()) })
}

async fn struck(name: &str) -> Answer {
    ask(&faulty(name), &triage(TWICE)).await
}

#[tokio::test]
async fn errors_have_the_apis_shape_and_the_wait_that_was_asked_for() {
    for (name, status, kind) in
        [("429:7", 429, "rate_limit_error"), ("529", 529, "overloaded_error"), ("500", 500, "api_error")]
    {
        let answer = struck(name).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]["type"]), (status, &json!(kind)));
        assert_eq!(answer.headers["x-caseworker-standin"], "1");
        assert_eq!(answer.json()["request_id"], answer.headers["request-id"].to_str().unwrap());
    }
    assert_eq!(struck("429:7").await.headers["retry-after"], "7");
}

#[tokio::test]
async fn bodies_are_cut_replaced_or_empty() {
    let cut = struck("malformed").await;
    assert_eq!(cut.status, 200);
    assert!(serde_json::from_str::<Value>(&cut.text).is_err() && cut.text.starts_with('{'));
    let html = struck("html").await;
    assert!(html.status == 200 && html.text.starts_with("<!doctype html>"));
    assert_eq!(struck("empty").await.json()["content"], json!([]));
    let refusal = struck("refusal").await.json();
    assert_eq!((&refusal["stop_reason"], &refusal["stop_details"]["type"]), (&json!("refusal"), &json!("refusal")));
}

#[tokio::test]
async fn labels_confidences_and_forms_are_wrong_in_the_way_that_was_asked_for() {
    let value = |answer: &Answer| serde_json::from_str::<Value>(&text_of(answer)).unwrap();
    let wrong = value(&struck("wrong-label").await)["task"].as_str().unwrap().to_owned();
    assert!(["fraud_check", "kyc_lookup", "payment_status"].contains(&wrong.as_str()));
    let unknown = value(&struck("unknown-label").await)["task"].clone();
    assert_eq!(unknown, "approve_everything");
    assert_eq!(value(&struck("out-of-range").await)["confidence"], json!(1.7));
    let nan = text_of(&struck("nan").await);
    assert!(nan.contains(r#""confidence":NaN"#), "{nan}");
    assert!(serde_json::from_str::<Value>(&text_of(&struck("prose").await)).is_err());
    let cut = struck("max-tokens").await;
    assert_eq!(cut.json()["stop_reason"], "max_tokens");
    assert!(serde_json::from_str::<Value>(&text_of(&cut)).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_delay_is_waited_out_and_a_hang_never_ends() {
    let before = tokio::time::Instant::now();
    assert_eq!(struck("delay:30000").await.status, 200);
    assert!(before.elapsed().as_secs() >= 30);
    let hanging = tokio::time::timeout(std::time::Duration::from_secs(100_000), struck("hang")).await;
    assert!(hanging.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_endless_body_goes_on_past_any_limit_in_the_form_that_was_asked_for() {
    for (streamed, start) in [(false, "{\"padding\":\""), (true, "event: ping")] {
        let mut body = triage(TWICE);
        body["stream"] = json!(streamed);
        let config = Config { faults: vec!["endless".parse().unwrap()], ..Config::new(1, today()) };
        let request = request("POST", "/v1/messages", &[KEY], &body.to_string());
        let mut body: Body = crate::router(config).oneshot(request).await.unwrap().into_body();
        let mut read = Vec::new();
        while read.len() < 200_000 {
            read.extend(body.frame().await.expect("it goes on").unwrap().into_data().unwrap());
        }
        assert!(read.starts_with(start.as_bytes()));
    }
}

#[tokio::test]
async fn faults_strike_messages_only_and_not_the_counting_or_the_models() {
    let probe = faulty("500");
    assert_eq!(probe.send("GET", "/v1/models", &[KEY], "").await.status, 200);
    assert_eq!(probe.get("/merchants?q=gym").await.status, 200);
}
