//! The fold: one entry changes the state. An entry that cannot happen in a state is an error, never a panic.

mod care;

use std::collections::BTreeMap;

use crate::{
    actor::Actor,
    entry::{
        Answer, Basis, CloseReason, Command, CustomerQuestion, Entry, Escalation, Failure, Message, Missing, Outcome,
        Question, Speaker, Tier,
    },
    ids::{AskId, Digest, Subject},
    label::{Label, Ppm, Scored, Task},
    law::Law,
    narrative::{Narrative, YesNo},
    policy::Proposal,
    rules::Pause,
    state::{Ask, Decision, Letter, Proposed, Stage, Standing, State, Track},
    time::Millis,
    view_hash,
};

/// Applies one entry, written at `at`.
///
/// # Errors
/// What cannot be; the journal's `Fault::Impossible` names the place.
pub fn apply(state: &mut State, entry: &Entry, at: Millis) -> Result<(), &'static str> {
    state.now = at;
    match entry {
        Entry::Opened(_) => return Err("a case opens once"),
        Entry::Messaged(message) => messaged(state, message),
        Entry::Answered { ask, attempt, answer } => answered(state, ask, *attempt, answer)?,
        Entry::Commanded { actor, command, key, .. } => {
            state.remember_command(key.as_ref());
            commanded(state, actor, command)?;
        }
        Entry::Notified(notice) => {
            state.remember_told(notice.key.as_ref());
            look_anew(state);
        }
        Entry::TimePassed => {}
        Entry::Resumed => resumed(state),
        Entry::Triaged(outcome) => state.outcome = Some(outcome.clone()),
        Entry::Asked { .. } => asked(state, entry, at),
        Entry::RetryPlanned { ask, at } => standing(state, ask, Standing::Retry(*at))?,
        Entry::GaveUp { ask, missing } => gave_up(state, ask, *missing)?,
        Entry::TrackOpened { track, task } => state.tracks.push(Track {
            id: track.clone(),
            task: *task,
            proposals: Vec::new(),
            waiting: None,
            law: Law::default(),
            pauses: Vec::new(),
            about: Vec::new(),
            asked: BTreeMap::new(),
            human: false,
            retired: false,
        }),
        Entry::CustomerAsked { track, question, about } => {
            let track = track_mut(state, track)?;
            track.waiting = Some((*question, at));
            track.pauses.push(Pause { from: at, to: None });
            track.about.clone_from(about);
            *track.asked.entry(*question).or_default() += 1;
            state.escalations.remove(&Escalation::NoAnswer);
        }
        Entry::Proposed { track, proposal, by } => proposed(state, track, proposal, by.as_ref())?,
        Entry::LawApplied { track, law } => track_mut(state, track)?.law = law.clone(),
        Entry::Warned { track, rule, due_on, missed } => {
            state.warned.insert((track.clone(), rule.clone(), *due_on, *missed));
        }
        Entry::Escalated { reason } => {
            state.escalations.insert(*reason);
        }
        Entry::Closed { outcome } => state.closed = Some(*outcome),
        Entry::Returned { .. } | Entry::Erased { .. } => {}
    }
    care::apply(state, entry);
    Ok(())
}

/// A decision of somebody's own is their agreement to what is shown now.
fn proposed(state: &mut State, track: &str, proposal: &Proposal, by: Option<&Subject>) -> Result<(), &'static str> {
    state.proposals += 1;
    let decided = state.decision.take();
    let mut proposed = Proposed {
        proposal: proposal.clone(),
        approvals: by.into_iter().cloned().collect(),
        agreed_to: None,
        by_approver: decided.is_some_and(|decision| decision.by.role.approves()),
        draft: None,
        stage: Stage::Pending,
        done_at: None,
    };
    proposed.settle();
    track_mut(state, track)?.proposals.push(proposed);
    if by.is_some() {
        let shown = state.proposed(proposal.id()).map(|proposed| view_hash::of(state, proposed));
        proposed_mut(state, proposal.id())?.agreed_to = shown;
    }
    Ok(())
}

