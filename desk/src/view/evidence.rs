//! The evidence of a case, as callers see it: every piece with its text, so that a person can check a sentence against
//! what it cites, and every source that brought nothing.

use std::collections::BTreeSet;

use case::{
    entry::{Advice, Answer, Found, Missing, Question},
    evidence::{self, Texts},
    explain::Explained,
    facts::{Direction, Facts},
    ids::EvidenceId,
    settings::AgentName,
    source::{Lookup, Source},
    specialist::remote::{self, Consulted},
    state::{Ask, Standing, State},
    summary::Sentence,
};
use serde_json::{Value, json};

/// Everything that look-ups brought or did not bring, and what else is cited by a proposal or by the summary that is
/// shown. `words` is the customer's request.
pub(crate) fn shown(state: &State, words: Option<&str>, summary: &[Sentence]) -> Vec<Value> {
    let mut texts = evidence::texts(state);
    // What the fixed rules read stands before the words: a sentence about "two days ago" says which day that is.
    if let Some(words) = words {
        let read = texts.get(&evidence::words_id(0)).cloned().unwrap_or_default();
        texts.insert(evidence::words_id(0), format!("{read} In the customer's words: {words}").trim().to_owned());
    }
    let mut shown: Vec<Value> = state.asks.values().flat_map(|ask| of_ask(state, ask)).collect();
    shown.extend(remote::consulted(state).iter().map(|one| of_agent(state, one)));
    for piece in &mut shown {
        if piece.get("text").is_some() {
            continue;
        }
        let text = piece.get("id").and_then(Value::as_str).and_then(|id| EvidenceId::parse(id).ok());
        let text = text.and_then(|id| texts.get(&id).cloned());
        if let (Some(text), Some(piece)) = (text, piece.as_object_mut()) {
            piece.insert("text".to_owned(), text.into());
        }
    }
    let known: BTreeSet<String> =
        shown.iter().filter_map(|piece| piece.get("id").and_then(Value::as_str).map(str::to_owned)).collect();
    let proposals = state.tracks.iter().filter_map(|track| track.proposals.last());
    let cited: BTreeSet<EvidenceId> = proposals
        .flat_map(|proposed| proposed.proposal.cites())
        .chain(summary.iter().flat_map(|sentence| &sentence.cites))
        .cloned()
        .collect();
    shown.extend(cited.into_iter().filter(|id| !known.contains(id.as_str())).filter_map(|id| piece(&texts, &id)));
    shown
}

fn piece(texts: &Texts, id: &EvidenceId) -> Option<Value> {
    let source = id.as_str().split(':').next()?;
    texts.get(id).map(|text| json!({ "id": id, "source": source, "status": "found", "text": text }))
}

/// What a look-up brought, or that it brought nothing.
fn of_ask(state: &State, ask: &Ask) -> Vec<Value> {
    let Question::Lookup(lookup) = &ask.question else { return Vec::new() };
    let source = lookup.source().name();
    let mut pieces = of_lookup(state, ask, lookup, source);
    if let Some(agent) = state.opened.settings.agents.lookups.get(&lookup.kind()) {
        for piece in pieces.iter_mut().filter_map(Value::as_object_mut) {
            piece.insert("agent".to_owned(), agent.to_string().into());
        }
    }
    pieces
}

fn of_lookup(state: &State, ask: &Ask, lookup: &Lookup, source: &str) -> Vec<Value> {
    match &ask.standing {
        _ if ask.stale => Vec::new(),
        Standing::Missing(missing) => vec![missing_evidence(source, lookup, *missing)],
        Standing::Answered(Answer::Facts { facts, took_ms, .. }) => {
            let cited = state.tracks.iter().flat_map(|track| &track.proposals);
            let cited: Vec<&EvidenceId> = cited.flat_map(|proposed| proposed.proposal.cites()).collect();
            // Of lists that were searched, what bears on the case; the rest stays in the sealed reply.
            let searched = matches!(lookup.source(), Source::Ledger | Source::Merchants)
                && !matches!(lookup, Lookup::Accounts { .. });
            let ids = facts.evidence().into_iter().filter(|id| !searched || cited.contains(&id));
            let found: Vec<Value> = ids.map(|id| found_evidence(state, facts, &id, source, *took_ms)).collect();
            if found.is_empty() {
                // Asked and answered: nothing in it bears on the case.
                return vec![
                    json!({ "id": source, "source": source, "status": "found", "took_ms": took_ms, "items": 0 }),
                ];
            }
            found
        }
        Standing::Answered(_) | Standing::Open | Standing::Failed { .. } | Standing::Retry(_) => Vec::new(),
    }
}

