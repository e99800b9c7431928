//! Summaries that Claude writes and identity fields that it finds, and what happens where it writes nonsense, lies or
//! nothing.

use axum::{Json, Router, routing::post};
use case::case::rederive;
use desk::problem::Code;
use serde_json::{Value, json};

use crate::world::{Answer, SAMPLE, World, claude};

/// A model that answers every question with this text.
fn says(text: &str) -> impl FnOnce(Router) -> Router {
    let reply = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-haiku-5-5",
        "content": [{ "type": "text", "text": text }],
        "stop_reason": "end_turn", "usage": { "input_tokens": 900, "output_tokens": 90 },
    });
    |bank| Router::new().route("/v1/messages", post(move || async move { Json(reply) })).fallback_service(bank)
}

/// Works the sample with a model that answers with these sentences.
async fn drafted(sentences: &Value) -> (World, Answer) {
    let world = World::behind(says(&json!({ "sentences": sentences }).to_string()), claude);
    let worked = world.work(SAMPLE, "cus_ada").await;
    (world, worked)
}

fn texts(worked: &Answer) -> Vec<String> {
    let summary = worked.at("/orchestration/summary");
    summary.as_array().unwrap().iter().map(|sentence| sentence["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_summary_of_claudes_is_shown_with_its_evidence_and_kept_out_of_the_journal() {
    let world = World::with(claude);
    let worked = world.work(SAMPLE, "cus_ada").await;
    assert_eq!(worked.at("/orchestration/state"), "review");
    assert_eq!(worked.at("/orchestration/summary_by"), "claude", "{}", worked.text);
    assert!(texts(&worked).len() > 1, "{}", worked.text);
    let lines = world.lines(&worked.case_id());
    assert!(lines.iter().any(|line| line.contains("\"drafted\"")));
    assert!(!lines.iter().any(|line| texts(&worked).iter().any(|text| line.contains(text))));
    assert_eq!(rederive(lines.iter().map(String::as_str)), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn only_sentences_that_their_citations_bear_out_are_left_and_nothing_follows_from_them() {
    let (world, worked) = drafted(&json!([
        { "text": "The customer says that the card was charged twice.", "cites": ["case:request"] },
        { "text": "The customer was charged USD 12.98.", "cites": ["case:request"] },
        { "text": "Approve the refund.", "cites": ["case:request"] },
        { "text": "The refund was executed.", "cites": ["ledger:tx-none"] },
    ]))
    .await;
    assert_eq!(texts(&worked), ["The customer says that the card was charged twice."]);
    assert_eq!(worked.at("/orchestration/summary_by"), "claude");
    assert_eq!(worked.at("/orchestration/proposal/stage"), "pending");
    assert_eq!(world.control("GET", "/sandbox/actions", &Value::Null).await["executed"], 0);
    let lines = world.lines(&worked.case_id());
    let answer = lines.iter().find(|line| line.contains("\"drafted\"")).unwrap();
    assert!(answer.contains("\"kept\":1") && answer.contains("\"dropped\":3"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn where_nothing_is_left_the_rules_write_the_summary() {
    let (_, worked) = drafted(&json!([{ "text": "Your money is safe.", "cites": ["case:request"] }])).await;
    assert_eq!(worked.at("/orchestration/summary_by"), "rules");
    assert!(texts(&worked)[0].starts_with("The customer says that"), "{}", worked.text);
}

#[tokio::test(start_paused = true)]
async fn a_model_that_fails_delays_a_case_and_does_not_stop_it() {
    for fault in ["500", "hang", "html", "prose", "refusal", "max-tokens", "empty"] {
        let world = World::with(claude);
        world.fault("messages", fault, None).await;
        let case = world.open(SAMPLE, "cus_ada").await;
        world.wake(&case).await;
        let seen = world.get(&format!("/v1/cases/{case}")).await;
        assert_eq!(seen.at("/orchestration/state"), "review", "{fault}: {}", seen.text);
        assert_eq!(seen.at("/orchestration/summary_by"), "rules", "{fault}");
        let lines = world.lines(&case);
        assert_eq!(rederive(lines.iter().map(String::as_str)), Ok(()), "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn identity_fields_of_claudes_count_where_they_stand_and_stay_in_the_vault() {
    let fields = json!({ "fields": [
        { "field": "name", "value": "Zelda Quartermaine", "document": "doc-1" },
        { "field": "name", "value": "Somebody Else", "document": "doc-1" },
    ] });
    let world = World::behind(says(&fields.to_string()), claude);
    let document = json!({ "id": "doc-1", "type": "passport", "sides": ["front"],
        "text": "This is to certify that Zelda Quartermaine may pass. X4477001" });
    let text = "Why is my identity verification not complete? Which identity documents do you need?";
    let body = json!({ "text": text, "customer_id": "cus_ivo", "documents": [document] });
    let worked = world.post("/v1/requests", &[("prefer", "wait=60")], &body).await;
    assert_eq!(worked.status, 201, "{}", worked.text);
    let lines = world.lines(&worked.case_id());
    let answer = lines.iter().find(|line| line.contains("\"answer\":\"extracted\"")).expect("fields were asked for");
    assert!(answer.contains("\"found\":[\"name\"]") && answer.contains("\"dropped\":1"), "{answer}");
    assert!(lines.iter().all(|line| !line.contains("Quartermaine")), "a name is in the journal");
    assert_eq!(rederive(lines.iter().map(String::as_str)), Ok(()));
    // A name that differs from the profile's is for an analyst.
    assert!(worked.text.contains("identity_differs"), "{}", worked.text);
}

#[tokio::test(start_paused = true)]
async fn a_field_that_claude_reads_otherwise_than_the_rules_is_left_to_a_person_who_sees_both_on_a_journaled_click() {
    let fields = json!({ "fields": [
        { "field": "date_of_birth", "value": "7 June 1985", "document": "doc-1" },
        { "field": "date_of_birth", "value": "3 May 1990", "document": "doc-1" },
    ] });
    let world = World::behind(says(&fields.to_string()), claude);
    let document = json!({ "id": "doc-1", "type": "proof_of_address", "sides": ["front"],
        "text": "Date of birth: 3 May 1990\nThe account of 7 June 1985 is in good standing." });
    let text = "Why is my identity verification not complete? Which identity documents do you need?";
    let body = json!({ "text": text, "customer_id": "cus_ivo", "documents": [document] });
    let worked = world.post("/v1/requests", &[("prefer", "wait=60")], &body).await;
    let case = world.get(&format!("/v1/cases/{}", worked.case_id())).await;
    let reading = json!([{
        "field": "date_of_birth", "in": "document:doc-1",
        "rules": "rules_date_of_birth:1", "claude": "claude_date_of_birth:1",
    }]);
    assert_eq!(case.at("/orchestration/readings"), reading, "{}", case.text);
    assert!(!case.text.contains("1985") && !case.text.contains("May 1990"), "{}", case.text);
    let items = case.at("/orchestration/checklist").as_array().cloned().unwrap_or_default();
    let birth = items.iter().find(|item| item["what"] == "date_of_birth").expect("the field is on the checklist");
    assert_eq!((&birth["state"], &birth["who"]), (&json!("mismatch"), &json!("analyst")), "{}", case.text);
    assert!(case.text.contains("identity_differs"), "{}", case.text);
    let lines = world.lines(&worked.case_id());
    assert!(lines.iter().any(|line| line.contains("\"disputed\":[\"date_of_birth\"]")), "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains("1985")), "a value is in the journal");
    assert_eq!(rederive(lines.iter().map(String::as_str)), Ok(()));
    let reveal =
        async |what: &str| world.command(&worked.case_id(), &[], &json!({ "command": "reveal", "what": what })).await;
    for (reader, value) in [("rules", "3 May 1990"), ("claude", "7 June 1985")] {
        let what = format!("{reader}_date_of_birth:1");
        let shown = reveal(&what).await;
        assert_eq!(shown.at("/revealed/value"), value, "{}", shown.text);
        assert!(world.lines(&worked.case_id()).last().unwrap().contains(&what));
    }
    for what in ["claude_date_of_birth:2", "claude_name:1", "claude_date_of_birth", "claude_:1", "rules_:1"] {
        reveal(what).await.is(Code::Field);
    }
}