fn track_mut<'a>(state: &'a mut State, id: &str) -> Result<&'a mut Track, &'static str> {
    state.tracks.iter_mut().find(|track| track.id == id).ok_or("there is no such track")
}

fn standing(state: &mut State, ask: &AskId, standing: Standing) -> Result<(), &'static str> {
    let ask = state.asks.get_mut(ask).ok_or("nothing of that id was asked")?;
    ask.standing = standing;
    Ok(())
}

fn asked(state: &mut State, entry: &Entry, at: Millis) {
    let Entry::Asked { ask, attempt, question, until, deadline, reserve_nano_dollars } = entry else { return };
    let before = state.asks.get(ask);
    let (number, settled) = before.map_or((state.asked, 0), |before| (before.number, before.settled));
    state.asked += u32::from(*attempt == 1);
    state.spent_nano_dollars = state.spent_nano_dollars.saturating_add(*reserve_nano_dollars);
    let entry = Ask {
        question: question.clone(),
        attempt: *attempt,
        asked_at: at,
        until: *until,
        deadline: *deadline,
        standing: Standing::Open,
        stale: false,
        reserve_nano_dollars: *reserve_nano_dollars,
        settled,
        number,
    };
    state.asks.insert(ask.clone(), entry);
}

fn answered(state: &mut State, id: &AskId, attempt: u32, answer: &Answer) -> Result<(), &'static str> {
    let ask = state.asks.get_mut(id).ok_or("nothing of that id was asked")?;
    if !ask.awaits(attempt, answer) {
        return Err("nobody waits for this answer any more");
    }
    if let Some(cost) = cost(answer) {
        // What was reserved for this attempt makes way for what it cost.
        let reserved = if attempt > ask.settled { ask.reserve_nano_dollars } else { 0 };
        state.spent_nano_dollars = state.spent_nano_dollars.saturating_sub(reserved).saturating_add(cost);
        ask.settled = ask.settled.max(attempt);
    }
    ask.standing = match answer {
        // No pause at all is what a restart asks for; from outside it would be an invitation to hammer.
        Answer::Failed { failure, retry_after_ms, .. } => {
            Standing::Failed { failure: *failure, retry_after_ms: retry_after_ms.map(|pause_ms| pause_ms.max(1)) }
        }
        Answer::Opinion { .. }
        | Answer::Drafted { .. }
        | Answer::Extracted { .. }
        | Answer::Facts { .. }
        | Answer::Advised { .. }
        | Answer::Done { .. } => Standing::Answered(answer.clone()),
    };
    if let Answer::Extracted { identity, .. } = answer {
        state.identity.take(identity);
    }
    match (ask.question.clone(), answer) {
        (Question::Act { proposal }, Answer::Done { .. }) => stage(state, &proposal, Stage::Done)?,
        (Question::Letter { letter }, Answer::Done { .. }) => letter_is(state, &letter, Stage::Done)?,
        (Question::Draft { proposal, .. }, Answer::Drafted { draft, kept: 1.., .. }) => {
            drafted(state, &proposal, draft)
        }
        _ => {}
    }
    Ok(())
}

/// A summary counts from now on, unless somebody has agreed without it.
fn drafted(state: &mut State, proposal: &str, draft: &Digest) {
    if let Ok(proposed) = proposed_mut(state, proposal)
        && proposed.approvals.is_empty()
    {
        proposed.draft = Some(draft.clone());
    }
}

