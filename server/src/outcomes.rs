//! What became of triage in the cases of a data folder: who decided what, what Claude thought, and what people did.
//!
//! Journals alone are read, no words. A case that cannot be read is counted and left out; damage is for `verify`.

use std::collections::BTreeSet;

use case::{
    case::Case,
    entry::{Answer, Command, Entry, Outcome, Purpose, Question},
    ids::{AskId, Digest},
    journal,
    label::{Label, Scored, Task},
    local::Reading,
    time::Millis,
};

use crate::{
    archive,
    store::{Shelf, StoreError},
};

/// What the journal of one case says about its triage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// When the case opened.
    pub(crate) opened_at: Millis,
    /// What the local tier read in the request.
    pub(crate) reading: Reading,
    /// What triage came to by itself, whatever people did later.
    pub(crate) outcome: Option<Outcome>,
    /// What Claude said where its answer decided.
    pub(crate) opinion: Option<Opinion>,
    /// What Claude said beside the local tier's decision.
    pub(crate) second: Option<Opinion>,
    /// What people took the request for.
    pub(crate) truth: Truth,
}

/// What Claude said, as it said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opinion {
    /// Its label and its own confidence.
    pub(crate) scored: Scored,
    /// The model that was asked.
    pub(crate) model: String,
    /// The prompt it had.
    pub(crate) prompt: Option<Digest>,
}

/// What people took a request for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Truth {
    /// Nobody has said so.
    Unknown,
    /// An analyst sent it to this specialist.
    Rerouted(Task),
    /// Somebody agreed to what these specialists proposed, or decided there.
    Confirmed(BTreeSet<Task>),
}

impl Truth {
    /// Whether a label was right; `None` where nobody has said so. Nothing says that a request is about none of the
    /// tasks but a person who left it where it was, and nobody writes that down.
    pub(crate) fn judges(&self, label: Label) -> Option<bool> {
        match (self, label.task()) {
            (Self::Unknown, _) => None,
            (Self::Rerouted(task), labelled) => Some(labelled == Some(*task)),
            // Where one of several specialists was agreed with, nothing is said about the others.
            (Self::Confirmed(tasks), Some(task)) => tasks.contains(&task).then_some(true),
            (Self::Confirmed(_), None) => Some(false),
        }
    }
}

/// Every case of a folder that can be read, and how many cannot.
pub(crate) fn read(shelf: &Shelf) -> Result<(Vec<Told>, u64), StoreError> {
    let (mut told, mut unreadable) = (Vec::new(), 0);
    for key in shelf.cases()? {
        match shelf.case(&key)?.and_then(|stored| of(&stored.lines)) {
            Some((_, found)) => told.push(found),
            None => unreadable += 1,
        }
    }
    Ok((told, unreadable))
}

/// A case, and what its journal says; nothing of one that cannot be read to its end.
pub(crate) fn of(lines: &[Vec<u8>]) -> Option<(Case, Told)> {
    let (lines, fault) = archive::readable(lines);
    if fault.is_some() {
        return None;
    }
    let case = Case::replay(lines.iter().copied()).ok()?;
    let told = told(&case, &lines)?;
    Some((case, told))
}

fn told(case: &Case, lines: &[&str]) -> Option<Told> {
    let state = case.state();
    let task_of = |proposal: &str| {
        let has = |track: &&case::state::Track| track.proposals.iter().any(|one| one.proposal.id() == proposal);
        state.tracks.iter().find(has).map(|track| track.task)
    };
    let mut told = Told {
        opened_at: state.opened_at,
        reading: state.opened.words.reading.clone(),
        outcome: None,
        opinion: None,
        second: None,
        truth: Truth::Unknown,
    };
    let (mut rerouted, mut confirmed) = (None, BTreeSet::new());
    for line in journal::read(lines.iter().copied()).ok()? {
        match line.entry {
            Entry::Triaged(outcome) if told.outcome.is_none() => told.outcome = Some(outcome),
            Entry::Answered { ask, answer: Answer::Opinion { label, confidence, .. }, .. } => {
                let Some((purpose, opinion)) = opinion(state, &ask, Scored { label, confidence }) else { continue };
                match purpose {
                    Purpose::Decide => told.opinion = Some(opinion),
                    Purpose::Audit => told.second = Some(opinion),
                }
            }
            Entry::Commanded { command: Command::Reroute { task }, .. } => rerouted = Some(task),
            Entry::Commanded { command: Command::Approve { proposal, .. }, .. } => confirmed.extend(task_of(&proposal)),
            Entry::Proposed { proposal, by: Some(_), .. } => confirmed.extend(task_of(proposal.id())),
            _ => {}
        }
    }
    told.truth = match rerouted {
        Some(task) => Truth::Rerouted(task),
        None if confirmed.is_empty() => Truth::Unknown,
        None => Truth::Confirmed(confirmed),
    };
    Some(told)
}

/// An opinion with the question that it answers.
fn opinion(state: &case::state::State, ask: &AskId, scored: Scored) -> Option<(Purpose, Opinion)> {
    match &state.asks.get(ask)?.question {
        Question::Triage { model, purpose, prompt, .. } => {
            Some((*purpose, Opinion { scored, model: model.clone(), prompt: prompt.clone() }))
        }
        Question::Draft { .. }
        | Question::Extract { .. }
        | Question::Lookup(_)
        | Question::Consult(_)
        | Question::Act { .. }
        | Question::Letter { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISPUTE: &str = include_str!("../../testdata/journals/v2-dispute.jsonl");

    #[test]
    fn a_journal_says_who_decided_and_what_people_made_of_it() {
        let lines: Vec<Vec<u8>> = DISPUTE.lines().map(|line| line.as_bytes().to_vec()).collect();
        let (_, told) = of(&lines).unwrap();
        assert_eq!(told.outcome.map(|outcome| outcome.label), Some(Label::DisputeSummary));
        assert_eq!((told.opinion, told.second), (None, None));
        assert_eq!(told.truth, Truth::Confirmed(BTreeSet::from([Task::DisputeSummary])));
        assert!(of(&lines[1..]).is_none(), "a journal without its beginning is none");
        assert!(of(&[lines, vec![vec![0xff]]].concat()).is_none(), "nor is one with an end that cannot be read");
    }

    #[test]
    fn a_label_is_judged_by_what_people_did_and_by_nothing_else() {
        let judged = |truth: &Truth| Label::ALL.map(|label| truth.judges(label));
        assert_eq!(judged(&Truth::Unknown), [None; 5]);
        let rerouted = judged(&Truth::Rerouted(Task::KycLookup));
        assert_eq!(rerouted, [Some(false), Some(true), Some(false), Some(false), Some(false)]);
        let confirmed = judged(&Truth::Confirmed(BTreeSet::from([Task::FraudCheck])));
        assert_eq!(confirmed, [Some(true), None, None, None, Some(false)]);
    }
}
