//! Executing an approved action: one request to the actions endpoint, as often as it takes, under one key.
//!
//! Before money moves, what the action does is kept for its case among all of the tenant's: two cases about one charge
//! do not both give it back. The second is refused, which brings a person to it.

use bytes::Bytes;
use case::{
    entry::{Answer, Failure},
    ids::{CaseId, Digest, Reference},
    policy::{Action, Proposal},
};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    paging::REPLY_BYTES,
    perform::{Job, Performed, build, failed},
    ports::{Outside, Target, TenantHost},
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
    let case_id = job.ready.id.as_str().split('/').next().unwrap_or_default();
    if let Err(failure) = hold(outside, job, case_id, proposal).await {
        return failed(outside, started, failure, None);
    }
    let mut body = json!({
        "action": proposal.action().name(),
        "case_id": case_id,
        "customer_id": customer,
        "references": proposal.references(),
    });
    if let (Some(amount), Some(body)) = (proposal.amount(), body.as_object_mut()) {
        body.insert("amount_minor".to_owned(), amount.amount_minor.into());
        body.insert("currency".to_owned(), amount.currency.to_string().into());
    }
    order(outside, setup, job, &body, limit_ms).await
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
    match send(outside, setup, Target::Actions, request, limit_ms, REPLY_BYTES).await {
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

/// Keeps for the case what its action will do.
async fn hold(tenants: &impl TenantHost, job: &Job, case_id: &str, proposal: &Proposal) -> Result<(), Failure> {
    let case = CaseId::parse(case_id).map_err(|_| Failure::Refused)?;
    let effects = if job.one_case_per_charge { effects(proposal) } else { Vec::new() };
    for what in effects {
        let ask = &job.ready.id;
        let holder = tenants.hold_effect(&job.tenant, &what, &case).await.map_err(|error| {
            tracing::error!(%ask, %error, "what an action does could not be kept for its case");
            Failure::Unavailable
        })?;
        if holder != case {
            tracing::warn!(%ask, %holder, "another case has done this, or will do it");
            return Err(Failure::Refused);
        }
    }
    Ok(())
}

/// What an action does that no other case may do as well. A credit and a chargeback give the same money back to the
/// customer, so they are one; within a case one follows the other.
fn effects(proposal: &Proposal) -> Vec<Digest> {
    let family = match proposal.action() {
        Action::ProvisionalCredit | Action::RaiseChargeback => "refund",
        Action::RecallPayment => "recall",
        Action::Inform
        | Action::TracePayment
        | Action::CorrectDetails
        | Action::RequestDocuments
        | Action::ReferToMerchant
        | Action::Escalate
        | Action::Clear
        | Action::FreezeCard
        | Action::FreezeAccount
        | Action::BlockCard
        | Action::ApproveOnboarding => return Vec::new(),
    };
    let what = |about: &Reference| {
        let named = serde_json::to_vec(&("caseworker/effect/1", family, about)).unwrap_or_default();
        Digest::of(&named)
    };
    proposal.references().iter().map(what).collect()
}
