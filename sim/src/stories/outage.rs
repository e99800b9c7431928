//! How a story may end while a source is away: with the evidence said to be missing, and never with more certainty
//! than the rest of the evidence bears.

use sandbox::Answer;
use serde_json::Value;

use super::{
    judge,
    tell::{Told, Track},
};
use crate::api::View;

/// Whether a story cannot be told to its end without a source: what each specialist rests on.
#[must_use]
pub fn needed(answer: &Answer, source: &str) -> bool {
    let tasks = judge::expected_tasks(&answer.expect);
    let scored = answer.expect.evidence.iter().any(|id| id == "risk:score");
    tasks.iter().any(|task| asks(task, source)) && (source != "risk" || scored)
}

/// What is wrong with a case that was worked without a source.
pub(super) fn without(told: &Told, source: &str) -> Vec<String> {
    let mut found = judge::never(told);
    if !matches!(told.view.state(), "review" | "waiting") {
        found.push(format!("the case is {} and not at rest", told.view.state()));
    }
    for track in told.tracks() {
        found.extend(judged(told, &track, source));
    }
    if found.is_empty() && told.tracks().is_empty() {
        found.push("no specialist has it".to_owned());
    }
    judge::with_context(found, told)
}

fn judged(told: &Told, track: &Track<'_>, source: &str) -> Vec<String> {
    let action = track.action();
    if action.is_empty() {
        return vec![format!("nothing is proposed for {}", track.task)];
    }
    let mut found = Vec::new();
    let missing = is_missing(&told.view, source);
    if always_asks(track.task, source) && !missing {
        found.push(format!("{source} was away, and the case does not show it"));
    }
    if missing && asks(track.task, source) && !track.texts("reasons").contains(&"evidence_missing") {
        found.push(format!("{source} is missing for {} and {action} does not say so", track.task));
    }
    if let Some(expected) = judge::expected_action(&told.answer.expect, track.task)
        && !(action == expected && bears(track, source))
        && !safer(expected).contains(&action)
    {
        found.push(format!("{action} is proposed without {source}, where {expected} is right with it"));
    }
    found
}

/// Whether a specialist may ask a source at all.
fn asks(task: &str, source: &str) -> bool {
    always_asks(task, source) || matches!((task, source), ("fraud_check", "risk") | ("dispute_summary", "merchants"))
}

/// Whether a specialist asks a source in every case.
fn always_asks(task: &str, source: &str) -> bool {
    matches!(
        (task, source),
        ("dispute_summary" | "fraud_check" | "payment_status", "ledger") | ("kyc_lookup", "profile") | (_, "policy")
    )
}

/// Whether an action may stay what it is in fair weather although a source is away: what a source is needed to know may
/// not be claimed without it.
fn bears(track: &Track<'_>, source: &str) -> bool {
    let ledger = track.texts("cites").iter().any(|id| id.starts_with("ledger:"));
    match (track.action(), source) {
        // Nothing speaks against it: that takes a ledger and a score.
        ("clear", "ledger" | "risk") => false,
        // The customer's identity is what the profile says.
        ("approve_onboarding", "profile" | "policy") => source == "policy",
        // Money is asked back for an entry that was seen.
        ("raise_chargeback" | "recall_payment" | "provisional_credit", _) => ledger,
        // What is told about charges and payments was looked up.
        ("inform" | "trace_payment" | "correct_details" | "refer_to_merchant", "ledger") => false,
        _ => true,
    }
}

/// What may be proposed in place of an action, because it does less, or can be undone.
fn safer(expected: &str) -> &'static [&'static str] {
    match expected {
        "block_card" | "freeze_account" => &["freeze_card", "escalate"],
        _ => &["escalate"],
    }
}

/// Whether the case shows that a source gave nothing.
pub(super) fn is_missing(view: &View, source: &str) -> bool {
    view.list("/orchestration/evidence").iter().any(|piece| {
        let of = |name: &str| piece.get(name).and_then(Value::as_str);
        of("source") == Some(source) && matches!(of("status"), Some("missing" | "late"))
    })
}
