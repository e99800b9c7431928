//! The summary of a proposal in plain sentences, made from facts by fixed rules. Each sentence cites the evidence for
//! every amount, time and reference in it.

use crate::{
    facts::{Facts, Transaction},
    ids::EvidenceId,
    policy::{Proposal, Reason},
    source::Source,
    state::State,
};

/// A sentence with its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// The sentence.
    pub text: String,
    /// What it rests on.
    pub cites: Vec<EvidenceId>,
}

/// The summary of a proposal.
#[must_use]
pub fn of(state: &State, proposal: &Proposal) -> Vec<Sentence> {
    proposal.reasons().iter().map(|reason| sentence(state, proposal, *reason)).collect()
}

fn sentence(state: &State, proposal: &Proposal, reason: Reason) -> Sentence {
    let rows: Vec<&Transaction> = proposal
        .cites()
        .iter()
        .filter_map(|id| id.as_str().strip_prefix("ledger:"))
        .filter_map(|id| crate::ids::Reference::parse(id).ok())
        .filter_map(|id| state.transaction(&id))
        .collect();
    let text = match reason {
        Reason::DuplicateCharge => match rows.as_slice() {
            [first, second, ..] => format!(
                "Two charges of {} by the same merchant were posted, {} and {}, and neither was credited.",
                first.money,
                first.booked_at.rfc3339(),
                second.booked_at.rfc3339()
            ),
            _ => fixed(reason).to_owned(),
        },
        Reason::SingleCharge | Reason::TransactionFound => match rows.as_slice() {
            [row] => format!("{} {} of {}.", fixed(reason), row.booked_at.rfc3339(), row.money),
            _ => fixed(reason).to_owned(),
        },
        Reason::RiskHigh | Reason::RiskMedium | Reason::RiskLow => {
            let score = state.facts_of(Source::Risk).find_map(|facts| match facts {
                Facts::Risk { score, .. } => Some(*score),
                _ => None,
            });
            score.map_or_else(|| fixed(reason).to_owned(), |score| format!("{} ({score} of 1000).", fixed(reason)))
        }
        other => fixed(other).to_owned(),
    };
    Sentence { text, cites: cites(proposal, reason) }
}

/// The evidence that a reason rests on: the ledger's for what the ledger shows, and so on.
fn cites(proposal: &Proposal, reason: Reason) -> Vec<EvidenceId> {
    let source = match reason {
        Reason::RiskHigh | Reason::RiskMedium | Reason::RiskLow => Some(Source::Risk),
        Reason::IdentityIncomplete | Reason::IdentityComplete => Some(Source::Profile),
        Reason::ReportedLostOrStolen
        | Reason::ReportedUnrecognised
        | Reason::CustomerUnknown
        | Reason::EvidenceMissing => None,
        _ => Some(Source::Ledger),
    };
    let of = |id: &&EvidenceId| source.is_some_and(|source| id.as_str().starts_with(source.name()));
    proposal.cites().iter().filter(of).cloned().collect()
}

const fn fixed(reason: Reason) -> &'static str {
    match reason {
        Reason::DuplicateCharge => "One purchase was charged twice, and neither charge was credited.",
        Reason::DuplicatePending => {
            "One purchase was charged twice; one of the two is an authorisation that will normally lapse by itself."
        }
        Reason::DuplicateCredited => {
            "One purchase was charged twice, and one of the charges has been credited already."
        }
        Reason::SingleCharge => "The ledger shows one charge only:",
        Reason::TransactionFound => "The transaction that is contested was found:",
        Reason::NoTransactionFound => "No transaction in the ledger fits what the customer wrote.",
        Reason::ReportedLostOrStolen => "The customer reports a lost, stolen or compromised card or device.",
        Reason::ReportedUnrecognised => "The customer does not recognise a transaction.",
        Reason::RiskHigh => "The scoring service sees a high risk",
        Reason::RiskMedium => "The scoring service sees a medium risk",
        Reason::RiskLow => "The scoring service sees a low risk",
        Reason::IdentityIncomplete => "Identity data that the law asks for is missing.",
        Reason::IdentityComplete => "All identity data that the law asks for is there.",
        Reason::PaymentCredited => "The payment has been credited to the payee's account.",
        Reason::PaymentInProcess => "The payment is on its way and has not reached the payee's account.",
        Reason::PaymentSettled => {
            "The payment has been settled between the banks; that it reached the payee's account is not confirmed."
        }
        Reason::PaymentEnded => "The payment was rejected, cancelled or returned.",
        Reason::PayeeDetailsWrong => "The payment was rejected because of the payee's account details.",
        Reason::NoPaymentFound => "No payment was found.",
        Reason::CustomerUnknown => "The bank's records know no such customer.",
        Reason::EvidenceMissing => "Evidence is missing: a source did not answer, or is not configured.",
        Reason::AnalystDecision => "An analyst decided this.",
    }
}
