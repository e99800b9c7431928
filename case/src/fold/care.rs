//! How people look after a case, as its entries tell.

use crate::{
    actor::Actor,
    command,
    entry::{Command, Entry, Erasure, Escalation, Message, Missing, Return, Speaker},
    state::{Ask, Snooze, Stage, Standing, State},
    time::Millis,
};

/// What an entry means for who has the case, whether it rests, and since when nobody did anything.
pub(super) fn apply(state: &mut State, entry: &Entry) {
    match entry {
        Entry::Messaged(message) => messaged(state, message),
        Entry::Commanded { actor, command, .. } => commanded(state, actor, command),
        Entry::Answered { .. } => touch(state),
        Entry::Notified(_)
        | Entry::TrackOpened { .. }
        | Entry::CustomerAsked { .. }
        | Entry::Proposed { .. }
        | Entry::Escalated { reason: Escalation::NoAnswer } => {
            end_rest(state);
            touch(state);
        }
        Entry::Warned { .. } => end_rest(state),
        Entry::Escalated { reason } => {
            end_rest(state);
            state.care.raised &= *reason != Escalation::ByAnalyst;
        }
        Entry::Returned { why } => returned(state, *why),
        Entry::Erased { why } => erased(state, *why),
        Entry::Closed { .. } => closed(state),
        Entry::GaveUp { ask, .. } => {
            state.care.unsent |= state.asks.get(ask).is_some_and(Ask::is_letter);
        }
        Entry::Opened(_)
        | Entry::TimePassed
        | Entry::Resumed
        | Entry::Triaged(_)
        | Entry::Asked { .. }
        | Entry::RetryPlanned { .. }
        | Entry::LawApplied { .. } => {}
    }
}

/// When a claim that is made or renewed now ends; a case that pins no such setting knows no end.
fn claim_end(state: &State) -> Option<Millis> {
    state.opened.settings.desk.as_ref().map(|desk| state.now.plus(desk.claim_ms))
}

const fn touch(state: &mut State) {
    state.care.touched_at = state.now;
}

/// Something happened: the case rests no longer.
fn end_rest(state: &mut State) {
    if let Some(snooze) = state.care.snoozed.take()
        && snooze.claimed
        && state.assignee.is_some()
    {
        state.care.claimed_until = claim_end(state);
    }
}

fn renew(state: &mut State, by: &Actor) {
    if state.assignee.as_ref() == Some(&by.subject) && state.care.claimed_until.is_some() {
        state.care.claimed_until = claim_end(state);
    }
}

/// Somebody who works cases did something with this one.
fn attended(state: &mut State, by: &Actor) {
    end_rest(state);
    renew(state, by);
    touch(state);
    state.care.unread = false;
    state.escalations.remove(&Escalation::Stale);
}

fn messaged(state: &mut State, message: &Message) {
    match message.from {
        Speaker::Analyst => attended(state, &message.by),
        Speaker::Customer => {
            end_rest(state);
            touch(state);
            state.care.unread |= state.opened.settings.desk.is_some() && command::action_under_way(state);
        }
    }
}

fn commanded(state: &mut State, by: &Actor, command: &Command) {
    if command.is_quiet() {
        renew(state, by);
    } else {
        attended(state, by);
    }
    match command {
        Command::Claim => {
            if state.assignee.as_ref() != Some(&by.subject) {
                state.assignee = Some(by.subject.clone());
                state.care.claimed_until = claim_end(state);
            }
        }
        Command::Release => give_back(state),
        Command::Assign { to, .. } => {
            state.assignee = Some(to.clone());
            state.care.claimed_until = None;
        }
        Command::Snooze { until, .. } => {
            let claimed = state.care.claimed_until.take().is_some();
            state.care.snoozed = Some(Snooze { until: *until, claimed });
        }
        Command::Escalate { .. } => {
            give_back(state);
            state.care.raised = !state.escalations.contains(&Escalation::ByAnalyst);
        }
        Command::Close { .. } => {
            closed(state);
            state.care.unsent = false;
        }
        Command::Reply { .. } => answered(state),
        Command::Reopen { .. } => {
            state.care.unsent = false;
            state.care.closed_at = None;
            if state.opened.settings.desk.is_some() {
                give_back(state);
            }
        }
        Command::Hold { .. } => state.care.held = true,
        Command::Unhold { .. } => state.care.held = false,
        Command::Erase => state.care.erase = true,
        Command::Identify { .. }
        | Command::Reroute { .. }
        | Command::Ask { .. }
        | Command::Approve { .. }
        | Command::Reject { .. }
        | Command::Decide { .. }
        | Command::Reveal { .. } => {}
    }
}

fn give_back(state: &mut State) {
    state.assignee = None;
    state.care.claimed_until = None;
}

fn returned(state: &mut State, why: Return) {
    match why {
        Return::ClaimExpired => give_back(state),
        Return::SnoozeOver => {
            end_rest(state);
            touch(state);
        }
    }
}

const fn closed(state: &mut State) {
    state.care.closed_at = Some(state.now);
    state.care.claimed_until = None;
    state.care.snoozed = None;
}

/// Another letter settles that one was refused, and its own refusal is told again.
fn answered(state: &mut State) {
    state.care.unsent = false;
    let mut proposals = state.tracks.iter().flat_map(|track| &track.proposals);
    if !proposals.any(|proposed| proposed.stage == Stage::Refused) {
        state.escalations.remove(&Escalation::ActionRefused);
    }
}

/// What was to be sent has no words any more: it is given up, and no answer to it is waited for.
fn erased(state: &mut State, why: Erasure) {
    state.care.erase = false;
    state.care.erased = Some(why);
    state.care.unsent = false;
    for ask in state.asks.values_mut().filter(|ask| ask.is_letter() && ask.is_open()) {
        ask.standing = Standing::Missing(Missing::Late);
    }
    for letter in state.letters.iter_mut().filter(|letter| letter.stage == Stage::Approved) {
        letter.stage = Stage::Refused;
    }
}
