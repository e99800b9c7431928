//! The part of a summary that tells the case itself: what the customer said and what the records show of it.

use super::{Sentence, words};
use crate::{
    evidence::{self, Texts, law, tell},
    explain::Explained,
    facts::{Direction, Facts, Payment, Transaction},
    ids::{EvidenceId, Reference},
    law::deadlines,
    policy::Proposal,
    source::Source,
    state::{State, Track},
};

/// Rows that are told one by one.
const ROWS: usize = 2;

/// What was said and found, in that order.
pub(super) fn of(state: &State, proposal: &Proposal, texts: &Texts) -> Vec<Sentence> {
    let cited: Vec<Reference> = proposal
        .cites()
        .iter()
        .filter_map(|id| id.as_str().strip_prefix("ledger:"))
        .filter_map(|id| Reference::parse(id).ok())
        .collect();
    let rows: Vec<&Transaction> = cited.iter().filter_map(|id| state.transaction(id)).collect();
    let payments: Vec<&Payment> = cited.iter().filter_map(|id| state.payment(id)).collect();
    let mut told: Vec<Sentence> = said(state).into_iter().collect();
    told.extend(rows.iter().take(ROWS).map(|row| found(row)));
    for row in payments.iter().take(ROWS) {
        told.push(paid(row));
        told.extend(expected(state, row));
    }
    told.extend(checklist(proposal, texts));
    told.extend(credited(state, &rows));
    told.extend(rows.iter().find(|row| !row.unusual.is_empty()).map(|row| unusual(state, row)));
    told.extend(scored(state));
    told.extend(proposal.code().and_then(|found| by_rule(&found.rule, law::code(found))));
    told.extend(next_clock(state, proposal));
    told
}

fn row_id(id: &Reference) -> EvidenceId {
    EvidenceId::new(Source::Ledger.name(), id)
}

/// What the customer said, as far as the fixed rules read it.
fn said(state: &State) -> Option<Sentence> {
    let narrative = &state.narrative;
    let says = words::says_something(narrative);
    says.then(|| Sentence { text: words::told(narrative), cites: vec![evidence::words_id(0)] })
}

fn found(row: &Transaction) -> Sentence {
    let (kind, status) = (tell::plain(&row.kind), tell::plain(&row.status));
    let text = format!(
        "Transaction {} is a {kind} of {}, {status}, booked on {}.",
        row.id,
        row.money,
        tell::moment(row.booked_at)
    );
    Sentence { text, cites: vec![row_id(&row.id)] }
}

fn paid(row: &Payment) -> Sentence {
    let status = row.status.as_ref().map(|status| format!(", with the status {status}")).unwrap_or_default();
    let reason = row.reason.as_ref().map(|reason| format!(" and the reason {reason}")).unwrap_or_default();
    let made = tell::moment(row.created_at);
    let text = format!("Payment {} is one of {}, made on {made}{status}{reason}.", row.id, row.money);
    Sentence { text, cites: vec![row_id(&row.id)] }
}

/// Until when it can be expected. What its codes mean is said in words for the customer and for the analyst, which stand
/// beside the evidence and not in a summary: a summary speaks to nobody.
fn expected(state: &State, row: &Payment) -> Option<Sentence> {
    let expected = Explained::of(state, row).expected?;
    let text = format!("Payment {} is to be expected by {}.", row.id, expected.latest);
    Some(Sentence { text, cites: vec![row_id(&row.id)] })
}

/// What the profile and the documents hold and lack, where the proposal rests on that.
fn checklist(proposal: &Proposal, texts: &Texts) -> Vec<Sentence> {
    let is_item = |id: &&EvidenceId| ["profile:", "document:"].iter().any(|source| id.as_str().starts_with(source));
    let lines = proposal.cites().iter().filter(is_item).filter_map(|id| Some((id, texts.get(id)?)));
    lines.take(ROWS + 1).map(|(id, text)| Sentence { text: text.clone(), cites: vec![id.clone()] }).collect()
}

/// A refund or reversal of one of these rows that the ledger already shows: networks ask for it to be addressed.
fn credited(state: &State, rows: &[&Transaction]) -> Option<Sentence> {
    let undoes = |row: &&Transaction| {
        row.direction == Direction::Credit
            && row.related.as_ref().is_some_and(|id| rows.iter().any(|undone| undone.id == *id))
    };
    let credit = transactions(state).find(undoes)?;
    let undone = credit.related.as_ref()?;
    let text = format!(
        "The {} {} of {}, booked on {}, undoes {undone}.",
        tell::plain(&credit.kind),
        credit.id,
        credit.money,
        tell::moment(credit.booked_at)
    );
    Some(Sentence { text, cites: vec![row_id(&credit.id), row_id(undone)] })
}

/// How a row differs from what is normal, and what is.
fn unusual(state: &State, row: &Transaction) -> Sentence {
    let ways: Vec<String> = row.unusual.iter().map(tell::plain).collect();
    let normal = state.facts_of(Source::Ledger).find_map(|facts| match facts {
        Facts::Transactions { rows, normal: Some(normal), .. } => Some(tell::normal(normal, rows)),
        _ => None,
    });
    let mut text = format!("Transaction {} is unusual for this customer in: {}", row.id, ways.join(", "));
    let mut cites = vec![row_id(&row.id)];
    if let Some(normal) = normal {
        text = format!("{text}; normal is {normal}");
        cites.push(evidence::named(Source::Ledger.name(), "transactions"));
    }
    Sentence { text: text + ".", cites }
}

/// The score with its reasons.
fn scored(state: &State) -> Option<Sentence> {
    state.facts_of(Source::Risk).find_map(|facts| match facts {
        Facts::Risk { score, band, reasons, .. } => {
            let reasons: Vec<&str> = reasons.iter().map(Reference::as_str).collect();
            let because =
                if reasons.is_empty() { String::new() } else { format!(", because of {}", reasons.join(", ")) };
            let band = tell::plain(band);
            let text = format!("The scoring service gives {score} of 1000, which it calls {band}{because}.");
            Some(Sentence { text, cites: vec![evidence::named(Source::Risk.name(), "score")] })
        }
        _ => None,
    })
}

/// The clock of the proposal's track that ends first.
fn next_clock(state: &State, proposal: &Proposal) -> Option<Sentence> {
    let is_its = |track: &&Track| track.proposals.iter().any(|one| one.proposal.id() == proposal.id());
    let track = state.tracks.iter().find(is_its)?;
    let deadlines = deadlines(state);
    let next = deadlines.iter().find(|deadline| deadline.track == track.id && !deadline.over)?;
    by_rule(&next.clock.rule, law::clock(state, next))
}

/// What a rule says, which is its own evidence.
fn by_rule(rule: &str, text: String) -> Option<Sentence> {
    Some(Sentence { text, cites: vec![law::rule_id(rule)?] })
}

fn transactions(state: &State) -> impl Iterator<Item = &Transaction> {
    state.facts_of(Source::Ledger).flat_map(|facts| match facts {
        Facts::Transactions { rows, .. } => rows.as_slice(),
        _ => &[],
    })
}
