//! What there is to tell of a case: a pure function of its journal. The same lines give the same events under the same
//! ids, on every host and as often as they are asked for.
//!
//! An event says what happened and where to look. It holds states, closed lists, references and times: no words, and
//! nothing of a person.

use std::collections::BTreeMap;

use case::{
    case::{Case, Rest},
    entry::{Command, Entry},
    journal::{Fault, Line},
    law,
    state::{Proposed, Stage, State},
    time::Millis,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Place;
use crate::row;

/// A kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EventKind {
    /// A request opened a case.
    #[serde(rename = "case.opened")]
    Opened,
    /// The customer is asked something, and the case waits.
    #[serde(rename = "case.waiting")]
    Waiting,
    /// The case came to a person's desk.
    #[serde(rename = "case.in_review")]
    InReview,
    /// A time of the law or of a network is nearly over.
    #[serde(rename = "deadline.near")]
    DeadlineNear,
    /// It is over.
    #[serde(rename = "deadline.passed")]
    DeadlinePassed,
    /// A proposal was agreed to by everybody who must, or turned down.
    #[serde(rename = "case.decided")]
    Decided,
    /// The case was closed.
    #[serde(rename = "case.closed")]
    Closed,
    /// A person should look, whatever else goes on.
    #[serde(rename = "case.escalated")]
    Escalated,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Opened,
        Self::Waiting,
        Self::InReview,
        Self::DeadlineNear,
        Self::DeadlinePassed,
        Self::Decided,
        Self::Closed,
        Self::Escalated,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opened => "case.opened",
            Self::Waiting => "case.waiting",
            Self::InReview => "case.in_review",
            Self::DeadlineNear => "deadline.near",
            Self::DeadlinePassed => "deadline.passed",
            Self::Decided => "case.decided",
            Self::Closed => "case.closed",
            Self::Escalated => "case.escalated",
        }
    }
}

/// Something to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Where it stands among the case's events.
    pub place: Place,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Millis,
    /// The payload's `data`.
    pub data: Map<String, Value>,
}

impl Event {
    /// `{case}-{seq}-{n}`: the same however often it is sent.
    #[must_use]
    pub fn id(&self) -> String {
        let case = self.data.get("case_id").and_then(Value::as_str).unwrap_or_default();
        format!("{case}-{}-{}", self.place.seq, self.place.n)
    }

    /// The bytes that are sent.
    #[must_use]
    pub fn body(&self) -> String {
        json!({ "type": self.kind.name(), "timestamp": self.at.rfc3339(), "data": self.data }).to_string()
    }
}

/// Everything there is to tell of a case, in order.
///
/// # Errors
/// Where the journal does not verify.
pub fn events(lines: &[String]) -> Result<Vec<Event>, Fault> {
    let (mut events, mut before) = (Vec::new(), Seen::default());
    Case::replay_each(lines.iter().map(String::as_str), |input, case| {
        events.extend(of_input(&before, input, case));
        before = Seen::of(case);
    })?;
    Ok(events)
}

