//! The requests that leave for Claude, byte for byte as the stand-in gets them: what stays the same from case to case
//! comes first, and what a customer wrote is nowhere but in the user's turn.

use case::{
    label::Ppm,
    prompts::{PromptFile, PromptKind},
};
use desk::setup::Setup;
use serde_json::{Value, json};

use crate::world::{SAMPLE, World, claude};

/// Words that nobody knows: the local tier is unsure of them whatever it has learnt.
const UNKNOWN: [&str; 2] = [
    "Vorblen drast melkuntio ferhagen, wexlorn opprindel stravukas ilmenauth.",
    "Quorvane listrup bemmelhak, ostrivande kelphorn drumbelak vintersao, my card is 4242 4242 4242 4242.",
];

/// The bodies that the stand-in got, as they were written.
async fn sent(world: &World) -> Vec<String> {
    let log = world.control("GET", "/sandbox/requests", &Value::Null).await;
    let asked = log["requests"].as_array().unwrap().iter().filter(|request| request["path"] == "/v1/messages");
    asked.map(|request| request["body"].as_str().unwrap().to_owned()).collect()
}

/// The one body whose policy is this prompt's.
async fn body_of(world: &World, kind: PromptKind) -> String {
    let policy = json!(kind.current().unwrap().text).to_string();
    let mut bodies = sent(world).await;
    bodies.retain(|body| body.contains(&policy));
    assert_eq!(bodies.len(), 1, "{kind:?}");
    bodies.remove(0)
}

/// The file of a version's exact request.
fn golden(kind: PromptKind) -> (std::path::PathBuf, String) {
    let name = kind.current().unwrap().name.replace('/', "-");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/prompts");
    let path = folder.join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    (path, text)
}

/// Compares a body with its file: the same fields in the same order with the same values.
fn is_as_committed(kind: PromptKind, body: &str, keep_turn: bool) {
    let mut value: Value = serde_json::from_str(body).unwrap();
    let turn: Value = serde_json::from_str(value["messages"][0]["content"].as_str().unwrap()).unwrap();
    if !keep_turn {
        // What a case holds is another test's matter; here it is only named.
        let fields: Vec<&String> = turn.as_object().unwrap().keys().collect();
        value["messages"][0]["content"] = json!(fields);
    }
    let (path, committed) = golden(kind);
    let now = format!("{value:#}\n");
    assert!(now == committed, "the request has changed; {} would be\n{now}", path.display());
}

#[tokio::test(start_paused = true)]
async fn the_request_for_triage_is_exactly_the_committed_one() {
    let world = World::with(claude);
    world.work(UNKNOWN[0], "cus_ada").await;
    is_as_committed(PromptKind::Triage, &body_of(&world, PromptKind::Triage).await, true);
}

#[tokio::test(start_paused = true)]
async fn the_requests_for_a_summary_and_for_identity_fields_are_the_committed_ones() {
    let world = World::with(claude);
    world.work(SAMPLE, "cus_ada").await;
    is_as_committed(PromptKind::Summary, &body_of(&world, PromptKind::Summary).await, false);

    let world = World::with(claude);
    let text = "Why is my identity verification not complete? Which identity documents do you need?";
    let document = json!({ "id": "doc-1", "type": "passport", "sides": ["front"], "text": "This is to certify." });
    let body = json!({ "text": text, "customer_id": "cus_ivo", "documents": [document] });
    world.post("/v1/requests", &[("prefer", "wait=60")], &body).await;
    is_as_committed(PromptKind::Extraction, &body_of(&world, PromptKind::Extraction).await, false);
}

#[tokio::test(start_paused = true)]
async fn what_is_cached_is_the_same_for_every_customer_and_comes_before_their_words() {
    let world = World::with(claude);
    for (text, customer) in UNKNOWN.into_iter().zip(["cus_ada", "cus_ben"]) {
        world.work(text, customer).await;
    }
    let mut bodies = sent(&world).await;
    bodies.retain(|body| body.contains("You sort requests"));
    assert!(bodies.len() == 2, "{bodies:?}");
    let prefix = |body: &str| body.split_once("\"messages\"").map(|(before, _)| before.to_owned()).unwrap();
    assert!(bodies.iter().all(|body| prefix(body) == prefix(&bodies[0])));
    assert!(prefix(&bodies[0]).contains("cache_control"));
    // The service keeps no prefix under 512 tokens; a token is at most six bytes of English.
    assert!(prefix(&bodies[0]).len() > 6 * 512);
}

#[tokio::test(start_paused = true)]
async fn the_local_tier_decides_under_the_promise_that_the_case_is_pinned_to() {
    let promising = |parts: u32| {
        move |setup: Setup| {
            let mut setup = claude(setup);
            setup.config.settings.triage.promised_error = Ppm::new(parts).unwrap();
            setup
        }
    };
    for (parts, decided_by) in [(20_000, "local"), (1_000, "claude")] {
        let world = World::with(promising(parts));
        let case = world.work(SAMPLE, "cus_ada").await.case_id();
        assert_eq!(world.get(&format!("/v1/cases/{case}")).await.at("/classification/decided_by"), decided_by);
    }
}

#[tokio::test(start_paused = true)]
async fn the_journal_names_the_prompt_by_the_hash_of_its_file_and_an_older_one_can_be_pinned() {
    let first = PromptKind::Triage.versions().next().unwrap();
    let pinned = |setup: Setup| {
        let mut setup = claude(setup);
        setup.config.settings.triage.prompt = Some(first.hash());
        setup
    };
    let newest = PromptKind::Triage.current().unwrap();
    assert_ne!(first, newest);
    for (world, prompt) in [(World::with(claude), newest), (World::with(pinned), first)] {
        let case = world.work(UNKNOWN[0], "cus_ada").await.case_id();
        let lines = world.lines(&case);
        let asked = lines.iter().find(|line| line.contains("\"question\":\"triage\"")).unwrap();
        assert!(asked.contains(&format!("\"prompt\":\"{}\"", PromptFile::hash(prompt))), "{asked}");
        let policy = json!(prompt.text).to_string();
        assert!(sent(&world).await.iter().any(|body| body.contains(&policy)), "{}", prompt.name);
    }
}
