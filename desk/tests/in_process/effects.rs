//! Two cases about one charge: money moves for one of them, whichever way. What the endpoint refuses is free again.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{Json, Router, routing::post};
use case::{actor::Role, settings::DeskSettings};
use desk::setup::{Access, Setup};
use http::StatusCode;
use serde_json::{Value, json};

use crate::world::{SAMPLE, World};

/// A deployment in which only one case moves money about a charge.
fn one_case(mut setup: Setup) -> Setup {
    setup.config.settings.desk = Some(DeskSettings::default());
    setup
}

/// An actions endpoint that answers with these statuses one after another, and then does what it is told.
fn answering(statuses: &[u16]) -> impl FnOnce(Router) -> Router {
    let statuses: Arc<Mutex<VecDeque<u16>>> = Arc::new(Mutex::new(statuses.iter().copied().collect()));
    let act = move || {
        let status = statuses.lock().unwrap().pop_front().unwrap_or(200);
        async move { (StatusCode::from_u16(status).unwrap(), Json(json!({ "id": "act_1" }))) }
    };
    |bank| Router::new().route("/actions", post(act)).fallback_service(bank)
}

async fn approve(world: &World, case: &str) {
    let shown = world.get(&format!("/v1/cases/{case}")).await.at("/orchestration/proposal");
    assert_eq!(shown["action"], "raise_chargeback", "{shown}");
    let body = json!({"command": "approve", "proposal": shown["id"], "hash": shown["hash"]});
    let answer = world.command(case, &[], &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    world.wake(case).await;
}

async fn shown(world: &World, case: &str, pointer: &str) -> Value {
    world.get(&format!("/v1/cases/{case}")).await.at(pointer)
}

#[tokio::test(start_paused = true)]
async fn the_second_case_about_a_charge_is_refused_and_a_person_is_told() {
    let world = World::with(one_case);
    let cases = [world.open(SAMPLE, "cus_ada").await, world.open(SAMPLE, "cus_ada").await];
    for case in &cases {
        world.wake(case).await;
        approve(&world, case).await;
    }
    assert_eq!(shown(&world, &cases[0], "/orchestration/state").await, "closed");
    assert_eq!(shown(&world, &cases[1], "/orchestration/proposal/stage").await, "refused");
    assert_eq!(shown(&world, &cases[1], "/orchestration/escalations").await, json!(["action_refused"]));
    assert_eq!(shown(&world, &cases[1], "/orchestration/state").await, "review");
    assert_eq!(world.store.effects.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_called_back_is_not_credited_by_another_case_and_the_other_way_round() {
    for recall_first in [true, false] {
        let world = World::with(|setup| one_case(Setup { access: Access::Keys, ..setup }));
        let [ann, bob] = ["ann", "bob"].map(|name| world.hire("acme", name, Role::Approver));
        let [ann, bob] = [&ann, &bob].map(|key| [("authorization", key.as_str()), ("prefer", "wait=60")]);
        let today = sandbox::Day::from_civil(2026, 11, 22).unwrap();
        let mut told = sandbox::answers(7, today).into_iter();
        let told = told.find(|one| one.expect.action == "recall_payment" && one.follow_up.is_empty()).unwrap();
        let body = json!({ "text": told.text, "customer_id": told.customer_id });
        let mut cases = Vec::new();
        for _ in 0..2 {
            let opened = world.post("/v1/requests", &ann, &body).await;
            let proposal = opened.at("/orchestration/proposal");
            assert_eq!(proposal["action"], "recall_payment", "{}", opened.text);
            cases.push((opened.case_id(), proposal));
        }
        let credited = &cases[1];
        let mut cites =
            credited.1["cites"].as_array().unwrap().iter().filter_map(|id| id.as_str()?.strip_prefix("ledger:"));
        let row = cites.find(|id| credited.1["references"][0] != *id).expect("the transaction is cited");
        let credit = json!({ "command": "decide", "action": "provisional_credit", "about": row, "reason": "Tricked." });
        let decided = world.command(&credited.0, &ann, &credit).await.at("/orchestration/proposal");
        assert_eq!(decided["references"], json!([row]), "{decided}");
        let agree = async |case: &str, proposal: &Value| {
            let body = json!({ "command": "approve", "proposal": proposal["id"], "hash": proposal["hash"] });
            let done = world.command(case, &bob, &body).await;
            done.at("/orchestration/proposal/stage")
        };
        let mut stages = Vec::new();
        let recalled = (&cases[0].0, &cases[0].1);
        let mut order = [recalled, (&credited.0, &decided)];
        if !recall_first {
            order.reverse();
        }
        for (case, proposal) in order {
            stages.push(agree(case, proposal).await);
        }
        assert_eq!(stages, [json!("done"), json!("refused")], "recall first: {recall_first}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_endpoint_refused_is_free_for_another_case_and_what_it_may_have_done_is_not() {
    for (statuses, then) in [(&[422][..], "closed"), (&[404], "closed"), (&[503, 422], "review")] {
        let world = World::behind(answering(statuses), one_case);
        let cases = [world.open(SAMPLE, "cus_ada").await, world.open(SAMPLE, "cus_ada").await];
        for case in &cases {
            world.wake(case).await;
            approve(&world, case).await;
        }
        assert_eq!(shown(&world, &cases[0], "/orchestration/proposal/stage").await, "refused", "{statuses:?}");
        assert_eq!(shown(&world, &cases[1], "/orchestration/state").await, then, "{statuses:?}");
        assert_eq!(world.store.effects.lock().unwrap().len(), 1, "{statuses:?}");
    }
}
