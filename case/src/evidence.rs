//! What each piece of evidence says, in one line of plain words: what a sentence about a case may repeat, what Claude
//! is shown of it, and what a person reads beside its id. It is told from facts alone, so it holds no name and no word
//! of anybody's; the customer's own words are added by a caller that may open the vault.

mod agent;
pub(crate) mod law;
pub(crate) mod tell;

use std::collections::BTreeMap;

pub(crate) use self::agent::SOURCE as AGENT;
pub use self::agent::{agent_id, told as told_of_agent};

use crate::{
    entry::{Missing, Question},
    explain::Explained,
    facts::Facts,
    ids::{EvidenceId, Reference},
    policy::Reason,
    source::{Lookup, Source},
    state::{Ask, Standing, State},
    summary,
};

/// Every piece of evidence with what it says.
pub type Texts = BTreeMap<EvidenceId, String>;

/// What all evidence of a case says. A row that was shown several times says what was shown last. The customer's words
/// are told as far as the fixed rules read them.
#[must_use]
pub fn texts(state: &State) -> Texts {
    let mut texts = Texts::new();
    let mut asks: Vec<&Ask> = state.asks.values().collect();
    asks.sort_by_key(|ask| ask.number);
    for ask in asks {
        let Question::Lookup(lookup) = &ask.question else { continue };
        match (&ask.standing, ask.facts()) {
            (_, Some(facts)) => texts.extend(brought(state, lookup, facts)),
            (Standing::Missing(missing), _) if !ask.stale => texts.extend(lacking(lookup, *missing)),
            _ => {}
        }
    }
    for document in &state.identity.documents {
        texts.insert(EvidenceId::new("document", &document.id), tell::document(document));
    }
    texts.extend(law::all(state));
    texts.extend(agent::all(state));
    texts.insert(words_id(0), summary::told(&state.narrative));
    let decided = |reason: &Reason| *reason == Reason::AnalystDecision;
    if state.tracks.iter().flat_map(|track| &track.proposals).any(|one| one.proposal.reasons().iter().any(decided)) {
        texts.insert(named("case", "decision"), "An analyst decided what is to be done.".to_owned());
    }
    texts
}

/// The id of the words at this place of [`State::words`]: `case:request`, then `case:message-1` and so on.
#[must_use]
pub fn words_id(index: usize) -> EvidenceId {
    match index {
        0 => named("case", "request"),
        index => named("case", &format!("message-{index}")),
    }
}

/// The id under which a look-up as a whole is evidence: what it found, or that it found nothing.
#[must_use]
pub fn lookup_id(lookup: &Lookup) -> EvidenceId {
    named(lookup.source().name(), lookup.step())
}

/// The id of something that has no reference.
pub(crate) fn named(source: &str, name: &str) -> EvidenceId {
    EvidenceId::new(source, &Reference::plain(name))
}

fn brought(state: &State, lookup: &Lookup, facts: &Facts) -> Vec<(EvidenceId, String)> {
    let ids = |source: Source, rows: &[Reference], tell: &dyn Fn(&Reference) -> String| {
        rows.iter().map(|id| (EvidenceId::new(source.name(), id), tell(id))).collect()
    };
    let ledger = |id: &Reference| EvidenceId::new(Source::Ledger.name(), id);
    let whole = |text: String| std::iter::once((lookup_id(lookup), text));
    match facts {
        Facts::Transactions { total, rows, normal } => {
            let normal = normal.as_ref().map(|normal| tell::normal(normal, rows));
            let each = rows.iter().map(|row| (ledger(&row.id), tell::transaction(row)));
            each.chain(whole(tell::transactions(lookup, *total, normal))).collect()
        }
        Facts::Accounts { rows } => {
            let each = rows.iter().map(|row| (ledger(&row.id), tell::account(row)));
            each.chain(whole(format!("The ledger shows {} accounts.", rows.len()))).collect()
        }
        Facts::Payments { rows } => {
            let each = rows
                .iter()
                .map(|row| (ledger(&row.id), tell::payment(row, Explained::of(state, row).expected.as_ref())));
            each.chain(whole(format!("The ledger shows {} payments.", rows.len()))).collect()
        }
        Facts::Profile { present, missing, agrees, differs, expires, country, .. } => {
            let text = tell::profile([present, missing, agrees, differs], *expires, country.as_ref());
            vec![(named(Source::Profile.name(), "fields"), text)]
        }
        Facts::Risk { score, band, reasons, normal, model } => {
            let text = tell::risk(*score, *band, reasons, normal.as_ref(), model.as_ref());
            vec![(named(Source::Risk.name(), "score"), text)]
        }
        Facts::Merchants { rows, recurring } => {
            ids(Source::Merchants, rows, &|id| tell::merchant(id, recurring.contains(id)))
        }
        Facts::Policy { rows } => ids(Source::Policy, rows, &|id| tell::passage(id, lookup)),
    }
}

fn why_missing(missing: Missing) -> String {
    match missing {
        Missing::Late => "it did not answer in time".to_owned(),
        Missing::Failed(failure) => tell::plain(&failure),
    }
}

fn lacking(lookup: &Lookup, missing: Missing) -> Option<(EvidenceId, String)> {
    let why = why_missing(missing);
    let (source, step) = (lookup.source().name(), lookup.step());
    Some((lookup_id(lookup), format!("Nothing is known from the source {source} about {step}: {why}.")))
}
