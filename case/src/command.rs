//! Which commands a person may give, and when. A refused command writes nothing.

use crate::{
    actor::{Actor, Role},
    entry::{Command, Message, Speaker},
    facts::Direction,
    ids::Digest,
    settings::Mode,
    state::{Proposed, Stage, State},
};

/// Why a command was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The role may not.
    #[error("this role may not give that command")]
    Role,
    /// Closed cases are read-only.
    #[error("the case is closed; reopen it first")]
    Closed,
    /// Only closed cases reopen.
    #[error("the case is not closed")]
    NotClosed,
    /// Somebody else works the case.
    #[error("another analyst has claimed the case")]
    Claimed,
    /// Nobody works the case.
    #[error("nobody has claimed the case")]
    NotClaimed,
    /// The customer was fixed before.
    #[error("the case's customer is fixed")]
    CustomerFixed,
    /// No specialist is at work.
    #[error("no specialist is at work; reroute the case first")]
    NoTrack,
    /// There is no such proposal.
    #[error("there is no such proposal")]
    NoProposal,
    /// The proposal was decided on before.
    #[error("the proposal is no longer open")]
    Settled,
    /// The proposal is not the one that was shown.
    #[error("the proposal has changed since it was shown; look at it again")]
    Stale,
    /// One person cannot be two.
    #[error("you have already approved this; a second approval needs another person")]
    SelfApproval,
    /// The action needs something in evidence; one that moves money needs a charge.
    #[error("this action needs `about`: a transaction or payment in evidence, and for money to move, a charge")]
    NeedsEvidence,
    /// The case does not rest.
    #[error("an approved action is on its way; wait until it is done")]
    ActionUnderWay,
    /// A journal has an end.
    #[error("the case has become too long; close it and open another")]
    Full,
    /// Nothing leaves a case in shadow mode.
    #[error("shadow mode: nothing leaves this case, so nothing can be approved, decided or asked")]
    Shadow,
    /// This command follows another.
    #[error("an analyst's decision was not worked off yet")]
    Busy,
}

/// Checks a command against the state.
///
/// # Errors
/// The [`Refusal`].
pub fn check(state: &State, actor: &Actor, command: &Command) -> Result<(), Refusal> {
    let identify = matches!(command, Command::Identify { .. });
    if !(actor.role.decides() || (identify && actor.role.submits())) {
        return Err(Refusal::Role);
    }
    if matches!(command, Command::Reopen { .. }) {
        return if state.closed.is_some() { Ok(()) } else { Err(Refusal::NotClosed) };
    }
    if state.closed.is_some() {
        return Err(Refusal::Closed);
    }
    if state.decision.is_some() {
        return Err(Refusal::Busy);
    }
    let leaves = matches!(command, Command::Approve { .. } | Command::Decide { .. } | Command::Ask { .. });
    if leaves && state.opened.settings.mode == Mode::Shadow {
        return Err(Refusal::Shadow);
    }
    match command {
        Command::Claim if state.assignee.as_ref().is_some_and(|assignee| *assignee != actor.subject) => {
            Err(Refusal::Claimed)
        }
        Command::Release if state.assignee.is_none() => Err(Refusal::NotClaimed),
        // An analyst who fell ill must not keep a case from everybody.
        Command::Release if state.assignee.as_ref() != Some(&actor.subject) && actor.role != Role::Admin => {
            Err(Refusal::Claimed)
        }
        Command::Identify { .. } if state.customer.is_some() => Err(Refusal::CustomerFixed),
        Command::Ask { .. } | Command::Decide { .. } if state.lead().is_none() => Err(Refusal::NoTrack),
        Command::Ask { .. } | Command::Decide { .. } | Command::Close { .. } | Command::Reroute { .. }
            if action_under_way(state) =>
        {
            Err(Refusal::ActionUnderWay)
        }
        Command::Approve { proposal, hash } => {
            let proposed = open(state, proposal, hash)?;
            if proposed.approvals.contains(&actor.subject) { Err(Refusal::SelfApproval) } else { Ok(()) }
        }
        Command::Reject { proposal, hash, .. } => open(state, proposal, hash).map(|_| ()),
        Command::Decide { action, about, .. } => {
            let transaction = |id| state.transaction(id);
            let known = |id| transaction(id).is_some() || state.payment(id).is_some();
            let charge = |id| transaction(id).is_some_and(|row| row.direction == Direction::Debit);
            match about {
                Some(id) if !known(id) || (action.moves_money() && !charge(id)) => Err(Refusal::NeedsEvidence),
                None if action.moves_money() => Err(Refusal::NeedsEvidence),
                Some(_) | None => Ok(()),
            }
        }
        Command::Claim
        | Command::Release
        | Command::Identify { .. }
        | Command::Reroute { .. }
        | Command::Ask { .. }
        | Command::Close { .. }
        | Command::Reopen { .. } => Ok(()),
    }
}

/// Checks a message against the state.
///
/// # Errors
/// The [`Refusal`].
pub fn check_message(state: &State, message: &Message) -> Result<(), Refusal> {
    let may = match message.from {
        Speaker::Customer => message.by.role.submits(),
        Speaker::Analyst => message.by.role.decides(),
    };
    match (may, state.closed) {
        (false, _) => Err(Refusal::Role),
        (true, Some(_)) => Err(Refusal::Closed),
        (true, None) => Ok(()),
    }
}

fn open<'a>(state: &'a State, id: &str, hash: &Digest) -> Result<&'a Proposed, Refusal> {
    let proposed = state.proposed(id).ok_or(Refusal::NoProposal)?;
    if proposed.proposal.hash() != hash || proposed.stage == Stage::Superseded {
        return Err(Refusal::Stale);
    }
    if proposed.stage == Stage::Pending { Ok(proposed) } else { Err(Refusal::Settled) }
}

fn action_under_way(state: &State) -> bool {
    state.tracks.iter().flat_map(|track| &track.proposals).any(|proposed| proposed.stage == Stage::Approved)
}
