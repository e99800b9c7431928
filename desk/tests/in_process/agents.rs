//! Remote agents: what they are sent, and that nothing they answer is believed without evidence.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse as _, Response},
    routing::post,
};
use case::{
    ids::Digest,
    settings::{AgentName, AgentSettings},
    source::Step,
    time::Millis,
};
use desk::{
    agents::PATH,
    config::{AgentConfig, Config},
    setup::Setup,
    signature::{Secret, Signable, Signature},
};
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Value, json};

use crate::{
    document,
    world::{BEGIN, SAMPLE, World},
};

type Script = fn(&Value) -> Response;

/// What an agent was sent.
#[derive(Clone, Default)]
struct Sent(Arc<Mutex<Vec<(HeaderMap, Bytes)>>>);

impl Sent {
    fn tasks(&self) -> Vec<Value> {
        self.0.lock().unwrap().iter().map(|(_, body)| serde_json::from_slice(body).unwrap()).collect()
    }
}

fn far() -> AgentName {
    AgentName::parse("far-away").unwrap()
}

/// A desk whose disputes and alerts an agent looks at, and whose merchants it finds.
fn asks(lookups: &'static [Step]) -> impl FnOnce(Setup) -> Setup {
    move |setup| {
        let mut config = Config { ..setup.config };
        config.agents.insert(far(), AgentConfig { at: "https://agents.example/desk/".to_owned() });
        config.settings.agents = AgentSettings {
            lookups: lookups.iter().map(|step| (*step, far())).collect(),
            specialists: case::label::Task::ALL.map(|task| (task, far())).into(),
            ..AgentSettings::default()
        };
        Setup::new(config, setup.master, None, setup.access).unwrap().with_sandbox()
    }
}

fn world(script: Script, lookups: &'static [Step]) -> (World, Sent) {
    let sent = Sent::default();
    let heard = sent.clone();
    let agent = move |bank: Router| {
        let answer = move |State(sent): State<Sent>, headers: HeaderMap, body: Bytes| async move {
            sent.0.lock().unwrap().push((headers, body.clone()));
            script(&serde_json::from_slice(&body).unwrap())
        };
        bank.merge(Router::new().route(PATH, post(answer)).with_state(heard))
    };
    (World::behind(agent, asks(lookups)), sent)
}

