//! The words of a closed case: erased by command or by time, kept by a hold, and a journal that verifies without them.

use std::time::Duration;

use case::{case::rederive, settings::DeskSettings, time::DAY_MS};
use desk::problem::Code;
use serde_json::{Value, json};

use crate::world::{SAMPLE, World, local};

async fn give(world: &World, case: &str, command: &str) -> crate::world::Answer {
    world.command(case, &[], &json!({ "command": command, "reason": "As counsel said." })).await
}

/// A closed case.
async fn closed(world: &World) -> String {
    let case = world.open(SAMPLE, "cus_ada").await;
    world.wake(&case).await;
    assert_eq!(give(world, &case, "close").await.status, 200);
    case
}

async fn is_erased(world: &World, case: &str, why: &str) {
    let view = world.get(&format!("/v1/cases/{case}")).await;
    assert_eq!((view.at("/text"), view.at("/erased")), (Value::Null, json!(why)), "{}", view.text);
    assert!(!view.text.contains("subscription"), "{}", view.text);
    world.stored(case, |record| {
        assert!(record.wrapped_key.is_none() && record.sealed.is_empty());
        assert_eq!(rederive(record.lines.iter().map(String::as_str)), Ok(()));
    });
    for command in ["reopen", "erase", "hold"] {
        give(world, case, command).await.is(Code::Erased);
    }
}

#[tokio::test(start_paused = true)]
async fn erased_words_are_gone_and_the_journal_verifies_without_them() {
    let world = World::new();
    let case = world.open(SAMPLE, "cus_ada").await;
    world.wake(&case).await;
    give(&world, &case, "erase").await.is(Code::Refused);
    give(&world, &case, "close").await;
    assert_eq!(give(&world, &case, "hold").await.status, 200);
    give(&world, &case, "erase").await.is(Code::Held);
    assert_eq!(give(&world, &case, "unhold").await.status, 200);
    assert_eq!(give(&world, &case, "erase").await.status, 200);
    is_erased(&world, &case, "commanded").await;
    // Another process finds it as it is.
    is_erased(&world.beside(), &case, "commanded").await;
}

#[tokio::test(start_paused = true)]
async fn words_are_erased_when_their_time_has_come_unless_they_are_held() {
    let world = World::with(|mut setup| {
        let desk = DeskSettings { retention_ms: Some(30 * DAY_MS), ..DeskSettings::default() };
        setup.config.settings.desk = Some(desk);
        setup
    });
    let (erased, held) = (closed(&world).await, closed(&world).await);
    give(&world, &held, "hold").await;
    assert!(world.stored(&erased, |record| record.wake).is_some());
    assert_eq!(world.stored(&held, |record| record.wake), None);
    world.pass(Duration::from_hours(30 * 24)).await;
    for case in [&erased, &held] {
        world.desk.wake(&local(case)).await.unwrap();
    }
    is_erased(&world, &erased, "retention").await;
    let view = world.get(&format!("/v1/cases/{held}")).await;
    assert_eq!((view.at("/text"), view.at("/held")), (json!(SAMPLE), json!(true)));
}
