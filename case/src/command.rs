//! Which commands a person may give, and when. A refused command writes nothing.

use crate::{
    actor::{Actor, Role},
    entry::{Command, Message, Notice, Reasoned, Speaker},
    facts::Direction,
    ids::{Digest, Reference},
    law, limits,
    policy::Action,
    rules::pack::Duty,
    settings::{DeskSettings, Mode},
    state::{Letter, Proposed, Stage, State},
    time::Millis,
    view_hash,
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
    /// Two analysts are not enough.
    #[error("one of the two who agree has to be an approver or an admin")]
    NeedsApprover,
    /// The action needs something in evidence; one that moves money needs a charge.
    #[error("this action needs `about`: a transaction or payment in evidence, and for money to move, a charge")]
    NeedsEvidence,
    /// The bank does not do a thing twice.
    #[error("this was done about that transaction before, or is on its way")]
    DoneBefore,
    /// The case does not rest.
    #[error("an approved action is on its way; wait until it is done")]
    ActionUnderWay,
    /// Nobody sends one letter twice.
    #[error("the same letter is on its way; wait until it is done")]
    SameLetter,
    /// A journal has an end.
    #[error("the case has become too long; close it and open another")]
    Full,
    /// Nothing leaves a case in shadow mode.
    #[error("shadow mode: nothing leaves this case, so nothing can be approved, decided or asked")]
    Shadow,
    /// The reason is none of those that the case's settings have for the command.
    #[error("choose one of the reasons that are configured for this command")]
    Reason,
    /// The rest would be too long.
    #[error("a case may rest until a time ahead that is not too far, and not into the warning time of a deadline")]
    Snooze,
    /// The words are kept.
    #[error("the case is on hold; end the hold first")]
    Held,
    /// The words are not kept by anybody's command.
    #[error("the case is not on hold")]
    NotHeld,
    /// The words are gone.
    #[error("the case's words were erased")]
    Erased,
    /// Nobody knows to whom a letter would go.
    #[error("nobody knows whose case it is; identify the customer first")]
    NoCustomer,
    /// This command follows another.
    #[error("an analyst's decision was not worked off yet")]
    Busy,
}

