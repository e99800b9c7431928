//! A customer's accounts: what kind they are, where, since when, and with which cards and statements. The law's clocks
//! depend on them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Facts, Network,
    row::{ReplyProblem, closed, country, known, list, optional_date, own, reference},
};
use crate::{country::Country, ids::Reference, limits};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The ledger's own reference.
    pub id: Reference,
    /// What kind of account it is.
    pub product: Product,
    /// The country whose law it is under.
    pub country: Option<Country>,
    /// When it was opened.
    pub opened_on: Option<Date>,
    /// When money first came in: 12 CFR 1005.11(c)(3) counts a new account from there.
    pub first_deposit_on: Option<Date>,
    /// Its cards.
    pub cards: Vec<Card>,
    /// Its newest statements, the newest first, at most [`limits::STATEMENTS`].
    pub statements: Vec<Statement>,
}

/// The kind of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    /// A current or checking account.
    Current,
    /// A savings account.
    Savings,
    /// A credit card account.
    CreditCard,
    /// A prepaid account.
    Prepaid,
}

/// A card of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// The ledger's own reference, never a number.
    pub id: Reference,
    /// Its network.
    pub network: Option<Network>,
    /// Whether it can be used.
    pub status: Option<CardStatus>,
}

/// Whether a card can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardStatus {
    /// It can.
    Active,
    /// It is blocked for now.
    Frozen,
    /// It is blocked for good.
    Blocked,
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The last day it covers.
    pub period_end: Date,
    /// When it was sent: the limits of 12 CFR 1005.11(b) and 1026.13(b) count from there.
    pub sent_on: Date,
}

impl Account {
    /// The statement that first showed what was booked on that day.
    #[must_use]
    pub fn statement_of(&self, booked_on: Date) -> Option<&Statement> {
        self.statements.iter().filter(|statement| statement.period_end >= booked_on).min_by_key(|one| one.period_end)
    }
}

/// Reads a customer's accounts.
///
/// # Errors
/// A [`ReplyProblem`].
pub(super) fn read(reply: &Value, customer: &Reference) -> Result<Facts, ReplyProblem> {
    let rows = list(reply, "accounts", limits::SOURCE_ROWS)?;
    Ok(Facts::Accounts { rows: rows.iter().map(|row| account(row, customer)).collect::<Result<_, _>>()? })
}

fn account(row: &Value, customer: &Reference) -> Result<Account, ReplyProblem> {
    own(row, customer)?;
    let cards = match row.get("cards") {
        None | Some(Value::Null) => Vec::new(),
        Some(_) => list(row, "cards", limits::CARDS)?.iter().map(card).collect::<Result<_, _>>()?,
    };
    let mut statements = match row.get("statements") {
        None | Some(Value::Null) => Vec::new(),
        Some(_) => list(row, "statements", limits::SOURCE_ROWS)?.iter().map(statement).collect::<Result<_, _>>()?,
    };
    statements.sort_by_key(|statement| std::cmp::Reverse(statement.period_end));
    statements.truncate(limits::STATEMENTS);
    Ok(Account {
        id: reference(row, "id")?,
        product: closed(row, "product")?,
        country: country(row, "country"),
        opened_on: optional_date(row, "opened_on")?,
        first_deposit_on: optional_date(row, "first_deposit_on")?,
        cards,
        statements,
    })
}

fn card(row: &Value) -> Result<Card, ReplyProblem> {
    Ok(Card { id: reference(row, "id")?, network: known(row, "network"), status: known(row, "status") })
}

fn statement(row: &Value) -> Result<Statement, ReplyProblem> {
    let date = |name| optional_date(row, name).and_then(|date| date.ok_or(ReplyProblem::Shape(name)));
    Ok(Statement { period_end: date("period_end")?, sent_on: date("sent_on")? })
}
