//! payment-agent: finds the payment that is meant, and says where it is and what can be done.
//!
//! What a code means stands in the rule packs, and so does when a payment can be expected. Only `ACCC` means that the
//! payee has the money. What may have to do with fraud, regulation or somebody's authorisation goes to a person, and no
//! reason of this specialist's tells the customer why.

use crate::{
    entry::CustomerQuestion,
    facts::{Facts, Payment, PaymentDirection, Scheme},
    ids::{EvidenceId, Reference},
    narrative::DisputeKind,
    policy::{Action, Finding, Reason},
    rules::{
        arrival,
        codes::{self, Code, Meaning, PaymentStage},
    },
    source::{Lookup, Source, Topic},
    specialist::{Need, QUESTIONS, gather, note_missing, passages, times_asked, without},
    state::{State, Track},
};

/// How many payments are put before the customer, or before an analyst, to choose from.
const CANDIDATES: usize = 8;

/// The payments, then which one is meant, then what its codes say.
pub(super) fn next(state: &State, customer: &Reference, track: &Track) -> Need {
    let payments = Lookup::Payments { customer: customer.clone(), payment: state.opened.payment.clone() };
    let policy = Lookup::Policy { topic: Topic::PaymentTrace };
    if let Some(need) = gather(state, &[payments.clone(), policy]) {
        return need;
    }
    let Some(Facts::Payments { rows }) = state.facts(&payments) else {
        // The customer may well be known where one payment is asked for by its reference.
        if state.is_unknown(&payments) && state.opened.payment.is_some() {
            return propose(state, Action::Escalate, vec![Reason::NoPaymentFound], &[]);
        }
        return without(state, &payments, vec![]);
    };
    let meant = meant(state, rows);
    match meant.as_slice() {
        [] => propose(state, Action::Escalate, vec![Reason::NoPaymentFound], &[]),
        [payment] if !is_another_amount(state, track, payment) => explain(state, payment),
        several => which(state, track, several),
    }
}

/// The payments that the customer can mean, the newest first: the one that was picked of those shown, or all, narrowed
/// by what was named and by what fits, as long as something is left.
fn meant<'a>(state: &State, rows: &'a [Payment]) -> Vec<&'a Payment> {
    if state.opened.payment.is_some() {
        return rows.iter().collect();
    }
    if let Some(picked) = state.picked.as_ref().and_then(|id| rows.iter().find(|payment| payment.id == *id)) {
        return vec![picked];
    }
    let mut payments: Vec<&Payment> = rows.iter().collect();
    narrow(&mut payments, |payment| payment.amount_named);
    narrow(&mut payments, |payment| payment.date_named);
    narrow(&mut payments, |payment| payment.payee_named);
    if matches!(state.narrative.dispute, DisputeKind::Refund | DisputeKind::Returned) {
        narrow(&mut payments, |payment| payment.scheme == Some(Scheme::CardRefund));
        narrow(&mut payments, |payment| payment.direction == Some(PaymentDirection::In));
    }
    // Nobody asks where a payment is that has arrived, unless there is no other.
    narrow(&mut payments, |payment| stage(state, payment) != Some(PaymentStage::Credited));
    payments
}

fn narrow(payments: &mut Vec<&Payment>, fits: impl Fn(&Payment) -> bool) {
    if payments.iter().any(|payment| fits(payment)) {
        payments.retain(|payment| fits(payment));
    }
}

/// Whether the customer named an amount, and the only payment that is left has another: then it may not be the one.
/// After a question it is what there is, and where a case has several intents the amount can be another matter's.
fn is_another_amount(state: &State, track: &Track, payment: &Payment) -> bool {
    state.narrative.names_amount
        && !payment.amount_named
        && state.opened.payment.is_none()
        && state.tracks.len() == 1
        && times_asked(track, CustomerQuestion::WhichPayment) == 0
}

/// Several candidates: the customer is asked, and after that an analyst.
fn which(state: &State, track: &Track, candidates: &[&Payment]) -> Need {
    let shown = candidates.get(..CANDIDATES).unwrap_or(candidates);
    if times_asked(track, CustomerQuestion::WhichPayment) < QUESTIONS {
        let about = shown.iter().map(|payment| payment.id.clone()).collect();
        return Need::AskCustomer { question: CustomerQuestion::WhichPayment, about };
    }
    propose(state, Action::Escalate, vec![Reason::PaymentUnclear], shown)
}

