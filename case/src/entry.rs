//! The entries of a journal: what came in, and what followed from it.
//!
//! Entries hold no free text and no floating-point number. Words, names and whole replies lie sealed in the vault;
//! an entry names the SHA-256 of the ciphertext. Entries are past tense, versioned and never edited.

use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    facts::Facts,
    ids::{AskId, CaseId, Digest, Reference, Subject, TenantId},
    label::{Label, Ppm, Scored, Task},
    local::Reading,
    narrative::Narrative,
    policy::{Action, Proposal},
    settings::Settings,
    source::Lookup,
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
        /// The hash of the idempotency key, where one was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<Digest>,
    },
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
        #[serde(default, skip_serializing_if = "is_zero")]
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
    /// Derived: a human should look, whatever else goes on.
    Escalated {
        /// Why.
        reason: Escalation,
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

/// What the outside is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "question", rename_all = "snake_case")]
pub enum Question {
    /// Claude: what is the request about?
    Triage {
        /// Which model.
        model: String,
        /// Whether this is the one repair attempt after an answer that could not be used.
        repair: bool,
    },
    /// A source.
    Lookup(Lookup),
    /// The actions endpoint: execute this proposal.
    Act {
        /// Which proposal.
        proposal: String,
    },
}

/// An answer from outside, already read: plaintext stays in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// Claude's opinion.
    Opinion {
        /// Its label.
        label: Label,
        /// Its own confidence: a score, not a probability.
        confidence: Ppm,
        /// Its reason, sealed.
        reason: Digest,
        /// The call.
        call: ModelCall,
    },
    /// A source's reply.
    Facts {
        /// What it says.
        facts: Facts,
        /// The reply, sealed.
        reply: Digest,
        /// How long it took.
        took_ms: i64,
    },
    /// The action was executed.
    Done {
        /// The operator's reference for it.
        reference: Option<Reference>,
        /// How long it took.
        took_ms: i64,
    },
    /// There is no usable answer.
    Failed {
        /// Why.
        failure: Failure,
        /// The pause that the other side asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<i64>,
        /// The model call, where one was made and paid for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<ModelCall>,
        /// How long it took.
        took_ms: i64,
    },
}

/// Why an ask failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The operator has not configured this source, or the model has no key.
    NotConfigured,
    /// The source knows no such thing.
    NotFound,
    /// The other side said no, and will again.
    Refused,
    /// The other side is overloaded, limits the rate, or has a fault.
    Unavailable,
    /// No answer in time.
    TimedOut,
    /// An answer that is not what was asked for.
    Unusable,
}

impl Failure {
    /// Whether another attempt can help.
    #[must_use]
    pub const fn is_passing(self) -> bool {
        match self {
            Self::Unavailable | Self::TimedOut | Self::Unusable => true,
            Self::NotConfigured | Self::NotFound | Self::Refused => false,
        }
    }
}

/// Why evidence is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The last failure.
    Failed(Failure),
    /// The deadline passed.
    Late,
}

/// A call of the Messages API, as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelCall {
    /// The model that answered.
    pub model: String,
    /// The hash of the prompt's stable part.
    pub prompt: Digest,
    /// Anthropic's id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Reference>,
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens received.
    pub output_tokens: u64,
    /// Tokens read from the cache.
    pub cache_read_tokens: u64,
    /// What it cost, in nano-dollars; `None` where the price table does not know the model.
    pub cost_nano_dollars: Option<u64>,
    /// The version of the price table.
    pub prices: String,
}

/// The outcome of triage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The label, whether or not it routes.
    pub label: Label,
    /// How likely it is.
    pub confidence: Ppm,
    /// Who decided.
    pub decided_by: Tier,
    /// What the decision rests on.
    pub basis: Basis,
    /// The tasks to open tracks for, the most urgent first; empty for human review.
    pub tasks: Vec<Task>,
    /// The other labels, most likely first.
    pub alternatives: Vec<Scored>,
}

/// Who decided triage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// The local model.
    Local,
    /// Claude.
    Claude,
    /// The caller's own label.
    Caller,
    /// An analyst.
    Human,
}

/// What a triage decision rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The local model is sure.
    LocalSure,
    /// The local model is likely right, and there is no key for Claude.
    LocalAlone,
    /// The local model is likely right, and Claude did not answer usably.
    LocalClaudeFailed,
    /// The local model is likely right, and the budget for Claude is spent.
    LocalBudgetSpent,
    /// Claude is sure.
    ClaudeSure,
    /// Claude answered but is not sure.
    ClaudeUnsure,
    /// The caller's label and confidence.
    CallerLabel,
    /// The caller's confidence is below the threshold.
    CallerUnsure,
    /// Nobody is sure.
    NobodySure,
    /// An analyst chose.
    Rerouted,
}

/// What a customer is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerQuestion {
    /// Whose case this is.
    WhichCustomer,
    /// Which transaction is meant.
    WhichTransaction,
    /// Which payment is meant.
    WhichPayment,
    /// An analyst's own question, sealed with the command.
    Analyst,
}

/// Why a human should look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Escalation {
    /// Triage could not decide, or the request is none of the four tasks.
    Untriaged,
    /// The text reads like fraud although the request was labelled otherwise.
    FraudSuspected,
    /// The scoring service sees a high risk.
    HighRisk,
    /// The customer did not answer in time.
    NoAnswer,
    /// An approved action does not go through.
    ActionFailing,
    /// An action was refused by the actions endpoint.
    ActionRefused,
}

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

impl Entry {
    /// The entry's kind, as its `kind` field says.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Opened(_) => "opened",
            Self::Messaged(_) => "messaged",
            Self::Answered { .. } => "answered",
            Self::Commanded { .. } => "commanded",
            Self::TimePassed => "time_passed",
            Self::Resumed => "resumed",
            Self::Triaged(_) => "triaged",
            Self::Asked { .. } => "asked",
            Self::RetryPlanned { .. } => "retry_planned",
            Self::GaveUp { .. } => "gave_up",
            Self::TrackOpened { .. } => "track_opened",
            Self::CustomerAsked { .. } => "customer_asked",
            Self::Proposed { .. } => "proposed",
            Self::Escalated { .. } => "escalated",
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
            | Self::TimePassed
            | Self::Resumed => true,
            Self::Triaged(_)
            | Self::Asked { .. }
            | Self::RetryPlanned { .. }
            | Self::GaveUp { .. }
            | Self::TrackOpened { .. }
            | Self::CustomerAsked { .. }
            | Self::Proposed { .. }
            | Self::Escalated { .. }
            | Self::Closed { .. } => false,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}
