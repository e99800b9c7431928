//! When the storage fails or refuses, nothing that was answered is lost, and nothing is done twice.

use std::time::Duration;

use case::{case::rederive, journal};
use desk::{ports::HostError, problem::Code, setup::Setup, vault::MasterKey};
use serde_json::json;

use crate::world::{SAMPLE, World, broken, local};

fn derives(world: &World, case: &str) {
    let lines = world.lines(case);
    assert_eq!(rederive(lines.iter().map(String::as_str)), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_cannot_be_stored_is_not_acknowledged_and_can_be_sent_again() {
    let world = World::new();
    let key = [("idempotency-key", "k-1"), ("prefer", "wait=30")];
    let body = json!({ "text": SAMPLE, "customer_id": "cus_ada" });
    world.store.trouble([broken(), HostError::Full("quota of ada@example.com".to_owned())]);
    let failed = world.post("/v1/requests", &key, &body).await;
    failed.is(Code::Storage);
    let full = world.post("/v1/requests", &key, &body).await;
    full.is(Code::Full);
    assert_eq!(full.header("retry-after"), "1");
    assert!(world.store.cases().is_empty());
    for answer in [failed, full] {
        assert!(!answer.text.contains("ada@example.com"), "the storage's words are for the log");
    }
    let third = world.post("/v1/requests", &key, &body).await;
    assert_eq!((third.status, third.header("idempotent-replayed")), (201, ""));
    assert_eq!(third.at("/orchestration/state"), "review");
    derives(&world, &third.case_id());
}

#[tokio::test(start_paused = true)]
async fn a_command_that_came_second_is_decided_again() {
    let world = World::new();
    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    world.store.trouble([HostError::Stale, HostError::Stale]);
    assert_eq!(world.command(&case, &[], &json!({ "command": "claim" })).await.status, 200);
    assert_eq!(world.count(&case, "commanded"), 1);
    derives(&world, &case);
}

#[tokio::test(start_paused = true)]
async fn a_command_that_always_comes_second_is_given_up_and_nothing_is_written() {
    let world = World::new();
    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    let before = world.lines(&case);
    world.store.trouble(std::iter::repeat_n(HostError::Stale, 4));
    world.command(&case, &[], &json!({ "command": "claim" })).await.is(Code::Changed);
    assert_eq!((world.lines(&case), world.store.troubles_left()), (before, 0));
    assert_eq!(world.command(&case, &[], &json!({ "command": "claim" })).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn two_hosts_on_one_storage_never_fork_a_journal() {
    let world = World::new();
    let other = world.beside();
    world.fault("ledger", "delay:500", None).await;
    let case = world.open(SAMPLE, "cus_ada").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    // The other host knows nothing of the asks in flight here, so it resumes the case, and writes.
    assert_eq!(other.command(&case, &[], &json!({ "command": "claim" })).await.status, 200);
    tokio::time::sleep(Duration::from_secs(30)).await;
    for host in [&world, &other] {
        let seen = host.get(&format!("/v1/cases/{case}")).await;
        assert_eq!(seen.at("/orchestration/proposal/action"), "raise_chargeback", "{}", seen.text);
        assert_eq!(seen.at("/assignee"), "local");
    }
    derives(&world, &case);
}

#[tokio::test(start_paused = true)]
async fn reading_a_case_that_another_host_just_wrote_to_succeeds() {
    let world = World::new();
    world.fault("ledger", "hang", None).await;
    let case = world.open(SAMPLE, "cus_ada").await;
    let world = world.restart(|setup| setup);
    // Resuming it comes second, once.
    world.store.trouble([HostError::Stale]);
    assert_eq!(world.get(&format!("/v1/cases/{case}")).await.status, 200);
    assert_eq!(world.store.troubles_left(), 0);
}

#[tokio::test(start_paused = true)]
async fn answers_that_cannot_be_written_are_asked_for_again() {
    let world = World::new();
    let case = world.open(SAMPLE, "cus_ada").await;
    world.store.trouble((0..12).map(|_| broken()));
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.wake(&case).await;
    let seen = world.get(&format!("/v1/cases/{case}")).await;
    assert_eq!(seen.at("/orchestration/proposal/action"), "raise_chargeback", "{}", seen.text);
    assert_eq!(world.store.troubles_left(), 0);
    derives(&world, &case);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_half_way_leaves_nothing_in_memory_that_is_not_stored() {
    let world = World::new();
    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    let before = world.lines(&case);
    world.fault("ledger", "hang", None).await;
    // A message has the ledger asked again; its caller goes away while it is being written.
    let path = format!("/v1/cases/{case}/messages");
    let body = json!({ "from": "customer", "text": "It was the gym." });
    let gone = tokio::time::timeout(Duration::from_millis(2), world.post(&path, &[], &body)).await;
    assert!(gone.is_err());
    let seen = world.get(&format!("/v1/cases/{case}")).await;
    assert_eq!(seen.at("/seq"), before.len() as u64 - 1, "what is shown is what is stored");
    world.no_faults().await;
    assert_eq!(world.message(&case, &[], "It was the gym.").await.status, 200);
    world.wake(&case).await;
    assert_eq!(world.get(&format!("/v1/cases/{case}")).await.at("/orchestration/state"), "review");
    derives(&world, &case);
}

#[tokio::test(start_paused = true)]
async fn an_approval_that_cannot_be_stored_executes_nothing() {
    let world = World::new();
    let opened = world.work(SAMPLE, "cus_ada").await;
    let (case, proposal) = (opened.case_id(), opened.at("/orchestration/proposal"));
    let approve = json!({ "command": "approve", "proposal": proposal["id"], "hash": proposal["hash"] });
    world.store.trouble([broken()]);
    world.command(&case, &[], &approve).await.is(Code::Storage);
    tokio::time::sleep(Duration::from_mins(1)).await;
    let actions = world.control("GET", "/sandbox/actions", &json!(null)).await;
    assert_eq!(actions["actions"], json!([]));
    assert_eq!(world.command(&case, &[], &approve).await.at("/orchestration/state"), "closed");
}

#[tokio::test(start_paused = true)]
async fn a_damaged_or_newer_journal_is_named_and_not_touched() {
    let world = World::new();
    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    let whole = world.lines(&case);
    let damaged = whole[2].replace("\"seq\":2", "\"seq\":2 ");
    world.stored(&case, |record| record.lines[2] = damaged);
    let answer = world.get(&format!("/v1/cases/{case}")).await;
    answer.is(Code::Damaged);
    assert!(answer.at("/detail").as_str().unwrap().contains("line 3"), "{}", answer.text);
    world.command(&case, &[], &json!({ "command": "claim" })).await.is(Code::Damaged);
    world.desk.wake(&local(&case)).await.unwrap_err();
    let newer = whole[0].replacen("{\"v\":1", &format!("{{\"v\":{}", journal::FORMAT + 1), 1);
    world.stored(&case, |record| record.lines[0] = newer);
    world.get(&format!("/v1/cases/{case}")).await.is(Code::Newer);
    world.stored(&case, |record| record.lines = whole);
    assert_eq!(world.get(&format!("/v1/cases/{case}")).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn words_do_not_open_with_another_master_key() {
    let world = World::new();
    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    let other = MasterKey::parse(&"ab".repeat(32)).unwrap();
    let world = world.restart(|setup| Setup { master: other, ..setup });
    world.get(&format!("/v1/cases/{case}")).await.is(Code::Vault);
}

#[tokio::test(start_paused = true)]
async fn an_erased_case_shows_no_words_takes_none_and_still_verifies() {
    let world = World::new();
    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    world.stored(&case, |record| record.wrapped_key = None);
    let seen = world.get(&format!("/v1/cases/{case}")).await;
    assert_eq!((seen.status, seen.at("/text")), (200, json!(null)));
    world.message(&case, &[], "Hello?").await.is(Code::Erased);
    world.command(&case, &[], &json!({ "command": "close", "reason": "Erased." })).await.is(Code::Erased);
    assert_eq!(world.get(&format!("/v1/cases/{case}/journal")).await.status, 200);
    derives(&world, &case);
}