fn say(body: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// The agent finds that the customer should ask the merchant first, about the row that the rules contest.
fn refers(task: &Value) -> Response {
    let about = task["proposal"]["references"].clone();
    let cites = task["proposal"]["cites"].clone();
    say(&json!({ "finding": {
        "action": "refer_to_merchant", "reasons": ["merchant_first"], "cites": cites, "references": about,
    } }))
}

fn agent_line(answer: &crate::world::Answer) -> Value {
    let evidence = answer.at("/orchestration/evidence");
    let line = evidence.as_array().unwrap().iter().find(|piece| piece["id"] == "agent:far-away");
    line.cloned().unwrap_or_else(|| panic!("{evidence}"))
}

#[tokio::test(start_paused = true)]
async fn a_task_is_signed_and_holds_what_the_specialist_may_see_and_nothing_personal() {
    let (world, sent) = world(|_| say(&json!({ "agree": true })), &[]);
    let text = "My card was charged twice for the same subscription, write to ada@example.com.";
    let case = world.work(text, "cus_ada").await;
    let tasks = sent.tasks();
    let [task] = tasks.as_slice() else { panic!("{tasks:?}") };
    document::check_agents("AgentTask", task);
    assert_eq!((&task["kind"], &task["task"], &task["v"]), (&json!("finding"), &json!("dispute_summary"), &json!(1)));
    assert_eq!(task["case_id"], case.at("/case_id"));
    assert!(task["request_text"].as_str().unwrap().starts_with("My card was charged twice"), "{task}");
    assert!(!task.to_string().contains("ada@example.com"), "personal data is a token");
    let pieces: Vec<&str> = task["evidence"].as_array().unwrap().iter().filter_map(|one| one["id"].as_str()).collect();
    assert_eq!(pieces, ["ledger:transactions", "ledger:accounts", "policy:policy", "merchants:merchants"]);
    assert_eq!(task["proposal"]["action"], case.at("/orchestration/proposal/action"));

    let (headers, body) = sent.0.lock().unwrap()[0].clone();
    assert_eq!(headers["idempotency-key"].to_str().unwrap(), task["ask"].as_str().unwrap());
    let signature = Signature::read(headers[header::AUTHORIZATION].to_str().unwrap()).unwrap();
    assert_eq!(signature.key, "far-away");
    let signable = Signable { method: &Method::POST, path_and_query: "/desk/v1/agent-tasks", body: &body };
    let now = Millis::parse_rfc3339(BEGIN).unwrap();
    assert!(signature.verify(&Secret::of_agent(&world.setup.master, "far-away"), now, signable).is_ok());
    let other = Secret::of_agent(&world.setup.master, "another");
    assert!(signature.verify(&other, now, signable).is_err(), "an agent's secret is its own");
}

#[tokio::test(start_paused = true)]
async fn specialists_that_see_no_words_send_none() {
    let (world, sent) = world(|_| say(&json!({ "agree": true })), &[Step::Transactions]);
    let request = json!({
        "text": "Please verify my identity, my document is attached. My name is Ada Zanzibar.", "customer_id": "cus_cleo",
    });
    world.post("/v1/requests", &[("prefer", "wait=60")], &request).await;
    let tasks = sent.tasks();
    assert!(!tasks.is_empty());
    for task in tasks {
        document::check_agents("AgentTask", &task);
        assert_eq!(task["request_text"], Value::Null);
        assert!(!task.to_string().contains("Zanzibar"), "{task}");
        assert!(task["evidence"].as_array().unwrap().iter().all(|piece| piece["source"] != "ledger"), "{task}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_agent_found_is_shown_as_its_own_beside_what_the_rules_found() {
    let (world, _) = world(refers, &[]);
    let case = world.work(SAMPLE, "cus_ada").await;
    let proposal = case.at("/orchestration/proposal");
    assert_eq!((&proposal["action"], &proposal["found_by"]), (&json!("refer_to_merchant"), &json!("agent:far-away")));
    assert_eq!(proposal["approval"], "one_analyst");
    assert!(proposal["amount"].is_null() && proposal["code"].is_null());
    let line = agent_line(&case);
    assert_eq!((&line["status"], &line["outcome"]), (&json!("found"), &json!("adopted")));
    assert_eq!(line["rules"]["action"], "raise_chargeback");
    let summary = case.at("/orchestration/summary").to_string();
    assert!(summary.contains("An agent elsewhere says: "), "{summary}");
    assert!(summary.contains("came to different findings"), "{summary}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_used_leaves_the_rules_finding_and_says_why() {
    let bad: [(&str, &str, Script); 8] = [
        ("unknown action", "agent_unusable", |_| {
            say(
                &json!({ "finding": { "action": "pay", "reasons": ["merchant_first"], "cites": [], "references": [] } }),
            )
        }),
        ("foreign reference", "agent_unusable", |task| {
            say(&json!({ "finding": {
                "action": "raise_chargeback", "reasons": ["duplicate_charge"],
                "cites": task["proposal"]["cites"], "references": ["tx-of-somebody-else"],
            } }))
        }),
        ("wrong shape", "agent_unusable", |_| say(&json!({ "reply": { "merchants": [] } }))),
        ("a list", "agent_unusable", |_| say(&json!([{ "agree": true }]))),
        ("another content type", "agent_unusable", |_| "{\"agree\":true}".into_response()),
        ("huge", "agent_missing", |_| say(&json!({ "agree": true, "more": "x".repeat(100_000) }))),
        ("down", "agent_missing", |_| StatusCode::SERVICE_UNAVAILABLE.into_response()),
        ("elsewhere", "agent_unusable", |_| (StatusCode::FOUND, [(header::LOCATION, PATH)]).into_response()),
    ];
    for (name, reason, script) in bad {
        let (world, _) = world(script, &[]);
        let case = world.open(SAMPLE, "cus_ada").await;
        world.wake(&case).await;
        let shown = world.get(&format!("/v1/cases/{case}")).await;
        let proposal = shown.at("/orchestration/proposal");
        assert_eq!(
            (&proposal["action"], &proposal["found_by"]),
            (&json!("raise_chargeback"), &json!("rules")),
            "{name}"
        );
        assert!(proposal["reasons"].as_array().unwrap().contains(&json!(reason)), "{name}: {proposal}");
        let line = agent_line(&shown);
        assert!(line["outcome"] == "unusable" || line["status"] == "missing", "{name}: {line}");
        assert!(!world.lines(&case).concat().contains("somebody-else"), "{name}: no word of an agent's is kept");
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_up_may_be_an_agents_and_is_read_like_a_sources() {
    let (world, sent) = world(
        |task| match task["lookup"]["lookup"].as_str() {
            Some("merchants") => say(&json!({ "reply": { "merchants": [{ "id": "mer_far", "name": "Far" }] } })),
            _ => say(&json!({ "agree": true })),
        },
        &[Step::Merchants],
    );
    let case = world.work("I was charged twice for my subscription by Streamly.", "cus_ada").await;
    let task = sent.tasks().into_iter().find(|task| task["kind"] == "lookup").unwrap();
    document::check_agents("AgentTask", &task);
    assert!(task["lookup"]["q"].as_str().unwrap().to_lowercase().contains("streamly"), "{task}");
    let evidence = case.at("/orchestration/evidence");
    let found = evidence.as_array().unwrap().iter().find(|piece| piece["source"] == "merchants").unwrap();
    assert_eq!((&found["status"], &found["agent"]), (&json!("found"), &json!("far-away")));
}

#[tokio::test(start_paused = true)]
async fn an_agents_row_of_another_customer_or_of_another_page_makes_its_reply_unusable() {
    let lies: [Script; 4] = [
        |task| match task["lookup"]["lookup"].as_str() {
            Some("accounts") => say(&json!({ "reply": { "next": null, "accounts": [{
                "id": "acc_9", "customer_id": "cus_cleo", "product": "current", "country": "US",
            }] } })),
            _ => say(&json!({ "agree": true })),
        },
        |_| say(&json!({ "reply": { "accounts": [], "next": "more" } })),
        |_| say(&json!({ "reply": [] })),
        |_| say(&json!({ "accounts": [], "next": null })),
    ];
    for lie in lies {
        let (world, _) = world(lie, &[Step::Accounts]);
        let case = world.open(SAMPLE, "cus_ada").await;
        world.wake(&case).await;
        let shown = world.get(&format!("/v1/cases/{case}")).await;
        let evidence = shown.at("/orchestration/evidence");
        let missing = |piece: &&Value| piece["id"] == "ledger:accounts" && piece["why"] == "unusable";
        assert!(evidence.as_array().unwrap().iter().any(|piece| missing(&piece)), "{evidence}");
        assert!(shown.at("/orchestration/proposal/reasons").to_string().contains("evidence_missing"));
    }
}

#[tokio::test(start_paused = true)]
async fn readiness_names_the_agents_and_their_breakers() {
    let (world, _) = world(|_| say(&json!({ "agree": true })), &[]);
    let ready = world.get("/readyz").await;
    assert_eq!(ready.at("/agents"), json!({ "far-away": "configured" }));
    assert_eq!(ready.at("/breakers/agent:far-away"), "closed");
}

#[tokio::test(start_paused = true)]
async fn what_an_agent_answered_lies_sealed_and_the_journal_names_its_hash() {
    let (world, _) = world(refers, &[]);
    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    let lines = world.lines(&case);
    let answered: Value = lines
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["entry"].clone())
        .find(|entry| entry["answer"]["answer"] == "advised")
        .unwrap();
    let reply = Digest::parse(answered["answer"]["reply"].as_str().unwrap()).unwrap();
    assert!(world.stored(&case, |record| record.sealed.contains_key(&reply)));
}
