//! The shapes of accounts, their cards and their statements, which are also the shapes of the bank's replies.
//!
//! An account says what the law's clocks start from: where it is held, since when, and when its statements went out.

use serde::{Deserialize, Serialize};

use super::records::Network;
use crate::day::Day;

/// One account of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Unique in the bank, `acc-` and letters.
    pub id: String,
    /// Whose account it is.
    pub customer_id: String,
    /// What kind of account it is.
    pub product: Product,
    /// Where it is held, ISO 3166-1 alpha-2: its law applies.
    pub country: String,
    /// ISO 4217.
    pub currency: String,
    /// The day on which it was opened.
    pub opened_on: Day,
    /// The day of the first deposit, from which some clocks of a new account run; none where there was none yet.
    #[serde(default)]
    pub first_deposit_on: Option<Day>,
    /// The cards that belong to it.
    #[serde(default)]
    pub cards: Vec<Card>,
    /// The statements that were sent, newest first.
    #[serde(default)]
    pub statements: Vec<Statement>,
}

/// The kinds of account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the field's own words and say it all")]
pub enum Product {
    Current,
    Savings,
    CreditCard,
    Prepaid,
}

/// One card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Unique in the bank, `card-` and letters. It is never the card's number.
    pub id: String,
    /// The last four digits of the card's number.
    pub last4: String,
    /// The network it runs on.
    pub network: Network,
    /// Whether it can be used.
    pub status: CardStatus,
}

/// Whether a card can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardStatus {
    /// It can.
    Active,
    /// Not for now.
    Frozen,
    /// Never again.
    Blocked,
}

/// One statement of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The last day that it shows.
    pub period_end: Day,
    /// The day on which it was sent, from which notice periods run.
    pub sent_on: Day,
}
