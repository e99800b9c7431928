//! What follows from a state: the next derived entry, or nothing. Calling [`next`] and applying its entry until it
//! returns nothing is the whole of deciding, so that replay can repeat it byte for byte.

mod care;

use sha2::{Digest as _, Sha256};

use crate::{
    entry::{CloseReason, Entry, Escalation, Failure, Missing, Purpose, Question},
    facts::{Band, Facts},
    ids::{AskId, EvidenceId},
    label::Task,
    law::{self, Law},
    limits,
    policy::{Finding, Proposal, Reason},
    settings::{AgentName, AskSettings, Mode},
    source::Source,
    specialist::{
        self, Need,
        remote::{self, Remote},
    },
    state::{Ask, Decision, Proposed, Stage, Standing, State, Track},
    triage::{self, Verdict, audit},
};

/// The entry that follows, if any.
#[must_use]
pub fn next(state: &State) -> Option<Entry> {
    if state.closed.is_some() {
        // Nothing is sent any more of words that are to go.
        return care::erasure_due(state)
            .or_else(|| ask_due(state))
            .or_else(|| letter_due(state))
            .or_else(|| care::letter_trouble_due(state));
    }
    ask_due(state)
        .or_else(|| care::return_due(state))
        .or_else(|| triage_due(state))
        .or_else(|| track_due(state))
        .or_else(|| audit_due(state))
        .or_else(|| escalation_due(state))
        .or_else(|| warning_due(state))
        .or_else(|| decision_due(state))
        .or_else(|| state.tracks.iter().find_map(|track| step_due(state, track)))
        .or_else(|| action_due(state))
        .or_else(|| letter_due(state))
        .or_else(|| draft_due(state))
        .or_else(|| close_due(state))
}

/// Asks that failed, are due again, or are overdue.
fn ask_due(state: &State) -> Option<Entry> {
    // Of a closed case nothing goes on but its letters.
    let mut asks = state.asks.iter().filter(|(_, ask)| state.closed.is_none() || ask.is_letter());
    asks.find_map(|(id, ask)| {
        let settings = settings_of(state, &ask.question);
        let overdue = state.now >= ask.deadline && !is_action(&ask.question);
        match &ask.standing {
            _ if ask.stale => None,
            Standing::Answered(_) | Standing::Missing(_) => None,
            Standing::Open | Standing::Retry(_) if overdue => {
                Some(Entry::GaveUp { ask: id.clone(), missing: Missing::Late })
            }
            // A host that lost an attempt says nothing about it.
            Standing::Open => {
                (state.now >= ask.lost_at()).then(|| after_failure(state, id, ask, Failure::TimedOut, None))
            }
            Standing::Retry(_) if is_pointless(state, ask) => {
                Some(Entry::GaveUp { ask: id.clone(), missing: Missing::Late })
            }
            Standing::Retry(at) => (state.now >= *at).then(|| attempt(state, id, ask, settings)),
            Standing::Failed { failure, retry_after_ms } => {
                Some(after_failure(state, id, ask, *failure, *retry_after_ms))
            }
        }
    })
}

/// Whether nobody needs this answer any more, which then is not asked for again: triage came to its outcome without it,
/// the proposal that it is to summarise made way for another, or a person decided what an agent was asked about.
fn is_pointless(state: &State, ask: &Ask) -> bool {
    match &ask.question {
        Question::Triage { .. } => state.outcome.is_some() && !ask.question.is_audit(),
        Question::Draft { proposal, .. } => {
            state.proposed(proposal).is_none_or(|proposed| proposed.stage == Stage::Superseded)
        }
        Question::Consult(consultation) => remote::is_pointless(state, consultation),
        Question::Extract { .. } | Question::Lookup(_) | Question::Act { .. } | Question::Letter { .. } => false,
    }
}

fn attempt(state: &State, id: &AskId, ask: &Ask, settings: AskSettings) -> Entry {
    let until = state.now.plus(settings.attempt_ms);
    Entry::Asked {
        ask: id.clone(),
        attempt: ask.attempt + 1,
        question: ask.question.clone(),
        until: if is_action(&ask.question) { until } else { until.min(ask.deadline) },
        deadline: ask.deadline,
        reserve_nano_dollars: reserve(state, &ask.question),
    }
}

