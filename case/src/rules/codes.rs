//! What a payment's code means: ISO 20022 statuses and reasons, and ACH returns, with words for the customer and for the
//! analyst.
//!
//! The codes stand in the packs `iso-20022` and `us-ach`. A code that no pack has is a code that we do not know: it is
//! never guessed from its neighbours. A code that could reveal a suspicion has no words of its own for the customer, so
//! that no pack can give it any: whoever asks gets [`NEUTRAL`], the same for every such code. Only
//! [`PaymentStage::Credited`] means that the payee has the money, and only `ACCC` has that stage.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{book::Rulebook, pack::Body};
use crate::{facts::Payment, limits};

/// The pack of statuses and reasons.
pub const ISO_20022: &str = "iso-20022";
/// The pack of ACH returns.
pub const US_ACH: &str = "us-ach";

/// What the customer hears of every code that may have to do with fraud, regulation or somebody's authorisation.
pub const NEUTRAL: &str = "This payment could not be completed; we are looking into it.";
/// What the customer hears of a code that no pack has.
pub const UNKNOWN: &str = "This payment has a status that we do not know; we are looking into it.";
/// What the customer hears of a payment without any code.
pub const NO_STATUS: &str = "This payment has been ordered; its bank has not reported a status.";
/// What the analyst reads of a code that no pack has.
pub const UNKNOWN_TO_ANALYST: &str = "A code that no rule pack has. Its meaning is not known.";

/// The only status that says that the payee has the money.
const CREDITED: &str = "ACCC";
/// The status that is kept from the customer like a suspicion.
const BLOCKED: &str = "BLCK";

/// A payment's status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusBody {
    /// ISO 20022 `ExternalPaymentTransactionStatus1Code`.
    pub code: String,
    /// How far the payment is.
    pub stage: PaymentStage,
    /// Whether nothing goes on before the payer does something.
    #[serde(default, skip_serializing_if = "is_false")]
    pub waits_for_payer: bool,
    /// For the customer; absent where only [`NEUTRAL`] may be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// For the analyst.
    pub analyst: String,
}

/// Why a payment is where it is, or came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonBody {
    /// ISO 20022 `ExternalStatusReason1Code`, or an ACH return code.
    pub code: String,
    /// What kind of reason it is.
    pub meaning: Meaning,
    /// For the customer; absent where only [`NEUTRAL`] may be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// For the analyst.
    pub analyst: String,
}

/// How far a payment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStage {
    /// Received, and being checked.
    Received,
    /// Accepted and on its way.
    InProcess,
    /// Settled between banks; the payee's account is not confirmed.
    Settled,
    /// In the payee's account.
    Credited,
    /// Rejected, cancelled or blocked.
    Ended,
}

/// What kind of reason a code gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// The payee's account or bank was named wrongly: other details can mend it.
    AccountDetails,
    /// There was not enough money.
    Funds,
    /// Somebody sees a fraud.
    Fraud,
    /// An authority or a duty towards one.
    Regulatory,
    /// The amount is beyond a limit.
    Limits,
    /// The payment had been made before.
    Duplicate,
    /// The payer asked for it.
    CancelledByCustomer,
    /// Something failed between banks.
    Technical,
    /// It came too late in the day.
    CutOff,
    /// There is no authorisation to collect.
    Mandate,
    /// Somebody has died.
    Deceased,
    /// The holder of the account says that it was not authorised.
    Unauthorised,
    /// The message itself was wrong.
    Format,
    /// Something else, or not said.
    Other,
}

impl Meaning {
    /// Whether the customer may hear no more than [`NEUTRAL`].
    #[must_use]
    pub const fn is_protected(self) -> bool {
        match self {
            Self::Fraud | Self::Regulatory | Self::Unauthorised => true,
            Self::AccountDetails
            | Self::Funds
            | Self::Limits
            | Self::Duplicate
            | Self::CancelledByCustomer
            | Self::Technical
            | Self::CutOff
            | Self::Mandate
            | Self::Deceased
            | Self::Format
            | Self::Other => false,
        }
    }
}

