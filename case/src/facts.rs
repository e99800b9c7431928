//! A source's reply, read once into facts.
//!
//! A reply is untrusted and holds personal data. [`read`] validates it against the shapes of the sources' OpenAPI
//! file, compares it with the customer's words where that needs the words, and keeps references, amounts, times and
//! closed lists. Names, descriptors and free text stay behind in the sealed reply.

mod account;
mod ledger;
mod payment;
mod profile;
mod row;
mod said;
mod unusual;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::{
    account::{Account, Card, CardStatus, Product, Statement},
    ledger::{Direction, EntryMode, Network, Transaction, TransactionKind, TransactionStatus},
    payment::{Payment, PaymentDirection, Scheme},
    row::ReplyProblem,
    unusual::{Normal, Unusual},
};

use self::{
    row::{closed, list, reference},
    said::Said,
};
use crate::{
    country::Country,
    ids::{EvidenceId, Reference},
    limits,
    narrative::Heard,
    source::{Lookup, ProfileField, Source},
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
        /// What is normal for this customer, by all rows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        normal: Option<Normal>,
    },
    /// To [`Lookup::Accounts`].
    Accounts {
        /// The customer's accounts.
        rows: Vec<Account>,
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
        /// Fields of which the customer's documents say the same.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        agrees: Vec<ProfileField>,
        /// Fields of which they say the same as far as they go: without a middle name, or with an initial for a name.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        partly: Vec<ProfileField>,
        /// Fields of which a document says something else.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        differs: Vec<ProfileField>,
        /// When the identity document on record expires.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<jiff::civil::Date>,
        /// The country of residence on record.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        country: Option<Country>,
        /// The nationality on record.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nationality: Option<Country>,
    },
    /// To [`Lookup::Risk`].
    Risk {
        /// 0 to 1000.
        score: u16,
        /// The service's own band.
        band: Band,
        /// Codes of the service's reasons.
        reasons: Vec<Reference>,
        /// What the service takes for normal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        normal: Option<Normal>,
        /// The service's model.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<Reference>,
    },
    /// To [`Lookup::Merchants`].
    Merchants {
        /// The merchants that the words may mean.
        rows: Vec<Reference>,
        /// Those that charge again by themselves.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        recurring: Vec<Reference>,
    },
    /// To [`Lookup::Policy`].
    Policy {
        /// The passages.
        rows: Vec<Reference>,
    },
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

impl Facts {
    /// The ids under which these facts are cited.
    #[must_use]
    pub fn evidence(&self) -> Vec<EvidenceId> {
        let ids =
            |source: Source, rows: &[Reference]| rows.iter().map(|id| EvidenceId::new(source.name(), id)).collect();
        match self {
            Self::Transactions { rows, .. } => rows.iter().map(|row| EvidenceId::new("ledger", &row.id)).collect(),
            Self::Accounts { rows } => rows.iter().map(|row| EvidenceId::new("ledger", &row.id)).collect(),
            Self::Payments { rows } => rows.iter().map(|row| EvidenceId::new("ledger", &row.id)).collect(),
            Self::Merchants { rows, .. } => ids(Source::Merchants, rows),
            Self::Policy { rows } => ids(Source::Policy, rows),
            Self::Profile { .. } => named(Source::Profile, "fields"),
            Self::Risk { .. } => named(Source::Risk, "score"),
        }
    }
}

fn named(source: Source, name: &str) -> Vec<EvidenceId> {
    EvidenceId::parse(&format!("{}:{name}", source.name())).into_iter().collect()
}

/// Reads a source's reply to a look-up, and compares it with what the customer said.
///
/// # Errors
/// A [`ReplyProblem`] where the reply is not what the sources' OpenAPI file promises.
pub fn read(lookup: &Lookup, reply: &[u8], heard: &Heard) -> Result<Facts, ReplyProblem> {
    let reply: Value = serde_json::from_slice(reply).map_err(|_| ReplyProblem::Shape("body"))?;
    match lookup {
        Lookup::Transactions { customer, .. } => ledger::read(&reply, customer, &Said::of(heard)),
        Lookup::Accounts { customer } => account::read(&reply, customer),
        Lookup::Payments { customer, payment } => payment::read(&reply, customer, payment.as_ref(), &Said::of(heard)),
        Lookup::Profile { customer, fields } => profile::read(&reply, customer, fields, &heard.identity),
        Lookup::Risk { .. } => risk(&reply),
        Lookup::Merchants => merchants(&reply),
        Lookup::Policy { .. } => Ok(Facts::Policy { rows: ids(&reply, "passages")? }),
    }
}

fn risk(reply: &Value) -> Result<Facts, ReplyProblem> {
    let score = reply.get("score").and_then(Value::as_u64).filter(|score| *score <= 1_000);
    let score = score.and_then(|score| u16::try_from(score).ok()).ok_or(ReplyProblem::Shape("score"))?;
    let reasons = list(reply, "reasons", limits::SOURCE_ROWS)?;
    let reasons = reasons.iter().map(|reason| reference(reason, "code")).collect::<Result<_, _>>()?;
    let normal = reply.get("normal").and_then(Normal::read);
    let model = row::text(reply, "model_version").and_then(|model| Reference::parse(model).ok());
    Ok(Facts::Risk { score, band: closed(reply, "band")?, reasons, normal, model })
}

fn merchants(reply: &Value) -> Result<Facts, ReplyProblem> {
    let rows = ids(reply, "merchants")?;
    let recurring = list(reply, "merchants", limits::SOURCE_ROWS)?
        .iter()
        .filter(|row| row::text(row, "billing") == Some("subscription"))
        .map(|row| reference(row, "id"))
        .collect::<Result<_, _>>()?;
    Ok(Facts::Merchants { rows, recurring })
}

fn ids(reply: &Value, name: &'static str) -> Result<Vec<Reference>, ReplyProblem> {
    list(reply, name, limits::SOURCE_ROWS)?.iter().map(|row| reference(row, "id")).collect()
}
