//! What a request can be about, and how sure somebody is of it.
//!
//! This module holds the closed vocabulary of triage. It refuses free-form labels: a text that is not
//! one of these names, in any capitalisation, is an error and never a default.

use serde::{Deserialize, Serialize};

/// One of the four jobs Caseworker has a specialist for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Possible use of the account by somebody else.
    FraudCheck,
    /// Who the customer is: identity, documents, personal details.
    KycLookup,
    /// The customer contests something that was charged.
    DisputeSummary,
    /// Where a payment is.
    PaymentStatus,
}

impl Task {
    /// Reads a task's name as callers must write it. [`Label::parse`] is for a model's answer, which may be in capitals.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|task| task.name() == name)
    }

    /// Every task, the most urgent first: the order in which tracks of one case are worked and shown.
    pub const ALL: [Self; 4] = [Self::FraudCheck, Self::DisputeSummary, Self::PaymentStatus, Self::KycLookup];

    /// The name on the wire, as in `contract`: `fraud_check`, `kyc_lookup`, ...
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FraudCheck => "fraud_check",
            Self::KycLookup => "kyc_lookup",
            Self::DisputeSummary => "dispute_summary",
            Self::PaymentStatus => "payment_status",
        }
    }
}

/// The outcome of triage: a [`Task`], or none of the four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// See [`Task::FraudCheck`].
    FraudCheck,
    /// See [`Task::KycLookup`].
    KycLookup,
    /// See [`Task::DisputeSummary`].
    DisputeSummary,
    /// See [`Task::PaymentStatus`].
    PaymentStatus,
    /// None of the four: a human reads it.
    Other,
}

impl Label {
    /// Every label, in the order of the model's outputs.
    pub const ALL: [Self; 5] =
        [Self::FraudCheck, Self::KycLookup, Self::DisputeSummary, Self::PaymentStatus, Self::Other];

    /// The task this label names, unless it is [`Label::Other`].
    #[must_use]
    pub const fn task(self) -> Option<Task> {
        match self {
            Self::FraudCheck => Some(Task::FraudCheck),
            Self::KycLookup => Some(Task::KycLookup),
            Self::DisputeSummary => Some(Task::DisputeSummary),
            Self::PaymentStatus => Some(Task::PaymentStatus),
            Self::Other => None,
        }
    }

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.task() {
            Some(task) => task.name(),
            None => "other",
        }
    }

    /// Reads a label, ignoring capitalisation because the Messages API does not guarantee it for enum values.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|label| label.name().eq_ignore_ascii_case(name.trim()))
    }
}

impl From<Task> for Label {
    fn from(task: Task) -> Self {
        match task {
            Task::FraudCheck => Self::FraudCheck,
            Task::KycLookup => Self::KycLookup,
            Task::DisputeSummary => Self::DisputeSummary,
            Task::PaymentStatus => Self::PaymentStatus,
        }
    }
}

/// A share of one in parts per million, 0 to 1,000,000: the journal holds no floating-point numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(try_from = "u32", into = "u32")]
pub struct Ppm(u32);

impl Ppm {
    /// Certainty.
    pub const ONE: Self = Self(1_000_000);

    /// From parts per million; `None` above one million.
    #[must_use]
    pub const fn new(parts: u32) -> Option<Self> {
        if parts <= 1_000_000 { Some(Self(parts)) } else { None }
    }

    /// From a share in 0..=1; `None` for anything else, NaN and infinities included.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked first")]
    pub fn from_share(share: f64) -> Option<Self> {
        (0.0..=1.0).contains(&share).then(|| Self(libm::round(share * 1e6) as u32))
    }

    /// Parts per million.
    #[must_use]
    pub const fn parts(self) -> u32 {
        self.0
    }

    /// The share in 0..=1, for showing only.
    #[must_use]
    pub fn share(self) -> f64 {
        f64::from(self.0) / 1e6
    }
}

impl TryFrom<u32> for Ppm {
    type Error = &'static str;

    fn try_from(parts: u32) -> Result<Self, Self::Error> {
        Self::new(parts).ok_or("more than 1000000 parts per million")
    }
}

impl From<Ppm> for u32 {
    fn from(ppm: Ppm) -> Self {
        ppm.0
    }
}

/// A label with how likely it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scored {
    /// What the request is about.
    pub label: Label,
    /// How likely that is.
    pub confidence: Ppm,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_read_back_in_any_capitalisation_and_nothing_else_does() {
        for label in Label::ALL {
            assert_eq!(Label::parse(&label.name().to_uppercase()), Some(label));
        }
        assert_eq!(Label::parse("Fraud Check"), None);
        assert_eq!(Label::parse(""), None);
    }

    #[test]
    fn shares_outside_zero_to_one_are_no_confidence() {
        for share in [f64::NAN, f64::INFINITY, -0.01, 1.000_001, 7.0] {
            assert_eq!(Ppm::from_share(share), None);
        }
        assert_eq!(Ppm::from_share(0.94).map(Ppm::parts), Some(940_000));
    }
}
