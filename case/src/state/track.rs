//! One specialist's work on a case, and what became of its proposals.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    entry::CustomerQuestion,
    ids::{Digest, Reference, Subject},
    label::Task,
    law::Law,
    policy::Proposal,
    rules::Pause,
    time::Millis,
};

/// One specialist's work on a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// `t1`, `t2`, ...
    pub id: String,
    /// Its task.
    pub task: Task,
    /// What it proposed, the newest last.
    pub proposals: Vec<Proposed>,
    /// What it waits for, and since when.
    pub waiting: Option<(CustomerQuestion, Millis)>,
    /// What the question is about: the candidates, in the order in which they were shown.
    pub about: Vec<Reference>,
    /// How often the customer was asked what.
    pub asked: BTreeMap<CustomerQuestion, u32>,
    /// What the law says.
    pub law: Law,
    /// The times in which the customer was waited for.
    pub pauses: Vec<Pause>,
    /// Whether a human decides from here: its proposal was turned down or refused, or the case reopened.
    pub human: bool,
    /// Whether an analyst gave the case to another specialist.
    pub retired: bool,
}

/// A proposal and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// What is proposed.
    pub proposal: Proposal,
    /// Who agreed: all to the same.
    pub approvals: BTreeSet<Subject>,
    /// To what they agreed, by its hash ([`crate::view_hash`]).
    pub agreed_to: Option<Digest>,
    /// Whether one of them gives second approvals.
    pub by_approver: bool,
    /// Claude's summary, sealed, where one came before anybody agreed: what people agree to does not change after that.
    pub draft: Option<Digest>,
    /// How far it is.
    pub stage: Stage,
    /// When its action was executed.
    pub done_at: Option<Millis>,
}

/// How far a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Somebody must agree.
    Pending,
    /// Everybody who must has agreed; the action goes out.
    Approved,
    /// The action was executed.
    Done,
    /// An analyst turned it down.
    Rejected,
    /// Another proposal took its place.
    Superseded,
    /// The actions endpoint refused it.
    Refused,
}

impl Stage {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Done => "done",
            Self::Rejected => "rejected",
            Self::Superseded => "superseded",
            Self::Refused => "refused",
        }
    }
}

impl Proposed {
    /// Lets the action go out once enough different people have agreed.
    pub fn settle(&mut self) {
        if self.approvals.len() >= self.proposal.approval().people() {
            self.stage = Stage::Approved;
        }
    }

    /// Has nobody agreed any more.
    pub fn forget_agreement(&mut self) {
        self.approvals.clear();
        self.agreed_to = None;
        self.by_approver = false;
    }
}

impl Track {
    /// Waits for the customer no longer. Clocks that stood still for that go on from then, where it is said.
    pub fn wait_no_more(&mut self, goes_on: Option<Millis>) {
        self.waiting = None;
        goes_on.into_iter().for_each(|at| self.end_pause(at));
    }

    /// Lets the clocks that stand still go on.
    pub fn end_pause(&mut self, at: Millis) {
        for pause in self.pauses.iter_mut().filter(|pause| pause.to.is_none()) {
            pause.to = Some(at);
        }
    }

    /// The proposal that a human has to agree to.
    #[must_use]
    pub fn pending(&self) -> Option<&Proposed> {
        self.proposals.last().filter(|proposed| proposed.stage == Stage::Pending)
    }

    /// Whether the track's work is over.
    #[must_use]
    pub fn is_done(&self) -> bool {
        !self.human && self.proposals.last().is_some_and(|proposed| proposed.stage == Stage::Done)
    }

    /// Whether the customer is asked something for this track.
    #[must_use]
    pub fn asks_now(&self) -> bool {
        self.waiting.is_some() && !self.is_over()
    }

    /// Whether the track has come to nothing yet and asks nothing: it waits for the answer to another one's question.
    #[must_use]
    pub fn is_held(&self) -> bool {
        let proposed = self.proposals.last().is_some_and(|last| last.stage != Stage::Superseded);
        self.waiting.is_none() && !self.human && !proposed && !self.is_over()
    }

    /// Whether nothing more is to be done on the track.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.retired || self.is_done()
    }
}
