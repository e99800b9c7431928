//! The state of a case: what a fold over its entries has seen. Nothing here decides; [`crate::next`] does.

mod care;
mod letter;
mod track;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::civil::Date;

pub use self::{
    care::{Care, Snooze},
    letter::Letter,
    track::{Proposed, Stage, Track},
};

use crate::{
    actor::Actor,
    entry::{Answer, CloseReason, CustomerQuestion, Escalation, Failure, Missing, Opened, Outcome, Question, Speaker},
    facts::{Account, Facts, Payment, Transaction},
    identity::Identity,
    ids::{AskId, Digest, EvidenceId, Reference, Subject},
    label::Task,
    limits,
    local::Reading,
    narrative::Narrative,
    policy::Action,
    rules::{Clock, Rulebook},
    source::{Lookup, Source},
    time::Millis,
};

/// Everything known about a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The first entry.
    pub opened: Opened,
    /// When it was written.
    pub opened_at: Millis,
    /// When the newest entry was written.
    pub now: Millis,
    /// Whose case it is.
    pub customer: Option<Reference>,
    /// The sealed words of the conversation so far with when they were said, the request's first.
    pub words: Vec<(Speaker, Digest, Millis)>,
    /// What the local model read in the newest words of the customer's.
    pub reading: Reading,
    /// Whether any words of the customer's tried to steer whoever sorts them.
    pub steering: bool,
    /// What all words of the customer's say together.
    pub narrative: Narrative,
    /// The transaction or payment that the customer picked of those shown.
    pub picked: Option<Reference>,
    /// What the customer answered to questions that take a yes or a no, the newest answer to each.
    pub said: BTreeMap<CustomerQuestion, bool>,
    /// What is known of the customer's identity from words and documents.
    pub identity: Identity,
    /// The outcome of triage.
    pub outcome: Option<Outcome>,
    /// What it was before an analyst chose another task for the first time.
    pub triaged: Option<Outcome>,
    /// The specialists' work, in the order it was taken up.
    pub tracks: Vec<Track>,
    /// Everything that was asked of the outside.
    pub asks: BTreeMap<AskId, Ask>,
    /// Why humans should look.
    pub escalations: BTreeSet<Escalation>,
    /// Who works the case.
    pub assignee: Option<Subject>,
    /// The newest question of an analyst's, sealed.
    pub question: Option<Digest>,
    /// An analyst's own decision that has yet to become a proposal.
    pub decision: Option<Decision>,
    /// Proposals made so far, for their numbering.
    pub proposals: u32,
    /// Asks made so far, for their numbering.
    pub asked: u32,
    /// The rules that the case is worked by.
    pub rules: Rulebook,
    /// What people were told about clocks: the track, the rule, the last day, and whether it had passed.
    pub warned: BTreeSet<(String, String, Date, bool)>,
    /// What model calls cost or may have cost, in nano-dollars.
    pub spent_nano_dollars: u64,
    /// Idempotency keys of commands, the newest last; in a case from before there was a desk of messages as well.
    pub keys: VecDeque<Digest>,
    /// Idempotency keys of messages and notices, the newest last.
    pub told: VecDeque<Digest>,
    /// Letters to the customer, the newest last.
    pub letters: Vec<Letter>,
    /// How people look after the case.
    pub care: Care,
    /// How the case ended.
    pub closed: Option<CloseReason>,
}

/// An analyst's own decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The track it is about.
    pub track: String,
    /// What to do.
    pub action: Action,
    /// The transaction or payment it is about.
    pub about: Option<Reference>,
    /// Who decided.
    pub by: Actor,
}

/// Something that was asked of the outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// What was asked.
    pub question: Question,
    /// The newest attempt, from 1.
    pub attempt: u32,
    /// When that attempt began.
    pub asked_at: Millis,
    /// When it is over.
    pub until: Millis,
    /// When the case goes on without an answer.
    pub deadline: Millis,
    /// Where it stands.
    pub standing: Standing,
    /// Asked before what the customer said last, which may change the meaning of its answer: a fresh look is needed,
    /// and an answer that is still under way is not waited for.
    pub stale: bool,
    /// What each attempt reserves, in nano-dollars.
    pub reserve_nano_dollars: u64,
    /// The newest attempt whose reservation was settled.
    pub settled: u32,
    /// How many asks there were before this one, so that the newest can be told.
    pub number: u32,
}