/// Checks a command against the state, were it given at this moment.
///
/// # Errors
/// The [`Refusal`].
pub fn check(state: &State, actor: &Actor, order: &Reasoned, at: Millis) -> Result<(), Refusal> {
    let command = &order.command;
    if !actor.role.gives(command.name()) {
        return Err(Refusal::Role);
    }
    if state.care.erased.is_some() {
        return Err(Refusal::Erased);
    }
    let desk = state.opened.settings.desk.as_ref();
    if !desk.map_or(order.code.is_none(), |desk| desk.takes(order)) {
        return Err(Refusal::Reason);
    }
    if command.is_quiet() {
        return check_keeping(state, command);
    }
    // A letter may follow a case's end.
    if let Command::Reply { sum, .. } = command {
        return check_letter(state, sum);
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
    check_work(state, actor, command, at)
}

/// Checks what concerns the words of a case and whether they are kept.
fn check_keeping(state: &State, command: &Command) -> Result<(), Refusal> {
    match command {
        Command::Hold { .. } | Command::Erase if state.care.held => Err(Refusal::Held),
        Command::Unhold { .. } if !state.care.held => Err(Refusal::NotHeld),
        Command::Erase if state.closed.is_none() => Err(Refusal::NotClosed),
        _ => Ok(()),
    }
}

fn check_letter(state: &State, sum: &Digest) -> Result<(), Refusal> {
    let under_way = |letter: &Letter| letter.stage == Stage::Approved && letter.sum == *sum;
    match (state.opened.settings.mode, &state.customer) {
        (Mode::Shadow, _) => Err(Refusal::Shadow),
        (Mode::Assist | Mode::Auto, None) => Err(Refusal::NoCustomer),
        (Mode::Assist | Mode::Auto, Some(_)) if state.letters.len() >= limits::LETTERS => Err(Refusal::Full),
        // Whoever sends again what was not answered in time sends no second letter.
        (Mode::Assist | Mode::Auto, Some(_)) if state.letters.iter().any(under_way) => Err(Refusal::SameLetter),
        (Mode::Assist | Mode::Auto, Some(_)) => Ok(()),
    }
}

/// Whether the case may rest until then: not into the time in which people are warned of a deadline of the bank's.
fn may_rest(state: &State, until: Millis, at: Millis) -> bool {
    let most_ms = state
        .opened
        .settings
        .desk
        .as_ref()
        .map_or_else(|| DeskSettings::default().snooze_most_ms, |desk| desk.snooze_most_ms);
    let warned = law::deadlines(state).into_iter().filter(|deadline| {
        deadline.clock.duty == Duty::Bank && !deadline.over && !deadline.due.paused && deadline.due.due_at >= at
    });
    let warned = warned.filter_map(|deadline| {
        let found = state.rules.rule_on(&deadline.clock.rule, deadline.clock.as_of)?;
        Some(found.pack.zone.start_of(deadline.due.warn_on))
    });
    until > at && until <= at.plus(most_ms) && warned.min().is_none_or(|warned_at| until <= warned_at)
}

fn check_work(state: &State, actor: &Actor, command: &Command, at: Millis) -> Result<(), Refusal> {
    match command {
        // A claim that has just run out stands in nobody's way.
        Command::Claim
            if state.assignee.as_ref().is_some_and(|assignee| *assignee != actor.subject)
                && state.care.claimed_until.is_none_or(|until| at < until) =>
        {
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
        Command::Approve { proposal, hash, .. } => {
            let proposed = open(state, proposal, hash)?;
            let agreed = view_hash::agreed(state, proposed);
            // A person whose name was once written otherwise is no second one.
            if agreed.iter().any(|one| one.as_str().eq_ignore_ascii_case(actor.subject.as_str())) {
                Err(Refusal::SelfApproval)
            } else if proposed.proposal.references().iter().any(|id| is_done(state, proposed.proposal.action(), id)) {
                Err(Refusal::DoneBefore)
            } else if lacks_approver(state, proposed, agreed.len(), actor.role) {
                Err(Refusal::NeedsApprover)
            } else {
                Ok(())
            }
        }
        Command::Reject { proposal, hash, .. } => open(state, proposal, hash).map(|_| ()),
        Command::Decide { action, about, .. } => {
            let transaction = |id| state.transaction(id);
            let known = |id| transaction(id).is_some() || state.payment(id).is_some();
            let charge = |id| transaction(id).is_some_and(|row| row.direction == Direction::Debit);
            match about {
                Some(id) if !known(id) || (action.moves_money() && !charge(id)) => Err(Refusal::NeedsEvidence),
                None if action.moves_money() => Err(Refusal::NeedsEvidence),
                Some(id) if is_done(state, *action, id) => Err(Refusal::DoneBefore),
                Some(_) | None => Ok(()),
            }
        }
        Command::Snooze { until, .. } if !may_rest(state, *until, at) => Err(Refusal::Snooze),
        Command::Claim
        | Command::Release
        | Command::Identify { .. }
        | Command::Reroute { .. }
        | Command::Ask { .. }
        | Command::Close { .. }
        | Command::Reopen { .. }
        | Command::Assign { .. }
        | Command::Snooze { .. }
        | Command::Escalate { .. }
        | Command::Reply { .. }
        | Command::Reveal { .. }
        | Command::Hold { .. }
        | Command::Unhold { .. }
        | Command::Erase => Ok(()),
    }
}

/// Whether two people would have agreed of whom, against the settings, neither gives second approvals.
fn lacks_approver(state: &State, proposed: &Proposed, agreed: usize, role: Role) -> bool {
    let wanted = state.opened.settings.desk.as_ref().is_some_and(|desk| desk.second_by_approver);
    let people = proposed.proposal.approval().people();
    let by_approver = agreed > 0 && proposed.by_approver;
    wanted && people > 1 && agreed + 1 >= people && !by_approver && !role.approves()
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

/// Checks a notice against the state.
///
/// # Errors
/// The [`Refusal`].
pub const fn check_notice(state: &State, notice: &Notice) -> Result<(), Refusal> {
    match (notice.by.role.submits(), state.closed) {
        (false, _) => Err(Refusal::Role),
        (true, Some(_)) => Err(Refusal::Closed),
        (true, None) => Ok(()),
    }
}

fn open<'a>(state: &'a State, id: &str, hash: &Digest) -> Result<&'a Proposed, Refusal> {
    let proposed = state.proposed(id).ok_or(Refusal::NoProposal)?;
    match proposed.stage {
        Stage::Superseded => Err(Refusal::Stale),
        Stage::Approved | Stage::Done | Stage::Rejected | Stage::Refused => Err(Refusal::Settled),
        Stage::Pending if view_hash::of(state, proposed) != *hash => Err(Refusal::Stale),
        Stage::Pending => Ok(proposed),
    }
}

/// Whether an action that moves money was done about something before, or is on its way.
fn is_done(state: &State, action: Action, about: &Reference) -> bool {
    let is_it = |one: &&Proposed| one.proposal.action() == action && one.proposal.references().contains(about);
    let mut before = state.tracks.iter().flat_map(|track| &track.proposals).filter(is_it);
    action.moves_money() && before.any(|one| matches!(one.stage, Stage::Approved | Stage::Done))
}

/// Whether an approved action is on its way.
pub(crate) fn action_under_way(state: &State) -> bool {
    state.tracks.iter().flat_map(|track| &track.proposals).any(|proposed| proposed.stage == Stage::Approved)
}
