//! What the law says about a case, as callers see it: clocks with their last day and citation, the customer's own time
//! limits, and what the customer bears at most.

use case::{
    law::Deadline,
    rules::{Due, Found},
    state::{State, Track},
};
use serde_json::{Map, Value, json};

/// Said wherever a rule is used that counsel has to look at first.
const COUNSEL: &str = "check with your counsel";

/// A clock.
pub(crate) fn deadline(state: &State, deadline: &Deadline<'_>) -> Value {
    let Deadline { track, clock, due, over } = deadline;
    let mut shown = json!({
        "rule": clock.rule,
        "due": due.due_on,
        "due_at": due.due_at.rfc3339(),
        "starts_on": clock.starts_on,
        "track": track,
        "duty": clock.duty,
        "status": status(state, due, *over),
        "basis": clock.basis,
        "assumed": clock.assumed,
    });
    let Some(shown_map) = shown.as_object_mut() else { return shown };
    if let Some(latest) = due.latest {
        shown_map.insert("latest".to_owned(), json!(latest));
    }
    if let Some(limit) = clock.up_to {
        shown_map.insert("up_to".to_owned(), json!(limit));
    }
    shown_map.extend(rule(state.rules.rule_on(&clock.rule, clock.as_of), clock.marked));
    shown
}

fn status(state: &State, due: &Due, over: bool) -> &'static str {
    if over {
        "over"
    } else if due.paused {
        "paused"
    } else if state.now > due.due_at {
        "missed"
    } else {
        "running"
    }
}

/// The customer's time limits and share, of the track that the case is shown by.
pub(crate) fn limits(state: &State, track: &Track) -> Map<String, Value> {
    let mut shown = Map::new();
    let bars = track.law.bars.iter().map(|bar| {
        let mut limit = json!({ "rule": bar.rule, "last_day": bar.last_day, "in_time": bar.in_time, "open": bar.open });
        if let Some(limit) = limit.as_object_mut() {
            limit.extend(rule(state.rules.rule(&bar.rule), bar.marked));
        }
        limit
    });
    let bars: Vec<Value> = bars.collect();
    if !bars.is_empty() {
        shown.insert("time_limits".to_owned(), bars.into());
    }
    if let Some(liability) = &track.law.liability {
        let mut share = json!({ "rule": liability.rule, "at_most": liability.at_most, "open": liability.open });
        if let Some(share) = share.as_object_mut() {
            share.extend(rule(state.rules.rule(&liability.rule), liability.marked));
        }
        shown.insert("liability".to_owned(), share);
    }
    shown
}

fn rule(found: Option<Found<'_>>, marked: bool) -> Map<String, Value> {
    let mut shown = Map::new();
    if let Some(found) = found {
        shown.insert("title".to_owned(), found.rule.title.clone().into());
        shown.insert("citation".to_owned(), found.rule.citation.clone().into());
    }
    if marked {
        shown.insert("note".to_owned(), COUNSEL.into());
    }
    shown
}