fn explain(state: &State, payment: &Payment) -> Need {
    let (action, reasons) = verdict(state, payment);
    propose(state, action, reasons, &[payment])
}

/// What a payment's codes call for. What has to be kept from the customer comes before everything else, and a code that
/// nobody knows before everything that would have to be guessed from it.
fn verdict(state: &State, payment: &Payment) -> (Action, Vec<Reason>) {
    let find = |code: &Option<Reference>| code.as_ref().map(|code| code_of(state, code));
    let (status, reason) = (find(&payment.status), find(&payment.reason));
    let known = [reason.flatten(), status.flatten()];
    let meaning = reason.flatten().and_then(Code::meaning);
    let stage = status.flatten().and_then(Code::stage);
    if meaning == Some(Meaning::Unauthorised) {
        return (Action::Escalate, vec![Reason::PaymentUnauthorised]);
    }
    if known.into_iter().flatten().any(Code::is_protected) {
        return (Action::Escalate, vec![Reason::PaymentUnderReview]);
    }
    if [reason, status].contains(&Some(None)) {
        return (Action::Escalate, vec![Reason::PaymentStatusUnknown]);
    }
    match (reason.flatten(), stage) {
        (Some(Code::Return(_)), _) if meaning != Some(Meaning::AccountDetails) => {
            (Action::Inform, vec![Reason::PaymentReturned])
        }
        (Some(Code::Reason(_)) | None, Some(PaymentStage::Credited)) => (Action::Inform, vec![Reason::PaymentCredited]),
        _ if meaning == Some(Meaning::AccountDetails) => (Action::CorrectDetails, vec![Reason::PayeeDetailsWrong]),
        _ if meaning == Some(Meaning::CancelledByCustomer) || is_cancelled(payment) => {
            (Action::Inform, vec![Reason::PaymentCancelled])
        }
        (_, Some(PaymentStage::Ended)) | (Some(_), None) => (Action::Inform, vec![Reason::PaymentEnded]),
        _ => on_its_way(state, payment, status.flatten()),
    }
}

/// A payment that has neither arrived nor ended: told when it can be expected, and traced once it is late. One that waits
/// for the payer is not late, whatever the day.
fn on_its_way(state: &State, payment: &Payment, status: Option<Code<'_>>) -> (Action, Vec<Reason>) {
    let settled = status.and_then(Code::stage) == Some(PaymentStage::Settled);
    let where_it_is = if settled { Reason::PaymentSettled } else { Reason::PaymentInProcess };
    if payment.execution_on.is_some_and(|day| day > state.now.date()) {
        return (Action::Inform, vec![Reason::PaymentScheduled]);
    }
    if status.is_some_and(Code::waits_for_payer) {
        return (Action::Inform, vec![where_it_is]);
    }
    match arrival::expected_of(&state.rules, payment) {
        Some(expected) if expected.is_overdue(state.now) => {
            (Action::TracePayment, vec![where_it_is, Reason::PaymentOverdue])
        }
        Some(_) => (Action::Inform, vec![where_it_is]),
        // Settled, and nobody can say until when to wait for the payee's account.
        None if settled => (Action::TracePayment, vec![where_it_is]),
        None => (Action::Inform, vec![where_it_is]),
    }
}

fn is_cancelled(payment: &Payment) -> bool {
    payment.status.as_ref().is_some_and(|status| status.as_str() == "CANC")
}

fn stage(state: &State, payment: &Payment) -> Option<PaymentStage> {
    payment.status.as_ref().and_then(|status| code_of(state, status)).and_then(Code::stage)
}

fn code_of<'a>(state: &'a State, code: &Reference) -> Option<Code<'a>> {
    codes::find(&state.rules, code.as_str(), state.now.date())
}

fn propose(state: &State, action: Action, mut reasons: Vec<Reason>, about: &[&Payment]) -> Need {
    note_missing(state, &mut reasons);
    let mut cites: Vec<EvidenceId> =
        about.iter().map(|payment| EvidenceId::new(Source::Ledger.name(), &payment.id)).collect();
    cites.extend(passages(state, Topic::PaymentTrace));
    let references = about.iter().map(|payment| payment.id.clone()).collect();
    Need::Propose(Finding { action, reasons, cites, references, amount: None, code: None })
}
