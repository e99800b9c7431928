//! A matter: what the law needs to know about a complaint to say which of its rules apply. A fact that is not known
//! stays open; it is never guessed, and a rule that depends on it says so.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::pack::{Condition, Jurisdiction, Product, Subject, When};
use crate::{facts::Scheme, money::Money, time::Millis};

/// A complaint, or an application, as the law sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matter {
    /// Where the account is; where the bank is at home if that is not known.
    pub jurisdiction: Option<Jurisdiction>,
    /// What kind of account it is about.
    pub product: Option<Product>,
    /// What it is about.
    pub subject: Subject,
    /// How the money moved.
    pub channel: Channel,
    /// Whether it was initiated in another country.
    pub foreign: bool,
    /// When the customer told.
    pub notified_at: Millis,
    /// Whether the customer told in writing.
    pub written: bool,
    /// The day of the debit.
    pub booked_on: Option<Date>,
    /// The day on which the first statement that shows it was sent.
    pub statement_sent_on: Option<Date>,
    /// The last day of any billing cycle of the account.
    pub cycle_ends_on: Option<Date>,
    /// The day of the first deposit into the account.
    pub first_deposit_on: Option<Date>,
    /// The day on which the customer learned that the card or phone is gone.
    pub learned_on: Option<Date>,
    /// Whether a card, phone or other device that gives access was lost or stolen.
    pub device_lost: Option<bool>,
    /// How much.
    pub amount: Option<Money>,
    /// Whether the payment was made with strong customer authentication.
    pub strong_authentication: Option<bool>,
    /// Whether the customer is vulnerable in the sense of the rule; a person says so, never the software.
    pub vulnerable: Option<bool>,
    /// The day on which the investigation ended with its finding.
    pub found_on: Option<Date>,
    /// The day on which a provisional credit was given.
    pub credited_on: Option<Date>,
    /// The day on which a provisional credit was taken back.
    pub reversed_on: Option<Date>,
}

/// How the money moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A cash machine.
    Atm,
    /// A card in a shop.
    PointOfSale,
    /// A card's number over the internet or the telephone.
    Online,
    /// A transfer, by its scheme where that is known.
    Transfer(Option<Scheme>),
    /// Another way, or it is not known.
    Other,
}

/// A fact that is not known and would matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// What kind of account it is.
    Product,
    /// On which scheme the transfer travelled.
    Scheme,
    /// When the first deposit came.
    FirstDeposit,
    /// When it was debited.
    Booked,
    /// When the statement that first shows it was sent.
    StatementSent,
    /// When a billing cycle ends.
    BillingCycle,
    /// A notice in writing.
    WrittenNotice,
    /// When the customer learned of the loss.
    Learned,
    /// Whether a device was lost or stolen.
    DeviceLost,
    /// Whether strong customer authentication was used.
    StrongAuthentication,
    /// Whether the customer is vulnerable.
    Vulnerable,
}

/// Whether something holds, with the circumstances that made it so or the facts that would tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Yes(BTreeSet<Condition>),
    No,
    Open(BTreeSet<Fact>),
}

impl Matter {
    /// A matter of which nothing is known but what it is about and when the customer told.
    #[must_use]
    pub const fn new(subject: Subject, notified_at: Millis) -> Self {
        Self {
            jurisdiction: None,
            product: None,
            subject,
            channel: Channel::Other,
            foreign: false,
            notified_at,
            written: false,
            booked_on: None,
            statement_sent_on: None,
            cycle_ends_on: None,
            first_deposit_on: None,
            learned_on: None,
            device_lost: None,
            amount: None,
            strong_authentication: None,
            vulnerable: None,
            found_on: None,
            credited_on: None,
            reversed_on: None,
        }
    }

    /// Whether a rule applies. `notified_on` is the day of the notice where the rule is at home.
    pub(super) fn verdict(&self, when: &When, notified_on: Date) -> Verdict {
        let mut open = BTreeSet::new();
        if !when.subjects.is_empty() && !when.subjects.contains(&self.subject) {
            return Verdict::No;
        }
        if !when.products.is_empty() {
            match self.product {
                Some(product) if when.products.contains(&product) => {}
                Some(_) => return Verdict::No,
                None => _ = open.insert(Fact::Product),
            }
        }
        if !when.schemes.is_empty() {
            match self.channel {
                Channel::Transfer(Some(scheme)) if when.schemes.contains(&scheme) => {}
                Channel::Transfer(None) | Channel::Other => _ = open.insert(Fact::Scheme),
                Channel::Transfer(Some(_)) | Channel::Atm | Channel::PointOfSale | Channel::Online => {
                    return Verdict::No;
                }
            }
        }
        let held = match self.any_of(&when.any_of, notified_on) {
            Verdict::No => return Verdict::No,
            Verdict::Yes(held) => held,
            Verdict::Open(facts) => {
                open.extend(facts);
                BTreeSet::new()
            }
        };
        if open.is_empty() { Verdict::Yes(held) } else { Verdict::Open(open) }
    }

    /// One of the conditions is enough, and one that holds makes the open ones unimportant.
    fn any_of(&self, conditions: &[Condition], notified_on: Date) -> Verdict {
        let (mut held, mut open) = (BTreeSet::new(), BTreeSet::new());
        for condition in conditions {
            match self.condition(*condition, notified_on) {
                Ok(true) => _ = held.insert(*condition),
                Ok(false) => {}
                Err(fact) => _ = open.insert(fact),
            }
        }
        if !held.is_empty() || conditions.is_empty() {
            Verdict::Yes(held)
        } else if open.is_empty() {
            Verdict::No
        } else {
            Verdict::Open(open)
        }
    }

    /// Whether a condition holds, or the fact that would tell.
    fn condition(&self, condition: Condition, notified_on: Date) -> Result<bool, Fact> {
        match condition {
            Condition::NewAccount { within_days } => {
                let first = self.first_deposit_on.ok_or(Fact::FirstDeposit)?;
                let last = after(first, within_days);
                match self.booked_on {
                    Some(booked) => Ok(booked <= last),
                    // It was made before the customer told of it.
                    None if notified_on <= last => Ok(true),
                    None => Err(Fact::Booked),
                }
            }
            Condition::PointOfSale => Ok(self.channel == Channel::PointOfSale),
            Condition::Foreign => Ok(self.foreign),
            Condition::OralNotice => Ok(!self.written),
            // A notice by word of mouth may yet be followed by one in writing.
            Condition::WrittenNotice if self.written => Ok(true),
            Condition::WrittenNotice => Err(Fact::WrittenNotice),
            Condition::DeviceLost => self.device_lost.ok_or(Fact::DeviceLost),
        }
    }
}

/// So many days later.
pub(super) fn after(day: Date, days: u16) -> Date {
    day.saturating_add(jiff::Span::new().days(days))
}