/// A code that a pack has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code<'a> {
    /// A status.
    Status(&'a StatusBody),
    /// A reason for a status.
    Reason(&'a ReasonBody),
    /// An ACH return: the payment came back.
    Return(&'a ReasonBody),
}

impl<'a> Code<'a> {
    /// How far the payment is; `None` where the code gives a reason only. What was returned has ended.
    #[must_use]
    pub const fn stage(self) -> Option<PaymentStage> {
        match self {
            Self::Status(status) => Some(status.stage),
            Self::Return(_) => Some(PaymentStage::Ended),
            Self::Reason(_) => None,
        }
    }

    /// Whether nothing goes on before the payer does something.
    #[must_use]
    pub const fn waits_for_payer(self) -> bool {
        match self {
            Self::Status(status) => status.waits_for_payer,
            Self::Reason(_) | Self::Return(_) => false,
        }
    }

    /// What kind of reason the code gives; `None` for a status.
    #[must_use]
    pub const fn meaning(self) -> Option<Meaning> {
        match self {
            Self::Status(_) => None,
            Self::Reason(reason) | Self::Return(reason) => Some(reason.meaning),
        }
    }

    /// Whether the customer may hear no more than [`NEUTRAL`].
    #[must_use]
    pub fn is_protected(self) -> bool {
        match self {
            Self::Status(status) => status.customer.is_none() || status.code == BLOCKED,
            Self::Reason(reason) | Self::Return(reason) => reason.customer.is_none() || reason.meaning.is_protected(),
        }
    }

    /// What the customer may hear of it.
    #[must_use]
    pub fn customer_words(self) -> &'a str {
        let words = match self {
            Self::Status(status) => status.customer.as_deref(),
            Self::Reason(reason) | Self::Return(reason) => reason.customer.as_deref(),
        };
        words.filter(|_| !self.is_protected()).unwrap_or(NEUTRAL)
    }

    /// What the analyst reads.
    #[must_use]
    pub fn analyst_words(self) -> &'a str {
        match self {
            Self::Status(status) => &status.analyst,
            Self::Reason(reason) | Self::Return(reason) => &reason.analyst,
        }
    }
}

/// The meaning of a code on a day; `None` for a code that no pack has.
#[must_use]
pub fn find<'a>(book: &'a Rulebook, code: &str, day: Date) -> Option<Code<'a>> {
    let read = |body: &'a Body| match body {
        Body::Status(status) if status.code == code => Some(Code::Status(status)),
        Body::StatusReason(reason) if reason.code == code => Some(Code::Reason(reason)),
        Body::AchReturn(reason) if reason.code == code => Some(Code::Return(reason)),
        _ => None,
    };
    [ISO_20022, US_ACH].into_iter().flat_map(|pack| book.of_pack(pack, day)).find_map(|rule| read(&rule.body))
}

/// What the customer may hear of a code.
#[must_use]
pub fn customer_words<'a>(book: &'a Rulebook, code: &str, day: Date) -> &'a str {
    find(book, code, day).map_or(UNKNOWN, Code::customer_words)
}

/// What the analyst reads of a code.
#[must_use]
pub fn analyst_words<'a>(book: &'a Rulebook, code: &str, day: Date) -> &'a str {
    find(book, code, day).map_or(UNKNOWN_TO_ANALYST, Code::analyst_words)
}

/// What the customer may hear of a payment: nothing but [`NEUTRAL`] if its status or its reason is to be kept, else the
/// reason where there is one, else the status.
#[must_use]
pub fn customer_words_of<'a>(book: &'a Rulebook, payment: &Payment, day: Date) -> &'a str {
    let codes = payment.reason.iter().chain(&payment.status);
    let codes: Vec<Option<Code<'a>>> = codes.map(|code| find(book, code.as_str(), day)).collect();
    if codes.iter().flatten().any(|code| code.is_protected()) {
        return NEUTRAL;
    }
    codes.first().map_or(NO_STATUS, |code| code.map_or(UNKNOWN, Code::customer_words))
}

/// What is wrong with a status of a pack; the checker asks.
#[must_use]
pub fn check_status(status: &StatusBody) -> Option<&'static str> {
    if (status.stage == PaymentStage::Credited) != (status.code == CREDITED) {
        return Some("ACCC, and no other status, means that the payee has the money");
    }
    if (status.code == BLOCKED) != status.customer.is_none() {
        return Some("BLCK, and no other status, has no words for the customer");
    }
    if !is_code(&status.code, 4) {
        return Some("a status is four capitals or digits");
    }
    check_words(status.customer.as_deref(), &status.analyst)
}

/// What is wrong with a reason or a return of a pack; the checker asks.
#[must_use]
pub fn check_reason(reason: &ReasonBody) -> Option<&'static str> {
    if reason.meaning.is_protected() != reason.customer.is_none() {
        return Some("reasons of fraud, regulation and authorisation, and no others, have no words for the customer");
    }
    if !is_code(&reason.code, 4) && !is_code(&reason.code, 3) {
        return Some("a reason is three or four capitals or digits");
    }
    check_words(reason.customer.as_deref(), &reason.analyst)
}

fn check_words(customer: Option<&str>, analyst: &str) -> Option<&'static str> {
    let is_wrong = |words: &str| words.trim().is_empty() || words.chars().count() > limits::SHORT_TEXT_CHARS;
    (customer.is_some_and(is_wrong) || is_wrong(analyst))
        .then_some("words are neither empty nor longer than 200 characters")
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}

fn is_code(code: &str, length: usize) -> bool {
    code.len() == length && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
