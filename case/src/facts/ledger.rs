//! Rows of the ledger: what is kept of them, and which of them can matter.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Facts, Unusual,
    row::{
        ReplyProblem, closed, country, known, list, moment, money, optional_number, optional_reference, own, reference,
        text,
    },
    said::Said,
    unusual::{self, Surroundings},
};
use crate::{
    country::Country,
    ids::Reference,
    limits,
    money::{Currency, Money},
    time::Millis,
};

/// A row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transaction {
    /// The ledger's own reference.
    pub id: Reference,
    /// When it was booked.
    pub booked_at: Millis,
    /// How much.
    pub money: Money,
    /// Whether the customer paid or was paid.
    pub direction: Direction,
    /// What it is.
    pub kind: TransactionKind,
    /// How far it is.
    pub status: TransactionStatus,
    /// Equal for rows of one merchant (by the merchant's reference, or by the descriptor).
    pub merchant_group: u32,
    /// The merchant, where the ledger knows it.
    pub merchant: Option<Reference>,
    /// What a refund or reversal undoes.
    pub related: Option<Reference>,
    /// Whether the customer's words name this merchant.
    pub merchant_named: bool,
    /// Whether the customer's words name this amount.
    pub amount_named: bool,
    /// Whether the customer's words name the day it was booked.
    #[serde(default, skip_serializing_if = "crate::entry::is_default")]
    pub date_named: bool,
    /// The account it is booked on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Reference>,
    /// The card it was made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<Reference>,
    /// The card's network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
    /// How the card was presented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_mode: Option<EntryMode>,
    /// Where it took place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// The amount before it was converted, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<Money>,
    /// Whether the customer was strongly authenticated, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strong_authentication: Option<bool>,
    /// How many booked charges of the same merchant came before it in the reply.
    #[serde(default, skip_serializing_if = "crate::entry::is_default")]
    pub earlier: u32,
    /// How it differs from what is normal for this customer.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unusual: BTreeSet<Unusual>,
}

/// Which way money went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the customer.
    Debit,
    /// To the customer.
    Credit,
}

/// What a row of the ledger is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransactionKind {
    /// A purchase by card.
    CardPayment,
    /// Cash from a machine.
    AtmWithdrawal,
    /// A transfer.
    Transfer,
    /// A direct debit.
    DirectDebit,
    /// The bank's own fee.
    Fee,
    /// A merchant's refund.
    Refund,
    /// A reversal of a transaction.
    Reversal,
    /// Money added to the account.
    TopUp,
}

/// How far a row of the ledger is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransactionStatus {
    /// Authorised, not booked.
    Pending,
    /// Booked.
    Posted,
    /// Undone.
    Reversed,
}

/// A card network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// Visa.
    Visa,
    /// Mastercard.
    Mastercard,
}

/// How a card was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryMode {
    /// Its chip was read.
    Chip,
    /// It was held to a terminal.
    Contactless,
    /// Its details were typed in.
    Online,
    /// Its magnetic stripe was read.
    Magstripe,
    /// A merchant charged it again by itself.
    Recurring,
}

/// Reads a page of the ledger.
///
/// # Errors
/// A [`ReplyProblem`].
pub(super) fn read(reply: &Value, customer: &Reference, said: &Said) -> Result<Facts, ReplyProblem> {
    let mut groups: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for row in list(reply, "transactions", limits::LEDGER_ROWS)? {
        let transaction = transaction(row, customer, &mut groups, said)?;
        let owned = |name| text(row, name).map(str::to_owned);
        let around = Surroundings { device: owned("device"), payee: owned("payee") };
        rows.push((transaction, around));
    }
    rows.sort_by(|(a, _), (b, _)| (a.booked_at, &a.id).cmp(&(b.booked_at, &b.id)));
    // A transaction that a reply holds twice is one transaction: the later row is how it stands now.
    let mut seen = BTreeSet::new();
    rows = rows.into_iter().rev().filter(|(row, _)| seen.insert(row.id.clone())).collect();
    rows.reverse();
    let normal = unusual::mark(&mut rows);
    let rows: Vec<Transaction> = rows.into_iter().map(|(row, _)| row).collect();
    let total = u32::try_from(rows.len()).map_err(|_| ReplyProblem::TooMany)?;
    Ok(Facts::Transactions { total, rows: what_matters(&rows), normal })
}

/// Keeps rows that the customer's words name, rows that have a twin or are unusual, and what undoes any of these; then
/// the newest.
fn what_matters(rows: &[Transaction]) -> Vec<Transaction> {
    let twin = |row: &Transaction| {
        rows.iter()
            .any(|other| other.id != row.id && other.merchant_group == row.merchant_group && other.money == row.money)
    };
    let rank = |row: &Transaction| {
        u8::from(row.merchant_named)
            + u8::from(row.amount_named)
            + u8::from(row.date_named)
            + u8::from(twin(row) || row.unusual.len() > 1)
    };
    let undoes = |row: &Transaction| {
        row.related.as_ref().is_some_and(|id| rows.iter().any(|other| other.id == *id && rank(other) > 0))
    };
    let mut order: Vec<(u8, Millis, usize)> = rows
        .iter()
        .enumerate()
        .map(|(index, row)| (rank(row).max(u8::from(undoes(row))), row.booked_at, index))
        .collect();
    order.sort_by(|a, b| b.cmp(a));
    order.truncate(limits::LEDGER_FACTS);
    let mut keep: Vec<usize> = order.into_iter().map(|(_, _, index)| index).collect();
    keep.sort_unstable();
    keep.into_iter().filter_map(|index| rows.get(index).cloned()).collect()
}

fn transaction(
    row: &Value,
    customer: &Reference,
    groups: &mut Vec<String>,
    said: &Said,
) -> Result<Transaction, ReplyProblem> {
    own(row, customer)?;
    let money = money(row)?;
    let descriptor = text(row, "descriptor").unwrap_or("").to_lowercase();
    let merchant = optional_reference(row, "merchant_id")?;
    let group = merchant.as_ref().map_or_else(|| descriptor.clone(), |id| id.as_str().to_owned());
    let merchant_group = groups.iter().position(|known| *known == group).unwrap_or_else(|| {
        groups.push(group);
        groups.len() - 1
    });
    let original = optional_number(row, "original_amount_minor")
        .zip(text(row, "original_currency").and_then(Currency::parse))
        .map(|(amount_minor, currency)| Money { amount_minor, currency });
    let booked_at = moment(row, "booked_at")?;
    Ok(Transaction {
        id: reference(row, "id")?,
        booked_at,
        money,
        direction: closed(row, "direction")?,
        kind: closed(row, "kind")?,
        status: closed(row, "status")?,
        merchant_group: u32::try_from(merchant_group).map_err(|_| ReplyProblem::TooMany)?,
        merchant,
        related: optional_reference(row, "related")?,
        merchant_named: said.names_merchant(&descriptor),
        amount_named: said.names_money(money) || original.is_some_and(|original| said.names_money(original)),
        date_named: said.names_day(booked_at),
        account: optional_reference(row, "account_id")?,
        card: optional_reference(row, "card_id")?,
        network: known(row, "network"),
        entry_mode: known(row, "entry_mode"),
        country: country(row, "country"),
        original,
        strong_authentication: row.get("strong_authentication").and_then(Value::as_bool),
        earlier: 0,
        unusual: BTreeSet::new(),
    })
}
