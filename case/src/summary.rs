//! The summary of a proposal in plain sentences, made from facts by fixed rules. Each sentence cites the evidence for
//! every amount, time and reference in it.

mod words;

use self::words::fixed;
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
