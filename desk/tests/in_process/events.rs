//! Progress of a case as server-sent events.

use std::time::Duration;

use serde_json::{Value, json};

use crate::world::{Answer, SAMPLE, World, broken};

/// The positions in a stream, in order.
fn ids(answer: &Answer) -> Vec<u64> {
    answer.text.lines().filter_map(|line| line.strip_prefix("id: ")).map(|id| id.parse().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn the_stream_tells_every_entry_once_and_ends_when_the_case_rests() {
    let world = World::new();
    world.fault("ledger", "delay:2000", None).await;
    let case = world.open(SAMPLE, "cus_ada").await;
    let events = world.get(&format!("/v1/cases/{case}/events")).await;
    assert_eq!(events.header("content-type"), "text/event-stream");
    let entries = world.lines(&case).len() as u64;
    assert_eq!(ids(&events), (0..entries).collect::<Vec<_>>());
    let kinds = events.text.lines().filter_map(|line| line.strip_prefix("event: "));
    assert_eq!(kinds.filter(|kind| *kind == "proposed").count(), 1);
    let data: Vec<Value> = events
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect();
    assert_eq!(data[0]["kind"], "opened");
}

#[tokio::test(start_paused = true)]
async fn the_stream_goes_on_after_the_last_event_seen() {
    let world = World::new();
    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    let path = format!("/v1/cases/{case}/events");
    let entries = world.lines(&case).len() as u64;
    let rest = world.send("GET", &path, &[("last-event-id", "2")], "").await;
    assert_eq!(ids(&rest), (3..entries).collect::<Vec<_>>());
    let nothing = world.send("GET", &path, &[("last-event-id", "999999")], "").await;
    assert_eq!((nothing.status, ids(&nothing)), (200, vec![]));
    let bad = world.send("GET", &path, &[("last-event-id", "two")], "").await;
    assert_eq!(bad.at("/field"), "Last-Event-ID");
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_a_case_that_does_not_rest_ends_after_five_minutes() {
    let world = World::with(|setup| {
        let mut setup = setup;
        setup.config.settings.lookups.attempt_ms = 600_000;
        setup.config.settings.lookups.deadline_ms = 3_600_000;
        setup
    });
    world.fault("ledger", "hang", None).await;
    let case = world.open(SAMPLE, "cus_ada").await;
    let began = tokio::time::Instant::now();
    let events = world.get(&format!("/v1/cases/{case}/events")).await;
    let took = began.elapsed();
    assert!((Duration::from_mins(5)..Duration::from_mins(6)).contains(&took), "{took:?}");
    let comments = events.text.lines().filter(|line| line.starts_with(':')).count();
    assert!((15..=30).contains(&comments), "a heartbeat now and then: {comments}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_survives_a_failure_of_the_storage() {
    let world = World::new();
    world.fault("ledger", "delay:2000", None).await;
    let case = world.open(SAMPLE, "cus_ada").await;
    let path = format!("/v1/cases/{case}/events");
    let follow = world.get(&path);
    let fail = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        world.store.trouble([broken()]);
        let claim = world.post(&format!("/v1/cases/{case}/commands"), &[], &json!({ "command": "claim" })).await;
        assert_eq!(claim.status, 500);
    };
    let (events, ()) = tokio::join!(follow, fail);
    assert_eq!(ids(&events), (0..world.lines(&case).len() as u64).collect::<Vec<_>>());
    let comments = events.text.lines().filter(|line| line.starts_with(':')).count();
    assert!(comments < 10, "the stream waits rather than spins: {comments}");
}
