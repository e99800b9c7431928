//! A source's reply, read once into facts.
//!
//! A reply is untrusted and holds personal data. [`read`] validates it against the shapes of the sources' OpenAPI
//! file, compares it with the customer's words where that needs the words, and keeps references, amounts, times and
//! closed lists. Names, descriptors and free text stay behind in the sealed reply.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    ids::{EvidenceId, Reference},
    limits,
    money::{Currency, Money},
    narrative::{self, NamedAmount},
    source::{Lookup, ProfileField, Source},
    time::Millis,
};

/// What a reply says, without personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Facts {
    /// To [`Lookup::Transactions`].
    Transactions {
        /// Rows in the reply.
        total: u32,
        /// The rows that can matter, oldest first, at most [`limits::LEDGER_FACTS`].
        rows: Vec<Transaction>,
    },
    /// To [`Lookup::Payments`].
    Payments {
        /// The payments, the newest first.
        rows: Vec<Payment>,
    },
    /// To [`Lookup::Profile`].
    Profile {
        /// Fields that are there.
        present: Vec<ProfileField>,
        /// Fields that are not.
        missing: Vec<ProfileField>,
    },
    /// To [`Lookup::Risk`].
    Risk {
        /// 0 to 1000.
        score: u16,
        /// The service's own band.
        band: Band,
        /// Codes of the service's reasons.
        reasons: Vec<Reference>,
    },
    /// To [`Lookup::Merchants`].
    Merchants {
        /// The merchants that the words may mean.
        rows: Vec<Reference>,
    },
    /// To [`Lookup::Policy`].
    Policy {
        /// The passages.
        rows: Vec<Reference>,
    },
}

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
}

/// The scoring service's band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Like the customer's normal.
    Low,
    /// Some signs.
    Medium,
    /// Likely not the customer.
    High,
}

/// Why a reply cannot be used. Names the field, never its content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplyProblem {
    /// Not JSON, or JSON of another shape.
    #[error("`{0}` is missing or has the wrong type")]
    Shape(&'static str),
    /// More rows than [`limits`] allow, or pages that were not read (`next` is not null).
    #[error("too many rows")]
    TooMany,
    /// A row about a customer who was not asked about.
    #[error("a row belongs to another customer")]
    ForeignCustomer,
    /// A field that was not asked for.
    #[error("a field that was not asked for")]
    Unasked,
}

impl Facts {
    /// The ids under which these facts are cited.
    #[must_use]
    pub fn evidence(&self) -> Vec<EvidenceId> {
        let ids =
            |source: Source, rows: &[Reference]| rows.iter().map(|id| EvidenceId::new(source.name(), id)).collect();
        match self {
            Self::Transactions { rows, .. } => rows.iter().map(|row| EvidenceId::new("ledger", &row.id)).collect(),
            Self::Payments { rows } => rows.iter().map(|row| EvidenceId::new("ledger", &row.id)).collect(),
            Self::Merchants { rows } => ids(Source::Merchants, rows),
            Self::Policy { rows } => ids(Source::Policy, rows),
            Self::Profile { .. } => named(Source::Profile, "fields"),
            Self::Risk { .. } => named(Source::Risk, "score"),
        }
    }
}

fn named(source: Source, name: &str) -> Vec<EvidenceId> {
    EvidenceId::parse(&format!("{}:{name}", source.name())).into_iter().collect()
}

/// Reads a source's reply to a look-up. `words` is the customer's text with tokens for personal data.
///
/// # Errors
/// A [`ReplyProblem`] where the reply is not what the sources' OpenAPI file promises.
pub fn read(lookup: &Lookup, reply: &[u8], words: &str) -> Result<Facts, ReplyProblem> {
    let reply: Value = serde_json::from_slice(reply).map_err(|_| ReplyProblem::Shape("body"))?;
    match lookup {
        Lookup::Transactions { customer, .. } => transactions(&reply, customer, words),
        Lookup::Payments { customer, payment } => payments(&reply, customer, payment.as_ref()),
        Lookup::Profile { customer, fields } => profile(&reply, customer, fields),
        Lookup::Risk { .. } => risk(&reply),
        Lookup::Merchants => Ok(Facts::Merchants { rows: ids(&reply, "merchants")? }),
        Lookup::Policy { .. } => Ok(Facts::Policy { rows: ids(&reply, "passages")? }),
    }
}

