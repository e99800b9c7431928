//! Whose words they are is not for Claude: the customer's own name, address, day of birth and numbers are taken out of
//! what it is shown, and without the profile it is shown nothing.

use desk::tenants::BudgetConfig;
use serde_json::{Value, json};

use crate::world::{World, claude, unsure};

/// Ways in which the sandbox's Ada Marsh may write of herself.
const SIGNED: &str = "Best, ADA MARSH (a. marsh, Marsh Ada, A\u{200B}da), 14 alder st. Springfield, 62704";
/// What must not be in a prompt.
const HERS: [&str; 5] = ["marsh", "ada", "alder", "springfield", "62704"];

/// Every request that Claude got.
async fn prompts(world: &World) -> Vec<Value> {
    let requests = world.control("GET", "/sandbox/requests", &Value::Null).await;
    let all = requests["requests"].as_array().unwrap().iter();
    let bodies =
        all.filter(|request| request["path"] == "/v1/messages").map(|request| request["body"].as_str().unwrap());
    bodies.map(|body| serde_json::from_str(body).unwrap()).collect()
}

/// The words that a prompt gives in the user's turn, in small letters.
fn turn(prompt: &Value) -> String {
    prompt["messages"].to_string().to_lowercase()
}

#[tokio::test(start_paused = true)]
async fn claude_is_asked_without_the_customer_s_name_and_address() {
    let world = World::with(claude);
    let sorted = world.work(&format!("{} {SIGNED}", unsure()), "cus_ada").await;
    assert_eq!(sorted.at("/classification/decided_by"), "claude", "{}", sorted.text);
    let told = format!("My card was charged twice for the same subscription by Streamly. {SIGNED}");
    world.work(&told, "cus_ada").await;
    let document = json!({ "id": "doc-1", "type": "passport", "sides": ["front"],
        "text": "Holder of this document is Marsh, Ada. She lives in 14 Alder Street." });
    let text = format!("Please verify my identity, the passport is attached. {SIGNED}");
    let body = json!({ "text": text, "customer_id": "cus_ada", "documents": [document] });
    world.post("/v1/requests", &[("prefer", "wait=30")], &body).await;
    let prompts = prompts(&world).await;
    assert!(prompts.len() >= 3, "{prompts:?}");
    assert!(prompts.iter().any(|prompt| turn(prompt).contains("[address:1]")), "nothing was taken out: {prompts:?}");
    for prompt in &prompts {
        let words: Vec<String> =
            turn(prompt).split(|glyph: char| !glyph.is_alphanumeric()).map(str::to_owned).collect();
        for hers in HERS {
            assert!(!words.iter().any(|word| word == hers), "{hers} in {prompt}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn somebody_else_s_profile_hides_nothing_and_a_case_without_a_customer_is_asked_about_all_the_same() {
    let world = World::with(claude);
    world.work(&format!("{} {SIGNED}", unsure()), "cus_ben").await;
    assert!(turn(&prompts(&world).await[0]).contains("alder"), "the street is not his");
    let body = json!({ "text": unsure() });
    let opened = world.post("/v1/requests", &[("prefer", "wait=30")], &body).await;
    assert_eq!(opened.at("/classification/decided_by"), "claude", "{}", opened.text);
    let unknown = world.work(unsure(), "cus_nobody").await;
    assert_eq!(unknown.at("/classification/decided_by"), "claude", "{}", unknown.text);
}

#[tokio::test(start_paused = true)]
async fn without_the_profile_claude_is_shown_nothing_and_nothing_is_spent() {
    for fault in ["500", "hang", "html", "malformed", "empty"] {
        let world = World::with(claude).restart(|mut setup| {
            setup.config.budget = BudgetConfig { tokens_per_day: Some(1_000_000), ..BudgetConfig::default() };
            setup
        });
        world.fault("profile", fault, None).await;
        let case = world.open(&format!("{} {SIGNED}", unsure()), "cus_ada").await;
        world.wake(&case).await;
        let seen = world.get(&format!("/v1/cases/{case}")).await;
        assert_eq!(seen.at("/classification/decided_by"), "local", "{fault}: {}", seen.text);
        let journal = world.get(&format!("/v1/cases/{case}/journal")).await.text;
        assert!(journal.contains("\"no_profile\""), "{fault}: {journal}");
        assert!(prompts(&world).await.is_empty(), "{fault}");
        assert_eq!(world.store.spent(), desk::ports::Spend::default(), "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_profile_that_is_back_is_asked_again_and_then_claude_is() {
    let world = World::with(claude);
    world.fault("profile", "500", Some(1)).await;
    let case = world.open(&format!("{} {SIGNED}", unsure()), "cus_ada").await;
    world.wake(&case).await;
    let seen = world.get(&format!("/v1/cases/{case}")).await;
    assert_eq!(seen.at("/classification/decided_by"), "claude", "{}", seen.text);
    assert!(!turn(&prompts(&world).await[0]).contains("marsh"));
}