/// A passing failure is tried again while there are attempts and time; an action is tried for as long as it takes,
/// since nobody knows whether it was executed, and its id makes sure that it is executed once.
fn after_failure(state: &State, id: &AskId, ask: &Ask, failure: Failure, retry_after_ms: Option<i64>) -> Entry {
    let settings = settings_of(state, &ask.question);
    let backoff_ms = backoff_ms(id, ask.attempt, settings);
    let pause_ms = match retry_after_ms {
        Some(0) => 0,
        Some(asked) => asked.max(backoff_ms),
        None => backoff_ms,
    };
    let at = state.now.plus(pause_ms.min(limits_of_pause(&ask.question)));
    let affordable = triage::can_afford(state, reserve(state, &ask.question));
    let payable = !ask.question.is_model() || (affordable && failure != Failure::Unusable);
    let worthwhile = payable && !is_pointless(state, ask);
    let in_time = ask.attempt < settings.attempts && at < ask.deadline;
    if failure.is_passing() && (is_action(&ask.question) || (in_time && worthwhile)) {
        Entry::RetryPlanned { ask: id.clone(), at }
    } else {
        Entry::GaveUp { ask: id.clone(), missing: Missing::Failed(failure) }
    }
}

/// Doubles with each attempt, shortened by up to a quarter; the jitter is a hash, so that every host derives it.
fn backoff_ms(id: &AskId, attempt: u32, settings: AskSettings) -> i64 {
    let doubled = settings.backoff_ms.saturating_mul(1_i64 << attempt.saturating_sub(1).min(20));
    let hash = Sha256::digest(format!("{id}#{attempt}").as_bytes());
    let share = i64::from(hash.first().copied().unwrap_or(0));
    doubled - doubled / 4 * share / 255
}

/// The longest pause before another attempt: an hour for an action, a minute for the rest.
const fn limits_of_pause(question: &Question) -> i64 {
    match question {
        Question::Act { .. } | Question::Letter { .. } => 3_600_000,
        Question::Triage { .. }
        | Question::Draft { .. }
        | Question::Extract { .. }
        | Question::Lookup(_)
        | Question::Consult(_) => 60_000,
    }
}

fn triage_due(state: &State) -> Option<Entry> {
    if state.outcome.is_some() {
        return None;
    }
    match triage::decide(state) {
        Verdict::Wait => None,
        Verdict::Decided(outcome) => Some(Entry::Triaged(outcome)),
        Verdict::Ask { model, repair } => {
            Some(ask(state, "triage", triage_question(state, model, repair, Purpose::Decide)))
        }
    }
}

/// A share of what the local tier decided is asked about as well.
fn audit_due(state: &State) -> Option<Entry> {
    let model = audit::due(state)?.to_owned();
    Some(ask(state, "triage", triage_question(state, model, false, Purpose::Audit)))
}

fn triage_question(state: &State, model: String, repair: bool, purpose: Purpose) -> Question {
    Question::Triage { model, repair, purpose, prompt: state.opened.settings.triage.prompt.clone() }
}

fn track_due(state: &State) -> Option<Entry> {
    let outcome = state.outcome.as_ref()?;
    let wanted = outcome.tasks.iter().copied().find(|task| state.track(*task).is_none());
    // What is reported later is a report as well; a case that a person or a caller routed is theirs, and escalates.
    let reported =
        (triage::is_reported_since(state) && state.track(Task::FraudCheck).is_none()).then_some(Task::FraudCheck);
    let track = format!("t{}", state.tracks.len() + 1);
    wanted.or(reported).map(|task| Entry::TrackOpened { track, task })
}

fn escalation_due(state: &State) -> Option<Entry> {
    let outcome = state.outcome.as_ref()?;
    let high = |facts: &Facts| matches!(facts, Facts::Risk { band: Band::High, .. });
    let refused = |track: &Track| track.proposals.iter().any(|proposed| proposed.stage == Stage::Refused);
    let unanswered = |track: &Track| {
        let waits = track.waiting.filter(|_| !track.is_over());
        waits.is_some_and(|(_, since)| state.now.since(since) >= state.opened.settings.wait_ms)
    };
    let due = [
        (outcome.tasks.is_empty(), Escalation::Untriaged),
        (state.reading.fraud_suspected && state.track(Task::FraudCheck).is_none(), Escalation::FraudSuspected),
        (audit::suspects_fraud(state), Escalation::FraudSuspected),
        (state.steering, Escalation::Steering),
        (state.facts_of(Source::Risk).any(high), Escalation::HighRisk),
        (state.tracks.iter().any(unanswered), Escalation::NoAnswer),
        (state.asks.values().any(|ask| is_failing(state, ask)), Escalation::ActionFailing),
        (state.care.unsent || state.tracks.iter().any(refused), Escalation::ActionRefused),
    ];
    let new = |(due, reason): &(bool, Escalation)| *due && !state.escalations.contains(reason);
    due.iter()
        .chain(&care::escalations(state))
        .find(|candidate| new(candidate))
        .map(|(_, reason)| Entry::Escalated { reason: *reason })
}

