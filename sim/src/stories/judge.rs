//! How a story should end, compared with how it did: tasks, questions, action, evidence, references, code and rest.

use sandbox::{Answer, Expect};
use serde_json::Value;

use super::tell::{Told, Track};
use crate::checks::journal::field;

/// What a second look may come to.
const HARMLESS: [&str; 3] = ["escalate", "clear", ""];

/// What differs where every source answers.
pub(super) fn fair(told: &Told) -> Vec<String> {
    let expect = &told.answer.expect;
    let mut found = Vec::new();
    let (tracks, more): (Vec<Track<'_>>, Vec<Track<'_>>) =
        told.tracks().into_iter().partition(|track| !is_a_second_look(told, track));
    let tasks: Vec<&str> = tracks.iter().map(|track| track.task).collect();
    differ(&mut found, "tasks", &tasks, &expected_tasks(expect));
    found.extend(
        more.iter()
            .filter(|track| !HARMLESS.contains(&track.action()))
            .map(|track| format!("{} is proposed because a model suspects fraud", track.action())),
    );
    differ(&mut found, "questions", &told.asked(), &expect.asks);
    differ(&mut found, "rest", told.view.state(), expect.rest.as_str());
    for track in &tracks {
        match expected_action(expect, track.task) {
            Some(action) => differ(&mut found, &format!("action for {}", track.task), track.action(), action),
            None => found.push(format!("a track for {} that nobody expected", track.task)),
        }
    }
    found.extend(evidence(&told.answer, &tracks));
    found.extend(references(&told.answer, &tracks));
    found.extend(code(told, &tracks));
    found.extend(never(told));
    with_context(found, told)
}

/// Differences with what a reader needs to judge them: the words, the answers, and what was proposed.
pub(super) fn with_context(mut found: Vec<String>, told: &Told) -> Vec<String> {
    if !found.is_empty() {
        found.push(format!("said: {} {:?}", told.answer.text, told.answer.follow_up));
        let seen = |track: &Track<'_>| {
            let (action, lists) = (track.action(), ["reasons", "references", "cites"].map(|name| track.texts(name)));
            format!("{}: {action} {lists:?}", track.task)
        };
        found.push(format!("seen: {}", told.tracks().iter().map(seen).collect::<Vec<_>>().join("; ")));
    }
    found
}

/// Whether a track is there only because a model suspects fraud: it may raise risk, and change nothing else.
fn is_a_second_look(told: &Told, track: &Track<'_>) -> bool {
    let by_model = told.view.text("/classification/decided_by") == "claude";
    by_model && track.task == "fraud_check" && expected_action(&told.answer.expect, track.task).is_none()
}

/// What differs where nobody is sure: it waits for a person, and nothing is proposed.
pub(super) fn unsure(told: &Told) -> Vec<String> {
    let mut found = never(told);
    differ(&mut found, "rest of an unsure case", told.view.state(), "review");
    if told.lines.iter().any(|line| field(line, "/entry/kind") == "proposed") {
        found.push("something is proposed although nobody is sure".to_owned());
    }
    found
}

impl Track<'_> {
    /// The action that is proposed; empty where none is.
    pub(super) fn action(&self) -> &str {
        self.proposal.and_then(|proposal| proposal.get("action")).and_then(Value::as_str).unwrap_or_default()
    }

    /// The texts of a list of the proposal.
    pub(super) fn texts(&self, name: &str) -> Vec<&str> {
        let list = self.proposal.and_then(|proposal| proposal.get(name)).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).collect()
    }
}

pub(super) fn expected_tasks(expect: &Expect) -> Vec<&str> {
    if expect.tasks.is_empty() { vec![&expect.task] } else { expect.tasks.iter().map(String::as_str).collect() }
}

pub(super) fn expected_action<'e>(expect: &'e Expect, task: &str) -> Option<&'e str> {
    if task == expect.task { Some(&expect.action) } else { expect.actions.get(task).map(String::as_str) }
}

/// What may never be proposed, and was at some time.
pub(super) fn never(told: &Told) -> Vec<String> {
    let proposed = told.lines.iter().filter(|line| field(line, "/entry/kind") == "proposed");
    let actions: Vec<String> = proposed.map(|line| field(line, "/entry/proposal/action")).collect();
    let forbidden = told.answer.expect.never.iter().filter(|never| actions.contains(never));
    forbidden.map(|never| format!("{never} was proposed, which may never be")).collect()
}

/// Evidence that must be cited and is not.
fn evidence(answer: &Answer, tracks: &[Track<'_>]) -> Vec<String> {
    let cited: Vec<&str> = tracks.iter().flat_map(|track| track.texts("cites")).collect();
    let missing: Vec<&String> = answer.expect.evidence.iter().filter(|id| !cited.contains(&id.as_str())).collect();
    if missing.is_empty() { vec![] } else { vec![format!("not cited: {missing:?}; cited are {cited:?}")] }
}

/// An action about money is about the entry that is meant, and about no other.
fn references(answer: &Answer, tracks: &[Track<'_>]) -> Vec<String> {
    let about = &answer.expect.about;
    let mut found = Vec::new();
    for track in tracks {
        let references = track.texts("references");
        let entry = |id: &&&str| id.starts_with("tx-") || id.starts_with("pay-");
        if matches!(track.action(), "raise_chargeback" | "recall_payment" | "provisional_credit" | "trace_payment") {
            if let Some(meant) = about.last().filter(|meant| !references.contains(&meant.as_str())) {
                found.push(format!("{} is about {references:?} and not about {meant}", track.action()));
            }
            let others: Vec<&&str> =
                references.iter().filter(entry).filter(|id| !about.iter().any(|meant| meant == **id)).collect();
            if !others.is_empty() {
                found.push(format!("{} is about {others:?} too", track.action()));
            }
        }
        if track.proposal.is_some() && references.is_empty() {
            found.push(format!("{} is about nothing", track.action()));
        }
    }
    found
}

/// The network's code of a chargeback.
fn code(told: &Told, tracks: &[Track<'_>]) -> Vec<String> {
    let Some(wanted) = &told.answer.expect.code else { return vec![] };
    let network = serde_json::to_value(wanted.network).unwrap_or_default();
    let mut found = Vec::new();
    for track in tracks.iter().filter(|track| track.action() == "raise_chargeback") {
        let code = track.proposal.and_then(|proposal| proposal.get("code")).cloned().unwrap_or_default();
        let of = |name: &str| code.get(name).cloned().unwrap_or_default();
        differ(&mut found, "network", &of("network"), &network);
        differ(&mut found, "code", &of("code"), &Value::from(wanted.code.as_str()));
    }
    found
}

fn differ<T: PartialEq<E> + std::fmt::Debug + ?Sized, E: std::fmt::Debug + ?Sized>(
    found: &mut Vec<String>,
    what: &str,
    seen: &T,
    expected: &E,
) {
    if seen != expected {
        found.push(format!("{what}: {seen:?} where {expected:?} is expected"));
    }
}
