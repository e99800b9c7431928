//! What a person may command, and how a case ends. Whether a command is allowed is not decided here.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{Digest, ReasonCode, Reference, Subject},
    label::Task,
    policy::Action,
    time::Millis,
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
        /// What there is to say about it, sealed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Digest>,
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
    /// Give the case to somebody, whoever has it now.
    Assign {
        /// To whom.
        to: Subject,
        /// The reason, sealed.
        note: Digest,
    },
    /// Let the case rest for a while.
    Snooze {
        /// Until when.
        until: Millis,
        /// The reason, sealed.
        note: Digest,
    },
    /// Ask somebody with more authority to look, and give the case back.
    Escalate {
        /// The reason, sealed.
        note: Digest,
    },
    /// Send a letter to the customer.
    Reply {
        /// Its words, sealed.
        letter: Digest,
        /// A keyed hash of its words, equal for equal letters of the case.
        sum: Digest,
    },
    /// Look at a piece of personal data. It changes nothing; the journal tells who looked at what.
    Reveal {
        /// Which: a token of the case's words such as `card:1`, a field of the profile such as `profile:name`, or how a
        /// field was read such as `claude_date_of_birth:1`.
        what: Reference,
    },
    /// Keep the case from erasure.
    Hold {
        /// The reason, sealed.
        note: Digest,
    },
    /// End a hold.
    Unhold {
        /// The reason, sealed.
        note: Digest,
    },
    /// Destroy the key to all words of a closed case. A note would go with it, so there is none.
    Erase,
}

/// A command with the reason that was chosen for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reasoned {
    /// The command.
    pub command: Command,
    /// One of the reasons that the case's settings have for it.
    pub code: Option<ReasonCode>,
}

impl From<Command> for Reasoned {
    fn from(command: Command) -> Self {
        Self { command, code: None }
    }
}

/// The name of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is said at its command")]
pub enum CommandName {
    Claim,
    Release,
    Identify,
    Reroute,
    Ask,
    Approve,
    Reject,
    Decide,
    Close,
    Reopen,
    Assign,
    Snooze,
    Escalate,
    Reply,
    Reveal,
    Hold,
    Unhold,
    Erase,
}

impl CommandName {
    /// Every name.
    pub const ALL: [Self; 18] = [
        Self::Claim,
        Self::Release,
        Self::Identify,
        Self::Reroute,
        Self::Ask,
        Self::Approve,
        Self::Reject,
        Self::Decide,
        Self::Close,
        Self::Reopen,
        Self::Assign,
        Self::Snooze,
        Self::Escalate,
        Self::Reply,
        Self::Reveal,
        Self::Hold,
        Self::Unhold,
        Self::Erase,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Release => "release",
            Self::Identify => "identify",
            Self::Reroute => "reroute",
            Self::Ask => "ask",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Decide => "decide",
            Self::Close => "close",
            Self::Reopen => "reopen",
            Self::Assign => "assign",
            Self::Snooze => "snooze",
            Self::Escalate => "escalate",
            Self::Reply => "reply",
            Self::Reveal => "reveal",
            Self::Hold => "hold",
            Self::Unhold => "unhold",
            Self::Erase => "erase",
        }
    }
}

impl Command {
    /// The command's name.
    #[must_use]
    pub const fn name(&self) -> CommandName {
        match self {
            Self::Claim => CommandName::Claim,
            Self::Release => CommandName::Release,
            Self::Identify { .. } => CommandName::Identify,
            Self::Reroute { .. } => CommandName::Reroute,
            Self::Ask { .. } => CommandName::Ask,
            Self::Approve { .. } => CommandName::Approve,
            Self::Reject { .. } => CommandName::Reject,
            Self::Decide { .. } => CommandName::Decide,
            Self::Close { .. } => CommandName::Close,
            Self::Reopen { .. } => CommandName::Reopen,
            Self::Assign { .. } => CommandName::Assign,
            Self::Snooze { .. } => CommandName::Snooze,
            Self::Escalate { .. } => CommandName::Escalate,
            Self::Reply { .. } => CommandName::Reply,
            Self::Reveal { .. } => CommandName::Reveal,
            Self::Hold { .. } => CommandName::Hold,
            Self::Unhold { .. } => CommandName::Unhold,
            Self::Erase => CommandName::Erase,
        }
    }

    /// What a person said with the command, sealed.
    #[must_use]
    pub const fn note(&self) -> Option<&Digest> {
        match self {
            Self::Ask { question: note }
            | Self::Reply { letter: note, .. }
            | Self::Reject { note, .. }
            | Self::Decide { note, .. }
            | Self::Close { note }
            | Self::Reopen { note }
            | Self::Assign { note, .. }
            | Self::Snooze { note, .. }
            | Self::Escalate { note }
            | Self::Hold { note }
            | Self::Unhold { note } => Some(note),
            Self::Approve { note, .. } => note.as_ref(),
            Self::Claim
            | Self::Release
            | Self::Identify { .. }
            | Self::Reroute { .. }
            | Self::Reveal { .. }
            | Self::Erase => None,
        }
    }

    /// Whether the command leaves everything as it is but for what is written about the case itself: it neither works on
    /// the case nor ends its rest.
    #[must_use]
    pub const fn is_quiet(&self) -> bool {
        matches!(self, Self::Reveal { .. } | Self::Hold { .. } | Self::Unhold { .. } | Self::Erase)
    }
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
