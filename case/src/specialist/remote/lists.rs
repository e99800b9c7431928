//! What a remote agent may choose from: the actions and the reasons of the specialist that it works for. What only the
//! fixed rules can say, about law, networks and missing evidence, is in no list.

use crate::{
    label::Task,
    policy::{Action, Reason},
};

/// The actions that a specialist's agent may find.
#[must_use]
pub const fn actions(task: Task) -> &'static [Action] {
    match task {
        Task::DisputeSummary => &[
            Action::Inform,
            Action::ReferToMerchant,
            Action::Escalate,
            Action::ProvisionalCredit,
            Action::RaiseChargeback,
        ],
        Task::FraudCheck => &[
            Action::Clear,
            Action::Escalate,
            Action::FreezeCard,
            Action::FreezeAccount,
            Action::BlockCard,
            Action::RecallPayment,
        ],
        Task::KycLookup => &[Action::RequestDocuments, Action::Escalate, Action::ApproveOnboarding],
        Task::PaymentStatus => &[Action::Inform, Action::TracePayment, Action::CorrectDetails, Action::Escalate],
    }
}

/// The reasons that a specialist's agent may give.
#[must_use]
pub const fn reasons(task: Task) -> &'static [Reason] {
    match task {
        Task::DisputeSummary => DISPUTE,
        Task::FraudCheck => FRAUD,
        Task::KycLookup => IDENTITY,
        Task::PaymentStatus => PAYMENT,
    }
}

const DISPUTE: &[Reason] = &[
    Reason::DuplicateCharge,
    Reason::DuplicatePending,
    Reason::DuplicateCredited,
    Reason::SingleCharge,
    Reason::TransactionFound,
    Reason::NoTransactionFound,
    Reason::SeveralTransactionsFit,
    Reason::ReportedUnrecognised,
    Reason::ChargePending,
    Reason::ChargeCredited,
    Reason::PartlyCredited,
    Reason::PaidOtherwise,
    Reason::WrongAmount,
    Reason::WrongCurrency,
    Reason::LateCharge,
    Reason::ChargedAfterCancelling,
    Reason::ChargedBeforeCancelling,
    Reason::NotDelivered,
    Reason::DeliveryNotDue,
    Reason::NotAsDescribed,
    Reason::CounterfeitGoods,
    Reason::Misrepresented,
    Reason::CreditMissing,
    Reason::ReturnedUncredited,
    Reason::DeclinedButBilled,
    Reason::CashShort,
    Reason::BankFee,
    Reason::ConvertedAmount,
    Reason::MerchantFirst,
    Reason::ComplaintUnclear,
    Reason::Recognised,
];

const FRAUD: &[Reason] = &[
    Reason::ReportedLostOrStolen,
    Reason::ReportedUnrecognised,
    Reason::ReportedTakeover,
    Reason::ReportedScam,
    Reason::RiskHigh,
    Reason::RiskMedium,
    Reason::RiskLow,
    Reason::UnusualActivity,
    Reason::NothingUnusual,
    Reason::TakeoverPattern,
    Reason::NoTransactionFound,
    Reason::Recognised,
];

const IDENTITY: &[Reason] = &[
    Reason::IdentityIncomplete,
    Reason::IdentityComplete,
    Reason::IdentityDiffers,
    Reason::DocumentMissing,
    Reason::DocumentExpired,
    Reason::DocumentUnreadable,
    Reason::DocumentSideMissing,
];

const PAYMENT: &[Reason] = &[
    Reason::PaymentCredited,
    Reason::PaymentInProcess,
    Reason::PaymentSettled,
    Reason::PaymentEnded,
    Reason::PaymentScheduled,
    Reason::PaymentOverdue,
    Reason::PaymentCancelled,
    Reason::PaymentReturned,
    Reason::PaymentUnauthorised,
    Reason::PaymentUnderReview,
    Reason::PaymentStatusUnknown,
    Reason::PaymentUnclear,
    Reason::PayeeDetailsWrong,
    Reason::NoPaymentFound,
];
