//! Which rows of the ledger the customer can mean.

use crate::{
    facts::{Direction, Facts, Transaction, TransactionKind, TransactionStatus},
    ids::Reference,
    narrative::DisputeKind,
    source::Source,
    state::State,
};

/// The debits that the customer can mean, oldest first: narrowed by what was named, as long as something is left.
pub(super) fn candidates<'a>(state: &State, rows: &'a [Transaction]) -> Vec<&'a Transaction> {
    let kind = state.narrative.dispute;
    if let Some(named) = state.pointed_at().and_then(|id| rows.iter().find(|row| row.id == *id)) {
        let alike = |row: &&Transaction| row.merchant_group == named.merchant_group && row.money == named.money;
        let twice = kind == DisputeKind::ChargedTwice;
        return rows.iter().filter(|row| row.id == named.id || (twice && alike(row))).collect();
    }
    let mut charges: Vec<&Transaction> = rows
        .iter()
        .filter(|row| row.direction == Direction::Debit && stands(kind, row) && kind_fits(kind, row.kind))
        .collect();
    let merchants = merchants(state);
    narrow(&mut charges, |row| row.merchant_named);
    narrow(&mut charges, |row| row.merchant.as_ref().is_some_and(|id| merchants.contains(&id)));
    narrow(&mut charges, |row| row.amount_named);
    narrow(&mut charges, |row| row.date_named);
    match kind {
        // What nobody recognises stands out, if anything does.
        DisputeKind::Unrecognised => narrow(&mut charges, |row| !row.unusual.is_empty()),
        DisputeKind::WrongCurrency | DisputeKind::ExchangeRate => narrow(&mut charges, |row| row.original.is_some()),
        _ => {}
    }
    let newest_is_meant = kind == DisputeKind::SubscriptionCancelled || state.narrative.pick == Some(0);
    if newest_is_meant && same_merchant(&charges) {
        charges = charges.last().copied().into_iter().collect();
    }
    charges
}

/// Whether there is a reason to take a single candidate for the one that is meant, and none against it. A row that is
/// left over only because the ledger shows no other is nobody's word.
pub(super) fn is_meant(state: &State, row: &Transaction) -> bool {
    if state.pointed_at() == Some(&row.id) {
        return true;
    }
    let by_merchant = row.merchant_named || row.merchant.as_ref().is_some_and(|id| merchants(state).contains(&id));
    let pointed = by_merchant
        || row.amount_named
        || row.date_named
        || (state.narrative.dispute == DisputeKind::Unrecognised && row.unusual.len() > 1)
        || matches!(state.narrative.dispute, DisputeKind::CashShort | DisputeKind::Fee);
    // Another amount than the one that was named is another transaction, unless the amount itself is what is wrong.
    let amount_is_wrong = matches!(
        state.narrative.dispute,
        DisputeKind::WrongAmount | DisputeKind::WrongCurrency | DisputeKind::ExchangeRate | DisputeKind::CashShort
    );
    pointed && (!state.narrative.names_amount || row.amount_named || amount_is_wrong)
}

/// Whether all are with one merchant.
pub(super) fn same_merchant(charges: &[&Transaction]) -> bool {
    charges.first().is_some_and(|first| charges.iter().all(|row| row.merchant_group == first.merchant_group))
}

/// The merchants that the merchant service takes the words for.
fn merchants(state: &State) -> Vec<&Reference> {
    let found = state.facts_of(Source::Merchants);
    found.flat_map(|facts| if let Facts::Merchants { rows, .. } = facts { rows.as_slice() } else { &[] }).collect()
}

/// Whether a charge can be contested. One that was reversed is no longer there, except where the reversal is the
/// answer: as one of two charges, or as what the customer has not seen yet.
const fn stands(kind: DisputeKind, row: &Transaction) -> bool {
    let reversed = matches!(row.status, TransactionStatus::Reversed);
    !reversed || !matches!(kind, DisputeKind::General | DisputeKind::Fee | DisputeKind::ExchangeRate)
}

const fn kind_fits(dispute: DisputeKind, kind: TransactionKind) -> bool {
    match (dispute, kind) {
        (_, TransactionKind::TopUp | TransactionKind::Refund | TransactionKind::Reversal) => false,
        (DisputeKind::CashShort, kind) => matches!(kind, TransactionKind::AtmWithdrawal),
        (DisputeKind::Fee, kind) => matches!(kind, TransactionKind::Fee),
        (DisputeKind::ChargedTwice, kind) => {
            matches!(kind, TransactionKind::CardPayment | TransactionKind::DirectDebit | TransactionKind::Fee)
        }
        (DisputeKind::Unrecognised | DisputeKind::ExchangeRate | DisputeKind::General, _) => true,
        (
            DisputeKind::PaidOtherwise
            | DisputeKind::WrongAmount
            | DisputeKind::WrongCurrency
            | DisputeKind::LateCharge
            | DisputeKind::SubscriptionCancelled
            | DisputeKind::NotReceived
            | DisputeKind::Defective
            | DisputeKind::Counterfeit
            | DisputeKind::Misrepresented
            | DisputeKind::Refund
            | DisputeKind::Returned
            | DisputeKind::DeclinedButBilled,
            kind,
        ) => matches!(kind, TransactionKind::CardPayment | TransactionKind::DirectDebit | TransactionKind::Transfer),
    }
}

fn narrow<'a>(charges: &mut Vec<&'a Transaction>, fits: impl Fn(&Transaction) -> bool) {
    let fitting: Vec<&'a Transaction> = charges.iter().copied().filter(|row| fits(row)).collect();
    if !fitting.is_empty() {
        *charges = fitting;
    }
}
