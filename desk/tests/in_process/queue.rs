//! The next case for whoever asks, what lies beside a case, and how the desk does.

use std::collections::BTreeSet;

use case::actor::Role;
use desk::problem::Code;
use futures_util::future::join_all;
use serde_json::json;

use crate::{
    browser::Browser,
    world::{SAMPLE, World},
};

/// Opens a case that comes to rest with an analyst.
async fn open(world: &World, key: &str, ticket: &str, customer: &str) -> String {
    let body = json!({ "text": SAMPLE, "customer_id": customer, "external_id": ticket });
    world.post("/v1/requests", &[("authorization", key), ("prefer", "wait=30")], &body).await.case_id()
}

#[tokio::test(start_paused = true)]
async fn of_many_people_at_once_each_gets_another_case_and_nobody_gets_one_twice() {
    let world = World::with_keys();
    let till = world.hire("acme", "till", Role::Submitter);
    let mut open_cases = BTreeSet::new();
    for number in 0..6 {
        open_cases.insert(open(&world, &till, &format!("T-{number}"), "cus_ada").await);
    }
    let people: Vec<String> = (0..8).map(|number| world.hire("acme", &format!("p{number}"), Role::Analyst)).collect();
    let next = |key: &String| {
        let headers = [("authorization".to_owned(), key.clone())];
        let world = &world;
        async move {
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
            world.post("/v1/queue/next", &headers, &json!({})).await
        }
    };
    let answers = join_all(people.iter().map(next)).await;
    let mut taken = BTreeSet::new();
    for (number, answer) in answers.iter().enumerate().filter(|(_, answer)| answer.status == 200) {
        assert!(taken.insert(answer.case_id()), "two people have {}", answer.case_id());
        assert_eq!(answer.at("/assignee"), json!(format!("p{number}")));
        assert_eq!(answer.header("location"), format!("/v1/cases/{}", answer.case_id()));
    }
    assert_eq!(taken, open_cases);
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 2);
    assert_eq!(next(&people[0]).await.status, 204, "nobody gets a second case that is somebody's");
    let late = open(&world, &till, "Late-1", "cus_ben").await;
    let headers = [("authorization", people[1].as_str())];
    let other = world.post("/v1/queue/next?q=none-such", &headers, &json!({})).await;
    assert_eq!(other.status, 204);
    let got = world.post("/v1/queue/next?q=late", &headers, &json!({})).await;
    assert_eq!((got.status, got.case_id()), (200, late));
    world.post("/v1/queue/next?queue=what", &headers, &json!({})).await.is(Code::Query);
    world.post("/v1/queue/next", &[("authorization", &till)], &json!({})).await.is(Code::Role);
}

#[tokio::test(start_paused = true)]
async fn the_most_urgent_case_comes_first_and_a_case_that_went_on_is_left_alone() {
    let world = World::with_keys();
    let till = world.hire("acme", "till", Role::Submitter);
    let ann = world.hire("acme", "ann", Role::Analyst);
    let first = open(&world, &till, "T-1", "cus_ada").await;
    open(&world, &till, "T-2", "cus_ada").await;
    // The docket still shows what was.
    let key = crate::host::key("acme", &first);
    let behind = world.store.cases().get(&key).and_then(|record| record.row.clone()).unwrap();
    world.command(&first, &[("authorization", &ann)], &json!({ "command": "claim" })).await;
    world.command(&first, &[("authorization", &ann)], &json!({ "command": "release" })).await;
    world.store.cases().get_mut(&key).unwrap().row = Some(behind);
    let got = world.post("/v1/queue/next", &[("authorization", &ann)], &json!({})).await;
    assert_eq!(got.status, 200);
    assert_ne!(got.case_id(), first);
}

#[tokio::test(start_paused = true)]
async fn the_customers_other_cases_are_linked_and_those_of_the_same_transaction_say_so() {
    let world = World::with_keys();
    let till = world.hire("acme", "till", Role::Submitter);
    let ann = world.hire("acme", "ann", Role::Analyst);
    let first = open(&world, &till, "T-1", "cus_ada").await;
    let second = open(&world, &till, "T-2", "cus_ada").await;
    let other = open(&world, &till, "T-3", "cus_ben").await;
    let links = async |case: &str, key: &str| {
        world.send("GET", &format!("/v1/cases/{case}/links"), &[("authorization", key)], "").await
    };
    let linked = links(&first, &ann).await;
    assert_eq!(linked.at("/links").as_array().unwrap().len(), 1, "{}", linked.text);
    assert_eq!(linked.at("/links/0/case/case_id"), json!(second));
    assert!(!linked.at("/links/0/shares").as_array().unwrap().is_empty(), "both are about one charge: {}", linked.text);
    assert_eq!(links(&other, &ann).await.at("/links"), json!([]));
    links(&first, &till).await.is(Code::Role);
    let foreigner = world.hire("umbrella", "eve", Role::Admin);
    links(&first, &foreigner).await.is(Code::NoCase);
    let browser = Browser::new(&world);
    browser.sign_in(&ann).await;
    let page = browser.get(&format!("/console/cases/{first}")).await;
    assert!(page.text.contains(&second) && page.text.contains("Same transaction"));
}

