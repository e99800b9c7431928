//! What the rules say about a case, a line for each rule: clocks, time limits, what the customer bears, and the card
//! network's reason code. The rule is the evidence, and its name the id.

use jiff::civil::Date;

use super::tell::plain;
use crate::{
    ids::EvidenceId,
    law::{self, Deadline},
    rules::{BarResult, network::CodeFinding},
    state::State,
};

/// The id under which a rule is evidence.
pub(crate) fn rule_id(rule: &str) -> Option<EvidenceId> {
    EvidenceId::parse(&format!("rules:{rule}")).ok()
}

/// Every rule that says something about the case.
pub(super) fn all(state: &State) -> Vec<(EvidenceId, String)> {
    let mut lines: Vec<(String, String)> = Vec::new();
    for track in &state.tracks {
        lines.extend(track.law.bars.iter().map(|bar| (bar.rule.clone(), limit(state, bar))));
        lines.extend(track.law.liability.as_ref().map(|result| {
            let most = result.at_most.map_or("all of the loss".to_owned(), |most| format!("at most {most}"));
            (result.rule.clone(), format!("By the rule {}, the customer bears {most}.", result.rule))
        }));
        let codes = track.proposals.iter().filter_map(|proposed| proposed.proposal.code());
        lines.extend(codes.map(|found| (found.rule.clone(), code(found))));
    }
    lines.extend(law::deadlines(state).iter().map(|deadline| (deadline.clock.rule.clone(), clock(state, deadline))));
    lines.into_iter().filter_map(|(rule, line)| Some((rule_id(&rule)?, line))).collect()
}

/// A clock with its last day.
pub(crate) fn clock(state: &State, deadline: &Deadline<'_>) -> String {
    let (clock, due) = (deadline.clock, &deadline.due);
    let title = title(state, &clock.rule, clock.as_of);
    let standing = if due.paused { ", and stands still now" } else { "" };
    format!(
        "By the rule {}, a clock that started on {} ends on {}{standing}{title}.",
        clock.rule, clock.starts_on, due.due_on
    )
}

/// A reason code with what is still open.
pub(crate) fn code(found: &CodeFinding) -> String {
    let named = match (&found.code, &found.title) {
        (Some(code), Some(title)) => format!("is {code} ({title})"),
        (Some(code), None) => format!("is {code}"),
        (None, _) => format!("is one of {}", found.candidates.join(", ")),
    };
    let until = found.last_day.map(|day| format!(", to be raised by {day}")).unwrap_or_default();
    let in_time = match found.in_time {
        Some(true) => ", which is in time",
        Some(false) => ", which is too late",
        None => "",
    };
    let open: Vec<String> = found.open.iter().map(plain).collect();
    let open = if open.is_empty() { String::new() } else { format!("; open questions: {}", open.join(", ")) };
    let network = plain(&found.network);
    format!("By the rule {}, the reason code of the network {network} {named}{until}{in_time}{open}.", found.rule)
}

fn limit(state: &State, bar: &BarResult) -> String {
    let told = match bar.in_time {
        Some(true) => "the customer told in time",
        Some(false) => "the customer told too late",
        None => "it is open whether the customer told in time",
    };
    let last = bar.last_day.map(|day| format!(", the last day being {day}")).unwrap_or_default();
    format!("By the rule {}, {told}{last}{}.", bar.rule, title(state, &bar.rule, state.opened_at.date()))
}

fn title(state: &State, rule: &str, day: Date) -> String {
    state.rules.rule_on(rule, day).map(|found| format!(" ({})", found.rule.title)).unwrap_or_default()
}