fn transactions(reply: &Value, customer: &Reference, words: &str) -> Result<Facts, ReplyProblem> {
    let merchant_words = narrative::merchant_words(words);
    let amounts = narrative::amounts(words);
    let mut groups: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for row in list(reply, "transactions", limits::LEDGER_ROWS)? {
        let transaction = transaction(row, customer, &mut groups, &merchant_words, &amounts)?;
        rows.push(transaction);
    }
    rows.sort_by(|a, b| (a.booked_at, &a.id).cmp(&(b.booked_at, &b.id)));
    // A transaction that a reply holds twice is one transaction: the later row is how it stands now.
    let mut seen = BTreeSet::new();
    rows = rows.into_iter().rev().filter(|row| seen.insert(row.id.clone())).collect();
    rows.reverse();
    let total = u32::try_from(rows.len()).map_err(|_| ReplyProblem::TooMany)?;
    Ok(Facts::Transactions { total, rows: what_matters(&rows) })
}

/// Keeps rows that the customer's words name, rows that have a twin, and what undoes either; then the newest.
fn what_matters(rows: &[Transaction]) -> Vec<Transaction> {
    let twin = |row: &Transaction| {
        rows.iter()
            .any(|other| other.id != row.id && other.merchant_group == row.merchant_group && other.money == row.money)
    };
    let rank = |row: &Transaction| u8::from(row.merchant_named) + u8::from(row.amount_named) + u8::from(twin(row));
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
    merchant_words: &[String],
    amounts: &[NamedAmount],
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
    Ok(Transaction {
        id: reference(row, "id")?,
        booked_at: moment(row, "booked_at")?,
        money,
        direction: closed(row, "direction")?,
        kind: closed(row, "kind")?,
        status: closed(row, "status")?,
        merchant_group: u32::try_from(merchant_group).map_err(|_| ReplyProblem::TooMany)?,
        merchant,
        related: optional_reference(row, "related")?,
        merchant_named: merchant_words.iter().any(|word| word.len() > 2 && descriptor.contains(word.as_str())),
        amount_named: amounts.iter().any(|named| names(named, money)),
    })
}

/// Whether a written amount means this money.
fn names(named: &NamedAmount, money: Money) -> bool {
    let minor = match money.currency.decimals() {
        0 => named.hundredths / 100,
        3 => named.hundredths.saturating_mul(10),
        _ => named.hundredths,
    };
    minor == money.amount_minor && named.currency.is_none_or(|currency| currency == money.currency)
}

fn payments(reply: &Value, customer: &Reference, asked: Option<&Reference>) -> Result<Facts, ReplyProblem> {
    let one;
    let rows = if reply.get("payments").is_some() {
        list(reply, "payments", limits::SOURCE_ROWS)?
    } else {
        one = [reply.clone()];
        &one
    };
    let mut payments = rows.iter().map(|row| payment(row, customer)).collect::<Result<Vec<_>, _>>()?;
    if asked.is_some_and(|asked| payments.iter().any(|payment| payment.id != *asked)) {
        return Err(ReplyProblem::Unasked);
    }
    payments.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
    payments.truncate(limits::LEDGER_FACTS);
    Ok(Facts::Payments { rows: payments })
}

fn payment(row: &Value, customer: &Reference) -> Result<Payment, ReplyProblem> {
    own(row, customer)?;
    Ok(Payment {
        id: reference(row, "id")?,
        money: money(row)?,
        created_at: moment(row, "created_at")?,
        status: optional_reference(row, "iso20022_status")?,
        reason: match optional_reference(row, "status_reason")? {
            Some(reason) => Some(reason),
            None => optional_reference(row, "ach_return")?,
        },
    })
}

