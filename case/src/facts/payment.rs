//! Payments and how far they have come.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Facts,
    row::{ReplyProblem, known, list, moment, money, optional_date, optional_reference, own, reference, text},
    said::Said,
};
use crate::{ids::Reference, limits, money::Money, time::Millis};

/// A payment's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// The ledger's own reference.
    pub id: Reference,
    /// How much.
    pub money: Money,
    /// When it was made.
    pub created_at: Millis,
    /// ISO 20022 `ExternalPaymentTransactionStatus1Code`, four capitals or digits.
    pub status: Option<Reference>,
    /// ISO 20022 status reason, or ACH return code.
    pub reason: Option<Reference>,
    /// The scheme it travels on, where it is one that is known here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Scheme>,
    /// Which way it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<PaymentDirection>,
    /// When its status last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Millis>,
    /// The day on which it is to be executed, where the customer chose one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_on: Option<Date>,
    /// The account it is booked on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Reference>,
    /// Whether the customer's words name this amount.
    #[serde(default, skip_serializing_if = "crate::entry::is_default")]
    pub amount_named: bool,
    /// Whether the customer's words name this day.
    #[serde(default, skip_serializing_if = "crate::entry::is_default")]
    pub date_named: bool,
    /// Whether the customer's words name the payee.
    #[serde(default, skip_serializing_if = "crate::entry::is_default")]
    pub payee_named: bool,
}

/// A payment scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// SEPA credit transfer.
    SepaCredit,
    /// SEPA instant credit transfer.
    SepaInstant,
    /// UK Faster Payments.
    Fps,
    /// UK CHAPS.
    Chaps,
    /// US Automated Clearing House.
    Ach,
    /// A cross-border transfer between correspondent banks.
    Swift,
    /// A refund to a card.
    CardRefund,
}

/// Which way a payment goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentDirection {
    /// From the customer.
    Out,
    /// To the customer.
    In,
}

/// Reads a customer's payments, or the one that was asked for.
///
/// # Errors
/// A [`ReplyProblem`].
pub(super) fn read(
    reply: &Value,
    customer: &Reference,
    asked: Option<&Reference>,
    said: &Said,
) -> Result<Facts, ReplyProblem> {
    let one;
    let rows = if reply.get("payments").is_some() {
        list(reply, "payments", limits::LEDGER_ROWS)?
    } else {
        one = [reply.clone()];
        &one
    };
    let mut payments = Vec::with_capacity(rows.len());
    for row in rows {
        let mut payment = payment(row, customer)?;
        payment.amount_named = said.names_money(payment.money);
        payment.date_named = said.names_day(payment.created_at);
        payments.push(payment);
    }
    if asked.is_some_and(|asked| payments.iter().any(|payment| payment.id != *asked)) {
        return Err(ReplyProblem::Unasked);
    }
    payments.sort_by(|a, b| {
        let named = |payment: &Payment| u8::from(payment.amount_named) + u8::from(payment.date_named);
        (named(b), b.created_at, &b.id).cmp(&(named(a), a.created_at, &a.id))
    });
    payments.truncate(limits::LEDGER_FACTS);
    payments.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
    Ok(Facts::Payments { rows: payments })
}

fn payment(row: &Value, customer: &Reference) -> Result<Payment, ReplyProblem> {
    own(row, customer)?;
    let updated_at = text(row, "updated_at").map(|_| moment(row, "updated_at")).transpose()?;
    Ok(Payment {
        id: reference(row, "id")?,
        money: money(row)?,
        created_at: moment(row, "created_at")?,
        status: optional_reference(row, "iso20022_status")?,
        reason: match optional_reference(row, "status_reason")? {
            Some(reason) => Some(reason),
            None => optional_reference(row, "ach_return")?,
        },
        scheme: known(row, "scheme"),
        direction: known(row, "direction"),
        updated_at,
        execution_on: optional_date(row, "execution_on")?,
        account: optional_reference(row, "account_id")?,
        amount_named: false,
        date_named: false,
        payee_named: false,
    })
}
