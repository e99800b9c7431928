//! The docket's row of a case: enough to find it, and nothing of what anybody wrote.

use case::{
    case::{Case, Rest},
    entry::{Basis, Escalation},
    facts::{Band, Facts},
    ids::Reference,
    journal::Fault,
    law,
    money::Money,
    policy::Reason,
    rules::pack::Duty,
    source::Source,
    specialist,
    state::{Proposed, Stage, State, Track},
    time::Millis,
    view_hash,
};

use serde::Serialize;
use serde_json::Value;

use crate::{
    docket::{DocketRow, Pending},
    view,
};

/// Transactions and payments that a row names at most.
const ABOUT: usize = 20;

/// The row that follows from a journal, and when the case has to be woken.
///
/// # Errors
/// Where the journal does not verify, or is a newer version's.
pub fn of_journal(lines: &[String]) -> Result<(DocketRow, Option<Millis>), Fault> {
    let case = Case::replay(lines.iter().map(String::as_str))?;
    Ok((docket_row(&case), case.wake()))
}

/// `working`, `waiting`, `review` or `closed`.
#[must_use]
pub const fn state_name(rest: Rest) -> &'static str {
    match rest {
        Rest::Working { .. } => "working",
        Rest::Waiting { .. } => "waiting",
        Rest::Review => "review",
        Rest::Closed => "closed",
    }
}

/// Who has the case on the wire: the lead's agent, or `human-review`.
#[must_use]
pub fn routed_to(case: &Case) -> &'static str {
    let state = case.state();
    match (state.lead(), &state.outcome) {
        (Some(track), _) => specialist::agent(track.task),
        (None, Some(_)) => "human-review",
        (None, None) => "triage",
    }
}

/// The row of a case as it is now.
#[must_use]
pub fn docket_row(case: &Case) -> DocketRow {
    let state = case.state();
    let rest = case.rest();
    // The law's clocks come before the time that a customer is given to answer.
    let clocks =
        law::deadlines(state).into_iter().filter(|deadline| !deadline.over && deadline.clock.duty == Duty::Bank);
    let statutory = clocks.map(|deadline| deadline.due.due_at.0).next();
    let due_at = match rest {
        Rest::Waiting { wake } => statutory.or(Some(wake.0)),
        Rest::Working { .. } | Rest::Review => statutory,
        Rest::Closed => None,
    };
    // A case that was rerouted before triage came to anything was never triaged.
    let triaged = state.triaged.as_ref().or(state.outcome.as_ref()).filter(|it| it.basis != Basis::Rerouted);
    let care = &state.care;
    let is_erased = care.erased.is_some();
    let (missed, met) = kept(state);
    DocketRow {
        case_id: case.id().to_string(),
        state: state_name(rest).to_owned(),
        task: state.outcome.as_ref().map(|outcome| outcome.label.name().to_owned()),
        agent: routed_to(case).to_owned(),
        assignee: state.assignee.as_ref().map(ToString::to_string),
        external_id: state.opened.external_id.as_ref().map(ToString::to_string),
        escalated: !state.escalations.is_empty(),
        due_at,
        opened_at: state.opened_at.0,
        updated_at: state.now.0,
        submitted_by: state.opened.by.subject.to_string(),
        head_seq: case.head().seq,
        head_hash: case.head().hash.to_string(),
        risk: risk(state).map(|band| name_of(&band)),
        amount: amount(state),
        customer_id: state.customer.as_ref().filter(|_| !is_erased).map(ToString::to_string),
        about: if is_erased { Vec::new() } else { about(state) },
        snoozed_until: care.snoozed.map(|snooze| snooze.until.0),
        claimed_until: care.claimed_until.map(|until| until.0),
        decided_by: triaged.map(|outcome| name_of(&outcome.decided_by)),
        triaged_as: triaged.map(|outcome| outcome.label.name().to_owned()),
        confidence_ppm: triaged.map(|outcome| outcome.confidence.parts()),
        language: view::language::of(state).map(|language| language.code().to_owned()),
        closed_at: state.closed.and(care.closed_at).map(|at| at.0),
        escalations: state.escalations.iter().map(name_of).collect(),
        overturned: is_overturned(state),
        agreed: own_proposals(state).any(|proposed| !view_hash::agreed(state, proposed).is_empty()),
        missed,
        met,
        cost_nano_dollars: state.spent_nano_dollars,
        pending: pending(state),
        held: care.held,
        erased: is_erased,
    }
}

/// The name that a closed list has in the journal.
fn name_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name,
        Ok(_) | Err(_) => String::new(),
    }
}

