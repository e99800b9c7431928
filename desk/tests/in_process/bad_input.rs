//! Bad input is answered with a problem of its own that names the field, and nothing is stored.

use desk::problem::Code;
use serde_json::{Value, json};

use crate::world::World;

const JSON: (&str, &str) = ("content-type", "application/json");

/// Sends a body to an address, and checks the problem and that nothing was stored.
async fn refused(path: &str, headers: &[(&str, &str)], body: &str, code: Code, field: Option<&str>) {
    let world = World::new();
    let answer = world.send("POST", path, headers, body).await;
    answer.is(code);
    assert_eq!(answer.at("/field").as_str(), field, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert!(world.store.cases().is_empty(), "{body}");
}

async fn request(body: Value, code: Code, field: &str) {
    refused("/v1/requests", &[JSON], &body.to_string(), code, Some(field)).await;
}

async fn task(body: Value, code: Code, field: &str) {
    for path in ["/", "/v1/tasks"] {
        refused(path, &[JSON], &body.to_string(), code, Some(field)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_no_json_object_is_refused() {
    for body in ["", "{", "[]", "\"text\"", "{\"text\": \"a\",}", &"[".repeat(10_000)] {
        refused("/v1/requests", &[JSON], body, Code::NotJson, None).await;
        refused("/", &[JSON], body, Code::NotJson, None).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_not_declared_as_json_is_refused() {
    let body = json!({ "text": "charged twice" }).to_string();
    for declared in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""] {
        let headers = [("content-type", declared)];
        refused("/v1/requests", &headers, &body, Code::ContentType, Some("Content-Type")).await;
    }
    refused("/v1/requests", &[], &body, Code::ContentType, Some("Content-Type")).await;
}

#[tokio::test(start_paused = true)]
async fn a_body_over_the_limit_is_refused_and_one_at_the_limit_is_read() {
    let most = desk::request::BODY_BYTES;
    let padded = |bytes: usize| format!("{{\"text\":\"{}\"}}", "a".repeat(bytes - 11));
    refused("/v1/requests", &[JSON], &padded(most + 1), Code::TooLarge, None).await;
    refused("/v1/requests", &[JSON], &padded(most), Code::TextLong, Some("text")).await;
}

#[tokio::test(start_paused = true)]
async fn words_that_cannot_be_worked_are_refused() {
    request(json!({}), Code::Field, "text").await;
    request(json!({ "text": 7 }), Code::Field, "text").await;
    request(json!({ "text": null }), Code::Field, "text").await;
    for empty in ["", " \n\t ", "\u{200b}\u{202e}\u{feff}"] {
        request(json!({ "text": empty }), Code::TextEmpty, "text").await;
    }
    request(json!({ "text": "a".repeat(20_001) }), Code::TextLong, "text").await;
    request(json!({ "text": "charged \u{1b}[31mtwice" }), Code::TextControl, "text").await;
}

#[tokio::test(start_paused = true)]
async fn references_and_documents_that_cannot_be_kept_are_refused() {
    let long = "c".repeat(65);
    for name in ["customer_id", "transaction_id", "payment_id", "external_id", "channel"] {
        for value in [json!("4111 1111 1111 1111"), json!("4111111111111111"), json!(""), json!(7), json!(long)] {
            request(json!({ "text": "charged twice", name: value }), Code::Reference, name).await;
        }
    }
    let document = json!({ "id": "d1", "type": "passport" });
    for (documents, field) in [
        (json!({}), "documents"),
        (json!([{ "id": "d1" }]), "documents[0].type"),
        (json!([document, { "id": "d2", "type": "selfie" }]), "documents[1].type"),
        (json!(["d1"]), "documents[0]"),
        (json!([document, document]), "documents[1].id"),
        (json!(vec![document; 21]), "documents"),
    ] {
        request(json!({ "text": "my passport", "documents": documents }), Code::Document, field).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_label_that_cannot_be_used_is_refused() {
    let body = |task: Value, confidence: Value| json!({ "task": task, "confidence": confidence, "request_text": "x" });
    task(json!({ "confidence": 0.9, "request_text": "x" }), Code::Field, "task").await;
    for label in [json!("refund"), json!("other"), json!(1), json!("")] {
        task(body(label, json!(0.9)), Code::UnknownTask, "task").await;
    }
    for confidence in [json!(null), json!("0.9"), json!(1.01), json!(-0.1), json!(94), json!(true)] {
        task(body(json!("fraud_check"), confidence), Code::Confidence, "confidence").await;
    }
    task(json!({ "task": "fraud_check", "confidence": 0.9 }), Code::Field, "request_text").await;
}

#[tokio::test(start_paused = true)]
async fn headers_that_cannot_be_used_are_refused() {
    let body = json!({ "text": "charged twice" }).to_string();
    let long = "k".repeat(256);
    for (name, value, field) in [
        ("idempotency-key", "two words", "Idempotency-Key"),
        ("idempotency-key", long.as_str(), "Idempotency-Key"),
        ("prefer", "wait=soon", "Prefer"),
        ("if-match", "seven", "If-Match"),
    ] {
        refused("/v1/requests", &[JSON, (name, value)], &body, Code::Header, Some(field)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn commands_that_are_none_are_refused_and_the_case_stays_as_it_is() {
    let world = World::new();
    let case = world.work("My card was charged twice for the same subscription.", "cus_ada").await.case_id();
    let before = world.lines(&case);
    let proposal = json!({ "proposal": "p1" });
    for (body, code, field) in [
        (json!({}), Code::Field, "command"),
        (json!({ "command": "obey" }), Code::Command, "command"),
        (json!({ "command": "identify" }), Code::Field, "customer_id"),
        (json!({ "command": "reroute", "task": "other" }), Code::UnknownTask, "task"),
        (json!({ "command": "ask" }), Code::Field, "question"),
        (json!({ "command": "close", "reason": " " }), Code::Field, "reason"),
        (json!({ "command": "approve", "proposal": proposal["proposal"] }), Code::Field, "hash"),
        (json!({ "command": "approve", "proposal": "p1", "hash": "abc" }), Code::Field, "hash"),
        (json!({ "command": "decide", "action": "pay", "reason": "x" }), Code::Command, "action"),
    ] {
        let answer = world.command(&case, &[], &body).await;
        answer.is(code);
        assert_eq!(answer.at("/field"), field, "{body}");
    }
    assert_eq!(world.lines(&case), before);
}

#[tokio::test(start_paused = true)]
async fn queries_addresses_and_methods_that_are_none_are_refused() {
    let world = World::new();
    for query in
        ["state=asleep", "due_before=soon", "colour=red", "limit=-1", "limit=many", "limit=0", "limit=501", "after=x"]
    {
        world.get(&format!("/v1/cases?{query}")).await.is(Code::Query);
    }
    for path in ["/v2/requests", "/v1/requests/", "/v1/cases/", "/v1/cases/case_a/b/c", "/../etc/passwd"] {
        world.get(path).await.is(Code::NoRoute);
    }
    world.get("/v1/requests").await.is(Code::Method);
    world.send("DELETE", "/v1/cases", &[], "").await.is(Code::Method);
    for id in ["case_short", "CASE_aaaaaaaaaaaaaaaaaaaaaaaaaa", "%2e%2e", "case_aaaaaaaaaaaaaaaaaaaaaaaaaa"] {
        for part in ["", "/journal", "/events"] {
            world.get(&format!("/v1/cases/{id}{part}")).await.is(Code::NoCase);
        }
    }
}
