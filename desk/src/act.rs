//! Executing an approved action: one request to the actions endpoint, as often as it takes, under one key.
//!
//! Before money moves, what the action does is kept for its case among all of the tenant's: two cases about one charge
//! do not both give it back, whichever way. The second is refused, which brings a person to it. What the endpoint refuses
//! is given back; what may have been executed never is.

use std::collections::BTreeSet;

use bytes::Bytes;
use case::{
    entry::{Answer, Failure},
    ids::{CaseId, Digest, Reference},
    policy::{Action, Proposal},
    source::Source,
};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    paging::REPLY_BYTES,
    perform::{Job, Performed, build, failed},
    ports::{Hold, Outside, Target, TenantHost},
    send::{NoReply, bad_status, send},
    setup::Setup,
};

/// One attempt at an action.
pub(crate) async fn act(outside: &(impl Outside + TenantHost), setup: &Setup, job: &Job, limit_ms: u64) -> Performed {
    let started = outside.now();
    let (Some(proposed), Some(customer)) = (&job.proposed, &job.customer) else {
        return failed(outside, started, Failure::Refused, None);
    };
    let proposal = &proposed.proposal;
    let Ok(case) = CaseId::parse(job.ready.id.as_str().split('/').next().unwrap_or_default()) else {
        return failed(outside, started, Failure::Refused, None);
    };
    let taken = match hold(outside, job, &case, proposal).await {
        Ok(taken) => taken,
        Err(failure) => return failed(outside, started, failure, None),
    };
    let mut body = json!({
        "action": proposal.action().name(),
        "case_id": case,
        "customer_id": customer,
        "references": proposal.references(),
    });
    if let (Some(amount), Some(body)) = (proposal.amount(), body.as_object_mut()) {
        body.insert("amount_minor".to_owned(), amount.amount_minor.into());
        body.insert("currency".to_owned(), amount.currency.to_string().into());
    }
    let performed = order(outside, setup, job, &body, limit_ms).await;
    // What an earlier attempt kept stays: nobody knows what became of that one.
    if is_refused(&performed.answer) {
        release(outside, job, &case, &taken).await;
    }
    performed
}

/// One attempt at sending a letter. The actions endpoint knows the customer's address; nobody here does.
pub(crate) async fn send_letter(outside: &impl Outside, setup: &Setup, job: &Job, limit_ms: u64) -> Performed {
    let (Some(letter), Some(customer)) = (&job.letter, &job.customer) else {
        return failed(outside, outside.now(), Failure::Refused, None);
    };
    let body = json!({
        "action": "send_letter",
        "case_id": job.ready.id.as_str().split('/').next().unwrap_or_default(),
        "customer_id": customer,
        "references": [],
        "letter": letter,
    });
    order(outside, setup, job, &body, limit_ms).await
}

/// Sends an order under the ask's id.
async fn order(outside: &impl Outside, setup: &Setup, job: &Job, body: &Value, limit_ms: u64) -> Performed {
    let started = outside.now();
    let Some(request) =
        build(Method::POST, "/actions", Bytes::from(body.to_string()), job.asker(), Some(&job.ready.id))
    else {
        return failed(outside, started, Failure::Refused, None);
    };
    match send(outside, setup, Target::Actions, request, (limit_ms, job.turn()), REPLY_BYTES).await {
        Err(NoReply { failure: failure @ (Failure::NotConfigured | Failure::Refused), .. }) => {
            failed(outside, started, failure, None)
        }
        // Whether it was executed is not known: it is sent again, under the same key.
        Err(NoReply { retry_after_ms, .. }) => failed(outside, started, Failure::Unavailable, retry_after_ms),
        Ok(reply) if reply.status().is_success() => {
            let Ok(body) = serde_json::from_slice::<Value>(reply.body()) else {
                return failed(outside, started, Failure::Unusable, None);
            };
            let reference = body.get("id").and_then(Value::as_str).and_then(|id| Reference::parse(id).ok());
            let took_ms = outside.now().since(started);
            Performed { answer: Answer::Done { reference, took_ms }, sealed: Vec::new() }
        }
        Ok(reply) => {
            let NoReply { failure, retry_after_ms } = bad_status(&reply);
            // 409: the same key is being worked on at this moment.
            let busy = reply.status() == StatusCode::CONFLICT;
            failed(outside, started, if busy { Failure::Unavailable } else { failure }, retry_after_ms)
        }
    }
}

