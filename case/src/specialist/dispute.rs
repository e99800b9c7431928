//! dispute-agent: finds the contested transaction in the ledger and says what can be done about it.

use crate::{
    entry::CustomerQuestion,
    facts::{Direction, Facts, Transaction, TransactionKind, TransactionStatus},
    ids::{EvidenceId, Reference},
    narrative::DisputeKind,
    policy::{Action, Finding, Reason},
    source::{Lookup, Source, Topic},
    specialist::{Need, QUESTIONS, ask, context, gather, note_missing, times_asked, transactions, without},
    state::{State, Track},
};

/// Ledger, merchant and policy are asked at the same time; the ledger decides.
pub(super) fn next(state: &State, customer: &Reference, track: &Track) -> Need {
    let ledger = transactions(state, customer);
    let mut lookups = vec![ledger.clone(), Lookup::Policy { topic: topic(state.narrative.dispute) }];
    if state.narrative.names_merchant {
        lookups.push(Lookup::Merchants);
    }
    if let Some(need) = gather(state, &lookups) {
        return need;
    }
    let Some(Facts::Transactions { rows, .. }) = state.facts(&ledger) else {
        return without(state, &ledger, vec![]);
    };
    let charges = contested(state, rows);
    if state.narrative.dispute == DisputeKind::ChargedTwice {
        duplicates(state, track, rows, &charges)
    } else {
        one_charge(state, track, &charges)
    }
}

const fn topic(kind: DisputeKind) -> Topic {
    match kind {
        DisputeKind::ChargedTwice => Topic::DuplicateCharge,
        DisputeKind::Refund | DisputeKind::Returned => Topic::Refund,
        DisputeKind::Unrecognised => Topic::UnrecognisedTransaction,
        DisputeKind::Fee
        | DisputeKind::ExchangeRate
        | DisputeKind::CashShort
        | DisputeKind::PaidOtherwise
        | DisputeKind::WrongAmount
        | DisputeKind::WrongCurrency
        | DisputeKind::LateCharge
        | DisputeKind::SubscriptionCancelled
        | DisputeKind::NotReceived
        | DisputeKind::Defective
        | DisputeKind::Counterfeit
        | DisputeKind::Misrepresented
        | DisputeKind::DeclinedButBilled
        | DisputeKind::General => Topic::ChargeDispute,
    }
}

/// The debits that the customer can mean: narrowed by what was named, as long as something is left.
fn contested<'a>(state: &State, rows: &'a [Transaction]) -> Vec<&'a Transaction> {
    let mut charges: Vec<&Transaction> = rows
        .iter()
        .filter(|row| row.direction == Direction::Debit && stands(state.narrative.dispute, row))
        .filter(|row| kind_fits(state.narrative.dispute, row.kind))
        .collect();
    if let Some(named) = state.opened.transaction.as_ref().and_then(|id| rows.iter().find(|row| row.id == *id)) {
        charges.retain(|row| row.merchant_group == named.merchant_group && row.money == named.money);
        return charges;
    }
    let meant: Vec<&Reference> = state
        .facts_of(Source::Merchants)
        .flat_map(|facts| if let Facts::Merchants { rows, .. } = facts { rows.as_slice() } else { &[] })
        .collect();
    narrow(&mut charges, |row| row.merchant_named);
    narrow(&mut charges, |row| row.merchant.as_ref().is_some_and(|id| meant.contains(&id)));
    narrow(&mut charges, |row| row.amount_named);
    charges
}

/// Whether a charge can be contested. One that was reversed is no longer there, except as one of two: then it is the
/// reason why the customer saw two.
fn stands(dispute: DisputeKind, row: &Transaction) -> bool {
    row.status != TransactionStatus::Reversed || dispute == DisputeKind::ChargedTwice
}

const fn kind_fits(dispute: DisputeKind, kind: TransactionKind) -> bool {
    match (dispute, kind) {
        (DisputeKind::CashShort, kind) => matches!(kind, TransactionKind::AtmWithdrawal),
        (DisputeKind::ChargedTwice, kind) => {
            matches!(kind, TransactionKind::CardPayment | TransactionKind::DirectDebit | TransactionKind::Fee)
        }
        (_, kind) => !matches!(kind, TransactionKind::TopUp | TransactionKind::Refund | TransactionKind::Reversal),
    }
}

fn narrow<'a>(charges: &mut Vec<&'a Transaction>, fits: impl Fn(&Transaction) -> bool) {
    let fitting: Vec<&'a Transaction> = charges.iter().copied().filter(|row| fits(row)).collect();
    if !fitting.is_empty() {
        *charges = fitting;
    }
}

