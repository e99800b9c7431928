//! How often the storage is used for a case. What is counted here costs time on every host, and cannot come back unseen.

use serde_json::json;

use crate::{
    host::Uses,
    world::{SAMPLE, World},
};

#[tokio::test(start_paused = true)]
async fn a_request_is_worked_and_shown_without_a_read_and_with_a_commit_for_each_answer() {
    let world = World::with_claude();
    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    let answers = world.count(&case, "answered");
    assert!(answers >= 3, "{answers}");
    let commits = u32::try_from(answers).unwrap() + 1;
    assert_eq!(world.store.uses(), Uses { reads: 0, sealed: 0, commits });
}

#[tokio::test(start_paused = true)]
async fn a_repeated_request_reads_its_case_once() {
    let world = World::new();
    let key = [("idempotency-key", "k-1"), ("prefer", "wait=30")];
    let body = json!({ "text": SAMPLE, "customer_id": "cus_ada" });
    let first = world.post("/v1/requests", &key, &body).await;
    assert_eq!(world.store.uses().reads, 1, "whether it is there already");
    assert_eq!(world.post("/v1/requests", &key, &body).await.case_id(), first.case_id());
    assert_eq!(world.store.uses(), Uses { reads: 1, sealed: 1, commits: 0 });
}

#[tokio::test(start_paused = true)]
async fn a_case_is_read_once_for_each_command_message_and_view() {
    let world = World::new();
    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    world.store.uses();
    world.command(&case, &[], &json!({ "command": "claim" })).await.is_well();
    assert_eq!(world.store.uses(), Uses { reads: 1, sealed: 1, commits: 1 });
    world.message(&case, &[], "It was on Friday.").await.is_well();
    assert_eq!(world.store.uses().reads, 1);
    world.get(&format!("/v1/cases/{case}")).await.is_well();
    // The second one is for the conversation, which only the journal has.
    assert_eq!(world.store.uses().reads, 2);
}

#[tokio::test(start_paused = true)]
async fn a_case_that_rests_is_gone_from_memory_when_its_request_is_answered() {
    let world = World::new();
    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    world.store.uses();
    for _ in 0..2 {
        world.get(&format!("/v1/cases/{case}/journal")).await.is_well();
        assert!(world.store.uses().reads >= 2, "nothing was left from the request before");
    }
}