/// What an attempt cost, where that is known. One that was refused before a model saw it costs nothing; one that was
/// lost, or whose price nobody knows, costs what was reserved for it.
const fn cost(answer: &Answer) -> Option<u64> {
    match answer {
        Answer::Opinion { call, .. }
        | Answer::Drafted { call, .. }
        | Answer::Extracted { call, .. }
        | Answer::Failed { call: Some(call), .. } => call.cost_nano_dollars,
        Answer::Failed { call: None, failure, .. } => match failure {
            Failure::NotConfigured
            | Failure::NotFound
            | Failure::Refused
            | Failure::Unavailable
            | Failure::NoProfile => Some(0),
            Failure::TimedOut | Failure::Unusable => None,
        },
        Answer::Facts { .. } | Answer::Advised { .. } | Answer::Done { .. } => None,
    }
}

fn gave_up(state: &mut State, id: &AskId, missing: Missing) -> Result<(), &'static str> {
    standing(state, id, Standing::Missing(missing))?;
    match state.asks.get(id).map(|ask| ask.question.clone()) {
        Some(Question::Act { proposal }) => {
            stage(state, &proposal, Stage::Refused)?;
            if let Some(track) = track_of(state, &proposal) {
                track.human = true;
            }
            Ok(())
        }
        Some(Question::Letter { letter }) => letter_is(state, &letter, Stage::Refused),
        Some(_) | None => Ok(()),
    }
}

fn letter_is(state: &mut State, id: &str, stage: Stage) -> Result<(), &'static str> {
    let letter = state.letters.iter_mut().find(|letter| letter.id == id).ok_or("there is no such letter")?;
    letter.stage = stage;
    Ok(())
}

fn stage(state: &mut State, proposal: &str, stage: Stage) -> Result<(), &'static str> {
    let now = state.now;
    let proposed = proposed_mut(state, proposal)?;
    proposed.stage = stage;
    proposed.done_at = (stage == Stage::Done).then_some(now);
    Ok(())
}

fn proposed_mut<'a>(state: &'a mut State, id: &str) -> Result<&'a mut Proposed, &'static str> {
    let mut proposals = state.tracks.iter_mut().flat_map(|track| &mut track.proposals);
    proposals.find(|proposed| proposed.proposal.id() == id).ok_or("there is no such proposal")
}

fn track_of<'a>(state: &'a mut State, proposal: &str) -> Option<&'a mut Track> {
    let has = |track: &Track| track.proposals.iter().any(|proposed| proposed.proposal.id() == proposal);
    state.tracks.iter_mut().find(|track| has(track))
}

/// Asks that were in flight when the host stopped have failed; whether they are tried again is not decided here.
fn resumed(state: &mut State) {
    for ask in state.asks.values_mut().filter(|ask| ask.is_open() && ask.standing == Standing::Open) {
        ask.standing = Standing::Failed { failure: Failure::TimedOut, retry_after_ms: Some(0) };
    }
}

fn messaged(state: &mut State, message: &Message) {
    state.remember_told(message.key.as_ref());
    state.words.push((message.from, message.words.sealed.clone(), state.now));
    if message.from == Speaker::Analyst {
        // An analyst's words are no evidence; documents that came in by post are.
        if message.words.documents > 0 {
            state.identity.take(&message.words.identity);
            look_anew(state);
        }
        return;
    }
    let heard = &message.words.narrative;
    // Further words may raise a suspicion; they cannot lower one.
    let suspected = state.reading.fraud_suspected;
    state.reading = message.words.reading.clone();
    state.reading.fraud_suspected |= suspected;
    state.steering |= message.words.steering;
    state.narrative.hear(heard);
    answered_by_customer(state, heard);
    state.identity.take(&message.words.identity);
    look_anew(state);
    state.escalations.remove(&Escalation::NoAnswer);
    let now = state.now;
    for track in &mut state.tracks {
        track.waiting = track.waiting.filter(|(question, _)| *question == CustomerQuestion::WhichCustomer);
        // The customer has said something: no clock stands still for this any more.
        track.end_pause(now);
    }
}

