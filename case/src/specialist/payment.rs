//! payment-agent: where a payment is. Only `ACCC` means that the payee has it (ISO 20022,
//! `ExternalPaymentTransactionStatus1Code`).

use crate::{
    entry::CustomerQuestion,
    facts::{Facts, Payment},
    ids::{EvidenceId, Reference},
    policy::{Action, Finding, Reason},
    source::{Lookup, Source, Topic},
    specialist::{Need, QUESTIONS, ask, context, gather, note_missing, times_asked, without},
    state::{State, Track},
};

/// Status or return reasons that say the payee's details are wrong: ISO 20022 AC01, AC03, AC04, BE01, RC01; ACH R02
/// (closed), R03 (no account), R04 (invalid number).
const WRONG_DETAILS: &[&str] = &["AC01", "AC03", "AC04", "BE01", "RC01", "R02", "R03", "R04"];

/// The payment's status, then what it means.
pub(super) fn next(state: &State, customer: &Reference, track: &Track) -> Need {
    let payment = Lookup::Payments { customer: customer.clone(), payment: state.opened.payment.clone() };
    let policy = Lookup::Policy { topic: Topic::PaymentTrace };
    if let Some(need) = gather(state, &[payment.clone(), policy]) {
        return need;
    }
    let Some(Facts::Payments { rows }) = state.facts(&payment) else {
        // The customer may well be known where one payment is asked for by its reference.
        if state.is_unknown(&payment) && state.opened.payment.is_some() {
            return propose(state, Action::Escalate, Reason::NoPaymentFound, None);
        }
        return without(state, &payment, vec![]);
    };
    match rows.as_slice() {
        [] => propose(state, Action::Escalate, Reason::NoPaymentFound, None),
        [payment] => explain(state, payment),
        _ if times_asked(track, CustomerQuestion::WhichPayment) < QUESTIONS => ask(CustomerQuestion::WhichPayment),
        [newest, ..] => explain(state, newest),
    }
}

fn explain(state: &State, payment: &Payment) -> Need {
    let details = payment.reason.as_ref().is_some_and(|reason| WRONG_DETAILS.contains(&reason.as_str()));
    let (action, reason) = match payment.status.as_ref().map(Reference::as_str) {
        _ if details => (Action::CorrectDetails, Reason::PayeeDetailsWrong),
        Some("ACCC") => (Action::Inform, Reason::PaymentCredited),
        Some("ACSC") => (Action::TracePayment, Reason::PaymentSettled),
        Some("RJCT" | "CANC" | "BLCK") => (Action::Inform, Reason::PaymentEnded),
        None if payment.reason.is_some() => (Action::Inform, Reason::PaymentEnded),
        Some(_) | None => (Action::Inform, Reason::PaymentInProcess),
    };
    propose(state, action, reason, Some(payment))
}

fn propose(state: &State, action: Action, reason: Reason, payment: Option<&Payment>) -> Need {
    let mut reasons = vec![reason];
    note_missing(state, &mut reasons);
    let mut cites: Vec<EvidenceId> =
        payment.iter().map(|payment| EvidenceId::new(Source::Ledger.name(), &payment.id)).collect();
    cites.extend(context(state, &[Source::Policy]));
    let references = payment.iter().map(|payment| payment.id.clone()).collect();
    Need::Propose(Finding { action, reasons, cites, references, amount: None })
}
