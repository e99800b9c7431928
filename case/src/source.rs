//! What can be asked of a bank's services, and how they are named. Replies are read in [`crate::facts`].

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::Reference;

/// A service that evidence comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Transactions and payments.
    Ledger,
    /// The customer's identity data.
    Profile,
    /// Risk scores.
    Risk,
    /// Who a merchant is.
    Merchants,
    /// What the operator's policies say.
    Policy,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 5] = [Self::Ledger, Self::Profile, Self::Risk, Self::Merchants, Self::Policy];

    /// The name in configuration, evidence ids and the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ledger => "ledger",
            Self::Profile => "profile",
            Self::Risk => "risk",
            Self::Merchants => "merchants",
            Self::Policy => "policy",
        }
    }
}

/// A question to a source. It holds references and closed lists only; what else the source needs is revealed at the
/// moment of sending.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "lookup", rename_all = "snake_case")]
pub enum Lookup {
    /// A customer's transactions, both days included.
    Transactions {
        /// Whose.
        customer: Reference,
        /// The first day.
        from: Date,
        /// The last day.
        to: Date,
    },
    /// A customer's accounts, with their cards and statements.
    Accounts {
        /// Whose.
        customer: Reference,
    },
    /// A customer's payments, or one of them.
    Payments {
        /// Whose.
        customer: Reference,
        /// Which; all recent ones otherwise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payment: Option<Reference>,
    },
    /// Fields of a customer's profile.
    Profile {
        /// Whose.
        customer: Reference,
        /// Which fields; no other may be sent back.
        fields: Vec<ProfileField>,
    },
    /// The risk of transactions.
    Risk {
        /// Whose.
        customer: Reference,
        /// Which; metadata only.
        transactions: Vec<Reference>,
    },
    /// Merchants that the narrative may mean; its merchant words are revealed when it is sent.
    Merchants,
    /// What policy says.
    Policy {
        /// On what.
        topic: Topic,
    },
}

impl Lookup {
    /// Who is asked.
    #[must_use]
    pub const fn source(&self) -> Source {
        match self {
            Self::Transactions { .. } | Self::Accounts { .. } | Self::Payments { .. } => Source::Ledger,
            Self::Profile { .. } => Source::Profile,
            Self::Risk { .. } => Source::Risk,
            Self::Merchants => Source::Merchants,
            Self::Policy { .. } => Source::Policy,
        }
    }

    /// Which step of a specialist's work it is.
    #[must_use]
    pub const fn kind(&self) -> Step {
        match self {
            Self::Transactions { .. } => Step::Transactions,
            Self::Accounts { .. } => Step::Accounts,
            Self::Payments { .. } => Step::Payments,
            Self::Profile { .. } => Step::Profile,
            Self::Risk { .. } => Step::Risk,
            Self::Merchants => Step::Merchants,
            Self::Policy { .. } => Step::Policy,
        }
    }

    /// A short name of the question, part of its ask's id.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        self.kind().name()
    }
}

/// A kind of look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A customer's transactions.
    Transactions,
    /// A customer's accounts.
    Accounts,
    /// A customer's payments.
    Payments,
    /// Fields of a customer's profile.
    Profile,
    /// The risk of transactions.
    Risk,
    /// Merchants that are meant.
    Merchants,
    /// What policy says.
    Policy,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 7] =
        [Self::Transactions, Self::Accounts, Self::Payments, Self::Profile, Self::Risk, Self::Merchants, Self::Policy];

    /// The name in configuration and in asks' ids.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transactions => "transactions",
            Self::Accounts => "accounts",
            Self::Payments => "payments",
            Self::Profile => "profile",
            Self::Risk => "risk",
            Self::Merchants => "merchants",
            Self::Policy => "policy",
        }
    }
}

/// A field of a customer's profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileField {
    /// Full name.
    Name,
    /// Date of birth.
    DateOfBirth,
    /// Residential or business street address.
    Address,
    /// The identity document's type, number and expiry.
    IdDocument,
    /// The country of residence.
    Country,
    /// A taxpayer identification number.
    TaxId,
    /// Nationality.
    Nationality,
}

impl ProfileField {
    /// Every field.
    pub const ALL: [Self; 7] =
        [Self::Name, Self::DateOfBirth, Self::Address, Self::IdDocument, Self::Country, Self::TaxId, Self::Nationality];

    /// The four that 31 CFR 1020.220(a)(2)(i) asks for before an account is opened.
    pub const IDENTITY: [Self; 4] = [Self::Name, Self::DateOfBirth, Self::Address, Self::IdDocument];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::DateOfBirth => "date_of_birth",
            Self::Address => "address",
            Self::IdDocument => "id_document",
            Self::Country => "country",
            Self::TaxId => "tax_id",
            Self::Nationality => "nationality",
        }
    }
}

/// A topic of policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// One purchase, two charges.
    DuplicateCharge,
    /// Any other contested charge.
    ChargeDispute,
    /// A transaction that the customer does not recognise.
    UnrecognisedTransaction,
    /// Identity documents.
    IdentityDocuments,
    /// Payments that did not arrive.
    PaymentTrace,
    /// Refunds.
    Refund,
}

impl Topic {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DuplicateCharge => "duplicate_charge",
            Self::ChargeDispute => "charge_dispute",
            Self::UnrecognisedTransaction => "unrecognised_transaction",
            Self::IdentityDocuments => "identity_documents",
            Self::PaymentTrace => "payment_trace",
            Self::Refund => "refund",
        }
    }
}
