//! What a person may command, and how a case ends. Whether a command is allowed is not decided here.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{Digest, Reference},
    label::Task,
    policy::Action,
};

/// A person's command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Take the case.
    Claim,
    /// Give the case back to the queue.
    Release,
    /// Say whose case it is, where the request did not.
    Identify {
        /// The customer.
        customer: Reference,
    },
    /// Give the case to the specialist of a task.
    Reroute {
        /// The task.
        task: Task,
    },
    /// Ask the customer something.
    Ask {
        /// The question, sealed.
        question: Digest,
    },
    /// Agree to a proposal.
    Approve {
        /// Which.
        proposal: String,
        /// Its hash, as it was shown.
        hash: Digest,
    },
    /// Turn a proposal down.
    Reject {
        /// Which.
        proposal: String,
        /// Its hash, as it was shown.
        hash: Digest,
        /// The reason, sealed.
        note: Digest,
    },
    /// Decide on an action of one's own; counts as one approval.
    Decide {
        /// What to do.
        action: Action,
        /// The transaction or payment it is about, which must be in evidence.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<Reference>,
        /// The reason, sealed.
        note: Digest,
    },
    /// End the case.
    Close {
        /// The reason, sealed.
        note: Digest,
    },
    /// Take up a closed case again.
    Reopen {
        /// The reason, sealed.
        note: Digest,
    },
}

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// Every approved action was executed.
    ActionsDone,
    /// An analyst closed it.
    ByAnalyst,
}
