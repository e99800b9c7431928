//! fraud-agent: sees transaction metadata only. A lost, stolen or compromised card is never clear, whatever the score.

use crate::{
    facts::{Band, Direction, Facts, Transaction, TransactionKind},
    ids::{EvidenceId, Reference},
    narrative::Claim,
    policy::{Action, Finding, Reason},
    source::{Lookup, Source, Topic},
    specialist::{Need, context, gather, note_missing, transactions, without},
    state::State,
};

/// How many of the newest debits are scored.
const SCORED: usize = 10;

/// The ledger first, then a score of the newest debits (or of the one that the caller named).
pub(super) fn next(state: &State, customer: &Reference) -> Need {
    let ledger = transactions(state, customer);
    let policy = Lookup::Policy { topic: Topic::UnrecognisedTransaction };
    if let Some(need) = gather(state, &[ledger.clone(), policy]) {
        return need;
    }
    let Some(Facts::Transactions { rows, .. }) = state.facts(&ledger) else {
        return without(state, &ledger, claims(state));
    };
    let suspects = suspects(state, rows);
    if suspects.is_empty() {
        return conclude(state, &suspects, None);
    }
    let risk =
        Lookup::Risk { customer: customer.clone(), transactions: suspects.iter().map(|row| row.id.clone()).collect() };
    if let Some(need) = gather(state, std::slice::from_ref(&risk)) {
        return need;
    }
    let band = match state.facts(&risk) {
        Some(Facts::Risk { band, .. }) => Some(*band),
        _ => None,
    };
    conclude(state, &suspects, band)
}

fn suspects<'a>(state: &State, rows: &'a [Transaction]) -> Vec<&'a Transaction> {
    let named = state.opened.transaction.as_ref();
    let can_be = |row: &&Transaction| {
        row.direction == Direction::Debit && row.kind != TransactionKind::Fee && named.is_none_or(|id| row.id == *id)
    };
    rows.iter().rev().filter(can_be).take(SCORED).collect()
}

fn claims(state: &State) -> Vec<Reason> {
    let claims = &state.narrative.claims;
    let mut reasons = Vec::new();
    if claims.contains(&Claim::LostOrStolen) || claims.contains(&Claim::Compromised) {
        reasons.push(Reason::ReportedLostOrStolen);
    }
    if claims.contains(&Claim::NotRecognised) {
        reasons.push(Reason::ReportedUnrecognised);
    }
    reasons
}

/// A report of loss or a high score freezes the card; anything less goes to an analyst with what was found.
fn conclude(state: &State, suspects: &[&Transaction], band: Option<Band>) -> Need {
    let mut reasons = claims(state);
    reasons.extend(band.map(|band| match band {
        Band::Low => Reason::RiskLow,
        Band::Medium => Reason::RiskMedium,
        Band::High => Reason::RiskHigh,
    }));
    let freeze = reasons.contains(&Reason::ReportedLostOrStolen) || band == Some(Band::High);
    note_missing(state, &mut reasons);
    let mut cites: Vec<EvidenceId> =
        suspects.iter().map(|row| EvidenceId::new(Source::Ledger.name(), &row.id)).collect();
    cites.extend(context(state, &[Source::Risk, Source::Policy]));
    Need::Propose(Finding {
        action: if freeze { Action::FreezeCard } else { Action::Escalate },
        reasons,
        cites,
        references: suspects.iter().map(|row| row.id.clone()).collect(),
        amount: None,
    })
}
