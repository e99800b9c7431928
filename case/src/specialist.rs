//! The specialists: each knows its trade, asks only the sources it needs, and ends in a finding.
//!
//! A specialist is a function of the state. It sees facts, never words, and can neither act nor approve.

mod dispute;
mod fraud;
mod kyc;
mod payment;
pub mod remote;
pub mod scope;

use crate::{
    entry::CustomerQuestion,
    label::Task,
    policy::{Action, Finding, Reason},
    source::{Lookup, Source, Topic},
    state::{Gathered, Stage, State, Track},
};

/// What a specialist needs next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// Nothing now: an answer is under way.
    Nothing,
    /// A look-up. Those that do not depend on each other are needed one after the other without waiting.
    Look(Lookup),
    /// The identity fields in words and documents, from this model.
    Extract(String),
    /// Something that only the customer knows.
    AskCustomer {
        /// What.
        question: CustomerQuestion,
        /// The candidates it is about.
        about: Vec<crate::ids::Reference>,
    },
    /// A decision on this.
    Propose(Finding),
}

/// How many earlier charges make a merchant a known one.
const KNOWN_AFTER: u32 = 3;

/// How often a track asks the customer the same thing before a human takes over.
const QUESTIONS: u32 = 2;

/// The next need of the specialist whose track it is.
#[must_use]
pub fn next(state: &State, track: &Track) -> Need {
    let Some(customer) = state.customer.as_ref() else {
        return ask(CustomerQuestion::WhichCustomer);
    };
    match track.task {
        Task::FraudCheck => fraud::next(state, customer, track),
        Task::KycLookup => kyc::next(state, customer),
        Task::DisputeSummary => dispute::next(state, customer, track),
        Task::PaymentStatus => payment::next(state, customer, track),
    }
}

/// The agent's name on the wire.
#[must_use]
pub const fn agent(task: Task) -> &'static str {
    match task {
        Task::FraudCheck => "fraud-agent",
        Task::KycLookup => "kyc-agent",
        Task::DisputeSummary => "dispute-agent",
        Task::PaymentStatus => "payment-agent",
    }
}

/// The agent's first step, on the wire.
#[must_use]
pub const fn first_step(task: Task) -> &'static str {
    match task {
        Task::FraudCheck => "score_transaction",
        Task::KycLookup => "extract_identity_fields",
        Task::DisputeSummary => "fetch_transaction_history",
        Task::PaymentStatus => "fetch_payment_status",
    }
}

/// What happens next on a track, on the wire.
#[must_use]
pub fn next_action(track: &Track) -> &'static str {
    if track.human {
        return "review_request";
    }
    match (track.proposals.last().map(|last| last.stage), track.waiting) {
        (Some(Stage::Pending), Some((CustomerQuestion::Analyst, _))) => "ask_customer",
        (Some(Stage::Pending), _) => "await_approval",
        (Some(Stage::Approved), _) => "execute_action",
        (Some(Stage::Done), _) => "none",
        (Some(Stage::Refused | Stage::Rejected), _) => "review_request",
        (Some(Stage::Superseded) | None, Some((CustomerQuestion::WhichCustomer, _)) | None) => first_step(track.task),
        (Some(Stage::Superseded) | None, Some(_)) => "ask_customer",
    }
}

/// Asks the customer something that is about nothing in particular.
const fn ask(question: CustomerQuestion) -> Need {
    Need::AskCustomer { question, about: Vec::new() }
}

/// How often a track asked the customer that.
fn times_asked(track: &Track, question: CustomerQuestion) -> u32 {
    track.asked.get(&question).copied().unwrap_or(0)
}

/// Asks for the first of these look-ups that was not asked yet; `None` once all have come to an end.
fn gather(state: &State, lookups: &[Lookup]) -> Option<Need> {
    match state.gather(lookups) {
        Gathered::Unasked(unasked) => unasked.into_iter().next().map(Need::Look),
        Gathered::Pending => Some(Need::Nothing),
        Gathered::Complete => None,
    }
}

/// The finding when the look-up that matters most brought nothing: a human decides, and is told what is missing.
fn without(state: &State, lookup: &Lookup, mut reasons: Vec<Reason>) -> Need {
    if state.is_unknown(lookup) {
        reasons.push(Reason::CustomerUnknown);
    }
    reasons.push(Reason::EvidenceMissing);
    let cites = state.evidence().into_iter().filter(|id| !id.as_str().starts_with(Source::Ledger.name())).collect();
    Need::Propose(Finding { action: Action::Escalate, reasons, cites, references: vec![], amount: None, code: None })
}

/// How many pieces of evidence of one source a finding cites beside its own.
const CITED: usize = 8;

/// Evidence of another source that a finding cites beside its own.
fn context(state: &State, source: Source) -> Vec<crate::ids::EvidenceId> {
    state.facts_of(source).flat_map(crate::facts::Facts::evidence).take(CITED).collect()
}

/// The passages of the operator's policy on a topic: not those that another track looked up on another.
fn passages(state: &State, topic: Topic) -> Vec<crate::ids::EvidenceId> {
    let facts = state.facts(&Lookup::Policy { topic });
    facts.map(|facts| facts.evidence().into_iter().take(CITED).collect()).unwrap_or_default()
}

/// Adds to the reasons that a source beside the main one did not answer.
fn note_missing(state: &State, reasons: &mut Vec<Reason>) {
    if !state.missing_sources().is_empty() {
        reasons.push(Reason::EvidenceMissing);
    }
}

/// The look-up of a customer's transactions: the same for every specialist, so that they share its answer. It ends a day
/// after the newest words, which may be about what was booked since the case was opened.
fn transactions(state: &State, customer: &crate::ids::Reference) -> Lookup {
    let said_on = state.words.last().map_or(state.opened_at, |(_, _, at)| *at).date();
    let days = jiff::Span::new().days(i64::from(state.opened.settings.ledger_days));
    Lookup::Transactions {
        customer: customer.clone(),
        from: state.opened_at.date().saturating_sub(days),
        to: said_on.saturating_add(jiff::Span::new().days(1)),
    }
}