/// What a remote agent said of a finding, beside what the fixed rules found.
fn of_agent(state: &State, consulted: &Consulted<'_>) -> Value {
    let asked = consulted.consultation;
    let mut shown = json!({
        "id": evidence::agent_id(asked.agent),
        "source": "agent",
        "task": consulted.task.name(),
        "text": evidence::told_of_agent(state, consulted),
        "rules": { "action": asked.finding.action, "references": asked.finding.references },
    });
    let more = match &consulted.result {
        Err(missing) => {
            let (status, why) = missed(*missing);
            json!({ "status": status, "why": why })
        }
        Ok(advised) => {
            let mut more = json!({ "status": "found", "took_ms": advised.took_ms, "outcome": advised.outcome.name() });
            if let (Advice::Finds(found), Some(more)) = (advised.advice, more.as_object_mut()) {
                let Found { action, reasons, cites, references, .. } = found;
                let found = json!({ "action": action, "reasons": reasons, "cites": cites, "references": references });
                more.insert("finding".to_owned(), found);
            }
            more
        }
    };
    if let (Value::Object(more), Some(shown)) = (more, shown.as_object_mut()) {
        shown.extend(more);
    }
    shown
}

/// The name of an agent where it stands beside other parties.
pub(super) fn agent_name(agent: AgentName) -> String {
    evidence::agent_id(agent).to_string()
}

fn missed(missing: Missing) -> (&'static str, Value) {
    match missing {
        Missing::Late => ("late", json!("deadline")),
        Missing::Failed(failure) => ("missing", json!(failure)),
    }
}

fn missing_evidence(source: &str, lookup: &Lookup, missing: Missing) -> Value {
    let (status, why) = missed(missing);
    json!({ "id": format!("{source}:{}", lookup.step()), "source": source, "status": status, "why": why })
}

fn found_evidence(state: &State, facts: &Facts, id: &EvidenceId, source: &str, took_ms: i64) -> Value {
    let mut shown = json!({ "id": id, "source": source, "status": "found", "took_ms": took_ms });
    let detail = match facts {
        Facts::Transactions { rows, .. } => {
            rows.iter().find(|row| EvidenceId::new(source, &row.id) == *id).map(|row| {
                json!({
                    "booked_at": row.booked_at.rfc3339(),
                    "amount": row.money,
                    "direction": if row.direction == Direction::Debit { "debit" } else { "credit" },
                    "kind": row.kind,
                    "transaction_status": row.status,
                })
            })
        }
        Facts::Payments { rows } => rows.iter().find(|row| EvidenceId::new(source, &row.id) == *id).map(|row| {
            let Explained { customer, analyst, expected } = Explained::of(state, row);
            json!({
                "created_at": row.created_at.rfc3339(),
                "amount": row.money,
                "payment_status": row.status,
                "payment_reason": row.reason,
                "customer_words": customer,
                "analyst_words": analyst,
                "expected_by": expected.map(|expected| expected.latest),
            })
        }),
        Facts::Profile { present, missing, agrees, partly, differs, expires, country, nationality } => Some(json!({
            "present": present, "absent": missing, "agrees": agrees, "partly": partly, "differs": differs,
            "expires": expires, "country": country, "nationality": nationality,
        })),
        Facts::Risk { score, band, reasons, normal, model } => Some(json!({
            "score": score, "band": band, "risk_reasons": reasons, "normal": normal, "model": model,
        })),
        Facts::Accounts { rows } => rows
            .iter()
            .find(|row| EvidenceId::new(source, &row.id) == *id)
            .map(|row| json!({ "product": row.product, "country": row.country, "opened_on": row.opened_on })),
        Facts::Merchants { .. } | Facts::Policy { .. } => None,
    };
    if let (Some(Value::Object(detail)), Some(shown)) = (detail, shown.as_object_mut()) {
        shown.extend(detail);
    }
    shown
}