/// Makes what was asked and proposed before a message outdated.
fn look_anew(state: &mut State) {
    // What was said or sent may name what an earlier reply was compared with, or what the source was asked about.
    let outdated = |ask: &&mut Ask| match ask.question {
        Question::Lookup(_) | Question::Extract { .. } | Question::Consult(_) => true,
        Question::Triage { .. } | Question::Draft { .. } | Question::Act { .. } | Question::Letter { .. } => false,
    };
    for ask in state.asks.values_mut().filter(outdated) {
        ask.stale = true;
    }
    // Nobody should agree to what was proposed without it; the specialist looks again.
    state.tracks.iter_mut().for_each(supersede);
}

/// A short answer is one to what is asked at the moment; without a question it means nothing.
fn answered_by_customer(state: &mut State, heard: &Narrative) {
    for track in &state.tracks {
        let Some((question, _)) = track.waiting else { continue };
        match question {
            CustomerQuestion::WhichTransaction | CustomerQuestion::WhichPayment => {
                let only = heard.answer == Some(YesNo::Yes) && track.about.len() == 1;
                let index = match heard.pick {
                    Some(0) => track.about.len().checked_sub(1),
                    Some(pick) => Some(usize::from(pick) - 1),
                    None => only.then_some(0),
                };
                let picked = index.and_then(|index| track.about.get(index));
                state.picked = picked.cloned().or_else(|| state.picked.take());
            }
            CustomerQuestion::ProofOfOtherPayment
            | CustomerQuestion::CardInPossession
            | CustomerQuestion::RecogniseMerchant => {
                if let Some(answer) = heard.answer {
                    state.said.insert(question, answer == YesNo::Yes);
                }
            }
            CustomerQuestion::DeliveryDue => {
                state.narrative.delivery_due = heard.delivery_due.or(heard.day).or(state.narrative.delivery_due);
            }
            CustomerQuestion::CancelledWhen => {
                state.narrative.cancelled_on = heard.cancelled_on.or(heard.day).or(state.narrative.cancelled_on);
            }
            CustomerQuestion::WhichCustomer | CustomerQuestion::Analyst | CustomerQuestion::WhatHappened => {}
        }
    }
}

fn commanded(state: &mut State, by: &Actor, command: &Command) -> Result<(), &'static str> {
    let goes_on = goes_on(state);
    match command {
        Command::Identify { customer } => {
            state.customer = Some(customer.clone());
            state.escalations.remove(&Escalation::NoAnswer);
            let asked_who = |track: &&mut Track| matches!(track.waiting, Some((CustomerQuestion::WhichCustomer, _)));
            state.tracks.iter_mut().filter(asked_who).for_each(|track| track.wait_no_more(goes_on));
        }
        Command::Reroute { task } => reroute(state, *task),
        Command::Ask { question } => {
            state.question = Some(question.clone());
            let now = state.now;
            let track = lead_mut(state).ok_or("no specialist is at work")?;
            track.waiting = Some((CustomerQuestion::Analyst, now));
            state.escalations.remove(&Escalation::NoAnswer);
        }
        Command::Approve { proposal, .. } => approve(state, proposal, by)?,
        Command::Reject { proposal, .. } => {
            stage(state, proposal, Stage::Rejected)?;
            let track = track_of(state, proposal).ok_or("there is no such proposal")?;
            track.human = true;
        }
        // The decision itself becomes a proposal, which `next` derives from this command.
        Command::Decide { action, about, .. } => {
            let track = lead_mut(state).ok_or("no specialist is at work")?;
            track.human = false;
            track.wait_no_more(goes_on);
            supersede(track);
            let track = track.id.clone();
            state.decision = Some(Decision { track, action: *action, about: about.clone(), by: by.clone() });
        }
        Command::Reply { letter, sum } => state.letters.push(Letter {
            id: format!("l{}", state.letters.len() + 1),
            sealed: letter.clone(),
            sum: sum.clone(),
            by: by.subject.clone(),
            at: state.now,
            stage: Stage::Approved,
        }),
        Command::Close { .. } => {
            state.closed = Some(CloseReason::ByAnalyst);
            // Nobody waits for the customer in a closed case; what was asked can still be read in it.
            goes_on.into_iter().for_each(|at| state.tracks.iter_mut().for_each(|track| track.end_pause(at)));
        }
        Command::Reopen { .. } => reopen(state, goes_on),
        // Who has the case, and how it is kept, is another module's.
        Command::Claim
        | Command::Release
        | Command::Assign { .. }
        | Command::Snooze { .. }
        | Command::Escalate { .. }
        | Command::Reveal { .. }
        | Command::Hold { .. }
        | Command::Unhold { .. }
        | Command::Erase => {}
    }
    Ok(())
}

