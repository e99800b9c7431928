//! The drive loop: lock, decide, commit, perform, answer; and time.

use std::time::Duration;

use case::{case::rederive, time::DAY_MS};
use desk::problem::Code;
use serde_json::{Value, json};

use crate::world::{SAMPLE, World, unsure};

/// The journal of a case derives again from its inputs, byte for byte.
fn derives(world: &World, case: &str) {
    let lines = world.lines(case);
    assert_eq!(rederive(lines.iter().map(String::as_str)), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn the_same_words_end_differently_where_the_ledger_shows_two_charges_and_one() {
    let world = World::new();
    let ada = world.work(SAMPLE, "cus_ada").await;
    assert_eq!(ada.at("/orchestration/state"), "review");
    assert_eq!(ada.at("/orchestration/proposal/action"), "raise_chargeback");
    assert_eq!(ada.at("/orchestration/proposal/reasons"), json!(["duplicate_charge"]));
    assert_eq!(ada.at("/sandbox"), true);
    let ben = world.work(SAMPLE, "cus_ben").await;
    assert_eq!(ben.at("/orchestration/proposal/action"), "inform");
    for case in [ada.case_id(), ben.case_id()] {
        assert_eq!(world.get(&format!("/v1/cases/{case}")).await.status, 200);
        assert_eq!(world.get(&format!("/v1/cases/{case}/journal")).await.status, 200);
        derives(&world, &case);
    }
    assert_eq!(world.get("/v1/cases?state=review").await.at("/cases").as_array().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn look_ups_that_do_not_depend_on_each_other_are_in_flight_at_once() {
    let world = World::new();
    world.control("POST", "/sandbox/barrier", &json!({ "targets": ["ledger", "merchants", "policy"] })).await;
    let worked = world.work(SAMPLE, "cus_ada").await;
    assert_eq!(worked.at("/orchestration/state"), "review");
    let evidence = worked.at("/orchestration/evidence");
    let status = |row: &Value| row["status"].clone();
    assert!(evidence.as_array().unwrap().iter().map(status).all(|status| status == "found"), "{evidence}");
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_does_not_wait_is_answered_before_the_work_is_done() {
    let world = World::new();
    world.fault("ledger", "delay:3000", None).await;
    let body = json!({ "text": SAMPLE, "customer_id": "cus_ada" });
    let answer = world.post("/v1/requests", &[], &body).await;
    assert_eq!(answer.at("/orchestration/state"), "working");
    let some = world.post("/v1/requests", &[("prefer", "wait=1")], &body).await;
    assert_eq!(some.at("/orchestration/state"), "working");
    tokio::time::sleep(Duration::from_secs(5)).await;
    let path = format!("/v1/cases/{}", answer.case_id());
    assert_eq!(world.get(&path).await.at("/orchestration/state"), "review");
}

#[tokio::test(start_paused = true)]
async fn a_source_that_never_answers_is_late_evidence_and_the_case_goes_on() {
    let world = World::new();
    world.fault("merchants", "hang", None).await;
    let case = world.open(SAMPLE, "cus_ada").await;
    world.wake(&case).await;
    let seen = world.get(&format!("/v1/cases/{case}")).await;
    assert_eq!(seen.at("/orchestration/state"), "review", "{}", seen.text);
    let evidence = seen.at("/orchestration/evidence");
    let missing = evidence.as_array().unwrap().iter().find(|row| row["source"] == "merchants").unwrap();
    assert_ne!(missing["status"], "found");
    assert!(seen.text.contains("evidence_missing"));
    derives(&world, &case);
}

#[tokio::test(start_paused = true)]
async fn sources_that_answer_nonsense_are_missing_evidence() {
    for fault in ["500", "html", "malformed", "empty", "429:1", "endless"] {
        let world = World::new();
        world.fault("ledger", fault, None).await;
        let case = world.open(SAMPLE, "cus_ada").await;
        world.wake(&case).await;
        let seen = world.get(&format!("/v1/cases/{case}")).await;
        assert_eq!(seen.at("/orchestration/proposal/action"), "escalate", "{fault}: {}", seen.text);
        derives(&world, &case);
    }
}

#[tokio::test(start_paused = true)]
async fn claude_is_asked_where_the_local_tier_is_unsure_and_its_failures_leave_the_decision_to_others() {
    let world = World::with_claude();
    let asked = world.work(unsure(), "cus_ada").await;
    assert_eq!(asked.at("/classification/decided_by"), "claude", "{}", asked.text);
    for fault in ["refusal", "prose", "nan", "unknown-label", "max-tokens", "html", "500", "529", "hang"] {
        let world = World::with_claude();
        world.fault("messages", fault, None).await;
        let case = world.open(unsure(), "cus_ada").await;
        world.wake(&case).await;
        let seen = world.get(&format!("/v1/cases/{case}")).await;
        assert_eq!(seen.at("/classification/decided_by"), "local", "{fault}: {}", seen.text);
        derives(&world, &case);
    }
}

#[tokio::test(start_paused = true)]
async fn a_restart_resumes_what_was_in_flight() {
    let world = World::new();
    world.fault("ledger", "hang", None).await;
    let case = world.open(SAMPLE, "cus_ada").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    world.no_faults().await;
    let world = world.restart(|setup| setup);
    world.desk.wake(&crate::world::local(&case)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(world.count(&case, "resumed"), 1);
    let seen = world.get(&format!("/v1/cases/{case}")).await;
    assert_eq!(seen.at("/orchestration/proposal/action"), "raise_chargeback");
    derives(&world, &case);
}

#[tokio::test(start_paused = true)]
async fn an_approved_action_is_executed_once_although_the_process_dies_before_it_hears_of_it() {
    let world = World::new();
    let opened = world.work(SAMPLE, "cus_ada").await;
    let (case, proposal) = (opened.case_id(), opened.at("/orchestration/proposal"));
    world.fault("actions", "drop-after-commit", Some(1)).await;
    let approve = json!({ "command": "approve", "proposal": proposal["id"], "hash": proposal["hash"] });
    world.post(&format!("/v1/cases/{case}/commands"), &[], &approve).await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    let world = world.restart(|setup| setup);
    world.wake(&case).await;
    let seen = world.get(&format!("/v1/cases/{case}")).await;
    assert_eq!(seen.at("/orchestration/state"), "closed", "{}", seen.text);
    let actions = world.control("GET", "/sandbox/actions", &json!(null)).await;
    assert_eq!(actions["actions"].as_array().unwrap().len(), 1, "{actions}");
    derives(&world, &case);
}

#[tokio::test(start_paused = true)]
async fn a_customer_who_does_not_answer_is_a_humans_after_the_time_set() {
    let world = World::new();
    let opened = world.post("/v1/requests", &[("prefer", "wait=30")], &json!({ "text": SAMPLE })).await;
    assert_eq!(opened.at("/orchestration/state"), "waiting");
    let case = opened.case_id();
    let key = crate::world::local(&case);
    world.desk.wake(&key).await.unwrap();
    assert_eq!(world.count(&case, "time_passed"), 0, "woken too early, nothing is written");
    world.pass(Duration::from_millis(u64::try_from(7 * DAY_MS).unwrap())).await;
    world.desk.wake(&key).await.unwrap();
    let seen = world.get(&format!("/v1/cases/{case}")).await;
    assert_eq!(seen.at("/orchestration/state"), "review");
    assert_eq!(seen.at("/orchestration/escalations"), json!(["no_answer"]));
}

#[tokio::test(start_paused = true)]
async fn messages_that_arrive_together_are_all_taken() {
    let world = World::new();
    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    let say = |text: &'static str| world.message(&case, &[], text);
    let (a, b, c) = tokio::join!(
        say("My mail is ada@example.com."),
        say("Call me at +1 212 555 0100."),
        say("It was the gym, not the shop.")
    );
    assert_eq!([a.status, b.status, c.status], [200, 200, 200], "{} {} {}", a.text, b.text, c.text);
    assert_eq!(world.count(&case, "messaged"), 3);
    derives(&world, &case);
}

#[tokio::test(start_paused = true)]
async fn a_closed_case_takes_nothing_but_being_reopened() {
    let world = World::new();
    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    let close = json!({ "command": "close", "reason": "Settled on the phone." });
    assert_eq!(world.command(&case, &[], &close).await.at("/orchestration/outcome"), "by_analyst");
    world.message(&case, &[], "One more thing.").await.is(Code::Refused);
    world.command(&case, &[], &close).await.is(Code::Refused);
    let reopen = json!({ "command": "reopen", "reason": "There is more." });
    assert_ne!(world.command(&case, &[], &reopen).await.at("/orchestration/state"), "closed");
    derives(&world, &case);
}

#[tokio::test(start_paused = true)]
async fn what_is_personal_stays_in_the_vault() {
    let world = World::new();
    let (card, mail) = ("4111 1111 1111 1111", "ada.marsh@example.com");
    let text = format!("My card {card} was charged twice for the same subscription. Write to {mail}.");
    let opened = world.work(&text, "cus_ada").await;
    let case = opened.case_id();
    world.message(&case, &[], &format!("Once more: {mail}.")).await;
    let ask = json!({ "command": "ask", "question": format!("Is {mail} still yours?") });
    let asked = world.command(&case, &[], &ask).await;
    assert!(asked.at("/orchestration/question").as_str().unwrap().starts_with("Is "), "{}", asked.text);
    let note = json!({ "command": "close", "reason": format!("Told her at {mail}.") });
    let closed = world.command(&case, &[], &note).await;
    let journal = world.get(&format!("/v1/cases/{case}/journal")).await;
    let sent = world.control("GET", "/sandbox/requests", &Value::Null).await.to_string();
    for secret in [card, mail, "4111111111111111", "Ada Marsh"] {
        for text in [&opened.text, &asked.text, &closed.text, &journal.text, &sent] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    assert!(closed.at("/text").as_str().unwrap().contains("[card:1]"), "{}", closed.text);
}
