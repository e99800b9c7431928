//! Remote agents: what they are sent, and how their answers are read. One address, `POST /v1/agent-tasks`, serves look-ups
//! and findings; `docs/agents.openapi.json` describes it.
//!
//! An agent is sent what the specialist's scope allows and no more. What it answers is untrusted: a look-up's reply is
//! read like any source's, and a finding becomes closed lists and references that it was shown, or nothing.

use std::collections::BTreeSet;

use bytes::Bytes;
use case::{
    case::Ready,
    entry::{Advice, Answer, Consultation, Failure, Found, Missing, Question},
    evidence::lookup_id,
    ids::{EvidenceId, Reference},
    limits,
    narrative::Heard,
    policy::{Action, Finding, Reason},
    settings::AgentName,
    source::Lookup,
    specialist::{
        remote,
        scope::{self, Known, Piece},
    },
    state::{State, Track},
};
use http::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    paging::{REPLY_BYTES, read_page, whole},
    perform::{Job, Performed, build, failed, read_facts},
    ports::{Outside, Target},
    send::{NoReply, bad_status, send},
    setup::Setup,
    vault::{CaseVault, Doc},
    view,
};

/// The path of every agent, behind its address.
pub const PATH: &str = "/v1/agent-tasks";
/// The version of what is sent.
const VERSION: u32 = 1;
/// The largest task that is sent, in bytes.
const TASK_BYTES: usize = 1_000_000;
/// The largest answer about a finding, in bytes.
const FINDING_BYTES: usize = 65_536;

/// What an agent is to be asked, copied so that the case is not locked meanwhile.
#[derive(Debug, Clone)]
pub struct Order {
    /// Who is asked.
    pub agent: AgentName,
    /// What is sent.
    body: String,
    /// What it is shown, and so what it may name.
    known: Known,
}

impl Order {
    /// The order for an ask, with the customer's words as others may see them, if they may; `None` for what no agent is
    /// asked.
    #[must_use]
    pub fn new(state: &State, ready: &Ready, heard: &Heard, words: Option<&str>) -> Option<Self> {
        let agents = &state.opened.settings.agents;
        let (agent, track, about) = match &ready.question {
            Question::Lookup(lookup) => {
                let agent = *agents.lookups.get(&lookup.kind())?;
                let track = state.tracks.iter().find(|track| ready.id.as_str().split('/').nth(1) == Some(&track.id))?;
                (agent, track, about_lookup(lookup, heard))
            }
            Question::Consult(asked) => {
                let track = state.tracks.iter().find(|track| track.id == asked.track)?;
                (asked.agent, track, about_finding(track, asked))
            }
            Question::Triage { .. }
            | Question::Draft { .. }
            | Question::Extract { .. }
            | Question::Act { .. }
            | Question::Letter { .. } => {
                return None;
            }
        };
        let body = task(state, track, ready, words).into_iter().chain(about).collect::<Map<String, Value>>();
        Some(Self { agent, body: Value::Object(body).to_string(), known: Known::of(state, track.task) })
    }
}

/// What every task says: the request as it was classified, and the evidence so far.
fn task(state: &State, track: &Track, ready: &Ready, words: Option<&str>) -> Map<String, Value> {
    let outcome = state.outcome.as_ref();
    let words = words.filter(|_| scope::sees_words(track.task));
    let words = words.map(|words| words.chars().take(limits::TEXT_CHARS).collect::<String>());
    let evidence: Vec<Value> = scope::pieces(state, track.task).iter().map(piece).collect();
    let task = json!({
        "v": VERSION,
        "ask": ready.id,
        "answer_by": ready.until.rfc3339(),
        "case_id": state.opened.case,
        "task": track.task.name(),
        "request_text": words,
        "confidence": outcome.map_or(0.0, |outcome| outcome.confidence.share()),
        "reason": outcome.map(|outcome| view::reason(state, outcome, None, None)).unwrap_or_default(),
        "customer_id": state.customer,
        "evidence": evidence,
    });
    match task {
        Value::Object(task) => task,
        _ => Map::new(),
    }
}

fn piece(piece: &Piece<'_>) -> Value {
    match piece {
        Piece::Found { lookup, facts } => json!({
            "id": lookup_id(lookup), "source": lookup.source(), "status": "found", "cites": piece.cites(), "facts": facts,
        }),
        Piece::Lacking { lookup, missing } => json!({
            "id": lookup_id(lookup),
            "source": lookup.source(),
            "status": match missing {
                Missing::Late => "late",
                Missing::Failed(_) => "missing",
            },
            "cites": [],
        }),
        Piece::Document(document) => json!({
            "id": piece.cites().first(), "source": "document", "status": "found", "cites": piece.cites(), "facts": document,
        }),
    }
}

