//! Money that came back already. The networks ask that credits be addressed, and a customer may not have seen one.

use crate::facts::{Direction, Transaction, TransactionStatus};

/// What came back of a charge.
pub(super) enum Credit<'a> {
    /// All of it, by this row; by the charge itself where only its status says so.
    Whole(&'a Transaction),
    /// A part of it.
    Part(&'a Transaction),
}

/// The refund or reversal of a charge: one that names it, or a credit by the same merchant afterwards that names
/// nothing. The whole amount counts before a part.
pub(super) fn of<'a>(rows: &'a [Transaction], charge: &'a Transaction) -> Option<Credit<'a>> {
    let credits = || rows.iter().filter(|row| row.direction == Direction::Credit && belongs(row, charge));
    let whole = credits().find(|row| row.money == charge.money);
    if let Some(row) = whole {
        return Some(Credit::Whole(row));
    }
    if charge.status == TransactionStatus::Reversed {
        return Some(Credit::Whole(charge));
    }
    let smaller = |row: &&Transaction| {
        row.money.currency == charge.money.currency && row.money.amount_minor < charge.money.amount_minor
    };
    credits().find(smaller).map(Credit::Part)
}

fn belongs(credit: &Transaction, charge: &Transaction) -> bool {
    match &credit.related {
        Some(related) => *related == charge.id,
        None => credit.merchant_group == charge.merchant_group && credit.booked_at >= charge.booked_at,
    }
}
