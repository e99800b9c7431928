//! What may be done, and who must agree. The only module that constructs a [`Proposal`].
//!
//! Actions are a closed list. Amounts and payees are taken from evidence by reference; no text of a model or a
//! customer can become one, because no constructor here takes text.

mod reason;

use serde::{Deserialize, Serialize};

pub use self::reason::Reason;

use crate::{
    ids::{Digest, EvidenceId, Reference},
    money::Money,
    rules::network::CodeFinding,
    settings::{AgentName, Mode, Settings},
};

/// Everything Caseworker can propose to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Tell the customer what the evidence shows.
    Inform,
    /// Ask a payment's route for its whereabouts.
    TracePayment,
    /// Ask the customer for corrected payee details.
    CorrectDetails,
    /// Ask the customer for identity fields or documents.
    RequestDocuments,
    /// Tell the customer to take the matter up with the merchant first, and how.
    ReferToMerchant,
    /// Hand the case to the operator's own team: Caseworker has no recommendation. Approved, it leaves by the actions
    /// endpoint like every other action.
    Escalate,
    /// End an alert: nothing speaks against the customer's own use.
    Clear,
    /// Block a card for now; the customer or an analyst can lift it.
    FreezeCard,
    /// Let nothing leave an account for now, and end its sessions; an analyst can lift it.
    FreezeAccount,
    /// Block a card for good and issue another.
    BlockCard,
    /// Ask the payee's bank to send a payment back that the customer was tricked into.
    RecallPayment,
    /// Credit the customer until the dispute is settled.
    ProvisionalCredit,
    /// Take the amount back from the merchant through the card network.
    RaiseChargeback,
    /// Accept the customer's identity.
    ApproveOnboarding,
}

/// How many people must agree before an action is executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// Nobody.
    None,
    /// One analyst.
    OneAnalyst,
    /// Two different analysts.
    TwoAnalysts,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 14] = [
        Self::Inform,
        Self::TracePayment,
        Self::CorrectDetails,
        Self::RequestDocuments,
        Self::ReferToMerchant,
        Self::Escalate,
        Self::Clear,
        Self::FreezeCard,
        Self::FreezeAccount,
        Self::BlockCard,
        Self::RecallPayment,
        Self::ProvisionalCredit,
        Self::RaiseChargeback,
        Self::ApproveOnboarding,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inform => "inform",
            Self::TracePayment => "trace_payment",
            Self::CorrectDetails => "correct_details",
            Self::RequestDocuments => "request_documents",
            Self::ReferToMerchant => "refer_to_merchant",
            Self::Escalate => "escalate",
            Self::Clear => "clear",
            Self::FreezeCard => "freeze_card",
            Self::FreezeAccount => "freeze_account",
            Self::BlockCard => "block_card",
            Self::RecallPayment => "recall_payment",
            Self::ProvisionalCredit => "provisional_credit",
            Self::RaiseChargeback => "raise_chargeback",
            Self::ApproveOnboarding => "approve_onboarding",
        }
    }

    /// Whether executing the action moves money.
    #[must_use]
    pub const fn moves_money(self) -> bool {
        match self {
            Self::RecallPayment | Self::ProvisionalCredit | Self::RaiseChargeback => true,
            Self::Inform
            | Self::TracePayment
            | Self::CorrectDetails
            | Self::RequestDocuments
            | Self::ReferToMerchant
            | Self::Escalate
            | Self::Clear
            | Self::FreezeCard
            | Self::FreezeAccount
            | Self::BlockCard
            | Self::ApproveOnboarding => false,
        }
    }

    /// The lowest level a tenant may choose: a person decides on money, on identity (no adverse outcome without a
    /// human: GDPR Art. 22) and on what cannot be undone.
    #[must_use]
    pub const fn least_approval(self) -> Approval {
        match self {
            Self::RecallPayment
            | Self::ProvisionalCredit
            | Self::RaiseChargeback
            | Self::BlockCard
            | Self::ApproveOnboarding
            | Self::Escalate => Approval::OneAnalyst,
            Self::Inform
            | Self::TracePayment
            | Self::CorrectDetails
            | Self::RequestDocuments
            | Self::ReferToMerchant
            | Self::Clear
            | Self::FreezeCard
            | Self::FreezeAccount => Approval::None,
        }
    }

    /// Why [`Action::least_approval`] is what it is, for an operator who tried to go below it.
    #[must_use]
    pub const fn why_approval(self) -> &'static str {
        match self {
            Self::RecallPayment | Self::ProvisionalCredit | Self::RaiseChargeback => "moves money",
            Self::BlockCard => "cannot be undone",
            Self::ApproveOnboarding => "decides on a person's identity",
            Self::Escalate => "is a person's decision by definition",
            Self::Inform
            | Self::TracePayment
            | Self::CorrectDetails
            | Self::RequestDocuments
            | Self::ReferToMerchant
            | Self::Clear
            | Self::FreezeCard
            | Self::FreezeAccount => "may go out without approval",
        }
    }

    /// The level in force: the tenant's, or the default (one analyst; two for a provisional credit). Only in
    /// [`Mode::Auto`] can it be none.
    #[must_use]
    pub fn approval(self, settings: &Settings) -> Approval {
        let default = match self {
            Self::ProvisionalCredit => Approval::TwoAnalysts,
            Self::Inform
            | Self::TracePayment
            | Self::CorrectDetails
            | Self::RequestDocuments
            | Self::ReferToMerchant
            | Self::Escalate
            | Self::Clear
            | Self::FreezeCard
            | Self::FreezeAccount
            | Self::BlockCard
            | Self::RecallPayment
            | Self::RaiseChargeback
            | Self::ApproveOnboarding => Approval::OneAnalyst,
        };
        let configured = settings.approvals.get(&self).copied().unwrap_or(default).max(self.least_approval());
        match settings.mode {
            Mode::Auto => configured,
            Mode::Assist | Mode::Shadow => configured.max(Approval::OneAnalyst),
        }
    }
}

