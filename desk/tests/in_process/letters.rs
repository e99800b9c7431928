//! Letters over the API: the draft, the filter, what the law adds, and what the actions endpoint gets.

use desk::problem::Code;
use serde_json::{Value, json};

use crate::world::{SAMPLE, World};

#[tokio::test(start_paused = true)]
async fn a_letter_is_drafted_filtered_and_sent_once() {
    let world = World::new();
    let case = world.open(SAMPLE, "cus_ada").await;
    world.wake(&case).await;
    let view = world.get(&format!("/v1/cases/{case}")).await;
    let draft = view.at("/letter_draft/text").as_str().unwrap().to_owned();
    assert!(draft.contains("We are looking into it"), "{draft}");
    for text in ["Our fraud team calls you a suspect.", "You will be refunded.", "See www.bank.example"] {
        world.command(&case, &[], &json!({ "command": "reply", "text": text })).await.is(Code::Letter);
    }
    let edited = format!("Dear Ada,\n\n{}", draft.split("\n\nThis letter was drafted").next().unwrap());
    let sent =
        world.command(&case, &[], &json!({ "command": "reply", "text": edited, "code": "interim_answer" })).await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    let letter = sent.at("/letters/0");
    assert_eq!((&letter["id"], &letter["stage"], &letter["by"]), (&json!("l1"), &json!("done"), &json!("local")));
    let text = letter["text"].as_str().unwrap();
    assert!(text.starts_with(&edited) && text.ends_with("read by a member of our staff."), "{text}");
    let actions = world.control("GET", "/sandbox/actions", &Value::Null).await;
    let order = &actions["actions"][0];
    assert_eq!(order["key"], format!("{case}/act/l1"));
    assert_eq!((&order["body"]["action"], &order["body"]["letter"]), (&json!("send_letter"), &letter["text"]));
    assert!(!world.lines(&case).join("\n").contains("Dear Ada"), "a journal holds no words");
}
