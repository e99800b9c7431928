//! The hash of what a person sees of a proposal, which an approval must name. Console and API render from the same view,
//! so both ask for agreement to the same.
//!
//! It binds the action with its amount, reasons and citations, all evidence as it is now, the summary in force, what the
//! law says, and the settings and rule packs. It binds nothing that people say about the case: a note makes no agreement
//! outdated. Words that are made of these by fixed rules are bound with them; they are not in the hash themselves,
//! because a later version may word them better.

use std::collections::BTreeSet;

use crate::{
    ids::{Digest, Subject},
    law::Law,
    state::{Proposed, Stage, State},
};

/// The hash by which a proposal is agreed to now. In a case that was opened before there was a desk, the proposal's own.
#[must_use]
pub fn of(state: &State, proposed: &Proposed) -> Digest {
    let own = proposed.proposal.hash();
    if state.opened.settings.desk.is_none() {
        return own.clone();
    }
    let is_its = |one: &Proposed| one.proposal.id() == proposed.proposal.id();
    let law: Option<&Law> =
        state.tracks.iter().find(|track| track.proposals.iter().any(is_its)).map(|track| &track.law);
    let view = (
        "caseworker/view/1",
        (own, &proposed.draft, state.evidence_hash()),
        (law, &state.opened.settings_hash, &state.opened.rules),
    );
    Digest::of(&serde_json::to_vec(&view).unwrap_or_default())
}

/// Who agreed to what is shown now. Who agreed before something came in does not count any more.
#[must_use]
pub fn agreed(state: &State, proposed: &Proposed) -> BTreeSet<Subject> {
    let lapsed = proposed.stage == Stage::Pending && proposed.agreed_to.as_ref() != Some(&of(state, proposed));
    if lapsed { BTreeSet::new() } else { proposed.approvals.clone() }
}