/// Whether an action was tried for so long that a person should know.
fn is_failing(state: &State, ask: &Ask) -> bool {
    let settings = settings_of(state, &ask.question);
    is_action(&ask.question) && ask.is_open() && (ask.attempt > settings.attempts || state.now >= ask.deadline)
}

/// An analyst's own decision becomes a proposal about evidence.
fn decision_due(state: &State) -> Option<Entry> {
    let Decision { track, action, about, by } = state.decision.as_ref()?;
    let amount = about.as_ref().and_then(|id| {
        let transaction = state.transaction(id).map(|transaction| transaction.money);
        transaction.or_else(|| state.payment(id).map(|payment| payment.money))
    });
    let finding = Finding {
        action: *action,
        reasons: vec![Reason::AnalystDecision],
        cites: about.iter().map(|id| EvidenceId::new(Source::Ledger.name(), id)).collect(),
        references: about.iter().cloned().collect(),
        amount: if action.moves_money() { amount } else { None },
        code: None,
    };
    Some(propose(state, track, finding, None, Some(by.subject.clone())))
}

/// The next step of a specialist whose work is not over.
fn step_due(state: &State, track: &Track) -> Option<Entry> {
    let open = track.proposals.last().is_some_and(|last| !matches!(last.stage, Stage::Superseded));
    if track.is_over() || track.human || track.waiting.is_some() || open {
        return None;
    }
    if track.proposals.len() >= limits::PROPOSALS_PER_TRACK {
        return None;
    }
    match specialist::next(state, track) {
        Need::Nothing => None,
        Need::Look(lookup) => Some(ask(state, &track.id, Question::Lookup(lookup))),
        Need::Extract(model) => {
            let prompt = state.opened.settings.writing.extraction_prompt.clone();
            Some(ask(state, &track.id, Question::Extract { model, prompt }))
        }
        // One question at a time: what another track asks may answer this as well.
        Need::AskCustomer { .. } if state.tracks.iter().any(|other| other.asks_now() && other.id != track.id) => None,
        Need::AskCustomer { question, about } => {
            Some(law_due(state, track, None).unwrap_or_else(|| Entry::CustomerAsked {
                track: track.id.clone(),
                question,
                about,
            }))
        }
        Need::Propose(finding) => match remote::settle(state, track, finding) {
            Remote::Wait => None,
            Remote::Ask(consultation) => Some(ask(state, &track.id, Question::Consult(consultation))),
            Remote::Propose(finding, found_by) => Some(
                law_due(state, track, Some(&finding))
                    .unwrap_or_else(|| propose(state, &track.id, *finding, found_by, None)),
            ),
        },
    }
}

/// What the law says, where it says something else than before. A question to the customer teaches nothing about a
/// transaction, so it takes nothing back that was known of one.
fn law_due(state: &State, track: &Track, finding: Option<&Finding>) -> Option<Entry> {
    let known = track.law != Law::default();
    if state.customer.is_none() || (finding.is_none() && known) {
        return None;
    }
    let law = Law::of(state, track, finding);
    (law != track.law).then(|| Entry::LawApplied { track: track.id.clone(), law })
}

/// People are told of a clock when it is time to.
fn warning_due(state: &State) -> Option<Entry> {
    let law::Warning { track, clock, due_on, missed, .. } = law::warnings(state).find(|one| state.now >= one.at)?;
    Some(Entry::Warned { track: track.to_owned(), rule: clock.rule.clone(), due_on, missed })
}

fn propose(
    state: &State,
    track: &str,
    finding: Finding,
    found_by: Option<AgentName>,
    by: Option<crate::ids::Subject>,
) -> Entry {
    let id = format!("p{}", state.proposals + 1);
    let (evidence, settings) = (state.evidence_hash(), &state.opened.settings);
    let proposal = match found_by {
        None => Proposal::new(id, finding, evidence, settings),
        Some(agent) => Proposal::of_agent(id, finding, agent, evidence, settings),
    };
    Entry::Proposed { track: track.to_owned(), proposal, by }
}

