//! What the outside is asked, and what it answered: already read, without plaintext.

use serde::{Deserialize, Serialize};

use crate::{
    entry::is_default,
    facts::Facts,
    identity::Identity,
    ids::{Digest, EvidenceId, Reference},
    label::{Label, Ppm},
    policy::{Action, Finding, Reason},
    settings::AgentName,
    source::Lookup,
};

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
        /// What the answer is for.
        #[serde(default, skip_serializing_if = "is_default")]
        purpose: Purpose,
        /// The hash of the prompt; none for a case that was opened when there was only one.
        #[serde(default, skip_serializing_if = "is_default")]
        prompt: Option<Digest>,
    },
    /// Claude: a summary of what the customer wrote, each sentence citing evidence.
    Draft {
        /// Which model.
        model: String,
        /// For which proposal.
        proposal: String,
        /// The hash of the prompt, as for triage.
        #[serde(default, skip_serializing_if = "is_default")]
        prompt: Option<Digest>,
    },
    /// Claude: the identity fields in what the customer wrote and sent.
    Extract {
        /// Which model.
        model: String,
        /// The hash of the prompt, as for triage.
        #[serde(default, skip_serializing_if = "is_default")]
        prompt: Option<Digest>,
    },
    /// A source, or the agent that the case's settings name in its place.
    Lookup(Lookup),
    /// A remote agent: what it finds where the fixed rules found something.
    Consult(Box<Consultation>),
    /// The actions endpoint: execute this proposal.
    Act {
        /// Which proposal.
        proposal: String,
    },
    /// The actions endpoint: send this letter to the customer.
    Letter {
        /// Which letter.
        letter: String,
    },
}

/// What an opinion about a request is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The local tier is not sure: the answer decides.
    #[default]
    Decide,
    /// The local tier has decided: the answer is kept beside it, and decides nothing.
    Audit,
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
    /// Claude's summary, of which only the sentences are left that their citations bear out.
    Drafted {
        /// The sentences, sealed.
        draft: Digest,
        /// How many are left.
        kept: u32,
        /// How many were dropped.
        dropped: u32,
        /// The call.
        call: ModelCall,
    },
    /// The identity fields that Claude found, of which only those are left that stand in what it cites.
    Extracted {
        /// Which fields were found, and where.
        identity: Identity,
        /// Their values, sealed.
        found: Digest,
        /// How many were dropped.
        dropped: u32,
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
    /// A remote agent's advice on a finding.
    Advised {
        /// What it says.
        advice: Advice,
        /// Its reply, sealed.
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

impl Question {
    /// Whether this is a second opinion on what was decided without it.
    #[must_use]
    pub const fn is_audit(&self) -> bool {
        match self {
            Self::Triage { purpose, .. } => matches!(purpose, Purpose::Audit),
            Self::Draft { .. }
            | Self::Extract { .. }
            | Self::Lookup(_)
            | Self::Consult(_)
            | Self::Act { .. }
            | Self::Letter { .. } => false,
        }
    }

    /// Whether Claude is asked.
    #[must_use]
    pub const fn is_model(&self) -> bool {
        match self {
            Self::Triage { .. } | Self::Draft { .. } | Self::Extract { .. } => true,
            Self::Lookup(_) | Self::Consult(_) | Self::Act { .. } | Self::Letter { .. } => false,
        }
    }
}

/// What a remote agent is asked about: a finding of the fixed rules, as it stood then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consultation {
    /// Who is asked.
    pub agent: AgentName,
    /// Whose finding it is.
    pub track: String,
    /// What the fixed rules found.
    pub finding: Finding,
}

/// What a remote agent says about a finding, in closed lists and references alone. Nothing of it is believed yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "says", rename_all = "snake_case")]
pub enum Advice {
    /// It finds the same.
    Agrees,
    /// It finds this.
    Finds(Found),
}

/// A finding of a remote agent. It has no amount: that is taken from the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// What should be done.
    pub action: Action,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The evidence that it cites, as far as the agent was shown any of that id.
    pub cites: Vec<EvidenceId>,
    /// What the action is about, as far as the agent was shown anything of that name.
    pub references: Vec<Reference>,
    /// How many cites and references it named that nobody had shown it. What they say is not kept: they could be words.
    #[serde(default, skip_serializing_if = "is_default")]
    pub foreign: u32,
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
    /// The customer's profile was not to be had, and without it no words of theirs are shown to the model: nobody could
    /// take their name out.
    NoProfile,
}

impl Failure {
    /// Whether another attempt can help.
    #[must_use]
    pub const fn is_passing(self) -> bool {
        match self {
            Self::Unavailable | Self::TimedOut | Self::Unusable | Self::NoProfile => true,
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
    pub model: Reference,
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
