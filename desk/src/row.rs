//! The docket's row of a case: enough to find it, and nothing of what anybody wrote.

use case::{
    case::{Case, Rest},
    journal::Fault,
    law,
    rules::pack::Duty,
    specialist,
    time::Millis,
};

use crate::ports::DocketRow;

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
    }
}