/// Where an ask stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::large_enum_variant, reason = "nearly every ask ends answered; a box would only add an allocation")
)]
pub enum Standing {
    /// In flight.
    Open,
    /// Failed; [`crate::next`] has yet to say whether it is tried again.
    Failed {
        /// Why.
        failure: Failure,
        /// The pause that the other side asked for.
        retry_after_ms: Option<i64>,
    },
    /// To be tried again at this time.
    Retry(Millis),
    /// Answered.
    Answered(Answer),
    /// The case went on without an answer.
    Missing(Missing),
}

/// What a set of look-ups has come to.
pub enum Gathered {
    /// These were not asked yet.
    Unasked(Vec<Lookup>),
    /// Some are in flight.
    Pending,
    /// All have an answer, or will have none.
    Complete,
}

impl Ask {
    /// Whether the outside may still answer.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        match self.standing {
            Standing::Open | Standing::Failed { .. } | Standing::Retry(_) => !self.stale,
            Standing::Answered(_) | Standing::Missing(_) => false,
        }
    }

    /// Whether an answer to that attempt is still waited for. A usable one is welcome however late it comes, since
    /// each attempt asks the same; a failure counts only for the attempt that is in flight.
    #[must_use]
    pub const fn awaits(&self, attempt: u32, answer: &Answer) -> bool {
        let in_flight = matches!(self.standing, Standing::Open) && attempt == self.attempt;
        let failed = matches!(answer, Answer::Failed { .. });
        self.is_open() && attempt >= 1 && attempt <= self.attempt && (in_flight || !failed)
    }

    /// When an attempt that says nothing is over: a little later than it should be, since its host may be about to
    /// say so, but not after the deadline, which an action has none of.
    #[must_use]
    pub fn lost_at(&self) -> Millis {
        let lost_at = self.until.plus(limits::GRACE_MS);
        if matches!(self.question, Question::Act { .. } | Question::Letter { .. }) {
            lost_at
        } else {
            lost_at.min(self.deadline)
        }
    }

    /// Whether a letter is sent with it: that goes on in a closed case.
    #[must_use]
    pub const fn is_letter(&self) -> bool {
        matches!(self.question, Question::Letter { .. })
    }

    /// The facts of its answer.
    #[must_use]
    pub const fn facts(&self) -> Option<&Facts> {
        match &self.standing {
            Standing::Answered(Answer::Facts { facts, .. }) => Some(facts),
            Standing::Answered(_)
            | Standing::Open
            | Standing::Failed { .. }
            | Standing::Retry(_)
            | Standing::Missing(_) => None,
        }
    }
}

impl State {
    /// The state after a case's first entry.
    #[must_use]
    pub fn new(opened: Opened, at: Millis, rules: Rulebook) -> Self {
        Self {
            opened_at: at,
            now: at,
            customer: opened.customer.clone(),
            words: vec![(Speaker::Customer, opened.words.sealed.clone(), at)],
            reading: opened.words.reading.clone(),
            steering: opened.words.steering,
            narrative: opened.words.narrative.clone(),
            picked: None,
            said: BTreeMap::new(),
            identity: opened.words.identity.clone(),
            outcome: None,
            triaged: None,
            tracks: Vec::new(),
            asks: BTreeMap::new(),
            escalations: BTreeSet::new(),
            assignee: None,
            question: None,
            decision: None,
            proposals: 0,
            asked: 0,
            rules,
            warned: BTreeSet::new(),
            spent_nano_dollars: 0,
            keys: VecDeque::new(),
            told: VecDeque::new(),
            letters: Vec::new(),
            care: Care::new(at),
            closed: None,
            opened,
        }
    }

    /// Whether a command, message or notice came under that key before.
    #[must_use]
    pub fn knows(&self, key: &Digest) -> bool {
        self.keys.contains(key) || self.told.contains(key)
    }

    /// Remembers the key of a command.
    pub fn remember_command(&mut self, key: Option<&Digest>) {
        keep(&mut self.keys, key, limits::COMMAND_KEYS);
    }

