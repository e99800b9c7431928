//! The labels that a triage prompt asks for, as the stand-in knows them.

/// One of the four tasks, or none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    FraudCheck,
    KycLookup,
    DisputeSummary,
    PaymentStatus,
    Other,
}

impl Label {
    pub(super) const ALL: [Self; 5] =
        [Self::FraudCheck, Self::KycLookup, Self::DisputeSummary, Self::PaymentStatus, Self::Other];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::FraudCheck => "fraud_check",
            Self::KycLookup => "kyc_lookup",
            Self::DisputeSummary => "dispute_summary",
            Self::PaymentStatus => "payment_status",
            Self::Other => "other",
        }
    }

    /// The label of that name, however it is capitalised.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|label| label.name().eq_ignore_ascii_case(name.trim()))
    }
}
