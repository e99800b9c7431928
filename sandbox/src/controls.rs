//! The controls of the box, under `/sandbox/`: what a test switches on and what it looks at afterwards.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::asked::JsonBody;
use crate::faults::Fault;
use crate::problem::Problem;
use crate::sources::list_actions;
use crate::target::Target;
use crate::world::Shared;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/sandbox/actions", get(list_actions))
        .route("/sandbox/requests", get(list_requests).delete(clear_requests))
        .route("/sandbox/faults", post(switch_on_fault).get(list_faults).delete(clear_faults))
        .route("/sandbox/hostile", get(read_hostile).put(take_over))
        .route("/sandbox/barrier", post(put_up_barrier).get(read_barrier).delete(take_down_barrier))
}

async fn list_requests(State(world): State<Shared>) -> Json<Value> {
    Json(json!({ "requests": world.requests.all() }))
}

async fn clear_requests(State(world): State<Shared>) -> Json<Value> {
    world.requests.clear();
    Json(json!({ "requests": [] }))
}

/// A fault as it is switched on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultOrder {
    target: String,
    fault: String,
    times: Option<u32>,
}

async fn switch_on_fault(
    State(world): State<Shared>,
    JsonBody(order): JsonBody<FaultOrder>,
) -> Result<Json<Value>, Problem> {
    let refuse = |error: crate::FaultError| Problem::bad_request(format!("{error}."));
    let target = Target::named(&order.target);
    let target = target.ok_or_else(|| refuse(crate::FaultError::UnknownTarget(order.target.clone())))?;
    let kind = order.fault.parse().map_err(refuse)?;
    let fault = Fault::new(target, kind, order.times).map_err(refuse)?;
    world.faults.switch_on(fault).map_err(refuse)?;
    Ok(Json(world.faults.to_json()))
}

async fn list_faults(State(world): State<Shared>) -> Json<Value> {
    Json(world.faults.to_json())
}

async fn clear_faults(State(world): State<Shared>) -> Json<Value> {
    world.faults.clear();
    Json(world.faults.to_json())
}

/// Whether the model is taken over.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TakeOver {
    /// The seed of its attacks; none gives it back.
    seed: Option<u64>,
}

async fn read_hostile(State(world): State<Shared>) -> Json<Value> {
    Json(world.hostile.to_json())
}

async fn take_over(State(world): State<Shared>, JsonBody(order): JsonBody<TakeOver>) -> Json<Value> {
    world.hostile.take_over(order.seed);
    Json(world.hostile.to_json())
}

/// A barrier as it is put up.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BarrierOrder {
    targets: Vec<Target>,
    /// After how many openings it is taken down; without it never.
    times: Option<u64>,
}

async fn put_up_barrier(
    State(world): State<Shared>,
    JsonBody(mut order): JsonBody<BarrierOrder>,
) -> Result<Json<Value>, Problem> {
    order.targets.sort_unstable();
    order.targets.dedup();
    if order.targets.is_empty() || order.times == Some(0) {
        return Err(Problem::bad_request("A barrier needs at least one target, and times is one or more."));
    }
    world.barrier.put_up(order.targets, order.times);
    Ok(Json(world.barrier.to_json()))
}

async fn read_barrier(State(world): State<Shared>) -> Json<Value> {
    Json(world.barrier.to_json())
}