    /// Remembers the key of a message or notice, apart from those of commands: however much people do in a case, what a
    /// system sends again is known. A case from before there was a desk had one list for both.
    pub fn remember_told(&mut self, key: Option<&Digest>) {
        if self.opened.settings.desk.is_some() {
            keep(&mut self.told, key, limits::TOLD_KEYS);
        } else {
            self.remember_command(key);
        }
    }

    /// The ask for a look-up, unless what the customer said since made it stale. There is one at most: another is made
    /// only where this finds none.
    #[must_use]
    pub fn lookup(&self, lookup: &Lookup) -> Option<(&AskId, &Ask)> {
        let same = |question: &Question| matches!(question, Question::Lookup(asked) if asked == lookup);
        self.asks.iter().find(|(_, ask)| !ask.stale && same(&ask.question))
    }

    /// How far a set of look-ups is.
    #[must_use]
    pub fn gather(&self, lookups: &[Lookup]) -> Gathered {
        let unasked: Vec<Lookup> = lookups.iter().filter(|lookup| self.lookup(lookup).is_none()).cloned().collect();
        if !unasked.is_empty() {
            return Gathered::Unasked(unasked);
        }
        let open = lookups.iter().filter_map(|lookup| self.lookup(lookup)).any(|(_, ask)| ask.is_open());
        if open { Gathered::Pending } else { Gathered::Complete }
    }

    /// The facts that a look-up brought.
    #[must_use]
    pub fn facts(&self, lookup: &Lookup) -> Option<&Facts> {
        self.lookup(lookup).and_then(|(_, ask)| ask.facts())
    }

    /// The current facts of a source, whichever look-up brought them.
    pub fn facts_of(&self, source: Source) -> impl Iterator<Item = &Facts> {
        self.asks
            .values()
            .filter(move |ask| {
                !ask.stale && matches!(&ask.question, Question::Lookup(lookup) if lookup.source() == source)
            })
            .filter_map(Ask::facts)
    }

    /// The transaction or payment that the customer picked of those shown, or else the transaction that the caller named.
    #[must_use]
    pub fn pointed_at(&self) -> Option<&Reference> {
        self.picked.as_ref().or(self.opened.transaction.as_ref())
    }

    /// Sources that were asked and have no answer.
    #[must_use]
    pub fn missing_sources(&self) -> BTreeSet<Source> {
        let missing = |ask: &Ask| match (&ask.question, &ask.standing) {
            (Question::Lookup(lookup), Standing::Missing(_)) if !ask.stale => Some(lookup.source()),
            _ => None,
        };
        self.asks.values().filter_map(missing).collect()
    }

    /// Whether the source that was asked knows no such customer or thing.
    #[must_use]
    pub fn is_unknown(&self, lookup: &Lookup) -> bool {
        let unknown = Standing::Missing(Missing::Failed(Failure::NotFound));
        self.lookup(lookup).is_some_and(|(_, ask)| ask.standing == unknown)
    }

    /// The transaction of that reference, as the ledger showed it last.
    #[must_use]
    pub fn transaction(&self, id: &Reference) -> Option<&Transaction> {
        self.newest_first().find_map(|facts| match facts {
            Facts::Transactions { rows, .. } => rows.iter().find(|row| row.id == *id),
            _ => None,
        })
    }

    /// The payment of that reference, as the ledger showed it last.
    #[must_use]
    pub fn payment(&self, id: &Reference) -> Option<&Payment> {
        self.newest_first().find_map(|facts| match facts {
            Facts::Payments { rows } => rows.iter().find(|row| row.id == *id),
            _ => None,
        })
    }

    /// The customer's accounts, as the ledger showed them last.
    #[must_use]
    pub fn accounts(&self) -> &[Account] {
        let found = self.newest_first().find_map(|facts| match facts {
            Facts::Accounts { rows } => Some(rows.as_slice()),
            _ => None,
        });
        found.unwrap_or(&[])
    }

    /// Whether people were told about that time of a clock.
    #[must_use]
    pub fn has_warned(&self, track: &str, clock: &Clock, due_on: Date, missed: bool) -> bool {
        self.warned.contains(&(track.to_owned(), clock.rule.clone(), due_on, missed))
    }

