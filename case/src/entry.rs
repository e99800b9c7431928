//! The entries of a journal: what came in, and what followed from it.
//!
//! Entries hold no free text and no floating-point number. Words, names and whole replies lie sealed in the vault;
//! an entry names the SHA-256 of the ciphertext. Entries are past tense, versioned and never edited.

mod answer;
mod command;
mod desk;
mod outcome;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use self::{
    answer::{Advice, Answer, Consultation, Failure, Found, Missing, ModelCall, Purpose, Question},
    command::{CloseReason, Command, CommandName, Reasoned},
    desk::{Erasure, Notice, Return},
    outcome::{Basis, CustomerQuestion, Escalation, Outcome, Tier},
};

use crate::{
    actor::Actor,
    identity::Identity,
    ids::{AskId, CaseId, Digest, ReasonCode, Reference, Subject, TenantId},
    label::{Scored, Task},
    law::Law,
    local::Reading,
    narrative::Narrative,
    policy::Proposal,
    rules::{Pin, Rulebook, RulesProblem},
    settings::Settings,
    time::Millis,
};

/// Something that happened to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Entry {
    /// Input: a request arrived.
    Opened(Box<Opened>),
    /// Input: the conversation went on.
    Messaged(Message),
    /// Input: the outside answered an ask.
    Answered {
        /// Which ask.
        ask: AskId,
        /// Which attempt at it.
        attempt: u32,
        /// What it said.
        answer: Answer,
    },
    /// Input: a person gave a command.
    Commanded {
        /// Who.
        actor: Actor,
        /// What.
        command: Command,
        /// The configured reason, where one was chosen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<ReasonCode>,
        /// The hash of the idempotency key, where one was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<Digest>,
    },
    /// Input: an operator's system says that something changed.
    Notified(Notice),
    /// Input: time passed until something was due.
    TimePassed,
    /// Input: the host lost the asks that were in flight, and starts them again.
    Resumed,

    /// Derived: triage came to an outcome.
    Triaged(Outcome),
    /// Derived: the outside is asked.
    Asked {
        /// The ask; the same for each attempt.
        ask: AskId,
        /// 1 for the first attempt.
        attempt: u32,
        /// What is asked.
        question: Question,
        /// When this attempt is over.
        until: Millis,
        /// When the case goes on without an answer.
        deadline: Millis,
        /// The most that this attempt can cost, in nano-dollars.
        #[serde(default, skip_serializing_if = "is_default")]
        reserve_nano_dollars: u64,
    },
    /// Derived: the ask failed and will be tried again.
    RetryPlanned {
        /// Which ask.
        ask: AskId,
        /// When.
        at: Millis,
    },
    /// Derived: the case goes on without an answer.
    GaveUp {
        /// Which ask.
        ask: AskId,
        /// Why there is none.
        missing: Missing,
    },
    /// Derived: a specialist took up the case.
    TrackOpened {
        /// `t1`, `t2`, ...
        track: String,
        /// The specialist's task.
        task: Task,
    },
    /// Derived: a track waits for the customer.
    CustomerAsked {
        /// Which track.
        track: String,
        /// What it needs to know.
        question: CustomerQuestion,
        /// What the question is about: the candidates, in the order in which they are shown.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        about: Vec<Reference>,
    },
    /// Derived: a specialist proposed an action.
    Proposed {
        /// Which track.
        track: String,
        /// What is proposed.
        proposal: Proposal,
        /// The analyst whose own decision it is; that counts as an approval.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Subject>,
    },
    /// Derived: what the law says about a track was found out, or changed with new facts.
    LawApplied {
        /// Which track.
        track: String,
        /// What it says.
        law: Law,
    },
    /// Derived: a time is nearly over, or is over.
    Warned {
        /// Which track.
        track: String,
        /// The rule's whole name.
        rule: String,
        /// The last day.
        due_on: Date,
        /// Whether it has passed.
        missed: bool,
    },
    /// Derived: a human should look, whatever else goes on.
    Escalated {
        /// Why.
        reason: Escalation,
    },
    /// Derived: the case went back to the queue by itself.
    Returned {
        /// Why.
        why: Return,
    },
    /// Derived: the key to all words of the case is destroyed with this entry.
    Erased {
        /// Why.
        why: Erasure,
    },
    /// Derived: all work is done.
    Closed {
        /// How it ended.
        outcome: CloseReason,
    },
}