/// When clocks that stand still for the customer go on: now. A case from before there was a desk leaves them.
fn goes_on(state: &State) -> Option<Millis> {
    state.opened.settings.desk.as_ref().map(|_| state.now)
}

/// A human decides from here, and anew: what somebody agreed to before the case ended may be long over.
fn reopen(state: &mut State, goes_on: Option<Millis>) {
    state.closed = None;
    for track in &mut state.tracks {
        track.human = true;
        track.wait_no_more(goes_on);
        let pending = track.proposals.iter_mut().filter(|one| goes_on.is_some() && one.stage == Stage::Pending);
        pending.for_each(Proposed::forget_agreement);
    }
}

/// An analyst's choice of task is the outcome from now on, and a label to learn from.
fn reroute(state: &mut State, task: Task) {
    let label = Label::from(task);
    let mut alternatives: Vec<Scored> = state.reading.scores.clone();
    alternatives.retain(|scored| scored.label != label);
    let before = state.outcome.take();
    state.triaged = state.triaged.take().or(before);
    state.outcome = Some(Outcome {
        label,
        confidence: Ppm::ONE,
        decided_by: Tier::Human,
        basis: Basis::Rerouted,
        tasks: vec![task],
        alternatives,
        calibrator: None,
    });
    state.escalations.remove(&Escalation::Untriaged);
    // The specialists that were at work make way, unless an action of theirs is on its way or done.
    let goes_on = goes_on(state);
    for track in &mut state.tracks {
        let acted = track.proposals.iter().any(|proposed| matches!(proposed.stage, Stage::Approved | Stage::Done));
        track.retired = track.task != task && !acted;
        if track.retired {
            track.wait_no_more(goes_on);
            supersede(track);
        } else if track.task == task && !acted {
            look_again(track);
        }
    }
}

/// What was turned down makes way: the specialist is asked for another look.
fn look_again(track: &mut Track) {
    track.human = false;
    if let Some(last) = track.proposals.last_mut().filter(|last| last.stage == Stage::Rejected) {
        last.stage = Stage::Superseded;
    }
}

fn supersede(track: &mut Track) {
    let pending = track.proposals.iter_mut().filter(|proposed| proposed.stage == Stage::Pending);
    pending.for_each(|proposed| proposed.stage = Stage::Superseded);
}

fn approve(state: &mut State, proposal: &str, by: &Actor) -> Result<(), &'static str> {
    let goes_on = goes_on(state);
    let shown = state.proposed(proposal).map(|proposed| view_hash::of(state, proposed));
    let proposed = proposed_mut(state, proposal)?;
    // Who agreed before something came in has agreed to something else.
    if proposed.agreed_to != shown {
        proposed.forget_agreement();
        proposed.agreed_to = shown;
    }
    proposed.approvals.insert(by.subject.clone());
    proposed.by_approver |= by.role.approves();
    proposed.settle();
    // Whatever was left to a human has been decided with this.
    if proposed.stage == Stage::Approved
        && let Some(track) = track_of(state, proposal)
    {
        track.human = false;
        track.wait_no_more(goes_on);
    }
    Ok(())
}

fn lead_mut(state: &mut State) -> Option<&mut Track> {
    let lead = state.lead()?.id.clone();
    state.tracks.iter_mut().find(|track| track.id == lead)
}
