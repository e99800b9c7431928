//! What triage came to, what a customer is asked, and why a human should look.

use serde::{Deserialize, Serialize};

use crate::{
    entry::is_default,
    ids::Digest,
    label::{Label, Ppm, Scored, Task},
};

/// The outcome of triage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The label, whether or not it routes.
    pub label: Label,
    /// How likely it is.
    pub confidence: Ppm,
    /// Who decided.
    pub decided_by: Tier,
    /// What the decision rests on.
    pub basis: Basis,
    /// The tasks to open tracks for, the most urgent first; empty for human review.
    pub tasks: Vec<Task>,
    /// The other labels, most likely first.
    pub alternatives: Vec<Scored>,
    /// The hash of the calibrator that said what Claude's confidence is worth, where one did.
    #[serde(default, skip_serializing_if = "is_default")]
    pub calibrator: Option<Digest>,
}

impl Outcome {
    /// Whether the local tier decided by itself: it is sure, or the fixed rules heard a report or a complaint.
    #[must_use]
    pub const fn is_by_local_alone(&self) -> bool {
        matches!((self.decided_by, self.basis), (Tier::Local, Basis::LocalSure | Basis::Heard))
    }
}

/// Who decided triage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// The local model.
    Local,
    /// Claude.
    Claude,
    /// The caller's own label.
    Caller,
    /// An analyst.
    Human,
}

impl Tier {
    /// The name on the wire and in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Claude => "claude",
            Self::Caller => "caller",
            Self::Human => "human",
        }
    }
}

/// What a triage decision rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The local model is sure.
    LocalSure,
    /// The local model is likely right, and there is no key for Claude.
    LocalAlone,
    /// The local model is likely right, and Claude did not answer usably.
    LocalClaudeFailed,
    /// The local model is likely right, and the budget for Claude is spent.
    LocalBudgetSpent,
    /// Claude is sure.
    ClaudeSure,
    /// Claude answered but is not sure.
    ClaudeUnsure,
    /// The caller's label and confidence.
    CallerLabel,
    /// The caller's confidence is below the threshold.
    CallerUnsure,
    /// The local model is not likely enough to be right, and the fixed rules hear a report or a complaint.
    Heard,
    /// The text is not in English, and Claude, who would understand it, was not asked or did not answer usably.
    ForeignLanguage,
    /// Nobody is sure.
    NobodySure,
    /// An analyst chose.
    Rerouted,
}

/// What a customer is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerQuestion {
    /// Whose case this is.
    WhichCustomer,
    /// Which transaction is meant.
    WhichTransaction,
    /// Which payment is meant.
    WhichPayment,
    /// An analyst's own question, sealed with the command.
    Analyst,
    /// What is wrong with the transaction.
    WhatHappened,
    /// On which day the delivery was due.
    DeliveryDue,
    /// On which day the customer cancelled.
    CancelledWhen,
    /// Whether the customer has proof of having paid otherwise.
    ProofOfOtherPayment,
    /// Whether the card is in the customer's possession.
    CardInPossession,
    /// Whether the customer recognises the merchant after all.
    RecogniseMerchant,
}

impl CustomerQuestion {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WhichCustomer => "which_customer",
            Self::WhichTransaction => "which_transaction",
            Self::WhichPayment => "which_payment",
            Self::Analyst => "analyst",
            Self::WhatHappened => "what_happened",
            Self::DeliveryDue => "delivery_due",
            Self::CancelledWhen => "cancelled_when",
            Self::ProofOfOtherPayment => "proof_of_other_payment",
            Self::CardInPossession => "card_in_possession",
            Self::RecogniseMerchant => "recognise_merchant",
        }
    }
}

/// Why a human should look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Escalation {
    /// Triage could not decide, or the request is none of the four tasks.
    Untriaged,
    /// The text reads like fraud although the request was labelled otherwise.
    FraudSuspected,
    /// The scoring service sees a high risk.
    HighRisk,
    /// The customer did not answer in time.
    NoAnswer,
    /// An approved action does not go through.
    ActionFailing,
    /// An action was refused by the actions endpoint.
    ActionRefused,
    /// The words try to steer whoever sorts them.
    Steering,
    /// The case lay with people, and nobody did anything.
    Stale,
    /// A time of the bank's was missed.
    Breached,
    /// An analyst asks for somebody with more authority.
    ByAnalyst,
}
