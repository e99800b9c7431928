//! A remote agent beside the sandbox, that plays the part it is given over HTTP: right, slow, wrong or down. What it was
//! sent is kept, so that a check can look at it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Body,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post, put},
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// Its name in the configuration of hosts under test.
pub const NAME: &str = "scripted";
/// Where the agent is told which part to play.
pub const PART: &str = "/agent/part";
/// Everything it was sent since it was told.
pub const TASKS: &str = "/agent/tasks";
/// Where it is asked.
const WORK: &str = "/v1/agent-tasks";
/// Longer than any host under test waits.
const LONG: Duration = Duration::from_secs(7);
/// More than any answer may have.
const HUGE: usize = 3_000_000;

#[derive(Clone)]
struct Agent {
    bank: Router,
    play: Arc<Mutex<Play>>,
}

#[derive(Default)]
struct Play {
    part: String,
    tasks: Vec<Value>,
}

/// The sandbox with the agent beside it; the agent looks things up there.
pub(super) fn beside(bank: Router) -> Router {
    let agent = Agent { bank: bank.clone(), play: Arc::default() };
    let own = Router::new().route(PART, put(learn)).route(TASKS, get(tasks)).route(WORK, post(work)).with_state(agent);
    bank.merge(own)
}

impl Agent {
    fn play<T>(&self, change: impl FnOnce(&mut Play) -> T) -> T {
        change(&mut self.play.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn learn(State(agent): State<Agent>, part: String) {
    agent.play(|play| *play = Play { part, tasks: Vec::new() });
}

async fn tasks(State(agent): State<Agent>) -> Json<Value> {
    Json(agent.play(|play| play.tasks.clone()).into())
}

async fn work(State(agent): State<Agent>, Json(task): Json<Value>) -> Response {
    let part = agent.play(|play| {
        play.tasks.push(task.clone());
        play.part.clone()
    });
    match part.as_str() {
        "down" => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        "slow" => tokio::time::sleep(LONG).await,
        "huge" => {
            return Json(json!({ "agree": true, "reply": { "merchants": [], "more": "x".repeat(HUGE) } }))
                .into_response();
        }
        _ => {}
    }
    let answer = if task["kind"] == "lookup" { look_up(&agent, &part, &task).await } else { find(&part, &task) };
    Json(answer).into_response()
}

/// What the sandbox's own source says; about somebody else, where that is the part.
async fn look_up(agent: &Agent, part: &str, task: &Value) -> Value {
    let customer = if part == "foreign-customer" { json!("cus_dan") } else { task["lookup"]["customer"].clone() };
    let path = match task["lookup"]["lookup"].as_str() {
        Some("accounts") => format!("/ledger/accounts?customer_id={}", encode(&customer)),
        _ => format!("/merchants?q={}", encode(&task["lookup"]["q"])),
    };
    let Ok(request) = Request::builder().uri(path).body(Body::empty()) else { return Value::Null };
    let Ok(reply) = agent.bank.clone().oneshot(request).await;
    let body = axum::body::to_bytes(reply.into_body(), HUGE).await.unwrap_or_default();
    json!({ "reply": serde_json::from_slice::<Value>(&body).unwrap_or_default() })
}

/// Percent-encodes what is no letter or digit.
fn encode(value: &Value) -> String {
    let byte = |byte: u8| match byte {
        _ if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    value.as_str().unwrap_or_default().bytes().map(byte).collect()
}

fn find(part: &str, task: &Value) -> Value {
    let proposal = &task["proposal"];
    let finding = |action: &str, reason: &str, references: Value| {
        json!({ "finding": {
            "action": action, "reasons": [reason], "cites": proposal["cites"], "references": references,
        } })
    };
    match part {
        "refer" => finding("refer_to_merchant", "merchant_first", proposal["references"].clone()),
        "other-row" => finding("raise_chargeback", "duplicate_charge", json!([other_row(task)["id"]])),
        "wrong-shape" => json!({ "finding": ["refer_to_merchant"] }),
        "unknown-action" => finding("send_money", "merchant_first", proposal["references"].clone()),
        "unknown-reason" => finding("refer_to_merchant", "because", proposal["references"].clone()),
        "foreign-reference" => finding("provisional_credit", "duplicate_charge", json!(["tx-zanzibar"])),
        "no-action-of-disputes" => finding("freeze_account", "duplicate_charge", proposal["references"].clone()),
        _ => json!({ "agree": true }),
    }
}

/// A booked card payment of the customer's that the rules' proposal is not about.
#[must_use]
pub fn other_row(task: &Value) -> Value {
    let rows = task["evidence"].as_array().into_iter().flatten().filter_map(|piece| piece["facts"]["rows"].as_array());
    let is_other = |row: &&Value| {
        let id = row["id"].as_str().unwrap_or_default();
        let cited = task["proposal"]["cites"].as_array().into_iter().flatten();
        row["direction"] == "debit"
            && row["status"] == "posted"
            && row["kind"] == "card_payment"
            && !cited.into_iter().any(|cite| cite == &json!(format!("ledger:{id}")))
    };
    rows.flatten().find(is_other).cloned().unwrap_or_default()
}
