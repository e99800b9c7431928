//! Letters over the API: the draft, the filter, what the law adds, and what the actions endpoint gets.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{extract::Request, http::StatusCode, middleware, response::IntoResponse as _};
use desk::problem::Code;
use serde_json::{Value, json};

use crate::{
    browser::Browser,
    world::{Answer, SAMPLE, World},
};

/// A world in which letters are refused while the switch is on.
fn refusing() -> (World, Arc<AtomicBool>) {
    let switch = Arc::new(AtomicBool::new(false));
    let refuses = switch.clone();
    let world = World::behind(
        move |bank| {
            bank.layer(middleware::from_fn(move |request: Request, next: middleware::Next| {
                let refused = request.uri().path() == "/actions" && refuses.load(Ordering::Relaxed);
                async move { if refused { StatusCode::FORBIDDEN.into_response() } else { next.run(request).await } }
            }))
        },
        |setup| setup,
    );
    (world, switch)
}

async fn say(world: &World, case: &str, text: &str) -> Answer {
    let sent = world.command(case, &[], &json!({ "command": "reply", "text": text })).await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    sent
}

/// The cases of a queue.
async fn queue(world: &World, name: &str) -> Vec<Value> {
    let page = world.get(&format!("/v1/cases?queue={name}")).await;
    page.at("/cases").as_array().unwrap().iter().map(|row| row["case_id"].clone()).collect()
}

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

#[tokio::test(start_paused = true)]
async fn a_closed_case_whose_letter_was_refused_stands_in_the_queue_until_another_is_sent() {
    let (world, refuses) = refusing();
    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    world.command(&case, &[], &json!({ "command": "close", "reason": "Answered." })).await;
    assert!(queue(&world, "open").await.is_empty());
    refuses.store(true, Ordering::Relaxed);
    let sent = say(&world, &case, "We have closed your case.").await;
    assert_eq!(sent.at("/letters/0/stage"), "refused");
    assert_eq!(sent.at("/orchestration/state"), "review");
    for name in ["open", "unassigned", "escalated"] {
        assert_eq!(queue(&world, name).await, [json!(case)], "{name}");
    }
    assert!(queue(&world, "closed").await.is_empty());
    assert_eq!(world.post("/v1/queue/next", &[], &json!({})).await.status, 204, "a closed case is nobody's to claim");
    refuses.store(false, Ordering::Relaxed);
    assert_eq!(say(&world, &case, "We have closed your case.").await.at("/orchestration/state"), "closed");
    assert!(queue(&world, "open").await.is_empty());
    assert_eq!(queue(&world, "closed").await, [json!(case)]);
}

#[tokio::test(start_paused = true)]
async fn the_letter_is_offered_once_it_is_true_and_a_closed_case_offers_no_decisions_while_it_is_sent() {
    let (world, refuses) = refusing();
    let opened = world.work(SAMPLE, "cus_ada").await;
    let case = opened.case_id();
    let proposal = opened.at("/orchestration/proposal");
    let approve = json!({ "command": "approve", "proposal": proposal["id"], "hash": proposal["hash"] });
    assert_eq!(world.command(&case, &[], &approve).await.at("/orchestration/state"), "closed");
    let here = Browser::at(&world, "localhost:8787");
    let page = here.get(&format!("/console/cases/{case}")).await.text;
    assert!(page.contains("We have asked the merchant") && page.contains("id=\"f-reply\""), "{page}");
    assert!(page.contains("id=\"f-reopen\"") && !page.contains("id=\"f-decide-otherwise\""));
    refuses.store(true, Ordering::Relaxed);
    say(&world, &case, "We have asked for your money.").await;
    let page = here.get(&format!("/console/cases/{case}")).await.text;
    assert!(page.contains("did not get through") && page.contains("id=\"f-reply\""), "{page}");
    assert!(page.contains("id=\"f-reopen\"") && !page.contains("id=\"f-decide-otherwise\""));
    world.command(&case, &[], &json!({ "command": "erase" })).await;
    let page = here.get(&format!("/console/cases/{case}")).await.text;
    assert!(!page.contains("id=\"f-reply\"") && !page.contains("id=\"f-decide-otherwise\""));
}

#[tokio::test(start_paused = true)]
async fn a_question_to_the_customer_speaks_of_no_suspicion() {
    let world = World::new();
    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    let lines = world.lines(&case).len();
    for question in ["Did you know that we filed a S.A.R.?", "Is 4111 1111 1111 1111 your card?"] {
        let refused = world.command(&case, &[], &json!({ "command": "ask", "question": question })).await;
        refused.is(Code::Letter);
        assert_eq!(refused.at("/field"), "question");
    }
    assert_eq!(world.lines(&case).len(), lines);
}