    /// Everything that was ever shown, the newest first. A row does not leave the evidence because the customer
    /// said something more; only its reading may change.
    fn newest_first(&self) -> impl Iterator<Item = &Facts> {
        // Ids end in a number without leading zeros, so their order is not that of asking.
        let mut asks: Vec<&Ask> = self.asks.values().collect();
        asks.sort_by_key(|ask| std::cmp::Reverse(ask.number));
        asks.into_iter().filter_map(Ask::facts)
    }

    /// Every id under which something is in evidence.
    #[must_use]
    pub fn evidence(&self) -> BTreeSet<EvidenceId> {
        let facts = Source::ALL.into_iter().flat_map(|source| self.facts_of(source)).flat_map(Facts::evidence);
        facts.chain(self.identity.evidence()).collect()
    }

    /// The hash over the evidence that a proposal is made from: the id of every look-up, and of everything
    /// that an agent was asked, with what it brought.
    #[must_use]
    pub fn evidence_hash(&self) -> Digest {
        let seen = |(id, ask): (&AskId, &Ask)| match (&ask.question, &ask.standing) {
            (Question::Lookup(_), Standing::Answered(Answer::Facts { reply, .. })) => {
                Some((id.clone(), Some(reply.clone())))
            }
            (Question::Consult(_), Standing::Answered(Answer::Advised { reply, .. })) => {
                Some((id.clone(), Some(reply.clone())))
            }
            (Question::Lookup(_) | Question::Consult(_), Standing::Missing(_)) => Some((id.clone(), None)),
            _ => None,
        };
        let seen: Vec<(AskId, Option<Digest>)> = self.asks.iter().filter_map(seen).collect();
        Digest::of(&serde_json::to_vec(&seen).unwrap_or_default())
    }

    /// The ask for a summary of a proposal.
    #[must_use]
    pub fn draft(&self, proposal: &str) -> Option<&Ask> {
        let about = |ask: &&Ask| matches!(&ask.question, Question::Draft { proposal: of, .. } if of == proposal);
        self.asks.values().find(about)
    }

    /// Whether nobody is needed to look at the case, or somebody did: agreed to one of its proposals or made it.
    #[must_use]
    pub fn is_attended(&self) -> bool {
        let mut proposals = self.tracks.iter().flat_map(|track| &track.proposals);
        self.escalations.is_empty() || proposals.any(|proposed| !proposed.approvals.is_empty())
    }

    /// Whether a human should look at once, even while the case could wait for the customer: fraud is suspected, somebody
    /// tries to steer the case, a time was missed or an analyst asks for help, and nobody has taken it.
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        let fraud = |reason: &Escalation| match reason {
            Escalation::FraudSuspected
            | Escalation::HighRisk
            | Escalation::Steering
            | Escalation::Breached
            | Escalation::ByAnalyst => true,
            Escalation::Untriaged
            | Escalation::NoAnswer
            | Escalation::ActionFailing
            | Escalation::ActionRefused
            | Escalation::Stale => false,
        };
        self.escalations.iter().any(fraud) && self.assignee.is_none() && !self.is_attended()
    }

    /// The proposal of that id.
    #[must_use]
    pub fn proposed(&self, id: &str) -> Option<&Proposed> {
        self.tracks.iter().flat_map(|track| &track.proposals).find(|proposed| proposed.proposal.id() == id)
    }

    /// The track of a task, unless an analyst took the case from it.
    #[must_use]
    pub fn track(&self, task: Task) -> Option<&Track> {
        self.tracks.iter().find(|track| track.task == task && !track.retired)
    }

    /// The track that the case is shown by: the one that needs a human, or else the most urgent.
    #[must_use]
    pub fn lead(&self) -> Option<&Track> {
        let urgency = |track: &&Track| Task::ALL.iter().position(|task| *task == track.task);
        let open = self.tracks.iter().filter(|track| !track.is_over()).min_by_key(urgency);
        open.or_else(|| self.tracks.iter().filter(|track| !track.retired).min_by_key(urgency))
    }
}

fn keep(keys: &mut VecDeque<Digest>, key: Option<&Digest>, most: usize) {
    keys.extend(key.cloned());
    while keys.len() > most {
        keys.pop_front();
    }
}