impl Approval {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::OneAnalyst => "one_analyst",
            Self::TwoAnalysts => "two_analysts",
        }
    }

    /// How many different people must approve.
    #[must_use]
    pub const fn people(self) -> usize {
        match self {
            Self::None => 0,
            Self::OneAnalyst => 1,
            Self::TwoAnalysts => 2,
        }
    }
}

/// What a specialist found out, ready to become a proposal.
///
/// ```
/// use case::{ids::Reference, money::Money, policy::Finding};
/// fn about(finding: &mut Finding, charge: Reference, amount: Money) {
///     finding.references = vec![charge];
///     finding.amount = Some(amount);
/// }
/// ```
///
/// No words become what it is about, an amount, a reason or an action:
///
/// ```compile_fail,E0308
/// fn about(finding: &mut case::policy::Finding, charge: String) {
///     finding.references = vec![charge];
/// }
/// ```
///
/// ```compile_fail,E0308
/// fn about(finding: &mut case::policy::Finding, charge: case::pii::Pii<case::ids::Reference>) {
///     finding.references = vec![charge];
/// }
/// ```
///
/// ```compile_fail,E0308
/// fn amount(finding: &mut case::policy::Finding, said: &str) {
///     finding.amount = Some(said);
/// }
/// ```
///
/// ```compile_fail,E0308
/// fn action(finding: &mut case::policy::Finding, opinion: case::triage::prompt::Opinion) {
///     finding.action = opinion.label;
/// }
/// ```
///
/// ```compile_fail,E0308
/// fn reasons(finding: &mut case::policy::Finding, opinion: case::triage::prompt::Opinion) {
///     finding.reasons = vec![opinion.reason];
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What should be done.
    pub action: Action,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The evidence for it.
    pub cites: Vec<EvidenceId>,
    /// What the action is about: references into the operator's systems.
    pub references: Vec<Reference>,
    /// The amount, where the action has one: that of a cited transaction or payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The card network's reason code, for a contested card charge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeFinding>,
}

