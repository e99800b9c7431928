//! dispute-agent: finds the contested transaction in the ledger, and says what can be done about it.
//!
//! Nothing here reads words: which rows the customer's words name was compared when the ledger's reply arrived. Where
//! several rows fit or none does, the customer is asked; what is wrong is never guessed.

mod credit;
mod duplicate;
mod find;
mod judge;
mod network;

use crate::{
    entry::CustomerQuestion,
    facts::{Facts, Transaction, TransactionKind},
    ids::{EvidenceId, Reference},
    law::Law,
    narrative::DisputeKind,
    policy::{Action, Finding, Reason},
    rules::network::CodeFinding,
    source::{Lookup, Source, Topic},
    specialist::{Need, QUESTIONS, gather, note_missing, passages, times_asked, transactions, without},
    state::{State, Track},
};

/// How many candidates a question shows.
const CANDIDATES: usize = 5;

/// Ledger, accounts, merchant and policy are asked at the same time; the ledger decides.
pub(super) fn next(state: &State, customer: &Reference, track: &Track) -> Need {
    let kind = state.narrative.dispute;
    let ledger = transactions(state, customer);
    let accounts = Lookup::Accounts { customer: customer.clone() };
    let mut lookups = vec![ledger.clone(), accounts, Lookup::Policy { topic: topic(kind) }];
    if state.narrative.names_merchant {
        lookups.push(Lookup::Merchants);
    }
    if let Some(need) = gather(state, &lookups) {
        return need;
    }
    let Some(Facts::Transactions { rows, .. }) = state.facts(&ledger) else {
        return without(state, &ledger, vec![]);
    };
    let candidates = find::candidates(state, rows);
    if kind == DisputeKind::ChargedTwice {
        return duplicate::next(state, track, rows, &candidates);
    }
    match candidates.as_slice() {
        [row] if find::is_meant(state, row) => judge::next(state, track, rows, row),
        candidates => ask_which(state, track, candidates),
    }
}

const fn topic(kind: DisputeKind) -> Topic {
    match kind {
        DisputeKind::ChargedTwice => Topic::DuplicateCharge,
        DisputeKind::Refund | DisputeKind::Returned => Topic::Refund,
        DisputeKind::Unrecognised => Topic::UnrecognisedTransaction,
        DisputeKind::PaidOtherwise
        | DisputeKind::WrongAmount
        | DisputeKind::WrongCurrency
        | DisputeKind::LateCharge
        | DisputeKind::SubscriptionCancelled
        | DisputeKind::NotReceived
        | DisputeKind::Defective
        | DisputeKind::Counterfeit
        | DisputeKind::Misrepresented
        | DisputeKind::DeclinedButBilled
        | DisputeKind::CashShort
        | DisputeKind::Fee
        | DisputeKind::ExchangeRate
        | DisputeKind::General => Topic::ChargeDispute,
    }
}

/// Several candidates or none: the customer is asked, and after that an analyst.
fn ask_which(state: &State, track: &Track, candidates: &[&Transaction]) -> Need {
    let newest: Vec<&Transaction> = candidates.iter().rev().take(CANDIDATES).copied().collect();
    if times_asked(track, CustomerQuestion::WhichTransaction) < QUESTIONS {
        let about =
            if candidates.len() > CANDIDATES { vec![] } else { newest.iter().map(|row| row.id.clone()).collect() };
        return Need::AskCustomer { question: CustomerQuestion::WhichTransaction, about };
    }
    let reason = if candidates.is_empty() { Reason::NoTransactionFound } else { Reason::SeveralTransactionsFit };
    propose(state, Action::Escalate, &[reason], &newest)
}

/// A proposal about these rows; the disputed one last. What moves money moves the amount of that one.
fn propose(state: &State, action: Action, reasons: &[Reason], about: &[&Transaction]) -> Need {
    let mut reasons = reasons.to_vec();
    note_missing(state, &mut reasons);
    let mut cites: Vec<EvidenceId> = about.iter().map(|row| EvidenceId::new(Source::Ledger.name(), &row.id)).collect();
    // Of the merchants that the service found, those that the transactions are with.
    let found = state.evidence();
    let merchants = about.iter().filter_map(|row| row.merchant.as_ref());
    let mut merchants: Vec<EvidenceId> = merchants.map(|id| EvidenceId::new(Source::Merchants.name(), id)).collect();
    merchants.dedup();
    cites.extend(merchants.into_iter().filter(|id| found.contains(id)));
    cites.extend(passages(state, topic(state.narrative.dispute)));
    let disputed = about.last().filter(|_| action.moves_money());
    let references =
        disputed.map_or_else(|| about.iter().map(|row| row.id.clone()).collect(), |row| vec![row.id.clone()]);
    let amount = disputed.map(|row| row.money);
    let code = about.last().filter(|_| action == Action::RaiseChargeback).and_then(|row| network::code(state, row));
    Need::Propose(Finding { action, reasons, cites, references, amount, code })
}

/// Takes money back that a merchant or a thief should not have, as long as anybody still has to give it: where the
/// network's time is over, the bank itself has to, if the law still protects the customer.
fn recover(state: &State, track: &Track, reasons: &[Reason], about: &[&Transaction]) -> Need {
    let Some(row) = about.last() else { return Need::Nothing };
    let action = recovery(row);
    let too_late =
        action == Action::RaiseChargeback && network::code(state, row).is_some_and(|code| code.in_time == Some(false));
    if !too_late {
        return propose(state, action, reasons, about);
    }
    let mut reasons = reasons.to_vec();
    reasons.push(Reason::NetworkTooLate);
    let Need::Propose(credit) = propose(state, Action::ProvisionalCredit, &reasons, about) else {
        return Need::Nothing;
    };
    if Law::of(state, track, Some(&credit)).protects() {
        reasons.push(Reason::LawStillProtects);
        return propose(state, Action::ProvisionalCredit, &reasons, about);
    }
    propose(state, Action::Inform, &reasons, about)
}

/// The network's code for a charge that can still be charged back, where one is known; `None` where it cannot.
pub(super) fn chargeback(state: &State, row: &Transaction) -> Option<Option<CodeFinding>> {
    if recovery(row) != Action::RaiseChargeback {
        return None;
    }
    let code = network::code(state, row);
    let too_late = code.as_ref().is_some_and(|code| code.in_time == Some(false));
    (!too_late).then_some(code)
}

/// How money comes back that a merchant or a thief should not have: through the network what went out by card, from
/// the bank what did not.
const fn recovery(row: &Transaction) -> Action {
    match row.kind {
        TransactionKind::CardPayment | TransactionKind::AtmWithdrawal => Action::RaiseChargeback,
        TransactionKind::DirectDebit | TransactionKind::Transfer => Action::ProvisionalCredit,
        TransactionKind::Fee | TransactionKind::Refund | TransactionKind::Reversal | TransactionKind::TopUp => {
            Action::Escalate
        }
    }
}
