//! A request that is sent again has one effect; a key stands for one request.

use case::actor::Role;
use desk::problem::Code;
use serde_json::json;

use crate::world::{SAMPLE, World};

const KEY: (&str, &str) = ("idempotency-key", "k-1");

#[tokio::test(start_paused = true)]
async fn a_repeated_request_reaches_the_same_case_whatever_the_order_of_its_fields() {
    let world = World::new();
    let body = json!({ "text": SAMPLE, "customer_id": "cus_ada" });
    let first = world.post("/v1/requests", &[KEY, ("prefer", "wait=30")], &body).await;
    let spaced = format!("{{ \"customer_id\": \"cus_ada\",\n \"text\": {} }}", json!(SAMPLE));
    let json = ("content-type", "application/json");
    let second = world.send("POST", "/v1/requests", &[KEY, json], &spaced).await;
    assert_eq!(second.status, 201);
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(second.json(), first.json());
    assert_eq!(world.store.cases().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_used_for_another_request_is_refused() {
    let world = World::new();
    world.post("/v1/requests", &[KEY], &json!({ "text": SAMPLE })).await;
    let other = world.post("/v1/requests", &[KEY], &json!({ "text": "Where is my payment?" })).await;
    other.is(Code::OtherRequest);
    assert_eq!(world.store.cases().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_of_somebody_else_leads_to_nothing() {
    let world = World::with_keys();
    let (app, shop) = (world.hire("acme", "app", Role::Submitter), world.hire("acme", "shop", Role::Submitter));
    let other = world.hire("other", "app", Role::Submitter);
    let body = json!({ "text": SAMPLE });
    let first = world.post("/v1/requests", &[KEY, ("authorization", &app)], &body).await;
    world.post("/v1/requests", &[KEY, ("authorization", &shop)], &body).await.is(Code::OtherRequest);
    let theirs = world.post("/v1/requests", &[KEY, ("authorization", &other)], &body).await;
    assert_ne!(theirs.case_id(), first.case_id());
    assert_eq!(theirs.header("idempotent-replayed"), "");
}

#[tokio::test(start_paused = true)]
async fn while_the_first_request_is_under_way_the_second_is_told_to_wait() {
    let world = World::new();
    world.fault("ledger", "delay:2000", None).await;
    let body = json!({ "text": SAMPLE, "customer_id": "cus_ada" });
    let headers = [KEY, ("prefer", "wait=30")];
    let first = world.post("/v1/requests", &headers, &body);
    let second = async {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        world.post("/v1/requests", &headers, &body).await
    };
    let (first, second) = tokio::join!(first, second);
    second.is(Code::InFlight);
    assert_eq!(second.header("retry-after"), "1");
    assert_eq!(first.at("/orchestration/state"), "review");
    let third = world.post("/v1/requests", &headers, &body).await;
    assert_eq!((third.status, third.case_id()), (201, first.case_id()));
}

#[tokio::test(start_paused = true)]
async fn a_repeated_command_has_one_effect() {
    let world = World::new();
    let opened = world.work(SAMPLE, "cus_ada").await;
    let (case, proposal) = (opened.case_id(), opened.at("/orchestration/proposal"));
    let approve = json!({ "command": "approve", "proposal": proposal["id"], "hash": proposal["hash"] });
    let seq = opened.at("/seq").to_string();
    let headers = [KEY, ("if-match", seq.as_str())];
    let first = world.command(&case, &headers, &approve).await;
    assert_eq!(first.at("/orchestration/state"), "closed", "{}", first.text);
    // The answer was lost, so the client sends the same once more, with the position that it saw then.
    let second = world.command(&case, &headers, &approve).await;
    assert_eq!((second.status, second.json()), (200, first.json()));
    let actions = world.control("GET", "/sandbox/actions", &json!(null)).await;
    assert_eq!(actions["actions"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_looks_at_personal_data_again_is_journaled_again() {
    let world = World::new();
    let case = world.work("My card 4111 1111 1111 1111 was charged twice for Streamly.", "cus_ada").await.case_id();
    let reveal = json!({ "command": "reveal", "what": "card:1" });
    for looks in 1..=3 {
        let shown = world.command(&case, &[KEY], &reveal).await;
        assert_eq!(shown.at("/revealed/value"), "4111111111111111", "{}", shown.text);
        assert_eq!(world.count(&case, "commanded"), looks);
    }
}

#[tokio::test(start_paused = true)]
async fn a_repeated_message_is_said_once() {
    let world = World::new();
    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    world.message(&case, &[KEY], "It was the gym.").await;
    world.message(&case, &[KEY], "It was the gym.").await;
    assert_eq!(world.count(&case, "messaged"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_decision_on_what_has_changed_is_refused() {
    let world = World::new();
    let opened = world.work(SAMPLE, "cus_ada").await;
    let (case, seq) = (opened.case_id(), opened.at("/seq").to_string());
    let claim = json!({ "command": "claim" });
    assert_eq!(world.command(&case, &[("if-match", &seq)], &claim).await.status, 200);
    let again = world.command(&case, &[("if-match", &seq)], &json!({ "command": "release" })).await;
    again.is(Code::Changed);
    assert_eq!(again.at("/field"), "If-Match");
}

#[tokio::test(start_paused = true)]
async fn one_persons_command_is_no_repetition_of_anothers_and_another_command_is_none_either() {
    let world = World::with_keys();
    let (ann, bob) = (world.hire("acme", "ann", Role::Analyst), world.hire("acme", "bob", Role::Analyst));
    let (ann, bob) = ([KEY, ("authorization", ann.as_str())], [KEY, ("authorization", bob.as_str())]);
    let opened = world.post("/v1/requests", &ann, &json!({ "text": SAMPLE })).await;
    let case = opened.case_id();
    assert_eq!(world.command(&case, &ann, &json!({ "command": "claim" })).await.at("/assignee"), "ann");
    world.command(&case, &bob, &json!({ "command": "claim" })).await.is(Code::Refused);
    let released = world.command(&case, &ann, &json!({ "command": "release" })).await;
    assert_eq!((released.status, released.at("/assignee")), (200, json!(null)));
}