fn about_lookup(lookup: &Lookup, heard: &Heard) -> Map<String, Value> {
    let mut shown = json!(lookup);
    if let (Lookup::Merchants, Some(shown)) = (lookup, shown.as_object_mut()) {
        shown.insert("q".to_owned(), heard.merchant_query().join(" ").into());
    }
    [("kind".to_owned(), "lookup".into()), ("lookup".to_owned(), shown)].into_iter().collect()
}

fn about_finding(track: &Track, asked: &Consultation) -> Map<String, Value> {
    let Finding { action, reasons, cites, references, amount, code } = &asked.finding;
    let mut proposal = json!({ "action": action, "reasons": reasons, "cites": cites, "references": references });
    if let (Some(amount), Some(proposal)) = (amount, proposal.as_object_mut()) {
        proposal.insert("amount".to_owned(), json!(amount));
    }
    if let (Some(code), Some(proposal)) = (code, proposal.as_object_mut()) {
        proposal.insert("code".to_owned(), json!(code));
    }
    let parts = [
        ("kind", "finding".into()),
        ("proposal", proposal),
        ("actions", json!(remote::actions(track.task))),
        ("reasons", json!(remote::reasons(track.task))),
    ];
    parts.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

/// Asks an agent in place of a source.
pub(crate) async fn look_up(
    outside: &impl Outside,
    setup: &Setup,
    vault: &CaseVault,
    job: &Job,
    (lookup, order): (&Lookup, &Order),
    limit_ms: u64,
) -> Performed {
    let started = outside.now();
    let mut reply = match ask(outside, setup, job, order, (limit_ms, REPLY_BYTES)).await {
        Ok(reply) => reply,
        Err(NoReply { failure, retry_after_ms }) => return failed(outside, started, failure, retry_after_ms),
    };
    let body = match reply.remove("reply") {
        Some(Value::Object(body)) => whole(body),
        Some(_) | None => {
            tracing::warn!(agent = %order.agent, "an agent's answer is no reply to a look-up");
            return failed(outside, started, Failure::Unusable, None);
        }
    };
    match body {
        Ok(body) => read_facts(outside, vault, job, lookup, body.to_string(), started),
        Err(problem) => {
            tracing::warn!(agent = %order.agent, %problem, "an agent's reply cannot be used");
            failed(outside, started, Failure::Unusable, None)
        }
    }
}

/// Asks an agent about a finding.
pub(crate) async fn consult(
    outside: &impl Outside,
    setup: &Setup,
    vault: &CaseVault,
    job: &Job,
    order: &Order,
    limit_ms: u64,
) -> Performed {
    let started = outside.now();
    let reply = match ask(outside, setup, job, order, (limit_ms, FINDING_BYTES)).await {
        Ok(reply) => reply,
        Err(NoReply { failure, retry_after_ms }) => return failed(outside, started, failure, retry_after_ms),
    };
    let body = Value::Object(reply.clone()).to_string();
    let Some(advice) = read_advice(reply, &order.known) else {
        tracing::warn!(agent = %order.agent, "an agent's answer is no finding of the lists that it was given");
        return failed(outside, started, Failure::Unusable, None);
    };
    match vault.seal(&Doc::Reply { body }, outside) {
        Ok(sealed) => {
            let took_ms = outside.now().since(started);
            let answer = Answer::Advised { advice, reply: sealed.hash.clone(), took_ms };
            Performed { answer, sealed: vec![sealed] }
        }
        Err(_) => failed(outside, started, Failure::Unusable, None),
    }
}

/// Sends a task, and reads the answer as far as every answer is alike: JSON, an object, not too deep.
async fn ask(
    outside: &impl Outside,
    setup: &Setup,
    job: &Job,
    order: &Order,
    (limit_ms, most_bytes): (u64, usize),
) -> Result<Map<String, Value>, NoReply> {
    if order.body.len() > TASK_BYTES {
        tracing::warn!(agent = %order.agent, "a task is too large to be sent to an agent");
        return Err(Failure::Refused.into());
    }
    let body = Bytes::from(order.body.clone());
    let request = build(Method::POST, PATH, body, job.asker(), Some(&job.ready.id)).ok_or(Failure::Refused)?;
    let reply = send(outside, setup, Target::Agent(order.agent), request, (limit_ms, job.turn()), most_bytes).await?;
    if !reply.status().is_success() {
        return Err(bad_status(&reply));
    }
    read_page(&reply).map_err(|problem| {
        tracing::warn!(agent = %order.agent, %problem, "an agent's answer cannot be used");
        Failure::Unusable.into()
    })
}

/// An answer about a finding: one of the two.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(default)]
    agree: bool,
    finding: Option<WireFinding>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireFinding {
    action: Action,
    reasons: Vec<Reason>,
    cites: Vec<String>,
    references: Vec<String>,
}

/// Reads an answer about a finding. What the agent names and was not shown is counted and not kept: a journal holds no
/// words, and a name could be one.
fn read_advice(answer: Map<String, Value>, known: &Known) -> Option<Advice> {
    let found = match serde_json::from_value(Value::Object(answer)).ok()? {
        Wire { agree: true, finding: None } => return Some(Advice::Agrees),
        Wire { agree: false, finding: Some(found) } => found,
        Wire { .. } => return None,
    };
    let WireFinding { action, reasons, cites, references } = found;
    if [reasons.len(), cites.len(), references.len()].iter().any(|count| *count > limits::AGENT_ITEMS) {
        return None;
    }
    let (cites, foreign_cites) = sorted(&cites, |text| EvidenceId::parse(text).ok(), &known.cites);
    let (references, foreign) = sorted(&references, |text| Reference::parse(text).ok(), &known.references);
    let mut because: Vec<Reason> = Vec::new();
    reasons.into_iter().for_each(|reason| add(&mut because, reason));
    let foreign = foreign.saturating_add(foreign_cites);
    Some(Advice::Finds(Found { action, reasons: because, cites, references, foreign }))
}

/// What is known of some names, each once and in their order; and how many are not.
fn sorted<T: Ord>(names: &[String], parse: impl Fn(&str) -> Option<T>, known: &BTreeSet<T>) -> (Vec<T>, u32) {
    let (mut ours, mut foreign) = (Vec::new(), 0);
    for name in names {
        match parse(name).filter(|id| known.contains(id)) {
            Some(id) => add(&mut ours, id),
            None => foreign += 1,
        }
    }
    (ours, foreign)
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        Known {
            cites: ["ledger:tx1", "policy:pol_1"].map(|id| EvidenceId::parse(id).unwrap()).into(),
            references: ["tx1", "cus_ada"].map(|id| Reference::parse(id).unwrap()).into(),
        }
    }

    fn read(answer: &Value) -> Option<Advice> {
        read_advice(answer.as_object().cloned().unwrap_or_default(), &known())
    }

    fn finding(changes: &Value) -> Value {
        let mut finding = json!({
            "action": "inform", "reasons": ["charge_credited"], "cites": ["ledger:tx1"], "references": ["tx1"],
        });
        for (name, value) in changes.as_object().into_iter().flatten() {
            finding[name] = value.clone();
        }
        json!({ "finding": finding })
    }

    #[test]
    fn an_agent_agrees_or_finds_something_and_nothing_else() {
        assert_eq!(read(&json!({ "agree": true })), Some(Advice::Agrees));
        assert!(matches!(read(&finding(&json!({}))), Some(Advice::Finds(Found { foreign: 0, .. }))));
        let both = json!({ "agree": true, "finding": finding(&json!({}))["finding"] });
        for answer in [
            json!({}),
            json!({ "agree": false }),
            json!({ "agree": "true" }),
            both,
            json!({ "finding": null }),
            json!({ "agree": true, "amount_minor": 5 }),
            finding(&json!({ "action": "send_money" })),
            finding(&json!({ "action": 1 })),
            finding(&json!({ "reasons": ["because I say so"] })),
            finding(&json!({ "reasons": "charge_credited" })),
            finding(&json!({ "amount": { "amount_minor": 1_000_000, "currency": "USD" } })),
            finding(&json!({ "cites": [{ "id": "ledger:tx1" }] })),
            finding(&json!({ "references": vec!["tx1"; 41] })),
        ] {
            assert_eq!(read(&answer), None, "{answer}");
        }
    }

    #[test]
    fn what_an_agent_was_not_shown_is_counted_and_not_kept() {
        let answer = finding(&json!({
            "cites": ["ledger:tx1", "ledger:tx1", "ledger:ada.lovelace", "not an id at all"],
            "references": ["tx1", "Ada.Lovelace", ""],
        }));
        let Some(Advice::Finds(found)) = read(&answer) else { panic!("{answer}") };
        assert_eq!(found.cites.iter().map(EvidenceId::as_str).collect::<Vec<_>>(), ["ledger:tx1"]);
        assert_eq!(found.references.iter().map(Reference::as_str).collect::<Vec<_>>(), ["tx1"]);
        assert_eq!(found.foreign, 4);
        assert!(!format!("{found:?}").contains("ovelace"));
    }
}