/// The first entry of every journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// The version of the core's rules; another version may derive other entries from the same inputs.
    pub core: u32,
    /// To whom the case belongs.
    pub tenant: TenantId,
    /// The case's id.
    pub case: CaseId,
    /// Who submitted the request.
    pub by: Actor,
    /// The settings pinned for this case.
    pub settings: Settings,
    /// Their hash.
    pub settings_hash: Digest,
    /// The rule packs that the case is worked by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Pin>,
    /// Whether the case is worked with the sandbox bank.
    pub sandbox: bool,
    /// A keyed hash of the request, to tell a repeated request from another one with the same idempotency key.
    pub fingerprint: Digest,
    /// Whose case it is; fixed from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Reference>,
    /// The transaction that the caller named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<Reference>,
    /// The payment that the caller named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<Reference>,
    /// The ticket in the operator's own system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<Reference>,
    /// The channel the request came through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Reference>,
    /// The calling system, as it calls itself; authorises nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_system: Option<Reference>,
    /// The W3C trace id under which the outside is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Reference>,
    /// The label a caller gave (`POST /v1/tasks`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<Scored>,
    /// The words, sealed.
    pub words: Words,
    /// The most that one model call for this request can cost, in nano-dollars.
    pub reserve_nano_dollars: u64,
    /// The most that a call for a summary, or for the extraction of identity fields, can cost, in nano-dollars.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reserve_writing_nano_dollars: u64,
}

/// A text and what was read in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// The sealed text, with the values of its tokens.
    pub sealed: Digest,
    /// What the local model read.
    pub reading: Reading,
    /// What the fixed rules read.
    pub narrative: Narrative,
    /// How many documents came with it.
    pub documents: u32,
    /// What the fixed rules read in the documents and in the words about somebody's identity.
    #[serde(default, skip_serializing_if = "is_default")]
    pub identity: Identity,
    /// Whether the words try to steer whoever sorts them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub steering: bool,
}

/// A message in the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Who posted it.
    pub by: Actor,
    /// Whose words they are.
    pub from: Speaker,
    /// The words, sealed.
    pub words: Words,
    /// The hash of the idempotency key, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Digest>,
}

/// Whose words a message holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The customer's.
    Customer,
    /// An analyst's.
    Analyst,
}

impl Opened {
    /// The rules that the case is worked by.
    ///
    /// # Errors
    /// A pack that this build does not have, or settings about rules that cannot be used.
    pub fn rulebook(&self) -> Result<Rulebook, RulesProblem> {
        Rulebook::pinned(&self.rules, &self.settings.rules)
    }
}

impl Entry {
    /// The entry's kind, as its `kind` field says.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Opened(_) => "opened",
            Self::Messaged(_) => "messaged",
            Self::Answered { .. } => "answered",
            Self::Commanded { .. } => "commanded",
            Self::Notified(_) => "notified",
            Self::TimePassed => "time_passed",
            Self::Resumed => "resumed",
            Self::Triaged(_) => "triaged",
            Self::Asked { .. } => "asked",
            Self::RetryPlanned { .. } => "retry_planned",
            Self::GaveUp { .. } => "gave_up",
            Self::TrackOpened { .. } => "track_opened",
            Self::CustomerAsked { .. } => "customer_asked",
            Self::Proposed { .. } => "proposed",
            Self::LawApplied { .. } => "law_applied",
            Self::Warned { .. } => "warned",
            Self::Escalated { .. } => "escalated",
            Self::Returned { .. } => "returned",
            Self::Erased { .. } => "erased",
            Self::Closed { .. } => "closed",
        }
    }

    /// Whether the entry came from outside; all others follow from those.
    #[must_use]
    pub const fn is_input(&self) -> bool {
        match self {
            Self::Opened(_)
            | Self::Messaged(_)
            | Self::Answered { .. }
            | Self::Commanded { .. }
            | Self::Notified(_)
            | Self::TimePassed
            | Self::Resumed => true,
            Self::Triaged(_)
            | Self::Asked { .. }
            | Self::RetryPlanned { .. }
            | Self::GaveUp { .. }
            | Self::TrackOpened { .. }
            | Self::CustomerAsked { .. }
            | Self::Proposed { .. }
            | Self::LawApplied { .. }
            | Self::Warned { .. }
            | Self::Escalated { .. }
            | Self::Returned { .. }
            | Self::Erased { .. }
            | Self::Closed { .. } => false,
        }
    }
}

/// What serde leaves out.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