fn profile(reply: &Value, customer: &Reference, asked: &[ProfileField]) -> Result<Facts, ReplyProblem> {
    own(reply, customer)?;
    let fields = reply.get("fields").and_then(Value::as_object).ok_or(ReplyProblem::Shape("fields"))?;
    if fields.keys().any(|name| !asked.iter().any(|field| field.name() == name)) {
        return Err(ReplyProblem::Unasked);
    }
    let is_present = |field: &ProfileField| match fields.get(field.name()) {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(_) => true,
    };
    let (present, missing) = asked.iter().partition(|field| is_present(field));
    Ok(Facts::Profile { present, missing })
}

fn risk(reply: &Value) -> Result<Facts, ReplyProblem> {
    let score = reply.get("score").and_then(Value::as_u64).filter(|score| *score <= 1_000);
    let score = score.and_then(|score| u16::try_from(score).ok()).ok_or(ReplyProblem::Shape("score"))?;
    let reasons = list(reply, "reasons", limits::SOURCE_ROWS)?;
    let reasons = reasons.iter().map(|reason| reference(reason, "code")).collect::<Result<_, _>>()?;
    Ok(Facts::Risk { score, band: closed(reply, "band")?, reasons })
}

fn ids(reply: &Value, name: &'static str) -> Result<Vec<Reference>, ReplyProblem> {
    list(reply, name, limits::SOURCE_ROWS)?.iter().map(|row| reference(row, "id")).collect()
}

/// Refuses a row that names another customer than the one asked about.
fn own(row: &Value, customer: &Reference) -> Result<(), ReplyProblem> {
    match text(row, "customer_id") {
        Some(id) if id == customer.as_str() => Ok(()),
        Some(_) => Err(ReplyProblem::ForeignCustomer),
        None => Err(ReplyProblem::Shape("customer_id")),
    }
}

fn list<'a>(reply: &'a Value, name: &'static str, most: usize) -> Result<&'a [Value], ReplyProblem> {
    let rows = reply.get(name).and_then(Value::as_array).ok_or(ReplyProblem::Shape(name))?;
    // A page with another one after it is not the whole answer, and half of a ledger proves nothing.
    let more = reply.get("next").is_some_and(|next| !next.is_null());
    if more || rows.len() > most { Err(ReplyProblem::TooMany) } else { Ok(rows) }
}

fn text<'a>(row: &'a Value, name: &str) -> Option<&'a str> {
    row.get(name).and_then(Value::as_str)
}

fn reference(row: &Value, name: &'static str) -> Result<Reference, ReplyProblem> {
    text(row, name).and_then(|text| Reference::parse(text).ok()).ok_or(ReplyProblem::Shape(name))
}

fn optional_reference(row: &Value, name: &'static str) -> Result<Option<Reference>, ReplyProblem> {
    match row.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(_) => reference(row, name).map(Some),
    }
}

fn moment(row: &Value, name: &'static str) -> Result<Millis, ReplyProblem> {
    text(row, name).and_then(Millis::parse_rfc3339).ok_or(ReplyProblem::Shape(name))
}

fn money(row: &Value) -> Result<Money, ReplyProblem> {
    let amount_minor = row.get("amount_minor").and_then(Value::as_i64).ok_or(ReplyProblem::Shape("amount_minor"))?;
    let currency = text(row, "currency").and_then(Currency::parse).ok_or(ReplyProblem::Shape("currency"))?;
    Ok(Money { amount_minor, currency })
}

fn closed<T: serde::de::DeserializeOwned>(row: &Value, name: &'static str) -> Result<T, ReplyProblem> {
    let value = row.get(name).cloned().ok_or(ReplyProblem::Shape(name))?;
    serde_json::from_value(value).map_err(|_| ReplyProblem::Shape(name))
}
