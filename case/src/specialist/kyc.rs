//! kyc-agent: which identity fields are there, and which are missing. It learns whether a field is filled, never what
//! it holds.

use crate::{
    facts::Facts,
    ids::Reference,
    policy::{Action, Finding, Reason},
    source::{Lookup, ProfileField, Source, Topic},
    specialist::{Need, context, gather, note_missing, without},
    state::State,
};

/// The four fields of 31 CFR 1020.220, then a proposal: documents, or an analyst's word.
pub(super) fn next(state: &State, customer: &Reference) -> Need {
    let profile = Lookup::Profile { customer: customer.clone(), fields: ProfileField::IDENTITY.to_vec() };
    let policy = Lookup::Policy { topic: Topic::IdentityDocuments };
    if let Some(need) = gather(state, &[profile.clone(), policy]) {
        return need;
    }
    let Some(Facts::Profile { missing, .. }) = state.facts(&profile) else {
        return without(state, &profile, vec![]);
    };
    let (action, reason) = if missing.is_empty() {
        (Action::Escalate, Reason::IdentityComplete)
    } else {
        (Action::RequestDocuments, Reason::IdentityIncomplete)
    };
    let mut reasons = vec![reason];
    note_missing(state, &mut reasons);
    let cites = context(state, &[Source::Profile, Source::Policy]);
    Need::Propose(Finding { action, reasons, cites, references: vec![customer.clone()], amount: None, code: None })
}
