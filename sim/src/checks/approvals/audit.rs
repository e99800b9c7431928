//! What a journal says of approvals, counted again from its lines: who agreed to what, whether that was what was shown
//! just then, and how many people there were when an action went out. It does not believe who the case says have agreed.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};
use case::{
    case::Case,
    entry::{Command, Entry, Question},
    ids::{Digest, Subject},
    state::Track,
    view_hash,
};

/// What was counted.
#[derive(Default)]
pub(super) struct Audit {
    /// Who agreed to something by a command, in order.
    pub(super) agreed: Vec<String>,
    /// The actions that went out, by their names, and how many people had agreed.
    pub(super) went_out: Vec<(&'static str, usize)>,
    /// What is wrong.
    faults: Vec<String>,
    /// What each open proposal was shown as, after the input before.
    shown: BTreeMap<String, Digest>,
    /// Who agreed to each, all to the same.
    people: BTreeMap<String, (Digest, BTreeSet<Subject>)>,
}

impl Audit {
    /// Counts the lines of a journal.
    pub(super) fn of(lines: &[String]) -> Result<Self> {
        let mut audit = Self::default();
        Case::replay_each(lines.iter().map(String::as_str), |input, case| {
            for line in input {
                audit.line(&line.entry, case);
            }
            let open = case.state().tracks.iter().filter_map(Track::pending);
            let shown = open.map(|one| (one.proposal.id().to_owned(), view_hash::of(case.state(), one)));
            audit.shown = shown.collect();
        })
        .context("replaying the journal")?;
        ensure!(audit.faults.is_empty(), "{}", audit.faults.join("; "));
        Ok(audit)
    }

    fn line(&mut self, entry: &Entry, after: &Case) {
        match entry {
            Entry::Commanded { actor, command: Command::Approve { proposal, hash, .. }, .. } => {
                self.agreed.push(actor.subject.to_string());
                self.agree(proposal, hash, &actor.subject);
            }
            // Somebody's own decision is their agreement to what is shown then.
            Entry::Proposed { proposal, by: Some(by), .. } => {
                if let Some(one) = after.state().proposed(proposal.id()) {
                    let people = BTreeSet::from([by.clone()]);
                    self.people.insert(proposal.id().to_owned(), (view_hash::of(after.state(), one), people));
                }
            }
            Entry::Asked { question: Question::Act { proposal }, attempt: 1, .. } => self.goes_out(proposal, after),
            _ => {}
        }
    }

    fn agree(&mut self, proposal: &str, hash: &Digest, who: &Subject) {
        let shown = self.shown.get(proposal);
        if shown != Some(hash) {
            self.faults.push(format!("{who} agreed to {proposal} as {hash}, and it was shown as {shown:?}"));
        }
        let (agreed_to, people) = self.people.entry(proposal.to_owned()).or_insert((hash.clone(), BTreeSet::new()));
        if agreed_to != hash {
            (*agreed_to, *people) = (hash.clone(), BTreeSet::new());
        }
        if !people.insert(who.clone()) {
            self.faults.push(format!("{who} agreed twice to {proposal} as {hash}"));
        }
    }

    fn goes_out(&mut self, proposal: &str, after: &Case) {
        let Some(one) = after.state().proposed(proposal) else {
            return self.faults.push(format!("{proposal} goes out, which nobody proposed"));
        };
        let needed = one.proposal.approval().people();
        let people = self.people.get(proposal).map(|(_, people)| people.clone()).unwrap_or_default();
        if people.len() < needed {
            self.faults.push(format!("{proposal} goes out, to which {people:?} agreed of {needed}"));
        }
        self.went_out.push((one.proposal.action().name(), people.len()));
    }
}
