//! Money that came back already. The networks ask that credits be addressed, and a customer may not have seen one.

use crate::facts::{Direction, Transaction, TransactionStatus};

/// A refund of this much of a charge that it names leaves nothing to dispute.
const NEARLY_ALL_PERCENT: i64 = 90;

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
    let whole = credits().find(|row| row.money == charge.money || is_nearly_all(row, charge));
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

/// A refund that names the charge is of all of it even where a rate of exchange took a little.
fn is_nearly_all(credit: &Transaction, charge: &Transaction) -> bool {
    let (back, paid) = (credit.money.amount_minor, charge.money.amount_minor);
    let enough = back.saturating_mul(100) >= paid.saturating_mul(NEARLY_ALL_PERCENT);
    credit.related.as_ref() == Some(&charge.id) && credit.money.currency == charge.money.currency && enough
}

fn belongs(credit: &Transaction, charge: &Transaction) -> bool {
    match &credit.related {
        Some(related) => *related == charge.id,
        None => credit.merchant_group == charge.merchant_group && credit.booked_at >= charge.booked_at,
    }
}
