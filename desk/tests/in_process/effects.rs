//! Two cases about one charge: money moves for one of them.

use case::settings::DeskSettings;
use serde_json::{Value, json};

use crate::world::{SAMPLE, World};

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
    let world = World::with(|mut setup| {
        setup.config.settings.desk = Some(DeskSettings::default());
        setup
    });
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
