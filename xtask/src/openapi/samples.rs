//! The examples: the README's sample, sent and answered. What the local model says of it is computed; a test of the
//! desk sends the sample and compares the rest.

use case::{
    ids::{CaseId, Digest},
    label::Label,
    local::LocalModel,
};
use desk::problem::{Code, Problem};
use serde_json::{Value, json};

/// The README's sample.
const SAMPLE: &str = "Customer says their card was charged twice for the same subscription.";

/// The case that the examples tell of.
pub(super) fn case_id() -> CaseId {
    CaseId::from_random(*b"the README's one")
}

/// `POST /v1/requests`, sent.
pub(super) fn request() -> Value {
    json!({ "text": SAMPLE })
}

/// `POST /v1/requests`, answered by a host without a key for Claude. No customer was named, so one is asked for.
pub(super) fn worked() -> Value {
    let model = LocalModel::embedded();
    let scores = model.read(SAMPLE).scores;
    let cues = model.cues(SAMPLE, Label::DisputeSummary).join("\u{201d}, \u{201c}");
    let best = scores.first().map(|best| best.confidence.share());
    let scored = |task: Label, share: f64| json!({ "task": task.name(), "confidence": share });
    let others = scores.iter().skip(1).map(|other| scored(other.label, other.confidence.share()));
    json!({
        "case_id": case_id(),
        "seq": 3,
        "classification": {
            "task": Label::DisputeSummary.name(),
            "confidence": best,
            "reason": format!("The local model decided and is sure; what speaks for it: \u{201c}{cues}\u{201d}."),
            "decided_by": "local",
            "alternatives": others.collect::<Vec<Value>>(),
        },
        "orchestration": {
            "status": "ok",
            "routed_to": "dispute-agent",
            "next_action": "fetch_transaction_history",
            "state": "waiting",
            "question": "Which customer is this about? The request named none.",
            "question_name": "which_customer",
        },
    })
}

/// `POST /v1/tasks`, sent.
pub(super) fn task_request() -> Value {
    json!({
        "task": "dispute_summary",
        "request_text": SAMPLE,
        "confidence": 0.94,
        "reason": "A duplicate charge is contested.",
    })
}

/// `POST /v1/tasks`, answered.
pub(super) fn task_answer() -> Value {
    json!({
        "status": "ok",
        "routed_to": "dispute-agent",
        "next_action": "fetch_transaction_history",
        "case_id": case_id(),
        "state": "waiting",
        "question": "Which customer is this about? The request named none.",
    })
}

/// A message, sent.
pub(super) fn message() -> Value {
    json!({ "from": "customer", "text": "It was 12.99 at StreamFlix, on the 14th and again on the 15th." })
}

/// A command, sent.
pub(super) fn command() -> Value {
    json!({ "command": "approve", "proposal": "p1", "hash": Digest::of(b"the proposal as it was shown") })
}

/// A new entry, as an event.
pub(super) fn events() -> String {
    let data = json!({ "seq": 1, "at": "2026-11-22T18:00:00Z", "kind": "triaged" });
    format!("id: 1\nevent: triaged\ndata: {data}\n\n")
}

/// A problem, as it is answered.
pub(super) fn problem() -> Value {
    Problem::of(Code::Field, "text", "`text` is missing.").to_json()
}
