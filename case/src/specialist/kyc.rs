//! kyc-agent: two agents side by side. One finds identity fields in what the customer wrote and sent, the other says
//! which fields and documents are missing, expired or differ. It learns whether a field is there and agrees, never what
//! it holds.

use std::collections::BTreeSet;

use crate::{
    entry::Question,
    identity::{
        DocumentKind,
        complete::{Item, Standing, checklist},
    },
    ids::Reference,
    policy::{Action, Finding, Reason},
    source::{Lookup, ProfileField, Source, Topic},
    specialist::{Need, context, gather, note_missing, passages, without},
    state::State,
    triage,
};

/// What was sent is read and policy looked up; the profile is compared with what was found; then a proposal.
pub(super) fn next(state: &State, customer: &Reference) -> Need {
    let profile = Lookup::Profile { customer: customer.clone(), fields: ProfileField::ALL.to_vec() };
    let policy = Lookup::Policy { topic: Topic::IdentityDocuments };
    let mut lookups = vec![policy];
    match extraction(state) {
        Extraction::Wanted(model) => return Need::Extract(model),
        // The profile is compared with what was found when its reply arrives, so that comes first.
        Extraction::Pending => {}
        Extraction::Over => lookups.insert(0, profile.clone()),
    }
    if let Some(need) = gather(state, &lookups) {
        return need;
    }
    if !lookups.contains(&profile) {
        return Need::Nothing;
    }
    if state.facts(&profile).is_none() {
        return without(state, &profile, vec![]);
    }
    let (action, mut reasons) = judge(&checklist(state));
    note_missing(state, &mut reasons);
    let mut cites = context(state, Source::Profile);
    cites.extend(passages(state, Topic::IdentityDocuments));
    cites.extend(state.identity.evidence());
    Need::Propose(Finding { action, reasons, cites, references: vec![customer.clone()], amount: None, code: None })
}

/// How far Claude is with what fixed rules did not find.
enum Extraction {
    /// It is to be asked.
    Wanted(String),
    /// It was asked.
    Pending,
    /// It answered or did not, or there is nothing to ask.
    Over,
}

fn extraction(state: &State) -> Extraction {
    let asked = state.asks.values().find(|ask| !ask.stale && matches!(ask.question, Question::Extract { .. }));
    if let Some(ask) = asked {
        return if ask.is_open() { Extraction::Pending } else { Extraction::Over };
    }
    let unfound = wanted(state).iter().any(|field| !state.identity.found.contains(field));
    match &state.opened.settings.writing.model {
        Some(model)
            if unfound
                && state.identity.worded
                && triage::can_afford(state, state.opened.reserve_writing_nano_dollars) =>
        {
            Extraction::Wanted(model.clone())
        }
        Some(_) | None => Extraction::Over,
    }
}

/// The fields that what the customer sent should say.
fn wanted(state: &State) -> BTreeSet<ProfileField> {
    let sent = |kind: fn(DocumentKind) -> bool| state.identity.documents.iter().any(|document| kind(document.kind));
    let mut wanted = BTreeSet::from([ProfileField::Name, ProfileField::DateOfBirth]);
    if sent(DocumentKind::identifies) {
        wanted.insert(ProfileField::IdDocument);
    }
    if sent(|kind| kind == DocumentKind::ProofOfAddress) {
        wanted.insert(ProfileField::Address);
    }
    wanted
}

/// What follows from a checklist. A difference is for an analyst, whatever else the customer could send.
fn judge(items: &[Item]) -> (Action, Vec<Reason>) {
    let open = |standing: Standing, document: bool| {
        let about = |item: &Item| item.kind.is_some() || item.what == "photo_document";
        items.iter().any(|item| item.is_open() && item.state == standing && about(item) == document)
    };
    let found = [
        (open(Standing::Mismatch, false), Reason::IdentityDiffers),
        (open(Standing::Missing, false), Reason::IdentityIncomplete),
        (open(Standing::Missing, true), Reason::DocumentMissing),
        (open(Standing::Expired, true), Reason::DocumentExpired),
        (open(Standing::Unreadable, true), Reason::DocumentUnreadable),
        (open(Standing::SideMissing, true), Reason::DocumentSideMissing),
    ];
    let reasons: Vec<Reason> = found.iter().filter(|(holds, _)| *holds).map(|(_, reason)| *reason).collect();
    match reasons.first() {
        None => (Action::ApproveOnboarding, vec![Reason::IdentityComplete]),
        Some(Reason::IdentityDiffers) => (Action::Escalate, reasons),
        Some(_) => (Action::RequestDocuments, reasons),
    }
}