/// Whether the endpoint surely did not execute it, and will not: nothing left, or it said no. Whatever else came back, it
/// may have been executed.
const fn is_refused(answer: &Answer) -> bool {
    matches!(answer, Answer::Failed { failure: Failure::NotConfigured | Failure::Refused | Failure::NotFound, .. })
}

/// Keeps for the case what its action will do; returns what it did not have before. Where another case has some of it,
/// none of it is kept anew.
async fn hold(
    tenants: &impl TenantHost,
    job: &Job,
    case: &CaseId,
    proposal: &Proposal,
) -> Result<Vec<Digest>, Failure> {
    let ask = &job.ready.id;
    let effects = if job.one_case_per_charge { effects(proposal) } else { BTreeSet::new() };
    let mut taken = Vec::new();
    for what in effects {
        let failure = match tenants.hold_effect(&job.tenant, &what, case).await {
            Ok(Hold::Taken) => {
                taken.push(what);
                continue;
            }
            Ok(Hold::Kept) => continue,
            Ok(Hold::Another(holder)) => {
                tracing::warn!(%ask, %holder, "another case has done this, or will do it");
                Failure::Refused
            }
            Err(error) => {
                tracing::error!(%ask, %error, "what an action does could not be kept for its case");
                Failure::Unavailable
            }
        };
        release(tenants, job, case, &taken).await;
        return Err(failure);
    }
    Ok(taken)
}

/// Gives back what an attempt kept for its case and did not do, so that another case can.
async fn release(tenants: &impl TenantHost, job: &Job, case: &CaseId, taken: &[Digest]) {
    for what in taken {
        if let Err(error) = tenants.release_effect(&job.tenant, what, case).await {
            let ask = &job.ready.id;
            tracing::error!(%ask, %error, "what an action did not do stays kept for its case");
        }
    }
}

/// What an action does that no other case may do as well: whichever way money comes back to the customer, it comes back
/// once; within a case one way follows the other. A recall is of a payment, which the ledger books as a transaction under
/// another id, so that a recall is of everything of the ledger's that it cites. Other actions cite rows beside the one
/// that they are about.
fn effects(proposal: &Proposal) -> BTreeSet<Digest> {
    let action = proposal.action();
    if !action.moves_money() {
        return BTreeSet::new();
    }
    let cited = proposal.cites().iter().filter(|_| action == Action::RecallPayment);
    let cited = cited.filter_map(|id| id.as_str().strip_prefix(Source::Ledger.name())?.strip_prefix(':'));
    let what = |about: &str| {
        let named = serde_json::to_vec(&("caseworker/effect/1", about)).unwrap_or_default();
        Digest::of(&named)
    };
    proposal.references().iter().map(Reference::as_str).chain(cited).map(what).collect()
}

#[cfg(test)]
mod tests {
    use case::{
        ids::EvidenceId,
        policy::{Finding, Reason},
        settings::Settings,
    };

    use super::*;

    fn held(action: Action, about: &str, cites: &[&str]) -> BTreeSet<Digest> {
        let finding = Finding {
            action,
            reasons: vec![Reason::AnalystDecision],
            cites: cites.iter().map(|id| EvidenceId::parse(id).unwrap()).collect(),
            references: vec![Reference::parse(about).unwrap()],
            amount: None,
            code: None,
        };
        effects(&Proposal::new("p1".to_owned(), finding, Digest::genesis(), &Settings::default()))
    }

    #[test]
    fn every_way_to_give_the_same_money_back_is_one_and_another_row_beside_it_is_another() {
        let recall = held(Action::RecallPayment, "pay-1", &["ledger:pay-1", "ledger:tx-1", "policy:tx-2"]);
        let rows = ["ledger:tx-1", "ledger:tx-2"];
        for action in [Action::ProvisionalCredit, Action::RaiseChargeback, Action::RecallPayment] {
            assert!(!recall.is_disjoint(&held(action, "tx-1", &["ledger:tx-1"])), "{action:?}");
            assert!(recall.is_disjoint(&held(action, "tx-2", &["ledger:tx-2"])), "{action:?}");
        }
        // Of two equal charges one is given back; the other may be contested for another reason.
        let second = held(Action::ProvisionalCredit, "tx-2", &rows);
        assert!(second.is_disjoint(&held(Action::RaiseChargeback, "tx-1", &rows)));
        assert_eq!(second, held(Action::RaiseChargeback, "tx-2", &rows));
        assert!(held(Action::FreezeCard, "tx-1", &rows).is_empty());
    }
}