async fn take_down_barrier(State(world): State<Shared>) -> Json<Value> {
    world.barrier.put_up(Vec::new(), None);
    Json(world.barrier.to_json())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Probe, request};

    #[tokio::test]
    async fn faults_are_switched_on_for_a_number_of_times_and_cleared() {
        let probe = Probe::new();
        let fault = json!({"target": "policy", "fault": "500", "times": 2});
        assert_eq!(probe.post("/sandbox/faults", &fault).await.status, 200);
        let status = async || probe.get("/policy/passages?topic=refund").await.status.as_u16();
        assert_eq!([status().await, status().await, status().await], [500, 500, 200]);
        probe.post("/sandbox/faults", &json!({"target": "policy", "fault": "html"})).await;
        assert!(probe.get("/policy/passages?topic=refund").await.text.starts_with("<!doctype"));
        assert_eq!(probe.get("/merchants?q=gym").await.headers["content-type"], "application/json");
        probe.delete("/sandbox/faults").await;
        assert_eq!(status().await, 200);
    }

    #[tokio::test]
    async fn faults_of_the_bank_are_problems_or_broken_bodies() {
        let probe = Probe::new();
        let struck = async |name: &str| {
            probe.post("/sandbox/faults", &json!({"target": "risk", "fault": name, "times": 1})).await;
            probe.post("/risk/score", &json!({"customer_id": "cus_ada"})).await
        };
        let limited = struck("429:3").await;
        assert_eq!((limited.status.as_u16(), &limited.headers["retry-after"]), (429, &"3".parse().unwrap()));
        assert_eq!(limited.headers["content-type"], "application/problem+json");
        assert_eq!(struck("529").await.json()["status"], 529);
        assert!(serde_json::from_str::<serde_json::Value>(&struck("malformed").await.text).is_err());
        assert_eq!(struck("empty").await.text, "");
    }

    #[tokio::test]
    async fn an_action_whose_answer_is_lost_was_executed_all_the_same() {
        let probe = Probe::new();
        let fault = json!({"target": "actions", "fault": "drop-after-commit", "times": 1});
        probe.post("/sandbox/faults", &fault).await;
        let order = json!({"action": "block_card", "case_id": "case_1", "customer_id": "cus_dan", "references": []});
        let lost = request("POST", "/actions", &[("idempotency-key", "k")], &order.to_string());
        assert!(probe.try_send(lost).await.is_none());
        assert_eq!(probe.act("k", &order).await.status, 200);
        let book = probe.get("/sandbox/actions").await.json();
        assert_eq!((&book["executed"], &book["repeats"]), (&json!(1), &json!(1)));
    }

    #[tokio::test]
    async fn an_action_that_fails_after_the_deed_or_arrives_twice_was_executed_once() {
        let probe = Probe::new();
        let order = json!({"action": "block_card", "case_id": "case_1", "customer_id": "cus_dan", "references": []});
        for (fault, status, repeats) in [("500-after-commit", 500, 0), ("twice", 200, 1)] {
            probe.post("/sandbox/faults", &json!({"target": "actions", "fault": fault, "times": 1})).await;
            let before = probe.get("/sandbox/actions").await.json();
            assert_eq!(probe.act(fault, &order).await.status, status, "{fault}");
            let after = probe.get("/sandbox/actions").await.json();
            let grown = |name: &str| after[name].as_u64().unwrap() - before[name].as_u64().unwrap();
            assert_eq!((grown("executed"), grown("repeats")), (1, repeats), "{fault}");
        }
    }

    #[tokio::test]
    async fn orders_that_make_no_sense_are_refused() {
        let probe = Probe::new();
        for (path, body, word) in [
            ("/sandbox/faults", json!({"target": "bank", "fault": "500"}), "merchants"),
            ("/sandbox/faults", json!({"target": "risk", "fault": "sleepy"}), "delay:MS"),
            ("/sandbox/faults", json!({"target": "risk", "fault": "nan"}), "cannot be aimed"),
            ("/sandbox/barrier", json!({"targets": []}), "at least one"),
            ("/sandbox/barrier", json!({"targets": ["bank"]}), "bank"),
        ] {
            let answer = probe.post(path, &body).await;
            assert_eq!(answer.status, 400);
            assert!(answer.text.contains(word), "{word}: {}", answer.text);
        }
    }

    #[tokio::test]
    async fn requests_are_listed_with_their_trace_and_without_their_keys() {
        let probe = Probe::new();
        let headers = [("traceparent", "00-aa-bb-01"), ("authorization", "Bearer secret-1"), ("x-api-key", "secret-2")];
        probe.send("POST", "/risk/score", &headers, r#"{"customer_id":"cus_ada"}"#).await;
        probe.get("/merchants?q=gym").await;
        let listed = probe.get("/sandbox/requests").await;
        assert!(!listed.text.contains("secret"));
        let requests = listed.json()["requests"].clone();
        assert_eq!(requests.as_array().unwrap().len(), 2, "the controls are not listed");
        assert_eq!((&requests[0]["method"], &requests[0]["path"]), (&json!("POST"), &json!("/risk/score")));
        assert_eq!(requests[0]["traceparent"], "00-aa-bb-01");
        assert_eq!(requests[0]["body"], r#"{"customer_id":"cus_ada"}"#);
        assert_eq!(requests[1]["path"], "/merchants?q=gym");
        probe.delete("/sandbox/requests").await;
        assert_eq!(probe.get("/sandbox/requests").await.json()["requests"], json!([]));
    }

    #[tokio::test]
    async fn only_the_last_thousand_requests_are_kept() {
        let probe = Probe::new();
        for number in 0..1005 {
            probe.get(&format!("/merchants?q=n{number}")).await;
        }
        let requests = probe.get("/sandbox/requests").await.json()["requests"].clone();
        assert_eq!((requests.as_array().unwrap().len(), &requests[0]["path"]), (1000, &json!("/merchants?q=n5")));
    }
}
