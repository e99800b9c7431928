//! The model's switch, and what the model may cost a tenant a day.

use case::actor::Role;
use desk::{ports::Spend, problem::Code, tenants::BudgetConfig};
use serde_json::{Value, json};

use crate::world::{World, unsure};

/// How often the stand-in was asked.
async fn asked(world: &World) -> usize {
    let requests = world.control("GET", "/sandbox/requests", &Value::Null).await;
    let is_model = |request: &&Value| request["path"] == "/v1/messages";
    requests["requests"].as_array().unwrap().iter().filter(is_model).count()
}

/// Who decided what an unclear request is about.
async fn decided_by(world: &World) -> Value {
    let case = world.open(unsure(), "cus_ada").await;
    world.wake(&case).await;
    world.get(&format!("/v1/cases/{case}")).await.at("/classification/decided_by")
}

#[tokio::test(start_paused = true)]
async fn a_model_that_is_turned_off_is_asked_no_more_until_it_is_turned_on() {
    let world = World::with_claude();
    assert_eq!(world.get("/v1/model").await.at("/off"), false);
    assert_eq!(decided_by(&world).await, "claude");
    let before = asked(&world).await;
    assert!(before > 0);
    let turn = async |off: bool| world.post("/v1/model", &[], &json!({ "off": off, "note": "strange answers" })).await;
    let turned = turn(true).await;
    assert_eq!((turned.at("/off"), turned.at("/by")), (json!(true), json!("local/local")));
    assert!(turned.at("/at").as_str().unwrap().starts_with("2026-11-22T18:"), "{}", turned.text);
    assert_eq!(turned.at("/note"), "strange answers");
    assert_eq!((decided_by(&world).await, asked(&world).await), (json!("local"), before));
    assert_eq!(world.beside().get("/v1/model").await.json(), world.get("/v1/model").await.json());
    turn(false).await;
    assert_eq!(decided_by(&world).await, "claude");
    let before = asked(&world).await;
    let world = world.restart(|mut setup| {
        setup.config.model_off = true;
        setup
    });
    assert_eq!(world.get("/v1/model").await.at("/off_by_configuration"), true);
    assert_eq!((decided_by(&world).await, asked(&world).await), (json!("local"), before));
}

#[tokio::test(start_paused = true)]
async fn only_admins_turn_the_switch_and_submitters_do_not_see_it() {
    let world = World::with_keys();
    for (role, looks, turns) in [
        (Role::Submitter, false, false),
        (Role::Analyst, true, false),
        (Role::Approver, true, false),
        (Role::Auditor, true, false),
        (Role::Admin, true, true),
    ] {
        let key = world.hire("acme", role.name(), role);
        let key = [("authorization", key.as_str())];
        assert_eq!(world.send("GET", "/v1/model", &key, "").await.status == 200, looks, "{role:?}");
        let turned = world.post("/v1/model", &key, &json!({ "off": true })).await;
        if turns {
            assert_eq!(turned.status, 200)
        } else {
            turned.is(Code::Role)
        }
        if turns {
            world.post("/v1/model", &key, &json!({ "off": "yes" })).await.is(Code::Field);
        }
    }
    world.get("/v1/model").await.is(Code::Unauthenticated);
}

fn with_budget(budget: BudgetConfig) -> World {
    World::with_claude().restart(|mut setup| {
        setup.config.budget = budget;
        setup
    })
}

#[tokio::test(start_paused = true)]
async fn what_a_call_cost_takes_the_place_of_what_was_reserved() {
    let world = with_budget(BudgetConfig { tokens_per_day: Some(1_000_000), ..BudgetConfig::default() });
    assert_eq!(decided_by(&world).await, "claude");
    let spent = world.store.spent();
    assert!(spent.tokens > 0 && spent.tokens < 16_384, "{spent:?}");
    assert!(spent.nano_dollars > 0, "{spent:?}");
    // Refused before a model saw it: nothing was spent.
    world.fault("messages", "529", None).await;
    decided_by(&world).await;
    assert_eq!(world.store.spent(), spent);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_lost_has_cost_what_was_reserved() {
    let world = with_budget(BudgetConfig { tokens_per_day: Some(1_000_000), ..BudgetConfig::default() });
    world.fault("messages", "hang", Some(1)).await;
    decided_by(&world).await;
    assert!(world.store.spent().tokens > 16_384, "{:?}", world.store.spent());
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_is_spent_leaves_the_decision_to_the_local_tier() {
    for budget in [
        BudgetConfig { tokens_per_day: Some(1_000), ..BudgetConfig::default() },
        BudgetConfig { nano_dollars_per_day: Some(1_000), ..BudgetConfig::default() },
    ] {
        let world = with_budget(budget);
        assert_eq!((decided_by(&world).await, asked(&world).await), (json!("local"), 0), "{budget:?}");
        assert_eq!(world.store.spent(), Spend::default());
    }
}