/// Whether new lines of a case may hold something to tell. It may be wrong in one way only: [`events`] finds nothing.
#[must_use]
pub fn may_tell(lines: &[String], rest: Rest) -> bool {
    let telling = ["opened", "warned", "escalated", "proposed", "commanded"];
    let tells = |line: &String| telling.iter().any(|kind| line.contains(&format!(r#""kind":"{kind}""#)));
    !matches!(rest, Rest::Working { .. }) || lines.iter().any(tells)
}

/// What was so after the input before.
#[derive(Default)]
struct Seen {
    /// The state's name; none before the case was opened.
    rest: Option<&'static str>,
    /// Whether it was closed: a closed case that sends a letter is at work for a while, and not closed once more.
    closed: bool,
    decided: BTreeMap<String, &'static str>,
}

impl Seen {
    fn of(case: &Case) -> Self {
        let decided = proposals(case.state()).filter_map(|one| Some((one.proposal.id().to_owned(), decision(one)?)));
        let rest = Some(row::state_name(case.rest()));
        Self { rest, closed: case.state().closed.is_some(), decided: decided.collect() }
    }
}

fn proposals(state: &State) -> impl Iterator<Item = &Proposed> {
    state.tracks.iter().flat_map(|track| &track.proposals)
}

/// How a proposal was decided on.
const fn decision(proposed: &Proposed) -> Option<&'static str> {
    match proposed.stage {
        Stage::Approved | Stage::Done | Stage::Refused => Some("approved"),
        Stage::Rejected => Some("rejected"),
        Stage::Pending | Stage::Superseded => None,
    }
}

/// What one input and all that followed from it has to tell.
fn of_input(before: &Seen, input: &[Line], case: &Case) -> Vec<Event> {
    let (mut told, after) = (Vec::new(), Seen::of(case));
    for line in input {
        if let Some((kind, more)) = of_line(before, &after, line, case) {
            told.push((line, kind, more));
        }
    }
    if let Some(last) = input.last() {
        let closes = (after.closed && !before.closed).then_some(EventKind::Closed);
        let comes_to = match case.rest() {
            Rest::Waiting { .. } => Some(EventKind::Waiting),
            Rest::Review => Some(EventKind::InReview),
            Rest::Closed | Rest::Working { .. } => None,
        };
        let comes_to = comes_to.filter(|_| before.rest != after.rest);
        let action = case.state().lead().and_then(|track| track.pending()).map(|one| one.proposal.action().name());
        let more: Map<String, Value> =
            action.into_iter().map(|action| ("action".to_owned(), Value::from(action))).collect();
        told.extend(closes.into_iter().chain(comes_to).map(|kind| (last, kind, more.clone())));
    }
    let mut events: Vec<Event> = Vec::new();
    for (line, kind, more) in told {
        let n = events.iter().filter(|event| event.place.seq == line.seq).count();
        let place = Place { seq: line.seq, n: u32::try_from(n).unwrap_or(u32::MAX) };
        let data = data(case).into_iter().chain(more).collect();
        events.push(Event { place, kind, at: line.at, data });
    }
    events
}

/// What a line has to tell, and what is known of it besides.
fn of_line(before: &Seen, after: &Seen, line: &Line, case: &Case) -> Option<(EventKind, Map<String, Value>)> {
    let more = |more: Value| more.as_object().cloned().unwrap_or_default();
    match &line.entry {
        Entry::Opened(_) => Some((EventKind::Opened, Map::new())),
        Entry::Warned { track, rule, due_on, missed } => {
            let kind = if *missed { EventKind::DeadlinePassed } else { EventKind::DeadlineNear };
            let clock =
                law::deadlines(case.state()).into_iter().find(|one| one.track == track && one.clock.rule == *rule);
            let mut known = more(json!({ "rule": rule, "due_on": due_on.to_string() }));
            known.extend(clock.map(|one| ("due_at".to_owned(), Value::from(one.due.due_at.rfc3339()))));
            Some((kind, known))
        }
        Entry::Escalated { reason } => Some((EventKind::Escalated, more(json!({ "reason": reason })))),
        Entry::Proposed { proposal, .. } => decided(before, after, proposal.id(), case),
        Entry::Commanded { command: Command::Approve { proposal, .. } | Command::Reject { proposal, .. }, .. } => {
            decided(before, after, proposal, case)
        }
        _ => None,
    }
}

fn decided(before: &Seen, after: &Seen, id: &str, case: &Case) -> Option<(EventKind, Map<String, Value>)> {
    let decision = *after.decided.get(id).filter(|_| !before.decided.contains_key(id))?;
    let action = case.state().proposed(id)?.proposal.action().name();
    let known = json!({ "decision": decision, "proposal": id, "action": action });
    Some((EventKind::Decided, known.as_object().cloned().unwrap_or_default()))
}

/// What every event says of its case. `seq` and `head_hash` are where the journal ended then: a head to be held elsewhere.
fn data(case: &Case) -> Map<String, Value> {
    let row = row::docket_row(case);
    let opened = &case.state().opened;
    let mut data = Map::new();
    let mut say = |name: &str, value: Value| {
        if !value.is_null() {
            data.insert(name.to_owned(), value);
        }
    };
    say("tenant", json!(opened.tenant));
    say("case_id", json!(row.case_id));
    say("external_id", json!(row.external_id));
    say("state", json!(row.state));
    say("task", json!(row.task));
    say("agent", json!(row.agent));
    say("seq", json!(row.head_seq));
    say("head_hash", json!(row.head_hash));
    say("due_at", json!(row.due_at.map(|at| Millis(at).rfc3339())));
    say("sandbox", if opened.sandbox { json!(true) } else { Value::Null });
    data
}

#[cfg(test)]
mod tests;