/// Two charges of one amount by one merchant, close together: duplicated, credited, pending, or several to ask about.
fn duplicates<'a>(state: &State, track: &Track, rows: &'a [Transaction], charges: &[&'a Transaction]) -> Need {
    let window_ms = state.opened.settings.duplicate_window_ms;
    let twin_of = |(index, first): (usize, &&'a Transaction)| {
        let close = |row: &&&Transaction| {
            row.merchant_group == first.merchant_group
                && row.money == first.money
                && row.booked_at.since(first.booked_at) <= window_ms
        };
        charges.iter().skip(index + 1).find(close).map(|second| (*first, *second))
    };
    let twins: Vec<(&'a Transaction, &'a Transaction)> = charges.iter().enumerate().filter_map(twin_of).collect();
    let open: Vec<&(&Transaction, &Transaction)> =
        twins.iter().filter(|(first, second)| !is_undone(rows, first, second)).collect();
    match (open.as_slice(), twins.as_slice(), charges) {
        ([(first, second)], _, _) => duplicate(state, first, second),
        ([], [(first, second), ..], _) => {
            let credit = credit(rows, first, second).into_iter();
            let cited: Vec<&Transaction> = [*first, *second].into_iter().chain(credit).collect();
            propose(state, Action::Inform, Reason::DuplicateCredited, &cited, None)
        }
        ([], [], charges) if same_purchase(charges) => {
            let newest = charges.iter().rev().find(|row| row.status != TransactionStatus::Reversed).or(charges.last());
            newest.map_or(Need::Nothing, |row| propose(state, Action::Inform, Reason::SingleCharge, &[row], None))
        }
        _ => ask_which(state, track, charges),
    }
}

/// Whether what is left is one merchant's: then the customer's two charges are not there.
fn same_purchase(charges: &[&Transaction]) -> bool {
    charges.first().is_some_and(|first| charges.iter().all(|row| row.merchant_group == first.merchant_group))
}

fn duplicate(state: &State, first: &Transaction, second: &Transaction) -> Need {
    let pending = [first, second].iter().any(|row| row.status == TransactionStatus::Pending);
    if pending {
        propose(state, Action::Inform, Reason::DuplicatePending, &[first, second], None)
    } else {
        propose(state, Action::RaiseChargeback, Reason::DuplicateCharge, &[first, second], Some(second))
    }
}

/// Whether the customer has one of two charges back.
fn is_undone(rows: &[Transaction], first: &Transaction, second: &Transaction) -> bool {
    let reversed = [first, second].iter().any(|row| row.status == TransactionStatus::Reversed);
    reversed || credit(rows, first, second).is_some()
}

/// The refund or reversal that undoes one of two charges: named by it, or the same amount back from the same
/// merchant afterwards.
fn credit<'a>(rows: &'a [Transaction], first: &Transaction, second: &Transaction) -> Option<&'a Transaction> {
    rows.iter().find(|row| {
        let named = row.related.as_ref().is_some_and(|id| *id == first.id || *id == second.id);
        let alike = row.related.is_none()
            && row.merchant_group == first.merchant_group
            && row.money == first.money
            && row.booked_at >= first.booked_at;
        row.direction == Direction::Credit && (named || alike)
    })
}

/// Any other contested charge: found, and put before an analyst.
fn one_charge(state: &State, track: &Track, charges: &[&Transaction]) -> Need {
    match charges {
        [row] => propose(state, Action::Escalate, Reason::TransactionFound, &[row], None),
        _ => ask_which(state, track, charges),
    }
}

/// Several candidates or none: the customer is asked, and after that an analyst.
fn ask_which(state: &State, track: &Track, charges: &[&Transaction]) -> Need {
    if times_asked(track, CustomerQuestion::WhichTransaction) < QUESTIONS {
        return ask(CustomerQuestion::WhichTransaction);
    }
    let reason = if charges.is_empty() { Reason::NoTransactionFound } else { Reason::TransactionFound };
    let newest: Vec<&Transaction> = charges.iter().rev().take(8).copied().collect();
    propose(state, Action::Escalate, reason, &newest, None)
}

fn propose(
    state: &State,
    action: Action,
    reason: Reason,
    about: &[&Transaction],
    amount: Option<&Transaction>,
) -> Need {
    let mut reasons = vec![reason];
    note_missing(state, &mut reasons);
    let mut cites: Vec<EvidenceId> = about.iter().map(|row| EvidenceId::new(Source::Ledger.name(), &row.id)).collect();
    // Of the merchants that the service found, those that the transactions are with.
    let found = state.evidence();
    let merchants = about.iter().filter_map(|row| row.merchant.as_ref());
    let mut merchants: Vec<EvidenceId> = merchants.map(|id| EvidenceId::new(Source::Merchants.name(), id)).collect();
    merchants.dedup();
    cites.extend(merchants.into_iter().filter(|id| found.contains(id)));
    cites.extend(context(state, &[Source::Policy]));
    let references =
        amount.map_or_else(|| about.iter().map(|row| row.id.clone()).collect(), |row| vec![row.id.clone()]);
    Need::Propose(Finding { action, reasons, cites, references, amount: amount.map(|row| row.money) })
}
