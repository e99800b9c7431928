//! Stories of single cases, told to the end. Each name is what must be true.

pub(crate) mod agents;
mod conversation;
mod deadlines;
pub(crate) mod desk;
mod disputes;
mod kyc;
mod letters;
mod outages;
mod payments;
mod people;
mod specialists;
mod triage;

use case::{
    case::Rest,
    entry::Command,
    policy::{Action, Proposal, Reason},
    view_hash,
};

use crate::world::{World, analyst};

/// The newest proposal of the case.
#[track_caller]
pub(crate) fn proposal(world: &World) -> Proposal {
    let lead = world.case.state().lead().expect("a specialist is at work");
    lead.proposals.last().expect("something is proposed").proposal.clone()
}

/// What a case comes to rest with: the action, and the reasons for it.
#[track_caller]
pub(crate) fn check_proposal(world: &mut World, action: Action, reasons: &[Reason]) -> Proposal {
    assert_eq!(world.drive(), Rest::Review, "{:?}", world.kinds());
    let proposal = proposal(world);
    assert_eq!((proposal.action(), proposal.reasons()), (action, reasons));
    proposal
}

/// Evidence ids of a proposal, as text.
pub(crate) fn cites(proposal: &Proposal) -> Vec<&str> {
    proposal.cites().iter().map(case::ids::EvidenceId::as_str).collect()
}

/// An analyst agrees to what is proposed now.
#[track_caller]
pub(crate) fn approve(world: &mut World, name: &str) {
    let command = shown(world);
    world.command(analyst(name), command).unwrap();
}

/// The agreement to what is shown now.
#[track_caller]
pub(crate) fn shown(world: &World) -> Command {
    let state = world.case.state();
    let proposed = state.lead().and_then(|lead| lead.proposals.last()).expect("something is proposed");
    Command::Approve { proposal: proposed.proposal.id().to_owned(), hash: view_hash::of(state, proposed), note: None }
}

/// The agreement to a proposal of a case from before there was a desk.
pub(crate) fn agreement(proposal: &Proposal) -> Command {
    Command::Approve { proposal: proposal.id().to_owned(), hash: proposal.hash().clone(), note: None }
}
