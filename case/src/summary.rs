//! The summary of a proposal in plain sentences, made from facts by fixed rules: what is shown where Claude wrote none.
//! Each sentence cites the evidence for every amount, day and reference in it, and passes the same judge as Claude's.

mod story;
mod words;

use serde::{Deserialize, Serialize};

pub(crate) use self::words::action;
pub use self::words::told;

use self::words::Ground;
use crate::{
    draft::check,
    entry::Question,
    evidence::{self, Texts},
    ids::EvidenceId,
    limits,
    policy::{Approval, Proposal, Reason},
    source::Source,
    state::{Standing, State},
};

/// A sentence with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sentence {
    /// The sentence.
    pub text: String,
    /// What it rests on.
    pub cites: Vec<EvidenceId>,
}

/// Reasons that are told.
const REASONS: usize = 4;

/// The summary of a proposal: what was said, what was found, what is missing, why something is proposed, and what.
#[must_use]
pub fn of(state: &State, proposal: &Proposal) -> Vec<Sentence> {
    let texts = evidence::texts(state);
    let reasons = proposal.reasons().iter().filter_map(|reason| because(state, proposal, *reason, &texts));
    let why: Vec<Sentence> = reasons.take(REASONS).chain([proposed(proposal)]).collect();
    let mut sentences = story::of(state, proposal, &texts);
    sentences.extend(missing(state));
    // The end is what somebody has to agree to: it is never the part that is cut.
    sentences.truncate(limits::SUMMARY_SENTENCES.saturating_sub(why.len()));
    // What the customer reports is a reason as well; it is said once.
    let said: Vec<String> = sentences.iter().map(|sentence| sentence.text.clone()).collect();
    sentences.extend(why.into_iter().filter(|sentence| !said.contains(&sentence.text)));
    check::keep_supported(sentences, &texts)
}

/// What is not known because a source did not say it.
fn missing(state: &State) -> Vec<Sentence> {
    let lookups = state.asks.values().filter_map(|ask| match (&ask.question, &ask.standing) {
        (Question::Lookup(lookup), Standing::Missing(_)) if !ask.stale => Some(lookup),
        _ => None,
    });
    let cites: Vec<EvidenceId> = lookups.clone().map(evidence::lookup_id).collect();
    let about: Vec<String> = lookups.map(|lookup| format!("{} ({})", lookup.step(), lookup.source().name())).collect();
    if cites.is_empty() {
        return Vec::new();
    }
    let text =
        format!("Evidence is missing, since a source did not answer or is not configured: {}.", about.join(", "));
    vec![Sentence { text, cites }]
}

/// A reason in words; `None` where the story told it already.
fn because(state: &State, proposal: &Proposal, reason: Reason, texts: &Texts) -> Option<Sentence> {
    let (ground, text) = words::because(reason)?;
    let is_of = |id: &EvidenceId, source: &str| id.as_str().split(':').next() == Some(source);
    let all = |source: &'static str| texts.keys().filter(move |id| is_of(id, source)).cloned();
    let rows = || proposal.cites().iter().filter(|id| is_of(id, Source::Ledger.name())).cloned();
    let asked = || {
        state.asks.values().filter_map(|ask| match &ask.question {
            Question::Lookup(lookup) if !ask.stale => Some(evidence::lookup_id(lookup)),
            _ => None,
        })
    };
    let said = || std::iter::once(evidence::words_id(0));
    let mut cites: Vec<EvidenceId> = match ground {
        Ground::Words => said().collect(),
        Ground::Ledger => rows().collect(),
        Ground::Both => said().chain(rows()).collect(),
        Ground::Search => asked().filter(|id| is_of(id, Source::Ledger.name())).collect(),
        Ground::Identity => all(Source::Profile.name()).chain(all("document")).collect(),
        Ground::Decision => vec![evidence::named("case", "decision")],
        Ground::Agent => all(evidence::AGENT).collect(),
    };
    cites.retain(|id| texts.contains_key(id));
    if cites.is_empty() {
        // What rests on nothing that was found rests on the search for it.
        cites = asked().filter(|id| texts.contains_key(id)).collect();
    }
    // What an agent says is told as what it says: nobody here has found it.
    let theirs = proposal.found_by().filter(|_| ground != Ground::Agent);
    cites.extend(theirs.map(evidence::agent_id).filter(|id| texts.contains_key(id)));
    cites.sort();
    cites.dedup();
    let text = if theirs.is_some() { said_elsewhere(text) } else { text.to_owned() };
    Some(Sentence { text, cites })
}

/// A sentence of ours in an agent's mouth: in small letters, since a capital within a sentence is a name's.
fn said_elsewhere(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    format!("An agent elsewhere says: {}{}", first.map(String::from).unwrap_or_default(), letters.as_str())
}

/// What is proposed, and who must agree.
fn proposed(proposal: &Proposal) -> Sentence {
    let action = words::action(proposal.action());
    let amount = proposal.amount().map(|amount| format!(" of {amount}")).unwrap_or_default();
    let agreement = match proposal.approval() {
        Approval::None => "needs nobody's agreement",
        Approval::OneAnalyst => "needs an analyst's agreement",
        Approval::TwoAnalysts => "needs the agreement of more than one analyst",
    };
    let cites = match proposal.cites() {
        [] => vec![evidence::words_id(0)],
        cites => cites.to_vec(),
    };
    Sentence { text: format!("What is proposed is to {action}{amount}, which {agreement}."), cites }
}

#[cfg(test)]
mod tests;