/// How high the risk is: what the risk service says, unless the case itself is escalated for fraud.
fn risk(state: &State) -> Option<Band> {
    let fraud = [Escalation::HighRisk, Escalation::FraudSuspected];
    if fraud.iter().any(|reason| state.escalations.contains(reason)) {
        return Some(Band::High);
    }
    state.facts_of(Source::Risk).find_map(|facts| match facts {
        Facts::Risk { band, .. } => Some(*band),
        Facts::Transactions { .. }
        | Facts::Accounts { .. }
        | Facts::Payments { .. }
        | Facts::Profile { .. }
        | Facts::Merchants { .. }
        | Facts::Policy { .. } => None,
    })
}

/// What is at stake: the lead's proposal says it, or else the transaction or payment that is meant.
fn amount(state: &State) -> Option<Money> {
    let proposed = state.lead().and_then(|track| track.proposals.last()).and_then(|last| last.proposal.amount());
    let meant = || {
        let named = state.pointed_at().or(state.opened.payment.as_ref())?;
        let transaction = state.transaction(named).map(|transaction| transaction.money);
        transaction.or_else(|| state.payment(named).map(|payment| payment.money))
    };
    proposed.or_else(meant)
}

/// The transactions and payments that the case is about, each once.
fn about(state: &State) -> Vec<String> {
    let proposed = state.lead().and_then(|track| track.proposals.last());
    let cited = proposed.map_or(&[] as &[Reference], |last| last.proposal.references());
    let named = state.picked.iter().chain(&state.opened.transaction).chain(&state.opened.payment);
    let mut about: Vec<String> = Vec::new();
    for reference in cited.iter().chain(named).map(ToString::to_string) {
        if about.len() < ABOUT && !about.contains(&reference) {
            about.push(reference);
        }
    }
    about
}

/// How many deadlines of the bank's were missed, and how many were kept.
fn kept(state: &State) -> (u32, u32) {
    let deadlines = law::deadlines(state);
    let of_bank = deadlines.iter().filter(|deadline| deadline.clock.duty == Duty::Bank);
    of_bank.fold((0, 0), |(missed, met), deadline| {
        if state.has_warned(deadline.track, deadline.clock, deadline.due.due_on, true) {
            (missed + 1, met)
        } else {
            (missed, met + u32::from(deadline.over))
        }
    })
}

fn is_decision(proposed: &Proposed) -> bool {
    proposed.proposal.reasons().contains(&Reason::AnalystDecision)
}

/// What specialists proposed, and not an analyst.
fn own_proposals(state: &State) -> impl Iterator<Item = &Proposed> {
    state.tracks.iter().flat_map(|track| &track.proposals).filter(|proposed| !is_decision(proposed))
}

/// Whether a person overturned what was proposed. A decision where nothing was proposed overturns nothing, and one for
/// the same action agrees.
fn is_overturned(state: &State) -> bool {
    let is_rerouted = state.outcome.as_ref().is_some_and(|outcome| outcome.basis == Basis::Rerouted);
    let is_rejected = own_proposals(state).any(|proposed| proposed.stage == Stage::Rejected);
    let is_decided_otherwise = |track: &Track| {
        let mut own = None;
        track.proposals.iter().any(|proposed| {
            let action = proposed.proposal.action();
            if is_decision(proposed) {
                return own.is_some_and(|own| own != action);
            }
            own = Some(action);
            false
        })
    };
    is_rerouted || is_rejected || state.tracks.iter().any(is_decided_otherwise)
}

/// What somebody has yet to agree to: the lead's, or else any track's.
fn pending(state: &State) -> Option<Pending> {
    let proposed = state.lead().into_iter().chain(&state.tracks).find_map(Track::pending)?;
    Some(Pending {
        action: proposed.proposal.action().name().to_owned(),
        needs: u32::try_from(proposed.proposal.approval().people()).unwrap_or(u32::MAX),
        approved_by: view_hash::agreed(state, proposed).iter().map(ToString::to_string).collect(),
    })
}

#[cfg(test)]
mod tests {
    use case::ids::Digest;

    use super::*;

    #[test]
    fn a_row_names_only_who_agreed_to_what_is_shown_now() {
        let lines: Vec<&str> = include_str!("../../testdata/journals/v2-desk.jsonl").lines().collect();
        let mut agreed = None;
        let story = Case::replay_each(lines, |_, case| {
            let pending = pending(case.state()).is_some_and(|pending| !pending.approved_by.is_empty());
            agreed = agreed.take().or_else(|| pending.then(|| case.state().clone()));
        });
        story.unwrap();
        let mut state = agreed.expect("one of two people agreed");
        assert_eq!(pending(&state).unwrap().approved_by, ["ada"]);
        state.opened.settings_hash = Digest::of(b"something else is shown");
        assert_eq!(pending(&state).unwrap().approved_by, [""; 0]);
    }
}