#[tokio::test(start_paused = true)]
async fn what_people_did_with_proposals_is_counted_and_shown() {
    let world = World::with_keys();
    let till = world.hire("acme", "till", Role::Submitter);
    let ann = world.hire("acme", "ann", Role::Analyst);
    let headers = [("authorization", ann.as_str())];
    for number in 0..3 {
        let case = open(&world, &till, &format!("T-{number}"), "cus_ada").await;
        match number {
            0 => {}
            1 => {
                let rerouted = json!({ "command": "reroute", "task": "payment_status" });
                assert_eq!(world.command(&case, &headers, &rerouted).await.status, 200);
            }
            _ => {
                let closed = json!({ "command": "close", "reason": "Settled by telephone." });
                assert_eq!(world.command(&case, &headers, &closed).await.status, 200);
            }
        }
    }
    let counted = world.send("GET", "/v1/oversight?days=7", &headers, "").await;
    assert_eq!(counted.status, 200, "{}", counted.text);
    let days = counted.at("/volume");
    let today = days.as_array().unwrap().last().unwrap();
    assert_eq!((days.as_array().unwrap().len(), &today["opened"], &today["closed"]), (7, &json!(3), &json!(1)));
    let outcomes = counted.at("/outcomes");
    let disputes = outcomes.as_array().unwrap().iter().find(|row| row["task"] == "dispute_summary").unwrap();
    assert_eq!(
        (&disputes["cases"], &disputes["overturned"]),
        (&json!(3), &json!(1)),
        "rerouted counts where it came from"
    );
    let judged: u64 =
        counted.at("/agreement").as_array().unwrap().iter().filter_map(|row| row["judged"].as_u64()).sum();
    assert_eq!(judged, 1);
    let waiting: u64 =
        counted.at("/ageing/0/cases").as_array().unwrap().iter().filter_map(|count| count.as_u64()).sum();
    assert_eq!(waiting, 2, "{}", counted.text);
    for query in ["days=0", "days=400", "days=x", "since=1"] {
        world.send("GET", &format!("/v1/oversight?{query}"), &headers, "").await.is(Code::Query);
    }
    let browser = Browser::new(&world);
    browser.sign_in(&ann).await;
    let page = browser.get("/console/oversight?days=7").await;
    assert_eq!(page.status, 200);
    for part in ["<svg", "Cases a day", "Overturned", "Dispute, local"] {
        assert!(page.text.contains(part), "{part} is missing: {}", page.text);
    }
}

#[tokio::test(start_paused = true)]
async fn the_console_counts_its_queues_and_hands_out_the_next_case() {
    let world = World::with_keys();
    let till = world.hire("acme", "till", Role::Submitter);
    let ann = world.hire("acme", "ann", Role::Analyst);
    let case = open(&world, &till, "T-1", "cus_ada").await;
    let browser = Browser::new(&world);
    browser.sign_in(&ann).await;
    let page = browser.get("/console?queue=unassigned&q=t-1&risk=&due_before=2999-01-01").await;
    assert!(page.status == 200 && page.text.contains(&case), "{}", page.text);
    assert!(browser.get("/console?queue=mine").await.text.contains("No case here"));
    let csrf = browser.token().await;
    let next = browser.post("/console/next", &[("csrf", &csrf)]).await;
    assert_eq!((next.status, next.header("location")), (303, &*format!("/console/cases/{case}?done=claim")));
    assert!(browser.get("/console?queue=mine").await.text.contains(&case));
    let none = browser.post("/console/next", &[("csrf", &csrf)]).await;
    assert_eq!(none.header("location"), "/console?done=none");
    assert!(browser.get("/console?done=none").await.text.contains("there is no case to claim"));
    assert_eq!(browser.get("/console?queue=what").await.status, 400);
}