/// The proposal that the case is shown by, and that somebody has to agree to, is summarised once, where there is a model
/// for it and money is left. Those of other tracks have their turn once they are shown.
fn draft_due(state: &State) -> Option<Entry> {
    let settings = &state.opened.settings.writing;
    let model = settings.model.as_ref()?;
    let pending = state.lead().filter(|track| !track.human).and_then(Track::pending);
    // What somebody has agreed to does not change any more.
    let unseen = |proposed: &&Proposed| state.opened.settings.desk.is_none() || proposed.approvals.is_empty();
    let pending = pending.filter(unseen);
    let proposed = pending.map(|proposed| proposed.proposal.id()).filter(|id| state.draft(id).is_none())?;
    let question = Question::Draft {
        model: model.clone(),
        proposal: proposed.to_owned(),
        prompt: settings.summary_prompt.clone(),
    };
    triage::can_afford(state, reserve(state, &question)).then(|| ask(state, "summary", question))
}

/// An approved proposal goes out.
fn action_due(state: &State) -> Option<Entry> {
    if state.opened.settings.mode == Mode::Shadow {
        return None;
    }
    let proposals = state.tracks.iter().flat_map(|track| &track.proposals);
    proposals.filter(|proposed| proposed.stage == Stage::Approved).find_map(|proposed| {
        let id = AskId::action(&state.opened.case, proposed.proposal.id());
        let question = Question::Act { proposal: proposed.proposal.id().to_owned() };
        (!state.asks.contains_key(&id)).then(|| first_attempt(state, id, question))
    })
}

/// A letter goes out.
fn letter_due(state: &State) -> Option<Entry> {
    state.letters.iter().filter(|letter| letter.stage == Stage::Approved).find_map(|letter| {
        let id = AskId::action(&state.opened.case, &letter.id);
        let question = Question::Letter { letter: letter.id.clone() };
        (!state.asks.contains_key(&id)).then(|| first_attempt(state, id, question))
    })
}

/// A case closes by itself once an action of every specialist was executed, unless a human who should look has not:
/// what a customer writes while an action is on its way may be that it should not go.
fn close_due(state: &State) -> Option<Entry> {
    let over = state.tracks.iter().all(Track::is_over);
    let done = state.tracks.iter().any(Track::is_done);
    let quiet = state.asks.values().all(|ask| !ask.is_open());
    (over && done && quiet && state.is_attended() && !state.care.unread)
        .then_some(Entry::Closed { outcome: CloseReason::ActionsDone })
}

fn ask(state: &State, track: &str, question: Question) -> Entry {
    let step = match &question {
        Question::Triage { .. } if question.is_audit() => "audit",
        Question::Triage { .. } => "claude",
        Question::Draft { .. } => "draft",
        Question::Extract { .. } => "extract",
        Question::Lookup(lookup) => lookup.step(),
        Question::Consult(_) => "finding",
        Question::Act { .. } | Question::Letter { .. } => "act",
    };
    first_attempt(state, AskId::new(&state.opened.case, track, step, state.asked + 1), question)
}

fn first_attempt(state: &State, id: AskId, question: Question) -> Entry {
    let settings = settings_of(state, &question);
    let until_ms =
        if is_action(&question) { settings.attempt_ms } else { settings.attempt_ms.min(settings.deadline_ms) };
    Entry::Asked {
        ask: id,
        attempt: 1,
        until: state.now.plus(until_ms),
        deadline: state.now.plus(settings.deadline_ms),
        reserve_nano_dollars: reserve(state, &question),
        question,
    }
}

const fn reserve(state: &State, question: &Question) -> u64 {
    match question {
        Question::Triage { .. } => state.opened.reserve_nano_dollars,
        Question::Draft { .. } | Question::Extract { .. } => state.opened.reserve_writing_nano_dollars,
        Question::Lookup(_) | Question::Consult(_) | Question::Act { .. } | Question::Letter { .. } => 0,
    }
}

const fn settings_of(state: &State, question: &Question) -> AskSettings {
    match question {
        // Nobody waits long for an opinion that decides nothing.
        Question::Triage { .. } if question.is_audit() => {
            AskSettings { attempts: 1, ..state.opened.settings.triage.claude }
        }
        Question::Triage { .. } => state.opened.settings.triage.claude,
        Question::Draft { .. } | Question::Extract { .. } => state.opened.settings.writing.claude,
        Question::Lookup(_) => state.opened.settings.lookups,
        Question::Consult(_) => state.opened.settings.agents.findings,
        Question::Act { .. } | Question::Letter { .. } => state.opened.settings.actions,
    }
}

const fn is_action(question: &Question) -> bool {
    match question {
        Question::Act { .. } | Question::Letter { .. } => true,
        Question::Triage { .. }
        | Question::Draft { .. }
        | Question::Extract { .. }
        | Question::Lookup(_)
        | Question::Consult(_) => false,
    }
}