impl Finding {
    /// Who must agree to what follows from it: for much money two people, whatever the action's own level is.
    #[must_use]
    pub fn approval(&self, settings: &Settings) -> Approval {
        let much = settings.desk.as_ref().zip(self.amount).is_some_and(|(desk, amount)| desk.needs_two(amount));
        let level = self.action.approval(settings);
        if much && self.action.moves_money() { level.max(Approval::TwoAnalysts) } else { level }
    }
}

/// An action that somebody must approve, or that policy lets go out. It is made of a finding and changed by nobody:
///
/// ```
/// use case::{ids::Digest, policy::{Finding, Proposal}, settings::Settings};
/// fn made(finding: Finding, evidence: Digest, settings: &Settings) -> Proposal {
///     Proposal::new("p1".to_owned(), finding, evidence, settings)
/// }
/// ```
///
/// ```compile_fail,E0616
/// fn raise(mut proposal: case::policy::Proposal, amount: case::money::Money) {
///     proposal.amount = Some(amount);
/// }
/// ```
///
/// ```compile_fail,E0308
/// use case::{draft::Drafted, ids::Digest, policy::Proposal, settings::Settings};
/// fn made(drafted: Drafted, evidence: Digest, settings: &Settings) -> Proposal {
///     Proposal::new("p1".to_owned(), drafted, evidence, settings)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    id: String,
    action: Action,
    approval: Approval,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    amount: Option<Money>,
    reasons: Vec<Reason>,
    cites: Vec<EvidenceId>,
    references: Vec<Reference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<CodeFinding>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    found_by: Option<AgentName>,
    evidence: Digest,
    hash: Digest,
}

impl Proposal {
    /// The proposal that follows from a finding. `evidence` is the hash over the evidence it was made from.
    #[must_use]
    pub fn new(id: String, finding: Finding, evidence: Digest, settings: &Settings) -> Self {
        let approval = finding.approval(settings);
        Self::made(id, finding, None, approval, evidence)
    }

    /// The proposal that follows from what a remote agent found. Whatever the settings say, somebody has to agree.
    #[must_use]
    pub fn of_agent(id: String, finding: Finding, agent: AgentName, evidence: Digest, settings: &Settings) -> Self {
        let approval = finding.approval(settings).max(Approval::OneAnalyst);
        Self::made(id, finding, Some(agent), approval, evidence)
    }

    fn made(id: String, finding: Finding, found_by: Option<AgentName>, approval: Approval, evidence: Digest) -> Self {
        let view = (&id, finding.action, approval, finding.amount, &finding.reasons, &finding.cites);
        let bound = (view, &finding.references, &finding.code, &evidence);
        let bound = match found_by {
            None => serde_json::to_vec(&bound),
            Some(agent) => serde_json::to_vec(&(bound, agent)),
        };
        Self {
            hash: Digest::of(&bound.unwrap_or_default()),
            found_by,
            id,
            action: finding.action,
            approval,
            amount: finding.amount,
            reasons: finding.reasons,
            cites: finding.cites,
            references: finding.references,
            code: finding.code,
            evidence,
        }
    }

    /// `p1`, `p2`, ... within a case.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What is proposed.
    #[must_use]
    pub const fn action(&self) -> Action {
        self.action
    }

    /// Who must agree.
    #[must_use]
    pub const fn approval(&self) -> Approval {
        self.approval
    }

    /// The amount, where the action has one.
    #[must_use]
    pub const fn amount(&self) -> Option<Money> {
        self.amount
    }

    /// Why.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// The evidence for it.
    #[must_use]
    pub fn cites(&self) -> &[EvidenceId] {
        &self.cites
    }

    /// What the action is about.
    #[must_use]
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// The card network's reason code, for a contested card charge.
    #[must_use]
    pub const fn code(&self) -> Option<&CodeFinding> {
        self.code.as_ref()
    }

    /// The remote agent whose finding it is; `None` for what the fixed rules found or an analyst decided.
    #[must_use]
    pub const fn found_by(&self) -> Option<AgentName> {
        self.found_by
    }

    /// The hash that an approval must name: it binds action, amount, evidence, reasons, approval level and who found it.
    #[must_use]
    pub const fn hash(&self) -> &Digest {
        &self.hash
    }
}
