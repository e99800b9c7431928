//! The kind of a contested charge.

use serde::{Deserialize, Serialize};

/// The kind of a contested charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum DisputeKind {
    /// One purchase, two charges.
    ChargedTwice,
    /// Charged although it was paid in another way.
    PaidOtherwise,
    /// Another amount than was agreed.
    WrongAmount,
    /// Another currency than was agreed.
    WrongCurrency,
    /// Charged long after the purchase.
    LateCharge,
    /// Charged for what the customer had cancelled.
    SubscriptionCancelled,
    /// What was bought never came.
    NotReceived,
    /// What came is broken, or not what was described.
    Defective,
    /// What came is a fake.
    Counterfeit,
    /// The terms of the sale were not what was said.
    Misrepresented,
    /// A refund that was promised or is due.
    Refund,
    /// Goods were sent back and not credited.
    Returned,
    /// The customer did not make it.
    Unrecognised,
    /// The card was declined and billed all the same.
    DeclinedButBilled,
    /// A machine gave less than was booked.
    CashShort,
    /// A fee.
    Fee,
    /// The rate of exchange.
    ExchangeRate,
    /// Something else, or not said.
    #[default]
    General,
}

const TWICE: &[&str] = &["twice", "double", "doubled", "duplicate", "duplicated", "duplicates", "2x"];
const TWO_TIMES: &[&[&str]] = &[
    &["two", "times"],
    &["2", "times"],
    &["second", "time"],
    &["two", "charges"],
    &["2", "charges"],
    &["two", "payments"],
    &["same", "charge"],
    &["charged", "again"],
];
const KINDS: &[(DisputeKind, &[&str])] = &[
    (DisputeKind::CashShort, &["atm", "cash", "dispensed"]),
    (DisputeKind::ExchangeRate, &["exchange", "rate", "conversion"]),
    (DisputeKind::Fee, &["fee", "fees", "commission"]),
    (DisputeKind::Refund, &["refund", "refunded", "reimbursed", "money back"]),
];

/// Reads the kind of a contested charge.
pub(super) fn read(text: &str) -> DisputeKind {
    let words = super::words(text);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let has_run = |runs: &[&[&str]]| runs.iter().any(|run| words.windows(run.len()).any(|window| window == *run));
    if has(TWICE) || has_run(TWO_TIMES) {
        DisputeKind::ChargedTwice
    } else {
        KINDS.iter().find(|(_, list)| has(list)).map_or(DisputeKind::General, |(kind, _)| *kind)
    }
}
